// PPTP and WireGuard on one machine: each user reaches the same places over either, at the same time.

import { ADDRESS } from './support/addresses';
import { migrationGateway, POOLS, routesTo } from './support/aws-gateways';
import { describeClients, describeConfinement, sessionEnd, sessionOf } from './support/client-tests';
import { describeMachine } from './support/common-tests';
import { Keys, SERVER } from './support/keys';
import { dial, hangUp, MS_CHAP_V2 } from './support/pptp-client';
import { ALICE, BOB } from './support/pptp-users';
import { Site } from './support/run';
import { PPTP, WIREGUARD } from './support/vpns';
import { connectWireGuard, disconnectWireGuard } from './support/wireguard-client';

const synthesised = migrationGateway();
let keys: Keys;
let site: Site;

/** Alice has both, and fewer destinations; Bob has PPTP alone. */
function secret(): string {
  const { privateKey, users } = JSON.parse(keys.secret);
  const [{ publicKey, presharedKey }] = users;
  return JSON.stringify({
    privateKey,
    users: [
      {
        ...{ name: 'alice', password: ALICE.password, publicKey, presharedKey, address: '10.99.0.200' },
        destinations: [`${ADDRESS.office}/32 icmp`],
      },
      { name: 'bob', password: BOB.password },
    ],
  });
}

beforeAll(async () => {
  const gateway = {
    protocol: 'wireguard',
    server: SERVER,
    pool: POOLS.wireguard,
    routes: routesTo('10.99.1.1'),
  } as const;
  keys = await Keys.create(gateway, [{ name: 'alice', address: '10.99.1.200' }]);
  site = await Site.start('migration', 'full', secret(), synthesised);
  site.measured('power-on to ready, first boot', await site.gateway.ready());
}, 1_200_000);

afterAll(() => site?.stop(), 60_000);

describeMachine(
  PPTP,
  () => site,
  () => synthesised,
);

test('both serve at once, and give a user the same reach', async () => {
  const { lab } = site;
  expect(await connectWireGuard(site, 'alice', keys.file('alice', 'vpn.conf'))).toMatchObject({ isUp: true });
  expect(await dial(lab, 'bob', BOB)).toMatchObject({ status: 0 });
  expect(await lab.fetch('bob', ADDRESS.office)).toBe(`you are ${ADDRESS.gateway}`);
  const reach = async (role: 'alice') => [
    (await lab.run(role, `ping -q -c 1 -W 5 ${ADDRESS.office}`)).status,
    await lab.fetch(role, ADDRESS.office),
  ];
  const narrow = [0, expect.stringMatching(/timed out/)];
  expect(await reach('alice')).toEqual(narrow);
  await disconnectWireGuard(site, 'alice');
  expect(await dial(lab, 'alice', ALICE)).toMatchObject({ status: 0 });
  expect(await reach('alice')).toEqual(narrow);
  await hangUp(lab, 'alice');
  await hangUp(lab, 'bob');
}, 400_000);

test('a call ends in the log with its duration and its bytes', async () => {
  const { lab } = site;
  expect(await dial(lab, 'bob', BOB)).toMatchObject({ status: 0 });
  expect(await lab.fetch('bob', ADDRESS.office)).toBe(`you are ${ADDRESS.gateway}`);
  const entry = await sessionEnd(site, PPTP, 'bob', () => hangUp(lab, 'bob'));
  expect(entry).toMatch(sessionOf(PPTP, 'bob', ADDRESS.bob));
});

test('a call takes no IPv6: the gateway rejects its protocol', async () => {
  const { lab } = site;
  const { status, log } = await dial(lab, 'bob', { ...BOB, options: [...MS_CHAP_V2, '+ipv6'] });
  expect(log).toMatch(/sent \[IPV6CP ConfReq/);
  expect(log).toMatch(/rcvd \[LCP ProtRej id=0x[0-9a-f]+ 80 57/);
  expect(status).toBe(0);
  expect(await lab.sh('bob', 'ip -6 addr show dev ppp0')).toBe('');
  await hangUp(lab, 'bob');
});

describeClients(PPTP, () => site, { secret });

test('the journal tells who still dials PPTP, how often, and who has come over WireGuard', async () => {
  const query = (protocol: string) =>
    site.gateway.sh(
      `journalctl VPN_EVENT=session-start VPN_PROTOCOL=${protocol} --since -30d -o cat --output-fields=VPN_USER | sort | uniq -c | sort -rn`,
    );
  expect(await query(PPTP.name)).toMatch(/^ +4 bob\n +2 alice\n$/);
  expect(await query(WIREGUARD.name)).toMatch(/^ +1 alice\n$/);
});

describeConfinement(PPTP, () => site);
