import type { X509Certificate } from 'node:crypto';
import { CertificateCheck } from '../certificates/certificate-check';

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

/** The label of a server key for tls-crypt-v2. */
export const TLS_CRYPT_LABEL = 'OpenVPN tls-crypt-v2 server key';

const CHECK: CertificateCheck = new CertificateCheck(
  'OpenVPN',
  'certificate (with those between it and the authority), its key without a password, ca (one that signed itself among ' +
    'them), and perhaps crl',
);

/**
 * Checks what the machine checks with `openssl`, before anything is deployed: that a server which is given these would
 * start, and that its clients would take it for one.
 *
 * @throws InvalidInputError `SECRET_CERTIFICATE_INVALID`
 */
export function checkCredentials(secret: OpenVpnCredentials, now: Date): void {
  const chain = CHECK.certificates('certificate', secret.certificate);
  const authorities = CHECK.authorities('ca', secret.ca);
  const [leaf] = chain;
  CHECK.checkPrivateKey(secret.privateKey, leaf);
  if (!leaf.keyUsage?.includes(TLS_SERVER) || !signs(leaf)) {
    CHECK.refuse(
      'certificate: not for digital signatures of a TLS server',
      'a certificate with keyUsage digitalSignature and extendedKeyUsage serverAuth',
    );
  }
  checkChain(chain, authorities, now);
  if (secret.crl !== undefined) {
    CHECK.checkRevocationLists(secret.crl, authorities);
  }
}

/** From the server's certificate to an authority that signed itself; every one of them in force and strong enough. */
function checkChain(
  chain: readonly [X509Certificate, ...X509Certificate[]],
  authorities: readonly X509Certificate[],
  now: Date,
): void {
  let [one] = chain;
  for (let step = 0; ; step += 1) {
    if (new Date(one.validFrom) > now || new Date(one.validTo) < now) {
      CHECK.refuse(
        'certificate: it, or one that signed it, is expired or not valid yet',
        'certificates that are in force',
      );
    }
    const { modulusLength } = one.publicKey.asymmetricKeyDetails ?? {};
    const root = isIssuedBy(one, one);
    if ((modulusLength ?? 2048) < 2048 || (!root && SHA1_SIGNATURES.some((oid) => one.raw.includes(oid, 'hex')))) {
      CHECK.refuse(
        'certificate: it, or one that signed it, has a weak key or signature',
        'RSA with 2048 bits, or ECDSA; SHA-256',
      );
    }
    if (root && authorities.some((authority) => authority.raw.equals(one.raw))) {
      return;
    }
    const issuer = [...authorities, ...chain.slice(1)].find((other) => other.ca && isIssuedBy(one, other));
    if (root || issuer === undefined || step > chain.length + authorities.length) {
      CHECK.refuse('certificate: not signed by the authority in ca', '"certificate": what the authority signed');
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
