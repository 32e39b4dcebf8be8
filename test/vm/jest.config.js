// The machine tier: gateways and their clients in QEMU. Needs root, and nothing of the network but Debian's packages,
// once. `npm run test:vm -- --all` adds every fault of every protocol, and more gateways; `-- --bench` measures;
// `-- --images` only prepares.

const base = require('../../jest.config.js');

/** What the core leaves to `--all`. */
const MORE = ['/vm/azure', '/vm/migration', '/vm/ikev2-eap-tls', '/vm/debian12', '/vm/pptp-radius'];

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/vm'],
  testMatch: [`<rootDir>/test/vm/*.${process.env.PPTP_VM_BENCH === '1' ? 'bench' : 'test'}.ts`],
  testPathIgnorePatterns: ['/node_modules/', ...(process.env.PPTP_VM_ALL === '1' ? [] : MORE)],
  globalSetup: '<rootDir>/test/vm/support/before-all.ts',
  globalTeardown: undefined,
  testSequencer: '<rootDir>/test/vm/support/sequencer.js',
  reporters: ['default', '<rootDir>/test/vm/support/reporter.js'],
  // Two files at a time, each with a gateway and a laboratory of its own: of these, one is busy at a time.
  maxWorkers: 2,
  testTimeout: 300_000,
};
