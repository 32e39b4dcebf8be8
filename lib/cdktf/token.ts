import { Token } from 'cdktf';
import { invalid } from '../errors';

/** Whether a value is a token of CDK for Terraform, or holds one: a value that only deployment knows. */
export function isToken(value: unknown): boolean {
  // What most texts lack: cdktf looks each of them through four times.
  return typeof value === 'string' && !value.includes('TfToken[') ? false : Token.isUnresolved(value);
}

/**
 * A value that must be known at synth, since the library decides by it.
 *
 * @param property its name in the props, for the message: `sku`
 * @param instead what to write, as code
 * @throws InvalidInputError `TOKEN_NOT_ALLOWED`
 */
export function known<T>(value: T, property: string, instead: string): T {
  if (isToken(value)) {
    invalid({
      code: 'TOKEN_NOT_ALLOWED',
      what: `${property} is a token, a value that only deployment knows, and must be known at synth`,
      allowed: 'a literal value, or one from context or configuration, which synth can read',
      instead,
    });
  }
  return value;
}

/** The value where synth knows it, else `undefined`. */
export function ifKnown<T>(value: T | undefined): T | undefined {
  return isToken(value) ? undefined : value;
}
