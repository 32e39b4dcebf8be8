import { Flow } from '../../flows';
import { clientsText, type Decision, decide, names, type World } from '../evaluate';
import {
  type AddressRange,
  type AddressSet,
  type Answer,
  addressSet,
  type Interface,
  intersection,
  isKnown,
  isRange,
  type Peer,
  type Reference,
  type Rule,
  type RuleDirection,
  type RuleSet,
} from '../model';
import { type Context, type FindingKind, isWritten, type Topic } from './finding';
import { isNoted } from './noted-ports';

const CONTROL_ONLY: FindingKind = {
  id: 'pptp-control-without-gre',
  severity: 'error',
  title: 'TCP 1723 is open and IP protocol 47 is not',
  help: 'PPTP needs both: the control connection on TCP 1723 and the data in GRE, IP protocol 47. With the first alone a client connects, waits and gives up (error 619 or 806 on Windows).',
};

const DATA_ONLY: FindingKind = {
  id: 'gre-without-pptp-control',
  severity: 'warning',
  title: 'IP protocol 47 is open and TCP 1723 is not',
  help: 'Without TCP 1723 no PPTP call begins, and GRE is open for nothing, unless it is a plain GRE tunnel.',
};

const ONE_WAY: FindingKind = {
  id: 'gre-one-way',
  severity: 'error',
  title: 'IP protocol 47 is open in one direction only',
  help: 'Either side of a PPTP call may send the first GRE packet. A filter lets answers out by itself, and not a first packet.',
};

const CONTROL = Flow.tcp(1723);

/** PPTP with one of its halves. */
export const halves: Topic = {
  kinds: [CONTROL_ONLY, DATA_ONLY, ONE_WAY],
  estate: (context) => {
    for (const set of context.estate.all('rule-set')) {
      const rules = context.world.rulesAbout(set, 'in', isNoted);
      const control = rules.filter((rule) => isFor(rule, set, CONTROL));
      const data = rules.filter((rule) => isFor(rule, set, Flow.GRE));
      if (control.length > 0 || data.length > 0) {
        look(context, set, control, data);
      }
    }
  },
};

function isFor(rule: Rule, set: RuleSet, flow: Flow): boolean {
  return rule.action === 'allow' && isWritten(rule, set) && names(rule, flow);
}

/** Rule sets that decide together, and which of their rules are for the interfaces there. */
interface Place {
  readonly sets: readonly RuleSet[];
  readonly concerns?: (rule: Rule) => Answer;
}

/** Looks at every place where the set is used for what one half lets in and the other does not. */
function look(context: Context, set: RuleSet, control: readonly Rule[], data: readonly Rule[]): void {
  if (context.world.fact(set.element, Flow.GRE, 'to-gateway')?.carriage === 'drops') {
    // No rule of it can make PPTP whole.
    return;
  }
  const lacking = { data: [] as AddressRange[], control: [] as AddressRange[], out: [] as AddressRange[] };
  for (const place of placesOf(context, set, [...control, ...data])) {
    const isHere = (rule: Rule) => place.concerns?.(rule) !== 'no';
    const [controlled, carried] = [rangesOf(control.filter(isHere)), rangesOf(data.filter(isHere))];
    const all = addressSet([...controlled, ...carried]);
    const calls = decided(context, place, CONTROL, 'in', all);
    const packets = decided(context, place, Flow.GRE, 'in', all);
    lacking.data.push(...intersection(intersection(controlled, calls.allow), packets.deny));
    const received = intersection(carried, packets.allow);
    lacking.control.push(...intersection(received, calls.deny));
    if (set.semantics.stateful) {
      lacking.out.push(...decided(context, place, Flow.GRE, 'out', received).deny);
    }
  }
  missing(context, set, control[0], lacking.data, Flow.GRE, CONTROL_ONLY, 'in');
  missing(context, set, data[0], lacking.control, CONTROL, DATA_ONLY, 'in');
  missing(context, set, data[0], lacking.out, Flow.GRE, ONE_WAY, 'out');
}

/** The IPv4 ranges that rules name: PPTP knows no IPv6. */
function rangesOf(rules: readonly Rule[]): AddressSet {
  return addressSet(
    rules
      .flatMap(({ peers }) => (peers === 'any' ? [] : peers.filter(isKnown).filter(isRange)))
      .filter(({ version }) => version === 4),
  );
}

/** Reports what some rules let in without its counterpart. */
function missing(
  { report, world }: Context,
  set: RuleSet,
  rule: Rule | undefined,
  addresses: readonly AddressRange[],
  flow: Flow,
  kind: FindingKind,
  direction: RuleDirection,
): void {
  if (rule === undefined || addresses.length === 0) {
    return;
  }
  const whom = clientsText(addressSet(addresses));
  const far = `${direction === 'in' ? 'from' : 'to'} ${whom}`;
  const protocol = flow.port === undefined ? `IP protocol ${flow.protocol} without ports` : flow.name;
  const present = kind === CONTROL_ONLY ? CONTROL : Flow.GRE;
  report({
    kind,
    message: `${set.label} lets ${present.name} in${direction === 'out' ? '' : ` from ${whom}`}, and nothing lets ${flow.name} ${direction} ${far}.`,
    fix: `add to ${set.label} a rule that allows ${protocol} ${far}`,
    origin: rule.origin,
    thing: set,
    what: `${direction} ${flow.label}`,
    evidence: world.fact(set.element, flow, direction === 'in' ? 'to-gateway' : 'to-client')?.evidence ?? [],
  });
}

/** For which addresses a place allows and denies a flow. Where the rules that decide are not all known, it does neither. */
function decided(
  context: Context,
  { sets, concerns }: Place,
  flow: Flow,
  direction: RuleDirection,
  addresses: AddressSet,
): { allow: AddressSet; deny: AddressSet } {
  if (addresses.length === 0) {
    return { allow: [], deny: [] };
  }
  const { protocol, port } = flow;
  const ports = port === undefined ? {} : { ports: [{ from: port, to: port }] };
  const decisions = decide(
    sets,
    { direction, protocol, ...ports, version: 4, addresses, ...(concerns === undefined ? {} : { concerns }) },
    context.world,
  );
  const those = (action: Decision['action']) =>
    addressSet(decisions.filter((decision) => decision.action === action).flatMap((decision) => decision.addresses));
  return { allow: those('allow'), deny: those('deny') };
}

/**
 * The rule sets that decide together with this one: on each interface that has it, each combination once; the set alone where
 * none has it, or where sets decide one after the other.
 */
function placesOf({ world, estate }: Context, set: RuleSet, rules: readonly Rule[]): readonly Place[] {
  if (set.semantics.decides !== 'any-allow') {
    return rules.some(({ targets, local }) => targets !== undefined || local !== undefined)
      ? targeted(world, set, rules)
      : [{ sets: [set] }];
  }
  const combinations = new Map<string, RuleSet[]>();
  for (const face of world.membersOf(set.id)) {
    const sets = face.ruleSets.map((reference: Reference) => estate.find('rule-set', reference));
    const known = sets.filter((one) => one !== undefined);
    // A group that was not read may hold the rule.
    if (known.length === sets.length) {
      combinations.set(keyOf(face), known);
    }
  }
  return world.membersOf(set.id).length === 0
    ? [{ sets: [set] }]
    : [...combinations.values()].map((sets) => ({ sets }));
}

/** Where rules name machines: each interface that they are for, or each of their targets where there is none. */
function targeted(world: World, set: RuleSet, rules: readonly Rule[]): readonly Place[] {
  const faces = world.membersOf(set.id);
  if (faces.length === 0) {
    return rules.map((rule) => ({
      sets: [set],
      concerns: ({ targets }) => (targets === undefined || overlap(targets, rule.targets) ? 'yes' : 'no'),
    }));
  }
  return faces
    .filter((face) => face.ruleSets.length === 1 && rules.some((rule) => world.concerns(rule, face) !== 'no'))
    .map((face) => ({ sets: [set], concerns: (rule) => world.concerns(rule, face) }));
}

function overlap(some: readonly Peer[], others: readonly Peer[] = []): boolean {
  const names = (peers: readonly Peer[]) => peers.flatMap((peer) => ('name' in peer ? [peer.name] : []));
  return names(some).some((name) => names(others).includes(name));
}

function keyOf(face: Interface): string {
  return face.ruleSets.map(String).join(' ');
}
