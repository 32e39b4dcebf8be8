import { wireGuardPublicKey } from '../host/wireguard/public-key';
import { parseWireGuardSecret } from '../host/wireguard/wireguard-secret';
import { wireGuardPresharedKey, wireGuardPrivateKey } from './curve25519';
import { type Gateway, poolOf } from './gateway';
import type { ProtocolKeys } from './protocol-keys';

/** WireGuard has one key pair for the server and one for each user, and a key that both share on top. */
export const WIREGUARD_KEYS: ProtocolKeys = {
  async server() {
    return { privateKey: wireGuardPrivateKey() };
  },

  async renewServer() {
    return { privateKey: wireGuardPrivateKey() };
  },

  noteOnRenewal({ privateKey = '' }) {
    return `every client needs this in its [Peer] now: PublicKey = ${wireGuardPublicKey(privateKey)}`;
  },

  async user({ gateway }, secret, { name, address = '' }) {
    const privateKey = wireGuardPrivateKey();
    const presharedKey = wireGuardPresharedKey();
    const serverKey = wireGuardPublicKey(secret.privateKey as string);
    return {
      credential: { publicKey: wireGuardPublicKey(privateKey), presharedKey },
      files: [{ path: 'vpn.conf', content: profile(gateway, { name, address, privateKey, presharedKey, serverKey }) }],
    };
  },

  check(json, gateway) {
    parseWireGuardSecret(json, poolOf(gateway));
  },
};

interface Client {
  readonly name: string;
  readonly address: string;
  readonly privateKey: string;
  readonly presharedKey: string;
  readonly serverKey: string;
}

function profile(gateway: Gateway, { name, address, privateKey, presharedKey, serverKey }: Client): string {
  const { server, port = 51820, routes = [], dnsServers = [], mtu } = gateway;
  // With everything else, IPv6 goes into the tunnel too, and ends there: it must not leave beside it.
  const allowed = routes.length > 0 ? routes : ['0.0.0.0/0', '::/0'];
  return [
    `# ${name} at ${server}. One device: the same key in two makes both lose packets.`,
    '[Interface]',
    `PrivateKey = ${privateKey}`,
    `Address = ${address}/32`,
    ...(dnsServers.length > 0 ? [`DNS = ${dnsServers.join(', ')}`] : []),
    ...(mtu === undefined ? [] : [`MTU = ${mtu}`]),
    '',
    '[Peer]',
    `PublicKey = ${serverKey}`,
    `PresharedKey = ${presharedKey}`,
    `Endpoint = ${server}:${port}`,
    `AllowedIPs = ${allowed.join(', ')}`,
    // Keeps the way back open through whatever translates the client's address.
    'PersistentKeepalive = 25',
    '',
  ].join('\n');
}
