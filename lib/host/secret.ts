import { invalid } from '../errors';
import { parseUserDestinations, type UserDestination } from './destinations';

/** What every user of a secret has, whatever the protocol. */
export interface SecretUser {
  readonly name: string;
  /**
   * The address that this user always gets inside the tunnel.
   *
   * @default one that is free, where the protocol hands addresses out
   */
  readonly address?: string;
  /**
   * Where this user may go, where the gateway's policy allows it as well. Needs an address of the user's own.
   *
   * @default wherever the policy allows
   */
  readonly destinations?: readonly UserDestination[];
}

/** The addresses that users may have. */
export interface UserAddresses {
  /** Whether a user may have this one. */
  holds(address: unknown): boolean;
  /** The first and the last one; `undefined` where there are none. */
  readonly userAddresses: readonly [first: string, last: string] | undefined;
}

/** In what the secrets of two protocols differ; the classes of `vpn-gateway-apply` say the same in Python. */
export interface SecretForm {
  /** Keys beside `users`. */
  readonly keys: readonly string[];
  readonly optionalKeys: readonly string[];
  /** Keys of a user beside `name`; `address` among them where it may not be left out. */
  readonly userKeys: readonly string[];
  /** Keys of a user beside `address` and `destinations`. */
  readonly optionalUserKeys: readonly string[];
  /** Matches a whole name. */
  readonly name: RegExp;
  /** The same in words. */
  readonly nameInWords: string;
  /** A user as the secret may hold one, for messages. */
  readonly example: string;
}

/** A secret whose keys, names, addresses and destinations are right; what else it holds is still to be checked. */
export interface Secret {
  /** What it holds beside `users`. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly users: readonly (SecretUser & Readonly<Record<string, unknown>>)[];
}

/**
 * Reads what all secrets have in common, with the rule of the machine's `vpn-gateway-apply`: the whole or nothing. No
 * error holds a value of the secret.
 *
 * @throws InvalidInputError `USERS_MALFORMED`, `USER_NAME_NOT_REPRESENTABLE`, `USER_ADDRESS_NOT_IN_POOL`,
 * `USER_DESTINATION_INVALID` or `USER_DUPLICATE`
 */
export function parseSecret(json: string, pool: UserAddresses, form: SecretForm): Secret {
  const secret = parsed(json);
  const whole = ['users', ...form.keys];
  if (!hasKeys(secret, whole, form.optionalKeys) || !Array.isArray(secret.users)) {
    const keys = [...form.keys.map((key) => `"${key}": "..."`), `"users": [${form.example}]`];
    invalid({
      code: 'USERS_MALFORMED',
      what: 'the secret is not JSON of the form that this gateway reads',
      allowed: `an object with ${listOf(whole)}${mayHave(form.optionalKeys)}, and nothing else; users is a list`,
      instead: `{${keys.join(', ')}}`,
    });
  }
  const { users: entries, ...values } = secret;
  const names = new Set<string>();
  const addresses = new Set<string>();
  const users = (entries as unknown[]).map((entry, index) => {
    const user = userOf(entry, `user ${index + 1}`, pool, form);
    const taken = names.has(user.name) ? 'name' : addresses.has(user.address ?? '') ? 'address' : undefined;
    if (taken !== undefined) {
      refuseDuplicate(`user ${index + 1}`, taken);
    }
    names.add(user.name);
    if (user.address !== undefined) {
      addresses.add(user.address);
    }
    return user;
  });
  return { values, users };
}

/** Refuses a user who has something that only one user can have. */
export function refuseDuplicate(user: string, what: string): never {
  return invalid({
    code: 'USER_DUPLICATE',
    what: `${user} has the ${what} of an earlier user`,
    allowed: `a ${what} that no other user has`,
    instead: 'one entry for each user',
  });
}

function userOf(
  entry: unknown,
  what: string,
  pool: UserAddresses,
  form: SecretForm,
): SecretUser & Readonly<Record<string, unknown>> {
  const required = ['name', ...form.userKeys];
  const optional = ['address', 'destinations', ...form.optionalUserKeys].filter((key) => !required.includes(key));
  if (!hasKeys(entry, required, optional)) {
    invalid({
      code: 'USERS_MALFORMED',
      what: `${what} does not have the keys of a user`,
      allowed: `an object with ${listOf(required)}${mayHave(optional)}, and nothing else`,
      instead: form.example,
    });
  }
  const { name, address, destinations, ...rest } = entry;
  if (typeof name !== 'string' || !form.name.test(name)) {
    invalid({
      code: 'USER_NAME_NOT_REPRESENTABLE',
      what: `the name of ${what} is not one that this gateway can hold`,
      allowed: form.nameInWords,
      instead: form.example,
    });
  }
  const [first, last] = pool.userAddresses ?? [];
  if ('address' in entry && !pool.holds(address)) {
    invalid({
      code: 'USER_ADDRESS_NOT_IN_POOL',
      what: `the address of ${what} is not one that a client of this gateway can have`,
      allowed: first === undefined ? 'no address: none is set aside for users' : `${first} to ${last}`,
      instead: first === undefined ? form.example : `"address": "${first}"`,
    });
  }
  const user = { ...rest, name, ...(address === undefined ? {} : { address: address as string }) };
  if (!('destinations' in entry)) {
    return user;
  }
  if (address === undefined) {
    invalid({
      code: 'USER_DESTINATION_INVALID',
      what: `${what} has destinations and no address: they are enforced by address`,
      allowed: 'destinations together with an address of the user',
      instead: `"address": "${first ?? '10.99.0.250'}", "destinations": ["10.0.0.5/32 tcp 443"]`,
    });
  }
  return { ...user, destinations: parseUserDestinations(destinations, what) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function hasKeys(
  value: unknown,
  required: readonly string[],
  optional: readonly string[],
): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    required.every((key) => Object.hasOwn(value, key)) &&
    Object.keys(value).every((key) => required.includes(key) || optional.includes(key))
  );
}

function listOf(keys: readonly string[]): string {
  return keys.join(', ').replace(/, ([^,]*)$/, ' and $1');
}

function mayHave(optional: readonly string[]): string {
  return optional.length === 0 ? '' : `, perhaps ${listOf(optional)}`;
}
