import * as fc from 'fast-check';
import { IpRange } from '../../../lib/flows';
import { PptpPool } from '../../../lib/host';
import { errorOf } from '../../support/messages';

describe('a pool', () => {
  test('gives the gateway the first address, calls the next ones, and sets the last ones aside', () => {
    const pool = PptpPool.from('10.99.0.0/24', { fixedAddresses: 3 });
    expect(pool.range.cidr).toBe('10.99.0.0/24');
    expect(pool.localIp).toBe('10.99.0.1');
    expect(pool.remoteIp).toBe('10.99.0.2-251');
    expect(pool.sessions).toBe(250);
    expect(pool.fixedAddresses).toEqual(['10.99.0.252', '10.99.0.253', '10.99.0.254']);
    expect(pool.fixedIp).toBe('10.99.0.252-254');
  });

  test('sets nothing aside unless asked to', () => {
    const pool = PptpPool.from('10.99.0.0/24');
    expect([pool.remoteIp, pool.sessions, pool.fixedAddresses, pool.fixedIp]).toEqual(['10.99.0.2-254', 253, [], '']);
  });

  test('serves one call from a /30', () => {
    const pool = PptpPool.from('192.168.7.4/30');
    expect([pool.localIp, pool.remoteIp, pool.sessions]).toEqual(['192.168.7.5', '192.168.7.6-6', 1]);
  });

  test('is written as ranges within one /24 each, without addresses that end in .0 or .255', () => {
    const pool = PptpPool.from('10.96.252.0/22');
    expect(pool.remoteIp).toBe('10.96.252.2-254,10.96.253.1-254,10.96.254.1-5');
    expect(pool.sessions).toBe(512);
  });

  test('takes as many addresses as there may be calls', () => {
    expect(PptpPool.from('172.16.4.128/25', { maxSessions: 20 }).remoteIp).toBe('172.16.4.130-149');
  });

  test('sets aside across two /24, in order', () => {
    const pool = PptpPool.from('10.0.0.0/16', { fixedAddresses: 256 });
    expect(pool.fixedIp).toBe('10.0.254.253-254,10.0.255.1-254');
    expect(pool.fixedAddresses.slice(0, 3)).toEqual(['10.0.254.253', '10.0.254.254', '10.0.255.1']);
  });

  const anyPool = fc
    .record({
      prefix: fc.integer({ min: 8, max: 30 }),
      seed: fc.nat(),
      max: fc.option(fc.integer({ min: 1, max: 512 })),
      fixed: fc.integer({ min: 0, max: 512 }),
    })
    .chain(({ prefix, seed, max, fixed }) => {
      const bits = 2 ** (32 - prefix);
      const first = (10 * 2 ** 24 + (seed % 2 ** 24)) >>> 0;
      const network = prefix === 8 ? 10 * 2 ** 24 : first - (first % bits);
      const cidr = `${[24, 16, 8, 0].map((shift) => (network >>> shift) & 255).join('.')}/${prefix}`;
      return fc.constant({ cidr, options: { fixedAddresses: fixed, ...(max === null ? {} : { maxSessions: max }) } });
    });

  /** The addresses that pptpd reads from `remoteip`, as its processIPStr does. */
  function expanded(ranges: string): string[] {
    return ranges.split(',').flatMap((range) => {
      const [, net = '', first = '', last = ''] = /^(\d+\.\d+\.\d+)\.(\d+)-(\d+)$/.exec(range) ?? [];
      return Array.from({ length: Number(last) - Number(first) + 1 }, (_, n) => `${net}.${Number(first) + n}`);
    });
  }

  test('never gives an address twice, outside its range, or in a line that pptpd would not read', () => {
    fc.assert(
      fc.property(anyPool, ({ cidr, options }) => {
        let pool: PptpPool;
        try {
          pool = PptpPool.from(cidr, options);
        } catch {
          fc.pre(false);
          return;
        }
        const calls = expanded(pool.remoteIp);
        const all = [pool.localIp, ...calls, ...pool.fixedAddresses];
        expect(calls).toHaveLength(pool.sessions);
        expect(new Set(all).size).toBe(all.length);
        expect(all.filter((address) => !pool.range.contains(IpRange.parse(`${address}/32`)))).toEqual([]);
        expect(all.filter((address) => /\.(0|255)$/.test(address))).toEqual([]);
        expect(pool.fixedIp === '' ? [] : expanded(pool.fixedIp)).toEqual(pool.fixedAddresses);
        // pptpd 1.5 reads lines of up to 510 characters, and parts of up to 127.
        expect(`remoteip ${pool.remoteIp}\n`.length).toBeLessThanOrEqual(510);
      }),
      { seed: 1723 },
    );
  });

  test('is refused exactly when its addresses do not suffice', () => {
    fc.assert(
      fc.property(anyPool, ({ cidr, options }) => {
        const size = 2 ** (32 - Number(cidr.split('/')[1]));
        const usable =
          size >= 256
            ? (size / 256) * 254
            : Array.from({ length: size }, (_, n) => n).filter((n) => n !== 0 && n !== size - 1).length;
        const suffices = usable >= 1 + (options.maxSessions ?? 1) + options.fixedAddresses;
        expect(
          suffices ? PptpPool.from(cidr, options).sessions > 0 : errorOf(() => PptpPool.from(cidr, options)).code,
        ).toBe(suffices ? true : 'POOL_TOO_SMALL');
      }),
      { seed: 1723 },
    );
  });
});

describe('a pool that cannot be', () => {
  const text = (lines: readonly string[], code: string) =>
    [...lines, '', '      at FILE:LINE', `      code ${code}, see docs/diagnostics.md`].join('\n');

  test.each([
    ['10.99.0.0/31', {}, '0 addresses', '2', 'at least 1', 0, 30],
    ['10.99.0.0/32', {}, '0 addresses', '2', 'at least 1', 0, 30],
    ['10.99.0.0/30', { fixedAddresses: 1 }, '2 addresses', '3', 'at least 1', 1, 29],
    ['10.99.0.0/24', { maxSessions: 250, fixedAddresses: 10 }, '254 addresses', '261', '250', 10, 23],
  ])(
    '%s %j is too small, and the message names a range that suffices',
    (cidr, options, has, needed, calls, fixed, prefix) => {
      expect(errorOf(() => PptpPool.from(cidr, options))).toEqual({
        code: 'POOL_TOO_SMALL',
        text: text(
          [
            `client pool has ${has} that a client can use, and ${needed} are needed: one for the gateway, ${calls} for calls, ${fixed} for users with an address of their own.`,
            `  got      "${cidr}"`,
            `  allowed  a range with at least ${needed} usable addresses (not the first, the last, or one that ends in .0 or .255)`,
            `  write    PptpPool.from('10.99.0.0/${prefix}')`,
          ],
          'POOL_TOO_SMALL',
        ),
      });
      expect(PptpPool.from(`10.98.0.0/${prefix}`, options).sessions).toBeGreaterThan(0);
    },
  );

  test.each([
    'fd00::/64',
    '0.0.0.0/8',
    '127.0.0.0/24',
    '169.254.9.0/24',
    '168.0.0.0/7',
    '169.252.0.0/14',
    '224.0.0.0/24',
    '10.0.0.0/7',
  ])('%s has addresses that no client can have', (cidr) => {
    expect(errorOf(() => PptpPool.from(cidr))).toEqual({
      code: 'POOL_NOT_EXPRESSIBLE',
      text: text(
        [
          'client pool is not a range of addresses that a PPTP client can have.',
          `  got      "${cidr}"`,
          '  allowed  an IPv4 range of /8 or smaller, outside 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 and 224.0.0.0/3',
          "  write    PptpPool.from('10.99.0.0/24')",
        ],
        'POOL_NOT_EXPRESSIBLE',
      ),
    });
  });

  test.each(['169.0.0.0/16', '10.0.0.0/8', '100.64.0.0/10'])('%s is not one of them', (cidr) => {
    expect(PptpPool.from(cidr).sessions).toBe(512);
  });

  test.each([
    ['maxSessions', 0, 1],
    ['maxSessions', 513, 1],
    ['maxSessions', 1.5, 1],
    ['fixedAddresses', -1, 0],
    ['fixedAddresses', 513, 0],
    ['fixedAddresses', Number.NaN, 0],
  ] as const)('%s: %d is more than pptpd can number, or no number at all', (option, value, least) => {
    expect(errorOf(() => PptpPool.from('10.99.0.0/24', { [option]: value }))).toEqual({
      code: 'POOL_NOT_EXPRESSIBLE',
      text: text(
        [
          `${option} is not a number of sessions that pptpd can serve: it numbers its calls in steps of 128 in 16 bits.`,
          `  got      ${value}`,
          `  allowed  a whole number from ${least} to 512`,
          `  write    PptpPool.from('10.99.0.0/24', { ${option}: 50 })`,
        ],
        'POOL_NOT_EXPRESSIBLE',
      ),
    });
  });

  test('a value that only deployment knows is refused for what it is', () => {
    const isToken = (value: unknown) => value === '<token>';
    expect(errorOf(() => PptpPool.from('<token>', { isToken }))).toEqual({
      code: 'TOKEN_NOT_ALLOWED',
      text: text(
        [
          'the client pool is a value that only deployment knows, and it is divided into addresses at synth.',
          '  got      "<token>"',
          '  allowed  a range and numbers that are known at synth',
          "  write    PptpPool.from('10.99.0.0/24')",
        ],
        'TOKEN_NOT_ALLOWED',
      ),
    });
  });
});
