import type { Estate, Known, Origin, Reasons, Reference } from '../../model';
import type { Resource, Resources } from './resource';
import { textOf } from './resource';

/** Something behind a load balancer. */
export interface Target {
  readonly reference: Reference;
  readonly port?: Known<number>;
}

/** What the reading functions of one type have at hand. */
export interface Reading {
  readonly estate: Estate;
  readonly resources: Resources;
  /** What load balancers hand packets to, by the id of the pool or group. */
  readonly targets: Map<string, Target[]>;
}

/** Reads one resource into the estate. */
export type Read = (resource: Resource, reading: Reading) => void;

/** Steps: each may look up what the steps before it have read. */
export type Steps = readonly Readonly<Record<string, Read>>[];

/** Adds to what was not understood. */
export function unread({ estate }: Reading, resource: Resource, why: string, origin: Origin = resource.origin): void {
  estate.unread.push({ origin, type: resource.type, why });
}

/** Adds something behind a pool or group. */
export function addTarget({ targets }: Reading, group: Reference, target: Target): void {
  if (typeof group === 'string') {
    targets.set(group, [...(targets.get(group) ?? []), target]);
  }
}

/** Why PPTP is used, and why everybody may connect, as our constructs write it into descriptions. */
export function reasonsIn(description: unknown): Reasons | undefined {
  const text = textOf(description);
  if (typeof text !== 'string') {
    return undefined;
  }
  const insecure = /; used because: (.*?)(?:; from anywhere: |$)/.exec(text)?.[1];
  const anywhere = /; from anywhere: (.*)$/.exec(text)?.[1];
  return insecure === undefined && anywhere === undefined
    ? undefined
    : { ...(insecure === undefined ? {} : { insecure }), ...(anywhere === undefined ? {} : { anywhere }) };
}
