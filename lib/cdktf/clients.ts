import { checkSites, type Site } from '../clients/site';
import { invalid } from '../errors';
import { anywhereBecause, broadestOf, type ClientRanges, type IpRange, readClientRanges } from '../flows';
import { PathElement } from './path-element';
import { isToken } from './token';

/** Clients who come to a gateway by one way; `through` holds elements of the `Through` of the same cloud. */
export type ClientSite = Site<Clients, PathElement>;

/**
 * The clients that may connect to a VPN gateway. There is no default: a gateway does not guess who may
 * connect.
 */
export class Clients {
  /**
   * Clients from ranges in CIDR notation. A token is taken as an IPv4 range; no check can look at it.
   *
   * @throws InvalidInputError `NO_CLIENTS`, `CLIENTS_ANYWHERE_WITHOUT_REASON`, `CIDR_WITHOUT_MASK`, `CIDR_HOST_BITS`,
   * `CIDR_INVALID`
   */
  public static from(...cidrs: string[]): Clients {
    const once = [...new Set(cidrs)];
    return new Clients(once, readClientRanges(once, isToken));
  }

  /**
   * The whole IPv4 internet, with the reason that a reviewer will read.
   *
   * @throws InvalidInputError `REASON_MISSING`
   */
  public static anywhereBecause(reason: string): Clients {
    return new Clients(['0.0.0.0/0'], anywhereBecause(reason));
  }

  /**
   * Clients at several sites, who come by several ways. Each way gets a verdict of its own, and a gateway is built where it
   * serves all of them; rules cover the ranges of all, each address once.
   *
   * Where every site has a `fleet`, the devices decide too: see `VpnGateway`.
   *
   * @throws InvalidInputError `SITE_INVALID`, `SITE_DUPLICATE`, `SITE_FLEET_MISSING`, `THROUGH_UNKNOWN`
   */
  public static atSites(...sites: ClientSite[]): Clients {
    const isClients = (value: unknown) => value instanceof Clients && value.given === undefined;
    checkSites(sites, isClients, (value) => value instanceof PathElement);
    const ranges = broadestOf(sites.flatMap(({ clients }) => clients.ranges));
    const reasons = sites.flatMap(({ clients }) => clients.anywhereReason ?? []);
    const read =
      reasons.length > 0
        ? { ranges, tokens: [], anywhereBecause: [...new Set(reasons)].join('; ') }
        : { ranges, tokens: [...new Set(sites.flatMap(({ clients }) => clients.tokens))] };
    if (reasons.length > 0 && ranges.length > 1) {
      invalid({
        code: 'SITE_INVALID',
        what: 'one site is the whole IPv4 internet, and another has IPv6 clients, whom its rules would leave out',
        got: ranges.map(({ cidr }) => cidr),
        allowed: 'IPv4 ranges beside Clients.anywhereBecause',
        instead: 'a gateway of their own for the IPv6 clients',
      });
    }
    return new Clients([...ranges.map(({ cidr }) => cidr), ...read.tokens], read, [...sites]);
  }

  /**
   * Checks what was written for `clients` in the props of a construct.
   *
   * @throws InvalidInputError `NO_CLIENTS`
   */
  public static check(value: unknown, className: string): Clients {
    if (!(value instanceof Clients)) {
      const missing = value === undefined || value === null;
      invalid({
        code: 'NO_CLIENTS',
        what: missing
          ? `${className} has no clients: a gateway does not guess who may connect`
          : `clients of ${className} is not made by Clients.from`,
        got: missing ? undefined : value,
        allowed: 'Clients.from(...), or Clients.anywhereBecause(reason)',
        instead: `clients: Clients.from(${typeof value === 'string' && !isToken(value) ? `'${value}'` : "'203.0.113.0/24'"})`,
      });
    }
    return value;
  }

  private constructor(
    /** Every range as written, each once, tokens included. */
    public readonly cidrs: readonly string[],
    private readonly read: ClientRanges,
    private readonly given?: readonly ClientSite[],
  ) {}

  /** The ways by which they come: those of `atSites`, or one for all. */
  public get sites(): readonly ClientSite[] {
    return this.given ?? [{ clients: this }];
  }

  /** The ranges that synth knows. */
  public get ranges(): readonly IpRange[] {
    return this.read.ranges;
  }

  /** The ranges that only deployment knows. */
  public get tokens(): readonly string[] {
    return this.read.tokens;
  }

  /** Why the whole internet may connect, where it may. */
  public get anywhereReason(): string | undefined {
    return this.read.anywhereBecause;
  }

  /**
   * Checks that no client comes over IPv6: PPTP runs over IPv4 only.
   *
   * @throws InvalidInputError `CLIENTS_IPV6_FOR_PPTP`
   */
  public requireIpv4(className: string): void {
    const ipv6 = this.ranges.find(({ version }) => version === 6);
    if (ipv6 !== undefined) {
      invalid({
        code: 'CLIENTS_IPV6_FOR_PPTP',
        what: `${className} was given IPv6 clients, and PPTP runs over IPv4 only`,
        got: ipv6.cidr,
        allowed: 'IPv4 ranges',
        instead: "clients: Clients.from('203.0.113.0/24')",
      });
    }
  }

  /** The ranges as words, for messages and for the start of a path. */
  public toString(): string {
    if (this.anywhereReason !== undefined) {
      return 'anywhere';
    }
    const known = this.ranges.map(({ cidr }) => cidr);
    const unknown = this.tokens.length > 0 ? [`${this.tokens.length} known at deployment`] : [];
    return [...known, ...unknown].join(', ');
  }
}
