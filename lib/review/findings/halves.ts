import { Flow } from '../../flows';
import { clientsText, type Decision, decide, names } from '../evaluate';
import {
  type AddressSet,
  addressSet,
  type Interface,
  isKnown,
  isRange,
  type Reference,
  type Rule,
  type RuleDirection,
  type RuleSet,
} from '../model';
import { type Context, type FindingKind, isWritten, type Topic } from './finding';

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

/** PPTP with one of its halves. */
export const halves: Topic = {
  kinds: [CONTROL_ONLY, DATA_ONLY, ONE_WAY],
  estate: (context) => {
    for (const set of context.estate.all('rule-set')) {
      const control = set.rules.filter((rule) => isFor(rule, set, CONTROL));
      const data = set.rules.filter((rule) => isFor(rule, set, Flow.GRE));
      if (control.length > 0) {
        missing(context, set, control, Flow.GRE, CONTROL_ONLY, 'in');
      }
      if (data.length > 0) {
        missing(context, set, data, CONTROL, DATA_ONLY, 'in');
        if (set.semantics.stateful) {
          missing(context, set, data, Flow.GRE, ONE_WAY, 'out');
        }
      }
    }
  },
};

const CONTROL = Flow.tcp(1723);

function isFor(rule: Rule, set: RuleSet, flow: Flow): boolean {
  return (
    rule.protocol === flow.protocol &&
    rule.direction === 'in' &&
    rule.action === 'allow' &&
    isWritten(rule, set) &&
    names(rule, flow)
  );
}

/** Reports that what some rules let in lacks its counterpart, at every place where the set is used. */
function missing(
  context: Context,
  set: RuleSet,
  rules: readonly Rule[],
  flow: Flow,
  kind: FindingKind,
  direction: RuleDirection,
): void {
  const ranges = addressSet(
    rules
      .flatMap(({ peers }) => (peers === 'any' ? [] : peers.filter(isKnown).filter(isRange)))
      .filter(({ version }) => version === 4),
  );
  const [rule] = rules;
  if (rule === undefined || ranges.length === 0) {
    return;
  }
  const own = kind === CONTROL_ONLY ? CONTROL : Flow.GRE;
  const lacking = addressSet(
    placesOf(context, set).flatMap((sets) => {
      // Not what an earlier rule keeps out altogether.
      const clients = addressSet(decided(context, sets, own, 'in', ranges, 'allow').flat());
      return decided(context, sets, flow, direction, clients, 'deny').flat();
    }),
  );
  if (lacking.length === 0) {
    return;
  }
  const whom = clientsText(lacking);
  const way = direction === 'in' ? 'from' : 'to';
  const protocol = flow.port === undefined ? `IP protocol ${flow.protocol} without ports` : flow.name;
  context.report({
    kind,
    message: `${set.label} lets ${direction === 'out' || flow.port !== undefined ? 'GRE (IP protocol 47)' : 'TCP 1723'} in${
      direction === 'out' ? '' : ` from ${whom}`
    }, and nothing lets ${flow.name} ${direction === 'in' ? 'in' : 'out'} ${way} ${whom}.`,
    fix: `add to ${set.label} a rule that allows ${protocol} ${direction === 'in' ? 'from' : 'to'} ${whom}`,
    origin: rule.origin,
    thing: set,
    what: `${direction} ${flow.label}`,
    evidence: context.world.fact(set.element, flow, direction === 'in' ? 'to-gateway' : 'to-client')?.evidence ?? [],
  });
}

/** The addresses for which a place does this to a flow. Where the rules that decide are not all known, it does neither. */
function decided(
  context: Context,
  sets: readonly RuleSet[],
  flow: Flow,
  direction: RuleDirection,
  addresses: AddressSet,
  action: Decision['action'],
): AddressSet[] {
  if (addresses.length === 0) {
    return [];
  }
  const port = flow.port;
  return decide(
    sets,
    {
      direction,
      protocol: flow.protocol,
      ...(port === undefined ? {} : { ports: [{ from: port, to: port }] }),
      version: 4,
      addresses,
    },
    context.world,
  )
    .filter((decision) => decision.action === action)
    .map((decision) => decision.addresses);
}

/**
 * The rule sets that decide together with this one: on each interface that has it, each combination once; the set alone where
 * none has it, or where sets decide one after the other.
 */
function placesOf({ world, estate }: Context, set: RuleSet): readonly (readonly RuleSet[])[] {
  if (set.semantics.decides !== 'any-allow') {
    return [[set]];
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
  return world.membersOf(set.id).length === 0 ? [[set]] : [...combinations.values()];
}

function keyOf(face: Interface): string {
  return face.ruleSets.map(String).join(' ');
}
