import { invalid } from '../errors';
import { IpRange } from './ip-range';
import { writtenReason } from './reason';

/** Tells whether a value is a token of the core in use, unknown until deployment. The neutral core knows no tokens. */
export type TokenTest = (value: unknown) => boolean;

/** Where the clients come from: ranges that are known at synth, and ranges that only deployment knows. */
export interface ClientRanges {
  /** Ranges known at synth, in the order given. */
  readonly ranges: readonly IpRange[];
  /** CIDR texts that are tokens: they pass into templates, and no check can look at them. */
  readonly tokens: readonly string[];
  /** Why the whole internet may connect, where it may. */
  readonly anywhereBecause?: string;
}

/**
 * No organisation has a broader range than these. Without a bound, 0.0.0.0/1 with 128.0.0.0/1 would say what 0.0.0.0/0 may
 * not say without a reason, and 2000::/3 is the whole internet of IPv6.
 */
const BROADEST_PREFIX = { 4: 8, 6: 16 } as const;

/**
 * Reads the client ranges that a user wrote.
 *
 * @throws InvalidInputError `NO_CLIENTS`, `CLIENTS_ANYWHERE_WITHOUT_REASON`, or those of `IpRange.parse`
 */
export function readClientRanges(texts: readonly string[], isToken: TokenTest): ClientRanges {
  if (texts.length === 0) {
    invalid({
      code: 'NO_CLIENTS',
      what: 'no client ranges: a gateway does not guess who may connect',
      got: texts,
      allowed: 'at least one range in CIDR notation',
      instead: "Clients.from('203.0.113.0/24')",
    });
  }
  const tokens = texts.filter((text) => isToken(text));
  const ranges = texts.filter((text) => !isToken(text)).map((text) => IpRange.parse(text, 'client range'));
  const broad = ranges.find((range) => range.prefixLength < BROADEST_PREFIX[range.version] && !range.isPrivate);
  if (broad !== undefined) {
    const whom = broad.isEverything ? 'the whole internet' : 'a large part of the internet';
    invalid({
      code: 'CLIENTS_ANYWHERE_WITHOUT_REASON',
      what: `${broad.cidr} lets ${whom} connect, without a written reason`,
      got: broad.cidr,
      allowed: 'the ranges that your clients really have, or the whole internet with a reason',
      instead: "Clients.anywhereBecause('roaming sales staff on mobile networks; reviewed 2026-11')",
    });
  }
  return { ranges, tokens };
}

/** The whole IPv4 internet, with the written reason. @throws InvalidInputError `REASON_MISSING` */
export function anywhereBecause(reason: string): ClientRanges {
  return {
    ranges: [IpRange.parse('0.0.0.0/0')],
    tokens: [],
    anywhereBecause: writtenReason(reason, 'letting the whole internet connect'),
  };
}
