// PPTP where the network carries it, and Azure's managed IKEv2 server where it does not. On Azure that is always the
// server; a warning at synth says so, with the reason, what it costs and how long it takes.

import { readFileSync } from 'node:fs';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { ResourceGroup } from '@cdktf/provider-azurerm/lib/resource-group';
import { VirtualNetwork } from '@cdktf/provider-azurerm/lib/virtual-network';
import { App, TerraformStack } from 'cdktf';
import { Accepted, Authentication, Clients, Insecure, Vpn, VpnGateway } from 'pptp-constructs/azure';

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

new VpnGateway(stack, 'Vpn', {
  virtualNetwork,
  clients: Clients.from('203.0.113.0/24'),
  protocols: [
    Vpn.pptp({ insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06') }),
    Vpn.ikev2Managed({
      gatewaySubnetPrefix: '10.40.255.0/27',
      clientPools: ['172.20.0.0/24'],
      authentication: [
        Authentication.certificate({
          roots: [{ name: 'plant4', certificate: readFileSync(`${__dirname}/root-ca.pem`, 'utf8') }],
        }),
      ],
      acceptsAnyClientAddress: Accepted.because('client certificates decide who connects; reviewed 2026-11'),
    }),
  ],
});

app.synth();
