import { createPrivateKey, createPublicKey } from 'node:crypto';

/** What stands before the 32 bytes of an X25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** The public key of a private one, as `wg pubkey` derives it; Curve25519 takes any 32 bytes. */
export function wireGuardPublicKey(privateKey: string): string {
  const key = Buffer.concat([PKCS8_HEAD, Buffer.from(privateKey, 'base64')]);
  const publicKey = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}
