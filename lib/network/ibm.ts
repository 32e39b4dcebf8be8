import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, soldAsARule } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const PROVIDER = 'https://github.com/IBM-Cloud/terraform-provider-ibm';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  securityGroupRule: {
    kind: 'vendor',
    title: 'Terraform provider for IBM Cloud: ibm_is_security_group_rule',
    source: `${PROVIDER} ibm/service/vpc/resource_ibm_is_security_group_rule.go`,
    read: '2026-08',
    certainty: 'high',
  },
  allIsThree: {
    kind: 'vendor',
    title: 'Terraform provider for IBM Cloud: ibm_is_security_group_rule, note on protocol all since 1.87.0-beta1',
    source: `${PROVIDER} website/docs/r/is_security_group_rule.html.markdown`,
    read: '2026-08',
    certainty: 'high',
  },
  networkAclRule: {
    kind: 'vendor',
    title: 'Terraform provider for IBM Cloud: ibm_is_network_acl_rule',
    source: `${PROVIDER} website/docs/r/is_network_acl_rule.html.markdown`,
    read: '2026-08',
    certainty: 'high',
  },
  customProtocols: {
    kind: 'vendor',
    title: 'IBM Community: custom IPv4 protocols for VPC security group and ACL rules',
    source:
      'https://community.ibm.com/community/user/blogs/ranjeetha-venkatesh/2025/12/08/enhanced-traffic-control-define-custom-ipv4-protoc',
    read: '2025-12',
    certainty: 'high',
  },
  guidelines: {
    kind: 'vendor',
    title: 'IBM Cloud security groups: Guidelines',
    source: 'https://github.com/ibm-cloud-docs/security-groups sg_guidelines.md',
    read: '2026-04',
    certainty: 'medium',
    caveat: "That rules are stateful is said of security groups in general; the page of VPC's was not read.",
  },
  networkAcls: {
    kind: 'vendor',
    title: 'IBM Cloud VPC: About network ACLs',
    source: 'https://cloud.ibm.com/docs/vpc?topic=vpc-using-acls',
    read: '2026-11',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'ibm.public-ip',
  platform: 'ibm',
  name: 'IBM Cloud VPC and floating IP',
  short: 'floating IP',
  facts: [
    carriesTcpAndUdp('A VPC of IBM Cloud', [SAYS.securityGroupRule]),
    soldAsARule('A VPC of IBM Cloud', GRE, '"gre"', [SAYS.securityGroupRule]),
    soldAsARule('A VPC of IBM Cloud', ESP, '"esp"', [SAYS.securityGroupRule, SAYS.customProtocols]),
  ],
  notes: [],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'ibm.security-group',
  platform: 'ibm',
  name: 'IBM Cloud VPC security group',
  short: 'security group',
  facts: filterFacts({
    name: 'A security group of IBM Cloud',
    rules: {
      [TCP]: 'direction "inbound", protocol "tcp" and this port as port_min and port_max',
      [UDP]: 'direction "inbound", protocol "udp" and this port as port_min and port_max',
      [GRE]: 'direction "inbound", protocol "gre" and no ports',
      [ESP]: 'direction "inbound", protocol "esp" and no ports',
    },
    evidence: [SAYS.securityGroupRule, SAYS.customProtocols],
    outbound: 'stateful',
    outboundEvidence: [SAYS.guidelines],
  }),
  notes: [
    {
      topic: 'Spelling',
      text: 'gre, esp, ah and l2tp by name; the numbers go as number_N, but number_47, number_50 and number_51 do not exist.',
      evidence: [SAYS.securityGroupRule],
    },
    {
      topic: 'All is not all',
      text:
        'Since provider 1.87.0-beta1 the old all, and a rule without protocol, mean icmp_tcp_udp, which leaves GRE (IP ' +
        'protocol 47) out. Only any means every protocol.',
      evidence: [SAYS.allIsThree],
    },
  ],
};

const NETWORK_ACL: NetworkElement = {
  id: 'ibm.network-acl',
  platform: 'ibm',
  name: 'IBM Cloud VPC network ACL',
  short: 'network ACL',
  facts: filterFacts({
    name: 'A network ACL of IBM Cloud',
    rules: {
      [TCP]: 'direction "inbound", action "allow", protocol "tcp" and this port',
      [UDP]: 'direction "inbound", action "allow", protocol "udp" and this port',
      [GRE]: 'direction "inbound", action "allow", protocol "gre" and no ports',
      [ESP]: 'direction "inbound", action "allow", protocol "esp" and no ports',
    },
    evidence: [SAYS.networkAclRule, SAYS.customProtocols, SAYS.networkAcls],
    outbound: 'stateless',
    outboundEvidence: [SAYS.networkAcls, SAYS.networkAclRule],
  }),
  notes: [
    {
      topic: 'Both directions',
      text:
        'Inbound and outbound rules are separate, and what has no rule is denied: GRE (IP protocol 47) needs one each way, ' +
        'and the answers of TCP 1723 need an outbound rule with 1723 as source port. The default ACL allows everything.',
      evidence: [SAYS.networkAcls],
    },
  ],
};

/** What IBM Cloud puts on the way between a client and a gateway. */
export const IBM = {
  /** The network itself, at an instance with a floating IP. */
  PUBLIC_IP,
  /** Stateful filter of a network interface. */
  SECURITY_GROUP,
  /** Stateless filter of a subnet. */
  NETWORK_ACL,
} as const satisfies Record<string, NetworkElement>;
