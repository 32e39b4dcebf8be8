import {
  acknowledgedBecause,
  type FailOn,
  type Finding,
  fails,
  type Review,
  SEVERITIES,
  type Severity,
} from '../review';
import type { KnownFinding } from './check-baseline';

/**
 * What becomes of a finding: `new` ones count; `acknowledged` ones are accepted in the files; `known` ones are in the
 * baseline, or in the old files of a comparison.
 */
export type Standing = 'new' | 'acknowledged' | 'known';

/** A finding, and whether it counts. */
export interface Judged {
  readonly finding: Finding;
  readonly standing: Standing;
  /** Why it is accepted, where somebody has written that. */
  readonly reason?: string;
  /** Whether it makes the check fail. */
  readonly fails: boolean;
}

/** What a check came to. */
export interface Outcome {
  readonly review: Review;
  /** The worst first; within a level in the order in which they were found. */
  readonly judged: readonly Judged[];
  readonly failOn: FailOn;
  /** Whether any finding counts at or above the level. */
  readonly failed: boolean;
  /** Entries of the baseline that are found no more. */
  readonly gone: readonly KnownFinding[];
}

/** Judges what a review found. */
export function outcomeOf(review: Review, known: readonly KnownFinding[], failOn: FailOn): Outcome {
  const byKey = new Map(known.map((one) => [one.key, one]));
  const judged = review.findings
    .map((finding): Judged => {
      const because = acknowledgedBecause(finding, review.estate);
      if (because !== undefined) {
        return { finding, standing: 'acknowledged', reason: because, fails: false };
      }
      const before = byKey.get(finding.key);
      if (before !== undefined) {
        const { reason } = before;
        return { finding, standing: 'known', ...(reason === undefined ? {} : { reason }), fails: false };
      }
      return { finding, standing: 'new', fails: fails(finding.severity, failOn) };
    })
    .sort((a, b) => SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity));
  const found = new Set(review.findings.map(({ key }) => key));
  return {
    review,
    judged,
    failOn,
    failed: judged.some(({ fails }) => fails),
    gone: known.filter(({ key }) => !found.has(key)),
  };
}

/** How many new findings there are of a level. */
export function count({ judged }: Outcome, severity: Severity): number {
  return judged.filter(({ finding, standing }) => standing === 'new' && finding.severity === severity).length;
}
