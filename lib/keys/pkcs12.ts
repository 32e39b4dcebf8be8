import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import {
  bmpString,
  explicit,
  implicitOctets,
  integer,
  nothing,
  objectIdentifier,
  octetString,
  sequence,
  set,
  utf16,
} from './der';

const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const SHA1_AND_3DES = '1.2.840.113549.1.12.1.3';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
const SHA1 = '1.3.14.3.2.26';

/** What OpenSSL takes; it matters little beside a password of 24 random characters. */
const ITERATIONS = 2048;

/** What goes into a PKCS #12 file. */
export interface Pkcs12 {
  /** The name that a certificate store shows. */
  readonly name: string;
  /** The certificate, in DER. */
  readonly certificate: Uint8Array;
  /** Its private key, as PKCS #8 in DER. */
  readonly privateKey: Uint8Array;
  /** The certificate of the authority that signed it, in DER. */
  readonly authority: Uint8Array;
  /** What protects the file. It carries the whole protection: see `pkcs12`. */
  readonly password: string;
}

/**
 * A private key, its certificate and the certificate of its authority in one file (RFC 7292), for certificate stores.
 *
 * Encrypted with three-key Triple DES under SHA-1, and sealed with HMAC-SHA-1: Apple's systems and Android read nothing
 * newer reliably ("wrong password" is what they say of AES and SHA-256; openssl/openssl#19871,
 * strongswan/strongswan-docs#5, read 2026-11). What protects the file is its password, which must be long and random.
 */
export function pkcs12({ name, certificate, privateKey, authority, password }: Pkcs12): Buffer {
  const ownAttributes = set(
    attribute(FRIENDLY_NAME, bmpString(name)),
    attribute(LOCAL_KEY_ID, octetString(createHash('sha1').update(certificate).digest())),
  );
  const certificates = sequence(certificateBag(certificate, ownAttributes), certificateBag(authority));
  const keys = sequence(
    bag(SHROUDED_KEY_BAG, sequence(...encrypted(privateKey, password, octetString)), ownAttributes),
  );
  const safes = sequence(
    sequence(
      objectIdentifier(ENCRYPTED_DATA),
      explicit(
        sequence(integer(0), sequence(objectIdentifier(DATA), ...encrypted(certificates, password, implicitOctets))),
      ),
    ),
    data(keys),
  );
  const salt = randomBytes(20);
  const seal = createHmac('sha1', derive(password, salt, 3, 20))
    .update(safes)
    .digest();
  return sequence(
    integer(3),
    data(safes),
    sequence(
      sequence(sequence(objectIdentifier(SHA1), nothing()), octetString(seal)),
      octetString(salt),
      integer(ITERATIONS),
    ),
  );
}

function data(content: Uint8Array): Buffer {
  return sequence(objectIdentifier(DATA), explicit(octetString(content)));
}

function bag(type: string, value: Uint8Array, ...attributes: readonly Uint8Array[]): Buffer {
  return sequence(objectIdentifier(type), explicit(value), ...attributes);
}

function certificateBag(certificate: Uint8Array, ...attributes: readonly Uint8Array[]): Buffer {
  const value = sequence(objectIdentifier(X509_CERTIFICATE), explicit(octetString(certificate)));
  return bag(CERTIFICATE_BAG, value, ...attributes);
}

function attribute(type: string, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(type), set(value));
}

/** The algorithm with its parameters, and the content encrypted with it. */
function encrypted(content: Uint8Array, password: string, wrap: (content: Uint8Array) => Buffer): [Buffer, Buffer] {
  const salt = randomBytes(20);
  const cipher = createCipheriv('des-ede3-cbc', derive(password, salt, 1, 24), derive(password, salt, 2, 8));
  return [
    sequence(objectIdentifier(SHA1_AND_3DES), sequence(octetString(salt), integer(ITERATIONS))),
    wrap(Buffer.concat([cipher.update(content), cipher.final()])),
  ];
}

/**
 * Key material from a password, by appendix B.2 of RFC 7292 with SHA-1.
 *
 * @param purpose 1 for a key, 2 for an initialisation vector, 3 for a seal
 */
function derive(password: string, salt: Uint8Array, purpose: 1 | 2 | 3, size: number): Buffer {
  const BLOCK = 64;
  const stretched = (bytes: Uint8Array) =>
    Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK, bytes.length === 0 ? undefined : bytes);
  const input = Buffer.concat([stretched(salt), stretched(Buffer.concat([utf16(password), Buffer.alloc(2)]))]);
  const output: Buffer[] = [];
  for (let made = 0; made < size; made += 20) {
    let hash = Buffer.concat([Buffer.alloc(BLOCK, purpose), input]);
    for (let round = 0; round < ITERATIONS; round += 1) {
      hash = createHash('sha1').update(hash).digest();
    }
    output.push(hash);
    add(input, Buffer.alloc(BLOCK, hash));
  }
  return Buffer.concat(output).subarray(0, size);
}

/** Adds `addend` and one to every block of `input`, modulo the size of a block. */
function add(input: Buffer, addend: Buffer): void {
  for (let block = 0; block < input.length; block += addend.length) {
    let carry = 1;
    for (let at = addend.length - 1; at >= 0; at -= 1) {
      carry += (input[block + at] ?? 0) + (addend[at] ?? 0);
      input[block + at] = carry & 255;
      carry >>= 8;
    }
  }
}
