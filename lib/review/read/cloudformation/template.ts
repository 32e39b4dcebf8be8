import { Origin, type ResourceName, type SourceDocument, Unknown } from '../../model';
import { isRecord, recordOf } from '../values';
import { type Branch, Resolver } from './resolver';

/** One resource of a template. */
export interface Resource {
  readonly template: Template;
  readonly logicalId: string;
  readonly type: string;
  /** Unique in the estate. */
  readonly id: string;
  readonly origin: Origin;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Why it is not known whether it is made. */
  readonly condition?: Unknown;
}

/** What a template is part of. */
export interface TemplateSettings {
  readonly document: SourceDocument;
  /** Begins the ids of its resources; unique among the templates that are read together. */
  readonly scope: string;
  /** The name of the stack, where it is known. */
  readonly stackName?: string;
  readonly account?: string;
  readonly region?: string;
  /** Construct paths by logical id, where the assembly keeps them beside the template. */
  readonly constructPaths?: ReadonlyMap<string, string>;
  /** Values of parameters, by name. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A template with what it refers to: its parameters, the templates nested in it and those whose exports it imports. */
export class Template {
  public readonly scope: string;
  public readonly resolver: Resolver;
  /** Templates of nested stacks, by the logical id of their stack. */
  public readonly nested = new Map<string, Template>();
  /** The stack that it is nested in, and the values of its parameters there. */
  public parent?: { readonly template: Template; readonly parameters: Readonly<Record<string, unknown>> };
  /** One text for each id, however many refer to it. */
  private readonly ids = new Map<string, string>();
  private resources?: Map<string, Resource>;

  public constructor(
    public readonly settings: TemplateSettings,
    public readonly others: Templates,
  ) {
    this.scope = settings.scope;
    this.resolver = new Resolver(this);
  }

  /** A section: `Parameters`, `Mappings`, `Outputs`. */
  public section(name: string): Readonly<Record<string, unknown>> {
    return recordOf(recordOf(this.settings.document.data)[name]);
  }

  /** The id in the estate of the resource with a logical id. */
  public idOf(logicalId: string): string {
    let id = this.ids.get(logicalId);
    if (id === undefined) {
      id = `${this.scope}/${logicalId}`;
      this.ids.set(logicalId, id);
    }
    return id;
  }

  /** Resources that are made, or of which it is not known, by logical id. */
  public get all(): ReadonlyMap<string, Resource> {
    this.resources ??= this.readResources();
    return this.resources;
  }

  /** A resource, made or not, as the template has it. */
  public raw(logicalId: string): Readonly<Record<string, unknown>> | undefined {
    const resources = this.section('Resources');
    const resource = Object.hasOwn(resources, logicalId) ? resources[logicalId] : undefined;
    return isRecord(resource) ? resource : undefined;
  }

  /** The items of a list, each with its place; both branches of an open condition, marked as open. */
  public list(value: unknown, origin: Origin): readonly Branch[] {
    return this.resolver.list(value, origin);
  }

  private readResources(): Map<string, Resource> {
    const top = Origin.of(this.settings.document).at('Resources');
    const resources = new Map<string, Resource>();
    for (const [logicalId, value] of Object.entries(this.section('Resources'))) {
      if (!isRecord(value) || typeof value.Type !== 'string') {
        continue;
      }
      const exists = typeof value.Condition === 'string' ? this.resolver.condition(value.Condition) : true;
      if (exists === false) {
        continue;
      }
      const metadata = recordOf(value.Metadata);
      const path = metadata['aws:cdk:path'] ?? this.settings.constructPaths?.get(logicalId);
      const name: ResourceName = {
        logicalId,
        type: value.Type,
        ...(typeof path === 'string' ? { constructPath: path } : {}),
      };
      resources.set(logicalId, {
        template: this,
        logicalId,
        type: value.Type,
        id: this.idOf(logicalId),
        origin: top.at(logicalId, name),
        properties: recordOf(value.Properties),
        metadata,
        ...(exists instanceof Unknown ? { condition: exists } : {}),
      });
    }
    return resources;
  }
}

/** The templates that are read together. */
export class Templates {
  public readonly all: Template[] = [];
  private exports?: Map<string, { template: Template; value: unknown }[]>;

  public add(settings: TemplateSettings): Template {
    const taken = new Set(this.all.map(({ scope }) => scope));
    let scope = settings.scope;
    for (let count = 2; taken.has(scope); count++) {
      scope = `${settings.scope}#${count}`;
    }
    const template = new Template({ ...settings, scope }, this);
    this.all.push(template);
    return template;
  }

  /** What templates export under a name; those of the importer's own account and region where any is there. */
  public exported(name: string, importer: Template): readonly { template: Template; value: unknown }[] {
    this.exports ??= this.readExports();
    const found = this.exports.get(name) ?? [];
    const { account, region } = importer.settings;
    const near = found.filter(
      ({ template: { settings } }) => settings.account === account && settings.region === region,
    );
    return near.length > 0 ? near : found;
  }

  /** The templates of the stacks with a name. */
  public named(stackName: string): readonly Template[] {
    return this.all.filter(({ settings }) => settings.stackName === stackName);
  }

  private readExports(): Map<string, { template: Template; value: unknown }[]> {
    const exports = new Map<string, { template: Template; value: unknown }[]>();
    for (const template of this.all) {
      for (const output of Object.values(template.section('Outputs'))) {
        const { Export, Value, Condition } = recordOf(output);
        const name = template.resolver.resolve(recordOf(Export).Name);
        if (
          typeof name === 'string' &&
          !(typeof Condition === 'string' && template.resolver.condition(Condition) === false)
        ) {
          exports.set(name, [...(exports.get(name) ?? []), { template, value: Value }]);
        }
      }
    }
    return exports;
  }
}
