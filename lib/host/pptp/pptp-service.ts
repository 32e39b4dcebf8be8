import type { TokenTest } from '../../flows';
import type { HostService } from '../host-service';
import { OptionCheck } from '../option-check';
import { checkedRadius, type RadiusOptions } from '../radius';
import { renderPppdOptions, renderPptpdConf } from './pppd';
import type { PptpPool } from './pptp-pool';
import { PPTP_PYTHON } from './pptp-python';
import { PPTP_SESSION_FILES } from './pptp-sessions';
import { PPPD_RADIUS_OPTIONS, PPTP_RADIUS_PYTHON, radiusSettings, renderPppdRadius } from './radius';

/** Limits of the PPTP server, each with its reason in docs/host-pptp.md. */
export interface PptpLimits {
  /**
   * New connections to TCP 1723 per source address and minute, once the burst is used up. Every SYN counts, also a
   * repeated one.
   *
   * @default 120
   */
  readonly newConnectionsPerMinute?: number;
  /**
   * New connections to TCP 1723 that one source address may open at once. Sized so that 60 clients behind one address
   * can all redial after an outage: 60 times one SYN and three repetitions.
   *
   * @default 240
   */
  readonly newConnectionsBurst?: number;
  /**
   * Seconds without data after which a call is ended; 0 for never. LCP echoes are not data.
   *
   * @default 1800
   */
  readonly idleSeconds?: number;
  /**
   * Seconds after which a call is ended whatever it does; 0 for never.
   *
   * @default 36000 (10 hours)
   */
  readonly sessionSeconds?: number;
}

/** What the PPTP server is made from. */
export interface PptpServiceOptions {
  /** Addresses inside the tunnel. */
  readonly pool: PptpPool;
  /**
   * DNS servers that are handed to clients: at most two IPv4 addresses, or tokens.
   *
   * @default none
   */
  readonly dnsServers?: readonly string[];
  /** @default the defaults of every limit */
  readonly limits?: PptpLimits;
  /**
   * How the packet filter lets GRE in: `'gate'`, from addresses that speak on TCP 1723; `'helper'`, for calls that the
   * kernel's conntrack helper saw being made, with their Call IDs.
   *
   * @default 'gate'
   */
  readonly greFilter?: 'gate' | 'helper';
  /**
   * RADIUS servers that know the users, instead of the list in the secret. They must answer accounting as well, on the port
   * after `port`: pppd reports every session, and waits for the answer. `MSCHAPV2_SECOND_FACTOR` says what a second
   * factor can be.
   *
   * @default the users are those of the secret
   */
  readonly radius?: RadiusOptions;
  /**
   * Tells tokens of the core in use.
   *
   * @default nothing is a token
   */
  readonly isToken?: TokenTest;
}

/**
 * pptpd and pppd: MS-CHAPv2 and 128-bit MPPE, or no call.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID` or `TOKEN_NOT_ALLOWED`, naming the option
 */
export function pptpService(options: PptpServiceOptions): HostService {
  const { pool, limits = {}, greFilter = 'gate' } = options;
  const isToken = options.isToken ?? (() => false);
  const check = new OptionCheck(isToken);
  const radius = options.radius && checkedRadius(options.radius, check, isToken);
  const limit = (name: keyof PptpLimits, preset: number, least: number, most: number) =>
    check.wholeNumber(`limits.${name}`, limits[name], preset, least, most);
  const dnsServers = check.dnsServers(options.dnsServers ?? []);
  check.oneOf('greFilter', greFilter, ['gate', 'helper']);
  const newConnectionsPerMinute = limit('newConnectionsPerMinute', 120, 1, 100_000);
  const newConnectionsBurst = limit('newConnectionsBurst', 240, 1, 100_000);
  return {
    name: 'pptp',
    packages: ['pptpd', 'ppp'],
    // pptpd carries GRE by itself, so it needs neither ip_gre nor pptp.
    kernelModules: [
      ...['ppp_generic', 'ppp_async', 'ppp_mppe'],
      ...(greFilter === 'helper' ? ['nf_conntrack_pptp'] : []),
    ],
    units: ['pptpd.service'],
    settings: { pptp_pool: pool.range.cidr, pptp_fixed: pool.fixedIp, ...(radius && radiusSettings(radius)) },
    files: [
      { path: '/etc/pptpd.conf', content: renderPptpdConf(pool) },
      {
        path: '/etc/ppp/pptpd-options',
        content: renderPppdOptions({
          dnsServers,
          idleSeconds: limit('idleSeconds', 1800, 0, 31_536_000),
          sessionSeconds: limit('sessionSeconds', 36_000, 0, 31_536_000),
          plugin: radius === undefined ? [] : PPPD_RADIUS_OPTIONS,
        }),
      },
      ...(radius === undefined ? [] : renderPppdRadius(radius)),
      {
        // pptpd accepts nobody else while it waits for a new client's first message, so it waits 5 seconds, not 10. When it is
        // told to stop, calls end first: their clients hear of it, and their ends are logged.
        path: '/etc/systemd/system/pptpd.service.d/gateway.conf',
        content: `[Unit]
ConditionPathExists=/run/vpn-gateway/serve
Wants=vpn-gateway-pptp-log.service
[Service]
ExecStart=
ExecStart=/usr/sbin/pptpd --fg --stimeout 5
ExecStop=-/bin/sh -c 'pkill -x pppd; for try in 1 2 3 4 5; do pgrep -x pppd >/dev/null || exit 0; sleep 1; done'
Restart=on-failure
RestartSec=5
ProtectSystem=full
ProtectHome=yes
PrivateTmp=yes
`,
      },
      ...PPTP_SESSION_FILES,
    ],
    filter: {
      tunnel: 'ppp*',
      pool: pool.range.cidr,
      gateway: pool.localIp,
      opens: [{ kind: 'pptp', newConnectionsPerMinute, newConnectionsBurst, form: greFilter }],
    },
    python: radius === undefined ? PPTP_PYTHON : PPTP_PYTHON + PPTP_RADIUS_PYTHON,
    pythonClass: radius === undefined ? 'Pptp' : 'PptpRadius',
  };
}
