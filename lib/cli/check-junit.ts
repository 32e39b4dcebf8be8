import { FINDING_KINDS, NAMESPACE } from '../review';
import type { Judged, Outcome } from './check-outcome';

/**
 * Findings for pipelines: JUnit XML. Each kind of findings is a suite, and each finding a case of it, which fails where it
 * makes the check fail; a kind of which nothing is found has one case that passes.
 */
export function outcomeJunit({ judged }: Outcome): string {
  const suites = FINDING_KINDS.map(({ id, title }) => {
    const own = judged.filter(({ finding }) => finding.kind.id === id);
    const lines = own.length === 0 ? [`    <testcase${attributes({ classname: id, name: title })}/>`] : own.map(caseOf);
    const head = {
      name: id,
      tests: lines.length,
      failures: own.filter(({ fails }) => fails).length,
      skipped: own.filter(({ standing }) => standing !== 'new').length,
    };
    return { head, text: [`  <testsuite${attributes(head)}>`, ...lines, '  </testsuite>'].join('\n') };
  });
  const total = (key: 'tests' | 'failures' | 'skipped') => suites.reduce((sum, { head }) => sum + head[key], 0);
  const head = { name: NAMESPACE, tests: total('tests'), failures: total('failures'), skipped: total('skipped') };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes(head)}>`,
    ...suites.map(({ text }) => text),
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf({ finding, standing, reason, fails }: Judged): string {
  const { kind, thing, severity, message, fix, origin } = finding;
  const position = origin.position;
  const head = attributes({
    classname: kind.id,
    name: `${thing.label}: ${message}`,
    file: origin.document.file,
    ...(position === undefined ? {} : { line: position.line }),
  });
  const text = `${severity}: ${message}\nFix: ${fix}\nat ${origin}`;
  const inside =
    standing !== 'new'
      ? `<skipped${attributes({ message: reason ?? 'It was there before.' })}/>`
      : fails
        ? `<failure${attributes({ type: severity, message })}>${escaped(text)}</failure>`
        : `<system-out>${escaped(text)}</system-out>`;
  return `    <testcase${head}>${inside}</testcase>`;
}

function attributes(all: Readonly<Record<string, string | number>>): string {
  return Object.entries(all)
    .map(
      ([name, value]) =>
        ` ${name}="${escaped(String(value)).replace(/[\t\n\r]/g, (one) => `&#${one.charCodeAt(0)};`)}"`,
    )
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 has no place for becomes the character for what is none. */
function escaped(text: string): string {
  return (
    text
      .replace(/\p{Surrogate}/gu, '\ufffd')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (one) => ENTITIES[one] ?? one)
  );
}
