// Just enough of DER (ITU-T X.690) to write a PKCS #12 file: Node reads such files and cannot write them.

/** A value with its tag and length in front. */
function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length.toString(16);
  const digits = Buffer.from(length.padStart(length.length + (length.length % 2), '0'), 'hex');
  return Buffer.concat([
    Buffer.from(content.length < 128 ? [tag, content.length] : [tag, 0x80 | digits.length, ...digits]),
    content,
  ]);
}

export const sequence = (...parts: readonly Uint8Array[]) => tagged(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]) => tagged(0x31, ...parts);
export const octetString = (content: Uint8Array) => tagged(0x04, content);
export const nothing = () => tagged(0x05);
/** Text in two bytes a character, as PKCS #12 has it. */
export const bmpString = (text: string) => tagged(0x1e, utf16(text));
/** `[0] EXPLICIT`. */
export const explicit = (content: Uint8Array) => tagged(0xa0, content);
/** `[0] IMPLICIT OCTET STRING`. */
export const implicitOctets = (content: Uint8Array) => tagged(0x80, content);

/** A whole number from 0. */
export function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  // A first bit of 1 would make it negative.
  return tagged(0x02, (bytes[0] ?? 0) > 127 ? Buffer.from([0]) : Buffer.alloc(0), bytes);
}

/** An object identifier in its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift(128 + (left % 128));
    }
    return groups;
  });
  return tagged(0x06, Buffer.from(bytes));
}

/** Two bytes a character, the higher one first. */
export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}
