import { INSTANCE_ID } from './host-commands';

/**
 * An argument as one word of a POSIX shell. A token passes as it is, so its value must hold no quotation mark; the
 * machine's own id is the shell variable `me`.
 */
export function shellWord(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument) && !argument.includes(INSTANCE_ID)) {
    return argument;
  }
  return `'${argument.replaceAll("'", "'\\''").replaceAll(INSTANCE_ID, `'"$me"'`)}'`.replace(/^''(?=.)|(?<=.)''$/g, '');
}
