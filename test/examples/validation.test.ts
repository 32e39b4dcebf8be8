// The one test for which the validator that ships in aws-cdk-lib is on: it costs seconds.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository, run, runCdkSynth, scratchFolder } from '../support/cli';

interface Finding {
  readonly severity: string;
  readonly ruleId: string;
  readonly message: string;
}

interface Validator {
  readonly CompositeEngine: new () => { validateTemplate(file: unknown): { diagnostics: readonly Finding[] } };
  readonly TemplateFile: new (path: string) => unknown;
}

/** The validator is bundled inside of aws-cdk-lib. */
const { CompositeEngine, TemplateFile } = require(
  join(dirname(require.resolve('aws-cdk-lib/package.json')), 'node_modules/@aws/cloudformation-validate'),
) as Validator;

/** What is wrong or doubtful; remarks that a property cannot be changed, or that tags are possible, are neither. */
function findingsIn(template: string): string[] {
  return new CompositeEngine()
    .validateTemplate(new TemplateFile(template))
    .diagnostics.filter(({ severity }) => severity !== 'INFO')
    .map(({ severity, ruleId, message }) => `${severity} ${ruleId} ${message}`);
}

describe('the validator of aws-cdk-lib', () => {
  test('finds nothing in the template of examples/aws-pptp', () => {
    const { status, outdir } = runCdkSynth('examples/aws-pptp');
    expect(status).toBe(0);
    expect(findingsIn(join(outdir, 'AwsPptp.template.json'))).toEqual([]);
  });

  test('would find something: a security group rule with ports for IP protocol 47', () => {
    const { outdir } = runCdkSynth('examples/aws-pptp');
    const file = join(outdir, 'AwsPptp.template.json');
    const template = JSON.parse(readFileSync(file, 'utf8'));
    const groups = Object.values(template.Resources as Record<string, { Type: string; Properties: never }>);
    const group = groups.find(({ Type }) => Type === 'AWS::EC2::SecurityGroup') as {
      Properties: { SecurityGroupIngress: object[] };
    };
    Object.assign(group.Properties.SecurityGroupIngress[1]!, { FromPort: 47, ToPort: 47 });
    require('node:fs').writeFileSync(file, JSON.stringify(template));
    expect(findingsIn(file).map((finding) => finding.split(' ')[1])).toEqual(['W3687']);
  });

  test('reports nothing but the standing warning when the CLI runs it, where findings are errors', () => {
    const outdir = scratchFolder();
    const cli = join(repository, 'node_modules/aws-cdk/bin/cdk');
    const { status } = run(process.execPath, [cli, 'synth', '--quiet', '--no-notices', '--output', outdir], {
      cwd: join(repository, 'examples/aws-pptp'),
      env: { CDK_VALIDATION: 'true' },
    });
    expect(status).toBe(0);
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    const rules = pluginReports.flatMap(({ violations }: { violations: { ruleName: string }[] }) =>
      violations.map(({ ruleName }) => ruleName),
    );
    expect(rules).toEqual(['Annotation::pptp-constructs:PPTP_INSECURE']);
  });
});
