import { createHash } from 'node:crypto';
import { invalid } from '../errors';
import { isToken } from './token';

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

/** What a kind of name may be. */
export interface NameRule {
  readonly longest: number;
  /** Whether underscores and full stops may stand in it, beside letters, digits and hyphens. */
  readonly takesMarks: boolean;
}

const USUAL: NameRule = { longest: LONGEST, takesMarks: true };

/** Virtual machines with Linux, identities and rules of data collection. */
export const MACHINE_NAME: NameRule = { longest: 64, takesMarks: false };

/** Endpoints of data collection. */
export const ENDPOINT_NAME: NameRule = { longest: 44, takesMarks: false };

/**
 * A name made from the path of a construct: `azure/Vpn/ManagedIkev2` gives `azure-Vpn-ManagedIkev2`. Where that is too
 * long, or an id holds a hyphen or what Azure does not take, it ends with a hash of the path: two paths share no name.
 */
export function nameFromPath(path: string, suffix = '', { longest, takesMarks }: NameRule = USUAL): string {
  const joined = path.split('/').join('-');
  const id = takesMarks ? /^[\w.]+$/ : /^[A-Za-z0-9]+$/;
  const plain = path.split('/').every((one) => id.test(one)) && NAME.test(joined);
  if (plain && joined.length + suffix.length <= longest) {
    return `${joined}${suffix}`;
  }
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  const readable = joined.replace(takesMarks ? /[^\w.-]+/g : /[^A-Za-z0-9-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const kept = readable.slice(0, longest - suffix.length - hash.length - 1).replace(/[.-]+$/, '');
  return `${kept === '' ? 'vpn' : kept}-${hash}${suffix}`;
}
