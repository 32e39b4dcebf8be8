import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { invalid } from '../errors';
import { assertCdkScope } from './scope';

const CLASS = 'VpnFlowLogs';

/**
 * The fields of a record, in their order, with the names that the queries give them. CloudWatch Logs Insights knows the
 * fields of AWS's default format only, so that a query must take the records of this one apart by itself; the names
 * differ from those that it finds by itself, which it would not let a query define again.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html, read 2026-11
 */
const FIELDS = [
  ['interface-id', 'eni'],
  ['instance-id', 'instance'],
  ['flow-direction', 'way'],
  ['protocol', 'ipProtocol'],
  ['pkt-srcaddr', 'packetSource'],
  ['pkt-dstaddr', 'packetDestination'],
  ['srcport', 'sourcePort'],
  ['dstport', 'destinationPort'],
  ['packets', 'packetCount'],
  ['bytes', 'byteCount'],
  ['start', 'startsAt'],
  ['end', 'endsAt'],
  ['action', 'verdict'],
  ['log-status', 'recordStatus'],
] as const;

/**
 * The format of the records, as EC2 takes it. `pkt-srcaddr` and `pkt-dstaddr` are the addresses in the packet, which show
 * clients that are routed and not translated; of a gateway with an Elastic IP, its private address.
 */
export const VPN_FLOW_LOG_FORMAT = FIELDS.map(([field]) => `\${${field}}`).join(' ');

/**
 * Finds GRE (IP protocol 47) that a security group or a network ACL has rejected, in CloudWatch Logs Insights. While
 * PPTP clients connect to TCP 1723 and hang at 'verifying user name and password', each line is a filter that lacks GRE.
 *
 * A flow log is no packet capture: records come up to some minutes late, and GRE that never reached the subnet (a router
 * without a PPTP helper, a provider that drops it) leaves none.
 */
export const REJECTED_GRE_QUERY = [
  `parse @message "${FIELDS.map(() => '*').join(' ')}" as ${FIELDS.map(([, name]) => name).join(', ')}`,
  'filter ipProtocol like /^47$/ and verdict = "REJECT"',
  'stats sum(packetCount) as rejectedPackets by packetSource, packetDestination, way, instance, eni',
  'sort rejectedPackets desc',
  'limit 100',
].join('\n| ');

/** Where flow logs of a VPN gateway come from and go to. */
export interface VpnFlowLogsProps {
  /** The subnet of the gateway. */
  readonly subnet: ec2.ISubnet;

  /**
   * The log group for the records.
   *
   * @default - a new log group, kept when the gateway is deleted
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * How long the new log group keeps what it holds.
   *
   * @default logs.RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;
}

/**
 * Flow logs of a VPN gateway's subnet, accepted and rejected packets alike, with what it takes to see GRE: the protocol
 * number, the addresses in the packet, the direction and the instance. `REJECTED_GRE_QUERY` finds rejected GRE.
 *
 * A subnet with two gateways needs them once.
 */
export class VpnFlowLogs extends Construct {
  /** The log group that holds the records. */
  public readonly logGroup: logs.ILogGroup;

  /** Id of the flow log: `fl-0123456789abcdef0`. */
  public readonly flowLogId: string;

  /**
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `SUBNET_MISSING`, `LOG_GROUP_AND_RETENTION`
   */
  public constructor(scope: Construct, id: string, props: VpnFlowLogsProps) {
    assertCdkScope(scope, CLASS);
    checkSubnet(props?.subnet);
    const { subnet, logGroup, logRetention } = props;
    checkLogging(CLASS, logGroup, logRetention);
    super(scope, id);

    this.logGroup =
      logGroup ?? new logs.LogGroup(this, 'Log', { retention: logRetention ?? logs.RetentionDays.ONE_MONTH });
    const role = new iam.Role(this, 'Role', {
      // Without the condition, anybody's flow log could be told to write with this role.
      assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const granted = role.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
        resources: [this.logGroup.logGroupArn],
      }),
    );
    const flowLog = new ec2.CfnFlowLog(this, 'Resource', {
      resourceType: 'Subnet',
      resourceId: subnet.subnetId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logGroupName: this.logGroup.logGroupName,
      deliverLogsPermissionArn: role.roleArn,
      logFormat: VPN_FLOW_LOG_FORMAT,
      maxAggregationInterval: 60,
    });
    if (granted.policyDependable !== undefined) {
      // EC2 tries the role when it creates the flow log.
      flowLog.node.addDependency(granted.policyDependable);
    }
    this.flowLogId = flowLog.ref;
  }
}

/**
 * Checks that a retention is not given for a log group that exists already, which would ignore it.
 *
 * @throws InvalidInputError `LOG_GROUP_AND_RETENTION`
 */
export function checkLogging(className: string, logGroup: unknown, retention: unknown): void {
  if (logGroup !== undefined && retention !== undefined) {
    invalid({
      code: 'LOG_GROUP_AND_RETENTION',
      what: `${className} was given a log group and a retention, and the retention belongs to the log group`,
      allowed: 'either logGroup or logRetention',
      instead: "logGroup: new logs.LogGroup(this, 'Log', { retention: logs.RetentionDays.ONE_YEAR })",
    });
  }
}

function checkSubnet(subnet: ec2.ISubnet | undefined): void {
  if (typeof subnet !== 'object' || subnet === null || !('subnetId' in subnet)) {
    invalid({
      code: 'SUBNET_MISSING',
      what: `${CLASS} was given no subnet`,
      got: subnet,
      allowed: 'the subnet of the gateway, made in this app or imported',
      instead: 'subnet: vpc.publicSubnets[0]',
    });
  }
}
