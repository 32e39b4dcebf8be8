// dist/ for the tests that run what users get: built once before the tests, when lib/ is newer than it.
// A build that fails must not take the tests of the sources down with it: `builtPackage()` in test/support/cli.ts
// reports it to the tests that need dist/.

const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/** When the newest file or folder under `path` was changed; a folder's own time tells of files removed from it. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

module.exports = () => {
  const dist = join(root, 'dist');
  const sources = ['lib', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs', 'package.json'];
  const built = existsSync(dist) ? statSync(join(dist, 'index.js')).mtimeMs : 0;
  if (sources.every((source) => newest(join(root, source)) < built)) return;

  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], {
    encoding: 'utf8',
  });
  if (status !== 0) process.env.PPTP_CONSTRUCTS_BUILD_FAILURE = `${stdout}${stderr}` || `exit status ${status}`;
};
