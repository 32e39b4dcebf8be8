import type { DiagnosticCode } from '../diagnostics';
import type { Direction, End, Flow, IpProtocolNumber } from '../flows';
import type { Evidence } from './evidence';

/**
 * What an element does to a flow in one direction: it carries it, drops it, carries it under a condition (a rule that
 * must be there, a helper that must be on), or nobody has written down what it does.
 */
export type Carriage = 'carries' | 'drops' | 'conditional' | 'undocumented';

/** One fact about an element: what it does to some flows, on whose word. */
export interface CarriageFact {
  /** The IP protocols that the fact is about; `'any'` for every protocol that no earlier fact of the element names. */
  readonly protocols: readonly IpProtocolNumber[] | 'any';
  /** The ports at the gateway's end that it is about; left out, every port. */
  readonly ports?: readonly number[];
  /** The direction that it is about; left out, both. */
  readonly direction?: Direction;
  /**
   * The end whose first packet comes before the other's, in the calls that it is about; left out, whoever's. It is for flows
   * that start at either end: which of them is first is a race.
   */
  readonly first?: End;
  readonly carriage: Carriage;
  /** Why, in one or two sentences for people: names that can be searched for, numbers beside words. */
  readonly because: string;
  /** For `conditional`: the condition, as a phrase after 'only if': `a rule allows IP protocol 47`. */
  readonly condition?: string;
  /** For `drops`, and for `conditional` when the condition does not hold: the diagnostic code. */
  readonly code?: DiagnosticCode;
  /** What to change so that the hop carries the flow, where something can be changed. */
  readonly remedy?: string;
  /** At least one. */
  readonly evidence: readonly Evidence[];
}

/** Something true of an element that no carriage can say: how to spell it in a template, a quota, a trap. */
export interface ElementNote {
  readonly topic: string;
  readonly text: string;
  readonly evidence: readonly Evidence[];
}

/** Where an element belongs. */
export type Platform =
  | 'any'
  | 'aws'
  | 'azure'
  | 'google'
  | 'oracle'
  | 'alibaba'
  | 'tencent'
  | 'huawei'
  | 'ibm'
  | 'digitalocean'
  | 'hetzner'
  | 'linode'
  | 'vultr'
  | 'openstack'
  | 'ovh'
  | 'open-telekom-cloud'
  | 'scaleway'
  | 'exoscale'
  | 'yandex'
  | 'upcloud';

/** Anything on the way between a client and a gateway that decides about packets. */
export interface NetworkElement {
  /** Stable id: `aws.nat-gateway`. */
  readonly id: string;
  readonly platform: Platform;
  /** Its name in full, as the vendor writes it: `Azure virtual network`. */
  readonly name: string;
  /** Its name on the line of a path, short: `virtual network`. */
  readonly short: string;
  /** The first fact that fits a flow and a direction decides. */
  readonly facts: readonly CarriageFact[];
  readonly notes: readonly ElementNote[];
  /** The largest packet that it carries whole, where that is less than others do. */
  readonly mtu?: { readonly bytes: number; readonly evidence: readonly Evidence[] };
}

/**
 * The fact that decides what `element` does to `flow` in `direction`, in a call in which this end sends first; `undefined`
 * where the facts say nothing.
 */
export function factFor(
  element: NetworkElement,
  flow: Flow,
  direction: Direction,
  first: End = 'client',
): CarriageFact | undefined {
  return element.facts.find(
    (fact) =>
      (fact.first === undefined || fact.first === first) &&
      (fact.protocols === 'any' || fact.protocols.includes(flow.protocol)) &&
      (fact.ports === undefined || (flow.port !== undefined && fact.ports.includes(flow.port))) &&
      (fact.direction === undefined || fact.direction === direction),
  );
}
