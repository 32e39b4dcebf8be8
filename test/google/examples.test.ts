// The examples as their readers run them: on the built package, through the real CLI of CDK for Terraform.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalCode, repository, runCdktfSynth } from '../support/cli';

jest.setTimeout(300_000);

const appOf = (folder: string) => readFileSync(join(repository, 'examples', folder, 'app.ts'), 'utf8');

test.each(['google-pptp', 'google-behind-cloud-nat'])('%s is an app of at most forty lines', (folder) => {
  expect(appOf(folder).trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});

describe('google-pptp', () => {
  const run = runCdktfSynth('examples/google-pptp');

  test('ends well, with its two warnings', () => {
    expect(run.status).toBe(0);
    const codes = [...run.stdout.matchAll(/(?:WARN|INFO)\S*\s+.*?([A-Z]+_[A-Z_]+):/g)].map(([, code]) => code);
    expect(new Set(codes)).toEqual(new Set(['PPTP_INSECURE', 'PATH_UNVERIFIED']));
    expect(run.stdout).toContain("acceptsUnverifiedPath: Accepted.because('...')");
  });

  test('synthesises this; the startup script is in the tests of the machine', () => {
    const text = readFileSync(join(run.outdir, 'stacks/plant4/cdk.tf.json'), 'utf8');
    const { terraform, ...stack } = JSON.parse(text.replaceAll(repository, '<repository>'));
    expect(terraform.required_providers).toEqual({ google: { source: 'google', version: '6.50.0' } });
    const [vm] = Object.values<Record<string, string>>(stack.resource.google_compute_instance);
    expect(vm?.metadata_startup_script).toMatch(/^#!\/bin\/sh\n/);
    delete vm?.metadata_startup_script;
    expect(stack).toMatchSnapshot();
  });
});

describe('google-behind-cloud-nat', () => {
  const run = runCdktfSynth('examples/google-behind-cloud-nat');

  test('ends with a status other than 0, and with the code', () => {
    expect(run.status).toBe(1);
    expect(refusalCode(run)).toBe('NO_INBOUND_CONNECTIONS');
  });

  test('shows the whole explanation to the person at the terminal', () => {
    const explanation = /^ *(PPTP cannot reach LegacyVpn:[\s\S]*?see docs\/diagnostics\.md)$/m.exec(run.stdout)?.[1];
    expect(explanation).toMatchSnapshot();
  });

  test("shows the line of the user's own code", () => {
    const line = appOf('google-behind-cloud-nat')
      .split('\n')
      .findIndex((each) => each.startsWith('new PptpGateway'));
    expect(`${run.stdout}\n${run.stderr}`).toContain(`at app.ts:${line + 1}\n`);
  });
});
