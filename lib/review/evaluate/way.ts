import type { Flow } from '../../flows';
import { type Address, type AddressRange, type AddressSet, type Interface, intersection, type Machine } from '../model';
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

/** What the stations of a way do to the clients, in order. */
type Met = readonly (readonly Part[])[];

/** Stations that tell the same clients apart, taken together. */
interface Split {
  readonly parts: readonly Part[];
  readonly verdicts: Verdict[];
}

/**
 * Sends a flow of all these clients along a way. Each client is in exactly one passage. A station is asked once about all of
 * them, since what it does to one does not depend on what others did before.
 */
export function walk(way: Way, flow: Flow, clients: AddressSet): readonly Passage[] {
  if (clients.length === 0) {
    return [];
  }
  const met: Met = way.stations.map((station) => station.meet(flow, clients));
  let everybody: Verdict = 'passes';
  const splits: Split[] = [];
  for (const parts of met) {
    const [only] = parts;
    if (only !== undefined && parts.length === 1) {
      everybody = worse(everybody, only.hop.verdict);
      continue;
    }
    const same = splits.find((split) => isSame(split.parts, parts));
    if (same === undefined) {
      splits.push({ parts, verdicts: parts.map(({ hop }) => hop.verdict) });
    } else {
      parts.forEach(({ hop }, index) => {
        same.verdicts[index] = worse(same.verdicts[index] ?? 'passes', hop.verdict);
      });
    }
  }
  let passages = [new Walked(clients, everybody, met)];
  for (const split of splits) {
    passages = passages.flatMap((passage) => passage.split(split));
  }
  return passages;
}

/** Whether both tell the same clients apart, as stations do that go by where the clients are. */
function isSame(a: readonly Part[], b: readonly Part[]): boolean {
  return a.length === b.length && a.every(({ clients }, index) => clients === b[index]?.clients);
}

/** A passage whose hops are looked up when somebody reads them. */
class Walked implements Passage {
  public constructor(
    public readonly clients: AddressSet,
    public readonly verdict: Verdict,
    private readonly met: Met,
  ) {}

  public get hops(): readonly Hop[] {
    const [some] = this.clients;
    // No station tells clients of one passage apart: one of them stands for all.
    return this.met.flatMap((parts) => {
      const part = parts.length === 1 ? parts[0] : some === undefined ? undefined : partOf(parts, some.first);
      return part === undefined ? [] : [part.hop];
    });
  }

  public among(clients: AddressSet): Passage | undefined {
    const some = intersection(this.clients, clients);
    return some.length === 0 ? undefined : new Walked(some, this.verdict, this.met);
  }

  /** The passages of those whom stations tell apart. */
  public split({ parts, verdicts }: Split): Walked[] {
    const passages: Walked[] = [];
    parts.forEach((part, index) => {
      const some = intersection(this.clients, part.clients);
      if (some.length > 0) {
        passages.push(new Walked(some, worse(this.verdict, verdicts[index] ?? 'passes'), this.met));
      }
    });
    return passages;
  }
}

/** Parts in the order of their addresses, once somebody has looked for one. */
const ORDERED = new WeakMap<readonly Part[], readonly { readonly range: AddressRange; readonly part: Part }[]>();

/** The part that an address is in. There may be as many parts as rules. */
function partOf(parts: readonly Part[], address: Address): Part | undefined {
  let ordered = ORDERED.get(parts);
  if (ordered === undefined) {
    ordered = parts
      .flatMap((part) => part.clients.map((range) => ({ range, part })))
      .sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
    ORDERED.set(parts, ordered);
  }
  let low = 0;
  let high = ordered.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ordered[middle]?.range.first ?? 0) <= address) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return ordered[low]?.part;
}
