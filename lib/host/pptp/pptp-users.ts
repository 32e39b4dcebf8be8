import { invalid } from '../../errors';
import { parseSecret, type SecretUser, type UserAddresses } from '../secret';

/** One user, as the secret holds it. */
export interface PptpUser extends SecretUser {
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
}

/**
 * Reads the text of a secret, with the rule that the machine applies too: the whole or nothing.
 *
 * The form is `{"users": [{"name": "alice", "password": "...", "address": "10.99.0.200", "destinations": ["10.0.0.5/32 tcp
 * 443"]}]}`, `address` and `destinations` being optional; `{"users": []}` is a gateway with no users yet. No error of this
 * function holds a value of the secret.
 *
 * @throws InvalidInputError `USERS_MALFORMED`, `USER_NAME_NOT_REPRESENTABLE`, `USER_PASSWORD_NOT_REPRESENTABLE`,
 * `USER_ADDRESS_NOT_IN_POOL`, `USER_DESTINATION_INVALID` or `USER_DUPLICATE`
 */
export function parsePptpUsers(json: string, pool: UserAddresses): PptpUser[] {
  const { users } = parseSecret(json, pool, {
    keys: [],
    optionalKeys: [],
    userKeys: ['password'],
    optionalUserKeys: [],
    name: /^(?!\*$)[ -~]{1,255}$/,
    nameInWords: '1 to 255 printable ASCII characters; not * alone, which pppd takes for everybody',
    example: '{"name": "alice", "password": "..."}',
  });
  return users.map((user, index) => {
    const { password } = user;
    if (typeof password !== 'string' || !/^(?!@\/)[ -~]{1,255}$/.test(password)) {
      invalid({
        code: 'USER_PASSWORD_NOT_REPRESENTABLE',
        what: `the password of user ${index + 1} cannot stand in chap-secrets`,
        allowed: '1 to 255 printable ASCII characters, not beginning with @/, which pppd takes for the name of a file',
        instead: '20 or more random letters and digits',
      });
    }
    return { ...user, password };
  });
}
