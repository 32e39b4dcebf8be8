#!/usr/bin/env node
import { run } from './run';
import type { World } from './world';

// Each stream costs time to open: only those are that a command uses.
const world: World = {
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
  now: new Date(),
  env: process.env,
};

run(process.argv.slice(2), world).then((status) => {
  process.exitCode = status;
});
