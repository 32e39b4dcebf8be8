import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, notEstablished, onlyByOpeningEverything } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const PROVIDER = 'https://github.com/yandex-cloud/terraform-provider-yandex';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  ruleResource: {
    kind: 'vendor',
    title: 'Terraform provider for Yandex Cloud: yandex_vpc_security_group_rule',
    source: `${PROVIDER} docs/resources/vpc_security_group_rule.md`,
    read: '2026-08',
    certainty: 'high',
  },
  protocolName: {
    kind: 'vendor',
    title: 'Terraform provider for Yandex Cloud: it sends the name of a protocol, never the number',
    source: `${PROVIDER} yandex-framework/services/vpc_security_group_rule/models.go`,
    read: '2026-08',
    certainty: 'high',
  },
  securityGroups: {
    kind: 'vendor',
    title: 'Yandex Cloud: Security groups',
    source: 'https://yandex.cloud/en/docs/vpc/concepts/security-groups',
    read: '2026-11',
    certainty: 'high',
  },
  networkSecurity: {
    kind: 'vendor',
    title: 'Yandex Cloud: Network security',
    source: 'https://yandex.cloud/en/docs/security/standard/network-security',
    read: '2026-11',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'yandex.public-ip',
  platform: 'yandex',
  name: 'Yandex Cloud network and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of Yandex Cloud', [SAYS.ruleResource]),
    notEstablished('the network of Yandex Cloud', GRE),
    notEstablished('the network of Yandex Cloud', ESP),
  ],
  notes: [],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'yandex.security-group',
  platform: 'yandex',
  name: 'Yandex Cloud security group',
  short: 'security group',
  facts: [
    onlyByOpeningEverything('a Yandex Cloud security group', GRE, 'protocol "ANY"'),
    onlyByOpeningEverything('a Yandex Cloud security group', ESP, 'protocol "ANY"'),
    ...filterFacts({
      name: 'A Yandex Cloud security group',
      rules: {
        [TCP]: 'direction "ingress", protocol "TCP" and this port',
        [UDP]: 'direction "ingress", protocol "UDP" and this port',
      },
      evidence: [SAYS.ruleResource, SAYS.securityGroups],
      outbound: 'stateful',
      outboundEvidence: [SAYS.networkSecurity],
    }),
  ],
  notes: [
    {
      topic: 'Protocols',
      text:
        'ANY, TCP, UDP, ICMP and IPV6_ICMP. The API knows protocol numbers, but the provider sends names only, so that GRE (IP ' +
        'protocol 47) cannot be written with Terraform.',
      evidence: [SAYS.ruleResource, SAYS.protocolName],
    },
    {
      topic: 'IPv6',
      text: 'Networks of Yandex Cloud carry IPv4 only; v6_cidr_blocks is not supported yet.',
      evidence: [SAYS.securityGroups, SAYS.ruleResource],
    },
  ],
};

/** What Yandex Cloud puts on the way between a client and a gateway. */
export const YANDEX = {
  /** The network itself, at a machine with a public address. */
  PUBLIC_IP,
  /** Stateful filter of a network interface. */
  SECURITY_GROUP,
} as const satisfies Record<string, NetworkElement>;
