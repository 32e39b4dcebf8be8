// Writes docs/reports/ from two of the examples: their reports as HTML and Markdown, and a picture of each page.
//   npx tsx scripts/reports.ts
// A test fails while the texts and the examples differ. Pictures need Chromium, and are left as they are without it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PptpConstructsError, type RefusalError } from '../lib/errors';
import { type Report, reportHtml, reportMarkdown, reportOf, review } from '../lib/review';
import { Browser, chromium } from '../test/browser/support/browser';
import { runCdkSynth } from '../test/support/cli';

/** The day that these reports are of: it stands in them. */
const TODAY = '2026-11-23';

/** Where they are. */
export const FOLDER = join(__dirname, '..', 'docs', 'reports');

/** A report as files. */
export interface Written {
  readonly name: string;
  readonly html: string;
  readonly markdown: string;
}

/** The reports as they should be. */
export function reports(): readonly Written[] {
  return [written('aws-pptp', ofTemplates('aws-pptp')), written('azure-refused', ofRefusal('azure-refused'))];
}

function written(name: string, report: Report): Written {
  return { name, html: reportHtml(report), markdown: reportMarkdown(report) };
}

/** What the example synthesises, read back. */
function ofTemplates(example: string): Report {
  const { status, outdir, stderr } = runCdkSynth(`examples/${example}`);
  if (status !== 0) {
    throw new Error(stderr);
  }
  const title = `examples/${example}: what gets through to its gateway`;
  return reportOf(review([outdir], { today: TODAY }), { today: TODAY, relativeTo: outdir, title });
}

/** What the example is refused with. */
function ofRefusal(example: string): Report {
  try {
    require(join(__dirname, '..', 'examples', example, 'app.ts'));
  } catch (error) {
    if (PptpConstructsError.is(error)) {
      return reportOf(error as RefusalError, { today: TODAY, title: `examples/${example}: why it is refused` });
    }
    throw error;
  }
  throw new Error(`examples/${example} was not refused`);
}

async function main(): Promise<void> {
  const all = reports();
  for (const { name, html, markdown } of all) {
    writeFileSync(join(FOLDER, `${name}.html`), html);
    writeFileSync(join(FOLDER, `${name}.md`), markdown);
  }
  if (chromium() === undefined) {
    console.error('There is no Chromium here: the pictures in docs/reports are left as they are.');
    return;
  }
  const browser = await Browser.start();
  try {
    for (const { name } of all) {
      await browser.show({ width: 1000 });
      await browser.open(pathToFileURL(join(FOLDER, `${name}.html`)).href);
      writeFileSync(join(FOLDER, `${name}.webp`), await browser.screenshot());
    }
  } finally {
    await browser.stop();
  }
}

if (require.main === module) {
  main();
}
