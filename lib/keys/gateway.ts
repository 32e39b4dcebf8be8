import { IpRange, isAddress } from '../flows';
import { ClientPool } from '../host/client-pool';
import { PptpPool } from '../host/pptp/pptp-pool';

/** The VPN protocols that keys can be made for. */
export const KEY_PROTOCOLS = ['pptp', 'wireguard', 'ikev2', 'openvpn'] as const;

/** A VPN protocol that keys can be made for. */
export type KeyProtocol = (typeof KEY_PROTOCOLS)[number];

/** How a user of IKEv2 logs in. */
export type Authentication = 'certificate' | 'password';

/** What every profile of a gateway's clients repeats; none of it is secret, and none of it changes over the years. */
export interface Gateway {
  readonly protocol: KeyProtocol;
  /** The DNS name or IPv4 address that clients dial. */
  readonly server: string;
  /**
   * The port that clients dial. WireGuard and OpenVPN.
   *
   * @default 51820, or 1194
   */
  readonly port?: number;
  /**
   * What OpenVPN runs over.
   *
   * @default 'udp'
   */
  readonly transport?: 'udp' | 'tcp';
  /**
   * The addresses inside the tunnel. WireGuard needs it, since it hands none out; elsewhere the addresses of users are
   * checked against it.
   *
   * @default which addresses users may have is left to the gateway
   */
  readonly pool?: string;
  /**
   * What clients send through the tunnel. PPTP, WireGuard and IKEv2; OpenVPN's clients are told by the gateway.
   *
   * @default everything
   */
  readonly routes?: readonly string[];
  /**
   * Name servers that clients ask while they are connected. WireGuard; the others are told by the gateway.
   *
   * @default what the client asks anyway
   */
  readonly dnsServers?: readonly string[];
  /**
   * Largest packet inside the tunnel, in bytes. WireGuard.
   *
   * @default what the client's own system works out
   */
  readonly mtu?: number;
  /**
   * How users may log in, as the gateway has it; the first for those who are added without saying how. IKEv2.
   *
   * @default ['certificate']
   */
  readonly authentication?: readonly Authentication[];
  /**
   * How long certificates of the server and of users are valid, in days. IKEv2 and OpenVPN.
   *
   * @default 730
   */
  readonly days?: number;
  /**
   * The addresses inside PPTP's tunnels, where the same machine serves PPTP as well until everybody has moved. `pool` is
   * needed then, and as large. WireGuard, IKEv2 and OpenVPN.
   *
   * @default no PPTP
   */
  readonly pptpPool?: string;
  /**
   * How many addresses of `pptpPool` are set aside for users with one of their own.
   *
   * @default half of those for calls, as the gateway has it
   */
  readonly fixedAddresses?: number;
}

/** A fact about a gateway that is not right: which, what is allowed, and an example. */
export interface WrongFact {
  readonly fact: keyof Gateway;
  readonly got: unknown;
  readonly allowed: string;
  readonly example: string;
}

/** Which facts a protocol knows beside `protocol` and `server`. */
const FACTS: Readonly<Record<KeyProtocol, readonly (keyof Gateway)[]>> = {
  pptp: ['pool', 'routes'],
  wireguard: ['port', 'pool', 'routes', 'dnsServers', 'mtu', 'pptpPool', 'fixedAddresses'],
  ikev2: ['pool', 'routes', 'authentication', 'days', 'pptpPool', 'fixedAddresses'],
  openvpn: ['port', 'transport', 'pool', 'days', 'pptpPool', 'fixedAddresses'],
};

/**
 * Checks the facts about a gateway, one by one.
 *
 * @param refuse told of the first that is wrong
 */
export function gatewayOf(values: Readonly<Record<string, unknown>>, refuse: (wrong: WrongFact) => never): Gateway {
  const gateway = values as unknown as Gateway;
  const { protocol, server } = gateway;
  const need = (isRight: boolean, fact: keyof Gateway, allowed: string, example: string) => {
    if (!isRight) {
      refuse({ fact, got: values[fact], allowed, example });
    }
  };
  need(KEY_PROTOCOLS.includes(protocol), 'protocol', KEY_PROTOCOLS.join(', '), 'wireguard');
  const hasCertificates = protocol === 'ikev2' || protocol === 'openvpn';
  need(
    isServer(server) && (!hasCertificates || server.length <= 64),
    'server',
    `a DNS name or an IPv4 address${hasCertificates ? ', at most 64 characters: it stands in a certificate' : ''}`,
    'vpn.example.com',
  );
  for (const [fact, value] of Object.entries(values) as [keyof Gateway, unknown][]) {
    const isKnown = fact === 'protocol' || fact === 'server' || FACTS[protocol].includes(fact);
    need(isKnown || value === undefined, fact, `left out: ${protocol} has no use for it`, '');
  }
  const { port, transport, pool, routes, dnsServers, mtu, authentication, days } = gateway;
  need(isWhole(port ?? 1, 1, 65535), 'port', 'a whole number from 1 to 65535', '51820');
  need(['udp', 'tcp'].includes(transport ?? 'udp'), 'transport', 'udp or tcp', 'udp');
  need(
    pool === undefined ? protocol !== 'wireguard' : isPool(pool),
    'pool',
    'the range of the addresses inside the tunnel, as the gateway has it: IPv4, /8 to /29',
    '10.99.1.0/24',
  );
  need(isListOf(routes ?? [], isRange), 'routes', 'IPv4 ranges in CIDR notation without host bits', '10.0.0.0/16');
  need(isListOf(dnsServers ?? [], isIpv4), 'dnsServers', 'IPv4 addresses', '10.0.0.2');
  need(isWhole(mtu ?? 1280, 1280, 1500), 'mtu', 'a whole number from 1280 to 1500', '1420');
  need(
    isListOf(authentication ?? [], (each) => each === 'certificate' || each === 'password') &&
      authentication?.length !== 0,
    'authentication',
    'certificate, password, or both',
    'certificate',
  );
  need(isWhole(days ?? 1, 1, 3650), 'days', 'a whole number from 1 to 3650', '730');
  const { pptpPool, fixedAddresses } = gateway;
  need(
    pptpPool === undefined || areApart(pptpPool, pool),
    'pptpPool',
    'a range for PPTP apart from --pool, as large as that one, and with it',
    '10.99.0.0/24',
  );
  need(
    pptpPool === undefined ? fixedAddresses === undefined : passes(() => pptpPoolOf(gateway).sessions > 0),
    'fixedAddresses',
    'a whole number, smaller than --pptp-pool has addresses, and with it',
    '50',
  );
  need(
    pptpPool === undefined || (authentication ?? []).length < 2,
    'authentication',
    'certificate or password beside PPTP: everybody has a password there, so that both cannot be told apart',
    'certificate',
  );
  return gateway;
}

/** What tells one gateway from another in the lists of a client's system. */
export function titleOf({ server, protocol }: Gateway): string {
  const names = { pptp: 'PPTP', wireguard: 'WireGuard', ikev2: 'IKEv2', openvpn: 'OpenVPN' };
  return `${server} (${names[protocol]})`;
}

/** The pool that fixed addresses are checked against; where none is known, every IPv4 address passes. */
export function poolOf({ pool }: Gateway): ClientPool {
  if (pool !== undefined) {
    return ClientPool.from(pool);
  }
  const { range, gateway, size, userAddresses } = ClientPool.from('10.0.0.0/8');
  return { range, gateway, size, userAddresses, holds: isIpv4 };
}

export function isIpv4(value: unknown): boolean {
  return typeof value === 'string' && isAddress(value) && !value.includes(':');
}

/** The pool of PPTP, where the machine serves it too. */
export function pptpPoolOf({ pptpPool = '', fixedAddresses }: Gateway): PptpPool {
  const half = Math.floor(PptpPool.from(pptpPool).sessions / 2);
  return PptpPool.from(pptpPool, { fixedAddresses: fixedAddresses ?? half });
}

/** Whether two pools are of one size and share no address: a user has the same place in both. */
function areApart(one: unknown, other: unknown): boolean {
  return passes(() => {
    const [first, second] = [IpRange.parse(one as string), IpRange.parse(other as string)];
    return first.version === 4 && first.size === second.size && !first.overlaps(second);
  });
}

/** Whether it is a DNS name or an IPv4 address. */
export function isServer(value: unknown): value is string {
  const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
  // The last part of a name is never a number: that would be an address with a part too high or missing.
  const name = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?!\\d+$)${label}$`);
  return isIpv4(value) || (typeof value === 'string' && name.test(value));
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isListOf(value: unknown, isOne: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function isRange(value: unknown): boolean {
  return passes(() => IpRange.parse(value as string).version === 4);
}

function isPool(value: unknown): boolean {
  return passes(() => typeof value === 'string' && ClientPool.from(value).size > 0);
}

function passes(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
