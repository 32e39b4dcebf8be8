import { Clients, EdgePlan, type EdgeSiteOptions, IKEV2, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { playedAsa, readAsa } from '../readers/cisco-asa';
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

// The inspection opens GRE version 1 of calls that it has read, and nothing else lets GRE in.
describeProduct('cisco-asa', readAsa, () => ({
  greVersion: true,
  calls: true,
}));
describeStrictness('cisco-asa', readAsa, () => 'PPTP, IKEv2 and WireGuard');

describe('What an ASA is told', () => {
  const rendered = (site: EdgeSiteOptions, plan = planOf('PPTP')) => renderEdge(plan, 'cisco-asa', site);

  test.each(ROLES)('is this, whole, for $role $publication', (site) => {
    expect(rendered(site).files.map(({ text }) => text)).toMatchSnapshot();
  });

  test('opens GRE by inspection and by no entry of a list', () => {
    for (const site of ROLES) {
      const lines = commandsOf(rendered(site));
      expect(lines).toEqual(
        expect.arrayContaining(['policy-map global_policy', ' class inspection_default', '  inspect pptp']),
      );
      expect(lines.filter((line) => /permit (gre|47|ip) /.test(line))).toEqual([]);
    }
  });

  test('does not inspect PPTP where nobody speaks it', () => {
    expect(textOf(rendered({ role: 'routed' }, planOf('WireGuard')), 'configuration')).not.toContain('inspect');
  });

  test('filters by the address that the gateway has itself', () => {
    expect(commandsOf(rendered(ONE_TO_ONE)).filter((line) => line.startsWith('access-list'))).toEqual([
      'access-list outside_access_in line 1 extended permit tcp object-group plant4-clients host 192.0.2.10 eq 1723',
      'access-list outside_access_in line 2 extended deny ip any host 192.0.2.10',
    ]);
  });

  test('translates one port where the address is shared', () => {
    expect(commandsOf(rendered(PORTS)).filter((line) => / nat /.test(line))).toEqual([
      ' nat (inside,outside) static 198.51.100.10 service tcp 1723 1723',
    ]);
  });

  test('asks the list of the side that the clients are on', () => {
    expect(
      commandsOf(rendered({ ...BEFORE_CLIENTS, inside: 'lan' })).filter((line) => line.startsWith('access-list')),
    ).toEqual([
      'access-list lan_access_in line 1 extended permit tcp object-group plant4-clients host 198.51.100.10 eq 1723',
      'access-list lan_access_in line 2 extended deny tcp any host 198.51.100.10 eq 1723',
      'access-list lan_access_in line 3 extended deny gre any host 198.51.100.10',
    ]);
  });

  test('bounds segments where the tunnel ends behind it, and not where only GRE passes', () => {
    expect(commandsOf(rendered({ role: 'routed' }))).toContain('sysopt connection tcpmss 1356');
    expect(textOf(rendered(BEFORE_CLIENTS), 'configuration')).not.toContain('tcpmss');
  });

  test.each(ROLES)('goes away whole by its removal, for $role $publication', (site) => {
    for (const name of ['PPTP', 'PPTP, IKEv2 and WireGuard']) {
      const both = rendered(site, planOf(name));
      const left = playedAsa(`${textOf(both, 'configuration')}\n${textOf(both, 'removal')}`);
      expect([left.lists.size, left.groups.size, left.objects.size, left.mss]).toEqual([0, 0, 0, undefined]);
      expect([...left.inspections].map(([, inspections]) => inspections.size)).toEqual([0]);
    }
  });

  test('keeps a reason that was written in any script inside of its comments, in ASCII', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [IKEV2],
      clients: Clients.anywhereBecause('Mitarbeiter reisen\nno access-list outside_access_in; „ü“ \u2028! write erase'),
    });
    for (const { text } of rendered({ role: 'routed' }, plan).files) {
      expect(text).toMatch(/^[\n\x20-\x7e]*$/);
      expect(
        text
          .split('\n')
          .filter((line) => line.includes('erase'))
          .every((line) => line.startsWith('! ')),
      ).toBe(true);
    }
  });

  test('lets clients from everywhere in by the word for it', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [IKEV2],
      clients: Clients.anywhereBecause('they travel'),
      gateway: '198.51.100.10',
    });
    const configuration = rendered({ role: 'routed' }, plan);
    expect(commandsOf(configuration).filter((line) => !line.startsWith('sysopt'))).toEqual([
      'access-list outside_access_in line 1 extended permit udp any host 198.51.100.10 eq 500',
      'access-list outside_access_in line 2 extended permit udp any host 198.51.100.10 eq 4500',
      'access-list outside_access_in line 3 extended deny ip any host 198.51.100.10',
    ]);
    expect(commandsOf(configuration, 'removal').filter((line) => line.includes('object-group'))).toEqual([]);
  });
});

describe('What an ASA cannot do is refused', () => {
  const esp = EdgePlan.from({
    name: 'plant4',
    protocols: [IKEV2],
    flowSets: IKEV2.flowSets.slice(1, 2),
    clients: Clients.from('203.0.113.0/24'),
    gateway: '198.51.100.10',
  });

  test('ESP of clients that it hides', () => {
    expect(errorOf(() => renderEdge(esp, 'cisco-asa', BEFORE_CLIENTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Cisco ASA cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: it hides the clients behind its own address by their ports, and ESP has none.

        In its place: the set of flows for clients behind NAT, which carries ESP inside of UDP 4500: leave flowSets out of the plan.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('ESP by a translation of ports', () => {
    expect(errorOf(() => renderEdge(esp, 'cisco-asa', PORTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Cisco ASA cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: only ports of the address are translated, and ESP has none.

        In its place: an address of the gateway's own (publication: 'one-to-one'), or the set of flows that carries ESP inside of UDP 4500.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('an interface that would end a line', () => {
    expect(errorOf(() => renderEdge(esp, 'cisco-asa', { role: 'routed', inside: 'a b' })).code).toBe(
      'EDGE_INTERFACE_INVALID',
    );
  });
});

describe("The ASA's reader", () => {
  const INSPECTED =
    'policy-map global_policy\n class inspection_default\n  inspect pptp\nservice-policy global_policy global\n';
  const LIST = 'access-list outside_access_in extended';
  const CONTROL = `${LIST} permit tcp 203.0.113.0 255.255.255.0 host 198.51.100.10 eq pptp\n`;
  const read = (text: string) => answers(readAsa(handWritten('routed', text)));

  test('finds nothing wrong with what is right', () => {
    expect(read(`${INSPECTED}${CONTROL}${LIST} deny ip any host 198.51.100.10`)).toEqual({
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
    ['GRE that became IP', `${INSPECTED}${CONTROL}${LIST} permit ip any host 198.51.100.10`, { 'TCP 22': 'allow' }],
    ['no inspection', CONTROL, { 'GRE of a call': 'left' }],
    [
      'an inspection that is off again',
      `${INSPECTED}${CONTROL}policy-map global_policy\n class inspection_default\n  no inspect pptp`,
      { 'GRE of a call': 'left' },
    ],
    [
      'an inspection in a policy that nothing uses',
      `${INSPECTED.replace(/service-policy.*\n/, '')}${CONTROL}`,
      { 'GRE of a call': 'left' },
    ],
    [
      'a denial before the permission',
      `${CONTROL}${LIST.replace('extended', 'line 1 extended')} deny ip any any`,
      { 'TCP 1723': 'deny' },
    ],
    [
      'a wildcard where a mask belongs',
      CONTROL.replace('255.255.255.0', '0.0.0.0'),
      { 'TCP 1723 of a stranger': 'allow' },
    ],
    [
      'the ends the wrong way round',
      `${LIST} permit tcp host 198.51.100.10 203.0.113.0 255.255.255.0 eq 1723`,
      { 'TCP 1723': 'left' },
    ],
    ['the list of the other side', CONTROL.replace('outside_', 'inside_'), { 'TCP 1723': 'left' }],
    ['an entry that is off', CONTROL.replace('pptp', 'pptp inactive'), { 'TCP 1723': 'left' }],
  ])('sees %s', (_, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  test('takes no mask for what is none', () => {
    expect(() => read(CONTROL.replace('255.255.255.0', '0.0.0.255'))).toThrow('0.0.0.255 is no mask');
  });

  test('knows that lists see the inner address', () => {
    const nat = 'object network plant4-gateway\n host 192.0.2.10\n nat (inside,outside) static 198.51.100.10\n';
    const published = (text: string) => answers(readAsa(handWritten('before-gateway', text)));
    expect(published(`${nat}${CONTROL}`)).toMatchObject({ 'TCP 1723': 'left' });
    expect(published(`${nat}${CONTROL.replace('198.51.100.10', '192.0.2.10')}`)).toMatchObject({ 'TCP 1723': 'allow' });
  });
});
