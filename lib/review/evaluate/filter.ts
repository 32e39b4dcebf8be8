import {
  type Action,
  type AddressRange,
  type AddressSet,
  type Answer,
  addressSet,
  difference,
  intersection,
  isUnknown,
  type PortRange,
  Remainder,
  type Rule,
  type RuleDirection,
  type RulePorts,
  type RuleSet,
  Unknown,
} from '../model';
import { isVpnPort } from './vpn-flows';
import type { World } from './world';

/** Packets that a filter is asked about. They differ in the address at the far end only, and in the port where `ports` is a range. */
export interface Packets {
  readonly direction: RuleDirection;
  readonly protocol: number;
  /** Destination ports; left out for protocols that have none. */
  readonly ports?: readonly PortRange[];
  /** Source ports, all of which the packets may have; left out for protocols that have none. */
  readonly sourcePorts?: readonly PortRange[];
  readonly version: 4 | 6;
  /** Addresses at the far end. */
  readonly addresses: AddressSet;
  /** Which rules of a set are for the machine in question, and whether the near end fits. Left out: all are. */
  readonly concerns?: (rule: Rule) => Answer;
}

/** What a filter does to some of the packets. */
export interface Decision {
  readonly addresses: AddressSet;
  readonly action: Action | 'unknown';
  /** The rule that decides, or that would have to be known; left out where no rule fits and the default decides. */
  readonly rule?: Rule;
  /** Why it is open, where it is. */
  readonly open?: string;
  /** The destination ports that it is about, where it is not about all that were asked about. */
  readonly ports?: PortRange;
}

/**
 * What rule sets that decide together (the security groups of an interface; any other filter is alone) do to packets. Every
 * address asked about is in exactly one decision: addresses are split where rules split them, and none is sampled.
 */
export function decide(sets: readonly RuleSet[], packets: Packets, world: World): readonly Decision[] {
  const asked = packets.ports;
  if (asked === undefined) {
    return decideAt(sets, packets, undefined, world);
  }
  const parts = asked.flatMap((range) => elementary(sets, packets, range, world));
  if (parts.length > MOST_PORT_RANGES) {
    const why = `its rules part the ports into more than ${MOST_PORT_RANGES} ranges, which are not looked at one by one`;
    return [unknownFor(packets.addresses, new Unknown(why))];
  }
  const [first, ...rest] = parts.map((range) => ({ range, decisions: decideAt(sets, packets, range, world) }));
  if (first === undefined) {
    return [];
  }
  return rest.reduce<readonly Decision[]>(
    (worst, { range, decisions }) => worse(worst, decisions, range),
    rest.length === 0 ? first.decisions : first.decisions.map((one) => ({ ...one, ports: first.range })),
  );
}

/**
 * What rule sets do that decide one after the other (the firewall of a VPC network and its policies): what one does not decide
 * goes on to the next, and the default of the cloud comes after all of them.
 */
export function decideInTurn(sets: readonly RuleSet[], packets: Packets, world: World): readonly Decision[] {
  const decisions: Decision[] = [];
  const defaults: Decision[] = [];
  let rest = packets.addresses;
  for (const set of sets) {
    const on: AddressSet[] = [];
    for (const decision of rest.length === 0 ? [] : decide([set], { ...packets, addresses: rest }, world)) {
      const isDefault = decision.rule === undefined ? decision.open === undefined : decision.rule.origin === set.origin;
      if (decision.action === 'next' || (isDefault && decision.action !== 'unknown')) {
        on.push(decision.addresses);
        defaults.push(decision);
      } else {
        decisions.push(decision);
      }
    }
    rest = addressSet(on.flat());
  }
  for (const decision of defaults.filter(({ action }) => action !== 'next')) {
    const addresses = intersection(rest, decision.addresses);
    if (addresses.length > 0) {
      decisions.push({ ...decision, addresses });
      rest = difference(rest, addresses);
    }
  }
  return rest.length === 0
    ? decisions
    : [...decisions, { addresses: rest, action: packets.direction === 'in' ? 'deny' : 'allow' }];
}

/**
 * Each range of ports is decided about by itself. No cloud takes as many rules as would part the ports into so many: a
 * network ACL has 40 entries at most.
 */
const MOST_PORT_RANGES = 1000;

/** The ports of a range, split where a rule of the sets begins or ends. */
function elementary(sets: readonly RuleSet[], packets: Packets, range: PortRange, world: World): PortRange[] {
  if (range.from === range.to) {
    return [range];
  }
  const starts = new Set([range.from]);
  for (const set of sets) {
    for (const { protocol, ports } of world.rulesFor(set, packets.direction, packets.protocol)) {
      if ((protocol === packets.protocol || protocol === 'any') && Array.isArray(ports)) {
        for (const { from, to } of ports as readonly PortRange[]) {
          starts.add(from).add(to + 1);
        }
      }
    }
  }
  const sorted = [...starts].filter((start) => start >= range.from && start <= range.to).sort((a, b) => a - b);
  return sorted.map((from, index) => ({ from, to: (sorted[index + 1] ?? range.to + 1) - 1 }));
}

const SEVERITY: Readonly<Record<Decision['action'], number>> = { allow: 0, next: 1, unknown: 2, deny: 3 };

/** For each address the worse of two answers: all ports must pass. Both answer about the same addresses. */
function worse(a: readonly Decision[], b: readonly Decision[], ports: PortRange): Decision[] {
  const [ones, others] = [inOrder(a), inOrder(b)];
  const parts = new Map<Decision, AddressRange[]>();
  const changed = new Map<Decision, Decision>();
  for (let i = 0, j = 0; i < ones.length && j < others.length; ) {
    const [one, other] = [ones[i] as Ranged, others[j] as Ranged];
    const [common] = intersection([one.range], [other.range]);
    if (common !== undefined) {
      let decision = one.decision;
      if (SEVERITY[other.decision.action] > SEVERITY[one.decision.action]) {
        decision = changed.get(other.decision) ?? { ...other.decision, ports };
        changed.set(other.decision, decision);
      }
      const ranges = parts.get(decision);
      if (ranges === undefined) {
        parts.set(decision, [common]);
      } else {
        ranges.push(common);
      }
    }
    if (one.range.last < other.range.last) {
      i++;
    } else {
      j++;
    }
  }
  return [...parts].map(([decision, ranges]) => ({ ...decision, addresses: addressSet(ranges) }));
}

interface Ranged {
  readonly range: AddressRange;
  readonly decision: Decision;
}

function inOrder(decisions: readonly Decision[]): readonly Ranged[] {
  return decisions
    .flatMap((decision) => decision.addresses.map((range) => ({ range, decision })))
    .sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
}

interface Doubt {
  readonly addresses: AddressSet;
  readonly action: Action;
  readonly rule: Rule;
  readonly why: string;
}

function decideAt(
  sets: readonly RuleSet[],
  packets: Packets,
  ports: PortRange | undefined,
  world: World,
): readonly Decision[] {
  const { direction, version, concerns } = packets;
  const decisions: Decision[] = [];
  const doubts: Doubt[] = [];
  const left = new Remainder(packets.addresses);
  const isVpn =
    ports === undefined
      ? packets.protocol !== 6 && packets.protocol !== 17
      : ports.from === ports.to && isVpnPort(packets.protocol, ports.from, ports.to);
  for (const set of sets) {
    for (const rule of world.rulesFor(set, direction, packets.protocol, isVpn)) {
      if (left.isEmpty) {
        break;
      }
      const fit = both(
        both(fits(rule, packets.protocol, ports), fitsSource(rule, packets.sourcePorts)),
        concerns?.(rule) ?? 'yes',
      );
      if (fit === 'no') {
        continue;
      }
      const { certain, perhaps } = world.addressesOf(rule, version);
      const isOpen = fit === 'unknown' || rule.condition !== undefined || isUnknown(rule.order);
      const maybe = isOpen ? addressSet([...certain, ...perhaps]) : perhaps;
      const inDoubt = maybe.length === 0 ? maybe : left.of(maybe);
      if (inDoubt.length > 0) {
        doubts.push({ addresses: inDoubt, action: rule.action, rule, why: whyOpen(rule) });
      }
      const hit = isOpen ? [] : left.take(certain);
      if (hit.length > 0) {
        decisions.push({ addresses: hit, action: rule.action, rule });
      }
    }
  }
  if (!left.isEmpty) {
    decisions.push(byDefault(sets, direction, left.rest));
  }
  const missing = sets.find(
    ({ incomplete, semantics }) => incomplete !== undefined && semantics.decides !== 'any-allow',
  );
  return doubted(missing === undefined ? decisions : [unknownFor(packets.addresses, missing.incomplete)], doubts);
}

function byDefault(sets: readonly RuleSet[], direction: RuleDirection, addresses: AddressSet): Decision {
  const incomplete = sets.find((set) => set.incomplete !== undefined)?.incomplete;
  return incomplete === undefined
    ? { addresses, action: sets[0]?.semantics.otherwise[direction] ?? 'deny' }
    : unknownFor(addresses, incomplete);
}

function unknownFor(addresses: AddressSet, why: Unknown | undefined): Decision {
  return { addresses, action: 'unknown', ...(why === undefined ? {} : { open: why.why }) };
}

/** Where a rule that may fit would have decided otherwise, nothing is known. */
function doubted(decisions: readonly Decision[], doubts: readonly Doubt[]): readonly Decision[] {
  let result = decisions;
  for (const doubt of doubts) {
    result = result.flatMap((decision): Decision[] => {
      if (decision.action === doubt.action || decision.action === 'unknown') {
        return [decision];
      }
      const open = intersection(decision.addresses, doubt.addresses);
      if (open.length === 0) {
        return [decision];
      }
      const sure = difference(decision.addresses, open);
      return [
        ...(sure.length === 0 ? [] : [{ ...decision, addresses: sure }]),
        { addresses: open, action: 'unknown', rule: doubt.rule, open: doubt.why },
      ];
    });
  }
  return result;
}

/** Whether a rule fits packets by protocol and port, whoever they come from. */
export function fits(rule: Rule, protocol: number, ports: PortRange | undefined): Answer {
  if (isUnknown(rule.protocol)) {
    return 'unknown';
  }
  if (typeof rule.protocol === 'object') {
    // A name that the API does not take: it is refused, or taken for what it means elsewhere, and for nothing else.
    const meant = meaningOf(rule.protocol.name);
    return meant === undefined || meant === protocol ? 'unknown' : 'no';
  }
  if (rule.protocol !== 'any' && rule.protocol !== protocol) {
    return 'no';
  }
  return rule.ports === 'any' || ports === undefined ? 'yes' : covers(rule.ports, ports);
}

/** Whether a rule fits packets by their source ports. Where it fits some of them, it is open which one a client has. */
function fitsSource({ sourcePorts = 'any' }: Rule, asked: readonly PortRange[] | undefined): Answer {
  if (sourcePorts === 'any' || asked === undefined) {
    return 'yes';
  }
  if (isUnknown(sourcePorts)) {
    return 'unknown';
  }
  if (asked.every((range) => covers(sourcePorts, range) === 'yes')) {
    return 'yes';
  }
  const meets = asked.some(({ from, to }) => sourcePorts.some((range) => range.from <= to && from <= range.to));
  return meets ? 'unknown' : 'no';
}

const MEANINGS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, esp: 50, ah: 51 };

function meaningOf(name: string): number | undefined {
  return MEANINGS[name.toLowerCase()] ?? (/^\d+$/.test(name) ? Number(name) : undefined);
}

function covers(rule: RulePorts, { from, to }: PortRange): Answer {
  if (rule === 'any' || isUnknown(rule)) {
    return rule === 'any' ? 'yes' : 'unknown';
  }
  return rule.some((range) => range.from <= from && to <= range.to) ? 'yes' : 'no';
}

function both(a: Answer, b: Answer): Answer {
  return a === 'no' || b === 'no' ? 'no' : a === 'yes' && b === 'yes' ? 'yes' : 'unknown';
}

function whyOpen({ condition, order, protocol, ports, sourcePorts, peers }: Rule): string {
  const open = [condition, order, protocol, ports, sourcePorts, ...(peers === 'any' ? [] : peers)].find((part) =>
    isUnknown(part),
  );
  if (open instanceof Unknown) {
    return open.why;
  }
  if (sourcePorts !== undefined && sourcePorts !== 'any') {
    return 'the rule names source ports, and which port a client sends from is its own choice';
  }
  return typeof protocol === 'object' && 'name' in protocol
    ? `the rule names protocol ${JSON.stringify(protocol.name)}, which the API does not take`
    : 'whom the rule is for is known at deployment';
}
