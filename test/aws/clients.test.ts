import { App, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type ClientSource, Clients } from '../../lib/aws/clients';
import { errorOf } from '../support/messages';

function network() {
  const stack = new Stack(new App(), 'Net');
  return { stack, vpc: new ec2.Vpc(stack, 'Vpc') };
}

describe('Clients.from, ranges', () => {
  test('reads ranges of both IP versions', () => {
    const clients = Clients.from('203.0.113.0/24', '2001:db8::/32');
    expect(clients.ranges.map(({ cidr }) => cidr)).toEqual(['203.0.113.0/24', '2001:db8::/32']);
    expect(clients.cidrTexts).toEqual(['203.0.113.0/24', '2001:db8::/32']);
    expect(clients.entries.map(({ ipVersion }) => ipVersion)).toEqual([4, 6]);
    expect(clients.peers.map((peer) => peer.toIngressRuleConfig())).toEqual([
      { cidrIp: '203.0.113.0/24' },
      { cidrIpv6: '2001:db8::/32' },
    ]);
    expect(clients.allAddressesKnown).toBe(true);
    expect(clients.isAnywhere).toBe(false);
    expect(clients.toString()).toBe('203.0.113.0/24, 2001:db8::/32');
  });

  test('reads the ranges of CIDR peers as it reads texts', () => {
    const clients = Clients.from(ec2.Peer.ipv4('203.0.113.0/24'), ec2.Peer.ipv6('2001:db8::/32'));
    expect(clients.ranges.map(({ cidr }) => cidr)).toEqual(['203.0.113.0/24', '2001:db8::/32']);
    expect(clients.allAddressesKnown).toBe(true);
  });

  test('holds a range once that was written twice', () => {
    const clients = Clients.from('203.0.113.0/24', ec2.Peer.ipv4('203.0.113.0/24'), '203.0.113.0/24');
    expect(clients.cidrTexts).toEqual(['203.0.113.0/24']);
  });

  test('refuses no clients at all', () => {
    expect(errorOf(() => Clients.from())).toMatchInlineSnapshot(`
      {
        "code": "NO_CLIENTS",
        "text": "no client ranges: a gateway does not guess who may connect.
        got      []
        allowed  at least one range in CIDR notation
        write    Clients.from('203.0.113.0/24')

            at FILE:LINE
            code NO_CLIENTS, see docs/diagnostics.md",
      }
    `);
  });

  test.each([
    ['CIDR_WITHOUT_MASK', '203.0.113.7'],
    ['CIDR_HOST_BITS', '203.0.113.7/24'],
    ['CIDR_INVALID', 'vpn.example.com'],
    ['CIDR_INVALID', '203.0.113.0/33'],
    ['CIDR_INVALID', ''],
    ['CLIENTS_ANYWHERE_WITHOUT_REASON', '0.0.0.0/0'],
    ['CLIENTS_ANYWHERE_WITHOUT_REASON', '::/0'],
    ['CIDR_HOST_BITS', ec2.Peer.ipv4('203.0.113.7/24')],
    ['CLIENTS_ANYWHERE_WITHOUT_REASON', ec2.Peer.anyIpv4()],
    ['CLIENTS_ANYWHERE_WITHOUT_REASON', ec2.Peer.anyIpv6()],
  ])('refuses with %s: %j', (code, source) => {
    expect(errorOf(() => Clients.from('198.51.100.0/24', source)).code).toBe(code);
  });

  test('refuses ec2.Peer.anyIpv4() in the words that 0.0.0.0/0 is refused with', () => {
    const words = errorOf(() => Clients.from(ec2.Peer.anyIpv4()));
    expect(words).toEqual(errorOf(() => Clients.from('0.0.0.0/0')));
    expect(words).toMatchInlineSnapshot(`
      {
        "code": "CLIENTS_ANYWHERE_WITHOUT_REASON",
        "text": "0.0.0.0/0 lets the whole internet connect, without a written reason.
        got      "0.0.0.0/0"
        allowed  the ranges that your clients really have, or the whole internet with a reason
        write    Clients.anywhereBecause('roaming sales staff on mobile networks; reviewed 2026-11')

            at FILE:LINE
            code CLIENTS_ANYWHERE_WITHOUT_REASON, see docs/diagnostics.md",
      }
    `);
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 47],
    ['a list', ['203.0.113.0/24']],
    ['an object', { cidr: '203.0.113.0/24' }],
  ])('refuses %s as a source', (_what, source) => {
    expect(errorOf(() => Clients.from(source as unknown as ClientSource)).code).toBe('CLIENT_SOURCE_INVALID');
  });

  test('refuses a construct that is no peer and says what to write', () => {
    const { vpc } = network();
    expect(errorOf(() => Clients.from(vpc as unknown as ClientSource))).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_SOURCE_INVALID",
        "text": "a source of clients is neither a range nor a peer.
        got      "Net/Vpc"
        allowed  a range in CIDR notation, or a peer of aws-ec2: Peer.ipv4, Peer.ipv6, a prefix list, a security group
        write    Clients.from('203.0.113.0/24', ec2.Peer.prefixList('pl-0123456789abcdef0'), bastionSecurityGroup)

            at FILE:LINE
            code CLIENT_SOURCE_INVALID, see docs/diagnostics.md",
      }
    `);
  });
});

describe('Clients.from, tokens', () => {
  test('takes a token for a range, as IPv4', () => {
    const { stack } = network();
    const range = new CfnParameter(stack, 'Plant').valueAsString;
    const clients = Clients.from(range, '203.0.113.0/24');
    expect(clients.cidrTexts).toEqual([range, '203.0.113.0/24']);
    expect(clients.ranges.map(({ cidr }) => cidr)).toEqual(['203.0.113.0/24']);
    expect(clients.allAddressesKnown).toBe(false);
    expect(stack.resolve(clients.peers[0]!.toIngressRuleConfig())).toEqual({
      cidrIp: { Ref: 'Plant' },
    });
    expect(clients.toString()).toBe('a range known at deployment (Net/Plant), 203.0.113.0/24');
  });

  test('takes a token for an IPv6 range by its peer', () => {
    const clients = Clients.from(ec2.Peer.ipv6(Fn.importValue('Plant6')));
    expect(clients.entries.map(({ ipVersion }) => ipVersion)).toEqual([6]);
    expect(errorOf(() => clients.requireIpv4('PptpGateway')).code).toBe('CLIENTS_IPV6_FOR_PPTP');
  });

  test('names a token by what it refers to, so that a source added before it does not move it', () => {
    const { stack } = network();
    const range = new CfnParameter(stack, 'Plant').valueAsString;
    const alone = Clients.from(range).entries.at(-1)!;
    const behind = Clients.from('198.51.100.0/24', '203.0.113.0/24', range).entries.at(-1)!;
    expect(behind.id).toBe(alone.id);
    expect(behind.peer.uniqueId).toBe(alone.id);
  });

  test('names a token that refers to nothing by its position', () => {
    const clients = Clients.from('203.0.113.0/24', Fn.importValue('Plant'));
    expect(clients.entries[1]!.id).toBe('Source2');
    expect(clients.toString()).toBe('203.0.113.0/24, a range known at deployment (source 2)');
  });
});

describe('Clients.from, prefix lists and security groups', () => {
  test('takes an imported prefix list, of which it knows nothing', () => {
    const { stack } = network();
    const list = ec2.PrefixList.fromPrefixListId(stack, 'List', 'pl-0123456789abcdef0');
    const clients = Clients.from(list);
    expect(clients.entries).toEqual([
      expect.objectContaining({
        kind: 'prefix-list',
        id: 'pl-0123456789abcdef0',
        label: 'prefix list pl-0123456789abcdef0',
      }),
    ]);
    expect(clients.entries[0]!.maxEntries).toBeUndefined();
    expect(clients.entries[0]!.ipVersion).toBeUndefined();
    expect(clients.peers[0]!.toIngressRuleConfig()).toEqual({
      sourcePrefixListId: 'pl-0123456789abcdef0',
    });
    expect(clients.peersWithoutAddresses).toEqual(clients.peers);
    expect(clients.allAddressesKnown).toBe(false);
    expect(clients.cidrTexts).toEqual([]);
  });

  test('sees family and maximum of a prefix list that the app makes', () => {
    const { stack } = network();
    const four = new ec2.PrefixList(stack, 'Four', {
      maxEntries: 7,
      entries: [{ cidr: '203.0.113.0/24' }],
    });
    const six = new ec2.PrefixList(stack, 'Six', {
      maxEntries: 3,
      addressFamily: ec2.AddressFamily.IP_V6,
    });
    expect(Clients.from(four, six).entries.map(({ maxEntries, ipVersion }) => [maxEntries, ipVersion])).toEqual([
      [7, 4],
      [3, 6],
    ]);
  });

  test('sees that a construct and the token of its id are the same prefix list', () => {
    const { stack } = network();
    const list = new ec2.PrefixList(stack, 'List', { maxEntries: 7 });
    const clients = Clients.from(list, ec2.Peer.prefixList(list.prefixListId));
    expect(clients.entries.map(({ maxEntries }) => maxEntries)).toEqual([7]);
    expect(clients.toString()).toBe('prefix list Net/List');
  });

  test('takes a prefix list that is not a peer, as older versions of AWS CDK have it', () => {
    const list = { prefixListId: 'pl-0123456789abcdef0' } as ec2.IPrefixList;
    expect(Clients.from(list).peers[0]!.toEgressRuleConfig()).toEqual({
      destinationPrefixListId: 'pl-0123456789abcdef0',
    });
  });

  test('refuses a prefix list of the app that lets the whole internet in', () => {
    const { stack } = network();
    const list = new ec2.PrefixList(stack, 'List', {
      entries: [{ cidr: '203.0.113.0/24' }, { cidr: '0.0.0.0/0' }],
    });
    expect(errorOf(() => Clients.from(list)).code).toBe('CLIENTS_ANYWHERE_WITHOUT_REASON');
  });

  test('takes security groups, by construct and by id', () => {
    const { stack, vpc } = network();
    const group = new ec2.SecurityGroup(stack, 'Bastion', { vpc });
    const clients = Clients.from(group, ec2.Peer.securityGroupId('sg-0123456789abcdef0'));
    expect(clients.entries.map(({ kind }) => kind)).toEqual(['security-group', 'security-group']);
    expect(stack.resolve(clients.peers.map((peer) => peer.toIngressRuleConfig()))).toEqual([
      { sourceSecurityGroupId: stack.resolve(group.securityGroupId) },
      { sourceSecurityGroupId: 'sg-0123456789abcdef0' },
    ]);
    expect(clients.peersWithoutAddresses).toHaveLength(2);
    expect(clients.toString()).toBe('security group Net/Bastion, security group sg-0123456789abcdef0');
  });
});

describe('Clients.anywhereBecause', () => {
  test('lets the whole IPv4 internet in, with the reason', () => {
    const clients = Clients.anywhereBecause('roaming sales staff on mobile networks');
    expect(clients.cidrTexts).toEqual(['0.0.0.0/0']);
    expect(clients.isAnywhere).toBe(true);
    expect(clients.anywhereReason).toBe('roaming sales staff on mobile networks');
    expect(clients.allAddressesKnown).toBe(true);
    expect(clients.comeFromInternet).toBe(true);
  });

  test('refuses a reason that says nothing', () => {
    expect(errorOf(() => Clients.anywhereBecause('because')).code).toBe('REASON_MISSING');
  });
});

describe('Clients.check', () => {
  test('hands clients through', () => {
    const clients = Clients.from('203.0.113.0/24');
    expect(Clients.check(clients, 'PptpGateway')).toBe(clients);
  });

  test('refuses missing clients', () => {
    expect(errorOf(() => Clients.check(undefined, 'PptpGateway'))).toMatchInlineSnapshot(`
      {
        "code": "NO_CLIENTS",
        "text": "PptpGateway has no clients: a gateway does not guess who may connect.
        allowed  Clients.from(...), or Clients.anywhereBecause(reason)
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code NO_CLIENTS, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses a text and writes it as it should be', () => {
    expect(errorOf(() => Clients.check('203.0.113.0/24', 'PptpGateway'))).toMatchInlineSnapshot(`
      {
        "code": "NO_CLIENTS",
        "text": "clients of PptpGateway is not made by Clients.from.
        got      "203.0.113.0/24"
        allowed  Clients.from(...), or Clients.anywhereBecause(reason)
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code NO_CLIENTS, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses a bare peer', () => {
    expect(errorOf(() => Clients.check(ec2.Peer.anyIpv4(), 'PptpGateway')).code).toBe('NO_CLIENTS');
  });
});

describe('Clients.requireIpv4', () => {
  test('takes IPv4 ranges, security groups and lists of unknown family', () => {
    const clients = Clients.from(
      '203.0.113.0/24',
      ec2.Peer.securityGroupId('sg-0123456789abcdef0'),
      ec2.Peer.prefixList('pl-0123456789abcdef0'),
    );
    expect(() => clients.requireIpv4('PptpGateway')).not.toThrow();
  });

  test('refuses an IPv6 range', () => {
    const clients = Clients.from('203.0.113.0/24', '2001:db8::/32');
    expect(errorOf(() => clients.requireIpv4('PptpGateway'))).toMatchInlineSnapshot(`
      {
        "code": "CLIENTS_IPV6_FOR_PPTP",
        "text": "PptpGateway was given IPv6 clients, and PPTP runs over IPv4 only.
        got      "2001:db8::/32"
        allowed  IPv4 ranges, IPv4 prefix lists and security groups
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code CLIENTS_IPV6_FOR_PPTP, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses an IPv6 prefix list of the app', () => {
    const { stack } = network();
    const list = new ec2.PrefixList(stack, 'List', {
      addressFamily: ec2.AddressFamily.IP_V6,
    });
    expect(errorOf(() => Clients.from(list).requireIpv4('PptpGateway')).code).toBe('CLIENTS_IPV6_FOR_PPTP');
  });
});

describe('Clients.comeFromInternet', () => {
  test.each<[boolean, string, () => ClientSource]>([
    [true, 'a public range', () => '203.0.113.0/24'],
    [true, 'a range that is private in part', () => '172.0.0.0/8'],
    [true, 'a token', () => Fn.importValue('Plant')],
    [true, 'a prefix list', () => ec2.Peer.prefixList('pl-0123456789abcdef0')],
    [false, 'a private range', () => '10.20.0.0/16'],
    [false, 'unique local IPv6 addresses', () => 'fd00::/8'],
    [false, 'a security group', () => ec2.Peer.securityGroupId('sg-0123456789abcdef0')],
  ])('is %s for %s', (expected, _what, source) => {
    expect(Clients.from(source()).comeFromInternet).toBe(expected);
  });

  test('is true as soon as one source is', () => {
    expect(Clients.from('10.20.0.0/16', '203.0.113.0/24').comeFromInternet).toBe(true);
  });
});
