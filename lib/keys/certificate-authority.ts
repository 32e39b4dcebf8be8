// @peculiar/x509 does not load without it.
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { integer } from './der';
import { pem } from './pem';

/** The kinds of key that a certificate can have here. */
export const KEY_TYPES = ['rsa-3072', 'ecdsa-p256', 'ecdsa-p384'] as const;

/** A kind of key for a certificate. */
export type KeyType = (typeof KEY_TYPES)[number];

/** A certificate and its private key, both in PEM. */
export interface Credential {
  readonly certificate: string;
  /** PKCS #8, not encrypted. */
  readonly privateKey: string;
}

/** How long something is valid. */
export interface Validity {
  readonly now: Date;
  /** Days from `now`; never longer than the authority itself. */
  readonly days: number;
}

interface Algorithm {
  readonly generate: webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams;
  readonly sign: { readonly name: string; readonly hash: string };
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

const ALGORITHMS: Readonly<Record<KeyType, Algorithm>> = {
  'rsa-3072': {
    generate: { ...RSA, modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) },
    sign: RSA,
  },
  'ecdsa-p256': {
    generate: { name: 'ECDSA', namedCurve: 'P-256' },
    sign: { name: 'ECDSA', hash: 'SHA-256' },
  },
  'ecdsa-p384': {
    generate: { name: 'ECDSA', namedCurve: 'P-384' },
    sign: { name: 'ECDSA', hash: 'SHA-384' },
  },
};

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** The purpose that old macOS wants of a server for IKE. */
const IKE_INTERMEDIATE = '1.3.6.1.5.5.8.2.2';
const CRL_NUMBER = '2.5.29.20';

const DAY = 86_400_000;

/**
 * How long before its issue a certificate is valid already: gateways and clients whose clock is a day behind take it.
 */
const BACKDATED = 2 * DAY;

/** A private certificate authority: a self-signed certificate and its key. It signs nothing but what this file issues. */
export class CertificateAuthority {
  /**
   * Makes an authority with a new key.
   *
   * @param server whose authority it is; its name holds it, and eight random digits that tell two of them apart
   */
  public static async create(server: string, keyType: KeyType, { now, days }: Validity): Promise<CertificateAuthority> {
    const { publicKey, privateKey } = await generate(keyType);
    const name = new x509.Name([
      { O: [{ utf8String: server }] },
      { CN: [{ utf8String: `VPN CA ${randomBytes(4).toString('hex')}` }] },
    ]);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: name,
      issuer: name,
      notBefore: seconds(now.getTime() - BACKDATED),
      notAfter: seconds(now.getTime() + days * DAY),
      publicKey,
      signingKey: privateKey,
      signingAlgorithm: ALGORITHMS[keyType].sign,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ],
    });
    return new CertificateAuthority(certificate, privateKey, keyType);
  }

  /** Takes up an authority that `create` made; undefined where the two do not belong together or are none. */
  public static async from({ certificate, privateKey }: Credential): Promise<CertificateAuthority | undefined> {
    try {
      const [key, parsed] = [createPrivateKey(privateKey), new X509Certificate(certificate)];
      const keyType = typeOf(key);
      if (keyType === undefined || !parsed.ca || !parsed.checkPrivateKey(key)) {
        return undefined;
      }
      const der = key.export({ format: 'der', type: 'pkcs8' });
      const { generate: parameters } = ALGORITHMS[keyType];
      const signing = await webcrypto.subtle.importKey('pkcs8', der, parameters, false, ['sign']);
      return new CertificateAuthority(new x509.X509Certificate(certificate), signing, keyType, privateKey);
    } catch {
      // What cannot be parsed is no authority either; the reasons of the parsers say no more.
      return undefined;
    }
  }

  private constructor(
    private readonly own: x509.X509Certificate,
    private readonly signingKey: webcrypto.CryptoKey,
    /** The kind of its key, and of every key that it certifies. */
    public readonly keyType: KeyType,
    private readonly keyPem?: string,
  ) {}

  /** Its certificate, in PEM. */
  public get certificate(): string {
    return `${this.own.toString('pem')}\n`;
  }

  /** Its certificate, in DER. */
  public get raw(): Buffer {
    return Buffer.from(this.own.rawData);
  }

  /** Its private key, in PEM. It belongs neither on the gateway nor into any secret. */
  public get privateKey(): string {
    return this.keyPem ?? pkcs8(this.signingKey);
  }

  /** The common name in its certificate. */
  public get commonName(): string {
    return this.own.subjectName.getField('CN')[0] ?? '';
  }

  /** When its own certificate ends. */
  public get notAfter(): Date {
    return this.own.notAfter;
  }

  /**
   * A certificate for a server, with a new key.
   *
   * Its key usages are those that IKEv2 clients and OpenVPN's `remote-cert-tls server` both ask for. An IP address
   * stands in it as a name, too: Windows looks for it there.
   *
   * @param server the DNS name or IP address that clients dial
   */
  public async server(server: string, validity: Validity): Promise<Credential> {
    const names: x509.JsonGeneralNames = [{ type: 'dns', value: server }];
    if (isIP(server) !== 0) {
      names.unshift({ type: 'ip', value: server });
    }
    return await this.issue(server, names, [SERVER_AUTH, IKE_INTERMEDIATE], validity);
  }

  /** A certificate for a user, with a new key: the name stands in the subject, and as an alternative name beside it. */
  public async client(name: string, validity: Validity): Promise<Credential> {
    return await this.issue(
      name,
      [{ type: name.includes('@') ? 'email' : 'dns', value: name }],
      [CLIENT_AUTH],
      validity,
    );
  }

  /**
   * A revocation list: what `previous` held, and the certificates of `revoked`.
   *
   * It ends with the authority itself. No one fetches it: it travels in the gateway's secret, so an earlier end would
   * add nothing but a day on which a forgotten gateway turns everybody away.
   *
   * @param previous the last list, in PEM
   * @param revoked certificates in PEM
   */
  public async revocationList(now: Date, previous: string | undefined, revoked: readonly string[]): Promise<string> {
    const last = previous === undefined ? undefined : new x509.X509Crl(previous);
    const entries = new Map<string, x509.X509CrlEntryParams>(
      last?.entries.map(({ serialNumber, revocationDate }) => [
        serialNumber.toLowerCase(),
        { serialNumber, revocationDate },
      ]),
    );
    for (const certificate of revoked) {
      const { serialNumber } = new x509.X509Certificate(certificate);
      if (!entries.has(serialNumber.toLowerCase())) {
        entries.set(serialNumber.toLowerCase(), { serialNumber, revocationDate: seconds(now.getTime()) });
      }
    }
    const number = last?.getExtension(CRL_NUMBER)?.value;
    const list = await x509.X509CrlGenerator.create({
      issuer: this.own.subjectName,
      thisUpdate: seconds(now.getTime() - BACKDATED),
      nextUpdate: this.notAfter,
      entries: [...entries.values()],
      signingKey: this.signingKey,
      signingAlgorithm: ALGORITHMS[this.keyType].sign,
      extensions: [
        await x509.AuthorityKeyIdentifierExtension.create(this.own.publicKey),
        new x509.Extension(CRL_NUMBER, false, integer(number === undefined ? 1 : numberIn(number) + 1)),
      ],
    });
    // The label that OpenSSL, OpenVPN and strongSwan look for; the library's own is CRL.
    return pem('X509 CRL', Buffer.from(list.rawData));
  }

  /** Whether this authority signed the list. */
  public async signed(list: string): Promise<boolean> {
    try {
      return await new x509.X509Crl(list).verify(this.own);
    } catch {
      return false;
    }
  }

  private async issue(
    name: string,
    alternativeNames: x509.JsonGeneralNames,
    purposes: readonly string[],
    { now, days }: Validity,
  ): Promise<Credential> {
    const { publicKey, privateKey } = await generate(this.keyType);
    const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
    const usage = this.keyType === 'rsa-3072' ? digitalSignature | keyEncipherment : digitalSignature;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: new x509.Name([{ CN: [{ utf8String: name }] }]),
      issuer: this.own.subjectName,
      notBefore: seconds(now.getTime() - BACKDATED),
      notAfter: seconds(Math.min(now.getTime() + days * DAY, this.notAfter.getTime())),
      publicKey,
      signingKey: this.signingKey,
      signingAlgorithm: ALGORITHMS[this.keyType].sign,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(usage, true),
        new x509.ExtendedKeyUsageExtension([...purposes]),
        new x509.SubjectAlternativeNameExtension(alternativeNames),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(this.own.publicKey),
      ],
    });
    return { certificate: `${certificate.toString('pem')}\n`, privateKey: pkcs8(privateKey) };
  }
}

async function generate(keyType: KeyType): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHMS[keyType].generate, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
}

function pkcs8(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ format: 'pem', type: 'pkcs8' }) as string;
}

function typeOf(key: KeyObject): KeyType | undefined {
  const { namedCurve, modulusLength } = createPublicKey(key).asymmetricKeyDetails ?? {};
  const name =
    key.asymmetricKeyType === 'rsa'
      ? `rsa-${modulusLength}`
      : { prime256v1: 'ecdsa-p256', secp384r1: 'ecdsa-p384' }[namedCurve ?? ''];
  return KEY_TYPES.find((keyType) => keyType === name);
}

/** 16 random bytes, the first of them neither zero nor a sign. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** Certificates know no fractions of a second. */
function seconds(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}

function numberIn(der: ArrayBuffer): number {
  return Number.parseInt(Buffer.from(der).subarray(2).toString('hex'), 16);
}
