// `npm run test:floor`: proves the lower ends of the peer ranges in package.json. For every cloud it installs the packed
// package beside exactly the lowest version that each range admits, type-checks the sources of that cloud and its
// examples there, and synthesises the examples. A floor that is too low fails here; nothing says that a lower one would.

import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Example, examples } from '../examples/examples';
import { outcomeOf } from '../examples/outcome';
import { installed, manifest, pack } from '../test/package/consumer';
import { repository, run, scratchFolder } from '../test/support/cli';

/** What needs no cloud needs no peer. */
type Cloud = Exclude<Example['cloud'], 'any'>;

const peers: Record<Cloud, readonly string[]> = {
  AWS: ['constructs', 'aws-cdk-lib'],
  Azure: ['constructs', 'cdktf', '@cdktf/provider-azurerm'],
  Google: ['constructs', 'cdktf', '@cdktf/provider-google'],
};

function floor(name: string): string {
  const [, version] = /^\^(\d+\.\d+\.\d+)$/.exec(manifest.peerDependencies[name] ?? '') ?? [];
  if (version === undefined) throw new Error(`peer ${name}: not a caret range on a full version`);
  return version;
}

const unlisted = Object.keys(manifest.peerDependencies).filter((name) => !Object.values(peers).flat().includes(name));
if (unlisted.length > 0) throw new Error(`no cloud here has the peer ${unlisted.join(', ')}`);

/** Node's own declarations come from this repository: they are nobody's peer. */
const nodeTypes = { typeRoots: [join(repository, 'node_modules/@types')], types: ['node'] };

const tarball = pack();
for (const cloud of Object.keys(peers) as Cloud[]) {
  const versions = peers[cloud].map((name) => `${name}@${floor(name)}`);
  console.log(`${cloud}: ${versions.join(', ')}`);
  const folder = installed(tarball.path, ...versions);
  for (const name of peers[cloud]) {
    const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
    if (version !== floor(name)) throw new Error(`asked for ${name}@${floor(name)}, got ${version}`);
  }

  report(`lib/${cloud.toLowerCase()}`, checkSources(cloud, folder));
  for (const example of examples.filter((one) => one.cloud === cloud)) {
    const source = join(repository, 'examples', example.folder);
    report(
      example.folder,
      existsSync(join(source, 'app.ts')) ? tryExample(example, source, folder) : 'there is no app.ts',
    );
  }
}

function report(what: string, problem: string | undefined): void {
  console.log(problem === undefined ? `  ok  ${what}` : `  FAILED  ${what}\n${problem}`);
  if (problem !== undefined) process.exitCode = 1;
}

/** The sources use nothing that the lowest versions do not declare, examples or no examples. */
function checkSources(cloud: Cloud, folder: string): string | undefined {
  for (const file of ['lib', 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(join(repository, file), join(folder, file), { recursive: true });
  }
  const settings = {
    extends: './tsconfig.build.json',
    compilerOptions: { noEmit: true, ...nodeTypes },
    include: ['lib/index.ts', `lib/${cloud.toLowerCase()}/index.ts`],
  };
  writeFileSync(join(folder, 'tsconfig.floor.json'), JSON.stringify(settings));
  return complaints(['-p', 'tsconfig.floor.json'], folder);
}

function complaints(args: readonly string[], cwd: string): string | undefined {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  const { status, stdout, stderr } = run(process.execPath, [tsc, ...args], { cwd });
  return status === 0 ? undefined : `${stdout}${stderr}`;
}

/** Checks and runs an example in the project in `folder`, without the CLIs: they are not the library's peers. */
function tryExample(example: Example, source: string, folder: string): string | undefined {
  const copy = join(folder, example.folder);
  cpSync(source, copy, { recursive: true, filter: (path) => !/[\\/](cdk|cdktf)\.out$/.test(path) });

  const settings = { extends: '../tsconfig.json', compilerOptions: { paths: {}, ...nodeTypes }, include: ['app.ts'] };
  writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(settings));
  const problem = complaints(['-p', 'tsconfig.json'], copy);
  if (problem !== undefined) return problem;

  const outdir = scratchFolder();
  const cdkJson = join(copy, 'cdk.json');
  const context = existsSync(cdkJson) ? (JSON.parse(readFileSync(cdkJson, 'utf8')).context ?? {}) : {};
  const app = run(process.execPath, [join(repository, 'node_modules/tsx/dist/cli.mjs'), 'app.ts'], {
    cwd: copy,
    env: { CDK_OUTDIR: outdir, CDKTF_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
  const { ok, verdict, result } = outcomeOf(example, { ...app, outdir });
  return ok ? undefined : `${verdict}: ${result}\n${app.stdout}${app.stderr}`;
}
