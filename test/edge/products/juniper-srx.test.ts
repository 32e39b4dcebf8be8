import { Clients, EdgePlan, type EdgeSiteOptions, IKEV2, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { playedJunos, readJunos } from '../readers/juniper-srx';
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
const ROLES = (['before-clients', 'routed', 'before-gateway'] as const).flatMap(sitesOf);

// The ALG opens GRE version 1 of calls that it has read, and nothing else lets GRE in.
describeProduct('juniper-srx', readJunos, () => ({
  greVersion: true,
  calls: true,
}));
describeStrictness('juniper-srx', readJunos, () => 'PPTP, IKEv2 and WireGuard');

describe('What Junos is told', () => {
  const rendered = (site: EdgeSiteOptions, plan = planOf('PPTP')) => renderEdge(plan, 'juniper-srx', site);

  test.each(ROLES)('is this, whole, for $role $publication', (site) => {
    expect(rendered(site).files.map(({ text }) => text)).toMatchSnapshot();
  });

  test('opens GRE by the ALG and by no policy', () => {
    for (const site of ROLES) {
      const lines = commandsOf(rendered(site));
      expect(lines).toContain('delete security alg pptp disable');
      expect(lines.filter((line) => / policy plant4-in match application /.test(line))).toEqual([
        expect.stringMatching(/ application junos-pptp$/),
      ]);
    }
  });

  test('crosses the zones the other way for clients inside', () => {
    expect(commandsOf(rendered({ ...BEFORE_CLIENTS, inside: 'office' }))).toContain(
      'set security policies from-zone office to-zone untrust policy plant4-in match source-address plant4-clients',
    );
  });

  test('translates ports one by one where they are shared, and the whole address where it is not', () => {
    expect(commandsOf(rendered(PORTS)).filter((line) => / nat .* rule /.test(line))).toEqual([
      'set security nat destination rule-set plant4-published rule plant4-tcp-1723 match destination-address 198.51.100.10/32',
      'set security nat destination rule-set plant4-published rule plant4-tcp-1723 match protocol tcp',
      'set security nat destination rule-set plant4-published rule plant4-tcp-1723 match destination-port 1723',
      'set security nat destination rule-set plant4-published rule plant4-tcp-1723 then destination-nat pool plant4-gateway',
    ]);
    expect(commandsOf(rendered(ONE_TO_ONE))).toContain(
      'set security nat static rule-set plant4-published rule plant4-gateway then static-nat prefix 192.0.2.10/32',
    );
  });

  test('bounds segments where the tunnel ends behind it, and not where only GRE passes', () => {
    expect(commandsOf(rendered({ role: 'routed' }))).toContain('set security flow tcp-mss all-tcp mss 1356');
    expect(textOf(rendered(BEFORE_CLIENTS), 'configuration')).not.toContain('tcp-mss');
  });

  test.each(ROLES)('goes away whole by its removal, for $role $publication', (site) => {
    for (const name of ['PPTP', 'PPTP, IKEv2 and WireGuard']) {
      const both = rendered(site, planOf(name));
      expect(playedJunos(`${textOf(both, 'configuration')}\n${textOf(both, 'removal')}`)).toEqual([]);
    }
  });
});

describe('What Junos cannot do is refused', () => {
  const esp = EdgePlan.from({
    name: 'plant4',
    protocols: [IKEV2],
    flowSets: IKEV2.flowSets.slice(1, 2),
    clients: Clients.from('203.0.113.0/24'),
    gateway: '198.51.100.10',
  });

  test('ESP of clients that it hides', () => {
    expect(errorOf(() => renderEdge(esp, 'juniper-srx', BEFORE_CLIENTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Juniper SRX cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: it hides the clients behind its own address by their ports, and ESP has none.

        In its place: the set of flows for clients behind NAT, which carries ESP inside of UDP 4500: leave flowSets out of the plan.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('ESP by a translation of ports', () => {
    expect(errorOf(() => renderEdge(esp, 'juniper-srx', PORTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Juniper SRX cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: only ports of the address are translated, and ESP has none.

        In its place: an address of the gateway's own (publication: 'one-to-one'), or the set of flows that carries ESP inside of UDP 4500.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('a zone that would end a line', () => {
    expect(errorOf(() => renderEdge(esp, 'juniper-srx', { role: 'routed', outside: 'a\nb' })).code).toBe(
      'EDGE_INTERFACE_INVALID',
    );
  });
});

describe("Junos' reader", () => {
  const POLICY = 'set security policies from-zone untrust to-zone trust policy in';
  const RIGHT = `set security address-book global address c 203.0.113.0/24
set security address-book global address g 198.51.100.10/32
${POLICY} match source-address c
${POLICY} match destination-address g
${POLICY} match application junos-pptp
${POLICY} then permit`;
  const DENY = RIGHT.replaceAll('policy in', 'policy deny')
    .replace('application junos-pptp', 'application any')
    .replace('then permit', 'then deny')
    .replace('source-address c', 'source-address any');
  const read = (text: string) => answers(readJunos(handWritten('routed', text)));

  test('finds nothing wrong with what is right', () => {
    expect(read(`${RIGHT}\n${DENY}`)).toEqual({
      'TCP 1723': 'allow',
      'TCP 1724': 'deny',
      'TCP 22': 'deny',
      'TCP 1723 of a stranger': 'deny',
      'TCP 1723 of the range next door': 'deny',
      'GRE of a call': 'allow',
      'GRE of a call to the client': 'allow',
      'GRE without a call': 'deny',
      'GRE of a stranger': 'deny',
    });
  });

  test.each([
    ['GRE that became any', `${RIGHT}\n${POLICY} match application any`, { 'TCP 22': 'allow' }],
    ['an ALG that is off', `${RIGHT}\nset security alg pptp disable`, { 'GRE of a call': 'left' }],
    [
      'a TCP 1723 that no ALG is called for',
      `${RIGHT.replace(
        'junos-pptp',
        'mine',
      )}\nset applications application mine protocol tcp\nset applications application mine destination-port 1723`,
      { 'TCP 1723': 'allow', 'GRE of a call': 'left' },
    ],
    [
      'an application without a port',
      `${RIGHT.replace('junos-pptp', 'mine')}\nset applications application mine protocol tcp`,
      { 'TCP 22': 'allow' },
    ],
    [
      'the wrong pair of zones',
      RIGHT.replaceAll('from-zone untrust to-zone trust', 'from-zone trust to-zone untrust'),
      { 'TCP 1723': 'left' },
    ],
    ['a denial before the permission', `${DENY}\n${RIGHT}`, { 'TCP 1723': 'deny' }],
    [
      'a denial that was moved before the permission',
      `${RIGHT}\n${DENY}\ninsert security policies from-zone untrust to-zone trust policy deny before policy in`,
      { 'TCP 1723': 'deny' },
    ],
    ['a prefix that is too short', RIGHT.replace('203.0.113.0/24', '0.0.0.0/0'), { 'TCP 1723 of a stranger': 'allow' }],
    [
      'a policy that is gone',
      `${RIGHT}\ndelete security policies from-zone untrust to-zone trust policy in`,
      { 'TCP 1723': 'left' },
    ],
  ])('sees %s', (_, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  test('takes no name that nothing stands behind', () => {
    expect(() => read(RIGHT.replace('address g', 'address h'))).toThrow('no address g: Junos would not commit');
    expect(() => read(RIGHT.replace('junos-pptp', 'junos-ppp'))).toThrow(
      'no application junos-ppp: Junos would not commit',
    );
  });
});
