/**
 * In an argument of a command: the machine's own id (`i-0123456789abcdef0` on EC2), filled in on the machine, where
 * cloud-init knows it.
 */
export const INSTANCE_ID = '@INSTANCE_ID@';

/**
 * What the cloud's command line does for the host. Every command is a list of arguments, quoted for the shell by
 * this package; arguments may hold tokens, whose values must contain no quotation mark or line break (ARNs, names,
 * regions and URLs do not), and `INSTANCE_ID`.
 */
export interface HostCommands {
  /** Prints the users' JSON on standard output. Runs at boot and on a timer. */
  readonly readUsers: readonly string[];
  /** Prints the policy (`renderPolicy`) on standard output. Runs at boot and on a timer. */
  readonly readPolicy: readonly string[];
  /**
   * Tells the cloud, once in the machine's life, that the gateway serves.
   *
   * @default nobody is told
   */
  readonly signalReady?: readonly string[];
  /**
   * Tells the cloud that the gateway will not serve, unless it was ready before.
   *
   * @default nobody is told
   */
  readonly signalFailure?: readonly string[];
  /**
   * Environment variables for every command, for example the region: what several commands share counts once against
   * the size of user data. Names in capitals; values like arguments, without `INSTANCE_ID`.
   *
   * @default none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Debian packages that these commands need.
   *
   * @default none
   */
  readonly packages?: readonly string[];
}

/** Log shipping, all of it the cloud's. */
export interface LogShipping {
  /** Debian packages to install. @default none */
  readonly packages?: readonly string[];
  /** Files to write. */
  readonly files: readonly HostFile[];
  /** Commands to run once, after the packages are installed. A failure fails the machine. @default none */
  readonly commands?: readonly (readonly string[])[];
}

/** One file on the machine. */
export interface HostFile {
  /** Absolute path. */
  readonly path: string;
  /** Whole content; ends with a line break. */
  readonly content: string;
  /** Mode in octal, four digits. @default '0644' */
  readonly mode?: string;
}
