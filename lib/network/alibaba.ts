import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, notARuleProtocol, notEstablished, soldAsARule } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const PROVIDER = 'https://github.com/aliyun/terraform-provider-alicloud';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  ruleResource: {
    kind: 'vendor',
    title: 'Terraform provider for Alibaba Cloud: alicloud_security_group_rule',
    source: `${PROVIDER} alicloud/resource_alicloud_security_group_rule.go`,
    read: '2026-08',
    certainty: 'high',
  },
  securityGroupRules: {
    kind: 'vendor',
    title: 'Alibaba Cloud, Elastic Compute Service: Security group rules',
    source: 'https://www.alibabacloud.com/help/en/ecs/user-guide/security-group-rules',
    read: '2026-11',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'alibaba.public-ip',
  platform: 'alibaba',
  name: 'Alibaba Cloud VPC and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of Alibaba Cloud', [SAYS.ruleResource]),
    soldAsARule('The network of Alibaba Cloud', GRE, '"gre"', [SAYS.ruleResource]),
    notEstablished('the network of Alibaba Cloud', ESP),
  ],
  notes: [],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'alibaba.security-group',
  platform: 'alibaba',
  name: 'Alibaba Cloud security group',
  short: 'security group',
  facts: [
    notARuleProtocol('An Alibaba Cloud security group', ESP, 'tcp, udp, icmp, icmpv6 and gre, besides all', [
      SAYS.ruleResource,
    ]),
    ...filterFacts({
      name: 'An Alibaba Cloud security group',
      rules: {
        [TCP]: 'ip_protocol "tcp" and this port as port_range, such as "1723/1723"',
        [UDP]: 'ip_protocol "udp" and this port as port_range, such as "4500/4500"',
        [GRE]: 'ip_protocol "gre" and port_range "-1/-1"',
      },
      evidence: [SAYS.ruleResource, SAYS.securityGroupRules],
      outbound: 'stateful',
      outboundEvidence: [SAYS.securityGroupRules],
    }),
  ],
  notes: [
    {
      topic: 'Spelling',
      text:
        'tcp, udp, icmp, icmpv6, gre and all. With gre any other port_range than "-1/-1" fails. In a VPC nic_type is ' +
        'intranet, for traffic of the internet too. cidr_ip has no default.',
      evidence: [SAYS.ruleResource],
    },
    {
      topic: 'Sessions',
      text:
        'A session is kept for up to 910 seconds. Basic groups let everything out; enterprise groups let nothing out ' +
        'without a rule, and then GRE needs one in each direction.',
      evidence: [SAYS.securityGroupRules],
    },
  ],
};

/** What Alibaba Cloud puts on the way between a client and a gateway. */
export const ALIBABA = {
  /** The network itself, at an instance with a public address. */
  PUBLIC_IP,
  SECURITY_GROUP,
} as const satisfies Record<string, NetworkElement>;
