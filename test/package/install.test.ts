// The clouds' libraries are optional peers: an installation with one of them must do without the other.

import { join } from 'node:path';
import { repository, run } from '../support/cli';
import { installed, manifest, pack } from './consumer';

jest.setTimeout(600_000);

const aws = ['aws-cdk-lib'];
const azure = ['cdktf', '@cdktf/provider-azurerm'];
const google = ['cdktf', '@cdktf/provider-google'];

/** Runs a line of JavaScript in `folder` and returns what it printed as JSON. */
function evaluate(folder: string, line: string, type: 'commonjs' | 'module' = 'commonjs'): unknown {
  const { status, stdout, stderr } = run(process.execPath, [`--input-type=${type}`, '--eval', line], { cwd: folder });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The names that `require` and that `import` find in a module. */
function names(folder: string, specifier: string): { required: unknown; imported: unknown } {
  const own = `(module) => JSON.stringify(Object.keys(module).filter((name) => !['default', 'module.exports', '__esModule'].includes(name)).sort())`;
  return {
    required: evaluate(folder, `console.log((${own})(require('${specifier}')))`),
    imported: evaluate(folder, `console.log((${own})(await import('${specifier}')))`, 'module'),
  };
}

describe.each([
  {
    cloud: 'aws',
    peers: aws,
    other: 'azure',
    missing: /Cannot find (module|package) '(cdktf|@cdktf\/provider-azurerm)/,
  },
  { cloud: 'azure', peers: azure, other: 'aws', missing: /Cannot find (module|package) 'aws-cdk-lib/ },
  {
    cloud: 'google',
    peers: google,
    other: 'azure',
    missing: /Cannot find (module|package) '@cdktf\/provider-azurerm/,
  },
])('installed with the peers of ./$cloud only', ({ cloud, peers, other, missing }) => {
  let folder: string;
  beforeAll(() => {
    const versions = ['constructs', ...peers].map((name) => `${name}@${manifest.devDependencies[name]}`);
    folder = installed(pack().path, ...versions);
  });

  test.each(['pptp-constructs', 'pptp-constructs/rules', 'pptp-constructs/edge', `pptp-constructs/${cloud}`])(
    '%s can be required and imported, with the same names',
    (specifier) => {
      const { required, imported } = names(folder, specifier);
      expect(required).not.toEqual([]);
      expect(imported).toEqual(required);
    },
  );

  test('pptp-constructs/package.json can be read', () => {
    expect(evaluate(folder, `console.log(JSON.stringify(require('pptp-constructs/package.json').name))`)).toBe(
      'pptp-constructs',
    );
  });

  test('its command makes keys', () => {
    const command = join(folder, 'node_modules/.bin/pptp-constructs');
    const argv = ['keys', 'openvpn', '--dir', join(folder, 'keys'), '--server', 'vpn.example.com', '--user', 'alice'];
    const { status, stdout, stderr } = run(command, argv, { cwd: folder });
    expect([status, stderr]).toEqual([0, expect.stringContaining('clients/alice')]);
    expect(JSON.parse(stdout).users).toEqual([{ name: 'alice' }]);
  });

  test(`pptp-constructs/${other} fails, naming the peer that is not there`, () => {
    expect(() => evaluate(folder, `require('pptp-constructs/${other}')`)).toThrow(missing);
    expect(() => evaluate(folder, `await import('pptp-constructs/${other}')`, 'module')).toThrow(missing);
  });
});

test.each([
  {
    specifier: 'pptp-constructs',
    forbidden: /^(aws-cdk-lib|@aws-cdk|cdktf|@cdktf|@cdktn|constructs|@peculiar|reflect-metadata|tsyringe)$/,
  },
  {
    specifier: 'pptp-constructs/rules',
    forbidden: /^(aws-cdk-lib|@aws-cdk|cdktf|@cdktf|@cdktn|constructs|@peculiar|reflect-metadata|tsyringe)$/,
  },
  {
    specifier: 'pptp-constructs/edge',
    forbidden: /^(aws-cdk-lib|@aws-cdk|cdktf|@cdktf|@cdktn|constructs|@peculiar|reflect-metadata|tsyringe)$/,
  },
  { specifier: 'pptp-constructs/aws', forbidden: /^(cdktf|@cdktf|@cdktn|@peculiar|reflect-metadata|tsyringe)$/ },
  {
    specifier: 'pptp-constructs/azure',
    forbidden: /^(aws-cdk-lib|@aws-cdk|@cdktn|@peculiar|reflect-metadata|tsyringe)$/,
  },
  {
    specifier: 'pptp-constructs/google',
    forbidden: /^(aws-cdk-lib|@aws-cdk|@cdktn|@peculiar|reflect-metadata|tsyringe)$/,
  },
])(
  '$specifier loads nothing of the clouds that it is not for, nor what only the keys command needs, though it is installed',
  ({ specifier, forbidden }) => {
    const loaded = evaluate(
      repository,
      `require('${specifier}');
     const packages = Object.keys(require.cache).map((file) => file.split(/[\\\\/]node_modules[\\\\/]/).slice(1));
     console.log(JSON.stringify([...new Set(packages.flat().map((path) => path.split(/[\\\\/]/)[0]))]));`,
    ) as string[];
    expect(loaded.filter((name) => forbidden.test(name))).toEqual([]);
  },
);

test.each([
  { specifier: 'pptp-constructs/aws', other: 'azure' },
  { specifier: 'pptp-constructs/azure', other: 'aws' },
  { specifier: 'pptp-constructs/azure', other: 'google' },
  { specifier: 'pptp-constructs/google', other: 'aws' },
  { specifier: 'pptp-constructs/google', other: 'azure' },
  { specifier: 'pptp-constructs/rules', other: 'aws' },
  { specifier: 'pptp-constructs/edge', other: 'aws' },
])('$specifier loads no file of ours about $other either, its facts included', ({ specifier, other }) => {
  const loaded = evaluate(
    repository,
    `require('${specifier}');
     console.log(JSON.stringify(Object.keys(require.cache).map((file) => file.replaceAll('\\\\', '/'))));`,
  ) as string[];
  const ours = loaded.filter((file) => file.includes('/dist/') && !file.includes('/node_modules/'));
  expect(ours).not.toEqual([]);
  expect(ours.filter((file) => file.includes(`/dist/${other}/`) || file.endsWith(`/network/${other}.js`))).toEqual([]);
});

test.each(['aws', 'azure', 'google'])(
  'pptp-constructs/%s loads nothing about firewalls in front, which few gateways are asked for',
  (cloud) => {
    const loaded = evaluate(
      repository,
      `require('pptp-constructs/${cloud}');
     console.log(JSON.stringify(Object.keys(require.cache).map((file) => file.replaceAll('\\\\', '/'))));`,
    ) as string[];
    const edge = loaded.flatMap((file) => /\/dist\/edge\/(.*)$/.exec(file)?.[1] ?? []);
    expect(edge).toEqual(['for-gateways.js']);
  },
);
