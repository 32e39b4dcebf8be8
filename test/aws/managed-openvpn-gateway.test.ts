import { App, CfnParameter, Fn, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import { Clients } from '../../lib/aws/clients';
import {
  ManagedOpenVpnGateway,
  type ManagedOpenVpnGatewayProps,
  managedOpenVpnCandidate,
} from '../../lib/aws/managed-openvpn-gateway';
import { assessCandidate, pathOf } from '../../lib/feasibility';
import { Accepted } from '../../lib/flows';
import { AWS, INTERNET } from '../../lib/network';
import { OPENVPN } from '../../lib/protocols';
import { errorOf } from '../support/messages';

const certificate = (name: string) => `arn:aws:acm:eu-central-1:111122223333:certificate/${name}`;
const accepted = Accepted.because('certificates on managed devices; approved 2026-11');
const env = { account: '111122223333', region: 'eu-central-1' };

function network() {
  const stack = new Stack(new App(), 'Net');
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16'),
  });
  return { stack, vpc };
}

function gatewayIn(stack: Stack, vpc: ec2.IVpc, props: object = {}): ManagedOpenVpnGateway {
  return new ManagedOpenVpnGateway(stack, 'Vpn', {
    vpc,
    clients: Clients.from('203.0.113.0/24'),
    acceptsAnyClientAddress: accepted,
    clientCidr: '10.100.0.0/22',
    serverCertificateArn: certificate('server'),
    clientCertificateArn: certificate('clients'),
    ...props,
  });
}

function templateOf(props: Partial<ManagedOpenVpnGatewayProps> = {}): Template {
  const { stack, vpc } = network();
  gatewayIn(stack, vpc, props);
  return Template.fromStack(stack);
}

const refusal = (props: object) => errorOf(() => templateOf(props));

function warningsOf(stack: Stack): unknown[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => entry.data);
}

describe('ManagedOpenVpnGateway', () => {
  test('is an AWS Client VPN endpoint with the defaults that the documentation names', () => {
    const template = templateOf();
    const [logGroup] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    const [endpoint] = Object.values(template.findResources('AWS::EC2::ClientVpnEndpoint'));
    expect(endpoint!.Properties).toEqual({
      AuthenticationOptions: [
        {
          MutualAuthentication: {
            ClientRootCertificateChainArn: certificate('clients'),
          },
          Type: 'certificate-authentication',
        },
      ],
      ClientCidrBlock: '10.100.0.0/22',
      ConnectionLogOptions: {
        CloudwatchLogGroup: { Ref: logGroup },
        Enabled: true,
      },
      SecurityGroupIds: [expect.anything()],
      SelfServicePortal: 'disabled',
      ServerCertificateArn: certificate('server'),
      SessionTimeoutHours: 24,
      SplitTunnel: true,
      TransportProtocol: 'udp',
      VpcId: expect.anything(),
      VpnPort: 443,
    });
  });

  test('takes what was asked for instead', () => {
    templateOf({
      port: ec2.VpnPort.OPENVPN,
      transportProtocol: ec2.TransportProtocol.TCP,
      splitTunnel: false,
      dnsServers: ['10.20.0.2', '10.20.0.3'],
      sessionTimeout: ec2.ClientVpnSessionTimeout.EIGHT_HOURS,
      clientCidr: '10.96.0.0/12',
    }).hasResourceProperties('AWS::EC2::ClientVpnEndpoint', {
      VpnPort: 1194,
      TransportProtocol: 'tcp',
      SplitTunnel: false,
      DnsServers: ['10.20.0.2', '10.20.0.3'],
      SessionTimeoutHours: 8,
      ClientCidrBlock: '10.96.0.0/12',
    });
  });

  test('lets users authenticate by Active Directory, with and without certificates', () => {
    const userBasedAuthentication = ec2.ClientVpnUserBasedAuthentication.activeDirectory('d-0123456789');
    const directory = {
      ActiveDirectory: { DirectoryId: 'd-0123456789' },
      Type: 'directory-service-authentication',
    };
    templateOf({
      userBasedAuthentication,
      clientCertificateArn: undefined,
    }).hasResourceProperties('AWS::EC2::ClientVpnEndpoint', {
      AuthenticationOptions: [directory],
    });
    templateOf({ userBasedAuthentication }).hasResourceProperties('AWS::EC2::ClientVpnEndpoint', {
      AuthenticationOptions: [Match.objectLike({ Type: 'certificate-authentication' }), directory],
    });
  });

  test('lets users authenticate by SAML', () => {
    const { stack, vpc } = network();
    const arn = 'arn:aws:iam::111122223333:saml-provider/idp';
    const provider = iam.SamlProvider.fromSamlProviderArn(stack, 'Idp', arn);
    const userBasedAuthentication = ec2.ClientVpnUserBasedAuthentication.federated(provider);
    gatewayIn(stack, vpc, { userBasedAuthentication });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::ClientVpnEndpoint', {
      AuthenticationOptions: Match.arrayWith([
        {
          FederatedAuthentication: { SAMLProviderArn: arn },
          Type: 'federated-authentication',
        },
      ]),
    });
  });

  test('is associated with one private subnet per Availability Zone', () => {
    const { stack, vpc } = network();
    gatewayIn(stack, vpc);
    const associations = Template.fromStack(stack).findResources('AWS::EC2::ClientVpnTargetNetworkAssociation');
    expect(Object.values(associations).map(({ Properties }) => Properties.SubnetId)).toEqual(
      stack.resolve(vpc.privateSubnets.map(({ subnetId }) => subnetId)),
    );
  });

  test('is associated with the subnets that were asked for', () => {
    const { stack, vpc } = network();
    gatewayIn(stack, vpc, { vpcSubnets: { subnets: [vpc.publicSubnets[0]!] } });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::ClientVpnTargetNetworkAssociation', {
      SubnetId: stack.resolve(vpc.publicSubnets[0]!.subnetId),
    });
  });

  test('logs connections for a year and keeps the log', () => {
    templateOf().hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Retain',
      Properties: { RetentionInDays: 365 },
    });
    templateOf({
      logRetention: logs.RetentionDays.ONE_MONTH,
    }).hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 30,
    });
  });

  test('logs to a log group that exists', () => {
    const { stack, vpc } = network();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Old', 'plant-4');
    expect(gatewayIn(stack, vpc, { logGroup }).logGroup).toBe(logGroup);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::ClientVpnEndpoint', {
      ConnectionLogOptions: { CloudwatchLogGroup: 'plant-4', Enabled: true },
    });
  });

  test('asks a function about each connection', () => {
    const clientConnectionHandler = {
      functionName: 'AWSClientVPN-handler',
      functionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:AWSClientVPN-handler',
    };
    templateOf({ clientConnectionHandler }).hasResourceProperties('AWS::EC2::ClientVpnEndpoint', {
      ClientConnectOptions: {
        Enabled: true,
        LambdaFunctionArn: clientConnectionHandler.functionArn,
      },
    });
  });

  test('tells what it is', () => {
    const { stack, vpc } = network();
    const gateway = gatewayIn(stack, vpc);
    expect(gateway.protocol).toBe('openvpn');
    expect(gateway.node.defaultChild).toBeInstanceOf(ec2.CfnClientVpnEndpoint);
    expect(stack.resolve(gateway.endpointId)).toEqual({
      Ref: stack.getLogicalId(gateway.node.defaultChild as ec2.CfnClientVpnEndpoint),
    });
  });

  test('takes tokens where nothing is decided by them', () => {
    const { stack, vpc } = network();
    const arn = new CfnParameter(stack, 'Certificate').valueAsString;
    const dns = new CfnParameter(stack, 'Dns').valueAsString;
    gatewayIn(stack, vpc, {
      serverCertificateArn: arn,
      clientCertificateArn: arn,
      dnsServers: [dns],
    });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::ClientVpnEndpoint', {
      ServerCertificateArn: { Ref: 'Certificate' },
      DnsServers: [{ Ref: 'Dns' }],
    });
  });

  test('reaches the look-up of a VPC that is still to be looked up', () => {
    const app = new App();
    const stack = new Stack(app, 'Net', { env });
    const vpc = ec2.Vpc.fromLookup(stack, 'Vpc', { vpcName: 'plant-4' });
    // The placeholder says 1.2.3.4/5, which is no range, and holds this pool.
    gatewayIn(stack, vpc, { clientCidr: '2.0.0.0/22' }).allowClientsTo('10.0.0.0/24', ec2.Port.tcp(443));
    expect(app.synth().manifest.missing).toHaveLength(1);
  });
});

describe('ManagedOpenVpnGateway, destinations', () => {
  test('authorizes clients for the VPC, and lets them reach nothing in it by itself', () => {
    const template = templateOf();
    template.resourcePropertiesCountIs(
      'AWS::EC2::ClientVpnAuthorizationRule',
      {
        AuthorizeAllGroups: true,
        Description: 'Every client, to the VPC',
        TargetNetworkCidr: '10.20.0.0/16',
      },
      1,
    );
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [Match.objectLike({ Description: 'Disallow all traffic' })],
      SecurityGroupIngress: Match.absent(),
    });
    template.resourceCountIs('AWS::EC2::ClientVpnRoute', 0);
  });

  test('opens a construct in the VPC for the security group of the endpoint, at both ends', () => {
    const { stack, vpc } = network();
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    const gateway = gatewayIn(stack, vpc);
    gateway.allowClientsTo(database, ec2.Port.tcp(5432));
    const template = Template.fromStack(stack);
    const [own, other] = stack.resolve([gateway.securityGroup.securityGroupId, database.securityGroupId]);
    const port = { FromPort: 5432, IpProtocol: 'tcp', ToPort: 5432 };
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      ...port,
      Description: 'from clients of the VPN',
      GroupId: other,
      SourceSecurityGroupId: own,
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      ...port,
      GroupId: own,
      DestinationSecurityGroupId: other,
    });
    template.resourceCountIs('AWS::EC2::ClientVpnRoute', 0);
  });

  test('opens the same through connections', () => {
    const { stack, vpc } = network();
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    gatewayIn(stack, vpc).connections.allowTo(database, ec2.Port.tcp(5432));
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  });

  test('routes a range outside of the VPC through every subnet, after its association', () => {
    const { stack, vpc } = network();
    const gateway = gatewayIn(stack, vpc);
    gateway.allowClientsTo('10.30.0.0/16', ec2.Port.tcp(443));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::ClientVpnAuthorizationRule', {
      Description: 'Every client, to a destination outside of the VPC',
      TargetNetworkCidr: '10.30.0.0/16',
    });
    const associations = template.findResources('AWS::EC2::ClientVpnTargetNetworkAssociation');
    const routes = Object.values(template.findResources('AWS::EC2::ClientVpnRoute'));
    expect(routes).toHaveLength(2);
    for (const { Properties, DependsOn } of routes) {
      expect(Properties.DestinationCidrBlock).toBe('10.30.0.0/16');
      expect(associations[DependsOn[0]]!.Properties.SubnetId).toEqual(Properties.TargetVpcSubnetId);
    }
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [
        {
          CidrIp: '10.30.0.0/16',
          Description: 'from clients of the VPN',
          FromPort: 443,
          IpProtocol: 'tcp',
          ToPort: 443,
        },
      ],
    });
  });

  test('needs neither route nor further authorization for a part of the VPC', () => {
    const { stack, vpc } = network();
    gatewayIn(stack, vpc).allowClientsTo(ec2.Peer.ipv4('10.20.7.0/24'), ec2.Port.udp(53));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EC2::ClientVpnAuthorizationRule', 1);
    template.resourceCountIs('AWS::EC2::ClientVpnRoute', 0);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '10.20.7.0/24', FromPort: 53 })],
    });
  });

  test('takes one destination with two ports, and the whole internet', () => {
    const { stack, vpc } = network();
    const gateway = gatewayIn(stack, vpc);
    gateway.allowClientsTo('0.0.0.0/0', ec2.Port.tcp(80));
    gateway.allowClientsTo('0.0.0.0/0', ec2.Port.tcp(443));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EC2::ClientVpnRoute', 2);
    template.resourceCountIs('AWS::EC2::ClientVpnAuthorizationRule', 2);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [Match.objectLike({ FromPort: 80 }), Match.objectLike({ FromPort: 443 })],
    });
  });

  test('takes tokens for ranges, each as a destination of its own', () => {
    const { stack, vpc } = network();
    const gateway = gatewayIn(stack, vpc);
    for (const name of ['Hall1', 'Hall2']) {
      gateway.allowClientsTo(new CfnParameter(stack, name).valueAsString, ec2.Port.tcp(443));
    }
    const template = Template.fromStack(stack);
    for (const Ref of ['Hall1', 'Hall2']) {
      template.hasResourceProperties('AWS::EC2::ClientVpnAuthorizationRule', {
        TargetNetworkCidr: { Ref },
      });
      template.hasResourceProperties('AWS::EC2::ClientVpnRoute', {
        DestinationCidrBlock: { Ref },
      });
    }
  });

  test('authorizes clients for every range of the VPC', () => {
    const { stack, vpc } = network();
    new ec2.CfnVPCCidrBlock(vpc, 'More', {
      vpcId: vpc.vpcId,
      cidrBlock: '10.30.0.0/16',
    });
    gatewayIn(stack, vpc);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::ClientVpnAuthorizationRule', {
      TargetNetworkCidr: '10.30.0.0/16',
    });
  });

  test('refuses a destination without an address and without a security group', () => {
    const { stack, vpc } = network();
    const list = ec2.Peer.prefixList('pl-0123456789abcdef0');
    expect(errorOf(() => gatewayIn(stack, vpc).allowClientsTo(list, ec2.Port.tcp(443)))).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_DESTINATION",
        "text": "Net/Vpn: a destination of the clients has neither an IPv4 range nor a security group.
        got      an object of class PrefixList
        allowed  a construct with a security group in the VPC, or an IPv4 range in CIDR notation; with a port of aws-ec2
        write    gateway.allowClientsTo('10.30.0.0/16', ec2.Port.tcp(443))

            at FILE:LINE
            code CLIENT_VPN_DESTINATION, see docs/diagnostics.md",
      }
    `);
  });

  test.each([
    ['IPv6 peers', ec2.Peer.ipv6('2001:db8::/32'), 'CLIENT_VPN_DESTINATION'],
    ['IPv6 ranges', '2001:db8::/32', 'CLIENT_VPN_DESTINATION'],
    ['nothing', undefined, 'CLIENT_VPN_DESTINATION'],
    ['what is no construct', { name: 'database' }, 'CLIENT_VPN_DESTINATION'],
    ['ranges with host bits', '10.30.0.7/16', 'CIDR_HOST_BITS'],
    ['ranges without a mask', '10.30.0.7', 'CIDR_WITHOUT_MASK'],
    ['the client pool', '10.100.0.0/24', 'CLIENT_VPN_POOL_OVERLAPS'],
  ])('refuses %s', (_what, destination, code) => {
    const { stack, vpc } = network();
    const gateway = gatewayIn(stack, vpc);
    expect(errorOf(() => gateway.allowClientsTo(destination as never, ec2.Port.tcp(443))).code).toBe(code);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::ClientVpnAuthorizationRule', 1);
  });

  test('refuses a construct in a VPC of which it does not know the range, and says what to write', () => {
    const stack = new Stack(new App(), 'Net');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a'],
      privateSubnetIds: ['subnet-0123456789abcdef0'],
    });
    const database = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Database', 'sg-0123456789abcdef0');
    const gateway = gatewayIn(stack, vpc);
    expect(errorOf(() => gateway.allowClientsTo(database, ec2.Port.tcp(5432)))).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_DESTINATION",
        "text": "Net/Vpn: a destination of the clients lies in a VPC whose address range this app does not know, so that clients cannot be authorized for it.
        got      "Net/Database"
        allowed  a construct with a security group in the VPC, or an IPv4 range in CIDR notation; with a port of aws-ec2
        write    ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcCidrBlock: '10.20.0.0/16', ... })

            at FILE:LINE
            code CLIENT_VPN_DESTINATION, see docs/diagnostics.md",
      }
    `);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::ClientVpnAuthorizationRule', 0);
  });

  test('refuses a missing port, and everything on every port, before anything is opened', () => {
    const { stack, vpc } = network();
    const gateway = gatewayIn(stack, vpc);
    expect(errorOf(() => gateway.allowClientsTo('10.30.0.0/16', undefined as never)).text).toContain('has no port');
    expect(errorOf(() => gateway.allowClientsTo('0.0.0.0/0', ec2.Port.allTraffic())).text).toContain(
      'is everything on every port',
    );
    Template.fromStack(stack).resourceCountIs('AWS::EC2::ClientVpnRoute', 0);
  });
});

describe('ManagedOpenVpnGateway, what it cannot keep', () => {
  test('refuses clients narrower than the internet without acceptance', () => {
    expect(refusal({ acceptsAnyClientAddress: undefined })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_CANNOT_FILTER_CLIENTS",
        "text": "AWS Client VPN does not filter client addresses: clients could connect from everywhere, not only from 203.0.113.0/24.
        allowed  your acceptance in writing, or clients from the whole internet with a reason
        write    acceptsAnyClientAddress: Accepted.because('certificates on managed devices; approved 2026-11')

            at FILE:LINE
            code CLIENT_VPN_CANNOT_FILTER_CLIENTS, see docs/diagnostics.md",
      }
    `);
    expect(refusal({ acceptsAnyClientAddress: 'fine with us, really' }).code).toBe('CLIENT_VPN_CANNOT_FILTER_CLIENTS');
  });

  test('refuses prefix lists, security groups and tokens in the same way', () => {
    for (const source of [
      ec2.Peer.prefixList('pl-0123456789abcdef0'),
      ec2.Peer.securityGroupId('sg-0123456789abcdef0'),
      Fn.importValue('Plant'),
    ]) {
      const error = refusal({
        clients: Clients.from(source),
        acceptsAnyClientAddress: undefined,
      });
      expect(error.code).toBe('CLIENT_VPN_CANNOT_FILTER_CLIENTS');
    }
  });

  test('warns of it after the acceptance, with an id that can be acknowledged, and keeps the reason', () => {
    const { stack, vpc } = network();
    gatewayIn(stack, vpc);
    expect(warningsOf(stack)).toEqual([
      'AWS Client VPN does not filter client addresses: clients can connect from everywhere, not only from ' +
        '203.0.113.0/24. Accepted because: certificates on managed devices; approved 2026-11 ' +
        '[ack: pptp-constructs:CLIENT_VPN_CANNOT_FILTER_CLIENTS]',
    ]);
    Template.fromStack(stack).hasResource('AWS::EC2::ClientVpnEndpoint', {
      Metadata: {
        'pptp-constructs': {
          acceptsAnyClientAddressBecause: 'certificates on managed devices; approved 2026-11',
        },
      },
    });
  });

  test('needs no acceptance where the whole internet may connect', () => {
    const { stack, vpc } = network();
    const clients = Clients.anywhereBecause('roaming sales staff on mobile networks');
    gatewayIn(stack, vpc, { clients, acceptsAnyClientAddress: undefined });
    expect(warningsOf(stack)).toEqual([]);
    Template.fromStack(stack).hasResource('AWS::EC2::ClientVpnEndpoint', {
      Metadata: {
        'pptp-constructs': {
          anywhereBecause: 'roaming sales staff on mobile networks',
        },
      },
    });
  });

  test('refuses another pool than the one that was meant', () => {
    expect(refusal({ replacesClientPool: '10.99.0.0/24' })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_POOL_NOT_KEPT",
        "text": "clients would get addresses from 10.100.0.0/22 and not from the pool that the gateway was meant to have.
        got      "10.99.0.0/24"
        allowed  the same pool, or your acceptance in writing
        write    acceptsOtherPool: Accepted.because('no rule in the data centre names single clients; checked 2026-11')

            at FILE:LINE
            code CLIENT_VPN_POOL_NOT_KEPT, see docs/diagnostics.md",
      }
    `);
  });

  test('takes another pool with acceptance, and warns', () => {
    const { stack, vpc } = network();
    const acceptsOtherPool = Accepted.because('no rule names single clients; checked 2026-11');
    gatewayIn(stack, vpc, {
      replacesClientPool: '10.99.0.0/24',
      acceptsOtherPool,
    });
    expect(warningsOf(stack)).toContain(
      'Clients get addresses from 10.100.0.0/22 and not from 10.99.0.0/24, and appear in the VPC by the addresses of ' +
        'the endpoint. Accepted because: no rule names single clients; checked 2026-11 ' +
        '[ack: pptp-constructs:CLIENT_VPN_POOL_NOT_KEPT]',
    );
  });

  test('takes the pool that was meant', () => {
    const { stack, vpc } = network();
    gatewayIn(stack, vpc, { replacesClientPool: '10.100.0.0/22' });
    expect(warningsOf(stack)).toHaveLength(1);
  });
});

describe('ManagedOpenVpnGateway, pool', () => {
  test('refuses a pool that is too small', () => {
    expect(refusal({ clientCidr: '10.100.0.0/23' })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_POOL_SIZE",
        "text": "clientCidr is not a pool that AWS Client VPN takes.
        got      "10.100.0.0/23"
        allowed  an IPv4 range from /22 (the smallest) to /12, with twice as many addresses as clients at a time
        write    clientCidr: '10.100.0.0/22'

            at FILE:LINE
            code CLIENT_VPN_POOL_SIZE, see docs/diagnostics.md",
      }
    `);
  });

  test.each([
    ['CLIENT_VPN_POOL_SIZE', '10.96.0.0/11'],
    ['CLIENT_VPN_POOL_SIZE', 'fd00::/22'],
    ['CIDR_HOST_BITS', '10.100.0.1/22'],
    ['CIDR_WITHOUT_MASK', '10.100.0.0'],
    ['CIDR_INVALID', 'ten dot one hundred'],
  ])('refuses with %s: %s', (code, clientCidr) => {
    expect(refusal({ clientCidr }).code).toBe(code);
  });

  test('refuses a pool that only deployment knows', () => {
    expect(refusal({ clientCidr: Fn.importValue('Pool') }).code).toBe('TOKEN_NOT_ALLOWED');
  });

  test('refuses a pool inside of the VPC', () => {
    expect(refusal({ clientCidr: '10.20.0.0/22' })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_POOL_OVERLAPS",
        "text": "clientCidr overlaps the VPC, 10.20.0.0/16: AWS Client VPN could not tell the two apart.
        got      "10.20.0.0/22"
        allowed  a range outside of the VPC, of every destination and of the networks that clients are in
        write    clientCidr: '192.168.100.0/22'

            at FILE:LINE
            code CLIENT_VPN_POOL_OVERLAPS, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses a pool around the VPC, and one in a further range of the VPC', () => {
    expect(refusal({ clientCidr: '10.16.0.0/12' }).code).toBe('CLIENT_VPN_POOL_OVERLAPS');
    const { stack, vpc } = network();
    new ec2.CfnVPCCidrBlock(vpc, 'More', {
      vpcId: vpc.vpcId,
      cidrBlock: '10.100.0.0/16',
    });
    expect(errorOf(() => gatewayIn(stack, vpc)).code).toBe('CLIENT_VPN_POOL_OVERLAPS');
  });

  test('refuses a pool that clients are in already', () => {
    const error = refusal({
      clients: Clients.from('203.0.113.0/24', '10.96.0.0/12'),
    });
    expect(error.code).toBe('CLIENT_VPN_POOL_OVERLAPS');
    expect(error.text).toContain('clientCidr overlaps the addresses that clients come from, 10.96.0.0/12');
  });
});

describe('ManagedOpenVpnGateway, refusals', () => {
  test('refuses clients that cannot authenticate', () => {
    expect(refusal({ clientCertificateArn: undefined })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_NO_AUTHENTICATION",
        "text": "ManagedOpenVpnGateway was given no way for clients to authenticate.
        allowed  clientCertificateArn (mutual authentication), userBasedAuthentication (Active Directory or SAML), or both
        write    clientCertificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/...'

            at FILE:LINE
            code CLIENT_VPN_NO_AUTHENTICATION, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses what is no certificate', () => {
    expect(refusal({ serverCertificateArn: 'vpn.example.com' })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_CERTIFICATE_ARN",
        "text": "serverCertificateArn is not the ARN of a certificate in AWS Certificate Manager.
        got      "vpn.example.com"
        allowed  the ARN of a certificate in the Region of the endpoint
        write    serverCertificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef'

            at FILE:LINE
            code CLIENT_VPN_CERTIFICATE_ARN, see docs/diagnostics.md",
      }
    `);
    expect(refusal({ serverCertificateArn: undefined }).code).toBe('CLIENT_VPN_CERTIFICATE_ARN');
    expect(
      refusal({
        clientCertificateArn: 'arn:aws:iam::111122223333:server-certificate/old',
      }).text,
    ).toContain('clientCertificateArn is not the ARN');
  });

  test('takes certificates of other partitions', () => {
    const arn = 'arn:aws-cn:acm:cn-north-1:111122223333:certificate/server';
    expect(() => templateOf({ serverCertificateArn: arn, clientCertificateArn: arn })).not.toThrow();
  });

  test('refuses a port that AWS Client VPN does not have', () => {
    expect(refusal({ port: 1723 })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_PORT",
        "text": "port is not one that AWS Client VPN listens on.
        got      1723
        allowed  ec2.VpnPort.HTTPS (443) and ec2.VpnPort.OPENVPN (1194)
        write    port: ec2.VpnPort.OPENVPN

            at FILE:LINE
            code CLIENT_VPN_PORT, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses a transport that AWS Client VPN does not have', () => {
    expect(refusal({ transportProtocol: 'gre' })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_TRANSPORT",
        "text": "transportProtocol is not one that AWS Client VPN knows.
        got      "gre"
        allowed  ec2.TransportProtocol.UDP and ec2.TransportProtocol.TCP
        write    transportProtocol: ec2.TransportProtocol.UDP

            at FILE:LINE
            code CLIENT_VPN_TRANSPORT, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses a session length that AWS Client VPN does not have', () => {
    expect(refusal({ sessionTimeout: 6 })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_SESSION_TIMEOUT",
        "text": "sessionTimeout is not a session length that AWS Client VPN knows.
        got      6
        allowed  8, 10, 12 or 24 hours, as ec2.ClientVpnSessionTimeout has them
        write    sessionTimeout: ec2.ClientVpnSessionTimeout.EIGHT_HOURS

            at FILE:LINE
            code CLIENT_VPN_SESSION_TIMEOUT, see docs/diagnostics.md",
      }
    `);
  });

  test.each([['port'], ['transportProtocol'], ['sessionTimeout']])('refuses a token for %s', (property) => {
    const token = property === 'transportProtocol' ? Fn.importValue('It') : Token.asNumber({ Ref: 'It' });
    const error = refusal({ [property]: token });
    expect(error.code).toBe('TOKEN_NOT_ALLOWED');
    expect(error.text).toContain(`${property} is a token`);
  });

  test('refuses a third DNS server', () => {
    expect(refusal({ dnsServers: ['10.20.0.2', '10.20.0.3', '10.20.0.4'] })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_DNS_SERVERS",
        "text": "dnsServers is not a list of DNS servers that AWS Client VPN can hand out.
        got      ["10.20.0.2", "10.20.0.3", "10.20.0.4"]
        allowed  at most two IPv4 addresses
        write    dnsServers: ['10.0.0.2']

            at FILE:LINE
            code CLIENT_VPN_DNS_SERVERS, see docs/diagnostics.md",
      }
    `);
  });

  test.each([['dns.example.com'], ['2001:db8::53'], ['10.20.0.0/24']])('refuses %s as a DNS server', (server) => {
    expect(refusal({ dnsServers: [server] }).code).toBe('CLIENT_VPN_DNS_SERVERS');
  });

  test('refuses a function that AWS Client VPN may not call', () => {
    const clientConnectionHandler = {
      functionName: 'handler',
      functionArn: 'arn:aws:lambda:...:handler',
    };
    expect(refusal({ clientConnectionHandler })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_HANDLER_NAME",
        "text": "the name of clientConnectionHandler is not one that AWS Client VPN may call.
        got      "handler"
        allowed  a Lambda function whose name begins with AWSClientVPN-
        write    new lambda.Function(this, 'Handler', { functionName: 'AWSClientVPN-handler', ... })

            at FILE:LINE
            code CLIENT_VPN_HANDLER_NAME, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses IPv6 clients', () => {
    expect(refusal({ clients: Clients.from('2001:db8::/32') })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_CLIENTS_IPV6",
        "text": "ManagedOpenVpnGateway was given IPv6 clients, and its endpoint has IPv4 addresses only.
        got      "2001:db8::/32"
        allowed  IPv4 clients
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code CLIENT_VPN_CLIENTS_IPV6, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses two subnets of one Availability Zone', () => {
    const { stack, vpc } = network();
    const subnets = [vpc.publicSubnets[0]!, vpc.privateSubnets[0]!];
    expect(errorOf(() => gatewayIn(stack, vpc, { vpcSubnets: { subnets } }))).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_SUBNETS",
        "text": "vpcSubnets selects two subnets of one Availability Zone, and AWS Client VPN takes one.
        got      ["Net/Vpc/PublicSubnet1", "Net/Vpc/PrivateSubnet1"]
        allowed  at least one subnet, at most one per Availability Zone
        write    vpcSubnets: { subnetGroupName: 'Private', onePerAz: true }

            at FILE:LINE
            code CLIENT_VPN_SUBNETS, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses an empty selection of subnets', () => {
    expect(refusal({ vpcSubnets: { subnets: [] } })).toMatchInlineSnapshot(`
      {
        "code": "CLIENT_VPN_SUBNETS",
        "text": "vpcSubnets selects no subnet, and clients connect through at least one.
        got      []
        allowed  at least one subnet, at most one per Availability Zone
        write    vpcSubnets: { subnetGroupName: 'Private', onePerAz: true }

            at FILE:LINE
            code CLIENT_VPN_SUBNETS, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses a list of subnets that only deployment knows', () => {
    const stack = new Stack(new App(), 'Net');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: Fn.getAzs(),
      privateSubnetIds: Fn.split(',', Fn.importValue('Subnets')),
    });
    const error = errorOf(() => gatewayIn(stack, vpc));
    expect(error.code).toBe('TOKEN_NOT_ALLOWED');
    expect(error.text).toContain('vpcSubnets is a token');
  });

  test('refuses a retention beside a log group, which has its own', () => {
    const { stack, vpc } = network();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Old', 'plant-4');
    const logRetention = logs.RetentionDays.ONE_DAY;
    expect(errorOf(() => gatewayIn(stack, vpc, { logGroup, logRetention })).code).toBe('LOG_GROUP_AND_RETENTION');
  });

  test('refuses missing clients, a missing VPC and missing props', () => {
    expect(refusal({ clients: undefined }).code).toBe('NO_CLIENTS');
    expect(refusal({ vpc: undefined }).code).toBe('VPC_MISSING');
    const { stack } = network();
    expect(errorOf(() => new ManagedOpenVpnGateway(stack, 'Vpn', undefined as never)).code).toBe('VPC_MISSING');
  });

  test('refuses a stack of CDK for Terraform', () => {
    const { vpc } = network();
    const stack = new TerraformStack(new TerraformApp(), 'network');
    expect(errorOf(() => gatewayIn(stack as never, vpc)).code).toBe('WRONG_KIND_OF_STACK');
  });

  test('leaves nothing behind when it refuses', () => {
    const { stack, vpc } = network();
    errorOf(() => gatewayIn(stack, vpc, { port: 1723 }));
    expect(stack.node.tryFindChild('Vpn')).toBeUndefined();
  });
});

describe('managedOpenVpnCandidate', () => {
  const path = pathOf('client 203.0.113.0/24', [{ element: INTERNET }, { element: AWS.CLIENT_VPN_ENDPOINT }], 'VPC');

  test('works over the internet, and tells what it costs', () => {
    const candidate = managedOpenVpnCandidate([path]);
    expect(assessCandidate(candidate).result).toBe('works');
    expect(candidate).toEqual({
      protocol: OPENVPN,
      paths: [path],
      builtBy: 'AWS Client VPN',
      takes: 'about 5 to 15 minutes to create',
      cost: 'billed by the hour for each associated subnet and for each connected client',
      clients: 'needs the AWS VPN Client or another OpenVPN program',
      code: "new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })",
    });
  });
});
