import type { TokenTest } from '../flows';
import type { HostCommands, HostFile, LogShipping } from './host-commands';
import type { HostService } from './host-service';
import { OptionCheck } from './option-check';
import { PACKET_FILTERS, type PacketFilterKind, renderPacketFilter } from './packet-filter';
import { applyProgram, GATEWAY_PROGRAM } from './programs';
import { SESSION_LOG } from './session-log';
import { shellWord } from './shell';
import { aptSources, systemFiles } from './system-files';

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

/** What a gateway machine is made from. Strings may be tokens where that is said. */
export interface HostOptions {
  /** Processor architecture of the machine. */
  readonly architecture: 'x86_64' | 'arm64';
  /**
   * The VPN servers: one, or for a migration PPTP and its successor, with pools of one size, in which a user has the
   * same place.
   */
  readonly services: readonly HostService[];
  /** Whether clients appear behind the gateway with its own address, or with their addresses of the pool. */
  readonly addressing: 'masquerade' | 'routed';
  /** DNS servers that clients may always reach: at most two IPv4 addresses, or tokens. */
  readonly dnsServers: readonly string[];
  /** The cloud's command line. */
  readonly commands: HostCommands;
  /**
   * What filters packets: nftables, or iptables where other programs on the machine need it.
   *
   * @default 'nftables'
   */
  readonly packetFilter?: PacketFilterKind;
  /**
   * The release of Debian on the machine.
   *
   * @default 13
   */
  readonly debian?: 12 | 13;
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
 * Renders everything that a Debian machine needs to become a gateway. On the machine, `vpn-gateway` does the rest: it
 * switches to a kernel that has what the servers need, loads the packet filter, reads users and policy, starts the
 * servers, and signals.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID` or `TOKEN_NOT_ALLOWED`, naming the option
 */
export function renderHost(options: HostOptions): HostConfig {
  const { services, commands, shipLogs, apt = {}, debian = 13, isToken = () => false } = options;
  const check = new OptionCheck(isToken);
  check.oneOf('architecture', options.architecture, ['x86_64', 'arm64']);
  check.oneOf('addressing', options.addressing, ['masquerade', 'routed']);
  check.oneOf('debian', debian, [13, 12]);
  const kind = options.packetFilter ?? 'nftables';
  check.oneOf('packetFilter', kind, ['nftables', 'iptables']);
  check.services(services);
  const dnsServers = check.dnsServers(options.dnsServers);
  const minutes = check.wholeNumber('refreshMinutes', options.refreshMinutes, 5, 1, 1440);
  const rebootTime = check.timeOfDay(options.securityUpgradeRebootTime ?? '04:00');
  const mirror = check.url('apt.mirror', apt.mirror);
  const securityMirror = check.url('apt.securityMirror', apt.securityMirror) ?? (mirror && `${mirror}-security`);
  const proxy = check.url('apt.proxy', apt.proxy);
  const filter = PACKET_FILTERS[kind];
  const packages = check.packages([
    ...services.flatMap((service) => service.packages),
    ...filter.packages,
    'unattended-upgrades',
    ...(commands.packages ?? []),
    ...(shipLogs?.packages ?? []),
  ]);
  const files: HostFile[] = [
    { path: '/usr/local/sbin/vpn-gateway', mode: '0755', content: GATEWAY_PROGRAM },
    {
      path: '/usr/local/sbin/vpn-gateway-apply',
      mode: '0755',
      content: applyProgram(filter.python, services),
    },
    SESSION_LOG,
    { path: '/etc/vpn-gateway/settings', content: settings(options, packages, filter, check) },
    ...renderPacketFilter({
      services: services.map((service) => service.filter),
      masquerade: options.addressing === 'masquerade',
      dnsServers,
      kind,
    }),
    ...services.flatMap((service) => service.files),
    ...systemFiles({ minutes, rebootTime, proxy, filterUnit: filter.unit }),
    ...(mirror === undefined || securityMirror === undefined ? [] : [aptSources(mirror, securityMirror, debian)]),
  ];
  return {
    cloudInit: ['ssh_pwauth: false', ...(mirror === undefined ? [] : ['apt: {preserve_sources_list: true}'])],
    files: [...files, ...check.files(shipLogs?.files ?? [], files)],
    packages,
    commands: [
      ['systemctl', 'mask', '--now', 'ssh.service', 'ssh.socket'],
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', 'vpn-gateway.timer', 'vpn-gateway-watch.timer'],
    ],
  };
}

/** /etc/vpn-gateway/settings: what differs between gateways, for the shell; what it exports, also for Python. */
function settings(
  { services, commands, shipLogs, architecture }: HostOptions,
  packages: readonly string[],
  filter: (typeof PACKET_FILTERS)[PacketFilterKind],
  check: OptionCheck,
): string {
  const body = (name: string, argv: readonly string[] | undefined, seconds: number) =>
    argv === undefined ? ':' : `timeout ${seconds} ${check.argv(name, argv).map(shellWord).join(' ')}`;
  const once = shipLogs?.commands ?? [];
  const environment = {
    ...Object.assign({}, ...services.map((service) => service.settings)),
    ...check.environment(commands.environment ?? {}),
  };
  return [
    ...Object.entries<string>(environment).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    `flavour=${architecture === 'arm64' ? 'arm64' : 'amd64'}`,
    `packages='${packages.join(' ')}'`,
    `modules='${[...new Set(services.flatMap(({ kernelModules }) => kernelModules))].join(' ')}'`,
    `units='${services.flatMap(({ units }) => units).join(' ')}'`,
    `filter=${filter.unit}`,
    `filter_loaded() { ${filter.loaded}; }`,
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
