import { spawnSync } from 'node:child_process';
import {
  Clients,
  type EdgeConfiguration,
  EdgePlan,
  type EdgePlanOptions,
  type EdgeSiteOptions,
  IKEV2,
  Insecure,
  PPTP,
  renderEdge,
  SSTP,
  WIREGUARD,
} from '../../lib/edge';
import { debian12Filters } from './support/debian';
import {
  ANN,
  ANN6,
  BESIDE,
  BEYOND,
  BEYOND6,
  BOB,
  DAN,
  DAN6,
  EdgeNetwork,
  EVE,
  esp,
  FAY,
  GUEST,
  GUEST6,
  GUS,
  IDLE,
  INNER,
  INSIDE6,
  install,
  loaded,
  NETWORK6,
  NETWORKS,
  OUTER,
  OUTER6,
  OUTSIDE6,
  PUBLIC,
  prepare,
  RANGE6,
  RANGES,
  STRANGER,
  uninstall,
} from './support/edge-network';
import type { Backend } from './support/filters';
import { datagram } from './support/gateway-network';
import type { Machine } from './support/machine';
import { type PptpCall, threeOfGre } from './support/pptp-call';

let network: EdgeNetwork;

beforeAll(async () => {
  network = await EdgeNetwork.start();
}, 300_000);

afterAll(() => network?.stop());

const BACKENDS: readonly Backend[] = ['nft', 'iptables-nft', 'iptables-legacy'];
const product = (backend: Backend) => (backend === 'nft' ? 'nftables' : 'iptables');

function plan(gateway: string | undefined, more: Partial<EdgePlanOptions> = {}): EdgePlan {
  return EdgePlan.from({
    name: 'plant4',
    protocols: [PPTP, IKEV2, WIREGUARD],
    flowSets: IKEV2.flowSets,
    insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
    clients: Clients.from(...RANGES),
    ...(gateway === undefined ? {} : { gateway }),
    tunnelRange: '10.99.0.0/24',
    ...more,
  });
}

/** What became of a call: client to gateway, gateway to client, client to gateway. */
async function three(call: PptpCall, own: string, expected: readonly number[] = [3, 3, 3]): Promise<number[]> {
  const [c1 = 0, s1 = 0, c2 = 0] = expected;
  return [await call.clientToServer(c1), await call.serverToClient(own, s1), await call.clientToServer(c2)];
}

const CLIENTS_SITE: EdgeSiteOptions = { role: 'before-clients', clientNetworks: NETWORKS };

/** What is there of its own. A policy that drops is overruled by iptables' rules, and by no table of nftables. */
const OTHERS = {
  nftables: `table inet others {
  chain forward { type filter hook forward priority filter; policy accept; counter; }
}\n`,
  iptables: `*filter
:FORWARD DROP [0:0]
-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A FORWARD -p tcp -m tcp --dport 8080 -j ACCEPT
-A FORWARD -d ${BESIDE} -j ACCEPT
COMMIT\n`,
};

const reload = (machine: Machine, backend: Backend, configuration: EdgeConfiguration) =>
  expect(install(machine, backend, configuration)).toMatchObject({ status: 0 });

interface Place {
  readonly site: EdgeSiteOptions;
  /** Whose rules they are. */
  readonly at: 'edge' | 'gateway';
  /** What clients dial, and the address that the gateway has of its own. */
  readonly to: string;
  readonly own: string;
}

const PLACES: readonly Place[] = [
  { site: { role: 'routed' }, at: 'edge', to: PUBLIC, own: PUBLIC },
  { site: { role: 'before-gateway', innerAddress: INNER }, at: 'edge', to: OUTER, own: INNER },
  {
    site: { role: 'before-gateway', innerAddress: INNER, publication: 'one-to-one' },
    at: 'edge',
    to: OUTER,
    own: INNER,
  },
  { site: { role: 'gateway-host', management: [`${IDLE}/32`] }, at: 'gateway', to: PUBLIC, own: PUBLIC },
];

describe.each(BACKENDS)('%s', (backend) => {
  describe.each(PLACES)('$site.role $site.publication', ({ site, at, to, own }) => {
    let machine: Machine;
    let before: string;
    let configuration: EdgeConfiguration;

    beforeAll(() => {
      machine = network.machines[at];
      prepare(machine, backend, OTHERS[product(backend)]);
      before = loaded(machine, backend);
      configuration = renderEdge(plan(to), product(backend), site);
      reload(machine, backend, configuration);
    });

    afterAll(() => prepare(machine, backend));

    test('lets calls of every range in, with equal Call IDs, whichever end is first', async () => {
      const [ann, bob, eve] = [await network.call(ANN, to), await network.call(BOB, to), await network.call(EVE, to)];
      expect(await three(ann, own)).toEqual([3, 3, 3]);
      expect([await bob.serverToClient(own, 3), await bob.clientToServer(3)]).toEqual([3, 3]);
      expect(await three(eve, own)).toEqual([3, 3, 3]);
      expect(await three(ann, own)).toEqual([3, 3, 3]);
      for (const call of [ann, bob, eve]) {
        await call.hangUp();
      }
    });

    test('keeps strangers, and GRE that is no call, away', async () => {
      const call = await network.call(ANN, to);
      expect(await call.clientToServer(3)).toBe(3);
      const out = threeOfGre(own, ANN, { call: 1, version: 0, protocol: 0x0800 });
      await network.count(network.on.gateway, out, network.on.clients, 'arrived', 0);
      expect({
        stranger: [
          await network.tcp(STRANGER, to, 1723, false),
          await network.tcp(BEYOND, to, 1723, false),
          await network.gre(STRANGER, to, call.toServer),
          await network.gre(BEYOND, to, call.toServer),
        ],
        withoutCall: await network.gre(IDLE, to, call.toServer),
        plain: await network.gre(ANN, to, 1, { version: 0, protocol: 0x0800 }),
        noPpp: await network.gre(ANN, to, call.toServer, { protocol: 0x0800 }),
      }).toEqual({ stranger: [false, false, 0, 0], withoutCall: 0, plain: 0, noPpp: 0 });
      expect(await three(call, own)).toEqual([3, 3, 3]);
      await call.hangUp();
    });

    test('carries the other protocols, both ways, and nothing beside them', async () => {
      const { clients, gateway } = network.on;
      const udp = (from: string, port: number, expected: number) =>
        network.count(clients, (payload) => [datagram(from, to, port, payload)], gateway, 'delivered', expected);
      expect([await udp(ANN, 500, 1), await udp(EVE, 4500, 1), await udp(ANN, 51820, 1)]).toEqual([1, 1, 1]);
      expect([await udp(STRANGER, 500, 0), await udp(BEYOND, 51820, 0), await udp(ANN, 1701, 0)]).toEqual([0, 0, 0]);
      const back = (payload: Buffer) => [datagram(own, ANN, 40000, payload, 51820)];
      expect(await network.count(gateway, back, clients, 'arrived', 1, to)).toBe(1);
      expect([
        await network.count(clients, esp(ANN, to), gateway, 'delivered', 1),
        await network.count(gateway, esp(own, ANN), clients, 'arrived', 1, to),
        await network.count(clients, esp(STRANGER, to), gateway, 'delivered', 0),
      ]).toEqual([1, 1, 0]);
      // Of a shared address, the router's own ports are its own business: they end there.
      expect([await network.tcp(ANN, to, 1724, false), await network.tcp(ANN, to, 22, false)]).toEqual([false, false]);
      if (site.role === 'gateway-host') {
        expect(await network.tcp(IDLE, to, 22, true)).toBe(true);
      }
    });

    test('leaves what has nothing to do with the gateway alone, and what the gateway asks for itself', async () => {
      if (at === 'edge') {
        expect(await network.tcp(STRANGER, BESIDE, 1723, true)).toBe(true);
        expect(await network.tcp(STRANGER, BESIDE, 22, true)).toBe(true);
      }
      expect(await network.tcp(own, STRANGER, 8080, true, network.on.gateway)).toBe(true);
    });

    test('makes segments fit into the tunnel, on both sides', async () => {
      expect(await network.segments()).toEqual([1356, 1356]);
    });

    test('keeps calls up when the connection table is flushed, and when it is loaded again', async () => {
      const call = await network.call(ANN, to);
      expect(await three(call, own)).toEqual([3, 3, 3]);
      machine.must('conntrack', '-F');
      expect(await three(call, own)).toEqual([3, 3, 3]);
      const once = loaded(machine, backend);
      reload(machine, backend, configuration);
      expect(loaded(machine, backend)).toBe(once);
      expect(await three(call, own)).toEqual([3, 3, 3]);
      await call.echo();
      await call.hangUp();
    });

    test('cuts a client off whose range is taken out', async () => {
      const [ann, eve] = [await network.call(ANN, to), await network.call(EVE, to)];
      expect([await ann.clientToServer(3), await eve.clientToServer(3)]).toEqual([3, 3]);
      reload(machine, backend, renderEdge(plan(to, { clients: Clients.from(RANGES[1]) }), product(backend), site));
      expect([await ann.isCut(), await ann.clientToServer(0)]).toEqual([true, 0]);
      expect(await three(eve, own)).toEqual([3, 3, 3]);
      for (const call of [ann, eve]) {
        await call.hangUp();
      }
      reload(machine, backend, configuration);
    });

    if (site.role === 'gateway-host') {
      test('closes the other version of IP, but for its neighbours and for answers', async () => {
        const tcp6 = (src: string, dst: string, port: number, expected: boolean, from = network.on.edge) =>
          network.tcp(src, dst, port, expected, from);
        network.machines.edge.sh('ip -6 neighbour flush dev dmz0');
        expect(await tcp6(OUTSIDE6, INSIDE6, 22, false)).toBe(false);
        expect(await tcp6(OUTSIDE6, INSIDE6, 1724, false)).toBe(false);
        expect(await tcp6(INSIDE6, OUTSIDE6, 8080, true, network.on.gateway)).toBe(true);
      });
    }

    test('does not load with GATEWAY_ADDRESS in it, and leaves what was loaded', () => {
      const unknown = renderEdge(plan(undefined), product(backend), site);
      const once = loaded(machine, backend);
      if (at === 'gateway') {
        // Nothing in the rules of the machine itself names its address.
        expect(unknown.files.filter(({ name }) => /\.nft$|\.rules/.test(name)).flatMap(({ blocks }) => blocks)).toEqual(
          configuration.files.filter(({ name }) => /\.nft$|\.rules/.test(name)).flatMap(({ blocks }) => blocks),
        );
        return;
      }
      expect(install(machine, backend, unknown).status).not.toBe(0);
      expect(loaded(machine, backend)).toBe(once);
    });

    test('is seen by its own check, with what passed', async () => {
      reload(machine, backend, configuration);
      const call = await network.call(ANN, to);
      expect(await three(call, own)).toEqual([3, 3, 3]);
      await call.hangUp();
      const check = configuration.files.find(({ purpose }) => purpose === 'check')?.name;
      const { text } = machine.run(['sh', `/edge/${check}`]);
      expect(text).toMatch(backend === 'nft' ? /chain to-gateway/ : /\[[1-9]\d*:\d+\] -A plant4-.-ok .*1723/);
      expect(text).not.toMatch(/not found|syntax error|No such file|rror:/);
    });

    test('leaves nothing behind', () => {
      reload(machine, backend, configuration);
      expect(loaded(machine, backend)).not.toBe(before);
      uninstall(machine, configuration);
      expect(loaded(machine, backend)).toBe(before);
      uninstall(machine, configuration);
    });
  });

  describe('before-clients, where a NAT hides them', () => {
    const site = CLIENTS_SITE;
    let machine: Machine;
    let before: string;
    let configuration: EdgeConfiguration;

    beforeAll(() => {
      machine = network.machines.home;
      prepare(
        machine,
        backend,
        backend === 'nft'
          ? 'table ip others { chain out { type nat hook postrouting priority srcnat; oifname "eth0" ip saddr 192.168.0.0/16 masquerade; }; }'
          : '*nat\n-A POSTROUTING -o eth0 -s 192.168.0.0/16 -j MASQUERADE\nCOMMIT\n',
      );
      before = loaded(machine, backend);
      configuration = renderEdge(plan(PUBLIC, { flowSets: [] }), product(backend), site);
      reload(machine, backend, configuration);
    });

    afterAll(() => prepare(machine, backend));

    // A call that ends without a word is remembered for minutes, and these tests use the same Call IDs again.
    beforeEach(() => {
      machine.must('conntrack', '-F');
    });

    test('lets calls of several clients out with equal Call IDs, whichever end is first', async () => {
      const [dan, fay, gus] = [
        await network.call(DAN, PUBLIC, { client: 0x1111, server: 0x2222 }),
        await network.call(FAY, PUBLIC, { client: 0x1111, server: 0x2223 }),
        await network.call(GUS, PUBLIC, { client: 0x1111, server: 0x2224 }),
      ];
      expect(await three(dan, PUBLIC)).toEqual([3, 3, 3]);
      expect([await fay.serverToClient(PUBLIC, 3), await fay.clientToServer(3)]).toEqual([3, 3]);
      expect(await three(gus, PUBLIC)).toEqual([3, 3, 3]);
      expect(await three(dan, PUBLIC)).toEqual([3, 3, 3]);
      for (const call of [dan, fay, gus]) {
        await call.hangUp();
      }
    });

    test('keeps guests of the network, and GRE that is no call, away from the gateway, and from nothing else', async () => {
      const call = await network.call(DAN, PUBLIC);
      expect(await call.clientToServer(3)).toBe(3);
      expect({
        guest: [await network.tcp(GUEST, PUBLIC, 1723, false), await network.gre(GUEST, PUBLIC, call.toServer)],
        withoutCall: await network.gre(FAY, PUBLIC, call.toServer),
        plain: await network.gre(DAN, PUBLIC, 1, { version: 0, protocol: 0x0800 }),
        guestElsewhere: await network.tcp(GUEST, BESIDE, 1723, true),
        elsewhere: await network.tcp(DAN, PUBLIC, 22, true),
      }).toEqual({ guest: [false, 0], withoutCall: 0, plain: 0, guestElsewhere: true, elsewhere: true });
      expect(await three(call, PUBLIC)).toEqual([3, 3, 3]);
      await call.hangUp();
    });

    test('carries the other protocols', async () => {
      const { clients, gateway } = network.on;
      const udp = (from: string, port: number, expected: number) =>
        network.count(clients, (payload) => [datagram(from, PUBLIC, port, payload)], gateway, 'delivered', expected);
      expect([await udp(DAN, 500, 1), await udp(GUS, 51820, 1), await udp(GUEST, 51820, 0)]).toEqual([1, 1, 0]);
    });

    test('keeps calls up when it is loaded again; a flush of the connection table ends them until they dial again', async () => {
      const call = await network.call(DAN, PUBLIC);
      expect(await three(call, PUBLIC)).toEqual([3, 3, 3]);
      const once = loaded(machine, backend);
      reload(machine, backend, configuration);
      expect(loaded(machine, backend)).toBe(once);
      expect(await three(call, PUBLIC)).toEqual([3, 3, 3]);
      machine.must('conntrack', '-F');
      expect(await three(call, PUBLIC, [0, 0, 0])).toEqual([0, 0, 0]);
      await call.hangUp();
      const again = await network.call(DAN, PUBLIC);
      expect(await three(again, PUBLIC)).toEqual([3, 3, 3]);
      await again.hangUp();
    });

    test('does not load with GATEWAY_ADDRESS in it, and leaves what was loaded', () => {
      const once = loaded(machine, backend);
      const unknown = renderEdge(plan(undefined, { flowSets: [] }), product(backend), site);
      expect(install(machine, backend, unknown).status).not.toBe(0);
      expect(loaded(machine, backend)).toBe(once);
    });

    test('leaves nothing behind: the NAT without it passes no call', async () => {
      reload(machine, backend, configuration);
      expect(loaded(machine, backend)).not.toBe(before);
      uninstall(machine, configuration);
      expect(loaded(machine, backend)).toBe(before);
      const call = await network.call(DAN, PUBLIC);
      expect(await three(call, PUBLIC, [3, 0, 3])).toEqual([3, 0, 3]);
      await call.hangUp();
    });
  });
});

describe('what is known to fail', () => {
  afterAll(() => prepare(network.machines.edge, 'nft'));

  const routed = (form: 'nftables' | 'iptables', gre: string) =>
    form === 'nftables'
      ? `table inet article {
  chain forward { type filter hook forward priority filter; policy drop
    tcp dport 1723 ct state new accept
    ip protocol tcp ct state established accept
    ${gre}
  }
}\n`
      : `*filter
:FORWARD DROP [0:0]
-A FORWARD -p tcp -m tcp --dport 1723 -m conntrack --ctstate NEW -j ACCEPT
-A FORWARD -p tcp -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A FORWARD ${gre}
COMMIT\n`;

  test.each([
    ['nft', 'ip protocol 47 ct state established accept'],
    ['iptables-nft', '-p 47 -m conntrack --ctstate ESTABLISHED -j ACCEPT'],
    ['iptables-legacy', '-p 47 -m conntrack --ctstate ESTABLISHED -j ACCEPT'],
  ] as const)(
    '%s: "%s", which articles have, passes the control connection, and not one packet of GRE',
    async (backend, gre) => {
      prepare(network.machines.edge, backend, routed(product(backend), gre));
      const call = await network.call(ANN, PUBLIC);
      expect([await three(call, PUBLIC, [0, 0, 0]), await call.serverToClient(PUBLIC, 0)]).toEqual([[0, 0, 0], 0]);
      await call.hangUp();
    },
  );

  test('nft: a table that drops by default drops what ours accepts, until it accepts it, too', async () => {
    const { edge } = network.machines;
    prepare(edge, 'nft', routed('nftables', ''));
    reload(edge, 'nft', renderEdge(plan(PUBLIC), 'nftables', { role: 'routed' }));
    const call = await network.call(ANN, PUBLIC);
    expect(await three(call, PUBLIC, [0, 0, 0])).toEqual([0, 0, 0]);
    edge.must('nft', 'add', 'rule', 'inet', 'article', 'forward', 'ip', 'protocol', 'gre', 'accept');
    expect(await three(call, PUBLIC)).toEqual([3, 3, 3]);
    expect(await network.gre(STRANGER, PUBLIC, call.toServer)).toBe(0);
    await call.hangUp();
  });
});

describe('Debian 12, whose programs are older', () => {
  const twelve = (command: string, input: string) =>
    spawnSync('unshare', ['--net', 'chroot', debian12Filters(), 'sh', '-ec', command], { input, encoding: 'utf8' });
  const texts = [...PLACES, { site: CLIENTS_SITE, to: PUBLIC }].flatMap(({ site, to }) =>
    (['nftables', 'iptables'] as const).map((id) => {
      const { files } = renderEdge(plan(to, { flowSets: [] }), id, site);
      return { site, id, files: files.filter(({ name }) => /\.nft$|\.rules\.v[46]$/.test(name)) };
    }),
  );

  test.each(texts)('$id, $site.role $site.publication: takes the same text, twice', ({ files }) => {
    for (const { name, text } of files) {
      const commands = name.endsWith('.nft')
        ? ['nft -f -']
        : ['nft', 'legacy'].map((one) => `${name.endsWith('4') ? 'iptables' : 'ip6tables'}-${one}-restore --noflush`);
      for (const command of commands) {
        const script = `text=$(cat); for each in 1 2; do echo "$text" | ${command}; done`;
        expect(twelve(script, text)).toMatchObject({ status: 0, stderr: '' });
      }
    }
  });
});

describe.each(BACKENDS)('IPv6, %s', (backend) => {
  test.each<[EdgeSiteOptions, 'home' | 'edge' | 'gateway', string, string, string]>([
    [{ role: 'before-clients', clientNetworks: [NETWORK6] }, 'home', INSIDE6, DAN6, GUEST6],
    [{ role: 'routed' }, 'edge', INSIDE6, ANN6, BEYOND6],
    [{ role: 'before-gateway', innerAddress: INSIDE6 }, 'edge', OUTER6, ANN6, BEYOND6],
    [{ role: 'before-gateway', innerAddress: INSIDE6, publication: 'one-to-one' }, 'edge', OUTER6, ANN6, BEYOND6],
    [{ role: 'gateway-host', management: [`${BEYOND6}/128`] }, 'gateway', INSIDE6, ANN6, BEYOND6],
  ])('%j: lets SSTP and no stranger through, and goes again', async (site, at, to, client, stranger) => {
    const machine = network.machines[at];
    prepare(machine, backend);
    const configuration = renderEdge(
      EdgePlan.from({
        name: 'plant4',
        protocols: [SSTP, WIREGUARD, IKEV2],
        clients: Clients.from(RANGE6),
        gateway: to,
        tunnelRange: '10.99.0.0/24',
      }),
      product(backend),
      site,
    );
    reload(machine, backend, configuration);
    const isAlone = site.role !== 'before-clients';
    expect([
      await network.tcp(client, to, 443, true),
      await network.tcp(stranger, to, 443, false),
      await network.tcp(client, to, 22, !isAlone),
      ...(site.role === 'gateway-host' ? [await network.tcp(stranger, to, 22, true)] : []),
    ]).toEqual([true, false, !isAlone, ...(site.role === 'gateway-host' ? [true] : [])]);
    expect(await network.tcp(INSIDE6, ANN6, 8080, true, network.on.gateway)).toBe(true);
    uninstall(machine, configuration);
    expect(loaded(machine, backend)).toBe('');
  });
});
