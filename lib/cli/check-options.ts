import type { FailOn } from '../review';
import {
  type CommandLine,
  type Given as GivenOptions,
  type Option,
  optionLines,
  parametersOf,
  readCommandLine,
  refuseTogether,
  usage,
} from './options';

/** Every option of `check`. */
export const OPTIONS = {
  'fail-on': { value: 'LEVEL', help: 'exit with 1 from this level on: error, warning, note or never (default: error)' },
  baseline: { value: 'FILE', help: 'findings that are known and count no more' },
  'write-baseline': { help: 'write what is found now to the file of --baseline' },
  against: {
    value: 'OLD',
    help: 'what became reachable since OLD and what ceased to be; only new findings count',
    multiple: true,
  },
  parameter: {
    value: 'NAME=VALUE',
    help: 'the value of a parameter or variable, in place of its default',
    multiple: true,
  },
  json: { help: 'the answer for programs' },
  sarif: { value: 'FILE', help: 'findings for code scanning, SARIF 2.1.0; - for standard output' },
  junit: { value: 'FILE', help: 'findings for pipelines, JUnit XML; - for standard output' },
  color: { help: 'colours, though this is no terminal' },
  'no-color': { help: 'no colours, though this is a terminal' },
  help: { help: 'this text' },
} as const satisfies Readonly<Record<string, Option>>;

/** The name of an option. */
export type OptionName = keyof typeof OPTIONS;

/** What a command line said. */
export type Given = GivenOptions<OptionName>;

const COMMAND: CommandLine<OptionName> = {
  name: 'check',
  options: OPTIONS,
  code: 'CHECK_USAGE',
  example: 'pptp-constructs check cdk.out',
  words: true,
};

const LEVELS: readonly FailOn[] = ['error', 'warning', 'note', 'never'];

/** What to check, and how. */
export interface Question {
  readonly given: Given;
  readonly paths: readonly string[];
  readonly failOn: FailOn;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads a command line.
 *
 * @throws InvalidInputError `CHECK_USAGE`
 */
export function readQuestion(argv: readonly string[]): Question {
  const { given, words: paths } = readCommandLine(argv, COMMAND);
  refuseTogether(COMMAND, given, [
    ['json', 'color', 'no-color'],
    ['color', 'no-color'],
    ['against', 'baseline'],
  ]);
  const toOutput = [given.json === undefined ? '' : '-', given.sarif?.[0], given.junit?.[0]].filter(
    (file) => file === '-',
  );
  if (toOutput.length > 1) {
    usage(COMMAND, 'two forms of the answer go to standard output', undefined, '--sarif FILE', 'one of them');
  }
  if (given['write-baseline'] !== undefined && given.baseline === undefined) {
    usage(COMMAND, '--write-baseline has no file to write', undefined, '--baseline FILE --write-baseline');
  }
  if (paths.length === 0 && given.help === undefined) {
    usage(COMMAND, 'check is not told what to look at', undefined, COMMAND.example, 'folders and files');
  }
  return { given, paths, failOn: levelOf(given), parameters: parametersOf(COMMAND, given) };
}

function levelOf({ 'fail-on': [given = 'error'] = [] }: Given): FailOn {
  return (
    LEVELS.find((level) => level === given) ??
    usage(COMMAND, 'there is no such level', given, '--fail-on warning', LEVELS.join(', '))
  );
}

/** The options with what each is for. */
export function help(): string {
  return [
    'pptp-constructs check PATH... [OPTIONS]   what templates and plans really let through, and what is wrong with it',
    '',
    'PATH is a cdk.out, a cdktf.out, a template of CloudFormation, a plan (terraform show -json), or a folder of those.',
    '',
    ...optionLines(OPTIONS),
    '',
    'Exit status: 0 nothing at or above --fail-on, 1 something, 2 the input cannot be read or the command line is wrong.',
    'Nothing is sent anywhere. See docs/check.md.',
    '',
  ].join('\n');
}
