import {
  type Estate,
  EVERY_IPV4,
  NETWORK_ACL,
  type Origin,
  type Peer,
  type PortRange,
  type Rule,
  type RuleDirection,
  type RulePorts,
  type RuleProtocol,
  type RuleSet,
  SECURITY_GROUP,
  Unknown,
} from '../../model';
import { recordOf } from '../values';
import { basis, place, type Read, unread } from './reader';
import type { Resolver } from './resolver';
import type { Resource } from './template';

/** Names that EC2 takes for protocols of security group rules. Everything else is a number. */
const NAMES: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 };

/** Whether a protocol has ports. */
const HAS_PORTS = new Set([6, 17]);

/** A security group with its inline rules. */
export const securityGroup: Read = (resource, { estate }) => {
  const { properties, template } = resource;
  const rules: Rule[] = [];
  const set: RuleSet = {
    ...basis(resource),
    kind: 'rule-set',
    element: 'aws.security-group',
    semantics: SECURITY_GROUP,
    rules,
    ...(properties.VpcId === undefined ? {} : { network: template.resolver.reference(properties.VpcId) }),
  };
  for (const [property, direction] of [
    ['SecurityGroupIngress', 'in'],
    ['SecurityGroupEgress', 'out'],
  ] as const) {
    if (properties[property] === undefined) {
      continue;
    }
    template.resolver.each(properties[property], place(resource, property), (value, origin, condition) =>
      rules.push(groupRule(value, origin, direction, template.resolver, condition)),
    );
  }
  estate.add(set);
};

/** A rule on its own. */
export const securityGroupRule: Read = (resource, reading) => {
  const { resolver } = resource.template;
  const { GroupId, GroupName } = resource.properties;
  const reference = resolver.reference(GroupId ?? GroupName);
  const direction = resource.type === 'AWS::EC2::SecurityGroupEgress' ? 'out' : 'in';
  const set = reading.estate.find('rule-set', reference) ?? importedSet(resource, reference, reading.estate);
  if (set === undefined) {
    return unread(reading, resource, 'it adds a rule to a security group that is not known');
  }
  set.rules.push(groupRule(resource.properties, place(resource), direction, resolver, resource.condition));
};

/** A group that is made elsewhere, and gets rules here: what else it lets through is not known. */
function importedSet(resource: Resource, reference: string | Unknown, estate: Estate): RuleSet | undefined {
  if (typeof reference !== 'string' || estate.get(reference) !== undefined) {
    return undefined;
  }
  return estate.add({
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

/**
 * The rule that EC2 adds to a group without outbound rules. Where the group has some of their own as resources, whether it
 * stays is not documented.
 */
export function defaultEgress(estate: Estate): void {
  for (const set of estate.all('rule-set')) {
    const isGroup = set.cloud === 'aws' && set.semantics === SECURITY_GROUP && set.incomplete === undefined;
    if (!isGroup || set.id.endsWith('#default-security-group')) {
      continue;
    }
    if (recordOf(recordOf(set.origin.value).Properties).SecurityGroupEgress !== undefined) {
      continue;
    }
    const outbound = set.rules.filter(({ direction }) => direction === 'out');
    if (outbound.some(({ origin }) => origin.resource === set.origin.resource)) {
      continue;
    }
    set.rules.push({
      origin: set.origin,
      direction: 'out',
      action: 'allow',
      protocol: 'any',
      ports: 'any',
      peers: 'any',
      description: 'default: everything, since the group has no outbound rule',
      ...(outbound.length === 0
        ? {}
        : { condition: new Unknown('the group has outbound rules as resources of their own only') }),
    });
  }
}

function groupRule(
  value: unknown,
  origin: Origin,
  direction: RuleDirection,
  resolver: Resolver,
  condition: Unknown | undefined,
): Rule {
  const written = recordOf(value);
  const protocol = value instanceof Unknown ? value : groupProtocol(written.IpProtocol, resolver);
  const description = written.Description;
  // Tens of thousands of them: every one has the same members, and none is copied.
  return {
    origin,
    direction,
    action: 'allow',
    protocol,
    ports: ports(written.FromPort, written.ToPort, protocol, resolver),
    peers: value instanceof Unknown ? [value] : groupPeers(written, direction, resolver),
    description: typeof description === 'string' ? description : undefined,
    condition,
  };
}

function groupProtocol(written: unknown, resolver: Resolver): RuleProtocol {
  const value = typeof written === 'string' ? written : resolver.resolve(written);
  if (value instanceof Unknown) {
    return value;
  }
  const text = String(value).toLowerCase();
  if (text === '-1' || text === 'all') {
    return 'any';
  }
  const number = NAMES[text] ?? (/^\d{1,3}$/.test(text) ? Number(text) : undefined);
  return number !== undefined && number <= 255 ? number : { name: String(value) };
}

/** Where a protocol has no ports, whatever is written there means nothing (ICMP types aside, which no question is about). */
function ports(from: unknown, to: unknown, protocol: RuleProtocol, resolver: Resolver): RulePorts {
  if (typeof protocol !== 'number' || !HAS_PORTS.has(protocol)) {
    return 'any';
  }
  const first = typeof from === 'number' ? from : resolver.number(from);
  const last = typeof to === 'number' ? to : resolver.number(to);
  if (first === undefined || last === undefined) {
    return first === undefined && last === undefined ? 'any' : new Unknown('the rule has one end of a port range only');
  }
  if (first instanceof Unknown || last instanceof Unknown) {
    return first instanceof Unknown ? first : (last as Unknown);
  }
  return first === -1 ? 'any' : portRange(first, last);
}

const SINGLE: (readonly PortRange[])[] = [];
const RANGES = new Map<number, readonly PortRange[]>();

/** One object for each range of ports, however many rules have it. */
function portRange(from: number, to: number): readonly PortRange[] {
  const key = from * 65536 + to;
  // Most rules by far are for one port.
  const known = from === to ? SINGLE[from] : RANGES.get(key);
  if (known !== undefined) {
    return known;
  }
  const range = [{ from, to }];
  if (from === to && Number.isInteger(from) && from >= 0 && from <= 65535) {
    SINGLE[from] = range;
  } else if (RANGES.size < 10_000) {
    RANGES.set(key, range);
  }
  return range;
}

function groupPeers(
  written: Readonly<Record<string, unknown>>,
  direction: RuleDirection,
  resolver: Resolver,
): readonly Peer[] {
  if (typeof written.CidrIp === 'string') {
    return [resolver.range(written.CidrIp)];
  }
  const { CidrIp, CidrIpv6, SourceSecurityGroupId, SourceSecurityGroupName, DestinationSecurityGroupId } = written;
  const range = CidrIp ?? CidrIpv6;
  if (range !== undefined) {
    return [resolver.range(range)];
  }
  const group = direction === 'in' ? (SourceSecurityGroupId ?? SourceSecurityGroupName) : DestinationSecurityGroupId;
  if (group !== undefined) {
    return [{ kind: 'group', reference: resolver.reference(group) }];
  }
  const list = direction === 'in' ? written.SourcePrefixListId : written.DestinationPrefixListId;
  return list === undefined
    ? [new Unknown('the rule names nobody')]
    : [{ kind: 'prefix-list', reference: resolver.reference(list) }];
}

export const networkAcl: Read = (resource, { estate }) => {
  const { properties, template } = resource;
  estate.add({
    ...basis(resource),
    kind: 'rule-set',
    element: 'aws.network-acl',
    semantics: NETWORK_ACL,
    rules: [],
    network: template.resolver.reference(properties.VpcId),
  });
};

export const networkAclEntry: Read = (resource, reading) => {
  const { resolver } = resource.template;
  const { properties } = resource;
  const set = reading.estate.find('rule-set', resolver.reference(properties.NetworkAclId));
  if (set === undefined) {
    return unread(reading, resource, 'it adds an entry to a network ACL that was not read');
  }
  const egress = resolver.boolean(properties.Egress) ?? false;
  const action = resolver.resolve(properties.RuleAction);
  const protocol = entryProtocol(properties.Protocol, resolver);
  const { From, To } = recordOf(properties.PortRange);
  const range = properties.CidrBlock ?? properties.Ipv6CidrBlock;
  const open =
    resource.condition ??
    (egress instanceof Unknown ? egress : undefined) ??
    (action === 'allow' || action === 'deny' ? undefined : new Unknown('whether it allows or denies is not known'));
  for (const direction of egress instanceof Unknown ? (['in', 'out'] as const) : ([egress ? 'out' : 'in'] as const)) {
    set.rules.push({
      origin: resource.origin,
      direction,
      action: action === 'deny' ? 'deny' : 'allow',
      order: resolver.number(properties.RuleNumber) ?? new Unknown('the entry has no rule number'),
      protocol,
      ports: ports(From, To, protocol, resolver),
      peers: range === undefined ? [EVERY_IPV4] : [resolver.range(range)],
      ...(open === undefined ? {} : { condition: open }),
    });
  }
};

function entryProtocol(written: unknown, resolver: Resolver): RuleProtocol {
  const value = resolver.resolve(written);
  if (value instanceof Unknown) {
    return value;
  }
  const text = String(value);
  if (text === '-1') {
    return 'any';
  }
  return /^\d{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : { name: text };
}

/** CDK takes the rules off the default group of a VPC with a resource of its own. */
export const restrictedDefaultGroup: Read = (resource, { estate }) => {
  const { resolver } = resource.template;
  const set = estate.find('rule-set', resolver.reference(resource.properties.DefaultSecurityGroupId));
  set?.rules.splice(0);
};
