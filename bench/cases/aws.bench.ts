import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { App, Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Clients, Insecure, PptpGateway, VPN_FLOW_LOG_FORMAT } from 'pptp-constructs/aws';
import type { Case } from '../harness';

const CLIENTS = '203.0.113.0/24';
const REASON = 'a benchmark, which nobody connects to';

const outdir = mkdtempSync(join(tmpdir(), 'pptp-constructs-bench-'));
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));

function newApp(): App {
  return new App({ outdir, analyticsReporting: false, ...({ builtinCloudFormationValidation: false } as object) });
}

/** The network of examples/aws-pptp. */
function newVpc(stack: Stack): ec2.IVpc {
  return new ec2.Vpc(stack, 'Network', {
    ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16'),
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
      { name: 'Plant', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    ],
  });
}

function withConstruct(): App {
  const app = newApp();
  const stack = new Stack(app, 'Site');
  new PptpGateway(stack, 'LegacyVpn', {
    vpc: newVpc(stack),
    clients: Clients.from(CLIENTS),
    insecure: Insecure.because(REASON),
  });
  return app;
}

type Template = { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> };

function templateOf(app: App): Template {
  return app.synth().getStackByName('Site').template;
}

/** The texts of our gateway, as somebody would have them in files of their own. */
const { userDataParts, policy: policyText } = (() => {
  const { Resources } = templateOf(withConstruct());
  const ofType = (type: string) => Object.values(Resources).find(({ Type }) => Type === type)?.Properties;
  const userData = ofType('AWS::EC2::Instance')?.UserData as { 'Fn::Base64': { 'Fn::Join': [string, unknown[]] } };
  return {
    userDataParts: userData['Fn::Base64']['Fn::Join'][1] as (string | { Ref: string })[],
    policy: ofType('AWS::SSM::Parameter')?.Value as string,
  };
})();

/** The same resources, written with what aws-cdk-lib has for each. */
function byHand(): App {
  const app = newApp();
  const stack = new Stack(app, 'Site');
  const vpc = newVpc(stack);
  const [subnet] = vpc.publicSubnets;
  const [tcp, gre] = [
    ec2.Port.tcp(1723),
    new ec2.Port({ protocol: ec2.Protocol.GRE, stringRepresentation: 'GRE' }),
  ] as const;

  const group = new ec2.SecurityGroup(stack, 'Group', { vpc, allowAllOutbound: false, description: 'PPTP gateway' });
  const clients = ec2.Peer.ipv4(CLIENTS);
  group.addIngressRule(clients, tcp);
  group.addIngressRule(clients, gre);
  group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.icmpTypeAndCode(3, 4));
  group.addEgressRule(clients, gre);
  for (const port of [80, 443, 53]
    .map((number) => ec2.Port.tcp(number))
    .concat([ec2.Port.udp(53), ec2.Port.udp(123)])) {
    group.addEgressRule(ec2.Peer.anyIpv4(), port);
  }

  const users = new secretsmanager.Secret(stack, 'Users', {
    description: 'Users of the PPTP gateway',
    secretStringValue: SecretValue.unsafePlainText('{"users":[]}'),
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const policy = new ssm.StringParameter(stack, 'Policy', {
    tier: ssm.ParameterTier.INTELLIGENT_TIERING,
    stringValue: policyText,
    description: 'Who may connect, and where clients may go',
  });

  const role = new iam.Role(stack, 'Role', {
    assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    description: 'The PPTP gateway',
  });
  role.addToPolicy(
    new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [users.secretArn] }),
  );
  role.addToPolicy(new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: [policy.parameterArn] }));
  role.addToPolicy(new iam.PolicyStatement({ actions: ['cloudformation:SignalResource'], resources: [stack.stackId] }));

  const values: Record<string, string> = { 'AWS::Region': stack.region, 'AWS::StackId': stack.stackId };
  const text = userDataParts.map((part) => {
    if (typeof part === 'string') return part;
    return values[part.Ref] ?? (part.Ref.includes('Users') ? users.secretArn : policy.parameterName);
  });
  const instance = new ec2.Instance(stack, 'Machine', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    securityGroup: group,
    role,
    machineImage: ec2.MachineImage.fromSsmParameter('/aws/service/debian/release/13/latest/amd64'),
    instanceType: new ec2.InstanceType('t3.micro'),
    associatePublicIpAddress: true,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: ec2.BlockDeviceVolume.ebs(8, { volumeType: ec2.EbsDeviceVolumeType.GP3, encrypted: true }),
      },
    ],
    httpEndpoint: true,
    httpTokens: ec2.HttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1,
    propagateTagsToVolumeOnCreation: true,
    userData: ec2.UserData.custom(text.join('')),
    userDataCausesReplacement: true,
    resourceSignalTimeout: Duration.minutes(20),
  });

  const elasticIp = new ec2.CfnEIP(stack, 'ElasticIp', { domain: 'vpc', tags: [{ key: 'Name', value: 'LegacyVpn' }] });
  elasticIp.applyRemovalPolicy(RemovalPolicy.RETAIN);
  new ec2.CfnEIPAssociation(stack, 'Association', {
    allocationId: elasticIp.attrAllocationId,
    instanceId: instance.instanceId,
  });

  new ec2.FlowLog(stack, 'FlowLog', {
    resourceType: ec2.FlowLogResourceType.fromSubnet(subnet!),
    trafficType: ec2.FlowLogTrafficType.ALL,
    destination: ec2.FlowLogDestination.toCloudWatchLogs(
      new logs.LogGroup(stack, 'Flows', { retention: logs.RetentionDays.ONE_MONTH }),
    ),
    logFormat: [ec2.LogFormat.custom(VPN_FLOW_LOG_FORMAT)],
    maxAggregationInterval: ec2.FlowLogMaxAggregationInterval.ONE_MINUTE,
  });
  return app;
}

/** Each resource with the names of its properties: what the two must have in common. */
function shapeOf({ Resources }: Template): string[] {
  // What the constructs of aws-cdk-lib add of their own accord: a Name tag, and the zone that the subnet has anyway.
  const added = new Set(['Tags', 'AvailabilityZone']);
  const names = (properties: object) => Object.keys(properties).filter((name) => !added.has(name));
  return Object.values(Resources)
    .map(({ Type, Properties }) => `${Type} ${names(Properties).sort().join(' ')}`)
    .sort();
}

const shapes = [withConstruct, byHand].map((make) => shapeOf(templateOf(make())));
if (!isDeepStrictEqual(shapes[0], shapes[1])) {
  throw new Error(`the two sides do not build the same: ${JSON.stringify(shapes, null, 2)}`);
}

/** An app of this many gateways, ten to a stack. */
function fleet(gateways: number): App {
  const app = newApp();
  for (let stackNumber = 0; stackNumber < gateways / 10; stackNumber++) {
    const stack = new Stack(app, `Site${stackNumber}`);
    const vpc = newVpc(stack);
    for (let i = 0; i < 10; i++) {
      new PptpGateway(stack, `LegacyVpn${i}`, {
        vpc,
        clients: Clients.from(CLIENTS),
        insecure: Insecure.because(REASON),
        clientPool: `10.99.${i}.0/24`,
      });
    }
  }
  return app;
}

const cases: Case[] = [
  {
    name: 'aws: synth of a stack with one PptpGateway / the same written by hand',
    bound: 1.1,
    rounds: 21,
    quantity: 'processor',
    ours: () => withConstruct().synth(),
    reference: () => byHand().synth(),
  },
  {
    name: 'aws: synth of 500 gateways, 10 to a stack / 50',
    bound: 11,
    rounds: 7,
    ours: () => fleet(500).synth(),
    reference: () => fleet(50).synth(),
  },
];

export default cases;
