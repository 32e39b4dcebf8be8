import { join } from 'node:path';
import { Shell } from './world';

const CORPUS = join(__dirname, '..', 'review', 'corpus');
const WORKS = join(CORPUS, 'pptp-that-works.yaml');

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});

const report = (...words: string[]) => shell.run(['report', ...words]);

describe('report', () => {
  test('writes a page where it is told to, and says so', async () => {
    expect(await report(WORKS, '--html', './page.html')).toEqual({
      status: 0,
      stdout: `${shell.folder}/page.html\n`,
      stderr: '',
    });
    expect(shell.read('page.html')).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(shell.files('.')).toEqual(['page.html']);
  });

  test('writes Markdown to standard output, and says on the other one what else it wrote', async () => {
    const { status, stdout, stderr } = await report(
      WORKS,
      '--markdown',
      '-',
      '--html',
      './page.html',
      '--title',
      'Plant 4',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^# Plant 4\n/);
    expect(stderr).toBe('./page.html\n');
  });

  test('writes both where nothing is said, beside where it is run', async () => {
    const before = process.cwd();
    process.chdir(shell.folder);
    try {
      expect((await report(WORKS)).stdout).toBe('vpn-report.html\nvpn-report.md\n');
    } finally {
      process.chdir(before);
    }
    expect(shell.files('.')).toEqual(['vpn-report.html', 'vpn-report.md']);
  });

  test('is 0 though nothing works: whether a pipeline fails is up to check', async () => {
    const { status, stdout } = await report(join(CORPUS, 'gateway-behind-nat.yaml'), '--markdown', '-');
    expect(status).toBe(0);
    expect(stdout).toContain('✗ not served');
  });

  test('writes the same twice, and counts dates from the day that it is told', async () => {
    const on = async (day: string) => (await report(WORKS, '--html', '-', '--today', day)).stdout;
    expect(await on('2026-11-23')).toBe(await on('2026-11-23'));
    expect(await on('2031-01-01')).toContain('Made on 2031-01-01');
  });

  test('takes the value of a parameter', async () => {
    const template = join(CORPUS, 'unknown-clients.yaml');
    const { stdout } = await report(template, '--markdown', '-', '--parameter', 'Clients=192.0.2.0/24');
    expect(stdout).toContain('✓ served: 192.0.2.0/24.');
  });

  test('has help', async () => {
    const { status, stdout } = await report('--help');
    expect(status).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "pptp-constructs report PATH... [OPTIONS]   what really gets through to each VPN gateway: diagrams, verdicts, checklist

      PATH is a cdk.out, a cdktf.out, a template of CloudFormation, a plan (terraform show -json), or a folder of those.
      Without --html and --markdown, both are written: vpn-report.html and vpn-report.md.

        --html FILE             where to write the page; - for standard output
        --markdown FILE         where to write Markdown with Mermaid; - for standard output
        --title TEXT            what to call it
        --today DATE            the day that dates are counted from, YYYY-MM-DD (default: today)
        --parameter NAME=VALUE  the value of a parameter or variable, in place of its default; once for each
        --help                  this text

      Exit status: 0 it is written, whatever it says, 2 the input cannot be read or the command line is wrong.
      Nothing is sent anywhere. See docs/report.md.
      "
    `);
  });
});

describe('a report that cannot be made', () => {
  test.each([
    ['without a path', []],
    ['with an option that is none', ['cdk.out', '--htm', 'x']],
    ['of a day that is none', ['cdk.out', '--today', '2026-02-30']],
    ['twice to standard output', ['cdk.out', '--html', '-', '--markdown', '-']],
    ['with a parameter without value', ['cdk.out', '--parameter', 'ClientCidr']],
    ['of a folder that is not there', ['./nothing']],
    ['to a folder that is not there', [WORKS, '--html', './nothing/page.html']],
  ])('%s: status 2 and nothing written', async (_name, words) => {
    const { status, stdout, stderr } = await report(...words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(shell.files('.')).toEqual([]);
    expect(stderr).toMatchSnapshot();
  });
});
