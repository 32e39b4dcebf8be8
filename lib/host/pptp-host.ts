import type { TokenTest } from '../flows';
import type { HostCommands, HostFile, LogShipping } from './host-commands';
import type { PptpPool } from './pptp-pool';

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
  /** Files, in the order in which they are written. */
  readonly files: readonly HostFile[];
  /** Debian packages that the machine installs. */
  readonly packages: readonly string[];
  /** Commands of the first boot, each a list of arguments. */
  readonly commands: readonly (readonly string[])[];
}

/**
 * Renders everything that a Debian 13 machine needs to become a PPTP gateway.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID`
 */
export declare function renderPptpHost(options: PptpHostOptions): HostConfig;

/** The host as cloud-init user data. `#cloud-config` is its first line, as cloud-init wants it. */
export declare function toCloudConfig(host: HostConfig): string;
