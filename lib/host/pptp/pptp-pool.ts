import { invalid } from '../../errors';
import { IpRange, type TokenTest } from '../../flows';
import { isReserved } from '../client-pool';

/** How a pool is divided. */
export interface PptpPoolOptions {
  /**
   * How many calls may be up at once; each takes one address of the pool.
   *
   * @default as many as the pool has addresses for, at most 512
   */
  readonly maxSessions?: number;
  /**
   * How many addresses at the end of the pool are set aside for users with an address of their own. pptpd never hands
   * them out, so no other call can hold one.
   *
   * @default 0
   */
  readonly fixedAddresses?: number;
  /**
   * Tells tokens of the core in use: a pool must be known at synth.
   *
   * @default nothing is a token
   */
  readonly isToken?: TokenTest;
}

/**
 * pptpd 1.5 numbers its calls in steps of 128 in a 16-bit field (`unique_call_id += MAX_CALLS_PER_TCP_LINK` in its
 * pptpmanager.c): the 513th call gets the number of the first.
 */
const MOST_SESSIONS = 65536 / 128;

/**
 * The addresses inside the tunnel: one for the gateway, one for each call, and a part set aside for users with an
 * address of their own.
 *
 * Left out are the pool's first and last address and every address that ends in .0 or .255, which old clients take for
 * a network's or a broadcast address.
 */
export class PptpPool {
  /**
   * Divides a range: the first usable address is the gateway's, the last `fixedAddresses` are set aside, and calls get
   * the lowest ones in between.
   *
   * @param cidr the range, for example `10.99.0.0/24`; it must be known at synth
   * @throws InvalidInputError `TOKEN_NOT_ALLOWED`, `POOL_TOO_SMALL`, `POOL_NOT_EXPRESSIBLE`, or those of
   * `IpRange.parse`
   */
  public static from(cidr: string, options: PptpPoolOptions = {}): PptpPool {
    for (const value of [cidr, options.maxSessions, options.fixedAddresses]) {
      if (options.isToken?.(value)) {
        invalid({
          code: 'TOKEN_NOT_ALLOWED',
          what: 'the client pool is a value that only deployment knows, and it is divided into addresses at synth',
          got: value,
          allowed: 'a range and numbers that are known at synth',
          instead: "PptpPool.from('10.99.0.0/24')",
        });
      }
    }
    const range = IpRange.parse(cidr, 'client pool');
    if (range.version !== 4 || range.prefixLength < 8 || isReserved(range)) {
      invalid({
        code: 'POOL_NOT_EXPRESSIBLE',
        what: 'client pool is not a range of addresses that a PPTP client can have',
        got: cidr,
        allowed: 'an IPv4 range of /8 or smaller, outside 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 and 224.0.0.0/3',
        instead: "PptpPool.from('10.99.0.0/24')",
      });
    }
    const fixed = count(options.fixedAddresses ?? 0, 'fixedAddresses', 0);
    const wanted = options.maxSessions === undefined ? undefined : count(options.maxSessions, 'maxSessions', 1);
    const usable = usableAddresses(range);
    const free = usable - 1 - fixed;
    if (free < (wanted ?? 1)) {
      const needed = 1 + (wanted ?? 1) + fixed;
      invalid({
        code: 'POOL_TOO_SMALL',
        what:
          `client pool has ${plural(usable)} that a client can use, and ${needed} are needed: ` +
          `one for the gateway, ${wanted ?? 'at least 1'} for calls, ${fixed} for users with an address of their own`,
        got: cidr,
        allowed: `a range with at least ${needed} usable addresses (not the first, the last, or one that ends in .0 or .255)`,
        instead: `PptpPool.from('${range.address(0)}/${largerPrefix(range, needed)}')`,
      });
    }
    return new PptpPool(range, wanted ?? Math.min(free, MOST_SESSIONS), fixed);
  }

  /** The gateway's own address inside the tunnel, `localip` of pptpd.conf. */
  public readonly localIp: string;
  /** The addresses of calls as pptpd.conf's `remoteip` wants them: ranges within one /24 each, separated by commas. */
  public readonly remoteIp: string;
  /** The addresses for users with an address of their own, in order. */
  public readonly fixedAddresses: readonly string[];
  /** The same as text, in the form of `remoteIp`; empty where there are none. */
  public readonly fixedIp: string;

  private constructor(
    /** The whole pool. */
    public readonly range: IpRange,
    /** How many calls may be up at once. */
    public readonly sessions: number,
    fixed: number,
  ) {
    const [local = 0, ...calls] = take(range, 1 + sessions, 1);
    this.localIp = dotted(local);
    this.remoteIp = asRanges(calls);
    const setAside = take(range, fixed, -1).reverse();
    this.fixedAddresses = setAside.map(dotted);
    this.fixedIp = asRanges(setAside);
  }

  /** The first and the last address that a user may have; `undefined` where none is set aside. */
  public get userAddresses(): readonly [first: string, last: string] | undefined {
    const [first, last] = [this.fixedAddresses[0], this.fixedAddresses.at(-1)];
    return first === undefined || last === undefined ? undefined : [first, last];
  }

  /** Whether a user may have this address: one that is set aside for users. */
  public holds(address: unknown): boolean {
    return this.fixedAddresses.includes(address as string);
  }
}

function count(value: number, name: string, least: number): number {
  if (!Number.isInteger(value) || value < least || value > MOST_SESSIONS) {
    invalid({
      code: 'POOL_NOT_EXPRESSIBLE',
      what: `${name} is not a number of sessions that pptpd can serve: it numbers its calls in steps of 128 in 16 bits`,
      got: value,
      allowed: `a whole number from ${least} to ${MOST_SESSIONS}`,
      instead: `PptpPool.from('10.99.0.0/24', { ${name}: 50 })`,
    });
  }
  return value;
}

/** How many addresses of the range a client can use, counted without walking through them. */
function usableAddresses(range: IpRange): number {
  const size = Number(range.size);
  return size <= 256 ? take(range, size, 1).length : (size / 256) * 254;
}

/** The first (`step` 1) or last (`step` -1) addresses of the range that a client can use, at most `wanted`, as numbers. */
function take(range: IpRange, wanted: number, step: 1 | -1): number[] {
  const base = range
    .address(0)
    .split('.')
    .reduce((sum, part) => sum * 256 + Number(part), 0);
  const last = Number(range.size) - 1;
  const found: number[] = [];
  for (let offset = step === 1 ? 1 : last - 1; found.length < wanted && offset > 0 && offset < last; offset += step) {
    const lastPart = (base + offset) % 256;
    if (lastPart !== 0 && lastPart !== 255) {
      found.push(base + offset);
    }
  }
  return found;
}

/** Ascending addresses as pptpd's ranges: `10.99.0.2-254,10.99.1.1-20`. A range of one is a range, too. */
function asRanges(addresses: readonly number[]): string {
  return addresses
    .filter((address, i) => i === 0 || address >> 8 !== (addresses[i - 1] ?? 0) >> 8)
    .map((first) => {
      const last = addresses.findLast((address) => address >> 8 === first >> 8) ?? first;
      return `${dotted(first)}-${last % 256}`;
    })
    .join(',');
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

function plural(addresses: number): string {
  return addresses === 1 ? '1 address' : `${addresses} addresses`;
}

function largerPrefix(range: IpRange, needed: number): number {
  let prefix = range.prefixLength;
  while (prefix > 8 && (2 ** (32 - prefix) > 256 ? 2 ** (24 - prefix) * 254 : 2 ** (32 - prefix) - 2) < needed) {
    prefix -= 1;
  }
  return prefix;
}
