import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnCondition, CfnOutput, CfnParameter, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  type Estate,
  estateOf,
  formatRange,
  isRange,
  isUnknown,
  type Peer,
  type RuleSet,
  readEstate,
} from 'pptp-constructs/review';

const outdirs: string[] = [];
afterAll(() => {
  for (const outdir of outdirs) {
    rmSync(outdir, { recursive: true });
  }
});

function newApp(): App {
  const outdir = mkdtempSync(join(tmpdir(), 'review-cdk-'));
  outdirs.push(outdir);
  return new App({ outdir, analyticsReporting: false });
}

/** The peers of the inbound rules of a set, in words. */
function sources(set: RuleSet | undefined): string[] {
  return (set?.rules ?? [])
    .filter(({ direction }) => direction === 'in')
    .flatMap(({ peers }) => (peers === 'any' ? ['any'] : peers.map(peerText)));
}

function peerText(peer: Peer): string {
  if (isUnknown(peer)) {
    return `? ${peer.why}`;
  }
  return isRange(peer) ? formatRange(peer) : 'reference' in peer ? `${peer.kind} ${peer.reference}` : peer.name;
}

/** A template with one group whose one rule has this source. */
function groupFrom(CidrIp: unknown, rest: Record<string, unknown> = {}): Estate {
  return estateOf({
    One: {
      ...rest,
      Resources: {
        ...(rest.Resources as object),
        Group: {
          Type: 'AWS::EC2::SecurityGroup',
          Properties: { SecurityGroupIngress: [{ IpProtocol: '47', CidrIp }] },
        },
      },
    },
  });
}

const sourceOf = (CidrIp: unknown, rest?: Record<string, unknown>) =>
  sources(groupFrom(CidrIp, rest).find('rule-set', 'One/Group')).join();

describe('functions', () => {
  test.each([
    ['a text', '203.0.113.0/24', {}, '203.0.113.0/24'],
    ['a parameter with a default', { Ref: 'P' }, { Parameters: { P: { Default: '10.0.0.0/8' } } }, '10.0.0.0/8'],
    ['a parameter without', { Ref: 'P' }, { Parameters: { P: { Type: 'String' } } }, '? parameter P has no default'],
    [
      'a parameter from the Parameter Store',
      { Ref: 'P' },
      { Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/vpn/clients' } } },
      '? parameter P is looked up in the Parameter Store at deployment',
    ],
    ['Fn::Join', { 'Fn::Join': ['/', ['203.0.113.0', 24]] }, {}, '203.0.113.0/24'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
    ['Fn::Sub', { 'Fn::Sub': ['${A}.0/24', { A: '203.0.113' }] }, {}, '203.0.113.0/24'],
    [
      'Fn::Sub with a parameter',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
      { 'Fn::Sub': '${P}/32' },
      { Parameters: { P: { Default: '203.0.113.9' } } },
      '203.0.113.9',
    ],
    ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': [',', 'x,10.1.0.0/16'] }] }, {}, '10.1.0.0/16'],
    [
      'Fn::Select of a list parameter',
      { 'Fn::Select': ['1', { Ref: 'P' }] },
      { Parameters: { P: { Type: 'CommaDelimitedList', Default: '10.0.0.0/8, 10.2.0.0/16' } } },
      '10.2.0.0/16',
    ],
    ['Fn::Select beyond the end', { 'Fn::Select': [2, ['a']] }, {}, '? the list has no item 2'],
    [
      'Fn::FindInMap',
      { 'Fn::FindInMap': ['Clients', { Ref: 'P' }, 'Range'] },
      { Parameters: { P: { Default: 'plant' } }, Mappings: { Clients: { plant: { Range: '10.3.0.0/16' } } } },
      '10.3.0.0/16',
    ],
    ['Fn::FindInMap of nothing', { 'Fn::FindInMap': ['A', 'b', 'c'] }, {}, '? mapping A has no b, c'],
    ['Fn::Cidr', { 'Fn::Select': [2, { 'Fn::Cidr': ['10.0.0.0/16', 4, 8] }] }, {}, '10.0.2.0/24'],
    [
      'an attribute that the resource has itself',
      { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] },
      { Resources: { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.9.0.0/16' } } } },
      '10.9.0.0/16',
    ],
    [
      'an attribute that deployment gives',
      { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Eip', 'PublicIp'] }, '/32']] },
      { Resources: { Eip: { Type: 'AWS::EC2::EIP' } } },
      '? Eip.PublicIp is known at deployment',
    ],
    ['a resource that is not there', { Ref: 'Nobody' }, {}, '? there is no Nobody in the template'],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, {}, '? the region is known at deployment'],
    ['an import of nothing', { 'Fn::ImportValue': 'x' }, {}, '? no template that was read exports x'],
    ['a function that is not read', { 'Fn::Transform': {} }, {}, '? Fn::Transform is not worked out'],
    ['a text that is no range', 'everybody', {}, '? "everybody" is not an address range'],
  ])('%s', (_name, value, rest, expected) => {
    expect(sourceOf(value, rest)).toBe(expected);
  });

  test.each([
    ['equal', { 'Fn::Equals': [{ Ref: 'P' }, 'on'] }, '10.0.0.0/8'],
    ['not equal', { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'P' }, 'on'] }] }, '172.16.0.0/12'],
    ['both', { 'Fn::And': [{ 'Fn::Equals': ['a', 'a'] }, { 'Fn::Equals': [{ Ref: 'P' }, 'off'] }] }, '172.16.0.0/12'],
    [
      'one of which is open',
      { 'Fn::Or': [{ 'Fn::Equals': [{ Ref: 'Q' }, 'a'] }, { 'Fn::Equals': [1, 1] }] },
      '10.0.0.0/8',
    ],
    ['open', { 'Fn::Equals': [{ Ref: 'Q' }, 'a'] }, '? condition C is not known: parameter Q has no default'],
    ['round and round', { Condition: 'C' }, '? condition C refers to itself'],
  ])('Fn::If with a condition that is %s', (_name, C, expected) => {
    const rest = { Parameters: { P: { Default: 'on' }, Q: { Type: 'String' } }, Conditions: { C } };
    expect(sourceOf({ 'Fn::If': ['C', '10.0.0.0/8', '172.16.0.0/12'] }, rest)).toBe(expected);
  });

  test('an attribute that is defined by itself is not known, and takes no time', () => {
    const Resources = {
      A: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { 'Fn::GetAtt': ['B', 'CidrBlock'] } } },
      B: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { 'Fn::GetAtt': 'A.CidrBlock' } } },
    };
    expect(sourceOf({ 'Fn::GetAtt': ['A', 'CidrBlock'] }, { Resources })).toBe('? B.CidrBlock refers to itself');
  });

  test('texts that double with each step end as unknown, and take neither time nor memory', () => {
    const Resources: Record<string, unknown> = {};
    for (let at = 0; at < 60; at++) {
      const next = { 'Fn::GetAtt': [`V${at + 1}`, 'CidrBlock'] };
      Resources[`V${at}`] = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { 'Fn::Join': ['', [next, next]] } } };
    }
    Resources.V60 = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '0123456789' } };
    const before = performance.now();
    expect(sourceOf({ 'Fn::GetAtt': ['V0', 'CidrBlock'] }, { Resources })).toMatch(/^\? /);
    expect(performance.now() - before).toBeLessThan(2000);
  });

  test('values of parameters that are given win over defaults', () => {
    const estate = estateOf(
      {
        One: {
          Parameters: { P: { Default: '10.0.0.0/8' } },
          Resources: {
            Group: {
              Type: 'AWS::EC2::SecurityGroup',
              Properties: { SecurityGroupIngress: [{ IpProtocol: '47', CidrIp: { Ref: 'P' } }] },
            },
          },
        },
      },
      { parameters: { P: '203.0.113.0/24' } },
    );
    expect(sources(estate.find('rule-set', 'One/Group'))).toEqual(['203.0.113.0/24']);
  });
});

describe('rules', () => {
  const estate = estateOf({
    One: {
      Parameters: { Maybe: { Type: 'String' } },
      Conditions: { Open: { 'Fn::Equals': [{ Ref: 'Maybe' }, 'yes'] }, Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: {
        Group: {
          Type: 'AWS::EC2::SecurityGroup',
          Properties: {
            SecurityGroupIngress: [
              { IpProtocol: 'tcp', FromPort: 1723, ToPort: '1723', CidrIp: '203.0.113.0/24' },
              { 'Fn::If': ['Open', { IpProtocol: 47, CidrIp: '203.0.113.0/24' }, { Ref: 'AWS::NoValue' }] },
              { IpProtocol: 'GRE', SourceSecurityGroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] } },
              { IpProtocol: '-1', SourcePrefixListId: 'pl-0123' },
            ],
          },
        },
        Standalone: {
          Type: 'AWS::EC2::SecurityGroupIngress',
          Properties: {
            GroupId: { Ref: 'Group' },
            IpProtocol: 'udp',
            FromPort: 500,
            ToPort: 500,
            CidrIpv6: '2001:db8::/32',
          },
        },
        NotMade: {
          Type: 'AWS::EC2::SecurityGroupIngress',
          Condition: 'Never',
          Properties: { GroupId: { Ref: 'Group' }, IpProtocol: '-1', CidrIp: '0.0.0.0/0' },
        },
      },
    },
  });
  const rules = estate.find('rule-set', 'One/Group')?.rules ?? [];

  test('have protocols as numbers, and names that EC2 does not take as they are', () => {
    expect(rules.map(({ protocol }) => protocol)).toEqual([6, 47, { name: 'GRE' }, 'any', 17, 'any']);
  });

  test('have ports where their protocol has some, also where they are written as text', () => {
    expect(rules.map(({ ports }) => ports)).toEqual([
      [{ from: 1723, to: 1723 }],
      'any',
      'any',
      'any',
      [{ from: 500, to: 500 }],
      'any',
    ]);
  });

  test('are open where their condition is, and are not there where it does not hold', () => {
    expect(rules.map(({ condition }) => condition?.why)).toEqual([
      undefined,
      'condition Open is not known: parameter Maybe has no default',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('name groups and prefix lists by reference', () => {
    expect(sources(estate.find('rule-set', 'One/Group'))).toEqual([
      '203.0.113.0/24',
      '203.0.113.0/24',
      'group One/Group',
      'prefix-list pl-0123',
      '2001:db8::/32',
    ]);
  });

  test('know where they stand', () => {
    expect(rules.map(({ origin }) => origin.pointer)).toEqual([
      '/Resources/Group/Properties/SecurityGroupIngress/0',
      '/Resources/Group/Properties/SecurityGroupIngress/1/Fn::If/1',
      '/Resources/Group/Properties/SecurityGroupIngress/2',
      '/Resources/Group/Properties/SecurityGroupIngress/3',
      '/Resources/Standalone/Properties',
      '/Resources/Group',
    ]);
  });

  test('of a group without outbound ones let everything out', () => {
    expect(rules.at(-1)).toMatchObject({ direction: 'out', action: 'allow', protocol: 'any', peers: 'any' });
  });

  test('of a group with standalone outbound ones only: whether everything may leave is open', () => {
    const other = estateOf({
      One: {
        Resources: {
          Group: { Type: 'AWS::EC2::SecurityGroup', Properties: {} },
          Out: {
            Type: 'AWS::EC2::SecurityGroupEgress',
            Properties: { GroupId: { Ref: 'Group' }, IpProtocol: '47', CidrIp: '10.0.0.0/8' },
          },
        },
      },
    });
    expect(other.find('rule-set', 'One/Group')?.rules.at(-1)?.condition?.why).toBe(
      'the group has outbound rules as resources of their own only',
    );
  });
});

describe('an assembly of the CDK', () => {
  const app = newApp();
  const network = new Stack(app, 'Network', { env: { account: '111122223333', region: 'eu-central-1' } });
  const vpc = new ec2.CfnVPC(network, 'Vpc', { cidrBlock: '10.20.0.0/16' });
  const shared = new ec2.CfnSecurityGroup(network, 'Shared', { groupDescription: 'shared', vpcId: vpc.ref });
  new CfnOutput(network, 'Clients', { value: '203.0.113.0/24', exportName: 'clients' });
  const stage = new Stage(app, 'Prod', { env: { account: '111122223333', region: 'eu-central-1' } });
  const vpn = new Stack(stage, 'Vpn');
  const range = new CfnParameter(vpn, 'Range', { default: '198.51.100.0/24' });
  const nested = new NestedStack(vpn, 'Rules', { parameters: { Source: range.valueAsString } });
  const source = new CfnParameter(nested, 'Source');
  const inside = new ec2.CfnSecurityGroup(nested, 'Inside', {
    groupDescription: 'inside',
    securityGroupIngress: [{ ipProtocol: '47', cidrIp: source.valueAsString }],
  });
  const when = new CfnCondition(vpn, 'When', { expression: Fn.conditionEquals('a', 'a') });
  const rule = new ec2.CfnSecurityGroupIngress(vpn, 'Imported', {
    groupId: inside.attrGroupId,
    ipProtocol: '47',
    cidrIp: Fn.importValue('clients'),
  });
  rule.cfnOptions.condition = when;
  const across = new Stack(app, 'Across', { env: { account: '111122223333', region: 'eu-central-1' } });
  new ec2.CfnSecurityGroupIngress(across, 'Rule', {
    groupId: shared.attrGroupId,
    ipProtocol: '50',
    cidrIp: vpc.attrCidrBlock,
  });
  const estate = readEstate([app.synth().directory]);
  const sets = estate.all('rule-set');
  const named = (end: string) => sets.find(({ origin }) => origin.resource?.constructPath?.endsWith(end));

  test('is read whole: stacks, stages and nested stacks', () => {
    expect(sets.map(({ origin }) => origin.resource?.constructPath)).toEqual([
      'Network/Vpc',
      'Network/Vpc',
      'Network/Shared',
      'Prod/Vpn/Rules/Inside',
    ]);
  });

  test('hands parameters to nested stacks and takes their outputs', () => {
    expect(sources(named('/Inside'))).toEqual(['198.51.100.0/24', '203.0.113.0/24']);
  });

  test('resolves what stacks export to each other', () => {
    expect(sources(named('/Shared'))).toEqual(['10.20.0.0/16']);
  });

  test('leaves nothing unread', () => {
    expect(estate.unread.map(({ type }) => type)).toEqual([]);
  });
});

test('templates that are packaged on disk are nested by the path in TemplateURL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'review-nested-'));
  outdirs.push(folder);
  writeFileSync(
    join(folder, 'parent.yaml'),
    'Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n      Parameters: { Clients: 203.0.113.0/24 }\n',
  );
  writeFileSync(
    join(folder, 'child.yaml'),
    'Parameters: { Clients: { Type: String } }\nResources:\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      SecurityGroupIngress: [{ IpProtocol: "47", CidrIp: !Ref Clients }]\n',
  );
  for (const paths of [
    [folder],
    [join(folder, 'parent.yaml')],
    [join(folder, 'child.yaml'), join(folder, 'parent.yaml')],
  ]) {
    const sets = readEstate(paths).all('rule-set');
    expect(sets.map(({ id }) => id)).toEqual(['parent/Child/Group']);
    expect(sources(sets[0])).toEqual(['203.0.113.0/24']);
  }
});

describe('what is not understood is named', () => {
  test.each([
    ['AWS::EC2::TransitGatewayRoute', 'what it does to packets is not read'],
    ['AWS::EC2::VPCBlockPublicAccessOptions', 'it can block the internet for every VPC of the account'],
    ['AWS::EC2::TransitGateway', 'routes to it are read; what it does to packets, and what lies behind it, is not'],
    ['AWS::CloudFormation::Stack', 'the template of the nested stack was not read'],
  ])('%s', (Type, why) => {
    expect(estateOf({ One: { Resources: { A: { Type } } } }).unread).toMatchObject([{ type: Type, why }]);
  });

  test.each(['AWS::S3::Bucket', 'AWS::EC2::FlowLog', 'Custom::Anything'])('and %s is passed over', (Type) => {
    expect(estateOf({ One: { Resources: { A: { Type } } } }).unread).toEqual([]);
  });

  test('transforms', () => {
    const estate = estateOf({ One: { Transform: 'AWS::Serverless-2016-10-31', Resources: { A: { Type: 'B' } } } });
    expect(estate.unread.map(({ type, origin }) => `${type} ${origin.pointer}`)).toEqual([
      'AWS::Serverless-2016-10-31 /Transform',
    ]);
  });
});

test('resources that are none do not stop the reading', () => {
  const estate = estateOf({
    One: {
      Resources: {
        A: null,
        B: 'text',
        C: { Type: 7 },
        D: { Type: 'AWS::EC2::SecurityGroup', Properties: null },
        E: { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupIngress: 'all of them' } },
        F: { Type: 'AWS::EC2::Instance', Properties: { NetworkInterfaces: [null, 7], Tags: { a: 1 } } },
        G: { Type: 'AWS::EC2::Route', Properties: [] },
        H: { Type: 'AWS::ElasticLoadBalancingV2::Listener' },
        I: { Type: 'AWS::EC2::NetworkAclEntry', Properties: { PortRange: 7 } },
      },
    },
  });
  expect(estate.all('rule-set').map(({ label }) => label)).toEqual(['D', 'E']);
  expect(estate.all('machine').map(({ label }) => label)).toEqual(['F']);
});
