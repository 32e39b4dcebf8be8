import { type Estate, type Gateway, NETWORK_ACL, type Route, SECURITY_GROUP, Unknown } from '../../model';
import { basis, place, type Read, unread } from './reader';
import type { Resource } from './template';

/** A VPC comes with a group and an ACL of its own, which let everything through that the documentation says they do. */
export const vpc: Read = (resource, { estate }) => {
  const { resolver } = resource.template;
  const thing = basis(resource);
  const { CidrBlock } = resource.properties;
  estate.add({ ...thing, kind: 'network', ranges: [resolver.range(CidrBlock)] });
  const group = `${thing.id}#default-security-group`;
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
        origin: thing.origin,
        direction: 'in',
        action: 'allow',
        protocol: 'any',
        ports: 'any',
        peers: [{ kind: 'group', reference: group }],
        description: 'default: everything from the group itself',
      },
      {
        origin: thing.origin,
        direction: 'out',
        action: 'allow',
        protocol: 'any',
        ports: 'any',
        peers: 'any',
        description: 'default: everything',
      },
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
      origin: thing.origin,
      direction,
      action: 'allow',
      order: 100,
      protocol: 'any',
      ports: 'any',
      peers: 'any',
      description: 'default: everything',
    })),
  });
};

/** Further ranges of a VPC. */
export const vpcCidrBlock: Read = (resource, reading) => {
  const { resolver } = resource.template;
  const { VpcId, CidrBlock, Ipv6CidrBlock } = resource.properties;
  const network = reading.estate.find('network', resolver.reference(VpcId));
  if (network === undefined) {
    return unread(reading, resource, 'it adds addresses to a VPC that was not read');
  }
  const range =
    CidrBlock ?? Ipv6CidrBlock ?? new Unknown(`${resource.logicalId} gets its range from AWS at deployment`);
  (network.ranges as unknown[]).push(range instanceof Unknown ? range : resolver.range(range));
};

export const subnet: Read = (resource, { estate }) => {
  const { resolver } = resource.template;
  const { VpcId, CidrBlock, Ipv6CidrBlock, MapPublicIpOnLaunch } = resource.properties;
  const network = resolver.reference(VpcId);
  estate.add({
    ...basis(resource),
    kind: 'subnet',
    network,
    ranges: [CidrBlock, Ipv6CidrBlock].filter((range) => range !== undefined).map((range) => resolver.range(range)),
    ruleSets: [],
    publicAddresses: resolver.boolean(MapPublicIpOnLaunch) ?? false,
  });
};

export const internetGateway: Read = (resource, { estate }) => {
  estate.add({ ...basis(resource), kind: 'gateway', type: 'internet', element: 'aws.internet-gateway', networks: [] });
};

export const gatewayAttachment: Read = (resource, reading) => {
  const { resolver } = resource.template;
  const { VpcId, InternetGatewayId, VpnGatewayId } = resource.properties;
  for (const id of [InternetGatewayId, VpnGatewayId]) {
    if (id === undefined) {
      continue;
    }
    const reference = resolver.reference(id);
    const gateway = reading.estate.find('gateway', reference);
    if (gateway !== undefined) {
      gateway.networks.push(resolver.reference(VpcId));
    } else if (typeof reference === 'string') {
      // Made elsewhere, attached here.
      reading.estate.add({
        ...basis(resource),
        id: reference,
        kind: 'gateway',
        type: id === InternetGatewayId ? 'internet' : 'vpn',
        ...(id === InternetGatewayId ? { element: 'aws.internet-gateway' } : {}),
        networks: [resolver.reference(VpcId)],
      });
    } else {
      unread(reading, resource, 'it attaches a gateway that is not known to a VPC');
    }
  }
};

export const natGateway: Read = (resource, { estate }) => {
  const { resolver } = resource.template;
  estate.add({
    ...basis(resource),
    kind: 'gateway',
    type: 'nat',
    element: 'aws.nat-gateway',
    networks: [],
    subnet: resolver.reference(resource.properties.SubnetId),
  });
};

const OTHER_GATEWAYS: Readonly<Record<string, Pick<Gateway, 'type' | 'element'>>> = {
  'AWS::EC2::EgressOnlyInternetGateway': { type: 'egress-only-internet' },
  'AWS::EC2::TransitGateway': { type: 'transit', element: 'aws.transit-gateway' },
  'AWS::EC2::VPCPeeringConnection': { type: 'peering', element: 'aws.vpc-peering' },
  'AWS::EC2::VPNGateway': { type: 'vpn', element: 'aws.site-to-site-vpn' },
  'AWS::EC2::VPCEndpoint': { type: 'endpoint' },
  'AWS::NetworkFirewall::Firewall': { type: 'firewall', element: 'aws.network-firewall' },
  'AWS::EC2::CarrierGateway': { type: 'other' },
};

/** Gateways that are told apart as targets of routes, and about whose own rules nothing is read. */
export const otherGateway: Read = (resource, reading) => {
  const gateway = OTHER_GATEWAYS[resource.type] ?? { type: 'other' };
  const { VpcId } = resource.properties;
  reading.estate.add({
    ...basis(resource),
    kind: 'gateway',
    ...gateway,
    networks: VpcId === undefined ? [] : [resource.template.resolver.reference(VpcId)],
  });
  unread(reading, resource, 'routes to it are read; what it does to packets, and what lies behind it, is not');
};

export const OTHER_GATEWAY_TYPES: readonly string[] = Object.keys(OTHER_GATEWAYS);

export const routeTable: Read = (resource, { estate }) => {
  const { resolver } = resource.template;
  estate.add({
    ...basis(resource),
    kind: 'route-table',
    network: resolver.reference(resource.properties.VpcId),
    routes: [],
  });
};

const TARGETS = [
  'GatewayId',
  'NatGatewayId',
  'InstanceId',
  'NetworkInterfaceId',
  'TransitGatewayId',
  'VpcPeeringConnectionId',
  'EgressOnlyInternetGatewayId',
  'VpcEndpointId',
  'CarrierGatewayId',
  'LocalGatewayId',
  'CoreNetworkArn',
] as const;

export const route: Read = (resource, reading) => {
  const { resolver } = resource.template;
  const { properties } = resource;
  const table = reading.estate.find('route-table', resolver.reference(properties.RouteTableId));
  if (table === undefined) {
    return unread(reading, resource, 'it adds a route to a table that was not read');
  }
  const name = TARGETS.find((target) => properties[target] !== undefined);
  const target = name === undefined ? new Unknown('the route has no target') : resolver.reference(properties[name]);
  table.routes.push({
    origin: resource.origin,
    destination: destinationOf(resource),
    target,
    ...(resource.condition === undefined ? {} : { condition: resource.condition }),
  });
};

function destinationOf({ properties, template }: Resource): Route['destination'] {
  const { DestinationCidrBlock, DestinationIpv6CidrBlock } = properties;
  const range = DestinationCidrBlock ?? DestinationIpv6CidrBlock;
  return range === undefined ? new Unknown('the route goes to a prefix list') : template.resolver.range(range);
}

export const routeTableAssociation: Read = (resource, reading) => {
  const { resolver } = resource.template;
  const { SubnetId, RouteTableId } = resource.properties;
  const found = reading.estate.find('subnet', resolver.reference(SubnetId));
  if (found === undefined) {
    return unread(reading, resource, 'it gives a route table to a subnet that was not read');
  }
  found.routeTable = resource.condition ?? resolver.reference(RouteTableId);
};

export const networkAclAssociation: Read = (resource, reading) => {
  const { resolver } = resource.template;
  const { SubnetId, NetworkAclId } = resource.properties;
  const found = reading.estate.find('subnet', resolver.reference(SubnetId));
  if (found === undefined) {
    return unread(reading, resource, 'it gives a network ACL to a subnet that was not read');
  }
  found.ruleSets.push(resource.condition ?? resolver.reference(NetworkAclId));
};

/** Subnets that were given no ACL have that of their VPC. */
export function defaultNetworkAcls(estate: Estate): void {
  for (const found of estate.all('subnet')) {
    if (found.cloud === 'aws' && found.ruleSets.length === 0) {
      found.ruleSets.push(
        estate.find('network', found.network) === undefined
          ? new Unknown(`the VPC of ${found.label} was not read, and its default network ACL neither`)
          : `${String(found.network)}#default-network-acl`,
      );
    }
  }
}

/** What a prefix list holds. */
export const prefixList: Read = (resource, { estate }) => {
  const { resolver } = resource.template;
  const { Entries } = resource.properties;
  const entries = resource.template.list(Entries, place(resource, 'Entries'));
  estate.add({
    ...basis(resource),
    kind: 'prefix-list',
    ranges: entries.map(
      ({ value, condition }) => condition ?? resolver.range((value as { Cidr?: unknown } | undefined)?.Cidr),
    ),
  });
};

/** Elastic IPs: the address itself is known at deployment only. */
export const elasticIp: Read = (resource, { estate }) => {
  estate.add({
    ...basis(resource),
    kind: 'public-address',
    version: 4,
    address: new Unknown(`Elastic IP ${resource.logicalId} gets its address at deployment`),
  });
};
