import {
  type CommandLine,
  type Given as GivenOptions,
  type Option,
  optionLines,
  parametersOf,
  readCommandLine,
  usage,
} from './options';

/** Every option of `report`. */
export const OPTIONS = {
  html: { value: 'FILE', help: 'where to write the page; - for standard output' },
  markdown: { value: 'FILE', help: 'where to write Markdown with Mermaid; - for standard output' },
  title: { value: 'TEXT', help: 'what to call it' },
  today: { value: 'DATE', help: 'the day that dates are counted from, YYYY-MM-DD (default: today)' },
  parameter: {
    value: 'NAME=VALUE',
    help: 'the value of a parameter or variable, in place of its default',
    multiple: true,
  },
  help: { help: 'this text' },
} as const satisfies Readonly<Record<string, Option>>;

/** What a command line said. */
export type Given = GivenOptions<keyof typeof OPTIONS>;

/** The command, for refusals. */
export const COMMAND: CommandLine<keyof typeof OPTIONS> = {
  name: 'report',
  options: OPTIONS,
  code: 'REPORT_USAGE',
  example: 'pptp-constructs report cdk.out',
  words: true,
};

/** What to report, and how. */
export interface Question {
  readonly given: Given;
  readonly paths: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads a command line.
 *
 * @throws InvalidInputError `REPORT_USAGE`
 */
export function readQuestion(argv: readonly string[]): Question {
  const { given, words: paths } = readCommandLine(argv, COMMAND);
  const [today] = given.today ?? [];
  if (today !== undefined && !isDay(today)) {
    usage(COMMAND, '--today is no day', today, '--today 2026-11-23', 'YYYY-MM-DD');
  }
  if (given.html?.[0] === '-' && given.markdown?.[0] === '-') {
    usage(COMMAND, 'two forms of the report go to standard output', undefined, '--html FILE', 'one of them');
  }
  if (paths.length === 0 && given.help === undefined) {
    usage(COMMAND, 'report is not told what to look at', undefined, COMMAND.example, 'folders and files');
  }
  return { given, paths, parameters: parametersOf(COMMAND, given) };
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The options with what each is for. */
export function help(): string {
  return [
    'pptp-constructs report PATH... [OPTIONS]   what really gets through to each VPN gateway: diagrams, verdicts, checklist',
    '',
    'PATH is a cdk.out, a cdktf.out, a template of CloudFormation, a plan (terraform show -json), or a folder of those.',
    'Without --html and --markdown, both are written: vpn-report.html and vpn-report.md.',
    '',
    ...optionLines(OPTIONS),
    '',
    'Exit status: 0 it is written, whatever it says, 2 the input cannot be read or the command line is wrong.',
    'Nothing is sent anywhere. See docs/report.md.',
    '',
  ].join('\n');
}
