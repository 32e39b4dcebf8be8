import {
  type CommandLine,
  type Given as GivenOptions,
  type Option,
  optionLines,
  readCommandLine,
  refuseTogether,
  usage,
} from './options';

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
export type Given = GivenOptions<OptionName>;

const COMMAND: CommandLine<OptionName> = {
  name: 'explain',
  options: OPTIONS,
  code: 'EXPLAIN_USAGE',
  example: 'pptp-constructs explain --cloud aws',
};

/**
 * Reads the options of `explain`.
 *
 * @throws InvalidInputError `EXPLAIN_USAGE`
 */
export function readOptions(argv: readonly string[]): Given {
  const { given } = readCommandLine(argv, COMMAND);
  refuseTogether(COMMAND, given, [
    ['table', 'cloud', 'from', 'behind', 'client', 'client-nat', 'protocol'],
    ['from', 'cloud', 'behind', 'client', 'client-nat'],
    ['color', 'no-color', 'json'],
  ]);
  if (given.cloud === undefined && given.from === undefined && given.table === undefined && given.help === undefined) {
    const allowed = '--cloud CLOUD, --from FILE or --table';
    usage(COMMAND, 'explain is not told what to look at', undefined, COMMAND.example, allowed);
  }
  return given;
}

/** The options with what each is for. */
export function help(): string {
  return [
    'pptp-constructs explain --cloud CLOUD [OPTIONS]   whether a VPN reaches a gateway there, and why',
    'pptp-constructs explain --from FILE [OPTIONS]     the same on paths of your own',
    'pptp-constructs explain --table                   everything at a glance',
    '',
    ...optionLines(OPTIONS),
    '',
    'Exit status: 0 works, 1 cannot work, 3 nobody can tell, 2 the question itself is wrong. With several protocols or',
    'paths, the worst counts. Nothing is sent anywhere. See docs/explain.md.',
    '',
  ].join('\n');
}
