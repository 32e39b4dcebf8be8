/**
 * IP protocol numbers that VPN protocols use.
 *
 * @see https://www.iana.org/assignments/protocol-numbers
 */
export const IpProtocol = {
  ICMP: 1,
  TCP: 6,
  UDP: 17,
  /** Generic Routing Encapsulation. PPTP uses its version 1 ("enhanced GRE", RFC 2637), which has no ports. */
  GRE: 47,
  /** IPsec Encapsulating Security Payload (RFC 4303). */
  ESP: 50,
  /** IPsec Authentication Header (RFC 4302). */
  AH: 51,
} as const;

/** One of the IP protocol numbers that this library knows. */
export type IpProtocolNumber = (typeof IpProtocol)[keyof typeof IpProtocol];
