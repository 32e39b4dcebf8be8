import { renderEdge } from '../../../lib/edge';
import { Ipfw, readIpfw } from '../readers/ipfw';
import { describeProduct, INNER, LAN, planOf } from '../support/describe-product';
import { describeGoldens } from '../support/goldens';
import { answers, commandsOf, handWritten, textOf } from '../support/hand-written';

describeProduct('freebsd-ipfw', readIpfw, (role) => ({
  greVersion: role === 'before-gateway',
  calls: role === 'before-gateway',
}));

describeGoldens('freebsd-ipfw');

const BEFORE = { role: 'before-clients', clientNetworks: [LAN] } as const;

describe('freebsd-ipfw', () => {
  test('before clients libalias learns PPTP, and rules look where addresses are those of the clients', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'freebsd-ipfw', BEFORE));
    expect(lines).toContain('kldload -n alias_pptp');
    expect(lines.filter((line) => line.includes(' add '))).toEqual([
      'ipfw -q table plant4-clients add 192.168.1.0/24',
      'ipfw -q add 10 set 23 allow tcp from "table(plant4-clients)" to 198.51.100.10 1723 in // plant4: TCP 1723 of clients',
      'ipfw -q add 11 set 23 allow tcp from 198.51.100.10 1723 to "table(plant4-clients)" out established // plant4: TCP 1723 to clients',
      'ipfw -q add 12 set 23 allow gre from "table(plant4-clients)" to 198.51.100.10 in // plant4: GRE 47 of clients',
      'ipfw -q add 13 set 23 allow gre from 198.51.100.10 to "table(plant4-clients)" out // plant4: GRE 47 to clients',
      'ipfw -q add 14 set 23 deny tcp from any to 198.51.100.10 1723 in // plant4: TCP 1723 of nobody else',
      'ipfw -q add 15 set 23 deny gre from any to 198.51.100.10 in // plant4: GRE 47 of nobody else',
    ]);
  });

  test('a shared address is published for TCP 1723 of the clients, and libalias leads the GRE of its calls', () => {
    const site = { role: 'before-gateway', innerAddress: INNER, outside: 'igb0' } as const;
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'freebsd-ipfw', site));
    expect(lines).toContain('kldload -n ipfw_nat alias_pptp ipfw_pmod');
    expect(lines.filter((line) => line.includes('nat 1723 ') && !line.includes('delete'))).toEqual([
      'ipfw -q nat 1723 config ip 198.51.100.10 redirect_port tcp 192.0.2.10:1723 1723',
      'ipfw -q add 10 set 23 nat 1723 tcp from "table(plant4-clients)" to 198.51.100.10 1723 in recv igb0 // plant4: publishes the gateway',
      'ipfw -q add 11 set 23 nat 1723 gre from "table(plant4-clients)" to 198.51.100.10 in recv igb0 // plant4: publishes the gateway',
      'ipfw -q add 12 set 23 nat 1723 tcp from 192.0.2.10 1723 to "table(plant4-clients)" out xmit igb0 // plant4: publishes the gateway',
      'ipfw -q add 13 set 23 nat 1723 gre from 192.0.2.10 to "table(plant4-clients)" out xmit igb0 // plant4: publishes the gateway',
    ]);
  });

  test('an address of its own: strangers are dropped before the translation, and deny_in drops what nobody asked for', () => {
    const site = { role: 'before-gateway', innerAddress: INNER, publication: 'one-to-one' } as const;
    const lines = commandsOf(renderEdge(planOf('WireGuard'), 'freebsd-ipfw', site));
    expect(lines).toContain(
      'ipfw -q nat 1723 config ip 198.51.100.10 deny_in redirect_port udp 192.0.2.10:51820 51820',
    );
    const at = (part: string) => lines.findIndex((line) => line.includes(part));
    expect(at('nat 1723 udp from "table')).toBeGreaterThan(0);
    expect(at('deny udp from any to 198.51.100.10 51820')).toBeGreaterThan(at('nat 1723 udp from "table'));
    expect(at('nat 1723 ip from any to 198.51.100.10')).toBeGreaterThan(at('deny udp from any to 198.51.100.10 51820'));
  });

  test('an address of its own is denied to everybody else, whatever they send', () => {
    const site = { role: 'before-gateway', innerAddress: INNER, publication: 'one-to-one' } as const;
    expect(answers(readIpfw(renderEdge(planOf('PPTP'), 'freebsd-ipfw', site)))).toEqual({
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

  test('segments are made smaller for the tunnel alone, both ways', () => {
    const lines = commandsOf(renderEdge(planOf('PPTP'), 'freebsd-ipfw', { role: 'routed' }));
    expect(lines.filter((line) => line.includes('setmss'))).toEqual([
      'ipfw -q add 10 set 23 tcp-setmss 1356 tcp from 10.99.0.0/24 to any tcpflags syn // plant4: segments',
      'ipfw -q add 11 set 23 tcp-setmss 1356 tcp from any to 10.99.0.0/24 tcpflags syn // plant4: segments',
    ]);
  });

  test('on the gateway only administration reaches SSH, and L2TP comes out of IPsec alone', () => {
    const site = { role: 'gateway-host', management: ['192.0.2.128/25'] } as const;
    const text = commandsOf(renderEdge(planOf('L2TP/IPsec'), 'freebsd-ipfw', site)).join('\n');
    expect(text).toContain(
      'allow tcp from "table(plant4-management)" to 198.51.100.10 22 in // plant4: administration',
    );
    expect(text).toContain('allow udp from any to 198.51.100.10 1701 in ipsec // plant4: L2TP out of IPsec');
  });

  test.each([BEFORE, { role: 'before-gateway', innerAddress: INNER }] as const)('$role refuses ESP', (site) => {
    expect(() => renderEdge(planOf('IKEv2 with ESP'), 'freebsd-ipfw', site)).toThrow(
      expect.objectContaining({
        code: 'EDGE_FLOW_NOT_EXPRESSIBLE',
        reasons: [
          'FreeBSD ipfw cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: behind a translation both ends wrap ESP into UDP, and ESP itself has no port by which two of them could be told apart',
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
  ] as const)('the removal leaves nothing of $role behind, and a second run changes nothing', (site) => {
    const configuration = renderEdge(planOf('PPTP'), 'freebsd-ipfw', site);
    const script = textOf(configuration, 'configuration');
    const firewall = new Ipfw().run(script);
    const count = firewall.rules.length;
    expect(count).toBeGreaterThan(3);
    expect(firewall.run(script).rules).toHaveLength(count);
    firewall.run(textOf(configuration, 'removal'));
    expect([firewall.rules, firewall.translations, [...firewall.tables], [...firewall.nats]]).toEqual([[], [], [], []]);
  });
});

describe('the reader of ipfw', () => {
  const CONTROL = 'allow tcp from 203.0.113.0/24 to 198.51.100.10 1723';
  const GRE = 'allow gre from 203.0.113.0/24 to 198.51.100.10';
  const BACK = 'allow gre from 198.51.100.10 to 203.0.113.0/24';
  const NOTHING = 'deny ip from any to 198.51.100.10';
  const read = (rules: readonly string[], role: 'routed' | 'before-clients' = 'routed', first = 'set -e') =>
    answers(
      readIpfw(
        handWritten(
          role,
          [first, ...rules.map((rule, index) => `ipfw -q add ${index + 1} set 1 ${rule} // x`)].join('\n'),
        ),
      ),
    );

  test('sees that every protocol was let in where GRE was meant', () => {
    expect(read([GRE.replace('gre', 'ip'), NOTHING])).toMatchObject({ 'TCP 22': 'allow' });
  });

  test('sees a denial before the permits, by its number and not by its line', () => {
    const lines = [`ipfw -q add 9 set 1 ${CONTROL} // x`, `ipfw -q add 8 set 1 ${NOTHING} // x`];
    expect(answers(readIpfw(handWritten('routed', lines.join('\n'))))).toMatchObject({ 'TCP 1723': 'deny' });
  });

  test('sees GRE in one direction, and TCP that is only established', () => {
    expect(read([CONTROL, GRE, NOTHING])).toMatchObject({ 'GRE of a call to the client': 'left' });
    expect(read([`${CONTROL} established`, NOTHING])).toMatchObject({ 'TCP 1723': 'deny' });
  });

  test('sees that libalias does not know PPTP', () => {
    const rules = [CONTROL, GRE, BACK];
    expect(read(rules, 'before-clients', 'kldload -n alias_pptp')).toMatchObject({
      'GRE of a call to the client': 'allow',
    });
    expect(read(rules, 'before-clients')).toMatchObject({ 'GRE of a call to the client': 'left' });
  });

  test('takes no port of GRE, and no unknown word', () => {
    expect(() => read([`${GRE} 47`])).toThrow('protocol of');
    expect(() => read([`${CONTROL} limit src-addr 2`])).toThrow('not understood');
  });
});
