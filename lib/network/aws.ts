import { IpProtocol } from '../flows/ip-protocol';
import type { CarriageFact, ElementNote, NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const VPC_GUIDE = 'https://github.com/awsdocs/amazon-vpc-user-guide';
const EC2_GUIDE = 'https://github.com/awsdocs/amazon-ec2-user-guide';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  securityGroupRules: {
    kind: 'vendor',
    title: 'Amazon VPC User Guide: Security group rules',
    source: `${VPC_GUIDE} doc_source/security-group-rules.md`,
    read: '2023-04',
    certainty: 'high',
  },
  securityGroupIngress: {
    kind: 'vendor',
    title: 'AWS CDK reference: CfnSecurityGroupIngressProps',
    source: 'https://docs.amazonaws.cn/cdk/api/v2/python/aws_cdk.aws_ec2/CfnSecurityGroupIngressProps.html',
    read: '2026-11',
    certainty: 'high',
  },
  connectionTracking: {
    kind: 'vendor',
    title: 'Amazon EC2 User Guide: Security group connection tracking',
    source:
      'https://docs.aws.amazon.com/AWSEC2/latest/WindowsGuide/security-group-connection-tracking.html and ' +
      `${EC2_GUIDE} doc_source/security-group-connection-tracking.md`,
    read: '2026-11',
    certainty: 'high',
  },
  trackingTimeouts: {
    kind: 'vendor',
    title: 'Amazon EC2 API Reference: ConnectionTrackingConfiguration',
    source: 'https://docs.aws.amazon.com/de_de/AWSEC2/latest/APIReference/API_ConnectionTrackingConfiguration.html',
    read: '2026-11',
    certainty: 'high',
  },
  quotas: {
    kind: 'vendor',
    title: 'Amazon VPC User Guide: Amazon VPC quotas',
    source: `${VPC_GUIDE} doc_source/amazon-vpc-limits.md`,
    read: '2023-04',
    certainty: 'high',
    caveat: 'Default quotas of the copy that was read; an account can have raised ones.',
  },
  networkAcls: {
    kind: 'vendor',
    title: 'Amazon VPC User Guide: Control traffic to subnets using network ACLs',
    source: `${VPC_GUIDE} doc_source/vpc-network-acls.md`,
    read: '2023-04',
    certainty: 'high',
  },
  internetGateway: {
    kind: 'vendor',
    title: 'Amazon VPC User Guide: Connect to the internet using an internet gateway',
    source: `${VPC_GUIDE} doc_source/VPC_Internet_Gateway.md`,
    read: '2023-04',
    certainty: 'high',
    caveat: 'It describes one-to-one address translation and lists no IP protocols.',
  },
  pptpOnEc2: {
    kind: 'field-report',
    title: 'webdigi/AWS-VPN-Server-Setup, issues 9, 26 and 79',
    source: 'https://github.com/webdigi/AWS-VPN-Server-Setup/issues/26',
    read: '2026-11',
    certainty: 'high',
    caveat:
      'Reports of 2015 to 2021 that PPTP works, with an Elastic IP too. AWS itself has no sentence that names IP protocol 47 at the internet gateway.',
  },
  espOnEc2: {
    kind: 'field-report',
    title: 'StreisandEffect/streisand, issue 311',
    source: 'https://github.com/StreisandEffect/streisand/issues/311',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'IPsec with IP protocol 50 behind an Elastic IP works.',
  },
  natGateway: {
    kind: 'vendor',
    title: 'Amazon VPC User Guide: NAT gateway basics',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html',
    read: '2026-11',
    certainty: 'high',
  },
  natGatewayTroubleshooting: {
    kind: 'vendor',
    title: 'Amazon VPC User Guide: Troubleshoot NAT gateways',
    source: `${VPC_GUIDE} doc_source/nat-gateway-troubleshooting.md`,
    read: '2023-04',
    certainty: 'high',
  },
  natInstance: {
    kind: 'vendor',
    title: 'Amazon VPC User Guide: NAT instances',
    source: `${VPC_GUIDE} doc_source/VPC_NAT_Instance.md`,
    read: '2023-04',
    certainty: 'high',
  },
  natExperiments: {
    kind: 'experiment',
    title: 'PPTP through a Linux NAT router, in network namespaces',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Linux 6.18 with nftables and iptables; no EC2 instance was used.',
  },
  nlbListeners: {
    kind: 'vendor',
    title: 'Network Load Balancers: Listeners for your Network Load Balancers',
    source:
      'https://docs.amazonaws.cn/en_us/elasticloadbalancing/latest/network/load-balancer-listeners.html and ' +
      'https://github.com/awsdocs/elb-network-load-balancers-user-guide doc_source/load-balancer-listeners.md',
    read: '2026-11',
    certainty: 'high',
  },
  listenerProtocols: {
    kind: 'vendor',
    title: 'AWS::ElasticLoadBalancingV2::Listener, property Protocol, in aws-cdk-lib 2.276.0',
    source: 'npm aws-cdk-lib@2.276.0 aws-elasticloadbalancingv2/lib/elasticloadbalancingv2.generated.d.ts',
    read: '2026-11',
    certainty: 'high',
  },
  gatewayLoadBalancer: {
    kind: 'vendor',
    title: 'Elastic Load Balancing: Gateway Load Balancers',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/gateway-load-balancers.html',
    read: '2026-11',
    certainty: 'high',
  },
  firewallStateless: {
    kind: 'vendor',
    title: 'AWS Network Firewall API Reference: MatchAttributes',
    source: 'https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_MatchAttributes.html',
    read: '2026-11',
    certainty: 'high',
  },
  firewallStateful: {
    kind: 'vendor',
    title: 'AWS Network Firewall: Standard stateful rule groups',
    source: 'https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-basic.html',
    read: '2026-11',
    certainty: 'high',
  },
  suricataLimits: {
    kind: 'vendor',
    title: 'AWS Network Firewall: Limitations and caveats for Suricata rules',
    source: 'https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-limitations-caveats.html',
    read: '2026-11',
    certainty: 'high',
  },
  transitGateway: {
    kind: 'vendor',
    title: 'AWS Transit Gateway: Quotas',
    source: 'https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html',
    read: '2026-11',
    certainty: 'high',
  },
  transitGatewayMtu: {
    kind: 'field-report',
    title: 'AWS re:Post: PMTUD on Transit Gateway',
    source: 'https://repost.aws/questions/QUtZ9ev3LPSmSBWMciRYlXdg/pmtud-on-transit-gateway',
    read: '2026-11',
    certainty: 'medium',
  },
  transitGatewayConnect: {
    kind: 'vendor',
    title: 'AWS::EC2::TransitGatewayConnect',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-transitgatewayconnect.html',
    read: '2026-11',
    certainty: 'high',
  },
  networkMtu: {
    kind: 'vendor',
    title: 'Amazon EC2 User Guide: Network maximum transmission unit (MTU) for your EC2 instance',
    source:
      'https://docs.aws.amazon.com/zh_tw/AWSEC2/latest/UserGuide/network_mtu.md and ' +
      `${EC2_GUIDE} doc_source/network_mtu.md`,
    read: '2026-11',
    certainty: 'high',
  },
  directConnect: {
    kind: 'vendor',
    title: 'AWS Direct Connect: Set network MTU for private or transit virtual interfaces',
    source: 'http://docs.amazonaws.cn/en_us/directconnect/latest/UserGuide/set-jumbo-frames-vif.html',
    read: '2026-11',
    certainty: 'high',
  },
  globalAccelerator: {
    kind: 'vendor',
    title: 'AWS Global Accelerator: Listeners for standard accelerators',
    source: 'https://docs.aws.amazon.com/global-accelerator/latest/dg/about-listeners.html',
    read: '2026-11',
    certainty: 'high',
  },
  flowLogs: {
    kind: 'vendor',
    title: 'Amazon VPC User Guide: Logging IP traffic using VPC Flow Logs, and its example records',
    source: `${VPC_GUIDE} doc_source/flow-logs.md and doc_source/flow-logs-records-examples.md`,
    read: '2023-04',
    certainty: 'high',
  },
  flowLogsLimitations: {
    kind: 'vendor',
    title: 'Amazon VPC User Guide: Flow log limitations',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html',
    read: '2026-11',
    certainty: 'high',
  },
  cdkTypes: {
    kind: 'vendor',
    title: 'CloudFormation documentation in the types of aws-cdk-lib 2.276.0, aws-ec2',
    source: 'npm aws-cdk-lib@2.276.0 aws-ec2/lib/ec2.generated.d.ts, port.d.ts, network-acl-types.d.ts, instance.d.ts',
    read: '2026-11',
    certainty: 'high',
  },
  cdkSynth: {
    kind: 'experiment',
    title: 'Synthesis of GRE rules with aws-cdk-lib 2.276.0',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Synthesised only; no template was deployed.',
  },
  cdkEspPorts: {
    kind: 'field-report',
    title: 'aws/aws-cdk, issue 13403 and pull request 13471: Port.esp() and Port.ah() carry ports',
    source: 'https://github.com/aws/aws-cdk/issues/13403',
    read: '2026-11',
    certainty: 'high',
  },
  clientVpn: {
    kind: 'vendor',
    title: 'AWS Client VPN: Create an endpoint',
    source: 'https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/cvpn-working-endpoint-create.html',
    read: '2026-11',
    certainty: 'high',
  },
  siteToSiteVpn: {
    kind: 'vendor',
    title: 'AWS Site-to-Site VPN: Firewall rules for a customer gateway device',
    source: 'https://docs.aws.amazon.com/vpn/latest/s2svpn/FirewallRules.html',
    read: '2026-11',
    certainty: 'high',
  },
  rfc2637: {
    kind: 'vendor',
    title: 'RFC 2637, Point-to-Point Tunneling Protocol (PPTP)',
    source: 'https://www.rfc-editor.org/rfc/rfc2637',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'That its control messages carry no IP addresses is our own reading.',
  },
  pptpTimers: {
    kind: 'vendor',
    title: '[MS-PTPT]: Timers',
    source:
      'https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-ptpt/077c35f2-72e9-4629-bda0-75ff3e917398',
    read: '2026-11',
    certainty: 'high',
  },
  greLikeIcmpInFlowLogs: {
    kind: 'inference',
    title: 'By analogy: the example record of ICMP has 0 for ports and TCP flags, and GRE has no ports either',
    read: '2026-11',
    certainty: 'medium',
  },
  plainRouting: {
    kind: 'inference',
    title: 'It routes IP packets, and its documentation names no limit to certain IP protocols',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'No limit was found and none is ruled out: try one PPTP call before relying on it.',
  },
  memory: {
    kind: 'inference',
    title: 'Working knowledge; no document was found that says it',
    read: '2026-11',
    certainty: 'low',
  },
} as const satisfies Record<string, Evidence>;

/** TCP and UDP on the word of a document, GRE and ESP because a router of IP packets has no reason to tell them apart. */
function routed(name: string, evidence: Evidence): readonly CarriageFact[] {
  return [
    { protocols: [TCP, UDP], carriage: 'carries', because: `${name} routes IP packets.`, evidence: [evidence] },
    {
      protocols: [GRE, ESP],
      carriage: 'carries',
      because: `${name} routes IP packets; AWS names no limit to certain IP protocols, and does not promise GRE (47) or ESP (50).`,
      evidence: [SAYS.plainRouting],
    },
  ];
}

const VPC: NetworkElement = {
  id: 'aws.vpc',
  platform: 'aws',
  name: 'Amazon VPC',
  short: 'VPC',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'A VPC carries TCP and UDP; security groups and network ACLs decide about them.',
      evidence: [SAYS.securityGroupRules],
    },
    {
      protocols: [GRE],
      carriage: 'carries',
      because:
        'A VPC carries IP protocol 47: security groups and network ACLs have rules for it, and PPTP to EC2 instances works.',
      evidence: [SAYS.pptpOnEc2, SAYS.securityGroupRules],
    },
    {
      protocols: [ESP],
      carriage: 'carries',
      because:
        'A VPC carries IP protocol 50: security groups and network ACLs have rules for it, and IPsec to EC2 instances works.',
      evidence: [SAYS.espOnEc2, SAYS.securityGroupRules],
    },
  ],
  notes: [
    {
      topic: 'Source/destination check',
      text:
        'A gateway that routes the addresses of its clients needs SourceDestCheck false on its instance or network ' +
        'interface, and route table entries from the client pool to that interface. A gateway that masquerades its ' +
        'clients needs neither.',
      evidence: [SAYS.natInstance, SAYS.cdkTypes],
    },
    {
      topic: 'MTU',
      text:
        'An internet gateway carries packets of at most 1500 bytes, while instances start with 9001. PPTP adds 20 bytes ' +
        'of IPv4, up to 16 of GRE, 2 to 4 of PPP and 2 to 4 of MPPE, so that 1456 bytes of payload always fit; ' +
        'in practice the MTU is 1400, with the MSS clamped to it. A security group without a rule for ICMP type 3 code 4 blocks path MTU ' +
        'discovery. The MTU of 1300 is about private traffic of Wavelength Zones, not about NAT.',
      evidence: [SAYS.networkMtu],
    },
    {
      topic: 'VPC Flow Logs',
      text:
        'PPTP shows as protocol 6 with destination port 1723 and as protocol 47 with ports and TCP flags 0. A query for ' +
        'port 1723 alone misses the data channel. Use a custom format with pkt-srcaddr, pkt-dstaddr and protocol: ' +
        'srcaddr and dstaddr show the private address of the interface, never the Elastic IP. Only the outer header is ' +
        'logged. The format cannot be changed after creation.',
      evidence: [SAYS.flowLogs, SAYS.flowLogsLimitations, SAYS.greLikeIcmpInFlowLogs],
    },
  ],
};

const INTERNET_GATEWAY: NetworkElement = {
  id: 'aws.internet-gateway',
  platform: 'aws',
  name: 'AWS internet gateway with an Elastic IP',
  short: 'internet gateway',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: "The internet gateway translates one to one between the Elastic IP and the instance's private address.",
      evidence: [SAYS.internetGateway],
    },
    {
      protocols: [GRE],
      carriage: 'carries',
      because:
        'The internet gateway translates addresses one to one and leaves IP protocol 47 alone: PPTP to EC2 instances with an Elastic IP works.',
      evidence: [SAYS.pptpOnEc2, SAYS.internetGateway, SAYS.rfc2637],
    },
    {
      protocols: [ESP],
      carriage: 'carries',
      because:
        'The internet gateway translates addresses one to one: IPsec with IP protocol 50 behind an Elastic IP works.',
      evidence: [SAYS.espOnEc2, SAYS.internetGateway],
    },
  ],
  notes: [
    {
      topic: 'Address',
      text:
        'The instance never sees its Elastic IP: daemons bind to the private address or to 0.0.0.0. Nothing in ' +
        'AWS::EC2::EIP (Domain vpc) or AWS::EC2::EIPAssociation is about an IP protocol. The control messages of PPTP ' +
        'carry no IP addresses, so one-to-one translation needs no helper.',
      evidence: [SAYS.internetGateway, SAYS.rfc2637],
    },
    { topic: 'MTU', text: 'The path MTU through an internet gateway is 1500 bytes.', evidence: [SAYS.networkMtu] },
  ],
};

const SECURITY_GROUP: NetworkElement = {
  id: 'aws.security-group',
  platform: 'aws',
  name: 'AWS security group',
  short: 'security group',
  facts: [
    {
      protocols: [TCP],
      direction: 'to-gateway',
      carriage: 'conditional',
      condition: 'an inbound rule allows this TCP port from the clients',
      because: 'A security group lets nothing in without a rule.',
      code: 'RULE_MISSING',
      remedy: 'add an inbound rule for this TCP port from the clients',
      evidence: [SAYS.securityGroupRules],
    },
    {
      protocols: [UDP],
      direction: 'to-gateway',
      carriage: 'conditional',
      condition: 'an inbound rule allows this UDP port from the clients',
      because: 'A security group lets nothing in without a rule.',
      code: 'RULE_MISSING',
      remedy: 'add an inbound rule for this UDP port from the clients',
      evidence: [SAYS.securityGroupRules],
    },
    {
      protocols: [GRE],
      direction: 'to-gateway',
      carriage: 'conditional',
      condition: 'an inbound rule of its own allows IP protocol 47 from the clients',
      because: 'A security group lets nothing in without a rule, and a rule for TCP 1723 does not let GRE in.',
      code: 'RULE_MISSING',
      remedy: 'add an inbound rule with IpProtocol "47" and no ports, from the clients',
      evidence: [SAYS.securityGroupRules, SAYS.securityGroupIngress, SAYS.pptpOnEc2],
    },
    {
      protocols: [ESP],
      direction: 'to-gateway',
      carriage: 'conditional',
      condition: 'an inbound rule allows IP protocol 50 from the clients',
      because: 'A security group lets nothing in without a rule.',
      code: 'RULE_MISSING',
      remedy: 'add an inbound rule with IpProtocol "50" and no ports, from the clients',
      evidence: [SAYS.securityGroupRules, SAYS.securityGroupIngress],
    },
    {
      protocols: [TCP, UDP, ESP],
      direction: 'to-client',
      carriage: 'carries',
      because: 'A security group tracks what it let in and lets the answers out, whatever its outbound rules say.',
      evidence: [SAYS.connectionTracking],
    },
    {
      protocols: [GRE],
      direction: 'to-client',
      carriage: 'conditional',
      condition: 'an outbound rule allows IP protocol 47 to the clients',
      because:
        'Either side of a PPTP call may send the first GRE packet, and only answers leave without an outbound rule.',
      code: 'RULE_MISSING',
      remedy: 'add an outbound rule with IpProtocol "47" and no ports, to the clients',
      evidence: [SAYS.connectionTracking, SAYS.securityGroupRules],
    },
  ],
  notes: [
    {
      topic: 'Spelling',
      text:
        'Names exist for tcp, udp, icmp and icmpv6 only; everything else is a number in quotes: IpProtocol "47" without ' +
        'FromPort and ToPort. "gre" is not valid, and port 47 of TCP is something else. With 47 any port range is ' +
        'ignored. "-1" passes GRE and everything besides. In the CDK: new ec2.Port({ protocol: ec2.Protocol.GRE, ' +
        "stringRepresentation: 'GRE' }); there is no Port.gre(), and Port.esp() and Port.ah() must not serve as a " +
        'pattern, since they write ports 50 and 51.',
      evidence: [SAYS.securityGroupIngress, SAYS.cdkSynth, SAYS.cdkEspPorts],
    },
    {
      topic: 'Connection tracking of GRE',
      text:
        'GRE is tracked by addresses and protocol number alone, for 600 seconds after the last packet. An outbound rule ' +
        'without an inbound one therefore works by luck, until the tunnel is quiet for 600 seconds or the client speaks ' +
        'first. One tracked entry covers every call of a client address. Removing a rule does not cut live tunnels; a ' +
        'deny entry in the network ACL does. Watch conntrack_allowance_exceeded.',
      evidence: [SAYS.connectionTracking, SAYS.pptpOnEc2],
    },
    {
      topic: 'Idle timeout of TCP',
      text:
        'Idle TCP connections are forgotten after 432000 seconds, on Nitro v6 instances after 350; ' +
        'ConnectionTrackingSpecification.TcpEstablishedTimeout sets 60 to 432000. PPTP sends an Echo-Request every 60 ' +
        'seconds, so its control connection survives unless the echo is switched off.',
      evidence: [SAYS.trackingTimeouts, SAYS.pptpTimers],
    },
    {
      topic: 'Quotas',
      text:
        '60 rules per direction and group (IPv4 and IPv6 counted apart), 5 groups per network interface (at most 16), ' +
        'and no more than 1000 for the product of the two. Each client range costs PPTP two inbound rules, so a group ' +
        'holds 30 ranges. A prefix list counts with its maximum number of entries.',
      evidence: [SAYS.quotas],
    },
  ],
};

/** A network ACL has no memory: each protocol needs an entry in each direction. */
function networkAclFact(
  protocol: 6 | 17 | 47 | 50,
  direction: 'to-gateway' | 'to-client',
  condition: string,
  remedy: string,
): CarriageFact {
  return {
    protocols: [protocol],
    direction,
    carriage: 'conditional',
    condition,
    because:
      'A network ACL keeps no state: what may pass needs an entry in each direction, and a custom ACL denies the rest.',
    code: 'RULE_MISSING',
    remedy,
    evidence: [SAYS.networkAcls],
  };
}

const NETWORK_ACL: NetworkElement = {
  id: 'aws.network-acl',
  platform: 'aws',
  name: 'AWS network ACL',
  short: 'network ACL',
  facts: [
    networkAclFact(
      TCP,
      'to-gateway',
      'an inbound entry allows this TCP port from the clients',
      'add an inbound entry for protocol 6 and this port',
    ),
    networkAclFact(
      TCP,
      'to-client',
      'an outbound entry allows TCP 1024-65535 to the clients',
      'add an outbound entry for protocol 6, ports 1024-65535',
    ),
    networkAclFact(
      UDP,
      'to-gateway',
      'an inbound entry allows this UDP port from the clients',
      'add an inbound entry for protocol 17 and this port',
    ),
    networkAclFact(
      UDP,
      'to-client',
      'an outbound entry allows UDP to the source ports of the clients',
      'add an outbound entry for protocol 17, with ports 1024-65535 and, for IKE without NAT, 500 and 4500',
    ),
    networkAclFact(
      GRE,
      'to-gateway',
      'an inbound entry allows IP protocol 47 from the clients',
      'add an inbound entry with Protocol 47 (a number) and no PortRange',
    ),
    networkAclFact(
      GRE,
      'to-client',
      'an outbound entry allows IP protocol 47 to the clients',
      'add an outbound entry with Protocol 47 (a number) and no PortRange',
    ),
    networkAclFact(
      ESP,
      'to-gateway',
      'an inbound entry allows IP protocol 50 from the clients',
      'add an inbound entry with Protocol 50 (a number) and no PortRange',
    ),
    networkAclFact(
      ESP,
      'to-client',
      'an outbound entry allows IP protocol 50 to the clients',
      'add an outbound entry with Protocol 50 (a number) and no PortRange',
    ),
  ],
  notes: [
    {
      topic: 'Spelling',
      text:
        'AWS::EC2::NetworkAclEntry takes Protocol 47 as a number, without PortRange and Icmp. The CDK has no factory for ' +
        'it: a subclass of AclTraffic returns { protocol: 47 }.',
      evidence: [SAYS.networkAcls, SAYS.cdkSynth],
    },
    {
      topic: 'What PPTP needs',
      text:
        'Inbound 6 with port 1723 and 47, outbound 6 with ports 1024-65535 and 47, and ICMP type 3 code 4 both ways for ' +
        'path MTU discovery. The default ACL allows everything; a custom one denies everything.',
      evidence: [SAYS.networkAcls],
    },
    {
      topic: 'Ephemeral ports',
      text:
        "Answers of TCP go to the client's own range: Windows 49152-65535, Linux 32768-61000, load balancers and NAT " +
        'gateways 1024-65535. Only 1024-65535 serves clients behind NAT as well.',
      evidence: [SAYS.networkAcls],
    },
    {
      topic: 'Quotas',
      text: '20 entries per direction by default, at most 40 when raised.',
      evidence: [SAYS.quotas],
    },
  ],
};

const NAT_GATEWAY_NOTES: readonly ElementNote[] = [
  {
    topic: 'No property changes it',
    text:
      'The protocols of a NAT gateway are TCP, UDP and ICMP, zonal or regional, public or private; AWS::EC2::NatGateway ' +
      'has no property for more. IPsec works only as NAT-T (UDP 4500).',
    evidence: [SAYS.natGateway, SAYS.natGatewayTroubleshooting],
  },
  {
    topic: 'Instead',
    text: 'A NAT instance with the kernel modules nf_conntrack_pptp and nf_nat_pptp carries PPTP of clients behind it.',
    evidence: [SAYS.natInstance, SAYS.natExperiments],
  },
  {
    topic: 'MTU',
    text: 'MTU 8500, and 1500 towards the internet.',
    evidence: [SAYS.memory],
  },
];

const GRE_AT_NAT_GATEWAY: CarriageFact = {
  protocols: [GRE],
  carriage: 'drops',
  because: 'A NAT gateway translates TCP, UDP and ICMP only, so it drops GRE (IP protocol 47).',
  code: 'GRE_DROPPED_BY_NAT_GATEWAY',
  remedy: 'give the gateway a public subnet, with a route to an internet gateway and an address of its own',
  evidence: [SAYS.natGateway, SAYS.natGatewayTroubleshooting],
};

const ESP_AT_NAT_GATEWAY: CarriageFact = {
  protocols: [ESP],
  carriage: 'drops',
  because:
    'A NAT gateway translates TCP, UDP and ICMP only, so it drops ESP (IP protocol 50); IPsec passes as UDP 4500.',
  code: 'ESP_DROPPED',
  remedy: 'use NAT-T (UDP 4500)',
  evidence: [SAYS.natGatewayTroubleshooting, SAYS.natGateway],
};

const NAT_GATEWAY: NetworkElement = {
  id: 'aws.nat-gateway',
  platform: 'aws',
  name: 'AWS NAT gateway in front of the gateway',
  short: 'NAT gateway',
  facts: [
    GRE_AT_NAT_GATEWAY,
    ESP_AT_NAT_GATEWAY,
    {
      protocols: [TCP, UDP],
      direction: 'to-gateway',
      carriage: 'drops',
      because:
        'A NAT gateway takes no connections from outside: it has no port forwarding, so a server behind it cannot be reached.',
      code: 'NO_INBOUND_CONNECTIONS',
      remedy: 'give the gateway a public subnet, with a route to an internet gateway and an address of its own',
      evidence: [SAYS.natGateway],
    },
    {
      protocols: [TCP, UDP],
      direction: 'to-client',
      carriage: 'carries',
      because: 'A NAT gateway carries TCP and UDP connections that are opened behind it.',
      evidence: [SAYS.natGateway],
    },
  ],
  notes: NAT_GATEWAY_NOTES,
};

const CLIENT_NAT_GATEWAY: NetworkElement = {
  id: 'aws.client-nat-gateway',
  platform: 'aws',
  name: 'AWS NAT gateway in front of the clients',
  short: "clients' NAT gateway",
  facts: [
    {
      ...GRE_AT_NAT_GATEWAY,
      remedy: 'give the clients addresses of their own, or a NAT instance with the PPTP helper',
    },
    ESP_AT_NAT_GATEWAY,
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'A NAT gateway carries TCP and UDP connections that are opened behind it.',
      evidence: [SAYS.natGateway],
    },
  ],
  notes: [
    {
      topic: 'Symptom',
      text: 'TCP 1723 connects, GRE is dropped, and the call ends at "verifying user name and password".',
      evidence: [SAYS.natGateway],
    },
    ...NAT_GATEWAY_NOTES,
  ],
};

const NAT_INSTANCE: NetworkElement = {
  id: 'aws.nat-instance',
  platform: 'aws',
  name: 'NAT instance (Linux)',
  short: 'NAT instance',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'conditional',
      condition: 'the instance forwards this port to the gateway',
      because: 'A NAT instance passes what its own rules forward.',
      code: 'RULE_MISSING',
      remedy: 'forward the port on the NAT instance (DNAT), and switch its source/destination check off',
      evidence: [SAYS.natInstance, SAYS.natExperiments],
    },
    {
      protocols: [GRE],
      carriage: 'conditional',
      condition: 'its PPTP helper (nf_nat_pptp) is attached to TCP 1723, or it forwards IP protocol 47 one to one',
      because:
        'GRE has no ports: Linux translates the GRE of PPTP only with the help of nf_conntrack_pptp and nf_nat_pptp.',
      code: 'PPTP_HELPER_MISSING',
      remedy: 'load nf_nat_pptp and attach the helper: nft "ct helper set", or iptables -t raw -j CT --helper pptp',
      evidence: [SAYS.natExperiments],
    },
    {
      protocols: [ESP],
      carriage: 'undocumented',
      because:
        'What a NAT instance does to ESP (IP protocol 50) depends on its own rules; NAT-T (UDP 4500) avoids the question.',
      evidence: [SAYS.memory],
    },
  ],
  notes: [
    {
      topic: 'Set-up',
      text:
        'SourceDestCheck false, modules nf_conntrack_pptp and nf_nat_pptp. Kernels since 6.0 attach the helper to nothing ' +
        'by themselves: a rule must do it. Without it not even one client gets an answer; a rule that accepts GRE does ' +
        'not help, since the answer cannot be translated back.',
      evidence: [SAYS.natInstance, SAYS.natExperiments],
    },
  ],
};

const NETWORK_LOAD_BALANCER: NetworkElement = {
  id: 'aws.network-load-balancer',
  platform: 'aws',
  name: 'AWS Network Load Balancer',
  short: 'NLB',
  facts: [
    {
      protocols: [TCP],
      carriage: 'conditional',
      condition: 'it has a TCP listener for this port',
      because: 'A Network Load Balancer drops what no listener takes.',
      code: 'RULE_MISSING',
      remedy: 'add a TCP listener for this port',
      evidence: [SAYS.nlbListeners],
    },
    {
      protocols: [UDP],
      carriage: 'conditional',
      condition: 'it has a UDP listener for this port',
      because: 'A Network Load Balancer drops what no listener takes.',
      code: 'RULE_MISSING',
      remedy: 'add a UDP listener for this port',
      evidence: [SAYS.nlbListeners],
    },
    {
      protocols: [GRE],
      carriage: 'drops',
      because:
        'The listeners of a Network Load Balancer take TCP, TLS, UDP, TCP_UDP, QUIC and TCP_QUIC, and it drops what no listener takes: GRE (IP protocol 47).',
      code: 'GRE_DROPPED_BY_LOAD_BALANCER',
      remedy: 'let the clients reach the Elastic IP of the gateway itself',
      evidence: [SAYS.nlbListeners, SAYS.listenerProtocols],
    },
    {
      protocols: [ESP],
      carriage: 'drops',
      because: 'No listener of a Network Load Balancer takes ESP (IP protocol 50); IPsec passes as UDP 500 and 4500.',
      code: 'ESP_DROPPED',
      remedy: 'use NAT-T (UDP 4500)',
      evidence: [SAYS.nlbListeners, SAYS.listenerProtocols],
    },
  ],
  notes: [
    {
      topic: 'It looks as if it worked',
      text:
        'A listener for TCP 1723 is synthesised and deployed without complaint, and no PPTP call ever comes up. ' +
        'Hashing by client address would send TCP and GRE of one client to different machines besides. High ' +
        'availability of PPTP is a moved Elastic IP or a DNS failover, one gateway per address.',
      evidence: [SAYS.nlbListeners],
    },
  ],
};

const APPLICATION_LOAD_BALANCER: NetworkElement = {
  id: 'aws.application-load-balancer',
  platform: 'aws',
  name: 'AWS Application Load Balancer',
  short: 'ALB',
  facts: [
    {
      protocols: [GRE],
      carriage: 'drops',
      because:
        'The listeners of an Application Load Balancer take HTTP and HTTPS only; GRE (IP protocol 47) ends there.',
      code: 'GRE_DROPPED_BY_LOAD_BALANCER',
      remedy: 'let the clients reach the Elastic IP of the gateway itself',
      evidence: [SAYS.listenerProtocols],
    },
    {
      protocols: [TCP],
      carriage: 'drops',
      because:
        'The listeners of an Application Load Balancer take HTTP and HTTPS only, and it ends every connection itself; TCP as it is does not pass.',
      code: 'TCP_DROPPED',
      remedy:
        'let the clients reach the Elastic IP of the gateway itself, or use a Network Load Balancer for a VPN over TCP or UDP',
      evidence: [SAYS.listenerProtocols],
    },
    {
      protocols: [UDP],
      carriage: 'drops',
      because: 'The listeners of an Application Load Balancer take HTTP and HTTPS only; UDP ends there.',
      code: 'UDP_DROPPED',
      remedy: 'let the clients reach the Elastic IP of the gateway itself, or use a Network Load Balancer',
      evidence: [SAYS.listenerProtocols],
    },
    {
      protocols: [ESP],
      carriage: 'drops',
      because:
        'The listeners of an Application Load Balancer take HTTP and HTTPS only; ESP (IP protocol 50) ends there.',
      code: 'ESP_DROPPED',
      remedy: 'let the clients reach the Elastic IP of the gateway itself',
      evidence: [SAYS.listenerProtocols],
    },
  ],
  notes: [],
};

const GATEWAY_LOAD_BALANCER: NetworkElement = {
  id: 'aws.gateway-load-balancer',
  platform: 'aws',
  name: 'AWS Gateway Load Balancer',
  short: 'Gateway Load Balancer',
  facts: [
    {
      protocols: [TCP, UDP, ESP],
      carriage: 'conditional',
      condition: 'the appliances behind it pass the packets on',
      because: 'A Gateway Load Balancer hands every IP packet to its appliances, and they decide.',
      code: 'RULE_MISSING',
      remedy: 'allow it on the appliances',
      evidence: [SAYS.gatewayLoadBalancer],
    },
    {
      protocols: [GRE],
      carriage: 'conditional',
      condition:
        'its appliances pass GRE on, and TCP 1723 and GRE of one client reach the same appliance (2-tuple stickiness)',
      because: 'A Gateway Load Balancer hands every IP packet, GRE too, to its appliances, and they decide.',
      code: 'GRE_DROPPED_BY_LOAD_BALANCER',
      remedy: 'allow GRE (IP protocol 47) on the appliances and set 2-tuple stickiness on the target group',
      evidence: [SAYS.gatewayLoadBalancer],
    },
  ],
  notes: [
    {
      topic: 'Inspection only',
      text:
        'It sits in the path and hands all packets on all ports to appliances over GENEVE (UDP 6081); its listener has ' +
        'no protocol and no port. It is not an address that clients could dial.',
      evidence: [SAYS.gatewayLoadBalancer, SAYS.listenerProtocols],
    },
    {
      topic: 'Stickiness',
      text: 'How packets other than TCP and UDP are hashed to targets was not verified; 2-tuple stickiness avoids the question.',
      evidence: [SAYS.memory],
    },
  ],
};

const NETWORK_FIREWALL: NetworkElement = {
  id: 'aws.network-firewall',
  platform: 'aws',
  name: 'AWS Network Firewall',
  short: 'Network Firewall',
  facts: [
    {
      protocols: [GRE],
      carriage: 'conditional',
      condition: 'a rule passes IP protocol 47 in both directions',
      because: 'AWS Network Firewall can pass GRE, but a rule for TCP 1723 does not pass it.',
      code: 'GRE_DROPPED_BY_FIREWALL',
      remedy: 'add a stateless rule with MatchAttributes.Protocols [47], or a stateful one with protocol IP',
      evidence: [SAYS.firewallStateless, SAYS.firewallStateful],
    },
    {
      protocols: [TCP, UDP, ESP],
      carriage: 'conditional',
      condition: 'a rule passes it',
      because: 'AWS Network Firewall passes what its policy passes.',
      code: 'RULE_MISSING',
      remedy: 'add a rule for it to the policy of the firewall',
      evidence: [SAYS.firewallStateless, SAYS.firewallStateful],
    },
  ],
  notes: [
    {
      topic: 'Spelling',
      text:
        'Stateless: MatchAttributes.Protocols [47], a number from 0 to 255, ports ignored unless it is 6 or 17. Stateful ' +
        'five-tuple rules have no GRE: protocol IP.',
      evidence: [SAYS.firewallStateless, SAYS.firewallStateful],
    },
    {
      topic: 'Suricata rules',
      text: 'A Suricata rule can match ip_proto:47.',
      evidence: [SAYS.memory],
    },
    {
      topic: 'Inside GRE',
      text:
        'The stateful engine also decodes packets inside GRE and may alert on or drop the inner flow; what MPPE encrypts ' +
        'is opaque to it. IP-in-IP and the IKEv2 keyword are not supported.',
      evidence: [SAYS.suricataLimits],
    },
    {
      topic: 'Tracking',
      text: 'Security groups always track connections of firewall endpoints.',
      evidence: [SAYS.connectionTracking],
    },
  ],
};

const TRANSIT_GATEWAY: NetworkElement = {
  id: 'aws.transit-gateway',
  platform: 'aws',
  name: 'AWS Transit Gateway',
  short: 'transit gateway',
  facts: routed('A transit gateway', SAYS.transitGateway),
  notes: [
    {
      topic: 'MTU',
      text: '8500 bytes on attachments of VPCs, Direct Connect and peering, 1500 on those of VPNs.',
      evidence: [SAYS.transitGateway, SAYS.transitGatewayMtu],
    },
  ],
};

const TRANSIT_GATEWAY_CONNECT: NetworkElement = {
  id: 'aws.transit-gateway-connect',
  platform: 'aws',
  name: 'AWS Transit Gateway Connect attachment',
  short: 'TGW Connect',
  facts: [
    {
      protocols: 'any',
      carriage: 'undocumented',
      because:
        'A Connect attachment speaks plain GRE (version 0) with BGP to one appliance. That is not the GRE of PPTP: it has no TCP 1723, no GRE version 1 and no PPP.',
      remedy: 'end PPTP on an instance with an Elastic IP',
      evidence: [SAYS.transitGatewayConnect],
    },
  ],
  notes: [
    {
      topic: 'Not the GRE of PPTP',
      text:
        'AWS::EC2::TransitGatewayConnect with Options.Protocol gre ends plain GRE with BGP from an appliance, over a VPC ' +
        'or Direct Connect attachment, at most 4 Connect peers. It is no support for PPTP.',
      evidence: [SAYS.transitGatewayConnect, SAYS.transitGateway],
    },
  ],
};

const VPC_PEERING: NetworkElement = {
  id: 'aws.vpc-peering',
  platform: 'aws',
  name: 'AWS VPC peering connection',
  short: 'VPC peering',
  facts: routed('A VPC peering connection', SAYS.networkMtu),
  notes: [
    {
      topic: 'Reach and MTU',
      text: 'Peering is not transitive. Between Regions the MTU is 8500 bytes by the newer page; older copies say 1500.',
      evidence: [SAYS.networkMtu],
    },
  ],
};

const DIRECT_CONNECT: NetworkElement = {
  id: 'aws.direct-connect',
  platform: 'aws',
  name: 'AWS Direct Connect',
  short: 'Direct Connect',
  facts: routed('Direct Connect', SAYS.directConnect),
  notes: [
    {
      topic: 'MTU',
      text: 'A private virtual interface has an MTU of 1500 or 9001 bytes, a transit one 1500 or 8500.',
      evidence: [SAYS.directConnect],
    },
  ],
};

const SITE_TO_SITE_VPN: NetworkElement = {
  id: 'aws.site-to-site-vpn',
  platform: 'aws',
  name: 'AWS Site-to-Site VPN',
  short: 'Site-to-Site VPN',
  facts: routed('A Site-to-Site VPN tunnel', SAYS.siteToSiteVpn),
  notes: [
    {
      topic: 'Networks, not users',
      text:
        'It joins two networks with IPsec (UDP 500, UDP 4500, IP protocol 50); single users cannot dial it. No security ' +
        'group and no GRE rule is involved. Pin IKEVersions to ikev2; exactly one of VpnGatewayId and TransitGatewayId; a ' +
        'pre-shared key has 8 to 64 characters and does not start with 0.',
      evidence: [SAYS.siteToSiteVpn, SAYS.cdkTypes],
    },
    { topic: 'MTU', text: 'The path MTU through a VPN connection is at most 1500 bytes.', evidence: [SAYS.networkMtu] },
  ],
};

const GLOBAL_ACCELERATOR: NetworkElement = {
  id: 'aws.global-accelerator',
  platform: 'aws',
  name: 'AWS Global Accelerator',
  short: 'Global Accelerator',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'conditional',
      condition: 'it has a listener for this protocol and port',
      because: 'Global Accelerator carries what its listeners take.',
      code: 'RULE_MISSING',
      remedy: 'add a listener for this protocol and port',
      evidence: [SAYS.globalAccelerator],
    },
    {
      protocols: [GRE],
      carriage: 'drops',
      because: 'The listeners of Global Accelerator take TCP and UDP only; GRE (IP protocol 47) ends there.',
      code: 'GRE_DROPPED_BY_ACCELERATOR',
      remedy: 'let the clients reach the Elastic IP of the gateway itself',
      evidence: [SAYS.globalAccelerator],
    },
    {
      protocols: [ESP],
      carriage: 'drops',
      because: 'The listeners of Global Accelerator take TCP and UDP only; ESP (IP protocol 50) ends there.',
      code: 'ESP_DROPPED',
      remedy: 'use NAT-T (UDP 4500)',
      evidence: [SAYS.globalAccelerator],
    },
  ],
  notes: [
    {
      topic: 'It looks as if it worked',
      text: 'A static anycast address in front of an Elastic IP breaks PPTP silently: TCP 1723 connects and no call comes up.',
      evidence: [SAYS.globalAccelerator],
    },
  ],
};

const CLIENT_VPN_ENDPOINT: NetworkElement = {
  id: 'aws.client-vpn-endpoint',
  platform: 'aws',
  name: 'AWS Client VPN endpoint',
  short: 'Client VPN endpoint',
  facts: [
    {
      protocols: [TCP, UDP],
      ports: [443, 1194],
      carriage: 'carries',
      because: 'A Client VPN endpoint takes OpenVPN on port 443 or 1194, over UDP or TCP.',
      evidence: [SAYS.clientVpn, SAYS.cdkTypes],
    },
    {
      protocols: [TCP],
      carriage: 'drops',
      because: 'A Client VPN endpoint takes OpenVPN on port 443 or 1194 and no other TCP.',
      code: 'TCP_DROPPED',
      remedy: 'use OpenVPN on port 443 or 1194',
      evidence: [SAYS.clientVpn, SAYS.cdkTypes],
    },
    {
      protocols: [UDP],
      carriage: 'drops',
      because: 'A Client VPN endpoint takes OpenVPN on port 443 or 1194 and no other UDP.',
      code: 'UDP_DROPPED',
      remedy: 'use OpenVPN on port 443 or 1194',
      evidence: [SAYS.clientVpn, SAYS.cdkTypes],
    },
    {
      protocols: [GRE],
      carriage: 'drops',
      because: 'A Client VPN endpoint takes OpenVPN only; GRE (IP protocol 47) has no end there.',
      code: 'GRE_DROPPED',
      remedy: 'end PPTP on an instance with an Elastic IP',
      evidence: [SAYS.clientVpn],
    },
    {
      protocols: [ESP],
      carriage: 'drops',
      because: 'A Client VPN endpoint takes OpenVPN only; ESP (IP protocol 50) has no end there.',
      code: 'ESP_DROPPED',
      remedy: 'use OpenVPN on port 443 or 1194',
      evidence: [SAYS.clientVpn],
    },
  ],
  notes: [
    {
      topic: 'Ports',
      text: 'vpnPort is 443 or 1194, and 443 over UDP by default, not 1194.',
      evidence: [SAYS.cdkTypes, SAYS.clientVpn],
    },
    {
      topic: 'Limits',
      text:
        'The client range is a /22 to a /12 and must not overlap the VPC. A server certificate and connection log options ' +
        'are required; users log in with certificates, Active Directory or SAML.',
      evidence: [SAYS.cdkTypes, SAYS.clientVpn],
    },
  ],
};

/** What AWS puts on the way between a client and a gateway. */
export const AWS = {
  /** The virtual network itself; its notes are about source/destination check, MTU and flow logs. */
  VPC,
  /** An internet gateway that translates one to one between an Elastic IP (or public IPv4 address) and an instance. */
  INTERNET_GATEWAY,
  /** Stateful filter of a network interface; GRE needs rules of its own. */
  SECURITY_GROUP,
  /** Stateless filter of a subnet. */
  NETWORK_ACL,
  /** A NAT gateway between the internet and the gateway's subnet. */
  NAT_GATEWAY,
  /** A NAT gateway behind which the clients are. */
  CLIENT_NAT_GATEWAY,
  /** A Linux instance that translates addresses. */
  NAT_INSTANCE,
  NETWORK_LOAD_BALANCER,
  APPLICATION_LOAD_BALANCER,
  /** Hands packets to inspecting appliances. */
  GATEWAY_LOAD_BALANCER,
  NETWORK_FIREWALL,
  /** With attachments of VPCs, peering or Direct Connect. */
  TRANSIT_GATEWAY,
  /** Plain GRE with BGP to an appliance, which is not PPTP. */
  TRANSIT_GATEWAY_CONNECT,
  VPC_PEERING,
  DIRECT_CONNECT,
  /** An IPsec tunnel between two networks, with the clients in one and the gateway in the other. */
  SITE_TO_SITE_VPN,
  GLOBAL_ACCELERATOR,
  /** The managed OpenVPN server. */
  CLIENT_VPN_ENDPOINT,
} as const satisfies Record<string, NetworkElement>;
