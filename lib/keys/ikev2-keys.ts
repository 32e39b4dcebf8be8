import { createPrivateKey, X509Certificate } from 'node:crypto';
import { parseIkev2Secret } from '../host/ikev2/ikev2-secret';
import type { Ikev2Method } from '../host/ikev2/ikev2-service';
import { authorityOf, clientCertificate, serverCertificate } from './certificate-keys';
import { type Authentication, type Gateway, poolOf, titleOf } from './gateway';
import { ikev2Profiles } from './ikev2-profiles';
import { randomPassword } from './password';
import { pkcs12 } from './pkcs12';
import type { MadeUser, ProtocolKeys } from './protocol-keys';

/** IKEv2: the server has a certificate, and each user a certificate or a password. */
export const IKEV2_KEYS: ProtocolKeys = {
  async server(making) {
    const authority = authorityOf(making);
    const own = await serverCertificate(making);
    if (!methodsOf(making.gateway).includes('certificate')) {
      // A gateway that takes passwords alone refuses a secret with an authority for users.
      return own;
    }
    const crl = await authority.revocationList(making.now, undefined, []);
    return { ...own, clientCa: authority.certificate, crl };
  },

  renewServer: serverCertificate,

  async user(making, _secret, user): Promise<MadeUser> {
    const { gateway, authentication = methodsOf(gateway)[0] } = making;
    const { name, password = randomPassword() } = user;
    const authority = authorityOf(making);
    const files = [
      { path: 'password.txt', content: `${password}\n` },
      { path: 'ca.cer', content: authority.certificate },
    ];
    if (user.password !== undefined || authentication === 'password') {
      const profiles = ikev2Profiles({ gateway, authority, name, login: { password } });
      return { credential: { password }, files: [...files, ...profiles] };
    }
    const credential = await clientCertificate(making, name);
    const container = pkcs12({
      name: titleOf(gateway),
      certificate: new X509Certificate(credential.certificate).raw,
      privateKey: createPrivateKey(credential.privateKey).export({ format: 'der', type: 'pkcs8' }),
      authority: authority.raw,
      password,
    });
    const profiles = ikev2Profiles({ gateway, authority, name, login: { credential, pkcs12: container } });
    return {
      credential: {},
      certificate: credential.certificate,
      files: [...files, { path: 'client.p12', content: container }, ...profiles],
    };
  },

  check(json, gateway, at) {
    const methods = { certificate: ['eap-tls', 'certificate'], password: ['eap-mschapv2'] } as const;
    const authentication: Ikev2Method[] = methodsOf(gateway).flatMap((method) => methods[method]);
    if (hasRadius(json)) {
      authentication.push('eap-radius');
    }
    parseIkev2Secret(json, { pool: poolOf(gateway), serverName: gateway.server, authentication, at });
  },
};

/** Whether the operator put the secret of RADIUS servers into the gateway's: its users are with them. */
function hasRadius(json: string): boolean {
  try {
    return Object.hasOwn(JSON.parse(json), 'radius');
  } catch {
    return false;
  }
}

/** How users of the gateway may log in. */
function methodsOf({ authentication = ['certificate'] }: Gateway): readonly Authentication[] {
  return authentication;
}
