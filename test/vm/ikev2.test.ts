// IKEv2 from real clients to the machine of a gateway: strongSwan on both sides, with what Windows, Apple and Android offer.

import { ADDRESS } from './support/addresses';
import { ikev2Gateway, routesTo } from './support/aws-gateways';
import { describeClients, describeConfinement } from './support/client-tests';
import { describeMachine, describeSecret, describeSecurity, describeTunnel } from './support/common-tests';
import { describeFaults } from './support/faults';
import { connectIkev2, disconnectIkev2 } from './support/ikev2-client';
import { certificateOf, clientOf, login, passwordOf, strangersCertificate } from './support/ikev2-login';
import { CAP, rightsOf } from './support/processes';
import { Site } from './support/run';
import { IKEV2 } from './support/vpns';
import { packetsOnWire } from './support/wire';

const synthesised = ikev2Gateway('eap-mschapv2');
let site: Site;

beforeAll(async () => {
  await IKEV2.prepare();
  site = await Site.start('ikev2', 'cloud', IKEV2.secret(), synthesised);
  site.measured('power-on to ready, first boot', await site.gateway.ready());
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);

describeMachine(
  IKEV2,
  () => site,
  () => synthesised,
);
describeTunnel(IKEV2, () => site, 1415);

describe('the machine', () => {
  test('has the interface of the tunnels, with the number of the agreements and an MTU of 1415', async () => {
    const [link] = JSON.parse(await site.gateway.sh('ip -details -json link show ipsec0'));
    expect(link).toMatchObject({ mtu: 1415, linkinfo: { info_kind: 'xfrm', info_data: { if_id: '0x2a' } } });
    expect(link.flags).toContain('UP');
  });

  test('has a charon with three capabilities at most, and a filter of its system calls', async () => {
    const { capabilities, ...rights } = await rightsOf(site, IKEV2.unit);
    const atMost = [CAP.NET_BIND_SERVICE, CAP.NET_ADMIN, CAP.NET_RAW];
    expect(rights).toEqual({ user: 0, atMost, seccomp: 2, canGain: false });
    expect(atMost).toEqual(expect.arrayContaining([...capabilities])); // charon drops what it does not need
    expect(capabilities).toContain(CAP.NET_ADMIN);
  });
});

describeClients(IKEV2, () => site);

describe('on the wire', () => {
  const ESP = ['esp', 'udp port 4500 and udp[8:4] != 0'];
  const ping = (role: 'bob' | 'pc1') => site.lab.sh(role, `ping -q -c 4 -i 0.2 -W 5 ${IKEV2.gatewayAddress}`);

  describe('without translation of addresses', () => {
    const own = `ip daddr ${ADDRESS.bob} accept`;
    let log: string;

    beforeAll(async () => {
      // Bob sees the gateway's own address, as from a network that is connected with the gateway's.
      await site.lab.sh('cloud', `nft insert rule ip igw out ${own}`);
      await site.lab.watch('bob');
      const [routes, vips] = [[...routesTo('10.99.2.1'), '::/0'], '0.0.0.0, ::'];
      const client = { ...clientOf(passwordOf('bob')), routes, vips, remote: ADDRESS.gateway };
      ({ log } = await connectIkev2(site, 'bob', client));
      await ping('bob');
    });

    afterAll(async () => {
      await disconnectIkev2(site, 'bob');
      const handle = `nft -a list chain ip igw out | sed -n 's/.*${own} # handle //p'`;
      await site.lab.sh('cloud', `nft delete rule ip igw out handle $(${handle})`);
    });

    test('packets are ESP by itself', async () => {
      const [esp = 0, overUdp] = await packetsOnWire(site, 'bob', ESP);
      expect(esp).toBeGreaterThanOrEqual(8);
      expect(overUdp).toBe(0);
    });

    test('a client that asks for IPv6 gets an address of IPv4, and the ranges of IPv4', async () => {
      expect(log).toMatch(/\[10\.99\.2\.\d+\]/);
      expect(log).toMatch(/^ +remote +10\.20\.0\.0\/16 10\.99\.2\.1\/32$/m);
      expect(await site.gateway.journal('-u strongswan')).toContain("no virtual IP found for %any6 requested by 'bob'");
      expect((await site.lab.run('bob', 'ip -6 addr show scope global')).text).toBe('');
    });
  });

  test('behind a router that translates addresses, they are ESP in UDP 4500', async () => {
    await site.lab.watch('home');
    const client = clientOf(passwordOf('bob'));
    expect(await connectIkev2(site, 'pc1', client)).toMatchObject({ isUp: true });
    await ping('pc1');
    await disconnectIkev2(site, 'pc1');
    const [esp, overUdp] = await packetsOnWire(site, 'home', ESP);
    expect(esp).toBe(0);
    expect(overUdp).toBeGreaterThanOrEqual(8);
  });
});

describe('a client connects', () => {
  test('with a certificate', async () => {
    expect(await login(site, 'alice', certificateOf('carol', 'pubkey'))).toMatchObject({ isUp: true, canPing: true });
  });

  test.each([
    [
      'Windows after Set-VpnConnectionIPsecConfiguration',
      { ike: 'aes256gcm16-prfsha384-ecp384', esp: 'aes256gcm16-ecp384' },
    ],
    ['Windows where IKE has no AES-GCM', { ike: 'aes256-sha384-prfsha384-ecp384', esp: 'aes256gcm16-ecp384' }],
    ["Apple's profile", { ike: 'aes256gcm16-prfsha384-ecp384', esp: 'aes256gcm16-ecp384' }],
    ["Apple's manual configuration", { ike: 'aes256-sha256-prfsha256-modp2048', esp: 'aes256-sha256' }],
    ['Android', { ike: 'aes256gcm16-prfsha256-x25519', esp: 'aes256gcm16' }],
  ])('with the proposals of %s', async (_, proposals) => {
    expect(await login(site, 'alice', passwordOf('alice'), proposals)).toMatchObject({ isUp: true, canPing: true });
  });
});

describe('a client is refused', () => {
  test('with a wrong password', async () => {
    const { isUp, log } = await login(site, 'alice', { user: 'alice', password: 'guessed' });
    expect(log).toContain('ERROR_AUTHENTICATION_FAILURE');
    expect(isUp).toBe(false);
  });

  test.each([
    ['Windows offers by itself', { ike: 'aes256-sha1-prfsha1-modp1024', esp: 'aes256-sha1' }],
    ['old Windows offers', { ike: '3des-sha1-prfsha1-modp1024', esp: '3des-sha1' }],
    [
      'Windows offers where only its registry was changed',
      { ike: 'aes256-sha256-prfsha256-modp2048', esp: 'aes256-sha1' },
    ],
  ])('with what %s: there is no proposal in common', async (_, proposals) => {
    const { isUp, log } = await login(site, 'alice', passwordOf('alice'), proposals);
    expect(log).toContain('NO_PROPOSAL_CHOSEN');
    expect(isUp).toBe(false);
  });

  test('with a good certificate whose user is not in the secret', async () => {
    const { isUp, log } = await login(site, 'alice', await strangersCertificate('pubkey'));
    expect(log).toContain('AUTHENTICATION_FAILED');
    expect(isUp).toBe(false);
  });

  test('with a certificate that has expired', async () => {
    const { isUp, log } = await login(site, 'alice', certificateOf('erin', 'pubkey'));
    expect(log).toContain('AUTHENTICATION_FAILED');
    expect(await site.gateway.journal('-u strongswan')).toMatch(/subject certificate invalid|certificate.*expired/i);
    expect(isUp).toBe(false);
  });

  test('from outside the ranges of the clients: nothing answers', async () => {
    const { isUp, log } = await login(site, 'stranger', passwordOf('alice'));
    expect(log).not.toContain('received packet');
    expect(isUp).toBe(false);
  });

  test('with a certificate that was revoked, once the gateway has read of it', async () => {
    const revoked = IKEV2.keys().copy();
    const old = certificateOf('carol', 'pubkey');
    await revoked.renew('carol');
    await site.lab.setSecret(revoked.secret);
    await site.gateway.refresh();
    const { isUp, log } = await login(site, 'alice', old);
    await site.lab.setSecret(IKEV2.secret());
    await site.gateway.refresh();
    expect(log).toContain('AUTHENTICATION_FAILED');
    expect(await site.gateway.journal('-u strongswan')).toMatch(/revoked/);
    expect(isUp).toBe(false);
  });
});

describeSecret(IKEV2, () => site);
describeSecurity(
  IKEV2,
  () => site,
  [],
  () => [JSON.parse(IKEV2.secret()).privateKey, IKEV2.keys().file('alice', 'password.txt').trim()],
);
describeFaults(IKEV2, () => site, ['connection table flushed']);
describeConfinement(IKEV2, () => site);
