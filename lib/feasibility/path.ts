import { invalid } from '../errors';
import type { CarriageFact, NetworkElement } from '../network/element';

/**
 * Whether the condition of a hop's conditional facts holds: `met` (the construct itself sees to it, or the user handed
 * over what shows it), `not-met`, or `unknown` at synth.
 */
export type ConditionState = 'met' | 'not-met' | 'unknown';

/** One element on a path. */
export interface Hop {
  readonly element: NetworkElement;
  /** Its name on the path's line, where it has one of its own: `NAT gateway of subnet Private1`. Default: the element's. */
  readonly label?: string;
  /** Default: `unknown`. */
  readonly condition?: ConditionState;
  /**
   * Facts of this very hop, before those of its element: a network ACL without an entry, a subnet without a route.
   */
  readonly facts?: readonly CarriageFact[];
  /** The largest packet that this very hop carries whole, in bytes: 1492 where clients dial in by PPPoE. */
  readonly mtu?: number;
}

/** The elements from a client to the gateway, in order. */
export interface Path {
  /** Where it starts: `client 203.0.113.0/24`. */
  readonly from: string;
  readonly hops: readonly Hop[];
  /** Where it ends: `gateway`. */
  readonly to: string;
}

/**
 * A path of at least one hop.
 *
 * @throws InvalidInputError `PATH_EMPTY`, `PATH_INVALID`
 */
export function pathOf(from: string, hops: readonly Hop[], to = 'gateway'): Path {
  if (!Array.isArray(hops) || hops.length === 0) {
    invalid({
      code: 'PATH_EMPTY',
      what: 'a path without hops: nothing lies between the client and the gateway',
      got: hops,
      allowed: 'at least one network element',
      instead: 'pathOf(from, [{ element: INTERNET }, { element: AWS.INTERNET_GATEWAY }])',
    });
  }
  const wrong = hops.find((hop) => !Array.isArray(hop?.element?.facts));
  if (hops.length !== hops.filter(Boolean).length || wrong !== undefined) {
    invalid({
      code: 'PATH_INVALID',
      what: 'a hop of the path is not a network element',
      got: wrong ?? hops,
      allowed: 'elements with their facts, such as those of AWS and AZURE',
      instead: '{ element: AWS.SECURITY_GROUP, condition: "met" }',
    });
  }
  return { from, hops, to };
}

/** How a hop is called on the path's line. */
export function hopName(hop: Hop): string {
  return hop.label ?? hop.element.short;
}
