import type { X509Certificate } from 'node:crypto';
import { invalid } from '../../errors';
import { isAddress } from '../../flows';
import { CertificateCheck } from '../certificates/certificate-check';
import type { ClientPool } from '../client-pool';
import { parseRadiusSecret } from '../radius';
import { parseSecret, refuseDuplicate, type SecretUser } from '../secret';
import type { Ikev2Method } from './ikev2-service';
import { CERTIFICATE_NAME_PATTERN, NAME_IN_WORDS, NAME_PATTERN, PASSWORD_PATTERN } from './patterns';

const CHECK: CertificateCheck = new CertificateCheck(
  'IKEv2',
  'certificate (with those between it and a root that clients trust), its key without a password, and perhaps clientCa ' +
    'and crl',
);

/** One user of IKEv2. */
export interface Ikev2User extends SecretUser {
  /**
   * 1 to 255 printable ASCII characters without `:` and `=`, not beginning with `*`, `@` or `%`, and no address. Without a
   * password 1 to 64 letters, digits and `_ . @ -`: the name that the user's certificate has as a subject alternative name
   * (or, for clients that send their subject, as its common name).
   */
  readonly name: string;
  /**
   * For EAP-MSCHAPv2: 1 to 255 printable ASCII characters.
   *
   * @default the user has a certificate of `clientCa`
   */
  readonly password?: string;
}

/** What the secret of an IKEv2 gateway holds. */
export interface Ikev2Secret {
  /** The gateway's certificate and those between it and a root that clients trust, in PEM. */
  readonly certificate: string;
  /** The private key of the first certificate, in PEM, not encrypted. */
  readonly privateKey: string;
  /**
   * One or more authorities that certify users, in PEM.
   *
   * @default nobody has a certificate
   */
  readonly clientCa?: string;
  /**
   * Revocation lists of these authorities, in PEM.
   *
   * @default nothing is revoked
   */
  readonly crl?: string;
  /**
   * The RADIUS servers' shared secret: 16 to 48 printable ASCII characters without spaces. Where the gateway uses RADIUS, and
   * only there.
   */
  readonly radius?: { readonly secret: string };
  readonly users: readonly Ikev2User[];
}

/** Of which gateway the secret is. */
export interface Ikev2SecretOptions {
  readonly pool: ClientPool;
  /** The name or IPv4 address that clients dial; it must be known. */
  readonly serverName: string;
  readonly authentication: readonly Ikev2Method[];
  /**
   * When certificates must be valid.
   *
   * @default now
   */
  readonly at?: Date;
}

/**
 * Reads the text of a secret, with the rule that the machine applies too: the whole or nothing.
 *
 * The form is `{"certificate": "-----BEGIN ...", "privateKey": "...", "clientCa": "...", "crl": "...", "users": [{"name":
 * "alice", "password": "...", "address": "10.99.2.10", "destinations": ["10.0.0.5/32 tcp 443"]}, {"name": "plc"}]}`; `crl`,
 * `address` and `destinations` are optional, `clientCa` is where nobody has a certificate. No error holds a value of the secret.
 *
 * @throws InvalidInputError `USERS_MALFORMED`, `USER_NAME_NOT_REPRESENTABLE`, `USER_ADDRESS_NOT_IN_POOL`,
 * `USER_DESTINATION_INVALID`, `USER_DUPLICATE`, `USER_PASSWORD_NOT_REPRESENTABLE`, `SECRET_CERTIFICATE_INVALID`,
 * `IKEV2_USER_WITHOUT_PROOF` or `RADIUS_SECRET_INVALID`
 */
export function parseIkev2Secret(json: string, options: Ikev2SecretOptions): Ikev2Secret {
  const { pool, serverName, authentication, at = new Date() } = options;
  const takesCertificates = authentication.includes('eap-tls') || authentication.includes('certificate');
  const takesPasswords = authentication.includes('eap-mschapv2');
  const { values, users } = parseSecret(json, pool, {
    keys: ['certificate', 'privateKey', ...(authentication.includes('eap-radius') ? ['radius'] : [])],
    optionalKeys: takesCertificates ? ['clientCa', 'crl'] : [],
    userKeys: [],
    optionalUserKeys: takesPasswords ? ['password'] : [],
    name: new RegExp(`^${NAME_PATTERN}$`),
    nameInWords: NAME_IN_WORDS,
    example: takesPasswords ? '{"name": "alice", "password": "..."}' : '{"name": "alice"}',
  });
  const chain = CHECK.certificates('certificate', values.certificate);
  const [leaf] = chain;
  checkDates('certificate', chain, at);
  checkServerName(leaf, serverName);
  CHECK.checkPrivateKey(values.privateKey, leaf);
  const authorities = 'clientCa' in values ? CHECK.authorities('clientCa', values.clientCa) : [];
  checkDates('clientCa', authorities, at);
  if ('crl' in values) {
    CHECK.checkRevocationLists(values.crl, authorities);
  }
  if ('radius' in values) {
    parseRadiusSecret(values.radius);
  }
  const names = new Set<string>();
  users.forEach((user, index) => {
    const what = `user ${index + 1}`;
    if (names.has(user.name.toLowerCase())) {
      refuseDuplicate(what, 'name, but for upper and lower case,');
    }
    names.add(user.name.toLowerCase());
    checkProof(user, what, authorities.length > 0, takesCertificates);
  });
  return { ...values, users } as unknown as Ikev2Secret;
}

/** Whether a user has something to log in with. */
function checkProof(user: SecretUser, what: string, hasAuthority: boolean, takesCertificates: boolean): void {
  if ('password' in user) {
    if (typeof user.password !== 'string' || !new RegExp(`^${PASSWORD_PATTERN}$`).test(user.password)) {
      invalid({
        code: 'USER_PASSWORD_NOT_REPRESENTABLE',
        what: `the password of ${what} is not one that clients can send`,
        allowed: '1 to 255 printable ASCII characters',
        instead: '20 or more random letters and digits',
      });
    }
    return;
  }
  if (!hasAuthority) {
    invalid({
      code: 'IKEV2_USER_WITHOUT_PROOF',
      what: takesCertificates
        ? `${what} has no password, and there is no clientCa`
        : `${what} has no password, and the gateway takes no certificates`,
      allowed: takesCertificates ? 'a password where the gateway takes them, or a clientCa' : 'users with a password',
      instead: takesCertificates
        ? '"clientCa": "-----BEGIN CERTIFICATE-----..."'
        : '{"name": "alice", "password": "..."}',
    });
  }
  if (!new RegExp(`^${CERTIFICATE_NAME_PATTERN}$`).test(user.name)) {
    invalid({
      code: 'USER_NAME_NOT_REPRESENTABLE',
      what: `the name of ${what}, who has no password, is not one that a certificate carries`,
      allowed: '1 to 64 letters, digits and _ . @ -',
      instead: '{"name": "alice"}',
    });
  }
}

/** Users whose authority is not in force cannot log in, and clients turn away from such a gateway. */
function checkDates(name: string, certificates: readonly X509Certificate[], at: Date): void {
  const odd = certificates.findIndex(({ validFrom, validTo }) => new Date(validFrom) > at || new Date(validTo) <= at);
  if (odd !== -1) {
    CHECK.refuse(`${name}: ${odd + 1} is expired or not valid yet`, 'certificates that are in force');
  }
}

function checkServerName(leaf: X509Certificate, serverName: string): void {
  const wanted = `${isAddress(serverName) ? 'IP Address' : 'DNS'}:${serverName}`.toLowerCase();
  const names = (leaf.subjectAltName ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (!names.includes(wanted)) {
    CHECK.refuse(
      'certificate: does not have the name of the server',
      `a certificate whose subject alternative names hold ${wanted}`,
    );
  }
}
