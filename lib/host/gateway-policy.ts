/**
 * The part of a gateway that changes without a new machine: who may connect, and where clients may go. The machine
 * fetches it as JSON, at boot and on a timer, with the cloud's own command line.
 */
export interface GatewayPolicy {
  /** Version of this form. */
  readonly version: 1;
  /**
   * Source ranges of clients in CIDR notation, IPv4; tokens are accepted. `'any'` where no address is known at synth (a
   * prefix list, a security group): the host then accepts PPTP from everywhere, and only the cloud's own filter chooses.
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
   * First port of the range, for TCP and UDP.
   *
   * @default every port
   */
  readonly fromPort?: number;
  /**
   * Last port of the range, for TCP and UDP.
   *
   * @default `fromPort`
   */
  readonly toPort?: number;
}

/** The policy as the JSON text that the machine reads. */
export function renderPolicy(policy: GatewayPolicy): string {
  return JSON.stringify(policy);
}
