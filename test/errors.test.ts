import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { InvalidInputError, invalid, PptpConstructsError, RefusalError, raise } from '../lib/errors';
import { userFrames, userLocation } from '../lib/source-location';
import { assertBuilt, repository, run } from './support/cli';
import { errorOf } from './support/messages';

const CIDR = {
  code: 'CIDR_HOST_BITS',
  what: 'client range has host bits set',
  got: '203.0.113.7/24',
  allowed: 'a range in CIDR notation',
  instead: "'203.0.113.0/24'",
} as const;

const REFUSAL = {
  code: 'GRE_DROPPED_BY_FABRIC',
  explanation: 'PPTP cannot reach LegacyVpn: GRE (IP protocol 47) does not arrive.\n\n  the whole explanation',
  reasons: ['Azure blocks GRE', 'no NSG rule can allow GRE'],
  alternatives: ['Vpn.ikev2Managed({ ... })'],
  constructPath: 'Stack/LegacyVpn',
} as const;

function caught(action: () => never): PptpConstructsError {
  try {
    return action();
  } catch (error) {
    return error as PptpConstructsError;
  }
}

/** The number of the line on which it is called. */
function thisLine(): number {
  return Number(/errors\.test\.ts:(\d+):/.exec((new Error().stack ?? '').split('\n')[2] ?? '')?.[1]);
}

describe('an error about bad input', () => {
  test('says what is wrong, what was given, what is allowed and what to write, then the place and the code', () => {
    const line = thisLine() + 1;
    const error = caught(() => invalid(CIDR));
    expect(error.message).toBe(
      [
        'client range has host bits set.',
        '  got      "203.0.113.7/24"',
        '  allowed  a range in CIDR notation',
        "  write    '203.0.113.0/24'",
        '',
        `      at test/errors.test.ts:${line}`,
        '      code CIDR_HOST_BITS, see docs/diagnostics.md',
      ].join('\n'),
    );
  });

  test('begins with the path of the construct where there is one', () => {
    const { text } = errorOf(() => invalid({ ...CIDR, constructPath: 'Stack/LegacyVpn' }));
    expect(text).toMatch(/^Stack\/LegacyVpn: client range has host bits set\.\n/);
  });

  test('leaves the value out where none is given, as for secrets', () => {
    const { code, what, allowed, instead } = CIDR;
    expect(errorOf(() => invalid({ code, what, allowed, instead })).text).toBe(
      [
        'client range has host bits set.',
        '  allowed  a range in CIDR notation',
        "  write    '203.0.113.0/24'",
        '',
        '      at FILE:LINE',
        '      code CIDR_HOST_BITS, see docs/diagnostics.md',
      ].join('\n'),
    );
  });

  test('keeps the lines of what to write below each other', () => {
    const { text } = errorOf(() => invalid({ ...CIDR, instead: 'first line\n  second line' }));
    expect(text).toContain('  write    first line\n             second line\n');
  });

  test.each([
    ['text', '"text"'],
    ['with "quotes"\nand lines', '"with \\"quotes\\"\\nand lines"'],
    [42, '42'],
    [10n, '10'],
    [null, 'null'],
    [false, 'false'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'function (anonymous)'],
    [class Peer {}, 'function Peer'],
    [new Map(), 'an object of class Map'],
    [Object.create(null), 'an object of class Object'],
    [{ password: 'hunter2' }, 'an object of class Object'],
    [['a', 1, {}], '["a", 1, an object of class Object]'],
    [Array.from({ length: 12 }, (_, i) => i), '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...]'],
  ])('shows %p without dumping what it holds', (got, shown) => {
    expect(errorOf(() => invalid({ ...CIDR, got })).text).toContain(`\n  got      ${shown}\n`);
  });

  test('cuts a text of more than 200 characters', () => {
    const { text } = errorOf(() => invalid({ ...CIDR, got: 'x'.repeat(201) }));
    expect(text).toContain(`\n  got      "${'x'.repeat(200)}..."\n`);
    expect(errorOf(() => invalid({ ...CIDR, got: 'x'.repeat(200) })).text).toContain(`"${'x'.repeat(200)}"\n`);
  });

  test('carries what is wrong as its reason and what to write as its alternative', () => {
    const error = new InvalidInputError({ ...CIDR, constructPath: 'Stack/Vpn' });
    expect(error).toMatchObject({
      name: 'InvalidInputError',
      kind: 'invalid-input',
      code: 'CIDR_HOST_BITS',
      reasons: ['client range has host bits set'],
      alternatives: ["'203.0.113.0/24'"],
      constructPath: 'Stack/Vpn',
    });
  });
});

describe('a refusal', () => {
  test('is the explanation, the place and the code', () => {
    const line = thisLine() + 1;
    const error = caught(() => raise(new RefusalError(REFUSAL)));
    expect(error.message).toBe(
      [
        'PPTP cannot reach LegacyVpn: GRE (IP protocol 47) does not arrive.',
        '',
        '  the whole explanation',
        '',
        `      at test/errors.test.ts:${line}`,
        '      code GRE_DROPPED_BY_FABRIC, see docs/diagnostics.md',
      ].join('\n'),
    );
  });

  test('carries every reason, the alternatives and the path of the construct', () => {
    expect(new RefusalError(REFUSAL)).toMatchObject({
      name: 'RefusalError',
      kind: 'refusal',
      code: 'GRE_DROPPED_BY_FABRIC',
      reasons: ['Azure blocks GRE', 'no NSG rule can allow GRE'],
      alternatives: ['Vpn.ikev2Managed({ ... })'],
      constructPath: 'Stack/LegacyVpn',
    });
  });
});

describe('every error of ours', () => {
  const errors = [new InvalidInputError(CIDR), new RefusalError(REFUSAL)].map((error) => [error.name, error] as const);

  test.each(errors)('shows no fields of its own when it is printed or serialised: %s', (_, error) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(PptpConstructsError);
    expect(Reflect.ownKeys(error).filter((key) => Object.prototype.propertyIsEnumerable.call(error, key))).toEqual([]);
    expect(JSON.stringify(error)).toBe('{}');
    expect(inspect(error)).toBe(error.message);
    // Node prints an uncaught error like this.
    expect(inspect(error, { customInspect: false })).toBe(error.stack);
  });

  test.each(errors)('has no frame of the library, of Node or of a package in its stack: %s', (_, error) => {
    expect(error.stack).toContain('errors.test.ts:');
    expect(error.stack).not.toMatch(/lib\/errors|node_modules|node:internal/);
  });

  test.each(errors)('is recognised as ours: %s', (_, error) => {
    expect(PptpConstructsError.is(error)).toBe(true);
  });

  test('has its place once in its stack, and the outer lines of the user below', () => {
    const line = thisLine() + 1;
    const deepest = () => invalid(CIDR);
    const outer = () => deepest();
    const { stack = '' } = caught(() => outer());
    const lines = [...stack.matchAll(/^ {4}at .*errors\.test\.ts:(\d+)/gm)].map(([, at]) => Number(at));
    expect(stack).toContain(`\n    at test/errors.test.ts:${line}\n    code CIDR_HOST_BITS`);
    expect(lines.slice(0, 3)).toEqual([line, line + 1, line + 2]);
  });

  test('is recognised across two copies of the module, where instanceof fails', () => {
    let other: typeof import('../lib/errors') | undefined;
    jest.isolateModules(() => {
      other = require('../lib/errors');
    });
    const theirs = new other!.InvalidInputError(CIDR);
    expect(theirs).not.toBeInstanceOf(PptpConstructsError);
    expect(PptpConstructsError.is(theirs)).toBe(true);
    expect(other!.PptpConstructsError.is(new InvalidInputError(CIDR))).toBe(true);
  });

  test.each([[new Error('another')], [{ code: 'CIDR_HOST_BITS' }], ['text'], [null], [undefined], [() => 1]])(
    'is told apart from %p',
    (value) => {
      expect(PptpConstructsError.is(value)).toBe(false);
    },
  );
});

describe('the place in the user’s code', () => {
  test('is the innermost line of the caller, relative to the working directory', () => {
    const line = thisLine() + 1;
    expect(userLocation()).toBe(`test/errors.test.ts:${line}`);
  });

  test('is found however deep the library and its packages are nested, and leaves the limit of V8 as it was', () => {
    const before = Error.stackTraceLimit;
    const nest = (depth: number): string | undefined => (depth === 0 ? userLocation() : nest(depth - 1));
    expect(nest(40)).toMatch(/^test\/errors\.test\.ts:\d+$/);
    expect(userFrames().length).toBeGreaterThan(0);
    expect(Error.stackTraceLimit).toBe(before);
  });

  test.each([
    ['    at stack (/home/u/vpn/app.ts:14:3)', '/home/u/vpn/app.ts:14'],
    ['    at /home/u/vpn/app.ts:14:3', '/home/u/vpn/app.ts:14'],
    ['    at async /home/u/vpn/app.ts:14:3', '/home/u/vpn/app.ts:14'],
    ['    at new Stack (/home/u/vpn/app.ts:14:3)', '/home/u/vpn/app.ts:14'],
    ['    at Object.<anonymous> (/home/u/my vpn (copy)/app.ts:14:3)', '/home/u/my vpn (copy)/app.ts:14'],
    ['    at /home/u/my vpn (copy)/app.ts:14:3', '/home/u/my vpn (copy)/app.ts:14'],
    ['    at file:///home/u/my%20vpn/app.mjs:14:3', '/home/u/my vpn/app.mjs:14'],
    ['    at Stack.make [as build] (/home/u/vpn/app.ts:14:3)', '/home/u/vpn/app.ts:14'],
    ['    at Module._compile (node:internal/modules/cjs/loader:1358:14)', undefined],
    ['    at Array.map (<anonymous>)', undefined],
    ['    at eval (eval at make (/home/u/vpn/app.ts:1:1), <anonymous>:14:3)', undefined],
    ['    at new App (/home/u/vpn/node_modules/aws-cdk-lib/core/lib/app.js:1:1)', undefined],
    [`    at invalid (${join(repository, 'lib', 'errors.ts')}:14:3)`, undefined],
    [`    at Object.<anonymous> (${join(repository, 'examples', 'app.ts')}:14:3)`, 'examples/app.ts:14'],
  ])('of the frame "%s" is %s', (frame, place) => {
    const prepare = Error.prepareStackTrace;
    Error.prepareStackTrace = () => `Error\n${frame}`;
    try {
      expect(userLocation()).toBe(place);
    } finally {
      Error.prepareStackTrace = prepare;
    }
  });
});

describe('an error that nobody catches', () => {
  beforeAll(assertBuilt);

  /** What Node prints for a program that raises an error, the version line of Node at the end left out. */
  function printed(file: string, source: (library: string) => string): string {
    // A folder name with a space and brackets, as file managers make them.
    const folder = join(mkdtempSync(join(process.env.PPTP_CONSTRUCTS_SCRATCH!, 'app-')), 'my vpn (copy)');
    mkdirSync(folder);
    writeFileSync(join(folder, file), source(join(repository, 'dist', 'index.js')));
    const { status, stdout, stderr } = run(process.execPath, [file], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    return stderr.replace(/\n\nNode\.js v[\d.]+\n$/, '');
  }

  const MESSAGE = [
    'TCP port 47 is not GRE: GRE is IP protocol 47 and has no ports.',
    '  got      47',
    '  allowed  Flow.GRE for the data channel of PPTP, beside Flow.tcp(1723) for its control channel',
    '  write    Flow.GRE',
    '',
  ];

  test('is printed by Node as the message and the user’s line alone', () => {
    const stderr = printed('app.js', (library) => `const { Flow } = require('${library}');\n\nFlow.tcp(47);\n`);
    expect(stderr.trimStart()).toBe(
      [...MESSAGE, '    at app.js:3', '    code PORT_47_IS_NOT_PROTOCOL_47, see docs/diagnostics.md'].join('\n'),
    );
  });

  test('is printed with the outer lines of the user’s program below, and still without ours', () => {
    const stderr = printed(
      'app.js',
      (library) => `const { Flow } = require('${library}');\nfunction make() {\n  Flow.tcp(47);\n}\nmake();\n`,
    );
    expect(stderr.trimStart().split('\n').slice(MESSAGE.length)).toEqual([
      '    at app.js:3',
      '    code PORT_47_IS_NOT_PROTOCOL_47, see docs/diagnostics.md',
      expect.stringMatching(/^ {4}at Object\.<anonymous> \(\/.*\/my vpn \(copy\)\/app\.js:5:1\)$/),
    ]);
  });

  test('is printed the same from an ES module, below what Node puts above every failed module', () => {
    const stderr = printed('app.mjs', (library) => `import { Flow } from '${library}';\n\nFlow.tcp(47);\n`);
    expect(stderr).toMatch(/^node:internal\/modules\/run_main:\d+\n {4}triggerUncaughtException\(\n {4}\^\n\n/);
    expect(stderr.slice(stderr.indexOf('^') + 1).trimStart()).toBe(
      [...MESSAGE, '    at app.mjs:3', '    code PORT_47_IS_NOT_PROTOCOL_47, see docs/diagnostics.md'].join('\n'),
    );
  });
});
