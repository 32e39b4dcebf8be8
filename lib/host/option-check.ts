import { invalid } from '../errors';
import { IpRange, isAddress, type TokenTest } from '../flows';
import type { HostFile } from './host-commands';
import type { HostService } from './host-service';

/** Checks options of the host one by one; every refusal names the option. */
export class OptionCheck {
  public constructor(private readonly isToken: TokenTest) {}

  public oneOf<T extends string | number>(option: string, value: T, allowed: readonly T[]): void {
    if (!allowed.includes(value)) {
      const quoted = allowed.map((one) => (typeof one === 'string' ? `'${one}'` : one));
      this.refuse(option, value, quoted.join(' or '), `${option}: ${quoted[0]}`);
    }
  }

  /** One server; or several, each once, with pools of one size that do not overlap, since users have one place in all. */
  public services(services: readonly HostService[]): void {
    const names = services.map(({ name }) => name);
    const pools = services.map(({ filter }) => IpRange.parse(filter.pool));
    if (
      services.length === 0 ||
      new Set(names).size < names.length ||
      pools.some((pool) => pool.size !== pools[0]?.size) ||
      pools.some((pool, at) => pools.slice(0, at).some((other) => other.overlaps(pool)))
    ) {
      this.refuse(
        'services',
        services.map(({ name, filter }) => `${name} on ${filter.pool}`),
        'at least one server, each protocol once, with pools of one size that do not overlap',
        "services: [pptpService({ pool: PptpPool.from('10.99.0.0/24') })]",
      );
    }
  }

  public wholeNumber(option: string, value: number | undefined, preset: number, least: number, most: number): number {
    if (value === undefined) {
      return preset;
    }
    if (this.isToken(value)) {
      invalid({
        code: 'TOKEN_NOT_ALLOWED',
        what: `${option} is a value that only deployment knows, and it must be checked at synth`,
        allowed: `a whole number from ${least} to ${most}`,
        instead: `${option}: ${preset}`,
      });
    }
    if (!Number.isInteger(value) || value < least || value > most) {
      this.refuse(option, value, `a whole number from ${least} to ${most}`, `${option}: ${preset}`);
    }
    return value;
  }

  public timeOfDay(value: string): string {
    if (!this.isToken(value) && !/^([01]\d|2[0-3]):[0-5]\d$/.test(value)) {
      this.refuse('securityUpgradeRebootTime', value, 'a time of day as HH:MM', "securityUpgradeRebootTime: '04:00'");
    }
    return value;
  }

  public url(option: string, value: string | undefined): string | undefined {
    if (value !== undefined && !this.isToken(value) && !/^https?:\/\/[\w.~:/@%+=[\]-]+$/.test(value)) {
      this.refuse(
        option,
        value,
        'an http or https URL without quotation marks or spaces',
        `${option}: 'http://mirror.example.com/debian'`,
      );
    }
    // A slash at the end would move the security archive's default elsewhere.
    return value !== undefined && !this.isToken(value) ? value.replace(/\/+$/, '') : value;
  }

  public dnsServers(servers: readonly string[]): readonly string[] {
    const unusable = (server: string) =>
      !this.isToken(server) &&
      (!isAddress(server) ||
        server.includes(':') ||
        IpRange.parse('169.254.0.0/16').contains(IpRange.parse(`${server}/32`)));
    if (servers.length > 2 || servers.some(unusable)) {
      this.refuse(
        'dnsServers',
        servers,
        'at most two IPv4 addresses, outside 169.254.0.0/16, from which clients are kept away',
        "dnsServers: ['10.0.0.2']",
      );
    }
    return servers;
  }

  public packages(names: readonly string[]): readonly string[] {
    const wrong = names.find((name) => !/^[a-z0-9][a-z0-9+.-]+$/.test(name));
    if (wrong !== undefined) {
      this.refuse('packages', wrong, 'names of Debian packages', "packages: ['awscli']");
    }
    return [...new Set(names)];
  }

  public argv(option: string, argv: readonly string[]): readonly string[] {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
    const wrong = (part: unknown) => typeof part !== 'string' || /[\0-\x1f\x7f]/.test(part);
    if (argv.length === 0 || argv.some(wrong)) {
      this.refuse(
        option,
        argv,
        'a list of at least one argument, without line breaks or control characters',
        `${option}: ['true']`,
      );
    }
    return argv;
  }

  public environment(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    for (const [name, value] of Object.entries(variables)) {
      if (!/^[A-Z][A-Z0-9_]+$/.test(name) || name === 'PATH') {
        this.refuse(
          'commands.environment',
          name,
          'names in capitals, other than PATH',
          "environment: { AWS_DEFAULT_REGION: '...' }",
        );
      }
      this.argv('commands.environment', [value]);
    }
    return variables;
  }

  /** Files of the cloud's own: on paths that are free, in text that YAML holds as it is. */
  public files(files: readonly HostFile[], ours: readonly HostFile[]): readonly HostFile[] {
    const taken = new Set(ours.map((file) => file.path));
    for (const { path, content, mode = '0644' } of files) {
      if (!/^(\/[\w.@+-]+)+$/.test(path) || taken.has(path)) {
        this.refuse(
          'shipLogs.files',
          path,
          'absolute paths, none twice and none of the host itself',
          "path: '/etc/example.conf'",
        );
      }
      if (!/[^\n]\n$/.test(content) || /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff]/.test(content)) {
        this.refuse(
          'shipLogs.files',
          path,
          'content of printable text that ends with one line break',
          "content: 'text\\n'",
        );
      }
      if (!/^0[0-7]{3}$/.test(mode)) {
        this.refuse('shipLogs.files', mode, 'a mode in octal, four digits', "mode: '0644'");
      }
      taken.add(path);
    }
    return files;
  }

  private refuse(option: string, got: unknown, allowed: string, instead: string): never {
    return invalid({
      code: 'HOST_OPTION_INVALID',
      what: `${option} is not what the host can use`,
      got,
      allowed,
      instead,
    });
  }
}
