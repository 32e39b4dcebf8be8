import { IpProtocol } from '../flows/ip-protocol';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const SAYS = {
  pptpOverInternet: {
    kind: 'field-report',
    title: 'webdigi/AWS-VPN-Server-Setup, issues 9, 26 and 79',
    source: 'https://github.com/webdigi/AWS-VPN-Server-Setup/issues/26',
    read: '2026-11',
    certainty: 'high',
    caveat:
      'PPTP to EC2 instances, 2015 to 2021. A provider on the way, mobile ones above all, may still filter GRE or translate addresses without a PPTP helper.',
  },
  espOverInternet: {
    kind: 'field-report',
    title: 'StreisandEffect/streisand, issue 311',
    source: 'https://github.com/StreisandEffect/streisand/issues/311',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'IPsec with IP protocol 50 to an EC2 instance. A provider on the way may still filter ESP.',
  },
  everyday: {
    kind: 'field-report',
    title: 'webdigi/AWS-VPN-Server-Setup',
    source: 'https://github.com/webdigi/AWS-VPN-Server-Setup',
    read: '2026-11',
    certainty: 'high',
  },
  natRouter: {
    kind: 'experiment',
    title: 'PPTP through a Linux NAT router, in network namespaces',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Linux 6.18; home routers run older kernels and other systems.',
  },
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
  clientFilter: {
    kind: 'experiment',
    title: 'A client host that drops by default, in network namespaces',
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
  symptom: {
    kind: 'field-report',
    title: 'Troubleshooting VPN connections: TCP 1723 connects, then "verifying user name and password" hangs',
    source: 'http://wintivity.wigital.net/blog/2009/03/07/troubleshooting-vpn-connections-client-workstations-laptops/',
    read: '2026-11',
    certainty: 'medium',
  },
  memory: {
    kind: 'inference',
    title: 'Working knowledge; no document was found that says it',
    read: '2026-11',
    certainty: 'low',
  },
} as const satisfies Record<string, Evidence>;

/** The internet between the clients' access and the cloud, without the routers of the clients' own networks. */
export const INTERNET: NetworkElement = {
  id: 'any.internet',
  platform: 'any',
  name: 'internet',
  short: 'internet',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'The internet carries TCP and UDP.',
      evidence: [SAYS.everyday],
    },
    {
      protocols: [GRE],
      carriage: 'carries',
      because: 'The internet carries GRE (IP protocol 47): PPTP over it works.',
      evidence: [SAYS.pptpOverInternet],
    },
    {
      protocols: [ESP],
      carriage: 'carries',
      because: 'The internet carries ESP (IP protocol 50): IPsec over it works.',
      evidence: [SAYS.espOverInternet],
    },
  ],
  notes: [
    {
      topic: "The clients' side",
      text:
        'Routers that translate addresses in front of the clients need a PPTP helper, and some providers filter GRE. ' +
        'Nobody can see that at synth. The sign is always the same: TCP 1723 connects, then the client hangs at ' +
        '"verifying user name and password".',
      evidence: [SAYS.natRouter, SAYS.symptom],
    },
  ],
};

/** A router in front of the clients that translates their addresses into one: a home or office router. */
export const CLIENT_NAT: NetworkElement = {
  id: 'any.client-nat',
  platform: 'any',
  name: 'router that translates the addresses of the clients (NAT)',
  short: "clients' NAT router",
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'A NAT router carries TCP and UDP connections that are opened behind it.',
      evidence: [SAYS.everyday],
    },
    {
      protocols: [GRE],
      carriage: 'conditional',
      condition: 'its PPTP helper (PPTP passthrough, PPTP ALG, nf_nat_pptp) is on',
      because:
        'GRE (IP protocol 47) has no ports, so a NAT router cannot tell which client an answer is for without reading the Call IDs on TCP 1723; a rule that accepts GRE does not change that.',
      code: 'PPTP_HELPER_MISSING',
      remedy: 'switch PPTP passthrough on, or on Linux attach the helper to TCP 1723 (nft "ct helper set")',
      evidence: [SAYS.natRouter],
    },
    {
      protocols: [ESP],
      carriage: 'undocumented',
      because:
        'What a NAT router does to ESP (IP protocol 50) differs by product; NAT-T (UDP 4500) avoids the question.',
      evidence: [SAYS.memory],
    },
  ],
  notes: [],
};

/** A provider's NAT (CGNAT) in front of the clients: nobody but the provider can configure it. */
export const CARRIER_NAT: NetworkElement = {
  id: 'any.carrier-nat',
  platform: 'any',
  name: 'carrier-grade NAT of an internet provider (CGNAT)',
  short: 'carrier NAT',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'A carrier NAT carries TCP and UDP connections that are opened behind it.',
      evidence: [SAYS.everyday],
    },
    {
      protocols: [GRE],
      carriage: 'undocumented',
      because:
        'Whether a carrier NAT has a PPTP helper, and so carries GRE (IP protocol 47), is up to the provider and mostly not written down.',
      evidence: [SAYS.memory],
    },
    {
      protocols: [ESP],
      carriage: 'undocumented',
      because:
        'What a carrier NAT does to ESP (IP protocol 50) is up to the provider; NAT-T (UDP 4500) avoids the question.',
      evidence: [SAYS.memory],
    },
  ],
  notes: [],
};

/** The packet filter of a client's own machine. */
export const CLIENT_DEVICE: NetworkElement = {
  id: 'any.client-device',
  platform: 'any',
  name: "packet filter of the client's machine",
  short: "client's own filter",
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'A client opens TCP and UDP itself, and its filter lets the answers in.',
      evidence: [SAYS.everyday],
    },
    {
      protocols: [GRE],
      direction: 'to-gateway',
      carriage: 'carries',
      because: 'A client sends GRE itself.',
      evidence: [SAYS.clientFilter],
    },
    {
      protocols: [GRE],
      direction: 'to-client',
      carriage: 'conditional',
      condition: 'its filter accepts IP protocol 47 from the gateway, or the PPTP helper is attached on output',
      because:
        'A client that drops what it did not ask for drops the GRE of the gateway: it is no answer to any connection.',
      code: 'PPTP_HELPER_MISSING',
      remedy: "accept IP protocol 47 from the gateway's address on the client",
      evidence: [SAYS.clientFilter],
    },
    {
      protocols: [ESP],
      carriage: 'undocumented',
      because: "What a client's own filter does to ESP (IP protocol 50) differs by system.",
      evidence: [SAYS.memory],
    },
  ],
  notes: [],
};

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

/** The elements that belong to no cloud. */
export const COMMON = { INTERNET, CLIENT_NAT, CARRIER_NAT, CLIENT_DEVICE, HOST_FILTER } as const satisfies Record<
  string,
  NetworkElement
>;
