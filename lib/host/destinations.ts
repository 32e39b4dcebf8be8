import { invalid, PptpConstructsError } from '../errors';
import { IpRange } from '../flows';

/** One destination that a user may reach, where the gateway's own policy allows it as well. */
export interface UserDestination {
  /** Range in CIDR notation, IPv4. */
  readonly cidr: string;
  /** Transport protocol; `'any'` is every IP protocol. */
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'any';
  /**
   * First port of the range, for TCP and UDP.
   *
   * @default every port
   */
  readonly fromPort?: number;
  /**
   * Last port of the range; always there where `fromPort` is.
   *
   * @default every port
   */
  readonly toPort?: number;
}

/**
 * The form of one destination, for JavaScript and for Python's `re.fullmatch` alike: range, protocol without ports,
 * protocol with ports, first port, last port. It leaves two things to check: host bits of the range, and the order and
 * bounds of the ports.
 */
export const USER_DESTINATION_PATTERN =
  '([0-9.]+/(?:[12]?[0-9]|3[0-2]))(?: (tcp|udp|icmp)| (tcp|udp) ([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?)?';

/**
 * Reads the `destinations` of one user in a secret, by the rule that the machine applies too: a list of texts such as
 * `10.0.0.0/16`, `10.0.0.5/32 tcp 443`, `10.0.0.5/32 udp 53-60` and `10.0.0.0/24 icmp`. An empty list is a user who may
 * go nowhere. No error holds a value of the secret.
 *
 * @param list the value of `destinations`
 * @param what whose they are, in messages: `user 2`
 * @throws InvalidInputError `USER_DESTINATION_INVALID`
 */
export function parseUserDestinations(list: unknown, what: string): UserDestination[] {
  if (!Array.isArray(list)) {
    return refuse(`destinations of ${what} are not a list`);
  }
  return list.map((entry, index) => {
    const name = `destination ${index + 1} of ${what}`;
    const form = typeof entry === 'string' ? new RegExp(`^(?:${USER_DESTINATION_PATTERN})$`).exec(entry) : null;
    if (form === null) {
      return refuse(`${name} is not an IPv4 range, perhaps with a protocol and ports`);
    }
    const [, cidr = '', whole, ported, first, last = first] = form;
    const range = { cidr: rangeOf(cidr, name), protocol: (whole ?? ported ?? 'any') as UserDestination['protocol'] };
    if (first === undefined) {
      return range;
    }
    const [fromPort, toPort] = [Number(first), Number(last)];
    if (fromPort > toPort || toPort > 65535) {
      return refuse(`${name} has ports that are out of order or above 65535`);
    }
    return { ...range, fromPort, toPort };
  });
}

function rangeOf(cidr: string, name: string): string {
  try {
    return IpRange.parse(cidr).cidr;
  } catch (error) {
    const hostBits = PptpConstructsError.is(error) && error.code === 'CIDR_HOST_BITS';
    return refuse(
      `${name} ${hostBits ? 'has host bits set' : 'is not an IPv4 range, perhaps with a protocol and ports'}`,
    );
  }
}

function refuse(what: string): never {
  return invalid({
    code: 'USER_DESTINATION_INVALID',
    what,
    allowed:
      'a list of IPv4 ranges in CIDR notation without host bits, each alone or followed by tcp, udp or icmp, ' +
      'tcp and udp perhaps by a port or two with a hyphen between, from 1 to 65535',
    instead: '"destinations": ["10.0.0.0/16", "10.0.0.5/32 tcp 443", "10.0.0.5/32 udp 53-60", "10.0.0.0/24 icmp"]',
  });
}
