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
    certainty: 'high',
    caveat: 'A project may make its groups stateless; then each direction needs a rule.',
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
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'openstack.public-ip',
  platform: 'openstack',
  name: 'OpenStack network and floating IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of an OpenStack cloud', [SAYS.ruleResource]),
    soldAsARule('The network of an OpenStack cloud', GRE, '"gre"', [SAYS.ruleResource]),
    soldAsARule('The network of an OpenStack cloud', ESP, '"esp"', [SAYS.ruleResource]),
  ],
  notes: [],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'openstack.security-group',
  platform: 'openstack',
  name: 'OpenStack security group',
  short: 'security group',
  facts: filterFacts({
    name: 'An OpenStack security group',
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

/** What an OpenStack cloud puts on the way between a client and a gateway. */
export const OPENSTACK = {
  /** The network itself, at a server with a public address. */
  PUBLIC_IP,
  /** Stateful filter of a port. */
  SECURITY_GROUP,
} as const satisfies Record<string, NetworkElement>;
