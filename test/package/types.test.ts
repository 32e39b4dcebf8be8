// A user's project type-checks against the declarations in the tarball, in every module resolution that is in use.

import { join } from 'node:path';
import { repository, run } from '../support/cli';
import { installed, linked, pack, write } from './consumer';

jest.setTimeout(300_000);

let folder: string;
beforeAll(() => {
  folder = linked(pack());
  const entries = ['', '/aws', '/azure', '/google', '/rules', '/edge', '/review', '/testing'];
  write(
    folder,
    'app.ts',
    entries
      .map((entry, i) => `import * as entry${i} from 'pptp-constructs${entry}';\nexport { entry${i} };`)
      .join('\n'),
  );
});

/** The complaints of a TypeScript compiler about the project or about our declarations; not about those of others. */
function complaints(tsc: string, options: { module: string; moduleResolution?: string }): string[] {
  const args = Object.entries({ target: 'es2022', ...options }).flatMap(([name, value]) => [`--${name}`, value]);
  const { status, stdout, stderr } = run(
    process.execPath,
    // No skipLibCheck: it would skip our own declarations too.
    [tsc, 'app.ts', '--noEmit', '--strict', '--pretty', 'false', ...args],
    { cwd: folder },
  );
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('error TS'));
  if (status !== 0 && lines.length === 0) throw new Error(`${stdout}${stderr}`);
  return lines.filter((line) => !line.includes('node_modules') || line.includes('node_modules/pptp-constructs/'));
}

test.each([
  { module: 'node16' },
  { module: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'commonjs' },
])('TypeScript 7, %j', (options) => {
  expect(complaints(join(repository, 'node_modules/typescript/bin/tsc'), options)).toEqual([]);
});

describe('TypeScript 5.9', () => {
  let older: string;
  beforeAll(() => {
    older = join(installed('typescript@5.9.3'), 'node_modules/typescript/bin/tsc');
  });

  test.each([
    // What the templates of `cdktf init` get, and why package.json has typesVersions.
    { module: 'commonjs', moduleResolution: 'node10' },
    { module: 'node16', moduleResolution: 'node16' },
  ])('%j', (options) => {
    expect(complaints(older, options)).toEqual([]);
  });
});

test('a name that is not there is a complaint', () => {
  write(folder, 'app.ts', `import { NoSuchName } from 'pptp-constructs/aws';\nexport { NoSuchName };`);
  expect(complaints(join(repository, 'node_modules/typescript/bin/tsc'), { module: 'node16' })).not.toEqual([]);
});
