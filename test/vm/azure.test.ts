// Gateways on Azure: cloud-init from Terraform's JSON, the policy from the metadata of the machine, the secret from a key
// vault over TLS with the identity of the machine.

import { azureOpenVpn, azureWireGuard } from './support/azure-gateway';
import { describeConfinement } from './support/client-tests';
import { describeTunnel } from './support/common-tests';
import { Site } from './support/run';
import { OPENVPN, WIREGUARD } from './support/vpns';

describe.each([
  { vpn: WIREGUARD, synthesised: azureWireGuard(), mtu: 1420 },
  { vpn: OPENVPN, synthesised: azureOpenVpn(), mtu: 1440 },
])('Azure: $vpn.name', ({ vpn, synthesised, mtu }) => {
  let site: Site;

  beforeAll(async () => {
    await vpn.prepare();
    site = await Site.start(`azure-${vpn.name}`, 'full', vpn.secret(), synthesised);
    site.measured('power-on to ready, first boot', await site.gateway.ready());
  }, 1_200_000);

  afterAll(() => site?.stop(), 60_000);

  test('the machine got the custom data that was synthesised, byte for byte, and cloud-init met no error', async () => {
    expect(await site.gateway.sh('cat /var/lib/cloud/instance/user-data.txt')).toBe(synthesised.text);
    expect(JSON.parse(await site.gateway.sh('cat /run/cloud-init/result.json')).v1.errors).toEqual([]);
  });

  describeTunnel(vpn, () => site, mtu);
  describeConfinement(vpn, () => site);
});
