import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import { ClientAddressing } from '../../lib/aws/client-addressing';
import { Clients } from '../../lib/aws/clients';
import { PptpGateway } from '../../lib/aws/pptp-gateway';
import { errorOf } from '../support/messages';
import { gatewayWith, machineFiles, network, only, propsFor, warningIdsOf, warningsOf } from './gateway';

/** The destinations in the policy, as the machine reads them. */
function destinationsOf(stack: Stack): string[] {
  const value = stack.resolve(only(stack, 'AWS::SSM::Parameter').Properties.Value);
  const text =
    typeof value === 'string'
      ? value
      : value['Fn::Join'][1].map((part: unknown) => (typeof part === 'string' ? part : '<token>')).join('');
  return text.split('\n').filter((line: string) => line.startsWith('to '));
}

describe('allowClientsTo, masqueraded', () => {
  test('opens a construct: the machine forwards into the VPC, and both security groups let it through', () => {
    const { stack, vpc, gateway } = gatewayWith();
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    gateway.allowClientsTo(database, ec2.Port.tcp(5432));
    expect(destinationsOf(stack)).toEqual(['to 10.20.0.0/16 tcp 5432-5432']);
    const group = {
      'Fn::GetAtt': [only(stack, 'AWS::EC2::SecurityGroup').id, 'GroupId'],
    };
    const databaseGroup = {
      'Fn::GetAtt': [only(stack, 'AWS::EC2::SecurityGroup', 'Database').id, 'GroupId'],
    };
    expect(only(stack, 'AWS::EC2::SecurityGroupIngress', 'Database').Properties).toEqual({
      Description: 'from VPN clients',
      IpProtocol: 'tcp',
      FromPort: 5432,
      ToPort: 5432,
      GroupId: databaseGroup,
      SourceSecurityGroupId: group,
    });
    expect(only(stack, 'AWS::EC2::SecurityGroupEgress').Properties).toMatchObject({
      GroupId: group,
      DestinationSecurityGroupId: databaseGroup,
      FromPort: 5432,
    });
    expect(warningIdsOf(stack)).toEqual(['PPTP_INSECURE']);
  });

  test('forwards to the addresses that are given, where the user knows better than the VPC', () => {
    const { stack, vpc, gateway } = gatewayWith();
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    gateway.allowClientsTo(database, ec2.Port.tcp(5432), {
      addresses: ['10.20.4.0/24', '10.20.5.0/24'],
    });
    expect(destinationsOf(stack)).toEqual(['to 10.20.4.0/24 tcp 5432-5432', 'to 10.20.5.0/24 tcp 5432-5432']);
  });

  test('opens a range, as a peer or as text, to the machine and to its security group', () => {
    const { stack, gateway } = gatewayWith();
    gateway.allowClientsTo(ec2.Peer.ipv4('192.168.50.0/24'), ec2.Port.tcpRange(8000, 8010));
    gateway.allowClientsTo('192.168.51.7/32', ec2.Port.udp(161));
    expect(destinationsOf(stack)).toEqual(['to 192.168.50.0/24 tcp 8000-8010', 'to 192.168.51.7/32 udp 161-161']);
    const outbound = only(stack, 'AWS::EC2::SecurityGroup').Properties.SecurityGroupEgress;
    expect(outbound.slice(-2)).toMatchObject([
      {
        CidrIp: '192.168.50.0/24',
        FromPort: 8000,
        ToPort: 8010,
        IpProtocol: 'tcp',
      },
      {
        CidrIp: '192.168.51.7/32',
        FromPort: 161,
        ToPort: 161,
        IpProtocol: 'udp',
      },
    ]);
  });

  test.each([
    ['every TCP port', ec2.Port.allTcp(), 'to 10.20.9.0/24 tcp'],
    ['ICMP', ec2.Port.icmpPing(), 'to 10.20.9.0/24 icmp'],
    ['everything', ec2.Port.allTraffic(), 'to 10.20.9.0/24'],
  ])('forwards %s', (_, port, line) => {
    const { stack, gateway } = gatewayWith();
    gateway.allowClientsTo('10.20.9.0/24', port);
    expect(destinationsOf(stack)).toEqual([line]);
  });

  test('says each destination once, however often it is allowed', () => {
    const { stack, gateway } = gatewayWith();
    gateway.allowClientsTo('10.20.9.0/24', ec2.Port.tcp(443));
    gateway.allowClientsTo('10.20.9.0/24', ec2.Port.tcp(443));
    expect(destinationsOf(stack)).toHaveLength(1);
    expect(only(stack, 'AWS::EC2::SecurityGroup').Properties.SecurityGroupEgress).toHaveLength(7);
  });

  test('takes the port of a database, which only deployment knows', () => {
    const { stack, vpc, gateway } = gatewayWith();
    const database = new rds.DatabaseInstance(stack, 'Database', {
      vpc,
      engine: rds.DatabaseInstanceEngine.POSTGRES,
      credentials: rds.Credentials.fromGeneratedSecret('postgres'),
    });
    gateway.allowClientsTo(database, ec2.Port.tcp(database.instanceEndpoint.port));
    const port = {
      'Fn::GetAtt': [only(stack, 'AWS::RDS::DBInstance', 'Database').id, 'Endpoint.Port'],
    };
    expect(only(stack, 'AWS::SSM::Parameter').Properties.Value).toEqual({
      'Fn::Join': ['', ['vpn-gateway policy 1\nclient 203.0.113.0/24\nto 10.20.0.0/16 tcp ', port, '-', port, '\n']],
    });
  });

  test('reaches constructs of another stack', () => {
    const app = new App();
    const net = new Stack(app, 'Net');
    const vpc = new ec2.Vpc(net, 'Vpc', { natGateways: 0 });
    const data = new Stack(app, 'Data');
    const database = new ec2.SecurityGroup(data, 'Database', { vpc });
    const edge = new Stack(app, 'Edge');
    new PptpGateway(edge, 'LegacyVpn', propsFor(vpc)).allowClientsTo(database, ec2.Port.tcp(5432));
    expect(() => app.synth()).not.toThrow();
  });
});

describe('allowClientsTo, routed', () => {
  const routed = (options = {}) => gatewayWith({ addressing: ClientAddressing.routed(options) });

  test('opens the destination to the pool, since a security group does not match forwarded packets', () => {
    const { stack, vpc, gateway } = routed();
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    gateway.allowClientsTo(database, ec2.Port.tcp(5432));
    expect(only(stack, 'AWS::EC2::SecurityGroup', 'Database').Properties.SecurityGroupIngress).toEqual([
      {
        CidrIp: '10.99.0.0/24',
        Description: 'from VPN clients',
        FromPort: 5432,
        IpProtocol: 'tcp',
        ToPort: 5432,
      },
    ]);
    expect(only(stack, 'AWS::EC2::SecurityGroupEgress').Properties.ToPort).toBe(5432);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    expect(warningIdsOf(stack)).toEqual(['PPTP_INSECURE']);
  });

  test('switches the source/destination check off and gives every route table of the VPC a route to the pool', () => {
    const { stack } = routed();
    const instance = only(stack, 'AWS::EC2::Instance');
    expect(instance.Properties.SourceDestCheck).toBe(false);
    const routes = Object.entries(Template.fromStack(stack).findResources('AWS::EC2::Route')).filter(([id]) =>
      id.startsWith('LegacyVpn'),
    );
    expect(routes).toHaveLength(6);
    for (const [, { Properties }] of routes) {
      expect(Properties).toMatchObject({
        DestinationCidrBlock: '10.99.0.0/24',
        InstanceId: { Ref: instance.id },
      });
    }
  });

  test('gives a route to the route tables that are named, and no other', () => {
    const { stack } = routed({
      subnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      routeTableIds: ['rtb-0123456789abcdef0'],
    });
    const tables = Object.entries(Template.fromStack(stack).findResources('AWS::EC2::Route'))
      .filter(([id]) => id.startsWith('LegacyVpn'))
      .map(([, { Properties }]) => Properties.RouteTableId.Ref ?? Properties.RouteTableId);
    expect(tables).toEqual([
      'VpcIsolatedSubnet1RouteTable4771E3E5',
      'VpcIsolatedSubnet2RouteTable1D30AF7D',
      'rtb-0123456789abcdef0',
    ]);
  });

  test('leaves the check on and adds no route where clients are masqueraded', () => {
    const { stack } = gatewayWith();
    expect(only(stack, 'AWS::EC2::Instance').Properties.SourceDestCheck).toBeUndefined();
    const routes = Object.keys(Template.fromStack(stack).findResources('AWS::EC2::Route'));
    expect(routes.filter((id) => id.startsWith('LegacyVpn'))).toEqual([]);
  });

  test('warns of a destination outside of the VPC, from which no route is known to lead back', () => {
    const { stack, gateway } = routed();
    gateway.allowClientsTo('192.168.50.0/24', ec2.Port.tcp(443));
    expect(warningsOf(stack).find((text) => text.includes('NO_WAY_BACK'))).toMatchInlineSnapshot(
      `"Clients of LegacyVpn are routed, and 192.168.50.0/24 lies outside of the VPC: answers come back only if that network has a route to 10.99.0.0/24. Behind a transit gateway: ClientAddressing.routed({ transitGatewayRoutes: [...] }). On premises: a static route to the pool towards AWS. The internet and a peered VPC are not reached with addresses of the pool at all: use ClientAddressing.MASQUERADE. [ack: pptp-constructs:NO_WAY_BACK_TO_CLIENTS]"`,
    );
  });

  test('leads back over a transit gateway whose route table is given, but not from the internet', () => {
    const transitGatewayRoutes = [
      {
        routeTableId: 'tgw-rtb-0123456789abcdef0',
        attachmentId: 'tgw-attach-0123456789abcdef0',
      },
    ];
    const { stack, gateway } = routed({ transitGatewayRoutes });
    gateway.allowClientsTo('192.168.50.0/24', ec2.Port.tcp(443));
    expect(only(stack, 'AWS::EC2::TransitGatewayRoute').Properties).toEqual({
      DestinationCidrBlock: '10.99.0.0/24',
      TransitGatewayRouteTableId: 'tgw-rtb-0123456789abcdef0',
      TransitGatewayAttachmentId: 'tgw-attach-0123456789abcdef0',
    });
    expect(warningIdsOf(stack)).toEqual(['PPTP_INSECURE']);
    const other = routed({ transitGatewayRoutes });
    other.gateway.allowClientsTo('198.51.100.0/24', ec2.Port.tcp(443));
    expect(warningIdsOf(other.stack)).toContain('NO_WAY_BACK_TO_CLIENTS');
  });

  test('hands out no DNS server of its own accord: the resolver of the VPC answers only the VPC', () => {
    const { stack } = routed();
    const optionsOf = (site: Stack) => machineFiles(site).get('/etc/ppp/pptpd-options');
    expect(optionsOf(stack)).toContain('require-mschap-v2');
    expect(optionsOf(stack)).not.toContain('ms-dns');
    expect(optionsOf(gatewayWith().stack)).toContain('ms-dns 10.20.0.2');
  });
});

describe('allowClientsTo, refused', () => {
  test('for what has neither a range nor a security group', () => {
    const { gateway } = gatewayWith();
    const tcp = ec2.Port.tcp(443);
    expect(errorOf(() => gateway.allowClientsTo({} as never, tcp))).toMatchInlineSnapshot(`
      {
        "code": "DESTINATION_INVALID",
        "text": "Site/LegacyVpn: a destination of the clients has neither an IPv4 range nor a security group.
        got      an object of class Object
        allowed  a construct with security groups, an IPv4 peer, or an IPv4 range in CIDR notation; a port of TCP, UDP, ICMP or all
        write    gateway.allowClientsTo(database, ec2.Port.tcp(5432))

            at FILE:LINE
            code DESTINATION_INVALID, see docs/diagnostics.md",
      }
    `);
    for (const nothing of [undefined, null, ec2.Peer.prefixList('pl-0123456789abcdef0'), ec2.Peer.anyIpv6()]) {
      expect(errorOf(() => gateway.allowClientsTo(nothing as never, tcp)).code).toBe('DESTINATION_INVALID');
    }
  });

  test.each([
    ['CIDR_HOST_BITS', '10.20.9.1/24'],
    ['CIDR_WITHOUT_MASK', '10.20.9.1'],
    ['DESTINATION_INVALID', '2001:db8::/32'],
  ])('for a range with %s', (code, range) => {
    const { gateway } = gatewayWith();
    expect(errorOf(() => gateway.allowClientsTo(range, ec2.Port.tcp(443))).code).toBe(code);
  });

  test('for ports that the machine does not forward', () => {
    const { stack, gateway } = gatewayWith();
    for (const port of [ec2.Port.esp(), ec2.Port.allIcmpV6(), undefined]) {
      expect(errorOf(() => gateway.allowClientsTo('10.20.9.0/24', port as never)).code).toBe('DESTINATION_INVALID');
    }
    expect(destinationsOf(stack)).toEqual([]);
  });

  test('for everything everywhere, where TCP and UDP everywhere are fine', () => {
    const { stack, gateway } = gatewayWith();
    expect(errorOf(() => gateway.allowClientsTo(ec2.Peer.anyIpv4(), ec2.Port.allTraffic())).code).toBe(
      'DESTINATION_INVALID',
    );
    gateway.allowClientsTo(ec2.Peer.anyIpv4(), ec2.Port.allTcp());
    expect(destinationsOf(stack)).toEqual(['to 0.0.0.0/0 tcp']);
  });

  test('for a range with other addresses beside it', () => {
    const { gateway } = gatewayWith();
    expect(
      errorOf(() =>
        gateway.allowClientsTo('10.20.9.0/24', ec2.Port.tcp(443), {
          addresses: ['10.20.8.0/24'],
        }),
      ).code,
    ).toBe('DESTINATION_INVALID');
  });

  test('for a construct in a VPC of which no range is known', () => {
    const stack = new Stack(new App(), 'Site');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a'],
      publicSubnetIds: ['subnet-0123456789abcdef0'],
    });
    const gateway = new PptpGateway(stack, 'LegacyVpn', propsFor(vpc));
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    expect(errorOf(() => gateway.allowClientsTo(database, ec2.Port.tcp(5432)))).toMatchInlineSnapshot(`
      {
        "code": "DESTINATION_INVALID",
        "text": "Site/LegacyVpn: a destination of the clients lies in a VPC whose address range this app does not know.
        got      "Site/Database"
        allowed  a construct with security groups, an IPv4 peer, or an IPv4 range in CIDR notation; a port of TCP, UDP, ICMP or all
        write    gateway.allowClientsTo(database, ec2.Port.tcp(5432), { addresses: ['10.0.4.0/24'] })

            at FILE:LINE
            code DESTINATION_INVALID, see docs/diagnostics.md",
      }
    `);
    gateway.allowClientsTo(database, ec2.Port.tcp(5432), {
      addresses: ['10.20.4.0/24'],
    });
    expect(destinationsOf(stack)).toEqual(['to 10.20.4.0/24 tcp 5432-5432']);
  });

  test('for more destinations than the security group holds', () => {
    const { gateway } = gatewayWith();
    const allow = (count: number) => {
      for (let i = 0; i < count; i++) {
        gateway.allowClientsTo(`10.30.${i}.0/24`, ec2.Port.tcp(443));
      }
    };
    expect(errorOf(() => allow(60)).code).toBe('SECURITY_GROUP_RULE_QUOTA');
  });

  test('for more destinations than the policy holds', () => {
    const { stack, vpc } = network();
    const gateway = new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { maxRulesPerDirection: 1000 }));
    const allow = () => {
      for (let i = 0; i < 400; i++) {
        gateway.allowClientsTo(`10.30.${i % 256}.0/24`, ec2.Port.tcp(1000 + i));
      }
    };
    expect(errorOf(allow).code).toBe('POLICY_TOO_LARGE');
  });

  test('leaves nothing half open', () => {
    const { stack, vpc } = network();
    const gateway = new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { clients: Clients.from('203.0.113.0/24') }));
    const before = only(stack, 'AWS::EC2::SecurityGroup').Properties.SecurityGroupEgress.length;
    expect(before).toBe(6);
    expect(errorOf(() => gateway.allowClientsTo('10.20.9.0/24', ec2.Port.esp())).code).toBe('DESTINATION_INVALID');
    expect(only(stack, 'AWS::EC2::SecurityGroup').Properties.SecurityGroupEgress).toHaveLength(before);
  });
});

describe('port 47 in place of protocol 47', () => {
  test('fails for a destination, before anything of it is opened', () => {
    const { stack, gateway } = gatewayWith();
    expect(errorOf(() => gateway.allowClientsTo('10.30.0.0/16', ec2.Port.tcp(47)))).toMatchInlineSnapshot(`
      {
        "code": "PORT_47_IS_NOT_PROTOCOL_47",
        "text": "Site/LegacyVpn: TCP port 47 is not GRE: GRE is IP protocol 47 and has no ports.
        got      "47"
        allowed  for the data channel of PPTP a port of protocol 47; the constructs of this library open it themselves
        write    new ec2.Port({ protocol: ec2.Protocol.GRE, stringRepresentation: 'GRE' })

            at FILE:LINE
            code PORT_47_IS_NOT_PROTOCOL_47, see docs/diagnostics.md",
      }
    `);
    expect(destinationsOf(stack)).toEqual([]);
  });

  test.each([
    ['inbound', (gateway: PptpGateway) => gateway.connections.allowFromAnyIpv4(ec2.Port.tcp(47))],
    ['outbound', (gateway: PptpGateway) => gateway.securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.udp(47))],
  ])('fails in an %s rule that is added by hand', (_, add) => {
    const { gateway } = gatewayWith();
    expect(errorOf(() => add(gateway)).code).toBe('PORT_47_IS_NOT_PROTOCOL_47');
  });

  test('is no matter of ranges that hold it among others', () => {
    const { stack, gateway } = gatewayWith();
    gateway.allowClientsTo('10.30.0.0/16', ec2.Port.tcpRange(40, 50));
    expect(destinationsOf(stack)).toEqual(['to 10.30.0.0/16 tcp 40-50']);
  });
});
