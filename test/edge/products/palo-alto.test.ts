import { Clients, EdgePlan, type EdgeSiteOptions, IKEV2, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { playedPanOs, readPanOs } from '../readers/palo-alto';
import { describeProduct, planOf, sitesOf } from '../support/describe-product';
import { describeStrictness } from '../support/describe-strictness';
import { answers, commandsOf, handWritten, textOf } from '../support/hand-written';

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

describe('by App-ID', () => {
  describeProduct('palo-alto', readPanOs('app-id'), () => ({
    greVersion: false,
    calls: false,
  }));
  describeStrictness('palo-alto', readPanOs('app-id'), PLAN);
});
describe('by ports', () => {
  describeProduct('palo-alto', readPanOs('ports'), () => ({
    greVersion: false,
    calls: false,
  }));
  describeStrictness('palo-alto', readPanOs('ports'), PLAN);
});

describe('What PAN-OS is told', () => {
  const rendered = (site: EdgeSiteOptions, plan = planOf('PPTP')) => renderEdge(plan, 'palo-alto', site);
  const fileOf = (site: EdgeSiteOptions, form: string, plan = planOf('PPTP')) =>
    rendered(site, plan)
      .files.filter(({ name }) => name.includes(form))
      .map(({ text }) => text)
      .join('\n');

  test.each([
    { site: { role: 'routed' }, plan: 'PPTP' },
    { site: ONE_TO_ONE, plan: 'PPTP' },
    { site: PORTS, plan: 'IKEv2' },
    { site: BEFORE_CLIENTS, plan: 'WireGuard' },
  ] as const)('is this, whole, for $plan as $site.role', ({ site, plan }) => {
    expect(rendered(site, planOf(plan)).files.map(({ text }) => text)).toMatchSnapshot();
  });

  test('knows PPTP by its application and its port in one form, and by its port alone in the other', () => {
    expect(fileOf({ role: 'routed' }, 'app-id')).toContain(
      'set rulebase security rules plant4-in-tcp-1723 from untrust to trust source plant4-clients destination plant4-gateway application pptp service plant4-tcp-1723 action allow\n',
    );
    expect(fileOf({ role: 'routed' }, 'ports')).toContain(
      'set rulebase security rules plant4-in from untrust to trust source plant4-clients destination plant4-gateway application any service plant4-tcp-1723 action allow\n',
    );
  });

  test('lets GRE through by its application in both forms and both directions', () => {
    for (const form of ['app-id', 'ports']) {
      expect(
        fileOf(ONE_TO_ONE, form)
          .split('\n')
          .filter((line) => /^set .* application gre /.test(line)),
      ).toEqual([
        'set rulebase security rules plant4-in-gre from untrust to trust source plant4-clients destination plant4-gateway application gre service application-default action allow',
        'set rulebase security rules plant4-back from trust to untrust source plant4-inner destination plant4-clients application gre service application-default action allow',
      ]);
    }
  });

  test('never lets any application through by any service', () => {
    for (const site of [{ role: 'routed' } as const, ONE_TO_ONE]) {
      expect(
        commandsOf(rendered(site)).filter((line) =>
          /application any service (any|application-default) action allow/.test(line),
        ),
      ).toEqual([]);
    }
  });

  test('puts its rules at the top in the order in which they must be read', () => {
    const moves = fileOf({ role: 'routed' }, 'app-id')
      .split('\n')
      .filter((line) => line.startsWith('move'));
    expect(moves).toEqual([
      'move rulebase security rules plant4-deny top',
      'move rulebase security rules plant4-back top',
      'move rulebase security rules plant4-in-gre top',
      'move rulebase security rules plant4-in-tcp-1723 top',
    ]);
  });

  test('bounds segments by what is missing to 1500, and refuses what it cannot express', () => {
    expect(fileOf({ role: 'routed' }, 'ports')).toContain('adjust-tcp-mss ipv4-mss-adjustment 144\n');
    const small = EdgePlan.from({
      name: 'plant4',
      protocols: [IKEV2],
      clients: Clients.from('203.0.113.0/24'),
      tunnelRange: '10.99.0.0/24',
      mss: 1199,
    });
    expect(errorOf(() => rendered({ role: 'routed' }, small))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_OPTION_INVALID",
        "text": "mss of EdgePlan is further below the MTU of an interface than Palo Alto PAN-OS can adjust.
        got      1199
        allowed  at least 1200 bytes: 300 below an MTU of 1500
        write    mss: 1356, or no tunnelRange, and segments that the gateway itself bounds

            at FILE:LINE
            code EDGE_OPTION_INVALID, see docs/diagnostics.md",
      }
    `);
  });

  test.each([
    ...sitesOf('routed').flatMap((site) =>
      ['PPTP', 'PPTP, IKEv2 and WireGuard', 'IKEv2 with ESP'].map((plan) => ({
        site,
        plan,
      })),
    ),
    { site: ONE_TO_ONE, plan: 'PPTP, IKEv2 and WireGuard' },
    { site: PORTS, plan: 'IKEv2' },
    { site: BEFORE_CLIENTS, plan: 'OpenVPN' },
  ])('goes away whole by its removal, $plan as $site.role', ({ site, plan }) => {
    const both = rendered(site, planOf(plan));
    const left = playedPanOs(`${textOf(both, 'configuration')}\n${textOf(both, 'removal')}`);
    // The interface stays, without the bound on segments: what is set on it is one entry for this reader.
    expect(
      Object.entries(left)
        .filter(([table]) => table !== 'network')
        .flatMap(([, table]) => [...table.keys()]),
    ).toEqual([]);
    expect(textOf(both, 'configuration').includes('adjust-tcp-mss')).toBe(
      textOf(both, 'removal').includes('adjust-tcp-mss'),
    );
  });
});

describe('What PAN-OS cannot do is refused', () => {
  const esp = EdgePlan.from({
    name: 'plant4',
    protocols: [IKEV2],
    flowSets: IKEV2.flowSets.slice(1, 2),
    clients: Clients.from('203.0.113.0/24'),
    gateway: '198.51.100.10',
  });

  test('ESP of clients that it hides', () => {
    expect(errorOf(() => renderEdge(esp, 'palo-alto', BEFORE_CLIENTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Palo Alto PAN-OS cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: it hides the clients behind its own address by their ports, and ESP has none.

        In its place: the set of flows for clients behind NAT, which carries ESP inside of UDP 4500: leave flowSets out of the plan.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('GRE of clients that it hides', () => {
    expect(errorOf(() => renderEdge(planOf('PPTP'), 'palo-alto', BEFORE_CLIENTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Palo Alto PAN-OS cannot let GRE (IP protocol 47) through, and nothing wider is written in its place: no document was found that says that it translates the Call IDs of clients that share an address, and a pool of addresses and ports has nothing to tell GRE by.

        In its place: a static translation that gives the client an address of its own (source-translation static-ip), with the firewall rendered as routed; or a protocol that is one UDP flow: WireGuard, IKEv2.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('GRE by a translation of ports', () => {
    expect(errorOf(() => renderEdge(planOf('PPTP'), 'palo-alto', PORTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Palo Alto PAN-OS cannot let GRE (IP protocol 47) through, and nothing wider is written in its place: its translations are told apart by services, and a service is a port of TCP, UDP or SCTP.

        In its place: an address of the gateway's own (publication: 'one-to-one').

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('a zone that would be two', () => {
    expect(errorOf(() => renderEdge(esp, 'palo-alto', { role: 'routed', outside: '[ a b ]' })).code).toBe(
      'EDGE_INTERFACE_INVALID',
    );
  });
});

describe("PAN-OS' reader", () => {
  const RULE = 'set rulebase security rules';
  const OBJECTS = `set address c ip-netmask 203.0.113.0/24
set address g ip-netmask 198.51.100.10/32
set service control protocol tcp port 1723`;
  const CONTROL = `${RULE} control from untrust to trust source c destination g application pptp service control action allow`;
  const GRE = `${RULE} gre from untrust to trust source c destination g application gre service application-default action allow`;
  const DENY = `${RULE} deny from untrust to trust source any destination g application any service any action deny`;
  const read = (...lines: string[]) =>
    answers(readPanOs('ports')(handWritten('routed', [OBJECTS, ...lines].join('\n'))));

  test('finds nothing wrong with what is right', () => {
    expect(read(CONTROL, GRE, DENY)).toEqual({
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
    [
      'any service of any application',
      [CONTROL.replace('application pptp service control', 'application any service any')],
      { 'TCP 22': 'allow' },
    ],
    [
      'GRE with a service that has ports',
      [CONTROL, GRE.replace('application-default', 'control')],
      { 'GRE of a call': 'left' },
    ],
    [
      'a denial that was moved to the top',
      [CONTROL, DENY, 'move rulebase security rules deny top'],
      { 'TCP 1723': 'deny' },
    ],
    [
      'zones the wrong way round',
      [CONTROL.replace('from untrust to trust', 'from trust to untrust')],
      { 'TCP 1723': 'left' },
    ],
    ['a rule that is off', [CONTROL, `${RULE} control disabled yes`], { 'TCP 1723': 'left' }],
    ['a second source that was added', [CONTROL, `${RULE} control source any`], { 'TCP 1723 of a stranger': 'allow' }],
    ['a port that became a range', [CONTROL, 'set service control protocol tcp port 1-65535'], { 'TCP 22': 'allow' }],
  ] as const)('sees %s', (_, lines, expected) => {
    expect(read(...lines)).toMatchObject(expected);
  });

  test('knows that rules see the outer address, and that a static translation goes one way unless it says both', () => {
    const nat = `set address i ip-netmask 192.0.2.10/32
set rulebase nat rules n from trust to untrust source i destination any service any
set rulebase nat rules n source-translation static-ip translated-address g`;
    const published = (...lines: string[]) =>
      answers(readPanOs('ports')(handWritten('before-gateway', [OBJECTS, nat, CONTROL, ...lines].join('\n'))));
    const both = 'set rulebase nat rules n source-translation static-ip bi-directional yes';
    expect(published(both)).toMatchObject({ 'TCP 1723': 'allow' });
    expect(published(both, `${RULE} control destination i`)).toMatchObject({
      'TCP 1723': 'allow',
    });
    expect(
      answers(
        readPanOs('ports')(
          handWritten(
            'before-gateway',
            [OBJECTS, nat, both, CONTROL.replace('destination g', 'destination i')].join('\n'),
          ),
        ),
      ),
    ).toMatchObject({ 'TCP 1723': 'left' });
  });
});
