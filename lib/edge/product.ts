import type { Evidence } from '../network/evidence';
import type { CommentStyle } from './comment';
import type { EdgePlan } from './plan';
import type { EdgeProof, EdgeRole } from './role';
import type { EdgeSite } from './site';

/** Names of the two sides of a firewall. */
export interface InterfaceNames {
  readonly inside: string;
  readonly outside: string;
}

/** Lines that belong together, why they are there, and what says that they are right. */
export interface EdgeBlock {
  /** Lines in the product's language, or a step in its interface. Never empty. */
  readonly text: string;
  /** Why it is there, in a sentence or two without line breaks. */
  readonly why: string;
  /** What stands behind it. An `inference` of low certainty is working knowledge, and its comment says so. */
  readonly evidence: readonly Evidence[];
}

/** What a file is for. */
export type EdgePurpose =
  /** What lets the call through. */
  | 'configuration'
  /** What takes that away again, and nothing else. */
  | 'removal'
  /** What a person runs or looks at afterwards, and what must be seen. */
  | 'check';

/** A file as a product's renderer hands it over: without header and comments. */
export interface EdgeDraft {
  readonly purpose: EdgePurpose;
  /** Its name without folder: `rules.v4`. */
  readonly name: string;
  /** How comments are written in it. */
  readonly comments: CommentStyle;
  /** What must stand before everything, comments too: `#!/usr/sbin/nft -f`. */
  readonly firstLine?: string;
  readonly blocks: readonly EdgeBlock[];
}

/** What a product's renderer is given: everything in it has been checked. */
export interface EdgeJob {
  readonly plan: EdgePlan;
  readonly site: EdgeSite;
}

/** A firewall: what it can be asked for, and how its configuration is written. One file for each in `products/`. */
export interface EdgeProduct {
  /** Stable: `cisco-asa`. */
  readonly id: string;
  /** As its vendor writes it: `Cisco ASA`. */
  readonly name: string;
  /** What the text is for, and what it was written after: `nft 1.0.6 (Debian 12) and later`. */
  readonly version: string;
  /** Text that the product reads, or steps for a person in its interface. */
  readonly form: 'configuration' | 'steps';
  /** The roles that it plays, and how each was proved. */
  readonly roles: Readonly<Partial<Record<EdgeRole, EdgeProof>>>;
  /** Why it plays no other: a clause that goes on after a colon. */
  readonly notPlayed?: Readonly<Partial<Record<EdgeRole, string>>>;
  /** The names of interfaces or zones that it takes; `undefined` where its configuration names none. */
  readonly interfaces?: {
    readonly pattern: RegExp;
    /** The pattern in words. */
    readonly allowed: string;
    readonly usual: InterfaceNames;
    /** Which of them its configuration names, by role. @default both, in every role */
    readonly named?: Readonly<Partial<Record<EdgeRole, readonly (keyof InterfaceNames)[]>>>;
  };
  /** The versions of IP that it can be rendered for. */
  readonly versions: readonly (4 | 6)[];
  /** How many ranges one object or rule of it holds, where that is bounded. */
  readonly mostRanges?: number;
  /**
   * The files: at least one of each purpose.
   *
   * @throws RefusalError `EDGE_FLOW_NOT_EXPRESSIBLE` where it cannot express a flow; never a wider rule in its place
   */
  readonly render: (job: EdgeJob) => readonly EdgeDraft[];
}
