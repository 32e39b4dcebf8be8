import { googleName, LONGEST_ACCOUNT, nameFromPath } from '../../lib/google/names';
import { textOf, thrown } from './support';

const RULE = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

test.each([
  ['plant4/vpn', '', 'plant4-vpn'],
  ['plant4/vpn', '-ip', 'plant4-vpn-ip'],
])('%s%s becomes %s', (path, suffix, expected) => {
  expect(nameFromPath(path, suffix)).toBe(expected);
});

test('paths that would share a name get one each, with a hash', () => {
  const names = ['plant4/Vpn', 'plant4/vpn', 'plant4/v_pn', 'plant4-vpn', 'plant4/-vpn', 'Plant4/vpn'].map((path) =>
    nameFromPath(path),
  );
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !RULE.test(name))).toEqual([]);
});

test.each(['4711/vpn', '---', 'ÄÖ/ü', 'x'.repeat(200), `${'a'.repeat(51)}-/b`])(
  '%s gives a name that is taken',
  (path) => {
    for (const suffix of ['', '-ip', '-to-255-255-255-255-32-tcp-65535-65535']) {
      expect(nameFromPath(path, suffix)).toMatch(RULE);
    }
    expect(nameFromPath(path, '', LONGEST_ACCOUNT)).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
  },
);

test.each(['', 'Vpn', '4vpn', 'vpn-', 'v_n', 'v'.repeat(64), 7])('%j is refused as a name', (name) => {
  const error = thrown(() => googleName(name as string, 'the name of the test'));
  expect(error.code).toBe('NAME_INVALID');
  expect(textOf(error)).toContain('the name of the test is not a name that Google Cloud takes.');
});
