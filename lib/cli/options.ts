import { parseArgs } from 'node:util';
import type { DiagnosticCode } from '../diagnostics';
import { invalid } from '../errors';
import { nearest } from '../nearest';
import type { World } from './world';

/** An option of a command. */
export interface Option {
  /** What stands for its value; left out where it takes none. */
  readonly value?: string;
  readonly help: string;
  /** Whether it may be given more than once. */
  readonly multiple?: boolean;
}

/** What a command takes. */
export interface CommandLine<Name extends string> {
  readonly name: string;
  readonly options: Readonly<Record<Name, Option>>;
  /** What a wrong command line is refused with. */
  readonly code: DiagnosticCode;
  /** A command line that is right. */
  readonly example: string;
  /** Whether words that belong to no option are its own: paths. */
  readonly words?: boolean;
}

/** What a command line said: each option with its values, in order; none for one that takes no value. */
export type Given<Name extends string> = Partial<Record<Name, readonly string[]>>;

/**
 * Reads a command line.
 *
 * @throws InvalidInputError the code of the command
 */
export function readCommandLine<Name extends string>(
  argv: readonly string[],
  command: CommandLine<Name>,
): { readonly given: Given<Name>; readonly words: readonly string[] } {
  const options = Object.entries<Option>(command.options) as [Name, Option][];
  const names = options.map(([name]) => name);
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      options.map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
    ),
    strict: false,
    tokens: true,
  });
  const given: Partial<Record<Name, string[]>> = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional' && command.words === true) {
      words.push(token.value);
      continue;
    }
    if (token.kind !== 'option') {
      if (command.words === true) {
        // Behind it everything is a word.
        continue;
      }
      const got = token.kind === 'positional' ? token.value : '--';
      return usage(command, `${command.name} takes options alone`, got, command.example);
    }
    const name = names.find((each) => each === token.name);
    if (name === undefined) {
      const likely = nearest(token.name, names);
      const instead = likely === undefined ? `pptp-constructs ${command.name} --help` : `--${likely}`;
      return usage(command, `${command.name} has no such option`, token.rawName, instead);
    }
    const option: Option = command.options[name];
    const { value, inlineValue } = token;
    if (option.value === undefined && value !== undefined) {
      return usage(command, `--${name} takes no value`, value, `--${name}`);
    }
    // What looks like the next option is not a value, unless an equals sign says so.
    const missing = value === undefined || value === '' || (!inlineValue && value.startsWith('-') && value !== '-');
    if (option.value !== undefined && missing) {
      return usage(command, `--${name} has no value`, undefined, `--${name} ${option.value}: ${option.help}`);
    }
    if (given[name] !== undefined && option.multiple !== true) {
      return usage(command, `--${name} is given twice`, value, `--${name} once`);
    }
    given[name] = [...(given[name] ?? []), ...(value === undefined ? [] : [value])];
  }
  return { given, words };
}

/** Refuses options of which one makes no sense beside the other. */
export function refuseTogether<Name extends string>(
  command: CommandLine<Name>,
  given: Given<Name>,
  groups: readonly (readonly [Name, ...Name[]])[],
): void {
  for (const [one, ...others] of groups) {
    const other = others.find((name) => given[name] !== undefined);
    if (given[one] !== undefined && other !== undefined) {
      usage(command, `--${one} does not go with --${other}`, undefined, `one of the two`);
    }
  }
}

/** Refuses a command line. */
export function usage<Name extends string>(
  command: CommandLine<Name>,
  what: string,
  got: string | undefined,
  instead: string,
  allowed = Object.keys(command.options)
    .map((name) => `--${name}`)
    .join(', '),
): never {
  return invalid({ code: command.code, what, ...(got === undefined ? {} : { got }), allowed, instead });
}

/**
 * The values of `--parameter NAME=VALUE`.
 *
 * @throws InvalidInputError the code of the command
 */
export function parametersOf<Name extends string>(
  command: CommandLine<Name>,
  { parameter = [] }: Given<'parameter'>,
): Readonly<Record<string, string>> {
  const pairs = parameter.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at < 1) {
      usage(
        command,
        'a parameter has no name or no value',
        text,
        '--parameter ClientCidr=203.0.113.0/24',
        'NAME=VALUE',
      );
    }
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const twice = pairs.find(([name], index) => pairs.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) {
    usage(command, 'a parameter has two values', twice[0], `--parameter ${twice[0]}=VALUE once`, 'each name once');
  }
  return Object.fromEntries(pairs);
}

/** The options with what each is for, one a line. */
export function optionLines(options: Readonly<Record<string, Option>>): readonly string[] {
  const rows = Object.entries(options).map(([name, { value, help, multiple }]) => ({
    name: value === undefined ? `--${name}` : `--${name} ${value}`,
    text: multiple === true ? `${help}; once for each` : help,
  }));
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(({ name, text }) => `  ${name.padEnd(width)}  ${text}`);
}

/** Whether to write colours: as the options say, or where a terminal is that nobody asked to have none. */
export function isColoured(given: Given<'color' | 'no-color'>, { stdout, env = {} }: World): boolean {
  if (given.color !== undefined || given['no-color'] !== undefined) {
    return given.color !== undefined;
  }
  // https://no-color.org: set and not empty.
  return stdout.isTTY === true && (env.NO_COLOR ?? '') === '';
}
