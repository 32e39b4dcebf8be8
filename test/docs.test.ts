import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repository } from './support/cli';

// Code in the documentation that imports something must compile as it stands, inside a construct. Links must lead
// somewhere. What is only a fragment is not looked at.

/** What a reader has before such code begins. */
const GIVEN = `
declare const ec2: typeof import('aws-cdk-lib/aws-ec2');
declare const vpc: import('aws-cdk-lib/aws-ec2').Vpc;
declare const machine: import('aws-cdk-lib/aws-ec2').Instance;
declare const database: import('aws-cdk-lib/aws-ec2').Instance;
declare const virtualNetwork: import('@cdktf/provider-azurerm/lib/virtual-network').VirtualNetwork;
`;

const documents = [
  'README.md',
  'CHANGELOG.md',
  ...['docs', join('docs', 'reports')].flatMap((folder) =>
    readdirSync(join(repository, folder))
      .filter((file) => !/\.(html|webp)$/.test(file) && file !== 'reports')
      .map((file) => join(folder, file)),
  ),
  ...readdirSync(join(repository, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join('examples', name, 'README.md')),
].map((file) => ({ file, text: readFileSync(join(repository, file), 'utf8') }));

const programs = documents.flatMap(({ file, text }) =>
  [...text.matchAll(/^```ts\n(import [\s\S]*?)^```$/gm)].map(([, code = ''], index) => ({
    name: `${file}, program ${index + 1}`,
    code,
  })),
);

describe('the documentation', () => {
  test('has programs that compile', () => {
    expect(programs.length).toBeGreaterThan(0);
    const folder = mkdtempSync(join(repository, 'test', '.docs-'));
    try {
      const names = programs.map(({ name, code }, index) => {
        const [, imports = '', body = ''] = /^((?:import [^;]*;\n)*)([\s\S]*)$/.exec(code) ?? [];
        const inside = `export async function program(this: import('constructs').Construct) {\n${body}}\n`;
        writeFileSync(join(folder, `program-${index}.ts`), imports + inside);
        return `program-${index}.ts is ${name}`;
      });
      writeFileSync(join(folder, 'given.d.ts'), GIVEN);
      const config = { extends: relative(folder, join(repository, 'tsconfig.json')), include: ['*.ts'] };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      const { stdout } = spawnSync(
        join(repository, 'node_modules', '.bin', 'tsc'),
        ['--noEmit', '--noUnusedLocals', 'false', '-p', folder],
        {
          cwd: repository,
          encoding: 'utf8',
        },
      );
      expect(stdout === '' ? '' : `${names.join('\n')}\n${stdout}`).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each(documents)('has no link in $file to a file that is not there', ({ file, text }) => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = '']) => target);
    const missing = targets.filter((target) => {
      try {
        readFileSync(join(repository, file, '..', target));
        return false;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code !== 'EISDIR';
      }
    });
    expect(missing).toEqual([]);
  });
});
