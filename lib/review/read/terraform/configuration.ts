import { Origin, type SourceDocument, Unknown } from '../../model';
import { isRecord, listOf, recordOf } from '../values';
import { DEEPEST, evaluateText, type Names, type Step, stepInto } from './expression';
import { Attribute, nameOf, plain, type Resources } from './resource';

/** How deep JSON nests in a resource; nothing that is meant goes deeper. */
const DEEPEST_VALUE = 40;

/** What is needed to read a configuration in Terraform's JSON syntax. */
export interface ConfigurationSettings {
  readonly document: SourceDocument;
  /** Begins the ids: the name of the stack. */
  readonly scope: string;
  /** Values of variables that win over their defaults. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The other configurations, by their names: cdktf's stacks refer to each other's outputs. */
  readonly others: ReadonlyMap<string, Configuration>;
  readonly resources: Resources;
}

/** A configuration in Terraform's JSON syntax (`cdk.tf.json`), with what can be worked out of it without a plan. */
export class Configuration implements Names {
  private readonly known = new Map<string, unknown>();
  private readonly data: Readonly<Record<string, unknown>>;

  public constructor(private readonly settings: ConfigurationSettings) {
    this.data = recordOf(settings.document.data);
    const top = Origin.of(settings.document);
    for (const section of ['resource', 'data'] as const) {
      for (const [type, all] of Object.entries(recordOf(this.data[section]))) {
        for (const [name, written] of Object.entries(recordOf(all))) {
          this.add(section === 'data', type, name, written, top.at(section).at(type));
        }
      }
    }
  }

  private add(isData: boolean, type: string, name: string, written: unknown, parent: Origin): void {
    const values = recordOf(Array.isArray(written) ? written[0] : written);
    const address = `${isData ? 'data.' : ''}${type}.${name}`;
    const repeated = this.repetition(address, values);
    if (repeated === 'none') {
      return;
    }
    const { path } = recordOf(recordOf(values['//']).metadata);
    const origin = parent.at(name, nameOf(address, type, path));
    const id = `${this.settings.scope}/${address}`;
    this.settings.resources.add({
      id,
      address,
      type,
      isData,
      origin,
      attributes: Array.isArray(written) ? origin.at(0) : origin,
      scope: this.settings.scope,
      many: repeated !== undefined,
      ...(repeated instanceof Unknown ? { condition: repeated } : {}),
      get: (key) => {
        const value = own(values, key);
        // Most values by far stand for themselves: nothing to work out, and nothing to keep.
        return isLiteral(value) ? value : this.once(`${address}.${key}`, () => this.value(value, 0));
      },
      text: (key) => {
        const value = own(values, key);
        const text = typeof value === 'string' ? evaluateText(value, this, 0, true) : plain(this.value(value, 0));
        return typeof text === 'string' ? text : undefined;
      },
    });
  }

  /** What `count` and `for_each` make of a resource: none, an unknown number, several, or one (`undefined`). */
  private repetition(address: string, { count, for_each: each }: Readonly<Record<string, unknown>>) {
    if (count === undefined && each === undefined) {
      return undefined;
    }
    const value = plain(this.value(count ?? each, 0));
    if (value instanceof Unknown) {
      return new Unknown(`how many ${address} there are is known at deployment: ${value.why}`);
    }
    const size = Array.isArray(value) ? value.length : isRecord(value) ? Object.keys(value).length : Number(value);
    return size === 0 ? 'none' : size === 1 ? undefined : 'several';
  }

  public plain(value: unknown): unknown {
    return plain(value);
  }

  /** The value of an output, for another stack. */
  public output(name: string, depth: number): unknown {
    const output = own(recordOf(this.data.output), name);
    return output === undefined
      ? new Unknown(`${this.settings.scope} has no output ${name}`)
      : this.once(`output.${name}`, () => this.value(recordOf(output).value, depth));
  }

  /** A value of the file with everything in it worked out that can be. */
  private value(written: unknown, depth: number, nested = 0): unknown {
    if (typeof written === 'string') {
      return evaluateText(written, this, depth);
    }
    if (typeof written !== 'object' || written === null) {
      return written;
    }
    if (nested > DEEPEST_VALUE) {
      return new Unknown('it is nested too deeply');
    }
    if (Array.isArray(written)) {
      return written.map((item) => this.value(item, depth, nested + 1));
    }
    return Object.fromEntries(
      Object.entries(written).map(([key, item]) => [key, key === '//' ? item : this.value(item, depth, nested + 1)]),
    );
  }

  /** Works something out once. Whoever asks for it meanwhile has gone in a circle. */
  private once(key: string, work: () => unknown): unknown {
    if (!this.known.has(key)) {
      this.known.set(key, new Unknown(`${key} refers to itself`));
      this.known.set(key, work());
    }
    return this.known.get(key);
  }

  public lookUp(steps: readonly Step[], depth: number): unknown {
    const [root, second, third] = steps;
    if (depth > DEEPEST) {
      return new Unknown(`${String(root)} refers to itself, or goes too deep`);
    }
    switch (root) {
      case 'var':
        return stepInto(this.variable(String(second)), steps.slice(2), this);
      case 'local': {
        const value = own(mergedLocals(this.data.locals), String(second));
        return value === undefined
          ? new Unknown(`there is no local ${String(second)}`)
          : stepInto(
              this.once(`local.${String(second)}`, () => this.value(value, depth + 1)),
              steps.slice(2),
              this,
            );
      }
      case 'data':
        return second === 'terraform_remote_state'
          ? this.remote(String(third), steps.slice(3), depth)
          : this.attribute(`data.${String(second)}.${String(third)}`, steps.slice(3));
      case 'module':
        return new Unknown(`what module ${String(second)} gives is in a plan only`);
      case 'count':
      case 'each':
        return new Unknown(`${String(root)}.${String(second)} is in a plan only`);
      case 'path':
      case 'self':
      case 'terraform':
        return new Unknown(`${String(root)}.${String(second)} is known at deployment`);
      default:
        return this.attribute(`${String(root)}.${String(second)}`, steps.slice(2));
    }
  }

  private variable(name: string): unknown {
    const declared = own(recordOf(this.data.variable), name);
    const { parameters = {} } = this.settings;
    if (Object.hasOwn(parameters, name)) {
      return parameters[name];
    }
    const { default: value } = recordOf(Array.isArray(declared) ? declared[0] : declared);
    return value === undefined ? new Unknown(`variable ${name} has no default`) : value;
  }

  private attribute(address: string, steps: readonly Step[]): unknown {
    const id = `${this.settings.scope}/${address}`;
    // Of several, each is meant; which one is in a plan only.
    const [first] = steps;
    const isIndexed = typeof first === 'number' || (typeof first === 'object' && first.every);
    const rest = isIndexed ? steps.slice(1) : steps;
    const found = new Attribute(id, rest, () => {
      const owner = this.settings.resources.get(id);
      const [name] = rest;
      const value = owner === undefined || typeof name !== 'string' ? undefined : owner.get(name);
      return value === undefined || value === null
        ? new Unknown(
            `${[address, ...rest.filter((step) => typeof step !== 'object')].join('.')} is known at deployment`,
          )
        : plain(stepInto(value, rest.slice(1), this));
    });
    return typeof first === 'object' ? [found] : found;
  }

  /** cdktf calls what one stack takes from another by a name that begins so. */
  private remote(name: string, steps: readonly Step[], depth: number): unknown {
    const [what, output, ...rest] = steps;
    const other = this.settings.others.get(name.replace(/^cross-stack-reference-input-/, ''));
    return other === undefined || what !== 'outputs' || typeof output !== 'string'
      ? new Unknown(`the state ${name} was not read`)
      : stepInto(other.output(output, depth + 1), rest, this);
  }
}

/** Whether a value stands for itself. */
function isLiteral(value: unknown): boolean {
  return typeof value === 'string' ? !/[$%]\{/.test(value) : typeof value !== 'object' || value === null;
}

function mergedLocals(written: unknown): Readonly<Record<string, unknown>> {
  return Array.isArray(written) ? Object.assign({}, ...listOf(written)) : recordOf(written);
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
