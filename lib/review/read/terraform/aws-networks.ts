import {
  type Gateway,
  NETWORK_ACL,
  type Origin,
  type Reference,
  type Route,
  type RouteTable,
  SECURITY_GROUP,
  Unknown,
} from '../../model';
import { type Read, type Reading, unread } from './reader';
import {
  Attribute,
  basis,
  blocks,
  booleanOf,
  openBlocks,
  place,
  type Resource,
  rangeOf,
  textOf,
  type Values,
} from './resource';

export const VPC = ['aws_vpc', 'aws_default_vpc'];
export const SUBNET = ['aws_subnet', 'aws_default_subnet'];
const TABLE = ['aws_route_table', 'aws_default_route_table'];

export const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';

/** Attributes of a VPC that stand for things of their own. */
const IMPLIED: Readonly<Record<string, string>> = {
  default_security_group_id: '#default-security-group',
  default_network_acl_id: '#default-network-acl',
  default_route_table_id: '#main-route-table',
  main_route_table_id: '#main-route-table',
};

/** Whom a value means; an attribute of a VPC may stand for what every VPC has. */
export function meant({ resources }: Reading, value: unknown, types: readonly string[]): Reference {
  const suffix = value instanceof Attribute ? IMPLIED[String(value.steps[0])] : undefined;
  return suffix !== undefined && value instanceof Attribute
    ? `${value.owner}${suffix}`
    : resources.reference(value, types);
}

export const vpc: Read = (resource, { estate }) => {
  const thing = basis(resource);
  const ranges = [resource.get('cidr_block'), resource.get('ipv6_cidr_block')].filter(isGiven).map(rangeOf);
  estate.add({ ...thing, kind: 'network', ranges });
  const group = `${thing.id}#default-security-group`;
  const rule = { origin: thing.origin, action: 'allow', protocol: 'any', ports: 'any' } as const;
  estate.add({
    ...thing,
    id: group,
    kind: 'rule-set',
    label: `default security group of ${thing.label}`,
    element: 'aws.security-group',
    semantics: SECURITY_GROUP,
    network: thing.id,
    rules: [
      {
        ...rule,
        direction: 'in',
        peers: [{ kind: 'group', reference: group }],
        description: 'default: everything from the group itself',
      },
      { ...rule, direction: 'out', peers: 'any', description: 'default: everything' },
    ],
  });
  estate.add({
    ...thing,
    id: `${thing.id}#default-network-acl`,
    kind: 'rule-set',
    label: `default network ACL of ${thing.label}`,
    element: 'aws.network-acl',
    semantics: NETWORK_ACL,
    network: thing.id,
    rules: (['in', 'out'] as const).map((direction) => ({
      ...rule,
      direction,
      order: 100,
      peers: 'any',
      description: 'default: everything',
    })),
  });
};

export const vpcCidrBlock: Read = (resource, reading) => {
  const network = reading.estate.find('network', meant(reading, resource.get('vpc_id'), VPC));
  if (network === undefined) {
    return unread(reading, resource, 'it adds addresses to a VPC that was not read');
  }
  (network.ranges as unknown[]).push(rangeOf(resource.get('cidr_block')));
};

export const subnet: Read = (resource, reading) => {
  reading.estate.add({
    ...basis(resource),
    kind: 'subnet',
    network: meant(reading, resource.get('vpc_id'), VPC),
    ranges: [resource.get('cidr_block'), resource.get('ipv6_cidr_block')].filter(isGiven).map(rangeOf),
    ruleSets: [],
    publicAddresses: booleanOf(resource.get('map_public_ip_on_launch')) ?? false,
  });
};

export const internetGateway: Read = (resource, reading) => {
  const network = resource.get('vpc_id');
  reading.estate.add({
    ...basis(resource),
    kind: 'gateway',
    type: 'internet',
    element: 'aws.internet-gateway',
    networks: isGiven(network) ? [meant(reading, network, VPC)] : [],
  });
};

export const gatewayAttachment: Read = (resource, reading) => {
  const gateway = reading.estate.find(
    'gateway',
    reading.resources.reference(resource.get('internet_gateway_id'), ['aws_internet_gateway']),
  );
  if (gateway === undefined) {
    return unread(reading, resource, 'it attaches a gateway that was not read');
  }
  gateway.networks.push(meant(reading, resource.get('vpc_id'), VPC));
};

export const natGateway: Read = (resource, reading) => {
  reading.estate.add({
    ...basis(resource),
    kind: 'gateway',
    type: 'nat',
    element: 'aws.nat-gateway',
    networks: [],
    subnet: reading.resources.reference(resource.get('subnet_id'), SUBNET),
  });
};

const OTHER_GATEWAYS: Readonly<Record<string, Pick<Gateway, 'type' | 'element'>>> = {
  aws_egress_only_internet_gateway: { type: 'egress-only-internet' },
  aws_ec2_transit_gateway: { type: 'transit', element: 'aws.transit-gateway' },
  aws_vpc_peering_connection: { type: 'peering', element: 'aws.vpc-peering' },
  aws_vpn_gateway: { type: 'vpn', element: 'aws.site-to-site-vpn' },
  aws_vpc_endpoint: { type: 'endpoint' },
  aws_networkfirewall_firewall: { type: 'firewall', element: 'aws.network-firewall' },
  aws_ec2_carrier_gateway: { type: 'other' },
};

export const OTHER_GATEWAY_TYPES: readonly string[] = Object.keys(OTHER_GATEWAYS);

/** Gateways that are told apart as targets of routes, and about whose own rules nothing is read. */
export const otherGateway: Read = (resource, reading) => {
  const network = resource.get('vpc_id');
  reading.estate.add({
    ...basis(resource),
    kind: 'gateway',
    ...(OTHER_GATEWAYS[resource.type] ?? { type: 'other' }),
    networks: isGiven(network) ? [meant(reading, network, VPC)] : [],
  });
  unread(reading, resource, 'routes to it are read; what it does to packets, and what lies behind it, is not');
};

/** What a route may lead to, and the resources that it may be. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  gateway_id: ['aws_internet_gateway', 'aws_vpn_gateway'],
  nat_gateway_id: ['aws_nat_gateway'],
  instance_id: ['aws_instance'],
  network_interface_id: ['aws_network_interface'],
  transit_gateway_id: ['aws_ec2_transit_gateway'],
  vpc_peering_connection_id: ['aws_vpc_peering_connection'],
  egress_only_gateway_id: ['aws_egress_only_internet_gateway'],
  vpc_endpoint_id: ['aws_vpc_endpoint'],
  carrier_gateway_id: ['aws_ec2_carrier_gateway'],
  local_gateway_id: [],
  core_network_arn: [],
};

export const routeTable: Read = (resource, reading) => {
  addTable(resource, resource.id, meant(reading, resource.get('vpc_id'), VPC), reading);
};

/** The main table of a VPC, which is adopted. */
export const defaultRouteTable: Read = (resource, reading) => {
  const reference = meant(reading, resource.get('default_route_table_id'), TABLE);
  const network = typeof reference === 'string' ? reference.replace(/#main-route-table$/, '') : reference;
  addTable(resource, resource.id, network, reading);
  if (typeof network === 'string') {
    addMain(reading, network, resource.id);
  }
};

function addTable(resource: Resource, id: string, network: Reference, reading: Reading): void {
  const open = openBlocks(resource, 'route');
  const table: RouteTable = {
    ...basis(resource),
    id,
    kind: 'route-table',
    network,
    routes: [],
    ...(open === undefined ? {} : { incomplete: open }),
  };
  reading.estate.add(table);
  if (open !== undefined) {
    unread(reading, resource, open.why);
  }
  for (const { values, index } of blocks(resource.get('route'))) {
    table.routes.push(routeOf(values, place(resource, 'route', index), reading));
  }
}

export const route: Read = (resource, reading) => {
  const table = reading.estate.find('route-table', meant(reading, resource.get('route_table_id'), TABLE));
  if (table === undefined) {
    return unread(reading, resource, 'it adds a route to a table that was not read');
  }
  const names = ['destination_cidr_block', 'destination_ipv6_cidr_block', ...Object.keys(TARGETS)];
  table.routes.push({
    ...routeOf(Object.fromEntries(names.map((name) => [name, resource.get(name)])), resource.origin, reading),
    ...(resource.condition === undefined ? {} : { condition: resource.condition }),
  });
};

function routeOf(values: Values, origin: Origin, reading: Reading): Route {
  const range = [
    values.destination_cidr_block,
    values.cidr_block,
    values.destination_ipv6_cidr_block,
    values.ipv6_cidr_block,
  ].find(isGiven);
  const name = Object.keys(TARGETS).find((target) => isGiven(values[target]));
  return {
    origin,
    destination: range === undefined ? new Unknown('the route goes to a prefix list') : rangeOf(range),
    target:
      name === undefined
        ? new Unknown('the route has no target')
        : reading.resources.reference(values[name], TARGETS[name] ?? []),
  };
}

export const routeTableAssociation: Read = (resource, reading) => {
  const { estate, resources } = reading;
  if (!isGiven(resource.get('subnet_id'))) {
    return;
  }
  const found = estate.find('subnet', resources.reference(resource.get('subnet_id'), SUBNET));
  if (found === undefined) {
    return unread(reading, resource, 'it gives a route table to a subnet that was not read');
  }
  found.routeTable = resource.condition ?? meant(reading, resource.get('route_table_id'), TABLE);
};

export const mainRouteTable: Read = (resource, reading) => {
  const network = meant(reading, resource.get('vpc_id'), VPC);
  const table = meant(reading, resource.get('route_table_id'), TABLE);
  if (typeof network !== 'string' || typeof table !== 'string') {
    return unread(reading, resource, 'the VPC or the table is not known');
  }
  addMain(reading, network, table);
};

/** Remembers the main table of a network, for the subnets that have none of their own. */
function addMain({ targets }: Reading, network: string, table: string): void {
  targets.set(mainOf(network), [{ reference: table }]);
}

function mainOf(network: string): string {
  return `${network}#main-route-table`;
}

/** Subnets without a table have the main one of their VPC. */
export function mainTables({ estate, targets }: Reading): void {
  for (const found of estate.all('subnet')) {
    const [main] = typeof found.network === 'string' ? (targets.get(mainOf(found.network)) ?? []) : [];
    if (found.cloud === 'aws' && found.routeTable === undefined && main !== undefined) {
      found.routeTable = main.reference;
    }
  }
}

export const prefixList: Read = (resource, { estate }) => {
  estate.add({
    ...basis(resource),
    kind: 'prefix-list',
    ranges: openBlocks(resource, 'entry') ?? blocks(resource.get('entry')).map(({ values }) => rangeOf(values.cidr)),
  });
};

export const prefixListEntry: Read = (resource, reading) => {
  const list = reading.estate.find(
    'prefix-list',
    reading.resources.reference(resource.get('prefix_list_id'), ['aws_ec2_managed_prefix_list']),
  );
  if (list === undefined) {
    return unread(reading, resource, 'it adds to a prefix list that was not read');
  }
  if (!(list.ranges instanceof Unknown)) {
    (list.ranges as unknown[]).push(resource.condition ?? rangeOf(resource.get('cidr')));
  }
};

export const elasticIp: Read = (resource, { estate }) => {
  const address = textOf(resource.get('public_ip') ?? resource.get('address'));
  estate.add({
    ...basis(resource),
    kind: 'public-address',
    version: 4,
    address: address === undefined ? new Unknown('the address is given at deployment') : rangeOf(address),
  });
};
