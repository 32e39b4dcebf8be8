import fc from 'fast-check';
import * as ipaddr from 'ipaddr.js';
import {
  type AddressRange,
  addressSet,
  difference,
  formatAddress,
  formatRange,
  includes,
  intersection,
  parseRange,
  sizeOf,
  toCidrs,
} from 'pptp-constructs/review';

const range = (text: string) => parseRange(text) as AddressRange;

describe('parseRange', () => {
  test.each([
    ['203.0.113.0/24', 3405803776, 3405804031],
    ['0.0.0.0/0', 0, 4294967295],
    ['255.255.255.255', 4294967295, 4294967295],
    ['10.0.0.7/8', 167772160, 184549375],
  ])('reads %s', (text, first, last) => {
    expect(parseRange(text)).toEqual({ version: 4, first, last });
  });

  test.each([
    ['::/0', 0n, (1n << 128n) - 1n],
    ['2001:db8::/32', 0x20010db8n << 96n, (0x20010db9n << 96n) - 1n],
    ['::ffff:1.2.3.4', 0xffff01020304n, 0xffff01020304n],
    ['::1', 1n, 1n],
  ])('reads %s', (text, first, last) => {
    expect(parseRange(text)).toEqual({ version: 6, first, last });
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/08',
    'a.b.c.d',
    '1..2.3',
  ])('takes %j for no range', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  test.each([':::', '1::2::3', '12345::', '::/129', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'fe80::1%eth0'])(
    'takes %j for no range',
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );

  test('agrees with ipaddr.js on IPv4 addresses', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const value = ipaddr.IPv4.parse(text).octets.reduce((sum, octet) => sum * 256 + octet, 0);
        expect(parseRange(text)?.first).toBe(value);
        expect(formatAddress(value)).toBe(text);
      }),
    );
  });

  test('agrees with the URL standard on IPv6 addresses, and writes them as it does', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        expect(`[${formatAddress(range(text).first)}]`).toBe(new URL(`http://[${text}]`).hostname);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('formatRange', () => {
  test.each([
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['fe80::1', 'fe80::1'],
  ])('writes %s as %s', (text, written) => {
    expect(formatRange(range(text))).toBe(written);
  });

  test('writes what is no block from its first to its last address', () => {
    expect(formatRange({ version: 4, first: 1, last: 2 })).toBe('0.0.0.1-0.0.0.2');
  });
});

test('toCidrs gives the fewest blocks that make up a range', () => {
  expect(toCidrs({ version: 4, first: range('10.0.0.1').first, last: range('10.0.0.6').first })).toEqual([
    '10.0.0.1/32',
    '10.0.0.2/31',
    '10.0.0.4/31',
    '10.0.0.6/32',
  ]);
});

/** Sets over a small space, so that they overlap, beside the set of numbers that they stand for. */
const small = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 12 })), { maxLength: 6 })
  .map((parts) => addressSet(parts.map(([first, length]) => ({ version: 4, first, last: first + length }))));

const numbers = (set: readonly AddressRange[]) => {
  const all = new Set<number>();
  for (const { first, last } of set) {
    for (let at = Number(first); at <= Number(last); at++) {
      all.add(at);
    }
  }
  return all;
};

describe('address sets', () => {
  test('have ranges in order that neither touch nor overlap', () => {
    fc.assert(
      fc.property(small, (set) => {
        set.forEach((one, index) => {
          const before = set[index - 1];
          expect(before === undefined || Number(before.last) + 1 < Number(one.first)).toBe(true);
        });
      }),
    );
  });

  test('intersect as sets of numbers do', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const theirs = numbers(b);
        expect(numbers(intersection(a, b))).toEqual(new Set([...numbers(a)].filter((one) => theirs.has(one))));
      }),
    );
  });

  test('differ as sets of numbers do', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const theirs = numbers(b);
        expect(numbers(difference(a, b))).toEqual(new Set([...numbers(a)].filter((one) => !theirs.has(one))));
      }),
    );
  });

  test('include what leaves nothing when they are taken away', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(includes(a, b)).toBe([...numbers(b)].every((one) => numbers(a).has(one)));
        expect(sizeOf(a)).toBe(BigInt(numbers(a).size));
      }),
    );
  });

  test('go up to the last address of IPv6 without falling over its end', () => {
    const everything = [range('::/0')];
    expect(difference(everything, [range('8000::/1')])).toEqual([range('::/1')]);
  });
});
