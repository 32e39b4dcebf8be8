import type { PortRange, RuleDirection, RuleSet, Thing } from '../model';
import type { Change } from './hop';
import type { ChangedRule, WriteRule } from './stations';

const EC2_NAMES: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp' };

/** A rule as CloudFormation has it. */
export const WRITE_AWS_RULE: WriteRule = (set, rule) =>
  set.semantics.stateful ? groupRule(set, rule) : aclEntry(set, rule);

type Written = Parameters<WriteRule>[1];

function groupRule(set: RuleSet, { direction, protocol, ports, ranges }: Written): Change {
  const [first] = ports ?? [];
  return {
    text: `add to ${set.label} a rule that allows ${traffic(protocol, ports)} ${direction === 'in' ? 'from' : 'to'} ${ranges.join(', ')}`,
    ruleSet: set.id,
    direction,
    protocol,
    ...(ports === undefined ? {} : { ports }),
    ranges,
    snippets: ranges.map((range) =>
      isTerraform(set)
        ? terraformRule(set, { direction, protocol, first, range })
        : {
            Type: direction === 'in' ? 'AWS::EC2::SecurityGroupIngress' : 'AWS::EC2::SecurityGroupEgress',
            Properties: {
              GroupId: groupId(set),
              IpProtocol: EC2_NAMES[protocol] ?? String(protocol),
              ...(first === undefined ? {} : { FromPort: first.from, ToPort: first.to }),
              [range.includes(':') ? 'CidrIpv6' : 'CidrIp']: range,
            },
          },
    ),
  };
}

/** An entry that comes before the one that denies, at a number that is free. */
function aclEntry(set: RuleSet, { direction, protocol, ports, ranges, before }: Written & ChangedRule): Change {
  const taken = new Set(set.rules.filter((rule) => rule.direction === direction).map(({ order }) => order));
  const wanted = ranges.length * Math.max(1, ports?.length ?? 1);
  const numbers: number[] = [];
  const limit = typeof before?.order === 'number' ? before.order : Number.POSITIVE_INFINITY;
  for (let number = limit > 1000 ? 1000 : 1; numbers.length < wanted && number < Math.min(limit, 32767); number++) {
    if (!taken.has(number)) {
      numbers.push(number);
    }
  }
  const where = Number.isFinite(limit) ? `, before rule ${limit}` : '';
  return {
    text: `add to ${set.label} an ${direction === 'in' ? 'inbound' : 'outbound'} entry that allows ${traffic(protocol, ports)} ${direction === 'in' ? 'from' : 'to'} ${ranges.join(', ')}${where}`,
    ruleSet: set.id,
    direction,
    protocol,
    ...(ports === undefined ? {} : { ports }),
    ranges,
    snippets: ranges.flatMap((range, index) =>
      (ports ?? [undefined]).map((port, at) =>
        isTerraform(set)
          ? terraformEntry(set, {
              direction,
              protocol,
              port,
              range,
              number: numbers[index * (ports?.length ?? 1) + at],
            })
          : {
              Type: 'AWS::EC2::NetworkAclEntry',
              Properties: {
                NetworkAclId: { Ref: set.label },
                RuleNumber: numbers[index * (ports?.length ?? 1) + at],
                RuleAction: 'allow',
                Egress: direction === 'out',
                Protocol: protocol,
                ...(port === undefined ? {} : { PortRange: { From: port.from, To: port.to } }),
                [range.includes(':') ? 'Ipv6CidrBlock' : 'CidrBlock']: range,
              },
            },
      ),
    ),
  };
}

/** A route to the internet as the tool has it that the table comes from. */
export function writeAwsRoute(table: Thing, gateway: Thing): Readonly<Record<string, unknown>> {
  return isTerraform(table)
    ? {
        resource: {
          aws_route: {
            internet: {
              route_table_id: reference(table),
              destination_cidr_block: '0.0.0.0/0',
              gateway_id: reference(gateway),
            },
          },
        },
      }
    : {
        Type: 'AWS::EC2::Route',
        Properties: {
          RouteTableId: { Ref: table.label },
          DestinationCidrBlock: '0.0.0.0/0',
          GatewayId: { Ref: gateway.label },
        },
      };
}

function isTerraform({ origin }: Thing): boolean {
  return origin.resource?.type.startsWith('aws_') === true;
}

interface Terraformed {
  readonly direction: RuleDirection;
  readonly protocol: number;
  readonly range: string;
}

function terraformRule(
  set: RuleSet,
  { direction, protocol, first, range }: Terraformed & { readonly first: PortRange | undefined },
): Readonly<Record<string, unknown>> {
  const id = `allow-${EC2_NAMES[protocol] ?? protocol}${first === undefined ? '' : `-${first.from}`}`;
  return {
    resource: {
      [direction === 'in' ? 'aws_vpc_security_group_ingress_rule' : 'aws_vpc_security_group_egress_rule']: {
        [id]: {
          security_group_id: reference(set),
          ip_protocol: EC2_NAMES[protocol] ?? String(protocol),
          ...(first === undefined ? {} : { from_port: first.from, to_port: first.to }),
          [range.includes(':') ? 'cidr_ipv6' : 'cidr_ipv4']: range,
        },
      },
    },
  };
}

function terraformEntry(
  set: RuleSet,
  {
    direction,
    protocol,
    port,
    range,
    number,
  }: Terraformed & { readonly port: PortRange | undefined; readonly number: number | undefined },
): Readonly<Record<string, unknown>> {
  const id = `allow-${EC2_NAMES[protocol] ?? protocol}-${direction}-${number}`;
  return {
    resource: {
      aws_network_acl_rule: {
        [id]: {
          network_acl_id: reference(set),
          rule_number: number,
          rule_action: 'allow',
          egress: direction === 'out',
          protocol: String(protocol),
          ...(port === undefined ? {} : { from_port: port.from, to_port: port.to }),
          [range.includes(':') ? 'ipv6_cidr_block' : 'cidr_block']: range,
        },
      },
    },
  };
}

/** How another resource of the same configuration refers to the set. */
function reference({ origin, label }: Thing): string {
  return `\${${origin.resource?.logicalId ?? label}.id}`;
}

function groupId(set: RuleSet): unknown {
  return set.origin.resource?.type === 'AWS::EC2::SecurityGroup' ? { 'Fn::GetAtt': [set.label, 'GroupId'] } : set.label;
}

function traffic(protocol: number, ports: Written['ports']): string {
  const text = (ports ?? []).map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
  const name = protocol === 6 ? 'TCP' : protocol === 17 ? 'UDP' : undefined;
  return name === undefined ? `IP protocol ${protocol}, without ports,` : `${name} ${text}`;
}
