// Runs the machine tier: the core of it, everything with --all, or the benchmark with --bench. Other arguments are jest's.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OWN = { '--all': 'PPTP_VM_ALL', '--bench': 'PPTP_VM_BENCH' };
const given = process.argv.slice(2);
const jest = join(dirname(fileURLToPath(import.meta.url)), '../../node_modules/jest/bin/jest.js');
const { status } = spawnSync(
  process.execPath,
  [
    jest,
    '--config',
    join(dirname(fileURLToPath(import.meta.url)), 'jest.config.js'),
    ...given.filter((arg) => !(arg in OWN)),
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...Object.fromEntries(given.filter((arg) => arg in OWN).map((arg) => [OWN[arg], '1'])),
    },
  },
);
process.exit(status ?? 1);
