import { createPrivateKey, X509Certificate } from 'node:crypto';
import { invalid } from '../../errors';
import { isAddress } from '../../flows';
import type { ClientPool } from '../client-pool';
import { parseRadiusSecret } from '../radius';
import { parseSecret, refuseDuplicate, type SecretUser } from '../secret';
import type { Ikev2Method } from './ikev2-service';
import { CERTIFICATE_NAME_PATTERN, NAME_IN_WORDS, NAME_PATTERN, PASSWORD_PATTERN } from './patterns';
import { issuerOf, subjectOf } from './x509-names';

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
 * `USER_DESTINATION_INVALID`, `USER_DUPLICATE`, `USER_PASSWORD_NOT_REPRESENTABLE`, `IKEV2_CERTIFICATE_INVALID`,
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
  const [leaf] = certificatesOf(values.certificate, 'certificate', at);
  checkServerName(leaf, serverName);
  checkPrivateKey(values.privateKey, leaf);
  const authorities = 'clientCa' in values ? certificatesOf(values.clientCa, 'clientCa', at) : [];
  if (!authorities.every(({ ca }) => ca)) {
    refuse(
      'clientCa is not a certificate authority',
      'certificates with the basic constraint CA:TRUE',
      "the certificate of the authority that issued the users' certificates",
    );
  }
  if ('crl' in values) {
    checkRevocationLists(values.crl, authorities);
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

function pem(value: unknown, what: string, label: string): string[] {
  const block = `-----BEGIN ${label}-----[A-Za-z0-9+/=\\s]+-----END ${label}-----`;
  if (typeof value !== 'string' || !new RegExp(`^\\s*(?:${block}\\s*)+$`).test(value)) {
    refuse(
      `${what} is not PEM`,
      `one or more blocks of ${label.split('?').at(-1)}, and nothing else`,
      '"-----BEGIN ..."',
    );
  }
  return value.match(new RegExp(block, 'g')) ?? [];
}

function certificatesOf(value: unknown, what: string, at: Date): [X509Certificate, ...X509Certificate[]] {
  return pem(value, what, 'CERTIFICATE').map((text) => {
    const certificate = attempt(() => new X509Certificate(text));
    if (certificate === undefined) {
      return refuse(`${what} is not a certificate`, 'X.509 certificates in PEM', '"-----BEGIN CERTIFICATE-----..."');
    }
    if (new Date(certificate.validTo) <= at) {
      refuse(`${what} has expired`, 'certificates that are valid', 'a new certificate');
    }
    return certificate;
  }) as [X509Certificate, ...X509Certificate[]];
}

function checkServerName(leaf: X509Certificate, serverName: string): void {
  const wanted = `${isAddress(serverName) ? 'IP Address' : 'DNS'}:${serverName}`.toLowerCase();
  const names = (leaf.subjectAltName ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (!names.includes(wanted)) {
    refuse(
      'certificate does not have the name of the server',
      `${wanted} among the subject alternative names of the first certificate`,
      'a certificate for the name that clients dial',
    );
  }
}

function checkPrivateKey(value: unknown, leaf: X509Certificate): void {
  const keys = pem(value, 'privateKey', '(?:RSA |EC )?PRIVATE KEY');
  const key = attempt(() => createPrivateKey(keys[0] ?? ''));
  if (keys.length !== 1 || key === undefined) {
    refuse(
      'privateKey is not a private key',
      'one private key in PEM, not encrypted',
      '"-----BEGIN PRIVATE KEY-----..."',
    );
  }
  if (!leaf.checkPrivateKey(key)) {
    refuse('privateKey is not the one of the certificate', 'the key of the first certificate', 'the matching pair');
  }
}

function checkRevocationLists(value: unknown, authorities: readonly X509Certificate[]): void {
  const subjects = authorities.map(({ raw }) => subjectOf(raw).toString('hex'));
  for (const text of pem(value, 'crl', 'X509 CRL')) {
    const issuer = attempt(() => issuerOf(Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64')));
    if (issuer === undefined) {
      refuse('crl is not a revocation list', 'X.509 revocation lists in PEM', '"-----BEGIN X509 CRL-----..."');
    }
    if (!subjects.includes(issuer.toString('hex'))) {
      refuse(
        'crl is not of a clientCa',
        'lists whose issuer is a certificate of clientCa',
        'the list of that authority',
      );
    }
  }
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function refuse(what: string, allowed: string, instead: string): never {
  return invalid({ code: 'IKEV2_CERTIFICATE_INVALID', what, allowed, instead });
}
