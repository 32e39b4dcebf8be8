import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIAGNOSTIC_CODES } from '../lib/diagnostics';

const root = join(__dirname, '..');
const page = readFileSync(join(root, 'docs', 'diagnostics.md'), 'utf8');

/** Every `## CODE` of the page, with the text up to the next heading. */
const entries = page
  .split(/^(?=#{1,2} )/m)
  .filter((section) => section.startsWith('## '))
  .map((section) => {
    const [heading = '', ...lines] = section.split('\n');
    return { code: heading.slice('## '.length), text: lines.join('\n').trim() };
  });

const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'diagnostics.ts')
  .map((file) => readFileSync(join(root, 'lib', file), 'utf8'))
  .join('\n');

const PARTS = ['Means', 'Why', 'Check it on the wire', 'Do'];

describe('the list of diagnostic codes', () => {
  test('names each code once, in capitals', () => {
    expect(DIAGNOSTIC_CODES.filter((code) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code))).toEqual([]);
    expect(DIAGNOSTIC_CODES.filter((code, i) => DIAGNOSTIC_CODES.indexOf(code) !== i)).toEqual([]);
  });

  test('holds no code that nothing in the library uses', () => {
    expect(DIAGNOSTIC_CODES.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });
});

describe('docs/diagnostics.md', () => {
  test('has an entry for each code of the source', () => {
    const explained = new Set(entries.map(({ code }) => code));
    expect(DIAGNOSTIC_CODES.filter((code) => !explained.has(code))).toEqual([]);
  });

  test('has no entry for a code that the source does not know, and none twice', () => {
    const known = new Set<string>(DIAGNOSTIC_CODES);
    expect(entries.map(({ code }) => code).filter((code) => !known.has(code))).toEqual([]);
    expect(entries.map(({ code }) => code).filter((code, i, all) => all.indexOf(code) !== i)).toEqual([]);
  });

  test('says in each entry what the code means, why it is so, how to check it on the wire and what to do, in this order', () => {
    const wrong = entries.filter(({ text }) => {
      const parts = [...text.matchAll(/\*\*([A-Z][a-z ]+)\.\*\*\s+(\S)/g)].map(([, part]) => part);
      return parts.join('|') !== PARTS.join('|');
    });
    expect(wrong.map(({ code }) => code)).toEqual([]);
  });

  test('ends each part with a full stop', () => {
    const open = entries.filter(({ text }) =>
      text
        .split(/\s*\*\*(?:Means|Why|Check it on the wire|Do)\.\*\*\s*/)
        .some((part, i) => i > 0 && !/[.`)]$/.test(part.trim())),
    );
    expect(open.map(({ code }) => code)).toEqual([]);
  });

  test('refers only to codes that exist', () => {
    const known = new Set<string | undefined>(DIAGNOSTIC_CODES);
    const referred = [...page.matchAll(/\b[Ss]ee\s+`([A-Z0-9_]+)`/g)].map(([, code]) => code);
    expect(referred).not.toEqual([]);
    expect(referred.filter((code) => !known.has(code))).toEqual([]);
  });
});
