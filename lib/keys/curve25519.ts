import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** A private key of WireGuard, as `wg genkey` makes it: 32 bytes in Base64. */
export function wireGuardPrivateKey(): string {
  const { d = '' } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const key = Buffer.from(d, 'base64url');
  // Curve25519 ignores these bits; `wg genkey` sets them as below, and so does the kernel.
  key[0] = (key[0] ?? 0) & 248;
  key[31] = ((key[31] ?? 0) & 127) | 64;
  return key.toString('base64');
}

/** A key that one client and the server share on top of their key pairs, as `wg genpsk` makes it. */
export function wireGuardPresharedKey(): string {
  return randomBytes(32).toString('base64');
}
