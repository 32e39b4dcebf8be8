import { DIRECTIONS, type Direction, type Flow } from '../../flows';
import {
  type Action,
  type AddressSet,
  type Answer,
  difference,
  everyAddress,
  formatRange,
  includes,
  isUnknown,
  type Origin,
  type PortRange,
  type Reference,
  type Rule,
  type RuleSet,
  toCidrs,
} from '../model';
import { type Decision, decide, decideInTurn } from './filter';
import type { Change, Hop, Part, Verdict } from './hop';
import { notOnInternet, type World } from './world';

/** A place on a way that does something to packets in one direction. */
export interface Station {
  readonly direction: Direction;
  /** What it does to a flow from and to clients: every client is in exactly one part. */
  meet(flow: Flow, clients: AddressSet): readonly Part[];
}

/** The same for every client. */
export function station(direction: Direction, hop: (flow: Flow) => Hop): Station {
  return { direction, meet: (flow, clients) => [{ clients, hop: hop(flow) }] };
}

/** Something in the estate, as hops name it. */
export interface Named {
  readonly label: string;
  readonly origin: Origin;
}

/** An element of which the facts of this library decide, in one direction. */
export function factStation(world: World, id: string, direction: Direction, thing?: Named): Station {
  const element = world.element(id);
  return station(direction, (flow) => {
    const fact = world.fact(id, flow, direction);
    const verdict: Verdict = fact?.carriage === 'carries' ? 'passes' : fact?.carriage === 'drops' ? 'drops' : 'unknown';
    return {
      direction,
      verdict,
      element: id,
      name: element?.short ?? id,
      ...(thing === undefined ? {} : { label: thing.label, origin: thing.origin }),
      because: fact?.because ?? `Nothing is known about what ${element?.name ?? id} does to ${flow.name}.`,
      ...(fact?.code === undefined || verdict === 'passes' ? {} : { code: fact.code }),
      evidence: fact?.evidence ?? [],
      ...(fact?.remedy === undefined || verdict === 'passes' ? {} : { change: () => ({ text: fact.remedy ?? '' }) }),
    };
  });
}

/** An element in both directions. */
export function factStations(world: World, id: string, thing?: Named): Station[] {
  return DIRECTIONS.map((direction) => factStation(world, id, direction, thing));
}

/** The ports from which clients send: those that a filter without memory must let answers go to. */
export function replyPorts(flow: Flow): readonly PortRange[] | undefined {
  if (flow.port === undefined) {
    return undefined;
  }
  const dynamic = { from: 1024, to: 65535 };
  // IKE goes from port 500 to port 500 where no NAT is between.
  return flow.protocol === 17 && flow.port < 1024 ? [{ from: flow.port, to: flow.port }, dynamic] : [dynamic];
}

/** How rules are written where the rule set comes from: what to paste. */
export type WriteRule = (set: RuleSet, rule: Required<Pick<Change, 'direction' | 'protocol'>> & ChangedRule) => Change;

/** A rule to add, before somebody writes it down. */
export interface ChangedRule {
  readonly ports: readonly PortRange[] | undefined;
  readonly ranges: readonly string[];
  /** The rule that it must come before, where one decides against the packets. */
  readonly before: Rule | undefined;
}

/** Settings of a filter on a way. */
export interface FilterSettings {
  readonly world: World;
  /** The network element whose facts and evidence hold. */
  readonly element: string;
  /** Rule sets that decide together. */
  readonly ruleSets: readonly Reference[];
  readonly version: 4 | 6;
  readonly direction: Direction;
  readonly write: WriteRule;
  /** Whether a rule is for the machine in question, where not every rule of a set is. */
  readonly concerns?: (rule: Rule, flow: Flow) => Answer;
  /** Whether the sets decide one after the other, in this order, and not together. */
  readonly inTurn?: boolean;
  /** Port at this hop, where something before it has changed the port. */
  readonly port?: number;
}

const VERDICTS: Readonly<Record<Action | 'unknown', Verdict>> = {
  allow: 'passes',
  deny: 'drops',
  // Nothing follows that would decide: whoever has something that follows asks it instead.
  next: 'unknown',
  unknown: 'unknown',
};

/** A packet filter in one direction: security groups, a network ACL, an NSG. */
export function filterStation(settings: FilterSettings): Station {
  const { world, direction } = settings;
  const found: RuleSet[] = [];
  const missing: Reference[] = [];
  for (const reference of settings.ruleSets) {
    const set = world.estate.find('rule-set', reference);
    if (set === undefined) {
      missing.push(reference);
    } else {
      found.push(set);
    }
  }
  const [some] = found;
  return {
    direction,
    meet: (flow, clients) => {
      if (world.fact(settings.element, flow, direction)?.carriage === 'drops') {
        // Whatever its rules say.
        return factStation(world, settings.element, direction, some).meet(flow, clients);
      }
      const keepsState = some?.semantics.stateful ?? true;
      if (direction === 'to-client' && keepsState && !flow.startsAtEitherEnd) {
        return [{ clients, hop: answersPass(settings, flow, some) }];
      }
      if (found.length === 0) {
        return [{ clients, hop: notRead(settings, missing) }];
      }
      const port = settings.port ?? flow.port;
      const own = port === undefined ? undefined : [{ from: port, to: port }];
      const [sourcePorts, ports] = direction === 'to-gateway' ? [replyPorts(flow), own] : [own, replyPorts(flow)];
      const { concerns } = settings;
      const decisions = (settings.inTurn === true ? decideInTurn : decide)(
        found,
        {
          direction: direction === 'to-gateway' ? 'in' : 'out',
          protocol: flow.protocol,
          ...(ports === undefined ? {} : { ports }),
          ...(sourcePorts === undefined ? {} : { sourcePorts }),
          version: settings.version,
          addresses: clients,
          ...(concerns === undefined ? {} : { concerns: (rule: Rule) => concerns(rule, flow) }),
        },
        world,
      );
      return decisions.map((decision) => ({
        clients: decision.addresses,
        hop:
          missing.length > 0 && (settings.inTurn === true || decision.action !== 'allow')
            ? notRead(settings, missing)
            : filterHop(settings, found, flow, decision, ports),
      }));
    },
  };
}

function answersPass({ world, element, direction }: FilterSettings, flow: Flow, set: RuleSet | undefined): Hop {
  const fact = world.fact(element, flow, direction);
  return {
    direction,
    verdict: 'passes',
    element,
    name: world.element(element)?.short ?? element,
    ...(set === undefined ? {} : { label: set.label, origin: set.origin }),
    because: fact?.carriage === 'carries' ? fact.because : 'It keeps state, and answers pass by themselves.',
    evidence: fact?.evidence ?? [],
  };
}

function notRead({ world, element, direction }: FilterSettings, missing: readonly Reference[]): Hop {
  const [first] = missing;
  const name = world.element(element)?.short ?? element;
  return {
    direction,
    verdict: 'unknown',
    element,
    name,
    because:
      first === undefined
        ? `Which ${name} it has is not known.`
        : isUnknown(first)
          ? `Which ${name} it has is not known: ${first.why}.`
          : `${first} was not read, and its rules are not known.`,
    evidence: [],
  };
}

function filterHop(
  settings: FilterSettings,
  sets: readonly RuleSet[],
  flow: Flow,
  decision: Decision,
  asked: readonly PortRange[] | undefined,
): Hop {
  return new FilterHop(settings, sets, flow, decision, asked);
}

/** What a filter does. Its texts are made when somebody reads them: most are never read. */
class FilterHop implements Hop {
  public readonly direction: Direction;
  public readonly verdict: Verdict;
  public readonly element: string;
  public readonly rule: Rule | undefined;

  public constructor(
    private readonly settings: FilterSettings,
    public readonly ruleSets: readonly RuleSet[],
    private readonly flow: Flow,
    private readonly decision: Decision,
    private readonly asked: readonly PortRange[] | undefined,
  ) {
    this.direction = settings.direction;
    const { rule } = decision;
    const decides =
      settings.inTurn === true && rule !== undefined ? ruleSets.find(({ rules }) => rules.includes(rule)) : undefined;
    this.element = decides?.element ?? settings.element;
    this.verdict = VERDICTS[decision.action];
    this.rule = decision.rule;
  }

  public get name(): string {
    return this.settings.world.element(this.element)?.short ?? this.element;
  }

  public get label(): string {
    return this.rule === undefined ? this.ruleSets.map(({ label }) => label).join(', ') : (this.set?.label ?? '');
  }

  public get origin(): Origin | undefined {
    return this.rule?.origin ?? this.set?.origin;
  }

  public get because(): string {
    return whyDecided(this.flow, this.direction, this.decision, this.asked);
  }

  public get code(): Hop['code'] {
    return this.verdict === 'passes' ? undefined : (this.fact?.code ?? 'RULE_MISSING');
  }

  public get evidence(): Hop['evidence'] {
    return this.fact?.evidence ?? [];
  }

  public get change(): Hop['change'] {
    const { set } = this;
    // Where it is open whether the packets pass, a rule more would not close the question.
    if (this.verdict !== 'drops' || set === undefined) {
      return undefined;
    }
    // What denies must be come before; nothing denies where one rule that allows is enough.
    const denies = set.semantics.decides !== 'any-allow';
    return (clients) =>
      this.settings.write(set, {
        direction: this.direction === 'to-gateway' ? 'in' : 'out',
        protocol: this.flow.protocol,
        ports: this.asked,
        ranges: rangesOf(clients),
        before: denies ? this.rule : undefined,
      });
  }

  /** The set of the rule that decides; the first where none does. */
  private get set(): RuleSet | undefined {
    const { rule } = this;
    return (
      (rule === undefined ? undefined : this.ruleSets.find(({ rules }) => rules.includes(rule))) ?? this.ruleSets[0]
    );
  }

  private get fact() {
    return this.settings.world.fact(this.element, this.flow, this.direction);
  }
}

/** Whether clients are everybody on the internet of an IP version. */
export function isWholeInternet(clients: AddressSet): boolean {
  const [first] = clients;
  return (
    first !== undefined && includes(clients, difference([everyAddress(first.version)], notOnInternet(first.version)))
  );
}

/** Clients in CIDR notation, as a rule would have them. */
function rangesOf(clients: AddressSet): readonly string[] {
  const version = clients[0]?.version ?? 4;
  return isWholeInternet(clients) ? toCidrs(everyAddress(version)) : clients.flatMap((range) => toCidrs(range));
}

/** Clients in words, for messages: no more than three ranges of them. */
export function clientsText(clients: AddressSet): string {
  if (isWholeInternet(clients)) {
    return `the whole internet${clients[0]?.version === 6 ? ' (IPv6)' : ''}`;
  }
  const texts = clients.slice(0, 3).map(formatRange);
  return texts.join(', ') + (clients.length > 3 ? ` and ${clients.length - 3} more` : '');
}

function whyDecided(
  flow: Flow,
  direction: Direction,
  { action, rule, open, ports }: Decision,
  asked: readonly PortRange[] | undefined,
): string {
  const single = asked?.length === 1 && asked[0]?.from === asked[0]?.to;
  const which =
    direction === 'to-gateway' || flow.port === undefined
      ? flow.name
      : `${flow.protocol === 6 ? 'TCP' : 'UDP'} to port${single ? '' : 's'} ${portText(ports ?? asked?.[0])} of the clients`;
  switch (action) {
    case 'allow':
      return rule === undefined
        ? `No rule fits ${which}, and the default lets it through.`
        : `${ruleText(rule)} allows ${which}.`;
    case 'deny':
      return rule === undefined ? `No rule allows ${which}.` : `${ruleText(rule)} denies ${which}.`;
    default:
      return rule === undefined
        ? `Whether ${which} passes is not known: ${open ?? 'its rules were not read'}.`
        : `Whether ${ruleText(rule).replace(/^R/, 'r')} fits ${which} is not known: ${open}.`;
  }
}

function portText(ports: PortRange | undefined): string {
  return ports === undefined ? '' : ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`;
}

/** A rule in a sentence: its number or name, and what it says. */
export function ruleText(rule: Rule): string {
  const number = typeof rule.order === 'number' ? ` ${rule.order}` : '';
  const name = rule.name === undefined ? '' : ` ${rule.name}`;
  return `Rule${number}${name} (${trafficText(rule)} ${rule.direction === 'in' ? 'from' : 'to'} ${peersText(rule)})`;
}

/** `TCP 1723`, `GRE (47)`, `everything`. */
export function trafficText({ protocol, ports }: Pick<Rule, 'protocol' | 'ports'>): string {
  if (protocol === 'any') {
    return ports === 'any' || isUnknown(ports) ? 'everything' : `ports ${ports.map(portText).join(', ')}`;
  }
  if (isUnknown(protocol)) {
    return 'an unknown protocol';
  }
  if (typeof protocol !== 'number') {
    return `protocol ${JSON.stringify(protocol.name)}`;
  }
  const name = protocolName(protocol);
  if (protocol !== 6 && protocol !== 17) {
    return name;
  }
  return ports === 'any'
    ? `all ${name}`
    : isUnknown(ports)
      ? `${name}, ports unknown`
      : `${name} ${ports.map(portText).join(', ')}`;
}

const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  47: 'GRE (IP protocol 47)',
  50: 'ESP (IP protocol 50)',
  51: 'AH (IP protocol 51)',
  58: 'ICMPv6',
};

/** An IP protocol by name and number. */
export function protocolName(protocol: number): string {
  return PROTOCOL_NAMES[protocol] ?? `IP protocol ${protocol}`;
}

function peersText({ peers }: Rule): string {
  if (peers === 'any') {
    return 'everywhere';
  }
  return peers
    .map((peer) => {
      if (isUnknown(peer)) {
        return 'an unknown range';
      }
      if ('version' in peer) {
        return formatRange(peer);
      }
      return 'reference' in peer
        ? isUnknown(peer.reference)
          ? `an unknown ${peer.kind}`
          : peer.reference
        : `${peer.kind} ${peer.name}`;
    })
    .join(', ');
}
