import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { assertBuilt, repository, scratchFolder } from '../support/cli';
import { Shell } from './world';

// What users run: the built program, as a process of its own.

const program = path.join(repository, 'dist/cli/main.js');

function start(argv: readonly string[], input?: string) {
  assertBuilt();
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8', input });
  return { status, stdout, stderr };
}

test('says its version, which is the one of the package', () => {
  const { version } = JSON.parse(fs.readFileSync(path.join(repository, 'package.json'), 'utf8'));
  expect(start(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([[['--help']], [['-h']], [['help']]])('says what it can do: %j', (argv) => {
  expect(start(argv)).toEqual({
    status: 0,
    stdout: expect.stringContaining('pptp-constructs keys ACTION'),
    stderr: '',
  });
});

test('is what package.json names as the command, and can be started by itself', () => {
  const { bin } = JSON.parse(fs.readFileSync(path.join(repository, 'package.json'), 'utf8'));
  expect(path.join(repository, bin['pptp-constructs'])).toBe(program);
  expect(fs.readFileSync(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('makes keys, changes them through pipes, and leaves nothing secret on standard error', () => {
  const dir = path.join(scratchFolder('keys-'), 'k');
  const made = start([
    'keys',
    'wireguard',
    '--dir',
    dir,
    '--server',
    'vpn.example.com',
    '--pool',
    '10.99.1.0/24',
    '--user',
    'alice',
  ]);
  expect(made.status).toBe(0);
  const changed = start(['keys', 'add-user', '--dir', dir, '--user', 'bob'], made.stdout);
  expect(changed.status).toBe(0);
  expect(JSON.parse(changed.stdout).users).toHaveLength(2);
  const keys = changed.stdout.match(/[A-Za-z0-9+/]{43}=/g)!;
  expect(keys).toHaveLength(5);
  expect(keys.filter((key) => `${made.stderr}${changed.stderr}`.includes(key))).toEqual([]);
});

test('ends with 2 for a command line that cannot be run and with 1 for what is refused, without frames', () => {
  const dir = path.join(scratchFolder('keys-'), 'k');
  expect(start(['keys', 'pptp', '--dir', dir])).toEqual({
    status: 2,
    stdout: '',
    stderr: `keys pptp needs --server.
  allowed  the DNS name or IPv4 address that clients dial
  write    pptp-constructs keys pptp --dir FOLDER --server HOST

      code KEYS_USAGE, see docs/diagnostics.md
`,
  });
  const { status, stderr } = start(['keys', 'status', '--dir', dir]);
  expect(status).toBe(1);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stderr).toContain('code KEYS_FILE_FAILED');
});

test('the help of keys lists every action with its options', async () => {
  const { stdout } = await new Shell().run('keys --help');
  expect(stdout).toMatchSnapshot();
  expect((await new Shell().run('keys ikev2 --help')).stdout).toBe(stdout);
});
