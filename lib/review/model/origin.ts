/** A place in a file. Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A key of an object or an index of a list. */
export type Key = string | number;

/** A file that was read. */
export interface SourceDocument {
  /** Its name as it was given, or relative to the folder that was given. */
  readonly file: string;
  readonly format: 'json' | 'yaml' | 'object';
  /** What is in it, parsed. */
  readonly data: unknown;
  /**
   * Where the value at a path stands; `undefined` for data that comes from no file. It is worked out when it is asked for:
   * most places are never asked for.
   */
  locate(path: readonly Key[]): Position | undefined;
}

/** What a resource is called, once for all places inside it. */
export interface ResourceName {
  /** Its logical id in CloudFormation, its address in Terraform. */
  readonly logicalId: string;
  /** As its origin spells it: `AWS::EC2::SecurityGroup`, `azurerm_public_ip`. */
  readonly type: string;
  /** The path of its construct, where the file holds it. */
  readonly constructPath?: string;
}

/**
 * Where something comes from: a value in a document. Cheap to make, one object for each place; pointer, position and the
 * value itself are worked out when they are asked for.
 */
export class Origin {
  /** The origin of a whole document. */
  public static of(document: SourceDocument): Origin {
    return new Origin(document, undefined, undefined, undefined);
  }

  private constructor(
    public readonly document: SourceDocument,
    private readonly parent: Origin | undefined,
    private readonly key: Key | undefined,
    private readonly own: ResourceName | undefined,
  ) {}

  /** The place of a member of this value; with `name`, that of a resource. */
  public at(key: Key, name?: ResourceName): Origin {
    return new Origin(this.document, this, key, name);
  }

  /** Keys from the top of the document. */
  public get path(): Key[] {
    const keys: Key[] = [];
    for (let at: Origin | undefined = this; at?.key !== undefined; at = at.parent) {
      keys.push(at.key);
    }
    return keys.reverse();
  }

  /** The place as a JSON pointer (RFC 6901): `/Resources/Group/Properties/SecurityGroupIngress/0`. */
  public get pointer(): string {
    return this.path.map((key) => `/${String(key).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
  }

  /** Line and column, where the data comes from a file. */
  public get position(): Position | undefined {
    return this.document.locate(this.path);
  }

  /** The value as it stands in the document, nothing resolved. */
  public get value(): unknown {
    let value: unknown = this.document.data;
    for (const key of this.path) {
      value = typeof value === 'object' && value !== null ? (value as Record<Key, unknown>)[key] : undefined;
    }
    return value;
  }

  /** The resource that it is part of. */
  public get resource(): ResourceName | undefined {
    return this.own ?? this.parent?.resource;
  }

  /** `file:line:column`, or the pointer where there is no position. */
  public toString(): string {
    const position = this.position;
    return position === undefined
      ? `${this.document.file}#${this.pointer}`
      : `${this.document.file}:${position.line}:${position.column}`;
  }
}
