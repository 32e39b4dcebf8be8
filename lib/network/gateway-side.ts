import { IpProtocol } from '../flows/ip-protocol';
import type { CarriageFact, NetworkElement } from './element';
import type { Evidence } from './evidence';
import { greFacts } from './linux/facts';
import { ANYTHING, Edge, Filter } from './linux/machines';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const SAYS = {
  gate: {
    kind: 'experiment',
    title: 'The gate rule set with real PPTP control messages and GRE packets, in network namespaces',
    read: '2026-11',
    certainty: 'high',
  },
  statefulRule: {
    kind: 'experiment',
    title: 'GRE accepted only as "ct state established", with real daemons',
    read: '2026-11',
    certainty: 'high',
  },
  udpBehindFilter: {
    kind: 'experiment',
    title: 'WireGuard and OpenVPN 2.6 behind an nftables filter that drops by default',
    read: '2026-11',
    certainty: 'high',
  },
  espBehindFilter: {
    kind: 'inference',
    title: 'By the same way of working: a rule of the filter decides',
    read: '2026-11',
    certainty: 'medium',
  },
  edges: {
    kind: 'experiment',
    title: 'A PPTP server behind routers that publish it in six ways, in network namespaces',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Linux 6.18; other products differ in what their port forward takes.',
  },
  portForward: {
    kind: 'inference',
    title: 'By the way of working of a port forward',
    read: '2026-11',
    certainty: 'medium',
  },
} as const satisfies Record<string, Evidence>;

/** The packet filter of the gateway machine, which this library renders: a hop with the condition `met`. */
export const HOST_FILTER: NetworkElement = {
  id: 'any.host-filter',
  platform: 'any',
  name: 'packet filter of the gateway machine',
  short: 'host filter',
  facts: [
    {
      protocols: [TCP],
      carriage: 'conditional',
      condition: 'a rule accepts this TCP port from the clients',
      because: 'The filter of the gateway machine drops what no rule accepts.',
      code: 'RULE_MISSING',
      remedy: 'accept this TCP port from the clients in the input chain',
      evidence: [SAYS.gate],
    },
    {
      protocols: [GRE],
      carriage: 'conditional',
      condition: 'it accepts GRE version 1 from addresses that speak on TCP 1723, whatever connection tracking says',
      because:
        'Without a helper, Linux never sees the GRE of a PPTP call as established: "ct state established" alone lets no call in.',
      code: 'RULE_MISSING',
      remedy:
        'accept IP protocol 47 from addresses that speak on TCP 1723, before the rule for established connections',
      evidence: [SAYS.gate, SAYS.statefulRule],
    },
    {
      protocols: [UDP],
      carriage: 'conditional',
      condition: 'a rule accepts this UDP port from the clients',
      because: 'The filter of the gateway machine drops what no rule accepts.',
      code: 'RULE_MISSING',
      remedy: 'accept this UDP port from the clients in the input chain',
      evidence: [SAYS.udpBehindFilter],
    },
    {
      protocols: [ESP],
      carriage: 'conditional',
      condition: 'a rule accepts IP protocol 50 from the clients',
      because: 'The filter of the gateway machine drops what no rule accepts.',
      code: 'RULE_MISSING',
      remedy: 'accept IP protocol 50 from the clients in the input chain, or use NAT-T (UDP 4500)',
      evidence: [SAYS.espBehindFilter],
    },
  ],
  notes: [
    {
      topic: 'The gate',
      text:
        'TCP 1723 from an allowed client puts its address into a set for 5 minutes; GRE version 1 carrying PPP is accepted ' +
        'from addresses in that set, which every further packet renews. It needs no helper, survives a flush of the ' +
        'connection table and an idle call, and refuses plain GRE.',
      evidence: [SAYS.gate],
    },
  ],
};

const INNER = '192.0.2.10';

function edge(id: string, name: string, short: string, gre: readonly CarriageFact[]): NetworkElement {
  return {
    id: `any.${id}`,
    platform: 'any',
    name,
    short,
    facts: [
      {
        protocols: [TCP, UDP],
        carriage: 'conditional',
        condition: 'it forwards this port to the gateway',
        because: 'What it does not forward ends there.',
        code: 'RULE_MISSING',
        remedy: 'forward the port to the gateway',
        evidence: [SAYS.edges],
      },
      ...gre,
      {
        protocols: [ESP],
        carriage: 'conditional',
        condition: 'it forwards IP protocol 50 to the gateway',
        because: 'What it does not forward ends there.',
        code: 'RULE_MISSING',
        remedy: 'use NAT-T (UDP 4500)',
        evidence: [SAYS.portForward],
      },
    ],
    notes: [],
  };
}

const forwarded = (rules: { forwardsGre: boolean; hasHelper: boolean }, carries: string) =>
  greFacts(() => new Edge({ address: '192.0.2.1', ...rules }, INNER), { carries, evidence: [SAYS.edges] });

/** A router that forwards TCP 1723 to the gateway and nothing else: the usual port forward. */
export const PORT_FORWARD = edge(
  'port-forward',
  'port forward of TCP 1723 to the gateway',
  'port forward',
  forwarded({ forwardsGre: false, hasHelper: false }, 'It lets the gateway send.'),
);

/** A router that forwards TCP 1723 and IP protocol 47 to the gateway. */
export const PORT_FORWARD_WITH_GRE = edge(
  'port-forward-with-gre',
  'port forward of TCP 1723 and IP protocol 47 to the gateway',
  'port forward with GRE',
  forwarded(
    { forwardsGre: true, hasHelper: false },
    'It forwards IP protocol 47 as it forwards TCP 1723: two mappings, each of one direction, need no helper.',
  ),
);

/** A router that forwards TCP 1723 to the gateway, with the PPTP helper on. */
export const PORT_FORWARD_WITH_HELPER = edge(
  'port-forward-with-helper',
  'port forward of TCP 1723 with the PPTP helper on',
  'port forward with helper',
  forwarded({ forwardsGre: false, hasHelper: true }, 'The PPTP helper leads the GRE of each call to the gateway.'),
);

/** A one-to-one translation of the gateway's address outside of any cloud. */
export const ONE_TO_ONE_NAT: NetworkElement = {
  id: 'any.one-to-one-nat',
  platform: 'any',
  name: "one-to-one translation of the gateway's address",
  short: '1:1 NAT',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'A one-to-one translation changes addresses alone.',
      evidence: [SAYS.edges],
    },
    ...forwarded(
      { forwardsGre: true, hasHelper: false },
      'A one-to-one translation changes addresses alone, and the control messages of PPTP hold none: it needs no helper.',
    ),
    {
      protocols: [ESP],
      carriage: 'carries',
      because: 'A one-to-one translation changes addresses alone.',
      evidence: [SAYS.portForward],
    },
  ],
  notes: [],
};

/** A stateful firewall before the gateway that translates nothing. */
const firewall = (hasHelper: boolean) =>
  greFacts(() => new Filter({ hasHelper, toGateway: [{ states: ['established', 'related'] }], toClient: ANYTHING }), {
    carries: hasHelper
      ? 'The PPTP helper reads the Call IDs on TCP 1723, and the firewall lets the GRE of these calls in.'
      : 'It lets the gateway send.',
    evidence: [SAYS.gate, SAYS.statefulRule],
  });

const byRule: CarriageFact = {
  protocols: [TCP, UDP],
  carriage: 'conditional',
  condition: 'a rule accepts this port from the clients',
  because: 'The firewall drops what no rule accepts.',
  code: 'RULE_MISSING',
  remedy: 'accept this port from the clients',
  evidence: [SAYS.gate],
};

const espByRule: CarriageFact = {
  protocols: [ESP],
  carriage: 'conditional',
  condition: 'a rule accepts IP protocol 50 from the clients',
  because: 'The firewall drops what no rule accepts.',
  code: 'RULE_MISSING',
  remedy: 'accept IP protocol 50 from the clients, or use NAT-T (UDP 4500)',
  evidence: [SAYS.espBehindFilter],
};

/** A stateful firewall before the gateway, with a rule for TCP 1723, none for GRE, and no PPTP helper. */
export const FIREWALL: NetworkElement = {
  id: 'any.firewall',
  platform: 'any',
  name: 'stateful firewall without a rule for GRE and without a PPTP helper',
  short: 'firewall',
  facts: [byRule, ...firewall(false), espByRule],
  notes: [],
};

/** A stateful firewall before the gateway, with a rule for TCP 1723 and the PPTP helper on. */
export const FIREWALL_WITH_HELPER: NetworkElement = {
  id: 'any.firewall-with-helper',
  platform: 'any',
  name: 'stateful firewall with its PPTP helper on',
  short: 'firewall with helper',
  facts: [byRule, ...firewall(true), espByRule],
  notes: [],
};

/** The well-known rule that accepts IP protocol 47 only as ESTABLISHED, on the gateway or before it. */
export const ESTABLISHED_ONLY_FILTER: NetworkElement = {
  id: 'any.established-only-filter',
  platform: 'any',
  name: 'packet filter that accepts GRE only as established',
  short: 'GRE as established only',
  facts: [
    byRule,
    ...greFacts(() => new Filter({ hasHelper: false, toGateway: [{ states: ['established'] }], toClient: ANYTHING }), {
      carries: 'The gateway may send.',
      evidence: [SAYS.statefulRule],
    }),
    espByRule,
  ],
  notes: [
    {
      topic: 'Where the rule comes from',
      text:
        'It is right for a plain tunnel of GRE version 0, which connection tracking knows by its addresses. A test with such a ' +
        'tunnel passes where every PPTP call fails.',
      evidence: [SAYS.statefulRule],
    },
  ],
};
