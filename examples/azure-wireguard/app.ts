// WireGuard on a machine of its own in Azure, where PPTP cannot be had: clients of one office reach one database.

import { readFileSync } from 'node:fs';
import { DataAzurermKeyVault } from '@cdktf/provider-azurerm/lib/data-azurerm-key-vault';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group';
import { VirtualNetwork } from '@cdktf/provider-azurerm/lib/virtual-network';
import { App, TerraformOutput, TerraformStack } from 'cdktf';
import { Clients, Traffic, WireGuardGateway } from 'pptp-constructs/azure';

const app = new App();
const stack = new TerraformStack(app, 'plant4');
new AzurermProvider(stack, 'Azure', { features: [{}] });
const group = new ResourceGroup(stack, 'Group', { name: 'plant4', location: 'westeurope' });
const virtualNetwork = new VirtualNetwork(stack, 'Network', {
  name: 'plant4',
  location: 'westeurope',
  resourceGroupName: group.name,
  addressSpace: ['10.40.0.0/16'],
});

const gateway = new WireGuardGateway(stack, 'Vpn', {
  virtualNetwork,
  clients: Clients.from('203.0.113.0/24'),
  subnetPrefix: '10.40.254.0/28',
  keyVault: new DataAzurermKeyVault(stack, 'Vault', { name: 'plant4', resourceGroupName: 'secrets' }),
  secretName: 'vpn-users',
  adminSshKey: readFileSync(`${__dirname}/admin.pub`, 'utf8'),
});
gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(5432));

new TerraformOutput(stack, 'Address', { value: gateway.publicIpAddress });
app.synth();
