import * as fc from 'fast-check';
import * as ipaddr from 'ipaddr.js';
import { IpRange, isAddress } from '../../lib/flows';
import { errorOf } from '../support/messages';

const ipv4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }));
const ipv6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }));
const anyAddress = fc.oneof(ipv4, ipv6);

/** The network of an address, reckoned by ipaddr.js alone. */
function networkOf(address: string, mask: number): string {
  const version = ipaddr.parse(address).kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${version.networkAddressFromCIDR(`${address}/${mask}`).toString()}/${mask}`;
}

const range = anyAddress.map(([address, mask]) => IpRange.parse(networkOf(address, mask)));

describe('a range', () => {
  test.each([
    ['203.0.113.0/24', 4, 24, 256n],
    ['203.0.113.7/32', 4, 32, 1n],
    ['0.0.0.0/0', 4, 0, 2n ** 32n],
    ['10.0.0.0/8', 4, 8, 2n ** 24n],
    ['2001:db8::/32', 6, 32, 2n ** 96n],
    ['::/0', 6, 0, 2n ** 128n],
    ['::1/128', 6, 128, 1n],
  ] as const)('%s is read with version, mask and size', (cidr, version, prefixLength, size) => {
    expect(IpRange.parse(cidr)).toMatchObject({ cidr, version, prefixLength });
    expect(IpRange.parse(cidr).size).toBe(size);
    expect(`${IpRange.parse(cidr)}`).toBe(cidr);
  });

  test('is accepted as ipaddr.js reckons its network, and kept as it is', () => {
    fc.assert(
      fc.property(anyAddress, ([address, mask]) => {
        const cidr = networkOf(address, mask);
        const parsed = IpRange.parse(cidr);
        expect(parsed.cidr).toBe(cidr);
        expect(parsed.prefixLength).toBe(mask);
      }),
    );
  });

  test('writes IPv6 in one form, whatever form it was given in', () => {
    expect(IpRange.parse('2001:0DB8:0000:0000:0000:0000:0000:0000/32').cidr).toBe('2001:db8::/32');
    expect(IpRange.parse('fd00:0:0::/48').cidr).toBe('fd00::/48');
  });

  test('is everything only with a mask of 0', () => {
    expect(IpRange.parse('0.0.0.0/0').isEverything).toBe(true);
    expect(IpRange.parse('::/0').isEverything).toBe(true);
    expect(IpRange.parse('0.0.0.0/1').isEverything).toBe(false);
  });

  test('counts its addresses from the first', () => {
    const pool = IpRange.parse('10.99.0.0/24');
    expect([0, 1, 255].map((offset) => pool.address(offset))).toEqual(['10.99.0.0', '10.99.0.1', '10.99.0.255']);
    expect(IpRange.parse('2001:db8::/64').address(65536)).toBe('2001:db8::1:0');
  });

  test('holds each of its addresses, and neither of its neighbours', () => {
    fc.assert(
      fc.property(range, fc.nat(), (one, n) => {
        const offset = Number(BigInt(n) % one.size);
        const address = ipaddr.parse(one.address(offset));
        expect(address.match(ipaddr.parseCIDR(one.cidr) as [ipaddr.IPv4, number])).toBe(true);
      }),
    );
  });
});

describe('two ranges', () => {
  const contains = (outer: IpRange, inner: IpRange): boolean => {
    const [network] = ipaddr.parseCIDR(inner.cidr);
    const wide = ipaddr.parseCIDR(outer.cidr);
    return (
      network.kind() === wide[0].kind() &&
      outer.prefixLength <= inner.prefixLength &&
      network.match(wide as [ipaddr.IPv4, number])
    );
  };
  // Two ranges drawn at random hardly ever meet: the second is often made from the first.
  const pair = fc.oneof(
    fc.tuple(range, range),
    fc.tuple(range, fc.nat(), fc.nat()).map(([one, offset, wider]) => {
      const bits = one.version === 6 ? 128 : 32;
      const address = one.address(Number(BigInt(offset) % one.size));
      return [one, IpRange.parse(networkOf(address, wider % (bits + 1)))] as [IpRange, IpRange];
    }),
  );

  test('contain each other as ipaddr.js says', () => {
    fc.assert(
      fc.property(pair, ([one, other]) => {
        expect(one.contains(other)).toBe(contains(one, other));
        expect(other.contains(one)).toBe(contains(other, one));
      }),
    );
  });

  test('overlap exactly when one contains the other, as ranges of one mask do', () => {
    fc.assert(
      fc.property(pair, ([one, other]) => {
        const expected = contains(one, other) || contains(other, one);
        expect(one.overlaps(other)).toBe(expected);
        expect(other.overlaps(one)).toBe(expected);
      }),
    );
  });

  test('that touch do not overlap', () => {
    expect(IpRange.parse('10.0.0.0/25').overlaps(IpRange.parse('10.0.0.128/25'))).toBe(false);
    expect(IpRange.parse('10.0.0.0/24').overlaps(IpRange.parse('10.0.0.128/25'))).toBe(true);
  });

  test('of different versions never meet, though their numbers do', () => {
    expect(IpRange.parse('0.0.0.0/0').overlaps(IpRange.parse('::/0'))).toBe(false);
    expect(IpRange.parse('::/0').contains(IpRange.parse('10.0.0.0/8'))).toBe(false);
  });
});

describe('a private range', () => {
  test.each([
    '10.0.0.0/8',
    '10.1.2.3/32',
    '172.16.0.0/12',
    '172.31.255.0/24',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '169.254.169.254/32',
    '127.0.0.1/32',
    'fc00::/7',
    'fd12:3456::/48',
    'fe80::/10',
    '::1/128',
  ])('%s is one', (cidr) => {
    expect(IpRange.parse(cidr).isPrivate).toBe(true);
  });

  test.each([
    '0.0.0.0/0',
    '8.8.8.8/32',
    '10.0.0.0/7',
    '172.32.0.0/16',
    '192.168.0.0/15',
    '100.128.0.0/16',
    '2001:db8::/32',
    '::/0',
  ])('%s is none', (cidr) => {
    expect(IpRange.parse(cidr).isPrivate).toBe(false);
  });
});

describe('a range without mask', () => {
  test('is refused with the range of that one address', () => {
    expect(errorOf(() => IpRange.parse('203.0.113.7', 'client range'))).toEqual({
      code: 'CIDR_WITHOUT_MASK',
      text: [
        'client range has no mask.',
        '  got      "203.0.113.7"',
        '  allowed  a range in CIDR notation whose host bits are zero',
        "  write    '203.0.113.7/32'",
        '',
        '      at FILE:LINE',
        '      code CIDR_WITHOUT_MASK, see docs/diagnostics.md',
      ].join('\n'),
    });
  });

  test('is refused with /128 for IPv6', () => {
    expect(errorOf(() => IpRange.parse('2001:db8::1')).text).toContain("  write    '2001:db8::1/128'\n");
  });
});

describe('a range with host bits', () => {
  test('is refused with the network that the mask gives', () => {
    expect(errorOf(() => IpRange.parse('203.0.113.7/24', 'client range'))).toEqual({
      code: 'CIDR_HOST_BITS',
      text: [
        'client range has host bits set.',
        '  got      "203.0.113.7/24"',
        '  allowed  a range in CIDR notation whose host bits are zero',
        "  write    '203.0.113.0/24'",
        '',
        '      at FILE:LINE',
        '      code CIDR_HOST_BITS, see docs/diagnostics.md',
      ].join('\n'),
    });
  });

  test('is refused, and the text that the message offers is accepted, for every address', () => {
    fc.assert(
      fc.property(
        anyAddress.filter(([address, mask]) => networkOf(address, mask) !== `${ipaddr.parse(address)}/${mask}`),
        ([address, mask]) => {
          const { code, text } = errorOf(() => IpRange.parse(`${address}/${mask}`));
          expect(code).toBe('CIDR_HOST_BITS');
          const offered = /^ {2}write {4}'(.*)'$/m.exec(text)?.[1] ?? '';
          expect(offered).toBe(networkOf(address, mask));
          expect(IpRange.parse(offered).cidr).toBe(offered);
        },
      ),
    );
  });
});

describe('a text that is no range', () => {
  test.each([
    ['', 32],
    ['office', 32],
    ['vpn.example.com/32', 32],
    ['203.0.113/24', 32],
    ['203.0.113.256/32', 32],
    ['0203.0.113.0/24', 32],
    ['0xcb.0.113.0/24', 32],
    ['203.0.113.0/33', 32],
    ['203.0.113.0/024', 32],
    ['203.0.113.0/', 32],
    ['203.0.113.0/255.255.255.0', 32],
    ['203.0.113.0/-1', 32],
    ['203.0.113.0/24/24', 32],
    ['203.0.113.0-203.0.113.9', 32],
    ['2001:db8::/129', 128],
    ['2001:db8:::/32', 128],
    ['fe80::1%eth0/128', 128],
  ])('%p is refused', (text) => {
    expect(errorOf(() => IpRange.parse(text)).code).toBe('CIDR_INVALID');
  });

  test('is refused with the masks that its version allows', () => {
    expect(errorOf(() => IpRange.parse('203.0.113.0/33', 'pool'))).toEqual({
      code: 'CIDR_INVALID',
      text: [
        'pool is not an IP address range.',
        '  got      "203.0.113.0/33"',
        '  allowed  a range in CIDR notation whose host bits are zero; a mask of 0 to 32',
        "  write    '203.0.113.0/24'",
        '',
        '      at FILE:LINE',
        '      code CIDR_INVALID, see docs/diagnostics.md',
      ].join('\n'),
    });
    expect(errorOf(() => IpRange.parse('2001:db8::/129')).text).toContain('a mask of 0 to 128\n');
  });

  test.each([[' 203.0.113.0/24'], ['203.0.113.0/24\n'], [undefined], [null], [24], [['203.0.113.0/24']]])(
    '%p is refused, not trimmed or converted',
    (value) => {
      expect(errorOf(() => IpRange.parse(value as string)).code).toBe('CIDR_INVALID');
      expect(errorOf(() => IpRange.parse(value as string)).text).toContain('address range is not a range.\n');
    },
  );

  test('never makes anything but a range or one of our errors, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f.:/]{0,20}$/)), (text) => {
        let parsed: IpRange;
        try {
          parsed = IpRange.parse(text);
        } catch {
          expect(errorOf(() => IpRange.parse(text)).code).toMatch(/^CIDR_/);
          return;
        }
        expect(ipaddr.isValidCIDR(parsed.cidr)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('an address', () => {
  test.each(['203.0.113.7', '0.0.0.0', '2001:db8::1', '::'])('%s is one', (text) => {
    expect(isAddress(text)).toBe(true);
  });

  test.each(['203.0.113', '203.0.113.7/32', '1', '0x7f.0.0.1', '010.0.0.1', 'fe80::1%eth0', 'localhost', ''])(
    '%p is none',
    (text) => {
      expect(isAddress(text)).toBe(false);
    },
  );
});
