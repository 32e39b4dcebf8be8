import type { Evidence } from '../../network/evidence';
import type { Answers, Change, World } from '../evaluate';
import { ruleText } from '../evaluate';
import type { Estate, Origin, Rule, RuleSet, Thing } from '../model';

/** How bad a finding is, in the words of SARIF. */
export type Severity = 'error' | 'warning' | 'note';

/** A kind of findings. Ids are public API: people acknowledge findings by them. */
export interface FindingKind {
  /** Stable, lower case with hyphens: `pptp-control-without-gre`. */
  readonly id: string;
  /** What a finding of the kind means unless it says otherwise. */
  readonly severity: Severity;
  /** In a few words, without a full stop. */
  readonly title: string;
  /** Why it matters, in one to three sentences. */
  readonly help: string;
}

/** One thing that somebody should look at. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** What is found, in one sentence or two, with names and numbers. Never a secret. */
  readonly message: string;
  /** What to write instead. */
  readonly fix: string;
  /** The change as a rule, where the fix is one. */
  readonly change?: Change;
  readonly origin: Origin;
  /** The thing that it is about: its id and its name. */
  readonly thing: Pick<Thing, 'id' | 'label' | 'cloud'>;
  readonly evidence: readonly Evidence[];
  /**
   * The same for the same finding in another version of the files: it names things and not places. For baselines and for the
   * fingerprints of SARIF.
   */
  readonly key: string;
}

/** What a check has at hand. */
export interface Context {
  readonly estate: Estate;
  readonly world: World;
  readonly answers: Answers;
  /** The day on which the ages of reasons are counted, `YYYY-MM-DD`. */
  readonly today: string;
  readonly report: (finding: NewFinding) => void;
}

/** A finding before its key is made. */
export interface NewFinding {
  readonly kind: FindingKind;
  readonly severity?: Severity;
  readonly message: string;
  readonly fix: string;
  readonly change?: Change;
  readonly origin: Origin;
  readonly thing: Pick<Thing, 'id' | 'label' | 'cloud'>;
  readonly evidence?: readonly Evidence[];
  /** What tells it from others of its kind on the same thing: a rule in words. Left out: the message. */
  readonly what?: string;
}

/** One topic: the kinds of findings that it has, and how they are found. */
export interface Topic {
  readonly kinds: readonly FindingKind[];
  /**
   * Called for the rules of each rule set: all topics look at a rule in one pass. Rules for ports of TCP and UDP that are not
   * noted (`isNoted`) may be left out.
   */
  readonly rule?: (rule: Rule, set: RuleSet, context: Context) => void;
  /** Called once. */
  readonly estate?: (context: Context) => void;
}

/** A finding about a rule. */
export function aboutRule(
  rule: Rule,
  set: RuleSet,
  finding: Omit<NewFinding, 'origin' | 'thing' | 'what'>,
): NewFinding {
  return { ...finding, origin: rule.origin, thing: set, what: `${rule.direction} ${ruleText(rule)}` };
}

/** Whether a rule was written by somebody: defaults of a cloud have the place of their set. */
export function isWritten(rule: Rule, set: RuleSet): boolean {
  return rule.origin !== set.origin;
}
