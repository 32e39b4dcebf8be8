import fc from 'fast-check';
import { html, line, markdown, markdownCode, markdownFence, mermaid, seen } from '../../../lib/review/report/escape';

const text = fc.string({ unit: 'binary', maxLength: 80 });
const sharp = fc.string({ unit: fc.constantFrom(...'<>&"\'`|\\[](){}#@!*_~$:/\n\r w.;%-=x'), maxLength: 40 });
const any = fc.oneof(text, sharp);

describe('what cannot be seen', () => {
  test('is written by its code', () => {
    expect(seen('a\u202eb\u0000c\u200bd\u{e0041}')).toBe('a\\u{202e}b\\u{0}c\\u{200b}d\\u{e0041}');
  });

  test('leaves line ends and tabs alone, and one kind of line ends', () => {
    expect(seen('a\r\nb\rc\td')).toBe('a\nb\nc\td');
  });

  test('half a character is a mark for one that is missing', () => {
    expect(seen('a\ud800b')).toBe('a\ufffdb');
  });

  test('a name of any length becomes one that is read', () => {
    expect(seen('x'.repeat(5000))).toBe(`${'x'.repeat(1000)}...`);
  });
});

describe('HTML', () => {
  test('has no character of a text that means something there', () => {
    expect(html(`<a href="x" b='y'>&amp;`)).toBe('&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;');
  });

  test('of any text holds no tag and no quote', () => {
    fc.assert(fc.property(any, (given) => !/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/.test(html(given))));
  });
});

describe('Markdown', () => {
  test.each([
    ['a | b', 'a \\| b'],
    ['# title', '\\# title'],
    ['[x](javascript:y)', '\\[x\\](javascript:y)'],
    ['<b>', '\\<b\\>'],
    ['@team', '@&#8203;team'],
    ['see https://example.com', 'see https\\://example.com'],
    ['see www.example.com', 'see www.&#8203;example.com'],
    ['a\n\n# b', 'a \\# b'],
    ['**b** _i_ `c` ~~s~~ $m$', '\\*\\*b\\*\\* \\_i\\_ \\`c\\` \\~\\~s\\~\\~ \\$m\\$'],
  ])('%j is %j', (given, written) => {
    expect(markdown(given)).toBe(written);
  });

  test('of any text is one line, in which nothing means something', () => {
    fc.assert(
      fc.property(any, (given) => {
        const written = markdown(given);
        // Every sharp character stands behind a backslash of its own, or in the one entity that is used.
        const rest = written.replace(/&#8203;/g, '').replace(/\\[\\`*_{}[\]<>|~$&#:]/g, '');
        return !/[\n\\`*_{}[\]<>|~$&#]|:\/\//.test(rest);
      }),
    );
  });

  test('letters keep what they are: the fence is longer than what is in them', () => {
    expect(markdownCode('a`b``c')).toBe('```a`b``c```');
    expect(markdownCode('`a')).toBe('`` `a ``');
    expect(markdownCode('a|b')).toBe('`a\\|b`');
    expect(markdownCode('')).toBe('');
  });

  test('of any letters, the fence stands in them nowhere', () => {
    fc.assert(
      fc.property(
        any.filter((given) => line(given) !== ''),
        (given) => {
          const [, fence = '', inside = ''] = /^(`+)([\s\S]*?)\1$/.exec(markdownCode(given)) ?? [];
          return fence !== '' && ![...inside.matchAll(/`+/g)].some(([run]) => run === fence) && !inside.includes('\n');
        },
      ),
    );
  });

  test('of any block of letters, no line ends the block', () => {
    fc.assert(
      fc.property(any, (given) => {
        const lines = markdownFence(given, 'text').split('\n');
        const fence = lines.at(-1) ?? '';
        return /^`{3,}$/.test(fence) && lines.slice(1, -1).every((one) => !one.includes(fence));
      }),
    );
  });
});

describe('Mermaid', () => {
  test('has everything that could mean something by its code', () => {
    expect(mermaid('a"]; end %% `x` <b> #1')).toBe('a#34;#93;#59; end #37;#37; #96;x#96; #60;b#62; #35;1');
  });

  test('of any text is one line without quotes, brackets, tags and ends of statements', () => {
    fc.assert(fc.property(any, (given) => !/["[\]<>{}|;%`&\n]/.test(mermaid(given).replace(/#\d+;/g, ''))));
  });
});
