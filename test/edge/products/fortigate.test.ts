import { Clients, EdgePlan, type EdgeSiteOptions, IKEV2, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { readFortiGate, tablesOf } from '../readers/fortigate';
import { describeProduct, planOf, sitesOf } from '../support/describe-product';
import { describeStrictness } from '../support/describe-strictness';
import { answers, commandsOf, handWritten, textOf } from '../support/hand-written';

const PORTS: EdgeSiteOptions = {
  role: 'before-gateway',
  innerAddress: '192.0.2.10',
  publication: 'ports',
};
const ONE_TO_ONE: EdgeSiteOptions = { ...PORTS, publication: 'one-to-one' };
const ROLES = (['before-clients', 'routed', 'before-gateway'] as const).flatMap(sitesOf);

// No policy sees the version of GRE, nor whether the helper knows of a call: only where the GRE comes from.
describeProduct('fortigate', readFortiGate, () => ({
  greVersion: false,
  calls: false,
}));
describeStrictness('fortigate', readFortiGate, () => 'PPTP, IKEv2 and WireGuard');

describe('What FortiOS is told', () => {
  const rendered = (site: EdgeSiteOptions, plan = planOf('PPTP')) => renderEdge(plan, 'fortigate', site);

  test.each(ROLES)('is this, whole, for $role $publication', (site) => {
    expect(rendered(site).files.map(({ text }) => text)).toMatchSnapshot();
  });

  test('names GRE by its number, and nowhere lets ALL through', () => {
    const lines = commandsOf(rendered({ role: 'routed' }));
    expect(lines).toEqual(expect.arrayContaining(['        set protocol IP', '        set protocol-number 47']));
    const allowing = lines
      .join('\n')
      .split('    next')
      .filter((entry) => entry.includes('set action accept'));
    expect(allowing).toHaveLength(2);
    expect(allowing.filter((entry) => entry.includes('"ALL"'))).toEqual([]);
  });

  test('hides the clients, and needs the helper for it', () => {
    const lines = commandsOf(rendered({ role: 'before-clients', clientNetworks: ['192.168.1.0/24'] }));
    expect(lines).toEqual(
      expect.arrayContaining([
        '        set srcintf "internal"',
        '        set dstintf "wan1"',
        '        set nat enable',
        '        set name pptp',
        '        set protocol 6',
        '        set port 1723',
      ]),
    );
  });

  test('translates ports one by one where they are shared, and the whole address where it is not', () => {
    expect(commandsOf(rendered(PORTS))).toEqual(
      expect.arrayContaining([
        '        set portforward enable',
        '        set extport 1723',
        '        set protocol tcp',
      ]),
    );
    expect(commandsOf(rendered(ONE_TO_ONE)).filter((line) => /portforward|extport/.test(line))).toEqual([]);
  });

  test('bounds segments where the tunnel ends behind it, and not where only GRE passes', () => {
    expect(commandsOf(rendered({ role: 'routed' }))).toContain('        set tcp-mss 1356');
    expect(
      textOf(
        rendered({
          role: 'before-clients',
          clientNetworks: ['192.168.1.0/24'],
        }),
        'configuration',
      ),
    ).not.toContain('tcp-mss');
  });

  test('gives two plans policies of different numbers, and one plan always the same', () => {
    const numbers = (name: string) => {
      const plan = EdgePlan.from({
        name,
        protocols: [IKEV2],
        clients: Clients.from('203.0.113.0/24'),
      });
      return commandsOf(rendered({ role: 'routed' }, plan)).filter((line) => /^ {4}edit \d{2,}$/.test(line));
    };
    expect(numbers('plant4')).toEqual(numbers('plant4'));
    expect(numbers('plant4')).not.toEqual(numbers('plant5'));
  });

  test('names interfaces as they are called there', () => {
    const lines = commandsOf(rendered({ role: 'routed', inside: 'port2', outside: 'port1' }));
    expect(lines).toEqual(expect.arrayContaining(['        set srcintf "port1"', '        set dstintf "port2"']));
  });

  test.each(ROLES)('goes away whole by its removal, but for the helper, for $role $publication', (site) => {
    for (const name of ['PPTP', 'PPTP, IKEv2 and WireGuard']) {
      const left = [...tablesOf(rendered(site, planOf(name)))].filter(([table]) => table !== 'system session-helper');
      expect(
        left.flatMap(([table, entries]) =>
          [...entries].map(([entry, set]) => ({
            table,
            entry,
            set: [...set],
          })),
        ),
      ).toEqual(site.role === 'before-clients' ? [] : [{ table: 'system interface', entry: 'internal', set: [] }]);
    }
  });
});

describe('What FortiOS cannot do is refused', () => {
  const esp = EdgePlan.from({
    name: 'plant4',
    protocols: [IKEV2],
    flowSets: IKEV2.flowSets.slice(1, 2),
    clients: Clients.from('203.0.113.0/24'),
    gateway: '198.51.100.10',
  });

  test('ESP of clients that it hides', () => {
    const site = {
      role: 'before-clients',
      clientNetworks: ['192.168.1.0/24'],
    } as const;
    expect(errorOf(() => renderEdge(esp, 'fortigate', site))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "FortiGate cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: it hides the clients behind its own address by their ports, and ESP has none.

        In its place: the set of flows for clients behind NAT, which carries ESP inside of UDP 4500: leave flowSets out of the plan.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('ESP by a translation of ports', () => {
    expect(errorOf(() => renderEdge(esp, 'fortigate', PORTS))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "FortiGate cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: only ports of the address are translated, and ESP has none.

        In its place: an address of the gateway's own (publication: 'one-to-one'), or the set of flows that carries ESP inside of UDP 4500.

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test('a name of an interface that would end a line', () => {
    expect(() => renderEdge(esp, 'fortigate', { role: 'routed', inside: 'port1"\nend' })).toThrow(
      expect.objectContaining({ code: 'EDGE_INTERFACE_INVALID' }),
    );
  });
});

describe('The reader of FortiOS', () => {
  const OBJECTS = `config firewall address
    edit "c"
        set subnet 203.0.113.0 255.255.255.0
    next
    edit "g"
        set subnet 198.51.100.10 255.255.255.255
    next
end
config firewall service custom
    edit "control"
        set tcp-portrange 1723
    next
    edit "gre"
        set protocol IP
        set protocol-number 47
    next
end`;
  const policy = (settings: string) => `config firewall policy
    edit 1
        set srcintf "wan1"
        set dstintf "internal"
        set srcaddr "c"
        set dstaddr "g"
        set service "control" "gre"
        set action accept
${settings}
    next
end`;
  const read = (text: string) => answers(readFortiGate(handWritten('routed', text)));

  test('finds nothing wrong with what is right', () => {
    expect(read(`${OBJECTS}\n${policy('')}`)).toMatchObject({
      'TCP 1723': 'allow',
      'TCP 1724': 'left',
      'GRE without a call': 'allow',
      'GRE of a stranger': 'left',
      'GRE of a call to the client': 'left',
    });
  });

  test.each([
    ['GRE that became ALL', OBJECTS, '        set service "ALL"', { 'TCP 22': 'allow' }],
    ['a service whose protocol has no number', OBJECTS.replace(/.*protocol-number.*\n/, ''), '', { 'TCP 22': 'allow' }],
    [
      'port 47 in place of protocol 47',
      OBJECTS.replace('protocol IP', 'tcp-portrange 47'),
      '',
      { 'GRE without a call': 'left' },
    ],
    [
      'a mask that is too wide',
      OBJECTS.replace('255.255.255.0', '255.255.0.0'),
      '',
      { 'TCP 1723 of the range next door': 'allow' },
    ],
    [
      'an address without a mask',
      OBJECTS.replace(/ +set subnet 203.*\n/, ''),
      '',
      { 'TCP 1723 of a stranger': 'allow' },
    ],
    [
      'the wrong direction',
      OBJECTS,
      '        set srcintf "internal"\n        set dstintf "wan1"',
      { 'TCP 1723': 'left' },
    ],
    ['a policy that is off', OBJECTS, '        set status disable', { 'TCP 1723': 'left' }],
    ['a policy that denies, as it does unless told otherwise', OBJECTS, '        unset action', { 'TCP 1723': 'deny' }],
  ])('sees %s', (_, objects, settings, expected) => {
    expect(read(`${objects}\n${policy(settings)}`)).toMatchObject(expected);
  });

  test('sees a helper, and that it is gone', () => {
    const helper =
      'config system session-helper\n    edit 1\n        set name pptp\n        set protocol 6\n        set port 1723\n    next\nend';
    const withHelper = `${OBJECTS}\n${policy('        set service "control"')}\n${helper}`;
    expect(read(withHelper)).toMatchObject({
      'GRE of a call': 'allow',
      'GRE of a call to the client': 'allow',
    });
    expect(read(`${withHelper}\nconfig system session-helper\n    delete 1\nend`)).toMatchObject({
      'GRE of a call': 'left',
    });
  });

  test('sees that what denies all does not match what was translated', () => {
    const vip =
      'config firewall vip\n    edit "v"\n        set extip 198.51.100.10\n        set mappedip "192.0.2.10"\n    next\nend';
    const denied = policy(
      '        set srcaddr "all"\n        set dstaddr "all"\n        set service "ALL"\n        set action deny',
    );
    const accepted = policy('        set dstaddr "v"').replace('edit 1', 'edit 2');
    expect(read(`${OBJECTS}\n${vip}\n${denied}\n${accepted}`)).toMatchObject({
      'TCP 1723': 'allow',
    });
    expect(
      read(`${OBJECTS}\n${vip}\n${denied.replace('    next', '        set match-vip enable\n    next')}\n${accepted}`),
    ).toMatchObject({ 'TCP 1723': 'deny' });
  });
});
