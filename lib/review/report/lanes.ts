import { DIRECTIONS } from '../../flows';
import { type Hop, type Passage, type ProtocolAnswer, ruleText, type Verdict, worse } from '../evaluate';
import { type AddressSet, addressSet, intersection, type Origin } from '../model';
import { type Diagram, type Place, reached, type Step, translationOf } from './diagram';

/** Clients of whom the same becomes, hop by hop. */
export interface Group {
  readonly clients: AddressSet;
  /** What becomes of them. */
  readonly verdict: Verdict;
  readonly diagram: Diagram;
}

/** Hops at one place on the way: of clients of whom the same becomes there, though by other rules. */
type Hops = readonly Hop[];

/** A flow of some clients: what happens at each place, in the order of the packets. */
interface Trip {
  readonly clients: AddressSet;
  readonly hops: readonly Hops[];
}

/**
 * The clients that an answer is about, in groups of whom the same becomes, and a diagram for each.
 *
 * @param file how the name of a place in a file is written
 */
export function groupsOf(answer: ProtocolAnswer, to: string, file: (origin: Origin) => string): readonly Group[] {
  let groups: { clients: AddressSet; trips: readonly Trip[] }[] =
    answer.asked.length === 0 || answer.flows.length === 0 ? [] : [{ clients: answer.asked, trips: [] }];
  for (const { passages } of answer.flows) {
    const trips = tripsOf(passages, answer.asked);
    groups = groups.flatMap(({ clients, trips: before }) =>
      trips.flatMap((trip) => {
        const some = intersection(clients, trip.clients);
        return some.length === 0 ? [] : [{ clients: some, trips: [...before, trip] }];
      }),
    );
  }
  return groups.map(({ clients, trips }) => groupOf(answer, clients, trips, to, file));
}

/** Passages that differ by nothing but the rules that decide, as one. */
function tripsOf(passages: readonly Passage[], asked: AddressSet): readonly Trip[] {
  const trips = new Map<string, { clients: AddressSet[]; hops: Hop[][] }>();
  for (const { clients, hops } of passages) {
    const some = intersection(clients, asked);
    if (some.length === 0) {
      continue;
    }
    const key = hops
      .map(({ verdict, element, name, rule }) => `${verdict} ${element ?? name} ${rule !== undefined}`)
      .join('|');
    const known = trips.get(key);
    if (known === undefined) {
      trips.set(key, { clients: [some], hops: hops.map((hop) => [hop]) });
    } else {
      known.clients.push(some);
      hops.forEach((hop, index) => {
        known.hops[index]?.push(hop);
      });
    }
  }
  return [...trips.values()].map(({ clients, hops }) => ({ clients: addressSet(clients.flat()), hops }));
}

function groupOf(
  { flows, protocol, dials }: ProtocolAnswer,
  clients: AddressSet,
  trips: readonly Trip[],
  to: string,
  file: (origin: Origin) => string,
): Group {
  const { places, at } = placesOf(trips[0]?.hops ?? []);
  const lanes = trips.flatMap(({ hops }, index) =>
    DIRECTIONS.map((direction) => {
      const steps = hops.flatMap((some, station): Omit<Step, 'isReached'>[] =>
        some[0]?.direction === direction ? [stepOf(some, at[station] ?? 0, clients, file)] : [],
      );
      return {
        flow: flows[index]?.flow.label ?? '',
        direction,
        verdict: steps.map(({ verdict }) => verdict).reduce(worse, 'passes'),
        steps: reached(steps),
      };
    }),
  );
  return {
    clients,
    verdict: lanes.map(({ verdict }) => verdict).reduce(worse, 'passes'),
    diagram: { title: `${protocol.name}, dialled by ${dials}`, from: 'clients', to, places, lanes },
  };
}

/**
 * The places of a way, from the clients to the gateway, and the place of each station. What packets meet on both ways is one
 * place: answers come back through the hops that calls came by.
 */
function placesOf(hops: readonly Hops[]): { places: readonly Place[]; at: readonly number[] } {
  const stations = hops.map((some, station) => ({ some, station }));
  const isThere = ({ some }: { some: Hops }) => some[0]?.direction === 'to-gateway';
  const places = stations.filter(isThere).map(({ some, station }) => ({ some, stations: [station] }));
  // From the clients' end, as the places stand.
  let next = 0;
  for (const { some, station } of stations.filter((one) => !isThere(one)).reverse()) {
    const found = places.findIndex((place, index) => index >= next && keyOf(place.some) === keyOf(some));
    if (found >= 0) {
      places[found]?.stations.push(station);
      next = found + 1;
    } else {
      places.splice(next, 0, { some, stations: [station] });
      next++;
    }
  }
  return {
    places: places.map(({ some }) => placeOf(some)),
    at: hops.map((_, station) => places.findIndex((place) => place.stations.includes(station))),
  };
}

function keyOf([hop]: Hops): string {
  return hop?.element ?? hop?.name ?? '';
}

function placeOf(hops: Hops): Place {
  const labels = distinct(hops.map(({ label }) => label));
  const translates = translationOf(hops[0]?.element);
  return {
    name: hops[0]?.name ?? '',
    ...(labels.length === 0 ? {} : { label: few(labels).join(', ') }),
    ...(translates === undefined ? {} : { translates }),
  };
}

function stepOf(
  hops: Hops,
  place: number,
  clients: AddressSet,
  file: (origin: Origin) => string,
): Omit<Step, 'isReached'> {
  const change = hops.find(({ verdict }) => verdict !== 'passes')?.change?.(clients);
  return {
    place,
    verdict: hops.map(({ verdict }) => verdict).reduce(worse, 'passes'),
    rules: few(distinct(hops.map(({ rule }) => (rule === undefined ? undefined : ruleText(rule))))),
    because: few(distinct(hops.map(({ because }) => because))),
    stands: few(distinct(hops.map(({ origin }) => (origin === undefined ? undefined : file(origin))))),
    evidence: hops[0]?.evidence ?? [],
    ...(change === undefined ? {} : { change }),
  };
}

function distinct(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined && text !== ''))] as string[];
}

/** Three of many, and how many more there are. */
function few(texts: readonly string[]): readonly string[] {
  return texts.length <= 3 ? texts : [...texts.slice(0, 3), `and ${texts.length - 3} more`];
}
