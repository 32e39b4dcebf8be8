// `npm start`: puts every example through the CLI that its user would use and prints what came of it, a row each.
// Exits with 1 when one does not do what examples.ts says of it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCdkSynth, runCdktfSynth, runTsx } from '../test/support/cli';
import { table } from '../test/support/table';
import { examples } from './examples';
import { type Outcome, outcomeOf } from './outcome';

const RUN = { cdk: runCdkSynth, cdktf: runCdktfSynth, tsx: runTsx } as const;

const rows = examples.map((example): Outcome & { example: typeof example; printed: string } => {
  const folder = join(__dirname, example.folder);
  if (!existsSync(join(folder, 'app.ts'))) {
    return { example, verdict: 'MISSING', result: 'there is no app.ts', ok: false, printed: '' };
  }
  const run = RUN[example.cli](folder);
  return { example, ...outcomeOf(example, run), printed: `${run.stdout}${run.stderr}` };
});

console.log(
  table([
    ['cloud', 'example', 'asked for', 'verdict', 'result'],
    ...rows.map(({ example, verdict, result }) => [example.cloud, example.folder, example.asked, verdict, result]),
  ]),
);
for (const { example, printed } of rows.filter(({ ok }) => !ok)) {
  console.error(
    `\nexamples/${example.folder} should have been ${Object.values(example.expect).join(': ')}\n${printed}`,
  );
  process.exitCode = 1;
}
