import type { DiagnosticCode } from '../../diagnostics';
import type { Direction } from '../../flows';
import type { Evidence } from '../../network/evidence';
import type { AddressSet, Origin, PortRange, Rule, RuleDirection, RuleSet } from '../model';

/** What becomes of packets: `unknown` is neither of the two others. */
export type Verdict = 'passes' | 'drops' | 'unknown';

/** The worse of two verdicts: what one hop drops does not arrive, and what one hop leaves open stays open. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return a === 'drops' || b === 'drops' ? 'drops' : a === 'unknown' || b === 'unknown' ? 'unknown' : 'passes';
}

/** A rule to add, in words and as the template would have it. */
export interface Change {
  /** One sentence without its full stop. */
  readonly text: string;
  /** The rule set that gets the rule. */
  readonly ruleSet?: string;
  readonly direction?: RuleDirection;
  readonly protocol?: number;
  readonly ports?: readonly PortRange[];
  /** The ranges in CIDR notation, or as `from-to`. */
  readonly ranges?: readonly string[];
  /** The rules as resources of the tool that made the template, ready to paste; one for each range. */
  readonly snippets?: readonly Readonly<Record<string, unknown>>[];
}

/**
 * What one thing on the way does to packets. Its members may be worked out when they are read: name those that you copy, since
 * spreading it leaves them behind.
 */
export interface Hop {
  readonly direction: Direction;
  readonly verdict: Verdict;
  /** The id of the element whose facts hold: `aws.network-acl`. */
  readonly element?: string;
  /** Its name on the line of a path: `network ACL`. */
  readonly name: string;
  /** What it is in the estate: the logical id or address. */
  readonly label?: string;
  /** Where it, or the rule that decides, comes from. */
  readonly origin?: Origin;
  /** The rule that decides, where one does. */
  readonly rule?: Rule;
  /** The rule sets that were asked. */
  readonly ruleSets?: readonly RuleSet[];
  /** Why, in one sentence or two. */
  readonly because: string;
  readonly code?: DiagnosticCode;
  readonly evidence: readonly Evidence[];
  /** What would let the packets through, where something here would. */
  readonly change?: (clients: AddressSet) => Change;
}

/** What a hop does to some of the clients. */
export interface Part {
  readonly clients: AddressSet;
  readonly hop: Hop;
}
