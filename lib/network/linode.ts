import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, notARuleProtocol, notEstablished } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  firewallResource: {
    kind: 'vendor',
    title: 'Terraform provider for Linode: linode_firewall',
    source:
      'https://github.com/linode/terraform-provider-linode linode/firewall/framework_schema_resource.go and docs/resources/firewall.md',
    read: '2026-05',
    certainty: 'high',
  },
  gettingStarted: {
    kind: 'vendor',
    title: 'Linode: Getting Started with Cloud Firewalls',
    source: 'https://www.linode.com/docs/guides/getting-started-with-cloud-firewall/',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Read in a copy of the page.',
  },
  manageRules: {
    kind: 'vendor',
    title: 'Akamai TechDocs: Manage firewall rules',
    source: 'https://techdocs.akamai.com/cloud-computing/docs/manage-firewall-rules',
    read: '2026-11',
    certainty: 'high',
  },
  acceptPolicy: {
    kind: 'inference',
    title: 'By the word: an inbound policy that accepts what no rule drops would accept GRE',
    read: '2026-11',
    certainty: 'medium',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'linode.public-ip',
  platform: 'linode',
  name: 'Linode (Akamai) network and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of Linode', [SAYS.firewallResource]),
    notEstablished('the network of Linode', GRE),
    notEstablished('the network of Linode', ESP),
  ],
  notes: [],
};

const FIREWALL: NetworkElement = {
  id: 'linode.firewall',
  platform: 'linode',
  name: 'Linode (Akamai) Cloud Firewall with the inbound policy DROP',
  short: 'Cloud Firewall',
  facts: [
    notARuleProtocol('A Linode Cloud Firewall', GRE, 'TCP, UDP, ICMP and IPENCAP (which is IP protocol 4)', [
      SAYS.firewallResource,
      SAYS.manageRules,
    ]),
    notARuleProtocol('A Linode Cloud Firewall', ESP, 'TCP, UDP, ICMP and IPENCAP (which is IP protocol 4)', [
      SAYS.firewallResource,
      SAYS.manageRules,
    ]),
    ...filterFacts({
      name: 'A Linode Cloud Firewall',
      rules: {
        [TCP]: 'action "ACCEPT", protocol "TCP" and this port as ports',
        [UDP]: 'action "ACCEPT", protocol "UDP" and this port as ports',
      },
      evidence: [SAYS.firewallResource, SAYS.manageRules],
      outbound: 'stateful',
      outboundEvidence: [SAYS.gettingStarted],
    }),
  ],
  notes: [
    {
      topic: 'IPENCAP',
      text: 'IPENCAP is IP in IP (protocol 4) and not GRE (IP protocol 47). The page of the provider leaves it out.',
      evidence: [SAYS.firewallResource],
    },
    {
      topic: 'Inbound policy ACCEPT',
      text:
        'Only an inbound policy of ACCEPT, with DROP rules for TCP and UDP, could let GRE in, from the whole internet. Akamai ' +
        'does not recommend that policy, and this library does not write it.',
      evidence: [SAYS.acceptPolicy, SAYS.manageRules],
    },
  ],
};

/** What Linode (Akamai Connected Cloud) puts on the way between a client and a gateway. */
export const LINODE = {
  /** The network itself, at an instance with a public address. */
  PUBLIC_IP,
  /** Stateful filter of an instance. */
  FIREWALL,
} as const satisfies Record<string, NetworkElement>;
