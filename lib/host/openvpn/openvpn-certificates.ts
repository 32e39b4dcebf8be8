import { createPrivateKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { invalid } from '../../errors';
import { asPem, PEM_LABELS, type PemBlock, pemBlocks } from './openvpn-pem';

/** The part of a secret that proves who the server is, and by which it knows users; all of it is text. */
export interface OpenVpnCredentials {
  readonly certificate: unknown;
  readonly privateKey: unknown;
  readonly ca: unknown;
  /** Undefined where there is no list. */
  readonly crl: unknown;
}

/** In hexadecimal: the object identifiers of signatures with SHA-1, which OpenSSL refuses from security level 2 on. */
const SHA1_SIGNATURES = ['06092a864886f70d010105', '06072a8648ce3d0401'];
const TLS_SERVER = '1.3.6.1.5.5.7.3.1';

/**
 * Checks what the machine checks with `openssl`, before anything is deployed: that a server which is given these would
 * start, and that its clients would take it for one.
 *
 * @throws InvalidInputError `SECRET_CERTIFICATE_INVALID`
 */
export function checkCredentials(secret: OpenVpnCredentials, now: Date): void {
  const chain = certificates('certificate', secret.certificate);
  const authorities = certificates('ca', secret.ca);
  const stranger = authorities.findIndex((one) => !one.ca);
  if (stranger !== -1) {
    refuse(`ca: ${stranger + 1} is not the certificate of an authority`, '"ca": the certificate that signs');
  }
  const [leaf] = chain as [X509Certificate];
  if (!leaf.checkPrivateKey(privateKeyOf(secret.privateKey))) {
    refuse('privateKey: not the key of the certificate', '"privateKey": the key for which the certificate was made');
  }
  if (!leaf.keyUsage?.includes(TLS_SERVER) || !signs(leaf)) {
    refuse(
      'certificate: not for digital signatures of a TLS server',
      'a certificate with keyUsage digitalSignature and extendedKeyUsage serverAuth',
    );
  }
  checkChain(chain, authorities, now);
  if (secret.crl !== undefined) {
    const keys = authorities.map((one) => one.publicKey);
    const odd = blocks('crl', secret.crl).findIndex(({ bytes }) => !keys.some((key) => isSignedBy(bytes, key)));
    if (odd !== -1) {
      refuse(`crl: ${odd + 1} is not signed by the authority`, '"crl": the list that the authority made');
    }
  }
}

/** From the server's certificate to an authority that signed itself; every one of them in force and strong enough. */
function checkChain(chain: readonly X509Certificate[], authorities: readonly X509Certificate[], now: Date): void {
  let [one] = chain as [X509Certificate];
  for (let step = 0; ; step += 1) {
    if (new Date(one.validFrom) > now || new Date(one.validTo) < now) {
      refuse('certificate: it, or one that signed it, is expired or not valid yet', 'certificates that are in force');
    }
    const { modulusLength } = one.publicKey.asymmetricKeyDetails ?? {};
    const root = isIssuedBy(one, one);
    if ((modulusLength ?? 2048) < 2048 || (!root && SHA1_SIGNATURES.some((oid) => one.raw.includes(oid, 'hex')))) {
      refuse(
        'certificate: it, or one that signed it, has a weak key or signature',
        'RSA with 2048 bits, or ECDSA; SHA-256',
      );
    }
    if (root && authorities.some((authority) => authority.raw.equals(one.raw))) {
      return;
    }
    const issuer = [...authorities, ...chain.slice(1)].find((other) => other.ca && isIssuedBy(one, other));
    if (root || issuer === undefined || step > chain.length + authorities.length) {
      refuse('certificate: not signed by the authority in ca', '"certificate": what the authority signed');
    }
    one = issuer;
  }
}

function isIssuedBy(one: X509Certificate, other: X509Certificate): boolean {
  return one.checkIssued(other) && one.verify(other.publicKey);
}

/** Whether the extension keyUsage (2.5.29.15) has its first bit set, digitalSignature. Node shows the extended usages alone. */
function signs(certificate: X509Certificate): boolean {
  const [, bits = '0'] =
    /0603551d0f(?:0101ff)?04(?:040302|050303)0[0-7](..)/.exec(certificate.raw.toString('hex')) ?? [];
  return Number.parseInt(bits, 16) >= 128;
}

/** Whether a revocation list (RFC 5280, section 5.1) is signed with this key. */
function isSignedBy(list: Buffer, key: KeyObject): boolean {
  const whole = element(list, 0);
  const signed = element(list, whole.content);
  const signature = element(list, element(list, signed.end).end);
  // The first byte of a bit string counts unused bits.
  const [text, bits] = [list.subarray(whole.content, signed.end), list.subarray(signature.content + 1, signature.end)];
  const hashes = key.asymmetricKeyType?.startsWith('ed') ? [null] : ['sha256', 'sha384', 'sha512'];
  return hashes.some((hash) => verify(hash, text, key, bits));
}

/** Where the content of a DER element begins and ends; past the end of what is no DER. */
function element(der: Buffer, at: number): { content: number; end: number } {
  const first = der[at + 1] ?? 0;
  const digits = first < 128 ? 0 : first - 128;
  const length = digits === 0 ? first : Number.parseInt(der.toString('hex', at + 2, at + 2 + digits) || '0', 16);
  return { content: at + 2 + digits, end: at + 2 + digits + length };
}

function certificates(name: 'certificate' | 'ca', text: unknown): X509Certificate[] {
  return blocks(name, text).map((block, index) => {
    try {
      return new X509Certificate(asPem(block));
    } catch {
      return refuse(`${name}: ${index + 1} cannot be read`, 'certificates as openssl writes them');
    }
  });
}

function privateKeyOf(text: unknown): KeyObject {
  const keys = blocks('privateKey', text);
  const [key] = keys as [PemBlock];
  if (keys.length !== 1) {
    refuse('privateKey: not one key', '"privateKey": one block of PEM');
  }
  try {
    return createPrivateKey(asPem(key));
  } catch {
    return refuse('privateKey: cannot be read', 'a key as openssl writes it');
  }
}

function blocks(name: keyof OpenVpnCredentials, text: unknown): PemBlock[] {
  const found = pemBlocks(text, PEM_LABELS[name]);
  if (found.length === 0) {
    const kind = { certificate: 'CERTIFICATE', ca: 'CERTIFICATE', crl: 'X509 CRL', privateKey: 'PRIVATE KEY' }[name];
    refuse(`${name}: not PEM of its kind`, `"${name}": "-----BEGIN ${kind}-----\\n...\\n-----END ${kind}-----\\n"`);
  }
  return found;
}

function refuse(what: string, instead: string): never {
  return invalid({
    code: 'SECRET_CERTIFICATE_INVALID',
    what: `the secret is not one with which OpenVPN can serve: ${what}`,
    allowed:
      'PEM without other text: certificate (with those between it and the authority), its key without a password, ' +
      'ca (one that signed itself among them), and perhaps crl',
    instead,
  });
}
