import { type Known, type Listener, Unknown } from '../../model';
import { addTarget, type Read, type Target, unread } from './reader';
import { basis, block, blocks, items, numberOf, type Resource, textOf } from './resource';

const BALANCER = ['azurerm_lb'];
const POOL = ['azurerm_lb_backend_address_pool'];
const RULE = ['azurerm_lb_nat_rule'];

export const loadBalancer: Read = (resource, { estate, resources }) => {
  const fronts = blocks(resource.get('frontend_ip_configuration')).map(({ values }) => values);
  const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';
  const isPublic = fronts.some((front) => isGiven(front.public_ip_address_id) || isGiven(front.public_ip_prefix_id));
  estate.add({
    ...basis(resource),
    kind: 'load-balancer',
    element: 'azure.load-balancer',
    isPublic: fronts.length === 0 ? new Unknown(`the addresses of ${resource.address} are not known`) : isPublic,
    subnets: fronts
      .filter((front) => isGiven(front.subnet_id))
      .map((front) => resources.reference(front.subnet_id, ['azurerm_subnet'])),
    ruleSets: [],
    listeners: [],
  });
};

export const poolAssociation: Read = (resource, reading) => {
  const { resources } = reading;
  addTarget(reading, resources.reference(resource.get('backend_address_pool_id'), POOL), {
    reference: resources.reference(resource.get('network_interface_id'), ['azurerm_network_interface']),
  });
};

export const natRuleAssociation: Read = (resource, reading) => {
  const { resources } = reading;
  addTarget(reading, resources.reference(resource.get('nat_rule_id'), RULE), {
    reference: resources.reference(resource.get('network_interface_id'), ['azurerm_network_interface']),
  });
};

export const rule: Read = (resource, reading) => {
  const pools = items(resource.get('backend_address_pool_ids'));
  const targets = pools.flatMap((pool) => {
    const reference = reading.resources.reference(pool, POOL);
    return typeof reference === 'string' ? (reading.targets.get(reference) ?? []) : [];
  });
  listen(resource, reading, targets);
};

export const natRule: Read = (resource, reading) => {
  const pool = resource.get('backend_address_pool_id');
  const reference = pool === undefined ? resource.id : reading.resources.reference(pool, POOL);
  listen(resource, reading, typeof reference === 'string' ? (reading.targets.get(reference) ?? []) : []);
};

const PROTOCOLS: Readonly<Record<string, number | 'any'>> = { tcp: 6, udp: 17, all: 'any' };

function listen(resource: Resource, reading: Parameters<Read>[1], targets: readonly Target[]): void {
  const { resources, estate } = reading;
  const balancer = estate.find('load-balancer', resources.reference(resource.get('loadbalancer_id'), BALANCER));
  if (balancer === undefined) {
    unread(reading, resource, 'it belongs to a load balancer that was not read');
    return;
  }
  const text = textOf(resource.get('protocol'));
  const protocol: Listener['protocol'] =
    text instanceof Unknown ? text : (PROTOCOLS[String(text).toLowerCase()] ?? { name: String(text) });
  const port = numberOf(resource.get('backend_port'));
  balancer.listeners.push({
    origin: resource.origin,
    protocol,
    ports: portsOf(resource),
    targets: targets.map((target) => (port === undefined || port === 0 ? target : { ...target, port })),
  });
}

/** All ports where the rule is for HA ports (0). */
function portsOf(resource: Resource): Listener['ports'] {
  const from: Known<number> | undefined = numberOf(
    resource.get('frontend_port') ?? resource.get('frontend_port_start'),
  );
  const to = numberOf(resource.get('frontend_port_end')) ?? from;
  return from === undefined || from === 0
    ? 'any'
    : from instanceof Unknown || to === undefined || to instanceof Unknown
      ? new Unknown(`the ports of ${resource.address} are not known`)
      : [{ from, to }];
}

/** What VPN Gateway listens on, and the protocols that it is for. */
const SPEAKS: Readonly<
  Record<string, { readonly id: string; readonly listens: readonly (readonly [number, number])[] }>
> = {
  ikev2: {
    id: 'ikev2',
    listens: [
      [17, 500],
      [17, 4500],
    ],
  },
  openvpn: { id: 'openvpn', listens: [[6, 443]] },
  sstp: { id: 'sstp', listens: [[6, 443]] },
};

/** VPN Gateway with point-to-site; one that only joins networks takes no clients. */
export const virtualNetworkGateway: Read = (resource, { estate, resources }) => {
  const type = textOf(resource.get('type'));
  if (type === 'ExpressRoute' || blocks(resource.get('vpn_client_configuration')).length === 0) {
    return;
  }
  const clients = block(resource.get('vpn_client_configuration'));
  const words = items(clients.vpn_client_protocols).map(textOf);
  const isOpen = words.length === 0 || words.some((word) => word instanceof Unknown);
  const open = new Unknown('which protocols the gateway speaks is not written down');
  const spoken = words.flatMap((word) => SPEAKS[String(word).toLowerCase()] ?? []);
  const configurations = blocks(resource.get('ip_configuration')).map(({ values }) => values);
  estate.add({
    ...basis(resource),
    kind: 'managed-vpn',
    element: 'azure.vpn-gateway',
    listens: isOpen
      ? [6, 17].map((protocol) => ({ protocol, port: open }))
      : spoken.flatMap(({ listens }) => listens.map(([protocol, port]) => ({ protocol, port }))),
    protocols: (isOpen ? Object.values(SPEAKS) : spoken).map(({ id }) => id),
    subnets: configurations.map((one) => resources.reference(one.subnet_id, ['azurerm_subnet'])),
    ruleSets: [],
  });
};
