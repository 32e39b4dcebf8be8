import type { Direction } from '../../flows';
import type { Evidence } from '../../network/evidence';
import type { Change, Verdict } from '../evaluate';
import type { Mark } from './document';

/** A way from clients to a gateway and back, and what becomes of each flow on it in each direction. */
export interface Diagram {
  readonly title: string;
  /** Who calls, in words. */
  readonly from: string;
  /** What is called, in words. */
  readonly to: string;
  /** The hops, from the clients to the gateway. */
  readonly places: readonly Place[];
  readonly lanes: readonly Lane[];
}

/** A hop as a place on the way. */
export interface Place {
  readonly name: string;
  /** What it is called in the files. */
  readonly label?: string;
  /** What it does to addresses, where it does something. */
  readonly translates?: string;
}

/** A flow in one direction. */
export interface Lane {
  /** `TCP 1723`. */
  readonly flow: string;
  readonly direction: Direction;
  readonly verdict: Verdict;
  /** In the order in which packets meet them. */
  readonly steps: readonly Step[];
}

/** What a hop does to a flow in a direction. */
export interface Step {
  /** Its place, from 0. */
  readonly place: number;
  readonly verdict: Verdict;
  /** Whether packets get there. What would become of them is said all the same. */
  readonly isReached: boolean;
  /** The rules that decide, where some do. */
  readonly rules: readonly string[];
  /** Why, in sentences. */
  readonly because: readonly string[];
  /** Where that stands in the files. */
  readonly stands: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly change?: Change;
}

/** The mark of a verdict. */
export const VERDICT_MARKS: Readonly<Record<Verdict, Mark>> = { passes: 'good', drops: 'bad', unknown: 'open' };

/** A direction in words. */
export const DIRECTION_WORDS: Readonly<Record<Direction, string>> = {
  'to-gateway': 'to the gateway',
  'to-client': 'back to the clients',
};

/** What a hop does, in words. */
export function stepWords({ verdict, isReached }: Pick<Step, 'verdict' | 'isReached'>): string {
  switch (verdict) {
    case 'passes':
      return isReached ? 'passes' : 'would pass';
    case 'drops':
      return isReached ? 'dropped' : 'would be dropped';
    case 'unknown':
      return 'not known';
  }
}

/** What becomes of a flow in a direction, in words. */
export function laneWords({ verdict }: Pick<Lane, 'verdict'>): string {
  return verdict === 'passes' ? 'arrives' : verdict === 'drops' ? 'does not arrive' : 'not known whether it arrives';
}

/** Steps with whether packets get to each. */
export function reached<T extends { readonly verdict: Verdict }>(steps: readonly T[]): (T & { isReached: boolean })[] {
  const end = steps.findIndex(({ verdict }) => verdict === 'drops');
  return steps.map((step, index) => ({ ...step, isReached: end < 0 || index <= end }));
}

/** What elements do to addresses, for those that do something. */
const TRANSLATES: Readonly<Record<string, string>> = {
  'any.carrier-nat': 'NAT, many clients to one address',
  'any.client-nat': 'NAT, many clients to one address',
  'any.client-nat-by-address': 'NAT, by address',
  'any.client-nat-to-one-client': 'NAT, to one client',
  'any.client-nat-with-helper': 'NAT with a PPTP helper',
  'any.client-nat-without-helper': 'NAT without a PPTP helper',
  'any.client-one-to-one-nat': 'NAT, one to one',
  'any.one-to-one-nat': 'NAT, one to one',
  'aws.client-nat-gateway': 'NAT, many clients to one address',
  'aws.internet-gateway': 'NAT, one to one',
  'aws.nat-gateway': 'NAT, outbound only',
  'aws.network-load-balancer': 'NAT, by listener',
  'azure.client-nat-gateway': 'NAT, many clients to one address',
  'azure.load-balancer': 'NAT, by rule',
  'azure.nat-gateway': 'NAT, outbound only',
  'azure.public-ip': 'NAT, one to one',
  'google.client-cloud-nat': 'NAT, many clients to one address',
  'google.cloud-nat': 'NAT, outbound only',
  'google.external-ip': 'NAT, one to one',
};

/** What an element does to addresses, in words. */
export function translationOf(element: string | undefined): string | undefined {
  return element === undefined ? undefined : TRANSLATES[element];
}
