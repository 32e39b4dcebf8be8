import { join } from 'node:path';
import type { Case, Child } from '../harness';

// The built program, from process start to its answer. It ends with 0: PPTP to a machine on AWS works.
const cwd = join(__dirname, '..', '..');
const child = (...node: string[]): Child => ({ node, cwd });

const cases: Case[] = [
  {
    name: 'explain --cloud aws from process start to output / node -e 0',
    bound: 1.5,
    rounds: 25,
    ours: child('dist/cli/main.js', 'explain', '--cloud', 'aws'),
    reference: child('-e', '0'),
  },
];

export default cases;
