/**
 * Every diagnostic code of this package: errors, refusals and warnings. Codes are public API; each has its entry in
 * docs/diagnostics.md, and a test keeps the two lists equal.
 */
export const DIAGNOSTIC_CODES = [
  // What a user wrote: addresses, flows, lists, reasons
  'NO_CLIENTS',
  'CIDR_INVALID',
  'CIDR_WITHOUT_MASK',
  'CIDR_HOST_BITS',
  'CLIENTS_IPV6_FOR_PPTP',
  'CLIENTS_ANYWHERE_WITHOUT_REASON',
  'REASON_MISSING',
  'INSECURE_WITHOUT_REASON',
  'PORT_47_IS_NOT_PROTOCOL_47',
  'PORT_INVALID',
  'PROTOCOLS_EMPTY',
  'PROTOCOLS_DUPLICATE',
  'PROTOCOL_UNKNOWN',
  'TOKEN_NOT_ALLOWED',
  'WRONG_KIND_OF_STACK',
  'PATH_EMPTY',
  'PATH_INVALID',

  // What the network does to the packets
  'TCP_DROPPED',
  'GRE_DROPPED',
  'UDP_DROPPED',
  'ESP_DROPPED',
  'GRE_DROPPED_BY_FABRIC',
  'GRE_DROPPED_BY_NAT_GATEWAY',
  'GRE_DROPPED_BY_LOAD_BALANCER',
  'GRE_DROPPED_BY_ACCELERATOR',
  'GRE_DROPPED_BY_FIREWALL',
  'GRE_NOT_A_RULE_PROTOCOL',
  'NO_INTERNET_ROUTE',
  'NO_INBOUND_CONNECTIONS',
  'RULE_MISSING',
  'PPTP_HELPER_MISSING',
  'PATH_UNVERIFIED',
  'NOTHING_WORKS',

  // The host for PPTP
  'POOL_TOO_SMALL',
  'POOL_NOT_EXPRESSIBLE',
  'POLICY_INVALID',
  'USERS_MALFORMED',
  'USER_NAME_NOT_REPRESENTABLE',
  'USER_NAME_DUPLICATE',
  'USER_PASSWORD_NOT_REPRESENTABLE',
  'USER_ADDRESS_NOT_FIXED',
  'HOST_OPTION_INVALID',
  'USER_DATA_TOO_LARGE',

  // AWS: what a user wrote
  'VPC_MISSING',
  'CLIENT_SOURCE_INVALID',
] as const;

/** A stable code for one kind of error, refusal or warning, for example `GRE_DROPPED_BY_FABRIC`. */
export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number];
