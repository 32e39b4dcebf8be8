// Compiles lib/ into dist/. The compiler writes beside dist/, and the folder is then swapped in, so that nothing stale
// is left in dist/ and whoever is reading it (examples, tests) never finds half of it.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const fresh = `.build-${process.pid}`;
const stale = `${fresh}-old`;
try {
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh], {
    stdio: 'inherit',
  });
  if (status === 0) {
    if (existsSync('dist')) renameSync('dist', stale);
    renameSync(fresh, 'dist');
  }
  process.exitCode = status ?? 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(stale, { recursive: true, force: true });
}
