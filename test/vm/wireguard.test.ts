// WireGuard from a real client to the machine of a gateway: wg-quick against the kernel's own.

import { wireGuardGateway } from './support/aws-gateways';
import { describeMachine, describeSecret, describeSecurity, describeTunnel } from './support/common-tests';
import { describeFaults } from './support/faults';
import { Site } from './support/run';
import { WIREGUARD } from './support/vpns';
import { connectWireGuard, disconnectWireGuard } from './support/wireguard-client';

const synthesised = wireGuardGateway();
let site: Site;

beforeAll(async () => {
  await WIREGUARD.prepare();
  site = await Site.start('wireguard', 'full', WIREGUARD.secret(), synthesised);
  site.measured('power-on to ready, first boot', await site.gateway.ready());
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);

describeMachine(
  WIREGUARD,
  () => site,
  () => synthesised,
);
describeTunnel(WIREGUARD, () => site, 1420);

describe('no handshake comes about', () => {
  const profile = () => WIREGUARD.keys().file('alice', 'vpn.conf');

  test.each([
    ['with a key that the gateway does not know', 'alice', () => WIREGUARD.keys(true).file('bob', 'vpn.conf')],
    ['without the shared key', 'alice', () => profile().replace(/^PresharedKey.*\n/m, '')],
    ['from outside the ranges of the clients', 'stranger', profile],
  ] as const)('%s: the gateway keeps silent', async (_, role, text) => {
    const attempt = await connectWireGuard(site, role, text(), 8);
    expect(await site.lab.sh(role, 'wg show wg0 transfer')).toMatch(/\t0\t[1-9]\d*$/m);
    await disconnectWireGuard(site, role);
    expect(attempt.isUp).toBe(false);
  });

  test('where UDP 51820 is dropped on the way', async () => {
    await site.lab.block('udp dport 51820');
    const attempt = await connectWireGuard(site, 'alice', profile(), 8);
    await site.lab.unblock();
    await disconnectWireGuard(site, 'alice');
    expect(attempt.isUp).toBe(false);
  });
});

describeSecret(WIREGUARD, () => site);
describeSecurity(
  WIREGUARD,
  () => site,
  [],
  () => [
    JSON.parse(WIREGUARD.secret()).privateKey,
    ...JSON.parse(WIREGUARD.secret()).users.map((user: { presharedKey: string }) => user.presharedKey),
  ],
);
describeFaults(WIREGUARD, () => site, ['packet filter reloaded']);
