import {
  EVERY_IPV4,
  NETWORK_ACL,
  type Origin,
  type Peer,
  type Rule,
  type RuleDirection,
  type RulePorts,
  type RuleProtocol,
  type RuleSet,
  SECURITY_GROUP,
  Unknown,
} from '../../model';
import { isGiven, meant, SUBNET, VPC } from './aws-networks';
import { protocolOf } from './protocol';
import { type Read, type Reading, unread } from './reader';
import {
  basis,
  blocks,
  booleanOf,
  items,
  numberOf,
  openBlocks,
  place,
  type Resource,
  rangeOf,
  textOf,
  type Values,
} from './resource';

export const GROUP = ['aws_security_group', 'aws_default_security_group'];
const ACL = ['aws_network_acl', 'aws_default_network_acl'];
const LIST = ['aws_ec2_managed_prefix_list'];

/** Names that are taken for protocols. Everything else is a number. */
const NAMES: Readonly<Record<string, number | 'any'>> = {
  tcp: 6,
  udp: 17,
  icmp: 1,
  icmpv6: 58,
  all: 'any',
  '-1': 'any',
};

/** For network ACLs the provider takes the names of IANA besides. */
const ACL_NAMES: Readonly<Record<string, number | 'any'>> = { ...NAMES, gre: 47, esp: 50, ah: 51, ipv4: 4, sctp: 132 };

/** A security group with its inline rules. Terraform takes the rule away that EC2 gives to a new group for `out`. */
export const securityGroup: Read = (resource, reading) => {
  const network = resource.get('vpc_id');
  const set: RuleSet = {
    ...basis(resource),
    kind: 'rule-set',
    element: 'aws.security-group',
    semantics: SECURITY_GROUP,
    rules: [],
    ...(isGiven(network) ? { network: meant(reading, network, VPC) } : {}),
    ...open(resource),
  };
  reading.estate.add(set);
  addInline(set, resource, reading);
};

/** The default group of a VPC, which is adopted: its own rules go. */
export const defaultSecurityGroup: Read = (resource, reading) => {
  const network = meant(reading, resource.get('vpc_id'), VPC);
  const set =
    typeof network === 'string' ? reading.estate.find('rule-set', `${network}#default-security-group`) : undefined;
  if (set === undefined) {
    return unread(reading, resource, 'it is the default security group of a VPC that was not read');
  }
  set.rules.splice(0);
  addInline(set, resource, reading);
};

function open(resource: Resource): { incomplete?: Unknown } {
  const why = openBlocks(resource, 'ingress') ?? openBlocks(resource, 'egress');
  return why === undefined ? {} : { incomplete: why };
}

function addInline(set: RuleSet, resource: Resource, reading: Reading): void {
  for (const [name, direction] of [
    ['ingress', 'in'],
    ['egress', 'out'],
  ] as const) {
    for (const { values, index } of blocks(resource.get(name))) {
      set.rules.push(groupRule(set, values, place(resource, name, index), direction, reading, undefined));
    }
  }
}

const RULE_ATTRIBUTES = [
  ...['from_port', 'to_port', 'protocol', 'ip_protocol', 'description', 'cidr_blocks', 'ipv6_cidr_blocks', 'self'],
  ...['cidr_ipv4', 'cidr_ipv6', 'prefix_list_ids', 'prefix_list_id', 'source_security_group_id'],
  'referenced_security_group_id',
];

export const securityGroupRule: Read = (resource, reading) => {
  const reference = meant(reading, resource.get('security_group_id'), GROUP);
  const set = reading.estate.find('rule-set', reference) ?? importedSet(resource, reference, reading);
  if (set === undefined) {
    return unread(reading, resource, 'it adds a rule to a security group that is not known');
  }
  const direction =
    resource.type === 'aws_vpc_security_group_egress_rule' || textOf(resource.get('type')) === 'egress' ? 'out' : 'in';
  const values = Object.fromEntries(RULE_ATTRIBUTES.map((name) => [name, resource.get(name)]));
  set.rules.push(groupRule(set, values, resource.origin, direction, reading, resource.condition));
};

/** A group that is made elsewhere, and gets rules here: what else it lets through is not known. */
function importedSet(resource: Resource, reference: string | Unknown, { estate }: Reading): RuleSet | undefined {
  return typeof reference !== 'string' || estate.get(reference) !== undefined
    ? undefined
    : estate.add<RuleSet>({
        ...basis(resource),
        id: reference,
        label: reference,
        kind: 'rule-set',
        element: 'aws.security-group',
        semantics: SECURITY_GROUP,
        rules: [],
        incomplete: new Unknown(`security group ${reference} is made elsewhere, and its other rules are not known`),
      });
}

function groupRule(
  set: RuleSet,
  values: Values,
  origin: Origin,
  direction: RuleDirection,
  reading: Reading,
  condition: Unknown | undefined,
): Rule {
  const protocol = protocolOf(values.protocol ?? values.ip_protocol, NAMES);
  const description = textOf(values.description);
  const ranges = [
    ...items(values.cidr_blocks),
    ...items(values.ipv6_cidr_blocks),
    ...[values.cidr_ipv4, values.cidr_ipv6].filter(isGiven),
  ].map(rangeOf);
  const groups = [
    ...items(values.security_groups),
    ...[values.source_security_group_id, values.referenced_security_group_id].filter(isGiven),
  ].map((group): Peer => ({ kind: 'group', reference: meant(reading, group, GROUP) }));
  const lists = [...items(values.prefix_list_ids), ...[values.prefix_list_id].filter(isGiven)].map(
    (list): Peer => ({ kind: 'prefix-list', reference: reading.resources.reference(list, LIST) }),
  );
  const self = booleanOf(values.self);
  const own: Peer[] = self === true ? [{ kind: 'group', reference: set.id }] : self instanceof Unknown ? [self] : [];
  const peers = [...ranges, ...groups, ...lists, ...own];
  return {
    origin,
    direction,
    action: 'allow',
    protocol,
    ports: portsOf(values, protocol),
    peers: peers.length === 0 ? [new Unknown('the rule names nobody')] : peers,
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    ...(condition === undefined ? {} : { condition }),
  };
}

function portsOf(values: Values, protocol: RuleProtocol): RulePorts {
  if (protocol !== 6 && protocol !== 17) {
    return 'any';
  }
  const [from, to] = [numberOf(values.from_port), numberOf(values.to_port)];
  if (from === undefined || to === undefined) {
    return from === undefined && to === undefined ? 'any' : new Unknown('the rule has one end of a port range only');
  }
  return from instanceof Unknown || to instanceof Unknown
    ? new Unknown('the ports of the rule are not known')
    : from === -1
      ? 'any'
      : [{ from, to }];
}

export const networkAcl: Read = (resource, reading) => {
  const set: RuleSet = {
    ...basis(resource),
    kind: 'rule-set',
    element: 'aws.network-acl',
    semantics: NETWORK_ACL,
    rules: [],
    network: meant(reading, resource.get('vpc_id'), VPC),
    ...open(resource),
  };
  reading.estate.add(set);
  addEntries(set, resource);
};

/** The default ACL of a VPC, which is adopted: its own entries go. */
export const defaultNetworkAcl: Read = (resource, reading) => {
  const reference = meant(reading, resource.get('default_network_acl_id'), ACL);
  const set = reading.estate.find('rule-set', reference);
  if (set === undefined) {
    return unread(reading, resource, 'it is the default network ACL of a VPC that was not read');
  }
  set.rules.splice(0);
  addEntries(set, resource);
};

function addEntries(set: RuleSet, resource: Resource): void {
  for (const [name, direction] of [
    ['ingress', 'in'],
    ['egress', 'out'],
  ] as const) {
    for (const { values, index } of blocks(resource.get(name))) {
      const written = { ...values, rule_number: values.rule_no, rule_action: values.action };
      set.rules.push(entry(written, place(resource, name, index), direction, undefined));
    }
  }
}

const ENTRY_ATTRIBUTES = [
  ...['rule_number', 'rule_action', 'protocol', 'from_port', 'to_port', 'cidr_block', 'ipv6_cidr_block'],
];

export const networkAclRule: Read = (resource, reading) => {
  const set = reading.estate.find('rule-set', meant(reading, resource.get('network_acl_id'), ACL));
  if (set === undefined) {
    return unread(reading, resource, 'it adds an entry to a network ACL that was not read');
  }
  const egress = booleanOf(resource.get('egress')) ?? false;
  const values = Object.fromEntries(ENTRY_ATTRIBUTES.map((name) => [name, resource.get(name)]));
  const condition = resource.condition ?? (egress instanceof Unknown ? egress : undefined);
  for (const direction of egress instanceof Unknown ? (['in', 'out'] as const) : ([egress ? 'out' : 'in'] as const)) {
    set.rules.push(entry(values, resource.origin, direction, condition));
  }
};

function entry(values: Values, origin: Origin, direction: RuleDirection, condition: Unknown | undefined): Rule {
  const protocol = protocolOf(values.protocol, ACL_NAMES);
  const action = textOf(values.rule_action);
  const range = [values.cidr_block, values.ipv6_cidr_block].find(isGiven);
  const isKnown = typeof action === 'string' && /^(allow|deny)$/i.test(action);
  const isOpen = condition ?? (isKnown ? undefined : new Unknown('whether it allows or denies is not known'));
  return {
    origin,
    direction,
    action: isKnown && action.toLowerCase() === 'deny' ? 'deny' : 'allow',
    order: numberOf(values.rule_number) ?? new Unknown('the entry has no rule number'),
    protocol,
    ports: portsOf(values, protocol),
    peers: range === undefined ? [EVERY_IPV4] : [rangeOf(range)],
    ...(isOpen === undefined ? {} : { condition: isOpen }),
  };
}

export const networkAclAssociation: Read = (resource, reading) => {
  const found = reading.estate.find('subnet', reading.resources.reference(resource.get('subnet_id'), SUBNET));
  if (found === undefined) {
    return unread(reading, resource, 'it gives a network ACL to a subnet that was not read');
  }
  found.ruleSets.push(resource.condition ?? meant(reading, resource.get('network_acl_id'), ACL));
};

/** ACLs name their subnets; subnets that were given none have that of their VPC. */
export function subnetAcls({ estate, resources }: Reading): void {
  for (const acl of ['aws_network_acl', 'aws_default_network_acl'].flatMap((type) => resources.ofType(type))) {
    for (const value of items(acl.get('subnet_ids'))) {
      const found = estate.find('subnet', resources.reference(value, SUBNET));
      if (acl.type === 'aws_network_acl') {
        found?.ruleSets.push(acl.condition ?? acl.id);
      }
    }
  }
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
