import type { Credential } from '../../../lib/keys/certificate-authority';
import type { Machine, Outcome } from './machine';

/**
 * Lets charon carry ESP by itself, over a tun device: this kernel has neither ESP nor XFRM interfaces. Everything else of
 * the configuration stays; the machine tier shows it with the kernel's ESP.
 */
export function withoutKernel(strongswanConf: string): string {
  return strongswanConf
    .replace('kernel-netlink', 'kernel-libipsec kernel-netlink')
    .replace('charon {\n', `charon {\n${LOG}`);
}

const LOG = `	filelog {
		log {
			path = /charon.log
			flush_line = yes
		}
	}
`;

/** Starts charon on a machine, with the privileges that its unit leaves it. */
export function startCharon(machine: Machine): void {
  const capabilities = '-all,+net_admin,+net_bind_service,+net_raw';
  machine.sh(`rm -f /charon.log
    setpriv --no-new-privs --inh-caps=${capabilities} --bounding-set=${capabilities} /usr/sbin/charon-systemd >/charon.out 2>&1 </dev/null & echo $! >/charon.pid
    for _ in $(seq 200); do swanctl --stats >/dev/null 2>&1 && break; sleep 0.05; done
    swanctl --load-all --noprompt`);
}

export function stopCharon(machine: Machine): void {
  // A process that ended stays as a zombie: nobody on the machine waits for it.
  machine.run([
    'sh',
    '-c',
    'pid=$(cat /charon.pid); kill $pid; while grep -q "^State:.[SRD]" /proc/$pid/status; do sleep 0.05; done; rm -f /run/charon.vici',
  ]);
}

/** How a client logs in. */
export interface Login {
  /** The settings of `local`. */
  readonly local: readonly string[];
  /** The settings of a secret. */
  readonly secret?: readonly string[];
  readonly credential?: Credential;
  readonly proposals?: string;
  readonly espProposals?: string;
  /** The name of the connection. @default 'gateway', which ends the last one of that name */
  readonly as?: string;
}

/** What strongSwan understands by a text. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** With a password. */
export function byPassword(name: string, password: string): Login {
  const secret = `0s${Buffer.from(password).toString('base64')}`;
  return {
    local: ['auth = eap-mschapv2', 'id = 192.0.2.77', `eap_id = ${quoted(name)}`],
    secret: [`id = ${quoted(name)}`, `secret = ${secret}`],
  };
}

/** With a certificate, and a name that the client gives itself. */
export function byCertificate(credential: Credential, id?: string): Login {
  return {
    local: ['auth = pubkey', 'certs = client.pem', ...(id === undefined ? [] : [`id = ${id}`])],
    credential,
  };
}

/** With a certificate inside EAP. */
export function byEapTls(credential: Credential, name: string): Login {
  return {
    local: ['auth = eap-tls', 'certs = client.pem', 'id = 192.0.2.77', `eap_id = ${name}`],
    credential,
  };
}

/** strongSwan as a client of a machine. */
export class IkeClient {
  public constructor(
    private readonly machine: Machine,
    ca: string,
  ) {
    machine.write(
      '/etc/strongswan.conf',
      `charon {
${LOG}	load = random nonce x509 openssl pubkey pkcs1 pkcs8 pem kdf kernel-libipsec kernel-netlink socket-default vici eap-identity eap-mschapv2 eap-tls
	retransmit_tries = 2
	retransmit_timeout = 2
}
swanctl {
	load = random x509 openssl pubkey pkcs1 pkcs8 pem
}
`,
    );
    machine.write('/etc/swanctl/x509ca/server.pem', ca);
    startCharon(machine);
  }

  /** Dials, and says how it went. */
  public connect({ local, secret, credential, proposals, espProposals, as = 'gateway' }: Login): Outcome {
    this.disconnect(as);
    if (credential !== undefined) {
      this.machine.write('/etc/swanctl/x509/client.pem', credential.certificate);
      this.machine.write('/etc/swanctl/private/client.pem', credential.privateKey, 0o600);
    }
    this.machine.write(
      '/etc/swanctl/conf.d/client.conf',
      `connections {
	${as} {
		version = 2
		remote_addrs = 203.0.113.1
		vips = 0.0.0.0
		${proposals === undefined ? '' : `proposals = ${proposals}`}
		local {
			${local.join('\n\t\t\t')}
		}
		remote {
			auth = pubkey
			id = vpn.example.com
		}
		children {
			${as} {
				remote_ts = 0.0.0.0/0
				${espProposals === undefined ? '' : `esp_proposals = ${espProposals}`}
			}
		}
	}
}
secrets {
	eap {
		${(secret ?? ['id = nobody', 'secret = none']).join('\n\t\t')}
	}
}
`,
    );
    this.machine.must('swanctl', '--load-all', '--clear', '--noprompt');
    return this.machine.run(['swanctl', '--initiate', '--child', as, '--timeout', '20']);
  }

  public disconnect(as = 'gateway'): void {
    this.machine.run(['swanctl', '--terminate', '--ike', as, '--force', '--timeout', '3']);
  }

  /** The address inside the tunnel, as long as there is one. */
  public address(as = 'gateway'): string | undefined {
    const { text } = this.machine.run(['swanctl', '--list-sas', '--ike', as]);
    return /ESTABLISHED/.test(text) ? /^ +local .* \[([0-9.]+)\]$/m.exec(text)?.[1] : undefined;
  }

  /** The address that a login gets, or undefined where it is refused. */
  public dial(login: Login): string | undefined {
    return this.connect(login).status === 0 ? this.address(login.as) : undefined;
  }
}
