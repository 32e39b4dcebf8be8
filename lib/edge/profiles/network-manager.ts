import { createHash } from 'node:crypto';
import { ESP_PROPOSALS, IKE_PROPOSALS } from '../../host/ikev2/proposals';
import { keyFile } from '../../keys/escape';
import { HASH } from '../comment';
import type { ProfileJob } from './profile-options';
import type { ProfileDraft, ProfileSecret, ProfileSystem } from './profile-system';
import { uuidOf } from './uuid';

/** Groups of a key file, in order. */
type Groups = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Key files of NetworkManager: WireGuard is its own, the others are plugins. */
export const NETWORK_MANAGER: ProfileSystem = {
  devices: ['linux-networkmanager'],
  writers: {
    pptp: { takes: ['user', 'routes'], write: pptp },
    'l2tp-ipsec': { takes: ['user', 'routes', 'mtu'], write: l2tp },
    sstp: { takes: ['user', 'routes', 'authority'], write: sstp },
    ikev2: { takes: ['user', 'routes', 'authority', 'authentication'], write: ikev2 },
    openvpn: { needs: ['authority'], takes: ['port', 'transport', 'tlsCrypt'], write: openVpn },
    wireguard: { needs: ['serverKey', 'address'], takes: ['port', 'routes', 'dnsServers', 'mtu'], write: wireGuard },
  },
  unused: {
    mtu: 'the plugin takes none in it',
    routes: "OpenVPN's clients are told by the gateway",
    dnsServers: 'the server tells it',
  },
};

/** Asked for by whoever connects, and kept where that user keeps passwords: in no file of the system. */
const ASKED = '1';

function pptp(job: ProfileJob): ProfileDraft {
  const data = {
    gateway: job.server,
    ...userOf(job),
    'password-flags': ASKED,
    ...onlyMsChapV2(),
    'require-mppe-128': 'yes',
    nobsdcomp: 'yes',
    nodeflate: 'yes',
    'no-vj-comp': 'yes',
    // Before a connection table on the way forgets GRE that is silent (180 seconds).
    'lcp-echo-interval': '30',
    'lcp-echo-failure': '4',
  };
  return plugin(job, 'pptp', data, [passwordOf(job)]);
}

function l2tp(job: ProfileJob): ProfileDraft {
  const data = {
    gateway: job.server,
    'user-auth-type': 'password',
    ...userOf(job),
    'password-flags': ASKED,
    'machine-auth-type': 'psk',
    'ipsec-enabled': 'yes',
    'ipsec-psk-flags': ASKED,
    ...onlyMsChapV2(),
    mtu: `${job.mtu}`,
    mru: `${job.mtu}`,
    'lcp-echo-interval': '30',
    'lcp-echo-failure': '4',
  };
  return plugin(job, 'l2tp', data, [{ secret: 'pre-shared key of the server', entered: ENTERED }, passwordOf(job)]);
}

function sstp(job: ProfileJob): ProfileDraft {
  const data = {
    gateway: job.server,
    ...(job.authority === undefined ? {} : { 'ca-cert': fileOf(job, AUTHORITY_FILE) }),
    ...userOf(job),
    'password-flags': ASKED,
    ...onlyMsChapV2(),
  };
  return plugin(job, 'sstp', data, [passwordOf(job)]);
}

function ikev2(job: ProfileJob): ProfileDraft {
  const { server, routes, authority, authentication } = job;
  const hasPassword = authentication === 'password';
  const data = {
    address: server,
    'remote-identity': server,
    ...(authority === undefined ? {} : { certificate: fileOf(job, AUTHORITY_FILE) }),
    ...(hasPassword
      ? { method: 'eap', ...userOf(job) }
      : {
          method: 'cert',
          'cert-source': 'file',
          usercert: fileOf(job, 'client.pem'),
          userkey: fileOf(job, 'client.key'),
          ...(job.user === undefined ? {} : { 'local-identity': job.user }),
        }),
    'password-flags': ASKED,
    virtual: 'yes',
    proposal: 'yes',
    ike: IKE_PROPOSALS[0] ?? '',
    esp: ESP_PROPOSALS[0] ?? '',
    ...(routes.length > 0 ? { 'remote-ts': routes.join(';') } : {}),
  };
  return plugin(job, 'strongswan', data, hasPassword ? [passwordOf(job)] : [keyOf(job)]);
}

function openVpn(job: ProfileJob): ProfileDraft {
  const { server, port, transport, tlsCrypt } = job;
  const data = {
    'connection-type': 'tls',
    remote: `${server}:${port}:${transport}`,
    ...(transport === 'tcp' ? { 'proto-tcp': 'yes' } : {}),
    ca: fileOf(job, AUTHORITY_FILE),
    cert: fileOf(job, 'client.pem'),
    key: fileOf(job, 'client.key'),
    'cert-pass-flags': ASKED,
    ...(tlsCrypt ? { 'tls-crypt-v2': fileOf(job, 'tls-crypt-v2.key') } : {}),
    'remote-cert-tls': 'server',
    'verify-x509-name': `name:${server}`,
    'tls-version-min': '1.2',
    'data-ciphers': 'AES-256-GCM:CHACHA20-POLY1305',
  };
  const wrapping: ProfileSecret = {
    secret: "the client's key for tls-crypt-v2",
    entered: `into ${fileOf(job, 'tls-crypt-v2.key')}, mode 0600: what stands between <tls-crypt-v2> and its end in the .ovpn file`,
  };
  return plugin(job, 'openvpn', data, [keyOf(job), ...(tlsCrypt ? [wrapping] : [])]);
}

function wireGuard(job: ProfileJob): ProfileDraft {
  const { name, server, port, serverKey, address, routes, dnsServers, mtu } = job;
  const uuid = uuidFor(job);
  // At most 15 characters, without those that a name may have.
  const device = `wg-${createHash('sha256').update(uuid).digest('hex').slice(0, 8)}`;
  const groups: Groups = {
    connection: { id: name, uuid, type: 'wireguard', 'interface-name': device, autoconnect: 'false' },
    wireguard: { mtu: `${mtu}`, 'private-key-flags': ASKED },
    [`wireguard-peer.${serverKey}`]: {
      endpoint: `${server}:${port}`,
      'preshared-key-flags': ASKED,
      'persistent-keepalive': '25',
      'allowed-ips': `${(routes.length > 0 ? routes : ['0.0.0.0/0']).join(';')};`,
    },
    ipv4: {
      method: 'manual',
      address1: `${address}/32`,
      ...(dnsServers.length > 0 ? { dns: `${dnsServers.join(';')};` } : {}),
    },
    ipv6: { method: 'disabled' },
  };
  return draft(job, groups, [
    { secret: "the client's private key", entered: ENTERED },
    { secret: 'the preshared key, where the user has one', entered: ENTERED },
  ]);
}

const ENTERED = 'NetworkManager asks for it at the first connection; on a terminal with: nmcli --ask connection up';
const AUTHORITY_FILE = 'ca.pem';

function passwordOf({ user }: ProfileJob): ProfileSecret {
  return { secret: user === undefined ? 'name and password of the user' : `password of ${user}`, entered: ENTERED };
}

function keyOf(job: ProfileJob): ProfileSecret {
  return {
    secret: "the client's certificate and its key",
    entered: `into ${fileOf(job, 'client.pem')} and ${fileOf(job, 'client.key')}, the key with mode 0600`,
  };
}

function userOf({ user }: ProfileJob): Record<string, string> {
  return user === undefined ? {} : { user };
}

function onlyMsChapV2() {
  return { 'refuse-pap': 'yes', 'refuse-chap': 'yes', 'refuse-mschap': 'yes', 'refuse-eap': 'yes' };
}

/** Where the files lie that a profile names: the address of the server is a name without anything special. */
function fileOf({ server }: ProfileJob, file: string): string {
  return `/etc/NetworkManager/vpn/${server}/${file}`;
}

function uuidFor({ protocol, server, name }: ProfileJob): string {
  return uuidOf(`pptp-constructs/${JSON.stringify([protocol.id, server, name, 'networkmanager'])}`);
}

function plugin(
  job: ProfileJob,
  service: string,
  data: Readonly<Record<string, string>>,
  secrets: readonly ProfileSecret[],
): ProfileDraft {
  const { name, routes } = job;
  const split = routes.map((route, index) => [`route${index + 1}`, route]);
  const groups: Groups = {
    connection: { id: name, uuid: uuidFor(job), type: 'vpn', autoconnect: 'false' },
    vpn: { 'service-type': `org.freedesktop.NetworkManager.${service}`, ...data },
    ipv4: { method: 'auto', ...(routes.length > 0 ? { 'never-default': 'true', ...Object.fromEntries(split) } : {}) },
    ipv6: { method: 'disabled' },
  };
  return draft(job, groups, secrets);
}

function draft(job: ProfileJob, groups: Groups, secrets: readonly ProfileSecret[]): ProfileDraft {
  const { authority } = job;
  const place = '/etc/NetworkManager/system-connections/vpn.nmconnection';
  return {
    file: {
      name: 'vpn.nmconnection',
      comments: HASH,
      text: Object.entries(groups)
        .map(([group, keys]) =>
          [`[${group}]`, ...Object.entries(keys).map(([key, value]) => `${key}=${keyFile(value)}`), ''].join('\n'),
        )
        .join('\n'),
    },
    ...(authority === undefined ? {} : { authorityFile: AUTHORITY_FILE }),
    steps: [
      `Copy it with: install -m 600 vpn.nmconnection ${place}; nmcli connection load ${place}`,
      ...(authority === undefined
        ? []
        : [`Copy ${AUTHORITY_FILE} with: install -D -m 644 ${AUTHORITY_FILE} ${fileOf(job, AUTHORITY_FILE)}`]),
      `To take it back: nmcli connection delete ${uuidFor(job)}`,
    ],
    secrets,
  };
}
