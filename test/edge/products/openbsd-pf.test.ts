import { renderEdge } from '../../../lib/edge';
import { readPf } from '../readers/pf';
import { describeProduct, INNER, LAN, planOf } from '../support/describe-product';
import { describeStrictness } from '../support/describe-strictness';
import { describeGoldens } from '../support/goldens';
import { answers, commandsOf, handWritten } from '../support/hand-written';

describeProduct('openbsd-pf', readPf, () => ({ greVersion: false, calls: false }));

describeStrictness('openbsd-pf', readPf, ({ role }) => (role === 'before-clients' ? 'IKEv2' : 'PPTP'));

describeGoldens('openbsd-pf', (role) => (role === 'before-clients' ? 'IKEv2' : 'PPTP'));

const BEFORE = { role: 'before-clients', clientNetworks: [LAN] } as const;

describe('openbsd-pf', () => {
  test('in the middle either end may send the first GRE, and nothing else reaches the gateway', () => {
    expect(commandsOf(renderEdge(planOf('PPTP'), 'openbsd-pf', { role: 'routed' }))).toEqual([
      'table <plant4-clients> const { 203.0.113.0/24 }',
      'match inet proto tcp from 10.99.0.0/24 to any scrub (max-mss 1356)',
      'match inet proto tcp from any to 10.99.0.0/24 scrub (max-mss 1356)',
      'pass quick inet proto tcp from <plant4-clients> to 198.51.100.10 port 1723',
      'pass quick inet proto gre from <plant4-clients> to 198.51.100.10',
      'pass quick inet proto gre from 198.51.100.10 to <plant4-clients>',
      'block drop quick inet from any to 198.51.100.10',
      'anchor "plant4"',
      'load anchor "plant4" from "/etc/pf.plant4.conf"',
    ]);
  });

  test('a shared address is published by TCP 1723 and by GRE, which leaves with the outer address too', () => {
    const site = { role: 'before-gateway', innerAddress: INNER, outside: 'em0' } as const;
    expect(commandsOf(renderEdge(planOf('PPTP'), 'openbsd-pf', site)).filter((line) => /-to /.test(line))).toEqual([
      'match in on em0 inet proto tcp from any to 198.51.100.10 port 1723 rdr-to 192.0.2.10',
      'match in on em0 inet proto gre from any to 198.51.100.10 rdr-to 192.0.2.10',
      'match out on em0 inet proto gre from 192.0.2.10 to <plant4-clients> nat-to 198.51.100.10',
    ]);
  });

  test('on the gateway only administration reaches SSH, and what comes out of IPsec shows on enc0', () => {
    const site = { role: 'gateway-host', management: ['192.0.2.128/25'] } as const;
    const lines = commandsOf(renderEdge(planOf('L2TP/IPsec'), 'openbsd-pf', site));
    expect(lines).toContain('pass in quick inet proto tcp from <plant4-management> to 198.51.100.10 port 22');
    expect(lines.filter((line) => line.includes('enc0'))).toEqual([
      'pass in quick on enc0 inet proto udp from <plant4-clients> to 198.51.100.10 port 1701 keep state (if-bound)',
    ]);
    expect(commandsOf(renderEdge(planOf('IKEv2'), 'openbsd-pf', { role: 'gateway-host' }))).toContain(
      'pass in quick on enc0 inet proto ipencap from <plant4-clients> to 198.51.100.10 keep state (if-bound)',
    );
  });

  test('before clients PPTP is refused: one call for each outer address is no service', () => {
    expect(() => renderEdge(planOf('PPTP'), 'openbsd-pf', BEFORE)).toThrow(
      expect.objectContaining({
        code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
        reasons: [
          "OpenBSD pf cannot let GRE (IP protocol 47) through, and nothing wider is written in its place: pf has no helper for PPTP, and behind its translation it keeps one GRE connection per outer address and server, so that a second client takes the first one's call",
        ],
        alternatives: [
          'an outer address for each such client (binat), or a protocol with ports: protocols: [IKEV2] or [WIREGUARD]',
        ],
      }),
    );
  });

  test.each([BEFORE, { role: 'before-gateway', innerAddress: INNER }] as const)('$role refuses ESP', (site) => {
    expect(() => renderEdge(planOf('IKEv2 with ESP'), 'openbsd-pf', site)).toThrow(
      expect.objectContaining({
        code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
        reasons: [
          'OpenBSD pf cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: behind a translation both ends wrap ESP into UDP, and ESP itself has no port by which two of them could be told apart',
        ],
        alternatives: ['UDP 500 and 4500 alone: flowSets: [IKEV2.flowSets[0]]'],
      }),
    );
  });

  test('the removal takes both lines out of the main rule set, the anchor, and its file', () => {
    expect(commandsOf(renderEdge(planOf('PPTP'), 'openbsd-pf', { role: 'routed' }), 'removal')).toEqual([
      'set -e',
      `sed -i '/anchor "plant4"/d' /etc/pf.conf`,
      'pfctl -nf /etc/pf.conf',
      'pfctl -a plant4 -F rules',
      'pfctl -a plant4 -F Tables',
      'pfctl -f /etc/pf.conf',
      'rm -f /etc/pf.plant4.conf',
    ]);
  });

  test('an interface is a name that pf takes', () => {
    const site = { role: 'before-gateway', innerAddress: INNER, outside: 'em0 { pass }' } as const;
    expect(() => renderEdge(planOf('PPTP'), 'openbsd-pf', site)).toThrow(
      expect.objectContaining({ code: 'EDGE_INTERFACE_INVALID' }),
    );
  });
});

describe('the reader of pf', () => {
  const ANCHOR = 'anchor "x"\nload anchor "x" from "/etc/x"';
  const TABLE = 'table <c> const { 203.0.113.0/24 }';
  const CONTROL = 'pass quick inet proto tcp from <c> to 198.51.100.10 port 1723';
  const GRE = 'pass quick inet proto gre from <c> to 198.51.100.10';
  const BACK = 'pass quick inet proto gre from 198.51.100.10 to <c>';
  const NOTHING = 'block drop quick inet from any to 198.51.100.10';
  const read = (rules: readonly string[], role: 'routed' | 'before-clients' = 'routed') =>
    answers(readPf(handWritten(role, [TABLE, ...rules, ANCHOR].join('\n'))));

  test('reads right rules as right', () => {
    expect(read([CONTROL, GRE, BACK, NOTHING])).toEqual({
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

  test('sees that every protocol was let in where GRE was meant', () => {
    expect(read([GRE.replace(' proto gre', ''), NOTHING])).toMatchObject({ 'TCP 22': 'allow' });
  });

  test('knows that the last match decides where nothing is quick, and quick before it', () => {
    const slow = (rule: string) => rule.replace(' quick', '');
    expect(read([slow(CONTROL), slow(NOTHING)])).toMatchObject({ 'TCP 1723': 'deny' });
    expect(read([slow(NOTHING), slow(CONTROL)])).toMatchObject({ 'TCP 1723': 'allow' });
    expect(read([CONTROL, slow(NOTHING)])).toMatchObject({ 'TCP 1723': 'allow' });
    expect(read([NOTHING, CONTROL])).toMatchObject({ 'TCP 1723': 'deny' });
  });

  test('sees what comes in and is not let out, and GRE in one direction', () => {
    expect(read([CONTROL.replace('pass', 'pass in'), NOTHING])).toMatchObject({ 'TCP 1723': 'deny' });
    expect(read([CONTROL, GRE, NOTHING])).toMatchObject({ 'GRE of a call to the client': 'left' });
  });

  test('sees that behind a translation nobody is known by the inner address', () => {
    expect(read([CONTROL], 'before-clients')).toMatchObject({ 'TCP 1723': 'left' });
  });

  test('takes no anchor that nobody calls, no unknown word, and no port of GRE', () => {
    expect(() => readPf(handWritten('routed', [TABLE, CONTROL].join('\n')))).toThrow('the anchor is not called');
    expect(() => read([`${CONTROL} no state`])).toThrow('not understood');
    expect(() => read([`${GRE} port 47`])).toThrow('protocol of');
  });
});
