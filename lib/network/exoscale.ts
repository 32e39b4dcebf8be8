import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, soldAsARule } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  ruleResource: {
    kind: 'vendor',
    title: 'Terraform provider for Exoscale: exoscale_security_group_rule',
    source: 'https://github.com/exoscale/terraform-provider-exoscale docs/resources/security_group_rule.md',
    read: '2026-08',
    certainty: 'high',
  },
  portless: {
    kind: 'vendor',
    title: 'Terraform provider for Exoscale, pull request 531: rules for protocols without ports, in 0.69.3',
    source: 'https://github.com/exoscale/terraform-provider-exoscale/pull/531',
    read: '2026-08',
    certainty: 'high',
  },
  securityGroups: {
    kind: 'vendor',
    title: 'Exoscale documentation: Security Groups',
    source: 'https://community.exoscale.com/product/networking/security-group/overview',
    read: '2026-11',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'exoscale.public-ip',
  platform: 'exoscale',
  name: 'Exoscale network and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of Exoscale', [SAYS.ruleResource]),
    soldAsARule('The network of Exoscale', GRE, '"GRE"', [SAYS.ruleResource]),
    soldAsARule('The network of Exoscale', ESP, '"ESP"', [SAYS.ruleResource]),
  ],
  notes: [],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'exoscale.security-group',
  platform: 'exoscale',
  name: 'Exoscale security group',
  short: 'security group',
  facts: filterFacts({
    name: 'An Exoscale security group',
    rules: {
      [TCP]: 'type "INGRESS", protocol "TCP" and this port',
      [UDP]: 'type "INGRESS", protocol "UDP" and this port',
      [GRE]: 'type "INGRESS", protocol "GRE" and no ports',
      [ESP]: 'type "INGRESS", protocol "ESP" and no ports',
    },
    evidence: [SAYS.ruleResource, SAYS.securityGroups],
    outbound: 'open',
    outboundEvidence: [SAYS.securityGroups],
  }),
  notes: [
    {
      topic: 'Spelling',
      text: 'TCP, UDP, ICMP, ICMPv6, AH, ESP, GRE and IPIP, in capitals. There is no protocol that means all.',
      evidence: [SAYS.ruleResource],
    },
    {
      topic: 'Provider version',
      text: 'Before 0.69.3 the provider wanted ports for every protocol, and so refused GRE and ESP: pin 0.69.3 or later.',
      evidence: [SAYS.portless],
    },
  ],
};

/** What Exoscale puts on the way between a client and a gateway. */
export const EXOSCALE = {
  /** The network itself, at an instance with a public address. */
  PUBLIC_IP,
  SECURITY_GROUP,
} as const satisfies Record<string, NetworkElement>;
