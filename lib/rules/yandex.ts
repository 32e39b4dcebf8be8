import { YANDEX } from '../network/yandex';
import { inboundPassages, type RuleOptions, type Rules, rulesOf, spelled, withPort } from './request';

/** A `yandex_vpc_security_group_rule`, without its `securityGroupBinding`. */
export interface YandexRule {
  readonly direction: 'ingress';
  /** Never ANY, which opens everything. */
  readonly protocol: 'TCP' | 'UDP';
  readonly port?: number;
  readonly v4CidrBlocks: string[];
  readonly description: string;
}

const PROTOCOLS = { 6: 'TCP', 17: 'UDP' } as const;
const ipv4Because = 'networks of Yandex Cloud carry IPv4 only';

/**
 * Inbound rules of a security group of Yandex Cloud.
 *
 * @throws RefusalError `RULE_WOULD_OPEN_EVERYTHING` for PPTP and for ESP
 * @throws InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function yandexRules(options: RuleOptions): Rules<YandexRule> {
  const target = { functionName: 'yandexRules', filter: YANDEX.SECURITY_GROUP, ipv4Because };
  return rulesOf(inboundPassages(target, options), ({ flow, ranges, description }) => ({
    direction: 'ingress',
    protocol: spelled(PROTOCOLS, flow),
    ...withPort(flow, (port) => ({ port })),
    v4CidrBlocks: ranges.map(({ cidr }) => cidr),
    description,
  }));
}
