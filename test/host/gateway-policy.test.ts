import { type Destination, renderPolicy } from '../../lib/host';
import { errorOf } from '../support/messages';

const clients = ['203.0.113.0/24'];

describe('a policy', () => {
  test('is a line for its version, for each range of clients, and for each destination', () => {
    expect(
      renderPolicy({
        clients: ['203.0.113.0/24', '198.51.100.7/32'],
        destinations: [
          { cidr: '10.20.0.0/16', protocol: 'tcp', fromPort: 5432 },
          { cidr: '10.20.0.0/16', protocol: 'udp', fromPort: 5000, toPort: 5010 },
          { cidr: '10.30.0.0/16', protocol: 'tcp' },
          { cidr: '10.30.0.0/16', protocol: 'icmp' },
          { cidr: '0.0.0.0/0', protocol: 'any' },
        ],
      }),
    ).toBe(
      [
        'vpn-gateway policy 1',
        'client 203.0.113.0/24',
        'client 198.51.100.7/32',
        'to 10.20.0.0/16 tcp 5432-5432',
        'to 10.20.0.0/16 udp 5000-5010',
        'to 10.30.0.0/16 tcp',
        'to 10.30.0.0/16 icmp',
        'to 0.0.0.0/0',
        '',
      ].join('\n'),
    );
  });

  test("lets everybody connect where its clients are 'any'", () => {
    expect(renderPolicy({ clients: 'any', destinations: [] })).toBe('vpn-gateway policy 1\nclient 0.0.0.0/0\n');
  });

  test('says what is said twice once', () => {
    const to: Destination = { cidr: '10.20.0.0/16', protocol: 'tcp', fromPort: 443 };
    expect(renderPolicy({ clients: [...clients, ...clients], destinations: [to, { ...to, toPort: 443 }] })).toBe(
      'vpn-gateway policy 1\nclient 203.0.113.0/24\nto 10.20.0.0/16 tcp 443-443\n',
    );
  });

  test('passes on ranges and ports that only deployment knows', () => {
    const isToken = (value: unknown) => value === '<token>' || value === -1.5e289;
    expect(
      renderPolicy(
        {
          clients: ['<token>'],
          destinations: [{ cidr: '<token>', protocol: 'tcp', fromPort: -1.5e289, toPort: 9 }],
        },
        isToken,
      ),
    ).toBe('vpn-gateway policy 1\nclient <token>\nto <token> tcp -1.5e+289-9\n');
  });
});

describe('a policy that is refused', () => {
  const refusal = (code: string, ...lines: string[]) => ({
    code,
    text: [...lines, '', '      at FILE:LINE', `      code ${code}, see docs/diagnostics.md`].join('\n'),
  });
  const to = (destination: object) => () =>
    renderPolicy({ clients, destinations: [{ cidr: '10.20.0.0/16', protocol: 'tcp', ...destination } as Destination] });

  test('has no clients', () => {
    expect(errorOf(() => renderPolicy({ clients: [], destinations: [] }))).toEqual(
      refusal(
        'NO_CLIENTS',
        'no client ranges: a gateway does not guess who may connect.',
        '  got      []',
        "  allowed  at least one range in CIDR notation, or 'any' where only the cloud knows the clients' addresses",
        "  write    clients: ['203.0.113.0/24']",
      ),
    );
  });

  test.each([
    ['client range', () => renderPolicy({ clients: ['2001:db8::/32'], destinations: [] })],
    ['destination', to({ cidr: '2001:db8::/32' })],
  ])('has a %s of IPv6', (what, action) => {
    expect(errorOf(action)).toEqual(
      refusal(
        'POLICY_INVALID',
        `${what} is IPv6, and the tunnels carry IPv4 only.`,
        '  got      "2001:db8::/32"',
        '  allowed  an IPv4 range in CIDR notation',
        "  write    '10.20.0.0/16'",
      ),
    );
  });

  test.each([
    ['10.20.0.5', 'CIDR_WITHOUT_MASK'],
    ['10.20.0.5/16', 'CIDR_HOST_BITS'],
    ['10.20.0.0/16 accept; flush ruleset', 'CIDR_INVALID'],
  ])('has a range that is none: %s', (cidr, code) => {
    expect(errorOf(to({ cidr })).code).toBe(code);
    expect(errorOf(() => renderPolicy({ clients: [cidr], destinations: [] })).code).toBe(code);
  });

  test('has a protocol that the host does not know', () => {
    expect(errorOf(to({ protocol: 'gre' }))).toEqual(
      refusal(
        'POLICY_INVALID',
        'a destination has a protocol that the host does not know.',
        '  got      "gre"',
        "  allowed  'tcp', 'udp', 'icmp' or 'any'",
        "  write    protocol: 'tcp'",
      ),
    );
  });

  test.each([
    [{ fromPort: 0 }, 'tcp 0 to 0'],
    [{ fromPort: 65536 }, 'tcp 65536 to 65536'],
    [{ fromPort: 1.5 }, 'tcp 1.5 to 1.5'],
    [{ fromPort: 443, toPort: 80 }, 'tcp 443 to 80'],
    [{ toPort: 80 }, 'tcp undefined to 80'],
    [{ protocol: 'icmp', fromPort: 8 }, 'icmp 8 to 8'],
    [{ protocol: 'any', fromPort: 8, toPort: 9 }, 'any 8 to 9'],
  ])('has ports that cannot be filtered: %j', (destination, got) => {
    expect(errorOf(to(destination))).toEqual(
      refusal(
        'POLICY_INVALID',
        'a destination has ports that cannot be filtered.',
        `  got      "${got}"`,
        '  allowed  for tcp and udp: fromPort and toPort from 1 to 65535, in order; for icmp and any: no ports',
        "  write    protocol: 'tcp', fromPort: 443, toPort: 443",
      ),
    );
  });
});
