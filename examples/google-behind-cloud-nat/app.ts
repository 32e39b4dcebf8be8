// A PPTP gateway in Google Cloud whose machine shall have no external address, only Cloud NAT before it. Cloud NAT takes no
// connections from outside and drops GRE, so this ends in a refusal at synth, with the reasons.

import { ComputeNetwork } from '@cdktf/provider-google/lib/compute-network';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { App, TerraformStack } from 'cdktf';
import { Clients, Insecure, PptpGateway, Through } from 'pptp-constructs/google';

const app = new App();
const stack = new TerraformStack(app, 'plant4');
new GoogleProvider(stack, 'Google', { project: 'plant4-vpn' });

new PptpGateway(stack, 'LegacyVpn', {
  network: new ComputeNetwork(stack, 'Network', { name: 'plant4', autoCreateSubnetworks: false }),
  zone: 'europe-west3-a',
  clients: Clients.from('203.0.113.0/24'),
  through: [Through.CLOUD_NAT],
  subnetRange: '10.40.254.0/28',
  secret: { id: 'projects/plant4-vpn/secrets/vpn-users' },
  insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
});

app.synth();
