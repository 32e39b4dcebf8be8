import { parseOpenVpnSecret } from '../host/openvpn/openvpn-secret';
import { authorityOf, clientCertificate, serverCertificate } from './certificate-keys';
import { type Gateway, poolOf } from './gateway';
import type { ProtocolKeys } from './protocol-keys';
import { tlsCryptV2ClientKey, tlsCryptV2ServerKey } from './tls-crypt-v2';

/** OpenVPN: certificates on both sides, and a key of each client's own around the handshake. */
export const OPENVPN_KEYS: ProtocolKeys = {
  async server(making) {
    const authority = authorityOf(making);
    return {
      ...(await serverCertificate(making)),
      ca: authority.certificate,
      crl: await authority.revocationList(making.now, undefined, []),
      tlsCryptV2: tlsCryptV2ServerKey(),
    };
  },

  // The key for tls-crypt-v2 stays: with a new one, no client could even begin.
  renewServer: serverCertificate,

  async user(making, secret, { name }) {
    const { certificate, privateKey } = await clientCertificate(making, name);
    const blocks = {
      ca: authorityOf(making).certificate,
      cert: certificate,
      key: privateKey,
      'tls-crypt-v2': tlsCryptV2ClientKey(secret.tlsCryptV2 as string, making.now),
    };
    return {
      credential: {},
      certificate,
      files: [{ path: `${making.gateway.server}.ovpn`, content: profile(making.gateway, blocks) }],
    };
  },

  check(json, gateway, at) {
    parseOpenVpnSecret(json, poolOf(gateway), at);
  },
};

function profile(gateway: Gateway, blocks: Readonly<Record<string, string>>): string {
  const { server, port = 1194, transport = 'udp' } = gateway;
  return [
    'client',
    'dev tun',
    `proto ${transport}`,
    `remote ${server} ${port}`,
    'resolv-retry infinite',
    'nobind',
    'persist-tun',
    'remote-cert-tls server',
    `verify-x509-name ${server} name`,
    'tls-version-min 1.2',
    'data-ciphers AES-256-GCM:CHACHA20-POLY1305',
    'auth-nocache',
    // The gateway hears at once that the client left; TCP says so by itself.
    ...(transport === 'udp' ? ['explicit-exit-notify 1'] : []),
    'verb 3',
    ...Object.entries(blocks).map(([name, text]) => `<${name}>\n${text}</${name}>`),
    '',
  ].join('\n');
}
