import * as fc from 'fast-check';
import { nearest } from '../lib/nearest';

const KNOWN = ['windows-10', 'windows-11', 'windows-server-2025', 'android-11', 'android-12', 'ios', 'aws.nat-gateway'];

describe('the nearest known name', () => {
  test.each([
    ['windows-11', 'windows-11', 'the name itself'],
    ['windows11', 'windows-11', 'a letter left out'],
    ['Windows 11', 'windows-11', 'another case and a space'],
    ['windwos-11', 'windows-11', 'neighbours swapped'],
    ['andriod-12', 'android-12', 'neighbours swapped elsewhere'],
    ['windows-server-2024', 'windows-server-2025', 'a letter replaced'],
    ['aws nat gateway', 'aws.nat-gateway', 'separators'],
    ['android', 'android-11', 'the first of two that are equally near'],
    ['io', 'ios', 'a short name, one letter left out'],
  ])('of %s is %s (%s)', (name, expected) => {
    expect(nearest(name, KNOWN)).toBe(expected);
  });

  test.each(['toaster', '', 'x', 'iot-os', 'i', '11'])('of %j does not exist', (name) => {
    expect(nearest(name, KNOWN)).toBeUndefined();
  });

  test('does not exist where no name is known', () => {
    expect(nearest('ios', [])).toBeUndefined();
  });

  test('costs next to nothing for a name as long as a file', () => {
    const started = process.cpuUsage().user;
    expect(nearest('windows-11'.repeat(100_000), KNOWN)).toBeUndefined();
    expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
  });

  test('is one of the known names or none, and a known name is nearest to itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 8 }), (name, known) => {
        const found = nearest(name, known);
        expect(found === undefined || known.includes(found)).toBe(true);
        expect(nearest(name, [...known, name])?.toLowerCase().length).toBe(name.toLowerCase().length);
      }),
    );
  });
});
