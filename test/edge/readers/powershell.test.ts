import { readPowerShell } from './powershell';

/** The commands with what stands behind each, as text. */
function said(script: string) {
  return readPowerShell(script).map(({ name, positional }) => [name, ...positional.map(({ text }) => text)]);
}

describe('The reader of PowerShell', () => {
  test.each<[string, string, string[][]]>([
    ['a quote that is doubled', "Say 'it''s'", [['Say', "it's"]]],
    ['nothing special in single quotes', "Say '$(whoami) `n #'", [['Say', '$(whoami) `n #']]],
    ['backticks in double quotes', 'Say "a`"b`$c"', [['Say', 'a"b$c']]],
    [
      'typographic quotes, which count too',
      'Say ‘a’; Say “b”',
      [
        ['Say', 'a'],
        ['Say', 'b'],
      ],
    ],
    ['a line that goes on', 'Say `\n  a', [['Say', 'a']]],
    [
      'comments of both kinds',
      'Say a # b; Say c\n<# Say d\nSay e #>\nSay f',
      [
        ['Say', 'a'],
        ['Say', 'f'],
      ],
    ],
    ['a here-string', "Say @'\na'b; Say c\n'@", [['Say', "a'b; Say c"]]],
    ['a here-string with what is put in', 'Say @"\n$a\n"@', [['Say', '$a']]],
    ['a list over lines', "Say @(\n  'a',\n  'b'\n)", [['Say', 'a', 'b']]],
    [
      'semicolons',
      "Say 'a;b'; Say c",
      [
        ['Say', 'a;b'],
        ['Say', 'c'],
      ],
    ],
    ['a backtick before a letter', 'Say a`;b', [['Say', 'a;b']]],
  ])('understands %s', (_, script, commands) => {
    expect(said(script)).toEqual(commands);
  });

  test('tells what PowerShell puts values into', () => {
    const values = readPowerShell('Say \'$a\' "$a" "`$a" $a').flatMap(({ positional }) => positional);
    expect(values.map(({ expands }) => expands)).toEqual([false, true, false, true]);
  });

  test('tells parameters from what stands behind them', () => {
    const [command] = readPowerShell("New-Thing -Name 'a' -List b, c -Switch -Other:d");
    const texts = Object.entries(command!.parameters).map(([name, values]) => [
      name,
      ...values.map(({ text }) => text),
    ]);
    expect(texts).toEqual([['name', 'a'], ['list', 'b', 'c'], ['switch'], ['other', 'd']]);
  });

  test.each([
    ['a quote that is never closed', "Say 'a", /does not know/],
    ['a bracket that is never closed', 'Say (a', /never closed/],
    ['a pipe', 'Say a | whoami', /does not know/],
    ['a block of code', 'if (a) { whoami }', /does not know/],
    ['a value in the place of a command', "'whoami' a", /does not begin with a command/],
    ['a parameter twice', 'Say -A 1 -A 2', /a parameter twice/],
  ])('takes no %s', (_, script, message) => {
    expect(() => said(script)).toThrow(message);
  });
});
