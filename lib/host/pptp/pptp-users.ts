import { invalid } from '../../errors';
import { parseUserDestinations, type UserDestination } from '../destinations';
import type { PptpPool } from './pptp-pool';

/** One user, as the secret holds it. */
export interface PptpUser {
  /** 1 to 255 printable ASCII characters; not `*` alone, which pppd takes for everybody. */
  readonly name: string;
  /** 1 to 255 printable ASCII characters, not beginning with `@/`, which pppd takes for the name of a file. */
  readonly password: string;
  /**
   * The address that this user always gets, one of `PptpPool.fixedAddresses`.
   *
   * @default whichever is free
   */
  readonly address?: string;
  /**
   * Where this user may go, where the gateway's policy allows it as well. Needs an address of the user's own.
   *
   * @default wherever the policy allows
   */
  readonly destinations?: readonly UserDestination[];
}

/**
 * Reads the text of a secret, with the rule that the machine applies too: the whole or nothing.
 *
 * The form is `{"users": [{"name": "alice", "password": "...", "address": "10.99.0.200", "destinations": ["10.0.0.5/32 tcp 443"]}]}`,
 * `address` and `destinations` being optional;
 * `{"users": []}` is a gateway with no users yet. No error of this function holds a value of the secret.
 *
 * @throws InvalidInputError `USERS_MALFORMED`, `USER_NAME_NOT_REPRESENTABLE`, `USER_PASSWORD_NOT_REPRESENTABLE`,
 * `USER_ADDRESS_NOT_FIXED`, `USER_DESTINATION_INVALID` or `USER_DUPLICATE`
 */
export function parsePptpUsers(json: string, pool: PptpPool): PptpUser[] {
  const users: PptpUser[] = [];
  const names = new Set<string>();
  const addresses = new Set<string>();
  listed(json).forEach((entry, index) => {
    const user = checked(entry, index + 1, pool);
    if (names.has(user.name) || (user.address !== undefined && addresses.has(user.address))) {
      invalid({
        code: 'USER_DUPLICATE',
        what: `user ${index + 1} has the ${names.has(user.name) ? 'name' : 'address'} of an earlier user`,
        allowed: 'names and addresses that no other user has',
        instead: 'one entry for each user',
      });
    }
    names.add(user.name);
    addresses.add(user.address ?? '');
    users.push(user);
  });
  return users;
}

function listed(json: string): readonly unknown[] {
  const secret = parsed(json);
  if (!hasKeys(secret, ['users']) || !Array.isArray(secret.users)) {
    invalid({
      code: 'USERS_MALFORMED',
      what: 'the secret is not a list of users in JSON',
      allowed: '{"users": [...]} and nothing else at the top',
      instead: '{"users": [{"name": "alice", "password": "..."}]}',
    });
  }
  return secret.users;
}

function checked(entry: unknown, at: number, pool: PptpPool): PptpUser {
  if (!hasKeys(entry, ['name', 'password'], ['address', 'destinations'])) {
    invalid({
      code: 'USERS_MALFORMED',
      what: `user ${at} is not an object with a name and a password`,
      allowed: 'name and password, with or without address and destinations, and nothing else',
      instead: '{"name": "alice", "password": "..."}',
    });
  }
  const { name, password, address } = entry;
  if (!printable(name) || name === '*') {
    invalid({
      code: 'USER_NAME_NOT_REPRESENTABLE',
      what: `the name of user ${at} cannot stand in chap-secrets`,
      allowed: '1 to 255 printable ASCII characters; not * alone, which pppd takes for everybody',
      instead: '{"name": "alice", ...}',
    });
  }
  if (!printable(password) || password.startsWith('@/')) {
    invalid({
      code: 'USER_PASSWORD_NOT_REPRESENTABLE',
      what: `the password of user ${at} cannot stand in chap-secrets`,
      allowed: '1 to 255 printable ASCII characters, not beginning with @/, which pppd takes for the name of a file',
      instead: '20 or more random letters and digits',
    });
  }
  if ('address' in entry && !pool.fixedAddresses.includes(address as string)) {
    const first = pool.fixedAddresses[0];
    invalid({
      code: 'USER_ADDRESS_NOT_FIXED',
      what: `the address of user ${at} is not one that is set aside for users`,
      allowed: first === undefined ? 'no address: none is set aside' : `${first} to ${pool.fixedAddresses.at(-1)}`,
      instead:
        first === undefined ? `PptpPool.from('${pool.range.cidr}', { fixedAddresses: 10 })` : `"address": "${first}"`,
    });
  }
  const user = address === undefined ? { name, password } : { name, password, address: address as string };
  if (!('destinations' in entry)) {
    return user;
  }
  if (address === undefined) {
    invalid({
      code: 'USER_DESTINATION_INVALID',
      what: `user ${at} has destinations and no address: they are enforced by address`,
      allowed: 'destinations together with an address of the user',
      instead: '"address": "10.99.0.250", "destinations": ["10.0.0.5/32 tcp 443"]',
    });
  }
  return { ...user, destinations: parseUserDestinations(entry.destinations, `user ${at}`) };
}

function printable(value: unknown): value is string {
  return typeof value === 'string' && /^[ -~]{1,255}$/.test(value);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function hasKeys<K extends string>(
  value: unknown,
  needed: readonly K[],
  optional: readonly string[] = [],
): value is Record<K | 'address' | 'destinations', unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    needed.every((key) => Object.hasOwn(value, key)) &&
    Object.keys(value).every((key) => [...needed, ...optional].includes(key as K))
  );
}
