import type { Direction, Flow } from '../../flows';
import { GOOGLE } from '../../network/google';
import {
  type Interface,
  isKnown,
  isUnknown,
  type LoadBalancer,
  type Machine,
  type Network,
  type Route,
  type RouteTable,
  type Subnet,
} from '../model';
import { balancedWays } from './balanced';
import { writeGoogleRule } from './google-rules';
import type { Hop, Part } from './hop';
import { add, routed, whereabouts } from './routing';
import { factStation, filterStation, type Named, type Station } from './stations';
import type { Fabric, Way } from './way';
import type { World } from './world';

/** How packets get to machines in a VPC network of Google Cloud. */
export const GOOGLE_FABRIC: Fabric = {
  ways(face, machine, world) {
    const place = new Place(face, world);
    const versions = place.hasIpv6 ? ([4, 6] as const) : ([4] as const);
    const balanced =
      machine === undefined
        ? []
        : balancedWays(machine, face, world, {
            before: (balancer) => place.before(balancer),
            behind: (port) => [...place.within(4, port), place.departure()],
            isProxy: ({ element }) =>
              element === GOOGLE.PROXY_LOAD_BALANCER.id || element === GOOGLE.APPLICATION_LOAD_BALANCER.id,
          });
    return [...versions.map((version) => place.direct(version)), ...balanced];
  },
};

/** Where an interface is, and what surrounds it. */
class Place {
  private readonly subnet: Subnet | undefined;
  private readonly network: Network | undefined;
  private readonly table: RouteTable | undefined;
  private readonly machine: Machine | undefined;
  /** All subnets of the network: a network of Google has no addresses of its own. */
  private readonly subnets: readonly Subnet[];

  public constructor(
    private readonly face: Interface,
    private readonly world: World,
  ) {
    const { estate } = world;
    this.subnet = estate.find('subnet', face.subnet);
    this.network = estate.find('network', this.subnet?.network);
    this.table = estate.find('route-table', this.subnet?.routeTable);
    this.machine = world.machineOf(face);
    const { subnet } = this;
    this.subnets = subnet === undefined ? [] : estate.all('subnet').filter(({ network }) => network === subnet.network);
  }

  public get hasIpv6(): boolean {
    return (this.subnet?.ranges ?? []).some((range) => isKnown(range) && range.version === 6);
  }

  public direct(version: 4 | 6): Way {
    const [address] = this.face.publicAddresses;
    const found = address === 'ephemeral' ? undefined : this.world.estate.find('public-address', address);
    return {
      dials:
        version === 6
          ? 'its IPv6 address'
          : address === undefined
            ? 'no external address'
            : address === 'ephemeral'
              ? 'the external address that it gets at each start'
              : isUnknown(address)
                ? 'an external address that is not known'
                : `external address ${found?.label ?? address}`,
      face: this.face,
      version,
      stations: [
        this.arrival(version, found),
        ...this.within(version, ({ port }) => port),
        this.departure(factStation(this.world, GOOGLE.EXTERNAL_IP.id, 'to-client', found)),
      ],
    };
  }

  /** The network, and its firewall with the policies, which decide one after the other. */
  public within(version: 4 | 6, port: (flow: Flow) => number | undefined): Station[] {
    const fabric = (direction: Direction) => factStation(this.world, GOOGLE.VPC_NETWORK.id, direction, this.network);
    const filter = (direction: Direction): Station => ({
      direction,
      meet: (flow, clients) => {
        const own = port(flow);
        return filterStation({
          world: this.world,
          element: GOOGLE.VPC_FIREWALL.id,
          ruleSets: this.face.ruleSets,
          inTurn: true,
          version,
          direction,
          write: writeGoogleRule(this.machine),
          concerns: (rule) => this.world.concerns(rule, this.face),
          ...(own === undefined ? {} : { port: own }),
        }).meet(flow, clients);
      },
    });
    return [fabric('to-gateway'), filter('to-gateway'), filter('to-client'), fabric('to-client')];
  }

  /** Who reaches a forwarding rule. */
  public before(balancer: LoadBalancer): Station[] {
    return [
      this.outside('to-gateway', (some) => [
        {
          clients: some,
          hop:
            balancer.isPublic === false
              ? {
                  ...hopOf('to-gateway', 'drops', 'The forwarding rule is internal.', balancer),
                  code: 'NO_INTERNET_ROUTE',
                }
              : hopOf('to-gateway', 'passes', 'Its address is on the internet.', balancer, 'internet'),
        },
      ]),
    ];
  }

  /** What lets packets of the clients into the network. */
  private arrival(version: 4 | 6, found: Named | undefined): Station {
    const [address] = this.face.publicAddresses;
    const byAddress = factStation(this.world, GOOGLE.EXTERNAL_IP.id, 'to-gateway', found ?? this.face);
    return this.outside('to-gateway', (some, flow) => {
      if (this.subnet === undefined || isUnknown(address) || version === 6) {
        const why = isUnknown(address)
          ? address.why
          : version === 6
            ? 'whether it has an IPv6 address is not read'
            : isUnknown(this.face.subnet)
              ? this.face.subnet.why
              : `${this.face.subnet} was not read`;
        return [{ clients: some, hop: hopOf('to-gateway', 'unknown', `How packets come in is not known: ${why}.`) }];
      }
      if (address !== undefined) {
        return byAddress.meet(flow, some);
      }
      const nat = this.world.estate.find('gateway', this.subnet.natGateway);
      return nat !== undefined
        ? factStation(this.world, GOOGLE.CLOUD_NAT.id, 'to-gateway', nat).meet(flow, some)
        : [
            {
              clients: some,
              hop: {
                ...hopOf(
                  'to-gateway',
                  'drops',
                  'It has no external address, so that nothing on the internet can send to it.',
                  this.face,
                  'external IP',
                ),
                code: 'NO_INTERNET_ROUTE',
                change: () => ({ text: 'give its network interface an access_config with an external address' }),
              },
            },
          ];
    });
  }

  /** What the routes do to the answers. */
  public departure(byAddress?: Station): Station {
    return this.outside('to-client', (some, flow) => {
      if (this.table === undefined || this.table.incomplete !== undefined) {
        const why = this.table?.incomplete?.why ?? 'its network was not read';
        return [{ clients: some, hop: hopOf('to-client', 'unknown', `The routes are not known: ${why}.`) }];
      }
      const parts = routed(this.table, some, (route) => this.isFor(route));
      return parts.flatMap(({ clients, route }): readonly Part[] =>
        route?.target === 'internet' && route.condition === undefined
          ? (byAddress?.meet(flow, clients) ?? [
              { clients, hop: hopOf('to-client', 'passes', 'A route leads to the internet.', this.table, 'routes') },
            ])
          : [{ clients, hop: this.routeHop(route) }],
      );
    });
  }

  private isFor({ tags }: Route): boolean {
    return tags === undefined || tags.some((tag) => isUnknown(tag) || this.machine?.tags?.includes(tag) === true);
  }

  private routeHop(route: Route | undefined): Hop {
    const label = this.table?.label ?? '';
    if (route === undefined) {
      return {
        ...hopOf('to-client', 'drops', 'No route leads to the clients: answers are dropped.', this.table, 'routes'),
        code: 'NO_INTERNET_ROUTE',
        change: () => ({
          text: `add to ${this.network?.label ?? 'the network'} a route to 0.0.0.0/0 with next hop default-internet-gateway`,
        }),
      };
    }
    const { target, condition } = route;
    const gateway = isUnknown(target) ? undefined : this.world.estate.find('gateway', target);
    const to = gateway?.label ?? (isUnknown(target) ? 'an unknown next hop' : target);
    return hopOf(
      'to-client',
      'unknown',
      condition === undefined
        ? `The answers go to ${to}, and what that does to them is not known.`
        : `Whether the route is there is not known: ${condition.why}.`,
      { label, origin: route.origin },
      'routes',
    );
  }

  /** The same for everybody but those who are in the network, or have private addresses elsewhere. */
  private outside(direction: Direction, meet: (clients: Part['clients'], flow: Flow) => readonly Part[]): Station {
    return {
      direction,
      meet: (flow, clients) => {
        const { inside, internet, elsewhere } = whereabouts(clients, this.network, this.subnets);
        const parts: Part[] = [];
        add(
          parts,
          inside,
          hopOf(
            direction,
            'passes',
            'The clients are in the network itself; filters of their own machines are not looked at.',
            this.network,
          ),
        );
        add(
          parts,
          elsewhere,
          hopOf(
            direction,
            'unknown',
            'Private addresses come over peerings, tunnels and interconnects, and whether they do here is not read.',
            this.network,
          ),
        );
        add(parts, internet, (some) => meet(some, flow));
        return parts;
      },
    };
  }
}

function hopOf(
  direction: Direction,
  verdict: Hop['verdict'],
  because: string,
  thing?: Named,
  name = 'VPC network',
): Hop {
  return {
    direction,
    verdict,
    name,
    ...(thing === undefined ? {} : { label: thing.label, origin: thing.origin }),
    because,
    evidence: [],
  };
}
