import { PptpConstructsError } from '../../lib/errors';

/**
 * The error of this package that `action` raises. Its message comes with the place in the test file replaced, which
 * would change with every edit; anything that is not one of our errors fails the test.
 */
export function errorOf(action: () => unknown): { code: string; text: string } {
  try {
    action();
  } catch (error) {
    if (PptpConstructsError.is(error)) {
      return { code: error.code, text: error.message.replace(/^( {6}at ).*:\d+$/m, '$1FILE:LINE') };
    }
    throw error;
  }
  throw new Error('nothing was thrown');
}
