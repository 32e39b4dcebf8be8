import { Clients, EdgePlan, type EdgeSiteOptions, IKEV2, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { playedMgmtCli, readCheckPoint } from '../readers/check-point';
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
// Where addresses are shared, GRE is refused.
const PLAN = ({ role, publication }: EdgeSiteOptions) =>
  role === 'routed' || publication === 'one-to-one' ? 'PPTP, IKEv2 and WireGuard' : 'IKEv2';

describe('by steps', () => {
  describeProduct('check-point', readCheckPoint('steps'), () => ({
    greVersion: false,
    calls: false,
  }));
  describeStrictness('check-point', readCheckPoint('steps'), PLAN);
});
describe('by mgmt_cli', () => {
  describeProduct('check-point', readCheckPoint('mgmt_cli'), () => ({
    greVersion: false,
    calls: false,
  }));
  describeStrictness('check-point', readCheckPoint('mgmt_cli'), PLAN);
});

const CASES = [
  { site: { role: 'routed' }, plan: 'PPTP' },
  { site: ONE_TO_ONE, plan: 'PPTP' },
  { site: PORTS, plan: 'IKEv2' },
  { site: BEFORE_CLIENTS, plan: 'WireGuard' },
] as const;

describe('What Check Point is told', () => {
  const rendered = (site: EdgeSiteOptions, plan = planOf('PPTP')) => renderEdge(plan, 'check-point', site);

  test.each(CASES)('is this, whole, for $plan as $site.role', ({ site, plan }) => {
    expect(rendered(site, planOf(plan)).files.map(({ text }) => text)).toMatchSnapshot();
  });

  test('says the same to a person and to mgmt_cli', () => {
    for (const { site, plan } of CASES) {
      const both = rendered(site, planOf(plan));
      const strip = ({ rules, translations }: ReturnType<ReturnType<typeof readCheckPoint>>) => ({
        rules,
        translations: translations.map(({ protocol, port, outer, inner }) => ({
          protocol,
          port,
          outer,
          inner,
        })),
      });
      expect(strip(readCheckPoint('mgmt_cli')(both))).toEqual(strip(readCheckPoint('steps')(both)));
    }
  });

  test('lets GRE through as IP protocol 47, from the ranges and to them', () => {
    const text = textOf(rendered({ role: 'routed' }), 'configuration');
    expect(text).toContain('| plant4-gre | IP protocol 47 |');
    expect(text).toContain('| 2 | plant4-back | plant4-gateway | plant4-clients | plant4-gre | Accept |');
    expect(text).toContain('add service-other name plant4-gre ip-protocol 47 accept-replies true match-for-any false');
  });

  test('accepts no service Any', () => {
    for (const { site, plan } of CASES) {
      const text = textOf(rendered(site, planOf(plan)), 'configuration');
      expect(text).not.toMatch(/\| Any \| Accept \|/);
      expect(text).not.toMatch(/service Any action Accept/);
    }
  });

  test.each(CASES)('goes away whole by its removal, $plan as $site.role', ({ site, plan }) => {
    const both = rendered(site, planOf(plan));
    const left = playedMgmtCli(`${textOf(both, 'configuration')}\n${textOf(both, 'removal')}`);
    expect([left.objects.size, left.groups.size, left.services.size, left.rules, left.translations]).toEqual([
      0,
      0,
      0,
      [],
      [],
    ]);
    const names = [...textOf(both, 'configuration').matchAll(/\bplant4-[a-z0-9-]+/g)].map(([name]) => name);
    const steps = both.files.find(({ name }) => name.endsWith('removal.md'))?.text ?? '';
    expect([...new Set(names)].filter((name) => !name.includes('-nat-') && !steps.includes(name))).toEqual([]);
  });

  test('keeps a reason that was written inside of its comments', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [IKEV2],
      clients: Clients.anywhereBecause('they travel\n$(reboot) `reboot`\n| 9 | x | Any | Any | Any | Accept |'),
      gateway: '198.51.100.10',
    });
    for (const { name, text } of rendered({ role: 'routed' }, plan).files) {
      const lines = text.split('\n').filter((line) => line.includes('reboot') || line.includes('they travel'));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.every((line) => line.startsWith(name.endsWith('.md') ? '> ' : '# '))).toBe(true);
    }
    expect(
      readCheckPoint('steps')(rendered({ role: 'routed' }, plan)).rules.filter(({ line }) => line === 'x'),
    ).toEqual([]);
  });

  test('lets clients from everywhere in by the word for it', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [IKEV2],
      clients: Clients.anywhereBecause('they travel'),
      gateway: '198.51.100.10',
    });
    const configuration = rendered({ role: 'routed' }, plan);
    expect(readCheckPoint('mgmt_cli')(configuration).rules.find(({ action }) => action === 'allow')?.clients).toBe(
      'any',
    );
    expect(readCheckPoint('steps')(configuration).rules.find(({ action }) => action === 'allow')?.clients).toBe('any');
    expect(configuration.files.filter(({ text }) => text.includes('plant4-client'))).toEqual([]);
  });
});

describe('What Check Point cannot do is refused', () => {
  const esp = EdgePlan.from({
    name: 'plant4',
    protocols: [IKEV2],
    flowSets: IKEV2.flowSets.slice(1, 2),
    clients: Clients.from('203.0.113.0/24'),
    gateway: '198.51.100.10',
  });

  test('ESP where addresses are shared', () => {
    expect(
      [BEFORE_CLIENTS, PORTS].map((site) => errorOf(() => renderEdge(esp, 'check-point', site))),
    ).toMatchInlineSnapshot(`
      [
        {
          "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
          "text": "Check Point cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: it hides the clients behind its own address by their ports, and ESP has none.

        In its place: the set of flows for clients behind NAT, which carries ESP inside of UDP 4500: leave flowSets out of the plan.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
        },
        {
          "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
          "text": "Check Point cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: only ports of the address are translated, and ESP has none.

        In its place: an address of the gateway's own (publication: 'one-to-one'), or the set of flows that carries ESP inside of UDP 4500.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
        },
      ]
    `);
  });

  test('GRE of clients that it hides', () => {
    expect(errorOf(() => renderEdge(planOf('PPTP'), 'check-point', BEFORE_CLIENTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Check Point cannot let GRE (IP protocol 47) through, and nothing wider is written in its place: no document was found that says that it translates the Call IDs of clients that share an address.

        In its place: static NAT that gives the client an address of its own, with the firewall rendered as routed; or a protocol that is one UDP flow: WireGuard, IKEv2.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('GRE by a translation of ports', () => {
    expect(errorOf(() => renderEdge(planOf('PPTP'), 'check-point', PORTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Check Point cannot let GRE (IP protocol 47) through, and nothing wider is written in its place: no document was found that says that it translates GRE by a rule for one service of a shared address.

        In its place: an address of the gateway's own (publication: 'one-to-one').

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('the name of an interface, which its rules have no use for', () => {
    expect(errorOf(() => renderEdge(esp, 'check-point', { role: 'routed', inside: 'eth1' })).code).toBe(
      'EDGE_OPTION_UNUSED',
    );
  });
});

describe("Check Point's reader", () => {
  const cli = (command: string) => `mgmt_cli -s "$session" ${command}`;
  const OBJECTS = [
    'add network name c subnet 203.0.113.0 mask-length 24',
    'add host name g ip-address 198.51.100.10',
    'add service-tcp name control port 1723',
    'add service-other name gre ip-protocol 47',
  ];
  const IN =
    'add access-rule layer Network position 1 name in source c destination g service.1 control service.2 gre action Accept';
  const DENY = 'add access-rule layer Network position 2 name deny source Any destination g service Any action Drop';
  const read = (...commands: string[]) =>
    answers(readCheckPoint('mgmt_cli')(handWritten('routed', [...OBJECTS, ...commands].map(cli).join('\n'))));

  test('finds nothing wrong with what is right', () => {
    expect(read(IN, DENY)).toEqual({
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
    ['GRE that became Any', [IN.replace('service.2 gre', 'service.2 Any')], { 'TCP 22': 'allow' }],
    ['a denial above the permission', [IN, DENY.replace('position 2', 'position 1')], { 'TCP 1723': 'deny' }],
    [
      'the ends the wrong way round',
      [IN.replace('source c destination g', 'source g destination c')],
      { 'TCP 1723': 'left' },
    ],
    ['a rule that is off', [`${IN} enabled false`], { 'TCP 1723': 'left' }],
    ['a port that became a range', [IN, 'add service-tcp name control port 1-65535'], { 'TCP 22': 'allow' }],
    [
      'a range that is too wide',
      ['add network name c subnet 0.0.0.0 mask-length 0', IN],
      { 'TCP 1723 of a stranger': 'allow' },
    ],
    ['what drops unless it says otherwise', [IN.replace(' action Accept', '')], { 'TCP 1723': 'deny' }],
  ] as const)('sees %s', (_, commands, expected) => {
    expect(read(...commands)).toMatchObject(expected);
  });

  test('reads a table as a person does, and no table in a quotation', () => {
    const tables = `| Object | Kind | Value | Static NAT |
| --- | --- | --- | --- |
| c | Network | 203.0.113.0/24 | none |
| g | Host | 198.51.100.10 | none |

| Service | Kind |
| --- | --- |
| control | TCP 1723 |
| gre | TCP 47 |

| No. | Name | Source | Destination | Services | Action |
| --- | --- | --- | --- | --- | --- |
| 1 | in | c | g | control, gre | Accept |
> | 2 | more | Any | Any | Any | Accept |`;
    expect(answers(readCheckPoint('steps')(handWritten('routed', tables)))).toMatchObject({
      'TCP 1723': 'allow',
      'TCP 22': 'left',
      // A port 47 is no protocol 47.
      'GRE of a call': 'left',
    });
  });
});
