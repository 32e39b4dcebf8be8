// Runs the machine tier: the core of it; every test with --all; with --bench the measurements instead; with --images only
// what is made once. Other arguments are jest's.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const OWN = { '--all': { PPTP_VM_ALL: '1' }, '--bench': { PPTP_VM_BENCH: '1' }, '--images': {} };
const given = process.argv.slice(2);
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    file('../../node_modules/jest/bin/jest.js'),
    ...['--config', file('jest.config.js')],
    ...(given.includes('--images') ? ['--testPathPatterns', 'vm/images'] : []),
    ...given.filter((argument) => !(argument in OWN)),
  ],
  { stdio: 'inherit', env: Object.assign({ ...process.env }, ...given.map((argument) => OWN[argument])) },
);
process.exit(status ?? 1);
