import type {
  Gateway,
  Interface,
  LoadBalancer,
  Machine,
  ManagedVpn,
  Network,
  PublicAddress,
  RouteTable,
  Subnet,
} from './network';
import type { Origin, SourceDocument } from './origin';
import type { PrefixList, RuleSet } from './rule-set';
import type { Reference, Thing } from './thing';
import { isUnknown } from './unknown';

/** Every kind of thing. */
export interface Kinds {
  readonly network: Network;
  readonly subnet: Subnet;
  readonly interface: Interface;
  readonly machine: Machine;
  readonly 'rule-set': RuleSet;
  readonly 'prefix-list': PrefixList;
  readonly 'public-address': PublicAddress;
  readonly gateway: Gateway;
  readonly 'route-table': RouteTable;
  readonly 'load-balancer': LoadBalancer;
  readonly 'managed-vpn': ManagedVpn;
}

/** Something in an estate. */
export type AnyThing = Kinds[keyof Kinds];

/** Something that a reader met and made nothing of, or not all: it may let more through, or less, than is known. */
export interface Unread {
  readonly origin: Origin;
  /** As its origin spells it: `AWS::NetworkFirewall::Firewall`. */
  readonly type: string;
  /** What is not known because of it, as a sentence without its full stop. */
  readonly why: string;
}

/** That somebody has looked at findings of a kind and accepts them, as the files say. */
export interface Acknowledgement {
  /** The id of the kind, with the namespace of the tool before it where one was written. */
  readonly id: string;
  readonly reason: string;
  /** The construct below which it holds. */
  readonly constructPath: string;
}

/**
 * The normal form of everything that was read, whatever cloud and tool it comes from. Objects of one file refer to those of
 * another by id where the files say that they belong together.
 */
export class Estate {
  public readonly documents: SourceDocument[] = [];
  /** What was met and not understood. */
  public readonly unread: Unread[] = [];
  /** What is acknowledged in the files. */
  public readonly acknowledgements: Acknowledgement[] = [];
  private readonly things = new Map<string, AnyThing>();
  private readonly kinds = new Map<string, AnyThing[]>();

  /** Adds a thing. Of two with one id the later one is added under neither kind nor id: ids are the reader's to keep unique. */
  public add<T extends AnyThing>(thing: T): T {
    if (!this.things.has(thing.id)) {
      this.things.set(thing.id, thing);
      const kind = this.kinds.get(thing.kind);
      if (kind === undefined) {
        this.kinds.set(thing.kind, [thing]);
      } else {
        kind.push(thing);
      }
    }
    return thing;
  }

  /** The thing that is meant; `undefined` where it is unknown, was not read, or is of another kind. */
  public find<K extends keyof Kinds>(kind: K, reference: Reference | undefined): Kinds[K] | undefined {
    if (reference === undefined || isUnknown(reference)) {
      return undefined;
    }
    const thing = this.things.get(reference);
    return thing?.kind === kind ? (thing as Kinds[K]) : undefined;
  }

  /** The thing with an id, whatever it is. */
  public get(id: string): AnyThing | undefined {
    return this.things.get(id);
  }

  /** Everything of a kind, in the order in which it was added. */
  public all<K extends keyof Kinds>(kind: K): readonly Kinds[K][] {
    return (this.kinds.get(kind) ?? []) as unknown as readonly Kinds[K][];
  }

  /** Everything, in the order in which it was added. */
  public everything(): IterableIterator<Thing> {
    return this.things.values();
  }
}
