import type { PptpPool } from './pptp-pool';

/** /etc/pptpd.conf. pptpd 1.5 ignores `stimeout` in it, so that one is an argument (systemd drop-in). */
export function renderPptpdConf(pool: PptpPool): string {
  return `option /etc/ppp/pptpd-options
localip ${pool.localIp}
remoteip ${pool.remoteIp}
connections ${pool.sessions}
`;
}

/** What pppd's options are made from. */
interface PppdOptions {
  readonly dnsServers: readonly string[];
  readonly idleSeconds: number;
  readonly sessionSeconds: number;
  /** Options of a plugin that knows the users. */
  readonly plugin: readonly string[];
}

/**
 * /etc/ppp/pptpd-options: MS-CHAPv2 and nothing else, 128-bit stateless MPPE or no call, MTU 1400, an LCP echo every 30
 * seconds (below the 180 seconds after which routers on the way forget a silent GRE flow).
 */
export function renderPppdOptions(options: PppdOptions): string {
  return [
    'name pptpd',
    'auth',
    ...['pap', 'chap', 'mschap', 'eap'].map((method) => `refuse-${method}`),
    'require-mschap-v2',
    'require-mppe-128',
    'nomppe-40',
    'nomppe-stateful',
    // Not noccp: MPPE is negotiated in CCP.
    ...['nobsdcomp', 'nodeflate', 'novj', 'novjccomp', 'nodefaultroute', 'noipdefault', 'noipv6', 'lock', 'nologfd'],
    'mtu 1400',
    'mru 1400',
    'lcp-echo-interval 30',
    'lcp-echo-failure 4',
    'chap-max-challenge 3',
    ...(options.idleSeconds === 0 ? [] : [`idle ${options.idleSeconds}`]),
    ...(options.sessionSeconds === 0 ? [] : [`maxconnect ${options.sessionSeconds}`]),
    ...options.dnsServers.map((server) => `ms-dns ${server}`),
    ...options.plugin,
    '',
  ].join('\n');
}
