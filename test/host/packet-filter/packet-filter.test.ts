import type { ServiceFilter } from '../../../lib/host';
import { type FilterSpec, PACKET_FILTERS, renderPacketFilter } from '../../../lib/host/packet-filter';
import { errorOf } from '../../support/messages';

const PPTP: ServiceFilter = {
  tunnel: 'ppp*',
  pool: '10.99.0.0/24',
  gateway: '10.99.0.1',
  opens: [
    {
      kind: 'pptp',
      newConnectionsPerMinute: 120,
      newConnectionsBurst: 240,
      form: 'gate',
    },
  ],
};
const PPTP_STRICT: ServiceFilter = {
  ...PPTP,
  opens: [
    {
      kind: 'pptp',
      newConnectionsPerMinute: 6,
      newConnectionsBurst: 5,
      form: 'helper',
    },
  ],
};
const WIREGUARD: ServiceFilter = {
  ...{ tunnel: 'wg0', pool: '10.99.1.0/24', gateway: '10.99.1.1' },
  opens: [{ kind: 'udp', port: 51820 }],
};
const IKEV2: ServiceFilter = {
  ...{ tunnel: 'ipsec0', pool: '10.99.2.0/24', gateway: '10.99.2.1' },
  opens: [{ kind: 'udp', port: 4500 }, { kind: 'udp', port: 500 }, { kind: 'esp' }],
};
const OPENVPN: ServiceFilter = {
  ...{ tunnel: 'tun0', pool: '10.99.3.0/24', gateway: '10.99.3.1' },
  opens: [{ kind: 'tcp', port: 443 }],
};

function files(services: readonly ServiceFilter[], more: Partial<FilterSpec> = {}): Record<string, string> {
  const spec: FilterSpec = {
    services,
    masquerade: true,
    dnsServers: [],
    kind: 'nftables',
    ...more,
  };
  return Object.fromEntries(renderPacketFilter(spec).map(({ path, content }) => [path, content]));
}

const nft = (services: readonly ServiceFilter[], more: Partial<FilterSpec> = {}) =>
  files(services, more)['/etc/nftables.conf'] ?? '';
const iptables = (services: readonly ServiceFilter[], more: Partial<FilterSpec> = {}) =>
  files(services, { kind: 'iptables', ...more })['/etc/vpn-gateway/rules.v4'] ?? '';

/** The lines of one chain of nftables. */
function chain(text: string, name: string): string[] {
  const body = new RegExp(`\\n\\tchain ${name} \\{\\n((?:\\t\\t.*\\n)*)\\t\\}\\n`).exec(text)?.[1];
  return body === undefined
    ? []
    : body
        .trimEnd()
        .split('\n')
        .map((line) => line.trim());
}

/** The rules of one chain of iptables. */
function rules(text: string, name: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`-A ${name} `))
    .map((line) => line.slice(name.length + 4));
}

describe('the packet filter in nftables', () => {
  test('is one file, and a drop-in that keeps the unit from flushing everything when it stops', () => {
    expect(Object.keys(files([PPTP]))).toEqual([
      '/etc/nftables.conf',
      '/etc/systemd/system/nftables.service.d/vpn-gateway.conf',
    ]);
    expect(files([PPTP])['/etc/systemd/system/nftables.service.d/vpn-gateway.conf']).toMatch(
      /^\[Service\]\nExecStop=\n/m,
    );
  });

  test('touches no table of others, and keeps its sets over a reload', () => {
    const text = nft([PPTP]);
    expect(text).not.toMatch(/flush ruleset|delete table/);
    expect(text.match(/^(?:table|flush|include) .*$/gm)).toEqual([
      'table inet vpn_gateway { # sets outlive a reload',
      'flush table inet vpn_gateway',
      'flush set inet vpn_gateway clients',
      'flush map inet vpn_gateway reach',
      'table inet vpn_gateway {',
      'include "/var/lib/vpn-gateway/*.nft"',
    ]);
  });

  test('drops what is not allowed, in and through', () => {
    const text = nft([PPTP, WIREGUARD]);
    expect(chain(text, 'input')[0]).toBe('type filter hook input priority filter; policy drop');
    expect(chain(text, 'forward')[0]).toBe('type filter hook forward priority filter; policy drop');
  });

  test('counts every drop, and gives every refusal a log line of its own', () => {
    for (const services of [[PPTP], [PPTP_STRICT, WIREGUARD], [IKEV2, OPENVPN]]) {
      const lines = nft(services).split('\n');
      const drops = lines.filter(
        (line) => /\b(drop|jump refuse_\w+)\b/.test(line) && !/policy drop|^\t\tdrop$/.test(line),
      );
      expect(drops.filter((line) => !line.includes('counter'))).toEqual([]);
      expect(drops.length).toBeGreaterThan(10);
    }
    expect(nft([PPTP]).match(/(?<=log prefix ").*?(?=")/g)).toEqual([
      'vpn-gateway: spoofed: ',
      'vpn-gateway: not a client: ',
      'vpn-gateway: flood: ',
      'vpn-gateway: GRE refused: ',
      'vpn-gateway: among clients: ',
      'vpn-gateway: metadata: ',
      'vpn-gateway: destination: ',
      'vpn-gateway: reach: ',
    ]);
  });

  test('gates GRE by who speaks on TCP 1723, or holds it to the calls that the kernel saw being made', () => {
    const ppp =
      'ip saddr @clients ip saddr @peers @th,13,3 1 @th,16,16 0x880b update @peers { ip saddr } counter accept';
    expect(chain(nft([PPTP]), 'data')).toEqual([ppp, 'counter jump refuse_gre']);
    expect(nft([PPTP])).not.toContain('ct helper');
    expect(chain(nft([PPTP_STRICT]), 'data')).toEqual([
      'ip saddr @clients @th,13,3 1 @th,16,16 0x880b ct state established counter accept',
      'ip saddr @clients @th,13,3 1 @th,16,16 0x880b ct state related ct helper "pptp" counter accept',
      'counter jump refuse_gre',
    ]);
    expect(nft([PPTP_STRICT])).not.toContain('@peers');
    expect(chain(nft([PPTP_STRICT]), 'control')).toEqual([
      'ip saddr != @clients counter jump refuse_stranger',
      'ct state new update @flood_pptp { ip saddr limit rate over 6/minute burst 5 packets } counter jump refuse_flood',
      'ct state new counter accept',
      'ct state established counter accept',
      'counter drop',
    ]);
  });

  test('opens what each service listens on, to clients alone, and before any other accept', () => {
    const text = nft([PPTP, IKEV2, WIREGUARD, OPENVPN]);
    expect(chain(text, 'input').slice(1, 12)).toEqual([
      'iif "lo" accept',
      'iifname "ppp*" jump tunnel',
      'iifname "ipsec0" jump tunnel',
      'iifname "wg0" jump tunnel',
      'iifname "tun0" jump tunnel',
      'meta nfproto ipv4 tcp dport 1723 jump control',
      'ip protocol gre jump data',
      'meta nfproto ipv4 udp dport { 500, 4500, 51820 } jump over_udp',
      'meta nfproto ipv4 tcp dport 443 jump over_tcp',
      'ip protocol esp jump over_esp',
      'ct state established,related accept',
    ]);
    for (const name of ['control', 'over_udp', 'over_tcp', 'over_esp']) {
      expect(chain(text, name)[0]).toBe('ip saddr != @clients counter jump refuse_stranger');
    }
  });

  test('opens nothing that no service listens on', () => {
    const text = nft([WIREGUARD]);
    expect(text).not.toMatch(/1723|protocol (gre|esp)|tcp dport|flood_(pptp|tcp)/);
    expect(chain(text, 'input')[3]).toBe('meta nfproto ipv4 udp dport 51820 jump over_udp');
  });

  test('knows every tunnel by its pool, and another client of PPTP by its interface', () => {
    expect(chain(nft([PPTP, WIREGUARD]), 'spoofed')).toEqual([
      'type filter hook prerouting priority raw',
      'iifname "ppp*" ip saddr != 10.99.0.0/24 counter jump refuse_spoofed',
      `iifname "ppp*" fib saddr . iif oif missing counter jump refuse_spoofed # another client's`,
      'iifname != "lo" iifname != "ppp*" ip saddr 10.99.0.0/24 counter jump refuse_spoofed',
      'iifname "wg0" ip saddr != 10.99.1.0/24 counter jump refuse_spoofed',
      'iifname != "lo" iifname != "wg0" ip saddr 10.99.1.0/24 counter jump refuse_spoofed',
    ]);
  });

  test('lets clients through in one order: never to each other or to metadata, DNS, what a user may, what all may', () => {
    const text = nft([PPTP, WIREGUARD], {
      dnsServers: ['10.0.0.2', '10.0.0.3'],
    });
    expect(chain(text, 'from_clients')).toEqual([
      'oifname "ppp*" counter jump refuse_among',
      'oifname "wg0" counter jump refuse_among',
      'ip daddr 169.254.0.0/16 counter jump refuse_metadata # of the cloud',
      'ct state related icmp type $errors accept',
      'ip daddr { 10.0.0.2, 10.0.0.3 } meta l4proto { tcp, udp } th dport 53 accept',
      'ip daddr 168.63.129.16 counter jump refuse_metadata',
      'ip saddr vmap @reach',
      'jump destinations',
      'counter jump refuse_destination',
    ]);
    expect(chain(nft([PPTP]), 'from_clients').filter((rule) => rule.includes('dport 53'))).toEqual([]);
  });

  test('masquerades every pool outwards when asked to, and has no NAT otherwise', () => {
    expect(chain(nft([PPTP, WIREGUARD]), 'postrouting')).toEqual([
      'type nat hook postrouting priority srcnat',
      'ip saddr 10.99.0.0/24 oifname != "ppp*" oifname != "wg0" masquerade',
      'ip saddr 10.99.1.0/24 oifname != "ppp*" oifname != "wg0" masquerade',
    ]);
    expect(nft([PPTP], { masquerade: false })).not.toMatch(/type nat|masquerade/);
  });

  test('stays small enough for user data', () => {
    expect(nft([PPTP]).length).toBeLessThan(4600);
    expect(nft([PPTP, WIREGUARD]).length).toBeLessThan(5400);
  });
});

describe('the packet filter in iptables', () => {
  test('is a file for each version of IP, a loader with its unit, and the size of the list of peers', () => {
    const all = files([PPTP], { kind: 'iptables' });
    expect(Object.keys(all)).toEqual([
      '/etc/vpn-gateway/rules.v4',
      '/etc/vpn-gateway/rules.v6',
      '/etc/modprobe.d/vpn-gateway.conf',
      '/usr/local/sbin/vpn-gateway-filter',
      '/etc/systemd/system/vpn-gateway-filter.service',
    ]);
    expect(all['/etc/modprobe.d/vpn-gateway.conf']).toBe('options xt_recent ip_list_tot=8192\n');
    expect(all['/etc/systemd/system/vpn-gateway-filter.service']).not.toContain('ExecStop');
  });

  test('never flushes chains of others: every load is without flush, into chains of our own', () => {
    const loader = files([PPTP], { kind: 'iptables' })['/usr/local/sbin/vpn-gateway-filter'] ?? '';
    for (const line of loader.split('\n').filter((each) => each.includes('-restore'))) {
      expect(line).toContain('--noflush');
    }
    expect(loader).not.toMatch(/ -F| -X|--flush/);
    for (const line of iptables([PPTP, WIREGUARD, IKEV2, OPENVPN]).split('\n')) {
      expect(line).toMatch(
        /^(\*(raw|mangle|nat|filter)|:vpn-[\w-]+ - \[0:0\]|:(INPUT|FORWARD) DROP \[0:0\]|-A vpn-.*|COMMIT|#.*|)$/,
      );
    }
  });

  test('drops IPv6 but for what the machine itself needs', () => {
    expect(files([PPTP, WIREGUARD], { kind: 'iptables' })['/etc/vpn-gateway/rules.v6']).toMatchInlineSnapshot(`
      "*filter
      :INPUT DROP [0:0]
      :FORWARD DROP [0:0]
      :vpn-INPUT - [0:0]
      -A vpn-INPUT -i lo -j ACCEPT
      -A vpn-INPUT -i ppp+ -j DROP
      -A vpn-INPUT -i wg0 -j DROP
      -A vpn-INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A vpn-INPUT -p ipv6-icmp -m icmp6 --icmpv6-type destination-unreachable -j ACCEPT
      -A vpn-INPUT -p ipv6-icmp -m icmp6 --icmpv6-type packet-too-big -j ACCEPT
      -A vpn-INPUT -p ipv6-icmp -m icmp6 --icmpv6-type time-exceeded -j ACCEPT
      -A vpn-INPUT -p ipv6-icmp -m icmp6 --icmpv6-type parameter-problem -j ACCEPT
      -A vpn-INPUT -p ipv6-icmp -m icmp6 --icmpv6-type router-advertisement -j ACCEPT
      -A vpn-INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation -j ACCEPT
      -A vpn-INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-advertisement -j ACCEPT
      -A vpn-INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 130 -j ACCEPT
      -A vpn-INPUT -s fe80::/10 -p udp -m udp --sport 547 --dport 546 -j ACCEPT
      -A vpn-INPUT -j DROP
      COMMIT
      "
    `);
  });

  test('has the same rules as nftables in the same order', () => {
    const text = iptables([PPTP, WIREGUARD], { dnsServers: ['10.0.0.2'] });
    expect(rules(text, 'vpn-INPUT')).toEqual([
      '-i lo -j ACCEPT',
      '-i ppp+ -j vpn-tunnel',
      '-i wg0 -j vpn-tunnel',
      '-p tcp -m tcp --dport 1723 -j vpn-offered',
      '-p gre -j vpn-offered',
      '-p udp -m udp --dport 51820 -j vpn-offered',
      '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-p icmp -m icmp --icmp-type destination-unreachable -j ACCEPT',
      '-p icmp -m icmp --icmp-type time-exceeded -j ACCEPT',
      '-p icmp -m icmp --icmp-type parameter-problem -j ACCEPT',
      '-p udp -m udp --sport 67 --dport 68 -j ACCEPT',
      '-j DROP',
    ]);
    expect(rules(text, 'vpn-offered')).toEqual(['-j vpn-clients', '-j vpn-refuse-stranger']);
    expect(rules(text, 'vpn-clients')).toEqual([]);
    expect(rules(text, 'vpn-control')).toEqual([
      '-m conntrack --ctstate NEW -m hashlimit --hashlimit-name vpn-pptp --hashlimit-mode srcip --hashlimit-above 120/minute --hashlimit-burst 240 --hashlimit-htable-max 65536 --hashlimit-htable-expire 600000 -j vpn-refuse-flood',
      '-m conntrack --ctstate NEW -j ACCEPT',
      '-m conntrack --ctstate ESTABLISHED -m recent --name vpn-peers --rsource --set -j ACCEPT',
      '-j DROP',
    ]);
    expect(rules(text, 'vpn-data')).toEqual([
      '-m u32 --u32 "0>>22&0x3C@0&0x7FFFF=0x1880B" -m recent --name vpn-peers --rsource --update --seconds 300 -j ACCEPT',
      '-j vpn-refuse-gre',
    ]);
    expect(rules(text, 'vpn-from-clients')).toEqual([
      '-o ppp+ -j vpn-refuse-among',
      '-o wg0 -j vpn-refuse-among',
      '-d 169.254.0.0/16 -j vpn-refuse-metadata',
      '-p icmp -m icmp --icmp-type destination-unreachable -m conntrack --ctstate RELATED -j ACCEPT',
      '-p icmp -m icmp --icmp-type time-exceeded -m conntrack --ctstate RELATED -j ACCEPT',
      '-p icmp -m icmp --icmp-type parameter-problem -m conntrack --ctstate RELATED -j ACCEPT',
      '-d 10.0.0.2/32 -p tcp -m tcp --dport 53 -j ACCEPT',
      '-d 10.0.0.2/32 -p udp -m udp --dport 53 -j ACCEPT',
      '-d 168.63.129.16/32 -j vpn-refuse-metadata',
      '-j vpn-reach',
      '-j vpn-destinations',
      '-j vpn-refuse-destination',
    ]);
    expect(rules(text, 'vpn-PREROUTING')).toEqual([
      '-i lo -j RETURN',
      '-i ppp+ ! -s 10.99.0.0/24 -j vpn-refuse-spoofed',
      '-i ppp+ -m rpfilter --invert -j vpn-refuse-spoofed',
      '! -i ppp+ -s 10.99.0.0/24 -j vpn-refuse-spoofed',
      '-i wg0 ! -s 10.99.1.0/24 -j vpn-refuse-spoofed',
      '! -i wg0 -s 10.99.1.0/24 -j vpn-refuse-spoofed',
    ]);
    expect(rules(text, 'vpn-POSTROUTING')).toEqual([
      ...['-o ppp+ -j RETURN', '-o wg0 -j RETURN'],
      ...['-s 10.99.0.0/24 -j MASQUERADE', '-s 10.99.1.0/24 -j MASQUERADE'],
    ]);
    expect(iptables([PPTP], { masquerade: false })).not.toContain('*nat');
  });

  test('asks the kernel for its helper in the strict form', () => {
    const text = iptables([PPTP_STRICT]);
    expect(rules(text, 'vpn-PREROUTING').at(-1)).toBe('-p tcp -m tcp --dport 1723 -j CT --helper pptp');
    expect(rules(text, 'vpn-data')).toEqual([
      '-m u32 --u32 "0>>22&0x3C@0&0x7FFFF=0x1880B" -m conntrack --ctstate ESTABLISHED -j ACCEPT',
      '-m u32 --u32 "0>>22&0x3C@0&0x7FFFF=0x1880B" -m conntrack --ctstate RELATED -m helper --helper pptp -j ACCEPT',
      '-j vpn-refuse-gre',
    ]);
    expect(text).not.toContain('recent');
  });

  test('has the log lines of nftables, none longer than iptables takes', () => {
    const prefixes = (text: string) => [...new Set(text.match(/(?<=-prefix "|log prefix ").*?(?=")/g))].sort();
    expect(prefixes(iptables([PPTP]))).toEqual(prefixes(nft([PPTP])));
    expect(Math.max(...prefixes(iptables([PPTP])).map(({ length }) => length))).toBeLessThanOrEqual(29);
  });

  test('reads the policy in where its chains are, and ends every table', () => {
    const text = iptables([PPTP]);
    expect(text.split('\n').slice(-4)).toEqual(['-A vpn-refuse-reach -j DROP', '# policy', 'COMMIT', '']);
    expect(text.match(/^COMMIT$/gm)).toHaveLength(4);
  });
});

describe('what the machine is told about a notation', () => {
  test.each(['nftables', 'iptables'] as const)('%s: its package, its unit, a check and filter_load', (kind) => {
    const { packages, unit, loaded, python } = PACKET_FILTERS[kind];
    expect(packages).toEqual([kind]);
    expect(unit).toMatch(/^[a-z-]+\.service$/);
    expect(loaded).not.toContain('\n');
    expect(python).toMatch(/^\ndef filter_load\(clients, destinations, reach\):\n/);
  });
});

describe('services that no filter can tell apart are refused', () => {
  const refused = (...services: ServiceFilter[]) => errorOf(() => files(services));

  test('none at all', () => {
    expect(refused()).toMatchInlineSnapshot(`
      {
        "code": "HOST_OPTION_INVALID",
        "text": "services is not what the host can use: a packet filter without a service lets nobody in.
        got      []
        allowed  at least one service
        write    services: [pptpService({ pool })]

            at FILE:LINE
            code HOST_OPTION_INVALID, see docs/diagnostics.md",
      }
    `);
  });

  test('an interface twice', () => {
    expect(refused(PPTP, { ...WIREGUARD, tunnel: 'ppp0' })).toMatchInlineSnapshot(`
      {
        "code": "HOST_OPTION_INVALID",
        "text": "services is not what the host can use: tunnel cannot be told from ppp*.
        got      "ppp0"
        allowed  a tunnel of its own for each
        write    tunnel: 'wg0'

            at FILE:LINE
            code HOST_OPTION_INVALID, see docs/diagnostics.md",
      }
    `);
  });

  test('a name that is no interface', () => {
    expect(refused({ ...WIREGUARD, tunnel: 'wg0" accept' })).toMatchInlineSnapshot(`
      {
        "code": "HOST_OPTION_INVALID",
        "text": "services is not what the host can use: tunnel is no name of an interface.
        got      "wg0\\" accept"
        allowed  a name, or a beginning with '*'
        write    tunnel: 'wg0'

            at FILE:LINE
            code HOST_OPTION_INVALID, see docs/diagnostics.md",
      }
    `);
  });

  test('pools that overlap', () => {
    expect(refused(PPTP, { ...WIREGUARD, pool: '10.99.0.128/25' })).toMatchInlineSnapshot(`
      {
        "code": "HOST_OPTION_INVALID",
        "text": "services is not what the host can use: pool overlaps 10.99.0.0/24.
        got      "10.99.0.128/25"
        allowed  a pool of its own for each
        write    pool: '10.99.1.0/24'

            at FILE:LINE
            code HOST_OPTION_INVALID, see docs/diagnostics.md",
      }
    `);
  });

  test('a port that is none', () => {
    expect(refused({ ...OPENVPN, opens: [{ kind: 'tcp', port: 70000 }] })).toMatchInlineSnapshot(`
      {
        "code": "HOST_OPTION_INVALID",
        "text": "services is not what the host can use: port is none.
        got      70000
        allowed  a whole number from 1 to 65535
        write    opens: [{ kind: 'udp', port: 51820 }]

            at FILE:LINE
            code HOST_OPTION_INVALID, see docs/diagnostics.md",
      }
    `);
  });
});
