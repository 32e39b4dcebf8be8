import {
  type Estate,
  EVERY_IPV4,
  NETWORK_ACL,
  type Rule,
  type RuleProtocol,
  type RuleSet,
  SECURITY_GROUP,
  Unknown,
} from '../../model';
import { recordOf } from '../values';
import { portsOf } from './ports';
import { basis, place, type Read, unread } from './reader';
import type { Resolver } from './resolver';
import { groupRule, SecurityGroup } from './security-group';
import type { Resource } from './template';

/** A security group with its inline rules. */
export const securityGroup: Read = (resource, { estate }) => {
  estate.add(new SecurityGroup(resource));
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
  append(set, groupRule(resource.properties, place(resource), direction, resolver, resource.condition));
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

/** Adds a rule to a set without making those that are written in it. */
function append(set: RuleSet, rule: Rule): void {
  if (set instanceof SecurityGroup) {
    set.add(rule);
  } else {
    set.rules.push(rule);
  }
}

/**
 * The rule that EC2 adds to a group without outbound rules. Where the group has some of their own as resources, whether it
 * stays is not documented.
 */
export function defaultEgress(estate: Estate): void {
  for (const set of estate.all('rule-set')) {
    if (!(set instanceof SecurityGroup) || set.writesEgress) {
      continue;
    }
    set.add({
      origin: set.origin,
      direction: 'out',
      action: 'allow',
      protocol: 'any',
      ports: 'any',
      peers: 'any',
      description: 'default: everything, since the group has no outbound rule',
      ...(set.added.every(({ direction }) => direction === 'in')
        ? {}
        : { condition: new Unknown('the group has outbound rules as resources of their own only') }),
    });
  }
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
      ports: portsOf(From, To, protocol, resolver),
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
