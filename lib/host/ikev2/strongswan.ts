import type { Ikev2Method } from './ikev2-service';
import { quoted } from './quoted';

/** What charon's own configuration is made from. */
interface DaemonOptions {
  readonly methods: readonly Ikev2Method[];
  readonly radius: { readonly timeoutSeconds: number } | undefined;
}

/**
 * /etc/strongswan.conf: the plugins that are loaded, by name, so that what Debian's packages bring along (dhcp, farp,
 * forecast, ha ...) stays out; and limits against floods.
 */
export function renderStrongswanConf({ methods, radius }: DaemonOptions): string {
  const plugins = [
    // x509 before openssl: it alone reads a user principal name out of a certificate. kdf is Debian 12's: Debian 13 has
    // what it does in openssl, and says once that the plugin is not there.
    ...['random', 'nonce', 'x509', 'openssl', 'revocation', 'constraints', 'pubkey', 'pkcs1', 'pkcs8', 'pem', 'kdf'],
    ...['kernel-netlink', 'socket-default', 'vici', 'eap-identity'],
    ...methods.filter((method) => method.startsWith('eap-')),
  ];
  return `# Written by vpn-gateway.
charon {
	load = ${plugins.join(' ')}
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
	half_open_timeout = ${30 + (radius?.timeoutSeconds ?? 0)}
	# A wrong password holds a thread for two seconds, a RADIUS request until it is answered.
	threads = ${radius === undefined ? 32 : 64}
	ikesa_table_size = 256
	ikesa_table_segments = 16
	plugins {
		socket-default {
			use_ipv6 = no
		}
${radius === undefined ? '' : renderRadius(radius)}	}
}
swanctl {
	load = random x509 openssl pubkey pkcs1 pkcs8 pem
}
${radius === undefined ? '' : 'include strongswan.d/vpn-gateway-radius.conf\n'}`;
}

/** Requests are repeated every 10 seconds, since a person may have to approve them first. */
function renderRadius({ timeoutSeconds }: { readonly timeoutSeconds: number }): string {
  return `		eap-radius {
			sockets = 20
			retransmit_base = 1
			retransmit_timeout = 10
			retransmit_tries = ${Math.ceil(timeoutSeconds / 10)}
		}
`;
}

/** What the templates of connections are made from. */
export interface ConnectionOptions {
  readonly serverName: string;
  readonly proposals: readonly string[];
  readonly espProposals: readonly string[];
  readonly routes: readonly string[];
  readonly dnsServers: readonly string[];
}

/**
 * /etc/swanctl/conf.d/vpn-gateway.conf: what all connections have in common. Which there are follows from the users, and
 * is in vpn-gateway-users.conf beside it.
 */
export function renderTemplates(options: ConnectionOptions): string {
  const { proposals, espProposals, routes, dnsServers } = options;
  return `# What all connections have in common; which there are is in vpn-gateway-users.conf.
gateway {
	connection {
		version = 2
		proposals = ${proposals.join(', ')}
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
			id = ${quoted(options.serverName)}
		}
		children {
			net {
				local_ts = ${routes.join(', ')}
				esp_proposals = ${espProposals.join(', ')}
				rekey_time = 26h
				dpd_action = clear
				if_id_in = 42
				if_id_out = 42
			}
		}
	}
	pool {
${dnsServers.length === 0 ? '' : `		dns = ${dnsServers.join(', ')}\n`}	}
}
`;
}
