import {
  NETWORK_SECURITY_GROUP,
  type Origin,
  type Peer,
  type PortRange,
  parseRange,
  type Reference,
  type Rule,
  type RuleDirection,
  type RulePorts,
  type RuleProtocol,
  type RuleSet,
  Unknown,
} from '../../model';
import { type Read, type Reading, reasonsIn, unread } from './reader';
import {
  basis,
  blocks,
  items,
  numberOf,
  openBlocks,
  place,
  portRangeOf,
  type Resource,
  textOf,
  type Values,
} from './resource';

const NSG = ['azurerm_network_security_group'];

/** What an NSG rule takes for a protocol. GRE has no word there, and numbers are none. */
const PROTOCOLS: Readonly<Record<string, number | 'any'>> = { tcp: 6, udp: 17, icmp: 1, esp: 50, ah: 51, '*': 'any' };

export const securityGroup: Read = (resource, reading) => {
  const open = openBlocks(resource, 'security_rule');
  const set: RuleSet = {
    ...basis(resource),
    kind: 'rule-set',
    element: 'azure.network-security-group',
    semantics: NETWORK_SECURITY_GROUP,
    rules: [],
    ...(open === undefined ? {} : { incomplete: open }),
  };
  reading.estate.add(set);
  for (const { values, index } of blocks(resource.get('security_rule'))) {
    add(set, values, place(resource, 'security_rule', index), reading, undefined);
  }
};

export const securityRule: Read = (resource, reading) => {
  const reference = reading.resources.reference(resource.get('network_security_group_name'), NSG);
  const set = setOf(resource, reference, reading);
  if (set === undefined) {
    return unread(reading, resource, 'it adds a rule to a network security group that is not known');
  }
  const values: Values = Object.fromEntries(RULE_ATTRIBUTES.map((name) => [name, resource.get(name)]));
  add(set, values, resource.origin, reading, resource.condition);
};

const RULE_ATTRIBUTES = [
  ...['name', 'description', 'priority', 'direction', 'access', 'protocol'],
  ...['source_port_range', 'source_port_ranges', 'destination_port_range', 'destination_port_ranges'],
  ...['source_address_prefix', 'source_address_prefixes', 'source_application_security_group_ids'],
  ...['destination_address_prefix', 'destination_address_prefixes', 'destination_application_security_group_ids'],
];

/** A group that is made elsewhere, and gets rules here: what else it lets through is not known. */
function setOf(resource: Resource, reference: Reference, { estate }: Reading): RuleSet | undefined {
  const known = estate.find('rule-set', reference);
  if (known !== undefined || typeof reference !== 'string' || estate.get(reference) !== undefined) {
    return known;
  }
  const label = reference.slice(reference.lastIndexOf('/') + 1);
  return estate.add({
    ...basis(resource),
    id: reference,
    label,
    kind: 'rule-set',
    element: 'azure.network-security-group',
    semantics: NETWORK_SECURITY_GROUP,
    rules: [],
    incomplete: new Unknown(`network security group ${label} is made elsewhere, and its other rules are not known`),
  });
}

function add(set: RuleSet, values: Values, origin: Origin, reading: Reading, condition: Unknown | undefined): void {
  const way = textOf(values.direction);
  const access = textOf(values.access);
  const name = textOf(values.name);
  const description = textOf(values.description);
  const reasons = reasonsIn(description);
  const isOpen =
    condition ?? (way instanceof Unknown ? way : undefined) ?? (access instanceof Unknown ? access : undefined);
  const ends = {
    source: peersOf(values, 'source', reading),
    destination: peersOf(values, 'destination', reading),
  };
  for (const direction of way instanceof Unknown ? (['in', 'out'] as const) : ([directionOf(way)] as const)) {
    const [peers, local] = direction === 'in' ? [ends.source, ends.destination] : [ends.destination, ends.source];
    const sourcePorts = portsOf(values, 'source');
    set.rules.push({
      origin,
      direction,
      action: textIs(access, 'deny') ? 'deny' : 'allow',
      order: numberOf(values.priority) ?? new Unknown('the rule has no priority'),
      protocol: protocolOf(values.protocol),
      ports: portsOf(values, 'destination'),
      ...(sourcePorts === 'any' ? {} : { sourcePorts }),
      peers,
      ...(local === 'any' ? {} : { local }),
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof description === 'string' ? { description } : {}),
      ...(reasons === undefined ? {} : { reasons }),
      ...(isOpen === undefined ? {} : { condition: isOpen }),
    });
  }
}

function directionOf(way: string | undefined): RuleDirection {
  return textIs(way, 'outbound') ? 'out' : 'in';
}

function textIs(value: unknown, word: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === word;
}

function protocolOf(written: unknown): RuleProtocol {
  const text = textOf(written);
  if (text === undefined || text instanceof Unknown) {
    return text ?? new Unknown('the rule names no protocol');
  }
  const key = text.toLowerCase();
  return (Object.hasOwn(PROTOCOLS, key) ? PROTOCOLS[key] : undefined) ?? { name: text };
}

function portsOf(values: Values, end: 'source' | 'destination'): RulePorts {
  const single = values[`${end}_port_range`];
  const written = [...items(single === '' ? undefined : single), ...items(values[`${end}_port_ranges`])].map(textOf);
  const ports: PortRange[] = [];
  for (const text of written) {
    if (text === '*') {
      return 'any';
    }
    const range = typeof text === 'string' ? portRangeOf(text) : undefined;
    if (range === undefined) {
      return text instanceof Unknown ? text : new Unknown(`${JSON.stringify(text)} is no port`);
    }
    ports.push(range);
  }
  return ports.length === 0 ? 'any' : ports;
}

function peersOf(values: Values, end: 'source' | 'destination', { resources }: Reading): readonly Peer[] | 'any' {
  const single = values[`${end}_address_prefix`];
  const prefixes = [...items(single === '' ? undefined : single), ...items(values[`${end}_address_prefixes`])];
  const groups = items(values[`${end}_application_security_group_ids`]);
  const peers: Peer[] = groups.map((group) => ({
    kind: 'application-group',
    reference: resources.reference(group, ['azurerm_application_security_group']),
  }));
  for (const prefix of prefixes) {
    const text = textOf(prefix);
    if (text === '*') {
      return 'any';
    }
    if (text === undefined || text instanceof Unknown) {
      peers.push(text ?? new Unknown('an address is not given'));
    } else {
      // What is no address is the name of a service tag.
      peers.push(parseRange(text) ?? { kind: 'service-tag', name: text });
    }
  }
  return peers.length === 0 ? [new Unknown(`the rule names no ${end}`)] : peers;
}

export const subnetAssociation: Read = (resource, reading) => {
  const subnet = reading.estate.find('subnet', reading.resources.reference(resource.get('subnet_id'), SUBNET));
  if (subnet === undefined) {
    return unread(reading, resource, 'it puts a network security group on a subnet that was not read');
  }
  subnet.ruleSets.push(
    resource.condition ?? reading.resources.reference(resource.get('network_security_group_id'), NSG),
  );
};

const SUBNET = ['azurerm_subnet'];

export const interfaceAssociation: Read = (resource, reading) => {
  const face = reading.estate.find(
    'interface',
    reading.resources.reference(resource.get('network_interface_id'), ['azurerm_network_interface']),
  );
  if (face === undefined) {
    return unread(reading, resource, 'it puts a network security group on an interface that was not read');
  }
  face.ruleSets.push(resource.condition ?? reading.resources.reference(resource.get('network_security_group_id'), NSG));
};

const tag = (name: string): readonly Peer[] => [{ kind: 'service-tag', name }];

/** The rules that every group has. */
const DEFAULTS: readonly Pick<Rule, 'name' | 'direction' | 'action' | 'order' | 'peers' | 'local'>[] = [
  {
    name: 'AllowVnetInBound',
    direction: 'in',
    action: 'allow',
    order: 65000,
    peers: tag('VirtualNetwork'),
    local: tag('VirtualNetwork'),
  },
  {
    name: 'AllowAzureLoadBalancerInBound',
    direction: 'in',
    action: 'allow',
    order: 65001,
    peers: tag('AzureLoadBalancer'),
  },
  { name: 'DenyAllInBound', direction: 'in', action: 'deny', order: 65500, peers: 'any' },
  {
    name: 'AllowVnetOutBound',
    direction: 'out',
    action: 'allow',
    order: 65000,
    peers: tag('VirtualNetwork'),
    local: tag('VirtualNetwork'),
  },
  { name: 'AllowInternetOutBound', direction: 'out', action: 'allow', order: 65001, peers: tag('Internet') },
  { name: 'DenyAllOutBound', direction: 'out', action: 'deny', order: 65500, peers: 'any' },
];

/** Adds the default rules to each group. */
export function defaultRules({ estate }: Reading): void {
  for (const set of estate.all('rule-set')) {
    if (set.semantics === NETWORK_SECURITY_GROUP) {
      set.rules.push(...DEFAULTS.map((rule): Rule => ({ ...rule, origin: set.origin, protocol: 'any', ports: 'any' })));
    }
  }
}
