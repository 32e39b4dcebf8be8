import { createHash } from 'node:crypto';
import { isToken } from '../cdktf/token';
import { invalid } from '../errors';

/** The longest name of machines, addresses, rules, routes and subnetworks; also of network tags. */
export const LONGEST_NAME = 63;

/** The longest id of a service account. */
export const LONGEST_ACCOUNT = 30;

const NAME = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/**
 * Checks a name that Compute Engine will read. Tokens pass.
 *
 * @see https://docs.cloud.google.com/compute/docs/naming-resources
 * @throws InvalidInputError `NAME_INVALID`
 */
export function googleName(name: string, what: string, longest = LONGEST_NAME): string {
  if (isToken(name)) {
    return name;
  }
  if (typeof name !== 'string' || name.length > longest || !NAME.test(name)) {
    invalid({
      code: 'NAME_INVALID',
      what: `${what} is not a name that Google Cloud takes`,
      got: name,
      allowed: `1 to ${longest} lower-case letters, digits and hyphens; the first a letter, the last no hyphen`,
      instead: "'vpn-plant-4'",
    });
  }
  return name;
}

/**
 * A name made from the path of a construct: `plant4/vpn` gives `plant4-vpn`. Where that is too long, or an id holds a
 * capital, a hyphen or what Google Cloud does not take, it ends with a hash of the path: two paths share no name.
 */
export function nameFromPath(path: string, suffix = '', longest = LONGEST_NAME): string {
  const joined = path.split('/').join('-');
  const plain = path.split('/').every((one) => /^[a-z0-9]+$/.test(one)) && NAME.test(joined);
  if (plain && joined.length + suffix.length <= longest) {
    return `${joined}${suffix}`;
  }
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  const readable = joined
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '');
  const kept = readable.slice(0, longest - suffix.length - hash.length - 1).replace(/-+$/, '');
  return `${kept === '' ? 'vpn' : kept}-${hash}${suffix}`;
}
