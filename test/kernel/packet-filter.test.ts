import { PptpPool, renderPolicy } from '../../lib/host';
import { type PptpHostOptions, pptpHost } from './support/hosts';
import { type Agent, cable, Machine } from './support/machine';

interface Packet {
  readonly protocol: number;
  readonly from: string;
  readonly to: string;
  readonly port?: number;
  readonly flags?: string;
  readonly mss?: number;
  readonly text?: string;
}

const GATEWAY = '192.0.2.10';
const CLIENT = '203.0.113.10';
const NEIGHBOUR = '203.0.113.11';
const STRANGER = '198.51.100.7';
const POLICY = {
  clients: ['203.0.113.0/24'],
  destinations: [
    { cidr: '10.20.0.5/32', protocol: 'tcp', fromPort: 443 },
    { cidr: '10.20.0.0/24', protocol: 'udp', fromPort: 5000, toPort: 5010 },
  ],
} as const;

let gateway: Machine;
let outside: Machine;
let alice: Machine;
let bob: Machine;
let on: { gateway: Agent; outside: Agent; alice: Agent; bob: Agent };

/**
 * The gateway between the internet with everything behind it (`outside`) and two clients on interfaces that are called
 * ppp0 and ppp1, as pppd's are: addresses, routes and MTU are those that pppd would set.
 */
beforeAll(async () => {
  [gateway, outside, alice, bob] = await Promise.all([
    Machine.start(),
    Machine.start(),
    Machine.start(),
    Machine.start(),
  ]);
  cable(gateway, 'ens5', outside, 'net0');
  cable(gateway, 'ppp0', alice, 'tun0');
  cable(gateway, 'ppp1', bob, 'tun0');
  gateway.sh(`ip address add ${GATEWAY}/24 dev ens5; ip link set ens5 up; ip route add default via 192.0.2.1 2>/dev/null || true
    ip address add 10.99.0.1 peer 10.99.0.2 dev ppp0; ip link set ppp0 mtu 1400 up
    ip address add 10.99.0.1 peer 10.99.0.3 dev ppp1; ip link set ppp1 mtu 1400 up
    sysctl -q -w net.ipv4.ip_forward=1`);
  outside.sh(`ip address add 192.0.2.1/24 dev net0; ip link set net0 up; ip route add 10.99.0.0/24 via ${GATEWAY}
    for address in ${CLIENT} ${NEIGHBOUR} ${STRANGER} 10.20.0.5 10.20.0.53 10.20.0.9 169.254.169.254; do ip address add $address/32 dev lo; done`);
  for (const [machine, address] of [
    [alice, '10.99.0.2'],
    [bob, '10.99.0.3'],
  ] as const) {
    machine.sh(
      `ip address add ${address} peer 10.99.0.1 dev tun0; ip link set tun0 up; ip route add default dev tun0 via 10.99.0.1`,
    );
  }
  gateway.must('ip', 'route', 'replace', 'default', 'via', '192.0.2.1');
  on = { gateway: gateway.agent(), outside: outside.agent(), alice: alice.agent(), bob: bob.agent() };
  await on.gateway.do('serve', { port: 1723 });
  await on.gateway.do('serve', { port: 22 });
  for (const port of [443, 80]) {
    await on.outside.do('serve', { port });
  }
}, 300_000);

afterAll(async () => {
  await Promise.all([gateway, outside, alice, bob].map((machine) => machine?.stop()));
});

/** A gateway as its machine is after boot: filter loaded, policy applied, nobody has spoken yet. */
function load(policy: Parameters<typeof renderPolicy>[0] = POLICY, options: PptpHostOptions = {}): void {
  gateway.sh('rm -rf /var/lib/vpn-gateway; mkdir -p /var/lib/vpn-gateway');
  gateway.install(pptpHost(options));
  gateway.must('nft', '-f', '/etc/nftables.conf');
  apply(policy);
}

function apply(policy: Parameters<typeof renderPolicy>[0]): void {
  const applied = gateway.run(['sh', '-c', '. /etc/vpn-gateway/settings; exec vpn-gateway-apply policy'], {
    input: renderPolicy(policy),
  });
  expect(applied).toMatchObject({ status: 0 });
}

/** How many of three GRE packets reach a process on the gateway. */
async function greToGateway(src: string, more: Record<string, number> = {}): Promise<number> {
  await on.gateway.do('delivered');
  await on.outside.do('gre', { src, dst: GATEWAY, call: 7, ...more });
  return (await on.gateway.do<Packet[]>('delivered')).filter((packet) => packet.from === src).length;
}

/** How many of three GRE packets from the gateway reach the client. */
async function greToClient(dst: string): Promise<number> {
  await on.outside.do('arrived');
  await on.gateway.do('gre', { src: GATEWAY, dst, call: 9 });
  return (await on.outside.do<Packet[]>('arrived')).filter((packet) => packet.protocol === 47 && packet.to === dst)
    .length;
}

async function dial(src: string, name = src): Promise<boolean> {
  return on.outside.do<boolean>('connect', { src, dst: GATEWAY, port: 1723, name });
}

/** Whether a datagram that a client sends arrives outside; with the source that it has there. */
async function udpFrom(agent: Agent, src: string, dst: string, port: number): Promise<string | undefined> {
  await on.outside.do('arrived');
  await agent.do('udp', { src, dst, port });
  return (await on.outside.do<Packet[]>('arrived')).find((packet) => packet.protocol === 17 && packet.port === port)
    ?.from;
}

/** Packets that each counting rule of the gateway has dropped or accepted, by the rule's own text. */
function counter(text: string): number {
  const line = gateway
    .must('nft', 'list', 'ruleset')
    .split('\n')
    .find((each) => each.includes(text));
  return Number(/counter packets (\d+)/.exec(line ?? '')?.[1] ?? Number.NaN);
}

describe('the rendered packet filter', () => {
  test.each(['masquerade', 'routed'] as const)('is one that nft of Debian 13 takes (%s)', (addressing) => {
    for (const pool of ['10.99.0.0/24', '10.96.0.0/14']) {
      for (const dnsServers of [[], ['10.20.0.53'], ['10.20.0.53', '9.9.9.9']]) {
        gateway.install(pptpHost({ addressing, dnsServers, pool: PptpPool.from(pool) }));
        expect(gateway.run(['nft', '-c', '-f', '/etc/nftables.conf'])).toEqual({ status: 0, text: '' });
      }
    }
  });
});

describe('the gate for GRE', () => {
  test('lets GRE in only after its sender spoke on TCP 1723', async () => {
    load();
    expect(await greToGateway(CLIENT)).toBe(0);
    expect(await dial(CLIENT)).toBe(true);
    expect(await greToGateway(CLIENT)).toBe(3);
    expect(await greToClient(CLIENT)).toBe(3);
    expect(await greToGateway(CLIENT)).toBe(3);
  });

  test('works when the gateway sends the first packet of a call', async () => {
    load();
    expect(await dial(CLIENT)).toBe(true);
    expect(await greToClient(CLIENT)).toBe(3);
    expect(await greToGateway(CLIENT)).toBe(3);
  });

  test('stays shut for another address of the allowed range, and for a stranger', async () => {
    load();
    expect(await dial(CLIENT)).toBe(true);
    expect(await greToGateway(NEIGHBOUR)).toBe(0);
    expect(await greToGateway(STRANGER)).toBe(0);
    expect(await greToGateway(CLIENT)).toBe(3);
  });

  test('refuses plain tunnels (GRE version 0) and GRE version 1 that carries no PPP', async () => {
    load();
    expect(await dial(CLIENT)).toBe(true);
    expect(await greToGateway(CLIENT, { version: 0 })).toBe(0);
    expect(await greToGateway(CLIENT, { version: 0, protocol: 0x0800 })).toBe(0);
    expect(await greToGateway(CLIENT, { protocol: 0x0800 })).toBe(0);
    expect(await greToGateway(CLIENT)).toBe(3);
  });

  test('forgets nothing when the filter is loaded again: the saved policy comes back with it', async () => {
    load();
    gateway.must('nft', '-f', '/etc/nftables.conf');
    expect(await dial(CLIENT)).toBe(true);
    expect(await greToGateway(CLIENT)).toBe(3);
  });
});

describe('the recipe of the article that started this', () => {
  const recipe = `flush ruleset
table inet recipe {
  chain input {
    type filter hook input priority filter; policy drop
    iif "lo" accept
    tcp dport 1723 ct state new,established accept
    ip protocol 47 ct state established accept
  }
}
`;

  test('never lets a call in, whichever side sends first', async () => {
    gateway.write('/recipe.nft', recipe);
    gateway.must('nft', '-f', '/recipe.nft');
    expect(await dial(CLIENT)).toBe(true);
    expect(await greToGateway(CLIENT)).toBe(0);
    expect(await greToClient(CLIENT)).toBe(3);
    expect(await greToGateway(CLIENT)).toBe(0);
    gateway.must('nft', '-f', '/recipe.nft');
    expect(await dial(NEIGHBOUR)).toBe(true);
    expect(await greToClient(NEIGHBOUR)).toBe(3);
    expect(await greToGateway(NEIGHBOUR)).toBe(0);
  });
});

describe('who may connect', () => {
  test('a source outside the allowed ranges is not answered', async () => {
    load();
    expect(await dial(STRANGER)).toBe(false);
    expect(counter('ip saddr != @clients')).toBeGreaterThan(0);
  });

  test('nobody before a policy was applied', async () => {
    gateway.sh('rm -f /var/lib/vpn-gateway/*');
    gateway.must('nft', '-f', '/etc/nftables.conf');
    expect(await dial(CLIENT)).toBe(false);
  });

  test("everybody when the policy says 'any', and GRE stays gated", async () => {
    load({ clients: 'any', destinations: [] });
    expect(await greToGateway(STRANGER)).toBe(0);
    expect(await dial(STRANGER)).toBe(true);
    expect(await greToGateway(STRANGER)).toBe(3);
    // A tunnel within a tunnel is not for everybody either.
    for (const dst of ['10.99.0.1', GATEWAY]) {
      expect(await on.alice.do('connect', { src: '10.99.0.2', dst, port: 1723, name: 'inner' })).toBe(false);
    }
  });

  test('overlapping and adjacent ranges are one set', async () => {
    load({ clients: ['203.0.113.0/25', '203.0.113.0/24', '203.0.113.8/29', '203.0.112.0/24'], destinations: [] });
    expect(await dial(CLIENT)).toBe(true);
    expect(await dial(STRANGER)).toBe(false);
  });

  test('no other port of the gateway answers, from outside or from a tunnel', async () => {
    load();
    expect(await on.outside.do('connect', { src: CLIENT, dst: GATEWAY, port: 22, name: 'ssh' })).toBe(false);
    for (const port of [22, 1723]) {
      expect(await on.alice.do('connect', { src: '10.99.0.2', dst: '10.99.0.1', port, name: 'ssh' })).toBe(false);
      expect(await on.alice.do('connect', { src: '10.99.0.2', dst: GATEWAY, port, name: 'ssh' })).toBe(false);
    }
    expect(alice.run(['ping', '-c', '1', '-W', '1', '10.99.0.1'])).toMatchObject({ status: 0 });
  });
});

describe('the flood limit', () => {
  test('60 clients behind one address can all redial at once, each SYN repeated three times', async () => {
    load();
    expect(await on.outside.do('burst', { src: CLIENT, dst: GATEWAY, port: 1723, count: 240 })).toBe(240);
  });

  test('more than the burst is refused, to that source alone', async () => {
    load();
    const up = await on.outside.do<number>('burst', { src: CLIENT, dst: GATEWAY, port: 1723, count: 400 });
    expect(up).toBeGreaterThanOrEqual(240);
    expect(up).toBeLessThan(250);
    expect(await dial(NEIGHBOUR)).toBe(true);
  });

  test('its numbers are options', async () => {
    load(POLICY, { limits: { newConnectionsPerMinute: 6, newConnectionsBurst: 5 } });
    expect(await on.outside.do('burst', { src: CLIENT, dst: GATEWAY, port: 1723, count: 40 })).toBe(5);
  });
});

describe('where clients may go', () => {
  beforeAll(() => load());

  test('to the destinations of the policy, behind the address of the gateway', async () => {
    expect(await on.alice.do('connect', { src: '10.99.0.2', dst: '10.20.0.5', port: 443, name: 'web' })).toBe(true);
    expect(await on.alice.do('talk', { name: 'web' })).toBe(true);
    expect(await udpFrom(on.alice, '10.99.0.2', '10.20.0.9', 5005)).toBe(GATEWAY);
  });

  test('to the DNS servers that they were given, for DNS only', async () => {
    expect(await udpFrom(on.alice, '10.99.0.2', '10.20.0.53', 53)).toBe(GATEWAY);
    expect(await udpFrom(on.alice, '10.99.0.2', '10.20.0.53', 123)).toBeUndefined();
    expect(await udpFrom(on.alice, '10.99.0.2', '10.20.0.9', 53)).toBeUndefined();
  });

  test('to no other host, port or protocol', async () => {
    expect(await on.alice.do('connect', { src: '10.99.0.2', dst: '10.20.0.5', port: 80, name: 'other' })).toBe(false);
    expect(await on.alice.do('connect', { src: '10.99.0.2', dst: '10.20.0.9', port: 443, name: 'other' })).toBe(false);
    expect(await udpFrom(on.alice, '10.99.0.2', '10.20.0.9', 5011)).toBeUndefined();
    expect(await udpFrom(on.alice, '10.99.0.2', '192.0.2.1', 5005)).toBeUndefined();
    expect(alice.run(['ping', '-c', '1', '-W', '1', '10.20.0.5'])).not.toMatchObject({ status: 0 });
  });

  test('with their addresses of the pool, when the pool is routed', async () => {
    load(POLICY, { addressing: 'routed' });
    expect(await udpFrom(on.alice, '10.99.0.2', '10.20.0.9', 5005)).toBe('10.99.0.2');
    expect(await on.alice.do('connect', { src: '10.99.0.2', dst: '10.20.0.5', port: 443, name: 'web' })).toBe(true);
    load();
  });

  test('not to each other, not even where the policy allows everything', async () => {
    load({ clients: ['203.0.113.0/24'], destinations: [{ cidr: '0.0.0.0/0', protocol: 'any' }] });
    await on.bob.do('arrived');
    await on.alice.do('udp', { src: '10.99.0.2', dst: '10.99.0.3', port: 5005 });
    expect((await on.bob.do<Packet[]>('arrived')).filter((packet) => packet.protocol === 17)).toEqual([]);
    expect(counter('oifname "ppp*" counter')).toBeGreaterThan(0);
  });

  test('not to the metadata of the cloud, not even where the policy allows everything', async () => {
    expect(await udpFrom(on.alice, '10.99.0.2', '169.254.169.254', 80)).toBeUndefined();
    expect(await on.alice.do('connect', { src: '10.99.0.2', dst: '169.254.169.254', port: 80, name: 'imds' })).toBe(
      false,
    );
    expect(await udpFrom(on.alice, '10.99.0.2', '10.20.0.9', 80)).toBe(GATEWAY);
    load();
  });

  test('only with the address that they were given: neither a foreign one nor the one of another client', async () => {
    expect(await udpFrom(on.alice, '172.16.9.9', '10.20.0.9', 5005)).toBeUndefined();
    expect(await udpFrom(on.alice, '10.99.0.3', '10.20.0.9', 5005)).toBeUndefined();
    expect(await udpFrom(on.bob, '10.99.0.3', '10.20.0.9', 5005)).toBe(GATEWAY);
    expect(counter('fib saddr . iif oif')).toBe(1);
  });

  test('and nobody outside starts a connection to a client, or takes the address of one', async () => {
    await on.alice.do('arrived');
    await on.outside.do('udp', { src: '10.20.0.9', dst: '10.99.0.2', port: 5005 });
    await on.outside.do('udp', { src: '10.99.0.3', dst: '10.99.0.2', port: 5005 });
    expect((await on.alice.do<Packet[]>('arrived')).filter((packet) => packet.protocol === 17)).toEqual([]);
    expect(counter('iifname != "ppp*" ip saddr')).toBe(1);
  });
});

describe('the MSS', () => {
  test('is clamped to the tunnel in both directions', async () => {
    load();
    await on.outside.do('arrived');
    await on.alice.do('arrived');
    expect(await on.alice.do('connect', { src: '10.99.0.2', dst: '10.20.0.5', port: 443, name: 'mss' })).toBe(true);
    const syn = (await on.outside.do<Packet[]>('arrived')).find((packet) => packet.flags === 'S');
    const answer = (await on.alice.do<Packet[]>('arrived')).find((packet) => packet.flags === 'SA');
    // 1400 for the tunnel, less 20 for IP and 20 for TCP; both ends have links of 1500 and asked for 1460.
    expect([syn?.mss, answer?.mss]).toEqual([1360, 1360]);
  });
});

describe('a changed policy', () => {
  test('applies while a call lives, and cuts nobody who stays allowed', async () => {
    load();
    expect(await dial(CLIENT, 'control')).toBe(true);
    expect(await greToGateway(CLIENT)).toBe(3);
    apply({
      clients: ['203.0.113.0/24', '198.51.100.0/24'],
      destinations: [{ cidr: '10.20.0.9/32', protocol: 'udp', fromPort: 7000 }],
    });
    expect(await greToGateway(CLIENT)).toBe(3);
    expect(await on.outside.do('talk', { name: 'control' })).toBe(true);
    expect(await dial(STRANGER)).toBe(true);
    expect(await udpFrom(on.alice, '10.99.0.2', '10.20.0.9', 7000)).toBe(GATEWAY);
  });

  test('a withdrawn destination ends even a connection that is up', async () => {
    load();
    expect(await on.alice.do('connect', { src: '10.99.0.2', dst: '10.20.0.5', port: 443, name: 'up' })).toBe(true);
    expect(await on.alice.do('talk', { name: 'up' })).toBe(true);
    apply({ ...POLICY, destinations: [] });
    expect(await on.alice.do('talk', { name: 'up' })).toBe(false);
  });

  test('a withdrawn client is cut off, call and all', async () => {
    load();
    expect(await dial(CLIENT, 'control')).toBe(true);
    expect(await greToGateway(CLIENT)).toBe(3);
    apply({ ...POLICY, clients: ['203.0.113.11/32'] });
    expect(await greToGateway(CLIENT)).toBe(0);
    expect(await on.outside.do('talk', { name: 'control' })).toBe(false);
    expect(await dial(NEIGHBOUR)).toBe(true);
  });

  test.each([
    ['nothing at all', ''],
    ['another version', 'vpn-gateway policy 2\nclient 0.0.0.0/0\n'],
    ['a statement of nft', 'vpn-gateway policy 1\nclient 0.0.0.0/0\nflush ruleset\n'],
    ['a statement behind a range', 'vpn-gateway policy 1\nto 10.0.0.0/8 accept; flush ruleset\n'],
    ['ports out of order', 'vpn-gateway policy 1\nto 10.0.0.0/8 tcp dport 9-5\n'],
    ['an address that is none', 'vpn-gateway policy 1\nclient 10.0.0.999/8\n'],
    ['JSON', '{"clients": "any"}'],
  ])('that is %s is refused as a whole, and the last good one stays', async (_, text) => {
    load();
    const before = gateway.must('nft', 'list', 'set', 'inet', 'vpn_gateway', 'clients');
    const refused = gateway.run(['sh', '-c', '. /etc/vpn-gateway/settings; exec vpn-gateway-apply policy'], {
      input: text,
    });
    expect(refused.status).toBe(1);
    expect(refused.text).toContain('policy refused: ');
    expect(gateway.must('nft', 'list', 'set', 'inet', 'vpn_gateway', 'clients')).toBe(before);
    expect(gateway.read('/var/lib/vpn-gateway/policy.nft')).toContain('203.0.113.0/24');
  });
});
