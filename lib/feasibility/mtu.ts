import { invalid } from '../errors';
import {
  checkedProtocol,
  type EncapsulationOverhead,
  ESP_PADDING,
  type FlowSet,
  mostAdded,
  type VpnProtocol,
} from '../protocols';
import { checkedPath, type Hop, hopName, type Path } from './path';

/** What Ethernet and the internet carry, in bytes. */
export const ETHERNET_MTU = 1500;

/** Headers inside of the tunnel that a TCP segment comes with, in bytes: IPv4 or IPv6, and TCP. */
const [HEADERS_IPV4, HEADERS_IPV6] = [40, 60];

/** The smallest MTU of IPv4 (RFC 791); nothing on a path is below it. */
const LEAST_MTU = 68;

/** What a protocol leaves of a packet of the path, in one of its forms. */
export interface TunnelSize {
  /** The form: `AES-256-GCM over UDP and IPv4`. */
  readonly form: string;
  /** The largest packet inside of the tunnel that no packet outside has to be split for, in bytes. */
  readonly mtu: number;
  /** The TCP segment that fits into it, in bytes, without options. */
  readonly mss: { readonly ipv4: number; readonly ipv6: number };
  /** The arithmetic, for people: `1500 - 20 IPv4 - 8 UDP ... = 1440`. */
  readonly sum: string;
}

/** What a path carries whole, and the hop that makes it so. */
export interface PathMtu {
  readonly bytes: number;
  /** `undefined` where nothing on the way carries less than Ethernet does. */
  readonly hop: Hop | undefined;
}

/**
 * The largest packet that a path carries whole: the least of its hops'.
 *
 * @throws InvalidInputError `PATH_EMPTY`, `PATH_INVALID`, `PATH_MTU_INVALID`
 */
export function pathMtu(path: Path): PathMtu {
  checkedPath(path);
  let least: PathMtu = { bytes: ETHERNET_MTU, hop: undefined };
  for (const hop of path.hops) {
    const bytes = hop.mtu ?? hop.element.mtu?.bytes;
    if (bytes !== undefined && checkedMtu(bytes, hopName(hop)) < least.bytes) {
      least = { bytes, hop };
    }
  }
  return least;
}

/**
 * What each form of a protocol leaves of packets of a size.
 *
 * @param bytes what the path carries, outermost header included; see `pathMtu`
 * @throws InvalidInputError `PROTOCOL_UNKNOWN`, `PATH_MTU_INVALID`
 */
export function tunnelSizes(protocol: VpnProtocol, bytes: number = ETHERNET_MTU): readonly TunnelSize[] {
  checkedProtocol(protocol);
  const path = checkedMtu(bytes, 'the path');
  return protocol.overhead.map((overhead) => {
    const { to = 1, with: within = 0 } = overhead.padding ?? {};
    const fixed = mostAdded(overhead) - (to - 1) - within;
    const mtu = Math.floor((path - fixed) / to) * to - within;
    return {
      form: overhead.form,
      mtu,
      mss: { ipv4: mtu - HEADERS_IPV4, ipv6: mtu - HEADERS_IPV6 },
      sum: sumOf(path, overhead, mtu),
    };
  });
}

function sumOf(path: number, { parts, padding }: EncapsulationOverhead, mtu: number): string {
  const left = path - mtu - parts.reduce((sum, { name, bytes }) => sum + (isPadding(name) ? 0 : bytes), 0);
  const terms = parts
    .map(({ name, bytes }) => ({ name, bytes: isPadding(name) ? left : bytes }))
    .filter(({ bytes }) => bytes > 0)
    .map(({ name, bytes }) => ` - ${bytes} ${isPadding(name) ? `padding to ${padding?.to}` : name}`);
  return `${path}${terms.join('')} = ${mtu}`;
}

function isPadding(name: string): boolean {
  return name === ESP_PADDING;
}

/** What the flows of a verdict leave, for people: the sum, and what TCP may put into it. */
export function explainSize(protocol: VpnProtocol, path: Path, flowSet?: FlowSet): string {
  const { bytes, hop } = pathMtu(path);
  const { mtu, mss, sum } = tunnelSizes(protocol, bytes).reduce((least, one) => (one.mtu < least.mtu ? one : least));
  const why = hop === undefined ? '' : ` (${bytes}: ${hop.label ?? hop.element.name})`;
  const over = flowSet === undefined ? '' : ` over ${flowSet.flows.map(({ label }) => label).join(' + ')}`;
  return `${protocol.name}${over}: ${sum}${why}; TCP segments of ${mss.ipv4} over IPv4 (${mtu} - ${HEADERS_IPV4})`;
}

function checkedMtu(bytes: number, whose: string): number {
  if (!Number.isInteger(bytes) || bytes < LEAST_MTU || bytes > 65535) {
    invalid({
      code: 'PATH_MTU_INVALID',
      what: `the MTU of ${whose} is not a size of packets`,
      got: bytes,
      allowed: `a whole number of bytes from ${LEAST_MTU} to 65535`,
      instead: 'mtu: 1492',
    });
  }
  return bytes;
}
