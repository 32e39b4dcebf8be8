import { IpProtocol } from '../flows/ip-protocol';
import type { CarriageFact, NetworkElement } from './element';
import type { Evidence } from './evidence';
import { SAYS as FILTERS } from './host-filter';
import { greFacts } from './linux/facts';
import { ANYTHING, Edge, Filter } from './linux/machines';

// In a file of its own: every way ends at it, and few lead over the others, whose facts are worked out.
export { HOST_FILTER } from './host-filter';

const { TCP, UDP, ESP } = IpProtocol;

const SAYS = {
  ...FILTERS,
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
