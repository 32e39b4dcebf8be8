// Free text in comments: nothing breaks out of it.

import fc from 'fast-check';
import { ascii, BANG, type CommentStyle, comment, HASH, oneLine } from '../../lib/edge/comment';

const MARKUP: CommentStyle = { begin: '<!-- ', end: ' -->', without: /--+|[<>]/ };

/** What breaks lines somewhere, hides them, or goes on with them. */
const pieces = fc.constantFrom(
  ...[
    '\n',
    '\r',
    '\u0085',
    '\u2028',
    '\u2029',
    '\v',
    '\f',
    '\0',
    '\t',
    ' ',
    '\\',
    '"',
    "'",
    '`',
    '$(id)',
    '!',
    '#',
    '-->',
  ],
  ...['--', '*/', '\u202e', '\ufeff', '\ud800', 'ß', 'é', 'plant', '%0a', ';', 'x'.repeat(120)],
);
const text = fc.oneof(
  fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')),
  fc.string({ unit: 'binary' }),
);

test('is one line for each hundred characters, at words', () => {
  const lines = comment('word '.repeat(50), HASH);
  expect(lines).toHaveLength(3);
  expect(lines.every((line) => line.length <= 102 && /^# word( word)*$/.test(line))).toBe(true);
});

test('is nothing where nothing is said', () => {
  expect(comment(' \n ', HASH)).toEqual([]);
});

test('drops a backslash at the end of a line, which would take the next line with it', () => {
  expect(comment('plant 4 \\', HASH)).toEqual(['# plant 4']);
  expect(comment('plant 4 \\ \\\\ \\', HASH)).toEqual(['# plant 4']);
  expect(comment(`${'x'.repeat(99)}\\ next`, HASH)).toEqual([`# ${'x'.repeat(99)}`, '# next']);
});

test('is in ASCII for consoles that take nothing else', () => {
  expect(comment('Straße nach Zürich: 5 € „heute“', BANG)).toEqual(['! Strasse nach Zurich: 5 heute']);
  expect(comment('Zürich', HASH)).toEqual(['# Zürich']);
  expect(ascii('ﬁx')).toBe('fix');
});

test('leaves out what would end it, or ask a console for help', () => {
  expect(comment('why? because', BANG)).toEqual(['! why because']);
  expect(comment('a --> b <!-- c', MARKUP)).toEqual(['<!-- a b ! c -->']);
});

test('is one line of text, whatever breaks lines or turns directions', () => {
  expect(oneLine('a\r\nb\u2028c\u2029d\u0085e\vf\fg\0h\u202ei\ud800j')).toBe('a b c d e f g h i j');
});

test.each([HASH, BANG, MARKUP])('never has a line that is no comment: %j', (style) => {
  fc.assert(
    fc.property(text, (free) => {
      const written = comment(free, style).join('\n');
      const lines = written === '' ? [] : written.split(/[\n\r\v\f\u0085\u2028\u2029]/);
      expect(lines.filter((line) => !line.startsWith(style.begin.trimEnd()) || line.endsWith('\\'))).toEqual([]);
      const { end } = style;
      if (end !== undefined) {
        expect(lines.filter((line) => line.indexOf(end.trim()) !== line.length - end.trim().length)).toEqual([]);
      }
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      expect(written).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
    }),
  );
});
