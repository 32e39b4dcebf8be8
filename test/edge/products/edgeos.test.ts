import { Clients, EdgePlan, renderEdge, WIREGUARD } from '../../../lib/edge';
import { edgeosTree, readEdgeos } from '../readers/edgeos';
import { describeProduct, GATEWAY, INNER, LAN, planOf } from '../support/describe-product';
import { describeStrictness } from '../support/describe-strictness';
import { describeGoldens } from '../support/goldens';
import { answers, commandsOf, handWritten, textOf } from '../support/hand-written';
import { answer } from '../support/reading';

describeProduct('edgeos', readEdgeos, (role) => ({
  greVersion: role === 'before-clients',
  calls: role === 'before-clients',
}));

describeStrictness('edgeos', readEdgeos, () => 'PPTP');

describeGoldens('edgeos');

const BEFORE = { role: 'before-clients', clientNetworks: [LAN] } as const;
const rule = (lines: readonly string[], path: string) =>
  lines.filter((line) => line.startsWith(`set ${path} `)).map((line) => line.slice(`set ${path} `.length));

describe('edgeos', () => {
  test('clients from everywhere need no group', () => {
    const plan = EdgePlan.from({
      name: 'plant4',
      protocols: [WIREGUARD],
      clients: Clients.anywhereBecause('road warriors, whose networks nobody knows'),
      gateway: GATEWAY,
    });
    const configuration = renderEdge(plan, 'edgeos', { role: 'routed' });
    expect(textOf(configuration, 'configuration')).not.toMatch(/^(set|add) .*-clients/m);
    const probe = {
      protocol: 17,
      direction: 'to-gateway',
      client: '192.0.2.77',
      gateway: GATEWAY,
      starts: true,
    } as const;
    const reading = readEdgeos(configuration);
    expect(answer(reading, { ...probe, port: 51820, what: 'WireGuard' })).toBe('allow');
    expect(answer(reading, { ...probe, port: 1194, what: 'OpenVPN' })).toBe('deny');
  });

  test('before clients GRE passes as a part of a call, in both rule sets', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'edgeos', BEFORE));
    expect(rule(lines, 'firewall name LAN_IN rule 2')).toEqual([
      'action accept',
      "description 'plant4: clients'",
      'protocol gre',
      'source group network-group plant4-clients',
      'destination address 198.51.100.10',
      'state established enable',
      'state related enable',
    ]);
    expect(rule(lines, 'firewall name WAN_IN rule 1')).toContain('state related enable');
    expect(lines).toContain('delete system conntrack modules pptp disable');
  });

  test('a shared address is published by protocol: TCP 1723, and GRE without a port', () => {
    const site = { role: 'before-gateway', innerAddress: INNER, outside: 'eth7' } as const;
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'edgeos', site));
    expect(rule(lines, 'service nat rule 2')).toEqual([
      "description 'plant4: publishes the gateway'",
      'type destination',
      'inbound-interface eth7',
      'protocol gre',
      'destination address 198.51.100.10',
      'inside-address address 192.0.2.10',
    ]);
    expect(rule(lines, 'service nat rule 5000')).toContain('protocol gre');
  });

  test('several ports are one rule, so that there are fewer than ten', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP, IKEv2 and WireGuard'), 'edgeos', { role: 'routed' }));
    expect(rule(lines, 'firewall name WAN_IN rule 3')).toContain('destination port 500,4500,51820');
    expect(rule(lines, 'firewall name WAN_IN rule 5')).toEqual([
      'action drop',
      "description 'plant4: nothing else'",
      'protocol all',
      'destination address 198.51.100.10',
    ]);
  });

  test('segments are made smaller for the tunnel alone, both ways', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'edgeos', { role: 'routed', inside: 'eth3' }));
    expect(rule(lines, 'firewall modify plant4 rule 1')).toContain('source address 10.99.0.0/24');
    expect(rule(lines, 'firewall modify plant4 rule 2')).toContain('destination address 10.99.0.0/24');
    expect(rule(lines, 'firewall modify plant4 rule 2')).toContain('modify tcp-mss 1356');
    expect(rule(lines, 'interfaces ethernet eth3 firewall')).toEqual(['in modify plant4', 'out modify plant4']);
  });

  test('on the gateway only administration reaches SSH, and L2TP comes out of IPsec alone', () => {
    const site = { role: 'gateway-host', management: ['192.0.2.128/25'] } as const;
    const lines = commandsOf(renderEdge(planOf('L2TP/IPsec'), 'edgeos', site));
    expect(rule(lines, 'firewall name WAN_LOCAL rule 2')).toContain('source group network-group plant4-management');
    expect(rule(lines, 'firewall name WAN_LOCAL rule 3')).toEqual([
      'action accept',
      "description 'plant4: L2TP out of IPsec'",
      'protocol udp',
      'destination port 1701',
      'destination address 198.51.100.10',
      'ipsec match-ipsec',
    ]);
  });

  test.each([BEFORE, { role: 'before-gateway', innerAddress: INNER }] as const)('$role refuses ESP', (site) => {
    expect(() => renderEdge(planOf('IKEv2 with ESP'), 'edgeos', site)).toThrow(
      expect.objectContaining({
        code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
        reasons: [
          'Ubiquiti EdgeOS cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: behind a translation both ends wrap ESP into UDP, and ESP itself has no port by which two of them could be told apart',
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
  ] as const)('the removal leaves nothing of $role behind', (site) => {
    const configuration = renderEdge(planOf('PPTP, IKEv2 and WireGuard'), 'edgeos', site);
    const script = textOf(configuration, 'configuration');
    expect(edgeosTree(script).all().length).toBeGreaterThan(10);
    expect(edgeosTree(`${script}\n${textOf(configuration, 'removal')}`).all()).toEqual([]);
  });
});

describe('the reader of EdgeOS', () => {
  const GATEWAY = 'destination address 198.51.100.10';
  const CLIENTS = ['action accept', 'source address 203.0.113.0/24', GATEWAY];
  const CONTROL = [...CLIENTS, 'protocol tcp', 'destination port 1723'];
  const GRE = [...CLIENTS, 'protocol gre'];
  const NOTHING = ['action drop', GATEWAY];
  const read = (
    rules: readonly (readonly string[])[],
    {
      role = 'routed',
      set = 'WAN_IN',
      more = [],
    }: { role?: 'routed' | 'before-clients'; set?: string; more?: string[] } = {},
  ) =>
    answers(
      readEdgeos(
        handWritten(
          role,
          [
            ...rules.flatMap((words, index) => words.map((one) => `set firewall name ${set} rule ${index + 1} ${one}`)),
            ...more,
            'commit',
          ].join('\n'),
        ),
      ),
    );

  test('sees that every protocol was let in where GRE was meant', () => {
    expect(read([CLIENTS, NOTHING])).toMatchObject({ 'TCP 22': 'allow' });
  });

  test('sees a denial before the permits, the wrong rule set, and GRE that waits to be established', () => {
    expect(read([NOTHING, CONTROL, GRE])).toMatchObject({ 'TCP 1723': 'deny', 'GRE of a call': 'deny' });
    expect(read([CONTROL, NOTHING], { set: 'LAN_IN' })).toMatchObject({ 'TCP 1723': 'left' });
    expect(read([CONTROL, [...GRE, 'state established enable'], NOTHING])).toMatchObject({ 'GRE of a call': 'deny' });
    expect(read([CONTROL, GRE, NOTHING])).toMatchObject({
      'GRE of a call': 'allow',
      'GRE of a call to the client': 'left',
    });
  });

  test('sees that the helper is off', () => {
    const helped = [...GRE, 'state established enable', 'state related enable'];
    const site = { role: 'before-clients', set: 'LAN_IN' } as const;
    expect(read([CONTROL, helped], site)).toMatchObject({ 'GRE of a call': 'allow', 'GRE without a call': 'left' });
    expect(read([CONTROL, helped], { ...site, more: ['set system conntrack modules pptp disable'] })).toMatchObject({
      'GRE of a call': 'left',
    });
  });

  test('takes no number among those of the wizards, no port of GRE, and nothing uncommitted', () => {
    const many = Array.from({ length: 10 }, () => CONTROL);
    expect(() => read(many)).toThrow('rule 10 stands among those of the wizards');
    expect(() => read([[...GRE, 'destination port 47']])).toThrow('a port of rule 1');
    expect(() => readEdgeos(handWritten('routed', 'set firewall name WAN_IN rule 1 action drop'))).toThrow(
      'nothing is committed',
    );
  });
});
