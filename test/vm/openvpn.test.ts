// OpenVPN from a real client to the machine of a gateway, with the profiles of the keys command.

import { openVpnGateway } from './support/aws-gateways';
import { describeMachine, describeSecret, describeSecurity, describeTunnel } from './support/common-tests';
import { describeFaults } from './support/faults';
import { SERVER } from './support/keys';
import { connectOpenVpn, disconnectOpenVpn } from './support/openvpn-client';
import { Site } from './support/run';
import { OPENVPN } from './support/vpns';

const synthesised = openVpnGateway();
let site: Site;

beforeAll(async () => {
  await OPENVPN.prepare();
  site = await Site.start('openvpn', 'full', OPENVPN.secret(), synthesised);
  site.measured('power-on to ready, first boot', await site.gateway.ready());
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);

describeMachine(
  OPENVPN,
  () => site,
  () => synthesised,
);
describeTunnel(OPENVPN, () => site, 1440);

describe('a client is refused', () => {
  const profile = (user: string) => OPENVPN.keys().file(user, `${SERVER}.ovpn`);
  const attempt = async (role: 'alice' | 'stranger', text: string) => {
    const done = await connectOpenVpn(site, role, text, 12);
    await disconnectOpenVpn(site, role);
    const server = await site.gateway.sh('journalctl --no-pager -o cat -u vpn-gateway-openvpn.service -n 60');
    return { ...done, server };
  };

  test('with a certificate that has expired', async () => {
    const { isUp, server } = await attempt('alice', profile('erin'));
    expect(server).toContain('certificate has expired');
    expect(isUp).toBe(false);
  });

  test('without the key around the handshake: the gateway keeps silent', async () => {
    const { isUp } = await attempt('alice', profile('alice').replace(/<tls-crypt-v2>[\s\S]*<\/tls-crypt-v2>\n/, ''));
    expect(isUp).toBe(false);
  });

  test('from outside the ranges of the clients', async () => {
    const { isUp, log } = await attempt('stranger', profile('alice'));
    expect(log).not.toContain('TLS: Initial packet from');
    expect(isUp).toBe(false);
  });

  test('with a certificate that was revoked, once the gateway has read of it', async () => {
    await site.lab.setSecret(OPENVPN.secret(true));
    await site.gateway.refresh();
    const { isUp, server } = await attempt('alice', profile('bob'));
    await site.lab.setSecret(OPENVPN.secret());
    await site.gateway.refresh();
    expect(server).toMatch(/CN=bob, .* is revoked/);
    expect(isUp).toBe(false);
  });
});

describeSecret(OPENVPN, () => site);
describeSecurity(
  OPENVPN,
  () => site,
  [],
  () => [JSON.parse(OPENVPN.secret()).privateKey, JSON.parse(OPENVPN.secret()).tlsCryptV2],
);
describeFaults(OPENVPN, () => site, ['firewall service restarted']);
