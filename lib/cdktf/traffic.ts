import { invalid } from '../errors';
import { isToken } from './token';

/** What clients of a gateway on a machine may send to a destination. */
export class Traffic {
  /** ICMP, of which the machine lets every type pass. */
  public static readonly ICMP = new Traffic('icmp');
  /** Every IP protocol that the cloud carries. */
  public static readonly ANY = new Traffic('any');

  /**
   * TCP to one port, to a range of ports, or to all of them where none is given.
   *
   * @throws InvalidInputError `PORT_INVALID`, `TOKEN_NOT_ALLOWED`
   */
  public static tcp(port?: number, lastPort?: number): Traffic {
    return new Traffic('tcp', ...ports('tcp', port, lastPort));
  }

  /**
   * UDP to one port, to a range of ports, or to all of them where none is given.
   *
   * @throws InvalidInputError `PORT_INVALID`, `TOKEN_NOT_ALLOWED`
   */
  public static udp(port?: number, lastPort?: number): Traffic {
    return new Traffic('udp', ...ports('udp', port, lastPort));
  }

  private constructor(
    /** The transport protocol; `'any'` is every one. */
    public readonly protocol: 'tcp' | 'udp' | 'icmp' | 'any',
    /** The first port; `undefined` for all. */
    public readonly fromPort?: number,
    /** The last port; `undefined` for all. */
    public readonly toPort?: number,
  ) {}

  /** As words: `tcp-5432`, `udp-53-60`, `icmp`. */
  public toString(): string {
    const { protocol, fromPort, toPort } = this;
    return [protocol, fromPort, fromPort === toPort ? undefined : toPort]
      .filter((part) => part !== undefined)
      .join('-');
  }
}

function ports(protocol: 'tcp' | 'udp', first: number | undefined, last: number | undefined): [number?, number?] {
  if (first === undefined && last === undefined) {
    return [];
  }
  const end = last ?? first;
  const token = isToken(first) || isToken(end);
  const isPort = (port: unknown) => Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65535;
  if (token || !isPort(first) || !isPort(end) || (first as number) > (end as number)) {
    invalid({
      code: token ? 'TOKEN_NOT_ALLOWED' : 'PORT_INVALID',
      what: token
        ? `a port of Traffic.${protocol} is a token, a value that only deployment knows, and must be known at synth`
        : `Traffic.${protocol} was given what is no port, or no range of ports`,
      ...(token ? {} : { got: last === undefined ? first : [first, last] }),
      allowed: 'a port from 1 to 65535, two of them in order, or none for all',
      instead: `Traffic.${protocol}(443)`,
    });
  }
  return [first, end];
}
