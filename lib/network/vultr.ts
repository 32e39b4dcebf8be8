import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, soldAsARule } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const PROVIDER = 'https://github.com/vultr/terraform-provider-vultr';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  ruleResource: {
    kind: 'vendor',
    title: 'Terraform provider for Vultr: vultr_firewall_rule',
    source: `${PROVIDER} vultr/resource_vultr_firewall_rule.go`,
    read: '2026-07',
    certainty: 'high',
  },
  inboundOnly: {
    kind: 'vendor',
    title: 'Terraform provider for Vultr: vultr_firewall_rule',
    source: `${PROVIDER} vultr/resource_vultr_firewall_rule.go`,
    read: '2026-07',
    certainty: 'medium',
    caveat: 'A rule has a source and no direction; no sentence of Vultr on outbound traffic was read.',
  },
  dropsByDefault: {
    kind: 'vendor',
    title: 'Vultr Docs: Do Vultr Firewall rules override software-based firewall rules on instances?',
    source:
      'https://docs.vultr.com/support/products/network/do-vultr-firewall-rules-override-software-based-firewall-rules-on-instances',
    read: '2026-11',
    certainty: 'high',
  },
  natGatewayRules: {
    kind: 'vendor',
    title: 'Terraform provider for Vultr: vultr_nat_gateway_firewall_rule',
    source: `${PROVIDER} website/docs/r/nat_gateway_firewall_rule.markdown`,
    read: '2026-07',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'vultr.public-ip',
  platform: 'vultr',
  name: 'Vultr network and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of Vultr', [SAYS.ruleResource]),
    soldAsARule('The network of Vultr', GRE, '"gre"', [SAYS.ruleResource]),
    soldAsARule('The network of Vultr', ESP, '"esp"', [SAYS.ruleResource]),
  ],
  notes: [],
};

const FIREWALL: NetworkElement = {
  id: 'vultr.firewall',
  platform: 'vultr',
  name: 'Vultr Firewall',
  short: 'Vultr Firewall',
  facts: filterFacts({
    name: 'A Vultr Firewall group',
    rules: {
      [TCP]: 'protocol "tcp" and this port',
      [UDP]: 'protocol "udp" and this port',
      [GRE]: 'protocol "gre" and no port',
      [ESP]: 'protocol "esp" and no port',
    },
    evidence: [SAYS.ruleResource, SAYS.dropsByDefault],
    outbound: 'unfiltered',
    outboundEvidence: [SAYS.inboundOnly],
  }),
  notes: [
    {
      topic: 'Spelling',
      text:
        'icmp, tcp, udp, gre, ah and esp, in small letters, or the provider refuses them. A range is written as subnet and ' +
        'subnet_size, one rule each, with ip_type v4 or v6.',
      evidence: [SAYS.ruleResource],
    },
  ],
};

const NAT_GATEWAY: NetworkElement = {
  id: 'vultr.nat-gateway',
  platform: 'vultr',
  name: 'Vultr NAT gateway in front of the gateway',
  short: 'NAT gateway',
  facts: [
    {
      protocols: [GRE],
      carriage: 'drops',
      because:
        'The firewall of a Vultr NAT gateway has rules for TCP and UDP only, so GRE (IP protocol 47) cannot be let in.',
      code: 'GRE_DROPPED_BY_NAT_GATEWAY',
      remedy: 'give the gateway a public address of its own',
      evidence: [SAYS.natGatewayRules],
    },
    {
      protocols: [ESP],
      carriage: 'drops',
      because:
        'The firewall of a Vultr NAT gateway has rules for TCP and UDP only, so ESP (IP protocol 50) cannot be let in.',
      code: 'ESP_DROPPED',
      remedy: 'use NAT-T (UDP 4500)',
      evidence: [SAYS.natGatewayRules],
    },
    {
      protocols: [TCP, UDP],
      direction: 'to-gateway',
      carriage: 'conditional',
      condition: 'the NAT gateway forwards this port, and a rule of its firewall allows it from the clients',
      because: 'A NAT gateway forwards what it was told to forward.',
      code: 'RULE_MISSING',
      remedy:
        'forward this port to the gateway and allow it from the clients, or give the gateway a public address of its own',
      evidence: [SAYS.natGatewayRules],
    },
    {
      protocols: [TCP, UDP],
      direction: 'to-client',
      carriage: 'carries',
      because: 'A NAT gateway carries the answers of what it forwarded.',
      evidence: [SAYS.natGatewayRules],
    },
  ],
  notes: [],
};

/** What Vultr puts on the way between a client and a gateway. */
export const VULTR = {
  /** The network itself, at an instance with a public address. */
  PUBLIC_IP,
  /** Filter of an instance: inbound rules only. */
  FIREWALL,
  /** A NAT gateway of the gateway's network. */
  NAT_GATEWAY,
} as const satisfies Record<string, NetworkElement>;
