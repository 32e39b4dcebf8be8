import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, notEstablished, onlyByOpeningEverything } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  ruleResource: {
    kind: 'vendor',
    title: 'Terraform provider for UpCloud: upcloud_firewall_rules',
    source: 'https://github.com/UpCloudLtd/terraform-provider-upcloud internal/service/firewall/firewall.go',
    read: '2026-07',
    certainty: 'high',
  },
  firewall: {
    kind: 'vendor',
    title: 'UpCloud Docs: Firewall',
    source: 'https://upcloud.com/docs/products/networking/features/firewall/',
    read: '2026-11',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'upcloud.public-ip',
  platform: 'upcloud',
  name: 'UpCloud network and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of UpCloud', [SAYS.ruleResource]),
    notEstablished('the network of UpCloud', GRE),
    notEstablished('the network of UpCloud', ESP),
  ],
  notes: [],
};

const FIREWALL: NetworkElement = {
  id: 'upcloud.firewall',
  platform: 'upcloud',
  name: 'UpCloud firewall whose last rules drop the rest',
  short: 'firewall',
  facts: [
    onlyByOpeningEverything('an UpCloud firewall', GRE, 'an empty protocol'),
    onlyByOpeningEverything('an UpCloud firewall', ESP, 'an empty protocol'),
    ...filterFacts({
      name: 'An UpCloud firewall',
      rules: {
        [TCP]: 'action "accept", direction "in", protocol "tcp" and this port',
        [UDP]: 'action "accept", direction "in", protocol "udp" and this port',
      },
      evidence: [SAYS.ruleResource, SAYS.firewall],
      outbound: 'stateless',
      outboundEvidence: [SAYS.firewall],
    }),
  ],
  notes: [
    {
      topic: 'No state',
      text:
        'The firewall keeps no state: answers need a rule in the other direction, with the port as source port. That holds for ' +
        'what the server itself asks for too (DNS, package mirrors).',
      evidence: [SAYS.firewall],
    },
    {
      topic: 'Rules',
      text:
        'Read in order; protocol is empty (every protocol), tcp, udp or icmp. Addresses are written as the first and the last ' +
        'of a range. One upcloud_firewall_rules per server holds all of them.',
      evidence: [SAYS.ruleResource],
    },
  ],
};

/** What UpCloud puts on the way between a client and a gateway. */
export const UPCLOUD = {
  /** The network itself, at a server with a public address. */
  PUBLIC_IP,
  /** Stateless filter of a server. */
  FIREWALL,
} as const satisfies Record<string, NetworkElement>;
