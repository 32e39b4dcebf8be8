// A gateway on Azure: cloud-init from Terraform's JSON, the policy from the metadata of the machine, the secret from a key
// vault over TLS with the identity of the machine.

import { azureWireGuard } from './support/azure-gateway';
import { describeTunnel } from './support/common-tests';
import { Site } from './support/run';
import { WIREGUARD } from './support/vpns';

const synthesised = azureWireGuard();
let site: Site;

beforeAll(async () => {
  await WIREGUARD.prepare();
  site = await Site.start('azure', 'full', WIREGUARD.secret(), synthesised);
  site.measured('power-on to ready, first boot', await site.gateway.ready());
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);

test('the machine got the custom data that was synthesised, byte for byte, and cloud-init met no error', async () => {
  expect(await site.gateway.sh('cat /var/lib/cloud/instance/user-data.txt')).toBe(synthesised.text);
  expect(JSON.parse(await site.gateway.sh('cat /run/cloud-init/result.json')).v1.errors).toEqual([]);
});

describeTunnel(WIREGUARD, () => site, 1420);
