import { invalid } from '../errors';
import { anywhereBecause, type ClientRanges, type IpRange, readClientRanges } from '../flows';

/** The clients that rules let in. There is no default: a rule does not guess who may connect. */
export class Clients {
  /**
   * Clients from ranges in CIDR notation. They must be known at synth: what a rule looks like depends on the version and
   * the length of its range.
   *
   * @throws InvalidInputError `NO_CLIENTS`, `TOKEN_NOT_ALLOWED`, `CLIENTS_ANYWHERE_WITHOUT_REASON`, `CIDR_WITHOUT_MASK`,
   * `CIDR_HOST_BITS`, `CIDR_INVALID`
   */
  public static from(...cidrs: string[]): Clients {
    const expression = cidrs.find((cidr) => typeof cidr === 'string' && /[$#]\{/.test(cidr));
    if (expression !== undefined) {
      invalid({
        code: 'TOKEN_NOT_ALLOWED',
        what: 'a client range is an expression or a token, a value that only deployment knows, and must be known at synth',
        got: expression,
        allowed: 'ranges in CIDR notation, from the code or from the context of the app',
        instead: "Clients.from('203.0.113.0/24')",
      });
    }
    return new Clients(readClientRanges([...new Set(cidrs)], () => false));
  }

  /**
   * The whole IPv4 internet, with the reason that a reviewer will read.
   *
   * @throws InvalidInputError `REASON_MISSING`
   */
  public static anywhereBecause(reason: string): Clients {
    return new Clients(anywhereBecause(reason));
  }

  /** @throws InvalidInputError `NO_CLIENTS` */
  public static check(value: unknown, functionName: string): Clients {
    if (!(value instanceof Clients)) {
      const missing = value === undefined || value === null;
      invalid({
        code: 'NO_CLIENTS',
        what: missing
          ? `${functionName} has no clients: a rule does not guess who may connect`
          : `clients of ${functionName} is not made by Clients.from of pptp-constructs/rules`,
        got: missing ? undefined : value,
        allowed: 'Clients.from(...), or Clients.anywhereBecause(reason)',
        instead: `clients: Clients.from('${typeof value === 'string' ? value : '203.0.113.0/24'}')`,
      });
    }
    return value;
  }

  private constructor(private readonly read: ClientRanges) {}

  /** The ranges, in the order given. */
  public get ranges(): readonly IpRange[] {
    return this.read.ranges;
  }

  /** Why the whole internet may connect, where it may. */
  public get anywhereReason(): string | undefined {
    return this.read.anywhereBecause;
  }
}
