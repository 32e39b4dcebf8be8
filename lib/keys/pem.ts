/** Bytes in PEM (RFC 7468), with a line break at the end. */
export function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The bytes of the first block of PEM with this label; none where there is no such block. */
export function pemBytes(label: string, text: string): Buffer {
  const [, block = ''] = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`).exec(text) ?? [];
  return Buffer.from(block, 'base64');
}
