import * as fs from 'node:fs';
import { invalid } from '../errors';
import { REPORT_FILES, type Report, readEstate, reportHtml, reportMarkdown, reportOf, reviewEstate } from '../review';
import { Progress } from './progress';
import { help, type Question, readQuestion } from './report-options';
import { type World, write } from './world';

/**
 * Runs `pptp-constructs report`.
 *
 * @returns the exit status
 */
export async function report(argv: readonly string[], world: World): Promise<number> {
  const question = readQuestion(argv);
  const { given } = question;
  if (given.help !== undefined) {
    await write(world.stdout, help());
    return 0;
  }
  const found = reportAt(question, world);
  const both = given.html === undefined && given.markdown === undefined;
  const files = [
    { file: both ? REPORT_FILES.html : given.html?.[0], text: reportHtml },
    { file: both ? REPORT_FILES.markdown : given.markdown?.[0], text: reportMarkdown },
  ];
  const toOutput = files.find(({ file }) => file === '-');
  for (const { file, text } of files) {
    if (file === '-') {
      await write(world.stdout, text(found));
    } else if (file !== undefined) {
      save(file, text(found));
      // Standard output is for the report itself where it was asked for there.
      await write(toOutput === undefined ? world.stdout : world.stderr, `${file}\n`);
    }
  }
  return 0;
}

function reportAt({ paths, parameters, given }: Question, world: World): Report {
  const progress = new Progress(world);
  const today = given.today?.[0] ?? world.now.toISOString().slice(0, 10);
  const [title] = given.title ?? [];
  try {
    progress.say(`Reading ${paths.join(', ')}`);
    const estate = readEstate(paths, { parameters });
    progress.say('Following packets');
    return reportOf(reviewEstate(estate, { today }), { today, ...(title === undefined ? {} : { title }) });
  } finally {
    progress.end();
  }
}

function save(file: string, text: string): void {
  try {
    fs.writeFileSync(file, text);
  } catch (error) {
    invalid({
      code: 'REPORT_USAGE',
      what: `${file} cannot be written (${(error as NodeJS.ErrnoException).code})`,
      allowed: 'a file in a folder that is there',
      instead: '- for standard output',
    });
  }
}
