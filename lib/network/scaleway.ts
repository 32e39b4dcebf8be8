import { IpProtocol } from '../flows/ip-protocol';
import { carriesTcpAndUdp, filterFacts, notEstablished, onlyByOpeningEverything } from './cloud-filter';
import type { NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  ruleResource: {
    kind: 'vendor',
    title: 'Terraform provider for Scaleway: scaleway_instance_security_group',
    source: 'https://github.com/scaleway/terraform-provider-scaleway docs/resources/instance_security_group.md',
    read: '2026-08',
    certainty: 'high',
  },
} as const satisfies Record<string, Evidence>;

const PUBLIC_IP: NetworkElement = {
  id: 'scaleway.public-ip',
  platform: 'scaleway',
  name: 'Scaleway network and public IP',
  short: 'public IP',
  facts: [
    carriesTcpAndUdp('The network of Scaleway', [SAYS.ruleResource]),
    notEstablished('the network of Scaleway', GRE),
    notEstablished('the network of Scaleway', ESP),
  ],
  notes: [],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'scaleway.security-group',
  platform: 'scaleway',
  name: 'Scaleway security group with the inbound policy drop',
  short: 'security group',
  facts: [
    onlyByOpeningEverything('a Scaleway security group', GRE, 'protocol "ANY"'),
    onlyByOpeningEverything('a Scaleway security group', ESP, 'protocol "ANY"'),
    ...filterFacts({
      name: 'A Scaleway security group',
      rules: {
        [TCP]: 'action "accept", protocol "TCP" and this port',
        [UDP]: 'action "accept", protocol "UDP" and this port',
      },
      evidence: [SAYS.ruleResource],
      outbound: 'stateful',
      outboundEvidence: [SAYS.ruleResource],
    }),
  ],
  notes: [
    {
      topic: 'Protocols',
      text:
        'TCP, UDP, ICMP and ANY. inbound_default_policy is accept unless it is set to drop, so that a group without rules ' +
        'filters nothing.',
      evidence: [SAYS.ruleResource],
    },
  ],
};

/** What Scaleway puts on the way between a client and a gateway. */
export const SCALEWAY = {
  /** The network itself, at an instance with a public address. */
  PUBLIC_IP,
  /** Stateful filter of an instance. */
  SECURITY_GROUP,
} as const satisfies Record<string, NetworkElement>;
