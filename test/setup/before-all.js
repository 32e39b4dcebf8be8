// Before all tests: a scratch folder, and dist/ for the tests that run what users get, built when lib/ is newer.
// A build that fails must not take the tests of the sources down with it: `assertBuilt()` in test/support/cli.ts
// reports it to the tests that need dist/.

const { spawnSync } = require('node:child_process');
const { existsSync, mkdtempSync, readdirSync, statSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

module.exports = () => {
  process.env.PPTP_CONSTRUCTS_SCRATCH = mkdtempSync(join(tmpdir(), 'pptp-constructs-'));
  // Every synthesis in a test leaves an assembly in the temporary folder: let them go with the rest.
  process.env.TMPDIR = process.env.PPTP_CONSTRUCTS_SCRATCH;

  const entry = join(root, 'dist', 'index.js');
  const built = existsSync(entry) ? statSync(entry).mtimeMs : 0;
  const inputs = ['lib', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'];
  if (inputs.every((input) => newest(join(root, input)) < built)) return;

  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], {
    encoding: 'utf8',
  });
  if (status !== 0) process.env.PPTP_CONSTRUCTS_BUILD_FAILURE = `${stdout}${stderr}` || `exit status ${status}`;
};

/** When the newest file or folder under `path` was changed; a folder's own time tells of files removed from it. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
