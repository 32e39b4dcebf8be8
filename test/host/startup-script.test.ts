// The script as it runs: in a folder that stands for the root of the machine, with stand-ins for its commands.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HostConfig, toStartupScript } from '../../lib/host';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'startup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const hostile = `END\n$HOME \`id\` $(id) "' \\ %{x} $\{y}\nEND_\n`;

function host(): HostConfig {
  return {
    cloudInit: [],
    packages: [],
    files: [
      { path: `${root}/etc/plain`, content: 'one\ntwo\n' },
      { path: `${root}/usr/deep/program`, mode: '0755', content: '#!/bin/sh\n' },
      { path: `${root}/etc/hostile`, mode: '0600', content: hostile },
    ],
    commands: [['sh', '-c', `echo "$1" >>"${root}/ran"`, 'sh', "it's done"]],
  };
}

/** Runs the script on the machine with this id. */
function run(id: string, text = toStartupScript(host(), { instanceId: ['echo', id] })) {
  const { status, stderr } = spawnSync('sh', ['-s'], {
    input: text.replaceAll(' /var/lib/', ` ${root}/var/lib/`),
    encoding: 'utf8',
  });
  return { status, stderr };
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const mode = (path: string) => (statSync(join(root, path)).mode & 0o777).toString(8);

test('writes every file to the letter with its mode, then runs the commands', () => {
  expect(run('4711')).toEqual({ status: 0, stderr: '' });
  expect(read('etc/plain')).toBe('one\ntwo\n');
  expect(read('etc/hostile')).toBe(hostile);
  expect([mode('etc/plain'), mode('usr/deep/program'), mode('etc/hostile')]).toEqual(['644', '755', '600']);
  expect(read('ran')).toBe("it's done\n");
});

test('leaves the id of the machine where the gateway looks for it', () => {
  run('4711');
  expect(read('var/lib/cloud/data/instance-id')).toBe('4711\n');
});

test('does its work once on a machine, and again on another that has its disk', () => {
  run('4711');
  rmSync(join(root, 'etc/plain'));
  expect(run('4711').status).toBe(0);
  expect(existsSync(join(root, 'etc/plain'))).toBe(false);
  run('4712');
  expect(read('etc/plain')).toBe('one\ntwo\n');
  expect(read('ran')).toBe("it's done\nit's done\n");
});

test('does it again after a boot on which it failed', () => {
  const broken = { ...host(), commands: [['false']] };
  expect(run('4711', toStartupScript(broken, { instanceId: ['echo', '4711'] })).status).toBe(1);
  expect(run('4711').status).toBe(0);
  expect(read('ran')).toBe("it's done\n");
});

test('does nothing on a machine whose id it cannot learn', () => {
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/plain'), 'mine\n');
  expect(run('', toStartupScript(host(), { instanceId: ['false'] })).status).toBe(1);
  expect(read('etc/plain')).toBe('mine\n');
});
