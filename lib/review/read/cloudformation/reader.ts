import type { Cloud, Estate, Known, Origin, Reasons, Reference, Unknown } from '../../model';
import { recordOf } from '../values';
import type { Resource } from './template';

/** What the reading functions of one type have at hand. */
export interface Reading {
  readonly estate: Estate;
  /** What load balancers hand packets to, by the id of the target group; filled in before listeners are read. */
  readonly targets: Map<string, { reference: Reference; port?: Known<number> }[]>;
}

/** Reads one resource into the estate. */
export type Read = (resource: Resource, reading: Reading) => void;

/** What every thing that comes from a resource has. */
export function basis(resource: Resource): {
  id: string;
  cloud: Cloud;
  label: string;
  origin: Origin;
  reasons?: Reasons;
  condition?: Unknown;
} {
  const { id, logicalId: label, origin, condition } = resource;
  const reasons = reasonsOf(resource);
  return {
    id,
    cloud: 'aws',
    label,
    origin,
    ...(reasons === undefined ? {} : { reasons }),
    ...(condition === undefined ? {} : { condition }),
  };
}

/** The place of a property. */
export function place(resource: Resource, ...keys: (string | number)[]): Origin {
  return keys.reduce<Origin>((origin, key) => origin.at(key), resource.origin.at('Properties'));
}

/** Adds to what was not understood. */
export function unread({ estate }: Reading, resource: Resource, why: string): void {
  estate.unread.push({ origin: resource.origin, type: resource.type, why });
}

function reasonsOf({ metadata }: Resource): Reasons | undefined {
  const { insecureBecause, anywhereBecause } = recordOf(metadata['pptp-constructs']);
  const { lastDay } = recordOf(metadata['pptp-constructs-sunset']);
  const reasons: Reasons = {
    ...(typeof insecureBecause === 'string' ? { insecure: insecureBecause } : {}),
    ...(typeof anywhereBecause === 'string' ? { anywhere: anywhereBecause } : {}),
    ...(typeof lastDay === 'string' ? { lastDay } : {}),
  };
  return Object.keys(reasons).length === 0 ? undefined : reasons;
}
