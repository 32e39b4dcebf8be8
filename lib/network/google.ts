import { IpProtocol } from '../flows/ip-protocol';
import type { CarriageFact, ElementNote, NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const PROVIDER = 'https://github.com/hashicorp/terraform-provider-google';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  vpcProtocols: {
    kind: 'vendor',
    title: 'Google Cloud VPC networks: supported protocols',
    source: 'https://docs.cloud.google.com/vpc/docs/vpc',
    read: '2026-04',
    certainty: 'medium',
    caveat: 'Read in copies of the page. It speaks of GRE and names no version.',
  },
  greVersion: {
    kind: 'inference',
    title: 'Google documents GRE; no text on version 1, and no report of PPTP since, was found',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'Google writes of GRE for SASE and SD-WAN, which is version 0.',
  },
  firewallResource: {
    kind: 'vendor',
    title: 'Terraform provider for Google: google_compute_firewall',
    source: `${PROVIDER} website/docs/r/compute_firewall.html.markdown`,
    read: '2026-11',
    certainty: 'high',
    caveat: 'The provider does not check the protocol; whether the service takes "gre" was not tried.',
  },
  capirca: {
    kind: 'vendor',
    title: 'Capirca, the generator of Google, for Google Cloud',
    source: 'https://github.com/google/capirca capirca/lib/gce.py',
    read: '2026-11',
    certainty: 'high',
  },
  policyRule: {
    kind: 'vendor',
    title: '@cdktf/provider-google 16.12.1 (google 6.50): compute-network-firewall-policy-rule',
    source: 'npm @cdktf/provider-google@16.12.1',
    read: '2026-11',
    certainty: 'high',
  },
  firewalls: {
    kind: 'vendor',
    title: 'Google Cloud VPC firewall rules',
    source: 'https://cloud.google.com/vpc/docs/firewalls',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'Read in an older copy of the page.',
  },
  firewallLogging: {
    kind: 'vendor',
    title: 'Google Cloud firewall rules logging',
    source: 'https://cloud.google.com/vpc/docs/firewall-rules-logging',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'Read in copies of the page.',
  },
  flowLogs: {
    kind: 'vendor',
    title: 'Google Cloud VPC flow logs',
    source: 'https://docs.cloud.google.com/vpc/docs/flow-logs',
    read: '2026-04',
    certainty: 'high',
  },
  protocolForwarding: {
    kind: 'vendor',
    title: 'Google Cloud protocol forwarding',
    source: 'https://cloud.google.com/compute/docs/protocol-forwarding',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'The newer of two pages; an older one of the load balancer documents lists no GRE.',
  },
  forwardingRule: {
    kind: 'vendor',
    title: 'Magic Modules: ForwardingRule, from which the Terraform provider is made',
    source: 'https://github.com/GoogleCloudPlatform/magic-modules mmv1/products/compute/ForwardingRule.yaml',
    read: '2026-11',
    certainty: 'high',
  },
  passthrough: {
    kind: 'vendor',
    title: 'Google Cloud: backend service-based external passthrough Network Load Balancer',
    source: 'https://docs.cloud.google.com/load-balancing/docs/network/networklb-backend-service',
    read: '2026-04',
    certainty: 'medium',
    caveat: 'Read in quotations of the page.',
  },
  loadBalancers: {
    kind: 'vendor',
    title: 'Google Cloud Load Balancing overview: protocols by type',
    source: 'https://docs.cloud.google.com/load-balancing/docs/load-balancing-overview',
    read: '2026-04',
    certainty: 'medium',
    caveat: 'Read in quotations of the page.',
  },
  natGre: {
    kind: 'vendor',
    title: 'Google Cloud VPC networks: GRE is not supported for Cloud NAT',
    source: 'https://cloud.google.com/vpc/docs/vpc',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'The sentence stands in an older copy; newer copies do not take it back.',
  },
  nat: {
    kind: 'vendor',
    title: 'Google Cloud NAT overview',
    source: 'https://docs.cloud.google.com/nat/docs/overview',
    read: '2026-04',
    certainty: 'medium',
    caveat: 'Read in copies of the page.',
  },
  natResource: {
    kind: 'vendor',
    title: 'Terraform provider for Google: google_compute_router_nat',
    source: `${PROVIDER} website/docs/r/compute_router_nat.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  cloudVpn: {
    kind: 'vendor',
    title: 'Google Cloud VPN: firewall rules',
    source: 'https://cloud.google.com/network-connectivity/docs/vpn/how-to/configuring-firewall-rules',
    read: '2026-11',
    certainty: 'medium',
  },
  vpnTunnel: {
    kind: 'vendor',
    title: 'Terraform provider for Google: google_compute_vpn_tunnel',
    source: `${PROVIDER} website/docs/r/compute_vpn_tunnel.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  network: {
    kind: 'vendor',
    title: 'Terraform provider for Google: google_compute_network',
    source: `${PROVIDER} website/docs/r/compute_network.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  instance: {
    kind: 'vendor',
    title: 'Terraform provider for Google: google_compute_instance',
    source: `${PROVIDER} website/docs/r/compute_instance.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  imageBuild: {
    kind: 'vendor',
    title: "Google's build of its Debian images: packages, and what is removed",
    source:
      'https://github.com/GoogleCloudPlatform/compute-image-tools daisy_workflows/image_build/debian/fai_config/package_config/GCE_SPECIFIC',
    read: '2026-11',
    certainty: 'medium',
    caveat: "It adds to the Debian project's own list for cloud images, which was not read.",
  },
  cloudInit: {
    kind: 'vendor',
    title: 'A maintainer of the images at Google, on cloud-init in the Debian images',
    source: 'https://github.com/andsens/bootstrap-vz/pull/469',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'Of 2018.',
  },
  memory: {
    kind: 'inference',
    title: 'Working knowledge; no document was found that says it',
    read: '2026-11',
    certainty: 'low',
  },
} as const satisfies Record<string, Evidence>;

const VERSION =
  'Google documents GRE (IP protocol 47) and says nowhere whether that includes version 1, which PPTP uses';

/** GRE where Google documents it: PPTP's version of it is confirmed by nobody, so this makes no path work. */
function unconfirmedGre(because: string): CarriageFact {
  return { protocols: [GRE], carriage: 'undocumented', because, evidence: [SAYS.greVersion] };
}

const VPC_NETWORK: NetworkElement = {
  id: 'google.vpc-network',
  platform: 'google',
  name: 'Google Cloud VPC network',
  short: 'VPC network',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'A VPC network carries TCP and UDP.',
      evidence: [SAYS.vpcProtocols],
    },
    unconfirmedGre(`${VERSION}: packets must show it, on a machine of yours.`),
    {
      protocols: [ESP],
      carriage: 'carries',
      because: 'A VPC network carries ESP (IP protocol 50).',
      evidence: [SAYS.vpcProtocols],
    },
  ],
  mtu: { bytes: 1460, evidence: [SAYS.network] },
  notes: [
    {
      topic: 'GRE over the years',
      text:
        'Until about 2020 Google blocked GRE everywhere, inside networks too; about 2021 "certain GRE traffic" was a beta; ' +
        'then networks took GRE, but neither Cloud NAT nor forwarding rules did; now forwarding rules do. Old pages that ' +
        'say PPTP is impossible there are of the first stage.',
      evidence: [SAYS.firewalls, SAYS.vpcProtocols, SAYS.natGre],
    },
    {
      topic: 'Testing with ip tunnel',
      text:
        'ip tunnel add ... mode gre sends version 0, which is not what PPTP sends. The test is a PPTP call, with tcpdump ' +
        'on both ends.',
      evidence: [SAYS.greVersion],
    },
    {
      topic: 'MTU',
      text:
        'google_compute_network.mtu is 1460 unless set, and may be 1300 to 8896. PPTP inside needs at most 44 bytes more, ' +
        'so 1400 fits; WireGuard fits with 1380, or with 1400 where clients come over IPv4 alone.',
      evidence: [SAYS.network],
    },
    {
      topic: 'IP forwarding',
      text:
        'A machine whose clients keep their addresses of the pool needs can_ip_forward, which cannot be changed later, and ' +
        'google_compute_route with the machine as next hop. A machine that masquerades needs neither.',
      evidence: [SAYS.instance],
    },
    {
      topic: 'Nothing managed for single users',
      text:
        'Cloud VPN joins networks by IPsec and takes no client that dials in. The server for single users is a machine of ' +
        'your own.',
      evidence: [SAYS.vpnTunnel, SAYS.cloudVpn],
    },
    {
      topic: 'VPC flow logs',
      text:
        'They hold TCP, UDP, ICMP, ESP and GRE, the last without ports, and are samples; ingress that a rule denied is not ' +
        'in them. google_compute_subnetwork.log_config switches them on.',
      evidence: [SAYS.flowLogs],
    },
    {
      topic: 'cloud-init',
      text:
        'The Debian images of Google come with its own guest agent and not with cloud-init, so user-data has no effect: ' +
        'what a machine runs at boot is its startup-script.',
      evidence: [SAYS.imageBuild, SAYS.cloudInit],
    },
    {
      topic: 'Secure Boot',
      text:
        'The images for x86-64 have a signed boot loader, those for ARM have none. Debian signs its kernels, so a machine ' +
        'that changes to the full flavour still boots; integrity monitoring then reports another kernel than before.',
      evidence: [SAYS.imageBuild, SAYS.memory],
    },
  ],
};

const EXTERNAL_IP: NetworkElement = {
  id: 'google.external-ip',
  platform: 'google',
  name: 'external IP address of a Google Cloud machine',
  short: 'external IP',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'An external address carries TCP and UDP between a machine and the internet.',
      evidence: [SAYS.vpcProtocols],
    },
    unconfirmedGre(`Between a machine and the internet too, ${VERSION}.`),
    {
      protocols: [ESP],
      carriage: 'carries',
      because: 'An external address carries ESP (IP protocol 50) between a machine and the internet.',
      evidence: [SAYS.vpcProtocols],
    },
  ],
  notes: [
    {
      topic: 'One to one',
      text:
        'The machine sees its private address: the external one (access_config) is translated one to one, without ports. ' +
        'Listed between machines and the internet are ICMP, IPIP, TCP, UDP, GRE, ESP, AH and SCTP.',
      evidence: [SAYS.vpcProtocols],
    },
  ],
};

/** What filters ask of TCP, UDP and ESP: a rule inwards; answers pass by themselves. */
function byRule(what: string, spelling: Readonly<Record<'tcp' | 'udp' | 'esp', string>>): CarriageFact[] {
  const inward = (protocol: 'tcp' | 'udp' | 'esp', number: CarriageFact['protocols'], named: string): CarriageFact => ({
    protocols: number,
    direction: 'to-gateway',
    carriage: 'conditional',
    condition: `an ingress rule with ${spelling[protocol]} allows ${named} from the clients`,
    because: `${what} lets nothing in without a rule.`,
    code: 'RULE_MISSING',
    remedy: `add an ingress rule with ${spelling[protocol]} for ${named} from the clients`,
    evidence: [SAYS.firewalls],
  });
  return [
    inward('tcp', [TCP], 'this port'),
    inward('udp', [UDP], 'this port'),
    inward('esp', [ESP], 'ESP (IP protocol 50)'),
    {
      protocols: [TCP, UDP, ESP],
      direction: 'to-client',
      carriage: 'carries',
      because: `${what} keeps state and lets the answers to what it let in pass.`,
      evidence: [SAYS.firewalls],
    },
  ];
}

const GRE_STARTS_AT_EITHER_END = 'Both ends of a PPTP call send GRE (IP protocol 47) without being asked.';

const VPC_FIREWALL: NetworkElement = {
  id: 'google.vpc-firewall',
  platform: 'google',
  name: 'Google Cloud VPC firewall',
  short: 'VPC firewall',
  facts: [
    {
      protocols: [GRE],
      direction: 'to-gateway',
      carriage: 'conditional',
      condition: 'an ingress rule with protocol "47" and without ports allows it from the clients',
      because: 'Every VPC network has an implied rule that denies all ingress.',
      code: 'RULE_MISSING',
      remedy: 'add an ingress rule with protocol "47", without ports, from the clients',
      evidence: [SAYS.firewallResource, SAYS.capirca],
    },
    {
      protocols: [GRE],
      direction: 'to-client',
      carriage: 'conditional',
      condition: 'no rule denies egress, or an egress rule with protocol "47" allows it to the clients',
      because: `An implied rule allows all egress until a rule of yours denies it. ${GRE_STARTS_AT_EITHER_END}`,
      code: 'RULE_MISSING',
      remedy: 'add an egress rule with protocol "47", without ports, to the clients',
      evidence: [SAYS.firewalls, SAYS.firewallResource],
    },
    ...byRule('The VPC firewall', { tcp: 'protocol "tcp"', udp: 'protocol "udp"', esp: 'protocol "esp"' }),
  ],
  notes: [
    {
      topic: 'Spelling',
      text:
        'Names are tcp, udp, icmp, esp, ah, sctp, ipip and all; everything else is a number, so GRE is "47" and never ' +
        '"gre", which the provider takes unchecked. No ports belong to it: 47 is no port.',
      evidence: [SAYS.firewallResource, SAYS.capirca],
    },
    {
      topic: 'Implied rules',
      text:
        'At priority 65535 all ingress is denied and all egress is allowed. Whoever denies egress must allow 47 outwards ' +
        'as well: both ends of a PPTP call send GRE.',
      evidence: [SAYS.firewalls],
    },
    {
      topic: 'Connection tracking',
      text:
        'A connection is tracked while a packet passes every 10 minutes, whatever its protocol. An ingress rule for 47 ' +
        'makes a server independent of it; the LCP echoes of the server are sent every 30 seconds.',
      evidence: [SAYS.firewalls],
    },
    {
      topic: 'Firewall rules logging',
      text:
        'It records TCP and UDP only. GRE that a rule drops leaves no trace there: use tcpdump, Packet Mirroring or VPC ' +
        'flow logs.',
      evidence: [SAYS.firewallLogging],
    },
  ],
};

const FIREWALL_POLICY: NetworkElement = {
  id: 'google.firewall-policy',
  platform: 'google',
  name: 'Google Cloud firewall policy',
  short: 'firewall policy',
  facts: [
    {
      protocols: [GRE],
      carriage: 'conditional',
      condition:
        'its rules allow ip_protocol "47" without ports in this direction, or leave the decision to the VPC firewall',
      because: `A firewall policy of the organisation, the folder or the network can deny what the VPC firewall allows. ${GRE_STARTS_AT_EITHER_END}`,
      code: 'RULE_MISSING',
      remedy: 'add a rule with ip_protocol "47", without ports, in both directions',
      evidence: [SAYS.policyRule, SAYS.capirca],
    },
    ...byRule('A firewall policy that decides', {
      tcp: 'ip_protocol "tcp"',
      udp: 'ip_protocol "udp"',
      esp: 'ip_protocol "esp"',
    }),
  ],
  notes: [
    {
      topic: 'Spelling',
      text:
        'match.layer4_configs.ip_protocol where the VPC firewall has allow.protocol; src_ip_ranges and dest_ip_ranges ' +
        'where it has source_ranges and destination_ranges. Each rule has a priority that no other has.',
      evidence: [SAYS.policyRule],
    },
  ],
};

const FORM =
  'the forwarding rule has ip_protocol "L3_DEFAULT" and all_ports, and its backend service protocol "UNSPECIFIED" and session_affinity "CLIENT_IP"';
const FORM_REMEDY =
  'give the forwarding rule ip_protocol "L3_DEFAULT" and all_ports = true, and the backend service protocol "UNSPECIFIED" and session_affinity "CLIENT_IP"';

/** A passthrough load balancer, external or internal: it carries protocols without ports in one form only. */
function passthrough(id: string, name: string, short: string): NetworkElement {
  return {
    id,
    platform: 'google',
    name,
    short,
    facts: [
      {
        protocols: [TCP, UDP],
        carriage: 'conditional',
        condition: 'it has a forwarding rule for this protocol and port',
        because: 'A passthrough load balancer carries what a forwarding rule names.',
        code: 'RULE_MISSING',
        remedy: 'add a forwarding rule for this protocol and port, or one with ip_protocol "L3_DEFAULT" and all_ports',
        evidence: [SAYS.passthrough, SAYS.forwardingRule],
      },
      {
        protocols: [GRE],
        carriage: 'conditional',
        condition: FORM,
        because: `A passthrough load balancer carries GRE in one form alone, and ${VERSION}.`,
        code: 'GRE_DROPPED_BY_LOAD_BALANCER',
        remedy: FORM_REMEDY,
        // Inference alone: with the form right, version 1 is still unconfirmed.
        evidence: [SAYS.greVersion],
      },
      {
        protocols: [ESP],
        carriage: 'conditional',
        condition: FORM,
        because: 'A passthrough load balancer carries ESP (IP protocol 50) in one form alone.',
        code: 'ESP_DROPPED',
        remedy: `${FORM_REMEDY}; or use NAT-T (UDP 4500)`,
        evidence: [SAYS.passthrough],
      },
    ],
    notes: [
      {
        topic: 'The form that carries GRE',
        text:
          'ip_protocol takes TCP, UDP, ESP, AH, SCTP, ICMP and L3_DEFAULT; "GRE" fails at plan. L3_DEFAULT does not attach to ' +
          'a backend service of TCP or UDP, and "all" is no value of it.',
        evidence: [SAYS.forwardingRule, SAYS.passthrough],
      },
      {
        topic: 'Session affinity',
        text:
          'GRE is tracked with every session affinity but NONE, which is the default. With several backends TCP 1723 and GRE ' +
          'must reach the same machine, which CLIENT_IP sees to.',
        evidence: [SAYS.passthrough],
      },
      {
        topic: 'The address',
        text:
          'Packets arrive with the address of the forwarding rule, so the machine must own it (the guest agent adds it) and ' +
          'answer from it. The VPC firewall decides all the same.',
        evidence: [SAYS.passthrough],
      },
    ],
  };
}

const PROTOCOL_FORWARDING: NetworkElement = {
  id: 'google.protocol-forwarding',
  platform: 'google',
  name: 'Google Cloud protocol forwarding',
  short: 'protocol forwarding',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'conditional',
      condition: 'a forwarding rule for this protocol and port leads to the target instance',
      because: 'Protocol forwarding carries what a forwarding rule names.',
      code: 'RULE_MISSING',
      remedy: 'add a forwarding rule for this protocol and port, or one with ip_protocol "L3_DEFAULT" and all_ports',
      evidence: [SAYS.protocolForwarding, SAYS.forwardingRule],
    },
    {
      protocols: [GRE],
      carriage: 'conditional',
      condition: 'the forwarding rule has ip_protocol "L3_DEFAULT" and all_ports',
      because: `Protocol forwarding carries GRE in one form alone, and ${VERSION}.`,
      code: 'GRE_DROPPED_BY_LOAD_BALANCER',
      remedy: 'give the forwarding rule ip_protocol "L3_DEFAULT" and all_ports = true, with the target instance',
      evidence: [SAYS.greVersion],
    },
    {
      protocols: [ESP],
      carriage: 'conditional',
      condition: 'the forwarding rule has ip_protocol "ESP", or "L3_DEFAULT" and all_ports',
      because: 'Protocol forwarding carries ESP (IP protocol 50) where a forwarding rule names it.',
      code: 'ESP_DROPPED',
      remedy: 'add a forwarding rule with ip_protocol "ESP", or use NAT-T (UDP 4500)',
      evidence: [SAYS.protocolForwarding, SAYS.forwardingRule],
    },
  ],
  notes: [
    {
      topic: 'Spelling',
      text:
        'google_compute_target_instance, and google_compute_forwarding_rule with load_balancing_scheme "EXTERNAL", ' +
        'ip_protocol "L3_DEFAULT", all_ports = true. The service carries GRE; the provider has no value "GRE".',
      evidence: [SAYS.protocolForwarding, SAYS.forwardingRule],
    },
  ],
};

/** A load balancer that ends connections or knows ports only. */
function withoutGre(
  element: Pick<NetworkElement, 'id' | 'name' | 'short'>,
  ports: readonly CarriageFact[],
  why: string,
): NetworkElement {
  return {
    ...element,
    platform: 'google',
    facts: [
      ...ports,
      {
        protocols: [GRE],
        carriage: 'drops',
        because: `${why}, so GRE (IP protocol 47) ends there.`,
        code: 'GRE_DROPPED_BY_LOAD_BALANCER',
        evidence: [SAYS.loadBalancers],
      },
      {
        protocols: [ESP],
        carriage: 'drops',
        because: `${why}, so ESP (IP protocol 50) ends there.`,
        code: 'ESP_DROPPED',
        evidence: [SAYS.loadBalancers],
      },
    ],
    notes: [],
  };
}

function port(protocols: CarriageFact['protocols'], because: string): CarriageFact {
  return {
    protocols,
    carriage: 'conditional',
    condition: 'it has a forwarding rule for this protocol and port',
    because,
    code: 'RULE_MISSING',
    remedy: 'add a forwarding rule for this protocol and port',
    evidence: [SAYS.loadBalancers],
  };
}

function ends(protocols: CarriageFact['protocols'], code: 'TCP_DROPPED' | 'UDP_DROPPED', because: string) {
  return { protocols, carriage: 'drops', because, code, evidence: [SAYS.loadBalancers] } as const;
}

const TARGET_POOL_LOAD_BALANCER = withoutGre(
  {
    id: 'google.target-pool-load-balancer',
    name: 'Google Cloud target pool-based Network Load Balancer',
    short: 'target pool LB',
  },
  [port([TCP, UDP], 'A target pool takes TCP and UDP by a forwarding rule.')],
  'A target pool takes TCP and UDP only',
);

const PROXY_LOAD_BALANCER = withoutGre(
  {
    id: 'google.proxy-load-balancer',
    name: 'Google Cloud proxy Network Load Balancer',
    short: 'proxy LB',
  },
  [
    port([TCP], 'A proxy load balancer ends TCP and opens a connection of its own to the server.'),
    ends([UDP], 'UDP_DROPPED', 'A proxy load balancer takes TCP only, so UDP ends there.'),
  ],
  'A proxy load balancer takes TCP only',
);

const APPLICATION_LOAD_BALANCER = withoutGre(
  {
    id: 'google.application-load-balancer',
    name: 'Google Cloud Application Load Balancer',
    short: 'application LB',
  },
  [
    ends([TCP], 'TCP_DROPPED', 'An Application Load Balancer takes HTTP and HTTPS only, and a VPN is neither.'),
    ends([UDP], 'UDP_DROPPED', 'An Application Load Balancer takes HTTP and HTTPS only, so UDP ends there.'),
  ],
  'An Application Load Balancer takes HTTP and HTTPS only',
);

const GRE_AT_CLOUD_NAT: CarriageFact = {
  protocols: [GRE],
  carriage: 'drops',
  because: 'Cloud NAT does not support GRE (IP protocol 47): it gives out source ports, and GRE has none.',
  code: 'GRE_DROPPED_BY_NAT_GATEWAY',
  evidence: [SAYS.natGre, SAYS.natResource],
};

const ESP_AT_CLOUD_NAT: CarriageFact = {
  protocols: [ESP],
  carriage: 'undocumented',
  because: 'No sentence was found on ESP (IP protocol 50) at Cloud NAT; NAT-T (UDP 4500) avoids the question.',
  evidence: [SAYS.memory],
};

const NO_FRAGMENTS: ElementNote = {
  topic: 'Fragments',
  text: 'Cloud NAT does not support IP fragments, so tunnels through it must keep to the MTU.',
  evidence: [SAYS.nat],
};

const CLOUD_NAT: NetworkElement = {
  id: 'google.cloud-nat',
  platform: 'google',
  name: 'Google Cloud NAT in front of the gateway',
  short: 'Cloud NAT',
  facts: [
    GRE_AT_CLOUD_NAT,
    {
      protocols: [TCP, UDP, ESP],
      direction: 'to-gateway',
      carriage: 'drops',
      because: 'Cloud NAT takes no connections from outside, so a server behind it cannot be reached.',
      code: 'NO_INBOUND_CONNECTIONS',
      remedy: 'give the machine an external address of its own',
      evidence: [SAYS.nat],
    },
    {
      protocols: [TCP, UDP],
      direction: 'to-client',
      carriage: 'carries',
      because: 'Cloud NAT carries connections over TCP and UDP that are opened behind it.',
      evidence: [SAYS.nat],
    },
    ESP_AT_CLOUD_NAT,
  ],
  notes: [NO_FRAGMENTS],
};

const CLIENT_CLOUD_NAT: NetworkElement = {
  id: 'google.client-cloud-nat',
  platform: 'google',
  name: 'Google Cloud NAT in front of the clients',
  short: "clients' Cloud NAT",
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'Cloud NAT carries connections over TCP and UDP that are opened behind it.',
      evidence: [SAYS.nat],
    },
    GRE_AT_CLOUD_NAT,
    ESP_AT_CLOUD_NAT,
  ],
  notes: [],
};

/** A private way between two networks. */
function between(id: string, name: string, short: string, notes: readonly ElementNote[] = []): NetworkElement {
  return {
    id,
    platform: 'google',
    name,
    short,
    facts: [
      {
        protocols: [TCP, UDP],
        carriage: 'carries',
        because: `${name} carries TCP and UDP between networks.`,
        evidence: [SAYS.vpcProtocols],
      },
      unconfirmedGre(`For GRE that comes over ${name} too, ${VERSION}.`),
      {
        protocols: [ESP],
        carriage: 'undocumented',
        because: `No sentence was found on ESP (IP protocol 50) over ${name}; NAT-T (UDP 4500) avoids the question.`,
        evidence: [SAYS.memory],
      },
    ],
    notes,
  };
}

/** Everything on Google Cloud that can lie on the way of a VPN client. */
export const GOOGLE = {
  VPC_NETWORK,
  /** One to one, on the network interface of the machine. */
  EXTERNAL_IP,
  VPC_FIREWALL,
  /** Of the organisation, a folder or the network: read together with the VPC firewall, and able to deny first. */
  FIREWALL_POLICY,
  PASSTHROUGH_LOAD_BALANCER: passthrough(
    'google.passthrough-load-balancer',
    'Google Cloud external passthrough Network Load Balancer',
    'passthrough LB',
  ),
  INTERNAL_PASSTHROUGH_LOAD_BALANCER: passthrough(
    'google.internal-passthrough-load-balancer',
    'Google Cloud internal passthrough Network Load Balancer',
    'internal passthrough LB',
  ),
  PROTOCOL_FORWARDING,
  TARGET_POOL_LOAD_BALANCER,
  PROXY_LOAD_BALANCER,
  APPLICATION_LOAD_BALANCER,
  /** Cloud NAT with the gateway behind it. */
  CLOUD_NAT,
  /** Cloud NAT with the clients behind it. */
  CLIENT_CLOUD_NAT,
  /** An IPsec tunnel between two networks, with the clients in one and the gateway in the other. */
  CLOUD_VPN: between('google.cloud-vpn', 'Google Cloud VPN', 'Cloud VPN', [
    {
      topic: 'No clients',
      text:
        'HA VPN and Classic VPN join networks; nobody dials in. ike_version is 1 or 2, 2 unless set. UDP 500, UDP 4500 and ' +
        'ESP to its own addresses pass without a rule, and rules see what comes out of the tunnel.',
      evidence: [SAYS.vpnTunnel, SAYS.cloudVpn],
    },
  ]),
  CLOUD_INTERCONNECT: between('google.cloud-interconnect', 'Google Cloud Interconnect', 'Cloud Interconnect'),
  VPC_PEERING: between('google.vpc-peering', 'Google Cloud VPC Network Peering', 'VPC peering'),
} as const satisfies Record<string, NetworkElement>;
