/** A block of PEM, for JavaScript and for Python's `re` alike; LABEL stands for a pattern of its label. */
export const PEM_BLOCK_PATTERN = '[ \\t\\r\\n]*-----BEGIN (LABEL)-----([A-Za-z0-9+/= \\t\\r\\n]+)-----END \\1-----';

/** What is in a block of PEM, without its white space. */
export const BASE64_PATTERN = '(?=(?:.{4})+$)[A-Za-z0-9+/]+={0,2}';

/** Patterns of the labels that certificates, their keys and their revocations have. */
export const PEM_LABELS = {
  certificate: 'CERTIFICATE',
  privateKey: '(?:EC |RSA )?PRIVATE KEY',
  revocationList: 'X509 CRL',
} as const;

/** One block of PEM. */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Buffer;
}

/** The blocks of a text that holds such blocks and white space alone; none where it holds anything else. */
export function pemBlocks(text: unknown, label: string): PemBlock[] {
  const block = PEM_BLOCK_PATTERN.replace('LABEL', label);
  if (typeof text !== 'string' || !new RegExp(`^(?:${block})+[ \\t\\r\\n]*$`).test(text)) {
    return [];
  }
  const blocks = [...text.matchAll(new RegExp(block, 'g'))].map(([, name = '', body = '']) => ({
    label: name,
    body: body.replace(/[ \t\r\n]/g, ''),
  }));
  return blocks.every(({ body }) => new RegExp(`^${BASE64_PATTERN}$`).test(body))
    ? blocks.map((one) => ({ label: one.label, bytes: Buffer.from(one.body, 'base64') }))
    : [];
}

/** A block as text. */
export function asPem({ label, bytes }: PemBlock): string {
  return [
    `-----BEGIN ${label}-----`,
    ...(bytes.toString('base64').match(/.{1,64}/g) ?? []),
    `-----END ${label}-----`,
    '',
  ].join('\n');
}
