import { type NameRule, nameFromPath as nameOf } from '../construct-path';
import { invalid } from '../errors';
import { isToken } from './token';

export type { NameRule };

/** The longest name that Azure takes for gateways, addresses, security groups and their rules. */
const LONGEST = 80;

/** Begins with a letter or a digit, ends with one or an underscore; hyphens and full stops between. */
const NAME = /^[A-Za-z0-9](?:[\w.-]*\w)?$/;

/**
 * Checks a name that Azure will read. Tokens pass.
 *
 * @see https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules
 * @throws InvalidInputError `NAME_INVALID`
 */
export function azureName(name: string, what: string, longest = LONGEST): string {
  if (isToken(name)) {
    return name;
  }
  if (typeof name !== 'string' || name.length > longest || !NAME.test(name)) {
    invalid({
      code: 'NAME_INVALID',
      what: `${what} is not a name that Azure takes`,
      got: name,
      allowed: `1 to ${longest} letters, digits, underscores, full stops and hyphens; the first a letter or a digit, the last one of these or an underscore`,
      instead: "'vpn-plant-4'",
    });
  }
  return name;
}

const USUAL: NameRule = { longest: LONGEST, takesMarks: true };

/** Virtual machines with Linux, identities and rules of data collection. */
export const MACHINE_NAME: NameRule = { longest: 64, takesMarks: false };

/** Endpoints of data collection. */
export const ENDPOINT_NAME: NameRule = { longest: 44, takesMarks: false };

/** A name for Azure made from the path of a construct. */
export function nameFromPath(path: string, suffix = '', rule: NameRule = USUAL): string {
  return nameOf(path, suffix, rule);
}
