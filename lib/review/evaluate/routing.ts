import {
  type AddressSet,
  difference,
  intersection,
  isKnown,
  isUnknown,
  type Network,
  type Route,
  type RouteTable,
  type Subnet,
} from '../model';
import type { Hop, Part } from './hop';
import { notOnInternet } from './world';

/** A part of some addresses, and the route that packets to them take; none where no route is for them. */
export interface Routed {
  readonly clients: AddressSet;
  readonly route: Route | undefined;
}

/** The route for each part of the addresses: the longest prefix wins, and among those of one length the lowest priority. */
export function routed(
  table: RouteTable | undefined,
  addresses: AddressSet,
  isFor: (route: Route) => boolean,
): Routed[] {
  const parts: Routed[] = [];
  let rest = addresses;
  const version = addresses[0]?.version;
  const size = ({ destination }: Route) =>
    isUnknown(destination) ? -1n : BigInt(destination.last) - BigInt(destination.first);
  const routes = (table?.routes ?? [])
    .filter((route) => isFor(route) && (isUnknown(route.destination) || route.destination.version === version))
    .sort(
      (a, b) =>
        Number(size(a) - size(b) > 0n) - Number(size(a) - size(b) < 0n) || (a.priority ?? 0) - (b.priority ?? 0),
    );
  for (const route of routes) {
    const some = isUnknown(route.destination) ? [] : intersection(rest, [route.destination]);
    if (some.length > 0) {
      parts.push({ clients: some, route });
      rest = difference(rest, some);
    }
  }
  // A route to an unknown range may be for anything that no other route says more about.
  const open = routes.find(({ destination }) => isUnknown(destination));
  return rest.length === 0 ? parts : [...parts, { clients: rest, route: open }];
}

/** Where clients are, as seen from a network. */
export interface Whereabouts {
  /** In the network itself. */
  readonly inside: AddressSet;
  readonly internet: AddressSet;
  /** With private addresses that are not of the network. */
  readonly elsewhere: AddressSet;
}

export function whereabouts(
  clients: AddressSet,
  network: Network | undefined,
  subnets: readonly Subnet[],
): Whereabouts {
  const version = clients[0]?.version ?? 4;
  const own = [...(network?.ranges ?? []), ...subnets.flatMap(({ ranges }) => ranges)]
    .filter(isKnown)
    .filter((range) => range.version === version);
  let outside = clients;
  for (const range of own) {
    outside = difference(outside, [range]);
  }
  const elsewhere = intersection(outside, notOnInternet(version));
  return {
    inside: difference(clients, outside),
    elsewhere,
    internet: difference(outside, elsewhere),
  };
}

/** Adds what becomes of some clients, where there are some. */
export function add(parts: Part[], clients: AddressSet, hop: Hop | ((clients: AddressSet) => readonly Part[])): void {
  if (clients.length > 0) {
    parts.push(...(typeof hop === 'function' ? hop(clients) : [{ clients, hop }]));
  }
}
