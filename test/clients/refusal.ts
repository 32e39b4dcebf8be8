import { InvalidInputError } from '../../lib/errors';

/** The code and the text of the refusal that `act` must end in, without the place and the code's own line. */
export function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInputError) {
      const [text = ''] = error.message.split('\n\n');
      return `${error.code}\n${text}`;
    }
    throw error;
  }
  throw new Error('nothing was refused');
}
