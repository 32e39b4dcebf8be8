import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { assertBuilt, repository, scratchFolder } from '../support/cli';

// What users run: the built program, as a process of its own.

const program = join(repository, 'dist/cli/main.js');
const corpus = join(repository, 'test', 'review', 'corpus');

function start(...argv: readonly string[]) {
  assertBuilt();
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'check', ...argv], {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

test.each([
  ['nothing counts', [join(corpus, 'open-to-the-world.yaml'), '--fail-on', 'never'], 0],
  ['something counts', [join(corpus, 'open-to-the-world.yaml')], 1],
  ['nothing can be read', [join(corpus, 'not-there.yaml')], 2],
  ['the command line is wrong', ['--fail-on', 'error'], 2],
])('ends with its own status where %s', (_, argv, status) => {
  const done = start(...argv);
  expect(done.status).toBe(status);
  expect(status === 2 ? done.stdout : done.stderr).toBe('');
  expect(`${done.stdout}${done.stderr}`).not.toMatch(/^ +at \S+ \(/m);
});

test('writes everything into a pipe before it ends', () => {
  const { status, stdout } = start(join(corpus, 'open-to-the-world.yaml'), '--sarif', '-');
  expect(status).toBe(1);
  expect(JSON.parse(stdout).runs[0].results.length).toBeGreaterThan(5);
});

test('reads a whole folder', () => {
  const { status, stdout } = start(corpus, '--json');
  expect(status).toBe(1);
  expect(JSON.parse(stdout).gateways.length).toBeGreaterThan(15);
});

test('refuses a folder without templates with the full text, on standard error', () => {
  const folder = scratchFolder();
  const { status, stdout, stderr } = start(folder);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr.startsWith(`${folder} holds no template.\n  allowed  `)).toBe(true);
  expect(stderr.endsWith('\n\n      code REVIEW_NOTHING_FOUND, see docs/diagnostics.md\n')).toBe(true);
});
