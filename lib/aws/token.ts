import { Token } from 'aws-cdk-lib/core';
import { invalid } from '../errors';

/** Whether a value is a token of AWS CDK, or holds one: a value that only deployment knows. */
export function isToken(value: unknown): boolean {
  return Token.isUnresolved(value);
}

/**
 * A value that must be known at synth, since the library decides by it.
 *
 * @param property its name in the props, for the message: `clientCidr`
 * @throws InvalidInputError `TOKEN_NOT_ALLOWED`
 */
export function known<T>(value: T, property: string): T {
  if (isToken(value)) {
    invalid({
      code: 'TOKEN_NOT_ALLOWED',
      what: `${property} is a token, a value that only deployment knows, and must be known at synth`,
      allowed: 'a literal value, or one from context or configuration, which synth can read',
      instead: `${property}: this.node.getContext('${property}')`,
    });
  }
  return value;
}
