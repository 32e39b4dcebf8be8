import * as ipaddr from 'ipaddr.js';
import { invalid } from '../errors';

/** A well-formed IPv4 or IPv6 range in CIDR notation, without host bits. */
export class IpRange {
  /**
   * Reads a range in CIDR notation.
   *
   * @param text for example `203.0.113.0/24` or `2001:db8::/32`
   * @param what what the range is for, in messages: `client range`
   * @throws InvalidInputError `CIDR_WITHOUT_MASK`, `CIDR_HOST_BITS` or `CIDR_INVALID`, with the corrected text
   */
  public static parse(text: string, what = 'address range'): IpRange {
    const plain = plainIpv4(text);
    if (plain !== undefined) {
      return new IpRange(text, 4, plain.prefixLength, BigInt(plain.first));
    }
    const allowed = 'a range in CIDR notation whose host bits are zero';
    if (typeof text !== 'string' || text.trim() !== text) {
      invalid({
        code: 'CIDR_INVALID',
        what: `${what} is not a range`,
        got: text,
        allowed,
        instead: "'203.0.113.0/24'",
      });
    }
    if (!text.includes('/')) {
      const single = isAddress(text) ? `'${text}/${text.includes(':') ? 128 : 32}'` : "'203.0.113.0/24'";
      invalid({
        code: isAddress(text) ? 'CIDR_WITHOUT_MASK' : 'CIDR_INVALID',
        what: isAddress(text) ? `${what} has no mask` : `${what} is not an IP address range`,
        got: text,
        allowed,
        instead: single,
      });
    }
    const slash = text.lastIndexOf('/');
    const address = text.slice(0, slash);
    const mask = text.slice(slash + 1);
    const bits = address.includes(':') ? 128 : 32;
    if (!isAddress(address) || !/^(0|[1-9]\d{0,2})$/.test(mask) || Number(mask) > bits) {
      invalid({
        code: 'CIDR_INVALID',
        what: `${what} is not an IP address range`,
        got: text,
        allowed: `${allowed}; a mask of 0 to ${bits}`,
        instead: "'203.0.113.0/24'",
      });
    }
    const bytes = ipaddr.parse(address).toByteArray();
    const network = masked(bytes, Number(mask));
    const canonical = `${ipaddr.fromByteArray(network).toString()}/${mask}`;
    if (network.some((byte, i) => byte !== bytes[i])) {
      invalid({
        code: 'CIDR_HOST_BITS',
        what: `${what} has host bits set`,
        got: text,
        allowed,
        instead: `'${canonical}'`,
      });
    }
    return new IpRange(canonical, bits === 128 ? 6 : 4, Number(mask), toBigInt(network));
  }

  private constructor(
    /** The range in canonical CIDR notation. */
    public readonly cidr: string,
    /** IP version: 4 or 6. */
    public readonly version: 4 | 6,
    /** Length of the network part, in bits. */
    public readonly prefixLength: number,
    /** The first address, as a number. */
    private readonly first: bigint,
  ) {}

  /** How many addresses the range holds. */
  public get size(): bigint {
    return 1n << BigInt((this.version === 6 ? 128 : 32) - this.prefixLength);
  }

  /** Whether the range is everything: 0.0.0.0/0 or ::/0. */
  public get isEverything(): boolean {
    return this.prefixLength === 0;
  }

  /** Whether the two ranges share an address. */
  public overlaps(other: IpRange): boolean {
    return (
      this.version === other.version && this.first < other.first + other.size && other.first < this.first + this.size
    );
  }

  /** Whether `other` lies wholly inside this range. */
  public contains(other: IpRange): boolean {
    return (
      this.version === other.version && this.first <= other.first && other.first + other.size <= this.first + this.size
    );
  }

  /**
   * Whether no address of the range is routed on the internet: private (RFC 1918), shared (RFC 6598), link-local,
   * loopback or unique local addresses.
   */
  public get isPrivate(): boolean {
    return PRIVATE.some((range) => parsed(range).contains(this));
  }

  /**
   * The address at `offset` from the first one: `IpRange.parse('10.99.0.0/24').address(1)` is `10.99.0.1`.
   */
  public address(offset: number | bigint): string {
    const value = this.first + BigInt(offset);
    const bytes: number[] = [];
    for (let shift = this.version === 6 ? 120n : 24n; shift >= 0n; shift -= 8n) {
      bytes.push(Number((value >> shift) & 255n));
    }
    return ipaddr.fromByteArray(bytes).toString();
  }

  public toString(): string {
    return this.cidr;
  }
}

const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
];

const cache = new Map<string, IpRange>();
function parsed(cidr: string): IpRange {
  let range = cache.get(cidr);
  if (range === undefined) {
    range = IpRange.parse(cidr);
    cache.set(cidr, range);
  }
  return range;
}

/** Each address once, in the order given: a range that lies in another one goes. */
export function broadestOf(ranges: readonly IpRange[]): IpRange[] {
  return ranges.filter((range, index) =>
    ranges.every((other, at) => at === index || !other.contains(range) || (range.contains(other) && index < at)),
  );
}

/** Whether `text` is one IPv4 address in four decimal parts, or one IPv6 address without a zone. */
export function isAddress(text: string): boolean {
  return (
    ipaddr.IPv4.isValidFourPartDecimal(text) || (text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text))
  );
}

const PLAIN_IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** What nearly every range is: IPv4 as it is written canonically, without host bits. All else is read with more care. */
function plainIpv4(text: unknown): { readonly first: number; readonly prefixLength: number } | undefined {
  const parts = typeof text === 'string' ? PLAIN_IPV4.exec(text) : null;
  if (parts === null) {
    return undefined;
  }
  let first = 0;
  for (let i = 1; i <= 4; i++) {
    const part = parts[i] ?? '';
    if (Number(part) > 255 || (part.length > 1 && part.startsWith('0'))) {
      return undefined;
    }
    first = first * 256 + Number(part);
  }
  const mask = parts[5] ?? '';
  const prefixLength = Number(mask);
  const isPlain = prefixLength <= 32 && String(prefixLength) === mask && first % 2 ** (32 - prefixLength) === 0;
  return isPlain ? { first, prefixLength } : undefined;
}

function masked(bytes: number[], length: number): number[] {
  return bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, length - i * 8))) & 0xff);
}

function toBigInt(bytes: number[]): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
