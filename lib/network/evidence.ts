/**
 * What kind of statement stands behind a fact. An inference alone never makes a hop 'work'.
 */
export type EvidenceKind = 'vendor' | 'field-report' | 'experiment' | 'inference';

/** How sure the fact is: `high` a primary source says it; `medium` well supported; `low` weak. */
export type Certainty = 'high' | 'medium' | 'low';

/** Who says so, where, and when that was read. */
export interface Evidence {
  readonly kind: EvidenceKind;
  /** Title of the document, as a person would search for it: `Azure Virtual Network FAQ`. */
  readonly title: string;
  /** Address of the document, or the repository and file. Left out for an experiment of our own and an inference. */
  readonly source?: string;
  /** Month in which it was read or measured, `YYYY-MM`. */
  readonly read: string;
  readonly certainty: Certainty;
  /** What it leaves open, where it leaves something open. */
  readonly caveat?: string;
}
