import { invalid } from '../errors';

/** Refuses a command line. */
export function usage(what: string, allowed: string, instead: string): never {
  return invalid({ code: 'KEYS_USAGE', what, allowed, instead });
}
