// docs/azure.md repeats data of the library for its readers; here it is held to that data.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FLOW_SLOTS, REGIONS, SKUS, TUNNELS } from 'pptp-constructs/azure';
import { repository } from '../support/cli';

const page = readFileSync(join(repository, 'docs/azure.md'), 'utf8');

/** The rows of the table below this head. */
function rowsBelow(head: string): string[] {
  const lines = page.split('\n');
  const start = lines.indexOf(head);
  expect(start).toBeGreaterThan(-1);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end);
}

test('the table of tunnel types and authentication is that of the library', () => {
  const rows = TUNNELS.map(
    ({ tunnels, authentications }) =>
      `| ${tunnels.join(' + ')} | ${authentications.map((set) => set.join(' + ')).join('; ')} |`,
  );
  expect(rowsBelow('| `vpn_client_protocols` | `vpn_auth_types` |')).toEqual(rows);
});

test('the table of SKUs is that of the library', () => {
  const rows = SKUS.flatMap(({ sku, generations }) =>
    generations.map(
      ({ name, connections, throughputMbps }) => `| ${sku} | ${name} | ${connections} | ${throughputMbps} |`,
    ),
  );
  expect(rowsBelow('| SKU | generation | clients | Mbit/s |')).toEqual(rows);
});

test('the table of slots is that of the library', () => {
  const rows = FLOW_SLOTS.map((flow, slot) => `| ${slot} | ${flow} | ${1000 + slot * 20} |`);
  expect(rowsBelow('| slot | flow | priority |')).toEqual(rows);
});

test.each([
  { zones: true, heading: 'With zones' },
  { zones: false, heading: 'Without' },
])('the regions "$heading" are those of the library', ({ zones, heading }) => {
  const listed = new RegExp(`^${heading}: ([^.]*)\\.$`, 'm').exec(page)?.[1]?.split(/,\s+/);
  expect(listed).toEqual(
    REGIONS.filter((row) => row.zones === zones)
      .flatMap(({ names }) => names)
      .sort(),
  );
});
