import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError } from 'pptp-constructs';
import { parseDocument, readDocument, readEstate } from 'pptp-constructs/review';

const folder = mkdtempSync(join(tmpdir(), 'review-'));
afterAll(() => rmSync(folder, { recursive: true }));

function refusal(act: () => unknown): { code: string; text: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return { code: error.code, text: error.message.replaceAll(folder, '.').replace(/\n {6}at .*/, '') };
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe('places in JSON', () => {
  const document = parseDocument('{\n "a": [1, {"b": "x,]}"}, [], "z"],\n "c": {"d": true}}', 'a.json');

  test.each([
    [[], 1, 1],
    [['a'], 2, 7],
    [['a', 0], 2, 8],
    [['a', 1], 2, 11],
    [['a', 1, 'b'], 2, 17],
    [['a', 2], 2, 26],
    [['a', 3], 2, 30],
    [['c', 'd'], 3, 13],
  ])('%j', (path, line, column) => {
    expect(document.locate(path)).toEqual({ line, column });
  });

  test('are those of the last value on the way where there is none', () => {
    expect(document.locate(['c', 'x', 'y'])).toEqual({ line: 3, column: 7 });
  });
});

describe('YAML', () => {
  test('has the short forms of functions as their long ones', () => {
    const { data } = parseDocument(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
      'A: !Ref B\nC: !GetAtt D.E\nF: !Sub ["x${G}", { G: !Ref H }]\nI: !Join ["", [!Ref J, k]]\nL: !If [M, 1, !Ref "AWS::NoValue"]\nN: !Condition O\n',
      'a.yaml',
    );
    expect(data).toEqual({
      A: { Ref: 'B' },
      C: { 'Fn::GetAtt': 'D.E' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Fn::Sub is written
      F: { 'Fn::Sub': ['x${G}', { G: { Ref: 'H' } }] },
      I: { 'Fn::Join': ['', [{ Ref: 'J' }, 'k']] },
      L: { 'Fn::If': ['M', 1, { Ref: 'AWS::NoValue' }] },
      N: { Condition: 'O' },
    });
  });

  test('has places, also inside short forms', () => {
    const document = parseDocument('A:\n  - b\n  - !Join ["", [x, !Ref C]]\n', 'a.yaml');
    expect(document.locate(['A', 1, 'Fn::Join', 1, 1])).toEqual({ line: 3, column: 25 });
  });

  test('follows aliases, and places what they stand for at the alias', () => {
    const document = parseDocument('A: &a { B: 1 }\nC: *a\n', 'a.yaml');
    expect(document.data).toEqual({ A: { B: 1 }, C: { B: 1 } });
    expect(document.locate(['C', 'B'])).toEqual({ line: 2, column: 4 });
  });

  test('takes a member called __proto__ for a member', () => {
    const { data } = parseDocument('__proto__: { polluted: true }\n', 'a.yaml');
    expect(Object.keys(data as object)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('what cannot be read is refused with its place', () => {
  test('JSON that was cut off', () => {
    expect(refusal(() => readDocument(file('cut.json', '{"Resources": {"A": [1, 2'))).text).toMatchInlineSnapshot(`
      "./cut.json:1:26: not JSON: close bracket expected.
        allowed  JSON, whole and without comments
        write    the file anew, from the tool that made it

            code REVIEW_INPUT_MALFORMED, see docs/diagnostics.md"
    `);
  });

  test('an empty file', () => {
    expect(refusal(() => readDocument(file('empty.json', ''))).text).toMatchInlineSnapshot(`
      "./empty.json:1:1: not JSON: value expected.
        allowed  JSON, whole and without comments
        write    a template; the file is empty

            code REVIEW_INPUT_MALFORMED, see docs/diagnostics.md"
    `);
  });

  test('YAML that is none', () => {
    expect(refusal(() => readDocument(file('bad.yaml', 'A:\n  - b\n c: [1\n'))).code).toBe('REVIEW_INPUT_MALFORMED');
  });

  test('UTF-16, as Windows writes it', () => {
    expect(
      refusal(() => readDocument(file('wide.json', Buffer.from('\ufeff{}', 'utf16le')))).text,
    ).toMatchInlineSnapshot(`
      "./wide.json:1:1: the file is not UTF-8.
        allowed  a text file in UTF-8
        write    iconv -f UTF-16 -t UTF-8, or from whatever encoding the file has

            code REVIEW_INPUT_NOT_UTF8, see docs/diagnostics.md"
    `);
  });

  test('a file of 100 MB, without reading it', () => {
    const path = file('large.json', '');
    truncateSync(path, 100 * 2 ** 20);
    const before = performance.now();
    expect(refusal(() => readDocument(path)).text).toMatchInlineSnapshot(`
      "./large.json has 100 MB.
        allowed  at most 64 MB of JSON
        write    one file for each stack; CloudFormation takes templates of 1 MB at most

            code REVIEW_INPUT_TOO_LARGE, see docs/diagnostics.md"
    `);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  test('a bomb of aliases', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [before, name] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh']) {
      lines.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`);
    }
    const { code, text } = refusal(() => readDocument(file('bomb.yaml', lines.join('\n'))));
    expect(code).toBe('REVIEW_INPUT_TOO_COMPLEX');
    expect(text).toContain('bomb.yaml:7:');
  });

  test('an alias inside of what it stands for', () => {
    expect(refusal(() => readDocument(file('cycle.yaml', 'a: &a [*a]\n'))).code).toBe('REVIEW_INPUT_TOO_COMPLEX');
  });

  test('a hundred thousand brackets', () => {
    expect(refusal(() => readDocument(file('deep.yaml', `a: ${'['.repeat(100_000)}`))).code).toMatch(
      /^REVIEW_INPUT_(TOO_COMPLEX|MALFORMED)$/,
    );
  });

  test('JSON nested a hundred thousand deep is read, and holds no template', () => {
    const text = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(refusal(() => readEstate([file('deep.json', text)])).code).toBe('REVIEW_INPUT_NOT_A_TEMPLATE');
  });

  test('a path at which there is nothing', () => {
    expect(refusal(() => readEstate([join(folder, 'nowhere')])).text).toMatchInlineSnapshot(`
      "there is no ./nowhere.
        allowed  templates, plans, and folders that hold them
        write    cdk.out, template.yaml, cdktf.out or plan.json

            code REVIEW_INPUT_MISSING, see docs/diagnostics.md"
    `);
  });

  test('a folder without templates', () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    expect(refusal(() => readEstate([empty])).code).toBe('REVIEW_NOTHING_FOUND');
  });

  test('no path at all', () => {
    expect(refusal(() => readEstate([])).code).toBe('REVIEW_NOTHING_FOUND');
  });

  test('a file of another kind', () => {
    expect(refusal(() => readEstate([file('other.json', '{"name": "other"}')])).code).toBe(
      'REVIEW_INPUT_NOT_A_TEMPLATE',
    );
  });
});

test('a mark of the byte order at the beginning is no part of the text', () => {
  expect(readDocument(file('bom.json', '\ufeff{"a": 1}')).data).toEqual({ a: 1 });
});
