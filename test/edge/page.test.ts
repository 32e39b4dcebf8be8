// The tables of docs/edge.md and README.md, and what stands behind their words.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EDGE_PRODUCTS, EDGE_ROLES, type EdgeProof } from '../../lib/edge';
import { PAGES, written } from '../../scripts/edge';
import { repository } from '../support/cli';

test.each(PAGES)('%s has every product, every role and how each was proved', (page) => {
  const text = readFileSync(join(repository, page), 'utf8');
  expect(text).toBe(written(page, text));
  expect(EDGE_PRODUCTS.filter(({ name }) => !text.includes(`| ${name} |`))).toEqual([]);
});

test('a page without a place for its table is an error', () => {
  expect(() => written('README.md', '# pptp-constructs')).toThrow('README.md has no place for the table');
});

const withProof = (proof: EdgeProof) =>
  EDGE_PRODUCTS.filter(({ roles }) => Object.values(roles).includes(proof)).map(({ id }) => id);

const kernelTests = readdirSync(join(repository, 'test/kernel'))
  .filter((file) => /^edge-.*\.test\.ts$/.test(file))
  .map((file) => readFileSync(join(repository, 'test/kernel', file), 'utf8'));

const testOf = (id: string) => {
  const file = join(repository, 'test/edge/products', `${id}.test.ts`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

test.each(withProof('packets'))('%s, of which it is said that packets prove it, is in the kernel tier', (id) => {
  expect(kernelTests.filter((text) => text.includes(`'${id}'`))).not.toEqual([]);
});

test.each([...new Set([...withProof('packets'), ...withProof('reader')])])('%s is read back by its test', (id) => {
  const constant = id.toUpperCase().replace(/-/g, '_');
  const call = new RegExp(`describeProduct\\(\\s*(${constant}\\.id|['"]${id}['"])`);
  expect([call.test(testOf(id)), /from ['"]\.\.\/readers\//.test(testOf(id))]).toEqual([true, true]);
});

test.each(EDGE_PRODUCTS)(
  '$id has a test of its own, an id like its file, and roles in words',
  ({ id, roles, notPlayed }) => {
    expect(testOf(id)).not.toBe('');
    expect(existsSync(join(repository, 'lib/edge/products', `${id}.ts`))).toBe(true);
    expect(Object.keys(roles).filter((role) => !(role in EDGE_ROLES))).toEqual([]);
    const missing = Object.keys(EDGE_ROLES).filter((role) => !(role in roles) && !(role in (notPlayed ?? {})));
    expect(missing).toEqual([]);
  },
);

test('every id and every name is of one product', () => {
  const ids = EDGE_PRODUCTS.map(({ id }) => id);
  const names = EDGE_PRODUCTS.map(({ name }) => name);
  expect([new Set(ids).size, new Set(names).size]).toEqual([ids.length, names.length]);
});

test('no reader knows a renderer', () => {
  const folder = join(repository, 'test/edge/readers');
  const knowing = readdirSync(folder).filter((file) => {
    return /from '.*lib\/edge\/products/.test(readFileSync(join(folder, file), 'utf8'));
  });
  expect(knowing).toEqual([]);
});
