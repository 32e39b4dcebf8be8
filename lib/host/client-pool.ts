import { invalid } from '../errors';
import { IpRange, isAddress, type TokenTest } from '../flows';

/** How a pool is read. */
export interface ClientPoolOptions {
  /**
   * Tells tokens of the core in use: a pool must be known at synth.
   *
   * @default nothing is a token
   */
  readonly isToken?: TokenTest;
}

/**
 * The addresses inside a tunnel of WireGuard, IKEv2 or OpenVPN: the first one is the gateway's, every other but the last
 * can be a client's.
 */
export class ClientPool {
  /**
   * Reads a pool.
   *
   * @param cidr the range, for example `10.99.1.0/24`; it must be known at synth
   * @throws InvalidInputError `TOKEN_NOT_ALLOWED`, `POOL_NOT_EXPRESSIBLE`, or those of `IpRange.parse`
   */
  public static from(cidr: string, options: ClientPoolOptions = {}): ClientPool {
    if (options.isToken?.(cidr)) {
      invalid({
        code: 'TOKEN_NOT_ALLOWED',
        what: 'the client pool is a value that only deployment knows, and it is divided into addresses at synth',
        got: cidr,
        allowed: 'a range that is known at synth',
        instead: "ClientPool.from('10.99.1.0/24')",
      });
    }
    const range = IpRange.parse(cidr, 'client pool');
    if (range.version !== 4 || range.prefixLength < 8 || range.prefixLength > 29 || isReserved(range)) {
      invalid({
        code: 'POOL_NOT_EXPRESSIBLE',
        what: 'client pool is not a range of addresses that clients of a tunnel can have',
        got: cidr,
        allowed: 'an IPv4 range of /8 to /29, outside 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 and 224.0.0.0/3',
        instead: "ClientPool.from('10.99.1.0/24')",
      });
    }
    return new ClientPool(range);
  }

  /** The gateway's own address inside the tunnel. */
  public readonly gateway: string;

  private constructor(
    /** The whole pool. */
    public readonly range: IpRange,
  ) {
    this.gateway = range.address(1);
  }

  /** How many clients can have an address. */
  public get size(): number {
    return Number(this.range.size) - 3;
  }

  /** The first and the last address that a user may have. */
  public get userAddresses(): readonly [first: string, last: string] {
    return [this.range.address(2), this.range.address(Number(this.range.size) - 2)];
  }

  /** Whether a user may have this address: any of the pool but its first, its last and the gateway's. */
  public holds(address: unknown): boolean {
    return (
      typeof address === 'string' &&
      isAddress(address) &&
      !address.includes(':') &&
      this.range.contains(IpRange.parse(`${address}/32`)) &&
      ![this.range.address(0), this.gateway, this.range.address(Number(this.range.size) - 1)].includes(address)
    );
  }
}

/** Whether the range has addresses that no host on a network has: of itself, loopback, link-local, multicast. */
export function isReserved(range: IpRange): boolean {
  const first = Number(range.cidr.split('.')[0]);
  return (
    first === 0 || first === 127 || first >= 224 || (first === 169 && range.overlaps(IpRange.parse('169.254.0.0/16')))
  );
}
