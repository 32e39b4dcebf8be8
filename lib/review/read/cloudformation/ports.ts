import { type PortRange, type RulePorts, type RuleProtocol, Unknown } from '../../model';
import type { Resolver } from './resolver';

/** Whether a protocol has ports. */
const HAS_PORTS = new Set([6, 17]);

/** Where a protocol has no ports, whatever is written there means nothing (ICMP types aside, which no question is about). */
export function portsOf(from: unknown, to: unknown, protocol: RuleProtocol, resolver: Resolver): RulePorts {
  if (typeof protocol !== 'number' || !HAS_PORTS.has(protocol)) {
    return 'any';
  }
  const first = typeof from === 'number' ? from : resolver.number(from);
  const last = typeof to === 'number' ? to : resolver.number(to);
  if (first === undefined || last === undefined) {
    return first === undefined && last === undefined ? 'any' : new Unknown('the rule has one end of a port range only');
  }
  if (first instanceof Unknown || last instanceof Unknown) {
    return first instanceof Unknown ? first : (last as Unknown);
  }
  return first === -1 ? 'any' : portRange(first, last);
}

const SINGLE: (readonly PortRange[])[] = [];
const RANGES = new Map<number, readonly PortRange[]>();

/** One object for each range of ports, however many rules have it. */
function portRange(from: number, to: number): readonly PortRange[] {
  const key = from * 65536 + to;
  // Most rules by far are for one port.
  const known = from === to ? SINGLE[from] : RANGES.get(key);
  if (known !== undefined) {
    return known;
  }
  const range = [{ from, to }];
  if (from === to && Number.isInteger(from) && from >= 0 && from <= 65535) {
    SINGLE[from] = range;
  } else if (RANGES.size < 10_000) {
    RANGES.set(key, range);
  }
  return range;
}
