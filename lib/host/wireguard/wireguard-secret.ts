import { invalid } from '../../errors';
import type { ClientPool } from '../client-pool';
import { parseSecret, refuseDuplicate, type SecretUser } from '../secret';
import { wireGuardPublicKey } from './public-key';

/** One user of WireGuard, which is one device: a key in two devices at once makes both lose packets. */
export interface WireGuardUser extends SecretUser {
  /** 1 to 64 letters, digits and `_ . @ -`, not beginning with a dot. */
  readonly name: string;
  /** The device's public key, as `wg pubkey` prints it. */
  readonly publicKey: string;
  /**
   * A key that gateway and device share beside their own, as `wg genpsk` prints it.
   *
   * @default none
   */
  readonly presharedKey?: string;
  /** The address of the device inside the tunnel. Required: WireGuard hands none out. */
  readonly address: string;
}

/** What the secret of a WireGuard gateway holds. */
export interface WireGuardSecret {
  /** The gateway's private key, as `wg genkey` prints it. */
  readonly privateKey: string;
  readonly users: readonly WireGuardUser[];
}

/**
 * The form of every key of WireGuard, for JavaScript and for Python's `re.fullmatch` alike: 32 bytes in base64 without
 * spare bits. Not all zero, which `wg` takes for no key at all.
 */
export const WIREGUARD_KEY_PATTERN = '(?!A{43})[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=';

/**
 * Reads the text of a secret, with the rule that the machine applies too: the whole or nothing.
 *
 * The form is `{"privateKey": "...", "users": [{"name": "alice", "publicKey": "...", "presharedKey": "...", "address":
 * "10.99.1.2", "destinations": ["10.0.0.5/32 tcp 443"]}]}`, `presharedKey` and `destinations` being optional; `"users": []`
 * is a gateway with no users yet. No error of this function holds a value of the secret.
 *
 * @throws InvalidInputError `USERS_MALFORMED`, `USER_NAME_NOT_REPRESENTABLE`, `USER_ADDRESS_NOT_IN_POOL`,
 * `USER_DESTINATION_INVALID`, `USER_DUPLICATE` or `WIREGUARD_KEY_INVALID`
 */
export function parseWireGuardSecret(json: string, pool: ClientPool): WireGuardSecret {
  const { values, users } = parseSecret(json, pool, {
    keys: ['privateKey'],
    optionalKeys: [],
    userKeys: ['publicKey', 'address'],
    optionalUserKeys: ['presharedKey'],
    name: /^[A-Za-z0-9_@-][A-Za-z0-9_.@-]{0,63}$/,
    nameInWords: '1 to 64 letters, digits and _ . @ -, not beginning with a dot',
    example: `{"name": "alice", "publicKey": "...", "address": "${pool.range.address(2)}"}`,
  });
  const privateKey = keyOf(values.privateKey, 'privateKey');
  const own = wireGuardPublicKey(privateKey);
  const taken = new Set<string>();
  return {
    privateKey,
    users: users.map(({ presharedKey, ...user }, index) => {
      const what = `user ${index + 1}`;
      const publicKey = keyOf(user.publicKey, `publicKey of ${what}`);
      if (publicKey === own) {
        invalid({
          code: 'WIREGUARD_KEY_INVALID',
          what: `publicKey of ${what} is the gateway's own`,
          allowed: "the public key of the user's own device",
          instead: '"publicKey": what `wg pubkey` makes of the private key of the device',
        });
      }
      if (taken.has(publicKey)) {
        refuseDuplicate(what, 'publicKey');
      }
      taken.add(publicKey);
      const shared = presharedKey === undefined ? {} : { presharedKey: keyOf(presharedKey, `presharedKey of ${what}`) };
      return { ...user, address: user.address as string, publicKey, ...shared };
    }),
  };
}

function keyOf(value: unknown, what: string): string {
  if (typeof value !== 'string' || !new RegExp(`^${WIREGUARD_KEY_PATTERN}$`).test(value)) {
    const [key = ''] = what.split(' ');
    invalid({
      code: 'WIREGUARD_KEY_INVALID',
      what: `${what} is not a key of WireGuard`,
      allowed: '32 bytes in base64, 44 characters, not all zero',
      instead: `"${key}": what \`wg ${{ privateKey: 'genkey', publicKey: 'pubkey', presharedKey: 'genpsk' }[key]}\` prints`,
    });
  }
  return value;
}
