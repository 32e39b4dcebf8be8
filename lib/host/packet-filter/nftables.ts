import type { HostFile } from '../host-commands';
import { type FilterSpec, NEW_FLOWS, type OpenFlows, openFlows } from './filter-spec';

/**
 * The filter for nftables. Who may connect, where clients may go, and who of them may go to less, is not in it:
 * `filter_load` fills the set `clients`, the chain `destinations` and the map `reach`, and until it did, nobody may
 * connect.
 *
 * The outward interface has another name on every machine type, so no rule names it: ours are the tunnels. The text is
 * for nft 1.0.6 (Debian 12) as for newer ones: `@th,13,3 1 @th,16,16 0x880b` is GRE version 1 with PPP, for which that
 * one has no words.
 *
 * Sets outlive a reload: the table is emptied of rules, not deleted, in the one transaction that fills it again. Tables
 * of others are not touched; Debian's unit would flush them all when it stops, so it is told not to.
 */
export function renderNftables(spec: FilterSpec): HostFile[] {
  const flows = openFlows(spec.services);
  const sets = [...CLIENTS, ...peers(flows), ...floods(flows), ...helper(flows), ...REACH];
  const chains = [
    spoofed(spec),
    input(spec, flows),
    ...services(flows),
    tunnel(spec),
    forward(spec),
    fromClients(spec),
  ];
  return [
    {
      path: '/etc/nftables.conf',
      content: `# Nobody may connect until vpn-gateway-apply has filled "clients".
define errors = { destination-unreachable, time-exceeded, parameter-problem }
table inet vpn_gateway { # sets outlive a reload
${block(sets)}
}
flush table inet vpn_gateway
flush set inet vpn_gateway clients
flush map inet vpn_gateway reach
table inet vpn_gateway {
${block([...chains.flat(), ...masquerade(spec), ...refusals()])}
}
include "/var/lib/vpn-gateway/*.nft"
`,
    },
    {
      path: '/etc/systemd/system/nftables.service.d/vpn-gateway.conf',
      content: `# Stopping it must not open the machine, nor flush the tables of others.
[Service]
ExecStop=
`,
    },
  ];
}

/** Succeeds when the filter is loaded. */
export const NFTABLES_LOADED = "nft list chain inet vpn_gateway forward 2>/dev/null | grep -q 'jump from_clients'";

/** `filter_load` for nftables: one transaction, so calls stay up. Its file is what a reload includes. */
export const NFTABLES_PYTHON = String.raw`
def filter_load(clients, destinations, reach):
	path, table, chains = '/var/lib/vpn-gateway/policy.nft', 'inet vpn_gateway', {}
	def to(cidr, protocol, ports):
		return f'ip daddr {cidr}' + (f' {protocol} dport {"-".join(map(str, sorted({*ports})))}' if ports else f' meta l4proto {protocol}' if protocol else '')
	lines = [f'flush set {table} clients', f'flush map {table} reach', f'flush chain {table} destinations']
	if clients:
		lines.append(f'add element {table} clients {{ {", ".join(clients)} }}')
	lines += [f'add rule {table} destinations {to(*one)} counter accept' for one in destinations]
	for addresses, some in reach: # users with the same destinations share a chain
		rules = tuple(f'{to(*one)} return' for one in some)
		if rules not in chains:
			chains[rules] = f'reach_{len(chains)}'
			lines += [f'add chain {table} {chains[rules]}', f'flush chain {table} {chains[rules]}']
			lines += [f'add rule {table} {chains[rules]} {rule}' for rule in (*rules, 'counter jump refuse_reach')]
		lines += [f'add element {table} reach {{ {one} : jump {chains[rules]} }}' for one in addresses]
	text, old = '\n'.join(lines) + '\n', read(path)
	if text != old:
		gone = {*re.findall(r'add chain \S+ \S+ (\w+)', old)} - {*chains.values()}
		first = [f'{verb} chain {table} {chain}\n' for chain in sorted(gone) for verb in ('add', 'flush', 'delete')]
		done = subprocess.run(['nft', '-f', '-'], input=f'flush map {table} reach\n' + ''.join(first) + text, text=True)
		need(not done.returncode, 'nft')
		write(path, text)
`;

/** Lines that belong together, indented by one tab. */
type Block = readonly string[];

function block(lines: Block): string {
  return lines.map((line) => `\t${line}`).join('\n');
}

function set(name: string, ...lines: Block): Block {
  return [`set ${name} {`, ...['type ipv4_addr', ...lines].map((line) => `\t${line}`), '}'];
}

function chain(name: string, ...rules: Block): Block {
  return [`chain ${name} {`, ...rules.map((rule) => `\t${rule}`), '}'];
}

const CLIENTS = set('clients', 'flags interval', 'auto-merge');
const REACH: Block = ['map reach { # users who may go to less', '\ttype ipv4_addr : verdict', '}'];
const PPP = '@th,13,3 1 @th,16,16 0x880b';

/** Why packets are refused, each with a log line of its own, and the word that it has there. */
const REFUSALS = {
  refuse_spoofed: 'spoofed',
  refuse_stranger: 'not a client',
  refuse_flood: 'flood',
  refuse_gre: 'GRE refused',
  refuse_among: 'among clients',
  refuse_metadata: 'metadata',
  refuse_destination: 'destination',
  refuse_reach: 'reach',
} as const;

function refusals(): Block {
  return Object.entries(REFUSALS).flatMap(([name, word]) =>
    chain(name, `limit rate 6/minute log prefix "vpn-gateway: ${word}: "`, 'drop'),
  );
}

/** Who speaks on TCP 1723: an entry lives five minutes, and every packet of its owner renews it. */
function peers({ pptp }: OpenFlows): Block {
  return pptp?.form === 'gate' ? set('peers', 'size 8192', 'flags dynamic, timeout', 'timeout 5m') : [];
}

function floods({ udp, tcp, pptp }: OpenFlows): Block {
  const flood = (name: string) => set(name, 'size 65536', 'flags dynamic, timeout', 'timeout 10m');
  return [
    ...(pptp === undefined ? [] : flood('flood_pptp')),
    ...(udp.length === 0 ? [] : flood('flood_udp')),
    ...(tcp.length === 0 ? [] : flood('flood_tcp')),
  ];
}

function helper({ pptp }: OpenFlows): Block {
  return pptp?.form === 'helper' ? ['ct helper pptp {', '\ttype "pptp" protocol tcp', '\tl3proto ip', '}'] : [];
}

function spoofed({ services }: FilterSpec): Block {
  return chain(
    'spoofed',
    'type filter hook prerouting priority raw',
    ...services.flatMap(({ tunnel, pool }) => [
      `iifname "${tunnel}" ip saddr != ${pool} counter jump refuse_spoofed`,
      // One interface for each client: another client's address has its route elsewhere.
      ...(tunnel.endsWith('*')
        ? [`iifname "${tunnel}" fib saddr . iif oif missing counter jump refuse_spoofed # another client's`]
        : []),
      `iifname != "lo" iifname != "${tunnel}" ip saddr ${pool} counter jump refuse_spoofed`,
    ]),
  );
}

function input({ services }: FilterSpec, { udp, tcp, esp, pptp }: OpenFlows): Block {
  const ports = (list: readonly number[]) => (list.length === 1 ? `${list[0]}` : `{ ${list.join(', ')} }`);
  return chain(
    'input',
    'type filter hook input priority filter; policy drop',
    'iif "lo" accept',
    ...services.map(({ tunnel }) => `iifname "${tunnel}" jump tunnel`),
    ...(pptp === undefined ? [] : ['meta nfproto ipv4 tcp dport 1723 jump control', 'ip protocol gre jump data']),
    ...(udp.length === 0 ? [] : [`meta nfproto ipv4 udp dport ${ports(udp)} jump over_udp`]),
    ...(tcp.length === 0 ? [] : [`meta nfproto ipv4 tcp dport ${ports(tcp)} jump over_tcp`]),
    ...(esp ? ['ip protocol esp jump over_esp'] : []),
    'ct state established,related accept',
    'icmp type $errors accept',
    'icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query } accept',
    'udp sport 67 udp dport 68 accept',
    'ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept',
    'counter drop',
  );
}

/** The chains of what the services open. They come before every other accept: a withdrawn client is cut off at once. */
function services({ udp, tcp, esp, pptp }: OpenFlows): Block {
  const stranger = 'ip saddr != @clients counter jump refuse_stranger';
  const flood = (name: string, perMinute: number, burst: number) =>
    `ct state new update @flood_${name} { ip saddr limit rate over ${perMinute}/minute burst ${burst} packets } counter jump refuse_flood`;
  return [
    ...(pptp === undefined
      ? []
      : [
          ...(pptp.form === 'helper'
            ? chain(
                'assist',
                'type filter hook prerouting priority mangle',
                'tcp dport 1723 ip saddr @clients ct state new ct helper set "pptp"',
              )
            : []),
          ...chain(
            'control',
            stranger,
            flood('pptp', pptp.newConnectionsPerMinute, pptp.newConnectionsBurst),
            'ct state new counter accept',
            pptp.form === 'gate'
              ? 'ct state established update @peers { ip saddr } counter accept'
              : 'ct state established counter accept',
            'counter drop',
          ),
          ...chain(
            'data',
            ...(pptp.form === 'gate'
              ? [`ip saddr @clients ip saddr @peers ${PPP} update @peers { ip saddr } counter accept`]
              : [
                  `ip saddr @clients ${PPP} ct state established counter accept`,
                  `ip saddr @clients ${PPP} ct state related ct helper "pptp" counter accept`,
                ]),
            'counter jump refuse_gre',
          ),
        ]),
    ...(udp.length === 0
      ? []
      : chain('over_udp', stranger, flood('udp', NEW_FLOWS.udp.perMinute, NEW_FLOWS.udp.burst), 'counter accept')),
    ...(tcp.length === 0
      ? []
      : chain(
          'over_tcp',
          stranger,
          flood('tcp', NEW_FLOWS.tcp.perMinute, NEW_FLOWS.tcp.burst),
          'ct state new,established counter accept',
          'counter drop',
        )),
    ...(esp ? chain('over_esp', stranger, 'counter accept') : []),
  ];
}

/** What clients may ask of the gateway itself. */
function tunnel({ services }: FilterSpec): Block {
  const own = services.map(({ gateway }) => gateway);
  return chain(
    'tunnel',
    `icmp type echo-request ip daddr { ${own.join(', ')} } limit rate 20/second accept`,
    'icmp type $errors accept',
    'counter drop',
  );
}

function forward({ services }: FilterSpec): Block {
  return chain(
    'forward',
    'type filter hook forward priority filter; policy drop',
    'tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu # both ways',
    ...services.map(({ tunnel }) => `iifname "${tunnel}" jump from_clients`),
    ...services.map(({ tunnel }) => `oifname "${tunnel}" ct state established,related counter accept`),
    'counter drop',
  );
}

function fromClients({ services, dnsServers }: FilterSpec): Block {
  return [
    ...chain(
      'from_clients',
      ...services.map(({ tunnel }) => `oifname "${tunnel}" counter jump refuse_among`),
      'ip daddr 169.254.0.0/16 counter jump refuse_metadata # of the cloud',
      'ct state related icmp type $errors accept',
      ...(dnsServers.length === 0
        ? []
        : [`ip daddr { ${dnsServers.join(', ')} } meta l4proto { tcp, udp } th dport 53 accept`]),
      // Azure's DNS server also hands a machine its certificates and settings.
      'ip daddr 168.63.129.16 counter jump refuse_metadata',
      'ip saddr vmap @reach',
      'jump destinations',
      'counter jump refuse_destination',
    ),
    ...chain('destinations'),
  ];
}

function masquerade({ services, masquerade }: FilterSpec): Block {
  const outward = services.map(({ tunnel }) => `oifname != "${tunnel}"`).join(' ');
  return masquerade
    ? chain(
        'postrouting',
        'type nat hook postrouting priority srcnat',
        ...services.map(({ pool }) => `ip saddr ${pool} ${outward} masquerade`),
      )
    : [];
}
