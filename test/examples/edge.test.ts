// The example of the firewalls in front, as its reader runs it: on the built package.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EDGE_PRODUCTS, type EdgeRole } from '../../lib/edge';
import { repository, runTsx } from '../support/cli';
import { filesBelow } from '../support/edge-folder';

const run = runTsx('examples/edge');
const files = filesBelow(run.outdir);

/** The files of each folder, or why there are none. */
function outline(): Record<string, readonly string[]> {
  const folders = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
  return Object.fromEntries(
    folders.map((folder) => {
      const refusal = files[`${folder}/refused.txt`];
      const names = Object.keys(files).flatMap((path) => {
        return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : [];
      });
      return [folder, refusal === undefined ? names : [...names, ...refusal.trimEnd().split('\n')]];
    }),
  );
}

test('it is an app of at most forty-five lines, with a README', () => {
  const source = readFileSync(join(repository, 'examples/edge/app.ts'), 'utf8');
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(45);
  expect(readFileSync(join(repository, 'examples/edge/README.md'), 'utf8')).toMatch(/^# The firewalls in front\n/);
});

test('it ends well, with nothing to read', () => {
  expect([run.status, run.stdout, run.stderr.replace(/^npm warn.*\n/gm, '')]).toEqual([0, '', '']);
});

test('it has a folder for every product in every role that it plays', () => {
  const expected = EDGE_PRODUCTS.flatMap(({ id, roles }) =>
    (Object.keys(roles) as EdgeRole[]).flatMap((role) =>
      role === 'before-gateway' ? [`${id}-${role}`, `${id}-${role}-one-to-one`] : [`${id}-${role}`],
    ),
  );
  expect(Object.keys(outline()).sort()).toEqual(expected.sort());
});

// Word for word, each product's own test has them.
test('it writes these files, and refuses these', () => {
  expect(outline()).toMatchSnapshot();
});

test('every folder that is not refused has a configuration, its removal and a check', () => {
  const texts = (folder: string) =>
    Object.entries(files).flatMap(([path, text]) => (path.startsWith(`${folder}/`) ? text : []));
  const incomplete = Object.keys(outline())
    .filter((folder) => files[`${folder}/refused.txt`] === undefined)
    .filter((folder) =>
      [
        /^\W*Lets through PPTP of plant4/m,
        /^\W*Takes back what lets through PPTP/m,
        /^\W*How to see that it works/m,
      ].some((header) => !texts(folder).some((text) => header.test(text))),
    );
  expect(incomplete).toEqual([]);
});

test('every file says the address and the reason, and holds no character that hides another', () => {
  const configurations = Object.entries(files).filter(([path]) => !path.endsWith('/refused.txt'));
  const wrong = configurations.filter(
    ([, text]) =>
      !text.includes('198.51.100.10') ||
      !text.includes('Reason given: PLCs in plant 4 speak nothing else; replaced by 2027-06') ||
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      /[\0-\x08\x0b-\x1f\x7f]|\p{Cf}|\p{Zl}|\p{Zp}/u.test(text),
  );
  expect(wrong.map(([path]) => path)).toEqual([]);
});
