import type { EncapsulationOverhead, OverheadPart } from './vpn-protocol';

/** How ESP protects a packet (RFC 4303): what stands in it before and after the payload, and what it is padded to. */
interface EspTransform {
  readonly name: string;
  readonly initialisationVector: OverheadPart;
  readonly checkValue: OverheadPart;
  /** Bytes to a multiple of which the payload is padded. */
  readonly block: number;
}

const CBC = { initialisationVector: { name: 'AES-CBC initialisation vector', bytes: 16 }, block: 16 };

/** The transforms that clients of today and yesterday agree on. */
export const ESP_TRANSFORMS = {
  AES_GCM: {
    name: 'AES-GCM',
    initialisationVector: { name: 'AES-GCM initialisation vector', bytes: 8 },
    checkValue: { name: 'AES-GCM integrity check value', bytes: 16 },
    block: 4,
  },
  CHACHA20_POLY1305: {
    name: 'ChaCha20-Poly1305',
    initialisationVector: { name: 'ChaCha20-Poly1305 initialisation vector', bytes: 8 },
    checkValue: { name: 'ChaCha20-Poly1305 integrity check value', bytes: 16 },
    block: 4,
  },
  AES_CBC_SHA1: {
    ...CBC,
    name: 'AES-CBC with HMAC-SHA-1',
    checkValue: { name: 'HMAC-SHA-1-96 integrity check value', bytes: 12 },
  },
  AES_CBC_SHA256: {
    ...CBC,
    name: 'AES-CBC with HMAC-SHA-256',
    checkValue: { name: 'HMAC-SHA-256-128 integrity check value', bytes: 16 },
  },
  AES_CBC_SHA512: {
    ...CBC,
    name: 'AES-CBC with HMAC-SHA-512',
    checkValue: { name: 'HMAC-SHA-512-256 integrity check value', bytes: 32 },
  },
} as const satisfies Record<string, EspTransform>;

/** The part that differs from packet to packet. */
export const ESP_PADDING = 'ESP padding';

/** Pad length and next header: they are padded with the payload. */
const TRAILER = 2;

/** What ESP in tunnel mode over IPv4 adds, behind NAT (UDP 4500, RFC 3948) or not. */
export function espTunnel(transform: EspTransform, isBehindNat: boolean): EncapsulationOverhead {
  const { name, initialisationVector, checkValue, block } = transform;
  return {
    form: `ESP tunnel, ${name}, ${isBehindNat ? 'NAT-T, ' : ''}over IPv4, at most`,
    parts: [
      { name: 'IPv4', bytes: 20 },
      ...(isBehindNat ? [{ name: 'UDP 4500', bytes: 8 }] : []),
      { name: 'ESP header', bytes: 8 },
      initialisationVector,
      { name: ESP_PADDING, bytes: block - 1 },
      { name: 'ESP pad length and next header', bytes: TRAILER },
      checkValue,
    ],
    padding: { to: block, with: TRAILER },
  };
}
