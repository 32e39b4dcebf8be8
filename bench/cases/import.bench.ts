import { join } from 'node:path';
import type { Case, Child } from '../harness';

// The built package, as users load it. `touched` reads a class, since aws-cdk-lib loads its modules when first read.
const repository = join(__dirname, '..', '..');
const child = (program: string): Child => ({ node: ['-e', program], cwd: repository });
const ours = child(`require('pptp-constructs/aws').PptpGateway`);
const reference = child(`require('aws-cdk-lib/aws-ec2').Vpc`);
const name = 'process start with pptp-constructs/aws imported / aws-cdk-lib/aws-ec2 touched';

const cases: Case[] = [
  { name: `${name}: time`, bound: 1.1, rounds: 15, ours, reference },
  { name: `${name}: peak memory`, bound: 1.05, rounds: 15, quantity: 'memory', ours, reference },
];

export default cases;
