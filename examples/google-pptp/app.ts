// PPTP on a machine of its own in Google Cloud. Google documents GRE, and nobody confirms version 1, which PPTP uses: this
// synthesises, with a warning until packets have been looked at.

import { ComputeNetwork } from '@cdktf/provider-google/lib/compute-network';
import { DataGoogleSecretManagerSecret } from '@cdktf/provider-google/lib/data-google-secret-manager-secret';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { App, TerraformOutput, TerraformStack } from 'cdktf';
import { Clients, Insecure, PptpGateway, Traffic } from 'pptp-constructs/google';

const app = new App();
const stack = new TerraformStack(app, 'plant4');
new GoogleProvider(stack, 'Google', { project: 'plant4-vpn' });
const network = new ComputeNetwork(stack, 'Network', { name: 'plant4', autoCreateSubnetworks: false });

const gateway = new PptpGateway(stack, 'LegacyVpn', {
  network,
  zone: 'europe-west3-a',
  clients: Clients.from('203.0.113.0/24'),
  subnetRange: '10.40.254.0/28',
  secret: new DataGoogleSecretManagerSecret(stack, 'Users', { secretId: 'vpn-users' }),
  insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
});
gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(502));

new TerraformOutput(stack, 'Address', { value: gateway.externalIpAddress });
app.synth();
