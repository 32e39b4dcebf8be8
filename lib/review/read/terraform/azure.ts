import * as balancers from './azure-balancers';
import * as filters from './azure-filters';
import * as machines from './azure-machines';
import * as networks from './azure-networks';
import type { Steps } from './reader';

/** What is read of Azure, in steps: each step may look up what the steps before it have read. */
export const AZURE_STEPS: Steps = [
  {
    azurerm_virtual_network: networks.virtualNetwork,
    azurerm_public_ip: networks.publicIp,
    azurerm_nat_gateway: networks.natGateway,
    azurerm_route_table: networks.routeTable,
    azurerm_network_security_group: filters.securityGroup,
    azurerm_lb: balancers.loadBalancer,
    azurerm_virtual_network_gateway: balancers.virtualNetworkGateway,
  },
  {
    azurerm_subnet: networks.subnet,
    azurerm_route: networks.route,
    azurerm_network_security_rule: filters.securityRule,
  },
  {
    azurerm_network_interface: machines.networkInterface,
    azurerm_subnet_network_security_group_association: filters.subnetAssociation,
    azurerm_subnet_route_table_association: networks.routeTableAssociation,
    azurerm_subnet_nat_gateway_association: networks.natGatewayAssociation,
  },
  {
    azurerm_network_interface_security_group_association: filters.interfaceAssociation,
    azurerm_network_interface_application_security_group_association: machines.applicationGroupAssociation,
    azurerm_network_interface_backend_address_pool_association: balancers.poolAssociation,
    azurerm_network_interface_nat_rule_association: balancers.natRuleAssociation,
    azurerm_linux_virtual_machine: machines.virtualMachine,
    azurerm_windows_virtual_machine: machines.virtualMachine,
    azurerm_virtual_machine: machines.virtualMachine,
    azurerm_linux_virtual_machine_scale_set: machines.scaleSet,
    azurerm_windows_virtual_machine_scale_set: machines.scaleSet,
    azurerm_orchestrated_virtual_machine_scale_set: machines.scaleSet,
    azurerm_virtual_machine_scale_set: machines.scaleSet,
  },
  {
    azurerm_lb_rule: balancers.rule,
    azurerm_lb_nat_rule: balancers.natRule,
  },
];

export { defaultRules as finishAzure } from './azure-filters';
