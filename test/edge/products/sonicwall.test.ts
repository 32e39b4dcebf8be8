import { Clients, EdgePlan, type EdgeSiteOptions, IKEV2, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { readSonicWall } from '../readers/sonicwall';
import { describeProduct, planOf } from '../support/describe-product';
import { describeStrictness } from '../support/describe-strictness';
import { answers, handWritten, textOf } from '../support/hand-written';

const BEFORE_CLIENTS: EdgeSiteOptions = {
  role: 'before-clients',
  clientNetworks: ['192.168.1.0/24'],
};
const PORTS: EdgeSiteOptions = {
  role: 'before-gateway',
  innerAddress: '192.0.2.10',
  publication: 'ports',
};
const ONE_TO_ONE: EdgeSiteOptions = { ...PORTS, publication: 'one-to-one' };

// No rule sees the version of GRE, nor a call: only where the GRE comes from.
describeProduct('sonicwall', readSonicWall, () => ({
  greVersion: false,
  calls: false,
}));
describeStrictness('sonicwall', readSonicWall, ({ role }) =>
  role === 'before-clients' ? 'IKEv2' : 'PPTP, IKEv2 and WireGuard',
);

const CASES = [
  { site: { role: 'routed' }, plan: 'PPTP' },
  { site: ONE_TO_ONE, plan: 'PPTP' },
  { site: PORTS, plan: 'PPTP' },
  { site: BEFORE_CLIENTS, plan: 'WireGuard' },
] as const;

describe('What a person is told to do on a SonicWall', () => {
  const rendered = (site: EdgeSiteOptions, plan = planOf('PPTP')) => renderEdge(plan, 'sonicwall', site);

  test.each(CASES)('is this, whole, for $plan as $site.role $site.publication', ({ site, plan }) => {
    expect(rendered(site, planOf(plan)).files.map(({ text }) => text)).toMatchSnapshot();
  });

  test('translates GRE by a policy of its own beside that of TCP 1723', () => {
    const text = textOf(rendered(PORTS), 'configuration');
    expect(text).toContain(
      '| plant4-nat-tcp-1723 | Any | plant4-public | plant4-tcp-1723 | Original | plant4-gateway | Any | no |',
    );
    expect(text).toContain(
      '| plant4-nat-gre | Any | plant4-public | plant4-gre | Original | plant4-gateway | Any | no |',
    );
  });

  test('allows no service Any', () => {
    for (const { site, plan } of CASES) {
      expect(textOf(rendered(site, planOf(plan)), 'configuration')).not.toMatch(/\| Any \| Allow \|/);
    }
  });

  test('names zones as they are called there', () => {
    expect(textOf(rendered({ role: 'routed', inside: 'DMZ' }), 'configuration')).toContain(
      '| 1 | plant4-in | WAN | DMZ | plant4-clients | plant4-gateway | plant4-tcp-1723, plant4-gre | Allow |',
    );
  });

  test.each(CASES)('says of everything that it makes how it goes away, $plan as $site.role', ({ site, plan }) => {
    const both = rendered(site, planOf(plan));
    const names = [...textOf(both, 'configuration').matchAll(/\bplant4-[a-z0-9-]+/g)].map(([name]) => name);
    expect([...new Set(names)].filter((name) => !textOf(both, 'removal').includes(name))).toEqual([]);
  });

  test('lets clients from everywhere in by the word for it', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [IKEV2],
      clients: Clients.anywhereBecause('they travel'),
      gateway: '198.51.100.10',
    });
    const configuration = rendered({ role: 'routed' }, plan);
    expect(readSonicWall(configuration).rules.find(({ action }) => action === 'allow')?.clients).toBe('any');
    expect(configuration.files.filter(({ text }) => text.includes('plant4-client'))).toEqual([]);
  });
});

describe('What a SonicWall cannot do is refused', () => {
  const esp = EdgePlan.from({
    name: 'plant4',
    protocols: [IKEV2],
    flowSets: IKEV2.flowSets.slice(1, 2),
    clients: Clients.from('203.0.113.0/24'),
    gateway: '198.51.100.10',
  });

  test('ESP where addresses are shared', () => {
    expect(
      [BEFORE_CLIENTS, PORTS].map((site) => errorOf(() => renderEdge(esp, 'sonicwall', site))),
    ).toMatchInlineSnapshot(`
      [
        {
          "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
          "text": "SonicWall cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: it hides the clients behind its own address by their ports, and ESP has none.

        In its place: the set of flows for clients behind NAT, which carries ESP inside of UDP 4500: leave flowSets out of the plan.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
        },
        {
          "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
          "text": "SonicWall cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: only ports of the address are translated, and ESP has none.

        In its place: an address of the gateway's own (publication: 'one-to-one'), or the set of flows that carries ESP inside of UDP 4500.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
        },
      ]
    `);
  });

  test('GRE of clients that it hides', () => {
    expect(errorOf(() => renderEdge(planOf('PPTP'), 'sonicwall', BEFORE_CLIENTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "SonicWall cannot let GRE (IP protocol 47) through, and nothing wider is written in its place: no document was found that says that it translates the Call IDs of clients that share an address.

        In its place: a one-to-one NAT policy that gives the client an address of its own, with the firewall rendered as routed; or a protocol that is one UDP flow: WireGuard, IKEv2.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('a zone that would be a cell more', () => {
    expect(errorOf(() => renderEdge(esp, 'sonicwall', { role: 'routed', inside: 'LAN | Any' })).code).toBe(
      'EDGE_INTERFACE_INVALID',
    );
  });
});

describe("The reader of SonicWall's steps", () => {
  const tables = (rules: string) => `| Object | Zone | Type | Value |
| --- | --- | --- | --- |
| c1 | WAN | Network | 203.0.113.0/24 |
| g | LAN | Host | 198.51.100.10 |
| c |  | Group | c1 |

| Service | Protocol |
| --- | --- |
| control | TCP 1723 |
| gre | IP protocol 47 |

| No. | Name | From | To | Source | Destination | Services | Action |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rules}`;
  const IN = '| 1 | in | WAN | LAN | c | g | control, gre | Allow |';
  const DENY = '| 2 | deny | WAN | LAN | Any | g | Any | Deny |';
  const read = (text: string) => answers(readSonicWall(handWritten('routed', text)));

  test('finds nothing wrong with what is right', () => {
    expect(read(tables(`${IN}\n${DENY}`))).toEqual({
      'TCP 1723': 'allow',
      'TCP 1724': 'deny',
      'TCP 22': 'deny',
      'TCP 1723 of a stranger': 'deny',
      'TCP 1723 of the range next door': 'deny',
      'GRE of a call': 'allow',
      'GRE of a call to the client': 'left',
      'GRE without a call': 'allow',
      'GRE of a stranger': 'deny',
    });
  });

  test.each([
    ['GRE that became Any', tables(IN.replace('control, gre', 'Any')), { 'TCP 22': 'allow' }],
    ['a denial before the permission', tables(`${DENY}\n${IN}`), { 'TCP 1723': 'deny' }],
    ['the wrong pair of zones', tables(IN.replace('WAN | LAN', 'LAN | WAN')), { 'TCP 1723': 'left' }],
    ['a port 47 in place of the protocol', tables(IN).replace('IP protocol 47', 'TCP 47'), { 'GRE of a call': 'left' }],
    [
      'a range that is too wide',
      tables(IN).replace('203.0.113.0/24', '0.0.0.0/0'),
      { 'TCP 1723 of a stranger': 'allow' },
    ],
  ])('sees %s', (_, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });
});
