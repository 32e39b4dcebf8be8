/** Where a firewall stands. */
export type EdgeRole = 'before-clients' | 'before-gateway' | 'routed' | 'gateway-host';

/** Every role, in the order in which a call meets them, with what it means, for people. */
export const EDGE_ROLES: Readonly<Record<EdgeRole, string>> = {
  'before-clients': 'the router of a network with clients in it, which hides them behind its own address',
  routed: 'a firewall in the middle, which translates nothing',
  'before-gateway': 'the router before the gateway, which publishes it under an address of its own',
  'gateway-host': 'the machine that the gateway runs on',
};

/** How a gateway is published before it. */
export type Publication =
  /** The gateway has the outer address for itself: every protocol is translated, and filtered. */
  | 'one-to-one'
  /** The gateway shares the outer address: only its ports, and its portless protocols, are translated. */
  | 'ports';

/** How it was proved that what is rendered does what it says. */
export type EdgeProof =
  /** Loaded into a real kernel, with real packets through it. */
  | 'packets'
  /** Read back by an independent reader that rebuilds the rules and is asked about packets. */
  | 'reader'
  /** Compared with a text that a person has checked: nothing but that text stands behind it. */
  | 'golden';
