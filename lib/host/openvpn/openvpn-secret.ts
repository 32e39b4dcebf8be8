import { invalid } from '../../errors';
import { pemBlocks } from '../certificates/pem';
import type { ClientPool } from '../client-pool';
import { parseSecret, type SecretUser } from '../secret';
import { checkCredentials, TLS_CRYPT_LABEL } from './openvpn-certificates';

/** One user of OpenVPN, which is one device at a time: a second one with the same certificate ends the first one's session. */
export interface OpenVpnUser extends SecretUser {
  /**
   * The common name in the user's certificate: 1 to 64 letters, digits and `_ . @ -`, not beginning with a dot; not
   * `DEFAULT`, which means everybody to OpenVPN.
   */
  readonly name: string;
}

/** What the secret of an OpenVPN gateway holds. Everything but `users` is PEM. */
export interface OpenVpnSecret {
  /** The server's certificate, followed by those between it and the authority. */
  readonly certificate: string;
  /** Its private key, without a password. */
  readonly privateKey: string;
  /** The authority that signed the certificates of server and users. */
  readonly ca: string;
  /**
   * The certificates that the authority took back. Its dates do not matter: the list is as fresh as the secret.
   *
   * @default none
   */
  readonly crl?: string;
  /** What `openvpn --genkey tls-crypt-v2-server` writes. */
  readonly tlsCryptV2: string;
  /** Who may connect. A certificate alone does not suffice. */
  readonly users: readonly OpenVpnUser[];
}

/**
 * Reads the text of a secret, with the rule that the machine applies too: the whole or nothing.
 *
 * The form is `{"certificate": "...", "privateKey": "...", "ca": "...", "crl": "...", "tlsCryptV2": "...", "users": [{"name":
 * "alice", "address": "10.99.3.2", "destinations": ["10.0.0.5/32 tcp 443"]}]}`; `crl`, `address` and `destinations` are
 * optional; `"users": []` is a gateway with no users yet. No error of this function holds a value of the secret.
 *
 * @param now the time at which the certificates must be in force
 * @throws InvalidInputError `USERS_MALFORMED`, `USER_NAME_NOT_REPRESENTABLE`, `USER_ADDRESS_NOT_IN_POOL`,
 * `USER_DESTINATION_INVALID`, `USER_DUPLICATE`, `USERS_EXCEED_POOL`, `SECRET_CERTIFICATE_INVALID` or `TLS_CRYPT_KEY_INVALID`
 */
export function parseOpenVpnSecret(json: string, pool: ClientPool, now: Date = new Date()): OpenVpnSecret {
  const { values, users } = parseSecret(json, pool, {
    keys: ['certificate', 'privateKey', 'ca', 'tlsCryptV2'],
    optionalKeys: ['crl'],
    userKeys: [],
    optionalUserKeys: [],
    name: /^(?!DEFAULT$)[A-Za-z0-9_@-][A-Za-z0-9_.@-]{0,63}$/,
    nameInWords: '1 to 64 letters, digits and _ . @ -, not beginning with a dot; not DEFAULT',
    example: '{"name": "alice"}',
  });
  const { certificate, privateKey, ca, crl, tlsCryptV2 } = values;
  if (users.length > pool.size) {
    invalid({
      code: 'USERS_EXCEED_POOL',
      what: `the secret has ${users.length} users, and each has an address of their own`,
      allowed: `at most ${pool.size} users in ${pool.range.cidr}`,
      instead: 'a larger pool, or fewer users',
    });
  }
  const controls = pemBlocks(tlsCryptV2, TLS_CRYPT_LABEL);
  if (controls.length !== 1 || controls[0]?.bytes.length !== 128) {
    invalid({
      code: 'TLS_CRYPT_KEY_INVALID',
      what: 'tlsCryptV2 is not a server key for tls-crypt-v2',
      allowed: 'one block of PEM with 128 bytes',
      instead: '"tlsCryptV2": what `openvpn --genkey tls-crypt-v2-server` prints',
    });
  }
  checkCredentials({ certificate, privateKey, ca, crl }, now);
  return { certificate, privateKey, ca, tlsCryptV2, users, ...(crl === undefined ? {} : { crl }) } as OpenVpnSecret;
}
