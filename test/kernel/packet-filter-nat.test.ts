import { renderPolicy } from '../../lib/host';
import { applyTo, bootFilter, clearFilters, loadRules } from './support/filters';
import { GRE_RECIPES } from './support/gre-recipes';
import { pptpHost } from './support/hosts';
import { type Agent, cable, Machine } from './support/machine';
import { PptpCall } from './support/pptp-call';

/** The server's own address where it is public, and where it is behind its edge, which has EDGE. */
const PUBLIC = '192.0.2.10';
const PRIVATE = '10.0.0.10';
const EDGE = '198.51.100.10';
const LAN = ['192.168.1.11', '192.168.1.12'];
const INTERNET = ['203.0.113.21', '203.0.113.22'];

let lan: Machine;
let home: Machine;
let edge: Machine;
let server: Machine;
let on: { lan: Agent; server: Agent };

/** Clients, their router, the server's router, and the server, in a row; routers without rules only route. */
beforeAll(async () => {
  [lan, home, edge, server] = await Promise.all([Machine.start(), Machine.start(), Machine.start(), Machine.start()]);
  cable(lan, 'eth0', home, 'lan0');
  cable(home, 'wan0', edge, 'wan0');
  cable(edge, 'dmz0', server, 'eth0');
  const up = (address: string, name: string) => `ip address add ${address} dev ${name}; ip link set ${name} up\n`;
  lan.sh(`${up('192.168.1.2/24', 'eth0')} ip route add default via 192.168.1.1
    for address in ${[...LAN, ...INTERNET].join(' ')}; do ip address add $address/32 dev eth0; done`);
  home.sh(`sysctl -q -w net.ipv4.ip_forward=1; ${up('192.168.1.1/24', 'lan0')}${up('203.0.113.10/24', 'wan0')}
    for address in ${INTERNET.join(' ')}; do ip route add $address/32 via 192.168.1.2; done
    ip route add default via 203.0.113.1`);
  edge.sh(`sysctl -q -w net.ipv4.ip_forward=1; ${up('203.0.113.1/24', 'wan0')}${up('10.0.0.1/24', 'dmz0')}
    ip address add ${EDGE}/32 dev wan0; ip route add ${PUBLIC}/32 via ${PRIVATE}
    for address in ${INTERNET.join(' ')}; do ip route add $address/32 via 203.0.113.10; done`);
  server.sh(`${up(`${PRIVATE}/24`, 'eth0')} ip address add ${PUBLIC}/32 dev eth0; ip route add default via 10.0.0.1`);
  on = { lan: lan.agent(), server: server.agent() };
  await on.server.do('serve', { port: 1723, how: 'hold' });
}, 300_000);

afterAll(async () => {
  await Promise.all([lan, home, edge, server].map((machine) => machine?.stop()));
});

/** The rendered filter on the server, for clients of the internet. */
function protect(form: 'gate' | 'helper'): void {
  bootFilter(server, pptpHost({ greFilter: form }).files, 'nft');
  expect(applyTo(server, 'policy', renderPolicy({ clients: ['203.0.113.0/24'], destinations: [] }))).toMatchObject({
    status: 0,
  });
}

function route(machine: Machine, rules: string): void {
  if (rules === '') {
    clearFilters(machine);
  } else {
    loadRules(machine, rules.startsWith('*') ? 'iptables-nft' : 'nft', rules);
  }
}

type Three = readonly [number, number, number];

/** Dials from both clients, with the same Call ID, and sends from client, server and client of each in turn. */
async function calls(
  from: readonly string[],
  to: string,
  own: string,
  expected: readonly Three[],
): Promise<number[][]> {
  const up: PptpCall[] = [];
  for (const [index, address] of from.entries()) {
    const call = await PptpCall.dial({ agent: on.lan, address }, on.server, to, {
      client: 0x1111,
      server: 0x2222 + index,
    });
    if (call === undefined) {
      throw new Error(`${address} cannot dial`);
    }
    up.push(call);
  }
  const seen: number[][] = [];
  for (const [index, call] of up.entries()) {
    const [c1, s1, c2] = expected[index] ?? [0, 0, 0];
    seen.push([await call.clientToServer(c1), await call.serverToClient(own, s1), await call.clientToServer(c2)]);
  }
  for (const call of up) {
    await call.hangUp();
  }
  return seen;
}

const nat = (rules: string) => `table ip edge {\n${rules}\n}\n`;
const HELPER = `ct helper pptp { type "pptp" protocol tcp; l3proto ip; }
  chain assist { type filter hook prerouting priority mangle
    tcp dport 1723 ct state new ct helper set "pptp"
  }`;
const MASQUERADE = `chain out { type nat hook postrouting priority srcnat
    oifname "wan0" ip saddr 192.168.1.0/24 masquerade
  }`;
const forward = (rule: string) => `chain through { type filter hook forward priority filter; policy drop
    iifname "lan0" ct state new tcp dport 1723 accept
    ${rule}
  }`;

const WORKS: Three = [3, 3, 3];
const ONE_WAY: Three = [3, 0, 3];

describe.each(['gate', 'helper'] as const)('clients behind a router of their own, the server with the %s', (form) => {
  beforeAll(() => {
    route(edge, '');
    protect(form);
  });

  const both = (three: Three) => [three, three];
  test.each([
    ['N0', 'routes', '', INTERNET, both(WORKS)],
    ['N1', 'masquerades without a helper', nat(MASQUERADE), LAN.slice(0, 1), [ONE_WAY]],
    ['N1', 'masquerades without a helper', nat(MASQUERADE), LAN, both(ONE_WAY)],
    ['N2', 'masquerades with the helper', nat(`${HELPER}\n${MASQUERADE}`), LAN, both(WORKS)],
    [
      'N4',
      'masquerades, and accepts all GRE',
      nat(`${MASQUERADE}\n${forward('ct state established,related accept\nip protocol gre accept')}`),
      LAN,
      both(ONE_WAY),
    ],
    [
      'N5',
      'masquerades with the helper, and forwards established,related',
      nat(`${HELPER}\n${MASQUERADE}\n${forward('ct state established,related accept')}`),
      LAN,
      both(WORKS),
    ],
    [
      'N7',
      'masquerades in iptables without a helper',
      '*nat\n-A POSTROUTING -o wan0 -s 192.168.1.0/24 -j MASQUERADE\nCOMMIT\n',
      LAN.slice(0, 1),
      [ONE_WAY],
    ],
    [
      'N8',
      'masquerades in iptables with the helper',
      '*raw\n-A PREROUTING -i lan0 -p tcp --dport 1723 -j CT --helper pptp\nCOMMIT\n*nat\n-A POSTROUTING -o wan0 -s 192.168.1.0/24 -j MASQUERADE\nCOMMIT\n',
      LAN,
      both(WORKS),
    ],
  ] as const)('%s: the router %s', async (_id, _what, rules, from, expected) => {
    route(home, rules);
    expect(await calls(from, PUBLIC, PUBLIC, expected)).toEqual(expected);
  });
});

const dnat = (what: string) => `chain in { type nat hook prerouting priority dstnat
    ${what}
  }`;
const TCP = `ip daddr ${EDGE} tcp dport 1723 dnat to ${PRIVATE}`;
const GRE = `ip daddr ${EDGE} ip protocol gre dnat to ${PRIVATE}`;
const SNAT = `chain out { type nat hook postrouting priority srcnat
    oifname "wan0" ip saddr ${PRIVATE} snat to ${EDGE}
  }`;
const STATELESS = `chain in { type filter hook prerouting priority raw
    iifname "wan0" ip daddr ${EDGE} ip daddr set ${PRIVATE} notrack
    iifname "dmz0" notrack
  }
  chain out { type filter hook postrouting priority raw
    oifname "wan0" ip saddr ${PRIVATE} ip saddr set ${EDGE}
  }`;

describe.each(['gate', 'helper'] as const)('a server behind an edge, with the %s', (form) => {
  beforeAll(() => {
    route(home, '');
    protect(form);
  });

  test.each<[string, string, string, Three]>([
    ['P1', 'publishes TCP 1723 only', nat(dnat(TCP)), [0, 0, 0]],
    ['P2', 'publishes TCP 1723 and protocol 47', nat(`${dnat(`${TCP}\n${GRE}`)}\n${SNAT}`), WORKS],
    ['P3', 'publishes TCP 1723, with the helper', nat(`${HELPER}\n${dnat(TCP)}`), WORKS],
    ['P4', 'publishes both, with the helper', nat(`${HELPER}\n${dnat(`${TCP}\n${GRE}`)}\n${SNAT}`), WORKS],
    [
      'P5',
      'translates every protocol one to one',
      nat(`${dnat(`ip daddr ${EDGE} dnat to ${PRIVATE}`)}\n${SNAT}`),
      WORKS,
    ],
    ['P6', 'translates one to one without state, as clouds do', nat(STATELESS), WORKS],
  ])('%s: the edge %s', async (_id, _what, rules, expected) => {
    route(edge, rules);
    expect(await calls(INTERNET, EDGE, PRIVATE, [expected, expected])).toEqual([expected, expected]);
  });

  test.each<[string, string, Three]>([
    ['without the helper: lost at the clients, not here', nat(MASQUERADE), ONE_WAY],
    ['with the helper', nat(`${HELPER}\n${MASQUERADE}`), WORKS],
  ])('Q: behind a cloud, two clients behind one router %s', async (_, rules, expected) => {
    route(home, rules);
    route(edge, nat(STATELESS));
    expect(await calls(LAN, EDGE, PRIVATE, [expected, expected])).toEqual([expected, expected]);
    route(home, '');
  });
});

test('P6: behind a cloud, too, the well-known recipe lets nothing in', async () => {
  route(home, '');
  route(edge, nat(STATELESS));
  loadRules(server, 'nft', GRE_RECIPES.find(({ id }) => id === 'D02')?.rules ?? '');
  expect(await calls(INTERNET.slice(0, 1), EDGE, PRIVATE, [[0, 3, 0]])).toEqual([[0, 3, 0]]);
});
