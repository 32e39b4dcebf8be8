import {
  type AddressRange,
  type Cloud,
  type Known,
  type Origin,
  type PortRange,
  parseRange,
  type Reference,
  type ResourceName,
  Unknown,
} from '../../model';
import { isRecord, listOf, recordOf } from '../values';
import type { Step } from './expression';

/** Values of a resource or a block, worked out: what is in them may be an `Unknown` or an `Attribute`. */
export type Values = Readonly<Record<string, unknown>>;

/** An attribute of a resource that something refers to: its value, where that is known, and whose it is. */
export class Attribute {
  private known: { readonly value: unknown } | undefined;

  public constructor(
    /** The id of the resource in the estate. */
    public readonly owner: string,
    public readonly steps: readonly Step[],
    private readonly work: () => unknown,
  ) {}

  /** What stands there, or that only deployment knows it. */
  public get value(): unknown {
    if (this.known === undefined) {
      // Whoever asks for it while it is worked out has gone in a circle.
      this.known = { value: new Unknown(`${this.owner} refers to itself`) };
      this.known = { value: this.work() };
    }
    return this.known.value;
  }

  public toString(): string {
    return this.owner;
  }
}

/** A resource, or a data source, as any of Terraform's files has it. */
export interface Resource {
  /** Unique in the estate: `plant4/azurerm_subnet.vpn[0]`. */
  readonly id: string;
  /** `module.net.azurerm_subnet.vpn[0]`, with `data.` before a data source. */
  readonly address: string;
  readonly type: string;
  readonly isData: boolean;
  readonly origin: Origin;
  /** Where its attributes stand. */
  readonly attributes: Origin;
  readonly condition?: Unknown;
  /** Whether there may be several of it under the one address. */
  readonly many: boolean;
  /** The configuration or plan that it is in. */
  readonly scope: string;
  /** The value of an attribute, worked out. */
  get(name: string): unknown;
  /** Text as people wrote it, with `${...}` in place of what is not known. */
  text(name: string): string | undefined;
}

/** What stands for a value: the value itself. */
export function plain(value: unknown): unknown {
  return value instanceof Attribute ? value.value : value;
}

/** A text; `undefined` where there is none. */
export function textOf(value: unknown): Known<string> | undefined {
  const found = plain(value);
  return found === undefined || found === null
    ? undefined
    : found instanceof Unknown
      ? found
      : typeof found === 'object'
        ? new Unknown('a text was expected')
        : String(found);
}

export function numberOf(value: unknown): Known<number> | undefined {
  const text = textOf(value);
  if (text === undefined || text instanceof Unknown) {
    return text;
  }
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? new Unknown(`${JSON.stringify(text)} is no number`) : number;
}

export function booleanOf(value: unknown): Known<boolean> | undefined {
  const text = textOf(value);
  return text === undefined || text instanceof Unknown ? text : text === 'true';
}

/** The items of a list; one that is not known stands for all of them. */
export function items(value: unknown): readonly unknown[] {
  const found = plain(value);
  // What it refers to is known, although its value is not.
  return found instanceof Unknown ? [value instanceof Attribute ? value : found] : listOf(found);
}

/** Nested blocks. Where there is one, tools write it as a block or as a list of one. */
export function blocks(value: unknown): readonly { values: Values; index: number | undefined }[] {
  const found = plain(value);
  return Array.isArray(found)
    ? found.map((item, index) => ({ values: recordOf(plain(item)), index }))
    : isRecord(found) && !(found instanceof Unknown)
      ? [{ values: found, index: undefined }]
      : [];
}

/** The only block of its kind. */
export function block(value: unknown): Values {
  return blocks(value)[0]?.values ?? {};
}

/** Why it is not known which blocks of a kind there are: a `dynamic` block, or a list that only deployment knows. */
export function openBlocks(resource: Resource, name: string): Unknown | undefined {
  const written = resource.get(name);
  const found = plain(written);
  if (found instanceof Unknown) {
    return found;
  }
  return recordOf(resource.get('dynamic'))[name] === undefined
    ? undefined
    : new Unknown(`blocks of ${resource.address} are made by a dynamic block`);
}

export function rangeOf(value: unknown): Known<AddressRange> {
  const text = textOf(value);
  if (text instanceof Unknown) {
    return text;
  }
  return parseRange(text ?? '') ?? new Unknown(`${JSON.stringify(text ?? '')} is no range of addresses`);
}

/** `80`, `1024-65535`; `undefined` for a text that is neither. */
export function portRangeOf(text: string): PortRange | undefined {
  const match = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text.trim());
  return match === null ? undefined : { from: Number(match[1]), to: Number(match[2] ?? match[1]) };
}

/** The cloud that a type belongs to. */
export function cloudOf(type: string): Cloud | undefined {
  return type.startsWith('azurerm_')
    ? 'azure'
    : type.startsWith('google_')
      ? 'google'
      : type.startsWith('aws_')
        ? 'aws'
        : undefined;
}

/** What every thing that comes from a resource has. */
export function basis(resource: Resource): {
  id: string;
  cloud: Cloud;
  label: string;
  origin: Origin;
  condition?: Unknown;
} {
  return {
    id: resource.id,
    cloud: cloudOf(resource.type) ?? 'aws',
    label: resource.address,
    origin: resource.origin,
    ...(resource.condition === undefined ? {} : { condition: resource.condition }),
  };
}

/** How places inside it call the resource. */
export function nameOf(address: string, type: string, constructPath: unknown): ResourceName {
  return { logicalId: address, type, ...(typeof constructPath === 'string' ? { constructPath } : {}) };
}

/** The place of an attribute. */
export function place(resource: Resource, ...keys: (string | number | undefined)[]): Origin {
  return keys.reduce<Origin>((origin, key) => (key === undefined ? origin : origin.at(key)), resource.attributes);
}

/** Text that somebody keeps with a thing. */
export function notesOf(value: unknown): Readonly<Record<string, Known<string>>> {
  return Object.fromEntries(Object.entries(recordOf(plain(value))).map(([key, note]) => [key, textOf(note) ?? '']));
}

/** All resources of everything that was given, found by their names in the cloud. */
export class Resources {
  public readonly all: Resource[] = [];
  private readonly byId = new Map<string, Resource>();
  private readonly byType = new Map<string, Resource[]>();

  public add(resource: Resource): void {
    this.all.push(resource);
    this.byId.set(resource.id, resource);
    push(this.byType, `${resource.isData ? 'data.' : ''}${resource.type}`, resource);
  }

  public get(id: string): Resource | undefined {
    return this.byId.get(id);
  }

  /** The resources of a type, in the order of their ids: that of a file means nothing. */
  public ofType(type: string): readonly Resource[] {
    return [...(this.byType.get(type) ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  public get types(): readonly string[] {
    return [...this.byType.keys()];
  }

  /** The resource that an attribute is of, where it is one of these types. */
  public find(value: unknown, types: readonly string[]): Resource | undefined {
    const reference = this.reference(value, types);
    return typeof reference === 'string' ? this.byId.get(reference) : undefined;
  }

  /**
   * Whom a value means: the resource of the attribute that it refers to, or that with this name or id; else what the cloud
   * calls it.
   */
  public reference(value: unknown, types: readonly string[]): Reference {
    const owner = value instanceof Attribute ? this.byId.get(value.owner) : undefined;
    if (value instanceof Attribute && (owner === undefined || owner.isData || types.includes(owner.type))) {
      return value.owner;
    }
    const text = textOf(value);
    if (text === undefined || text instanceof Unknown) {
      return text ?? new Unknown('it is not named');
    }
    const found = this.named(text, types);
    return found.length > 1 ? new Unknown(`${found.length} resources are called ${text}`) : (found[0]?.id ?? text);
  }

  /** An id of Azure and a link of Google end with the name. */
  private named(text: string, types: readonly string[]): readonly Resource[] {
    const name = text.slice(text.lastIndexOf('/') + 1);
    return types.flatMap((type) => this.namesOf(type).get(name) ?? []);
  }

  private readonly names = new Map<string, Map<string, Resource[]>>();

  private namesOf(type: string): Map<string, Resource[]> {
    let names = this.names.get(type);
    if (names === undefined) {
      names = new Map();
      for (const resource of this.byType.get(type) ?? []) {
        const own = new Set(['name', 'id', 'email', 'address'].map((key) => plain(resource.get(key))));
        for (const name of own) {
          if (typeof name === 'string') {
            push(names, name.slice(name.lastIndexOf('/') + 1), resource);
          }
        }
      }
      this.names.set(type, names);
    }
    return names;
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values === undefined) {
    map.set(key, [value]);
  } else {
    values.push(value);
  }
}
