import type { HostFile } from '../host-commands';
import { type FilterSpec, NEW_FLOWS, type OpenFlows, openFlows } from './filter-spec';

/**
 * The filter for iptables, in either of its backends: the same rules as for nftables, in chains whose names begin with
 * `vpn-`. A file of the loader's own takes the place of sets: `filter_load` writes the chains `vpn-clients`,
 * `vpn-destinations` and `vpn-reach`.
 *
 * What iptables cannot do: one transaction for all tables (each table is one); a map of verdicts (`vpn-reach` is a tree of
 * chains with at most 16 rules each); IPv6 in the same file; more peers of PPTP than xt_recent was loaded for.
 */
export function renderIptables(spec: FilterSpec): HostFile[] {
  const flows = openFlows(spec.services);
  const tables = [raw(spec, flows), mangle(), ...(spec.masquerade ? [nat(spec)] : []), filter(spec, flows)];
  return [
    {
      path: '/etc/vpn-gateway/rules.v4',
      content: `# Nobody may connect until vpn-gateway-apply has filled "vpn-clients".\n${tables.join('')}`,
    },
    { path: '/etc/vpn-gateway/rules.v6', content: filter6(spec) },
    { path: '/etc/modprobe.d/vpn-gateway.conf', content: 'options xt_recent ip_list_tot=8192\n' },
    { path: '/usr/local/sbin/vpn-gateway-filter', mode: '0755', content: LOADER },
    { path: '/etc/systemd/system/vpn-gateway-filter.service', content: UNIT },
  ];
}

/** Loads the filter, at boot and again: chains of others stay, and until ours are hooked in, nothing comes in. */
const LOADER = `#!/bin/sh
# Loads the packet filter over what is loaded: each table in one transaction. Chains of others stay.
set -e
sed '/^# policy$/r /var/lib/vpn-gateway/policy.rules' /etc/vpn-gateway/rules.v4 | iptables-restore -w 10 --noflush
hook() {
	$1 -w 10 -t $2 -C $3 -j vpn-$3 2>/dev/null || $1 -w 10 -t $2 -A $3 -j vpn-$3
}
hook iptables raw PREROUTING
hook iptables mangle FORWARD
! grep -q '^\\*nat' /etc/vpn-gateway/rules.v4 || hook iptables nat POSTROUTING
hook iptables filter INPUT
hook iptables filter FORWARD
[ -e /proc/net/if_inet6 ] || exit 0
ip6tables-restore -w 10 --noflush /etc/vpn-gateway/rules.v6
hook ip6tables filter INPUT
`;

/** Like Debian's unit for nftables; without ExecStop, because stopping it must not open the machine. */
const UNIT = `[Unit]
Description=Packet filter of the VPN gateway
DefaultDependencies=no
Wants=network-pre.target
After=local-fs.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/vpn-gateway-filter
ExecReload=/usr/local/sbin/vpn-gateway-filter
[Install]
WantedBy=sysinit.target
`;

/** Succeeds when the filter is loaded and hooked in. */
export const IPTABLES_LOADED =
  '{ iptables -w 10 -C INPUT -j vpn-INPUT && iptables -w 10 -C FORWARD -j vpn-FORWARD && iptables -w 10 -C vpn-FORWARD -j DROP; } 2>/dev/null';

/** `filter_load` for iptables: one transaction. Its file is what the loader reads in. */
export const IPTABLES_PYTHON = String.raw`
def filter_load(clients, destinations, reach):
	path, chains, users, lines = '/var/lib/vpn-gateway/policy.rules', {}, [], []
	def to(cidr, protocol, ports):
		return f'-d {cidr}' + (f' -p {protocol}' if protocol else '') + (f' -m {protocol} --dport {":".join(map(str, ports))}' if ports else '')
	def spread(chain, users, bits): # a tree, so that a packet meets at most 16 rules of a chain
		if len(users) <= 16:
			return [f'-A {chain} -s {one}/32 -g {to}' for one, to in users]
		parts = {}
		for one, to in users:
			parts.setdefault(ipaddress.ip_network(f'{one}/{bits}', strict=False), []).append((one, to))
		if len(parts) == 1:
			return spread(chain, users, bits + 4)
		names = {net: f'vpn-at-{net.network_address}-{bits}' for net in parts}
		return [f':{name} - [0:0]' for name in names.values()] + [f'-A {chain} -s {net} -g {name}' for net, name in names.items()] + [line for net, name in names.items() for line in spread(name, parts[net], bits + 4)]
	lines += [f'-A vpn-clients -s {one} -j vpn-services' for one in clients]
	lines += [f'-A vpn-destinations {to(*one)} -j ACCEPT' for one in destinations]
	for addresses, some in reach: # users with the same destinations share a chain
		rules = tuple(f'{to(*one)} -j RETURN' for one in some)
		if rules not in chains:
			chains[rules] = f'vpn-reach-{len(chains)}'
			lines += [f':{chains[rules]} - [0:0]', *(f'-A {chains[rules]} {rule}' for rule in (*rules, '-j vpn-refuse-reach'))]
		users += [(one, chains[rules]) for one in addresses]
	lines += spread('vpn-reach', users, 12)
	text, old = '\n'.join(lines) + '\n', read(path)
	if text != old:
		ours = {*re.findall('(?m)^:(\\S+)', text)}
		gone = sorted({*re.findall('(?m)^:(\\S+)', old)} - ours)
		first = [f':{chain} - [0:0]\n' for chain in ('vpn-clients', 'vpn-destinations', 'vpn-reach', *gone)]
		rules = '*filter\n' + ''.join(first) + text + ''.join(f'-X {chain}\n' for chain in gone) + 'COMMIT\n'
		need(not subprocess.run(['iptables-restore', '-w', '10', '--noflush'], input=rules, text=True).returncode, 'iptables-restore')
		write(path, text)
`;

/** Rules of one table by chain; in `builtin`, what a chain of the table's own does at its end. */
function table(
  name: string,
  chains: Readonly<Record<string, readonly string[]>>,
  builtin: readonly string[] = [],
): string {
  return [
    `*${name}`,
    ...builtin.map((chain) => `:${chain} DROP [0:0]`),
    ...Object.keys(chains).map((chain) => `:${chain} - [0:0]`),
    ...Object.entries(chains).flatMap(([chain, rules]) => rules.map((rule) => `-A ${chain} ${rule}`)),
    ...(name === 'filter' && 'vpn-clients' in chains ? ['# policy'] : []),
    'COMMIT',
    '',
  ].join('\n');
}

/** iptables takes at most 29 characters for a prefix. */
function refusal(name: string, word: string): Record<string, string[]> {
  return {
    [`vpn-refuse-${name}`]: [
      `-m limit --limit 6/minute --limit-burst 5 -j LOG --log-prefix "vpn-gateway: ${word}: "`,
      '-j DROP',
    ],
  };
}

/** The interface in iptables' notation. */
function port(tunnel: string): string {
  return tunnel.replace('*', '+');
}

function raw({ services }: FilterSpec, { pptp }: OpenFlows): string {
  return table('raw', {
    'vpn-PREROUTING': [
      '-i lo -j RETURN',
      ...services.flatMap(({ tunnel, pool }) => [
        `-i ${port(tunnel)} ! -s ${pool} -j vpn-refuse-spoofed`,
        // One interface for each client: another client's address has its route elsewhere.
        ...(tunnel.endsWith('*') ? [`-i ${port(tunnel)} -m rpfilter --invert -j vpn-refuse-spoofed`] : []),
        `! -i ${port(tunnel)} -s ${pool} -j vpn-refuse-spoofed`,
      ]),
      ...(pptp?.form === 'helper' ? ['-p tcp -m tcp --dport 1723 -j CT --helper pptp'] : []),
    ],
    ...refusal('spoofed', 'spoofed'),
  });
}

function mangle(): string {
  return table('mangle', { 'vpn-FORWARD': ['-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu'] });
}

function nat({ services }: FilterSpec): string {
  return table('nat', {
    'vpn-POSTROUTING': [
      ...services.map(({ tunnel }) => `-o ${port(tunnel)} -j RETURN`),
      ...services.map(({ pool }) => `-s ${pool} -j MASQUERADE`),
    ],
  });
}

const ICMP_ERRORS = ['destination-unreachable', 'time-exceeded', 'parameter-problem'];
const ICMPV6 = [
  ...['destination-unreachable', 'packet-too-big', 'time-exceeded', 'parameter-problem'],
  ...['router-advertisement', 'neighbour-solicitation', 'neighbour-advertisement', '130'],
];
/** GRE version 1 that carries PPP: the low three bits of its flags, and its protocol. */
const PPP = '-m u32 --u32 "0>>22&0x3C@0&0x7FFFF=0x1880B"';

function filter({ services, dnsServers }: FilterSpec, flows: OpenFlows): string {
  const { udp, tcp, esp, pptp } = flows;
  const tunnels = services.map(({ tunnel }) => port(tunnel));
  const offered = [
    ...(pptp === undefined
      ? []
      : [['-p tcp -m tcp --dport 1723', 'vpn-control'] as const, ['-p gre', 'vpn-data'] as const]),
    ...udp.map((each) => [`-p udp -m udp --dport ${each}`, 'vpn-udp'] as const),
    ...tcp.map((each) => [`-p tcp -m tcp --dport ${each}`, 'vpn-tcp'] as const),
    ...(esp ? [['-p esp', 'vpn-esp'] as const] : []),
  ];
  const errors = (match: string) => ICMP_ERRORS.map((type) => `-p icmp -m icmp --icmp-type ${type}${match} -j ACCEPT`);
  return table(
    'filter',
    {
      'vpn-INPUT': [
        '-i lo -j ACCEPT',
        ...tunnels.map((tunnel) => `-i ${tunnel} -j vpn-tunnel`),
        ...offered.map(([match]) => `${match} -j vpn-offered`),
        '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        ...errors(''),
        '-p udp -m udp --sport 67 --dport 68 -j ACCEPT',
        '-j DROP',
      ],
      'vpn-tunnel': [
        ...services.map(
          ({ gateway }) =>
            `-d ${gateway}/32 -p icmp -m icmp --icmp-type echo-request -m limit --limit 20/second -j ACCEPT`,
        ),
        ...errors(''),
        '-j DROP',
      ],
      // A withdrawn client is cut off at once: this comes before every other accept.
      'vpn-offered': ['-j vpn-clients', '-j vpn-refuse-stranger'],
      'vpn-clients': [],
      'vpn-services': offered.map(([match, chain]) => `${match} -j ${chain}`),
      ...(pptp === undefined ? {} : pptpChains(pptp)),
      ...(udp.length === 0
        ? {}
        : { 'vpn-udp': [flood('udp', NEW_FLOWS.udp.perMinute, NEW_FLOWS.udp.burst), '-j ACCEPT'] }),
      ...(tcp.length === 0
        ? {}
        : {
            'vpn-tcp': [
              flood('tcp', NEW_FLOWS.tcp.perMinute, NEW_FLOWS.tcp.burst),
              '-m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT',
              '-j DROP',
            ],
          }),
      ...(esp ? { 'vpn-esp': ['-j ACCEPT'] } : {}),
      'vpn-FORWARD': [
        ...tunnels.map((tunnel) => `-i ${tunnel} -j vpn-from-clients`),
        ...tunnels.map((tunnel) => `-o ${tunnel} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`),
        '-j DROP',
      ],
      'vpn-from-clients': [
        ...tunnels.map((tunnel) => `-o ${tunnel} -j vpn-refuse-among`),
        '-d 169.254.0.0/16 -j vpn-refuse-metadata',
        ...errors(' -m conntrack --ctstate RELATED'),
        ...dnsServers.flatMap((server) =>
          ['tcp', 'udp'].map((protocol) => `-d ${server}/32 -p ${protocol} -m ${protocol} --dport 53 -j ACCEPT`),
        ),
        // Azure's DNS server also hands a machine its certificates and settings.
        '-d 168.63.129.16/32 -j vpn-refuse-metadata',
        '-j vpn-reach',
        '-j vpn-destinations',
        '-j vpn-refuse-destination',
      ],
      'vpn-reach': [],
      'vpn-destinations': [],
      ...refusal('stranger', 'not a client'),
      ...(pptp === undefined && udp.length + tcp.length === 0 ? {} : refusal('flood', 'flood')),
      ...(pptp === undefined ? {} : refusal('gre', 'GRE refused')),
      ...refusal('among', 'among clients'),
      ...refusal('metadata', 'metadata'),
      ...refusal('destination', 'destination'),
      ...refusal('reach', 'reach'),
    },
    ['INPUT', 'FORWARD'],
  );
}

function pptpChains({
  newConnectionsPerMinute,
  newConnectionsBurst,
  form,
}: NonNullable<OpenFlows['pptp']>): Record<string, string[]> {
  const control = [flood('pptp', newConnectionsPerMinute, newConnectionsBurst), '-m conntrack --ctstate NEW -j ACCEPT'];
  return form === 'gate'
    ? {
        'vpn-control': [
          ...control,
          '-m conntrack --ctstate ESTABLISHED -m recent --name vpn-peers --rsource --set -j ACCEPT',
          '-j DROP',
        ],
        'vpn-data': [
          `${PPP} -m recent --name vpn-peers --rsource --update --seconds 300 -j ACCEPT`,
          '-j vpn-refuse-gre',
        ],
      }
    : {
        'vpn-control': [...control, '-m conntrack --ctstate ESTABLISHED -j ACCEPT', '-j DROP'],
        'vpn-data': [
          `${PPP} -m conntrack --ctstate ESTABLISHED -j ACCEPT`,
          `${PPP} -m conntrack --ctstate RELATED -m helper --helper pptp -j ACCEPT`,
          '-j vpn-refuse-gre',
        ],
      };
}

function flood(name: string, perMinute: number, burst: number): string {
  return (
    `-m conntrack --ctstate NEW -m hashlimit --hashlimit-name vpn-${name} --hashlimit-mode srcip ` +
    `--hashlimit-above ${perMinute}/minute --hashlimit-burst ${burst} --hashlimit-htable-max 65536 ` +
    '--hashlimit-htable-expire 600000 -j vpn-refuse-flood'
  );
}

/** IPv6 is closed, but for what the machine itself needs. */
function filter6({ services }: FilterSpec): string {
  return table(
    'filter',
    {
      'vpn-INPUT': [
        '-i lo -j ACCEPT',
        ...services.map(({ tunnel }) => `-i ${port(tunnel)} -j DROP`),
        '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        ...ICMPV6.map((type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j ACCEPT`),
        '-s fe80::/10 -p udp -m udp --sport 547 --dport 546 -j ACCEPT',
        '-j DROP',
      ],
    },
    ['INPUT', 'FORWARD'],
  );
}
