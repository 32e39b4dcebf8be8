import { type Listener, Unknown } from '../../model';
import { GROUP } from './aws-filters';
import { isGiven, meant, SUBNET } from './aws-networks';
import { addTarget, type Read, type Reading, type Target, unread } from './reader';
import { basis, blocks, booleanOf, items, numberOf, place, type Resource, textOf } from './resource';

const TARGET_GROUP = ['aws_lb_target_group', 'aws_alb_target_group'];
const BALANCER = ['aws_lb', 'aws_alb'];

const ELEMENTS: Readonly<Record<string, string>> = {
  application: 'aws.application-load-balancer',
  network: 'aws.network-load-balancer',
  gateway: 'aws.gateway-load-balancer',
};

export const loadBalancer: Read = (resource, reading) => {
  const type = textOf(resource.get('load_balancer_type')) ?? 'application';
  reading.estate.add({
    ...basis(resource),
    ...surroundings(resource, reading),
    kind: 'load-balancer',
    element: ELEMENTS[String(type)] ?? 'aws.application-load-balancer',
    listeners: [],
  });
};

function surroundings(resource: Resource, reading: Reading) {
  const internal = booleanOf(resource.get('internal')) ?? false;
  const mapped = blocks(resource.get('subnet_mapping')).map(({ values }) => values.subnet_id);
  return {
    isPublic: internal instanceof Unknown ? internal : !internal,
    subnets: [...items(resource.get('subnets')), ...mapped].map((one) => reading.resources.reference(one, SUBNET)),
    ruleSets: items(resource.get('security_groups')).map((group) => meant(reading, group, GROUP)),
  };
}

export const targetAttachment: Read = (resource, reading) => {
  const { resources } = reading;
  const group = resources.find(resource.get('target_group_arn'), TARGET_GROUP);
  const port = numberOf([resource.get('port'), group?.get('port')].find(isGiven));
  addTarget(reading, resources.reference(resource.get('target_group_arn'), TARGET_GROUP), {
    reference: resources.reference(resource.get('target_id'), ['aws_instance', 'aws_network_interface']),
    ...(port === undefined ? {} : { port }),
  });
};

export const listener: Read = (resource, reading) => {
  const { estate, resources } = reading;
  const balancer = estate.find('load-balancer', resources.reference(resource.get('load_balancer_arn'), BALANCER));
  if (balancer === undefined) {
    return unread(reading, resource, 'it belongs to a load balancer that was not read');
  }
  const protocol = textOf(resource.get('protocol')) ?? 'HTTP';
  // One listener of this kind takes both.
  for (const one of protocol === 'TCP_UDP' ? ['TCP', 'UDP'] : [protocol]) {
    balancer.listeners.push({
      origin: resource.origin,
      protocol: protocolOf(one),
      ports: portsOf(resource.get('port')),
      targets: targetsOf(resource, reading),
    });
  }
};

function targetsOf(resource: Resource, { resources, targets }: Reading): Target[] {
  return blocks(resource.get('default_action')).flatMap(({ values }) => {
    const forwarded = blocks(values.forward).flatMap(({ values: forward }) =>
      blocks(forward.target_group).map((group) => group.values.arn),
    );
    return [...[values.target_group_arn].filter(isGiven), ...forwarded].flatMap((group) => {
      const reference = resources.reference(group, TARGET_GROUP);
      const port = numberOf(resources.find(group, TARGET_GROUP)?.get('port'));
      const found = typeof reference === 'string' ? (targets.get(reference) ?? [{ reference }]) : [{ reference }];
      return found.map((target) => (target.port === undefined && port !== undefined ? { ...target, port } : target));
    });
  });
}

function protocolOf(value: unknown): Listener['protocol'] {
  if (value instanceof Unknown) {
    return value;
  }
  const word = String(value).toUpperCase();
  return word === 'TCP' || word === 'TLS' || word === 'SSL' ? 6 : word === 'UDP' ? 17 : { name: String(value) };
}

function portsOf(value: unknown): Listener['ports'] {
  const port = numberOf(value);
  return port === undefined ? 'any' : port instanceof Unknown ? port : [{ from: port, to: port }];
}

/** A load balancer of the first generation; its listeners are inline. */
export const classicLoadBalancer: Read = (resource, reading) => {
  const behind = items(resource.get('instances')).map(
    (one): Target => ({
      reference: reading.resources.reference(one, ['aws_instance']),
    }),
  );
  reading.estate.add({
    ...basis(resource),
    ...surroundings(resource, reading),
    kind: 'load-balancer',
    element: 'aws.classic-load-balancer',
    listeners: blocks(resource.get('listener')).map(({ values, index }): Listener => {
      const port = numberOf(values.instance_port);
      return {
        origin: place(resource, 'listener', index),
        protocol: protocolOf(textOf(values.lb_protocol) ?? 'HTTP'),
        ports: portsOf(values.lb_port),
        targets: behind.map((target) => (port === undefined ? target : { ...target, port })),
      };
    }),
  });
};

/** AWS Client VPN. */
export const clientVpnEndpoint: Read = (resource, reading) => {
  const transport = textOf(resource.get('transport_protocol')) ?? 'udp';
  reading.estate.add({
    ...basis(resource),
    kind: 'managed-vpn',
    element: 'aws.client-vpn-endpoint',
    protocols: ['openvpn'],
    listens: [{ protocol: transport === 'tcp' ? 6 : 17, port: numberOf(resource.get('vpn_port')) ?? 443 }],
    ruleSets: items(resource.get('security_group_ids')).map((group) => meant(reading, group, GROUP)),
  });
};
