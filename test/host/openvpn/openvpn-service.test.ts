import { ClientPool } from '../../../lib/host';
import { type OpenVpnServiceOptions, openVpnService } from '../../../lib/host/openvpn';
import { errorOf } from '../../support/messages';

const service = (more: Partial<OpenVpnServiceOptions> = {}) =>
  openVpnService({ pool: ClientPool.from('10.99.3.0/24'), ...more });
const content = (path: string, more: Partial<OpenVpnServiceOptions> = {}) =>
  service(more).files.find((file) => file.path === path)?.content ?? '';
const CONFIG = '/etc/vpn-gateway/openvpn/server.conf';
const UNIT = '/etc/systemd/system/vpn-gateway-openvpn.service';
const config = (more: Partial<OpenVpnServiceOptions> = {}) => content(CONFIG, more).split('\n');
const refusal = (code: string, ...lines: string[]) => ({
  code,
  text: [...lines, '', '      at FILE:LINE', `      code ${code}, see docs/diagnostics.md`].join('\n'),
});

describe('the OpenVPN server of a gateway', () => {
  test('needs Debian’s packages, the tun module and two units, of which the server is the last', () => {
    const { name, packages, kernelModules, units, pythonClass } = service();
    expect({ name, packages, kernelModules, units, pythonClass }).toEqual({
      name: 'openvpn',
      packages: ['openvpn', 'openssl'],
      kernelModules: ['tun'],
      units: ['vpn-gateway-openvpn-log.service', 'vpn-gateway-openvpn.service'],
      pythonClass: 'OpenVpn',
    });
  });

  test('opens its port, and no other', () => {
    expect(service().filter).toEqual({
      tunnel: 'tun0',
      pool: '10.99.3.0/24',
      gateway: '10.99.3.1',
      opens: [{ kind: 'udp', port: 1194 }],
    });
    expect(service({ transport: 'tcp', port: 443 }).filter.opens).toEqual([{ kind: 'tcp', port: 443 }]);
  });

  test('tells Python its pool, port, transport and routes', () => {
    expect(service({ dnsServers: ['10.20.0.53'] }).settings).toEqual({
      openvpn_pool: '10.99.3.0/24',
      openvpn_port: '1194',
      openvpn_transport: 'udp',
      openvpn_routes: '',
    });
    const split = {
      dnsServers: ['10.20.0.53'],
      routes: ['10.20.0.0/16', '$VPC'],
      isToken: (value: unknown) => value === '$VPC',
    };
    expect(service({ ...split, transport: 'tcp', port: 443 }).settings).toEqual({
      openvpn_pool: '10.99.3.0/24',
      openvpn_port: '443',
      openvpn_transport: 'tcp',
      openvpn_routes: '10.20.0.0/16 $VPC 10.20.0.53/32',
    });
  });

  test('writes the same text every time', () => {
    expect(JSON.stringify(service())).toBe(JSON.stringify(service()));
  });
});

describe('server.conf', () => {
  test('is this, over UDP with everything through the tunnel', () => {
    expect(
      content(CONFIG, {
        dnsServers: ['10.20.0.53', '$DNS'],
        isToken: (value) => value === '$DNS',
      }),
    ).toMatchInlineSnapshot(`
      "proto udp4
      explicit-exit-notify 1
      connect-freq-initial 100 10
      port 1194
      dev tun0
      dev-type tun
      disable-dco
      ifconfig-noexec
      persist-tun
      persist-key
      mode server
      tls-server
      topology subnet
      ifconfig 10.99.3.1 255.255.255.0
      tun-mtu 1440
      mssfix 0
      cert /run/credentials/vpn-gateway-openvpn.service/certificate
      key /run/credentials/vpn-gateway-openvpn.service/key
      ca /run/credentials/vpn-gateway-openvpn.service/ca
      tls-crypt-v2 /run/credentials/vpn-gateway-openvpn.service/tls-crypt-v2
      dh none
      tls-version-min 1.2
      tls-cert-profile preferred
      tls-groups X25519:secp384r1:prime256v1
      tls-ciphersuites TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256
      tls-cipher ECDHE+AESGCM:ECDHE+CHACHA20
      data-ciphers AES-256-GCM:CHACHA20-POLY1305
      allow-compression no
      reneg-sec 3600
      verify-client-cert require
      remote-cert-tls client
      crl-verify /etc/vpn-gateway/openvpn/revoked dir
      client-config-dir /etc/vpn-gateway/openvpn/users
      ccd-exclusive
      max-clients 1024
      keepalive 10 60
      management /run/vpn-gateway-openvpn/management unix
      management-client-user root
      tmp-dir /run/vpn-gateway-openvpn
      script-security 2
      client-connect /usr/local/sbin/vpn-gateway-openvpn
      client-disconnect /usr/local/sbin/vpn-gateway-openvpn
      push "topology subnet"
      push "route-gateway 10.99.3.1"
      push "explicit-exit-notify 1"
      push "redirect-gateway def1 ipv6"
      push "ifconfig-ipv6 fd15:53b6:dead::2/64 fd15:53b6:dead::1"
      push "block-ipv6"
      push "dhcp-option DNS 10.20.0.53"
      push "dhcp-option DNS $DNS"
      block-ipv6
      verb 3
      "
    `);
  });

  test('says TCP where it is to be, and nothing that UDP alone has', () => {
    const [udp, tcp] = [config(), config({ transport: 'tcp' })];
    expect(udp.filter((line) => !tcp.includes(line))).toEqual([
      'proto udp4',
      'explicit-exit-notify 1',
      'connect-freq-initial 100 10',
      'tun-mtu 1440',
      'push "explicit-exit-notify 1"',
    ]);
    expect(tcp.filter((line) => !udp.includes(line))).toEqual(['proto tcp4-server', 'tcp-nodelay', 'tun-mtu 1414']);
  });

  test('redirects nothing where routes are named: each user’s own file has them', () => {
    const [all, some] = [config({ dnsServers: ['10.20.0.53'] }), config({ dnsServers: ['10.20.0.53'], routes: [] })];
    expect(some.filter((line) => !all.includes(line))).toEqual([]);
    expect(all.filter((line) => !some.includes(line))).toEqual([
      'push "redirect-gateway def1 ipv6"',
      'push "ifconfig-ipv6 fd15:53b6:dead::2/64 fd15:53b6:dead::1"',
      'push "block-ipv6"',
    ]);
  });

  test.each([
    ['10.0.0.0/8', 'ifconfig 10.0.0.1 255.0.0.0'],
    ['10.96.0.0/14', 'ifconfig 10.96.0.1 255.252.0.0'],
    ['172.16.4.128/25', 'ifconfig 172.16.4.129 255.255.255.128'],
    ['172.16.4.8/29', 'ifconfig 172.16.4.9 255.255.255.248'],
  ])('names the pool %s by its netmask', (cidr, line) => {
    expect(config({ pool: ClientPool.from(cidr) })).toContain(line);
  });

  test('has the port, the MTU and the number of clients that were asked for', () => {
    expect(config({ port: 53, mtu: 1280, maxClients: 65535 })).toEqual(
      expect.arrayContaining(['port 53', 'tun-mtu 1280', 'max-clients 65535']),
    );
    expect(config({ port: 65535, mtu: 1448, maxClients: 1 })).toEqual(
      expect.arrayContaining(['port 65535', 'tun-mtu 1448', 'max-clients 1']),
    );
  });

  test('holds no line that OpenVPN would cut off', () => {
    expect(config().every((line) => line.length < 256)).toBe(true);
  });
});

describe('the unit of the server', () => {
  test('is this', () => {
    expect(content(UNIT)).toMatchInlineSnapshot(`
      "[Unit]
      Description=OpenVPN on tun0
      ConditionPathExists=/run/vpn-gateway/serve
      StartLimitIntervalSec=0
      [Service]
      Type=notify
      User=vpn-openvpn
      LoadCredential=certificate:/etc/vpn-gateway/openvpn/certificate
      LoadCredential=key:/etc/vpn-gateway/openvpn/key
      LoadCredential=ca:/etc/vpn-gateway/openvpn/ca
      LoadCredential=tls-crypt-v2:/etc/vpn-gateway/openvpn/tls-crypt-v2
      RuntimeDirectory=vpn-gateway-openvpn
      RuntimeDirectoryMode=0700
      ExecStartPre=-+/usr/sbin/ip tuntap add dev tun0 mode tun user vpn-openvpn
      ExecStartPre=+/usr/sbin/ip address replace 10.99.3.1/24 dev tun0
      ExecStartPre=+/usr/sbin/ip link set tun0 addrgenmode none mtu 1440 up
      ExecStart=/usr/sbin/openvpn --suppress-timestamps --config /etc/vpn-gateway/openvpn/server.conf
      KillMode=mixed
      Restart=always
      RestartSec=1
      TimeoutStartSec=30
      TimeoutStopSec=20
      LimitNOFILE=infinity
      CapabilityBoundingSet=
      DevicePolicy=closed
      DeviceAllow=/dev/net/tun rw
      RestrictAddressFamilies=AF_INET AF_NETLINK AF_UNIX
      ProtectSystem=strict
      ProtectHome=yes
      ProtectClock=yes
      ProtectControlGroups=yes
      ProtectHostname=yes
      ProtectKernelLogs=yes
      ProtectKernelModules=yes
      ProtectKernelTunables=yes
      ProtectProc=invisible
      PrivateTmp=yes
      NoNewPrivileges=yes
      LockPersonality=yes
      MemoryDenyWriteExecute=yes
      RestrictNamespaces=yes
      RestrictRealtime=yes
      RestrictSUIDSGID=yes
      SystemCallArchitectures=native
      SystemCallFilter=@system-service
      SystemCallFilter=~@privileged @resources
      UMask=0077
      "
    `);
  });

  test('has the capability for a port below 1024, and for no other port', () => {
    const capability = /^(CapabilityBoundingSet=.*\n(?:AmbientCapabilities=.*\n)?)/m;
    expect(capability.exec(content(UNIT, { port: 1023 }))?.[1]).toBe(
      'CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n',
    );
    expect(capability.exec(content(UNIT, { port: 1024 }))?.[1]).toBe('CapabilityBoundingSet=\n');
  });

  test('gives tun0 the gateway’s address and the MTU', () => {
    const unit = content(UNIT, {
      pool: ClientPool.from('172.16.4.8/29'),
      mtu: 1300,
    });
    expect(unit).toContain('ip address replace 172.16.4.9/29 dev tun0\n');
    expect(unit).toContain('ip link set tun0 addrgenmode none mtu 1300 up\n');
  });
});

describe('an option that is refused', () => {
  const number = (option: string, got: number, least: number, most: number, preset: number) =>
    refusal(
      'HOST_OPTION_INVALID',
      `${option} is not what the host can use.`,
      `  got      ${got}`,
      `  allowed  a whole number from ${least} to ${most}`,
      `  write    ${option}: ${preset}`,
    );

  test.each([0, 65536, 1.5, Number.NaN])('is the port %p', (port) => {
    expect(errorOf(() => service({ port }))).toEqual(number('port', port, 1, 65535, 1194));
  });

  test.each([1279, 1449])('is the MTU %p', (mtu) => {
    expect(errorOf(() => service({ mtu }))).toEqual(number('mtu', mtu, 1280, 1448, 1440));
  });

  test('is an MTU that TCP leaves no room for', () => {
    expect(errorOf(() => service({ mtu: 1423, transport: 'tcp' }))).toEqual(number('mtu', 1423, 1280, 1422, 1414));
  });

  test.each([0, 65536])('is a number of clients: %p', (maxClients) => {
    expect(errorOf(() => service({ maxClients }))).toEqual(number('maxClients', maxClients, 1, 65535, 1024));
  });

  test('is a transport that OpenVPN does not know', () => {
    expect(errorOf(() => service({ transport: 'sctp' as 'udp' }))).toEqual(
      refusal(
        'HOST_OPTION_INVALID',
        'transport is not what the host can use.',
        '  got      "sctp"',
        "  allowed  'udp' or 'tcp'",
        "  write    transport: 'udp'",
      ),
    );
  });

  test('is a number that only deployment knows', () => {
    for (const [option, least, most, preset] of [
      ['port', 1, 65535, 1194],
      ['mtu', 1280, 1448, 1440],
      ['maxClients', 1, 65535, 1024],
    ] as const) {
      expect(errorOf(() => service({ [option]: -1, isToken: (value) => value === -1 }))).toEqual(
        refusal(
          'TOKEN_NOT_ALLOWED',
          `${option} is a value that only deployment knows, and it must be checked at synth.`,
          `  allowed  a whole number from ${least} to ${most}`,
          `  write    ${option}: ${preset}`,
        ),
      );
    }
  });

  test('is a DNS server that is no IPv4 address', () => {
    expect(errorOf(() => service({ dnsServers: ['dns.example.com'] }))).toEqual(
      refusal(
        'HOST_OPTION_INVALID',
        'dnsServers is not what the host can use.',
        '  got      ["dns.example.com"]',
        '  allowed  at most two IPv4 addresses, outside 169.254.0.0/16, from which clients are kept away',
        "  write    dnsServers: ['10.0.0.2']",
      ),
    );
  });

  test('is a route of IPv6, with host bits, or no list of routes', () => {
    expect(errorOf(() => service({ routes: ['2001:db8::/32'] }))).toEqual(
      refusal(
        'HOST_OPTION_INVALID',
        'routes is not what the host can use: the tunnel carries IPv4 only.',
        '  got      "2001:db8::/32"',
        "  allowed  'everything', or a list of IPv4 ranges in CIDR notation",
        "  write    routes: ['10.20.0.0/16']",
      ),
    );
    expect(errorOf(() => service({ routes: ['10.20.0.1/16'] }))).toEqual(
      refusal(
        'CIDR_HOST_BITS',
        'route has host bits set.',
        '  got      "10.20.0.1/16"',
        '  allowed  a range in CIDR notation whose host bits are zero',
        "  write    '10.20.0.0/16'",
      ),
    );
    expect(errorOf(() => service({ routes: 'some' as 'everything' }))).toEqual(
      refusal(
        'HOST_OPTION_INVALID',
        'routes is not what the host can use: it is no list.',
        '  got      "some"',
        "  allowed  'everything', or a list of IPv4 ranges in CIDR notation",
        "  write    routes: ['10.20.0.0/16']",
      ),
    );
  });
});
