import { parseArgs } from 'node:util';
import { invalid } from '../errors';
import { nearest } from '../nearest';

/** An option of `explain`. */
interface Option {
  /** What stands for its value; left out where it takes none. */
  readonly value?: string;
  readonly help: string;
  /** Whether it may be given more than once. */
  readonly multiple?: boolean;
}

/** Every option of `explain`. */
export const OPTIONS = {
  cloud: { value: 'CLOUD', help: 'the cloud in which the gateway is, such as aws, azure or google; any for none' },
  behind: { value: 'ELEMENT', help: 'what stands in front of the gateway, such as nat-gateway', multiple: true },
  client: { value: 'DEVICE', help: 'what the clients are, such as windows-11' },
  'client-nat': {
    value: 'NAT',
    help: 'what translates their addresses, such as router, carrier or double',
    multiple: true,
  },
  from: { value: 'FILE', help: 'paths, hop by hop, from a JSON file; - for standard input' },
  protocol: { value: 'PROTOCOL', help: 'what to ask about, such as ikev2 (default: pptp)', multiple: true },
  table: { help: 'every usual way on every cloud, and what works on it' },
  json: { help: 'the answer for programs' },
  color: { help: 'colours, though this is no terminal' },
  'no-color': { help: 'no colours, though this is a terminal' },
  help: { help: 'this text' },
} as const satisfies Readonly<Record<string, Option>>;

/** The name of an option. */
export type OptionName = keyof typeof OPTIONS;

/** What a command line said: each option with its values, in order; none for one that takes no value. */
export type Given = Partial<Record<OptionName, readonly string[]>>;

const EXAMPLE = 'pptp-constructs explain --cloud aws';
const HELP = 'pptp-constructs explain --help';

/**
 * Reads the options of `explain`.
 *
 * @throws InvalidInputError `EXPLAIN_USAGE`
 */
export function readOptions(argv: readonly string[]): Given {
  const names = Object.keys(OPTIONS) as OptionName[];
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(OPTIONS).map(([name, option]) => [name, { type: 'value' in option ? 'string' : 'boolean' }]),
    ),
    strict: false,
    tokens: true,
  });
  const given: Partial<Record<OptionName, string[]>> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') {
      return usage('explain takes options alone', token.kind === 'positional' ? token.value : '--', EXAMPLE);
    }
    const name = names.find((each) => each === token.name);
    if (name === undefined) {
      const likely = nearest(token.name, names);
      return usage('explain has no such option', token.rawName, likely === undefined ? HELP : `--${likely}`);
    }
    const option: Option = OPTIONS[name];
    const { value, inlineValue } = token;
    if (option.value === undefined && value !== undefined) {
      return usage(`--${name} takes no value`, value, `--${name}`);
    }
    // What looks like the next option is not a value, unless an equals sign says so.
    const missing = value === undefined || value === '' || (!inlineValue && value.startsWith('-') && value !== '-');
    if (option.value !== undefined && missing) {
      return usage(`--${name} has no value`, undefined, `--${name} ${option.value}: ${option.help}`);
    }
    if (given[name] !== undefined && option.multiple !== true) {
      return usage(`--${name} is given twice`, value, `--${name} once`);
    }
    given[name] = [...(given[name] ?? []), ...(value === undefined ? [] : [value])];
  }
  refuseTogether(given);
  return given;
}

/** The options with what each is for. */
export function help(): string {
  const rows = Object.entries(OPTIONS).map(([name, { help: text, ...option }]) => ({
    name: 'value' in option ? `--${name} ${option.value}` : `--${name}`,
    text: 'multiple' in option ? `${text}; once for each` : text,
  }));
  const width = Math.max(...rows.map(({ name }) => name.length));
  return [
    'pptp-constructs explain --cloud CLOUD [OPTIONS]   whether a VPN reaches a gateway there, and why',
    'pptp-constructs explain --from FILE [OPTIONS]     the same on paths of your own',
    'pptp-constructs explain --table                   everything at a glance',
    '',
    ...rows.map(({ name, text }) => `  ${name.padEnd(width)}  ${text}`),
    '',
    'Exit status: 0 works, 1 cannot work, 3 nobody can tell, 2 the question itself is wrong. With several protocols or',
    'paths, the worst counts. Nothing is sent anywhere. See docs/explain.md.',
    '',
  ].join('\n');
}

const TOGETHER: readonly (readonly [OptionName, ...OptionName[]])[] = [
  ['table', 'cloud', 'from', 'behind', 'client', 'client-nat', 'protocol'],
  ['from', 'cloud', 'behind', 'client', 'client-nat'],
  ['color', 'no-color', 'json'],
];

function refuseTogether(given: Given): void {
  for (const [one, ...others] of TOGETHER) {
    const other = others.find((name) => given[name] !== undefined);
    if (given[one] !== undefined && other !== undefined) {
      usage(`--${one} does not go with --${other}`, undefined, `one of the two`);
    }
  }
  if (given.cloud === undefined && given.from === undefined && given.table === undefined && given.help === undefined) {
    usage('explain is not told what to look at', undefined, EXAMPLE, '--cloud CLOUD, --from FILE or --table');
  }
}

/** Refuses a command line. */
export function usage(what: string, got: string | undefined, instead: string, allowed = allOptions()): never {
  return invalid({ code: 'EXPLAIN_USAGE', what, ...(got === undefined ? {} : { got }), allowed, instead });
}

function allOptions(): string {
  return Object.keys(OPTIONS)
    .map((name) => `--${name}`)
    .join(', ');
}
