import type { Direction } from '../../flows';
import { AWS } from '../../network/aws';
import {
  type AddressSet,
  difference,
  everyAddress,
  type Interface,
  intersection,
  isKnown,
  isUnknown,
  type Machine,
  type Network,
  type Route,
  type RouteTable,
  type Subnet,
} from '../model';
import { WRITE_AWS_RULE, writeAwsRoute } from './aws-rules';
import type { Hop, Part, Verdict } from './hop';
import { factStation, factStations, filterStation, type Station } from './stations';
import type { Fabric, Way } from './way';
import { notOnInternet, type World } from './world';

/** How packets get to machines in a VPC. */
export const AWS_FABRIC: Fabric = {
  ways(face, machine, world) {
    const place = new Place(face, world);
    const versions = place.hasIpv6 ? ([4, 6] as const) : ([4] as const);
    const direct = versions.map((version) => place.direct(version));
    return [...direct, ...(machine === undefined ? [] : place.balanced(machine))];
  },
};

/** Clients inside the VPC, those on the internet, and those with private addresses that are not of the VPC. */
type Whereabouts = Readonly<Record<'inside' | 'internet' | 'elsewhere', AddressSet>>;

/** Addresses and the route that is theirs, where one is. */
interface Routed {
  readonly clients: AddressSet;
  readonly route: Route | undefined;
}

/** Where an interface is, and what surrounds it. */
class Place {
  private readonly subnet: Subnet | undefined;
  private readonly network: Network | undefined;
  private readonly places = new WeakMap<AddressSet, Whereabouts>();
  private readonly routes = new WeakMap<AddressSet, readonly Routed[]>();

  public constructor(
    private readonly face: Interface,
    private readonly world: World,
  ) {
    this.subnet = world.estate.find('subnet', face.subnet);
    this.network = world.estate.find('network', this.subnet?.network);
  }

  public get hasIpv6(): boolean {
    return (this.subnet?.ranges ?? []).some((range) => isKnown(range) && range.version === 6);
  }

  /** By the machine's own address. */
  public direct(version: 4 | 6): Way {
    const [address] = this.face.publicAddresses;
    const found = address === 'ephemeral' ? undefined : this.world.estate.find('public-address', address);
    return {
      dials:
        version === 6
          ? 'its IPv6 address'
          : address === undefined
            ? 'no public address'
            : address === 'ephemeral'
              ? 'the public address that it gets at each start'
              : isUnknown(address)
                ? 'a public address that is not known'
                : `Elastic IP ${found?.label ?? address}`,
      face: this.face,
      version,
      stations: [
        this.arrival(version),
        ...factStations(this.world, AWS.VPC.id, this.network).filter(({ direction }) => direction === 'to-gateway'),
        ...this.filters('to-gateway', version),
        ...this.filters('to-client', version),
        this.departure(version),
      ],
    };
  }

  /** Network ACLs are at the edge of the subnet and security groups at the interface. */
  private filters(direction: Direction, version: 4 | 6, port?: number): Station[] {
    const { world } = this;
    const common = { world, version, direction, write: WRITE_AWS_RULE, ...(port === undefined ? {} : { port }) };
    const acls = (this.subnet?.ruleSets ?? [this.face.subnet]).map((set) =>
      filterStation({ ...common, element: AWS.NETWORK_ACL.id, ruleSets: [set] }),
    );
    const groups = filterStation({ ...common, element: AWS.SECURITY_GROUP.id, ruleSets: this.face.ruleSets });
    return direction === 'to-gateway' ? [...acls, groups] : [groups, ...acls];
  }

  /** What lets packets of the clients into the VPC. */
  private arrival(version: 4 | 6): Station {
    const gateway = this.internetGateway();
    const facts = factStation(this.world, AWS.INTERNET_GATEWAY.id, 'to-gateway', gateway);
    return {
      direction: 'to-gateway',
      meet: (flow, clients) => {
        const parts: Part[] = [];
        const { inside, internet, elsewhere } = this.whereabouts(clients, version);
        add(parts, inside, () => this.localHop('to-gateway'));
        add(parts, elsewhere, (some) => this.privateHop('to-gateway', some, version));
        if (internet.length > 0) {
          const no = this.noEntrance(version);
          parts.push(...(no === undefined ? facts.meet(flow, internet) : no.meet(flow, internet)));
        }
        return parts;
      },
    };
  }

  /** What the route table does to the answers. */
  private departure(version: 4 | 6): Station {
    const gateway = this.internetGateway();
    const facts = factStation(this.world, AWS.INTERNET_GATEWAY.id, 'to-client', gateway);
    return {
      direction: 'to-client',
      meet: (flow, clients) => {
        const parts: Part[] = [];
        const { inside, internet, elsewhere } = this.whereabouts(clients, version);
        add(parts, inside, () => this.localHop('to-client'));
        add(parts, elsewhere, (some) => this.privateHop('to-client', some, version));
        for (const { clients: some, route } of this.routed(internet, version)) {
          const target = route === undefined ? undefined : this.targetOf(route);
          if (route?.condition !== undefined) {
            parts.push({ clients: some, hop: this.routeHop('to-client', route) });
          } else if (route !== undefined && target?.type === 'internet') {
            parts.push(...facts.meet(flow, some));
          } else if (route !== undefined && target?.element !== undefined) {
            const through = factStation(this.world, target.element, 'to-client', {
              label: target.label,
              origin: route.origin,
            });
            parts.push(...through.meet(flow, some).map((part) => asymmetric(part, target.label)));
          } else {
            parts.push({ clients: some, hop: this.routeHop('to-client', route) });
          }
        }
        return parts;
      },
    };
  }

  /** Worked out once for each set: every flow of everybody asks for the same. */
  private whereabouts(clients: AddressSet, version: 4 | 6): Whereabouts {
    let known = this.places.get(clients);
    if (known === undefined) {
      known = this.findWhereabouts(clients, version);
      this.places.set(clients, known);
    }
    return known;
  }

  private findWhereabouts(clients: AddressSet, version: 4 | 6): Whereabouts {
    const own = (this.network?.ranges ?? []).filter(isKnown).filter((range) => range.version === version);
    const inside = own.flatMap((range) => intersection(clients, [range]));
    const outside = own.reduce<AddressSet>((set, range) => difference(set, [range]), clients);
    const elsewhere = intersection(outside, notOnInternet(version));
    return { inside, internet: difference(outside, elsewhere), elsewhere };
  }

  private internetGateway() {
    return this.world.internetGatewaysOf(this.subnet?.network ?? this.face.subnet)[0];
  }

  /** Why nothing comes in from the internet, where nothing does or it is not known. */
  private noEntrance(version: 4 | 6): Station | undefined {
    const { subnet, network, world } = this;
    const [address] = this.face.publicAddresses;
    const plain = (verdict: Verdict, because: string, rest: Partial<Hop> = {}) =>
      at('to-gateway', { verdict, name: 'internet gateway', element: AWS.INTERNET_GATEWAY.id, because, ...rest });
    if (subnet === undefined) {
      return plain(
        'unknown',
        `Its subnet was not read: ${isUnknown(this.face.subnet) ? this.face.subnet.why : this.face.subnet}.`,
      );
    }
    if (version === 4 && address === undefined) {
      const nat = this.natGateway();
      return nat === undefined
        ? plain('drops', 'It has no public address, so that nothing on the internet can send to it.', {
            code: 'NO_INTERNET_ROUTE',
            origin: this.face.origin,
            change: () => ({ text: 'give it an Elastic IP and a subnet with a route to an internet gateway' }),
          })
        : factStation(world, AWS.NAT_GATEWAY.id, 'to-gateway', nat);
    }
    if (isUnknown(address)) {
      return plain('unknown', `Whether it has a public address is not known: ${address.why}.`);
    }
    if (version === 6) {
      return plain('unknown', 'Whether it has an IPv6 address is not read.');
    }
    if (this.internetGateway() !== undefined) {
      return undefined;
    }
    return network === undefined
      ? plain('unknown', 'Its VPC was not read, and whether an internet gateway is attached to it is not known.')
      : plain('drops', `No internet gateway is attached to ${network.label}.`, {
          code: 'NO_INTERNET_ROUTE',
          origin: network.origin,
          change: () => ({ text: `attach an internet gateway to ${network.label}` }),
        });
  }

  /** The NAT gateway that its packets to the internet go to. */
  private natGateway() {
    const everything = difference([everyAddress(4)], notOnInternet(4));
    for (const { route } of this.routed(everything, 4)) {
      const target = route === undefined ? undefined : this.targetOf(route);
      if (route !== undefined && target?.type === 'nat') {
        return { label: target.label, origin: route.origin };
      }
    }
    return undefined;
  }

  private get table(): RouteTable | undefined {
    return this.world.estate.find('route-table', this.subnet?.routeTable);
  }

  /** The route for each part of the addresses: the longest prefix wins. No route stands for a part that has none. */
  private routed(addresses: AddressSet, version: 4 | 6): readonly Routed[] {
    let known = this.routes.get(addresses);
    if (known === undefined) {
      known = this.findRoutes(addresses, version);
      this.routes.set(addresses, known);
    }
    return known;
  }

  private findRoutes(addresses: AddressSet, version: 4 | 6): readonly Routed[] {
    const parts: Routed[] = [];
    let rest = addresses;
    const routes = (this.table?.routes ?? []).filter(
      ({ destination }) => isUnknown(destination) || destination.version === version,
    );
    const size = ({ destination }: Route) =>
      isUnknown(destination) ? -1n : BigInt(destination.last) - BigInt(destination.first);
    for (const route of routes.sort((a, b) => (size(a) < size(b) ? -1 : size(a) > size(b) ? 1 : 0))) {
      // A route to an unknown range may be for anything that no other route says more about.
      const some = isUnknown(route.destination) ? [] : intersection(rest, [route.destination]);
      if (some.length > 0) {
        parts.push({ clients: some, route });
        rest = difference(rest, some);
      }
    }
    if (rest.length > 0) {
      parts.push({ clients: rest, route: routes.find(({ destination }) => isUnknown(destination)) });
    }
    return parts;
  }

  private targetOf({ target }: Route): { type: string; label: string; element?: string } | undefined {
    if (isUnknown(target)) {
      return undefined;
    }
    const gateway = this.world.estate.find('gateway', target);
    if (gateway !== undefined) {
      return {
        type: gateway.type,
        label: gateway.label,
        ...(gateway.element === undefined ? {} : { element: gateway.element }),
      };
    }
    // Gateways that were made elsewhere say what they are by their names.
    const type = target.startsWith('igw-') ? 'internet' : target.startsWith('nat-') ? 'nat' : 'other';
    return { type, label: target, ...(type === 'nat' ? { element: AWS.NAT_GATEWAY.id } : {}) };
  }

  private routeHop(direction: Direction, route: Route | undefined): Hop {
    const base = { direction, name: 'route table', evidence: [] };
    if (this.subnet === undefined || isUnknown(this.subnet.routeTable)) {
      return { ...base, verdict: 'unknown', because: 'The routes of its subnet are not known.' };
    }
    const { table } = this;
    if (this.subnet.routeTable !== undefined && table === undefined) {
      return { ...base, verdict: 'unknown', because: `Route table ${this.subnet.routeTable} was not read.` };
    }
    if (route !== undefined) {
      const target = this.targetOf(route);
      return {
        ...base,
        label: table?.label ?? '',
        origin: route.origin,
        verdict: 'unknown',
        because:
          route.condition === undefined
            ? `The answers go to ${target?.label ?? 'an unknown target'}, and what that does to them is not known.`
            : `Whether the route is there is not known: ${route.condition.why}.`,
      };
    }
    const internet = this.internetGateway();
    return {
      ...base,
      label: table?.label ?? `main route table of ${this.network?.label ?? 'its VPC'}`,
      origin: table?.origin ?? this.subnet.origin,
      // The main table of a VPC is no resource; others may have added routes to it.
      verdict: table === undefined ? 'unknown' : 'drops',
      because:
        table === undefined
          ? 'Its subnet has the main route table of the VPC, which no template holds.'
          : 'No route leads to the clients: answers are dropped.',
      code: 'NO_INTERNET_ROUTE',
      change: () => ({
        text: `add a route to 0.0.0.0/0 through ${internet?.label ?? 'an internet gateway'}`,
        ...(table === undefined || internet === undefined ? {} : { snippets: [writeAwsRoute(table, internet)] }),
      }),
    };
  }

  private localHop(direction: Direction): Hop {
    return {
      direction,
      verdict: 'passes',
      name: 'VPC',
      element: AWS.VPC.id,
      ...(this.network === undefined ? {} : { label: this.network.label, origin: this.network.origin }),
      because: 'The clients are in the VPC itself; filters of their own subnets are not looked at.',
      evidence: [],
    };
  }

  /** Private addresses outside the VPC come by whatever the route table has for them, or not at all. */
  private privateHop(direction: Direction, clients: AddressSet, version: 4 | 6): Hop {
    const [part] = this.routed(clients, version);
    const target = part?.route === undefined ? undefined : this.targetOf(part.route);
    if (part?.route !== undefined && target?.type !== 'internet' && target?.type !== 'nat') {
      return this.routeHop(direction, part.route);
    }
    return {
      direction,
      verdict: this.subnet === undefined || this.table === undefined ? 'unknown' : 'drops',
      name: 'internet gateway',
      because: 'Private addresses do not come over the internet, and no route leads to them.',
      code: 'NO_INTERNET_ROUTE',
      evidence: [],
    };
  }

  /** By load balancers that hand packets to the machine. */
  public balanced(machine: Machine): Way[] {
    const balancers = new Map(this.world.listenersFor(machine).map(({ balancer }) => [balancer.id, balancer]));
    return [...balancers.values()].map((balancer): Way => {
      const own = this.world.listenersFor(machine).filter((entry) => entry.balancer === balancer);
      const isProxy = balancer.element !== AWS.NETWORK_LOAD_BALANCER.id;
      const at = (direction: Direction): Station => ({
        direction,
        meet: (flow, clients) => {
          const listener = own.find(
            ({ listener: { protocol, ports } }) =>
              protocol === flow.protocol &&
              (ports === 'any' ||
                (!isUnknown(ports) &&
                  ports.some(({ from, to }) => flow.port !== undefined && from <= flow.port && flow.port <= to))),
          );
          const fact = this.world.fact(balancer.element, flow, direction);
          const open = own.some(({ listener: { protocol, ports } }) => isUnknown(protocol) || isUnknown(ports));
          const verdict: Verdict =
            listener !== undefined && fact?.carriage !== 'drops'
              ? isUnknown(balancer.isPublic)
                ? 'unknown'
                : 'passes'
              : open && fact?.carriage !== 'drops'
                ? 'unknown'
                : 'drops';
          const name = this.world.element(balancer.element)?.short ?? 'load balancer';
          return [
            {
              clients,
              hop: {
                direction,
                verdict,
                element: balancer.element,
                name,
                label: balancer.label,
                origin: listener?.listener.origin ?? balancer.origin,
                because:
                  fact?.carriage === 'drops'
                    ? fact.because
                    : listener === undefined
                      ? `No listener of ${balancer.label} takes ${flow.name}.`
                      : `A listener takes ${flow.name} and hands it to the machine.`,
                ...(verdict === 'passes' ? {} : { code: fact?.code ?? 'RULE_MISSING' }),
                evidence: fact?.evidence ?? [],
                ...(verdict === 'passes' || fact?.remedy === undefined
                  ? {}
                  : { change: () => ({ text: fact.remedy ?? '' }) }),
              },
            },
          ];
        },
      });
      const reaches: Station[] =
        balancer.isPublic === false
          ? [
              {
                direction: 'to-gateway',
                meet: (_flow, clients) => {
                  const parts: Part[] = [];
                  const { inside, internet, elsewhere } = this.whereabouts(clients, 4);
                  add(parts, [...inside], () => this.localHop('to-gateway'));
                  add(parts, elsewhere, (some) => this.privateHop('to-gateway', some, 4));
                  add(parts, internet, () => ({
                    direction: 'to-gateway',
                    verdict: 'drops',
                    name: 'load balancer',
                    label: balancer.label,
                    origin: balancer.origin,
                    because: 'The load balancer is internal.',
                    code: 'NO_INTERNET_ROUTE',
                    evidence: [],
                  }));
                  return parts;
                },
              },
            ]
          : [];
      const groups = filterStation({
        world: this.world,
        version: 4,
        direction: 'to-gateway',
        write: WRITE_AWS_RULE,
        element: AWS.SECURITY_GROUP.id,
        ruleSets: balancer.ruleSets,
      });
      return {
        dials: `load balancer ${balancer.label}`,
        face: this.face,
        version: 4,
        stations: [
          ...reaches,
          ...(balancer.ruleSets.length > 0 ? [groups] : []),
          at('to-gateway'),
          ...(isProxy ? [behindProxy(balancer.label)] : this.filters('to-gateway', 4)),
          at('to-client'),
        ],
      };
    });
  }
}

/** A load balancer that opens connections of its own: filters behind it do not see the clients. */
function behindProxy(label: string): Station {
  return at('to-gateway', {
    verdict: 'unknown',
    name: 'security group',
    because: `Filters behind ${label} see its address and not that of the clients; which it has is known at deployment.`,
  });
}

function at(direction: Direction, hop: Omit<Hop, 'direction' | 'evidence'>): Station {
  return { direction, meet: (_flow, clients) => [{ clients, hop: { direction, evidence: [], ...hop } }] };
}

/** Answers that leave another way than the calls came in carry another address, and no client takes them. */
function asymmetric({ clients, hop }: Part, label: string): Part {
  return {
    clients,
    hop:
      hop.verdict === 'drops'
        ? hop
        : {
            ...hop,
            verdict: 'drops',
            because: `Answers leave through ${label} and not through the internet gateway by which the calls come in.`,
            code: 'NO_INTERNET_ROUTE',
            change: () => ({ text: 'route the clients through the internet gateway' }),
          },
  };
}

function add(parts: Part[], clients: AddressSet, hop: (clients: AddressSet) => Hop): void {
  if (clients.length > 0) {
    parts.push({ clients, hop: hop(clients) });
  }
}
