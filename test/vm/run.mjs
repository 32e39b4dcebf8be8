// Runs the machine tier: the core of it; with --all every fault of every protocol; with --gateways the other gateways, with
// --bench the measurements, with --images only what is made once. Other arguments are jest's.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const OWN = {
  '--all': { PPTP_VM: 'all' },
  '--bench': { PPTP_VM: 'bench' },
  '--gateways': { PPTP_VM: 'gateways' },
  '--images': { PPTP_VM: 'images' },
};
const given = process.argv.slice(2);
const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    file('../../node_modules/jest/bin/jest.js'),
    ...['--config', file('jest.config.js')],
    ...given.filter((argument) => !(argument in OWN)),
  ],
  { stdio: 'inherit', env: Object.assign({ ...process.env }, ...given.map((argument) => OWN[argument])) },
);
process.exit(status ?? 1);
