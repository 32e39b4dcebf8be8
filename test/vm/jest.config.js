// The machine tier: gateways and their clients in QEMU. Needs root, and nothing of the network but Debian's packages,
// once. `npm run test:vm -- --all` adds every fault of every protocol, and more gateways; `-- --debian12` has the gateways
// on Debian 12; `-- --bench` measures; `-- --images` only prepares.

const base = require('../../jest.config.js');

/** What the core leaves to `--all`. */
const MORE = ['/vm/azure', '/vm/migration', '/vm/ikev2-eap-tls', '/vm/pptp-radius'];

/** What `run.mjs` was asked for: the files to run, and those to leave out. */
const { files, without } = {
  core: { files: '*.test.ts', without: [...MORE, '/vm/debian12'] },
  all: { files: '*.test.ts', without: ['/vm/debian12'] },
  debian12: { files: 'debian12.test.ts', without: [] },
  bench: { files: '*.bench.ts', without: [] },
  images: { files: 'images.test.ts', without: [] },
}[process.env.PPTP_VM ?? 'core'];

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/vm'],
  testMatch: [`<rootDir>/test/vm/${files}`],
  testPathIgnorePatterns: ['/node_modules/', ...without],
  globalSetup: '<rootDir>/test/vm/support/before-all.ts',
  globalTeardown: undefined,
  testSequencer: '<rootDir>/test/vm/support/sequencer.js',
  reporters: ['default', '<rootDir>/test/vm/support/reporter.js'],
  // Two files at a time, each with a gateway and a laboratory of its own: of these, one is busy at a time.
  maxWorkers: 2,
  testTimeout: 300_000,
};
