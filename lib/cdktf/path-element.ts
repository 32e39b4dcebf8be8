import type { NetworkElement } from '../network/element';

/** Where on a path an element lies. */
type Position = 'clients' | 'transit' | 'entrance' | 'network';

/** What the `Through` of every cloud is. */
export abstract class PathElement {
  protected constructor(
    /** The element, with the facts that decide. */
    public readonly element: NetworkElement,
    /** Where it lies: at the clients, between networks, at the entrance of the network, or in it. */
    public readonly position: Position,
    /** Whether its condition is said to hold. */
    public readonly isConditionMet: boolean,
  ) {}
}
