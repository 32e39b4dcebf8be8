import { renderPolicy } from '../../lib/host';
import type { Backend } from './support/filters';
import {
  CLIENT,
  datagram,
  GATEWAY,
  GatewayNetwork,
  METADATA,
  NEIGHBOUR,
  STRANGER,
  type TunnelClient,
} from './support/gateway-network';
import { type PptpHostOptions, pptpHost } from './support/hosts';
import { threeOfGre } from './support/pptp-call';

const POLICY = {
  clients: ['203.0.113.0/24'],
  destinations: [
    { cidr: '10.20.0.5/32', protocol: 'tcp', fromPort: 443 },
    { cidr: '10.20.0.0/24', protocol: 'udp', fromPort: 5000, toPort: 5010 },
  ],
} as const;
/** One restricted user, on the address that alice's machine has in these tests, and one who may go nowhere. */
const USERS = {
  users: [
    {
      name: 'alice',
      password: 'a',
      address: '10.99.0.245',
      destinations: ['10.20.0.9/32 udp 5000-5005', '10.30.0.0/16'],
    },
    { name: 'mallory', password: 'm', address: '10.99.0.246', destinations: [] },
  ],
};

const BACKENDS: readonly Backend[] = ['nft', 'iptables-nft', 'iptables-legacy'];
const FORMS = BACKENDS.flatMap((backend) => (['gate', 'helper'] as const).map((form) => ({ backend, form })));

let network: GatewayNetwork;
let alice: TunnelClient;
let bob: TunnelClient;

beforeAll(async () => {
  network = await GatewayNetwork.start([
    { name: 'ppp0', gateway: '10.99.0.1', client: '10.99.0.245' },
    { name: 'ppp1', gateway: '10.99.0.1', client: '10.99.0.3' },
  ]);
  [alice, bob] = network.clients as [TunnelClient, TunnelClient];
}, 300_000);

afterAll(() => network?.stop());

/** A gateway as its machine is after boot: filter loaded, policy applied, nobody has spoken yet. */
function load(
  backend: Backend,
  policy: Parameters<typeof renderPolicy>[0] = POLICY,
  options: PptpHostOptions = {},
): void {
  const host = pptpHost({ packetFilter: backend === 'nft' ? 'nftables' : 'iptables', ...options });
  network.boot(host.files, backend);
  apply(policy);
}

function apply(policy: Parameters<typeof renderPolicy>[0]): void {
  expect(network.apply('policy', renderPolicy(policy))).toMatchObject({ status: 0 });
}

const tcp = (from: TunnelClient, dst: string, port: number, expected: boolean, name?: string) =>
  network.tcp(from.agent, from.address, dst, port, expected, name);
const udp = (from: TunnelClient, dst: string, port: number, arrives: boolean, src = from.address) =>
  network.udpOut(from.agent, src, dst, port, arrives);
const greToGateway = (src: string, call: number, expected: number, more: { version?: 0; protocol?: number } = {}) =>
  network.packetsTo(network.onGateway, 'delivered', threeOfGre(src, GATEWAY, { call, ...more }), expected);

/** Empties the gate. */
const forget = (backend: Backend) =>
  backend === 'nft' ? 'nft flush set inet vpn_gateway peers' : 'echo / >/proc/net/xt_recent/vpn-peers';

describe.each(FORMS)('GRE, $backend, $form', ({ backend, form }) => {
  beforeAll(() => load(backend, POLICY, { greFilter: form }));

  /** Nobody has spoken yet. */
  beforeEach(() => {
    apply(POLICY);
    network.gateway.sh(`conntrack -F 2>/dev/null; ${form === 'gate' ? forget(backend) : ':'}`);
  });

  test('gets in only for a call, whichever side sends first', async () => {
    expect(await greToGateway(CLIENT, 0x2222, 0)).toBe(0);
    const call = await network.call();
    expect([
      ...[await call.clientToServer(3), await call.serverToClient(GATEWAY, 3), await call.clientToServer(3)],
    ]).toEqual([3, 3, 3]);
    const other = await network.call(NEIGHBOUR);
    expect([await other.serverToClient(GATEWAY, 3), await other.clientToServer(3)]).toEqual([3, 3]);
    expect(await call.clientToServer(3)).toBe(3);
    await other.hangUp();
    await call.hangUp();
  });

  test('stays shut for another address of the allowed range, and for a stranger', async () => {
    const call = await network.call();
    expect(await call.clientToServer(3)).toBe(3);
    expect(await greToGateway(NEIGHBOUR, call.toServer, 0)).toBe(0);
    expect(await greToGateway(STRANGER, call.toServer, 0)).toBe(0);
    expect(await call.clientToServer(3)).toBe(3);
    await call.hangUp();
  });

  test('is refused from a caller too where it is a plain tunnel (version 0), or carries no PPP', async () => {
    const call = await network.call();
    expect(await call.serverToClient(GATEWAY, 3)).toBe(3);
    const out = threeOfGre(GATEWAY, CLIENT, { call: 1, version: 0, protocol: 0x0800 });
    expect(await network.packetsTo(network.onOutside, 'arrived', out, 3, network.onGateway)).toBe(3);
    expect(await greToGateway(CLIENT, 1, 0, { version: 0, protocol: 0x0800 })).toBe(0);
    expect(await greToGateway(CLIENT, 1, 0, { version: 0, protocol: 0x880b })).toBe(0);
    expect(await greToGateway(CLIENT, call.toServer, 0, { protocol: 0x0800 })).toBe(0);
    expect(await call.clientToServer(3)).toBe(3);
    await call.hangUp();
  });

  test('goes on when the filter is loaded again, and the policy comes back with it', async () => {
    const call = await network.call();
    expect(await call.clientToServer(3)).toBe(3);
    network.reload(backend);
    expect([await call.clientToServer(3), await call.serverToClient(GATEWAY, 3)]).toEqual([3, 3]);
    const other = await network.call(NEIGHBOUR);
    expect(await other.clientToServer(3)).toBe(3);
    await other.hangUp();
    await call.hangUp();
  });

  const lost = form === 'helper';
  test(`after a flush of the connection table: ${lost ? 'lost until the client redials' : 'goes on'}`, async () => {
    const call = await network.call();
    expect(await call.clientToServer(3)).toBe(3);
    network.gateway.must('conntrack', '-F');
    expect(await call.clientToServer(lost ? 0 : 3)).toBe(lost ? 0 : 3);
    await call.hangUp();
    const again = await network.call(CLIENT, { client: 0x3333, server: 0x4444 });
    expect(await again.clientToServer(3)).toBe(3);
    await again.hangUp();
  });

  test('ends with the right to connect: call, control connection and all', async () => {
    const call = await network.call();
    expect(await call.clientToServer(3)).toBe(3);
    apply({ ...POLICY, clients: ['203.0.113.11/32'] });
    expect(await call.clientToServer(0)).toBe(0);
    expect(await call.isCut()).toBe(true);
    const other = await network.call(NEIGHBOUR);
    expect(await other.clientToServer(3)).toBe(3);
    await other.hangUp();
    await call.hangUp();
  });
});

describe.each(BACKENDS)('the gate, %s', (backend) => {
  test('E9: is shut once its entry has expired, and the next echo opens it', async () => {
    load(backend);
    const call = await network.call();
    expect(await call.clientToServer(3)).toBe(3);
    network.gateway.sh(
      backend === 'nft'
        ? `nft delete element inet vpn_gateway peers { ${CLIENT} }`
        : `echo -${CLIENT} >/proc/net/xt_recent/vpn-peers`,
    );
    expect(await call.clientToServer(0)).toBe(0);
    await call.echo();
    expect(await call.clientToServer(3)).toBe(3);
    await call.hangUp();
  });
});

describe.each(BACKENDS)('who may connect, %s', (backend) => {
  const stranger = backend === 'nft' ? 'jump refuse_stranger' : 'vpn-offered -j vpn-refuse-stranger';

  test('a source outside the allowed ranges is not answered, and counted', async () => {
    load(backend);
    expect(await network.dials(STRANGER, false)).toBe(false);
    expect(network.counted(backend, stranger)).toBeGreaterThan(0);
  });

  test('nobody before a policy was applied', async () => {
    network.gateway.sh('rm -f /var/lib/vpn-gateway/*');
    network.reload(backend);
    expect(await network.dials(CLIENT, false)).toBe(false);
  });

  test("everybody when the policy says 'any', and GRE stays gated", async () => {
    load(backend, { clients: 'any', destinations: [] });
    expect(await greToGateway(STRANGER, 0x2222, 0)).toBe(0);
    const call = await network.call(STRANGER);
    expect(await call.clientToServer(3)).toBe(3);
    await call.hangUp();
    // A tunnel within a tunnel is not for everybody either.
    for (const dst of ['10.99.0.1', GATEWAY]) {
      expect(await tcp(alice, dst, 1723, false)).toBe(false);
    }
  });

  test('overlapping and adjacent ranges are no error', async () => {
    load(backend, {
      clients: ['203.0.113.0/25', '203.0.113.0/24', '203.0.113.8/29', '203.0.112.0/24'],
      destinations: [],
    });
    expect(await network.dials(CLIENT, true)).toBe(true);
    expect(await network.dials(STRANGER, false)).toBe(false);
  });

  test('no other port of the gateway answers, from outside or from a tunnel; a ping from the tunnel does', async () => {
    load(backend);
    expect(await network.tcp(network.onOutside, CLIENT, GATEWAY, 22, false)).toBe(false);
    for (const port of [22, 1723]) {
      expect(await tcp(alice, '10.99.0.1', port, false)).toBe(false);
      expect(await tcp(alice, GATEWAY, port, false)).toBe(false);
    }
    expect(alice.machine.run(['ping', '-c', '1', '-W', '5', '10.99.0.1'])).toMatchObject({ status: 0 });
    expect(alice.machine.run(['ping', '-c', '1', '-W', '0.2', GATEWAY])).not.toMatchObject({ status: 0 });
    expect(network.outside.run(['ping', '-c', '1', '-W', '0.2', GATEWAY])).not.toMatchObject({ status: 0 });
  });
});

describe.each(BACKENDS)('the flood limit, %s', (backend) => {
  /** How many connections at once come up: all of them, or those that do before a SYN is repeated. */
  const burst = (count: number, all: boolean) =>
    network.onOutside.do<number>('burst', { src: CLIENT, dst: GATEWAY, port: 1723, count, patience: all ? 10 : 0.9 });

  test('60 clients behind one address can all redial at once, each SYN repeated three times', async () => {
    load(backend);
    expect(await burst(240, true)).toBe(240);
  });

  test('more than the burst is refused, to that source alone', async () => {
    load(backend);
    const up = await burst(400, false);
    expect(up).toBeGreaterThanOrEqual(240);
    expect(up).toBeLessThan(250);
    expect(network.counted(backend, backend === 'nft' ? 'jump refuse_flood' : '-j vpn-refuse-flood')).toBeGreaterThan(
      100,
    );
    expect(await network.dials(NEIGHBOUR, true)).toBe(true);
  });

  test('its numbers are options', async () => {
    load(backend, POLICY, { limits: { newConnectionsPerMinute: 6, newConnectionsBurst: 5 } });
    expect(await burst(40, false)).toBe(5);
  });
});

describe.each(BACKENDS)('where clients may go, %s', (backend) => {
  beforeAll(() => load(backend));

  test('to the destinations of the policy, behind the address of the gateway', async () => {
    expect(await tcp(alice, '10.20.0.5', 443, true, 'web')).toBe(true);
    expect(await alice.agent.do('talk', { name: 'web' })).toBe(true);
    expect(await udp(alice, '10.20.0.9', 5005, true)).toBe(GATEWAY);
  });

  test('to the DNS servers that they were given, for DNS only', async () => {
    expect(await udp(alice, '10.20.0.53', 53, true)).toBe(GATEWAY);
    expect(await udp(alice, '10.20.0.53', 123, false)).toBeUndefined();
    expect(await udp(alice, '10.20.0.9', 53, false)).toBeUndefined();
  });

  test('to no other host, port or protocol', async () => {
    expect(await tcp(alice, '10.20.0.5', 80, false)).toBe(false);
    expect(await tcp(alice, '10.20.0.9', 443, false)).toBe(false);
    expect(await udp(alice, '10.20.0.9', 5011, false)).toBeUndefined();
    expect(await udp(alice, '192.0.2.1', 5005, false)).toBeUndefined();
    expect(alice.machine.run(['ping', '-c', '1', '-W', '0.2', '10.20.0.5'])).not.toMatchObject({ status: 0 });
    expect(
      network.counted(backend, backend === 'nft' ? 'jump refuse_destination' : '-j vpn-refuse-destination'),
    ).toBeGreaterThan(3);
  });

  test('only with the address that they were given: neither a foreign one nor the one of another client', async () => {
    expect(await udp(alice, '10.20.0.9', 5005, false, '172.16.9.9')).toBeUndefined();
    expect(await udp(alice, '10.20.0.9', 5005, false, bob.address)).toBeUndefined();
    expect(await udp(alice, '10.20.0.9', 5005, false, '10.99.0.1')).toBeUndefined();
    expect(await udp(bob, '10.20.0.9', 5005, true)).toBe(GATEWAY);
    expect(network.counted(backend, backend === 'nft' ? 'fib saddr . iif oif' : 'rpfilter')).toBeGreaterThan(0);
  });

  test('and nobody outside starts a connection to a client, or takes the address of one', async () => {
    for (const src of ['10.20.0.9', bob.address]) {
      const packets = (payload: Buffer) => [datagram(src, alice.address, 5005, payload)];
      expect(await network.packetsTo(alice.agent, 'arrived', packets, 0)).toBe(0);
    }
    expect(network.counted(backend, backend === 'nft' ? 'iifname != "ppp*" ip saddr' : '10.99.0.0/24 ! -i ppp+')).toBe(
      1,
    );
  });

  test('everywhere with a full tunnel, but neither to each other nor to the metadata of the cloud', async () => {
    load(backend, { clients: ['203.0.113.0/24'], destinations: [{ cidr: '0.0.0.0/0', protocol: 'any' }] });
    expect(await udp(alice, '10.20.0.9', 80, true)).toBe(GATEWAY);
    expect(alice.machine.run(['ping', '-c', '1', '-W', '5', '10.20.0.5'])).toMatchObject({ status: 0 });
    const packets = (payload: Buffer) => [datagram(alice.address, bob.address, 5005, payload)];
    expect(await network.packetsTo(bob.agent, 'arrived', packets, 0, alice.agent)).toBe(0);
    expect(network.counted(backend, backend === 'nft' ? 'jump refuse_among' : '-j vpn-refuse-among')).toBe(1);
    expect(await udp(alice, METADATA, 80, false)).toBeUndefined();
    expect(await tcp(alice, METADATA, 80, false)).toBe(false);
    expect(
      network.counted(backend, backend === 'nft' ? 'jump refuse_metadata' : '-j vpn-refuse-metadata'),
    ).toBeGreaterThan(1);
  });

  test('with their addresses of the pool, when the pool is routed', async () => {
    load(backend, POLICY, { addressing: 'routed' });
    expect(await udp(alice, '10.20.0.9', 5005, true)).toBe(alice.address);
    expect(await tcp(alice, '10.20.0.5', 443, true)).toBe(true);
  });
});

describe.each(BACKENDS)('a user with destinations, %s', (backend) => {
  beforeAll(() => load(backend));

  test('loses what is not among them, and gains nothing that the policy does not allow', async () => {
    expect(await udp(alice, '10.20.0.9', 5006, true)).toBe(GATEWAY);
    expect(network.apply('users', JSON.stringify(USERS))).toMatchObject({ status: 0 });
    expect(await udp(alice, '10.20.0.9', 5005, true)).toBe(GATEWAY);
    expect(await udp(alice, '10.20.0.9', 5006, false)).toBeUndefined();
    expect(await tcp(alice, '10.20.0.5', 443, false)).toBe(false);
    expect(await udp(alice, '10.30.0.1', 5005, false)).toBeUndefined();
    expect(network.counted(backend, backend === 'nft' ? 'jump refuse_reach' : '-j vpn-refuse-reach')).toBeGreaterThan(
      1,
    );
    // Names are still looked up, and everybody else goes where the policy says.
    expect(await udp(alice, '10.20.0.53', 53, true)).toBe(GATEWAY);
    expect(await tcp(bob, '10.20.0.5', 443, true)).toBe(true);
  });

  test('stays restricted over a reload and a new policy, which restricts what is left', async () => {
    network.reload(backend);
    expect(await udp(alice, '10.20.0.9', 5006, false)).toBeUndefined();
    expect(await udp(alice, '10.20.0.9', 5004, true)).toBe(GATEWAY);
    apply({ ...POLICY, destinations: [{ cidr: '10.20.0.9/32', protocol: 'udp', fromPort: 5005, toPort: 5009 }] });
    expect(await udp(alice, '10.20.0.9', 5004, false)).toBeUndefined();
    expect(await udp(alice, '10.20.0.9', 5005, true)).toBe(GATEWAY);
    expect(await udp(bob, '10.20.0.9', 5009, true)).toBe(GATEWAY);
    expect(await udp(alice, '10.20.0.9', 5009, false)).toBeUndefined();
  });

  test('is free again when the secret no longer says so, and nothing of it is left behind', async () => {
    apply(POLICY);
    const chains = () =>
      (backend === 'nft'
        ? network.gateway.must('nft', 'list', 'ruleset').match(/chain reach_\d+/g)
        : network.gateway.must('iptables', '-S').match(/-N vpn-reach-\d+/g)) ?? [];
    expect(chains()).toHaveLength(2);
    expect(network.apply('users', '{"users": []}')).toMatchObject({ status: 0 });
    expect(chains()).toEqual([]);
    expect(await udp(alice, '10.20.0.9', 5006, true)).toBe(GATEWAY);
  });
});

describe.each(BACKENDS)("a client's connection, %s", (backend) => {
  test.each([
    ['a reload of the filter', () => network.reload(backend)],
    ['a flush of the connection table, once the client sends', () => network.gateway.must('conntrack', '-F')],
  ])('goes on after %s', async (_, disturb) => {
    load(backend);
    expect(await tcp(alice, '10.20.0.5', 443, true, 'long')).toBe(true);
    expect(await alice.agent.do('talk', { name: 'long' })).toBe(true);
    disturb();
    expect(await alice.agent.do('talk', { name: 'long' })).toBe(true);
  });
});

describe.each(BACKENDS)('a changed policy, %s', (backend) => {
  beforeEach(() => load(backend));

  test('applies while a call lives, and cuts nobody who stays allowed', async () => {
    const call = await network.call();
    apply({
      clients: ['203.0.113.0/24', '198.51.100.0/24'],
      destinations: [{ cidr: '10.20.0.9/32', protocol: 'udp', fromPort: 7000 }],
    });
    expect(await call.clientToServer(3)).toBe(3);
    await call.echo();
    expect(await network.dials(STRANGER, true)).toBe(true);
    await call.hangUp();
    expect(await udp(alice, '10.20.0.9', 7000, true)).toBe(GATEWAY);
    expect(await udp(alice, '10.20.0.9', 5005, false)).toBeUndefined();
  });

  test('that withdraws a destination ends even a connection that is up', async () => {
    expect(await tcp(alice, '10.20.0.5', 443, true, 'up')).toBe(true);
    expect(await alice.agent.do('talk', { name: 'up' })).toBe(true);
    apply({ ...POLICY, destinations: [] });
    expect(await alice.agent.do('talk', { name: 'up', timeout: 0.3 })).toBe(false);
  });

  test('that is the same leaves the counters alone', async () => {
    expect(await network.dials(STRANGER, false)).toBe(false);
    const rule = backend === 'nft' ? 'jump refuse_stranger' : 'vpn-offered -j vpn-refuse-stranger';
    const before = network.counted(backend, rule);
    apply(POLICY);
    expect(before).toBeGreaterThan(0);
    // SYNs that are repeated meanwhile count on; a filter that was loaded again would begin at nothing.
    expect(network.counted(backend, rule)).toBeGreaterThanOrEqual(before);
  });
});

describe('a policy', () => {
  beforeAll(() => load('nft'));

  test.each([
    ['nothing at all', ''],
    ['of another version', 'vpn-gateway policy 2\nclient 0.0.0.0/0\n'],
    ['a statement of nft', 'vpn-gateway policy 1\nclient 0.0.0.0/0\nflush ruleset\n'],
    ['a statement behind a range', 'vpn-gateway policy 1\nto 10.0.0.0/8 accept; flush ruleset\n'],
    ['ports out of order', 'vpn-gateway policy 1\nto 10.0.0.0/8 tcp 9-5\n'],
    ['an address that is none', 'vpn-gateway policy 1\nclient 10.0.0.999/8\n'],
    ['JSON', '{"clients": "any"}'],
  ])('that is %s is refused as a whole, and the last good one stays', (_, text) => {
    const before = network.gateway.must('nft', 'list', 'set', 'inet', 'vpn_gateway', 'clients');
    const refused = network.apply('policy', text);
    expect(refused.status).toBe(1);
    expect(refused.text).toContain('policy refused: ');
    expect(network.gateway.must('nft', 'list', 'set', 'inet', 'vpn_gateway', 'clients')).toBe(before);
    expect(network.gateway.read('/var/lib/vpn-gateway/policy.nft')).toContain('203.0.113.0/24');
  });
});
