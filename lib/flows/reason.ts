import { invalid } from '../errors';

/**
 * Checks a reason that the user wrote for something that must never happen by accident.
 *
 * @throws InvalidInputError `REASON_MISSING` where it does not say anything
 */
export function writtenReason(reason: string, what: string): string {
  if (typeof reason !== 'string' || reason.trim().length < 10) {
    invalid({
      code: 'REASON_MISSING',
      what: `${what} needs a written reason that a reviewer can judge`,
      got: reason,
      allowed: 'a sentence of at least 10 characters',
      instead: "'PLCs in plant 4 speak nothing else; replaced by 2027-06'",
    });
  }
  return reason.trim();
}

/** The user's written acceptance that PPTP does not protect what it carries. */
export class Insecure {
  /**
   * Accepts PPTP's broken cryptography, with the reason that a reviewer will read in the template.
   *
   * @throws InvalidInputError `REASON_MISSING`
   */
  public static because(reason: string): Insecure {
    return new Insecure(writtenReason(reason, 'PPTP'));
  }

  private constructor(
    /** The reason, as written. */
    public readonly reason: string,
  ) {}
}

/** The user's written acceptance of a consequence that this library would otherwise refuse to build. */
export class Accepted {
  /**
   * Accepts the consequence that the property names, with the reason that a reviewer will read.
   *
   * @throws InvalidInputError `REASON_MISSING`
   */
  public static because(reason: string): Accepted {
    return new Accepted(writtenReason(reason, 'accepting this'));
  }

  private constructor(
    /** The reason, as written. */
    public readonly reason: string,
  ) {}
}
