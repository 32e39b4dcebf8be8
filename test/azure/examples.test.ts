// The examples as their readers run them: on the built package, through the real CLI of CDK for Terraform.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalCode, repository, runCdktfSynth } from '../support/cli';

jest.setTimeout(120_000);

const appOf = (folder: string) => readFileSync(join(repository, 'examples', folder, 'app.ts'), 'utf8');
/** The CLI colours and repeats what the app prints; the text is the same. */
const printed = ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}\n${stderr}`;

test.each(['azure-refused', 'azure-replaced', 'azure-wireguard'])('%s is an app of at most forty lines', (folder) => {
  expect(appOf(folder).trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});

describe('azure-refused', () => {
  const run = runCdktfSynth('examples/azure-refused');
  const text = printed(run);

  test('ends with a status other than 0, and with the code', () => {
    expect(run.status).toBe(1);
    expect(refusalCode(run)).toBe('GRE_DROPPED_BY_FABRIC');
  });

  test('shows the whole explanation to the person at the terminal', () => {
    const explanation = /^ *(PPTP cannot reach LegacyVpn:[\s\S]*?see docs\/diagnostics\.md)$/m.exec(run.stdout)?.[1];
    expect(explanation).toMatchSnapshot();
  });

  test("shows the line of the user's own code", () => {
    const line = appOf('azure-refused')
      .split('\n')
      .findIndex((each) => each.startsWith('new PptpGateway'));
    expect(text).toContain(`at app.ts:${line + 1}\n`);
  });

  test('shows no frame of the library and no dump of its fields', () => {
    const frames = text.split('\n').filter((line) => /^\s*at .*[:(]/.test(line));
    expect(frames.filter((frame) => /\/(dist|lib|node_modules)\//.test(frame))).toEqual([]);
    expect(text).not.toMatch(/constructPath|alternatives:|reasons:|Symbol\(/);
  });
});

describe('azure-replaced', () => {
  const run = runCdktfSynth('examples/azure-replaced');

  test('ends well, and says what was built in place of what, why, at what cost and how long it takes', () => {
    expect(run.status).toBe(0);
    const warnings = run.stdout.split('\n').filter((line) => /^(WARN|INFO)/.test(line));
    expect(warnings).toMatchSnapshot();
  });

  test('synthesises this', () => {
    const text = readFileSync(join(run.outdir, 'stacks/plant4/cdk.tf.json'), 'utf8');
    // The state lies beside the app, wherever that is.
    const { terraform, ...stack } = JSON.parse(text.replaceAll(repository, '<repository>'));
    expect(terraform.required_providers).toEqual({ azurerm: { source: 'azurerm', version: '4.55.0' } });
    expect(stack).toMatchSnapshot();
  });
});

describe('azure-wireguard', () => {
  const run = runCdktfSynth('examples/azure-wireguard');

  test('ends well, with nothing to be warned of', () => {
    expect(run.status).toBe(0);
    expect(run.stdout.split('\n').filter((line) => /^(WARN|INFO)/.test(line))).toEqual([]);
  });

  test('synthesises this; the custom data is in the tests of the machine', () => {
    const text = readFileSync(join(run.outdir, 'stacks/plant4/cdk.tf.json'), 'utf8');
    const { terraform, ...stack } = JSON.parse(text.replaceAll(repository, '<repository>'));
    const [vm] = Object.values<Record<string, string>>(stack.resource.azurerm_linux_virtual_machine);
    expect(Buffer.from(vm?.custom_data ?? '', 'base64').toString()).toMatch(/^#cloud-config\n/);
    delete vm?.custom_data;
    expect(stack).toMatchSnapshot();
  });
});
