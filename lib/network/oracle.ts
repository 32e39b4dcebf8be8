import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const PROVIDER = 'https://github.com/oracle/terraform-provider-oci';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  securityRule: {
    kind: 'vendor',
    title: 'Terraform provider for Oracle Cloud Infrastructure: oci_core_network_security_group_security_rule',
    source: `${PROVIDER} website/docs/r/core_network_security_group_security_rule.html.markdown`,
    read: '2026-08',
    certainty: 'high',
  },
  securityLists: {
    kind: 'vendor',
    title: 'Oracle Cloud Infrastructure: SecurityList',
    source: 'https://docs.oracle.com/en-us/iaas/tools/dotnet/latest/api/Oci.CoreService.Models.SecurityList.html',
    read: '2026-11',
    certainty: 'high',
  },
  instance: {
    kind: 'vendor',
    title: 'Terraform provider for Oracle Cloud Infrastructure: oci_core_instance, create_vnic_details',
    source: `${PROVIDER} website/docs/r/core_instance.html.markdown`,
    read: '2026-08',
    certainty: 'high',
  },
  natGateway: {
    kind: 'vendor',
    title: 'Oracle Cloud Infrastructure: NAT Gateway',
    source: 'https://docs.oracle.com/en-us/iaas/Content/Network/Tasks/NATgateway.htm',
    read: '2026-11',
    certainty: 'high',
  },
  anyNumber: {
    kind: 'inference',
    title: 'A security rule may name any IP protocol number, and Oracle names none that its network refuses',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'No sentence of Oracle on this protocol was found: try one call before relying on it.',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'oracle.public-ip',
  platform: 'oracle',
  name: 'Oracle Cloud VCN and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('A virtual cloud network of Oracle', [SAYS.securityRule]),
    {
      protocols: [GRE],
      carriage: 'carries',
      because:
        'A virtual cloud network of Oracle has rules for any protocol number, 47 among them, and no sentence of its own on GRE.',
      evidence: [SAYS.anyNumber],
    },
    {
      protocols: [ESP],
      carriage: 'carries',
      because:
        'A virtual cloud network of Oracle has rules for any protocol number, 50 among them, and no sentence of its own on ESP.',
      evidence: [SAYS.anyNumber],
    },
  ],
  notes: [
    {
      topic: 'Source/destination check',
      text:
        'A gateway that routes the addresses of its clients needs create_vnic_details.skip_source_dest_check true, and ' +
        'route rules from the client pool to it. A gateway that masquerades its clients needs neither.',
      evidence: [SAYS.instance],
    },
    {
      topic: 'Filter of the image',
      text: 'Images of Oracle come with a packet filter of their own: GRE (IP protocol 47) must be let in there too.',
      evidence: [SAYS.securityLists],
    },
  ],
};

const SECURITY_RULES: NetworkElement = {
  id: 'oracle.security-rules',
  platform: 'oracle',
  name: 'Oracle Cloud security rules (network security group, security list)',
  short: 'security rules',
  facts: filterFacts({
    name: 'An Oracle network security group or security list',
    rules: {
      [TCP]: 'direction INGRESS, protocol "6" and this port',
      [UDP]: 'direction INGRESS, protocol "17" and this port',
      [GRE]: 'direction INGRESS, protocol "47" and no options',
      [ESP]: 'direction INGRESS, protocol "50" and no options',
    },
    evidence: [SAYS.securityRule, SAYS.securityLists],
    outbound: 'stateful',
    outboundEvidence: [SAYS.securityRule],
  }),
  notes: [
    {
      topic: 'Spelling',
      text:
        'A number in quotes, or all; names such as gre are not valid. That options exist for 1, 6, 17 and 58 only is about ' +
        'the options, not about which protocols may be named.',
      evidence: [SAYS.securityRule],
    },
    {
      topic: 'Stateless rules',
      text: 'A rule with stateless true serves one direction only: then each direction needs a rule, for TCP 1723 too.',
      evidence: [SAYS.securityRule],
    },
  ],
};

const NAT_GATEWAY: NetworkElement = {
  id: 'oracle.nat-gateway',
  platform: 'oracle',
  name: 'Oracle Cloud NAT gateway in front of the gateway',
  short: 'NAT gateway',
  facts: [
    {
      protocols: [GRE],
      carriage: 'drops',
      because: 'A NAT gateway of Oracle supports TCP, UDP and ICMP ping, so GRE (IP protocol 47) does not pass.',
      code: 'GRE_DROPPED_BY_NAT_GATEWAY',
      remedy: 'give the gateway a public address of its own in a public subnet',
      evidence: [SAYS.natGateway],
    },
    {
      protocols: [ESP],
      carriage: 'drops',
      because: 'A NAT gateway of Oracle supports TCP, UDP and ICMP ping, so ESP (IP protocol 50) does not pass.',
      code: 'ESP_DROPPED',
      remedy: 'use NAT-T (UDP 4500)',
      evidence: [SAYS.natGateway],
    },
    {
      protocols: [TCP, UDP],
      direction: 'to-gateway',
      carriage: 'drops',
      because:
        'A NAT gateway of Oracle takes no connections from the internet, so a server behind it cannot be reached.',
      code: 'NO_INBOUND_CONNECTIONS',
      remedy: 'give the gateway a public address of its own in a public subnet',
      evidence: [SAYS.natGateway],
    },
    {
      protocols: [TCP, UDP],
      direction: 'to-client',
      carriage: 'carries',
      because: 'A NAT gateway of Oracle carries TCP and UDP connections that are opened behind it.',
      evidence: [SAYS.natGateway],
    },
  ],
  notes: [],
};

/** What Oracle Cloud Infrastructure puts on the way between a client and a gateway. */
export const ORACLE = {
  /** The network itself, at an instance with a public address. */
  PUBLIC_IP,
  /** Network security groups and security lists, which have the same rules. */
  SECURITY_RULES,
  /** A NAT gateway of the gateway's subnet. */
  NAT_GATEWAY,
} as const satisfies Record<string, NetworkElement>;
