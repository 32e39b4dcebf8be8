import type { Flow } from '../../flows';
import { type FlowSet, VPN_PROTOCOLS, type VpnProtocol } from '../../protocols';
import {
  type AddressRange,
  type AddressSet,
  addressSet,
  type Cloud,
  difference,
  everyAddress,
  intersection,
  isKnown,
  isRange,
  isUnknown,
  type Machine,
  type ManagedVpn,
  type Rule,
} from '../model';
import { AWS_FABRIC } from './aws';
import { AZURE_FABRIC } from './azure';
import { GOOGLE_FABRIC } from './google';
import type { Change, Hop, Verdict } from './hop';
import { isVpnPort, VPN_ONLY } from './vpn-flows';
import { type Fabric, type Passage, type Way, walk } from './way';
import { notOnInternet, type World } from './world';

/** How packets get to machines, by cloud. A cloud without one has no answers: everything stays unknown. */
export const FABRICS: { readonly [cloud in Cloud]?: Fabric } = {
  aws: AWS_FABRIC,
  azure: AZURE_FABRIC,
  google: GOOGLE_FABRIC,
};

/** A flow of some clients by one way. */
export interface FlowAnswer {
  readonly flow: Flow;
  readonly passages: readonly Passage[];
}

/**
 * Whether a machine serves a VPN protocol. Its members may be worked out when they are read: name those that you copy, since
 * spreading it leaves them behind.
 */
export interface ProtocolAnswer {
  readonly protocol: VpnProtocol;
  /**
   * `passes`: every flow of one set arrives, both ways, from some clients. `drops`: from no client. `unknown`: what would
   * have to be known is not.
   */
  readonly verdict: Verdict;
  /** Where clients are served from. */
  readonly served: AddressSet;
  /** Where it is not known. */
  readonly open: AddressSet;
  /** The clients that it was asked about: those whom some rule lets in, or everybody. */
  readonly asked: AddressSet;
  /** What they dial. */
  readonly dials: string;
  /** The way and the set of flows on which it works, or comes closest. */
  readonly way: Way | undefined;
  readonly flowSet: FlowSet;
  readonly flows: readonly FlowAnswer[];
  /** The hops that stop it or leave it open, of the clients asked about; empty where it works for all of them. */
  readonly stops: readonly Stop[];
}

/** A hop that stops a flow, or leaves it open, and what would let it through. */
export interface Stop {
  readonly flow: Flow;
  readonly hop: Hop;
  readonly clients: AddressSet;
  readonly change?: Change;
}

/** A machine that is, or is meant to be, a VPN gateway. */
export interface GatewayAnswer {
  readonly machine: Machine;
  readonly protocols: readonly ProtocolAnswer[];
}

/** Settings of a question. */
export interface AskOptions {
  /** The clients asked about; left out, those whom some rule of the gateway names, or else everybody. */
  readonly clients?: AddressSet;
}

/** One object each, by which what is the same for every flow is found again. */
const EVERYBODY: Readonly<Record<4 | 6, AddressSet>> = { 4: [everyAddress(4)], 6: [everyAddress(6)] };

/** Answers questions about one estate, and keeps what it has worked out. */
export class Answers {
  private readonly ways = new Map<string, readonly Way[]>();
  private readonly walked = new Map<Way, Map<number, readonly Passage[]>>();
  private readonly filters = new Map<string, readonly Rule[]>();
  private readonly outcomes = new Map<Way, Map<number, { readonly passes: AddressSet; readonly drops: AddressSet }>>();
  private readonly meant = new Map<string, AddressSet>();
  private readonly served = new Map<string, readonly ProtocolAnswer[]>();
  private found?: readonly Machine[];

  public constructor(public readonly world: World) {}

  /** The ways to a machine, by every interface and address. */
  public waysTo(machine: Machine): readonly Way[] {
    const known = this.ways.get(machine.id);
    if (known !== undefined) {
      return known;
    }
    const fabric = FABRICS[machine.cloud];
    const ways = machine.interfaces.flatMap((face, index) =>
      fabric === undefined ? [] : fabric.ways(face, index === 0 ? machine : undefined, this.world),
    );
    this.ways.set(machine.id, ways);
    return ways;
  }

  /** What becomes of a flow of everybody (of the way's IP version) by a way. */
  public passages(way: Way, flow: Flow): readonly Passage[] {
    let flows = this.walked.get(way);
    if (flows === undefined) {
      flows = new Map();
      this.walked.set(way, flows);
    }
    const key = keyOf(flow);
    let passages = flows.get(key);
    if (passages === undefined) {
      passages = walk(way, flow, EVERYBODY[way.version]);
      flows.set(key, passages);
    }
    return passages;
  }

  /** What becomes of a flow of some clients, by each way to a machine. */
  public reach(
    machine: Machine,
    flow: Flow,
    clients: AddressSet,
  ): readonly { way: Way; passages: readonly Passage[] }[] {
    const [version = 4] = clients.map((range) => range.version);
    return this.waysTo(machine)
      .filter((way) => way.version === version)
      .map((way) => ({ way, passages: walk(way, flow, clients) }));
  }

  /** Machines that a rule names a VPN flow for, that a listener hands one to, or that our constructs made. */
  public gateways(): readonly Machine[] {
    this.found ??= this.world.estate.all('machine').filter((machine) => this.isGateway(machine));
    return this.found;
  }

  private isGateway(machine: Machine): boolean {
    return (
      machine.reasons !== undefined ||
      this.vpnRulesOf(machine).length > 0 ||
      this.world
        .listenersFor(machine)
        .some(({ listener: { protocol, ports } }) =>
          VPN_ONLY.some(
            (flow) =>
              flow.protocol === protocol &&
              isKnown(ports) &&
              ports !== 'any' &&
              ports.some(({ from, to }) => from === flow.port && to === flow.port),
          ),
        )
    );
  }

  /** Inbound rules on the interfaces of a machine that allow a flow of a VPN by name. */
  public vpnRulesOf(machine: Machine): readonly Rule[] {
    let rules = this.filters.get(machine.id);
    if (rules === undefined) {
      rules = machine.interfaces.flatMap((face) =>
        this.world
          .filtersOf(face)
          .flatMap((set) =>
            this.world
              .rulesAbout(set, 'in', isVpnPort)
              .filter((rule) => namesVpn(rule) && this.world.concerns(rule, face) !== 'no'),
          ),
      );
      this.filters.set(machine.id, rules);
    }
    return rules;
  }

  /** Which protocols a machine serves, to whom, and what stops the others. */
  public serves(machine: Machine, options: AskOptions = {}): readonly ProtocolAnswer[] {
    const ask = () => VPN_PROTOCOLS.map((protocol) => this.serve(machine, protocol, options));
    if (options.clients !== undefined) {
      return ask();
    }
    const answers = this.served.get(machine.id) ?? ask();
    this.served.set(machine.id, answers);
    return answers;
  }

  /** Whether a machine serves a protocol: by the way and the set of flows that serve most. */
  public serve(machine: Machine, protocol: VpnProtocol, options: AskOptions = {}): ProtocolAnswer {
    const version = options.clients?.[0]?.version;
    const ways = this.waysTo(machine).filter((way) => version === undefined || way.version === version);
    const answers = ways
      .filter((way) => way.version === 4 || protocol.id !== 'pptp')
      .flatMap((way) => protocol.flowSets.map((flowSet) => this.serveBy(machine, protocol, way, flowSet, options)));
    const [first] = answers.sort((a, b) => RANK[a.verdict] - RANK[b.verdict] || a.failing - b.failing);
    return (
      first ?? {
        protocol,
        verdict: 'unknown',
        served: [],
        open: [],
        asked: [],
        dials: 'nothing that is known',
        way: undefined,
        flowSet: protocol.flowSets[0] as FlowSet,
        flows: [],
        stops: [],
      }
    );
  }

  private serveBy(machine: Machine, protocol: VpnProtocol, way: Way, flowSet: FlowSet, options: AskOptions): Served {
    const asked = options.clients ?? this.meantFor(machine, protocol, way.version);
    const outcomes = flowSet.flows.map((flow) => this.outcome(way, flow));
    const served = outcomes.map(({ passes }) => passes).reduce(intersection, asked);
    const dropped = outcomes.map(({ drops }) => drops).reduce(union, []);
    const failing = outcomes.filter(({ passes }) => intersection(passes, asked).length === 0).length;
    const open = difference(difference(asked, dropped), served);
    return new Served(this, protocol, way, flowSet, asked, served, open, failing);
  }

  /** Whose packets of a flow pass by a way, and whose are dropped. */
  private outcome(way: Way, flow: Flow): { readonly passes: AddressSet; readonly drops: AddressSet } {
    let flows = this.outcomes.get(way);
    if (flows === undefined) {
      flows = new Map();
      this.outcomes.set(way, flows);
    }
    const key = keyOf(flow);
    let outcome = flows.get(key);
    if (outcome === undefined) {
      // The passages are not kept: whoever looks closer at one way walks it once more.
      const passages = this.walked.get(way)?.get(key) ?? walk(way, flow, EVERYBODY[way.version]);
      outcome = { passes: clientsWith(passages, 'passes'), drops: clientsWith(passages, 'drops') };
      flows.set(key, outcome);
    }
    return outcome;
  }

  /**
   * Whom a protocol is meant for, as the rules tell: the sources of rules that name one of its own flows, or else of any flow
   * of a VPN; without such a rule everybody on the internet.
   */
  public clientsOf(machine: Machine, protocol: VpnProtocol, version: 4 | 6): AddressSet {
    const own = protocol.flowSets.flatMap(({ flows }) => flows).filter((flow) => flow.port !== 443);
    return this.clientsNamed(machine, own, version) ?? this.clientsOfAny(machine, version);
  }

  /** The same for the protocols that no rule names: worked out once for all of them. */
  private clientsOfAny(machine: Machine, version: 4 | 6): AddressSet {
    const key = `${machine.id} ${version}`;
    const clients = this.meant.get(key) ?? this.clientsNamed(machine, VPN_ONLY, version) ?? ON_INTERNET[version];
    this.meant.set(key, clients);
    return clients;
  }

  /** The sources of rules that name one of the flows: those on the internet, where there are some. */
  private clientsNamed(machine: Machine, flows: readonly Flow[], version: 4 | 6): AddressSet | undefined {
    const ranges: AddressRange[] = [];
    for (const rule of this.vpnRulesOf(machine)) {
      if (flows.some((flow) => names(rule, flow))) {
        for (const peer of rule.peers === 'any' ? [everyAddress(version)] : rule.peers) {
          if (isKnown(peer) && isRange(peer) && peer.version === version) {
            ranges.push(peer);
          }
        }
      }
    }
    if (ranges.length === 0) {
      return undefined;
    }
    const clients = addressSet(ranges);
    const public_ = difference(clients, notOnInternet(version));
    return public_.length > 0 ? public_ : clients;
  }

  private meantFor(machine: Machine, protocol: VpnProtocol, version: 4 | 6): AddressSet {
    const key = `${machine.id} ${protocol.id} ${version}`;
    const clients = this.meant.get(key) ?? this.clientsOf(machine, protocol, version);
    this.meant.set(key, clients);
    return clients;
  }

  /** What a VPN server that the cloud runs serves. */
  public managed(vpn: ManagedVpn): readonly { protocol: VpnProtocol; verdict: Verdict; because: string }[] {
    const element = this.world.element(vpn.element)?.short ?? vpn.element;
    return VPN_PROTOCOLS.map((protocol) => {
      const verdicts = protocol.flowSets.map(({ flows }) => this.managedSet(vpn, flows));
      const [best] = verdicts.sort((a, b) => RANK[a.verdict] - RANK[b.verdict]);
      // Another protocol may listen on the same port.
      return best !== undefined && best.verdict !== 'drops' && vpn.protocols?.includes(protocol.id) === false
        ? { protocol, verdict: 'drops', because: `${protocol.name} is not switched on at the ${element}.` }
        : { protocol, verdict: best?.verdict ?? 'unknown', because: best?.because ?? '' };
    });
  }

  private managedSet(vpn: ManagedVpn, flows: readonly Flow[]): { verdict: Verdict; because: string } {
    const element = this.world.element(vpn.element)?.short ?? vpn.element;
    for (const flow of flows) {
      const fact = this.world.fact(vpn.element, flow, 'to-gateway');
      if (fact?.carriage === 'drops') {
        return { verdict: 'drops', because: fact.because };
      }
      const ports = vpn.listens.filter(({ protocol }) => protocol === flow.protocol).map(({ port }) => port);
      if (!ports.some((port) => port === flow.port)) {
        const open = ports.find(isUnknown);
        return open === undefined
          ? { verdict: 'drops', because: `The ${element} does not listen on ${flow.name}.` }
          : { verdict: 'unknown', because: `The port that the ${element} listens on is not known: ${open.why}.` };
      }
    }
    return { verdict: 'passes', because: `The ${element} listens on ${flows.map(({ name }) => name).join(' and ')}.` };
  }
}

/** Everybody on the internet: one object each. */
const ON_INTERNET: Readonly<Record<4 | 6, AddressSet>> = {
  4: difference([everyAddress(4)], notOnInternet(4)),
  6: difference([everyAddress(6)], notOnInternet(6)),
};

/** The same for flows that are the same to every filter: protocols share some, each with an object of its own. */
function keyOf({ protocol, port = 0 }: Flow): number {
  return protocol * 65536 + port;
}

/** A change is written down when somebody reads it: most stops are never looked at. */
class Stopped implements Stop {
  public constructor(
    public readonly flow: Flow,
    public readonly hop: Hop,
    public readonly clients: AddressSet,
  ) {}

  public get change(): Change | undefined {
    return this.hop.change?.(this.clients);
  }
}

const RANK: Readonly<Record<Verdict, number>> = { passes: 0, unknown: 1, drops: 2 };

/** An answer whose details are worked out when somebody reads them: of all ways and sets of flows one is kept. */
class Served implements ProtocolAnswer {
  public readonly verdict: Verdict;
  public readonly dials: string;

  public constructor(
    private readonly answers: Answers,
    public readonly protocol: VpnProtocol,
    public readonly way: Way,
    public readonly flowSet: FlowSet,
    public readonly asked: AddressSet,
    public readonly served: AddressSet,
    public readonly open: AddressSet,
    /** How many of the flows reach nobody who is asked about: of two answers that are as good, fewer is closer. */
    public readonly failing: number,
  ) {
    this.verdict = served.length > 0 ? 'passes' : open.length > 0 ? 'unknown' : 'drops';
    this.dials = way.dials;
  }

  public get flows(): readonly FlowAnswer[] {
    return this.all.map(({ flow, passages }) => ({ flow, passages: among(passages, this.asked) }));
  }

  private get all(): readonly FlowAnswer[] {
    return this.flowSet.flows.map((flow) => ({ flow, passages: this.answers.passages(this.way, flow) }));
  }

  public get stops(): readonly Stop[] {
    const without = difference(this.asked, this.served);
    return without.length === 0 ? [] : stopsOf(this.all, without);
  }
}

/** Whether a rule names a flow itself, and not everything. */
export function names({ protocol, ports }: Rule, flow: Flow): boolean {
  if (protocol !== flow.protocol) {
    return false;
  }
  const { port } = flow;
  if (port === undefined) {
    return true;
  }
  if (ports === 'any' || isUnknown(ports)) {
    return false;
  }
  for (const { from, to } of ports) {
    if (from <= port && port <= to && to - from < 100) {
      return true;
    }
  }
  return false;
}

function namesVpn(rule: Rule): boolean {
  return rule.action === 'allow' && rule.protocol !== 'any' && VPN_ONLY.some((flow) => names(rule, flow));
}

function union(a: AddressSet, b: AddressSet): AddressSet {
  return a.length === 0 ? b : b.length === 0 ? a : addressSet([...a, ...b]);
}

/** The clients of passages with a verdict. */
export function clientsWith(passages: readonly Passage[], verdict: Verdict): AddressSet {
  return addressSet(passages.filter((passage) => passage.verdict === verdict).flatMap(({ clients }) => clients));
}

function among(passages: readonly Passage[], clients: AddressSet): Passage[] {
  return passages.map((passage) => passage.among(clients)).filter((passage) => passage !== undefined);
}

/** What stands in the way of the clients, each place once with all whom it stops. */
function stopsOf(flows: readonly FlowAnswer[], clients: AddressSet): Stop[] {
  return flows.flatMap(({ flow, passages }) => {
    const stops = new Map<unknown, { hop: Hop; clients: AddressSet[] }>();
    for (const { clients: some, hops } of among(passages, clients)) {
      for (const hop of hops) {
        if (hop.verdict !== 'passes') {
          const key = hop.rule ?? `${hop.direction} ${hop.element} ${hop.label} ${hop.because}`;
          const before = stops.get(key);
          if (before === undefined) {
            stops.set(key, { hop, clients: [some] });
          } else {
            before.clients.push(some);
          }
        }
      }
    }
    return [...stops.values()].map(({ hop, clients: parts }) => new Stopped(flow, hop, addressSet(parts.flat())));
  });
}
