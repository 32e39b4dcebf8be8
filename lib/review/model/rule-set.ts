import type { AddressRange } from './address';
import type { Origin } from './origin';
import type { Reasons, Reference, Thing } from './thing';
import type { Known, Unknown } from './unknown';

/** The way a packet takes through an interface: `in` to the machine, `out` from it. */
export type RuleDirection = 'in' | 'out';

/** What a rule does; `next` hands the packet to the rule set that follows (Google's goto_next). */
export type Action = 'allow' | 'deny' | 'next';

/** A name of a protocol that the API of this rule does not take, or that has no number here: `gre` where AWS wants "47". */
export interface NamedProtocol {
  readonly name: string;
}

/** The IP protocol of a rule: its number, any, a name that means nothing to the API, or not known. */
export type RuleProtocol = number | 'any' | NamedProtocol | Unknown;

/** Ports from `from` to `to`, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** The destination ports of a rule. `any` also for protocols that have none. */
export type RulePorts = readonly PortRange[] | 'any' | Unknown;

/**
 * One party of a rule: addresses, or whatever stands for addresses. `reference` is the id of what is meant; a reference to
 * something that was not read leaves the rule unknown for the addresses that it could mean.
 */
export type Peer =
  | AddressRange
  /** Interfaces that are in another rule set (AWS security group). */
  | { readonly kind: 'group'; readonly reference: Reference }
  /** Addresses of a prefix list. */
  | { readonly kind: 'prefix-list'; readonly reference: Reference }
  /** Interfaces in an application security group (Azure). */
  | { readonly kind: 'application-group'; readonly reference: Reference }
  /** Machines with a network tag or a service account (Google). */
  | { readonly kind: 'tag' | 'service-account'; readonly name: string }
  /** A name that the cloud keeps addresses for: `Internet`, `VirtualNetwork`, `AzureLoadBalancer`. */
  | { readonly kind: 'service-tag'; readonly name: string }
  | Unknown;

/** Whether a peer is plain addresses. */
export function isRange(peer: Peer): peer is AddressRange {
  return 'version' in peer;
}

/** One rule. Fields that a cloud does not have are left out. */
export interface Rule {
  readonly origin: Origin;
  readonly direction: RuleDirection;
  readonly action: Action;
  /** Its number or priority; lower comes first. Left out where all rules are equal. */
  readonly order?: Known<number>;
  readonly protocol: RuleProtocol;
  readonly ports: RulePorts;
  /** Ports at the source, where a rule can name them (Azure). Left out: any. */
  readonly sourcePorts?: RulePorts;
  /** The far end: sources of a rule for `in`, destinations of a rule for `out`. `any`: every address of both versions. */
  readonly peers: readonly Peer[] | 'any';
  /** The near end, where a rule can name it (Azure, Google). Left out: every interface that has the rule set. */
  readonly local?: readonly Peer[] | 'any';
  /** The machines that a rule is for, by tag or service account (Google). Left out: all. */
  readonly targets?: readonly Peer[];
  /** Its name in the cloud: the name of an NSG rule, of a firewall. */
  readonly name?: string;
  /** What its author wrote about it. */
  readonly description?: string;
  /** Reasons that stand with the rule, where they stand there (Azure, Google). */
  readonly reasons?: Reasons;
  /** Why it is not known whether the rule exists. Left out: it does. */
  readonly condition?: Unknown;
}

/** How the rules of a set decide. */
export interface Semantics {
  /**
   * - `any-allow`: what one rule allows passes (security group)
   * - `first-match`: the first rule by number decides (network ACL, NSG, firewall policy)
   * - `deny-before-allow`: by priority, and among equals a deny wins (VPC firewall)
   */
  readonly decides: 'any-allow' | 'first-match' | 'deny-before-allow';
  /** Whether answers to what was let through pass by themselves. */
  readonly stateful: boolean;
  /** What becomes of a packet that no rule fits. */
  readonly otherwise: { readonly in: Action; readonly out: Action };
}

/** AWS security group. The default rule for `out` is a rule of its own, which the reader adds. */
export const SECURITY_GROUP: Semantics = {
  decides: 'any-allow',
  stateful: true,
  otherwise: { in: 'deny', out: 'deny' },
};

/** AWS network ACL. */
export const NETWORK_ACL: Semantics = {
  decides: 'first-match',
  stateful: false,
  otherwise: { in: 'deny', out: 'deny' },
};

/** Azure network security group. Its default rules (65000 and up) are rules of their own, which the reader adds. */
export const NETWORK_SECURITY_GROUP: Semantics = {
  decides: 'first-match',
  stateful: true,
  otherwise: { in: 'deny', out: 'deny' },
};

/** Google VPC firewall rules of a network. */
export const VPC_FIREWALL: Semantics = {
  decides: 'deny-before-allow',
  stateful: true,
  otherwise: { in: 'deny', out: 'allow' },
};

/** Google firewall policy: what no rule fits goes on to the next one. */
export const FIREWALL_POLICY: Semantics = {
  decides: 'first-match',
  stateful: true,
  otherwise: { in: 'next', out: 'next' },
};

/**
 * Rules that decide together: a security group, a network ACL, an NSG, the firewall rules of a VPC network, a firewall
 * policy. Inline and standalone rules of one set are one list here.
 */
export interface RuleSet extends Thing {
  readonly kind: 'rule-set';
  /** The network element whose facts hold for it: `aws.security-group`, `azure.network-security-group`. */
  readonly element: string;
  readonly semantics: Semantics;
  /** In the order of the file. Readers may push to it while they read. */
  readonly rules: Rule[];
  /** The network that it belongs to, where it belongs to one. */
  readonly network?: Reference;
  /**
   * Why the rules read may not be all there are: `it is imported; its rules are kept elsewhere`. Whatever no rule read
   * decides is then unknown.
   */
  readonly incomplete?: Unknown;
  /**
   * The rules without those that are for TCP or UDP and a range of ports, plainly written, of which `isAbout` says no, where
   * a reader can tell them apart before it makes them: of tens of thousands most are never asked for. In the order of `rules`.
   */
  rulesAbout?(isAbout: AboutPorts): readonly Rule[];
}

/** Whether somebody wants to see rules for a range of ports of TCP (6) or UDP (17). */
export type AboutPorts = (protocol: number, from: number, to: number) => boolean;

/** A list of addresses under a name (AWS prefix list, Azure IP group). */
export interface PrefixList extends Thing {
  readonly kind: 'prefix-list';
  readonly ranges: Known<readonly Known<AddressRange>[]>;
}
