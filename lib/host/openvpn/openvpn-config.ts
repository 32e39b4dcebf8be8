/** What server.conf is made from. */
export interface OpenVpnConfig {
  /** The gateway's own address inside the tunnel. */
  readonly gateway: string;
  readonly netmask: string;
  readonly transport: 'udp' | 'tcp';
  readonly port: number;
  readonly mtu: number;
  readonly maxClients: number;
  readonly dnsServers: readonly string[];
  /** Whether everything that a client sends goes through the tunnel. */
  readonly redirect: boolean;
}

/** Where systemd puts what LoadCredential= names. */
const CREDENTIALS = '/run/credentials/vpn-gateway-openvpn.service';

/**
 * /etc/vpn-gateway/openvpn/server.conf, for a daemon without any privilege: systemd makes tun0, its address and its MTU,
 * and hands over the keys.
 *
 * No mssfix: the packet filter clamps the MSS of both directions to the MTU of tun0. No ifconfig-pool: every user has a
 * file in users/ with an address, and nobody else gets in. No `server`, which takes no pool larger than a /16. The revoked certificates are a folder of serial numbers, since
 * a list in a file must exist before the first revocation, and stops everybody once it is out of date.
 */
export function renderOpenVpnConfig(config: OpenVpnConfig): string {
  const suites = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];
  return [
    ...(config.transport === 'udp'
      ? ['proto udp4', 'explicit-exit-notify 1', 'connect-freq-initial 100 10']
      : ['proto tcp4-server', 'tcp-nodelay']),
    `port ${config.port}`,
    ...['dev tun0', 'dev-type tun', 'disable-dco', 'ifconfig-noexec', 'persist-tun', 'persist-key'],
    ...['mode server', 'tls-server', 'topology subnet', `ifconfig ${config.gateway} ${config.netmask}`],
    ...[`tun-mtu ${config.mtu}`, 'mssfix 0'],
    ...['certificate', 'key', 'ca', 'tls-crypt-v2'].map(
      (name) => `${name === 'certificate' ? 'cert' : name} ${CREDENTIALS}/${name}`,
    ),
    'dh none',
    ...['tls-version-min 1.2', 'tls-cert-profile preferred', 'tls-groups X25519:secp384r1:prime256v1'],
    ...[`tls-ciphersuites ${suites.join(':')}`, 'tls-cipher ECDHE+AESGCM:ECDHE+CHACHA20'],
    ...['data-ciphers AES-256-GCM:CHACHA20-POLY1305', 'allow-compression no', 'reneg-sec 3600'],
    ...['verify-client-cert require', 'remote-cert-tls client', 'crl-verify /etc/vpn-gateway/openvpn/revoked dir'],
    ...['client-config-dir /etc/vpn-gateway/openvpn/users', 'ccd-exclusive'],
    ...[`max-clients ${config.maxClients}`, 'keepalive 10 60'],
    ...['management /run/vpn-gateway-openvpn/management unix', 'management-client-user root'],
    // What it writes for each client that connects: not where a full disk would keep everybody out.
    'tmp-dir /run/vpn-gateway-openvpn',
    ...[
      'script-security 2',
      ...['connect', 'disconnect'].map((on) => `client-${on} /usr/local/sbin/vpn-gateway-openvpn`),
    ],
    ...[
      ...['topology subnet', `route-gateway ${config.gateway}`],
      // A client that says goodbye frees its session at once, and not after two minutes.
      ...(config.transport === 'udp' ? ['explicit-exit-notify 1'] : []),
      // Clients carry IPv6 into the tunnel when everything goes there, and get an ICMPv6 error instead of a way around it.
      ...(config.redirect
        ? ['redirect-gateway def1 ipv6', 'ifconfig-ipv6 fd15:53b6:dead::2/64 fd15:53b6:dead::1', 'block-ipv6']
        : []),
      ...config.dnsServers.map((server) => `dhcp-option DNS ${server}`),
    ].map((option) => `push "${option}"`),
    'block-ipv6',
    'verb 3',
    '',
  ].join('\n');
}
