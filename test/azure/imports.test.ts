import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../support/cli';

const folder = join(repository, 'lib/azure');
const sources = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const imports = (text: string) => [...text.matchAll(/from '([^']+)'/g)].map(([, specifier = '']) => specifier);

test('the bindings of the provider are imported in one file, and by deep paths only', () => {
  const users = sources.filter(({ text }) => imports(text).some((name) => name.startsWith('@cdktf/')));
  expect(users.map(({ name }) => name)).toEqual(['provider.ts']);
  const specifiers = imports(users[0]!.text).filter((name) => name.startsWith('@cdktf/'));
  expect(specifiers.filter((name) => !/^@cdktf\/provider-azurerm\/lib\/[a-z-]+$/.test(name))).toEqual([]);
});

test('nothing of another cloud is imported', () => {
  const foreign = sources.flatMap(({ text }) => imports(text)).filter((name) => /aws-cdk|google|\.\.\/aws/.test(name));
  expect(foreign).toEqual([]);
});

test('loading it loads the resources that it makes and no other file of the provider', () => {
  const script = `require('pptp-constructs/azure');
    const loaded = Object.keys(require.cache).map((file) => file.split(/provider-azurerm[\\\\/]/)[1]).filter(Boolean);
    console.log(JSON.stringify([...loaded, ...Object.keys(require.cache).filter((file) => file.includes('aws-cdk-lib'))]));`;
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
  const files = (JSON.parse(stdout) as string[]).map((file) => file.replaceAll('\\', '/'));
  expect(files.sort()).toEqual(
    [
      'key-vault-access-policy',
      'linux-virtual-machine',
      'monitor-data-collection-endpoint',
      'monitor-data-collection-rule',
      'network-interface',
      'network-interface-security-group-association',
      'network-security-group',
      'network-security-rule',
      'network-watcher-flow-log',
      'public-ip',
      'role-assignment',
      'route',
      'subnet',
      'subnet-network-security-group-association',
      'user-assigned-identity',
      'virtual-machine-extension',
      'virtual-network-gateway',
    ]
      .map((name) => `lib/${name}/index.js`)
      .sort(),
  );
});
