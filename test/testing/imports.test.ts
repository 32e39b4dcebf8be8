import { assertBuilt, repository, run } from '../support/cli';

/** The packages that a line of JavaScript loads, beside our own. */
function packagesLoadedBy(line: string): string[] {
  assertBuilt();
  const report = `console.log(JSON.stringify(Object.keys(require.cache)))`;
  const { status, stdout, stderr } = run(process.execPath, ['--eval', `${line};${report}`], { cwd: repository });
  if (status !== 0) throw new Error(stderr);
  const files = JSON.parse(stdout) as string[];
  return [...new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []))];
}

test('the matchers load no cloud library', () => {
  expect(packagesLoadedBy(`require('pptp-constructs/testing')`)).not.toContainEqual(
    expect.stringMatching(/^(aws-cdk-lib|@aws-cdk\/.*|cdktf|@cdktf\/.*|constructs|jest|@jest\/.*)$/),
  );
});

test('they add themselves where there is an expect, and are there to be added where there is none', () => {
  const line = `
    const { matchers } = require('pptp-constructs/testing');
    const extended = [];
    globalThis.expect = { extend: (all) => extended.push(Object.keys(all)) };
    delete require.cache[require.resolve('pptp-constructs/testing')];
    require('pptp-constructs/testing');
    console.log(JSON.stringify([Object.keys(matchers), ...extended]))`;
  const { stdout } = run(process.execPath, ['--eval', line], { cwd: repository });
  expect(JSON.parse(stdout)).toEqual([
    ['toLetThrough', 'toServe'],
    ['toLetThrough', 'toServe'],
  ]);
});

test.each(['aws', 'azure', 'google'])('pptp-constructs/%s loads nothing of a review until one is made', (cloud) => {
  assertBuilt();
  const line = `require('pptp-constructs/${cloud}'); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const { stdout } = run(process.execPath, ['--eval', line], { cwd: repository });
  const loaded = (JSON.parse(stdout) as string[]).flatMap((file) => /\/dist\/review\/(.*)$/.exec(file)?.[1] ?? []);
  expect(loaded).toEqual(['fail-on.js']);
});
