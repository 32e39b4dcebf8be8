import { App, CfnParameter, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import { Clients } from '../../lib/aws/clients';
import { VpnSecurityGroup, type VpnSecurityGroupProps } from '../../lib/aws/vpn-security-group';
import { Insecure } from '../../lib/flows';
import {
  IKEV2,
  L2TP_IPSEC,
  OPENVPN,
  PPTP,
  SSTP,
  VPN_PROTOCOLS,
  type VpnProtocol,
  WIREGUARD,
} from '../../lib/protocols';
import { errorOf } from '../support/messages';

const insecure = Insecure.because('PLCs in plant 4 speak nothing else');
const clients = Clients.from('203.0.113.0/24');

function network() {
  const stack = new Stack(new App(), 'Net');
  return { stack, vpc: new ec2.Vpc(stack, 'Vpc') };
}

type Rules = Record<string, unknown>[];

function rulesOf(props: Partial<VpnSecurityGroupProps>): {
  ingress: Rules;
  egress: Rules;
} {
  const { stack, vpc } = network();
  new VpnSecurityGroup(stack, 'Vpn', {
    vpc,
    clients,
    protocols: [PPTP],
    insecure,
    ...props,
  });
  const [group] = Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup'));
  const { SecurityGroupIngress = [], SecurityGroupEgress = [] } = group!.Properties;
  return { ingress: SecurityGroupIngress, egress: SecurityGroupEgress };
}

describe('VpnSecurityGroup, PPTP', () => {
  test('lets TCP 1723 and IP protocol 47 in, the latter without ports, and protocol 47 out', () => {
    expect(rulesOf({})).toStrictEqual({
      ingress: [
        {
          CidrIp: '203.0.113.0/24',
          Description: 'TCP 1723 from VPN clients',
          FromPort: 1723,
          IpProtocol: 'tcp',
          ToPort: 1723,
        },
        {
          CidrIp: '203.0.113.0/24',
          Description: 'GRE (IP protocol 47) from VPN clients',
          IpProtocol: '47',
        },
      ],
      egress: [
        {
          CidrIp: '203.0.113.0/24',
          Description: 'GRE (IP protocol 47) to VPN clients',
          IpProtocol: '47',
        },
      ],
    });
  });

  test('needs no rule of its own for GRE out where everything may go out', () => {
    const { stack, vpc } = network();
    new VpnSecurityGroup(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [PPTP],
      insecure,
      allowAllOutbound: true,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [
        {
          CidrIp: '0.0.0.0/0',
          Description: 'Allow all outbound traffic by default',
          IpProtocol: '-1',
        },
      ],
    });
    // AWS CDK warns of rules that it ignores; none was added.
    expect(
      stack.node.findAll().flatMap(({ node }) => node.metadata.filter(({ type }) => type === 'aws:cdk:warning')),
    ).toEqual([]);
  });

  test('keeps the reasons in the template, where they do not replace the group', () => {
    const { stack, vpc } = network();
    const anywhere = Clients.anywhereBecause('roaming sales staff on mobile networks');
    new VpnSecurityGroup(stack, 'Vpn', {
      vpc,
      clients: anywhere,
      protocols: [PPTP],
      insecure,
    });
    Template.fromStack(stack).hasResource('AWS::EC2::SecurityGroup', {
      Metadata: {
        'pptp-constructs': {
          insecureBecause: 'PLCs in plant 4 speak nothing else',
          anywhereBecause: 'roaming sales staff on mobile networks',
        },
      },
      Properties: { GroupDescription: 'Net/Vpn/Resource' },
    });
  });
});

describe('VpnSecurityGroup, other protocols', () => {
  test.each<[string, VpnProtocol, object[]]>([
    [
      'L2TP/IPsec',
      L2TP_IPSEC,
      [
        { IpProtocol: 'udp', FromPort: 500, ToPort: 500 },
        { IpProtocol: 'udp', FromPort: 4500, ToPort: 4500 },
      ],
    ],
    ['SSTP', SSTP, [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }]],
    [
      'IKEv2',
      IKEV2,
      [
        { IpProtocol: 'udp', FromPort: 500, ToPort: 500 },
        { IpProtocol: 'udp', FromPort: 4500, ToPort: 4500 },
      ],
    ],
    ['OpenVPN', OPENVPN, [{ IpProtocol: 'udp', FromPort: 1194, ToPort: 1194 }]],
    ['WireGuard', WIREGUARD, [{ IpProtocol: 'udp', FromPort: 51820, ToPort: 51820 }]],
  ])('lets %s in, and nothing out: a security group is stateful', (_name, protocol, rules) => {
    const { ingress, egress } = rulesOf({ protocols: [protocol] });
    expect(ingress.map(({ Description, CidrIp, ...rule }) => rule)).toEqual(rules);
    expect(egress.map(({ Description }) => Description)).toEqual(['Disallow all traffic']);
  });

  test('opens the sets of flows that were asked for in place of the first', () => {
    const { ingress } = rulesOf({
      protocols: [IKEV2, OPENVPN],
      flowSets: [...IKEV2.flowSets, OPENVPN.flowSets[1]!],
    });
    expect(ingress.map(({ IpProtocol, FromPort }) => [IpProtocol, FromPort])).toEqual([
      ['udp', 500],
      ['udp', 4500],
      ['50', undefined],
      ['udp', 443],
    ]);
  });

  test('opens a flow once that two protocols share', () => {
    const { ingress } = rulesOf({ protocols: [IKEV2, L2TP_IPSEC] });
    expect(ingress).toHaveLength(2);
  });

  test('lets IPv6 clients in', () => {
    const { ingress } = rulesOf({
      protocols: [WIREGUARD],
      clients: Clients.from('2001:db8::/32'),
    });
    expect(ingress).toStrictEqual([
      {
        CidrIpv6: '2001:db8::/32',
        Description: 'UDP 51820 from VPN clients',
        FromPort: 51820,
        IpProtocol: 'udp',
        ToPort: 51820,
      },
    ]);
  });

  test('opens all outbound traffic over IPv6 where asked for', () => {
    const { egress } = rulesOf({
      protocols: [WIREGUARD],
      allowAllIpv6Outbound: true,
    });
    expect(egress).toContainEqual(expect.objectContaining({ CidrIpv6: '::/0', IpProtocol: '-1' }));
  });

  test('accepts fragmentation needed from everywhere where asked for', () => {
    const icmp = (props: Partial<VpnSecurityGroupProps>) =>
      rulesOf({ protocols: [WIREGUARD], ...props }).ingress.filter(({ IpProtocol }) =>
        String(IpProtocol).startsWith('icmp'),
      );
    expect(icmp({})).toEqual([]);
    expect(icmp({ acceptFragmentationNeeded: true })).toEqual([
      {
        CidrIp: '0.0.0.0/0',
        Description: 'ICMP fragmentation needed from routers on the way',
        FromPort: 3,
        IpProtocol: 'icmp',
        ToPort: 4,
      },
    ]);
    expect(
      icmp({
        acceptFragmentationNeeded: true,
        clients: Clients.from('2001:db8::/32'),
      }),
    ).toContainEqual({
      CidrIpv6: '::/0',
      Description: 'ICMPv6 packet too big from routers on the way',
      FromPort: 2,
      IpProtocol: 'icmpv6',
      ToPort: 0,
    });
  });
});

describe('VpnSecurityGroup, peers without addresses', () => {
  test('names prefix lists in rules of their own', () => {
    const { stack, vpc } = network();
    const list = ec2.PrefixList.fromPrefixListId(stack, 'List', 'pl-0123456789abcdef0');
    new VpnSecurityGroup(stack, 'Vpn', {
      vpc,
      clients: Clients.from(list),
      protocols: [PPTP],
      insecure,
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 2);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      IpProtocol: '47',
      SourcePrefixListId: 'pl-0123456789abcdef0',
      FromPort: Match.absent(),
      ToPort: Match.absent(),
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      IpProtocol: '47',
      DestinationPrefixListId: 'pl-0123456789abcdef0',
      FromPort: Match.absent(),
      ToPort: Match.absent(),
    });
  });

  test('names security groups in both directions', () => {
    const { stack, vpc } = network();
    const bastion = new ec2.SecurityGroup(stack, 'Bastion', { vpc });
    new VpnSecurityGroup(stack, 'Vpn', {
      vpc,
      clients: Clients.from(bastion),
      protocols: [PPTP],
      insecure,
    });
    const template = Template.fromStack(stack);
    const id = stack.resolve(bastion.securityGroupId);
    for (const IpProtocol of ['tcp', '47']) {
      template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
        IpProtocol,
        SourceSecurityGroupId: id,
      });
    }
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      IpProtocol: '47',
      DestinationSecurityGroupId: id,
    });
  });

  test('keeps the rules of prefix lists where they are when a list is added before them', () => {
    const idsOf = (more: boolean) => {
      const { stack, vpc } = network();
      const old = new ec2.PrefixList(stack, 'Old', { maxEntries: 5 });
      const added = new ec2.PrefixList(stack, 'Added', { maxEntries: 5 });
      const both = more ? [added, old] : [old];
      new VpnSecurityGroup(stack, 'Vpn', {
        vpc,
        clients: Clients.from(...both),
        protocols: [PPTP],
        insecure,
      });
      return Object.keys(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroupIngress'));
    };
    const before = idsOf(false);
    const after = idsOf(true);
    expect(before).toHaveLength(2);
    expect(after).toHaveLength(4);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  test('takes a token for a range', () => {
    const { stack, vpc } = network();
    const range = new CfnParameter(stack, 'Plant').valueAsString;
    new VpnSecurityGroup(stack, 'Vpn', {
      vpc,
      clients: Clients.from(range),
      protocols: [SSTP],
    });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: [
        {
          CidrIp: { Ref: 'Plant' },
          IpProtocol: 'tcp',
          FromPort: 443,
          ToPort: 443,
        },
      ],
    });
  });
});

describe('VpnSecurityGroup, as a construct', () => {
  test('lets rules be added later, by itself and by others', () => {
    const { stack, vpc } = network();
    const vpn = new VpnSecurityGroup(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [WIREGUARD],
    });
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    vpn.securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'packages');
    vpn.connections.allowTo(database, ec2.Port.tcp(5432));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [
        {
          CidrIp: '0.0.0.0/0',
          Description: 'packages',
          FromPort: 443,
          IpProtocol: 'tcp',
          ToPort: 443,
        },
      ],
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 5432,
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      FromPort: 5432,
    });
  });

  test('shows the CloudFormation resource to escape hatches', () => {
    const { stack, vpc } = network();
    const vpn = new VpnSecurityGroup(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [WIREGUARD],
      description: 'plant 4',
    });
    (vpn.node.defaultChild as ec2.CfnSecurityGroup).groupName = 'plant-4';
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupName: 'plant-4',
      GroupDescription: 'plant 4',
    });
    expect(vpn.flows.map(({ id }) => id)).toEqual(['udp-51820']);
  });
});

describe('VpnSecurityGroup, quotas', () => {
  const ranges = (count: number) => Array.from({ length: count }, (_, i) => `198.51.${i}.0/24`);

  test('takes as many rules as AWS does: 30 ranges of PPTP clients are 60 rules', () => {
    expect(rulesOf({ clients: Clients.from(...ranges(30)) }).ingress).toHaveLength(60);
  });

  test('refuses one range more', () => {
    expect(errorOf(() => rulesOf({ clients: Clients.from(...ranges(31)) }))).toMatchInlineSnapshot(`
      {
        "code": "SECURITY_GROUP_RULE_QUOTA",
        "text": "VpnSecurityGroup would need 62 rules for traffic from clients, and a security group holds 60 per direction.
        got      "31 sources of clients for TCP 1723, GRE 47"
        allowed  2 rules for each client range, and for each entry that a prefix list can hold
        write    fewer and wider ranges; or, where the quota of the account is raised, maxRulesPerDirection: 120

            at FILE:LINE
            code SECURITY_GROUP_RULE_QUOTA, see docs/diagnostics.md",
      }
    `);
  });

  test('takes more where the quota is raised', () => {
    expect(
      rulesOf({
        clients: Clients.from(...ranges(31)),
        maxRulesPerDirection: 100,
      }).ingress,
    ).toHaveLength(62);
  });

  test('counts IPv4 and IPv6 apart', () => {
    const six = Array.from({ length: 40 }, (_, i) => `2001:db8:${i}::/48`);
    expect(
      rulesOf({
        protocols: [WIREGUARD],
        clients: Clients.from(...ranges(40), ...six),
      }).ingress,
    ).toHaveLength(80);
  });

  test('counts a prefix list with its maximum of entries', () => {
    const { stack, vpc } = network();
    const list = new ec2.PrefixList(stack, 'List', { maxEntries: 31 });
    const error = errorOf(
      () =>
        new VpnSecurityGroup(stack, 'Vpn', {
          vpc,
          clients: Clients.from(list),
          protocols: [PPTP],
          insecure,
        }),
    );
    expect(error.code).toBe('SECURITY_GROUP_RULE_QUOTA');
    expect(error.text).toContain('would need 62 rules');
  });

  test('counts the rule for fragmentation needed', () => {
    const error = errorOf(() =>
      rulesOf({
        clients: Clients.from(...ranges(30)),
        acceptFragmentationNeeded: true,
      }),
    );
    expect(error.text).toContain('would need 61 rules');
  });

  test.each([[0], [1001], [1.5], [Number.NaN], ['60']])('refuses %j as a quota', (maxRulesPerDirection) => {
    expect(errorOf(() => rulesOf({ maxRulesPerDirection: maxRulesPerDirection as number })).code).toBe('QUOTA_INVALID');
  });

  test('says what a quota is', () => {
    expect(errorOf(() => rulesOf({ maxRulesPerDirection: 1001 }))).toMatchInlineSnapshot(`
      {
        "code": "QUOTA_INVALID",
        "text": "maxRulesPerDirection is not a quota of rules per security group.
        got      1001
        allowed  a whole number from 1 to 1000: rules per group times groups per network interface cannot exceed 1000
        write    maxRulesPerDirection: 120

            at FILE:LINE
            code QUOTA_INVALID, see docs/diagnostics.md",
      }
    `);
  });
});

describe('VpnSecurityGroup, refusals', () => {
  const refusal = (props: object) => errorOf(() => rulesOf(props));

  test('refuses PPTP without a written reason', () => {
    expect(refusal({ insecure: undefined })).toMatchInlineSnapshot(`
      {
        "code": "INSECURE_WITHOUT_REASON",
        "text": "VpnSecurityGroup would let PPTP in without a written reason: Whoever records one login can read and change the calls of that user and log in as that user.
        allowed  Insecure.because(reason), which a reviewer will read
        write    insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06')

            at FILE:LINE
            code INSECURE_WITHOUT_REASON, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses a reason that is only a text', () => {
    expect(refusal({ insecure: 'PLCs in plant 4 speak nothing else' }).code).toBe('INSECURE_WITHOUT_REASON');
  });

  test('refuses no protocols', () => {
    expect(refusal({ protocols: [] })).toMatchInlineSnapshot(`
      {
        "code": "PROTOCOLS_EMPTY",
        "text": "VpnSecurityGroup was given no VPN protocol to let in.
        got      []
        allowed  PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN and WIREGUARD, each once
        write    protocols: [WIREGUARD]

            at FILE:LINE
            code PROTOCOLS_EMPTY, see docs/diagnostics.md",
      }
    `);
    expect(refusal({ protocols: undefined }).code).toBe('PROTOCOLS_EMPTY');
  });

  test('refuses a protocol twice', () => {
    expect(refusal({ protocols: [SSTP, WIREGUARD, SSTP] })).toMatchInlineSnapshot(`
      {
        "code": "PROTOCOLS_DUPLICATE",
        "text": "VpnSecurityGroup was given SSTP twice.
        got      "SSTP, WireGuard, SSTP"
        allowed  PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN and WIREGUARD, each once
        write    protocols: [WIREGUARD]

            at FILE:LINE
            code PROTOCOLS_DUPLICATE, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses what is no protocol', () => {
    expect(refusal({ protocols: ['pptp'] })).toMatchInlineSnapshot(`
      {
        "code": "PROTOCOL_UNKNOWN",
        "text": "VpnSecurityGroup was given something that is not a VPN protocol of this library.
        got      "pptp"
        allowed  PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN and WIREGUARD, each once
        write    protocols: [WIREGUARD]

            at FILE:LINE
            code PROTOCOL_UNKNOWN, see docs/diagnostics.md",
      }
    `);
    expect(refusal({ protocols: [undefined] }).code).toBe('PROTOCOL_UNKNOWN');
    expect(refusal({ protocols: [{ flowSets: [] }] }).code).toBe('PROTOCOL_UNKNOWN');
  });

  test('refuses a set of flows of another protocol', () => {
    expect(refusal({ protocols: [WIREGUARD], flowSets: [OPENVPN.flowSets[1]] })).toMatchInlineSnapshot(`
      {
        "code": "FLOW_SET_UNKNOWN",
        "text": "VpnSecurityGroup was given a set of flows that none of its protocols has.
        got      "UDP 443"
        allowed  sets from flowSets of one of the protocols
        write    protocols: [OPENVPN], flowSets: OPENVPN.flowSets.slice(0, 2)

            at FILE:LINE
            code FLOW_SET_UNKNOWN, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses IPv6 clients for PPTP, also beside a protocol that has IPv6', () => {
    expect(
      refusal({
        protocols: [WIREGUARD, PPTP],
        clients: Clients.from('2001:db8::/32'),
      }),
    ).toMatchInlineSnapshot(`
      {
        "code": "CLIENTS_IPV6_FOR_PPTP",
        "text": "VpnSecurityGroup was given IPv6 clients, and PPTP runs over IPv4 only.
        got      "2001:db8::/32"
        allowed  IPv4 ranges, IPv4 prefix lists and security groups
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code CLIENTS_IPV6_FOR_PPTP, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses missing clients and a missing VPC', () => {
    expect(refusal({ clients: undefined }).code).toBe('NO_CLIENTS');
    expect(refusal({ vpc: undefined }).code).toBe('VPC_MISSING');
  });

  test('refuses missing props', () => {
    const { stack } = network();
    expect(errorOf(() => new VpnSecurityGroup(stack, 'Vpn', undefined as never)).code).toBe('VPC_MISSING');
  });

  test('refuses a quota that only deployment knows', () => {
    const quota = Token.asNumber({ Ref: 'Quota' });
    const error = refusal({ maxRulesPerDirection: quota });
    expect(error.code).toBe('TOKEN_NOT_ALLOWED');
    expect(error.text).toContain('maxRulesPerDirection is a token');
  });

  test('refuses a stack of CDK for Terraform', () => {
    const { vpc } = network();
    const stack = new TerraformStack(new TerraformApp(), 'network');
    const error = errorOf(() => new VpnSecurityGroup(stack, 'Vpn', { vpc, clients, protocols: [SSTP] }));
    expect(error.code).toBe('WRONG_KIND_OF_STACK');
    expect(stack.node.tryFindChild('Vpn')).toBeUndefined();
  });

  test('leaves nothing behind when it refuses', () => {
    const { stack, vpc } = network();
    errorOf(() => new VpnSecurityGroup(stack, 'Vpn', { vpc, clients, protocols: [PPTP] }));
    expect(stack.node.tryFindChild('Vpn')).toBeUndefined();
  });

  test('lets every protocol of the library in', () => {
    expect(rulesOf({ protocols: VPN_PROTOCOLS }).ingress).toHaveLength(7);
  });
});
