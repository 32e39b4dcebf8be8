import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, soldAsARule } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  firewallResource: {
    kind: 'vendor',
    title: 'Terraform provider for Hetzner Cloud: hcloud_firewall',
    source: 'https://github.com/hetznercloud/terraform-provider-hcloud internal/firewall/resource.go',
    read: '2026-08',
    certainty: 'high',
  },
  firewallFaq: {
    kind: 'vendor',
    title: 'Hetzner Docs: Cloud Firewalls, FAQ',
    source: 'https://docs.hetzner.com/cloud/firewalls/faq/',
    read: '2023-11',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'hetzner.public-ip',
  platform: 'hetzner',
  name: 'Hetzner Cloud network and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of Hetzner Cloud', [SAYS.firewallResource]),
    {
      protocols: [GRE],
      carriage: 'carries',
      because:
        'The network of Hetzner Cloud passes GRE (IP protocol 47): its vendor sells rules for it, and names PPTP as what needs them.',
      evidence: [SAYS.firewallFaq, SAYS.firewallResource],
    },
    soldAsARule('The network of Hetzner Cloud', ESP, '"esp"', [SAYS.firewallResource]),
  ],
  notes: [],
};

const FIREWALL: NetworkElement = {
  id: 'hetzner.firewall',
  platform: 'hetzner',
  name: 'Hetzner Cloud Firewall',
  short: 'Cloud Firewall',
  facts: filterFacts({
    name: 'A Hetzner Cloud Firewall',
    rules: {
      [TCP]: 'direction "in", protocol "tcp" and this port',
      [UDP]: 'direction "in", protocol "udp" and this port',
      [GRE]: 'direction "in", protocol "gre" and no port',
      [ESP]: 'direction "in", protocol "esp" and no port',
    },
    evidence: [SAYS.firewallResource, SAYS.firewallFaq],
    outbound: 'stateful',
    outboundEvidence: [SAYS.firewallFaq],
    openUntilRuled: true,
  }),
  notes: [
    {
      topic: 'Spelling',
      text:
        'tcp, udp, icmp, gre and esp, in small letters; "47" fails at plan. The page of the provider calls port required, ' +
        'which it is for tcp and udp only: leave it out for gre.',
      evidence: [SAYS.firewallResource],
    },
    {
      topic: 'Related connections',
      text:
        'The vendor names PPTP among the old protocols whose further traffic does not count as an answer: GRE needs a rule ' +
        'of its own beside the one for TCP 1723.',
      evidence: [SAYS.firewallFaq],
    },
    {
      topic: 'Outbound rules',
      text:
        'Without an outbound rule everything may leave. The first one closes the rest, so that GRE to the clients then ' +
        'needs one too, and package mirrors and DNS as well.',
      evidence: [SAYS.firewallFaq],
    },
  ],
};

/** What Hetzner Cloud puts on the way between a client and a gateway. */
export const HETZNER = {
  /** The network itself, at a server with a public address. */
  PUBLIC_IP,
  /** Stateful filter of a server. */
  FIREWALL,
} as const satisfies Record<string, NetworkElement>;
