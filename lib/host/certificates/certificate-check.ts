import { constants, createPrivateKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { invalid } from '../../errors';
import { asPem, PEM_LABELS, type PemBlock, pemBlocks } from './pem';

/**
 * Checks the certificates, keys and revocation lists of a secret, before anything is deployed, by the rule that the
 * machine applies with `openssl` (certificates-python.ts), and with its words: `privateKey: not one key`. What more a
 * protocol asks of them stands with that protocol.
 */
export class CertificateCheck {
  /**
   * @param server what serves with them, for messages
   * @param allowed all that such a secret may hold of PEM, for messages
   */
  public constructor(
    private readonly server: string,
    private readonly allowed: string,
  ) {}

  public certificates(name: string, text: unknown): [X509Certificate, ...X509Certificate[]] {
    return this.blocks(name, text, PEM_LABELS.certificate).map((block, index) => {
      try {
        return new X509Certificate(asPem(block));
      } catch {
        return this.refuse(`${name}: ${index + 1} cannot be read`, 'certificates as openssl writes them');
      }
    }) as [X509Certificate, ...X509Certificate[]];
  }

  public authorities(name: string, text: unknown): readonly X509Certificate[] {
    const found = this.certificates(name, text);
    const stranger = found.findIndex(({ ca }) => !ca);
    if (stranger !== -1) {
      this.refuse(
        `${name}: ${stranger + 1} is not the certificate of an authority`,
        `"${name}": the certificate that signs`,
      );
    }
    return found;
  }

  public checkPrivateKey(text: unknown, certificate: X509Certificate): void {
    const [block, ...more] = this.blocks('privateKey', text, PEM_LABELS.privateKey) as [PemBlock, ...PemBlock[]];
    if (more.length > 0) {
      this.refuse('privateKey: not one key', '"privateKey": one block of PEM');
    }
    if (!certificate.checkPrivateKey(this.keyOf(block))) {
      this.refuse(
        'privateKey: not the key of the certificate',
        '"privateKey": the key for which the certificate was made',
      );
    }
  }

  /** The dates of a list do not matter: it is as fresh as the secret. */
  public checkRevocationLists(text: unknown, authorities: readonly X509Certificate[]): void {
    const keys = authorities.map((one) => one.publicKey);
    const lists = this.blocks('crl', text, PEM_LABELS.revocationList);
    const odd = lists.findIndex(({ bytes }) => !keys.some((key) => isSignedBy(bytes, key)));
    if (odd !== -1) {
      this.refuse(`crl: ${odd + 1} is not signed by the authority`, '"crl": the list that the authority made');
    }
  }

  /** @param what the key of the secret and what is wrong there: never a value */
  public refuse(what: string, instead: string): never {
    return invalid({
      code: 'SECRET_CERTIFICATE_INVALID',
      what: `the secret is not one with which ${this.server} can serve: ${what}`,
      allowed: `PEM without other text: ${this.allowed}`,
      instead,
    });
  }

  private keyOf(block: PemBlock): KeyObject {
    try {
      return createPrivateKey(asPem(block));
    } catch {
      return this.refuse('privateKey: cannot be read', 'a key as openssl writes it');
    }
  }

  private blocks(name: string, text: unknown, label: string): PemBlock[] {
    const found = pemBlocks(text, label);
    if (found.length === 0) {
      const plain = label.replace(/^\(.*\)\?/, '');
      this.refuse(
        `${name}: not PEM of its kind`,
        `"${name}": "-----BEGIN ${plain}-----\\n...\\n-----END ${plain}-----\\n"`,
      );
    }
    return found;
  }
}

/** Whether a revocation list (RFC 5280, section 5.1) is signed with this key. By which algorithm is tried, not read. */
function isSignedBy(list: Buffer, key: KeyObject): boolean {
  const whole = element(list, 0);
  const signed = element(list, whole.content);
  const signature = element(list, element(list, signed.end).end);
  // The first byte of a bit string counts unused bits.
  const [text, bits] = [list.subarray(whole.content, signed.end), list.subarray(signature.content + 1, signature.end)];
  const hashes = key.asymmetricKeyType?.startsWith('ed') ? [null] : ['sha256', 'sha384', 'sha512', 'sha1'];
  // A key of RSA signs in two forms, unless it is itself of the second.
  const forms = [{}, { padding: constants.RSA_PKCS1_PSS_PADDING }];
  return hashes.some((hash) =>
    forms.some((form) => {
      try {
        return verify(hash, text, { key, ...form }, bits);
      } catch {
        // A key that is for other algorithms alone.
        return false;
      }
    }),
  );
}

/** Where the content of a DER element begins and ends; past the end of what is no DER. */
function element(der: Buffer, at: number): { content: number; end: number } {
  const first = der[at + 1] ?? 0;
  const digits = first < 128 ? 0 : first - 128;
  const length = digits === 0 ? first : Number.parseInt(der.toString('hex', at + 2, at + 2 + digits) || '0', 16);
  return { content: at + 2 + digits, end: at + 2 + digits + length };
}
