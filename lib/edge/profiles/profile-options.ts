import { X509Certificate } from 'node:crypto';
import type { ClientDevice } from '../../clients';
import { invalid } from '../../errors';
import { tunnelSizes } from '../../feasibility/mtu';
import { type Insecure, IpRange } from '../../flows';
import { asPem, pemBlocks } from '../../host/certificates/pem';
import { WIREGUARD_KEY_PATTERN } from '../../host/wireguard/wireguard-secret';
import { isIpv4, isServer } from '../../keys/gateway';
import type { VpnProtocol } from '../../protocols';
import type { ProfileWriter } from './profile-system';

/** A connection that a client is to have. Nothing in it is secret, and no secret can be given. */
export interface ProfileOptions {
  /** The id of the device, as the table of clients has it: `windows-11`, `macos`, `ios`, `linux-networkmanager`. */
  readonly device: string;
  readonly protocol: VpnProtocol;
  /** What the connection is called on the device: 1 to 64 printable ASCII characters, a letter or digit first. */
  readonly name: string;
  /** The DNS name or IPv4 address that the client dials, as it stands in the server's certificate. */
  readonly server: string;
  /** Why PPTP may be used, whose cryptography is broken; needed for PPTP, and only there. */
  readonly insecure?: Insecure;
  /** By what name the user logs in. @default - the system asks for it */
  readonly user?: string;
  /**
   * What is sent through the tunnel: IPv4 ranges in CIDR notation. RouterOS needs them, since a router that sends everything
   * sends the tunnel's own packets as well.
   *
   * @default - everything
   */
  readonly routes?: readonly string[];
  /** Name servers to ask while connected, IPv4. WireGuard; the others are told by the gateway. @default - as before */
  readonly dnsServers?: readonly string[];
  /**
   * The largest packet inside the tunnel, in bytes, where the system takes that in a profile.
   *
   * @default - PPTP 1400, as the gateways of this library; else what the protocol leaves of 1500 bytes
   */
  readonly mtu?: number;
  /** How users log in. IKEv2. @default 'password' */
  readonly authentication?: 'password' | 'certificate';
  /**
   * The certificate of the authority that has issued the server's, in PEM; its key is never needed. IKEv2, OpenVPN and SSTP.
   *
   * @default - one that the system trusts already
   */
  readonly authority?: string;
  /** The port that is dialled. WireGuard and OpenVPN. @default 51820, or 1194 */
  readonly port?: number;
  /** What OpenVPN runs over. @default 'udp' */
  readonly transport?: 'udp' | 'tcp';
  /** Whether the OpenVPN server asks for tls-crypt-v2, as the gateways of this library do. @default true */
  readonly tlsCrypt?: boolean;
  /** The server's public key. WireGuard. */
  readonly serverKey?: string;
  /** The address that the user has inside the tunnel, IPv4. WireGuard. */
  readonly address?: string;
}

/** What only some profiles have a place for. */
export type ProfileOption = Exclude<keyof ProfileOptions, 'device' | 'protocol' | 'name' | 'server' | 'insecure'>;

/** The same, checked. */
export interface ProfileJob {
  readonly device: ClientDevice;
  readonly protocol: VpnProtocol;
  readonly name: string;
  readonly server: string;
  readonly user: string | undefined;
  /** Empty where everything is sent through the tunnel. */
  readonly routes: readonly string[];
  readonly dnsServers: readonly string[];
  readonly mtu: number;
  readonly authentication: 'password' | 'certificate';
  readonly authority: ProfileAuthority | undefined;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
  readonly tlsCrypt: boolean;
  readonly serverKey: string;
  readonly address: string;
}

/** Who has issued the server's certificate. */
export interface ProfileAuthority {
  readonly pem: string;
  readonly raw: Uint8Array;
  readonly commonName: string | undefined;
}

/** What the options of all profiles are; a test holds the type to it. */
export const PROFILE_OPTIONS: readonly ProfileOption[] = [
  ...(['user', 'routes', 'dnsServers', 'mtu', 'authentication', 'authority'] as const),
  ...(['port', 'transport', 'tlsCrypt', 'serverKey', 'address'] as const),
];

/** How each option is checked, and what is said of it where it is wrong. */
const RULES: Readonly<Record<ProfileOption | 'name' | 'server', readonly [(value: never) => boolean, string, string]>> =
  {
    name: [
      matches(/^[A-Za-z0-9](?:[ -~]{0,62}[!-~])?$/),
      '1 to 64 printable ASCII characters, a letter or digit first and no space last',
      "name: 'plant4'",
    ],
    server: [isServer, 'a DNS name or an IPv4 address', "server: 'vpn.example.com'"],
    user: [matches(/^[!-~](?:[ -~]{0,253}[!-~])?$/), '1 to 255 printable ASCII characters', "user: 'alice'"],
    routes: [
      isListOf((each) => range(each) && !IpRange.parse(each).isEverything),
      'IPv4 ranges in CIDR notation without host bits; none for everything',
      "routes: ['10.0.0.0/16']",
    ],
    dnsServers: [isListOf(isIpv4), 'IPv4 addresses', "dnsServers: ['10.0.0.2']"],
    mtu: [isWhole(1280, 1500), 'a whole number from 1280 to 1500', 'mtu: 1400'],
    authentication: [isOneOf('password', 'certificate'), "'password' or 'certificate'", "authentication: 'password'"],
    authority: [
      (text: unknown) => authorityOf(text) !== undefined,
      'one certificate in PEM that is an authority (basic constraints CA), and no key',
      "authority: readFileSync('ca.pem', 'utf8')",
    ],
    port: [isWhole(1, 65535), 'a whole number from 1 to 65535', 'port: 51820'],
    transport: [isOneOf('udp', 'tcp'), "'udp' or 'tcp'", "transport: 'udp'"],
    tlsCrypt: [isOneOf(true, false), 'true or false', 'tlsCrypt: true'],
    serverKey: [
      matches(new RegExp(`^${WIREGUARD_KEY_PATTERN}$`)),
      'a public key as `wg pubkey` prints it: 32 bytes in Base64',
      'the public key of the gateway, which its output and `npx pptp-constructs keys` show',
    ],
    address: [isIpv4, 'one IPv4 address', "address: '10.99.1.2'"],
  };

/** What may be a secret that somebody put into the wrong place: it is not shown. */
const NOT_SHOWN: readonly string[] = ['authority', 'serverKey'];

/** The options of a profile with what they are by default; `writer` says which ones it has a place for. */
export function checkedJob(
  options: ProfileOptions,
  device: ClientDevice,
  protocol: VpnProtocol,
  { needs = [], takes = [], mostMtu = 1500 }: ProfileWriter,
  unused: Readonly<Partial<Record<ProfileOption, string>>>,
): ProfileJob {
  const where = `the profile of ${device.name} for ${protocol.name}`;
  check('name', options.name, where);
  check('server', options.server, where);
  for (const option of PROFILE_OPTIONS) {
    const value = options[option];
    const isEmpty = value === undefined || (option === 'routes' && Array.isArray(value) && value.length === 0);
    const [, allowed, example] = RULES[option];
    if (isEmpty && needs.includes(option)) {
      invalid({ code: 'PROFILE_OPTION_MISSING', what: `${option} is missing in ${where}`, allowed, instead: example });
    }
    if (value !== undefined && !needs.includes(option) && !takes.includes(option)) {
      const because = unused[option];
      invalid({
        code: 'PROFILE_OPTION_UNUSED',
        what: `${where} has no place for ${option}${because === undefined ? '' : `: ${because}`}`,
        ...(NOT_SHOWN.includes(option) ? {} : { got: value }),
        allowed: `no ${option}`,
        instead: `renderProfile({ device: '${device.id}', ... }) without ${option}`,
      });
    }
    if (value !== undefined) {
      check(option, value, where);
    }
  }
  const { authentication = 'password', transport = 'udp', tlsCrypt = true, serverKey = '', address = '' } = options;
  const mtu = options.mtu ?? Math.min(mostMtu, usualMtu(protocol));
  if (mtu > mostMtu) {
    const allowed = `a whole number from 1280 to ${mostMtu}`;
    invalid({
      ...{ code: 'PROFILE_OPTION_INVALID', what: `mtu of ${where} is more than it takes`, got: mtu },
      ...{ allowed, instead: `mtu: ${mostMtu}` },
    });
  }
  return {
    ...{ device, protocol, name: options.name, server: options.server, user: options.user },
    ...{ routes: [...new Set(options.routes)], dnsServers: [...new Set(options.dnsServers)], mtu },
    ...{ authentication, authority: authorityOf(options.authority) },
    ...{ port: options.port ?? (protocol.id === 'wireguard' ? 51820 : 1194), transport, tlsCrypt, serverKey, address },
  };
}

function check(option: ProfileOption | 'name' | 'server', value: unknown, where: string): void {
  const [isRight, allowed, instead] = RULES[option];
  if (!isRight(value as never)) {
    invalid({
      code: 'PROFILE_OPTION_INVALID',
      what: `${option} of ${where} is not what it takes`,
      ...(NOT_SHOWN.includes(option) ? {} : { got: value }),
      allowed,
      instead,
    });
  }
}

/** MTU 1400 as the gateways of this library have it for PPTP; else the least that a form of the protocol leaves. */
function usualMtu(protocol: VpnProtocol): number {
  return protocol.id === 'pptp' ? 1400 : Math.min(...tunnelSizes(protocol).map(({ mtu }) => mtu));
}

function authorityOf(text: unknown): ProfileAuthority | undefined {
  const [block, second] = pemBlocks(text, 'CERTIFICATE');
  if (block === undefined || second !== undefined) {
    return undefined;
  }
  try {
    const pem = asPem(block);
    const certificate = new X509Certificate(pem);
    // Other characters may be escaped there; Apple's systems then go by the server's own name alone.
    const [, commonName] = /^CN=([A-Za-z0-9 ._-]+)$/m.exec(certificate.subject) ?? [];
    return certificate.ca ? { pem, raw: certificate.raw, commonName } : undefined;
  } catch {
    return undefined;
  }
}

function matches(pattern: RegExp): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && pattern.test(value);
}

function isOneOf(...values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => values.includes(value);
}

function isWhole(least: number, most: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isListOf(isOne: (each: string) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && Array.from(value).every(isOne);
}

function range(text: unknown): boolean {
  try {
    return IpRange.parse(text as string).version === 4;
  } catch {
    return false;
  }
}
