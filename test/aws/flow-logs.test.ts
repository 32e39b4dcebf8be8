import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { REJECTED_GRE_QUERY, VPN_FLOW_LOG_FORMAT, VpnFlowLogs, type VpnFlowLogsProps } from '../../lib/aws/flow-logs';
import { errorOf } from '../support/messages';

function network() {
  const stack = new Stack(new App(), 'Net');
  const subnet = ec2.Subnet.fromSubnetId(stack, 'Public', 'subnet-0123456789abcdef0');
  return { stack, subnet };
}

function templateOf(props: Partial<VpnFlowLogsProps>): Template {
  const { stack, subnet } = network();
  new VpnFlowLogs(stack, 'FlowLogs', { subnet, ...props });
  return Template.fromStack(stack);
}

describe('VpnFlowLogs', () => {
  test('logs accepted and rejected packets of the subnet every minute', () => {
    const template = templateOf({});
    template.resourcePropertiesCountIs(
      'AWS::EC2::FlowLog',
      {
        LogDestinationType: 'cloud-watch-logs',
        LogFormat: VPN_FLOW_LOG_FORMAT,
        MaxAggregationInterval: 60,
        ResourceId: 'subnet-0123456789abcdef0',
        ResourceType: 'Subnet',
        TrafficType: 'ALL',
      },
      1,
    );
  });

  test('writes the fields that show GRE, and nothing that EC2 does not know', () => {
    const fields =
      'interface-id instance-id flow-direction protocol pkt-srcaddr pkt-dstaddr srcport dstport packets bytes start end action log-status';
    expect(VPN_FLOW_LOG_FORMAT).toBe(fields.replace(/\S+/g, (field) => `\${${field}}`));
    const known = Object.values(ec2.LogFormat).map((field) => (field as ec2.LogFormat).value);
    expect(known).toEqual(expect.arrayContaining(VPN_FLOW_LOG_FORMAT.split(' ')));
  });

  test('keeps a new log group for a month, and when it is deleted', () => {
    templateOf({}).hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { RetentionInDays: 30 },
    });
  });

  test('keeps it as long as asked for', () => {
    templateOf({
      logRetention: logs.RetentionDays.ONE_YEAR,
    }).hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 365,
    });
  });

  test('writes to a log group that exists', () => {
    const { stack, subnet } = network();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Old', 'plant-4');
    const flowLogs = new VpnFlowLogs(stack, 'FlowLogs', { subnet, logGroup });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Logs::LogGroup', 0);
    template.hasResourceProperties('AWS::EC2::FlowLog', {
      LogGroupName: 'plant-4',
    });
    expect(flowLogs.logGroup).toBe(logGroup);
    expect(stack.resolve(flowLogs.flowLogId)).toEqual({
      Ref: stack.getLogicalId(flowLogs.node.findChild('Resource') as ec2.CfnFlowLog),
    });
  });

  test('lets the flow logs of this account write to this log group, and nobody else anything', () => {
    const template = templateOf({});
    const [group] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
    expect(policy!.Properties.PolicyDocument.Statement).toEqual([
      {
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
        Effect: 'Allow',
        Resource: { 'Fn::GetAtt': [group, 'Arn'] },
      },
    ]);
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            },
            Effect: 'Allow',
            Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
          },
        ],
      },
    });
  });

  test('waits for the permission, which EC2 tries when it creates the flow log', () => {
    const template = templateOf({});
    const [policy] = Object.keys(template.findResources('AWS::IAM::Policy'));
    const [flowLog] = Object.values(template.findResources('AWS::EC2::FlowLog'));
    expect(flowLog!.DependsOn).toContain(policy);
  });

  test('refuses a missing subnet', () => {
    expect(errorOf(() => templateOf({ subnet: undefined as never }))).toMatchInlineSnapshot(`
      {
        "code": "SUBNET_MISSING",
        "text": "VpnFlowLogs was given no subnet.
        allowed  the subnet of the gateway, made in this app or imported
        write    subnet: vpc.publicSubnets[0]

            at FILE:LINE
            code SUBNET_MISSING, see docs/diagnostics.md",
      }
    `);
    expect(errorOf(() => templateOf({ subnet: 'subnet-0123456789abcdef0' as never })).code).toBe('SUBNET_MISSING');
  });

  test('refuses a retention beside a log group, which has its own', () => {
    const { stack } = network();
    const logGroup = logs.LogGroup.fromLogGroupName(stack, 'Old', 'plant-4');
    const both = { logGroup, logRetention: logs.RetentionDays.ONE_DAY };
    expect(errorOf(() => templateOf(both))).toMatchInlineSnapshot(`
      {
        "code": "LOG_GROUP_AND_RETENTION",
        "text": "VpnFlowLogs was given a log group and a retention, and the retention belongs to the log group.
        allowed  either logGroup or logRetention
        write    logGroup: new logs.LogGroup(this, 'Log', { retention: logs.RetentionDays.ONE_YEAR })

            at FILE:LINE
            code LOG_GROUP_AND_RETENTION, see docs/diagnostics.md",
      }
    `);
  });

  test('refuses a scope outside of any stack and leaves nothing behind', () => {
    const { subnet } = network();
    const app = new App();
    expect(errorOf(() => new VpnFlowLogs(app, 'FlowLogs', { subnet })).code).toBe('WRONG_KIND_OF_STACK');
    expect(app.node.tryFindChild('FlowLogs')).toBeUndefined();
  });
});

describe('REJECTED_GRE_QUERY', () => {
  const [parse, ...rest] = REJECTED_GRE_QUERY.split('\n| ');
  const [, glob, aliases] = /^parse @message "([^"]*)" as (.*)$/.exec(parse!)!;
  const names = aliases!.split(', ');

  /** What the first command of the query makes of a record. */
  function parsed(record: string): Record<string, string> {
    const expression = new RegExp(`^${glob!.split('*').join('(.*?)')}$`);
    return Object.fromEntries(
      expression
        .exec(record)!
        .slice(1)
        .map((value, i) => [names[i]!, value]),
    );
  }

  test('is written as CloudWatch Logs Insights takes it', () => {
    expect(REJECTED_GRE_QUERY).toBe(
      [
        'parse @message "* * * * * * * * * * * * * *" as eni, instance, way, ipProtocol, packetSource, packetDestination,' +
          ' sourcePort, destinationPort, packetCount, byteCount, startsAt, endsAt, verdict, recordStatus',
        '| filter ipProtocol like /^47$/ and verdict = "REJECT"',
        '| stats sum(packetCount) as rejectedPackets by packetSource, packetDestination, way, instance, eni',
        '| sort rejectedPackets desc',
        '| limit 100',
      ].join('\n'),
    );
  });

  test('is what the documentation shows', () => {
    const documentation = readFileSync(join(__dirname, '..', '..', 'docs', 'aws-filters.md'), 'utf8');
    expect(documentation).toContain(`\`\`\`\n${REJECTED_GRE_QUERY}\n\`\`\`\n`);
  });

  test('takes a record apart into the fields of the format', () => {
    const fields = VPN_FLOW_LOG_FORMAT.split(' ').map((field) => field.slice(2, -1));
    expect(names).toHaveLength(fields.length);
    const record = parsed(fields.join(' '));
    expect(record).toMatchObject({
      ipProtocol: 'protocol',
      verdict: 'action',
      packetSource: 'pkt-srcaddr',
      packetDestination: 'pkt-dstaddr',
      way: 'flow-direction',
      instance: 'instance-id',
      eni: 'interface-id',
      packetCount: 'packets',
    });
  });

  test('uses only names that it defines', () => {
    const used = rest.join(' ').match(/\b(?!filter|like|and|stats|sum|as|by|sort|desc|limit)[a-z]\w+\b/g)!;
    const defined = [...names, 'rejectedPackets'];
    expect(used.filter((name) => !defined.includes(name))).toEqual([]);
  });

  test('defines no name that CloudWatch Logs Insights finds in flow logs by itself', () => {
    const found = [
      'version',
      'accountId',
      'interfaceId',
      'srcAddr',
      'dstAddr',
      'srcPort',
      'dstPort',
      'protocol',
      'packets',
      'bytes',
      'start',
      'end',
      'action',
      'logStatus',
    ];
    expect(names.filter((name) => found.includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('finds rejected GRE, and neither accepted GRE nor other protocols', () => {
    const isRejectedGre = (record: string) => {
      const { ipProtocol, verdict } = parsed(record);
      return /^47$/.test(ipProtocol!) && verdict === 'REJECT';
    };
    const record = (protocol: string, action: string) =>
      `eni-0123456789abcdef0 i-0123456789abcdef0 ingress ${protocol} 203.0.113.7 10.0.0.10 0 0 12 1040 1795305600 1795305660 ${action} OK`;
    expect(isRejectedGre(record('47', 'REJECT'))).toBe(true);
    expect(isRejectedGre(record('47', 'ACCEPT'))).toBe(false);
    expect(isRejectedGre(record('6', 'REJECT'))).toBe(false);
    expect(isRejectedGre(record('-', '-'))).toBe(false);
  });
});
