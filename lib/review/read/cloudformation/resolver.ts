import {
  type AddressRange,
  formatAddress,
  type Known,
  type Origin,
  parseRange,
  type Reference,
  Unknown,
} from '../../model';
import { isRecord, recordOf } from '../values';
import type { Template } from './template';

/** A resource, or one of its attributes, that something refers to. */
export class ToResource {
  public constructor(
    public readonly template: Template,
    public readonly logicalId: string,
    /** `undefined` for Ref. */
    public readonly attribute: string | undefined,
  ) {}

  public toString(): string {
    return this.attribute === undefined ? this.logicalId : `${this.logicalId}.${this.attribute}`;
  }
}

/** An item of a list, with its place. */
export interface Branch {
  readonly value: unknown;
  readonly origin: Origin;
  /** Why it is not known whether it is in the list. */
  readonly condition?: Unknown;
}

/** Templates that refer to each other go round in circles; nothing that is meant goes as deep. */
const DEEPEST = 60;

/** Texts that are put together of each other double with each step; a template has at most 1 MB. */
const LONGEST = 2 ** 20;

/** Attributes that are written in the resource itself. */
const WRITTEN: ReadonlyMap<string, { readonly property: string; readonly types: readonly string[] }> = new Map([
  ['CidrBlock', { property: 'CidrBlock', types: ['AWS::EC2::VPC', 'AWS::EC2::Subnet'] }],
  ['VpcId', { property: 'VpcId', types: ['AWS::EC2::Subnet', 'AWS::EC2::SecurityGroup'] }],
  ['PrivateIp', { property: 'PrivateIpAddress', types: ['AWS::EC2::Instance'] }],
  ['PrimaryPrivateIpAddress', { property: 'PrivateIpAddress', types: ['AWS::EC2::NetworkInterface'] }],
]);

/** Attributes that are things of their own. */
const IMPLIED: ReadonlyMap<string | undefined, string> = new Map([
  ['DefaultSecurityGroup', '#default-security-group'],
  ['DefaultNetworkAcl', '#default-network-acl'],
]);

/**
 * Works out what the functions of CloudFormation give without an account. What only deployment knows stays `Unknown`, with
 * its reason; what refers to a resource becomes `ToResource`.
 */
export class Resolver {
  private readonly conditions = new Map<string, boolean | Unknown>();
  private readonly references = new Map<string, Reference>();
  private readonly results = new Map<string, unknown>();

  public constructor(private readonly template: Template) {}

  /** The value with its functions worked out, at any depth. `undefined` for AWS::NoValue. */
  public resolve(value: unknown, depth = 0): unknown {
    if (typeof value !== 'object' || value === null || value instanceof Unknown || value instanceof ToResource) {
      return value;
    }
    if (depth > DEEPEST) {
      return new Unknown('it refers to itself, or is nested too deeply');
    }
    if (Array.isArray(value)) {
      return value.map((item) => this.resolve(item, depth + 1)).filter((item) => item !== undefined);
    }
    const call = callOf(value as Record<string, unknown>);
    if (call !== undefined) {
      return this.call(call.name, call.argument, depth + 1);
    }
    const object: [string, unknown][] = [];
    for (const [key, member] of Object.entries(value)) {
      const resolved = this.resolve(member, depth + 1);
      if (resolved !== undefined) {
        object.push([key, resolved]);
      }
    }
    return Object.fromEntries(object);
  }

  /** The items of a list. Where a condition is open, the items of both branches, each marked. */
  public list(value: unknown, origin: Origin): readonly Branch[] {
    const items: Branch[] = [];
    this.each(value, origin, (item, place, condition) => items.push(branch(item, place, condition)));
    return items;
  }

  /** The same without a list of them, for what there are tens of thousands of. */
  public each(value: unknown, origin: Origin, use: UseItem, condition?: Unknown, depth = 0): void {
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        this.one(value[index], origin.at(index), use, condition, depth);
      }
      return;
    }
    if (isRecord(value) && Array.isArray(value['Fn::If']) && depth < DEEPEST) {
      const [name, yes, no] = value['Fn::If'];
      const holds = this.condition(String(name));
      const branches = origin.at('Fn::If');
      if (holds !== false) {
        this.each(yes, branches.at(1), use, holds === true ? condition : holds, depth + 1);
      }
      if (holds !== true) {
        this.each(no, branches.at(2), use, holds === false ? condition : holds, depth + 1);
      }
      return;
    }
    const resolved = isRecord(value) && callOf(value) !== undefined ? this.resolve(value) : value;
    if (Array.isArray(resolved)) {
      for (const item of resolved) {
        use(item, origin, condition);
      }
    } else {
      this.item(resolved, origin, use, condition);
    }
  }

  /** What an item of a list stands for: itself, or what the function that it is gives. */
  public one(item: unknown, origin: Origin, use: UseItem, condition?: Unknown, depth = 0): void {
    const call = isRecord(item) ? callOf(item) : undefined;
    if (call === undefined) {
      use(item, origin, condition);
    } else if (call.name === 'Fn::If') {
      this.each(item, origin, use, condition, depth + 1);
    } else {
      this.item(item, origin, use, condition);
    }
  }

  private item(value: unknown, origin: Origin, use: UseItem, condition: Unknown | undefined): void {
    const resolved = isRecord(value) && callOf(value) !== undefined ? this.resolve(value) : value;
    if (resolved !== undefined && resolved !== null) {
      use(resolved, origin, condition);
    }
  }

  /** Whether a condition holds, as far as the defaults of parameters tell. */
  public condition(name: string, depth = 0): boolean | Unknown {
    const before = this.conditions.get(name);
    if (before !== undefined) {
      return before;
    }
    // Whoever asks for it again while it is worked out has gone in a circle.
    this.conditions.set(name, new Unknown(`condition ${name} refers to itself`));
    const conditions = this.template.section('Conditions');
    const holds = Object.hasOwn(conditions, name)
      ? this.holds(conditions[name], name, depth + 1)
      : new Unknown(`there is no condition ${name}`);
    this.conditions.set(name, holds);
    return holds;
  }

  private holds(value: unknown, name: string, depth: number): boolean | Unknown {
    if (depth > DEEPEST || !isRecord(value)) {
      return new Unknown(`condition ${name} cannot be worked out`);
    }
    const [key = '', argument] = Object.entries(value)[0] ?? [];
    const parts = Array.isArray(argument) ? argument : [argument];
    switch (key) {
      case 'Condition':
        return this.condition(String(argument), depth + 1);
      case 'Fn::Not': {
        const holds = this.holds(parts[0], name, depth + 1);
        return typeof holds === 'boolean' ? !holds : holds;
      }
      case 'Fn::And':
      case 'Fn::Or': {
        const decisive = key === 'Fn::Or';
        const all = parts.map((part) => this.holds(part, name, depth + 1));
        return all.includes(decisive) ? decisive : (all.find((part) => part instanceof Unknown) ?? !decisive);
      }
      case 'Fn::Equals': {
        const [left, right] = parts.map((part) => this.resolve(part, depth + 1));
        const open = [left, right].find((side) => typeof side === 'object');
        return open === undefined
          ? String(left) === String(right)
          : new Unknown(`condition ${name} is not known: ${why(open)}`);
      }
      default:
        return new Unknown(`condition ${name} uses ${key || 'nothing'}`);
    }
  }

  /**
   * What `work` gives, worked out once: what refers to each other many times would otherwise take time without bound. Whoever
   * asks for it while it is worked out has gone in a circle.
   */
  private once(key: string, work: () => unknown): unknown {
    if (!this.results.has(key)) {
      this.results.set(key, new Unknown(`${key} refers to itself`));
      this.results.set(key, work());
    }
    return this.results.get(key);
  }

  private call(name: string, argument: unknown, depth: number): unknown {
    switch (name) {
      case 'Ref':
        return this.ref(String(argument), depth);
      case 'Fn::GetAtt':
        return this.attribute(argument, depth);
      case 'Fn::Sub':
        return this.substitute(argument, depth);
      case 'Fn::Base64':
        return this.resolve(argument, depth);
      case 'Fn::If': {
        const [condition, yes, no] = Array.isArray(argument) ? argument : [];
        const holds = this.condition(String(condition));
        return typeof holds === 'boolean' ? this.resolve(holds ? yes : no, depth) : holds;
      }
      case 'Fn::FindInMap':
        return this.mapped(argument, depth);
      case 'Fn::ImportValue':
        return this.imported(this.resolve(argument, depth), depth);
      case 'Fn::GetStackOutput':
        return this.outputOf(recordOf(this.resolve(argument, depth)), depth);
      case 'Fn::GetAZs':
        return new Unknown('which availability zones there are is known at deployment');
      case 'Fn::Join':
      case 'Fn::Select':
      case 'Fn::Split':
      case 'Fn::Cidr':
      case 'Fn::Length':
        return this.onList(name, this.resolve(argument, depth));
      default:
        return new Unknown(`${name} is not worked out`);
    }
  }

  private ref(name: string, depth: number): unknown {
    const { stackName, region, account } = this.template.settings;
    switch (name) {
      case 'AWS::NoValue':
        return undefined;
      case 'AWS::StackName':
        return stackName ?? new Unknown('the name of the stack is known at deployment');
      case 'AWS::Region':
        return region ?? new Unknown('the region is known at deployment');
      case 'AWS::AccountId':
        return account ?? new Unknown('the account is known at deployment');
    }
    if (name.startsWith('AWS::')) {
      return new Unknown(`${name} is known at deployment`);
    }
    const parameters = this.template.section('Parameters');
    if (Object.hasOwn(parameters, name)) {
      return this.parameter(name, recordOf(parameters[name]), depth);
    }
    return this.template.raw(name) === undefined
      ? new Unknown(`there is no ${name} in the template`)
      : new ToResource(this.template, name, undefined);
  }

  private parameter(name: string, declared: Readonly<Record<string, unknown>>, depth: number): unknown {
    const { parent, settings } = this.template;
    const type = String(declared.Type ?? 'String');
    const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
    let value: unknown = declared.Default;
    if (settings.parameters !== undefined && Object.hasOwn(settings.parameters, name)) {
      value = settings.parameters[name];
    } else if (parent !== undefined && Object.hasOwn(parent.parameters, name)) {
      value = parent.template.resolver.resolve(parent.parameters[name], depth + 1);
    } else if (type.startsWith('AWS::SSM::Parameter::Value')) {
      return new Unknown(`parameter ${name} is looked up in the Parameter Store at deployment`);
    }
    if (value === undefined) {
      return new Unknown(`parameter ${name} has no default`);
    }
    return isList && typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
  }

  private attribute(argument: unknown, depth: number): unknown {
    const path = Array.isArray(argument) ? argument.join('.') : String(argument);
    const dot = path.indexOf('.');
    const logicalId = dot < 0 ? path : path.slice(0, dot);
    const attribute = dot < 0 ? '' : path.slice(dot + 1);
    const resource = this.template.raw(logicalId);
    if (resource === undefined) {
      return new Unknown(`there is no ${logicalId} in the template`);
    }
    const nested = this.template.nested.get(logicalId);
    if (nested !== undefined && attribute.startsWith('Outputs.')) {
      const outputs = nested.section('Outputs');
      const name = attribute.slice('Outputs.'.length);
      return Object.hasOwn(outputs, name)
        ? nested.resolver.output(name, depth)
        : new Unknown(`${logicalId} has no output ${name}`);
    }
    const written = WRITTEN.get(attribute);
    if (written?.types.includes(String(resource.Type))) {
      const value = this.once(`${logicalId}.${attribute}`, () =>
        this.resolve(recordOf(resource.Properties)[written.property], depth + 1),
      );
      return value ?? new Unknown(`${logicalId}.${attribute} is known at deployment`);
    }
    return new ToResource(this.template, logicalId, attribute);
  }

  private substitute(argument: unknown, depth: number): unknown {
    const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
    const own = recordOf(values);
    let open: unknown;
    let length = 0;
    const result = String(text).replace(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, name: string) => {
      if (literal === '!') {
        return `\${${name}}`;
      }
      const key = name.trim();
      const value = Object.hasOwn(own, key)
        ? this.resolve(own[key], depth)
        : key.includes('.')
          ? this.attribute(key, depth)
          : this.ref(key, depth);
      if (typeof value === 'object' || value === undefined) {
        open ??= value ?? new Unknown(`${key} is nothing`);
        return whole;
      }
      length += String(value).length;
      return length > LONGEST ? '' : String(value);
    });
    if (length > LONGEST) {
      return new Unknown('the text is too long');
    }
    if (open instanceof ToResource && result.trim() === `\${${open}}`) {
      return open;
    }
    return open === undefined ? result : new Unknown(why(open));
  }

  private mapped(argument: unknown, depth: number): unknown {
    const [map, first, second, options] = (Array.isArray(argument) ? argument : []).map((part) =>
      this.resolve(part, depth),
    );
    const open = [map, first, second].find((part) => typeof part === 'object');
    if (open !== undefined) {
      return new Unknown(why(open));
    }
    const level = recordOf(recordOf(this.template.section('Mappings')[String(map)])[String(first)]);
    if (Object.hasOwn(level, String(second))) {
      return level[String(second)];
    }
    return recordOf(options).DefaultValue ?? new Unknown(`mapping ${map} has no ${first}, ${second}`);
  }

  private imported(name: unknown, depth: number): unknown {
    if (typeof name !== 'string') {
      return new Unknown(why(name));
    }
    const found = this.template.others.exported(name, this.template);
    const [first] = found;
    if (first === undefined || found.length > 1) {
      const many = first === undefined ? 'no template that was read exports' : 'several templates export';
      return new Unknown(`${many} ${name}`);
    }
    return this.once(`export ${name}`, () => first.template.resolver.resolve(first.value, depth + 1));
  }

  private outputOf({ StackName, OutputName }: Readonly<Record<string, unknown>>, depth: number): unknown {
    const stacks = typeof StackName === 'string' ? this.template.others.named(StackName) : [];
    const [stack] = stacks;
    if (stack === undefined || stacks.length > 1) {
      return new Unknown(`it is an output of stack ${String(StackName)}, which was not read`);
    }
    const outputs = stack.section('Outputs');
    return Object.hasOwn(outputs, String(OutputName))
      ? stack.resolver.output(String(OutputName), depth)
      : new Unknown(`stack ${String(StackName)} has no output ${String(OutputName)}`);
  }

  /** What an output of this template gives. */
  private output(name: string, depth: number): unknown {
    return this.once(`output ${name}`, () =>
      this.resolve(recordOf(this.template.section('Outputs')[name]).Value, depth + 1),
    );
  }

  private onList(name: string, argument: unknown): unknown {
    if (argument instanceof Unknown || !Array.isArray(argument)) {
      return new Unknown(argument instanceof Unknown ? argument.why : `${name} has no list`);
    }
    const [first, second, third] = argument;
    switch (name) {
      case 'Fn::Length':
        return argument.length;
      case 'Fn::Join': {
        if (!Array.isArray(second)) {
          return new Unknown(why(second));
        }
        const open = second.find((part) => typeof part === 'object');
        if (open !== undefined) {
          return second.length === 1 ? open : new Unknown(why(open));
        }
        const length = second.reduce((sum: number, part) => sum + String(part).length + String(first).length, 0);
        return length > LONGEST ? new Unknown('the text is too long') : second.join(String(first));
      }
      case 'Fn::Split':
        return typeof second === 'string' ? second.split(String(first)) : new Unknown(why(second));
      case 'Fn::Select': {
        if (!Array.isArray(second)) {
          return new Unknown(why(second));
        }
        const item = Number.isInteger(Number(first)) ? second[Number(first)] : undefined;
        return item ?? new Unknown(`the list has no item ${String(first)}`);
      }
      default:
        return cidrs(first, Number(second), Number(third ?? Number.NaN));
    }
  }

  /** The text, with `${...}` in place of what is not known: for reading what a text says, not for comparing it. */
  public text(value: unknown): string {
    const call = isRecord(value) ? callOf(value) : undefined;
    if (call?.name === 'Fn::Join' && Array.isArray(call.argument) && Array.isArray(call.argument[1])) {
      return call.argument[1].map((part: unknown) => this.text(part)).join(String(call.argument[0]));
    }
    if (call?.name === 'Fn::Sub') {
      const [text, values] = Array.isArray(call.argument) ? call.argument : [call.argument, {}];
      return Object.entries(recordOf(values)).reduce(
        (whole, [key, inner]) => whole.replaceAll(`\${${key}}`, this.text(inner)),
        String(text),
      );
    }
    if (call?.name === 'Fn::Base64') {
      return this.text(call.argument);
    }
    const resolved = this.resolve(value);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it stands in a text that holds others of its kind
    return typeof resolved === 'object' ? '${...}' : String(resolved ?? '');
  }

  /** The thing that a value refers to. */
  public reference(value: unknown): Reference {
    const target = isRecord(value) ? value['Fn::GetAtt'] : undefined;
    if (!Array.isArray(target)) {
      return referenceOf(this.resolve(value));
    }
    // Most references of a synthesised template, and the same ones over and over.
    const key = target.join('.');
    let reference = this.references.get(key);
    if (reference === undefined) {
      reference = referenceOf(this.resolve(value));
      this.references.set(key, reference);
    }
    return reference;
  }

  /** The range that a value is. */
  public range(value: unknown): Known<AddressRange> {
    const resolved = typeof value === 'string' ? value : this.resolve(value);
    if (typeof resolved === 'string') {
      return parseRange(resolved) ?? new Unknown(`${JSON.stringify(resolved)} is not an address range`);
    }
    return new Unknown(why(resolved));
  }

  /** The number that a value is, also where it is written as text; `undefined` where there is none. */
  public number(value: unknown): Known<number> | undefined {
    const resolved = this.resolve(value);
    if (resolved === undefined || resolved === null || typeof resolved === 'number') {
      return resolved ?? undefined;
    }
    if (typeof resolved === 'string' && /^\s*-?\d+\s*$/.test(resolved)) {
      return Number(resolved);
    }
    return new Unknown(typeof resolved === 'object' ? why(resolved) : `${JSON.stringify(resolved)} is not a number`);
  }

  /** Whether a value is true, also where it is written as text; `undefined` where there is none. */
  public boolean(value: unknown): Known<boolean> | undefined {
    const resolved = this.resolve(value);
    if (resolved === undefined || resolved === null || typeof resolved === 'boolean') {
      return resolved ?? undefined;
    }
    const text = String(resolved).toLowerCase();
    return text === 'true' || text === 'false' ? text === 'true' : new Unknown(why(resolved));
  }
}

/** What is done with an item of a list. */
export type UseItem = (value: unknown, origin: Origin, condition: Unknown | undefined) => void;

function branch(value: unknown, origin: Origin, condition: Unknown | undefined): Branch {
  return condition === undefined ? { value, origin } : { value, origin, condition };
}

/** The id of the thing that a resolved value refers to. */
export function referenceOf(value: unknown): Reference {
  if (value instanceof ToResource) {
    return value.template.idOf(value.logicalId) + (IMPLIED.get(value.attribute) ?? '');
  }
  return typeof value === 'string' ? value : new Unknown(why(value));
}

/** Why a resolved value is not plain. */
function why(value: unknown): string {
  if (value instanceof Unknown) {
    return value.why;
  }
  return value instanceof ToResource ? `${value} is known at deployment` : 'it is not what belongs there';
}

function callOf(value: Readonly<Record<string, unknown>>): { name: string; argument: unknown } | undefined {
  let name: string | undefined;
  for (const key in value) {
    if (name !== undefined || (key !== 'Ref' && !key.startsWith('Fn::'))) {
      return undefined;
    }
    name = key;
  }
  return name === undefined ? undefined : { name, argument: value[name] };
}

/** Fn::Cidr: `count` ranges with `bits` host bits each, one after the other. */
function cidrs(block: unknown, count: number, bits: number): unknown {
  const range = typeof block === 'string' ? parseRange(block) : undefined;
  if (range === undefined || range.version === 6 || !(count > 0 && count <= 256) || !(bits >= 0 && bits <= 32)) {
    return new Unknown(
      range === undefined ? `Fn::Cidr of what is not known: ${why(block)}` : 'Fn::Cidr is not worked out',
    );
  }
  return Array.from(
    { length: count },
    (_, index) => `${formatAddress(Number(range.first) + index * 2 ** bits)}/${32 - bits}`,
  );
}
