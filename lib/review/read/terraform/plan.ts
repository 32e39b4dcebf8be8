import { Origin, type SourceDocument, Unknown } from '../../model';
import { isRecord, listOf, recordOf } from '../values';
import { DEEPEST, evaluateText, type Names, type Step, stepInto, stepsOf } from './expression';
import { Attribute, nameOf, plain, type Resource, type Resources } from './resource';

/** What is needed to read a plan. */
export interface PlanSettings {
  readonly document: SourceDocument;
  readonly scope: string;
  readonly resources: Resources;
}

type Data = Readonly<Record<string, unknown>>;

/** Modules nest in modules; nothing that is meant goes deeper. */
const DEEPEST_MODULE = 30;

/** A module as it was called: one for each member of its `count` or `for_each`. */
interface Call {
  /** `module.net["a"]`; empty for the root. */
  readonly address: string;
  /** Its part of `configuration`. */
  readonly configuration: Data;
  readonly parent?: Call;
  /** Its name in the parent. */
  readonly name?: string;
  readonly member?: Member;
}

/** One of several that `count` or `for_each` make: of which address, and its key. */
interface Member {
  readonly of: string;
  readonly key: string | number;
}

/**
 * A plan or a state as `terraform show -json` writes it. Values that only deployment knows are not in it; its
 * `configuration` says what they refer to.
 */
export class Plan {
  private readonly unknowns = new Map<string, unknown>();
  private readonly instances = new Map<string, (string | number)[]>();

  public constructor(private readonly settings: PlanSettings) {
    const data = recordOf(settings.document.data);
    for (const change of listOf(data.resource_changes)) {
      const { address, change: what } = recordOf(change);
      this.unknowns.set(String(address), recordOf(what).after_unknown);
    }
    const top = Origin.of(settings.document);
    const section = data.planned_values === undefined ? 'values' : 'planned_values';
    const root: Call = { address: '', configuration: recordOf(recordOf(data.configuration).root_module) };
    this.module(recordOf(data[section]).root_module, top.at(section).at('root_module'), root, 0);
  }

  private module(written: unknown, origin: Origin, call: Call, depth: number): void {
    const { resources, child_modules: children } = recordOf(written);
    for (const [index, resource] of listOf(resources).entries()) {
      const { address, type } = recordOf(resource);
      if (typeof address === 'string' && typeof type === 'string') {
        this.add(recordOf(resource), origin.at('resources').at(index, nameOf(address, type, undefined)), call);
      }
    }
    if (depth > DEEPEST_MODULE) {
      return;
    }
    for (const [index, child] of listOf(children).entries()) {
      const address = String(recordOf(child).address);
      const last = address.slice(call.address === '' ? 0 : call.address.length + 1);
      const steps = stepsOf(last) ?? [];
      const [, name, key] = steps;
      const { module } = recordOf(recordOf(call.configuration.module_calls)[String(name)]);
      const of = prefixed(call, `module.${String(name)}`);
      const isMember = typeof key === 'string' || typeof key === 'number';
      if (isMember) {
        this.instances.set(of, [...(this.instances.get(of) ?? []), key]);
      }
      this.module(
        child,
        origin.at('child_modules').at(index),
        {
          address,
          configuration: recordOf(module),
          parent: call,
          name: String(name),
          ...(isMember ? { member: { of, key } } : {}),
        },
        depth + 1,
      );
    }
  }

  private add(written: Data, origin: Origin, call: Call): void {
    const { name, mode, index, values } = written;
    const [address, type] = [String(written.address), String(written.type)];
    const isData = mode === 'data';
    const plainAddress = `${isData ? 'data.' : ''}${type}.${String(name)}`;
    const key = typeof index === 'string' || typeof index === 'number' ? index : undefined;
    const { scope } = this.settings;
    const base = prefixed(call, plainAddress);
    this.instances.set(base, [...(this.instances.get(base) ?? []), ...(key === undefined ? [] : [key])]);
    const configured = listOf(call.configuration.resources)
      .map(recordOf)
      .find((one) => one.address === plainAddress);
    const expressions = recordOf(configured?.expressions);
    // Without a configuration (a state) it is open who wrote what.
    const unwritten = configured === undefined ? { references: [] } : undefined;
    const own = recordOf(values);
    const unknown = recordOf(this.unknowns.get(address));
    const known = new Map<string, unknown>();
    const names = this.namesIn(call, key === undefined ? undefined : { of: base, key });
    const resource: Resource = {
      id: `${scope}/${address}`,
      address,
      type,
      isData,
      origin,
      attributes: origin.at('values'),
      scope,
      many: false,
      get: (attribute) => {
        if (!known.has(attribute)) {
          known.set(attribute, new Unknown(`${address}.${attribute} refers to itself`));
          known.set(
            attribute,
            this.merged(own[attribute], unknown[attribute], expressions[attribute] ?? unwritten, names, address, 0),
          );
        }
        return known.get(attribute);
      },
      text: (attribute) => {
        const value = own[attribute];
        const { constant_value: constant } = recordOf(expressions[attribute]);
        const text = value ?? (typeof constant === 'string' ? evaluateText(constant, names, 0, true) : undefined);
        return typeof text === 'string' ? text : undefined;
      },
    };
    this.settings.resources.add(resource);
  }

  /** A value with what it refers to, where the plan leaves it open. */
  private merged(
    value: unknown,
    unknown: unknown,
    expression: unknown,
    names: Names,
    address: string,
    depth: number,
  ): unknown {
    if (depth > DEEPEST) {
      return new Unknown('it is nested too deeply');
    }
    const { references, constant_value: constant } = recordOf(expression);
    const isLeaf = Array.isArray(references) || constant !== undefined;
    if (isRecord(value) || (isRecord(unknown) && !Array.isArray(value))) {
      const keys = new Set([...Object.keys(recordOf(value)), ...Object.keys(recordOf(unknown))]);
      return Object.fromEntries(
        [...keys].map((key) => [
          key,
          this.merged(
            recordOf(value)[key],
            recordOf(unknown)[key],
            member(expression, key, isLeaf),
            names,
            address,
            depth + 1,
          ),
        ]),
      );
    }
    if (Array.isArray(value) || Array.isArray(unknown)) {
      const values = listOf(value);
      const unknowns = Array.isArray(unknown) ? unknown : [];
      const owners = isLeaf ? attributesIn(references) : [];
      const size = Math.max(values.length, unknowns.length);
      return Array.from({ length: size }, (_, index) => {
        // One reference for each item, in their order: each is its own.
        const one =
          constant !== undefined
            ? member(expression, index, true)
            : isLeaf
              ? owners.length === size
                ? { references: [owners[index]] }
                : expression
              : Array.isArray(expression)
                ? alike(expression, index, values[index])
                : expression;
        return this.merged(values[index], unknowns[index], one, names, address, depth + 1);
      });
    }
    const found = isLeaf ? this.meant(references, constant, names) : undefined;
    if (found instanceof Attribute) {
      const isKnown = value !== undefined && value !== null && unknown !== true;
      return isKnown ? new Attribute(found.owner, found.steps, () => value) : found;
    }
    if (value !== undefined && value !== null) {
      return value;
    }
    if (expression === undefined) {
      // Nobody wrote it: the cloud fills it in.
      return undefined;
    }
    return unknown === true
      ? found !== undefined && !(found instanceof Unknown)
        ? found
        : (found ?? new Unknown(`a value of ${address} is known at deployment`))
      : undefined;
  }

  /** What an expression refers to, if that is one thing. */
  private meant(references: unknown, constant: unknown, names: Names): unknown {
    if (typeof constant === 'string' && constant.includes('${')) {
      return evaluateText(constant, names);
    }
    const [first, ...more] = new Set(attributesIn(references));
    const steps = first === undefined || more.length > 0 ? undefined : stepsOf(first);
    return steps === undefined ? undefined : names.lookUp(steps, 0);
  }

  /** What names mean in a module, for the member of a resource that has a key. */
  private namesIn(call: Call, member: Member | undefined): Names {
    return {
      plain,
      lookUp: (steps, depth) => this.lookUp(steps, call, member, depth),
    };
  }

  private lookUp(steps: readonly Step[], call: Call, member: Member | undefined, depth: number): unknown {
    const [root, second, ...rest] = steps;
    const open = () => new Unknown(`${steps.filter((step) => typeof step !== 'object').join('.')} is not in the plan`);
    if (depth > DEEPEST) {
      return open();
    }
    switch (root) {
      case 'each':
      case 'count':
        return second === 'value' ? open() : (member?.key ?? open());
      case 'var': {
        const { parent, name } = call;
        if (parent === undefined || name === undefined) {
          const { value } = recordOf(recordOf(recordOf(this.settings.document.data).variables)[String(second)]);
          return value === undefined ? open() : stepInto(value, rest, { plain });
        }
        const { expressions } = recordOf(recordOf(parent.configuration.module_calls)[name]);
        const given = recordOf(recordOf(expressions)[String(second)]);
        const names = this.namesIn(parent, call.member);
        return this.through(given, names, rest, depth) ?? open();
      }
      case 'module': {
        const [next] = rest;
        const isIndexed = typeof next === 'number' || (typeof next === 'string' && rest.length > 1);
        const output = String(isIndexed ? rest[1] : next);
        const { module } = recordOf(recordOf(call.configuration.module_calls)[String(second)]);
        const { expression } = recordOf(recordOf(recordOf(module).outputs)[output]);
        const address = `${prefixed(call, `module.${String(second)}`)}${isIndexed ? `[${JSON.stringify(next)}]` : ''}`;
        const child: Call = {
          address,
          configuration: recordOf(module),
          parent: call,
          name: String(second),
          ...(isIndexed
            ? { member: { of: prefixed(call, `module.${String(second)}`), key: next as string | number } }
            : {}),
        };
        const found = recordOf(expression);
        return this.through(found, this.namesIn(child, undefined), rest.slice(isIndexed ? 2 : 1), depth) ?? open();
      }
      case 'data':
        return this.attribute(call, `data.${String(second)}.${String(rest[0])}`, rest.slice(1), member);
      case 'local':
      case 'path':
      case 'self':
      case 'terraform':
        return open();
      default:
        return this.attribute(call, `${String(root)}.${String(second)}`, rest, member);
    }
  }

  /** The value of an expression of another module, and what stands there inside of it. */
  private through(
    { references, constant_value: constant }: Data,
    names: Names,
    rest: readonly Step[],
    depth: number,
  ): unknown {
    if (typeof constant === 'string' && constant.includes('${')) {
      return stepInto(evaluateText(constant, names, depth + 1), rest, { plain });
    }
    if (constant !== undefined) {
      return stepInto(constant, rest, { plain });
    }
    const [index] = rest;
    const all = [...new Set(attributesIn(references))];
    const one = all.length === 1 ? all[0] : typeof index === 'number' ? all[index] : undefined;
    const steps = one === undefined ? undefined : stepsOf(one);
    return steps === undefined ? undefined : names.lookUp(steps, depth + 1);
  }

  private attribute(call: Call, address: string, steps: readonly Step[], member: Member | undefined): unknown {
    const { scope, resources } = this.settings;
    const base = prefixed(call, address);
    const instances = this.instances.get(base) ?? [];
    const [first] = steps;
    const isIndexed = first !== undefined && instances.some((one) => one === first);
    const index = isIndexed
      ? (first as string | number)
      : member !== undefined && this.isOneEach(member, instances)
        ? member.key
        : instances.length === 1
          ? instances[0]
          : undefined;
    if (instances.length > 1 && index === undefined) {
      return new Unknown(`which of ${base} is meant is not in the plan`);
    }
    const rest = isIndexed ? steps.slice(1) : steps;
    const id = `${scope}/${base}${index === undefined ? '' : `[${JSON.stringify(index)}]`}`;
    return new Attribute(id, rest, () => {
      const [name, ...inner] = rest;
      const value = typeof name === 'string' ? resources.get(id)?.get(name) : undefined;
      return value === undefined || value === null
        ? new Unknown(`${[base, ...rest.filter((step) => typeof step !== 'object')].join('.')} is known at deployment`)
        : plain(stepInto(value, inner, { plain }));
    });
  }

  /**
   * Whether there is one of the others for each member. Plans do not keep indices that are worked out, `[count.index]` or
   * `[each.key]`: where both have the same keys, that is what is meant.
   */
  private isOneEach({ of, key }: Member, instances: readonly (string | number)[]): boolean {
    const own = this.instances.get(of) ?? [];
    return instances.includes(key) && own.length === instances.length && own.every((one) => instances.includes(one));
  }
}

function prefixed({ address }: Call, own: string): string {
  return address === '' ? own : `${address}.${own}`;
}

/** The expressions of a block: plans sort blocks of which the order means nothing, and configurations do not. */
function alike(expressions: readonly unknown[], index: number, values: unknown): unknown {
  const agrees = (expression: unknown) =>
    Object.entries(recordOf(expression)).every(([key, written]) => {
      const { constant_value: constant } = recordOf(written);
      const value = recordOf(values)[key];
      return constant === undefined || typeof constant === 'object' || value === undefined || value === null
        ? true
        : String(constant) === String(value);
    });
  return agrees(expressions[index]) ? expressions[index] : expressions.find(agrees);
}

/** A member of an expression: plans keep those of blocks, and what a JSON configuration has as a value whole. */
function member(expression: unknown, key: string | number, isLeaf: boolean): unknown {
  if (!isLeaf) {
    return isRecord(expression) || Array.isArray(expression) ? (expression as Data)[key] : undefined;
  }
  const { constant_value: constant } = recordOf(expression);
  if (constant === undefined) {
    return expression;
  }
  const inner = isRecord(constant) || Array.isArray(constant) ? (constant as Data)[key] : undefined;
  return inner === undefined ? undefined : { constant_value: inner };
}

/** References end with shorter forms of themselves: `a.b[0].id`, `a.b[0]`, `a.b`. Only the longest counts. */
function attributesIn(references: unknown): string[] {
  const all = listOf(references).filter((one): one is string => typeof one === 'string');
  return all.filter(
    (one, index) =>
      !/^(each|count)\./.test(one) &&
      !all.slice(0, index).some((before) => before.startsWith(`${one}.`) || before.startsWith(`${one}[`)),
  );
}
