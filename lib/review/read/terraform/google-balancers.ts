import { type Known, type Listener, type PortRange, Unknown } from '../../model';
import type { Read, Reading, Target } from './reader';
import { basis, blocks, booleanOf, items, portRangeOf, type Resource, textOf } from './resource';

const MANAGERS = ['google_compute_instance_group_manager', 'google_compute_region_instance_group_manager'];
const INSTANCE = ['google_compute_instance'];

/** What a forwarding rule may lead to, and the element that it is then. */
const TARGETS: Readonly<Record<string, string>> = {
  google_compute_target_instance: 'google.protocol-forwarding',
  google_compute_target_pool: 'google.target-pool-load-balancer',
  google_compute_target_tcp_proxy: 'google.proxy-load-balancer',
  google_compute_region_target_tcp_proxy: 'google.proxy-load-balancer',
  google_compute_target_ssl_proxy: 'google.proxy-load-balancer',
  google_compute_target_http_proxy: 'google.application-load-balancer',
  google_compute_target_https_proxy: 'google.application-load-balancer',
  google_compute_region_target_http_proxy: 'google.application-load-balancer',
  google_compute_region_target_https_proxy: 'google.application-load-balancer',
};

const SERVICES = ['google_compute_backend_service', 'google_compute_region_backend_service'];

const PROTOCOLS: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, ICMP: 1, ESP: 50, AH: 51, SCTP: 132 };

/** A forwarding rule with what is behind it: each is a load balancer with one listener. */
export const forwardingRule: Read = (resource, reading) => {
  const { estate, resources } = reading;
  const scheme = textOf(resource.get('load_balancing_scheme')) ?? 'EXTERNAL';
  const target = resources.find(resource.get('target'), [...Object.keys(TARGETS), ...VPN]);
  if (target !== undefined && VPN.includes(target.type)) {
    return;
  }
  const isPublic = scheme instanceof Unknown ? scheme : scheme.startsWith('EXTERNAL');
  const service = resources.find(resource.get('backend_service'), SERVICES) ?? serviceOf(target, reading);
  const element =
    (target === undefined ? undefined : TARGETS[target.type]) ??
    (isPublic === false ? 'google.internal-passthrough-load-balancer' : 'google.passthrough-load-balancer');
  const listener: Listener = {
    origin: resource.origin,
    protocol: protocolOf(resource, service, element),
    ports: portsOf(resource),
    targets: behind(resource, target, service, reading),
  };
  estate.add({
    ...basis(resource),
    kind: 'load-balancer',
    element,
    isPublic,
    subnets: [],
    ruleSets: [],
    listeners: [listener],
  });
};

/** Forwarding rules of Classic VPN lead into its own gateway. */
const VPN = ['google_compute_vpn_gateway'];

/** The backend service of a proxy. */
function serviceOf(target: Resource | undefined, { resources }: Reading): Resource | undefined {
  const service = target?.get('backend_service');
  return service === undefined ? undefined : resources.find(service, SERVICES);
}

/**
 * `L3_DEFAULT` means every protocol. Behind it a backend service must have the protocol UNSPECIFIED: to one for TCP or UDP it
 * does not attach.
 */
function protocolOf(resource: Resource, service: Resource | undefined, element: string): Listener['protocol'] {
  const text = textOf(resource.get('ip_protocol')) ?? 'TCP';
  if (text instanceof Unknown) {
    return text;
  }
  const word = text.toUpperCase();
  if (word !== 'L3_DEFAULT') {
    return PROTOCOLS[word] ?? { name: text };
  }
  if (element === 'google.protocol-forwarding') {
    return 'any';
  }
  const protocol = service === undefined ? undefined : textOf(service.get('protocol'));
  return service === undefined
    ? new Unknown('the backend service of the forwarding rule was not read')
    : protocol === 'UNSPECIFIED'
      ? 'any'
      : protocol instanceof Unknown
        ? protocol
        : { name: 'L3_DEFAULT' };
}

function portsOf(resource: Resource): Listener['ports'] {
  const all = booleanOf(resource.get('all_ports'));
  if (all === true) {
    return 'any';
  }
  const texts: (Known<string> | undefined)[] = [
    ...items(resource.get('ports')),
    ...items(resource.get('port_range')),
  ].map(textOf);
  const open = texts.find((text) => text instanceof Unknown) ?? (all instanceof Unknown ? all : undefined);
  if (open instanceof Unknown) {
    return open;
  }
  const ports = texts.map((text) => portRangeOf(String(text)));
  return ports.length === 0
    ? 'any'
    : ports.some((port) => port === undefined)
      ? new Unknown(`the ports of ${resource.address} are not known`)
      : ports.filter((port): port is PortRange => port !== undefined);
}

function behind(
  resource: Resource,
  target: Resource | undefined,
  service: Resource | undefined,
  reading: Reading,
): readonly Target[] {
  const { resources, targets } = reading;
  if (target?.type === 'google_compute_target_instance') {
    return [{ reference: resources.reference(target.get('instance'), INSTANCE) }];
  }
  if (target?.type === 'google_compute_target_pool') {
    const own = items(target.get('instances')).map(
      (one): Target => ({
        reference: resources.reference(one, INSTANCE),
      }),
    );
    return [...own, ...managersOf(target, reading)];
  }
  if (service === undefined) {
    return [{ reference: new Unknown(`what is behind ${resource.address} was not read`) }];
  }
  return blocks(service.get('backend')).flatMap(({ values }): readonly Target[] => {
    const group = resources.find(values.group, ['google_compute_instance_group', ...MANAGERS]);
    if (group === undefined) {
      return [{ reference: new Unknown(`the backends of ${service.address} were not read`) }];
    }
    return group.type === 'google_compute_instance_group'
      ? items(group.get('instances')).map((one) => ({ reference: resources.reference(one, INSTANCE) }))
      : (targets.get(group.id) ?? []);
  });
}

/** Managed groups name the pools that their machines are in. */
function managersOf(pool: Resource, { resources }: Reading): Target[] {
  return MANAGERS.flatMap((type) => resources.ofType(type))
    .filter((manager) =>
      items(manager.get('target_pools')).some(
        (one) => resources.reference(one, ['google_compute_target_pool']) === pool.id,
      ),
    )
    .map(({ id }) => ({ reference: id }));
}
