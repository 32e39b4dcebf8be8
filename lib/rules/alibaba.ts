import { ALIBABA } from '../network/alibaba';
import { type DirectedRuleOptions, perRange, type Rules, rulesOf, spelled, statefulPassages } from './request';

/** An `alicloud_security_group_rule`, without its `securityGroupId`. */
export interface AlibabaRule {
  readonly type: 'ingress' | 'egress';
  readonly ipProtocol: 'tcp' | 'udp' | 'gre';
  /** The port twice; `-1/-1` with `gre`, where the service takes nothing else. */
  readonly portRange: `${number}/${number}`;
  /** The only one that groups of a VPC take; it is about traffic of the internet too. */
  readonly nicType: 'intranet';
  readonly policy: 'accept';
  readonly cidrIp?: string;
  readonly ipv6CidrIp?: string;
  readonly description: string;
}

const PROTOCOLS = { 6: 'tcp', 17: 'udp', 47: 'gre' } as const;

/**
 * Rules of a security group of Alibaba Cloud, in a VPC.
 *
 * @throws RefusalError `ESP_NOT_A_RULE_PROTOCOL`
 * @throws InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function alibabaRules(options: DirectedRuleOptions): Rules<AlibabaRule> {
  const passages = statefulPassages({ functionName: 'alibabaRules', filter: ALIBABA.SECURITY_GROUP }, options);
  return rulesOf(perRange(passages), ({ flow, direction, range, description }) => ({
    type: direction === 'to-gateway' ? 'ingress' : 'egress',
    ipProtocol: spelled(PROTOCOLS, flow),
    portRange: flow.port === undefined ? '-1/-1' : `${flow.port}/${flow.port}`,
    nicType: 'intranet',
    policy: 'accept',
    ...(range.version === 4 ? { cidrIp: range.cidr } : { ipv6CidrIp: range.cidr }),
    description,
  }));
}
