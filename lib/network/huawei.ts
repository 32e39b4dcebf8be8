import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, notEstablished } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const PROVIDER = 'https://github.com/huaweicloud/terraform-provider-huaweicloud';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  ruleResource: {
    kind: 'vendor',
    title: 'Terraform provider for Huawei Cloud: huaweicloud_networking_secgroup_rule',
    source: `${PROVIDER} huaweicloud/services/vpc/resource_huaweicloud_networking_secgroup_rule.go`,
    read: '2026-08',
    certainty: 'high',
    caveat: 'The provider takes protocol numbers from 0 to 255; its page lists tcp, udp, icmp and icmpv6 only.',
  },
  rulePage: {
    kind: 'vendor',
    title: 'Terraform provider for Huawei Cloud: huaweicloud_networking_secgroup_rule, its page',
    source: `${PROVIDER} docs/resources/networking_secgroup_rule.md`,
    read: '2026-08',
    certainty: 'high',
  },
  securityGroups: {
    kind: 'field-report',
    title: 'Huawei Cloud forum: Security Group Overview',
    source: 'https://forum.huawei.com/enterprise/en/huawei-cloud-security-group-overview/thread/764945-893',
    read: '2021-12',
    certainty: 'medium',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'huawei.public-ip',
  platform: 'huawei',
  name: 'Huawei Cloud VPC and elastic IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of Huawei Cloud', [SAYS.ruleResource]),
    notEstablished('the network of Huawei Cloud', GRE),
    notEstablished('the network of Huawei Cloud', ESP),
  ],
  notes: [],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'huawei.security-group',
  platform: 'huawei',
  name: 'Huawei Cloud security group',
  short: 'security group',
  facts: filterFacts({
    name: 'A Huawei Cloud security group',
    rules: {
      [TCP]: 'direction "ingress", protocol "tcp" and this port as port_range_min and port_range_max',
      [UDP]: 'direction "ingress", protocol "udp" and this port as port_range_min and port_range_max',
      [GRE]: 'direction "ingress", ethertype "IPv4", protocol "47" and no ports',
      [ESP]: 'direction "ingress", protocol "50" and no ports',
    },
    evidence: [SAYS.ruleResource, SAYS.securityGroups],
    outbound: 'stateful',
    outboundEvidence: [SAYS.securityGroups],
  }),
  notes: [
    {
      topic: 'Spelling',
      text:
        'tcp, udp, icmp, icmpv6, or a number from 0 to 255 as text, which the page does not mention: "47" for GRE. "gre" fails ' +
        'at plan, though the security groups of the edge cloud (IEC) take it. Without a protocol the rule means every protocol.',
      evidence: [SAYS.ruleResource, SAYS.rulePage],
    },
  ],
};

/** What Huawei Cloud puts on the way between a client and a gateway. */
export const HUAWEI = {
  /** The network itself, at an instance with an elastic IP. */
  PUBLIC_IP,
  /** Stateful filter of a network interface. */
  SECURITY_GROUP,
} as const satisfies Record<string, NetworkElement>;
