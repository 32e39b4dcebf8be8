// The one file that knows where the bindings of azurerm lie. Deep paths only: the root of the package loads every
// resource of the provider, which costs a second and 400 MB.
export { KeyVaultAccessPolicyA as KeyVaultAccessPolicy } from '@cdktf/provider-azurerm/lib/key-vault-access-policy';
export { LinuxVirtualMachine } from '@cdktf/provider-azurerm/lib/linux-virtual-machine';
export { MonitorDataCollectionEndpoint } from '@cdktf/provider-azurerm/lib/monitor-data-collection-endpoint';
export { MonitorDataCollectionRule } from '@cdktf/provider-azurerm/lib/monitor-data-collection-rule';
export { NetworkInterface } from '@cdktf/provider-azurerm/lib/network-interface';
export { NetworkInterfaceSecurityGroupAssociation } from '@cdktf/provider-azurerm/lib/network-interface-security-group-association';
export { NetworkSecurityGroup } from '@cdktf/provider-azurerm/lib/network-security-group';
export { NetworkSecurityRule } from '@cdktf/provider-azurerm/lib/network-security-rule';
export { NetworkWatcherFlowLog } from '@cdktf/provider-azurerm/lib/network-watcher-flow-log';
export { PublicIp } from '@cdktf/provider-azurerm/lib/public-ip';
export { RoleAssignment } from '@cdktf/provider-azurerm/lib/role-assignment';
export { Route } from '@cdktf/provider-azurerm/lib/route';
export { Subnet } from '@cdktf/provider-azurerm/lib/subnet';
export { SubnetNetworkSecurityGroupAssociation } from '@cdktf/provider-azurerm/lib/subnet-network-security-group-association';
export { UserAssignedIdentity } from '@cdktf/provider-azurerm/lib/user-assigned-identity';
export { VirtualMachineExtension } from '@cdktf/provider-azurerm/lib/virtual-machine-extension';
export {
  VirtualNetworkGateway,
  type VirtualNetworkGatewayVpnClientConfiguration,
} from '@cdktf/provider-azurerm/lib/virtual-network-gateway';
