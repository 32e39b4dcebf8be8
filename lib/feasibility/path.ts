import type { Fleet } from '../clients/fleet';
import { invalid } from '../errors';
import type { Carriage, CarriageFact, NetworkElement } from '../network/element';

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
  /** Who comes by it, where that was said. */
  readonly fleet?: Fleet;
}

/**
 * A path of at least one hop.
 *
 * @throws InvalidInputError `PATH_EMPTY`, `PATH_INVALID`
 */
export function pathOf(from: string, hops: readonly Hop[], to = 'gateway', fleet?: Fleet): Path {
  return checkedPath({ from, hops, to, ...(fleet === undefined ? {} : { fleet }) });
}

const CARRIAGES: readonly Carriage[] = ['carries', 'drops', 'conditional', 'undocumented'];
const CONDITIONS: readonly unknown[] = ['met', 'not-met', 'unknown', undefined];

/** What has been looked at already: paths are asked about more than once, and share their elements. */
const sound = new WeakSet<object>();

/**
 * A path as it may be asked about, whoever made it.
 *
 * @throws InvalidInputError `PATH_EMPTY`, `PATH_INVALID`
 */
export function checkedPath(path: Path): Path {
  if (isObject(path) && sound.has(path)) {
    return path;
  }
  const { from, hops, to, fleet } = (path ?? {}) as Partial<Path>;
  if (!Array.isArray(hops) || hops.length === 0) {
    invalid({
      code: 'PATH_EMPTY',
      what: 'a path without hops: nothing lies between the client and the gateway',
      got: hops,
      allowed: 'at least one network element',
      instead: 'pathOf(from, [{ element: INTERNET }, { element: AWS.INTERNET_GATEWAY }])',
    });
  }
  if (typeof from !== 'string' || typeof to !== 'string') {
    invalid({
      code: 'PATH_INVALID',
      what: 'a path does not say in words where it begins and ends',
      got: { from, to },
      allowed: 'a text for each',
      instead: "pathOf('client 203.0.113.0/24', hops, 'gateway')",
    });
  }
  if (fleet !== undefined && !isFleet(fleet)) {
    invalid({
      code: 'PATH_INVALID',
      what: 'the fleet of a path is not made by Fleet.of',
      got: fleet,
      allowed: 'a fleet, or nothing where nobody has said who comes by it',
      instead: "pathOf(from, hops, to, Fleet.of({ device: 'windows-11' }))",
    });
  }
  // Not `find`: a list may have holes.
  const at = Array.from(hops, isHop).indexOf(false);
  if (at >= 0) {
    invalid({
      code: 'PATH_INVALID',
      what: `hop ${at + 1} of the path is not a network element`,
      got: hops[at],
      allowed: 'elements with their facts, such as those of AWS and AZURE',
      instead: '{ element: AWS.SECURITY_GROUP, condition: "met" }',
    });
  }
  sound.add(path);
  return path;
}

/** Whoever has a fleet has loaded the devices; nobody else waits for them. */
function isFleet(value: unknown): boolean {
  return value instanceof (require('../clients/fleet') as typeof import('../clients/fleet')).Fleet;
}

function isHop(hop: unknown): boolean {
  const { element, label, condition, facts, mtu } = (hop ?? {}) as Partial<Record<keyof Hop, unknown>>;
  return (
    isElement(element) &&
    isTextOrLeftOut(label) &&
    CONDITIONS.includes(condition) &&
    (facts === undefined || (Array.isArray(facts) && Array.from(facts).every(isFact))) &&
    (mtu === undefined || typeof mtu === 'number')
  );
}

function isElement(element: unknown): boolean {
  if (!isObject(element) || sound.has(element)) {
    return isObject(element);
  }
  const { id, name, short, facts, mtu } = element as Partial<Record<keyof NetworkElement, unknown>>;
  const isSound =
    [id, name, short].every((text) => typeof text === 'string') &&
    Array.isArray(facts) &&
    Array.from(facts).every(isFact) &&
    (mtu === undefined || typeof (mtu as { bytes?: unknown } | null)?.bytes === 'number');
  if (isSound) {
    sound.add(element);
  }
  return isSound;
}

function isFact(fact: unknown): boolean {
  const { protocols, ports, carriage, because, evidence, condition, remedy } = (fact ?? {}) as Partial<
    Record<keyof CarriageFact, unknown>
  >;
  return (
    (protocols === 'any' || Array.isArray(protocols)) &&
    (ports === undefined || Array.isArray(ports)) &&
    CARRIAGES.includes(carriage as Carriage) &&
    typeof because === 'string' &&
    isTextOrLeftOut(condition) &&
    isTextOrLeftOut(remedy) &&
    Array.isArray(evidence) &&
    Array.from(evidence).every((one) => isObject(one) && typeof (one as { title?: unknown }).title === 'string')
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isTextOrLeftOut(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

/** How a hop is called on the path's line. */
export function hopName(hop: Hop): string {
  return hop.label ?? hop.element.short;
}
