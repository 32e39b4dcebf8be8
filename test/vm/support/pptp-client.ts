import type { Lab, Role } from './lab';
import { ADDRESS } from './lab';

export interface PptpCall {
  readonly user: string;
  readonly password: string;
  /** Lines for pppd. @default the authentication and encryption that every client needs */
  readonly options?: readonly string[];
  /** How long pppd may take. @default 60 */
  readonly seconds?: number;
}

/** What became of a call. */
export interface PptpResult {
  /** pppd's: 0 when the call is up. */
  readonly status: number;
  readonly seconds: number;
  /** pppd's log. */
  readonly log: string;
}

/** What a client insists on. */
export const MS_CHAP_V2 = ['refuse-eap', 'refuse-pap', 'refuse-chap', 'refuse-mschap', 'require-mppe-128'];

/** Dials with pptp-linux and pppd. */
export async function dial(lab: Lab, role: Role, call: PptpCall): Promise<PptpResult> {
  const { user, password, options = MS_CHAP_V2, seconds = 60 } = call;
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  await lab.vm.write(
    `/root/${role}.pppd`,
    [
      `pty "pptp ${ADDRESS.public} --nolaunchpppd"`,
      `name ${quoted(user)}`,
      `password ${quoted(password)}`,
      ...['remotename pptpd', 'noauth', 'noipdefault', 'nobsdcomp', 'nodeflate', 'novj', 'mtu 1400', 'mru 1400'],
      ...['maxfail 1', 'lcp-max-configure 4', 'debug', `logfile /root/${role}.log`, ...options, ''],
    ].join('\n'),
    '0600',
  );
  const begin = Date.now();
  // pptp-linux shares one control connection per server by a socket in /run/pptp: each role has a /run/pptp of its own.
  const { status } = await lab.run(
    role,
    `rm -f /root/${role}.log; mkdir -p /run/pptp; mount -t tmpfs pptp /run/pptp
    timeout ${seconds} pppd file /root/${role}.pppd updetach </dev/null >/dev/null 2>&1`,
    { seconds: seconds * 2 + 60 },
  );
  const taken = (Date.now() - begin) / 1000;
  return { status, seconds: taken, log: (await lab.vm.run(`cat /root/${role}.log`)).text };
}

/** Ends whatever calls somebody has. */
export async function hangUp(lab: Lab, role: Role, signal = 'TERM'): Promise<void> {
  await lab.vm.sh(
    `calls() { for pid in $(ip netns pids ${role}); do grep -lsxE 'pppd|pptp' /proc/$pid/comm | cut -d/ -f3; done; }
    calls | xargs -r kill -${signal} || true
    for _ in $(seq 100); do [ "$(calls)" ] || exit 0; sleep 0.1; done
    calls | xargs -r kill -KILL || true`,
    { seconds: 30 },
  );
}

/** The address that a client has inside the tunnel. */
export async function tunnelAddress(lab: Lab, role: Role): Promise<string> {
  const text = await lab.sh(role, 'ip -4 -o addr show dev ppp0');
  return /inet ([\d.]+)/.exec(text)?.[1] ?? text;
}
