import { EVERY_IPV4, type Network, type Reference, type Route, type RouteTable, Unknown } from '../../model';
import { type Read, type Reading, unread } from './reader';
import { basis, blocks, booleanOf, items, numberOf, type Resource, rangeOf, textOf } from './resource';

export const NETWORK = ['google_compute_network'];
export const SUBNETWORK = ['google_compute_subnetwork'];

export const network: Read = (resource, { estate }) => {
  const without = booleanOf(resource.get('delete_default_routes_on_create'));
  const order = textOf(resource.get('network_firewall_policy_enforcement_order'));
  estate.add({
    ...basis(resource),
    kind: 'network',
    ranges: [],
    policiesFirst: order instanceof Unknown ? order : order === 'BEFORE_CLASSIC_FIREWALL',
  });
  estate.add({
    ...basis(resource),
    id: routesOf(resource.id),
    label: `routes of ${resource.address}`,
    kind: 'route-table',
    network: resource.id,
    routes:
      without === true
        ? []
        : [
            {
              origin: resource.origin,
              destination: EVERY_IPV4,
              target: 'internet',
              priority: 1000,
              ...(without instanceof Unknown ? { condition: without } : {}),
            },
          ],
  });
};

/** The id of the routes of a network. */
export function routesOf(network: string): string {
  return `${network}#routes`;
}

export const subnetwork: Read = (resource, { estate, resources }) => {
  const network = resources.reference(resource.get('network'), NETWORK);
  const range = resource.get('ip_cidr_range');
  const secondary = blocks(resource.get('secondary_ip_range')).map(({ values }) => rangeOf(values.ip_cidr_range));
  const ipv6 = resource.get('external_ipv6_prefix') ?? resource.get('ipv6_cidr_range');
  estate.add({
    ...basis(resource),
    kind: 'subnet',
    network,
    ranges: [
      range === undefined ? new Unknown('its range is chosen at deployment') : rangeOf(range),
      ...secondary,
      ...(typeof textOf(ipv6) === 'string' ? [rangeOf(ipv6)] : []),
    ],
    ruleSets: [],
    ...(typeof network === 'string' ? { routeTable: routesOf(network) } : {}),
  });
};

/** The network of an interface that names no subnetwork, or one that was not read: a subnetwork that stands for it. */
export function subnetIn(network: Reference, label: string, resource: Resource, { estate }: Reading): Reference {
  if (network instanceof Unknown) {
    return network;
  }
  const id = `${network}#${label}`;
  const owner: Network | undefined = estate.find('network', network);
  if (estate.find('subnet', id) === undefined) {
    estate.add({
      ...basis(resource),
      id,
      label: `${label} of ${owner?.label ?? network}`,
      ...(owner === undefined ? {} : { origin: owner.origin }),
      kind: 'subnet',
      network,
      ranges: [new Unknown('its range is not in the file')],
      ruleSets: [],
      routeTable: routesOf(network),
    });
  }
  return id;
}

export const address: Read = (resource, { estate }) => {
  if (textOf(resource.get('address_type')) === 'INTERNAL') {
    return;
  }
  const written = resource.get('address');
  estate.add({
    ...basis(resource),
    kind: 'public-address',
    address: written === undefined ? new Unknown('the address is given at deployment') : rangeOf(written),
    version: textOf(resource.get('ip_version')) === 'IPV6' ? 6 : 4,
  });
};

export const routerNat: Read = (resource, reading) => {
  const { estate, resources } = reading;
  const router = resources.find(resource.get('router'), ['google_compute_router']);
  if (router === undefined) {
    return unread(reading, resource, 'its router was not read');
  }
  const network = resources.reference(router.get('network'), NETWORK);
  const region = textOf(resource.get('region') ?? router.get('region'));
  const which = textOf(resource.get('source_subnetwork_ip_ranges_to_nat'));
  estate.add({
    ...basis(resource),
    kind: 'gateway',
    type: 'nat',
    element: 'google.cloud-nat',
    networks: [network],
  });
  const listed = new Set(
    blocks(resource.get('subnetwork')).map(({ values }) => resources.reference(values.name, SUBNETWORK)),
  );
  for (const subnet of estate.all('subnet')) {
    const own = subnet.cloud === 'google' && subnet.network === network;
    const written = resources.get(subnet.id);
    const place = written === undefined ? undefined : textOf(written.get('region'));
    const isElsewhere = typeof place === 'string' && typeof region === 'string' && place !== region;
    if (own && !isElsewhere && (which !== 'LIST_OF_SUBNETWORKS' || listed.has(subnet.id))) {
      subnet.natGateway = resource.condition ?? resource.id;
    }
  }
};

export const route: Read = (resource, reading) => {
  const { estate, resources } = reading;
  const network = resources.reference(resource.get('network'), NETWORK);
  const table = typeof network === 'string' ? tableOf(network, resource, reading) : undefined;
  if (table === undefined) {
    return unread(reading, resource, 'it adds a route to a network that is not known');
  }
  const tags = items(resource.get('tags')).map((tag) => textOf(tag) ?? '');
  const priority = numberOf(resource.get('priority')) ?? 1000;
  table.routes.push({
    origin: resource.origin,
    destination: rangeOf(resource.get('dest_range')),
    target: target(),
    ...(typeof priority === 'number' ? { priority } : {}),
    ...(tags.length === 0 ? {} : { tags }),
    ...(resource.condition === undefined ? {} : { condition: resource.condition }),
  });

  function target(): Route['target'] {
    const next = ['gateway', 'instance', 'ip', 'ilb', 'vpn_tunnel'].find((kind) => {
      const value = resource.get(`next_hop_${kind}`);
      return value !== undefined && value !== null && value !== '';
    });
    const value = resource.get(`next_hop_${next}`);
    switch (next) {
      case 'gateway': {
        const text = textOf(value);
        return text instanceof Unknown ? text : 'internet';
      }
      case 'instance':
        return resources.reference(value, ['google_compute_instance']);
      case undefined:
        return new Unknown('the next hop of the route is not known');
      default: {
        const id = `${resource.id}#next-hop`;
        const text = textOf(value);
        estate.add({
          ...basis(resource),
          id,
          label: typeof text === 'string' ? text : `the next hop of ${resource.address}`,
          kind: 'gateway',
          type: next === 'vpn_tunnel' ? 'vpn' : 'other',
          networks: [],
          ...(next === 'vpn_tunnel' ? { element: 'google.cloud-vpn' } : {}),
        });
        return id;
      }
    }
  }
};

/** The routes of a network; those of one that is made elsewhere may be more. */
function tableOf(network: string, resource: Resource, { estate }: Reading): RouteTable {
  return (
    estate.find('route-table', routesOf(network)) ??
    estate.add<RouteTable>({
      ...basis(resource),
      id: routesOf(network),
      label: `routes of ${network}`,
      kind: 'route-table',
      network,
      routes: [],
      incomplete: new Unknown(`network ${network} is made elsewhere, and its other routes are not known`),
    })
  );
}
