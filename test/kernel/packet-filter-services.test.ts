import type { ServiceFilter } from '../../lib/host';
import { BACKENDS, clearFilters, filterLoad, type Load, renderFilter } from './support/filters';
import {
  CLIENT,
  datagram,
  GATEWAY,
  GatewayNetwork,
  NEIGHBOUR,
  STRANGER,
  type TunnelClient,
} from './support/gateway-network';
import { encodeIcmp, encodeIpv4, encodeUdp, IP_PROTOCOLS } from './support/packets';
import { mark, pass } from './support/pptp-call';

const SERVICES: readonly ServiceFilter[] = [
  {
    ...{ tunnel: 'ppp*', pool: '10.99.0.0/24', gateway: '10.99.0.1' },
    opens: [{ kind: 'pptp', newConnectionsPerMinute: 120, newConnectionsBurst: 240, form: 'gate' }],
  },
  { tunnel: 'wg0', pool: '10.99.1.0/24', gateway: '10.99.1.1', opens: [{ kind: 'udp', port: 51820 }] },
  {
    ...{ tunnel: 'ipsec0', pool: '10.99.2.0/24', gateway: '10.99.2.1' },
    opens: [{ kind: 'udp', port: 500 }, { kind: 'udp', port: 4500 }, { kind: 'esp' }],
  },
  { tunnel: 'tun0', pool: '10.99.3.0/24', gateway: '10.99.3.1', opens: [{ kind: 'tcp', port: 443 }] },
];
const EVERYWHERE: Load = { clients: ['203.0.113.0/24'], destinations: [['0.0.0.0/0', null, null]], reach: [] };

let network: GatewayNetwork;
let all: readonly TunnelClient[];

/** One machine with all four servers, and a client at the other end of each tunnel. */
beforeAll(async () => {
  network = await GatewayNetwork.start(
    SERVICES.map(({ tunnel, gateway }) => ({
      name: tunnel.replace('*', '0'),
      gateway,
      client: gateway.replace(/1$/, '2'),
    })),
  );
  all = network.clients;
  await network.onGateway.do('serve', { port: 443 });
}, 300_000);

afterAll(() => network?.stop());

const toGateway = (packets: (payload: Buffer) => Buffer[], expected: number) =>
  network.packetsTo(network.onGateway, 'delivered', packets, expected);
const udp = (src: string, port: number, expected: number, fromPort?: number) =>
  toGateway((payload) => [datagram(src, GATEWAY, port, payload, fromPort)], expected);
const esp = (src: string, expected: number) =>
  toGateway(
    (payload) => [encodeIpv4(IP_PROTOCOLS.esp, src, GATEWAY, Buffer.concat([Buffer.alloc(8, 1), payload]))],
    expected,
  );

describe.each(BACKENDS)('four servers on one machine, %s', (backend) => {
  beforeAll(() => {
    network.boot(renderFilter(SERVICES, backend), backend);
    network.load(EVERYWHERE);
  });

  test('are open to clients on exactly their ports', async () => {
    for (const port of [500, 4500, 51820]) {
      expect([port, await udp(CLIENT, port, 1)]).toEqual([port, 1]);
      expect([port, await udp(STRANGER, port, 0)]).toEqual([port, 0]);
    }
    for (const port of [53, 123, 1194, 1701, 51821]) {
      expect([port, await udp(CLIENT, port, 0)]).toEqual([port, 0]);
    }
    expect([await esp(CLIENT, 1), await esp(STRANGER, 0)]).toEqual([1, 0]);
    expect(await network.tcp(network.onOutside, CLIENT, GATEWAY, 443, true)).toBe(true);
    expect(await network.tcp(network.onOutside, STRANGER, GATEWAY, 443, false)).toBe(false);
    expect(await network.tcp(network.onOutside, CLIENT, GATEWAY, 22, false)).toBe(false);
    await (await network.call()).hangUp();
  });

  test('are not open from inside a tunnel, where the gateway answers pings alone', async () => {
    for (const client of all) {
      const packets = (payload: Buffer) => [datagram(client.address, GATEWAY, 51820, payload)];
      expect(await network.packetsTo(network.onGateway, 'delivered', packets, 0, client.agent)).toBe(0);
      expect(client.machine.run(['ping', '-c', '1', '-W', '5', client.address.replace(/2$/, '1')])).toMatchObject({
        status: 0,
      });
    }
  });

  test('give each client its way out, and none a way to another, of the same server or not', async () => {
    for (const client of all) {
      expect(await network.udpOut(client.agent, client.address, '10.20.0.9', 5005, true)).toBe(GATEWAY);
      for (const other of all.filter((each) => each !== client)) {
        const packets = (payload: Buffer) => [datagram(client.address, other.address, 5005, payload)];
        expect(await network.packetsTo(other.agent, 'arrived', packets, 0, client.agent)).toBe(0);
      }
    }
    expect(network.counted(backend, backend === 'nft' ? 'jump refuse_among' : '-j vpn-refuse-among')).toBe(12);
  });

  test('believe no address that is not of the tunnel, nor one of a tunnel that comes from outside', async () => {
    for (const client of all) {
      for (const other of all.filter((each) => each !== client)) {
        expect(await network.udpOut(client.agent, other.address, '10.20.0.9', 5005, false)).toBeUndefined();
      }
      const packets = (payload: Buffer) => [datagram(client.address, GATEWAY, 51820, payload)];
      expect(await network.packetsTo(network.onGateway, 'delivered', packets, 0)).toBe(0);
    }
  });

  test('let the ICMP in that path MTU discovery needs, to the gateway and to a client', async () => {
    const tooBig = (to: string, quoted: Buffer) => (payload: Buffer) => [
      encodeIpv4(IP_PROTOCOLS.icmp, '192.0.2.1', to, encodeIcmp(3, 4, 1280, Buffer.concat([quoted, payload]))),
    ];
    const sent = encodeIpv4(IP_PROTOCOLS.gre, GATEWAY, CLIENT, Buffer.alloc(8));
    expect(await toGateway(tooBig(GATEWAY, sent), 1)).toBe(1);
    for (const client of all) {
      const seen = await pass(
        client.agent,
        (payload) => [datagram(client.address, '10.20.0.9', 5005, payload)],
        network.onOutside,
        'arrived',
        1,
      );
      const [packet] = seen;
      const quoted = encodeIpv4(
        IP_PROTOCOLS.udp,
        packet?.from ?? '',
        '10.20.0.9',
        packet?.body.subarray(0, 8) ?? Buffer.alloc(0),
      );
      expect(await network.packetsTo(client.agent, 'arrived', tooBig(GATEWAY, quoted), 1)).toBe(1);
      const foreign = encodeIpv4(IP_PROTOCOLS.udp, client.address, '10.20.0.9', encodeUdp(1, 2, Buffer.alloc(8)));
      expect(await network.packetsTo(client.agent, 'arrived', tooBig(client.address, foreign), 0)).toBe(0);
    }
  });

  test('answer one source that opens flow after flow only so often, all others and open flows as ever', async () => {
    expect(await udp(CLIENT, 4500, 1, 39999)).toBe(1);
    const answer = (payload: Buffer) => [
      encodeIpv4(IP_PROTOCOLS.udp, GATEWAY, CLIENT, encodeUdp(4500, 39999, payload)),
    ];
    expect(await network.packetsTo(network.onOutside, 'arrived', answer, 1, network.onGateway)).toBe(1);
    const flows = (payload: Buffer) =>
      Array.from({ length: 900 }, (_, index) => datagram(CLIENT, GATEWAY, 51820, payload, 20000 + index));
    const came = await toGateway(flows, 550);
    // What was sent before counts too, and 5 a second come back.
    expect(came).toBeGreaterThanOrEqual(550);
    expect(came).toBeLessThan(640);
    const more = (payload: Buffer) =>
      Array.from({ length: 100 }, (_, index) => datagram(CLIENT, GATEWAY, 51820, payload, 10000 + index));
    expect(await toGateway(more, 0)).toBeLessThan(50);
    expect(await udp(CLIENT, 4500, 1, 39999)).toBe(1);
    expect(await udp(NEIGHBOUR, 51820, 1)).toBe(1);
    expect(
      network.counted(backend, backend === 'nft' ? 'update @flood_udp' : '--hashlimit-name vpn-udp'),
    ).toBeGreaterThan(250);
  });

  test('cut a withdrawn client off at once, also where its flow is open', async () => {
    network.load({ ...EVERYWHERE, clients: ['203.0.113.11/32'] });
    expect(await udp(CLIENT, 4500, 0, 39999)).toBe(0);
    expect(await esp(CLIENT, 0)).toBe(0);
    expect(await udp(NEIGHBOUR, 4500, 1)).toBe(1);
    network.load(EVERYWHERE);
    expect(await udp(CLIENT, 4500, 1, 39999)).toBe(1);
  });

  test('hold a user to the same destinations over each of them', async () => {
    const [ppp, wg, , tun] = all as [TunnelClient, TunnelClient, TunnelClient, TunnelClient];
    const reach: Load['reach'] = [
      [
        [ppp.address, wg.address],
        [
          ['10.20.0.9/32', 'udp', [5000, 5010]],
          ['10.20.0.5/32', 'icmp', null],
        ],
      ],
      [[tun.address], []],
    ];
    network.load({ ...EVERYWHERE, reach });
    for (const client of [ppp, wg]) {
      expect(await network.udpOut(client.agent, client.address, '10.20.0.9', 5010, true)).toBe(GATEWAY);
      expect(await network.udpOut(client.agent, client.address, '10.20.0.9', 5011, false)).toBeUndefined();
      expect(await network.udpOut(client.agent, client.address, '10.20.0.5', 5010, false)).toBeUndefined();
      expect(client.machine.run(['ping', '-c', '1', '-W', '5', '10.20.0.5'])).toMatchObject({ status: 0 });
    }
    expect(await network.udpOut(tun.agent, tun.address, '10.20.0.9', 5010, false)).toBeUndefined();
    network.load(EVERYWHERE);
    expect(await network.udpOut(tun.agent, tun.address, '10.20.0.9', 5010, true)).toBe(GATEWAY);
  });

  test('keep the last good rules, all of them, where new ones are no rules', async () => {
    const broken: Load = { clients: [], destinations: [['10.0.0.999/8', null, null]], reach: [] };
    expect(filterLoad(network.gateway, broken)).toMatchObject({ status: 1 });
    expect(await udp(CLIENT, 4500, 1)).toBe(1);
    network.reload(backend);
    expect(await udp(CLIENT, 4500, 1)).toBe(1);
  });
});

describe.each(BACKENDS)('IPv6, %s', (backend) => {
  const pings = (machine: { run(argv: readonly string[]): { status: number | null } }, to: string, wait: string) =>
    machine.run(['ping', '-6', '-c', '1', '-W', wait, to]).status === 0;

  beforeAll(() => {
    clearFilters(network.gateway);
    const add = (address: string, name: string) => `ip -6 address replace ${address} dev ${name} nodad`;
    network.gateway.sh(`${add('fd00::10/64', 'ens5')}; ${add('fd01::1/64', 'ppp0')}
      sysctl -q -w net.ipv6.conf.all.forwarding=1`);
    network.outside.sh(`${add('fd00::1/64', 'net0')}; ip -6 route replace fd01::/64 via fd00::10`);
    all[0]?.machine.sh(`${add('fd01::2/64', 'tun0')}; ip -6 route replace default via fd01::1`);
  });

  test('reaches no server and no client, and the gateway itself still has a neighbour', () => {
    const client = all[0]?.machine as TunnelClient['machine'];
    expect([
      pings(client, 'fd00::1', '5'),
      pings(client, 'fd01::1', '5'),
      pings(network.outside, 'fd00::10', '5'),
    ]).toEqual([...[true, true, true]]);
    network.boot(renderFilter(SERVICES, backend), backend);
    network.load(EVERYWHERE);
    network.gateway.run(['ip', '-6', 'neigh', 'flush', 'all']);
    expect([
      pings(client, 'fd00::1', '0.2'),
      pings(client, 'fd01::1', '0.2'),
      pings(network.outside, 'fd00::10', '0.2'),
    ]).toEqual([...[false, false, false]]);
    expect(pings(network.gateway, 'fd00::1', '5')).toBe(true);
  });
});

describe('a thousand users with destinations of their own', () => {
  const address = (user: number) => `10.99.1.${user}`;
  const thousand: Load['reach'] = Array.from({ length: 1000 }, (_, user) => [
    [`10.98.${Math.floor(user / 250)}.${(user % 250) + 2}`],
    [
      [`10.20.${Math.floor(user / 250)}.${(user % 250) + 1}/32`, 'tcp', [443, 443]],
      [`10.21.${Math.floor(user / 250)}.0/24`, 'udp', [user + 1, user + 1]],
    ],
  ]);

  test.each(BACKENDS)(
    'are loaded in seconds, changed in seconds, and each packet meets few rules, %s',
    async (backend) => {
      network.boot(renderFilter([{ ...(SERVICES[1] as ServiceFilter), pool: '10.98.0.0/15' }], backend), backend);
      const [, wg] = all as [TunnelClient, TunnelClient];
      const reach: Load['reach'] = [...thousand, [[address(2)], [['10.20.0.9/32', 'udp', [5005, 5005]]]]];
      const seconds = async (work: () => void) => {
        const start = process.hrtime.bigint();
        work();
        return Number(process.hrtime.bigint() - start) / 1e9;
      };
      expect(await seconds(() => network.load({ ...EVERYWHERE, reach }))).toBeLessThan(10);
      expect(await network.udpOut(wg.agent, wg.address, '10.20.0.9', 5005, true)).toBe(GATEWAY);
      expect(await network.udpOut(wg.agent, wg.address, '10.20.0.9', 5006, false)).toBeUndefined();
      expect(await seconds(() => network.load({ ...EVERYWHERE, reach: reach.slice(1) }))).toBeLessThan(10);
      expect(await network.udpOut(wg.agent, wg.address, '10.20.0.9', 5006, false)).toBeUndefined();
      expect(await seconds(() => network.reload(backend))).toBeLessThan(10);
      expect(await network.udpOut(wg.agent, wg.address, '10.20.0.9', 5005, true)).toBe(GATEWAY);
      if (backend !== 'nft') {
        const chains = network.gateway.must('iptables', '-S').match(/(?<=^-A )vpn-(?:at-\S+|reach)(?= )/gm) ?? [];
        const longest = Math.max(
          ...[...new Set(chains)].map((chain) => chains.filter((each) => each === chain).length),
        );
        expect(longest).toBeLessThanOrEqual(16);
      }
    },
  );
});

describe('log lines', () => {
  test.each(BACKENDS)('begin with what was refused, and are few, %s', async (backend) => {
    network.boot(renderFilter(SERVICES, backend), backend);
    network.load({ ...EVERYWHERE, destinations: [] });
    const [ppp, wg] = all as [TunnelClient, TunnelClient];
    const log = await network.kernelLog(async () => {
      const word = mark();
      const from = (client: TunnelClient, src: string, dst: string) =>
        client.agent.do('send', { packets: Array(20).fill(datagram(src, dst, 5005, word).toString('hex')) });
      await from(wg, '172.16.0.1', '10.20.0.9');
      await from(wg, wg.address, ppp.address);
      await from(wg, wg.address, '169.254.169.254');
      await from(wg, wg.address, '10.20.0.9');
      await udp(STRANGER, 500, 0);
      await toGateway((payload) => [encodeIpv4(IP_PROTOCOLS.gre, CLIENT, GATEWAY, payload)], 0);
      network.load({ ...EVERYWHERE, reach: [[[wg.address], []]] });
      await from(wg, wg.address, '10.20.0.9');
    });
    const counts: Record<string, number> = {};
    for (const [, what = ''] of log.matchAll(/vpn-gateway: (.*?): /g)) {
      counts[what] = (counts[what] ?? 0) + 1;
    }
    expect(Object.keys(counts).sort()).toEqual([
      'GRE refused',
      'among clients',
      'destination',
      'metadata',
      'not a client',
      'reach',
      'spoofed',
    ]);
    expect(Math.max(...Object.values(counts))).toBeLessThanOrEqual(6);
  });
});
