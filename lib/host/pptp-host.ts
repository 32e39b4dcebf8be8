import type { TokenTest } from '../flows';
import type { HostCommands, HostFile, LogShipping } from './host-commands';
import { APPLY_PROGRAM, GATEWAY_PROGRAM } from './host-programs';
import { OptionCheck } from './option-check';
import { renderPacketFilter } from './packet-filter';
import { renderPppdOptions, renderPptpdConf } from './pppd';
import type { PptpPool } from './pptp-pool';
import { shellWord } from './shell';
import { aptSources, systemFiles } from './system-files';

/** Limits of the host, each with its reason in docs/host-pptp.md. */
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

/** A package mirror or proxy of the user's own, for machines that must not fetch from Debian's. */
export interface AptSources {
  /**
   * Debian archive: a URL that stands for `http://deb.debian.org/debian`. Signed by Debian's own keys.
   *
   * @default what the image has
   */
  readonly mirror?: string;
  /**
   * Debian's security archive: a URL that stands for `http://deb.debian.org/debian-security`.
   *
   * @default `mirror` with `-security` appended
   */
  readonly securityMirror?: string;
  /**
   * HTTP proxy for package downloads, as a URL with its port.
   *
   * @default none
   */
  readonly proxy?: string;
}

/** What the host for PPTP is made from. Strings may be tokens where that is said. */
export interface PptpHostOptions {
  /** Processor architecture of the machine. */
  readonly architecture: 'x86_64' | 'arm64';
  /** Addresses inside the tunnel. */
  readonly pool: PptpPool;
  /** Whether clients appear behind the gateway with its own address, or with their addresses of the pool. */
  readonly addressing: 'masquerade' | 'routed';
  /** DNS servers that are handed to clients and that clients may always reach: at most two IPv4 addresses, or tokens. */
  readonly dnsServers: readonly string[];
  /** The cloud's command line. */
  readonly commands: HostCommands;
  /** @default the defaults of every limit */
  readonly limits?: PptpLimits;
  /** @default the image's own package sources */
  readonly apt?: AptSources;
  /**
   * When the machine reboots after a security upgrade that needs it: local time of the machine (UTC on cloud images),
   * `HH:MM`.
   *
   * @default '04:00'
   */
  readonly securityUpgradeRebootTime?: string;
  /**
   * Minutes between two looks at users and policy.
   *
   * @default 5
   */
  readonly refreshMinutes?: number;
  /** @default logs stay in the machine's journal */
  readonly shipLogs?: LogShipping;
  /**
   * Tells tokens of the core in use.
   *
   * @default nothing is a token
   */
  readonly isToken?: TokenTest;
}

/** Everything that is put on the machine. */
export interface HostConfig {
  /** Lines of cloud-init's own configuration. */
  readonly cloudInit: readonly string[];
  /** Files, in the order in which they are written. */
  readonly files: readonly HostFile[];
  /** Debian packages that the machine installs. */
  readonly packages: readonly string[];
  /** Commands of the first boot, each a list of arguments. */
  readonly commands: readonly (readonly string[])[];
}

/**
 * Renders everything that a Debian 13 machine needs to become a PPTP gateway. On the machine, `pptp-gateway` does
 * the rest: it switches to a kernel with PPP, loads the packet filter, reads users and policy, starts pptpd, and signals.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID` or `TOKEN_NOT_ALLOWED`, naming the option
 */
export function renderPptpHost(options: PptpHostOptions): HostConfig {
  const { pool, commands, shipLogs, limits = {}, apt = {}, isToken = () => false } = options;
  const check = new OptionCheck(isToken);
  check.oneOf('architecture', options.architecture, ['x86_64', 'arm64']);
  check.oneOf('addressing', options.addressing, ['masquerade', 'routed']);
  const dnsServers = check.dnsServers(options.dnsServers);
  const minutes = check.wholeNumber('refreshMinutes', options.refreshMinutes, 5, 1, 1440);
  const rebootTime = check.timeOfDay(options.securityUpgradeRebootTime ?? '04:00');
  const mirror = check.url('apt.mirror', apt.mirror);
  const securityMirror = check.url('apt.securityMirror', apt.securityMirror) ?? (mirror && `${mirror}-security`);
  const proxy = check.url('apt.proxy', apt.proxy);
  const packages = check.packages([
    'pptpd',
    'ppp',
    'nftables',
    'unattended-upgrades',
    ...(commands.packages ?? []),
    ...(shipLogs?.packages ?? []),
  ]);
  const files: HostFile[] = [
    { path: '/usr/local/sbin/pptp-gateway', mode: '0755', content: GATEWAY_PROGRAM },
    { path: '/usr/local/sbin/pptp-gateway-apply', mode: '0755', content: APPLY_PROGRAM },
    { path: '/etc/pptp-gateway/settings', content: settings(options, packages, check) },
    {
      path: '/etc/nftables.conf',
      content: renderPacketFilter({
        pool,
        masquerade: options.addressing === 'masquerade',
        dnsServers,
        newConnectionsPerMinute: check.wholeNumber(
          'limits.newConnectionsPerMinute',
          limits.newConnectionsPerMinute,
          120,
          1,
          100_000,
        ),
        newConnectionsBurst: check.wholeNumber(
          'limits.newConnectionsBurst',
          limits.newConnectionsBurst,
          240,
          1,
          100_000,
        ),
      }),
    },
    { path: '/etc/pptpd.conf', content: renderPptpdConf(pool) },
    {
      path: '/etc/ppp/pptpd-options',
      content: renderPppdOptions({
        dnsServers,
        idleSeconds: check.wholeNumber('limits.idleSeconds', limits.idleSeconds, 1800, 0, 31_536_000),
        sessionSeconds: check.wholeNumber('limits.sessionSeconds', limits.sessionSeconds, 36_000, 0, 31_536_000),
      }),
    },
    ...systemFiles({ minutes, rebootTime, proxy }),
    ...(mirror === undefined || securityMirror === undefined ? [] : [aptSources(mirror, securityMirror)]),
  ];
  return {
    cloudInit: ['ssh_pwauth: false', ...(mirror === undefined ? [] : ['apt: {preserve_sources_list: true}'])],
    files: [...files, ...check.files(shipLogs?.files ?? [], files)],
    packages,
    commands: [
      ['systemctl', 'mask', '--now', 'ssh.service', 'ssh.socket'],
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', 'pptp-gateway.timer'],
    ],
  };
}

/** /etc/pptp-gateway/settings: what differs between gateways, for the shell; what it exports, also for Python. */
function settings(options: PptpHostOptions, packages: readonly string[], check: OptionCheck): string {
  const { pool, commands, shipLogs } = options;
  const body = (name: string, argv: readonly string[] | undefined, seconds: number) =>
    argv === undefined ? ':' : `timeout ${seconds} ${check.argv(name, argv).map(shellWord).join(' ')}`;
  const once = shipLogs?.commands ?? [];
  return [
    `export pool='${pool.range.cidr}' fixed='${pool.fixedIp}'`,
    `flavour=${options.architecture === 'arm64' ? 'arm64' : 'amd64'}`,
    `packages='${packages.join(' ')}'`,
    ...Object.entries(check.environment(commands.environment ?? {})).map(
      ([name, value]) => `export ${name}=${shellWord(value)}`,
    ),
    `read_users() { ${body('commands.readUsers', commands.readUsers, 60)}; }`,
    `read_policy() { ${body('commands.readPolicy', commands.readPolicy, 60)}; }`,
    `signal_ready() { ${body('commands.signalReady', commands.signalReady, 60)}; }`,
    `signal_failure() { ${body('commands.signalFailure', commands.signalFailure, 60)}; }`,
    'after_install() {',
    ...(once.length === 0 ? ['\t:'] : once.map((argv) => `\t${body('shipLogs.commands', argv, 300)}`)),
    '}',
    '',
  ].join('\n');
}
