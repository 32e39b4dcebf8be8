import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, notARuleProtocol, notEstablished } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  firewallResource: {
    kind: 'vendor',
    title: 'Terraform provider for DigitalOcean: digitalocean_firewall',
    source: 'https://github.com/digitalocean/terraform-provider-digitalocean digitalocean/firewall/firewalls.go',
    read: '2026-08',
    certainty: 'high',
  },
  firewallRules: {
    kind: 'vendor',
    title: 'DigitalOcean Docs: How to Configure Firewall Rules',
    source: 'https://docs.digitalocean.com/products/networking/firewalls/how-to/configure-rules',
    read: '2026-11',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'digitalocean.public-ip',
  platform: 'digitalocean',
  name: 'DigitalOcean network and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of DigitalOcean', [SAYS.firewallResource]),
    notEstablished('the network of DigitalOcean', GRE),
    notEstablished('the network of DigitalOcean', ESP),
  ],
  notes: [],
};

const FIREWALL: NetworkElement = {
  id: 'digitalocean.firewall',
  platform: 'digitalocean',
  name: 'DigitalOcean Cloud Firewall',
  short: 'Cloud Firewall',
  facts: [
    notARuleProtocol('A DigitalOcean Cloud Firewall', GRE, 'tcp, udp and icmp', [
      SAYS.firewallResource,
      SAYS.firewallRules,
    ]),
    notARuleProtocol('A DigitalOcean Cloud Firewall', ESP, 'tcp, udp and icmp', [
      SAYS.firewallResource,
      SAYS.firewallRules,
    ]),
    ...filterFacts({
      name: 'A DigitalOcean Cloud Firewall',
      rules: {
        [TCP]: 'an inbound_rule with protocol "tcp" and this port as port_range',
        [UDP]: 'an inbound_rule with protocol "udp" and this port as port_range',
      },
      evidence: [SAYS.firewallRules, SAYS.firewallResource],
      outbound: 'stateful',
      outboundEvidence: [SAYS.firewallRules],
    }),
  ],
  notes: [
    {
      topic: 'Symptom',
      text:
        'As soon as one firewall is attached to a droplet, everything without a rule is dropped: TCP 1723 connects, GRE (IP ' +
        'protocol 47) is dropped, and PPP never comes up. Without a firewall the droplet filters for itself, and whether the ' +
        'network passes GRE then is not documented.',
      evidence: [SAYS.firewallRules, SAYS.firewallResource],
    },
  ],
};

/** What DigitalOcean puts on the way between a client and a gateway. */
export const DIGITALOCEAN = {
  /** The network itself, at a droplet with a public address. */
  PUBLIC_IP,
  /** Stateful filter of a droplet. */
  FIREWALL,
} as const satisfies Record<string, NetworkElement>;
