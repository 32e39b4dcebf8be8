/** Whose a certificate is, and who issued a revocation list: names as DER, which Node reads out of certificates alone. */

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

const INTEGER = 0x02;
const SEQUENCE = 0x30;
const VERSION = 0xa0;

/** The subject of a certificate. Throws where it is none. */
export function subjectOf(certificate: Buffer): Buffer {
  const fields = signed(certificate);
  // A version, serial number, algorithm, issuer and validity come before the subject.
  return name(fields[fields[0]?.tag === VERSION ? 5 : 4]);
}

/** The issuer of a revocation list. Throws where it is none. */
export function issuerOf(crl: Buffer): Buffer {
  const fields = signed(crl);
  // A version and an algorithm come before the issuer.
  return name(fields[fields[0]?.tag === INTEGER ? 2 : 1]);
}

function name(field: Element | undefined): Buffer {
  if (field?.tag !== SEQUENCE) {
    throw new Error('no name where there should be one');
  }
  return field.whole;
}

/** The fields of what was signed: the first of three parts, the others being the algorithm and the signature. */
function signed(der: Buffer): readonly Element[] {
  const [outer, ...rest] = elements(der);
  const parts = outer?.tag === SEQUENCE && rest.length === 0 ? elements(outer.content) : [];
  if (parts.length !== 3 || parts[0]?.tag !== SEQUENCE) {
    throw new Error('not signed data');
  }
  return elements(parts[0].content);
}

function elements(der: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length; ) {
    const first = der.readUInt8(at + 1);
    const extra = first < 0x80 ? 0 : first & 0x7f;
    const length = extra === 0 ? first : der.readUIntBE(at + 2, extra);
    const from = at + 2 + extra;
    if (from + length > der.length) {
      throw new Error('cut off');
    }
    found.push({
      tag: der.readUInt8(at),
      content: der.subarray(from, from + length),
      whole: der.subarray(at, from + length),
    });
    at = from + length;
  }
  return found;
}
