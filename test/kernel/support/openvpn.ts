import { CertificateAuthority } from '../../../lib/keys/certificate-authority';
import { tlsCryptV2ClientKey, tlsCryptV2ServerKey } from '../../../lib/keys/tls-crypt-v2';
import type { Machine } from './machine';

const UNIT = '/etc/systemd/system/vpn-gateway-openvpn.service';
const SERVER_LOG = '/var/log/openvpn.log';

/** Whether the process in a file runs. No one reaps the dead on a machine, so asking kill would not do. */
const runs = (file: string) => `grep -qs '^State:.[^Z]' /proc/$(cat ${file})/status`;

/**
 * What systemd does for the unit of OpenVPN, on a machine without it: user, keys, runtime directory, no privileges. The
 * sandbox around it is shown in the machine tier.
 */
export const OPENVPN_STUBS = {
  systemctl: `
unit=${UNIT}
all() { sed -n "s/^$1=//p" $unit; }
start() {
  mkdir -m 700 /run/vpn-gateway-openvpn
  mkdir -p -m 755 /run/credentials; mkdir -m 700 /run/credentials/vpn-gateway-openvpn.service
  all LoadCredential | while IFS=: read -r name file; do cp "$file" "/run/credentials/vpn-gateway-openvpn.service/$name"; done
  user=$(all User)
  chown -R $user /run/credentials/vpn-gateway-openvpn.service /run/vpn-gateway-openvpn
  all ExecStartPre | while read -r command; do
    case $command in -+*) \${command#-+} 2>/dev/null || :;; +*) \${command#+};; esac
  done
  capabilities=-all
  [ -z "$(all AmbientCapabilities)" ] || capabilities=-all,+net_bind_service
  setpriv --reuid $user --regid $user --clear-groups --no-new-privs --inh-caps=$capabilities --ambient-caps=$capabilities \\
    --bounding-set=$capabilities $(all ExecStart) </dev/null >>${SERVER_LOG} 2>&1 &
  echo $! >/run/openvpn.pid
  for _ in $(seq 100); do
    grep -qs 'Initialization Sequence Completed' ${SERVER_LOG} && return
    ${runs('/run/openvpn.pid')} || { cat ${SERVER_LOG}; return 1; }
    sleep 0.1
  done
}
stop() {
  kill $(cat /run/openvpn.pid)
  while ${runs('/run/openvpn.pid')}; do sleep 0.05; done
  rm -rf /run/openvpn.pid /run/vpn-gateway-openvpn /run/credentials/vpn-gateway-openvpn.service
  mv ${SERVER_LOG} ${SERVER_LOG}.old
}
case "$*" in
'start vpn-gateway-openvpn.service') start ;;
'stop vpn-gateway-openvpn.service') stop ;;
'try-restart vpn-gateway-openvpn.service') [ ! -e /run/openvpn.pid ] || { stop; start; } ;;
*) echo "not known to this systemctl: $*"; exit 1 ;;
esac`,
  // The follower's sed reads the log as the journal would hand it over.
  journalctl: `touch ${SERVER_LOG}; exec tail -qF -n0 ${SERVER_LOG}`,
};

/** Takes the place of the journal: writes the message of every entry into a file. */
const JOURNAL = `
import os, re, socket
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
os.makedirs('/run/systemd/journal')
journal.bind('/run/systemd/journal/socket')
os.chmod('/run/systemd/journal/socket', 0o666)
while True:
    entry = journal.recv(65536).decode()
    print(re.search('^MESSAGE=(.*)$', entry, re.M)[1], flush=True)
`;

/** An authority with a server and users, as a secret and as the files of clients. */
export class OpenVpnKeys {
  public static async create(now = new Date()): Promise<OpenVpnKeys> {
    const authority = await CertificateAuthority.create('vpn.example.com', 'ecdsa-p256', { now, days: 3650 });
    const server = await authority.server('vpn.example.com', { now, days: 365 });
    return new OpenVpnKeys(authority, { ...server, ca: authority.certificate, tlsCryptV2: tlsCryptV2ServerKey() });
  }

  private constructor(
    public readonly authority: CertificateAuthority,
    /** The secret without its users. */
    public readonly server: { certificate: string; privateKey: string; ca: string; tlsCryptV2: string; crl?: string },
  ) {}

  public secret(...users: readonly (string | object)[]): string {
    return JSON.stringify({
      ...this.server,
      users: users.map((one) => (typeof one === 'string' ? { name: one } : one)),
    });
  }

  /** The file with which OpenVPN connects as this user. */
  public async profile(
    name: string,
    address: string,
    more = '',
    validity = { now: new Date(), days: 30 },
  ): Promise<Profile> {
    const { certificate, privateKey } = await this.authority.client(name, validity);
    const block = (tag: string, text: string) => `<${tag}>\n${text.trim()}\n</${tag}>\n`;
    const text = `client
dev tun
proto udp4
remote ${address} 1194
nobind
remote-cert-tls server
verify-x509-name vpn.example.com name
data-ciphers AES-256-GCM:CHACHA20-POLY1305
auth-nocache
${more}
${block('ca', this.server.ca)}${block('cert', certificate)}${block('key', privateKey)}${block('tls-crypt-v2', tlsCryptV2ClientKey(this.server.tlsCryptV2, new Date()))}`;
    return { text, certificate };
  }
}

export interface Profile {
  readonly text: string;
  readonly certificate: string;
}

/** OpenVPN as a client of a machine. */
export class OpenVpnClient {
  public constructor(private readonly machine: Machine) {}

  /** Starts, and waits until it is connected, was refused, or waited so many seconds. */
  public connect(profile: string, seconds = 15): string {
    this.stop();
    this.machine.write('/client.ovpn', profile, 0o600);
    return this.machine.sh(`rm -f /client.log
      openvpn --config /client.ovpn --suppress-timestamps --verb 3 --log /client.log --daemon --writepid /client.pid
      ${wait(seconds, "grep -qE 'Sequence Completed|AUTH_FAILED|TLS handshake failed|Exiting' /client.log")}
      cat /client.log`);
  }

  /** Whether its log comes to hold this text. */
  public sees(text: string, seconds = 30): boolean {
    const found = `grep -qF '${text}' /client.log`;
    return this.machine.run(['sh', '-c', `${wait(seconds, found)} ${found}`]).status === 0;
  }

  /** From now on, the log holds only what is yet to come. */
  public mark(): void {
    this.machine.sh(': >/client.log');
  }

  public get log(): string {
    return this.machine.read('/client.log');
  }

  public get running(): boolean {
    return this.machine.run(['sh', '-c', runs('/client.pid')]).status === 0;
  }

  public stop(): void {
    this.machine.run(['sh', '-c', `kill $(cat /client.pid) && while ${runs('/client.pid')}; do sleep 0.05; done`]);
  }
}

/** Starts what stands in for the journal. */
export function startJournal(machine: Machine): void {
  machine.write('/journal.py', JOURNAL);
  machine.sh(
    'python3 /journal.py >/journal </dev/null 2>&1 & while [ ! -e /run/systemd/journal/socket ]; do sleep 0.05; done',
  );
}

export function serverLog(machine: Machine): string {
  return machine.read(SERVER_LOG);
}

function wait(seconds: number, condition: string): string {
  return `for _ in $(seq ${seconds * 10}); do ${condition} && break; sleep 0.1; done;`;
}
