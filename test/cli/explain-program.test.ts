import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { tableJson } from '../../lib/cli/explain-json';
import { table, tableText } from '../../lib/cli/explain-table';
import { assertBuilt, repository, scratchFolder } from '../support/cli';

// What users run: the built program, as a process of its own.

const program = path.join(repository, 'dist/cli/main.js');

function start(argv: readonly string[], { input = '', node = [] as readonly string[] } = {}) {
  assertBuilt();
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, program, 'explain', ...argv], {
    encoding: 'utf8',
    input,
    env,
  });
  return { status, stdout, stderr };
}

test.each([
  ['works', ['--cloud', 'aws'], 0],
  ['cannot work', ['--cloud', 'azure'], 1],
  ['is a bad question', ['--cloud', 'nowhere'], 2],
  ['nobody can tell', ['--cloud', 'google'], 3],
])('ends with its own status where PPTP %s', (_, argv, status) => {
  const done = start(argv);
  expect(done.status).toBe(status);
  expect(status === 2 ? done.stdout : done.stderr).toBe('');
  expect(`${done.stdout}${done.stderr}`).not.toMatch(/^ +at /m);
});

test('reads a path from standard input, and writes plain text where no terminal is', () => {
  const input = JSON.stringify({
    schemaVersion: 1,
    hops: [{ element: 'any.internet' }, { element: 'any.one-to-one-nat' }],
  });
  const { status, stdout } = start(['--from', '-'], { input });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^PPTP works: the path of the file\.\n/);
});

test('writes everything into a pipe before it ends', () => {
  const { status, stdout } = start(['--table', '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout).ways.length).toBeGreaterThan(80);
});

test('has kept the table as it is made from the facts', () => {
  expect(start(['--table']).stdout).toBe(tableText(table()));
  expect(start(['--table', '--json']).stdout).toBe(tableJson(table()));
});

test('refuses with the full text, on standard error', () => {
  expect(start(['--cloud', 'oracle', '--behind', 'nat-gatewy', '--json'])).toEqual({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(
      /^there is no element of this name\.\n {2}got {6}"nat-gatewy"\n {2}allowed {2}oracle\..*\n {2}write {4}--behind oracle\.nat-gateway\n\n {6}code ELEMENT_UNKNOWN, see docs\/diagnostics\.md\n$/,
    ),
  });
});

/** Every file that a command loads, below the repository. */
function loaded(argv: readonly string[]): string[] {
  const report = `process.on('exit', () => console.error(JSON.stringify(Object.keys(require.cache))))`;
  const { stderr } = start(argv, { node: ['-r', reporter(report)] });
  return (JSON.parse(stderr.trim().split('\n').at(-1) ?? '[]') as string[]).map((file) =>
    path.relative(repository, file),
  );
}

function reporter(source: string): string {
  const file = path.join(scratchFolder(), 'report-loaded.js');
  fs.writeFileSync(file, source);
  return file;
}

test.each([[['--cloud', 'aws']], [['--cloud', 'azure', '--client', 'windows-11', '--json']], [['--table']]])(
  'loads one file: no cloud library, and nothing that keys need: %j',
  (argv) => {
    expect(loaded(argv).filter((file) => !file.startsWith('..') && !file.includes('report-loaded'))).toEqual([
      'dist/cli/main.js',
    ]);
  },
);

test('loads a parser of JSON for a path file alone', () => {
  const files = loaded(['--from', path.join(repository, 'package.json')]);
  const packages = files.flatMap((file) => /^node_modules\/([^/]+)/.exec(file)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(['jsonc-parser']);
});
