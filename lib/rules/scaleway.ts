import { SCALEWAY } from '../network/scaleway';
import { inboundPassages, perRange, type RuleOptions, type Rules, rulesOf, spelled, withPort } from './request';

/** An `inbound_rule` of `scaleway_instance_security_group` or `scaleway_instance_security_group_rules`. */
export interface ScalewayRule {
  readonly action: 'accept';
  /** Never ANY, which opens everything. */
  readonly protocol: 'TCP' | 'UDP';
  readonly port?: number;
  readonly ipRange: string;
}

const PROTOCOLS = { 6: 'TCP', 17: 'UDP' } as const;

/**
 * Inbound rules of a security group of Scaleway, for an `inboundDefaultPolicy` of `drop`:
 * `inboundRule: Object.values(scalewayRules({ ... }))`.
 *
 * @throws RefusalError `RULE_WOULD_OPEN_EVERYTHING` for PPTP and for ESP
 * @throws InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function scalewayRules(options: RuleOptions): Rules<ScalewayRule> {
  const passages = inboundPassages({ functionName: 'scalewayRules', filter: SCALEWAY.SECURITY_GROUP }, options);
  return rulesOf(perRange(passages), ({ flow, range }) => ({
    action: 'accept',
    protocol: spelled(PROTOCOLS, flow),
    ...withPort(flow, (port) => ({ port })),
    ipRange: range.cidr,
  }));
}
