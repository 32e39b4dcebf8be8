import * as fs from 'node:fs';
import { invalid } from '../errors';
import { type Comparison, compare, type Review, readEstate, reviewEstate } from '../review';
import { type KnownFinding, readBaseline, writeBaseline } from './check-baseline';
import { help, type Question, readQuestion } from './check-options';
import { outcomeOf } from './check-outcome';
import { isColoured } from './options';
import { COLOURED, PLAIN } from './paint';
import { Progress } from './progress';
import { version } from './version';
import { type World, write } from './world';

/**
 * Runs `pptp-constructs check`.
 *
 * @returns the exit status
 */
export async function check(argv: readonly string[], world: World): Promise<number> {
  const question = readQuestion(argv);
  const { given, paths, failOn } = question;
  if (given.help !== undefined) {
    await write(world.stdout, help());
    return 0;
  }
  const [baseline] = given.baseline ?? [];
  const writes = given['write-baseline'] !== undefined;
  let known: readonly KnownFinding[] = baseline === undefined || writes ? [] : readBaseline(baseline);
  const progress = new Progress(world);
  let review: Review;
  let comparison: Comparison | undefined;
  try {
    review = reviewAt(paths, question, world, progress);
    if (given.against !== undefined) {
      const old = reviewAt(given.against, question, world, progress);
      progress.say('Comparing');
      comparison = compare(old.answers, review.answers);
      known = old.findings.map(({ kind, key }) => ({ id: kind.id, key }));
    }
  } finally {
    progress.end();
  }
  if (baseline !== undefined && writes) {
    writeBaseline(baseline, review.findings);
    known = readBaseline(baseline);
  }
  const outcome = outcomeOf(review, known, failOn);

  const files: readonly (readonly [string | undefined, () => string])[] = [
    [
      given.sarif?.[0],
      () => sarif().outcomeSarif(outcome, version(), baseline !== undefined || comparison !== undefined),
    ],
    [given.junit?.[0], () => junit().outcomeJunit(outcome)],
  ];
  for (const [file, text] of files) {
    if (file !== undefined && file !== '-') {
      save(file, text());
    }
  }
  const [, toOutput] = files.find(([file]) => file === '-') ?? [];
  await write(
    world.stdout,
    toOutput !== undefined
      ? toOutput()
      : given.json !== undefined
        ? json().outcomeJson(outcome, comparison)
        : text().outcomeText(outcome, isColoured(given, world) ? COLOURED : PLAIN, comparison),
  );
  return outcome.failed ? 1 : 0;
}

function reviewAt(paths: readonly string[], { parameters }: Question, world: World, progress: Progress): Review {
  progress.say(`Reading ${paths.join(', ')}`);
  const estate = readEstate(paths, { parameters });
  progress.say('Looking for findings');
  return reviewEstate(estate, { today: world.now.toISOString().slice(0, 10) });
}

function save(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text);
  } catch (error) {
    invalid({
      code: 'CHECK_USAGE',
      what: `${file} cannot be written (${(error as NodeJS.ErrnoException).code})`,
      allowed: 'a file in a folder that is there',
      instead: '- for standard output',
    });
  }
}

/** Nobody waits for what another form of the answer needs. */
function text(): typeof import('./check-text') {
  return require('./check-text');
}

function json(): typeof import('./check-json') {
  return require('./check-json');
}

function sarif(): typeof import('./check-sarif') {
  return require('./check-sarif');
}

function junit(): typeof import('./check-junit') {
  return require('./check-junit');
}
