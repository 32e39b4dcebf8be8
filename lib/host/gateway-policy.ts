import { invalid } from '../errors';
import { IpRange, type TokenTest } from '../flows';

/**
 * The part of a gateway that changes without a new machine: who may connect, and where clients may go. The machine
 * reads it at boot and on a timer, with the cloud's own command line.
 */
export interface GatewayPolicy {
  /**
   * Source ranges of clients in CIDR notation, IPv4; tokens are accepted. `'any'` where no address is known at synth (a
   * prefix list, a security group): the host then takes PPTP from everywhere, and only the cloud's own filter chooses.
   */
  readonly clients: readonly string[] | 'any';
  /** Where clients may go behind the gateway. Empty: nowhere, except to the DNS servers that are handed to them. */
  readonly destinations: readonly Destination[];
}

/** One destination that clients may reach. */
export interface Destination {
  /** Range in CIDR notation, IPv4; a token is accepted. */
  readonly cidr: string;
  /** Transport protocol; `'any'` is every IP protocol. */
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'any';
  /**
   * First port of the range, for TCP and UDP; a token is accepted.
   *
   * @default every port
   */
  readonly fromPort?: number;
  /**
   * Last port of the range, for TCP and UDP; a token is accepted.
   *
   * @default `fromPort`
   */
  readonly toPort?: number;
}

/**
 * The policy as the machine reads it: a first line with its version, then one line for each range of clients and each
 * destination. Equal lines appear once.
 *
 * @throws InvalidInputError `NO_CLIENTS`, `POLICY_INVALID`, or those of `IpRange.parse`
 */
export function renderPolicy(policy: GatewayPolicy, isToken: TokenTest = () => false): string {
  const clients = policy.clients === 'any' ? ['0.0.0.0/0'] : policy.clients;
  if (clients.length === 0) {
    invalid({
      code: 'NO_CLIENTS',
      what: 'no client ranges: a gateway does not guess who may connect',
      got: clients,
      allowed: "at least one range in CIDR notation, or 'any' where only the cloud knows the clients' addresses",
      instead: "clients: ['203.0.113.0/24']",
    });
  }
  const range = (cidr: string, what: string) => (isToken(cidr) ? cidr : ipv4(cidr, what));
  const lines = [
    ...clients.map((cidr) => `client ${range(cidr, 'client range')}`),
    ...policy.destinations.map((to) => `to ${range(to.cidr, 'destination')}${match(to, isToken)}`),
  ];
  return ['vpn-gateway policy 1', ...new Set(lines), ''].join('\n');
}

function ipv4(cidr: string, what: string): string {
  const range = IpRange.parse(cidr, what);
  if (range.version !== 4) {
    invalid({
      code: 'POLICY_INVALID',
      what: `${what} is IPv6, and the tunnels carry IPv4 only`,
      got: cidr,
      allowed: 'an IPv4 range in CIDR notation',
      instead: "'10.20.0.0/16'",
    });
  }
  return range.cidr;
}

function match({ protocol, fromPort, toPort }: Destination, isToken: TokenTest): string {
  const port = (value: unknown) =>
    isToken(value) || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535);
  if (!['tcp', 'udp', 'icmp', 'any'].includes(protocol)) {
    invalid({
      code: 'POLICY_INVALID',
      what: 'a destination has a protocol that the host does not know',
      got: protocol,
      allowed: "'tcp', 'udp', 'icmp' or 'any'",
      instead: "protocol: 'tcp'",
    });
  }
  if (fromPort === undefined && toPort === undefined) {
    return protocol === 'any' ? '' : ` ${protocol}`;
  }
  const last = toPort ?? fromPort;
  if (
    (protocol !== 'tcp' && protocol !== 'udp') ||
    !port(fromPort) ||
    !port(last) ||
    (Number(fromPort) > Number(last) && !isToken(last))
  ) {
    invalid({
      code: 'POLICY_INVALID',
      what: 'a destination has ports that cannot be filtered',
      got: `${protocol} ${fromPort} to ${last}`,
      allowed: 'for tcp and udp: fromPort and toPort from 1 to 65535, in order; for icmp and any: no ports',
      instead: "protocol: 'tcp', fromPort: 443, toPort: 443",
    });
  }
  return ` ${protocol} ${fromPort}-${last}`;
}
