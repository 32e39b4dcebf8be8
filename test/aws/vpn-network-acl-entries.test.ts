import { App, CfnParameter, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Clients } from '../../lib/aws/clients';
import { VpnNetworkAclEntries, type VpnNetworkAclEntriesProps } from '../../lib/aws/vpn-network-acl-entries';
import { Insecure } from '../../lib/flows';
import { IKEV2, L2TP_IPSEC, OPENVPN, PPTP, SSTP, WIREGUARD } from '../../lib/protocols';
import { errorOf } from '../support/messages';

const insecure = Insecure.because('PLCs in plant 4 speak nothing else');
const clients = Clients.from('203.0.113.0/24');

function network() {
  const stack = new Stack(new App(), 'Net');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  return { stack, vpc, networkAcl: new ec2.NetworkAcl(stack, 'Acl', { vpc }) };
}

interface Entry {
  Egress: boolean;
  Protocol: number;
  RuleNumber: number;
  [property: string]: unknown;
}

function entriesIn(stack: Stack): Entry[] {
  const resources = Object.values(Template.fromStack(stack).findResources('AWS::EC2::NetworkAclEntry'));
  return resources.map(({ Properties }) => Properties as Entry);
}

function entriesOf(props: Partial<VpnNetworkAclEntriesProps>): Entry[] {
  const { stack, networkAcl } = network();
  new VpnNetworkAclEntries(stack, 'Vpn', {
    networkAcl,
    clients,
    protocols: [PPTP],
    insecure,
    ...props,
  });
  return entriesIn(stack);
}

/** Entries without what is the same in all of them. */
function inShort(entries: Entry[], egress: boolean): object[] {
  return entries
    .filter(({ Egress }) => Egress === egress)
    .map(({ Egress, NetworkAclId, RuleAction, RuleNumber, ...rest }) => rest)
    .sort((one, other) => Number(one.Protocol) - Number(other.Protocol));
}

describe('VpnNetworkAclEntries, PPTP', () => {
  test('lets TCP 1723, GRE and fragmentation needed in', () => {
    expect(inShort(entriesOf({}), false)).toStrictEqual([
      { CidrBlock: '0.0.0.0/0', Icmp: { Code: 4, Type: 3 }, Protocol: 1 },
      {
        CidrBlock: '203.0.113.0/24',
        PortRange: { From: 1723, To: 1723 },
        Protocol: 6,
      },
      { CidrBlock: '203.0.113.0/24', Protocol: 47 },
    ]);
  });

  test('lets the answers out, which a network ACL does not know from the packets that they answer', () => {
    expect(inShort(entriesOf({}), true)).toStrictEqual([
      { CidrBlock: '0.0.0.0/0', Icmp: { Code: 4, Type: 3 }, Protocol: 1 },
      {
        CidrBlock: '203.0.113.0/24',
        PortRange: { From: 1024, To: 65535 },
        Protocol: 6,
      },
      { CidrBlock: '203.0.113.0/24', Protocol: 47 },
    ]);
  });

  test('allows, in the network ACL that it was given', () => {
    const { stack, networkAcl } = network();
    new VpnNetworkAclEntries(stack, 'Vpn', {
      networkAcl,
      clients,
      protocols: [PPTP],
      insecure,
    });
    for (const entry of entriesIn(stack)) {
      expect(entry).toMatchObject({
        RuleAction: 'allow',
        NetworkAclId: stack.resolve(networkAcl.networkAclId),
      });
    }
  });
});

describe('VpnNetworkAclEntries, other protocols', () => {
  test('answers UDP 500 on port 500 too', () => {
    const entries = entriesOf({ protocols: [IKEV2] });
    expect(inShort(entries, false).slice(1)).toStrictEqual([
      {
        CidrBlock: '203.0.113.0/24',
        PortRange: { From: 4500, To: 4500 },
        Protocol: 17,
      },
      {
        CidrBlock: '203.0.113.0/24',
        PortRange: { From: 500, To: 500 },
        Protocol: 17,
      },
    ]);
    expect(inShort(entries, true).slice(1)).toStrictEqual([
      {
        CidrBlock: '203.0.113.0/24',
        PortRange: { From: 500, To: 65535 },
        Protocol: 17,
      },
    ]);
  });

  test('opens ESP as protocol 50 without ports, where that set of flows was asked for', () => {
    const entries = entriesOf({
      protocols: [L2TP_IPSEC],
      flowSets: [L2TP_IPSEC.flowSets[1]!],
    });
    const esp = { CidrBlock: '203.0.113.0/24', Protocol: 50 };
    expect(inShort(entries, false)).toContainEqual(esp);
    expect(inShort(entries, true)).toContainEqual(esp);
  });

  test('answers TCP and UDP once each, however many flows there are', () => {
    const entries = entriesOf({ protocols: [SSTP, OPENVPN, WIREGUARD] });
    expect(inShort(entries, true).slice(1)).toStrictEqual([
      {
        CidrBlock: '203.0.113.0/24',
        PortRange: { From: 1024, To: 65535 },
        Protocol: 6,
      },
      {
        CidrBlock: '203.0.113.0/24',
        PortRange: { From: 1024, To: 65535 },
        Protocol: 17,
      },
    ]);
  });

  test('lets IPv6 clients through, and packet too big instead of fragmentation needed', () => {
    const entries = entriesOf({
      protocols: [WIREGUARD],
      clients: Clients.from('2001:db8::/32'),
    });
    const udp = { Ipv6CidrBlock: '2001:db8::/32', Protocol: 17 };
    const tooBig = {
      Ipv6CidrBlock: '::/0',
      Icmp: { Code: 0, Type: 2 },
      Protocol: 58,
    };
    expect(inShort(entries, false)).toStrictEqual([{ ...udp, PortRange: { From: 51820, To: 51820 } }, tooBig]);
    expect(inShort(entries, true)).toStrictEqual([{ ...udp, PortRange: { From: 1024, To: 65535 } }, tooBig]);
  });

  test('takes tokens for ranges', () => {
    const { stack, networkAcl } = network();
    const range = new CfnParameter(stack, 'Plant').valueAsString;
    new VpnNetworkAclEntries(stack, 'Vpn', {
      networkAcl,
      clients: Clients.from(range),
      protocols: [WIREGUARD],
    });
    expect(inShort(entriesIn(stack), false)[1]).toEqual({
      CidrBlock: { Ref: 'Plant' },
      PortRange: { From: 51820, To: 51820 },
      Protocol: 17,
    });
  });

  test('adds to an imported network ACL', () => {
    const { stack } = network();
    const networkAcl = ec2.NetworkAcl.fromNetworkAclId(stack, 'Old', 'acl-0123456789abcdef0');
    const entries = new VpnNetworkAclEntries(stack, 'Vpn', {
      networkAcl,
      clients,
      protocols: [WIREGUARD],
    });
    expect(entriesIn(stack)).toHaveLength(4);
    expect(entriesIn(stack)[0]).toMatchObject({
      NetworkAclId: 'acl-0123456789abcdef0',
    });
    expect(entries.networkAcl).toBe(networkAcl);
    expect(entries.flows.map(({ id }) => id)).toEqual(['udp-51820']);
  });
});

describe('VpnNetworkAclEntries, rule numbers', () => {
  /** Rule numbers by what the entry is about. */
  const numbers = (texts: string[], props: Partial<VpnNetworkAclEntriesProps> = {}) =>
    Object.fromEntries(
      entriesOf({ clients: Clients.from(...texts), ...props }).map(({ RuleNumber, ...rest }) => [
        [rest.Egress, rest.Protocol, rest.CidrBlock].join(' '),
        RuleNumber,
      ]),
    );

  test('lie from 1000 to 16999, and differ within a direction', () => {
    const entries = entriesOf({
      clients: Clients.from('203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24'),
    });
    for (const egress of [false, true]) {
      const taken = entries.filter(({ Egress }) => Egress === egress).map(({ RuleNumber }) => RuleNumber);
      expect(taken).toHaveLength(7);
      expect(new Set(taken).size).toBe(7);
      expect(Math.min(...taken)).toBeGreaterThanOrEqual(1000);
      expect(Math.max(...taken)).toBeLessThanOrEqual(16999);
    }
  });

  test('stay when clients are added before them and when the order changes', () => {
    const before = numbers(['203.0.113.0/24']);
    const after = numbers(['198.51.100.0/24', '192.0.2.0/24', '203.0.113.0/24']);
    expect(after).toMatchObject(before);
    expect(numbers(['203.0.113.0/24', '192.0.2.0/24', '198.51.100.0/24'])).toEqual(after);
  });

  test('are the same in every release: a change would fail to deploy', () => {
    expect(numbers(['203.0.113.0/24'])).toMatchInlineSnapshot(`
      {
        "false 1 0.0.0.0/0": 4006,
        "false 47 203.0.113.0/24": 11255,
        "false 6 203.0.113.0/24": 1854,
        "true 1 0.0.0.0/0": 4006,
        "true 47 203.0.113.0/24": 11255,
        "true 6 203.0.113.0/24": 5213,
      }
    `);
  });

  test('begin where asked for', () => {
    const moved = numbers(['203.0.113.0/24'], { firstRuleNumber: 5000 });
    const usual = numbers(['203.0.113.0/24']);
    expect(moved).toEqual(Object.fromEntries(Object.entries(usual).map(([what, number]) => [what, number + 4000])));
  });

  test.each([[0], [-1], [16768], [1.5], ['1000']])('refuse %j as their beginning', (firstRuleNumber) => {
    const error = errorOf(() => entriesOf({ firstRuleNumber: firstRuleNumber as number }));
    expect(error.code).toBe('NETWORK_ACL_RULE_NUMBER');
  });

  test('refuse a beginning without room, in words', () => {
    expect(errorOf(() => entriesOf({ firstRuleNumber: 16768 }))).toMatchInlineSnapshot(`
      {
        "code": "NETWORK_ACL_RULE_NUMBER",
        "text": "firstRuleNumber leaves no room for the entries.
        got      16768
        allowed  a whole number from 1 to 16767: the entries take theirs among the 16000 from it on, and EC2 knows 1 to 32766
        write    firstRuleNumber: 1000

            at FILE:LINE
            code NETWORK_ACL_RULE_NUMBER, see docs/diagnostics.md",
      }
    `);
    expect(entriesOf({ firstRuleNumber: 16767 })).toHaveLength(6);
  });

  test('refuse a beginning that only deployment knows', () => {
    const firstRuleNumber = Token.asNumber({ Ref: 'First' });
    expect(errorOf(() => entriesOf({ firstRuleNumber })).code).toBe('TOKEN_NOT_ALLOWED');
  });

  test('refuse a number that an entry of the same direction has', () => {
    const { stack, networkAcl } = network();
    const props = { networkAcl, clients, protocols: [PPTP], insecure };
    const gre = numbers(['203.0.113.0/24'])['false 47 203.0.113.0/24']!;
    const own = (id: string, direction: ec2.TrafficDirection) =>
      networkAcl.addEntry(id, {
        cidr: ec2.AclCidr.anyIpv4(),
        traffic: ec2.AclTraffic.tcpPort(22),
        ruleNumber: gre,
        direction,
      });
    own('Out', ec2.TrafficDirection.EGRESS);
    expect(
      () =>
        new VpnNetworkAclEntries(stack, 'One', {
          ...props,
          firstRuleNumber: 999,
        }),
    ).not.toThrow();
    own('In', ec2.TrafficDirection.INGRESS);
    expect(errorOf(() => new VpnNetworkAclEntries(stack, 'Two', props))).toMatchInlineSnapshot(`
      {
        "code": "NETWORK_ACL_RULE_NUMBER_TAKEN",
        "text": "rule number 11255 of the network ACL is taken by Net/Acl/In/Resource.
        got      11255
        allowed  a rule number once per direction
        write    firstRuleNumber: 16000, or another number for that entry

            at FILE:LINE
            code NETWORK_ACL_RULE_NUMBER_TAKEN, see docs/diagnostics.md",
      }
    `);
    expect(stack.node.tryFindChild('Two')).toBeUndefined();
  });
});

describe('VpnNetworkAclEntries, quotas', () => {
  const ranges = (count: number) => Clients.from(...Array.from({ length: count }, (_, i) => `198.51.${i}.0/24`));

  test('takes as many entries as AWS does: 9 ranges of PPTP clients, ICMP and the final deny rule are 20', () => {
    expect(entriesOf({ clients: ranges(9) })).toHaveLength(38);
  });

  test('refuses one range more', () => {
    expect(errorOf(() => entriesOf({ clients: ranges(10) }))).toMatchInlineSnapshot(`
      {
        "code": "NETWORK_ACL_ENTRY_QUOTA",
        "text": "VpnNetworkAclEntries would bring the network ACL to 22 ingress rules for IPv4, and it holds 20.
        got      "21 new entries, 0 that are there, and the final deny rule"
        allowed  20 per direction, the final deny rule among them
        write    fewer and wider client ranges; or, where the quota of the account is raised, maxEntriesPerDirection: 40

            at FILE:LINE
            code NETWORK_ACL_ENTRY_QUOTA, see docs/diagnostics.md",
      }
    `);
  });

  test('takes more where the quota is raised', () => {
    expect(entriesOf({ clients: ranges(19), maxEntriesPerDirection: 40 })).toHaveLength(78);
  });

  test('counts the entries that the network ACL has already', () => {
    const { stack, networkAcl } = network();
    networkAcl.addEntry('Deny', {
      cidr: ec2.AclCidr.ipv4('203.0.113.66/32'),
      traffic: ec2.AclTraffic.allTraffic(),
      ruleNumber: 10,
      ruleAction: ec2.Action.DENY,
      direction: ec2.TrafficDirection.INGRESS,
    });
    const error = errorOf(
      () =>
        new VpnNetworkAclEntries(stack, 'Vpn', {
          networkAcl,
          clients: ranges(9),
          protocols: [PPTP],
          insecure,
        }),
    );
    expect(error.code).toBe('NETWORK_ACL_ENTRY_QUOTA');
    expect(error.text).toContain('to 21 ingress rules for IPv4');
    expect(error.text).toContain('19 new entries, 1 that are there, and the final deny rule');
  });

  test('counts IPv4 and IPv6 apart', () => {
    const both = Array.from({ length: 18 }, (_, i) => [`198.51.${i}.0/24`, `2001:db8:${i}::/48`]).flat();
    expect(entriesOf({ protocols: [WIREGUARD], clients: Clients.from(...both) })).toHaveLength(76);
  });

  test.each([[1], [41], [19.5], ['20']])('refuses %j as a quota', (quota) => {
    expect(errorOf(() => entriesOf({ maxEntriesPerDirection: quota as number })).code).toBe('QUOTA_INVALID');
  });

  test('says what a quota is', () => {
    expect(errorOf(() => entriesOf({ maxEntriesPerDirection: 41 }))).toMatchInlineSnapshot(`
      {
        "code": "QUOTA_INVALID",
        "text": "maxEntriesPerDirection is not a quota of rules per network ACL.
        got      41
        allowed  a whole number from 2 to 40, which is as far as AWS raises it
        write    maxEntriesPerDirection: 40

            at FILE:LINE
            code QUOTA_INVALID, see docs/diagnostics.md",
      }
    `);
  });
});

describe('VpnNetworkAclEntries, refusals', () => {
  const refusal = (props: object) => errorOf(() => entriesOf(props));

  test('refuses prefix lists, which a network ACL cannot name', () => {
    const list = Clients.from('203.0.113.0/24', ec2.Peer.prefixList('pl-0123456789abcdef0'));
    expect(refusal({ clients: list })).toMatchInlineSnapshot(`
      {
        "code": "NETWORK_ACL_CIDR_ONLY",
        "text": "VpnNetworkAclEntries was given clients by prefix list, which a network ACL cannot name.
        got      "prefix list pl-0123456789abcdef0"
        allowed  clients by address range
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code NETWORK_ACL_CIDR_ONLY, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses security groups, which a network ACL cannot name', () => {
    const group = Clients.from(ec2.Peer.securityGroupId('sg-0123456789abcdef0'));
    expect(refusal({ clients: group })).toMatchInlineSnapshot(`
      {
        "code": "NETWORK_ACL_CIDR_ONLY",
        "text": "VpnNetworkAclEntries was given clients by security group, which a network ACL cannot name.
        got      "security group sg-0123456789abcdef0"
        allowed  clients by address range
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code NETWORK_ACL_CIDR_ONLY, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses a missing network ACL', () => {
    expect(refusal({ networkAcl: undefined })).toMatchInlineSnapshot(`
      {
        "code": "NETWORK_ACL_MISSING",
        "text": "VpnNetworkAclEntries was given no network ACL.
        allowed  an INetworkAcl of aws-cdk-lib/aws-ec2, made in this app or imported
        write    networkAcl: ec2.NetworkAcl.fromNetworkAclId(this, 'Acl', 'acl-0123456789abcdef0')

            at FILE:LINE
            code NETWORK_ACL_MISSING, see docs/diagnostics.md",
      }
    `);
    expect(refusal({ networkAcl: 'acl-0123456789abcdef0' }).code).toBe('NETWORK_ACL_MISSING');
  });

  test('refuses IPv6 clients for PPTP', () => {
    expect(refusal({ clients: Clients.from('2001:db8::/32') }).code).toBe('CLIENTS_IPV6_FOR_PPTP');
  });

  test('refuses PPTP without a written reason', () => {
    expect(refusal({ insecure: undefined }).code).toBe('INSECURE_WITHOUT_REASON');
  });

  test('refuses missing clients and protocols', () => {
    expect(refusal({ clients: undefined }).code).toBe('NO_CLIENTS');
    expect(refusal({ protocols: [] }).code).toBe('PROTOCOLS_EMPTY');
  });

  test('refuses a scope outside of any stack, and missing props', () => {
    const { stack, networkAcl } = network();
    const props = { networkAcl, clients, protocols: [WIREGUARD] };
    expect(errorOf(() => new VpnNetworkAclEntries(new App(), 'Vpn', props)).code).toBe('WRONG_KIND_OF_STACK');
    expect(errorOf(() => new VpnNetworkAclEntries(stack, 'Vpn', undefined as never)).code).toBe('NETWORK_ACL_MISSING');
  });

  test('leaves nothing behind when it refuses', () => {
    const { stack, networkAcl } = network();
    errorOf(
      () =>
        new VpnNetworkAclEntries(stack, 'Vpn', {
          networkAcl,
          clients,
          protocols: [PPTP],
        }),
    );
    expect(stack.node.tryFindChild('Vpn')).toBeUndefined();
  });
});
