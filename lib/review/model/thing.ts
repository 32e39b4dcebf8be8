import type { Origin } from './origin';
import type { Known, Unknown } from './unknown';

/**
 * The id of a thing in the estate, or what the cloud calls something that was not read (`vpc-0123456789abcdef0`), or that
 * it is not known. Look it up with `Estate.find`: what is not found was not read, and nothing is known about it.
 */
export type Reference = Known<string>;

/** The clouds whose templates are read. */
export type Cloud = 'aws' | 'azure' | 'google';

/** Reasons that were written down with a gateway or a filter. */
export interface Reasons {
  /** Why PPTP is used: `Insecure.because(...)`. */
  readonly insecure?: string;
  /** Why the whole internet may connect: `Clients.anywhereBecause(...)`. */
  readonly anywhere?: string;
  /** The last day of a migration, `YYYY-MM-DD`. */
  readonly lastDay?: string;
}

/** What every part of an estate has. */
export interface Thing {
  /** Unique in the estate: scope and logical id in CloudFormation, scope and address in Terraform. */
  readonly id: string;
  readonly cloud: Cloud;
  /** How messages call it: the logical id, the address, or a name that a person gave it. */
  readonly label: string;
  readonly origin: Origin;
  /** Why its author uses what needs a reason, where the file keeps that (our constructs write it into metadata). */
  readonly reasons?: Reasons;
  /** Why it is not known whether it exists. Left out: it does. */
  readonly condition?: Unknown;
}
