import { LINODE } from '../network/linode';
import { inboundPassages, type RuleOptions, type Rules, rulesOf, spelled } from './request';

/** An `inbound` block of `linode_firewall`. */
export interface LinodeRule {
  readonly label: string;
  readonly action: 'ACCEPT';
  readonly protocol: 'TCP' | 'UDP';
  readonly ports: string;
  readonly ipv4?: string[];
  readonly ipv6?: string[];
  readonly description: string;
}

const PROTOCOLS = { 6: 'TCP', 17: 'UDP' } as const;

/**
 * Inbound rules of a Linode (Akamai) Cloud Firewall, for an `inboundPolicy` of `DROP`:
 * `inbound: Object.values(linodeRules({ ... }))`.
 *
 * @throws RefusalError `GRE_NOT_A_RULE_PROTOCOL`, so PPTP; `ESP_NOT_A_RULE_PROTOCOL`
 * @throws InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function linodeRules(options: RuleOptions): Rules<LinodeRule> {
  const passages = inboundPassages({ functionName: 'linodeRules', filter: LINODE.FIREWALL }, options);
  return rulesOf(passages, ({ id, flow, ranges, description }) => {
    const of = (version: 4 | 6) => ranges.filter((range) => range.version === version).map(({ cidr }) => cidr);
    const [ipv4, ipv6] = [of(4), of(6)];
    return {
      label: id,
      action: 'ACCEPT',
      protocol: spelled(PROTOCOLS, flow),
      ports: String(flow.port),
      ...(ipv4.length > 0 ? { ipv4 } : {}),
      ...(ipv6.length > 0 ? { ipv6 } : {}),
      description,
    };
  });
}
