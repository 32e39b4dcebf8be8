#!/usr/bin/env node
import { run } from './run';

const { stdin, stdout, stderr } = process;
run(process.argv.slice(2), { stdin, stdout, stderr, now: new Date() }).then((status) => {
  process.exitCode = status;
});
