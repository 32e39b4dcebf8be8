import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { pem, pemBytes } from './pem';

const SERVER = 'OpenVPN tls-crypt-v2 server key';
const CLIENT = 'OpenVPN tls-crypt-v2 client key';

/** A server key for OpenVPN's `--tls-crypt-v2`, as `openvpn --genkey tls-crypt-v2-server` makes it. */
export function tlsCryptV2ServerKey(): string {
  return pem(SERVER, randomBytes(128));
}

/**
 * A client key that goes with a server key, as `openvpn --genkey tls-crypt-v2-client` makes it: 256 random bytes, and
 * the same wrapped for the server together with the time (doc/tls-crypt-v2.txt of OpenVPN).
 *
 * @param serverKey PEM, from `tlsCryptV2ServerKey`
 * @param now the time that the server reads from the key, for its `--tls-crypt-v2-max-age`
 */
export function tlsCryptV2ClientKey(serverKey: string, now: Date): string {
  const server = pemBytes(SERVER, serverKey);
  const [encryptionKey, authenticationKey] = [server.subarray(0, 32), server.subarray(64, 96)];
  const clientKey = randomBytes(256);
  // One byte that says it is a time, then seconds since 1970 in 64 bits.
  const metadata = Buffer.alloc(9, 1);
  metadata.writeBigUInt64BE(BigInt(Math.floor(now.getTime() / 1000)), 1);
  const content = Buffer.concat([clientKey, metadata]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(32 + content.length + 2);
  const tag = createHmac('sha256', authenticationKey).update(length).update(content).digest();
  const cipher = createCipheriv('aes-256-ctr', encryptionKey, tag.subarray(0, 16));
  const wrapped = Buffer.concat([tag, cipher.update(content), cipher.final(), length]);
  return pem(CLIENT, Buffer.concat([clientKey, wrapped]));
}
