import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PptpConstructsError, type RefusalError } from '../../errors';
import { type Review, review } from '..';
import type { Report } from './document';
import { estateReport, type ReportOptions } from './estate-report';
import { reportHtml } from './html';
import { reportMarkdown } from './markdown';
import { refusalReport } from './refusal-report';

export type { Block, Inline, Mark, Report, Section, Text } from './document';
export type { ReportOptions } from './estate-report';
export { reportHtml } from './html';
export { reportMarkdown } from './markdown';

/** The names of the files that `writeReport` writes. */
export const REPORT_FILES = { html: 'vpn-report.html', markdown: 'vpn-report.md' } as const;

/**
 * A report: of what was read back, or of a refusal, of which nothing can be read back. Write it down with `reportHtml` or
 * `reportMarkdown`.
 *
 * @param about a review, or the error that a gateway refused with
 */
export function reportOf(about: Review | RefusalError, options: ReportOptions = {}): Report {
  return PptpConstructsError.is(about)
    ? refusalReport(about as RefusalError, options)
    : estateReport(about as Review, options);
}

/** What `writeReport` takes. */
export interface WriteReportOptions extends ReportOptions {
  /** The folder to write to; it is made where it is not there. */
  readonly to: string;
}

/**
 * Writes a report as HTML and as Markdown. It is called after synth, when everything that decides about packets is there:
 * aspects, escape hatches and what others added.
 *
 * @param about a folder or file that was synthesised (`app.synth().directory`, `app.outdir`), a review, or the error that a
 * gateway refused with
 * @returns the files
 * @throws InvalidInputError as `readEstate` does
 */
export function writeReport(
  about: string | Review | RefusalError,
  options: WriteReportOptions,
): { readonly html: string; readonly markdown: string } {
  const { to, ...settings } = options;
  const { today } = settings;
  const report =
    typeof about === 'string'
      ? reportOf(review([about], today === undefined ? {} : { today }), { relativeTo: join(about, '..'), ...settings })
      : reportOf(about, settings);
  mkdirSync(to, { recursive: true });
  const files = { html: join(to, REPORT_FILES.html), markdown: join(to, REPORT_FILES.markdown) };
  writeFileSync(files.html, reportHtml(report));
  writeFileSync(files.markdown, reportMarkdown(report));
  return files;
}
