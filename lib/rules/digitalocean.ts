import { DIGITALOCEAN } from '../network/digitalocean';
import { inboundPassages, type RuleOptions, type Rules, rulesOf, spelled } from './request';

/** An `inbound_rule` of `digitalocean_firewall`. */
export interface DigitalOceanRule {
  readonly protocol: 'tcp' | 'udp';
  readonly portRange: string;
  readonly sourceAddresses: string[];
}

const PROTOCOLS = { 6: 'tcp', 17: 'udp' } as const;

/**
 * Inbound rules of a DigitalOcean Cloud Firewall: `inboundRule: Object.values(digitalOceanRules({ ... }))`.
 *
 * @throws RefusalError `GRE_NOT_A_RULE_PROTOCOL`, so PPTP; `ESP_NOT_A_RULE_PROTOCOL`
 * @throws InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function digitalOceanRules(options: RuleOptions): Rules<DigitalOceanRule> {
  const passages = inboundPassages({ functionName: 'digitalOceanRules', filter: DIGITALOCEAN.FIREWALL }, options);
  return rulesOf(passages, ({ flow, ranges }) => ({
    protocol: spelled(PROTOCOLS, flow),
    portRange: String(flow.port),
    sourceAddresses: ranges.map(({ cidr }) => cidr),
  }));
}
