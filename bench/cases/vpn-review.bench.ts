import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import type { Case, Child } from '../harness';

// `cdk synth` of examples/aws-pptp as it is, and with the one line that registers a review.
const repository = join(__dirname, '..', '..');
const example = join(repository, 'examples', 'aws-pptp');
const folder = mkdtempSync(join(tmpdir(), 'pptp-constructs-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The example in JavaScript, which finds what it imports from another folder too: the compiler of each run would hide a lot. */
function app(name: string, line = ''): string {
  const source = `${readFileSync(join(example, 'app.ts'), 'utf8')}\n${line}`;
  const { code } = transformSync(source, { loader: 'ts', format: 'cjs', platform: 'node' });
  const { resolve } = createRequire(join(repository, 'package.json'));
  const found = code.replace(/require\("([^"]+)"\)/g, (_, id: string) => {
    const own = id.startsWith('pptp-constructs/') ? id.replace('pptp-constructs/', './dist/') : id;
    return `require(${JSON.stringify(resolve(own === id ? id : join(repository, own)))})`;
  });
  const file = join(folder, `${name}.js`);
  writeFileSync(file, found);
  return file;
}

function synth(file: string): Child {
  const cdk = join(repository, 'node_modules/aws-cdk/bin/cdk');
  return {
    node: [cdk, 'synth', '--quiet', '--no-notices', '--app', `node ${file}`, '--output', `${file}.out`],
    cwd: folder,
    // Without the validation of templates by the CDK itself, which takes seconds and would hide what a review takes.
    env: { ...process.env, CDK_VALIDATION: 'false', CDK_DISABLE_CLI_TELEMETRY: 'true', CI: 'true' },
    reportsMemory: false,
  };
}

const { app: _, ...settings } = JSON.parse(readFileSync(join(example, 'cdk.json'), 'utf8'));
writeFileSync(join(folder, 'cdk.json'), JSON.stringify(settings));

const cases: Case[] = [
  {
    name: 'cdk synth of examples/aws-pptp with VpnReview / without',
    bound: 1.1,
    ours: synth(app('with-review', `require('pptp-constructs/aws').VpnReview.attachTo(app);`)),
    reference: synth(app('without')),
  },
];

export default cases;
