import { IpProtocol } from '../flows/ip-protocol';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

/** What filters of a Linux machine were seen to do. */
export const SAYS = {
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
