import type { NetworkElement } from '../network/element';
import { OPEN_TELEKOM_CLOUD } from '../network/open-telekom-cloud';
import { OPENSTACK } from '../network/openstack';
import {
  type DirectedRuleOptions,
  perRange,
  type Rules,
  rulesOf,
  spelled,
  statefulPassages,
  withPort,
} from './request';

/**
 * An `openstack_networking_secgroup_rule_v2` or `opentelekomcloud_networking_secgroup_rule_v2`, without its
 * `securityGroupId`.
 */
export interface NeutronRule {
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  /** Never empty, which would mean every protocol. */
  readonly protocol: 'tcp' | 'udp' | 'gre' | 'esp';
  /** None with `gre` and `esp`. */
  readonly portRangeMin?: number;
  readonly portRangeMax?: number;
  readonly remoteIpPrefix: string;
  readonly description: string;
}

const PROTOCOLS = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp' } as const;

/**
 * Rules of a security group of OpenStack, and so of OVHcloud Public Cloud and other clouds that run it.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function openstackRules(options: DirectedRuleOptions): Rules<NeutronRule> {
  return neutronRules('openstackRules', OPENSTACK.SECURITY_GROUP, options);
}

/**
 * Rules of a security group of Open Telekom Cloud.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function openTelekomCloudRules(options: DirectedRuleOptions): Rules<NeutronRule> {
  return neutronRules('openTelekomCloudRules', OPEN_TELEKOM_CLOUD.SECURITY_GROUP, options);
}

function neutronRules(functionName: string, filter: NetworkElement, options: DirectedRuleOptions): Rules<NeutronRule> {
  const passages = perRange(statefulPassages({ functionName, filter }, options));
  return rulesOf(passages, ({ flow, direction, range, description }) => ({
    direction: direction === 'to-gateway' ? 'ingress' : 'egress',
    ethertype: range.version === 4 ? 'IPv4' : 'IPv6',
    protocol: spelled(PROTOCOLS, flow),
    ...withPort(flow, (port) => ({ portRangeMin: port, portRangeMax: port })),
    remoteIpPrefix: range.cidr,
    description,
  }));
}
