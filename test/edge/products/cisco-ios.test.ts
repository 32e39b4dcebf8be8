import { Clients, EdgePlan, type EdgeSiteOptions, IKEV2, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { playedIos, readIos } from '../readers/cisco-ios';
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

// A list sees single packets: neither the version of GRE nor a call.
describeProduct('cisco-ios', readIos, () => ({
  greVersion: false,
  calls: false,
}));
describeStrictness('cisco-ios', readIos, () => 'PPTP, IKEv2 and WireGuard');

describe('What IOS is told', () => {
  const rendered = (site: EdgeSiteOptions, plan = planOf('PPTP')) => renderEdge(plan, 'cisco-ios', site);

  test.each(ROLES)('is this, whole, for $role $publication', (site) => {
    expect(rendered(site).files.map(({ text }) => text)).toMatchSnapshot();
  });

  test('lets GRE through in both directions, from the ranges and to them', () => {
    expect(commandsOf(rendered({ role: 'routed' })).filter((line) => line.includes(' gre '))).toEqual([
      ' 2 permit gre object-group plant4-clients host 198.51.100.10',
      ' 2 permit gre host 198.51.100.10 object-group plant4-clients',
    ]);
  });

  test('asks the outer address outside and the inner one inside, where the gateway is published', () => {
    expect(commandsOf(rendered(ONE_TO_ONE)).filter((line) => /^ \d+ /.test(line))).toEqual([
      ' 1 permit tcp object-group plant4-clients host 198.51.100.10 eq 1723',
      ' 2 permit gre object-group plant4-clients host 198.51.100.10',
      ' 3 deny ip any host 198.51.100.10',
      ' 1 permit tcp host 192.0.2.10 eq 1723 object-group plant4-clients established',
      ' 2 permit gre host 192.0.2.10 object-group plant4-clients',
    ]);
  });

  test('has the ALG where addresses are shared, and nowhere else', () => {
    const hasAlg = (site: EdgeSiteOptions, plan = planOf('PPTP')) =>
      commandsOf(rendered(site, plan)).includes('ip nat service pptp');
    expect([BEFORE_CLIENTS, PORTS, ONE_TO_ONE, { role: 'routed' } as const].map((site) => hasAlg(site))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(hasAlg(PORTS, planOf('WireGuard'))).toBe(false);
  });

  test('translates ports one by one where they are shared, and the whole address where it is not', () => {
    expect(commandsOf(rendered(PORTS))).toContain(
      'ip nat inside source static tcp 192.0.2.10 1723 198.51.100.10 1723 extendable',
    );
    expect(commandsOf(rendered(ONE_TO_ONE))).toContain('ip nat inside source static 192.0.2.10 198.51.100.10');
  });

  test('bounds segments where the tunnel ends behind it, and not where only GRE passes', () => {
    expect(commandsOf(rendered({ role: 'routed', inside: 'Vlan10' }))).toEqual(
      expect.arrayContaining(['interface Vlan10', ' ip tcp adjust-mss 1356']),
    );
    expect(textOf(rendered(BEFORE_CLIENTS), 'configuration')).not.toContain('adjust-mss');
  });

  test.each(ROLES)(
    'goes away whole by its removal, and leaves the lists as they were, for $role $publication',
    (site) => {
      const own = ['INSIDE_IN', 'OUTSIDE_IN']
        .map((list) => `ip access-list extended ${list}\n 10 permit tcp any any eq 22\n 20 deny ip any any`)
        .join('\n');
      for (const name of ['PPTP', 'PPTP, IKEv2 and WireGuard']) {
        const both = rendered(site, planOf(name));
        const left = playedIos([own, textOf(both, 'configuration'), textOf(both, 'removal')].join('\n'));
        expect([...left.lists.values()].map((list) => [...list])).toEqual([
          [
            [1000, 'permit tcp any any eq 22'],
            [1010, 'deny ip any any'],
          ],
          [
            [1000, 'permit tcp any any eq 22'],
            [1010, 'deny ip any any'],
          ],
        ]);
        expect([left.groups.size, left.translations.size, left.isAlgOn]).toEqual([0, 0, true]);
        expect([...left.interfaces.values()].flatMap((settings) => [...settings])).toEqual([]);
      }
    },
  );

  test('lets clients from everywhere in by the word for it', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [IKEV2],
      clients: Clients.anywhereBecause('they travel'),
      gateway: '198.51.100.10',
    });
    const configuration = rendered({ role: 'routed' }, plan);
    expect(commandsOf(configuration).filter((line) => /^ \d/.test(line))).toEqual([
      ' 1 permit udp any host 198.51.100.10 eq 500',
      ' 2 permit udp any host 198.51.100.10 eq 4500',
      ' 3 deny ip any host 198.51.100.10',
      ' 1 permit udp host 198.51.100.10 eq 500 any',
      ' 2 permit udp host 198.51.100.10 eq 4500 any',
    ]);
    expect(commandsOf(configuration, 'removal').filter((line) => line.includes('object-group'))).toEqual([]);
  });
});

describe('What IOS cannot do is refused', () => {
  const esp = EdgePlan.from({
    name: 'plant4',
    protocols: [IKEV2],
    flowSets: IKEV2.flowSets.slice(1, 2),
    clients: Clients.from('203.0.113.0/24'),
    gateway: '198.51.100.10',
  });

  test('ESP of clients that it hides', () => {
    expect(errorOf(() => renderEdge(esp, 'cisco-ios', BEFORE_CLIENTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Cisco IOS cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: it hides the clients behind its own address by their ports, and ESP has none.

        In its place: the set of flows for clients behind NAT, which carries ESP inside of UDP 4500: leave flowSets out of the plan.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('ESP by a translation of ports', () => {
    expect(errorOf(() => renderEdge(esp, 'cisco-ios', PORTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Cisco IOS cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: only ports of the address are translated, and ESP has none.

        In its place: an address of the gateway's own (publication: 'one-to-one'), or the set of flows that carries ESP inside of UDP 4500.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('an interface that is none', () => {
    expect(
      errorOf(() =>
        renderEdge(esp, 'cisco-ios', {
          role: 'routed',
          inside: 'Vlan10\nno ip',
        }),
      ).code,
    ).toBe('EDGE_INTERFACE_INVALID');
  });
});

describe("IOS' reader", () => {
  const HEAD = 'ip access-list extended OUTSIDE_IN\n';
  const CONTROL = ' 10 permit tcp 203.0.113.0 0.0.0.255 host 198.51.100.10 eq 1723\n';
  const GRE = ' 20 permit gre 203.0.113.0 0.0.0.255 host 198.51.100.10\n';
  const BACK = 'ip access-list extended INSIDE_IN\n permit gre host 198.51.100.10 203.0.113.0 0.0.0.255\n';
  const DENY = ' 30 deny ip any host 198.51.100.10\n';
  const read = (...parts: string[]) => answers(readIos(handWritten('routed', parts.join(''))));

  test('finds nothing wrong with what is right', () => {
    expect(read(HEAD, CONTROL, GRE, DENY, BACK)).toEqual({
      'TCP 1723': 'allow',
      'TCP 1724': 'deny',
      'TCP 22': 'deny',
      'TCP 1723 of a stranger': 'deny',
      'TCP 1723 of the range next door': 'deny',
      'GRE of a call': 'allow',
      'GRE of a call to the client': 'allow',
      'GRE without a call': 'allow',
      'GRE of a stranger': 'deny',
    });
  });

  test.each([
    ['GRE that became IP', [HEAD, CONTROL, GRE.replace('gre', 'ip')], { 'TCP 22': 'allow' }],
    [
      'a mask where a wildcard belongs',
      [HEAD, CONTROL.replace('0.0.0.255', '255.255.255.255')],
      { 'TCP 1723 of a stranger': 'allow' },
    ],
    ['a denial with a lower number', [HEAD, CONTROL, DENY.replace('30', '5')], { 'TCP 1723': 'deny' }],
    [
      'a port at the wrong end',
      [HEAD, CONTROL.replace('0.0.0.255 host', '0.0.0.255 eq 1723 host').replace(/ eq 1723\n/, '\n')],
      { 'TCP 1723': 'left' },
    ],
    ['only what is up already', [HEAD, CONTROL.replace('\n', ' established\n')], { 'TCP 1723': 'left' }],
    ['GRE in one direction', [HEAD, CONTROL, GRE], { 'GRE of a call': 'allow', 'GRE of a call to the client': 'left' }],
    ['the list of the other side', [HEAD.replace('OUTSIDE', 'INSIDE'), CONTROL], { 'TCP 1723': 'left' }],
  ] as const)('sees %s', (_, parts, expected) => {
    expect(read(...parts)).toMatchObject(expected);
  });

  test('takes no wildcard for what is none, and no number twice', () => {
    expect(() => read(HEAD, CONTROL.replace('0.0.0.255', '255.255.255.0'))).toThrow('0.0.0.255 is no mask');
    expect(() => read(HEAD, CONTROL, CONTROL)).toThrow('duplicate sequence number');
  });

  test('knows that a translated port takes no GRE with it without the ALG', () => {
    const nat = 'ip nat inside source static tcp 192.0.2.10 1723 198.51.100.10 1723 extendable\n';
    const published = (...parts: string[]) => answers(readIos(handWritten('before-gateway', parts.join(''))));
    expect(published(nat, HEAD, CONTROL, GRE)).toMatchObject({
      'TCP 1723': 'allow',
      'GRE of a call': 'allow',
    });
    expect(published('no ip nat service pptp\n', nat, HEAD, CONTROL, GRE)).toMatchObject({ 'GRE of a call': 'left' });
  });
});
