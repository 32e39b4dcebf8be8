import { IpProtocol } from '../flows/ip-protocol';
import type { CarriageFact, NetworkElement } from './element';
import type { Evidence } from './evidence';
import { greFacts } from './linux/facts';
import { ANYTHING, Filter, Masquerade } from './linux/machines';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const SAYS = {
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
  clientFilter: {
    kind: 'experiment',
    title: 'A client host that drops by default, in network namespaces',
    read: '2026-11',
    certainty: 'high',
  },
  oneToOne: {
    kind: 'experiment',
    title: 'PPTP through one-to-one translation of addresses, in network namespaces',
    read: '2026-11',
    certainty: 'high',
    caveat: 'With the gateway behind it; before a client it is the same way of working.',
  },
  pfsenseLimits: {
    kind: 'vendor',
    title: 'pfSense documentation: What are the limitations of PPTP in pfSense',
    source: 'https://github.com/pfsense/docs source/vpn/what-are-the-limitations-of-pptp-in-pfsense.rst',
    read: '2020-09',
    certainty: 'high',
    caveat: 'pfSense has had no PPTP server since 2.3; what is said of clients behind it holds for pf.',
  },
  dlinkLimits: {
    kind: 'vendor',
    title: 'D-Link NetDefendOS manual: several PPTP clients behind one address without an ALG',
    source: 'https://manualshive.com/manual/d-link/netdefend-dfl-260e/3111209?page=269',
    read: '2026-11',
    certainty: 'medium',
  },
  nokiaCgn: {
    kind: 'vendor',
    title: 'Nokia 7750 SR: NAT point-to-point tunneling protocol (PPTP) application layer gateway',
    source:
      'https://infocenter.nokia.com/public/7750SR222R1A/topic/com.nokia.MS_ISA_ESA_Guide/nat_point-to-po-ai9jxkmf5o.html',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'One vendor; whether a provider has switched it on is not known.',
  },
  memory: {
    kind: 'inference',
    title: 'Working knowledge; no document was found that says it',
    read: '2026-11',
    certainty: 'low',
  },
} as const satisfies Record<string, Evidence>;

const portsAreTranslated = (name: string): CarriageFact => ({
  protocols: [TCP, UDP],
  carriage: 'carries',
  because: `${name} carries TCP and UDP connections that are opened behind it.`,
  evidence: [SAYS.everyday],
});

const espDiffers = (name: string, whose: string): CarriageFact => ({
  protocols: [ESP],
  carriage: 'undocumented',
  because: `What ${name} does to ESP (IP protocol 50) ${whose}; NAT-T (UDP 4500) avoids the question.`,
  evidence: [SAYS.memory],
});

const ROUTER = '203.0.113.40';

/** A router in front of the clients that translates their addresses into one: a home or office router. */
export const CLIENT_NAT: NetworkElement = {
  id: 'any.client-nat',
  platform: 'any',
  name: 'router that translates the addresses of the clients (NAT)',
  short: "clients' NAT router",
  facts: [
    portsAreTranslated('A NAT router'),
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
    espDiffers('a NAT router', 'differs by product'),
  ],
  notes: [],
};

/** A Linux router in front of the clients that translates their addresses, with the PPTP helper attached. */
export const CLIENT_NAT_WITH_HELPER: NetworkElement = {
  id: 'any.client-nat-with-helper',
  platform: 'any',
  name: "clients' NAT router with its PPTP helper on",
  short: 'NAT router with helper',
  facts: [
    portsAreTranslated('A NAT router'),
    ...greFacts(() => new Masquerade({ address: ROUTER, hasHelper: true, toClient: ANYTHING }), {
      carries:
        'The PPTP helper reads the Call IDs on TCP 1723, makes those of several clients differ, and leads every answer back.',
      evidence: [SAYS.natRouter],
    }),
    espDiffers('a NAT router', 'differs by product'),
  ],
  notes: [],
};

/** A Linux router in front of the clients that translates their addresses, without the PPTP helper. */
export const CLIENT_NAT_WITHOUT_HELPER: NetworkElement = {
  id: 'any.client-nat-without-helper',
  platform: 'any',
  name: "clients' NAT router without a PPTP helper",
  short: 'NAT router without helper',
  facts: [
    portsAreTranslated('A NAT router'),
    ...greFacts(() => new Masquerade({ address: ROUTER, hasHelper: false, toClient: ANYTHING }), {
      carries: 'A NAT router sends out what clients send.',
      evidence: [SAYS.natRouter],
    }),
    espDiffers('a NAT router', 'differs by product'),
  ],
  notes: [
    {
      topic: 'Not even one client',
      text:
        'Linux has attached the helper to nothing by itself since kernel 6.0, and then passes not even the call of a single ' +
        'client: what the client sends arrives, and no answer comes back. A rule that accepts GRE both ways changes nothing.',
      evidence: [SAYS.natRouter],
    },
  ],
};

/** A NAT that tells GRE by addresses alone, as that of pf and pfSense does: one call to a gateway at a time. */
export const CLIENT_NAT_BY_ADDRESS: NetworkElement = {
  id: 'any.client-nat-by-address',
  platform: 'any',
  name: "clients' NAT router that knows GRE by its addresses alone (pf, pfSense)",
  short: 'NAT router of pf',
  facts: [
    portsAreTranslated('A NAT router'),
    {
      protocols: [GRE],
      carriage: 'conditional',
      condition: 'no two clients behind one public address call this gateway at the same time',
      because:
        'It has no PPTP helper and keeps one entry for GRE (IP protocol 47) per public address and gateway: a second client takes the calls of the first, or gets none.',
      code: 'PPTP_HELPER_MISSING',
      remedy: 'one client at a time, a public address for each, or a router with a PPTP helper',
      evidence: [SAYS.pfsenseLimits, SAYS.dlinkLimits],
    },
    espDiffers('a NAT router', 'differs by product'),
  ],
  notes: [],
};

/** Passthrough of GRE to one client, set by hand: `dnat` of IP protocol 47 from the gateway to that client. */
export const CLIENT_NAT_TO_ONE_CLIENT: NetworkElement = {
  id: 'any.client-nat-to-one-client',
  platform: 'any',
  name: "clients' NAT router that passes GRE through to one client",
  short: 'NAT router, GRE to one',
  facts: [
    portsAreTranslated('A NAT router'),
    {
      protocols: [GRE],
      carriage: 'conditional',
      condition: 'the client that calls is the one to which GRE is passed through',
      because:
        'Without a PPTP helper, GRE (IP protocol 47) that comes in goes to the one client that a rule names; every other client sends and hears nothing.',
      code: 'PPTP_HELPER_MISSING',
      remedy: 'switch the PPTP helper on, which serves every client',
      evidence: [SAYS.natRouter],
    },
    espDiffers('a NAT router', 'differs by product'),
  ],
  notes: [],
};

/** A translation of the client's address into one that nobody else has. */
export const CLIENT_ONE_TO_ONE_NAT: NetworkElement = {
  id: 'any.client-one-to-one-nat',
  platform: 'any',
  name: "one-to-one translation of the client's address",
  short: "client's 1:1 NAT",
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'A one-to-one translation changes addresses alone.',
      evidence: [SAYS.oneToOne],
    },
    {
      protocols: [GRE],
      carriage: 'carries',
      because:
        'A one-to-one translation changes addresses alone, and the control messages of PPTP hold none: it needs no helper.',
      evidence: [SAYS.oneToOne],
    },
    espDiffers('such a router', 'was not tried'),
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
    portsAreTranslated('A carrier NAT'),
    {
      protocols: [GRE],
      carriage: 'undocumented',
      because:
        'Whether a carrier NAT has a PPTP helper, and so carries GRE (IP protocol 47), is up to the provider and mostly not written down.',
      evidence: [SAYS.memory, SAYS.nokiaCgn],
    },
    espDiffers('a carrier NAT', 'is up to the provider'),
  ],
  notes: [
    {
      topic: 'No standard asks for it',
      text:
        'What is asked of carrier-grade NAT (RFC 6888 and those that it builds on) is about TCP, UDP and ICMP. A PPTP helper is ' +
        'an option of some products.',
      evidence: [SAYS.nokiaCgn, SAYS.memory],
    },
  ],
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

/** A stateful firewall at the clients that translates nothing, lets out what they send and in what answers that. */
const clientFirewall = (hasHelper: boolean) => () =>
  new Filter({ hasHelper, toGateway: ANYTHING, toClient: [{ states: ['established', 'related'] }] });

export const CLIENT_FIREWALL: NetworkElement = {
  id: 'any.client-firewall',
  platform: 'any',
  name: 'stateful firewall at the clients without a PPTP helper',
  short: "clients' firewall",
  facts: [
    portsAreTranslated('A stateful firewall'),
    ...greFacts(clientFirewall(false), { carries: 'It lets out what clients send.', evidence: [SAYS.clientFilter] }),
    espDiffers('a firewall', 'differs by product'),
  ],
  notes: [],
};

export const CLIENT_FIREWALL_WITH_HELPER: NetworkElement = {
  id: 'any.client-firewall-with-helper',
  platform: 'any',
  name: 'stateful firewall at the clients with its PPTP helper on',
  short: "clients' firewall, helped",
  facts: [
    portsAreTranslated('A stateful firewall'),
    ...greFacts(clientFirewall(true), {
      carries: 'The PPTP helper reads the Call IDs on TCP 1723, and the firewall lets the GRE of these calls in.',
      evidence: [SAYS.clientFilter],
    }),
    espDiffers('a firewall', 'differs by product'),
  ],
  notes: [
    {
      topic: 'What ends calls',
      text:
        'A flush of the connection table, and 180 seconds without GRE, end every call behind a firewall that knows it by the ' +
        'helper alone: LCP echoes every 30 seconds keep it, and after a flush clients must dial again.',
      evidence: [SAYS.natRouter],
    },
  ],
};
