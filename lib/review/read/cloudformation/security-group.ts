import {
  type AboutPorts,
  type Origin,
  type Peer,
  type Reasons,
  type Reference,
  type Rule,
  type RuleDirection,
  type RuleProtocol,
  type RuleSet,
  SECURITY_GROUP,
  Unknown,
} from '../../model';
import { recordOf } from '../values';
import { portsOf } from './ports';
import { basis, place } from './reader';
import type { Resolver, UseItem } from './resolver';
import type { Resource } from './template';

/** Names that EC2 takes for protocols of security group rules. Everything else is a number. */
const NAMES: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 };

/** One inline list of rules, as it is written. */
interface Inline {
  readonly items: readonly unknown[];
  readonly origin: Origin;
  readonly direction: RuleDirection;
  /** Those that were made, by the index of what they were made of. */
  readonly made: (readonly Rule[] | undefined)[];
}

const DIRECTIONS = [
  ['SecurityGroupIngress', 'in'],
  ['SecurityGroupEgress', 'out'],
] as const;

/**
 * A security group. Estates have tens of thousands of rules, most of them for ports that nobody asks about, in groups of
 * machines that nobody asks about: a rule is made when somebody asks for it.
 */
export class SecurityGroup implements RuleSet {
  public readonly kind = 'rule-set';
  public readonly cloud = 'aws';
  public readonly element = 'aws.security-group';
  public readonly semantics = SECURITY_GROUP;
  public readonly id: string;
  public readonly label: string;
  public readonly origin: Origin;
  public readonly reasons: Reasons | undefined;
  public readonly condition: Unknown | undefined;
  public readonly network: Reference | undefined;
  /** Whether it has outbound rules of its own, or says that it has none. */
  public readonly writesEgress: boolean;
  /** Rules that are written elsewhere. */
  public readonly added: Rule[] = [];
  private readonly resolver: Resolver;
  private readonly inline: Inline[] = [];
  private all?: Rule[];
  private about?: { readonly isAbout: AboutPorts; readonly rules: readonly Rule[] };

  public constructor(resource: Resource) {
    const { id, label, origin, reasons, condition } = basis(resource);
    this.id = id;
    this.label = label;
    this.origin = origin;
    this.reasons = reasons;
    this.condition = condition;
    this.resolver = resource.template.resolver;
    const { VpcId } = resource.properties;
    this.network = VpcId === undefined ? undefined : this.resolver.reference(VpcId);
    this.writesEgress = resource.properties.SecurityGroupEgress !== undefined;
    for (const [property, direction] of DIRECTIONS) {
      const value = resource.properties[property];
      if (value === undefined) {
        continue;
      }
      const list = { items: Array.isArray(value) ? value : [value], origin: place(resource, property), direction };
      // What is no list may stand for several rules, and is looked at as a whole.
      this.inline.push({ ...list, made: Array.isArray(value) ? [] : [this.whole(value, list)] });
    }
  }

  public get rules(): Rule[] {
    if (this.all === undefined) {
      const rules: Rule[] = [];
      for (const list of this.inline) {
        for (let index = 0; index < list.items.length; index++) {
          addAll(rules, this.at(list, index));
        }
      }
      this.all = rules.concat(this.added);
    }
    return this.all;
  }

  public rulesAbout(isAbout: AboutPorts): readonly Rule[] {
    if (this.all !== undefined) {
      return this.all;
    }
    if (this.about?.isAbout !== isAbout) {
      const rules: Rule[] = [];
      for (const list of this.inline) {
        for (let index = 0; index < list.items.length; index++) {
          if (mayBeAbout(list.items[index], isAbout)) {
            addAll(rules, this.at(list, index));
          }
        }
      }
      this.about = { isAbout, rules: rules.concat(this.added) };
    }
    return this.about.rules;
  }

  /** Adds a rule that is written elsewhere. */
  public add(rule: Rule): void {
    this.added.push(rule);
    this.all?.push(rule);
    this.about = undefined;
  }

  private at(list: Inline, index: number): readonly Rule[] {
    let rules = list.made[index];
    if (rules === undefined) {
      const made: Rule[] = [];
      this.resolver.one(list.items[index], list.origin.at(index), this.maker(made, list.direction));
      rules = made;
      list.made[index] = rules;
    }
    return rules;
  }

  private whole(value: unknown, { origin, direction }: Pick<Inline, 'origin' | 'direction'>): readonly Rule[] {
    const rules: Rule[] = [];
    this.resolver.each(value, origin, this.maker(rules, direction));
    return rules;
  }

  private maker(rules: Rule[], direction: RuleDirection): UseItem {
    return (value, origin, condition) => {
      rules.push(groupRule(value, origin, direction, this.resolver, condition));
    };
  }
}

/** Whether a rule, as it is written, is anything but one for ports of TCP or UDP that nobody wants to see. */
function mayBeAbout(item: unknown, isAbout: AboutPorts): boolean {
  const { IpProtocol, FromPort, ToPort } = recordOf(item);
  const protocol = IpProtocol === 'tcp' ? 6 : IpProtocol === 'udp' ? 17 : undefined;
  return (
    protocol === undefined ||
    typeof FromPort !== 'number' ||
    typeof ToPort !== 'number' ||
    FromPort < 0 ||
    isAbout(protocol, FromPort, ToPort)
  );
}

/** A rule of a security group, inline or on its own. */
export function groupRule(
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
    ports: portsOf(written.FromPort, written.ToPort, protocol, resolver),
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

/** One item of a file may stand for more rules than a call takes arguments. */
function addAll(rules: Rule[], more: readonly Rule[]): void {
  for (const rule of more) {
    rules.push(rule);
  }
}
