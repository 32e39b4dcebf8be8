import { invalid } from '../errors';
import { OVH } from '../network/ovh';
import { inboundPassages, perRange, type RuleOptions, type Rules, rulesOf, spelled, withPort } from './request';

/** An `ovh_ip_firewall_rule`, without its `ip` and `ipOnFirewall`. */
export interface OvhEdgeFirewallRule {
  /** Its place in the list, 0 to 19: the first rule that fits decides. */
  readonly sequence: number;
  readonly action: 'permit';
  readonly protocol: 'tcp' | 'udp' | 'gre' | 'esp';
  readonly source: string;
  /** None with `gre` and `esp`. */
  readonly destinationPort?: number;
}

/** Options of `ovhEdgeFirewallRules`. */
export interface OvhEdgeFirewallRuleOptions extends RuleOptions {
  /**
   * The sequence of the first rule; the others follow it. The rules must end before 19, which is left to a rule that
   * denies the rest.
   *
   * @default 0
   */
  readonly firstSequence?: number;
}

const PROTOCOLS = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp' } as const;

/** The last place, which a rule needs that denies the rest. */
const LAST_SEQUENCE = 19;

/**
 * Rules of OVHcloud's Edge Network Firewall, which filters what comes from outside of OVHcloud to one IPv4 address. A rule
 * with the sequence 19, action `deny` and protocol `ipv4` is yours to add, and before it one that permits the answers to
 * what the machine itself asks for: the firewall keeps no state. For the security group of OVHcloud Public Cloud see
 * `openstackRules`.
 *
 * @throws InvalidInputError `EDGE_FIREWALL_SEQUENCE`, and see `RuleOptions` and docs/rules.md
 */
export function ovhEdgeFirewallRules(options: OvhEdgeFirewallRuleOptions): Rules<OvhEdgeFirewallRule> {
  const functionName = 'ovhEdgeFirewallRules';
  const ipv4Because = "OVHcloud's Edge Network Firewall filters IPv4 addresses only";
  const passages = perRange(inboundPassages({ functionName, filter: OVH.EDGE_NETWORK_FIREWALL, ipv4Because }, options));
  const { firstSequence = 0 } = options;
  const room = LAST_SEQUENCE - passages.length;
  if (!Number.isInteger(firstSequence) || firstSequence < 0 || firstSequence > room) {
    invalid({
      code: 'EDGE_FIREWALL_SEQUENCE',
      what: `${passages.length} rules from ${firstSequence} on do not fit into the Edge Network Firewall`,
      got: firstSequence,
      allowed: `sequences 0 to ${LAST_SEQUENCE - 1}, one for each flow and client range, and ${LAST_SEQUENCE} for a rule that denies the rest`,
      instead: room < 0 ? 'fewer, broader client ranges' : `firstSequence: 0${room > 0 ? `, or up to ${room}` : ''}`,
    });
  }
  return rulesOf(passages, ({ flow, range }, index) => ({
    sequence: firstSequence + index,
    action: 'permit',
    protocol: spelled(PROTOCOLS, flow),
    source: range.cidr,
    ...withPort(flow, (port) => ({ destinationPort: port })),
  }));
}
