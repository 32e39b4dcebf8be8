// What somebody has who installs the package: the tarball, and a project around it.

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assertBuilt, repository, run, scratchFolder } from '../support/cli';

export const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  name: string;
  exports: Record<string, string | object>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};

export interface Tarball {
  readonly path: string;
  /** The files in it, as paths in the package. */
  readonly files: readonly string[];
}

/** Packs the built package as `npm publish` would. */
export function pack(): Tarball {
  assertBuilt();
  const folder = scratchFolder('pack-');
  const { stdout } = succeed('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], repository);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return { path: join(folder, filename), files: files.map((file) => file.path) };
}

/** A new folder for a project. Node looks for modules in every folder above, too: none of these may have any. */
function consumer(): string {
  const folder = scratchFolder('consumer-');
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    const modules = join(above, 'node_modules');
    if (existsSync(modules)) throw new Error(`${modules} would be found by the project in ${folder}: set TMPDIR`);
  }
  write(folder, 'package.json', '{ "name": "consumer", "private": true }');
  return folder;
}

/** A new project that npm installs `packages` into: `name@version`, or the path of a tarball. */
export function installed(...packages: string[]): string {
  const folder = consumer();
  // Without --strict-peer-deps npm would let a conflict between peers of peers pass.
  const options = ['--prefer-offline', '--ignore-scripts', '--strict-peer-deps', '--no-audit', '--no-fund'];
  succeed('npm', ['install', ...options, ...packages], folder);
  return folder;
}

/** A new project with the tarball unpacked, and with the peers and dependencies that this repository has. */
export function linked(tarball: Tarball): string {
  const folder = consumer();
  const unpacked = join(folder, 'node_modules', manifest.name);
  mkdirSync(unpacked, { recursive: true });
  succeed('tar', ['-xzf', tarball.path, '-C', unpacked, '--strip-components=1'], folder);
  for (const name of Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies })) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), link);
  }
  return folder;
}

export function write(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** Runs a command that must succeed; what it printed is the message when it does not. */
export function succeed(command: string, args: readonly string[], cwd: string): { stdout: string; stderr: string } {
  const { status, stdout, stderr } = run(command, args, { cwd, timeout: 300_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit status ${status}\n${stdout}${stderr}`);
  return { stdout, stderr };
}
