// OpenVPN from a real client to the machine of a gateway, with the profiles of the keys command.

import { tlsCryptV2ClientKey, tlsCryptV2ServerKey } from '../../lib/keys/tls-crypt-v2';
import { ADDRESS } from './support/addresses';
import { openVpnGateway } from './support/aws-gateways';
import { describeClients, describeConfinement } from './support/client-tests';
import { describeMachine, describeSecret, describeSecurity, describeTunnel } from './support/common-tests';
import { describeFaults } from './support/faults';
import { SERVER } from './support/keys';
import { connectOpenVpn, disconnectOpenVpn } from './support/openvpn-client';
import { rightsOf } from './support/processes';
import { Site } from './support/run';
import { OPENVPN } from './support/vpns';
import { packetsOnWire } from './support/wire';

const synthesised = openVpnGateway();
let site: Site;

beforeAll(async () => {
  await OPENVPN.prepare();
  site = await Site.start('openvpn', 'cloud', OPENVPN.secret(), synthesised);
  site.measured('power-on to ready, first boot', await site.gateway.ready());
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);

describeMachine(
  OPENVPN,
  () => site,
  () => synthesised,
);
describeTunnel(OPENVPN, () => site, 1440);

test('the server is no root, has no capability and can gain none, and has a filter of its system calls', async () => {
  const { user, ...rights } = await rightsOf(site, OPENVPN.unit);
  expect(rights).toEqual({ capabilities: [], atMost: [], seccomp: 2, canGain: false });
  expect(user).toBeGreaterThan(0);
});

describeClients(OPENVPN, () => site, {
  more() {
    test('send packets of 1440 bytes whole, and are told to send nothing larger', async () => {
      const ping = (size: number) =>
        site.lab.run('alice', `ping -c 1 -W 5 -M do -s ${size - 28} ${OPENVPN.gatewayAddress}`);
      expect((await ping(1440)).status).toBe(0);
      const larger = await ping(1441);
      expect(larger.text).toMatch(/message too long/i);
      expect(larger.status).not.toBe(0);
    });
  },
});

describe('a client is refused', () => {
  const profile = (user: string) => OPENVPN.keys().file(user, `${SERVER}.ovpn`);
  const attempt = async (role: 'alice' | 'stranger', text: string, seconds = 12) => {
    const done = await connectOpenVpn(site, role, text, seconds);
    await disconnectOpenVpn(site, role);
    const server = await site.gateway.sh('journalctl --no-pager -o cat -u vpn-gateway-openvpn.service -n 60');
    return { ...done, server };
  };

  const failures = (user: string) =>
    site.gateway.sh(`journalctl -q -o cat VPN_EVENT=auth-failure VPN_PROTOCOL=openvpn VPN_USER=${user} | tail -n 1`);
  const failure = (user: string) => `auth-failure protocol=openvpn user="${user}" client=${ADDRESS.alice}\n`;
  const KEY = /<tls-crypt-v2>\n[\s\S]*<\/tls-crypt-v2>\n/;

  test.each([
    ['without the key around the handshake', () => ''],
    [
      'with such a key of another server',
      () => `<tls-crypt-v2>\n${tlsCryptV2ClientKey(tlsCryptV2ServerKey(), new Date())}</tls-crypt-v2>\n`,
    ],
  ])('%s: not one packet comes back', async (_, key) => {
    await site.lab.watch('alice');
    const { isUp } = await attempt('alice', profile('alice').replace(KEY, key()), 6);
    const [asked, answered] = await packetsOnWire(site, 'alice', ['udp dst port 1194', 'udp src port 1194 or icmp']);
    expect(asked).toBeGreaterThan(0);
    expect(answered).toBe(0);
    expect(isUp).toBe(false);
  });

  test('with a certificate that has expired', async () => {
    const { isUp, log, server } = await attempt('alice', profile('erin'));
    expect(log).toMatch(/VERIFY OK: depth=0, .*CN=vpn\.example\.com/);
    expect(server).toContain('certificate has expired');
    expect(await failures('erin')).toBe(failure('erin'));
    expect(isUp).toBe(false);
  });

  test('with a good certificate whose user is not in the secret: it hears AUTH_FAILED', async () => {
    const keys = OPENVPN.keys().copy();
    await keys.add('mallory');
    const { isUp, log } = await attempt('alice', keys.file('mallory', `${SERVER}.ovpn`));
    expect(log).toContain('AUTH: Received control message: AUTH_FAILED');
    expect(await failures('mallory')).toBe(failure('mallory'));
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
    const { isUp, log, server } = await attempt('alice', profile('bob'));
    await site.lab.setSecret(OPENVPN.secret());
    await site.gateway.refresh();
    expect(log).toMatch(/VERIFY OK: depth=0, .*CN=vpn\.example\.com/);
    expect(server).toMatch(/CN=bob, .* is revoked/);
    expect(await failures('bob')).toBe(failure('bob'));
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
describeConfinement(OPENVPN, () => site);
