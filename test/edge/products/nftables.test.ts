import { type EdgeConfiguration, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { readNftables } from '../readers/nftables';
import { describeProduct, INNER, LAN, planOf } from '../support/describe-product';
import { describeGoldens } from '../support/goldens';
import { answers, commandsOf, handWritten } from '../support/hand-written';

describeProduct('nftables', readNftables, () => ({
  greVersion: true,
  calls: true,
}));

describeGoldens('nftables');

/** The rules of a chain, without what is the same in front of all of them. */
function rulesOf(configuration: EdgeConfiguration, chain: string): string[] {
  return commandsOf(configuration).flatMap((line) =>
    /^add rule inet \S+ (\S+) (.*)$/.exec(line)?.[1] === chain ? [line.replace(/^add rule inet \S+ \S+ /, '')] : [],
  );
}

describe('nftables', () => {
  test('in the middle: calls by who speaks on TCP 1723, then the same from others, then everything else', () => {
    const configuration = renderEdge(planOf('PPTP'), 'nftables', {
      role: 'routed',
    });
    expect(rulesOf(configuration, 'forward')).toEqual([
      'ip daddr 198.51.100.10 jump to-gateway',
      'ip saddr 198.51.100.10 jump from-gateway',
    ]);
    expect(rulesOf(configuration, 'to-gateway')).toEqual([
      'ip saddr @clients tcp dport 1723 ct state new counter accept',
      'ip saddr @clients tcp dport 1723 ct state established update @callers { ip saddr } counter accept',
      'ip saddr @clients ip saddr @callers meta l4proto gre @th,13,3 1 @th,16,16 0x880b update @callers { ip saddr } counter accept',
      'tcp dport 1723 counter drop',
      'meta l4proto gre counter drop',
      'ct state established,related counter accept',
      'icmp type { destination-unreachable, time-exceeded, parameter-problem } counter accept',
      'counter drop',
    ]);
    expect(rulesOf(configuration, 'segments')).toEqual(
      ['saddr', 'daddr'].map(
        (end) => `ip ${end} 10.99.0.0/24 tcp flags & (syn | rst) == syn counter tcp option maxseg size set 1356`,
      ),
    );
  });

  test('before clients: the helper is set where the connection has been looked up, and segments are left alone', () => {
    const configuration = renderEdge(planOf('PPTP'), 'nftables', {
      role: 'before-clients',
      clientNetworks: [LAN],
    });
    const lines = commandsOf(configuration);
    expect(lines).toContain(
      'add ct helper inet plant4-before-clients plant4-pptp { type "pptp" protocol tcp; l3proto ip; }',
    );
    expect(lines).toContain(
      'add chain inet plant4-before-clients assist { type filter hook prerouting priority mangle; policy accept; }',
    );
    expect(rulesOf(configuration, 'assist')).toEqual([
      'ip saddr @clients ip daddr 198.51.100.10 tcp dport 1723 ct state new ct helper set "plant4-pptp"',
    ]);
    expect(lines.join()).not.toContain('maxseg');
    expect(lines.at(-1)).toBe('nf_nat_pptp');
  });

  test('before the gateway: both halves of PPTP are published, and what the gateway sends first is translated, too', () => {
    const site = {
      role: 'before-gateway',
      innerAddress: INNER,
      outside: 'wan.7',
    } as const;
    const configuration = renderEdge(planOf('PPTP'), 'nftables', site);
    expect(rulesOf(configuration, 'publish')).toEqual([
      'iifname "wan.7" ip daddr 198.51.100.10 tcp dport 1723 dnat ip to 192.0.2.10',
      'iifname "wan.7" ip daddr 198.51.100.10 meta l4proto gre @th,13,3 1 @th,16,16 0x880b dnat ip to 192.0.2.10',
    ]);
    expect(rulesOf(configuration, 'appear')).toEqual([
      'oifname "wan.7" ip saddr 192.0.2.10 meta l4proto gre @th,13,3 1 @th,16,16 0x880b snat ip to 198.51.100.10',
    ]);
    // Of a shared address, everything else is the router's own.
    expect(rulesOf(configuration, 'to-gateway').at(-1)).toBe('meta l4proto gre counter drop');
    const whole = renderEdge(planOf('PPTP'), 'nftables', {
      ...site,
      publication: 'one-to-one',
    });
    expect(rulesOf(whole, 'publish')).toEqual(['iifname "wan.7" ip daddr 198.51.100.10 dnat ip to 192.0.2.10']);
    expect(rulesOf(whole, 'to-gateway').at(-1)).toBe('counter drop');
  });

  test('on the gateway: only from outside, SSH from where it is administered, and UDP 1701 only out of IPsec', () => {
    const site = {
      role: 'gateway-host',
      management: ['192.0.2.0/28', '192.0.2.64/28'],
    } as const;
    const configuration = renderEdge(planOf('L2TP/IPsec'), 'nftables', site);
    expect(rulesOf(configuration, 'input')).toEqual(['iifname "eth0" jump to-gateway']);
    expect(rulesOf(configuration, 'to-gateway').slice(0, 2)).toEqual([
      'ip saddr @clients udp dport { 500, 4500 } counter accept',
      'udp dport { 500, 4500 } counter drop',
    ]);
    expect(rulesOf(configuration, 'to-gateway').slice(-5)).toEqual([
      'meta ipsec exists udp dport 1701 counter accept',
      'meta ipsec exists counter return',
      'ip saddr { 192.0.2.0/28, 192.0.2.64/28 } tcp dport 22 counter accept',
      'tcp dport 22 counter drop',
      'counter drop',
    ]);
    expect(rulesOf(renderEdge(planOf('IKEv2'), 'nftables', site), 'to-gateway').join()).not.toContain('1701');
  });

  test('ESP behind a masquerading router is refused, with what works', () => {
    const site = { role: 'before-clients', clientNetworks: [LAN] } as const;
    expect(errorOf(() => renderEdge(planOf('IKEv2 with ESP'), 'nftables', site))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Linux nftables cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: ESP has no ports, so masquerading carries it for one client at a time, and takes the answers from the others

        In its place: UDP 500 and 4500 alone, with which clients behind a NAT wrap ESP into UDP: flowSets: [IKEV2.flowSets[0]]

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });

  test.each(['lan0 ', 'a"b', 'eth0;', '$(id)', '`id`', 'x\ny', 'eth0*', 'sixteen-letters0', '0eth', ''])(
    'an interface %j is refused',
    (outside) => {
      expect(() => renderEdge(planOf('PPTP'), 'nftables', { role: 'gateway-host', outside })).toThrow(
        expect.objectContaining({ code: 'EDGE_INTERFACE_INVALID' }),
      );
    },
  );

  test('an interface that the rules of a role do not name is refused', () => {
    expect(
      errorOf(() =>
        renderEdge(planOf('PPTP'), 'nftables', {
          role: 'routed',
          outside: 'eth1',
        }),
      ),
    ).toMatchInlineSnapshot(`
      {
        "code": "EDGE_OPTION_UNUSED",
        "text": "outside means nothing to Linux nftables in the role routed: its configuration does not name it.
        got      "eth1"
        allowed  no outside in this role
        write    { role: 'routed' }

            at FILE:LINE
            code EDGE_OPTION_UNUSED, see docs/diagnostics.md",
      }
    `);
  });
});

describe('the reader of nftables', () => {
  const RIGHT = `add table inet t
add set inet t clients { type ipv4_addr; flags interval; auto-merge; }
add set inet t callers { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 300s; }
add element inet t clients { 203.0.113.0/24 }
add chain inet t to
add chain inet t from
add chain inet t forward { type filter hook forward priority filter; policy accept; }
add rule inet t forward ip daddr 198.51.100.10 jump to
add rule inet t forward ip saddr 198.51.100.10 jump from
add rule inet t to ip saddr @clients tcp dport 1723 ct state new accept
add rule inet t to ip saddr @clients tcp dport 1723 ct state established update @callers { ip saddr } accept
add rule inet t to ip saddr @callers meta l4proto gre @th,13,3 1 @th,16,16 0x880b accept
add rule inet t to counter drop
add rule inet t from ip daddr @callers meta l4proto gre @th,13,3 1 @th,16,16 0x880b accept
`;
  const USUAL = answers(readNftables(handWritten('routed', RIGHT)));

  test('answers as the rules say', () => {
    expect(USUAL).toEqual({
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

  test.each<[string, string, string, Record<string, string>]>([
    [
      'GRE that became every protocol',
      'add rule inet t to ip saddr @callers meta l4proto gre @th,13,3 1 @th,16,16 0x880b accept',
      'add rule inet t to ip saddr @clients accept',
      { 'TCP 1724': 'allow', 'TCP 22': 'allow', 'GRE without a call': 'allow' },
    ],
    [
      'GRE that must be established, which it never is',
      'ip saddr @callers meta l4proto gre @th,13,3 1 @th,16,16 0x880b accept',
      'ip saddr @clients meta l4proto gre ct state established accept',
      { 'GRE of a call': 'deny' },
    ],
    [
      'the wrong direction',
      'from ip daddr @callers',
      'from ip saddr @callers',
      { 'GRE of a call to the client': 'left' },
    ],
    [
      'a permit behind the deny',
      'add rule inet t to ip saddr @clients tcp dport 1723 ct state new',
      'add rule inet t to drop\nadd rule inet t to ip saddr @clients tcp dport 1723 ct state new',
      { 'TCP 1723': 'deny', 'GRE of a call': 'deny' },
    ],
    ['a wider mask', '203.0.113.0/24', '203.0.112.0/22', { 'TCP 1723 of the range next door': 'allow' }],
    [
      'a list that nothing fills',
      ' update @callers { ip saddr }',
      '',
      { 'GRE of a call': 'deny', 'GRE of a call to the client': 'left' },
    ],
    [
      'a list that a forged first packet fills',
      'ct state established update @callers { ip saddr }',
      'ct state new update @callers { ip saddr }',
      {
        'TCP 1723': 'deny',
        'GRE of a call': 'deny',
        'GRE of a call to the client': 'left',
      },
    ],
    [
      'a hook that is missing',
      'add rule inet t forward ip daddr 198.51.100.10 jump to\n',
      '',
      Object.fromEntries(Object.keys(USUAL).map((what) => [what, 'left'])),
    ],
  ])('sees %s', (_, right, wrong, different) => {
    expect(RIGHT).toContain(right);
    const read = answers(readNftables(handWritten('routed', RIGHT.replace(right, wrong))));
    expect(read).toEqual({ ...USUAL, ...different });
  });

  test('sees a helper that is missing before clients, whose NAT passes no call then', () => {
    const helped = `add table inet t
add set inet t clients { type ipv4_addr; flags interval; auto-merge; }
add element inet t clients { 203.0.113.0/24 }
add ct helper inet t p { type "pptp" protocol tcp; l3proto ip; }
add chain inet t assist { type filter hook prerouting priority mangle; policy accept; }
add rule inet t assist ip saddr @clients tcp dport 1723 ct state new ct helper set "p"
add chain inet t forward { type filter hook forward priority filter; policy accept; }
add rule inet t forward ip saddr @clients ip daddr 198.51.100.10 tcp dport 1723 accept
add rule inet t forward ip saddr @clients meta l4proto gre ct helper "pptp" ct state established,related accept
add rule inet t forward ip daddr @clients meta l4proto gre ct helper "pptp" ct state established,related accept
`;
    const calls = (text: string) => {
      const read = answers(readNftables(handWritten('before-clients', text)));
      return [read['GRE of a call'], read['GRE of a call to the client']];
    };
    expect(calls(helped)).toEqual(['allow', 'allow']);
    expect(calls(helped.replace(/add rule inet t assist .*\n/, ''))).toEqual(['left', 'left']);
    expect(calls(helped.replace('priority mangle', 'priority raw'))).toEqual(['left', 'left']);
    expect(calls(helped.replaceAll('established,related', 'established'))).toEqual(['left', 'left']);
  });

  test('does not guess', () => {
    expect(() => readNftables(handWritten('routed', `${RIGHT}add rule inet t to meta mark 1 accept`))).toThrow(
      'nft: meta is not understood',
    );
  });
});
