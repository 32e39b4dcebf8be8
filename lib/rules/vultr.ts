import { VULTR } from '../network/vultr';
import { inboundPassages, perRange, type RuleOptions, type Rules, rulesOf, spelled, withPort } from './request';

/** A `vultr_firewall_rule`, without its `firewallGroupId`. */
export interface VultrRule {
  readonly ipType: 'v4' | 'v6';
  /** In small letters, or the provider refuses it. */
  readonly protocol: 'tcp' | 'udp' | 'gre' | 'esp';
  /** The address of the range, without its length. */
  readonly subnet: string;
  readonly subnetSize: number;
  /** None with `gre` and `esp`. */
  readonly port?: string;
  readonly notes: string;
}

const PROTOCOLS = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp' } as const;

/**
 * Rules of a Vultr firewall group. They are about what arrives; what leaves is not filtered.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function vultrRules(options: RuleOptions): Rules<VultrRule> {
  const passages = inboundPassages({ functionName: 'vultrRules', filter: VULTR.FIREWALL }, options);
  return rulesOf(perRange(passages), ({ flow, range, description }) => ({
    ipType: range.version === 4 ? 'v4' : 'v6',
    protocol: spelled(PROTOCOLS, flow),
    subnet: range.address(0),
    subnetSize: range.prefixLength,
    ...withPort(flow, (port) => ({ port: String(port) })),
    notes: description,
  }));
}
