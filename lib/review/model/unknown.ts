/**
 * A value that the files do not tell: a parameter without default, an attribute that only deployment knows, a function that
 * is not resolved here. It is carried as itself to the answer, and never counted as allowed or denied.
 */
export class Unknown {
  /** @param why why it is not known, as the end of a sentence: `parameter ClientCidr has no default` */
  public constructor(public readonly why: string) {}

  /** So that an unknown that slips into a text says what it is. */
  public toString(): string {
    return `(unknown: ${this.why})`;
  }
}

/** A value, or that it is not known. */
export type Known<T> = T | Unknown;

/** Whether a value is not known. */
export function isUnknown(value: unknown): value is Unknown {
  return value instanceof Unknown;
}

/** Whether a value is known. */
export function isKnown<T>(value: Known<T>): value is T {
  return !(value instanceof Unknown);
}

/** The value, or what stands in where it is not known. */
export function knownOr<T, E>(value: Known<T>, otherwise: E): T | E {
  return value instanceof Unknown ? otherwise : (value as T);
}

/** The answer to a question that can stay open. An unknown is no `no`. */
export type Answer = 'yes' | 'no' | 'unknown';
