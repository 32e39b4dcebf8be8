import { isIP } from 'node:net';
import { invalid } from '../errors';
import type { CertificateAuthority, Credential } from './certificate-authority';
import type { KeyMaking } from './protocol-keys';

/** Days that a certificate of a server or a user is valid, unless the gateway says otherwise: two years. */
const DAYS = 730;

/** Who signs; whoever calls the protocols that have certificates provides one. */
export function authorityOf({ authority }: KeyMaking): CertificateAuthority {
  if (authority === undefined) {
    // Not a mistake of the user's: `change.ts` never comes here without.
    throw new Error('no certificate authority');
  }
  return authority;
}

/** A new certificate for the server, as the secret holds it. */
export async function serverCertificate(making: KeyMaking): Promise<{ certificate: string; privateKey: string }> {
  const { gateway, now } = making;
  return { ...(await authorityOf(making).server(gateway.server, { now, days: gateway.days ?? DAYS })) };
}

/**
 * A new certificate for a user.
 *
 * @throws InvalidInputError `USER_NAME_NOT_REPRESENTABLE`
 */
export async function clientCertificate(making: KeyMaking, name: string): Promise<Credential> {
  const { gateway, now } = making;
  const isMail = /^[^@]+@[^@]+$/.test(name);
  if (!/^[A-Za-z0-9_@-][A-Za-z0-9_.@-]{0,63}$/.test(name) || (name.includes('@') && !isMail) || isIP(name) !== 0) {
    invalid({
      code: 'USER_NAME_NOT_REPRESENTABLE',
      what: 'the name of a user cannot stand in a certificate',
      got: name,
      allowed:
        '1 to 64 letters, digits and _ . @ -, not beginning with a dot; an @ only as in a mail address; no IP address',
      instead: 'alice, or alice@example.com',
    });
  }
  return await authorityOf(making).client(name, { now, days: gateway.days ?? DAYS });
}
