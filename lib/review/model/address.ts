/**
 * An address as a number: a `number` for IPv4 and a `bigint` for IPv6. The two compare with `<`, and a range holds one kind.
 */
export type Address = number | bigint;

/** Addresses of one IP version, from `first` to `last`, both included. */
export interface AddressRange {
  readonly version: 4 | 6;
  readonly first: Address;
  readonly last: Address;
}

const LAST_IPV4 = 0xffffffff;
const LAST_IPV6 = (1n << 128n) - 1n;

/** Every IPv4 address: 0.0.0.0/0. */
export const EVERY_IPV4: AddressRange = { version: 4, first: 0, last: LAST_IPV4 };

/** Every IPv6 address: ::/0. */
export const EVERY_IPV6: AddressRange = { version: 6, first: 0n, last: LAST_IPV6 };

/** Every address of a version. */
export function everyAddress(version: 4 | 6): AddressRange {
  return version === 4 ? EVERY_IPV4 : EVERY_IPV6;
}

/** Whether a range is every address of its version. */
export function isEverywhere(range: AddressRange): boolean {
  return range.first === everyAddress(range.version).first && range.last === everyAddress(range.version).last;
}

/**
 * Reads an address or a range in CIDR notation; `undefined` where the text is neither. Bits after the mask are dropped, as
 * the clouds drop them. It is made for files with tens of thousands of ranges; `IpRange` is for what a user writes in code.
 */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  const end = slash < 0 ? text.length : slash;
  const colon = text.indexOf(':');
  const version = colon >= 0 && colon < end ? 6 : 4;
  const bits = version === 6 ? 128 : 32;
  const length = slash < 0 ? bits : prefixLength(text, slash + 1, bits);
  if (length < 0) {
    return undefined;
  }
  if (version === 4) {
    const value = parseIpv4(text, end);
    if (value === undefined) {
      return undefined;
    }
    const size = 2 ** (32 - length);
    const first = value - (value % size);
    return { version, first, last: first + size - 1 };
  }
  const value = parseIpv6(text.slice(0, end));
  if (value === undefined) {
    return undefined;
  }
  const host = (1n << BigInt(128 - length)) - 1n;
  return { version, first: value & ~host, last: value | host };
}

/** Up to three decimal digits without leading zeros, up to the end of the text. */
function prefixLength(text: string, from: number, bits: number): number {
  let value = 0;
  for (let at = from; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9 || at > from + 2 || (at > from && value === 0)) {
      return -1;
    }
    value = value * 10 + digit;
  }
  return from < text.length && value <= bits ? value : -1;
}

/** Four decimal parts without leading zeros. */
function parseIpv4(text: string, end = text.length): number | undefined {
  let value = 0;
  let part = -1;
  let parts = 0;
  for (let at = 0; at <= end; at++) {
    const code = at === end ? 46 : text.charCodeAt(at);
    if (code === 46) {
      if (part < 0 || ++parts > 4) {
        return undefined;
      }
      value = value * 256 + part;
      part = -1;
    } else if (code < 48 || code > 57 || part === 0) {
      return undefined;
    } else {
      part = (part < 0 ? 0 : part * 10) + (code - 48);
      if (part > 255) {
        return undefined;
      }
    }
  }
  return parts === 4 ? value : undefined;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) {
    return undefined;
  }
  const words = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = words.at(-1)?.at(-1);
  if (last?.includes('.')) {
    const tail = parseIpv4(last);
    if (tail === undefined) {
      return undefined;
    }
    words.at(-1)?.splice(-1, 1, Math.floor(tail / 65536).toString(16), (tail % 65536).toString(16));
  }
  const [head = [], tail] = words;
  const count = head.length + (tail?.length ?? 0);
  if (tail === undefined ? count !== 8 : count > 7) {
    return undefined;
  }
  const all = tail === undefined ? head : [...head, ...Array<string>(8 - count).fill('0'), ...tail];
  let value = 0n;
  for (const word of all) {
    if (!/^[0-9a-f]{1,4}$/i.test(word)) {
      return undefined;
    }
    value = (value << 16n) | BigInt(Number.parseInt(word, 16));
  }
  return value;
}

/** The address after. */
export function next(address: Address): Address {
  return typeof address === 'bigint' ? address + 1n : address + 1;
}

/** The address before. */
export function previous(address: Address): Address {
  return typeof address === 'bigint' ? address - 1n : address - 1;
}

/** The lower of two addresses. Math.min knows no bigint. */
export function lower(a: Address, b: Address): Address {
  if (a < b) {
    return a;
  }
  return b;
}

/** The higher of two addresses. */
export function higher(a: Address, b: Address): Address {
  return lower(a, b) === a ? b : a;
}

/** An address as people write it. */
export function formatAddress(address: Address): string {
  if (typeof address === 'number') {
    return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
  }
  const words = Array.from({ length: 8 }, (_, i) => ((address >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  const runs = words.join(':').match(/\b0(:0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') {
    return words.join(':');
  }
  const text = words.join(':');
  const at = text.search(new RegExp(`(^|:)${longest}(:|$)`));
  const start = text[at] === ':' ? at + 1 : at;
  const before = text.slice(0, start).replace(/:$/, '');
  const after = text.slice(start + longest.length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** A range as people write it: in CIDR notation where it is one block, from-to otherwise, a lone address without mask. */
export function formatRange(range: AddressRange): string {
  const blocks = toCidrs(range, 2);
  const [block] = blocks;
  if (blocks.length !== 1 || block === undefined) {
    return `${formatAddress(range.first)}-${formatAddress(range.last)}`;
  }
  return range.first === range.last ? formatAddress(range.first) : block;
}

/** The fewest CIDR blocks that make up a range, in order; no more than `limit` of them. */
export function toCidrs(range: AddressRange, limit = Number.POSITIVE_INFINITY): string[] {
  const blocks: string[] = [];
  const bits = range.version === 6 ? 128 : 32;
  let first = BigInt(range.first);
  const last = BigInt(range.last);
  while (first <= last && blocks.length < limit) {
    let host = 0;
    while (host < bits) {
      const size = 1n << BigInt(host + 1);
      if (first % size !== 0n || first + size - 1n > last) {
        break;
      }
      host++;
    }
    const address = range.version === 6 ? first : Number(first);
    blocks.push(`${formatAddress(address)}/${bits - host}`);
    first += 1n << BigInt(host);
  }
  return blocks;
}
