import { renderEdge } from '../../../lib/edge';
import { readVyos, vyosTree } from '../readers/vyos';
import { describeProduct, INNER, LAN, planOf } from '../support/describe-product';
import { describeStrictness } from '../support/describe-strictness';
import { describeGoldens } from '../support/goldens';
import { answers, commandsOf, handWritten, textOf } from '../support/hand-written';

describeProduct('vyos', readVyos, () => ({ greVersion: true, calls: true }));

describeStrictness('vyos', readVyos, () => 'PPTP');

describeGoldens('vyos');

const BEFORE = { role: 'before-clients', clientNetworks: [LAN] } as const;

describe('vyos', () => {
  test('GRE passes as a part of a call that the helper saw', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'vyos', BEFORE));
    expect(lines).toContain('set system conntrack modules pptp');
    expect(lines.filter((line) => line.startsWith('set firewall ipv4 name plant4 rule 30 '))).toEqual([
      'set firewall ipv4 name plant4 rule 30 action accept',
      "set firewall ipv4 name plant4 rule 30 description 'plant4: GRE 47 of clients'",
      'set firewall ipv4 name plant4 rule 30 protocol gre',
      'set firewall ipv4 name plant4 rule 30 source group network-group plant4-clients',
      'set firewall ipv4 name plant4 rule 30 destination address 198.51.100.10',
      'set firewall ipv4 name plant4 rule 30 state established',
      'set firewall ipv4 name plant4 rule 30 state related',
      'set firewall ipv4 name plant4 rule 30 conntrack-helper pptp',
    ]);
    expect(lines.join('\n')).not.toContain('tcp-mss');
  });

  test('a shared address is published by protocol: TCP 1723, and GRE without a port', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'vyos', { role: 'before-gateway', innerAddress: INNER }));
    expect(lines.filter((line) => /^set nat .* (protocol|address|port)/.test(line))).toEqual([
      'set nat destination rule 1 destination address 198.51.100.10',
      'set nat destination rule 1 translation address 192.0.2.10',
      'set nat destination rule 1 protocol tcp',
      'set nat destination rule 1 destination port 1723',
      'set nat destination rule 2 destination address 198.51.100.10',
      'set nat destination rule 2 translation address 192.0.2.10',
      'set nat destination rule 2 protocol gre',
      'set nat source rule 1 source address 192.0.2.10',
      'set nat source rule 1 translation address 198.51.100.10',
      'set nat source rule 1 protocol gre',
    ]);
  });

  test('segments are made smaller for the tunnel alone, both ways, before anything decides', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'vyos', { role: 'routed' }));
    expect(lines.filter((line) => line.startsWith('set firewall ipv4 forward filter rule 1 '))).toEqual([
      'set firewall ipv4 forward filter rule 1 action continue',
      "set firewall ipv4 forward filter rule 1 description 'plant4: segments'",
      'set firewall ipv4 forward filter rule 1 protocol tcp',
      'set firewall ipv4 forward filter rule 1 tcp flags syn',
      'set firewall ipv4 forward filter rule 1 tcp mss 1357-16384',
      'set firewall ipv4 forward filter rule 1 source address 10.99.0.0/24',
      'set firewall ipv4 forward filter rule 1 set tcp-mss 1356',
    ]);
    expect(lines).toContain('set firewall ipv4 forward filter rule 2 destination address 10.99.0.0/24');
    expect(lines).toContain('set firewall ipv4 forward filter rule 3 action jump');
  });

  test('on the gateway only administration reaches SSH, and L2TP comes out of IPsec alone', () => {
    const site = { role: 'gateway-host', management: ['192.0.2.128/25'] } as const;
    const lines = commandsOf(renderEdge(planOf('L2TP/IPsec'), 'vyos', site));
    expect(lines).toContain('set firewall group network-group plant4-management network 192.0.2.128/25');
    const rule = lines.find((line) => line.endsWith('destination port 1701'))?.replace(' destination port 1701', '');
    expect(lines).toContain(`${rule} ipsec match-ipsec-in`);
    expect(lines).toContain('set firewall ipv4 input filter rule 3 jump-target plant4');
    expect(lines).toContain('set firewall ipv4 output filter rule 4 jump-target plant4');
  });

  test.each([BEFORE, { role: 'before-gateway', innerAddress: INNER }] as const)('$role refuses ESP', (site) => {
    expect(() => renderEdge(planOf('IKEv2 with ESP'), 'vyos', site)).toThrow(
      expect.objectContaining({
        code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
        reasons: [
          'VyOS cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: behind a translation both ends wrap ESP into UDP, and ESP itself has no port by which two of them could be told apart',
        ],
        alternatives: ['UDP 500 and 4500 alone: flowSets: [IKEV2.flowSets[0]]'],
      }),
    );
  });

  test.each([
    BEFORE,
    { role: 'routed' },
    { role: 'before-gateway', innerAddress: INNER },
    { role: 'before-gateway', innerAddress: INNER, publication: 'one-to-one' },
    { role: 'gateway-host', management: ['192.0.2.128/25'] },
  ] as const)('the removal leaves nothing of $role behind but the helper', (site) => {
    const configuration = renderEdge(planOf('PPTP, IKEv2 and WireGuard'), 'vyos', site);
    const script = textOf(configuration, 'configuration');
    const tree = vyosTree(`${script}\n${textOf(configuration, 'removal')}`);
    expect(vyosTree(script).all().length).toBeGreaterThan(20);
    expect(tree.all()).toEqual(['system conntrack modules pptp']);
  });
});

describe('the reader of VyOS', () => {
  const GATEWAY = 'destination address 198.51.100.10';
  const CLIENTS = ['action accept', 'source address 203.0.113.0/24', GATEWAY];
  const CONTROL = [...CLIENTS, 'protocol tcp', 'destination port 1723'];
  const GRE = [...CLIENTS, 'protocol gre'];
  const NOTHING = ['action drop', GATEWAY];
  const HELPED = ['state established', 'state related', 'conntrack-helper pptp'];
  const read = (rules: readonly (readonly string[])[], more: readonly string[] = []) =>
    answers(
      readVyos(
        handWritten(
          'routed',
          [
            ...rules.flatMap((rule, index) =>
              rule.map((words) => `set firewall ipv4 forward filter rule ${index + 1} ${words}`),
            ),
            ...more,
            'commit',
          ].join('\n'),
        ),
      ),
    );

  test('sees that every protocol was let in where GRE was meant', () => {
    expect(read([CLIENTS, NOTHING])).toMatchObject({ 'TCP 22': 'allow' });
  });

  test('sees a denial before the permits, by its number and not by its line', () => {
    const late = NOTHING.map((words) => `set firewall ipv4 forward filter rule 1 ${words}`);
    expect(read([[], CONTROL, GRE], late)).toMatchObject({ 'TCP 1723': 'deny', 'GRE of a call': 'deny' });
  });

  test('sees GRE that waits to be established, and GRE in one direction', () => {
    expect(read([CONTROL, [...GRE, 'state established'], NOTHING])).toMatchObject({ 'GRE of a call': 'deny' });
    expect(read([CONTROL, GRE, NOTHING])).toMatchObject({
      'GRE of a call': 'allow',
      'GRE of a call to the client': 'left',
      'GRE without a call': 'allow',
    });
  });

  test('sees that the helper is off', () => {
    const on = ['set system conntrack modules pptp'];
    expect(read([CONTROL, [...GRE, ...HELPED], NOTHING], on)).toMatchObject({
      'GRE of a call': 'allow',
      'GRE without a call': 'deny',
    });
    expect(read([CONTROL, [...GRE, ...HELPED], NOTHING])).toMatchObject({ 'GRE of a call': 'deny' });
  });

  test('takes no rule set that drops what it has no rule for, no port of GRE, and nothing uncommitted', () => {
    const jump = ['action jump', 'jump-target x', GATEWAY];
    expect(() => read([jump], ['set firewall ipv4 name x rule 1 action accept'])).toThrow('drops whatever');
    expect(() => read([[...GRE, 'destination port 47']])).toThrow('a port of gre');
    expect(() => readVyos(handWritten('routed', 'set firewall ipv4 forward filter rule 1 action drop'))).toThrow(
      'nothing is committed',
    );
  });
});
