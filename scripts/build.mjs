// Compiles lib/ into dist/. The compiler writes beside dist/, and the folder is then swapped in, so that nothing stale
// is left in dist/ and whoever is reading it (examples, tests) never finds half of it.
//
// The program is then put into one file: looking fifty up costs half as much again as Node takes to start. What makes
// keys, and what reads estates, stays outside, where it is found when somebody wants it. The table of `explain --table`,
// for which it loads and judges everything that is known, is kept as it comes out here.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const fresh = `.build-${process.pid}`;
const stale = `${fresh}-old`;
try {
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh], {
    stdio: 'inherit',
  });
  if (status === 0) {
    const program = `${fresh}/cli/main.js`;
    buildSync({
      entryPoints: [program],
      outfile: program,
      allowOverwrite: true,
      bundle: true,
      platform: 'node',
      target: 'node20',
      minifyWhitespace: true,
      external: ['./keys-command', './check-command', './report-command', 'jsonc-parser'],
      logLevel: 'warning',
    });
    for (const [file, ...form] of [['table.txt'], ['table.json', '--json']]) {
      const { stdout, status: failed } = spawnSync(process.execPath, [program, 'explain', '--table', ...form]);
      if (failed !== 0) throw new Error(`explain --table ${form.join(' ')} ended with ${failed}`);
      writeFileSync(`${fresh}/cli/${file}`, stdout);
    }
    if (existsSync('dist')) renameSync('dist', stale);
    renameSync(fresh, 'dist');
  }
  process.exitCode = status ?? 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(stale, { recursive: true, force: true });
}
