import { invalid } from '../errors';

/** What EC2 takes as user data, in bytes before base64. */
export const EC2_USER_DATA_LIMIT = 16_384;

/** How unresolved tokens are counted. */
export interface UserDataSizeOptions {
  /**
   * Matches one token in text, with the `g` flag.
   *
   * @default there are no tokens
   */
  readonly tokens?: RegExp;
  /**
   * Bytes that one token is counted as. The text of a token is unknown until deployment: a longer value can still
   * exceed the limit then, and the cloud refuses it.
   *
   * @default 256
   */
  readonly bytesPerToken?: number;
  /**
   * The limit in bytes, before base64.
   *
   * @default 16384, EC2's
   */
  readonly limit?: number;
}

/** How long user data is at most, in bytes, each token counted as `bytesPerToken`. */
export function userDataSize(text: string, { tokens, bytesPerToken = 256 }: UserDataSizeOptions = {}): number {
  if (tokens === undefined) {
    return Buffer.byteLength(text);
  }
  return Buffer.byteLength(text.replace(tokens, '')) + (text.match(tokens)?.length ?? 0) * bytesPerToken;
}

/**
 * Checks that user data fits.
 *
 * @returns the size in bytes, each token counted as `bytesPerToken`
 * @throws InvalidInputError `USER_DATA_TOO_LARGE`
 */
export function checkUserDataSize(text: string, options: UserDataSizeOptions = {}): number {
  const { tokens, bytesPerToken = 256, limit = EC2_USER_DATA_LIMIT } = options;
  const found = tokens === undefined ? 0 : (text.match(tokens)?.length ?? 0);
  const size = userDataSize(text, options);
  if (size > limit) {
    const counted =
      found === 0 ? '' : `, with ${found} values that only deployment knows counted as ${bytesPerToken} bytes each`;
    invalid({
      code: 'USER_DATA_TOO_LARGE',
      what: `user data is ${size} bytes long${counted}, ${size - limit} more than the cloud takes`,
      allowed: `at most ${limit} bytes, before base64`,
      instead: 'fewer or shorter files and commands of your own; fetch long ones at boot',
    });
  }
  return size;
}
