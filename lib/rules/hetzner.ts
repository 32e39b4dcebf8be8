import { HETZNER } from '../network/hetzner';
import { type DirectedRuleOptions, type Rules, rulesOf, spelled, statefulPassages, withPort } from './request';

/** A `rule` of `hcloud_firewall`. */
export interface HetznerRule {
  readonly direction: 'in' | 'out';
  readonly protocol: 'tcp' | 'udp' | 'gre' | 'esp';
  /** One port as text; none with `gre` and `esp`. */
  readonly port?: string;
  /** With `in`. */
  readonly sourceIps?: string[];
  /** With `out`. */
  readonly destinationIps?: string[];
  readonly description: string;
}

const PROTOCOLS = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp' } as const;

/**
 * Rules of a Hetzner Cloud Firewall: `rule: Object.values(hetznerRules({ ... }))`.
 *
 * Without outbound rules a firewall lets everything out; the first one closes the rest.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function hetznerRules(options: DirectedRuleOptions): Rules<HetznerRule> {
  const passages = statefulPassages({ functionName: 'hetznerRules', filter: HETZNER.FIREWALL }, options);
  return rulesOf(passages, ({ flow, direction, ranges, description }) => {
    const clients = ranges.map(({ cidr }) => cidr);
    return {
      direction: direction === 'to-gateway' ? 'in' : 'out',
      protocol: spelled(PROTOCOLS, flow),
      ...withPort(flow, (port) => ({ port: String(port) })),
      ...(direction === 'to-gateway' ? { sourceIps: clients } : { destinationIps: clients }),
      description,
    };
  });
}
