import { join } from 'node:path';
import type { Case, Child } from '../harness';

// The built program, from process start to its answer.
const cwd = join(__dirname, '..', '..');
const child = (...node: string[]): Child => ({ node, cwd, reportsMemory: false });
const reference = child('-e', '0');

// A refusal says besides what works instead, and for whom. Its exit status is 1, which the harness takes for a failure.
const refusal = `process.on('exit', () => { process.exitCode = 0 });
process.argv = [process.execPath, '', 'explain', '--cloud', 'azure'];
require('./dist/cli/main.js');`;

const cases: Case[] = [
  {
    name: 'explain --cloud aws from process start to output / node -e 0',
    bound: 1.5,
    rounds: 25,
    ours: child('dist/cli/main.js', 'explain', '--cloud', 'aws'),
    reference,
  },
  {
    name: 'explain --cloud azure from process start to output / node -e 0',
    bound: 1.5,
    rounds: 25,
    ours: child('-e', refusal),
    reference,
  },
  {
    name: 'explain --table from process start to output / node -e 0',
    bound: 1.5,
    rounds: 25,
    ours: child('dist/cli/main.js', 'explain', '--table'),
    reference,
  },
];

export default cases;
