import { backendsOf, clearFilters, loadRules } from './support/filters';
import { GRE_RECIPES } from './support/gre-recipes';
import { type Agent, cable, Machine } from './support/machine';
import { type CallIds, PptpCall, pass, threeOfGre } from './support/pptp-call';

const SERVER = '192.0.2.10';
const CLIENT = '203.0.113.10';
const NEIGHBOUR = '203.0.113.11';

let server: Machine;
let outside: Machine;
let on: { server: Agent; outside: Agent };

/** A server and everybody else, with real PPTP between them and nothing but the server's packet filter in the way. */
beforeAll(async () => {
  [server, outside] = await Promise.all([Machine.start(), Machine.start()]);
  cable(server, 'eth0', outside, 'net0');
  server.sh(`ip address add ${SERVER}/24 dev eth0; ip link set eth0 up; ip route add default via 192.0.2.1`);
  outside.sh(`ip address add 192.0.2.1/24 dev net0; ip link set net0 up
    for address in ${CLIENT} ${NEIGHBOUR}; do ip address add $address/32 dev lo; done`);
  on = { server: server.agent(), outside: outside.agent() };
  await on.server.do('serve', { port: 1723, how: 'hold' });
}, 300_000);

afterAll(async () => {
  await Promise.all([server, outside].map((machine) => machine?.stop()));
});

async function dial(ids: CallIds = {}): Promise<PptpCall> {
  const call = await PptpCall.dial({ agent: on.outside, address: CLIENT }, on.server, SERVER, ids);
  if (call === undefined) {
    throw new Error('TCP 1723 does not come up');
  }
  return call;
}

/** Packets of three that a source without any control connection gets to the server, with the Call ID of a call. */
async function stranger(call: PptpCall, expected: number): Promise<number> {
  const packets = threeOfGre(NEIGHBOUR, SERVER, { call: call.toServer });
  return (await pass(on.outside, packets, on.server, 'delivered', expected)).length;
}

/** Packets of three of a plain tunnel that the client gets to the server. */
async function plain(expected: number): Promise<number> {
  const packets = threeOfGre(CLIENT, SERVER, { version: 0, protocol: 0x0800, call: 1 });
  return (await pass(on.outside, packets, on.server, 'delivered', expected)).length;
}

const flush = () => server.must('conntrack', '-F');

describe('what rules about GRE really do to PPTP', () => {
  const rows = GRE_RECIPES.flatMap((recipe) => backendsOf(recipe.notation).map((backend) => ({ ...recipe, backend })));

  test.each(rows)('$id, $backend: $what', async (row) => {
    loadRules(server, row.backend, row.rules);
    const [c1, s1, c2] = row.clientFirst;
    const call = await dial();
    expect({
      clientFirst: [
        await call.clientToServer(c1),
        await call.serverToClient(SERVER, s1),
        await call.clientToServer(c2),
      ],
      stranger: await stranger(call, row.stranger),
      plain: await plain(row.plain),
    }).toEqual({ clientFirst: row.clientFirst, stranger: row.stranger, plain: row.plain });
    if (row.afterFlush !== undefined) {
      flush();
      expect(await call.clientToServer(row.afterFlush)).toBe(row.afterFlush);
    }
    await call.hangUp();

    loadRules(server, row.backend, row.rules);
    const [s2, c3] = row.serverFirst;
    const other = await dial();
    expect([await other.serverToClient(SERVER, s2), await other.clientToServer(c3)]).toEqual(row.serverFirst);
    await other.hangUp();
  });

  test('D00: without a filter everything comes through, so what does not is dropped by the rules', async () => {
    clearFilters(server);
    const call = await dial();
    expect([
      ...[await call.clientToServer(3), await call.serverToClient(SERVER, 3), await call.clientToServer(3)],
      ...[await stranger(call, 3), await plain(3)],
    ]).toEqual([3, 3, 3, 3, 3]);
    flush();
    expect(await call.clientToServer(3)).toBe(3);
    await call.hangUp();
  });

  test('all three backends are there to be tested: nf_tables, iptables over it, and iptables over ip_tables', () => {
    expect(server.must('nft', '--version')).toContain('nftables v1.');
    expect(server.must('iptables-nft', '--version')).toContain('(nf_tables)');
    expect(server.must('iptables-legacy', '--version')).toContain('(legacy)');
    // Where a kernel was built without ip_tables this fails, and says so.
    expect(server.run(['iptables-legacy', '-t', 'raw', '-S'])).toMatchObject({ status: 0 });
  });
});

const recipe = (id: string) => {
  const found = GRE_RECIPES.find((each) => each.id === id);
  if (found === undefined) {
    throw new Error(`no recipe ${id}`);
  }
  return found;
};

describe('the corners of the well-known recipe', () => {
  test.each([
    [0, 0, 3],
    [0x1111, 0, 0],
    [0, 0x2222, 0],
    [0x1111, 0x1111, 0],
  ])('E1: with Call IDs %i and %i, %i packets come in once the server has sent', async (client, toServer, expected) => {
    loadRules(server, 'nft', recipe('D02').rules);
    const call = await dial({ client, server: toServer });
    expect(await call.clientToServer(0)).toBe(0);
    expect(await call.serverToClient(SERVER, 3)).toBe(3);
    expect(await call.clientToServer(expected)).toBe(expected);
    await call.hangUp();
  });

  test('E2: it is right for a plain tunnel, which is where it comes from', async () => {
    loadRules(server, 'nft', recipe('D02').rules);
    expect(await plain(0)).toBe(0);
    const out = threeOfGre(SERVER, CLIENT, { version: 0, protocol: 0x0800, call: 1 });
    expect((await pass(on.server, out, on.outside, 'arrived', 3)).length).toBe(3);
    expect(await plain(3)).toBe(3);
  });

  test('E4: rules with the helper, loaded over a call that lives, end it', async () => {
    loadRules(server, 'nft', recipe('D14').rules);
    const call = await dial();
    expect(await call.clientToServer(3)).toBe(3);
    server.run(['nft', '-f', '-'], { input: `flush ruleset\n${recipe('D08').rules}` });
    expect([
      ...[await call.clientToServer(0), await call.serverToClient(SERVER, 3), await call.clientToServer(0)],
    ]).toEqual([0, 3, 0]);
    await call.hangUp();
  });

  test('E5: rules with the helper, loaded again, keep it', async () => {
    loadRules(server, 'nft', recipe('D08').rules);
    const call = await dial();
    expect(await call.clientToServer(3)).toBe(3);
    server.run(['nft', '-f', '-'], { input: `flush ruleset\n${recipe('D08').rules}` });
    expect([await call.clientToServer(3), await call.serverToClient(SERVER, 3)]).toEqual([3, 3]);
    await call.hangUp();
  });
});

describe('a call that is silent for longer than the connection table remembers GRE', () => {
  beforeAll(() => {
    server.sh(`for each in nf_conntrack_gre_timeout nf_conntrack_gre_timeout_stream; do
      echo 1 >/proc/sys/net/netfilter/$each; done`);
  });
  afterAll(() => {
    server.sh(`echo 30 >/proc/sys/net/netfilter/nf_conntrack_gre_timeout
      echo 180 >/proc/sys/net/netfilter/nf_conntrack_gre_timeout_stream`);
  });

  test.each([
    ['D08', [0, 3, 0]],
    ['D14', [3, 3, 3]],
    ['D17', [3, 3, 3]],
  ] as const)('E3: under %s the next packets are %j', async (id, [c1, s1, c2]) => {
    loadRules(server, 'nft', recipe(id).rules);
    const call = await dial();
    expect([
      ...[await call.clientToServer(3), await call.serverToClient(SERVER, 3), await call.clientToServer(3)],
    ]).toEqual([3, 3, 3]);
    await new Promise((resolve) => setTimeout(resolve, 1600));
    expect([
      ...[await call.clientToServer(c1), await call.serverToClient(SERVER, s1), await call.clientToServer(c2)],
    ]).toEqual([c1, s1, c2]);
    await call.hangUp();
  });
});

describe('what leaves the server, where output is dropped by default', () => {
  const output = (rule: string) => `table inet out {
    chain output { type filter hook output priority filter; policy drop
      oif "lo" accept
      ct state established,related accept
      ${rule}
    }
  }\n`;

  test.each([
    ['D11', '# no rule', 0, 'E6: established,related holds every packet of GRE back'],
    ['D11', 'ip protocol gre accept', 3, 'E6: a rule for GRE lets it out'],
    ['D08', '# no rule', 3, 'E6: with the helper established,related is enough'],
  ])('%s with "%s": %i of three to the client; %s', async (id, rule, expected) => {
    loadRules(server, 'nft', recipe(id).rules + output(rule));
    const call = await dial();
    expect([await call.clientToServer(3), await call.serverToClient(SERVER, expected)]).toEqual([3, expected]);
    await call.hangUp();
  });
});

describe("a client's own packet filter", () => {
  const input = (rule: string, before = '') => `table inet client {
    ${before}
    chain input { type filter hook input priority filter; policy drop
      iif "lo" accept
      ct state established,related accept
      ${rule}
    }
  }\n`;
  const assist = `ct helper pptp { type "pptp" protocol tcp; l3proto ip; }
    chain assist { type filter hook output priority mangle
      tcp dport 1723 ct state new ct helper set "pptp"
    }`;

  test.each([
    ['established,related alone', input(''), 0],
    ['the helper set where output passes', input('', assist), 3],
    ['GRE from the server', input(`ip saddr ${SERVER} ip protocol gre accept`), 3],
  ])('E8: with %s', async (_, rules, expected) => {
    clearFilters(server);
    loadRules(outside, 'nft', rules);
    const call = await dial();
    expect(await call.serverToClient(SERVER, expected, 'delivered')).toBe(expected);
    clearFilters(outside);
    await call.hangUp();
  });
});
