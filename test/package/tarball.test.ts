import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository, run } from '../support/cli';
import { linked, manifest, pack, succeed, type Tarball } from './consumer';

jest.setTimeout(120_000);

let tarball: Tarball;
beforeAll(() => {
  tarball = pack();
});

/** Every file under `folder`, as paths relative to it. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

test('holds one module and its types for every source file, the documents, and nothing else', () => {
  const modules = filesUnder(join(repository, 'lib')).flatMap((file) => {
    const name = `dist/${file.replace(/\.ts$/, '')}`;
    return [`${name}.js`, `${name}.d.ts`];
  });
  // What `explain --table` prints, kept by the build.
  const kept = ['dist/cli/table.json', 'dist/cli/table.txt'];
  const allowed = new Set(['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', ...kept, ...modules]);
  const isDocument = (file: string) => /^docs\/[\w/.-]+\.(md|json|svg|png)$/.test(file);

  expect(tarball.files.filter((file) => !allowed.has(file) && !isDocument(file))).toEqual([]);
  expect([...kept, ...modules].filter((file) => !tarball.files.includes(file))).toEqual([]);
  expect(tarball.files).toContain('LICENSE');
});

test('every entry point that package.json names is in it', () => {
  const targets = JSON.stringify(manifest.exports).match(/\.\/dist\/[\w./-]+/g);
  expect(targets).toHaveLength(2 * (Object.keys(manifest.exports).length - 1));
  expect(targets!.filter((target) => !tarball.files.includes(target.slice(2)))).toEqual([]);
});

test('a comment that node looks for survives the compiler', () => {
  // node does not print the source line above an uncaught error when that line holds this text.
  const marker = 'node-do-not-add-exception-line';
  const throws = (folder: string, extension: string) =>
    filesUnder(folder)
      .filter((file) => file.endsWith(extension) && !file.endsWith('.d.ts'))
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
      .filter((line) => line.includes(marker) && line.includes('throw '));

  const written = throws(join(repository, 'lib'), '.ts');
  const emitted = throws(join(linked(tarball), 'node_modules', manifest.name, 'dist'), '.js');
  expect(written).not.toEqual([]);
  expect(emitted).toHaveLength(written.length);
});

test('names no folder of the machine that packed it, and the lock file names no registry', () => {
  const unpacked = join(linked(tarball), 'node_modules', manifest.name);
  const read = (file: string) => readFileSync(file, 'utf8');
  expect(tarball.files.filter((file) => read(join(unpacked, file)).includes(repository))).toEqual([]);
  expect(read(join(repository, 'package-lock.json'))).not.toMatch(/"resolved"|registry/);
});

test('its types resolve in every module resolution of TypeScript (are the types wrong?)', () => {
  const attw = join(repository, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const { stdout } = succeed(process.execPath, [attw, tarball.path, '--no-definitely-typed', '--no-emoji'], repository);
  expect(stdout).toContain('No problems found');
});

test('publint has neither errors, warnings nor suggestions', () => {
  const publint = join(repository, 'node_modules/publint/src/cli.js');
  const { status, stdout } = run(process.execPath, [publint, 'run', tarball.path, '--strict'], { cwd: repository });
  expect(stdout).toContain('All good!');
  expect(status).toBe(0);
});
