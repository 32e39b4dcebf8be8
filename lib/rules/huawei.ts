import { HUAWEI } from '../network/huawei';
import {
  type DirectedRuleOptions,
  perRange,
  type Rules,
  rulesOf,
  spelled,
  statefulPassages,
  withPort,
} from './request';

/** A `huaweicloud_networking_secgroup_rule`, without its `securityGroupId`. */
export interface HuaweiRule {
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  /** GRE and ESP as a number, which the provider takes and its page does not mention. */
  readonly protocol: 'tcp' | 'udp' | '47' | '50';
  /** None with `47` and `50`. In these two and not in `ports`, which not every region has. */
  readonly portRangeMin?: number;
  readonly portRangeMax?: number;
  readonly remoteIpPrefix: string;
  readonly description: string;
}

const PROTOCOLS = { 6: 'tcp', 17: 'udp', 47: '47', 50: '50' } as const;

/**
 * Rules of a security group of Huawei Cloud. That `47` passes GRE is not documented: try one call before relying on it.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function huaweiRules(options: DirectedRuleOptions): Rules<HuaweiRule> {
  const passages = statefulPassages({ functionName: 'huaweiRules', filter: HUAWEI.SECURITY_GROUP }, options);
  return rulesOf(perRange(passages), ({ flow, direction, range, description }) => ({
    direction: direction === 'to-gateway' ? 'ingress' : 'egress',
    ethertype: range.version === 4 ? 'IPv4' : 'IPv6',
    protocol: spelled(PROTOCOLS, flow),
    ...withPort(flow, (port) => ({ portRangeMin: port, portRangeMax: port })),
    remoteIpPrefix: range.cidr,
    description,
  }));
}
