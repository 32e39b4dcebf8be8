import { type EdgeConfiguration, type EdgeRole, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { readIptables } from '../readers/iptables';
import { describeProduct, INNER, LAN, planOf } from '../support/describe-product';
import { describeGoldens } from '../support/goldens';
import { answers } from '../support/hand-written';

describeProduct('iptables', readIptables, () => ({
  greVersion: true,
  calls: true,
}));

describeGoldens('iptables');

const GRE = '-p gre -m u32 --u32 "0>>22&0x3C@0&0x7FFFF=0x1880B"';

function file(configuration: EdgeConfiguration, end: string): string[] {
  const found = configuration.files.find(({ name }) => name.endsWith(end));
  return (found?.text ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** The rules of a chain, without what is the same in front of all of them. */
function rulesOf(configuration: EdgeConfiguration, chain: string, end = '.rules.v4'): string[] {
  return file(configuration, end).flatMap((line) =>
    line.startsWith(`-A plant4-${chain} `) ? [line.slice(`-A plant4-${chain} `.length)] : [],
  );
}

describe('iptables', () => {
  test('in the middle: calls by who speaks on TCP 1723, then the same from others, then everything else', () => {
    const configuration = renderEdge(planOf('PPTP'), 'iptables', {
      role: 'routed',
    });
    expect(rulesOf(configuration, 'r-to')).toEqual([
      '-s 203.0.113.0/24 -j plant4-r-ok',
      '-p tcp -m tcp --dport 1723 -j DROP',
      '-p gre -j DROP',
      '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-p icmp -m icmp --icmp-type destination-unreachable -j ACCEPT',
      '-p icmp -m icmp --icmp-type time-exceeded -j ACCEPT',
      '-p icmp -m icmp --icmp-type parameter-problem -j ACCEPT',
      '-j DROP',
    ]);
    expect(rulesOf(configuration, 'r-ok')).toEqual([
      '-p tcp -m tcp --dport 1723 -m conntrack --ctstate NEW -j ACCEPT',
      '-p tcp -m tcp --dport 1723 -m conntrack --ctstate ESTABLISHED -m recent --name plant4-callers --rsource --set -j ACCEPT',
      `${GRE} -m recent --name plant4-callers --rsource --update --seconds 300 -j ACCEPT`,
    ]);
    expect(rulesOf(configuration, 'r-mss')).toEqual(
      ['-s', '-d'].map((end) => `${end} 10.99.0.0/24 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1356`),
    );
    expect(file(configuration, '.modprobe.conf')).toEqual(['options xt_recent ip_list_tot=8192']);
  });

  test('is hooked in first, once, and taken out again: the hooks before the chains', () => {
    const configuration = renderEdge(planOf('PPTP'), 'iptables', {
      role: 'routed',
    });
    expect(file(configuration, '-apply.sh').slice(-3)).toEqual([
      'iptables-restore -w 10 --noflush plant4-routed.rules.v4',
      'hook iptables mangle FORWARD plant4-r-mss',
      'hook iptables filter FORWARD plant4-r-fwd',
    ]);
    const removal = file(configuration, '-remove.sh').filter((line) => /^(unhook|empty|delete) /.test(line));
    expect(removal.slice(0, 4)).toEqual([
      'unhook iptables mangle FORWARD plant4-r-mss',
      'unhook iptables filter FORWARD plant4-r-fwd',
      'empty iptables mangle plant4-r-mss',
      'empty iptables filter plant4-r-fwd',
    ]);
    expect(removal.filter((line) => line.startsWith('delete')).map((line) => line.split(' ').at(-1))).toEqual([
      ...['plant4-r-mss', 'plant4-r-fwd', 'plant4-r-to', 'plant4-r-from', 'plant4-r-ok', 'plant4-r-back'],
    ]);
  });

  test('before clients: the helper is chosen in raw, and GRE is let through for calls that it knows', () => {
    const configuration = renderEdge(planOf('PPTP'), 'iptables', {
      role: 'before-clients',
      clientNetworks: [LAN],
    });
    expect(rulesOf(configuration, 'c-pre')).toEqual([
      '-s 192.168.1.0/24 -d 198.51.100.10 -p tcp -m tcp --dport 1723 -j CT --helper pptp',
    ]);
    expect(rulesOf(configuration, 'c-back').slice(1)).toEqual(
      ['ESTABLISHED', 'RELATED'].map(
        (state) => `${GRE} -m conntrack --ctstate ${state} -m helper --helper pptp -j ACCEPT`,
      ),
    );
    expect(file(configuration, '.rules.v4').join()).not.toContain('TCPMSS');
    expect(file(configuration, '.modules.conf')).toEqual(['nf_nat_pptp']);
  });

  test('before the gateway: both halves of PPTP are published, and what the gateway sends first is translated, too', () => {
    const site = { role: 'before-gateway', innerAddress: INNER } as const;
    const configuration = renderEdge(planOf('PPTP'), 'iptables', site);
    expect(rulesOf(configuration, 'g-pre')).toEqual([
      '-i eth0 -d 198.51.100.10 -p tcp -m tcp --dport 1723 -j DNAT --to-destination 192.0.2.10',
      `-i eth0 -d 198.51.100.10 ${GRE} -j DNAT --to-destination 192.0.2.10`,
    ]);
    expect(rulesOf(configuration, 'g-post')).toEqual([
      `-o eth0 -s 192.0.2.10 ${GRE} -j SNAT --to-source 198.51.100.10`,
    ]);
    expect(rulesOf(configuration, 'g-to').at(-1)).toBe('-p gre -j DROP');
  });

  test('on the gateway: its companion closes IPv6, but for neighbours, DHCP and answers', () => {
    const configuration = renderEdge(planOf('PPTP'), 'iptables', {
      role: 'gateway-host',
      management: ['192.0.2.0/28'],
    });
    expect(rulesOf(configuration, 'h-to').slice(-3)).toEqual([
      '-s 192.0.2.0/28 -p tcp -m tcp --dport 22 -j ACCEPT',
      '-p tcp -m tcp --dport 22 -j DROP',
      '-j DROP',
    ]);
    const six = rulesOf(configuration, 'h-to', '.rules.v6');
    expect(rulesOf(configuration, 'h-in', '.rules.v6')).toEqual(['-i eth0 -j plant4-h-to']);
    expect(six[0]).toBe('-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT');
    expect(six).toContain('-p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation -j ACCEPT');
    expect(six.at(-1)).toBe('-j DROP');
    expect(six.join()).not.toMatch(/1723|gre|--dport 22/);
    expect(file(configuration, '-apply.sh')).toContain('hook ip6tables filter INPUT plant4-h-in');
    expect(file(configuration, '-remove.sh')).toContain('delete ip6tables filter plant4-h-to');
  });

  test('no name of a chain is longer than the kernel takes, whatever the role', () => {
    const plan = Object.assign(Object.create(Object.getPrototypeOf(planOf('PPTP'))), planOf('PPTP'), {
      name: 'twenty-letters-long0',
    });
    const sites = [
      { role: 'routed' },
      { role: 'before-clients', clientNetworks: [LAN] },
      { role: 'before-gateway', innerAddress: INNER },
      { role: 'gateway-host' },
    ] as const;
    const chains = sites.flatMap((site) =>
      file(renderEdge(plan, 'iptables', site), '.rules.v4').filter((line) => line.startsWith(':')),
    );
    expect(Math.max(...chains.map((line) => (line.split(' ')[0] ?? '').length - 1))).toBe(27);
  });

  test('ESP behind a masquerading router is refused, with what works', () => {
    const site = { role: 'before-clients', clientNetworks: [LAN] } as const;
    expect(errorOf(() => renderEdge(planOf('IKEv2 with ESP'), 'iptables', site))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_FLOW_NOT_EXPRESSIBLE",
        "text": "Linux iptables cannot let ESP (IP protocol 50) through, and nothing wider is written in its place: ESP has no ports, so masquerading carries it for one client at a time, and takes the answers from the others

        In its place: UDP 500 and 4500 alone, with which clients behind a NAT wrap ESP into UDP: flowSets: [IKEV2.flowSets[0]]

            at FILE:LINE
            code EDGE_FLOW_NOT_EXPRESSIBLE, see docs/diagnostics.md",
      }
    `);
  });
});

describe('the reader of iptables', () => {
  const RULES = `*filter
:fwd - [0:0]
:to - [0:0]
-A fwd -d 198.51.100.10 -j to
-A fwd -s 198.51.100.10 -d 203.0.113.0/24 ${GRE} -m recent --name peers --rdest --update --seconds 300 -j ACCEPT
-A to -s 203.0.113.0/24 -p tcp -m tcp --dport 1723 -m conntrack --ctstate NEW -j ACCEPT
-A to -s 203.0.113.0/24 -p tcp -m tcp --dport 1723 -m conntrack --ctstate ESTABLISHED -m recent --name peers --set -j ACCEPT
-A to -s 203.0.113.0/24 ${GRE} -m recent --name peers --update --seconds 300 -j ACCEPT
-A to -j DROP
COMMIT
`;
  const read = (rules: string, hook = 'hook iptables filter FORWARD fwd', role: EdgeRole = 'routed') =>
    answers(
      readIptables({
        product: 'hand-written',
        role,
        files: [
          {
            name: 'x.rules.v4',
            purpose: 'configuration',
            text: rules,
            blocks: [],
          },
          {
            name: 'x-apply.sh',
            purpose: 'configuration',
            text: hook,
            blocks: [],
          },
        ],
      }),
    );
  const USUAL = read(RULES);

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
      `-s 203.0.113.0/24 ${GRE} -m recent --name peers --update --seconds 300 -j ACCEPT`,
      '-s 203.0.113.0/24 -j ACCEPT',
      { 'TCP 1724': 'allow', 'TCP 22': 'allow', 'GRE without a call': 'allow' },
    ],
    [
      'the rule of articles: GRE where ESTABLISHED',
      `${GRE} -m recent --name peers --update --seconds 300 -j ACCEPT\n-A to -j`,
      '-p 47 -m conntrack --ctstate ESTABLISHED -j ACCEPT\n-A to -j',
      { 'GRE of a call': 'deny' },
    ],
    ['the wrong end', '--rdest', '--rsource', { 'GRE of a call to the client': 'left' }],
    ['another list', 'peers --set', 'others --set', { 'GRE of a call': 'deny', 'GRE of a call to the client': 'left' }],
    [
      'a deny before the permit',
      '-A to -s',
      '-A to -j DROP\n-A to -s',
      {
        'TCP 1723': 'deny',
        'GRE of a call': 'deny',
      },
    ],
    [
      'a wider mask',
      '-s 203.0.113.0/24 -p tcp -m tcp --dport 1723 -m conntrack --ctstate NEW -j ACCEPT\n-A to -s 203.0.113.0/24 -p tcp',
      '-s 203.0.112.0/22 -p tcp -m tcp --dport 1723 -m conntrack --ctstate NEW -j ACCEPT\n-A to -s 203.0.112.0/22 -p tcp',
      { 'TCP 1723 of the range next door': 'allow' },
    ],
  ])('sees %s', (_, right, wrong, different) => {
    expect(RULES).toContain(right);
    expect(read(RULES.replace(right, wrong))).toEqual({
      ...USUAL,
      ...different,
    });
  });

  test('sees that nothing is hooked in', () => {
    expect(new Set(Object.values(read(RULES, '')))).toEqual(new Set(['left']));
  });

  test('does not guess', () => {
    expect(() => read(RULES.replace('-A to -s', '-A to ! -s'))).toThrow('iptables: ! is not understood');
    expect(() => read(RULES.replace('=0x1880B', '=0x1880C'))).toThrow('not GRE version 1 with PPP');
  });
});
