import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalCode, resourceTypes, run, scratchFolder } from './cli';

function assembly(files: Record<string, object>): string {
  const outdir = scratchFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(outdir, name), JSON.stringify(content));
  return outdir;
}

test('a refusal is known by its line with the code, wherever the CLI prints it', () => {
  const line = '    code GRE_DROPPED_BY_FABRIC, see docs/diagnostics.md\n';
  expect(refusalCode({ stdout: '', stderr: `PPTP cannot reach X\n${line}` })).toBe('GRE_DROPPED_BY_FABRIC');
  expect(refusalCode({ stdout: line, stderr: '' })).toBe('GRE_DROPPED_BY_FABRIC');
  expect(refusalCode({ stdout: '', stderr: 'non-zero exit code 1' })).toBeUndefined();
});

test('the resources of every stack of an AWS CDK assembly', () => {
  const outdir = assembly({
    'manifest.json': {
      artifacts: {
        'A.assets': { type: 'cdk:asset-manifest', properties: { file: 'A.assets.json' } },
        A: { type: 'aws:cloudformation:stack', properties: { templateFile: 'A.template.json' } },
        B: { type: 'aws:cloudformation:stack', properties: { templateFile: 'B.template.json' } },
      },
    },
    'A.template.json': { Resources: { X: { Type: 'AWS::EC2::VPC' }, Y: { Type: 'AWS::EC2::EIP' } } },
    'B.template.json': { Outputs: {} },
  });
  expect(resourceTypes(outdir)).toEqual(['AWS::EC2::VPC', 'AWS::EC2::EIP']);
});

test('the resources of every stack of a CDKTF assembly', () => {
  const outdir = assembly({
    'manifest.json': { stacks: { a: { synthesizedStackPath: 'a.json' }, b: { synthesizedStackPath: 'b.json' } } },
    'a.json': { resource: { azurerm_public_ip: { one: {}, two: {} }, azurerm_subnet: { one: {} } } },
    'b.json': { terraform: {} },
  });
  expect(resourceTypes(outdir)).toEqual(['azurerm_public_ip', 'azurerm_public_ip', 'azurerm_subnet']);
});

test('a command sees neither the credentials nor the settings of whoever runs the tests', () => {
  process.env.AWS_PROFILE = 'production';
  process.env.CDK_DEFAULT_ACCOUNT = '123456789012';
  try {
    const names = ['AWS_PROFILE', 'CDK_DEFAULT_ACCOUNT', 'JEST_WORKER_ID', 'NODE_ENV', 'CI'];
    const { stdout } = run(
      process.execPath,
      ['-p', `JSON.stringify(${JSON.stringify(names)}.map((n) => process.env[n]))`],
      {
        cwd: __dirname,
      },
    );
    expect(JSON.parse(stdout)).toEqual([null, null, null, null, 'true']);
  } finally {
    delete process.env.AWS_PROFILE;
    delete process.env.CDK_DEFAULT_ACCOUNT;
  }
});
