import { type EdgeConfiguration, type EdgeRole, renderEdge } from '../../../lib/edge';
import { errorOf } from '../../support/messages';
import { readFirewalld } from '../readers/firewalld';
import { describeProduct, INNER, LAN, planOf } from '../support/describe-product';
import { describeGoldens } from '../support/goldens';
import { answers } from '../support/hand-written';

describeProduct('firewalld', readFirewalld, () => ({
  greVersion: true,
  calls: true,
}));

describeGoldens('firewalld');

function file(configuration: EdgeConfiguration, end: string): string[] {
  const found = configuration.files.find(({ name }) => name.endsWith(end));
  return (found?.text ?? '').split('\n').filter((line) => line !== '' && !/^(#|<!--|<\?xml)/.test(line));
}

describe('firewalld', () => {
  test('in the middle: what accepts has priority 0, where the helper is, and what denies comes behind it', () => {
    const configuration = renderEdge(planOf('PPTP'), 'firewalld', {
      role: 'routed',
    });
    expect(file(configuration, '.policy.xml')).toEqual([
      '<policy priority="-100" target="CONTINUE">',
      '<ingress-zone name="ANY"/>',
      '<egress-zone name="ANY"/>',
      '<rule family="ipv4"><source ipset="plant4-r"/><service name="plant4-r"/><accept/></rule>',
      '<rule family="ipv4" priority="10"><destination address="198.51.100.10"/><port port="1723" protocol="tcp"/><drop/></rule>',
      '<rule family="ipv4" priority="10"><destination address="198.51.100.10"/><protocol value="gre"/><drop/></rule>',
      '<rule family="ipv4" priority="20"><destination address="198.51.100.10"/><drop/></rule>',
      '<rule family="ipv4"><source address="10.99.0.0/24"/><tcp-mss-clamp value="1356"/></rule>',
      '<rule family="ipv4"><destination address="10.99.0.0/24"/><tcp-mss-clamp value="1356"/></rule>',
      '</policy>',
    ]);
    expect(file(configuration, '.pptp.xml')).toEqual([
      '<service>',
      '<port protocol="tcp" port="1723"/>',
      '<helper name="pptp"/>',
      '<destination ipv4="198.51.100.10"/>',
      '</service>',
    ]);
    expect(file(configuration, '.clients.xml')).toContain('<entry>203.0.113.0/24</entry>');
  });

  test('before clients: from zone to zone, and the half of the helper that a NAT needs', () => {
    const site = {
      role: 'before-clients',
      clientNetworks: [LAN],
      inside: 'lan',
      outside: 'wan',
    } as const;
    const configuration = renderEdge(planOf('PPTP'), 'firewalld', site);
    expect(file(configuration, '.policy.xml').slice(1, 3)).toEqual([
      '<ingress-zone name="lan"/>',
      '<egress-zone name="wan"/>',
    ]);
    expect(file(configuration, '.modules.conf')).toEqual(['nf_nat_pptp']);
    expect(file(configuration, '-remove.sh')).toContain('rm -f /etc/modules-load.d/plant4-c.conf');
  });

  test('on the gateway: everything else from outside is dropped, and the tunnel has a policy of its own', () => {
    const site = {
      role: 'gateway-host',
      management: ['192.0.2.0/28'],
    } as const;
    const configuration = renderEdge(planOf('PPTP'), 'firewalld', site);
    expect(file(configuration, '.policy.xml').slice(0, 3)).toEqual([
      '<policy priority="-100" target="DROP">',
      '<ingress-zone name="external"/>',
      '<egress-zone name="HOST"/>',
    ]);
    expect(file(configuration, '.policy.xml')).toContain(
      '<rule family="ipv4"><source address="192.0.2.0/28"/><port port="22" protocol="tcp"/><accept/></rule>',
    );
    expect(file(configuration, '.segments.xml')).toHaveLength(6);
    expect(file(configuration, '-apply.sh')).toContain(
      'install -D -m 644 plant4-gateway-host.segments.xml /etc/firewalld/policies/plant4-m.xml',
    );
  });

  test.each([
    ['ESP behind a masquerading router', 'IKEv2 with ESP', { role: 'before-clients', clientNetworks: [LAN] }],
    ['L2TP on the machine itself', 'L2TP/IPsec', { role: 'gateway-host' }],
    ['a router before the gateway', 'PPTP', { role: 'before-gateway', innerAddress: INNER }],
  ] as const)('%s is refused', (_, plan, site) => {
    expect(errorOf(() => renderEdge(planOf(plan), 'firewalld', site))).toMatchSnapshot();
  });

  test('a name that makes the name of a policy too long is refused', () => {
    const long = Object.assign(planOf('PPTP'), { name: 'sixteen-letters0' });
    expect(errorOf(() => renderEdge(long, 'firewalld', { role: 'routed' }))).toMatchInlineSnapshot(`
      {
        "code": "EDGE_NAME_INVALID",
        "text": "name of EdgePlan is too long for firewalld, whose policies have names of at most 17 characters.
        got      "sixteen-letters0"
        allowed  at most 15 characters, because two more tell the role
        write    name: 'plant4'

            at FILE:LINE
            code EDGE_NAME_INVALID, see docs/diagnostics.md",
      }
    `);
  });
});

describe('the reader of firewalld', () => {
  const POLICY = `<?xml version="1.0" encoding="utf-8"?>
<policy priority="-10" target="CONTINUE">
<ingress-zone name="ANY"/>
<egress-zone name="ANY"/>
<rule family="ipv4"><source address="203.0.113.0/24"/><service name="p"/><accept/></rule>
<rule family="ipv4" priority="9"><destination address="198.51.100.10"/><drop/></rule>
</policy>`;
  const SERVICE =
    '<service><port protocol="tcp" port="1723"/><helper name="pptp"/><destination ipv4="198.51.100.10"/></service>';
  const read = (policy: string, service = SERVICE, role: EdgeRole = 'routed') =>
    answers(
      readFirewalld({
        product: 'hand-written',
        role,
        files: [policy, service].map((text, index) => ({
          name: `${index}.xml`,
          purpose: 'configuration',
          text,
          blocks: [],
        })),
      }),
    );
  const USUAL = read(POLICY);

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
      'a helper that is never reached, because its connection is accepted before',
      '<rule family="ipv4"><source',
      '<rule family="ipv4" priority="-5"><source address="203.0.113.0/24"/><port port="1723" protocol="tcp"/><accept/></rule><rule family="ipv4"><source',
      {
        'GRE of a call': 'deny',
        'GRE of a call to the client': 'left',
        'TCP 1723': 'allow',
      },
    ],
    ['a deny that comes before what accepts', ' priority="9"', '', { 'TCP 1723': 'deny' }],
    [
      'GRE as a whole, for whoever may connect',
      '<service name="p"/><accept/></rule>',
      '<service name="p"/><accept/></rule><rule family="ipv4"><source address="203.0.113.0/24"/><protocol value="gre"/><accept/></rule>',
      { 'GRE without a call': 'allow' },
    ],
    ['a wider mask', '203.0.113.0/24', '203.0.112.0/22', { 'TCP 1723 of the range next door': 'allow' }],
  ])('sees %s', (_, right, wrong, different) => {
    expect(POLICY).toContain(right);
    expect(read(POLICY.replace(right, wrong))).toEqual({
      ...USUAL,
      ...different,
    });
  });

  test('sees a helper that is missing, and zones that calls do not pass', () => {
    expect(read(POLICY, SERVICE.replace('<helper name="pptp"/>', ''))['GRE of a call']).toBe('deny');
    expect(new Set(Object.values(read(POLICY, SERVICE, 'gateway-host')))).toEqual(new Set(['left']));
  });

  test('does not guess', () => {
    expect(() => read(POLICY.replace('<source ', '<source invert="true" '))).toThrow('not understood');
    expect(() => read(POLICY.replace('priority="-10"', 'priority="10"'))).toThrow('before the zones');
  });
});
