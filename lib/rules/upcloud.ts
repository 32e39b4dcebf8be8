import { UPCLOUD } from '../network/upcloud';
import {
  firstReplyPort,
  perRange,
  type RuleOptions,
  type Rules,
  rulesOf,
  spelled,
  statelessPassages,
  withPort,
} from './request';

/** A `firewall_rule` of `upcloud_firewall_rules`. */
export interface UpCloudRule {
  readonly action: 'accept';
  readonly direction: 'in' | 'out';
  readonly family: 'IPv4' | 'IPv6';
  /** Never empty, which opens everything. */
  readonly protocol: 'tcp' | 'udp';
  /** With `in`. */
  readonly sourceAddressStart?: string;
  readonly sourceAddressEnd?: string;
  /** With `out`. */
  readonly destinationAddressStart?: string;
  readonly destinationAddressEnd?: string;
  readonly destinationPortStart?: string;
  readonly destinationPortEnd?: string;
  /** With `out`: the port from which the gateway answers. */
  readonly sourcePortStart?: string;
  readonly sourcePortEnd?: string;
  readonly comment: string;
}

const PROTOCOLS = { 6: 'tcp', 17: 'udp' } as const;

/**
 * Rules of the firewall of an UpCloud server: `firewallRule: [...Object.values(upCloudRules({ ... })), ...]`, before the
 * default rules that drop the rest. It keeps no state, so that every flow gets a rule in each direction; the one for the
 * answers matters where the default rule drops what leaves.
 *
 * @throws RefusalError `RULE_WOULD_OPEN_EVERYTHING` for PPTP and for ESP
 * @throws InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function upCloudRules(options: RuleOptions): Rules<UpCloudRule> {
  const passages = statelessPassages({ functionName: 'upCloudRules', filter: UPCLOUD.FIREWALL }, options);
  return rulesOf(perRange(passages), ({ flow, direction, range, description }) => {
    const inbound = direction === 'to-gateway';
    const [first, last] = [range.address(0), range.address(range.size - 1n)];
    return {
      action: 'accept',
      direction: inbound ? 'in' : 'out',
      family: range.version === 4 ? 'IPv4' : 'IPv6',
      protocol: spelled(PROTOCOLS, flow),
      ...(inbound
        ? { sourceAddressStart: first, sourceAddressEnd: last }
        : { destinationAddressStart: first, destinationAddressEnd: last }),
      ...withPort<Partial<UpCloudRule>>(flow, (port) =>
        inbound
          ? { destinationPortStart: String(port), destinationPortEnd: String(port) }
          : {
              sourcePortStart: String(port),
              sourcePortEnd: String(port),
              destinationPortStart: String(firstReplyPort(flow, port)),
              destinationPortEnd: '65535',
            },
      ),
      comment: description,
    };
  });
}
