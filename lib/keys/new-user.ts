import { invalid } from '../errors';
import type { Gateway } from './gateway';
import type { NewUser } from './protocol-keys';

/**
 * Reads a list of new users: `[{"name": "alice", "address": "10.99.1.5", "destinations": ["10.0.0.0/16 tcp 443"]}]`. Names
 * and destinations are checked with the whole secret, later. No error holds a password.
 *
 * @throws InvalidInputError `USERS_MALFORMED`
 */
export function parseNewUsers(json: string, { protocol, pptpPool }: Gateway): NewUser[] {
  const list = parsed(json);
  const hasPasswords = protocol === 'pptp' || protocol === 'ikev2' || pptpPool !== undefined;
  const keys = ['name', 'address', 'destinations', ...(hasPasswords ? ['password'] : [])];
  const isUser = (entry: unknown) =>
    typeof entry === 'object' &&
    entry !== null &&
    Object.keys(entry).every((key) => keys.includes(key)) &&
    typeof (entry as NewUser).name === 'string' &&
    ['string', 'undefined'].includes(typeof (entry as NewUser).password);
  if (!Array.isArray(list) || !list.every(isUser)) {
    const at = Array.isArray(list) ? `entry ${list.findIndex((entry) => !isUser(entry)) + 1} of ` : '';
    invalid({
      code: 'USERS_MALFORMED',
      what: `${at}the list of new users is not JSON of its form`,
      allowed: `a list of objects with name, perhaps ${keys.slice(1).join(', ')}, and nothing else`,
      instead: '[{"name": "alice"}, {"name": "bob", "address": "10.99.1.5"}]',
    });
  }
  return list;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
