import { Token } from 'cdktf';
import { azureName, ENDPOINT_NAME, MACHINE_NAME, nameFromPath } from '../../lib/azure/names';
import { textOf, thrown } from './support';

test('a name is the path of the construct', () => {
  expect(nameFromPath('azure/Vpn/ManagedIkev2')).toBe('azure-Vpn-ManagedIkev2');
  expect(nameFromPath('azure/Vpn/ManagedIkev2', '-ip')).toBe('azure-Vpn-ManagedIkev2-ip');
});

test('two paths never share a name, whatever hyphens their ids hold', () => {
  const names = ['a-b/c', 'a/b-c', 'a/b/c', 'a-b-c'].map((path) => nameFromPath(path));
  expect(new Set(names).size).toBe(4);
});

test.each([
  ['too long', `stack/${'x'.repeat(120)}`],
  ['with spaces', 'stack/my vpn'],
  ['with nothing that Azure takes', 'ä/ö'],
  ['that begins with an underscore', '_stack/vpn'],
  ['that ends with a full stop', 'stack/vpn.'],
])('a path %s still gives a name that Azure takes, with its suffix', (_, path) => {
  const name = nameFromPath(path, '-ip');
  expect(azureName(name, 'it')).toBe(name);
  expect(name).toMatch(/-[0-9a-f]{8}-ip$/);
  expect(nameFromPath(path, '-ip')).toBe(name);
});

test('machines take no underscores and full stops, and shorter names', () => {
  expect(nameFromPath('plant4/Vpn/WireGuard', '-identity', MACHINE_NAME)).toBe('plant4-Vpn-WireGuard-identity');
  const [one, other] = ['plant_4/Vpn', 'plant.4/Vpn'].map((path) => nameFromPath(path, '', MACHINE_NAME));
  expect(one).toMatch(/^plant-4-Vpn-[0-9a-f]{8}$/);
  expect(other).toMatch(/^plant-4-Vpn-[0-9a-f]{8}$/);
  expect(one).not.toBe(other);
  expect(nameFromPath(`plant4/${'x'.repeat(100)}`, '', MACHINE_NAME)).toHaveLength(64);
  expect(nameFromPath(`plant4/${'x'.repeat(100)}`, '-journal', ENDPOINT_NAME)).toHaveLength(44);
});

test('a name of 80 characters is taken, and one of 81 is not', () => {
  expect(azureName('x'.repeat(80), 'it')).toHaveLength(80);
  expect(thrown(() => azureName('x'.repeat(81), 'it')).code).toBe('NAME_INVALID');
});

test.each(['', '-vpn', 'vpn-', 'my vpn', 'vpn/1', '_vpn', 'vpn.'])("'%s' is no name", (name) => {
  expect(thrown(() => azureName(name, 'it')).code).toBe('NAME_INVALID');
});

test('tokens pass', () => {
  const token = Token.asString({ resolve: () => 'later' });
  expect(azureName(token, 'it')).toBe(token);
});

test('says what a name may hold', () => {
  expect(textOf(thrown(() => azureName('my vpn', 'the name of the gateway')))).toMatchInlineSnapshot(`
    "the name of the gateway is not a name that Azure takes.
      got      "my vpn"
      allowed  1 to 80 letters, digits, underscores, full stops and hyphens; the first a letter or a digit, the last one of these or an underscore
      write    'vpn-plant-4'

          at <the line of the user>
          code NAME_INVALID, see docs/diagnostics.md"
  `);
});
