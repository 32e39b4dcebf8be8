// The kernel tier: rendered packet filters in real kernels, in network namespaces. Needs root.

const base = require('../../jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/kernel'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: undefined,
  globalTeardown: undefined,
  // Namespaces and ports are shared: one file at a time.
  maxWorkers: 1,
  testTimeout: 60_000,
};
