// `npm run test:floor`: proves the lower ends of the peer ranges in package.json. For every cloud it installs the packed
// package beside exactly the lowest version that each range admits, type-checks the examples of that cloud there, and
// synthesises them. A floor that is too low fails here; nothing says that a lower one would.

import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Example, examples } from '../examples/examples';
import { outcomeOf } from '../examples/outcome';
import { installed, manifest, pack } from '../test/package/consumer';
import { repository, run, scratchFolder } from '../test/support/cli';

const peers: Record<Example['cloud'], readonly string[]> = {
  AWS: ['constructs', 'aws-cdk-lib'],
  Azure: ['constructs', 'cdktf', '@cdktf/provider-azurerm'],
};

function floor(name: string): string {
  const [, version] = /^\^(\d+\.\d+\.\d+)$/.exec(manifest.peerDependencies[name] ?? '') ?? [];
  if (version === undefined) throw new Error(`peer ${name}: not a caret range on a full version`);
  return version;
}

const unlisted = Object.keys(manifest.peerDependencies).filter((name) => !Object.values(peers).flat().includes(name));
if (unlisted.length > 0) throw new Error(`no cloud here has the peer ${unlisted.join(', ')}`);

const tarball = pack();
for (const cloud of Object.keys(peers) as Example['cloud'][]) {
  const versions = peers[cloud].map((name) => `${name}@${floor(name)}`);
  console.log(`${cloud}: ${versions.join(', ')}`);
  const folder = installed(tarball.path, ...versions);
  for (const name of peers[cloud]) {
    const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    if (version !== floor(name)) throw new Error(`asked for ${name}@${floor(name)}, got ${version}`);
  }

  for (const example of examples.filter((one) => one.cloud === cloud)) {
    const source = join(repository, 'examples', example.folder);
    const problem = existsSync(join(source, 'app.ts')) ? tryExample(example, source, folder) : 'there is no app.ts';
    console.log(
      `  ${problem === undefined ? 'ok' : 'FAILED'}  ${example.folder}${problem === undefined ? '' : `\n${problem}`}`,
    );
    if (problem !== undefined) process.exitCode = 1;
  }
}

/** Checks and runs an example in the project in `folder`, without the CLIs: they are not the library's peers. */
function tryExample(example: Example, source: string, folder: string): string | undefined {
  const copy = join(folder, example.folder);
  cpSync(source, copy, { recursive: true, filter: (path) => !/[\\/](cdk|cdktf)\.out$/.test(path) });

  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  const types = ['--typeRoots', join(repository, 'node_modules/@types'), '--types', 'node'];
  const check = run(
    process.execPath,
    [tsc, 'app.ts', '--noEmit', '--strict', '--skipLibCheck', '--module', 'node16', '--target', 'es2022', ...types],
    { cwd: copy },
  );
  if (check.status !== 0) return `${check.stdout}${check.stderr}`;

  const outdir = scratchFolder();
  const settings = join(copy, 'cdk.json');
  const context = existsSync(settings) ? (JSON.parse(readFileSync(settings, 'utf8')).context ?? {}) : {};
  const app = run(process.execPath, [join(repository, 'node_modules/tsx/dist/cli.mjs'), 'app.ts'], {
    cwd: copy,
    env: { CDK_OUTDIR: outdir, CDKTF_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  const { ok, verdict, result } = outcomeOf(example, { ...app, outdir });
  return ok ? undefined : `${verdict}: ${result}\n${app.stdout}${app.stderr}`;
}
