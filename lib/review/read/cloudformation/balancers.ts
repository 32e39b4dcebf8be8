import { type Known, type Listener, type LoadBalancer, Unknown } from '../../model';
import { listOf, recordOf } from '../values';
import { basis, place, type Read, type Reading, unread } from './reader';
import type { Resource } from './template';

const ELEMENTS: Readonly<Record<string, string>> = {
  application: 'aws.application-load-balancer',
  network: 'aws.network-load-balancer',
  gateway: 'aws.gateway-load-balancer',
};

export const loadBalancer: Read = (resource, { estate }) => {
  const { properties, template } = resource;
  const type = template.resolver.resolve(properties.Type ?? 'application');
  const mappings = listOf(properties.SubnetMappings).map((mapping) => recordOf(mapping).SubnetId);
  estate.add({
    ...basis(resource),
    kind: 'load-balancer',
    element: ELEMENTS[String(type)] ?? 'aws.application-load-balancer',
    isPublic: isPublic(resource),
    subnets: [...listOf(properties.Subnets), ...mappings].map((subnet) => template.resolver.reference(subnet)),
    ruleSets: listOf(properties.SecurityGroups).map((group) => template.resolver.reference(group)),
    listeners: [],
  });
};

function isPublic({ properties, template }: Resource): Known<boolean> {
  const scheme = template.resolver.resolve(properties.Scheme ?? 'internet-facing');
  return scheme instanceof Unknown ? scheme : scheme !== 'internal';
}

/** A load balancer of the first generation; its listeners are inline. */
export const classicLoadBalancer: Read = (resource, { estate, targets }) => {
  const { properties, template } = resource;
  const behind = [
    ...listOf(properties.Instances).map((id) => ({ reference: template.resolver.reference(id) })),
    ...(targets.get(resource.id) ?? []),
  ];
  const balancer: LoadBalancer = {
    ...basis(resource),
    kind: 'load-balancer',
    element: 'aws.classic-load-balancer',
    isPublic: isPublic(resource),
    subnets: listOf(properties.Subnets).map((subnet) => template.resolver.reference(subnet)),
    ruleSets: listOf(properties.SecurityGroups).map((group) => template.resolver.reference(group)),
    listeners: template.list(properties.Listeners, place(resource, 'Listeners')).map(({ value, origin }): Listener => {
      const { LoadBalancerPort, InstancePort, Protocol } = recordOf(value);
      const port = template.resolver.number(InstancePort);
      return {
        origin,
        protocol: protocolOf(template.resolver.resolve(Protocol)),
        ports: portsOf(template.resolver.number(LoadBalancerPort)),
        targets: behind.map((target) => (port === undefined ? target : { ...target, port })),
      };
    }),
  };
  estate.add(balancer);
};

/** Targets of a group; machines of Auto Scaling groups come beside. */
export const targetGroup: Read = (resource, { targets }) => {
  const { properties, template } = resource;
  const groupPort = template.resolver.number(properties.Port);
  const own = template.list(properties.Targets, place(resource, 'Targets')).map(({ value, condition }) => {
    const { Id, Port } = recordOf(value);
    const port = template.resolver.number(Port) ?? groupPort;
    return { reference: condition ?? template.resolver.reference(Id), ...(port === undefined ? {} : { port }) };
  });
  const scaled = (targets.get(resource.id) ?? []).map((target) =>
    groupPort === undefined ? target : { ...target, port: groupPort },
  );
  targets.set(resource.id, [...own, ...scaled]);
};

export const listener: Read = (resource, reading) => {
  const { properties, template } = resource;
  const balancer = reading.estate.find('load-balancer', template.resolver.reference(properties.LoadBalancerArn));
  if (balancer === undefined) {
    return unread(reading, resource, 'it belongs to a load balancer that was not read');
  }
  const protocol = template.resolver.resolve(properties.Protocol);
  // One listener of this kind takes both.
  for (const one of protocol === 'TCP_UDP' ? ['TCP', 'UDP'] : [protocol]) {
    balancer.listeners.push({
      origin: resource.origin,
      protocol: protocolOf(one),
      ports: portsOf(template.resolver.number(properties.Port)),
      targets: targetsOf(resource, reading),
    });
  }
};

function targetsOf({ properties, template }: Resource, { targets }: Reading): Listener['targets'] {
  return listOf(properties.DefaultActions).flatMap((action) => {
    const { TargetGroupArn, ForwardConfig } = recordOf(action);
    const groups = [
      ...listOf(TargetGroupArn),
      ...listOf(recordOf(ForwardConfig).TargetGroups).map((group) => recordOf(group).TargetGroupArn),
    ];
    return groups.flatMap((group) => {
      const reference = template.resolver.reference(group);
      return typeof reference === 'string' ? (targets.get(reference) ?? [{ reference }]) : [{ reference }];
    });
  });
}

function protocolOf(value: unknown): Listener['protocol'] {
  if (value instanceof Unknown) {
    return value;
  }
  switch (String(value).toUpperCase()) {
    case 'TCP':
    case 'TLS':
    case 'SSL':
      return 6;
    case 'UDP':
      return 17;
    default:
      return { name: String(value) };
  }
}

function portsOf(port: Known<number> | undefined): Listener['ports'] {
  return port === undefined ? 'any' : port instanceof Unknown ? port : [{ from: port, to: port }];
}

/** AWS Client VPN. */
export const clientVpnEndpoint: Read = (resource, { estate }) => {
  const { properties, template } = resource;
  const transport = template.resolver.resolve(properties.TransportProtocol ?? 'udp');
  estate.add({
    ...basis(resource),
    kind: 'managed-vpn',
    element: 'aws.client-vpn-endpoint',
    listens: [{ protocol: transport === 'tcp' ? 6 : 17, port: template.resolver.number(properties.VpnPort) ?? 443 }],
    ruleSets: listOf(properties.SecurityGroupIds).map((group) => template.resolver.reference(group)),
  });
};

/** Global Accelerator: two addresses in front of endpoints. */
export const accelerator: Read = (resource, { estate }) => {
  estate.add({
    ...basis(resource),
    kind: 'load-balancer',
    element: 'aws.global-accelerator',
    isPublic: true,
    subnets: [],
    ruleSets: [],
    listeners: [],
  });
};

export const acceleratorEndpoints: Read = (resource, { targets }) => {
  const { properties, template } = resource;
  const group = template.resolver.reference(properties.ListenerArn);
  if (typeof group === 'string') {
    const found = listOf(properties.EndpointConfigurations).map((endpoint) => ({
      reference: template.resolver.reference(recordOf(endpoint).EndpointId),
    }));
    targets.set(group, [...(targets.get(group) ?? []), ...found]);
  }
};

export const acceleratorListener: Read = (resource, reading) => {
  const { properties, template } = resource;
  const balancer = reading.estate.find('load-balancer', template.resolver.reference(properties.AcceleratorArn));
  if (balancer === undefined) {
    return unread(reading, resource, 'it belongs to an accelerator that was not read');
  }
  for (const { value, origin } of template.list(properties.PortRanges, place(resource, 'PortRanges'))) {
    const { FromPort, ToPort } = recordOf(value);
    const [from, to] = [template.resolver.number(FromPort), template.resolver.number(ToPort)];
    balancer.listeners.push({
      origin,
      protocol: protocolOf(template.resolver.resolve(properties.Protocol ?? 'TCP')),
      ports:
        typeof from === 'number' && typeof to === 'number' ? [{ from, to }] : new Unknown('its ports are not known'),
      targets: reading.targets.get(resource.id) ?? [],
    });
  }
};
