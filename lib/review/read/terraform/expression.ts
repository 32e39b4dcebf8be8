import { Unknown } from '../../model';
import { isRecord } from '../values';

/** A step of a traversal: an attribute, an index, or every member (`*`). */
export type Step = string | number | { readonly every: true };

/** What the names in an expression stand for. */
export interface Names {
  /**
   * The value of a traversal that begins with a name: `var.ranges`, `azurerm_subnet.vpn.id`. It is asked with the whole of
   * it, and answers with an `Unknown` where it does not know.
   */
  lookUp(steps: readonly Step[], depth: number): unknown;
  /** The value of what only stands for another value; everything else as it is. */
  plain(value: unknown): unknown;
}

/** How deep expressions nest; nothing that is meant goes deeper. */
export const DEEPEST = 60;

/** Texts that are put together of each other double with each step. */
const LONGEST = 2 ** 20;

type Expression =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'template'; readonly parts: readonly (string | Expression)[] }
  | { readonly is: 'traversal'; readonly steps: readonly (Step | Expression)[] }
  | { readonly is: 'index'; readonly of: Expression; readonly steps: readonly (Step | Expression)[] }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly spread: boolean }
  | { readonly is: 'operator'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly is: 'list'; readonly items: readonly Expression[] }
  | { readonly is: 'object'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly is: 'open'; readonly why: string };

/** What a text of Terraform's JSON syntax stands for: it is a template, with `${...}` wherever there is more than text. */
export function evaluateText(text: string, names: Names, depth = 0, lenient = false): unknown {
  if (!text.includes('${') && !text.includes('%{')) {
    return text;
  }
  let parsed: Expression;
  try {
    parsed = new Parser(text).template(undefined);
  } catch (error) {
    if (!(error instanceof NotUnderstood)) {
      throw error;
    }
    return new Unknown(`the expression ${shortened(text)} is not understood`);
  }
  return new Evaluator(names, lenient).value(parsed, depth);
}

/** The value of a traversal written by itself, as plans list them: `module.net.subnet_ids[0]`. */
export function stepsOf(text: string): readonly Step[] | undefined {
  try {
    const parser = new Parser(text);
    const parsed = parser.expression(0);
    return parsed.is === 'traversal' && parser.isAtEnd ? (parsed.steps.map(literalStep) as Step[]) : undefined;
  } catch (error) {
    if (error instanceof NotUnderstood) {
      return undefined;
    }
    throw error;
  }
}

function literalStep(step: Step | Expression): Step {
  if (typeof step !== 'object' || 'every' in step) {
    return step;
  }
  if (step.is === 'value') {
    return step.value as Step;
  }
  throw new NotUnderstood();
}

function shortened(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

class NotUnderstood extends Error {}

const OPERATORS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Reads the expressions of Terraform, as far as tools write them. */
class Parser {
  private at = 0;

  public constructor(private readonly text: string) {}

  public get isAtEnd(): boolean {
    this.skip();
    return this.at >= this.text.length;
  }

  /** A template up to the quote that ends it, or to the end of the text. */
  public template(end: '"' | undefined, depth = 0): Expression {
    const parts: (string | Expression)[] = [];
    let literal = '';
    for (; ; this.at++) {
      const here = this.text[this.at];
      if (here === undefined || here === end) {
        if (here !== end) {
          throw new NotUnderstood();
        }
        break;
      }
      const two = this.text.slice(this.at, this.at + 2);
      if (two === '%{') {
        return { is: 'open', why: 'a directive in a text is worked out at deployment' };
      }
      if (two === '${') {
        this.at += 2;
        const inner = this.expression(depth + 1);
        this.skip();
        if (this.text[this.at] !== '}') {
          throw new NotUnderstood();
        }
        if (literal !== '') {
          parts.push(literal);
          literal = '';
        }
        parts.push(inner);
      } else if (two === '$$' && this.text[this.at + 2] === '{') {
        literal += '${';
        this.at += 2;
      } else if (here === '\\' && end !== undefined) {
        literal += this.escape();
      } else {
        literal += here;
      }
    }
    if (literal !== '' || parts.length === 0) {
      parts.push(literal);
    }
    const [only] = parts;
    return parts.length === 1 && typeof only === 'object' ? only : { is: 'template', parts };
  }

  private escape(): string {
    this.at++;
    const letter = this.text[this.at] ?? '';
    if (letter === 'u') {
      const code = this.text.slice(this.at + 1, this.at + 5);
      this.at += 4;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    return { n: '\n', r: '\r', t: '\t' }[letter] ?? letter;
  }

  public expression(depth: number): Expression {
    if (depth > DEEPEST) {
      throw new NotUnderstood();
    }
    const condition = this.binary(0, depth);
    if (!this.takes('?')) {
      return condition;
    }
    const yes = this.expression(depth + 1);
    this.must(':');
    return { is: 'operator', name: '?', args: [condition, yes, this.expression(depth + 1)] };
  }

  private binary(level: number, depth: number): Expression {
    const operators = OPERATORS[level];
    if (operators === undefined) {
      return this.unary(depth);
    }
    let left = this.binary(level + 1, depth);
    for (let taken = this.takesOne(operators); taken !== undefined; taken = this.takesOne(operators)) {
      left = { is: 'operator', name: taken, args: [left, this.binary(level + 1, depth)] };
    }
    return left;
  }

  private unary(depth: number): Expression {
    if (depth > DEEPEST) {
      throw new NotUnderstood();
    }
    for (const sign of ['!', '-']) {
      if (this.takes(sign)) {
        return { is: 'operator', name: `${sign}x`, args: [this.unary(depth + 1)] };
      }
    }
    return this.steps(this.primary(depth), depth);
  }

  private primary(depth: number): Expression {
    this.skip();
    const number = /^\d+(?:\.\d+)?/.exec(this.text.slice(this.at, this.at + 40));
    if (number !== null) {
      this.at += number[0].length;
      return { is: 'value', value: Number(number[0]) };
    }
    if (this.takes('"')) {
      const inner = this.template('"', depth + 1);
      this.at++;
      return inner;
    }
    if (this.takes('(')) {
      const inner = this.expression(depth + 1);
      this.must(')');
      return inner;
    }
    if (this.takes('[')) {
      return this.isFor() ? this.comprehension(']') : { is: 'list', items: this.items(']', depth).args };
    }
    if (this.takes('{')) {
      return this.isFor() ? this.comprehension('}') : this.object(depth);
    }
    const name = this.name();
    if (name === 'true' || name === 'false' || name === 'null') {
      return { is: 'value', value: name === 'null' ? null : name === 'true' };
    }
    return this.takes('(') ? { is: 'call', name, ...this.items(')', depth) } : { is: 'traversal', steps: [name] };
  }

  private steps(of: Expression, depth: number): Expression {
    const steps: (Step | Expression)[] = [];
    for (;;) {
      if (this.text[this.at] === '.' && this.text[this.at + 1] !== '.') {
        this.at++;
        if (this.takes('*')) {
          steps.push({ every: true });
        } else {
          const number = /^\d+/.exec(this.text.slice(this.at, this.at + 12));
          if (number !== null) {
            this.at += number[0].length;
            steps.push(Number(number[0]));
          } else {
            steps.push(this.name());
          }
        }
      } else if (this.text[this.at] === '[') {
        this.at++;
        if (this.takes('*')) {
          steps.push({ every: true });
        } else {
          const index = this.expression(depth + 1);
          const [only] = index.is === 'template' ? index.parts : [];
          steps.push(
            index.is === 'value' && typeof index.value === 'number'
              ? index.value
              : index.is === 'template' && index.parts.length === 1 && typeof only === 'string'
                ? only
                : index,
          );
        }
        this.must(']');
      } else {
        break;
      }
    }
    if (steps.length === 0) {
      return of;
    }
    return of.is === 'traversal' ? { is: 'traversal', steps: [...of.steps, ...steps] } : { is: 'index', of, steps };
  }

  private items(end: string, depth: number): { args: Expression[]; spread: boolean } {
    const args: Expression[] = [];
    let spread = false;
    while (!this.takes(end)) {
      args.push(this.expression(depth + 1));
      spread ||= this.takes('...');
      if (!this.takes(',')) {
        this.must(end);
        break;
      }
    }
    return { args, spread };
  }

  private object(depth: number): Expression {
    const entries: [Expression, Expression][] = [];
    while (!this.takes('}')) {
      const key = this.expression(depth + 1);
      const [name] = key.is === 'traversal' && key.steps.length === 1 ? key.steps : [];
      if (!this.takes('=')) {
        this.must(':');
      }
      entries.push([typeof name === 'string' ? { is: 'value', value: name } : key, this.expression(depth + 1)]);
      this.takes(',');
    }
    return { is: 'object', entries };
  }

  private isFor(): boolean {
    this.skip();
    return /^for\s/.test(this.text.slice(this.at, this.at + 4));
  }

  /** Passed over to its end: what it gives is left open. */
  private comprehension(end: string): Expression {
    const open = end === ']' ? '[' : '{';
    for (let nested = 0; this.at < this.text.length; this.at++) {
      const here = this.text[this.at];
      if (here === '"') {
        this.at++;
        this.template('"');
      } else if (here === open) {
        nested++;
      } else if (here === end && nested-- === 0) {
        this.at++;
        return { is: 'open', why: 'a for expression is not worked out' };
      }
    }
    throw new NotUnderstood();
  }

  private name(): string {
    this.skip();
    const [name] = /^[\p{L}_][\p{L}\p{N}_-]*/u.exec(this.text.slice(this.at, this.at + 300)) ?? [];
    if (name === undefined) {
      throw new NotUnderstood();
    }
    this.at += name.length;
    return name;
  }

  private skip(): void {
    while (/\s/.test(this.text[this.at] ?? 'x')) {
      this.at++;
    }
  }

  private takes(what: string): boolean {
    this.skip();
    if (!this.text.startsWith(what, this.at)) {
      return false;
    }
    this.at += what.length;
    return true;
  }

  private takesOne(operators: readonly string[]): string | undefined {
    return operators.find((operator) => this.takes(operator));
  }

  private must(what: string): void {
    if (!this.takes(what)) {
      throw new NotUnderstood();
    }
  }
}

class Evaluator {
  public constructor(
    private readonly names: Names,
    /** Whether what is not known stands in texts as `${...}`, in place of making them unknown. */
    private readonly lenient: boolean,
  ) {}

  public value(expression: Expression, depth: number): unknown {
    if (depth > DEEPEST) {
      return new Unknown('it refers to itself, or goes too deep');
    }
    switch (expression.is) {
      case 'value':
        return expression.value;
      case 'open':
        return new Unknown(expression.why);
      case 'template':
        return this.joined(expression.parts, depth);
      case 'traversal': {
        const steps = this.literal(expression.steps, depth);
        return steps instanceof Unknown ? steps : this.names.lookUp(steps, depth + 1);
      }
      case 'index': {
        const steps = this.literal(expression.steps, depth);
        return steps instanceof Unknown ? steps : stepInto(this.value(expression.of, depth + 1), steps, this.names);
      }
      case 'list':
        return expression.items.map((item) => this.value(item, depth + 1));
      case 'object':
        return this.object(expression.entries, depth);
      case 'call':
        return this.call(expression.name, expression.args, expression.spread, depth);
      case 'operator':
        return this.operator(expression.name, expression.args, depth);
    }
  }

  private plain(expression: Expression, depth: number): unknown {
    return this.names.plain(this.value(expression, depth + 1));
  }

  private joined(parts: readonly (string | Expression)[], depth: number): unknown {
    let text = '';
    for (const part of parts) {
      const value = typeof part === 'string' ? part : this.plain(part, depth);
      if (value instanceof Unknown || typeof value === 'object') {
        if (!this.lenient) {
          return value instanceof Unknown ? value : new Unknown('a list stands where a text should');
        }
        text += `\${...}`;
      } else {
        text += String(value);
      }
      if (text.length > LONGEST) {
        return new Unknown('the text is too long');
      }
    }
    return text;
  }

  private literal(steps: readonly (Step | Expression)[], depth: number): readonly Step[] | Unknown {
    const literal: Step[] = [];
    for (const step of steps) {
      if (typeof step !== 'object' || 'every' in step) {
        literal.push(step);
        continue;
      }
      const value = this.plain(step, depth);
      if (typeof value !== 'string' && typeof value !== 'number') {
        return value instanceof Unknown ? value : new Unknown('an index is neither a number nor a text');
      }
      literal.push(value);
    }
    return literal;
  }

  private object(entries: readonly (readonly [Expression, Expression])[], depth: number): unknown {
    const object: [string, unknown][] = [];
    for (const [key, value] of entries) {
      const name = this.plain(key, depth);
      if (name instanceof Unknown) {
        return name;
      }
      object.push([String(name), this.value(value, depth + 1)]);
    }
    return Object.fromEntries(object);
  }

  private operator(name: string, args: readonly Expression[], depth: number): unknown {
    const [first, second, third] = args as [Expression, Expression, Expression];
    const left = this.plain(first, depth);
    if (left instanceof Unknown) {
      return left;
    }
    if (name === '?') {
      return this.value(left === true || left === 'true' ? second : third, depth + 1);
    }
    if (name === '!x' || name === '-x') {
      return name === '!x' ? left !== true : -Number(left);
    }
    if ((name === '&&' && left === false) || (name === '||' && left === true)) {
      return left;
    }
    const right = this.plain(second, depth);
    return right instanceof Unknown ? right : compute(name, left, right);
  }

  private call(name: string, args: readonly Expression[], spread: boolean, depth: number): unknown {
    const work = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (work === undefined || spread) {
      return new Unknown(`${name}() is not worked out`);
    }
    const values = args.map((arg) => this.names.plain(this.value(arg, depth + 1)));
    if (name === 'try') {
      return values.find((value) => !(value instanceof Unknown)) ?? values[0];
    }
    // Members of lists may stay open: what is done with the list is the same.
    const open = values.find((value) => value instanceof Unknown);
    return open ?? work(values, this.names);
  }
}

function compute(name: string, left: unknown, right: unknown): unknown {
  const [a, b] = [Number(left), Number(right)];
  switch (name) {
    case '==':
      return JSON.stringify(left) === JSON.stringify(right);
    case '!=':
      return JSON.stringify(left) !== JSON.stringify(right);
    case '&&':
    case '||':
      return right === true;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    default:
      return a % b;
  }
}

/** Goes into lists and objects. A block that stands alone is the first of its kind. */
export function stepInto(value: unknown, steps: readonly Step[], names: Pick<Names, 'plain'>): unknown {
  let here = value;
  for (const [index, step] of steps.entries()) {
    here = names.plain(here);
    if (here instanceof Unknown) {
      return here;
    }
    if (typeof step === 'object') {
      const rest = steps.slice(index + 1);
      return Array.isArray(here) ? here.map((item) => stepInto(item, rest, names)) : [stepInto(here, rest, names)];
    }
    if (Array.isArray(here)) {
      here = here[Number(step)];
    } else if (isRecord(here)) {
      here =
        typeof step === 'string' ? (Object.hasOwn(here, step) ? here[step] : undefined) : step === 0 ? here : undefined;
    } else {
      here = undefined;
    }
    if (here === undefined || here === null) {
      return new Unknown(`there is no ${step} in the value`);
    }
  }
  return here;
}

type Work = (args: readonly unknown[], names: Names) => unknown;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Those that take texts: a member of a list that is not known leaves the result so. */
function onTexts(work: (texts: readonly string[], first: string) => unknown): Work {
  return ([first, second], names) => {
    const items = list(second).map((item) => names.plain(item));
    return items.find((item) => item instanceof Unknown) ?? work(items.map(String), String(first));
  };
}

/** The functions that tools write, and people in what concerns networks. */
const FUNCTIONS: Readonly<Record<string, Work>> = {
  base64encode: ([text]) => Buffer.from(String(text)).toString('base64'),
  base64decode: ([text]) => Buffer.from(String(text), 'base64').toString('utf8'),
  coalesce: (args) => args.find((value) => value !== null && value !== ''),
  compact: ([items], names) => list(items).filter((item) => names.plain(item) !== null && item !== ''),
  concat: (args) => args.flatMap(list),
  distinct: ([items]) => [...new Set(list(items))],
  element: ([items, index]) => list(items)[Number(index) % Math.max(1, list(items).length)],
  flatten: ([items]) => list(items).flat(10),
  format: ([form, ...values]) => {
    let index = 0;
    return String(form).replace(/%([sdv%])/g, (_, letter) => (letter === '%' ? '%' : String(values[index++])));
  },
  join: onTexts((texts, separator) => texts.join(separator)),
  jsonencode: ([value]) => JSON.stringify(value),
  keys: ([value]) => (isRecord(value) ? Object.keys(value).sort() : []),
  length: ([value]) => (isRecord(value) ? Object.keys(value).length : ((value as { length?: number })?.length ?? 0)),
  lookup: ([map, key, otherwise]) => (isRecord(map) && Object.hasOwn(map, String(key)) ? map[String(key)] : otherwise),
  lower: ([text]) => String(text).toLowerCase(),
  merge: (args) => Object.assign({}, ...args),
  one: ([items]) => list(items)[0] ?? null,
  replace: ([text, from, to]) =>
    /^\/.*\/$/.test(String(from))
      ? new Unknown('replace() with a pattern is not worked out')
      : String(text).replaceAll(String(from), String(to)),
  split: ([separator, text]) => String(text).split(String(separator)),
  tobool: ([value]) => value === true || value === 'true',
  tolist: ([items]) => list(items),
  tomap: ([value]) => value,
  tonumber: ([value]) => Number(value),
  toset: ([items]) => [...new Set(list(items))],
  tostring: ([value]) => String(value),
  trimspace: ([text]) => String(text).trim(),
  try: (args) => args[0],
  upper: ([text]) => String(text).toUpperCase(),
  values: ([value]) =>
    isRecord(value)
      ? Object.keys(value)
          .sort()
          .map((key) => value[key])
      : [],
  cidrhost: ([range, number]) => cidrhost(String(range), Number(number)),
  cidrsubnet: ([range, bits, number]) => cidrsubnet(String(range), Number(bits), Number(number)),
  cidrsubnets: ([range, ...bits]) => {
    const same = new Set(bits.map(Number));
    return same.size === 1
      ? bits.map((bit, index) => cidrsubnet(String(range), Number(bit), index))
      : new Unknown('cidrsubnets() with different sizes is not worked out');
  },
};

function cidrhost(range: string, number: number): unknown {
  const net = ipv4(range);
  return net === undefined ? new Unknown('cidrhost() is worked out for IPv4 only') : dotted(net.first + number);
}

function cidrsubnet(range: string, bits: number, number: number): unknown {
  const net = ipv4(range);
  const length = (net?.length ?? 33) + bits;
  return net === undefined || length > 32 || number >= 2 ** bits
    ? new Unknown('cidrsubnet() is worked out for IPv4 only')
    : `${dotted(net.first + number * 2 ** (32 - length))}/${length}`;
}

function ipv4(range: string): { first: number; length: number } | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(range);
  if (match === null) {
    return undefined;
  }
  const [a = 0, b = 0, c = 0, d = 0, length = 0] = match.slice(1).map(Number);
  const value = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  return { first: value - (value % 2 ** (32 - length)), length };
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
