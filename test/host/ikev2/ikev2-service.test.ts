import { Insecure } from '../../../lib/flows';
import { ClientPool } from '../../../lib/host';
import { type Ikev2Method, type Ikev2ServiceOptions, ikev2Service } from '../../../lib/host/ikev2';
import { MSCHAPV2_SECOND_FACTOR } from '../../../lib/host/radius';
import { errorOf } from '../../support/messages';

const TOKEN = '<token 7>';
const isToken = (value: unknown) => value === TOKEN;

function service(more: Partial<Ikev2ServiceOptions> = {}) {
  return ikev2Service({
    pool: ClientPool.from('10.99.2.0/24'),
    serverName: 'vpn.example.com',
    authentication: ['eap-mschapv2', 'certificate'],
    routes: 'everything',
    isToken,
    ...more,
  });
}
function file(path: string, more: Partial<Ikev2ServiceOptions> = {}): string {
  const found = service(more).files.find((each) => each.path === path);
  if (found === undefined) {
    throw new Error(`no file ${path}`);
  }
  return found.content;
}
const CONNECTIONS = '/etc/swanctl/conf.d/vpn-gateway.conf';
const DAEMON = '/etc/strongswan.conf';
const refusal = (code: string, ...lines: string[]) => ({
  code,
  text: [...lines, '', '      at FILE:LINE', `      code ${code}, see docs/diagnostics.md`].join('\n'),
});
const option = (name: string, got: string, allowed: string, write: string) =>
  refusal(
    'HOST_OPTION_INVALID',
    `${name} is not what the host can use.`,
    `  got      ${got}`,
    `  allowed  ${allowed}`,
    `  write    ${write}`,
  );

describe('the IKEv2 server', () => {
  test('is what the machine must install, load, start and open', () => {
    const { name, packages, kernelModules, units, settings, filter, pythonClass } = service();
    expect({
      name,
      packages,
      kernelModules,
      units,
      settings,
      filter,
      pythonClass,
    }).toEqual({
      name: 'ikev2',
      packages: [
        'charon-systemd',
        'strongswan-swanctl',
        'libcharon-extra-plugins',
        'libstrongswan-standard-plugins',
        'openssl',
        'libcharon-extauth-plugins',
      ],
      kernelModules: ['xfrm_interface', 'xfrm_user', 'esp4'],
      units: ['strongswan.service'],
      settings: {
        ikev2_pool: '10.99.2.0/24',
        ikev2_pool6: 'fd76:706e:6777::/112',
        ikev2_server_name: 'vpn.example.com',
        ikev2_methods: 'eap-mschapv2 certificate',
        ikev2_radius: '',
      },
      filter: {
        tunnel: 'ipsec0',
        pool: '10.99.2.0/24',
        gateway: '10.99.2.1',
        opens: [{ kind: 'udp', port: 500 }, { kind: 'udp', port: 4500 }, { kind: 'esp' }],
      },
      pythonClass: 'Ikev2',
    });
  });

  test('offers AEAD and SHA-2 with groups of 2048 bits or better, and nothing else', () => {
    expect(file(CONNECTIONS)).toMatchInlineSnapshot(`
      "# What all connections have in common; which there are is in vpn-gateway-users.conf.
      gateway {
      	connection {
      		version = 2
      		proposals = aes256gcm16-prfsha384-ecp384, aes256gcm16-prfsha256-prfsha384-prfsha512-x25519-ecp256-ecp384-modp2048-modp4096, aes256-sha384-prfsha384-ecp384, aes256-sha256-prfsha256-modp2048-ecp256
      		local_addrs = %any
      		send_cert = always
      		unique = replace
      		dpd_delay = 30s
      		fragmentation = yes
      		mobike = yes
      		# Clients rekey, Windows after 8 hours, Apple's after 24 at most: Windows behind NAT fails where the server does.
      		rekey_time = 26h
      		local {
      			auth = pubkey
      			certs = vpn-gateway.pem
      			id = "vpn.example.com"
      		}
      		children {
      			net {
      				local_ts = 0.0.0.0/0, ::/0
      				esp_proposals = aes256gcm16-ecp384-ecp256-x25519-modp2048, aes256gcm16, aes256-sha256-modp2048-ecp256, aes256-sha256
      				rekey_time = 26h
      				dpd_action = clear
      				if_id_in = 42
      				if_id_out = 42
      			}
      		}
      	}
      	pool {
      	}
      }
      "
    `);
  });

  test('loads the plugins that it needs by name, with limits against floods', () => {
    expect(file(DAEMON)).toMatchInlineSnapshot(`
      "# Written by vpn-gateway.
      charon {
      	load = random nonce x509 openssl revocation constraints pubkey pkcs1 pkcs8 pem kdf kernel-netlink socket-default vici eap-identity eap-mschapv2
      	# The addresses of clients are routed to ipsec0, and the gateway is nobody's client.
      	install_routes = no
      	install_virtual_ip = no
      	# A name in a certificate's subject is enough, whatever stands beside it.
      	rdn_matching = relaxed
      	# Whom no address is left for shall see it, and try elsewhere.
      	close_ike_on_child_failure = yes
      	# As many clients behind one address may redial at once as PPTP's limit allows; cookies come first.
      	block_threshold = 60
      	cookie_threshold_ip = 20
      	init_limit_half_open = 1000
      	half_open_timeout = 30
      	# A wrong password holds a thread for two seconds, a RADIUS request until it is answered.
      	threads = 32
      	ikesa_table_size = 256
      	ikesa_table_segments = 16
      	plugins {
      		socket-default {
      			use_ipv6 = no
      		}
      	}
      }
      swanctl {
      	load = random x509 openssl pubkey pkcs1 pkcs8 pem
      }
      "
    `);
  });

  test('loads only the EAP method that it offers, and its package', () => {
    const plugins = (authentication: readonly Ikev2Method[], more = {}) =>
      /load = .* eap-identity ?(.*)$/m.exec(file(DAEMON, { authentication, ...more }))?.[1];
    const radius = { servers: ['10.0.0.5'] };
    expect(plugins(['certificate'])).toBe('');
    expect(plugins(['eap-tls', 'certificate'])).toBe('eap-tls');
    expect(plugins(['eap-radius'], { radius })).toBe('eap-radius');
    expect(service({ authentication: ['eap-tls'] }).packages).not.toContain('libcharon-extauth-plugins');
  });

  test('hands out routes and DNS servers as asked, tokens as they are', () => {
    const text = file(CONNECTIONS, {
      routes: ['10.0.0.0/16', TOKEN],
      dnsServers: ['10.0.0.2', TOKEN],
    });
    expect(text).toContain(`local_ts = 10.0.0.0/16, ${TOKEN}, 10.0.0.2/32, ${TOKEN}/32, 10.99.2.1/32\n`);
    expect(text).toContain(`dns = 10.0.0.2, ${TOKEN}\n`);
    expect(service({ routes: ['10.0.0.0/16'] }).settings.ikev2_pool6).toBe('');
  });

  test('presents the name or address that clients dial, or a token', () => {
    expect(file(CONNECTIONS, { serverName: '203.0.113.1' })).toContain('id = "203.0.113.1"\n');
    expect(file(CONNECTIONS, { serverName: TOKEN })).toContain(`id = "${TOKEN}"\n`);
    expect(service({ serverName: TOKEN }).settings.ikev2_server_name).toBe(TOKEN);
  });

  test('takes SHA-1 for ESP with a written reason alone, and for nothing else', () => {
    const text = file(CONNECTIONS, {
      sha1ForWindows: Insecure.because('kiosks; replaced by 2027-06'),
    });
    expect(text).toMatch(/esp_proposals = .*, aes256-sha256, aes256-sha1\n/);
    expect(text.match(/sha1/g)).toHaveLength(1);
    expect(file(CONNECTIONS)).not.toContain('sha1');
  });

  test('has packets fit into 1500 bytes with the widest proposal, or as asked', () => {
    const mtu = (more = {}) =>
      /set ipsec0 mtu (\d+) up/.exec(file('/etc/systemd/system/vpn-gateway-ipsec0.service', more))?.[1];
    expect(mtu()).toBe('1415');
    expect(mtu({ mtu: 1443 })).toBe('1443');
    expect(mtu({ mtu: 1280 })).toBe('1280');
  });

  test('waits for a RADIUS server as long as asked, and longer itself', () => {
    const text = file(DAEMON, {
      authentication: ['eap-radius'],
      radius: { servers: ['10.0.0.5', TOKEN], timeoutSeconds: 90 },
    });
    expect(text).toContain('retransmit_timeout = 10\n\t\t\tretransmit_tries = 9\n');
    expect(text).toContain('half_open_timeout = 120\n');
    expect(text).toMatch(/include strongswan.d\/vpn-gateway-radius.conf\n$/);
    const { settings } = service({
      authentication: ['eap-radius'],
      radius: { servers: ['10.0.0.5', TOKEN], port: 1645 },
    });
    expect(settings.ikev2_radius).toBe(`10.0.0.5:1645 ${TOKEN}:1645`);
  });

  test('starts its units only where the gateway serves, in a sandbox', () => {
    expect(file('/etc/systemd/system/vpn-gateway-ipsec0.service')).toMatchInlineSnapshot(`
      "[Unit]
      Description=ipsec0, the interface of the IKEv2 tunnels
      ConditionPathExists=/run/vpn-gateway/serve
      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStartPre=-/usr/sbin/ip link add ipsec0 type xfrm if_id 42
      ExecStart=/usr/sbin/ip address replace 10.99.2.1/24 dev ipsec0
      ExecStart=/usr/sbin/ip link set ipsec0 mtu 1415 up
      ExecStop=-/usr/sbin/ip link delete ipsec0
      "
    `);
    expect(file('/etc/systemd/system/strongswan.service.d/gateway.conf')).toMatchInlineSnapshot(`
      "[Unit]
      ConditionPathExists=/run/vpn-gateway/serve
      Requires=vpn-gateway-ipsec0.service
      After=vpn-gateway-ipsec0.service
      Wants=vpn-gateway-ikev2-log.service
      StartLimitIntervalSec=0
      [Service]
      Restart=always
      RestartSec=1
      TimeoutStopSec=10
      CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_NET_RAW
      RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
      ReadWritePaths=/run
      PrivateDevices=yes
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
      ProtectKernelTunables=no
      SystemCallFilter=
      SystemCallFilter=@system-service
      SystemCallErrorNumber=EPERM
      "
    `);
    expect(file('/etc/systemd/system/vpn-gateway-ikev2-log.service')).toMatchInlineSnapshot(`
      "[Unit]
      Description=Log of the IKEv2 sessions
      ConditionPathExists=/run/vpn-gateway/serve
      BindsTo=strongswan.service
      After=strongswan.service
      StartLimitIntervalSec=0
      [Service]
      ExecStart=/usr/bin/python3 -IS /usr/local/lib/vpn-gateway/vici.py
      KillMode=mixed
      Restart=always
      RestartSec=1
      CapabilityBoundingSet=
      RestrictAddressFamilies=AF_UNIX
      PrivateDevices=yes
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

  test('has no secret in any file', () => {
    expect(service().files.map(({ path }) => path)).toEqual([
      '/etc/strongswan.conf',
      '/etc/swanctl/conf.d/vpn-gateway.conf',
      '/usr/local/lib/vpn-gateway/vici.py',
      '/etc/systemd/system/vpn-gateway-ipsec0.service',
      '/etc/systemd/system/strongswan.service.d/gateway.conf',
      '/etc/systemd/system/vpn-gateway-ikev2-log.service',
    ]);
  });
});

describe('an option of the IKEv2 server that cannot work is refused:', () => {
  const DIALED = 'a DNS name of two labels or more, or an IPv4 address';
  const METHODS = "one or more of 'eap-mschapv2', 'eap-tls', 'eap-radius', 'certificate', none twice";
  const RADIUS = "RADIUS servers if authentication has 'eap-radius', and none otherwise";
  const ROUTES = "'everything' or at least one IPv4 range";

  test.each<[string, Partial<Ikev2ServiceOptions>, object]>([
    [
      'a pool that takes long to load',
      { pool: ClientPool.from('10.96.0.0/19') },
      option('pool', '"10.96.0.0/19"', 'a range of at most 4096 addresses', "pool: ClientPool.from('10.99.0.0/20')"),
    ],
    ...[
      '',
      'localhost',
      'vpn_1.example.com',
      'a..example.com',
      'vpn.example.com.',
      '2001:db8::1',
      '300.1.1.1',
      'x" }',
    ].map((serverName): [string, Partial<Ikev2ServiceOptions>, object] => [
      `the name ${JSON.stringify(serverName)}`,
      { serverName },
      option('serverName', JSON.stringify(serverName), DIALED, "serverName: 'vpn.example.com'"),
    ]),
    [
      'no method',
      { authentication: [] },
      option('authentication', '[]', METHODS, "authentication: ['eap-mschapv2', 'certificate']"),
    ],
    [
      'an unknown method',
      { authentication: ['certificate', 'eap-md5' as Ikev2Method] },
      option('authentication', '"eap-md5"', METHODS, "authentication: ['eap-mschapv2', 'certificate']"),
    ],
    [
      'a method twice',
      { authentication: ['certificate', 'certificate'] },
      option(
        'authentication',
        '["certificate", "certificate"]',
        METHODS,
        "authentication: ['eap-mschapv2', 'certificate']",
      ),
    ],
    [
      'two EAP methods',
      { authentication: ['eap-mschapv2', 'certificate', 'eap-tls'] },
      refusal(
        'IKEV2_ONE_EAP_METHOD',
        'the gateway cannot offer two EAP methods: it must choose one before it knows the user.',
        '  got      ["eap-mschapv2", "eap-tls"]',
        "  allowed  at most one of 'eap-mschapv2', 'eap-tls' and 'eap-radius', with or without 'certificate'",
        "  write    authentication: ['eap-mschapv2', 'certificate'], or 'eap-radius' with a RADIUS server that offers both",
      ),
    ],
    [
      'EAP over RADIUS without servers',
      { authentication: ['eap-radius'] },
      option('radius', '"nothing"', RADIUS, "authentication: ['eap-radius'], radius: { servers: ['10.0.0.5'] }"),
    ],
    [
      'servers that nobody asks',
      { radius: { servers: ['10.0.0.5'] } },
      option(
        'radius',
        'an object of class Object',
        RADIUS,
        "authentication: ['eap-radius'], radius: { servers: ['10.0.0.5'] }",
      ),
    ],
    ...[[], ['10.0.0.5', '10.0.0.6', '10.0.0.7'], ['radius.example.com'], ['2001:db8::1']].map(
      (servers): [string, Partial<Ikev2ServiceOptions>, object] => [
        `RADIUS servers ${JSON.stringify(servers)}`,
        { authentication: ['eap-radius'], radius: { servers } },
        option(
          'radius.servers',
          `[${servers.map((each) => JSON.stringify(each)).join(', ')}]`,
          'one or two IPv4 addresses',
          "radius: { servers: ['10.0.0.5'] }",
        ),
      ],
    ),
    [
      'a port of RADIUS',
      {
        authentication: ['eap-radius'],
        radius: { servers: ['10.0.0.5'], port: 0 },
      },
      option('radius.port', '0', 'a whole number from 1 to 65535', 'radius.port: 1812'),
    ],
    [
      'a timeout of RADIUS',
      {
        authentication: ['eap-radius'],
        radius: { servers: ['10.0.0.5'], timeoutSeconds: 5 },
      },
      option('radius.timeoutSeconds', '5', 'a whole number from 10 to 300', 'radius.timeoutSeconds: 60'),
    ],
    ['no routes', { routes: [] }, option('routes', '[]', ROUTES, "routes: ['10.0.0.0/16']")],
    [
      'a route of IPv6',
      { routes: ['2001:db8::/32'] },
      option('routes', '"2001:db8::/32"', ROUTES, "routes: ['10.0.0.0/16']"),
    ],
    [
      'a word for routes',
      { routes: 'split' as 'everything' },
      option('routes', '"split"', ROUTES, "routes: ['10.0.0.0/16']"),
    ],
    [
      'three DNS servers',
      { dnsServers: ['10.0.0.2', '10.0.0.3', '10.0.0.4'] },
      option(
        'dnsServers',
        '["10.0.0.2", "10.0.0.3", "10.0.0.4"]',
        'at most two IPv4 addresses, outside 169.254.0.0/16, from which clients are kept away',
        "dnsServers: ['10.0.0.2']",
      ),
    ],
    ['a small MTU', { mtu: 1279 }, option('mtu', '1279', 'a whole number from 1280 to 1443', 'mtu: 1415')],
    ['a large MTU', { mtu: 1444 }, option('mtu', '1444', 'a whole number from 1280 to 1443', 'mtu: 1415')],
    [
      'SHA-1 without a reason',
      { sha1ForWindows: true as never },
      refusal(
        'INSECURE_WITHOUT_REASON',
        'sha1ForWindows is not a written acceptance of SHA-1.',
        '  got      true',
        '  allowed  Insecure.because(reason), which a reviewer will read',
        "  write    sha1ForWindows: Insecure.because('kiosks without PowerShell remoting; replaced by 2027-06')",
      ),
    ],
  ])('%s', (_, more, expected) => {
    expect(errorOf(() => service(more))).toEqual(expected);
  });

  test('a route with host bits', () => {
    expect(errorOf(() => service({ routes: ['10.0.0.1/16'] })).code).toBe('CIDR_HOST_BITS');
  });

  test('an MTU that only deployment knows', () => {
    expect(errorOf(() => service({ mtu: TOKEN as never })).code).toBe('TOKEN_NOT_ALLOWED');
  });
});

test('the warning about a second factor says what MS-CHAPv2 cannot carry, and how long to wait', () => {
  expect(MSCHAPV2_SECOND_FACTOR).toContain('A code cannot be typed');
  expect(MSCHAPV2_SECOND_FACTOR).toContain('timeoutSeconds 60 or more');
});
