import { Token } from 'cdktf';
import { hasZones, REGIONS } from 'pptp-constructs/azure';
import { zonesOf } from '../../lib/azure/zones';
import { textOf, thrown } from './support';

test('no region stands in the table twice, and every row has its source', () => {
  const names = REGIONS.flatMap((row) => row.names);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z0-9]+$/.test(name))).toEqual([]);
  expect(REGIONS.every(({ evidence }) => evidence.source !== undefined)).toBe(true);
});

test.each([
  ['westeurope', true],
  ['West Europe', true],
  ['austriaeast', true],
  ['westus', false],
  ['West US', false],
  ['atlantis', undefined],
  [Token.asString({ resolve: () => 'westeurope' }), undefined],
])('%s has zones: %s', (location, zones) => {
  expect(hasZones(location)).toBe(zones);
});

test('the address gets all three zones where the region has them, and none where it has none', () => {
  expect(zonesOf('westeurope', undefined)).toEqual(['1', '2', '3']);
  expect(zonesOf('westus', undefined)).toEqual([]);
});

test('what the user writes counts, in any region', () => {
  expect(zonesOf('westeurope', ['2'])).toEqual(['2']);
  expect(zonesOf('atlantis', [])).toEqual([]);
});

test.each([[['4']], [['1', '1']], ['1'], [[1]]])('%j is no list of zones', (zones) => {
  const error = thrown(() => zonesOf('westeurope', zones as string[]));
  expect(error.code).toBe('ZONES_INVALID');
  expect(textOf(error)).toMatchSnapshot();
});

test('asks where the region is not in the table', () => {
  expect(textOf(thrown(() => zonesOf('atlantis', undefined)))).toMatchInlineSnapshot(`
    "whether the region has availability zones is not known at synth, and the public IP address must have them where the region does.
      got      "atlantis"
      allowed  zones written out, or a location that is known at synth and in the table of docs/azure.md
      write    zones: ['1', '2', '3']   // or zones: [] in a region without zones

          at <the line of the user>
          code ZONES_UNKNOWN, see docs/diagnostics.md"
  `);
});

test('asks where only deployment knows the region', () => {
  const location = Token.asString({ resolve: () => 'westeurope' });
  expect(textOf(thrown(() => zonesOf(location, undefined)))).toMatchInlineSnapshot(`
    "whether the region has availability zones is not known at synth, and the public IP address must have them where the region does.
      allowed  zones written out, or a location that is known at synth and in the table of docs/azure.md
      write    zones: ['1', '2', '3']   // or zones: [] in a region without zones

          at <the line of the user>
          code ZONES_UNKNOWN, see docs/diagnostics.md"
  `);
});
