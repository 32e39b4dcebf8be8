import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../support/cli';

const folder = join(repository, 'lib/google');
const sources = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const imports = (text: string) => [...text.matchAll(/from '([^']+)'/g)].map(([, specifier = '']) => specifier);

test('the bindings of the provider are imported in one file, and by deep paths only', () => {
  const users = sources.filter(({ text }) => imports(text).some((name) => name.startsWith('@cdktf/')));
  expect(users.map(({ name }) => name)).toEqual(['provider.ts']);
  const specifiers = imports(users[0]!.text);
  expect(specifiers.filter((name) => !/^@cdktf\/provider-google\/lib\/[a-z-]+$/.test(name))).toEqual([]);
});

test('nothing of another cloud is imported', () => {
  const foreign = sources
    .flatMap(({ text }) => imports(text))
    .filter((name) => /aws-cdk|azurerm|\.\.\/(aws|azure)|network\/(aws|azure)/.test(name));
  expect(foreign).toEqual([]);
});

test('loading it loads the resources that it makes, no other file of the provider, and no other cloud', () => {
  const script = `require('pptp-constructs/google');
    const files = Object.keys(require.cache).map((file) => file.replaceAll('\\\\', '/'));
    console.log(JSON.stringify({
      provider: files.map((file) => file.split('provider-google/')[1]).filter(Boolean),
      foreign: files.filter((file) => /aws-cdk-lib|provider-azurerm|\\/lib\\/(aws|azure)\\/|\\/network\\/(aws|azure)\\./.test(file)),
    }));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=commonjs', '--eval', script],
    {
      cwd: repository,
      encoding: 'utf8',
      env: { ...process.env, TSX_TSCONFIG_PATH: join(repository, 'tsconfig.json') },
    },
  );
  expect(stderr).toBe('');
  const { provider, foreign } = JSON.parse(stdout) as { provider: string[]; foreign: string[] };
  expect(foreign).toEqual([]);
  expect(provider.sort()).toEqual(
    [
      'compute-address',
      'compute-firewall',
      'compute-instance',
      'compute-network-firewall-policy-rule',
      'compute-route',
      'compute-subnetwork',
      'secret-manager-secret-iam-member',
      'service-account',
    ].map((name) => `lib/${name}/index.js`),
  );
});
