// The machine tier: gateways and their clients in QEMU. Needs root, and nothing of the network but Debian's packages,
// once. `npm run test:vm -- --all` adds every fault of every protocol; `-- --gateways` has the other gateways: on Azure, with
// RADIUS, with EAP-TLS, a migration, and all on Debian 12; `-- --bench` measures; `-- --images` only prepares.

const base = require('../../jest.config.js');

const GATEWAYS = ['azure', 'debian12', 'ikev2-eap-tls', 'migration', 'pptp-radius'].map((name) => `${name}.test`);
const PROTOCOLS = ['images', 'ikev2', 'openvpn', 'pptp', 'wireguard'].map((name) => `${name}.test`);

/** The files of what `run.mjs` was asked for. */
const FILES = { core: PROTOCOLS, all: PROTOCOLS, gateways: GATEWAYS, bench: ['*.bench'], images: ['images.test'] };

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/vm'],
  testMatch: FILES[process.env.PPTP_VM ?? 'core'].map((file) => `<rootDir>/test/vm/${file}.ts`),
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/vm/support/before-all.ts',
  globalTeardown: undefined,
  testSequencer: '<rootDir>/test/vm/support/sequencer.js',
  reporters: ['default', '<rootDir>/test/vm/support/reporter.js'],
  // Two files at a time, each with a gateway and a laboratory of its own: of these, one is busy at a time.
  maxWorkers: 2,
  testTimeout: 300_000,
};
