// IKEv2 from real clients to the machine of a gateway: strongSwan on both sides, with what Windows, Apple and Android offer.

import { ikev2Gateway } from './support/aws-gateways';
import { describeMachine, describeSecret, describeSecurity, describeTunnel } from './support/common-tests';
import { describeFaults } from './support/faults';
import { certificateOf, login, passwordOf } from './support/ikev2-login';
import { Site } from './support/run';
import { IKEV2 } from './support/vpns';

const synthesised = ikev2Gateway('eap-mschapv2');
let site: Site;

beforeAll(async () => {
  await IKEV2.prepare();
  site = await Site.start('ikev2', 'full', IKEV2.secret(), synthesised);
  site.measured('power-on to ready, first boot', await site.gateway.ready());
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);

describeMachine(
  IKEV2,
  () => site,
  () => synthesised,
);
describeTunnel(IKEV2, () => site, 1415);

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

  test('with what Windows offers by itself: there is no proposal in common', async () => {
    const { isUp, log } = await login(site, 'alice', passwordOf('alice'), {
      ike: 'aes256-sha1-prfsha1-modp1024',
      esp: 'aes256-sha1',
    });
    expect(log).toContain('NO_PROPOSAL_CHOSEN');
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
