import type { Direction, Flow } from '../../flows';
import type { Platform } from '../../network/element';
import { type CarriageFact, factFor, type NetworkElement } from '../../network/element';
import { platformFacts } from '../../network/registry';
import {
  type AboutPorts,
  type AddressRange,
  type AddressSet,
  type Answer,
  addressSet,
  difference,
  type Estate,
  everyAddress,
  type Gateway,
  type Interface,
  includes,
  intersection,
  isKnown,
  isRange,
  isUnknown,
  type Listener,
  type LoadBalancer,
  type Machine,
  type Peer,
  parseRange,
  type Reference,
  type Rule,
  type RuleDirection,
  type RuleSet,
} from '../model';
import { isVpnPort } from './vpn-flows';

/** The addresses that a peer stands for: those that are known, and those that may belong to it. */
export interface PeerAddresses {
  readonly certain: AddressSet;
  readonly perhaps: AddressSet;
}

const NOBODY: PeerAddresses = { certain: [], perhaps: [] };

/** Addresses that are not routed on the internet (RFC 1918, RFC 6598, RFC 4193): where members of groups are. */
const PRIVATE: Readonly<Record<4 | 6, AddressSet>> = {
  4: addressSet(['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'].map(range)),
  6: [range('fc00::/7')],
};

/** What never crosses the internet as a source: private, link-local, loopback, this network, multicast and above. */
const NOT_ON_INTERNET: Readonly<Record<4 | 6, AddressSet>> = {
  4: addressSet([...PRIVATE[4], ...['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'].map(range)]),
  6: addressSet(['::/8', 'fc00::/7', 'fe80::/10', 'ff00::/8'].map(range)),
};

function range(text: string): AddressRange {
  return parseRange(text) as AddressRange;
}

/** Addresses that do not come over the internet. */
export function notOnInternet(version: 4 | 6): AddressSet {
  return NOT_ON_INTERNET[version];
}

/**
 * An estate with what answers look up again and again, worked out once each. It asks for one thing by its id, and never
 * compares everything with everything.
 */
export class World {
  private readonly members = new Map<string, Interface[]>();
  private readonly machines = new Map<string, Machine>();
  private readonly balancers = new Map<string, { balancer: LoadBalancer; listener: Listener }[]>();
  private readonly internet = new Map<string, Gateway[]>();
  private readonly ordered = new WeakMap<RuleSet, Record<RuleDirection, readonly Rule[]>>();
  private readonly byProtocol = new WeakMap<RuleSet, Map<number, readonly Rule[]>>();
  private readonly peers = new WeakMap<Rule, Map<4 | 6, PeerAddresses>>();
  private readonly elements = new Map<string, NetworkElement>();
  private readonly facts = new WeakMap<Flow, Map<string, CarriageFact | undefined>>();

  public constructor(public readonly estate: Estate) {
    for (const face of estate.all('interface')) {
      for (const set of face.ruleSets) {
        note(this.members, set, face);
      }
    }
    for (const machine of estate.all('machine')) {
      for (const face of machine.interfaces) {
        this.machines.set(face.id, machine);
      }
    }
    for (const balancer of estate.all('load-balancer')) {
      for (const listener of balancer.listeners) {
        for (const { reference } of listener.targets) {
          note(this.balancers, reference, { balancer, listener });
        }
      }
    }
    for (const gateway of estate.all('gateway')) {
      for (const network of gateway.type === 'internet' ? gateway.networks : []) {
        note(this.internet, network, gateway);
      }
    }
  }

  /** The interfaces that have a rule set. */
  public membersOf(set: string): readonly Interface[] {
    return this.members.get(set) ?? [];
  }

  /** The machine that an interface belongs to. */
  public machineOf(face: Interface): Machine | undefined {
    return this.machines.get(face.id);
  }

  /** Listeners that hand packets to a machine or to one of its interfaces. */
  public listenersFor(machine: Machine): readonly { balancer: LoadBalancer; listener: Listener }[] {
    return [machine.id, ...machine.interfaces.map(({ id }) => id)].flatMap((id) => this.balancers.get(id) ?? []);
  }

  /** The rule sets that keep state on the way to an interface: its own, and those of its subnet. */
  public filtersOf(face: Interface): readonly RuleSet[] {
    const subnet = face.cloud === 'aws' ? undefined : this.estate.find('subnet', face.subnet);
    return [...face.ruleSets, ...(subnet?.ruleSets ?? [])]
      .map((reference) => this.estate.find('rule-set', reference))
      .filter((set) => set !== undefined);
  }

  /** Whether a rule is for an interface: its near end and its targets, where it names some. */
  public concerns(rule: Rule, face: Interface): Answer {
    const { local = 'any', targets } = rule;
    if (local === 'any' && targets === undefined) {
      return 'yes';
    }
    const near = local === 'any' ? 'yes' : anyOf(local.map((peer) => this.isAt(peer, face)));
    const meant = targets === undefined ? 'yes' : anyOf(targets.map((peer) => this.isTarget(peer, face)));
    return near === 'no' || meant === 'no' ? 'no' : near === 'yes' && meant === 'yes' ? 'yes' : 'unknown';
  }

  private isTarget(peer: Peer, face: Interface): Answer {
    const machine = this.machineOf(face);
    if (isUnknown(peer) || machine === undefined || !('name' in peer)) {
      return 'unknown';
    }
    const own = (peer.kind === 'tag' ? machine.tags : machine.serviceAccounts) ?? [];
    return own.includes(peer.name) ? 'yes' : own.some(isUnknown) ? 'unknown' : 'no';
  }

  /** Whether an interface is what the near end of a rule names. Where its address is chosen later, its subnet tells. */
  private isAt(peer: Peer, face: Interface): Answer {
    if (isUnknown(peer)) {
      return 'unknown';
    }
    if (isRange(peer)) {
      const own = face.addresses.filter(isKnown).filter(({ version }) => version === peer.version);
      const subnet = this.estate.find('subnet', face.subnet)?.ranges ?? [];
      const room = own.length > 0 ? own : subnet.filter(isKnown).filter(({ version }) => version === peer.version);
      const inside = intersection(addressSet(room), [peer]);
      return room.length === 0
        ? includes([peer], [everyAddress(peer.version)])
          ? 'yes'
          : 'unknown'
        : inside.length === 0
          ? 'no'
          : includes([peer], addressSet(room))
            ? 'yes'
            : own.length > 0
              ? 'yes'
              : 'unknown';
    }
    if (peer.kind === 'application-group') {
      const groups = face.applicationGroups ?? [];
      return groups.includes(peer.reference) ? 'yes' : [...groups, peer.reference].some(isUnknown) ? 'unknown' : 'no';
    }
    if (peer.kind === 'service-tag') {
      const name = peer.name.toLowerCase();
      return name === 'virtualnetwork' ? 'yes' : name === 'internet' || name === 'azureloadbalancer' ? 'no' : 'unknown';
    }
    return 'unknown';
  }

  /** Internet gateways that are attached to a network. */
  public internetGatewaysOf(network: Reference): readonly Gateway[] {
    return isUnknown(network) ? [] : (this.internet.get(network) ?? []);
  }

  /** The rules of a set for a direction, in the order in which they decide. A rule whose number is open comes first. */
  public rulesOf(set: RuleSet, direction: RuleDirection): readonly Rule[] {
    let both = this.ordered.get(set);
    if (both === undefined) {
      const sorted = set.semantics.decides === 'any-allow' ? set.rules : [...set.rules].sort(compare(set));
      both = {
        in: sorted.filter((rule) => rule.direction === 'in'),
        out: sorted.filter((rule) => rule.direction === 'out'),
      };
      this.ordered.set(set, both);
    }
    return both[direction];
  }

  /** The same without rules for ports of TCP and UDP that nobody asks about, where they were not made yet. */
  public rulesAbout(set: RuleSet, direction: RuleDirection, isAbout: AboutPorts): readonly Rule[] {
    return set.semantics.decides === 'any-allow' && set.rulesAbout !== undefined
      ? set.rulesAbout(isAbout).filter((rule) => rule.direction === direction)
      : this.rulesOf(set, direction);
  }

  /** Those of the rules that may fit packets of a protocol: to a port of a VPN, or of a protocol without ports, where `isVpn`. */
  public rulesFor(set: RuleSet, direction: RuleDirection, protocol: number, isVpn = false): readonly Rule[] {
    let byProtocol = this.byProtocol.get(set);
    if (byProtocol === undefined) {
      byProtocol = new Map();
      this.byProtocol.set(set, byProtocol);
    }
    const key = (direction === 'in' ? 0 : 256) + (isVpn ? 512 : 0) + protocol;
    let rules = byProtocol.get(key);
    if (rules === undefined) {
      const all = isVpn ? this.rulesAbout(set, direction, isVpnPort) : this.rulesOf(set, direction);
      rules = all.filter((rule) => typeof rule.protocol !== 'number' || rule.protocol === protocol);
      byProtocol.set(key, rules);
    }
    return rules;
  }

  /** The addresses of a version that the far end of a rule stands for. */
  public addressesOf(rule: Rule, version: 4 | 6): PeerAddresses {
    if (rule.peers !== 'any' && rule.peers.length === 1) {
      const [peer] = rule.peers;
      if (peer !== undefined && isRange(peer)) {
        // Most rules by far: nothing to look up, and nothing to keep.
        return peer.version === version ? { certain: rule.peers as AddressSet, perhaps: [] } : NOBODY;
      }
    }
    let known = this.peers.get(rule);
    if (known === undefined) {
      known = new Map();
      this.peers.set(rule, known);
    }
    let addresses = known.get(version);
    if (addresses === undefined) {
      addresses =
        rule.peers === 'any'
          ? { certain: [everyAddress(version)], perhaps: [] }
          : joined(rule.peers.map((peer) => this.peerAddresses(peer, version)));
      known.set(version, addresses);
    }
    return addresses;
  }

  private peerAddresses(peer: Peer, version: 4 | 6): PeerAddresses {
    if (isUnknown(peer)) {
      return { certain: [], perhaps: [everyAddress(version)] };
    }
    if (isRange(peer)) {
      return peer.version === version ? { certain: [peer], perhaps: [] } : NOBODY;
    }
    switch (peer.kind) {
      case 'prefix-list': {
        const list = this.estate.find('prefix-list', peer.reference);
        if (list === undefined || isUnknown(list.ranges) || list.condition !== undefined) {
          return { certain: [], perhaps: [everyAddress(version)] };
        }
        return joined(list.ranges.map((entry) => this.peerAddresses(entry, version)));
      }
      case 'group':
        return this.groupAddresses(peer.reference, version);
      case 'application-group':
      case 'tag':
      case 'service-account':
        // Members are in the network: by their private addresses, never from the internet.
        return { certain: [], perhaps: PRIVATE[version] };
      case 'service-tag':
        return serviceTag(peer.name, version);
    }
  }

  /**
   * A rule that names a group fits the private addresses of its members, and nothing that comes from the internet. Where an
   * address is chosen at deployment, any of the subnet may be it.
   */
  private groupAddresses(group: Reference, version: 4 | 6): PeerAddresses {
    const found = this.estate.find('rule-set', group);
    if (found === undefined || isUnknown(group) || found.incomplete !== undefined) {
      return { certain: [], perhaps: PRIVATE[version] };
    }
    return joined(
      this.membersOf(group).map((face): PeerAddresses => {
        const known = face.addresses.filter(isKnown).filter((one) => one.version === version);
        if (known.length > 0) {
          return { certain: known, perhaps: [] };
        }
        const subnet = this.estate.find('subnet', face.subnet);
        const ranges = (subnet?.ranges ?? []).filter(isKnown).filter((one) => one.version === version);
        return { certain: [], perhaps: ranges.length > 0 ? ranges : PRIVATE[version] };
      }),
    );
  }

  /** The element with an id, such as `aws.nat-gateway`. */
  public element(id: string | undefined): NetworkElement | undefined {
    if (id === undefined) {
      return undefined;
    }
    let element = this.elements.get(id);
    if (element === undefined) {
      const platform = id.slice(0, id.indexOf('.')) as Platform;
      element = platformFacts(platform).elements.find((one) => one.id === id);
      if (element !== undefined) {
        this.elements.set(id, element);
      }
    }
    return element;
  }

  /** What is known of an element and a flow in a direction. */
  public fact(id: string | undefined, flow: Flow, direction: Direction): CarriageFact | undefined {
    if (id === undefined) {
      return undefined;
    }
    let facts = this.facts.get(flow);
    if (facts === undefined) {
      facts = new Map();
      this.facts.set(flow, facts);
    }
    const key = `${id} ${direction}`;
    if (!facts.has(key)) {
      const element = this.element(id);
      facts.set(key, element === undefined ? undefined : factFor(element, flow, direction));
    }
    return facts.get(key);
  }
}

/** `Internet` is everything that is not private; of other tags the members are the cloud's to know. */
function serviceTag(name: string, version: 4 | 6): PeerAddresses {
  switch (name.toLowerCase()) {
    case '*':
      return { certain: [everyAddress(version)], perhaps: [] };
    case 'internet':
      return { certain: difference([everyAddress(version)], NOT_ON_INTERNET[version]), perhaps: [] };
    case 'virtualnetwork':
      return { certain: [], perhaps: PRIVATE[version] };
    case 'azureloadbalancer':
      return version === 4 ? { certain: [range('168.63.129.16')], perhaps: [] } : NOBODY;
    default:
      return { certain: [], perhaps: [everyAddress(version)] };
  }
}

function anyOf(answers: readonly Answer[]): Answer {
  return answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no';
}

function joined(parts: readonly PeerAddresses[]): PeerAddresses {
  const [first = NOBODY] = parts;
  return parts.length < 2
    ? first
    : {
        certain: addressSet(parts.flatMap(({ certain }) => certain)),
        perhaps: addressSet(parts.flatMap(({ perhaps }) => perhaps)),
      };
}

function note<T>(map: Map<string, T[]>, key: Reference, value: T): void {
  if (isUnknown(key)) {
    return;
  }
  const values = map.get(key);
  if (values === undefined) {
    map.set(key, [value]);
  } else {
    values.push(value);
  }
}

function compare(set: RuleSet): (a: Rule, b: Rule) => number {
  const numberOf = ({ order }: Rule) => (typeof order === 'number' ? order : Number.NEGATIVE_INFINITY);
  const denyFirst = set.semantics.decides === 'deny-before-allow';
  return (a, b) => {
    const [first, second] = [numberOf(a), numberOf(b)];
    if (first !== second) {
      return first < second ? -1 : 1;
    }
    return denyFirst ? Number(a.action !== 'deny') - Number(b.action !== 'deny') : 0;
  };
}
