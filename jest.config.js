// The first tier: unit, synth and snapshot tests. No root; no network but npm's (test/package).
// test/browser, test/kernel and test/vm have configurations of their own.

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/browser/', '<rootDir>/test/kernel/', '<rootDir>/test/vm/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.build-'],
  watchPathIgnorePatterns: ['<rootDir>/dist/', '/cdk\\.out/', '/cdktf\\.out/'],
  // Tests see the sources under the names that users import; dist/ is what test/package and the examples run on.
  moduleNameMapper: {
    '^pptp-constructs$': '<rootDir>/lib/index.ts',
    '^pptp-constructs/(aws|azure|edge|google|review|rules|testing|testing/jest-globals)$': '<rootDir>/lib/$1/index.ts',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' }, swcrc: false },
    ],
  },
  setupFiles: ['<rootDir>/test/setup/environment.js'],
  globalSetup: '<rootDir>/test/setup/before-all.js',
  globalTeardown: '<rootDir>/test/setup/after-all.js',
};
