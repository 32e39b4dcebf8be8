import { type AddressRange, type Known, type Reference, type Route, type RouteTable, Unknown } from '../../model';
import { type Read, type Reading, unread } from './reader';
import { basis, blocks, items, openBlocks, place, type Resource, rangeOf, textOf, type Values } from './resource';

const NETWORK = ['azurerm_virtual_network'];
const SUBNET = ['azurerm_subnet'];
const TABLE = ['azurerm_route_table'];

export const virtualNetwork: Read = (resource, { estate, resources }) => {
  const label = resource.address;
  estate.add({ ...basis(resource), kind: 'network', ranges: ranges(resource.get('address_space')) });
  for (const { values, index } of blocks(resource.get('subnet'))) {
    const name = textOf(values.name);
    if (typeof name !== 'string') {
      continue;
    }
    const group = values.security_group;
    const table = values.route_table_id;
    estate.add({
      ...basis(resource),
      id: `${resource.id}#${name}`,
      label: `subnet ${name} of ${label}`,
      origin: place(resource, 'subnet', index),
      kind: 'subnet',
      network: resource.id,
      ranges: ranges(values.address_prefixes ?? values.address_prefix),
      ruleSets:
        group === undefined || group === null || group === ''
          ? []
          : [resources.reference(group, ['azurerm_network_security_group'])],
      ...(table === undefined || table === null || table === ''
        ? {}
        : { routeTable: resources.reference(table, TABLE) }),
    });
  }
};

export const subnet: Read = (resource, { estate, resources }) => {
  estate.add({
    ...basis(resource),
    kind: 'subnet',
    network: resources.reference(resource.get('virtual_network_name'), NETWORK),
    ranges: ranges(resource.get('address_prefixes')),
    ruleSets: [],
  });
};

function ranges(value: unknown): Known<AddressRange>[] {
  return items(value).map(rangeOf);
}

export const publicIp: Read = (resource, { estate }) => {
  const address = resource.get('ip_address');
  estate.add({
    ...basis(resource),
    kind: 'public-address',
    address: address === undefined ? new Unknown('the address is given at deployment') : rangeOf(address),
    version: textOf(resource.get('ip_version')) === 'IPv6' ? 6 : 4,
  });
};

export const natGateway: Read = (resource, { estate }) => {
  estate.add({ ...basis(resource), kind: 'gateway', type: 'nat', element: 'azure.nat-gateway', networks: [] });
};

export const natGatewayAssociation: Read = (resource, reading) => {
  const found = subnetOf(resource, reading);
  if (found === undefined) {
    return unread(reading, resource, 'it ties a NAT gateway to a subnet that was not read');
  }
  found.natGateway =
    resource.condition ?? reading.resources.reference(resource.get('nat_gateway_id'), ['azurerm_nat_gateway']);
};

export const routeTable: Read = (resource, reading) => {
  const open = openBlocks(resource, 'route');
  const table: RouteTable = {
    ...basis(resource),
    kind: 'route-table',
    network: new Unknown('a route table belongs to subnets'),
    routes: [],
    ...(open === undefined ? {} : { incomplete: open }),
  };
  reading.estate.add(table);
  for (const { values, index } of blocks(resource.get('route'))) {
    table.routes.push(routeOf(values, place(resource, 'route', index), resource, reading));
  }
};

export const route: Read = (resource, reading) => {
  const table = reading.estate.find(
    'route-table',
    reading.resources.reference(resource.get('route_table_name'), TABLE),
  );
  if (table === undefined) {
    return unread(reading, resource, 'it adds a route to a route table that was not read');
  }
  const values = Object.fromEntries(
    ['address_prefix', 'next_hop_type', 'next_hop_in_ip_address'].map((name) => [name, resource.get(name)]),
  );
  table.routes.push({
    ...routeOf(values, resource.origin, resource, reading),
    ...(resource.condition === undefined ? {} : { condition: resource.condition }),
  });
};

function routeOf(values: Values, origin: Route['origin'], resource: Resource, { estate, resources }: Reading): Route {
  return { origin, destination: rangeOf(values.address_prefix), target: target() };

  function target(): Route['target'] {
    const type = textOf(values.next_hop_type);
    switch (typeof type === 'string' ? type.toLowerCase() : type) {
      case 'internet':
        return 'internet';
      case 'vnetlocal':
        return 'local';
      case 'none':
        return 'none';
      case 'virtualnetworkgateway':
        return gateway('vpn', 'the virtual network gateway', 'azure.site-to-site-vpn');
      case 'virtualappliance': {
        const address = textOf(values.next_hop_in_ip_address);
        const firewall = resources.find(values.next_hop_in_ip_address, ['azurerm_firewall']);
        return firewall === undefined
          ? gateway('other', typeof address === 'string' ? `the appliance at ${address}` : 'an appliance', undefined)
          : gateway('firewall', firewall.address, 'azure.firewall');
      }
      default:
        return type instanceof Unknown ? type : new Unknown('the next hop of the route is not known');
    }
  }

  /** What a route leads to and no resource here stands for. */
  function gateway(type: 'vpn' | 'other' | 'firewall', label: string, element: string | undefined): Reference {
    const id = `${resource.id}#${label}`;
    estate.add({
      ...basis(resource),
      id,
      label,
      kind: 'gateway',
      type,
      networks: [],
      ...(element === undefined ? {} : { element }),
    });
    return id;
  }
}

export const routeTableAssociation: Read = (resource, reading) => {
  const found = subnetOf(resource, reading);
  if (found === undefined) {
    return unread(reading, resource, 'it gives a route table to a subnet that was not read');
  }
  found.routeTable = resource.condition ?? reading.resources.reference(resource.get('route_table_id'), TABLE);
};

function subnetOf(resource: Resource, { estate, resources }: Reading) {
  return estate.find('subnet', resources.reference(resource.get('subnet_id'), SUBNET));
}
