import type { Direction, Flow } from '../../flows';
import { AZURE } from '../../network/azure';
import {
  type Interface,
  isKnown,
  isUnknown,
  type LoadBalancer,
  type Network,
  type Route,
  type RouteTable,
  type Subnet,
} from '../model';
import { writeAzureRule } from './azure-rules';
import { balancedWays } from './balanced';
import type { Hop, Part } from './hop';
import { add, routed, whereabouts } from './routing';
import { factStation, filterStation, type Named, type Station } from './stations';
import type { Fabric, Way } from './way';
import type { World } from './world';

/** How packets get to machines in an Azure virtual network. */
export const AZURE_FABRIC: Fabric = {
  ways(face, machine, world) {
    const place = new Place(face, world);
    const versions = place.hasIpv6 ? ([4, 6] as const) : ([4] as const);
    const balanced =
      machine === undefined
        ? []
        : balancedWays(machine, face, world, {
            before: (balancer) => place.before(balancer),
            behind: (port) => place.within(4, port),
            isProxy: () => false,
          });
    return [...versions.map((version) => place.direct(version)), ...balanced];
  },
};

/** Where an interface is, and what surrounds it. */
class Place {
  private readonly subnet: Subnet | undefined;
  private readonly network: Network | undefined;
  private readonly table: RouteTable | undefined;

  public constructor(
    private readonly face: Interface,
    private readonly world: World,
  ) {
    const { estate } = world;
    this.subnet = estate.find('subnet', face.subnet);
    this.network = estate.find('network', this.subnet?.network);
    this.table = estate.find('route-table', this.subnet?.routeTable);
  }

  public get hasIpv6(): boolean {
    return (this.subnet?.ranges ?? []).some((range) => isKnown(range) && range.version === 6);
  }

  public direct(version: 4 | 6): Way {
    const address = this.addressOf(version);
    const found = address === 'ephemeral' ? undefined : this.world.estate.find('public-address', address);
    return {
      dials:
        address === undefined
          ? 'no public address'
          : address === 'ephemeral'
            ? 'the public address that it gets at each start'
            : isUnknown(address)
              ? 'a public address that is not known'
              : `public IP ${found?.label ?? address}`,
      face: this.face,
      version,
      stations: [this.arrival(version), ...this.within(version, ({ port }) => port), this.departure(version)],
    };
  }

  private addressOf(version: 4 | 6): Interface['publicAddresses'][number] | undefined {
    return this.face.publicAddresses.find((reference) => {
      const found = reference === 'ephemeral' ? undefined : this.world.estate.find('public-address', reference);
      return found === undefined ? version === 4 : found.version === version;
    });
  }

  /** The virtual network, and the groups of the subnet and of the interface, each of which must let a packet pass. */
  public within(version: 4 | 6, port: (flow: Flow) => number | undefined): Station[] {
    const fabric = (direction: Direction) => factStation(this.world, AZURE.VIRTUAL_NETWORK.id, direction, this.network);
    const groups = [...(this.subnet?.ruleSets ?? []), ...this.face.ruleSets];
    const filters = (direction: Direction) =>
      groups.map(
        (group): Station => ({
          direction,
          meet: (flow, clients) => {
            const own = port(flow);
            return filterStation({
              world: this.world,
              element: AZURE.NETWORK_SECURITY_GROUP.id,
              ruleSets: [group],
              version,
              direction,
              write: writeAzureRule,
              concerns: (rule, { protocol }) =>
                // `*` means TCP, UDP and ICMP: ESP and AH need rules that name them.
                rule.protocol === 'any' && !MEANT_BY_ANY.has(protocol) ? 'no' : this.world.concerns(rule, this.face),
              ...(own === undefined ? {} : { port: own }),
            }).meet(flow, clients);
          },
        }),
      );
    return [fabric('to-gateway'), ...filters('to-gateway'), ...filters('to-client').reverse(), fabric('to-client')];
  }

  public before(balancer: LoadBalancer): Station[] {
    return [
      {
        direction: 'to-gateway',
        meet: (_flow, clients) => {
          const { inside, internet, elsewhere } = this.whereabouts(clients);
          const parts: Part[] = [];
          const closed =
            balancer.isPublic === false
              ? this.hop('to-gateway', 'drops', 'The load balancer is internal.', balancer)
              : this.isClosed
                ? this.closedHop(balancer)
                : undefined;
          add(parts, inside, this.insideHop('to-gateway'));
          add(parts, elsewhere, this.elsewhereHop('to-gateway'));
          add(
            parts,
            internet,
            closed ?? this.hop('to-gateway', 'passes', 'Its address is on the internet.', balancer, 'load balancer'),
          );
          return parts;
        },
      },
    ];
  }

  /** A Standard public IP lets nothing in until a group opens it. */
  private get isClosed(): boolean {
    return this.subnet !== undefined && this.face.ruleSets.length === 0 && this.subnet.ruleSets.length === 0;
  }

  private closedHop(thing: Named): Hop {
    return {
      ...this.hop(
        'to-gateway',
        'drops',
        'No network security group is on the interface or on its subnet, and a Standard public IP is closed to the internet until one opens it.',
        thing,
        'public IP',
      ),
      element: AZURE.PUBLIC_IP.id,
      code: 'RULE_MISSING',
      change: () => ({
        text: 'put a network security group with rules for it on the network interface or on the subnet',
      }),
    };
  }

  /** What lets packets of the clients into the virtual network. */
  private arrival(version: 4 | 6): Station {
    const address = this.addressOf(version);
    const found = address === 'ephemeral' ? undefined : this.world.estate.find('public-address', address);
    const byAddress = factStation(this.world, AZURE.PUBLIC_IP.id, 'to-gateway', found);
    return {
      direction: 'to-gateway',
      meet: (flow, clients) => {
        const parts: Part[] = [];
        const { inside, internet, elsewhere } = this.whereabouts(clients);
        add(parts, inside, this.insideHop('to-gateway'));
        add(parts, elsewhere, this.elsewhereHop('to-gateway'));
        add(parts, internet, (some) => {
          if (this.subnet === undefined || isUnknown(address)) {
            const why = isUnknown(address) ? address.why : 'its subnet was not read';
            return [
              { clients: some, hop: this.hop('to-gateway', 'unknown', `How packets come in is not known: ${why}.`) },
            ];
          }
          if (address === undefined) {
            return this.withoutAddress(flow, some);
          }
          return byAddress.meet(flow, some).map((part) => ({
            ...part,
            hop: this.opened(part.hop, found ?? this.face),
          }));
        });
        return parts;
      },
    };
  }

  /** The condition of a public IP is that a group lets packets pass; whether it does is the group's to say. */
  private opened(hop: Hop, thing: Named): Hop {
    const isConditional = hop.verdict === 'unknown' && hop.code === 'RULE_MISSING';
    if (!isConditional) {
      return hop;
    }
    if (this.isClosed && hop.direction === 'to-gateway') {
      return { ...this.closedHop(thing), evidence: hop.evidence };
    }
    const { code: _code, change: _change, ...rest } = hop;
    return {
      ...rest,
      verdict: 'passes',
      because: 'The public IP leads to the interface; network security groups decide.',
    };
  }

  private withoutAddress(flow: Flow, clients: Part['clients']): readonly Part[] {
    const nat = this.world.estate.find('gateway', this.subnet?.natGateway);
    if (nat !== undefined) {
      return factStation(this.world, AZURE.NAT_GATEWAY.id, 'to-gateway', nat).meet(flow, clients);
    }
    return [
      {
        clients,
        hop: {
          ...this.hop(
            'to-gateway',
            'drops',
            'It has no public IP, so that nothing on the internet can send to it.',
            this.face,
            'public IP',
          ),
          code: 'NO_INTERNET_ROUTE',
          change: () => ({ text: 'give its network interface a public IP' }),
        },
      },
    ];
  }

  /** What the routes do to the answers. Without a table of its own a subnet has a route to the internet. */
  private departure(version: 4 | 6): Station {
    const address = this.addressOf(version);
    const found = address === 'ephemeral' ? undefined : this.world.estate.find('public-address', address);
    const byAddress = factStation(this.world, AZURE.PUBLIC_IP.id, 'to-client', found);
    return {
      direction: 'to-client',
      meet: (flow, clients) => {
        const parts: Part[] = [];
        const { inside, internet, elsewhere } = this.whereabouts(clients);
        add(parts, inside, this.insideHop('to-client'));
        add(parts, elsewhere, this.elsewhereHop('to-client'));
        add(parts, internet, (some) => {
          const reference = this.subnet?.routeTable;
          if (reference !== undefined && (this.table === undefined || this.table.incomplete !== undefined)) {
            const why = isUnknown(reference)
              ? reference.why
              : (this.table?.incomplete?.why ?? `${reference} was not read`);
            return [{ clients: some, hop: this.hop('to-client', 'unknown', `The routes are not known: ${why}.`) }];
          }
          return routed(this.table, some, () => true).flatMap((part): readonly Part[] => {
            const { route } = part;
            if (route === undefined || route.target === 'internet') {
              return byAddress
                .meet(flow, part.clients)
                .map((one) => ({ ...one, hop: this.opened(one.hop, found ?? this.face) }));
            }
            return [{ clients: part.clients, hop: this.routeHop(route) }];
          });
        });
        return parts;
      },
    };
  }

  private routeHop(route: Route): Hop {
    const { target, condition } = route;
    const gateway = isUnknown(target) ? undefined : this.world.estate.find('gateway', target);
    const base = { direction: 'to-client' as const, name: 'route table', origin: route.origin, evidence: [] };
    const label = this.table?.label ?? '';
    if (target === 'none' && condition === undefined) {
      return {
        ...base,
        label,
        verdict: 'drops',
        because: `A route of ${label} drops the answers.`,
        code: 'NO_INTERNET_ROUTE',
      };
    }
    if (gateway?.element !== undefined && condition === undefined) {
      return {
        ...base,
        label,
        verdict: 'drops',
        because: `Answers leave through ${gateway.label} and not through the public IP by which the calls come in.`,
        code: 'NO_INTERNET_ROUTE',
        change: () => ({ text: 'a route with next hop Internet for the ranges of the clients' }),
      };
    }
    return {
      ...base,
      label,
      verdict: 'unknown',
      because:
        condition === undefined
          ? `The answers go to ${gateway?.label ?? 'an unknown next hop'}, and what that does to them is not known.`
          : `Whether the route is there is not known: ${condition.why}.`,
    };
  }

  private whereabouts(clients: Part['clients']) {
    return whereabouts(clients, this.network, []);
  }

  private insideHop(direction: Direction): Hop {
    return this.hop(
      direction,
      'passes',
      'The clients are in the virtual network itself; filters of their own subnets are not looked at.',
      this.network,
    );
  }

  private elsewhereHop(direction: Direction): Hop {
    return this.hop(
      direction,
      'unknown',
      'Private addresses come over peerings and gateways, and whether they do here is not read.',
      this.network,
    );
  }

  private hop(
    direction: Direction,
    verdict: Hop['verdict'],
    because: string,
    thing?: Named,
    name = 'virtual network',
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
}

/** TCP, UDP and ICMP. */
const MEANT_BY_ANY = new Set([1, 6, 17]);
