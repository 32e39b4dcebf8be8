import { Flow, IpProtocol, type IpProtocolNumber } from '../flows';
import type { Answers, Hop, Passage, Verdict } from './evaluate';
import { VPN_FLOWS, walk } from './evaluate';
import {
  type AddressSet,
  addressSet,
  difference,
  everyAddress,
  intersection,
  isKnown,
  type Machine,
  type Origin,
  type PortRange,
  type RulePorts,
  type RuleSet,
} from './model';

/** Clients for whom something changed on the way to a machine. */
export interface Difference {
  /** As it is now; where it is gone, as it was. */
  readonly machine: Machine;
  /** What changed: `TCP 1723`, `UDP 1024-65535`, `GRE (IP protocol 47)`. */
  readonly traffic: string;
  readonly clients: AddressSet;
  /** `absent`: there was, or is, no such machine. */
  readonly before: Verdict | 'absent';
  readonly after: Verdict | 'absent';
  /** What decides now. */
  readonly because: string;
  readonly origin?: Origin;
}

/** What two versions of the same files differ in, in terms of packets. */
export interface Comparison {
  /** What reaches a machine and comes back now, and did not before. */
  readonly reachable: readonly Difference[];
  /** What did before, and does not now. */
  readonly unreachable: readonly Difference[];
  /** What nobody can tell now, and was known before. */
  readonly undecided: readonly Difference[];
}

/** A protocol, or ports of one, of which every packet has the same answer in both versions. */
interface Traffic {
  readonly protocol: IpProtocolNumber;
  readonly ports?: PortRange;
}

/**
 * Compares what reaches every machine: TCP and UDP on every port, GRE and ESP, from every address. What clouds do to other
 * protocols is not known here. Machines are the same by their id, or else by the path of their construct.
 */
export function compare(before: Answers, after: Answers): Comparison {
  const old = new Map(before.world.estate.all('machine').map((machine) => [machine.id, machine]));
  const byPath = new Map([...old.values()].map((machine) => [machine.origin.resource?.constructPath, machine]));
  const found: Difference[] = [];
  for (const machine of after.world.estate.all('machine')) {
    const path = machine.origin.resource?.constructPath;
    const same = old.get(machine.id) ?? (path === undefined ? undefined : byPath.get(path));
    if (same !== undefined) {
      old.delete(same.id);
    }
    found.push(...differences({ answers: before, machine: same }, { answers: after, machine }, machine));
  }
  for (const gone of old.values()) {
    found.push(...differences({ answers: before, machine: gone }, { answers: after, machine: undefined }, gone));
  }
  return {
    reachable: found.filter((one) => one.after === 'passes'),
    unreachable: found.filter(({ before: was, after: is }) => was === 'passes' && (is === 'drops' || is === 'absent')),
    undecided: found.filter((one) => one.after === 'unknown'),
  };
}

/** A machine in one version. */
interface Side {
  readonly answers: Answers;
  readonly machine: Machine | undefined;
}

function differences(before: Side, after: Side, machine: Machine): Difference[] {
  return ([4, 6] as const).flatMap((version) => {
    const found: (Difference & { readonly part: Traffic })[] = [];
    for (const part of trafficOf([before, after])) {
      const flow = Flow.written(part.protocol, part.ports?.from);
      const [was, is] = [picture(before, flow, version), picture(after, flow, version)];
      for (const piece of is) {
        for (const past of was) {
          const clients = intersection(piece.clients, past.clients);
          if (clients.length > 0 && past.verdict !== piece.verdict) {
            found.push({
              machine,
              part,
              traffic: '',
              clients,
              before: past.verdict,
              after: piece.verdict,
              because: piece.because,
              ...(piece.origin === undefined ? {} : { origin: piece.origin }),
            });
          }
        }
      }
    }
    return joined(found);
  });
}

/** What becomes of a flow of some clients, and what decides it. */
interface Piece {
  readonly clients: AddressSet;
  readonly verdict: Verdict | 'absent';
  readonly because: string;
  readonly origin?: Origin | undefined;
}

/** What becomes of a flow of everybody, by whichever way carries most: every client is in one piece. */
function picture({ answers, machine }: Side, flow: Flow, version: 4 | 6): readonly Piece[] {
  let rest: AddressSet = [everyAddress(version)];
  if (machine === undefined) {
    return [{ clients: rest, verdict: 'absent', because: 'The machine is there no more.' }];
  }
  const pieces: Piece[] = [];
  const ways = answers.waysTo(machine).filter((way) => way.version === version);
  // Not by way of what answers keep: nobody asks about these flows again.
  const passages = ways.flatMap((way) => walk(way, flow, [everyAddress(version)]));
  for (const verdict of ['passes', 'unknown', 'drops'] as const) {
    for (const passage of passages.filter((one) => one.verdict === verdict)) {
      const clients = intersection(passage.clients, rest);
      if (clients.length > 0) {
        rest = difference(rest, clients);
        const hop = deciding(passage);
        pieces.push({ clients, verdict, because: hop?.because ?? '', origin: hop?.origin ?? machine.origin });
      }
    }
  }
  return rest.length === 0
    ? pieces
    : [...pieces, { clients: rest, verdict: 'drops', because: 'No way leads to the machine.', origin: machine.origin }];
}

/** The first hop that does not let the packets through; where all do, the last whose rule lets them in. */
function deciding({ hops, verdict }: Passage): Hop | undefined {
  return verdict === 'passes'
    ? hops.findLast(({ rule, direction }) => rule !== undefined && direction === 'to-gateway')
    : hops.find((hop) => hop.verdict === verdict);
}

/** Everything that packets to either version of a machine can be, in parts within which no rule tells them apart. */
function trafficOf(sides: readonly Side[]): Traffic[] {
  const withPorts = [IpProtocol.TCP, IpProtocol.UDP].flatMap((protocol): Traffic[] => {
    const starts = new Set([1, 1024]);
    const cut = ({ from, to }: PortRange) => starts.add(from).add(to + 1);
    for (const { port } of VPN_FLOWS) {
      if (port !== undefined) {
        cut({ from: port, to: port });
      }
    }
    for (const { answers, machine } of sides) {
      for (const range of machine === undefined ? [] : portsNear(answers, machine, protocol)) {
        cut(range);
      }
    }
    const sorted = [...starts].filter((start) => start >= 1 && start <= 65535).sort((a, b) => a - b);
    return sorted.map((from, index) => ({ protocol, ports: { from, to: (sorted[index + 1] ?? 65536) - 1 } }));
  });
  return [...withPorts, { protocol: IpProtocol.GRE }, { protocol: IpProtocol.ESP }];
}

/** Ports that a rule or a listener on the way to a machine names. */
function portsNear({ world }: Answers, machine: Machine, protocol: number): readonly PortRange[] {
  const { estate } = world;
  const subnets = machine.interfaces.map(({ subnet }) => estate.find('subnet', subnet));
  const networks = new Set(subnets.map((subnet) => subnet?.network));
  const ids = new Set([...machine.interfaces, ...subnets].flatMap((one) => one?.ruleSets ?? []));
  const listeners = world.listenersFor(machine);
  for (const { balancer } of listeners) {
    for (const reference of [
      ...balancer.ruleSets,
      ...balancer.subnets.flatMap((subnet) => estate.find('subnet', subnet)?.ruleSets ?? []),
    ]) {
      ids.add(reference);
    }
  }
  // Rules that belong to a network, or to no place that was read, and not to what they are attached to.
  const everywhere = ({ semantics: { decides, otherwise }, network }: RuleSet) =>
    (decides === 'deny-before-allow' || otherwise.in === 'next') && (network === undefined || networks.has(network));
  const sets = estate.all('rule-set').filter((set) => ids.has(set.id) || everywhere(set));
  return [
    ...sets
      .flatMap(({ rules }) => rules)
      .filter((rule) => rule.protocol === protocol || rule.protocol === 'any')
      .flatMap(({ ports }) => known(ports)),
    ...listeners.flatMap(({ listener }) => known(listener.ports)),
  ];
}

function known(ports: RulePorts): readonly PortRange[] {
  return isKnown(ports) && ports !== 'any' ? ports : [];
}

/** Differences in neighbouring ports, and for the same reason, as one. */
function joined(found: readonly (Difference & { readonly part: Traffic })[]): Difference[] {
  const groups = new Map<string, { first: Difference; clients: AddressSet; parts: Traffic[] }>();
  for (const { part, ...one } of found) {
    const key = `${one.before} ${one.after} ${part.protocol} ${part.ports?.from ?? ''} ${one.origin?.pointer}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { first: one, clients: one.clients, parts: [part] });
    } else {
      group.clients = addressSet([...group.clients, ...one.clients]);
    }
  }
  const rows: { first: Difference; clients: AddressSet; parts: Traffic[] }[] = [];
  for (const group of groups.values()) {
    const [part] = group.parts;
    const row = rows.find(
      ({ first, clients, parts }) =>
        first.before === group.first.before &&
        first.after === group.first.after &&
        first.origin?.pointer === group.first.origin?.pointer &&
        same(clients, group.clients) &&
        parts[0]?.protocol === part?.protocol &&
        (parts.at(-1)?.ports?.to ?? -2) + 1 === part?.ports?.from,
    );
    if (row === undefined || part === undefined) {
      rows.push(group);
    } else {
      row.parts.push(part);
    }
  }
  return rows.map(({ first, clients, parts }) => ({ ...first, clients, traffic: trafficText(parts) }));
}

function same(a: AddressSet, b: AddressSet): boolean {
  return a.length === b.length && difference(a, b).length === 0 && difference(b, a).length === 0;
}

function trafficText(parts: readonly Traffic[]): string {
  const [first] = parts;
  const last = parts.at(-1);
  if (first?.ports === undefined || last?.ports === undefined) {
    return first === undefined ? '' : Flow.written(first.protocol).name;
  }
  const name = first.protocol === IpProtocol.TCP ? 'TCP' : 'UDP';
  const [from, to] = [first.ports.from, last.ports.to];
  return from === to ? `${name} ${from}` : from === 1 && to === 65535 ? `all ${name}` : `${name} ${from}-${to}`;
}
