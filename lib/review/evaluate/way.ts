import type { Flow } from '../../flows';
import { type AddressSet, type Interface, intersection, type Machine } from '../model';
import { type Hop, type Part, type Verdict, worse } from './hop';
import type { Station } from './stations';
import type { World } from './world';

/** One way from clients to a machine and back, by one address that clients dial. */
export interface Way {
  /** What clients dial, in words: `Elastic IP VpnAddress`, `load balancer Front`. */
  readonly dials: string;
  readonly face: Interface;
  readonly version: 4 | 6;
  /** In the order in which packets meet them: to the gateway, then back. */
  readonly stations: readonly Station[];
}

/** How packets get to the machines of a cloud. */
export interface Fabric {
  /** The ways to an interface; at least one, of which the first hop that drops says why there is none. */
  ways(face: Interface, machine: Machine | undefined, world: World): readonly Way[];
}

/** What becomes of a flow of some of the clients, hop by hop. */
export interface Passage {
  readonly clients: AddressSet;
  readonly verdict: Verdict;
  /** Every hop, those after one that drops too: all of them must let the flow through. */
  readonly hops: readonly Hop[];
  /** The same for those of these clients that it is about; `undefined` where it is about none of them. */
  among(clients: AddressSet): Passage | undefined;
}

/** Hops so far, shared by the passages that split from each other. */
interface Trail {
  readonly before: Trail | undefined;
  readonly hop: Hop;
}

interface Walker {
  readonly clients: AddressSet;
  readonly verdict: Verdict;
  readonly trail: Trail | undefined;
}

/**
 * Sends a flow of all these clients along a way. Each client is in exactly one passage. A station is asked once about all of
 * them, since what it does to one does not depend on what others did before.
 */
export function walk(way: Way, flow: Flow, clients: AddressSet): readonly Passage[] {
  let walkers: Walker[] = clients.length === 0 ? [] : [{ clients, verdict: 'passes', trail: undefined }];
  for (const station of way.stations) {
    const parts = station.meet(flow, clients);
    const [only] = parts;
    walkers =
      only !== undefined && parts.length === 1
        ? walkers.map((walker) => met(walker, walker.clients, only.hop))
        : walkers.flatMap((walker) => split(walker, parts));
  }
  return walkers.map((walker) => new Walked(walker));
}

/** A passage whose hops are put in order when somebody reads them. */
class Walked implements Passage {
  public readonly clients: AddressSet;
  public readonly verdict: Verdict;
  private readonly trail: Trail | undefined;

  public constructor({ clients, verdict, trail }: Walker) {
    this.clients = clients;
    this.verdict = verdict;
    this.trail = trail;
  }

  public get hops(): readonly Hop[] {
    const hops: Hop[] = [];
    for (let at = this.trail; at !== undefined; at = at.before) {
      hops.push(at.hop);
    }
    return hops.reverse();
  }

  public among(clients: AddressSet): Passage | undefined {
    const some = intersection(this.clients, clients);
    return some.length === 0 ? undefined : new Walked({ clients: some, verdict: this.verdict, trail: this.trail });
  }
}

function split(walker: Walker, parts: readonly Part[]): Walker[] {
  const walkers: Walker[] = [];
  for (const { clients, hop } of parts) {
    const some = intersection(walker.clients, clients);
    if (some.length > 0) {
      walkers.push(met(walker, some, hop));
    }
  }
  return walkers;
}

function met({ verdict, trail }: Walker, clients: AddressSet, hop: Hop): Walker {
  return { clients, verdict: worse(verdict, hop.verdict), trail: { before: trail, hop } };
}
