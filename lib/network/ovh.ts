import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, soldAsARule } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  ruleResource: {
    kind: 'vendor',
    title: 'Terraform provider for OpenStack: openstack_networking_secgroup_rule_v2',
    source:
      'https://github.com/terraform-provider-openstack/terraform-provider-openstack openstack/networking_secgroup_rule_v2.go',
    read: '2026-07',
    certainty: 'high',
  },
  neutronStateful: {
    kind: 'vendor',
    title: 'OpenStack Neutron: Security Groups Default Statefulness per Project',
    source:
      'https://specs.openstack.org/openstack/neutron-specs/specs/2026.2/security-groups-default-statefulness.html',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'Of Neutron in general; a page of OVHcloud on it was not read.',
  },
  neutronDefaults: {
    kind: 'field-report',
    title: 'Gophercloud, package security: the basic characteristics of Neutron security groups',
    source:
      'https://pkg.go.dev/github.com/markpeek/gophercloud@v0.0.0-20150604230333-933655f4a86b/rackspace/networking/v2/security',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'The documentation of a client library.',
  },
  tracking: {
    kind: 'experiment',
    title: 'PPTP through stateful filters of Linux, in network namespaces',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'Of Linux itself; no Neutron was used.',
  },
  edgeRule: {
    kind: 'vendor',
    title: 'Terraform provider for OVH: ovh_ip_firewall_rule',
    source: 'https://github.com/ovh/terraform-provider-ovh docs/resources/ip_firewall_rule.md',
    read: '2026-08',
    certainty: 'high',
  },
  edgeFirewall: {
    kind: 'vendor',
    title: 'OVHcloud: Enabling and configuring the Edge Network Firewall',
    source:
      'https://help.ovhcloud.com/csm/en-au-dedicated-servers-firewall-network?id=kb_article_view&sysparm_article=KB0043445',
    read: '2026-11',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'ovh.public-ip',
  platform: 'ovh',
  name: 'OVHcloud network and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of OVHcloud', [SAYS.ruleResource]),
    soldAsARule('The network of OVHcloud', GRE, '"gre"', [SAYS.edgeRule]),
    soldAsARule('The network of OVHcloud', ESP, '"esp"', [SAYS.edgeRule]),
  ],
  notes: [],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'ovh.security-group',
  platform: 'ovh',
  name: 'OVHcloud Public Cloud security group',
  short: 'security group',
  facts: filterFacts({
    name: 'An OVHcloud Public Cloud security group',
    rules: {
      [TCP]: 'direction "ingress", protocol "tcp" and this port as port_range_min and port_range_max',
      [UDP]: 'direction "ingress", protocol "udp" and this port as port_range_min and port_range_max',
      [GRE]: 'direction "ingress", ethertype "IPv4", protocol "gre" and no ports',
      [ESP]: 'direction "ingress", protocol "esp" and no ports',
    },
    evidence: [SAYS.ruleResource, SAYS.neutronDefaults],
    outbound: 'stateful',
    outboundEvidence: [SAYS.neutronStateful, SAYS.neutronDefaults],
  }),
  notes: [
    {
      topic: 'Spelling',
      text:
        'A name (tcp, udp, icmp, gre, esp, ah and others) or a number from 0 to 255 as text; both gre and 47 are valid. An ' +
        'empty protocol means every protocol. No ports with gre.',
      evidence: [SAYS.ruleResource],
    },
    {
      topic: 'GRE needs a rule of its own',
      text:
        'Neutron filters with connection tracking as Linux does, where the GRE of a PPTP call is no answer to ' +
        'TCP 1723: allow IP protocol 47 in, and out as well where the rules that let everything out were removed.',
      evidence: [SAYS.tracking, SAYS.neutronDefaults],
    },
  ],
};

const EDGE_NETWORK_FIREWALL: NetworkElement = {
  id: 'ovh.edge-network-firewall',
  platform: 'ovh',
  name: 'OVHcloud Edge Network Firewall',
  short: 'Edge Network Firewall',
  facts: filterFacts({
    name: 'An Edge Network Firewall that ends with a rule to deny the rest',
    rules: {
      [TCP]: 'action "permit", protocol "tcp" and this port as destination_port',
      [UDP]: 'action "permit", protocol "udp" and this port as destination_port',
      [GRE]: 'action "permit", protocol "gre" and no port',
      [ESP]: 'action "permit", protocol "esp" and no port',
    },
    evidence: [SAYS.edgeRule, SAYS.edgeFirewall],
    outbound: 'unfiltered',
    outboundEvidence: [SAYS.edgeFirewall],
  }),
  notes: [
    {
      topic: 'Rules',
      text:
        'Twenty rules per IPv4 address, sequence 0 to 19, the first that fits decides; without a rule that denies the rest, ' +
        'everything passes. Protocols: ah, esp, gre, icmp, ipv4, tcp and udp. It is separate from the security group.',
      evidence: [SAYS.edgeRule, SAYS.edgeFirewall],
    },
    {
      topic: 'No state',
      text:
        'It keeps no state and looks at what comes from outside the network of OVHcloud: the answers to connections that the ' +
        'server opens need a rule too (tcp_option "established"), or package mirrors and DNS fail.',
      evidence: [SAYS.edgeFirewall, SAYS.edgeRule],
    },
  ],
};

/** What OVHcloud puts on the way between a client and a gateway. */
export const OVH = {
  /** The network itself, at a server with a public address. */
  PUBLIC_IP,
  /** Stateful filter of a port. */
  SECURITY_GROUP,
  /** Stateless filter of one public address, at the edge of OVHcloud. */
  EDGE_NETWORK_FIREWALL,
} as const satisfies Record<string, NetworkElement>;
