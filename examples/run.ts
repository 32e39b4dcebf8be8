// `npm start`: puts every example through the CLI that its user would use and prints what came of it, a row each.
// Exits with 1 when one does not do what examples.ts says of it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { refusalCode, resourceTypes, runCdkSynth, runCdktfSynth, type SynthRun } from '../test/support/cli';
import { type Example, examples } from './examples';

interface Outcome {
  readonly verdict: string;
  readonly result: string;
  /** What the CLI printed, when the example did not do what it should. */
  readonly unexpected?: string;
}

function outcome({ folder, cli, expect }: Example): Outcome {
  const path = join(__dirname, folder);
  if (!existsSync(join(path, 'app.ts'))) {
    return { verdict: 'MISSING', result: `examples/${folder}/app.ts is not there`, unexpected: '' };
  }
  const run = cli === 'cdk' ? runCdkSynth(path) : runCdktfSynth(path);
  const { verdict, result } = run.status === 0 ? synthesised(run, expect) : refused(run, expect);
  if (verdict === expect.verdict) return { verdict, result };
  return { verdict: 'UNEXPECTED', result, unexpected: `${run.stdout}${run.stderr}` };
}

function synthesised({ outdir }: SynthRun, expect: Example['expect']): Outcome {
  const types = resourceTypes(outdir);
  const found = expect.verdict !== 'refused' && types.includes(expect.builds);
  const first = found ? expect.builds : (types[0] ?? 'nothing');
  const others = Math.max(types.length - 1, 0);
  return {
    verdict: found ? expect.verdict : 'synthesised',
    result: `${first} and ${others} more ${others === 1 ? 'resource' : 'resources'}`,
  };
}

function refused(run: SynthRun, expect: Example['expect']): Outcome {
  const code = refusalCode(run);
  if (code === undefined) return { verdict: 'failed', result: `exit status ${run.status}, no refusal of this library` };
  const asExpected = expect.verdict === 'refused' && expect.code === code;
  return { verdict: asExpected ? 'refused' : 'not as declared', result: `${code}, see docs/diagnostics.md` };
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const [head, ...body] = rows;
  return [line(head!), widths.map((width) => '-'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}

const outcomes = examples.map((example) => ({ ...example, ...outcome(example) }));

console.log(
  table([
    ['cloud', 'example', 'asked for', 'verdict', 'result'],
    ...outcomes.map(({ cloud, folder, asked, verdict, result }) => [cloud, folder, asked, verdict, result]),
  ]),
);
const surprises = outcomes.filter(({ unexpected }) => unexpected !== undefined);
for (const { folder, expect, unexpected } of surprises) {
  console.error(`\nexamples/${folder} should have been: ${Object.values(expect).join(', ')}\n${unexpected}`);
}
if (surprises.length > 0) process.exitCode = 1;
