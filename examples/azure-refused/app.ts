// A PPTP gateway in an Azure virtual network. Azure drops GRE (IP protocol 47) in every virtual network, so this ends in
// a refusal at synth, with the reasons and with what works in its place.

import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { VirtualNetwork } from '@cdktf/provider-azurerm/lib/virtual-network';
import { App, TerraformStack } from 'cdktf';
import { Clients, Insecure, PptpGateway } from 'pptp-constructs/azure';

const app = new App();
const stack = new TerraformStack(app, 'plant4');
new AzurermProvider(stack, 'Azure', { features: [{}] });

const virtualNetwork = new VirtualNetwork(stack, 'Network', {
  name: 'plant4',
  location: 'westeurope',
  resourceGroupName: 'plant4',
  addressSpace: ['10.40.0.0/16'],
});

new PptpGateway(stack, 'LegacyVpn', {
  virtualNetwork,
  clients: Clients.from('203.0.113.0/24'),
  insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
});

app.synth();
