import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, notARuleProtocol, notEstablished } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const PROVIDER = 'https://github.com/tencentcloudstack/terraform-provider-tencentcloud';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  ruleResource: {
    kind: 'vendor',
    title: 'Terraform provider for Tencent Cloud: tencentcloud_security_group_rule',
    source: `${PROVIDER} tencentcloud/services/vpc/resource_tc_security_group_rule.go`,
    read: '2026-08',
    certainty: 'high',
  },
  protocolTemplate: {
    kind: 'vendor',
    title: 'Terraform provider for Tencent Cloud: tencentcloud_protocol_template',
    source: `${PROVIDER} tencentcloud/services/vpc/resource_tc_protocol_template.go`,
    read: '2026-08',
    certainty: 'high',
    caveat: 'That a rule with such a template passes GRE was read nowhere as a whole.',
  },
  securityGroups: {
    kind: 'vendor',
    title: 'Tencent Cloud, Virtual Private Cloud: Security groups, overview',
    source: 'https://www.tencentcloud.com/ko/document/product/215/38750',
    read: '2024-10',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'tencent.public-ip',
  platform: 'tencent',
  name: 'Tencent Cloud VPC and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of Tencent Cloud', [SAYS.ruleResource]),
    notEstablished('the network of Tencent Cloud', GRE),
    notEstablished('the network of Tencent Cloud', ESP),
  ],
  notes: [],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'tencent.security-group',
  platform: 'tencent',
  name: 'Tencent Cloud security group',
  short: 'security group',
  facts: [
    notARuleProtocol(
      'A Tencent Cloud security group',
      ESP,
      'TCP, UDP, ICMP, ICMPv6, ALL and, in a protocol template, gre',
      [SAYS.ruleResource, SAYS.protocolTemplate],
    ),
    ...filterFacts({
      name: 'A Tencent Cloud security group',
      rules: {
        [TCP]: 'type "ingress", ip_protocol "TCP" and this port as port_range',
        [UDP]: 'type "ingress", ip_protocol "UDP" and this port as port_range',
        [GRE]: 'type "ingress" and the protocol_template of a tencentcloud_protocol_template with protocols ["gre"]',
      },
      evidence: [SAYS.ruleResource, SAYS.protocolTemplate],
      outbound: 'stateful',
      outboundEvidence: [SAYS.securityGroups],
    }),
  ],
  notes: [
    {
      topic: 'GRE by a template',
      text:
        'ip_protocol takes TCP, UDP, ICMP, ICMPv6 and ALL; the provider does not check it, so that GRE there is decided by the ' +
        'service. A protocol template takes gre, without a port, and a rule refers to it by protocol_template.',
      evidence: [SAYS.ruleResource, SAYS.protocolTemplate],
    },
  ],
};

/** What Tencent Cloud puts on the way between a client and a gateway. */
export const TENCENT = {
  /** The network itself, at an instance with a public address. */
  PUBLIC_IP,
  /** Stateful filter of an instance. */
  SECURITY_GROUP,
} as const satisfies Record<string, NetworkElement>;
