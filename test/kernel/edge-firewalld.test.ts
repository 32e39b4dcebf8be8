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
import { firewalldRoot } from './support/debian';
import {
  ANN,
  ANN6,
  BESIDE,
  BEYOND,
  BEYOND6,
  BOB,
  DAN,
  EdgeNetwork,
  EVE,
  esp,
  FAY,
  GUEST,
  GUS,
  IDLE,
  INSIDE6,
  NETWORKS,
  OUTSIDE6,
  PUBLIC,
  RANGE6,
  RANGES,
  STRANGER,
} from './support/edge-network';
import { datagram } from './support/gateway-network';
import type { Machine } from './support/machine';
import { type PptpCall, threeOfGre } from './support/pptp-call';

let network: EdgeNetwork;

beforeAll(async () => {
  network = await EdgeNetwork.start(firewalldRoot());
}, 600_000);

afterAll(() => network?.stop());

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

/** firewalld with the interfaces in zones, which otherwise forwards whatever is asked. */
function boot(machine: Machine, zones: Readonly<Record<string, string>>): void {
  const file = (kind: string, name: string, text: string) =>
    machine.write(`/etc/firewalld/${kind}/${name}.xml`, `<?xml version="1.0" encoding="utf-8"?>\n${text}\n`);
  for (const [zone, name] of Object.entries(zones)) {
    const masquerade = zone === 'external' ? '<masquerade/>' : '';
    file('zones', zone, `<zone>${masquerade}<interface name="${name}"/></zone>`);
  }
  const any = '<ingress-zone name="ANY"/><egress-zone name="ANY"/>';
  file('policies', 'others', `<policy priority="-1" target="ACCEPT">${any}</policy>`);
  machine.sh(`mkdir -p /run/dbus; dbus-daemon --system --fork --nopidfile >/dev/null 2>&1
    firewalld --nopid </dev/null >/dev/null 2>&1
    for each in $(seq 50); do firewall-cmd -q --state 2>/dev/null && exit; sleep 0.1; done; exit 1`);
}

function install(machine: Machine, { files }: EdgeConfiguration): { readonly status: number | null } {
  machine.sh('rm -rf /edge');
  for (const { name, text } of files) {
    machine.write(`/edge/${name}`, text);
  }
  return machine.run(['sh', `/edge/${files.find(({ name }) => name.endsWith('-apply.sh'))?.name}`]);
}

const loaded = (machine: Machine) => machine.sh('nft --stateless list ruleset; find /etc -name "*plant4*"');

async function three(call: PptpCall, expected: readonly number[] = [3, 3, 3]): Promise<number[]> {
  const [c1 = 0, s1 = 0, c2 = 0] = expected;
  return [await call.clientToServer(c1), await call.serverToClient(PUBLIC, s1), await call.clientToServer(c2)];
}

const udp = (from: string, port: number, expected: number) =>
  network.count(
    network.on.clients,
    (payload) => [datagram(from, PUBLIC, port, payload)],
    network.on.gateway,
    'delivered',
    expected,
  );

describe.each<{ site: EdgeSiteOptions; at: 'edge' | 'gateway'; zones: Record<string, string> }>([
  { site: { role: 'routed' }, at: 'edge', zones: { public: 'eth0', internal: 'dmz0' } },
  {
    site: { role: 'gateway-host', outside: 'public', management: [`${IDLE}/32`] },
    at: 'gateway',
    zones: { public: 'eth0', internal: 'ppp0' },
  },
])('firewalld, $site.role', ({ site, at, zones }) => {
  let machine: Machine;
  let before: string;
  const configuration = renderEdge(plan(PUBLIC), 'firewalld', site);

  beforeAll(() => {
    machine = network.machines[at];
    boot(machine, zones);
    before = loaded(machine);
    expect(install(machine, configuration)).toMatchObject({ status: 0 });
  });

  afterAll(() => machine.sh('kill $(pidof -x firewalld) $(pidof dbus-daemon); sleep 0.5; nft flush ruleset'));

  // A call that ends without a word is remembered for minutes, and these tests use the same Call IDs again.
  beforeEach(() => {
    machine.must('conntrack', '-F');
  });

  test('lets calls of every range in, with equal Call IDs, whichever end is first', async () => {
    const [ann, bob, eve] = [
      await network.call(ANN, PUBLIC),
      await network.call(BOB, PUBLIC),
      await network.call(EVE, PUBLIC),
    ];
    expect(await three(ann)).toEqual([3, 3, 3]);
    expect([await bob.serverToClient(PUBLIC, 3), await bob.clientToServer(3)]).toEqual([3, 3]);
    expect(await three(eve)).toEqual([3, 3, 3]);
    for (const call of [ann, bob, eve]) {
      await call.hangUp();
    }
  });

  test('keeps strangers, and GRE that is no call, away', async () => {
    const call = await network.call(ANN, PUBLIC);
    expect(await call.clientToServer(3)).toBe(3);
    expect({
      stranger: [
        await network.tcp(STRANGER, PUBLIC, 1723, false),
        await network.tcp(BEYOND, PUBLIC, 1723, false),
        await network.gre(STRANGER, PUBLIC, call.toServer),
        await network.gre(BEYOND, PUBLIC, call.toServer),
      ],
      withoutCall: await network.gre(IDLE, PUBLIC, call.toServer),
      plain: await network.gre(ANN, PUBLIC, 1, { version: 0, protocol: 0x0800 }),
      otherPort: [await network.tcp(ANN, PUBLIC, 1724, false), await network.tcp(ANN, PUBLIC, 22, false)],
    }).toEqual({ stranger: [false, false, 0, 0], withoutCall: 0, plain: 0, otherPort: [false, false] });
    expect(await three(call)).toEqual([3, 3, 3]);
    await call.hangUp();
  });

  test('lets a plain tunnel in that the gateway itself began, because firewalld accepts answers first', async () => {
    const out = threeOfGre(PUBLIC, ANN, { call: 1, version: 0, protocol: 0x0800 });
    expect(await network.count(network.on.gateway, out, network.on.clients, 'arrived', 3)).toBe(3);
    const back = threeOfGre(ANN, PUBLIC, { call: 1, version: 0, protocol: 0x0800 });
    expect(await network.count(network.on.clients, back, network.on.gateway, 'delivered', 3)).toBe(3);
  });

  test('carries the other protocols, both ways', async () => {
    const { clients, gateway } = network.on;
    expect([await udp(ANN, 500, 1), await udp(EVE, 4500, 1), await udp(ANN, 51820, 1)]).toEqual([1, 1, 1]);
    expect([await udp(STRANGER, 500, 0), await udp(BEYOND, 51820, 0), await udp(ANN, 1701, 0)]).toEqual([0, 0, 0]);
    expect([
      await network.count(clients, esp(ANN, PUBLIC), gateway, 'delivered', 1),
      await network.count(gateway, esp(PUBLIC, ANN), clients, 'arrived', 1, PUBLIC),
      await network.count(clients, esp(STRANGER, PUBLIC), gateway, 'delivered', 0),
    ]).toEqual([1, 1, 0]);
  });

  test('leaves what has nothing to do with the gateway alone, and what the gateway asks for itself', async () => {
    if (at === 'edge') {
      expect(await network.tcp(STRANGER, BESIDE, 1723, true)).toBe(true);
    } else {
      expect(await network.tcp(IDLE, PUBLIC, 22, true)).toBe(true);
      network.machines.edge.sh('ip -6 neighbour flush dev dmz0');
      expect(await network.tcp(OUTSIDE6, INSIDE6, 22, false, network.on.edge)).toBe(false);
      expect(await network.tcp(INSIDE6, OUTSIDE6, 8080, true, network.on.gateway)).toBe(true);
    }
    expect(await network.tcp(PUBLIC, STRANGER, 8080, true, network.on.gateway)).toBe(true);
  });

  test('makes the segments fit into the tunnel that a client asks for; firewalld accepts answers before any policy', async () => {
    expect(await network.segments()).toEqual([1356, 1460]);
  });

  test('keeps calls up when it is loaded again; a flush of the connection table ends them until they dial again', async () => {
    const call = await network.call(ANN, PUBLIC);
    expect(await three(call)).toEqual([3, 3, 3]);
    const once = loaded(machine);
    expect(install(machine, configuration)).toMatchObject({ status: 0 });
    expect(loaded(machine)).toBe(once);
    expect(await three(call)).toEqual([3, 3, 3]);
    machine.must('conntrack', '-F');
    expect(await call.clientToServer(0)).toBe(0);
    await call.hangUp();
    const again = await network.call(ANN, PUBLIC);
    expect(await three(again)).toEqual([3, 3, 3]);
    await again.hangUp();
  });

  test('leaves nothing behind', () => {
    machine.must('sh', `/edge/${configuration.files.find(({ purpose }) => purpose === 'removal')?.name}`);
    expect(loaded(machine)).toBe(before);
  });

  test('lets SSTP over IPv6 and no stranger through', async () => {
    const six = EdgePlan.from({
      name: 'plant4',
      protocols: [SSTP],
      clients: Clients.from(RANGE6),
      gateway: INSIDE6,
    });
    const { management: _, ...rest } = site;
    const rules = renderEdge(six, 'firewalld', rest);
    expect(install(machine, rules)).toMatchObject({ status: 0 });
    expect([
      await network.tcp(ANN6, INSIDE6, 443, true),
      await network.tcp(BEYOND6, INSIDE6, 443, false),
      await network.tcp(ANN6, INSIDE6, 22, false),
      await network.tcp(INSIDE6, ANN6, 8080, true, network.on.gateway),
    ]).toEqual([true, false, false, true]);
    machine.must('sh', `/edge/${rules.files.find(({ purpose }) => purpose === 'removal')?.name}`);
    expect(loaded(machine)).toBe(before);
  });
});

describe('firewalld, before-clients', () => {
  const site = { role: 'before-clients', clientNetworks: NETWORKS } as const;
  const options = { flowSets: [] };
  const configuration = renderEdge(plan(PUBLIC, options), 'firewalld', site);
  let machine: Machine;
  let before: string;

  beforeAll(() => {
    machine = network.machines.home;
    boot(machine, { internal: 'lan0', external: 'eth0' });
    before = loaded(machine);
    expect(install(machine, configuration)).toMatchObject({ status: 0 });
  });

  afterAll(() => machine.sh('kill $(pidof -x firewalld) $(pidof dbus-daemon); sleep 0.5; nft flush ruleset'));

  beforeEach(() => {
    machine.must('conntrack', '-F');
  });

  test('lets calls of several clients out with equal Call IDs, whichever end is first', async () => {
    const [dan, fay, gus] = [
      await network.call(DAN, PUBLIC, { client: 0x1111, server: 0x2222 }),
      await network.call(FAY, PUBLIC, { client: 0x1111, server: 0x2223 }),
      await network.call(GUS, PUBLIC, { client: 0x1111, server: 0x2224 }),
    ];
    expect(dan.seenFrom).toBe('203.0.113.10');
    expect(await three(dan)).toEqual([3, 3, 3]);
    expect([await fay.serverToClient(PUBLIC, 3), await fay.clientToServer(3)]).toEqual([3, 3]);
    expect(await three(gus)).toEqual([3, 3, 3]);
    for (const call of [dan, fay, gus]) {
      await call.hangUp();
    }
  });

  test('keeps guests of the network, and GRE that is no call, away from the gateway, and from nothing else', async () => {
    const call = await network.call(DAN, PUBLIC);
    expect({
      guest: [await network.tcp(GUEST, PUBLIC, 1723, false), await network.gre(GUEST, PUBLIC, call.toServer)],
      withoutCall: await network.gre(FAY, PUBLIC, call.toServer),
      plain: await network.gre(DAN, PUBLIC, 1, { version: 0, protocol: 0x0800 }),
      guestElsewhere: await network.tcp(GUEST, BESIDE, 1723, true),
      udp: [await udp(DAN, 500, 1), await udp(GUEST, 51820, 0)],
    }).toEqual({ guest: [false, 0], withoutCall: 0, plain: 0, guestElsewhere: true, udp: [1, 0] });
    expect(await three(call)).toEqual([3, 3, 3]);
    await call.hangUp();
  });

  test('does not load with GATEWAY_ADDRESS in it, with the script or without', () => {
    const unknown = renderEdge(plan(undefined, options), 'firewalld', site);
    const once = loaded(machine);
    expect(install(machine, unknown).status).not.toBe(0);
    expect(loaded(machine)).toBe(once);
    const name = '/etc/firewalld/policies/word.xml';
    const text = unknown.files.find((file) => file.name.endsWith('.policy.xml'))?.text ?? '';
    machine.write(name, text);
    expect(machine.run(['firewall-cmd', '--check-config'])).toMatchObject({
      status: 105,
      text: 'Error: INVALID_ADDR: GATEWAY_ADDRESS\n',
    });
    machine.sh(`rm ${name}`);
  });

  test('leaves nothing behind: the NAT without it passes no call', async () => {
    machine.must('sh', `/edge/${configuration.files.find(({ purpose }) => purpose === 'removal')?.name}`);
    expect(loaded(machine)).toBe(before);
    const call = await network.call(DAN, PUBLIC);
    expect(await three(call, [3, 0, 3])).toEqual([3, 0, 3]);
    await call.hangUp();
  });
});
