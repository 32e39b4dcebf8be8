// Runs what a user runs: the real CLIs of AWS CDK and CDKTF, on an app that imports the built package (dist/).
// Shared by the tests and by `npm start`.

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder of this repository. */
export const repository = resolve(__dirname, '..', '..');

/** What a command did; `outdir` is the assembly that it was told to write. */
export interface SynthRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outdir: string;
}

/** `cdk synth` in `folder` (absolute, or from the root of the repository), which holds a cdk.json. */
export function runCdkSynth(folder: string): SynthRun {
  const outdir = scratchFolder();
  return synth(folder, outdir, 'aws-cdk/bin/cdk', ['synth', '--quiet', '--no-notices', '--output', outdir]);
}

/** `cdktf synth` in `folder` (absolute, or from the root of the repository), which holds a cdktf.json. */
export function runCdktfSynth(folder: string): SynthRun {
  const outdir = scratchFolder();
  // Only here: the CLI of AWS CDK takes every variable that begins with CDK for an option of its own.
  const CDKTF_HOME = process.env.PPTP_CONSTRUCTS_SCRATCH ?? scratchRoot();
  return synth(folder, outdir, 'cdktf-cli/bundle/bin/cdktf', ['synth', '--output', outdir], { CDKTF_HOME });
}

/** The app in `folder` (absolute, or from the root of the repository), which writes its files by itself. */
export function runTsx(folder: string): SynthRun {
  const outdir = scratchFolder();
  return synth(folder, outdir, 'tsx/dist/cli.mjs', ['--tsconfig', '../tsconfig.json', 'app.ts', outdir]);
}

function synth(
  folder: string,
  outdir: string,
  cli: string,
  args: string[],
  env: Record<string, string> = {},
): SynthRun {
  assertBuilt();
  const { status, stdout, stderr } = run(process.execPath, [join(repository, 'node_modules', cli), ...args], {
    cwd: resolve(repository, folder),
    env,
  });
  return { status, stdout, stderr, outdir };
}

/** The type of every resource in an assembly of either CLI, in the order in which they were written. */
export function resourceTypes(outdir: string): string[] {
  const read = (file: string) => JSON.parse(readFileSync(join(outdir, file), 'utf8'));
  const { artifacts, stacks } = read('manifest.json') as {
    artifacts?: Record<string, { type: string; properties?: { templateFile?: string } }>;
    stacks?: Record<string, { synthesizedStackPath: string }>;
  };
  if (stacks) {
    return Object.values(stacks).flatMap(({ synthesizedStackPath }) =>
      Object.entries((read(synthesizedStackPath).resource ?? {}) as Record<string, object>).flatMap(([type, named]) =>
        Object.keys(named).map(() => type),
      ),
    );
  }
  return Object.values(artifacts ?? {}).flatMap(({ type, properties }) =>
    type === 'aws:cloudformation:stack' && properties?.templateFile
      ? Object.values((read(properties.templateFile).Resources ?? {}) as Record<string, { Type: string }>).map(
          (resource) => resource.Type,
        )
      : [],
  );
}

/** The code of the first refusal in what a command printed: the line `code GRE_DROPPED_BY_FABRIC, see ...`. */
export function refusalCode({ stdout, stderr }: Pick<SynthRun, 'stdout' | 'stderr'>): string | undefined {
  return /^\s*code ([A-Z][A-Z0-9_]*)\b/m.exec(`${stderr}\n${stdout}`)?.[1];
}

/** Throws unless dist/ is there and came from a build that went well. */
export function assertBuilt(): void {
  const failure = process.env.PPTP_CONSTRUCTS_BUILD_FAILURE;
  if (failure) throw new Error(`the build failed, and this needs dist/:\n${failure}`);
  if (!existsSync(join(repository, 'dist', 'index.js'))) throw new Error('dist/ is not there: run `npm run build`');
}

/** Runs a command to its end, with the environment that the same output can be expected from everywhere. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, timeout = 180_000, env = {} }: { cwd: string; timeout?: number; env?: Record<string, string> },
): SpawnSyncReturns<string> {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    cwd,
    timeout,
    env: { ...sameEverywhere(), ...env },
  });
  if (result.error) throw result.error;
  return result;
}

/** The environment without what would bring in an account, a profile, a network, a colour or a user's settings. */
function sameEverywhere(): NodeJS.ProcessEnv {
  const personal = /^(AWS_|CDK_|CDKTF_|TF_|JEST_|NODE_ENV$|NODE_OPTIONS$|FORCE_COLOR$|TSX_)/;
  const home = process.env.PPTP_CONSTRUCTS_SCRATCH ?? scratchRoot();
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !personal.test(name))),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(home, 'no-aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, 'no-aws-credentials'),
    CDK_HOME: home,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
    // The validation of templates inside aws-cdk-lib costs seconds per run; one test turns it on.
    CDK_VALIDATION: 'false',
    CHECKPOINT_DISABLE: '1',
    DISABLE_VERSION_CHECK: '1',
    CI: 'true',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
  };
}

/** A new empty folder, removed when the tests, or this process, are over. */
export function scratchFolder(prefix = 'synth-'): string {
  return mkdtempSync(join(process.env.PPTP_CONSTRUCTS_SCRATCH ?? scratchRoot(), prefix));
}

/** Under jest, the folder is made and removed by test/setup; elsewhere by the process itself. */
function scratchRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'pptp-constructs-'));
  process.env.PPTP_CONSTRUCTS_SCRATCH = root;
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  return root;
}
