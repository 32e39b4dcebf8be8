import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aspects, CfnResource, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Clients, Insecure, PptpGateway, VpnReview, type VpnReviewProps } from 'pptp-constructs/aws';
import { acknowledgedBecause, review } from 'pptp-constructs/review';

const TODAY = { today: '2026-11-23' };

function network(stack: Stack): ec2.Vpc {
  return new ec2.Vpc(stack, 'Network', {
    restrictDefaultSecurityGroup: false,
    maxAzs: 1,
    subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }],
  });
}

function gatewayIn(stack: Stack): PptpGateway {
  return new PptpGateway(stack, 'LegacyVpn', {
    vpc: network(stack),
    clients: Clients.from('203.0.113.0/24'),
    insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
  });
}

/** A colleague's security group: PPTP for everybody, and without GRE. */
function widened(stack: Stack): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(stack, 'Widened', { vpc: network(stack), allowAllOutbound: false });
  group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(1723));
  return group;
}

interface Violation {
  readonly ruleName: string;
  readonly description: string;
  readonly suggestedFix: string;
  readonly severity: string;
  readonly acknowledgedId?: string;
  readonly reason?: string;
  readonly violatingConstructs: readonly {
    readonly constructPath: string;
    readonly cloudFormationResource: { readonly logicalId: string; readonly propertyPaths?: readonly string[] };
  }[];
}

interface Reviewed {
  /** What synth threw, without colours. */
  readonly error: string | undefined;
  readonly violations: readonly Violation[];
  readonly suppressed: readonly Violation[];
  readonly plugins: readonly string[];
}

/** Synthesises with a review, and reads the report that the CDK writes. */
function reviewed(app: App, props: VpnReviewProps | 'attached' = {}): Reviewed {
  if (props !== 'attached') {
    VpnReview.attachTo(app, { ...TODAY, ...props });
  }
  const said: string[] = [];
  const log = jest.spyOn(console, 'error').mockImplementation((text) => said.push(String(text)));
  let error: string | undefined;
  try {
    app.synth();
  } catch (thrown) {
    error = `${said.join('\n')}\n${(thrown as Error).message}`;
  } finally {
    log.mockRestore();
    process.exitCode = undefined;
  }
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  const own = pluginReports.find(({ pluginName }: { pluginName: string }) => pluginName === 'pptp-constructs');
  return {
    error,
    violations: own?.violations ?? [],
    suppressed: own?.suppressedViolations ?? [],
    plugins: pluginReports.map(({ pluginName }: { pluginName: string }) => pluginName),
  };
}

describe('attached to an app', () => {
  test('a gateway with a reason is a warning, with the place in the code that made it, and does not stop the synthesis', () => {
    const app = new App();
    gatewayIn(new Stack(app, 'Vpn'));
    const { error, violations } = reviewed(app);
    expect(error).toBeUndefined();
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatchObject({
      ruleName: 'pptp-present',
      severity: 'warning',
      description: expect.stringMatching(/ 7 months after 2026-11-23\. \(test\/aws\/vpn-review\.test\.ts:\d+\)$/),
      violatingConstructs: [{ constructPath: 'Vpn/LegacyVpn/Resource' }],
    });
  });

  test("a colleague's rule stops it, with its place in the template and what to write instead", () => {
    const app = new App();
    widened(new Stack(app, 'Other'));
    const { error, violations } = reviewed(app);
    expect(error).toContain('vpn-review.test.ts:');
    expect(error).toMatch(/ERROR Widened\w+ lets TCP 1723 in from 0\.0\.0\.0\/0\. \(pptp-constructs\)/);
    expect(error).toContain("Acknowledge with 'pptp-constructs::pptp-open-to-the-world'");
    expect(violations.map(({ ruleName, severity }) => [ruleName, severity])).toEqual([
      ['pptp-control-without-gre', 'error'],
      ['pptp-open-to-the-world', 'error'],
    ]);
    const [{ cloudFormationResource, constructPath }] = violations[1]!.violatingConstructs as [
      Violation['violatingConstructs'][0],
    ];
    expect(constructPath).toBe('Other/Widened/Resource');
    expect(cloudFormationResource.propertyPaths).toEqual(['Properties.SecurityGroupIngress.0']);
    expect(violations[1]!.suggestedFix).toMatch(/^the ranges of the clients/);
  });

  test('sees what an aspect and an escape hatch have made of a gateway', () => {
    const app = new App();
    const stack = new Stack(app, 'Vpn');
    gatewayIn(stack);
    Aspects.of(app).add({
      visit: (node) => {
        if (CfnResource.isCfnResource(node) && node.cfnResourceType === 'AWS::EC2::SecurityGroup') {
          node.addPropertyOverride('SecurityGroupIngress', [
            { IpProtocol: '6', FromPort: 1723, ToPort: 1723, CidrIp: '203.0.113.0/24' },
          ]);
        }
      },
    });
    const { error, violations } = reviewed(app);
    expect(error).toBeDefined();
    expect(violations.map(({ ruleName }) => ruleName)).toContain('pptp-control-without-gre');
  });

  test('looks into stages and nested stacks', () => {
    const app = new App();
    widened(new Stack(new Stage(app, 'Test'), 'InStage'));
    widened(new NestedStack(new Stack(app, 'Parent'), 'Nested'));
    const { violations } = reviewed(app);
    const open = violations.filter(({ ruleName }) => ruleName === 'pptp-open-to-the-world');
    expect(open.map((one) => one.violatingConstructs[0]!.constructPath).sort()).toEqual([
      'Parent/Nested/Widened/Resource',
      'Test/InStage/Widened/Resource',
    ]);
  });

  test('an app without any network has nothing to find', () => {
    const app = new App();
    new CfnResource(new Stack(app, 'Topics'), 'Topic', { type: 'AWS::SNS::Topic' });
    expect(reviewed(app)).toMatchObject({ error: undefined, violations: [] });
  });
});

test('attached to a stage, it looks at that alone', () => {
  const app = new App();
  const stage = new Stage(app, 'Test');
  VpnReview.attachTo(stage, TODAY);
  gatewayIn(new Stack(stage, 'InStage'));
  widened(new Stack(app, 'Outside'));
  const { error, violations } = reviewed(app, 'attached');
  expect(error).toBeUndefined();
  expect(violations.map(({ ruleName }) => ruleName)).toEqual(['pptp-present']);
});

describe('acknowledging in the usual way', () => {
  const id = 'pptp-constructs::pptp-open-to-the-world';
  const reason = 'a honeypot';

  test('takes a finding of that kind away, on the construct or above it, and keeps the reason', () => {
    for (const above of [false, true]) {
      const app = new App();
      const stack = new Stack(app, 'Other');
      const group = widened(stack);
      Validations.of(above ? stack : group).acknowledge({ id, reason });
      const { violations, suppressed } = reviewed(app);
      expect(violations.map(({ ruleName }) => ruleName)).toEqual(['pptp-control-without-gre']);
      expect(suppressed).toMatchObject([{ ruleName: 'pptp-open-to-the-world', acknowledgedId: id, reason }]);
    }
  });

  test('leaves nothing that stops the synthesis where everything is acknowledged', () => {
    const app = new App();
    const group = widened(new Stack(app, 'Other'));
    Validations.of(group).acknowledge({ id, reason }, { id: 'pptp-constructs::pptp-control-without-gre', reason });
    expect(reviewed(app)).toMatchObject({ error: undefined, violations: [] });
  });

  test('counts in a later check of the assembly too', () => {
    const app = new App();
    const group = widened(new Stack(app, 'Other'));
    Validations.of(group).acknowledge({ id, reason });
    const { estate, findings } = review([app.synth().directory]);
    expect(findings.map((finding) => [finding.kind.id, acknowledgedBecause(finding, estate)])).toEqual([
      ['pptp-control-without-gre', undefined],
      ['pptp-open-to-the-world', reason],
    ]);
  });

  test('elsewhere changes nothing', () => {
    const app = new App();
    const stack = new Stack(app, 'Other');
    widened(stack);
    Validations.of(new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' })).acknowledge({ id, reason });
    expect(reviewed(app).violations).toHaveLength(2);
  });
});

describe('failOn', () => {
  test.each([
    ['warning', true, ['error']],
    ['never', false, ['warning']],
  ] as const)('%s on a gateway with a reason', (failOn, stops, severities) => {
    const app = new App();
    gatewayIn(new Stack(app, 'Vpn'));
    const { error, violations } = reviewed(app, { failOn });
    expect(error !== undefined).toBe(stops);
    expect(violations.map(({ severity }) => severity)).toEqual(severities);
  });

  test('never lets errors pass as warnings', () => {
    const app = new App();
    widened(new Stack(app, 'Other'));
    const { error, violations } = reviewed(app, { failOn: 'never' });
    expect(error).toBeUndefined();
    expect(violations.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
  });
});

test('works beside cdk-nag: each finds and acknowledges its own', () => {
  const app = new App();
  const group = widened(new Stack(app, 'Other'));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  Validations.of(group).acknowledge({ id: 'pptp-constructs::pptp-open-to-the-world', reason: 'a honeypot' });
  const { error, violations, suppressed, plugins } = reviewed(app);
  expect(plugins).toEqual(expect.arrayContaining(['pptp-constructs', expect.stringMatching(/nag|AwsSolutions/i)]));
  expect(violations.map(({ ruleName }) => ruleName)).toEqual(['pptp-control-without-gre']);
  expect(suppressed).toHaveLength(1);
  expect(error).toContain('AwsSolutions-EC23');
});

test('a version of the CDK without Validations gets it the older way, and names neither app nor stacks', () => {
  const app = new App();
  gatewayIn(new Stack(app, 'Vpn'));
  const { directory } = app.synth();
  const registered: VpnReview[] = [];
  jest.isolateModules(() => {
    jest.doMock('aws-cdk-lib', () => ({}));
    const isolated = require('../../lib/aws/vpn-review') as { VpnReview: typeof VpnReview };
    const older = Object.create(app, { policyValidationBeta1: { value: registered } });
    expect(isolated.VpnReview.attachTo(older, TODAY)).toBe(registered[0]);
  });
  jest.dontMock('aws-cdk-lib');
  expect(registered).toHaveLength(1);
  const report = registered[0]!.validate({ templatePaths: [join(directory, 'Vpn.template.json')] });
  expect(report).toMatchObject({
    success: true,
    violations: [
      {
        ruleName: 'pptp-present',
        violatingResources: [{ templatePath: join(directory, 'Vpn.template.json'), locations: [] }],
      },
    ],
  });
});
