import type { PptpPool } from './pptp-pool';

/** What the packet filter is made from. */
interface PacketFilter {
  readonly pool: PptpPool;
  readonly masquerade: boolean;
  readonly dnsServers: readonly string[];
  readonly newConnectionsPerMinute: number;
  readonly newConnectionsBurst: number;
}

/**
 * /etc/nftables.conf. Who may connect and where clients may go is not in it: `pptp-gateway-apply` fills the set
 * `clients` and the chain `destinations`, and until it did, nobody may connect.
 *
 * GRE is gated: it is accepted only from addresses that speak on TCP 1723, since `ct state established` never lets a
 * PPTP call in (conntrack sees its two directions as two flows that never get a reply). A gate entry lives five minutes,
 * and every packet of its owner renews it; pptpd itself asks for an echo each minute.
 *
 * The outward interface has another name on every machine type, so no rule names it: ours are those that begin with ppp.
 */
export function renderPacketFilter(filter: PacketFilter): string {
  const { pool, newConnectionsPerMinute: rate, newConnectionsBurst: burst } = filter;
  const dns =
    filter.dnsServers.length === 0
      ? ''
      : `\n\t\tip daddr { ${filter.dnsServers.join(', ')} } meta l4proto { tcp, udp } th dport 53 accept`;
  const masquerade = filter.masquerade
    ? `
	chain postrouting {
		type nat hook postrouting priority srcnat
		ip saddr ${pool.range.cidr} oifname != "ppp*" masquerade
	}`
    : '';
  return `# Nobody may connect until pptp-gateway-apply has filled "clients".
define errors = { destination-unreachable, time-exceeded, parameter-problem }
flush ruleset
table inet pptp_gateway {
	set clients {
		type ipv4_addr
		flags interval
		auto-merge
	}
	set peers { # who speaks on TCP 1723: only they may send GRE
		type ipv4_addr
		size 8192
		flags dynamic, timeout
		timeout 5m
	}
	set flood {
		type ipv4_addr
		size 65536
		flags dynamic, timeout
		timeout 10m
	}
	chain spoofed {
		type filter hook prerouting priority raw
		iifname "ppp*" ip saddr != ${pool.range.cidr} counter drop
		iifname "ppp*" fib saddr . iif oif missing counter drop # another client's address
		iifname != "lo" iifname != "ppp*" ip saddr ${pool.range.cidr} counter drop
	}
	chain input {
		type filter hook input priority filter; policy drop
		iif "lo" accept
		iifname "ppp*" jump tunnel
		meta nfproto ipv4 tcp dport 1723 jump control
		ip protocol gre jump data
		ct state established,related accept
		icmp type $errors accept
		meta l4proto ipv6-icmp accept
		udp sport 67 udp dport 68 accept
	}
	chain tunnel {
		icmp type echo-request ip daddr ${pool.localIp} limit rate 20/second accept
		icmp type $errors accept
		counter drop
	}
	chain control {
		ip saddr != @clients counter drop
		ct state new update @flood { ip saddr limit rate over ${rate}/minute burst ${burst} packets } counter drop
		ct state new accept
		ct state established update @peers { ip saddr } counter accept
		drop
	}
	chain data {
		ip saddr @clients ip saddr @peers gre version 1 gre protocol 0x880b update @peers { ip saddr } counter accept
		limit rate 6/minute log prefix "pptp-gateway: GRE refused: "
		counter drop
	}
	chain forward {
		type filter hook forward priority filter; policy drop
		tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu # both ways
		iifname "ppp*" jump from_clients
		oifname "ppp*" ct state established,related counter accept
	}
	chain from_clients {
		oifname "ppp*" counter drop # clients among themselves
		ip daddr 169.254.0.0/16 counter drop # the cloud's metadata
		ct state related icmp type $errors accept${dns}
		jump destinations
		counter drop
	}
	chain destinations {
	}${masquerade}
}
include "/var/lib/pptp-gateway/*.nft"
`;
}
