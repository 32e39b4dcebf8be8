import { IpProtocol } from '../flows/ip-protocol';
import type { CarriageFact, NetworkElement } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

const DOCS = 'https://github.com/MicrosoftDocs/azure-docs';
const AZURERM = 'https://github.com/hashicorp/terraform-provider-azurerm';

/** Where each fact of this file comes from. A month before 2026-11 is that of the copy which was read. */
const SAYS = {
  virtualNetworkFaq: {
    kind: 'vendor',
    title: 'Azure Virtual Network FAQ',
    source: 'https://learn.microsoft.com/en-us/azure/virtual-network/virtual-networks-faq',
    read: '2026-10',
    certainty: 'high',
    caveat:
      'The month is that of a dated quotation of the live page. No preview of GRE was found for 2024 to 2026; that is no proof that there is none.',
  },
  virtualNetworkFaqProtocols: {
    kind: 'vendor',
    title: 'Azure Virtual Network FAQ: what protocols can I use in virtual networks?',
    source: `${DOCS} articles/virtual-network/virtual-networks-faq.md`,
    read: '2026-11',
    certainty: 'high',
    caveat: 'TCP, UDP, ESP, AH and ICMP in the newer text; older copies list TCP, UDP and ICMP only.',
  },
  hostSwitch: {
    kind: 'field-report',
    title: 'Lab notes on Zscaler in Azure',
    source: 'https://github.com/colinweiner111/azure-w365-zscaler-networking-poc',
    read: '2026-11',
    certainty: 'medium',
    caveat:
      'A README of a companion to that repository: the virtual switch of the host drops IP protocol 47 in all directions.',
  },
  nsgOverview: {
    kind: 'vendor',
    title: 'Azure network security groups overview',
    source: `${DOCS} articles/virtual-network/network-security-groups-overview.md`,
    read: '2025-07',
    certainty: 'high',
  },
  nsgRuleProtocols: {
    kind: 'vendor',
    title: 'Azure SDK: SecurityRuleProtocol',
    source:
      'https://learn.microsoft.com/en-us/python/api/azure-mgmt-network/azure.mgmt.network.models.securityruleprotocol',
    read: '2026-11',
    certainty: 'high',
  },
  azurermNsg: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: azurerm_network_security_rule',
    source: `${AZURERM} internal/services/network/network_security_rule_resource.go`,
    read: '2026-11',
    certainty: 'high',
    caveat: 'Read in 5.2.0, not in the 4.55 that the CDKTF bindings are made for.',
  },
  protocolTypeGre: {
    kind: 'vendor',
    title: 'Azure SDK for .NET: ProtocolType.Gre',
    source: 'https://learn.microsoft.com/en-ie/dotnet/api/azure.resourcemanager.network.models.protocoltype.gre',
    read: '2026-11',
    certainty: 'high',
  },
  publicIp: {
    kind: 'vendor',
    title: 'Azure public IP addresses',
    source: `${DOCS} articles/virtual-network/ip-services/public-ip-addresses.md`,
    read: '2026-11',
    certainty: 'high',
  },
  basicPublicIp: {
    kind: 'vendor',
    title: 'Azure: Upgrade a basic public IP address to Standard',
    source: 'https://learn.microsoft.com/en-us/azure/virtual-network/ip-services/public-ip-basic-upgrade-guidance',
    read: '2026-11',
    certainty: 'high',
  },
  azurermPublicIp: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: azurerm_public_ip',
    source: `${AZURERM} internal/services/network/public_ip_resource.go`,
    read: '2026-11',
    certainty: 'high',
    caveat: 'Read in 5.2.0; not checked whether 4.55 has the same error at plan.',
  },
  greAtPublicIp: {
    kind: 'vendor',
    title: 'Azure Virtual Network FAQ',
    source: 'https://learn.microsoft.com/en-us/azure/virtual-network/virtual-networks-faq',
    read: '2026-10',
    certainty: 'medium',
    caveat: 'It speaks of virtual networks and has no sentence of its own on GRE that arrives at a public address.',
  },
  loadBalancer: {
    kind: 'vendor',
    title: 'Azure Load Balancer components: Limitations',
    source: `${DOCS} articles/load-balancer/components.md`,
    read: '2026-11',
    certainty: 'high',
  },
  haPorts: {
    kind: 'vendor',
    title: 'Azure Load Balancer: High availability ports overview',
    source: 'https://docs.azure.cn/en-us/load-balancer/load-balancer-ha-ports-overview',
    read: '2026-11',
    certainty: 'high',
  },
  azurermLoadBalancer: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: azurerm_lb_rule, azurerm_lb_nat_rule, azurerm_lb_outbound_rule',
    source: `${AZURERM} website/docs/r/lb_rule.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  natGateway: {
    kind: 'vendor',
    title: 'Azure NAT Gateway resource',
    source: `${DOCS} articles/nat-gateway/nat-gateway-resource.md`,
    read: '2023-07',
    certainty: 'high',
  },
  firewallIssues: {
    kind: 'vendor',
    title: 'Azure Firewall known issues and limitations',
    source: 'https://learn.microsoft.com/en-us/azure/firewall/firewall-known-issues',
    read: '2026-11',
    certainty: 'high',
  },
  azurermFirewall: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: azurerm_firewall_policy_rule_collection_group, azurerm_firewall_network_rule_collection',
    source: `${AZURERM} website/docs/r/firewall_policy_rule_collection_group.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  azurermGateway: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: azurerm_virtual_network_gateway',
    source: `${AZURERM} website/docs/r/virtual_network_gateway.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  gatewaySdk: {
    kind: 'vendor',
    title: 'Azure resource manager API of 2025-01-01: virtual network gateways, VpnClientProtocol',
    source: `${AZURERM} vendor/github.com/hashicorp/go-azure-sdk/resource-manager/network/2025-01-01/virtualnetworkgateways/constants.go`,
    read: '2026-11',
    certainty: 'high',
  },
  gatewayMultiAuth: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: Configure multiple authentication types for P2S',
    source: 'https://learn.microsoft.com/en-us/azure/vpn-gateway/howto-point-to-site-multi-auth',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'That Entra ID beside RADIUS or certificates serves OpenVPN alone is partly from memory.',
  },
  virtualWan: {
    kind: 'vendor',
    title: 'Azure Virtual WAN: Point-to-site concepts',
    source: 'https://docs.azure.cn/zh-tw/virtual-wan/point-to-site-concepts',
    read: '2026-11',
    certainty: 'high',
  },
  gatewaySettings: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: About settings',
    source: 'https://docs.azure.cn/en-us/vpn-gateway/vpn-gateway-about-vpn-gateway-settings',
    read: '2026-11',
    certainty: 'medium',
  },
  gatewaySubnetNsg: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: NSGs on the gateway subnet are not supported',
    source: `${DOCS} includes/vpn-gateway-no-nsg-include.md`,
    read: '2026-11',
    certainty: 'high',
  },
  fromSstp: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: Transition to OpenVPN protocol or IKEv2 from SSTP',
    source: 'https://learn.microsoft.com/en-us/azure/vpn-gateway/ikev2-openvpn-from-sstp',
    read: '2026-11',
    certainty: 'high',
    caveat: 'Ports and coexistence come from a copy of 2020, the dates of SSTP from a newer one.',
  },
  sstpRetirement: {
    kind: 'field-report',
    title: 'Richard M. Hicks Consulting on the end of SSTP in Azure VPN Gateway',
    source: 'https://directaccess.richardhicks.com/tag/azure-vpn-gateway',
    read: '2026-11',
    certainty: 'medium',
  },
  skuConsolidation: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: SKU consolidation and migration',
    source: `${DOCS} articles/vpn-gateway/gateway-sku-consolidation.md`,
    read: '2024-09',
    certainty: 'medium',
    caveat: 'Two dates are in circulation for the end of creation without AZ (2025-01-01, 2025-11-01); both are past.',
  },
  gatewaySkus: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: About gateway SKUs',
    source: `${DOCS} articles/vpn-gateway/about-gateway-skus.md`,
    read: '2025-06',
    certainty: 'high',
  },
  basicSku: {
    kind: 'vendor',
    title: 'Azure VPN Gateway SKU consolidation: Basic SKU with a Standard public IP address',
    source: `${DOCS} articles/vpn-gateway/gateway-sku-consolidation.md`,
    read: '2024-09',
    certainty: 'low',
    caveat: 'Announced; not confirmed as shipped.',
  },
  rras: {
    kind: 'vendor',
    title: 'Microsoft server software support for Azure virtual machines (KB 2721672)',
    source:
      'https://github.com/MicrosoftDocs/SupportArticles-docs support/azure/virtual-machines/windows/server-software-support.md',
    read: '2023-04',
    certainty: 'high',
    caveat: 'The copy is of 2023-04; the line may have changed.',
  },
  rrasInPractice: {
    kind: 'field-report',
    title: 'Practitioners who run RRAS on Azure virtual machines for IKEv2 and SSTP, unsupported',
    source: 'https://headsinthecloud.blog/?p=600',
    read: '2026-11',
    certainty: 'medium',
  },
  flowLogs: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: azurerm_network_watcher_flow_log',
    source: `${AZURERM} internal/services/network/network_watcher_flow_log_resource.go`,
    read: '2026-11',
    certainty: 'high',
  },
  flowLogsMigrate: {
    kind: 'vendor',
    title: 'Azure Network Watcher: Migrate from NSG flow logs to virtual network flow logs',
    source: 'https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-migrate',
    read: '2026-11',
    certainty: 'high',
  },
  upgradeGuide: {
    kind: 'vendor',
    title: 'azurerm: Upgrade guide to 5.0',
    source: `${AZURERM} website/docs/guides/5.0-upgrade-guide.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  cdktfBindings: {
    kind: 'vendor',
    title: '@cdktf/provider-azurerm 14.23.1 (azurerm 4.55)',
    source: 'npm @cdktf/provider-azurerm@14.23.1',
    read: '2026-11',
    certainty: 'high',
  },
  greInFlowLogs: {
    kind: 'inference',
    title: 'What the virtual network drops beneath the virtual machine is not expected in its flow logs',
    read: '2026-11',
    certainty: 'medium',
  },
  nicAndSubnet: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: azurerm_network_interface, azurerm_subnet',
    source: `${AZURERM} website/docs/r/network_interface.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  defaultOutbound: {
    kind: 'vendor',
    title: 'Azure: Default outbound access',
    source: 'https://learn.microsoft.com/en-us/azure/virtual-network/ip-services/default-outbound-access',
    read: '2026-10',
    certainty: 'medium',
    caveat: 'Read in a dated quotation of the page.',
  },
  memory: {
    kind: 'inference',
    title: 'Working knowledge; no document was found that says it',
    read: '2026-11',
    certainty: 'low',
  },
} as const satisfies Record<string, Evidence>;

const GRE_IN_FABRIC: CarriageFact = {
  protocols: [GRE],
  carriage: 'drops',
  because: 'Azure blocks GRE (IP protocol 47) in virtual networks, in both directions, and no setting changes that.',
  code: 'GRE_DROPPED_BY_FABRIC',
  evidence: [SAYS.virtualNetworkFaq, SAYS.hostSwitch],
};

const VIRTUAL_NETWORK: NetworkElement = {
  id: 'azure.virtual-network',
  platform: 'azure',
  name: 'Azure virtual network',
  short: 'virtual network',
  facts: [
    GRE_IN_FABRIC,
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'A virtual network carries TCP and UDP.',
      evidence: [SAYS.virtualNetworkFaqProtocols],
    },
    {
      protocols: [ESP],
      carriage: 'carries',
      because: 'A virtual network carries ESP (IP protocol 50).',
      evidence: [SAYS.virtualNetworkFaqProtocols],
    },
  ],
  notes: [
    {
      topic: 'Nothing in Azure ends PPTP',
      text:
        'VPN Gateway knows IkeV2, SSTP and OpenVPN, Virtual WAN IkeV2 and OpenVPN. GRE between networks is wrapped into ' +
        'IPsec, UDP (FOU) or VXLAN on virtual machines, or avoided.',
      evidence: [SAYS.gatewaySdk, SAYS.azurermGateway, SAYS.hostSwitch],
    },
    {
      topic: 'ProtocolType.Gre in the SDKs',
      text:
        'The SDKs have a ProtocolType with Gre in it (DoNotUse, Icmp, Tcp, Udp, Gre, Esp, Ah, Vxlan, All). It belongs to ' +
        'DSCP configurations and opens nothing. azurerm has no gre anywhere.',
      evidence: [SAYS.protocolTypeGre, SAYS.gatewaySdk],
    },
    {
      topic: 'Windows Server RRAS on a virtual machine',
      text:
        'PPTP cannot work there either, since GRE does not arrive. Microsoft lists RRAS and DirectAccess as not supported ' +
        'on Azure virtual machines; some run it for IKEv2 and SSTP all the same.',
      evidence: [SAYS.rras, SAYS.rrasInPractice],
    },
    {
      topic: 'NSG flow logs',
      text:
        'New ones cannot be created since 2025-06-30, and they end on 2027-09-30. azurerm 5.2.0 refuses them at plan; its ' +
        'page says July 30 where its code says June 30, and its example still names a network security group.',
      evidence: [SAYS.flowLogs, SAYS.flowLogsMigrate],
    },
    {
      topic: 'VNet flow logs',
      text:
        'azurerm_network_watcher_flow_log with target_resource_id of a virtual network, subnet or interface, and version ' +
        '2. In the bindings of azurerm 4.55 both networkSecurityGroupId and targetResourceId exist: set the latter only. ' +
        'GRE is not expected to appear in them.',
      evidence: [SAYS.flowLogs, SAYS.upgradeGuide, SAYS.cdktfBindings, SAYS.greInFlowLogs],
    },
    {
      topic: 'IP forwarding of the network interface',
      text:
        'A virtual machine that routes a client pool needs ip_forwarding_enabled on its network interface, a route with ' +
        'next hop VirtualAppliance, and forwarding in the operating system. It is what the source/destination check is ' +
        'on AWS.',
      evidence: [SAYS.nicAndSubnet, SAYS.defaultOutbound],
    },
    {
      topic: 'Default outbound access',
      text:
        'API versions after 2026-03-31 make subnets of new virtual networks private: give the virtual machine a public IP ' +
        'or a NAT gateway. azurerm_subnet.default_outbound_access_enabled is true by default.',
      evidence: [SAYS.defaultOutbound, SAYS.nicAndSubnet],
    },
  ],
};

const NETWORK_SECURITY_GROUP: NetworkElement = {
  id: 'azure.network-security-group',
  platform: 'azure',
  name: 'Azure network security group',
  short: 'NSG',
  facts: [
    {
      protocols: [GRE],
      carriage: 'drops',
      because:
        'No NSG rule can allow GRE (IP protocol 47): its protocols are Tcp, Udp, Icmp, Esp, Ah and *, and * means TCP, UDP and ICMP.',
      code: 'GRE_NOT_A_RULE_PROTOCOL',
      evidence: [SAYS.nsgOverview, SAYS.nsgRuleProtocols, SAYS.azurermNsg],
    },
    {
      protocols: [TCP],
      direction: 'to-gateway',
      carriage: 'conditional',
      condition: 'an inbound rule with protocol Tcp allows this port from the clients',
      because: 'A network security group lets nothing in from the internet without a rule.',
      code: 'RULE_MISSING',
      remedy: 'add an inbound rule with protocol "Tcp" for this port, from the clients',
      evidence: [SAYS.nsgOverview],
    },
    {
      protocols: [UDP],
      direction: 'to-gateway',
      carriage: 'conditional',
      condition: 'an inbound rule with protocol Udp allows this port from the clients',
      because: 'A network security group lets nothing in from the internet without a rule.',
      code: 'RULE_MISSING',
      remedy: 'add an inbound rule with protocol "Udp" for this port, from the clients',
      evidence: [SAYS.nsgOverview],
    },
    {
      protocols: [ESP],
      direction: 'to-gateway',
      carriage: 'conditional',
      condition: 'an inbound rule with protocol Esp allows ESP (IP protocol 50) from the clients',
      because: 'A network security group lets nothing in from the internet without a rule, and * does not include ESP.',
      code: 'RULE_MISSING',
      remedy: 'add an inbound rule with protocol "Esp" (ARM and Terraform only, not in the portal), from the clients',
      evidence: [SAYS.nsgOverview, SAYS.nsgRuleProtocols],
    },
    {
      protocols: [TCP, UDP, ESP],
      direction: 'to-client',
      carriage: 'carries',
      because: 'A network security group keeps state and lets the answers to what it let in pass.',
      evidence: [SAYS.nsgOverview],
    },
  ],
  notes: [
    {
      topic: 'Spelling',
      text:
        'Tcp, Udp, Icmp, Esp, Ah and *, in this case exactly; "47" and "Gre" fail in azurerm. Esp and Ah exist in ARM and ' +
        'Terraform only, not in the portal.',
      evidence: [SAYS.azurermNsg, SAYS.nsgRuleProtocols],
    },
    {
      topic: 'Limits',
      text:
        'A rule has a name of at most 80 characters, a description of at most 140, and a priority of 100 to 4096, unique ' +
        'per direction. Rules match private addresses, and changes affect new flows only.',
      evidence: [SAYS.azurermNsg, SAYS.nsgOverview],
    },
  ],
};

const PUBLIC_IP: NetworkElement = {
  id: 'azure.public-ip',
  platform: 'azure',
  name: 'Azure public IP address',
  short: 'public IP',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'conditional',
      condition: 'a network security group allows it',
      because: 'A Standard public IP is closed to the internet until a network security group opens it.',
      code: 'RULE_MISSING',
      remedy: 'put a network security group with a rule for it on the subnet or the network interface',
      evidence: [SAYS.publicIp],
    },
    {
      protocols: [GRE],
      carriage: 'drops',
      because: 'A public IP leads into the virtual network, where Azure blocks GRE (IP protocol 47).',
      code: 'GRE_DROPPED_BY_FABRIC',
      evidence: [SAYS.greAtPublicIp],
    },
    {
      protocols: [ESP],
      carriage: 'undocumented',
      because: 'No sentence was found on ESP (IP protocol 50) at a public IP; NAT-T (UDP 4500) avoids the question.',
      evidence: [SAYS.memory],
    },
  ],
  notes: [
    {
      topic: 'Spelling',
      text:
        'azurerm_public_ip with sku "Standard" and allocation_method "Static". Basic addresses cannot be created since ' +
        '2025-03-31 and ended on 2025-09-30; they were open by default. azurerm 5.2.0 refuses Basic, and with it Dynamic, ' +
        'at plan.',
      evidence: [SAYS.basicPublicIp, SAYS.azurermPublicIp, SAYS.publicIp],
    },
  ],
};

const LOAD_BALANCER: NetworkElement = {
  id: 'azure.load-balancer',
  platform: 'azure',
  name: 'Azure Load Balancer',
  short: 'load balancer',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'conditional',
      condition: 'it has a rule or an inbound NAT rule for this protocol and port',
      because: 'Azure Load Balancer carries what a rule names.',
      code: 'RULE_MISSING',
      remedy: 'add a rule for this protocol and port',
      evidence: [SAYS.loadBalancer, SAYS.azurermLoadBalancer],
    },
    {
      protocols: [GRE],
      carriage: 'drops',
      because:
        'The rules of Azure Load Balancer take TCP and UDP and no other IP protocol, so GRE (47) ends there; HA Ports ("All") means all TCP and UDP flows.',
      code: 'GRE_DROPPED_BY_LOAD_BALANCER',
      evidence: [SAYS.loadBalancer, SAYS.haPorts],
    },
    {
      protocols: [ESP],
      carriage: 'drops',
      because: 'The rules of Azure Load Balancer take TCP and UDP and no other IP protocol, so ESP (50) ends there.',
      code: 'ESP_DROPPED',
      remedy: 'use NAT-T (UDP 4500)',
      evidence: [SAYS.loadBalancer, SAYS.haPorts],
    },
  ],
  notes: [
    {
      topic: 'HA Ports',
      text:
        'Protocol All with ports 0 exists on internal Standard load balancers only and means all flows of TCP and UDP. ' +
        'azurerm_lb_rule takes Tcp, Udp and All, ARM also Quic. Rules do not forward IP fragments.',
      evidence: [SAYS.haPorts, SAYS.azurermLoadBalancer, SAYS.loadBalancer],
    },
  ],
};

const GRE_AT_NAT_GATEWAY: CarriageFact = {
  protocols: [GRE],
  carriage: 'drops',
  because: 'Azure NAT Gateway translates TCP and UDP only, so it drops GRE (IP protocol 47).',
  code: 'GRE_DROPPED_BY_NAT_GATEWAY',
  evidence: [SAYS.natGateway],
};

const ESP_AT_NAT_GATEWAY: CarriageFact = {
  protocols: [ESP],
  carriage: 'drops',
  because: 'Azure NAT Gateway translates TCP and UDP only, so it drops ESP (IP protocol 50).',
  code: 'ESP_DROPPED',
  remedy: 'use NAT-T (UDP 4500)',
  evidence: [SAYS.natGateway],
};

const NAT_GATEWAY: NetworkElement = {
  id: 'azure.nat-gateway',
  platform: 'azure',
  name: 'Azure NAT Gateway in front of the gateway',
  short: 'NAT gateway',
  facts: [
    GRE_AT_NAT_GATEWAY,
    ESP_AT_NAT_GATEWAY,
    {
      protocols: [TCP, UDP],
      direction: 'to-gateway',
      carriage: 'drops',
      because: 'Azure NAT Gateway takes no connections from outside, so a server behind it cannot be reached.',
      code: 'NO_INBOUND_CONNECTIONS',
      remedy: 'give the virtual machine a public IP of its own',
      evidence: [SAYS.natGateway],
    },
    {
      protocols: [TCP, UDP],
      direction: 'to-client',
      carriage: 'carries',
      because: 'Azure NAT Gateway carries TCP and UDP connections that are opened behind it.',
      evidence: [SAYS.natGateway],
    },
  ],
  notes: [
    {
      topic: 'No property changes it',
      text: 'Standard and StandardV2 alike: TCP and UDP, not even ICMP.',
      evidence: [SAYS.natGateway],
    },
  ],
};

const CLIENT_NAT_GATEWAY: NetworkElement = {
  id: 'azure.client-nat-gateway',
  platform: 'azure',
  name: 'Azure NAT Gateway in front of the clients',
  short: "clients' NAT gateway",
  facts: [
    GRE_AT_NAT_GATEWAY,
    ESP_AT_NAT_GATEWAY,
    {
      protocols: [TCP, UDP],
      carriage: 'carries',
      because: 'Azure NAT Gateway carries TCP and UDP connections that are opened behind it.',
      evidence: [SAYS.natGateway],
    },
  ],
  notes: [
    {
      topic: 'PPTP clients in Azure',
      text: 'A PPTP client in a virtual network fails without a NAT gateway too, since the virtual network drops GRE.',
      evidence: [SAYS.virtualNetworkFaq],
    },
  ],
};

const AZURE_FIREWALL: NetworkElement = {
  id: 'azure.firewall',
  platform: 'azure',
  name: 'Azure Firewall',
  short: 'Azure Firewall',
  facts: [
    {
      protocols: [TCP, UDP],
      carriage: 'conditional',
      condition: 'a network rule or a DNAT rule passes it',
      because: 'Azure Firewall passes what its rules pass.',
      code: 'RULE_MISSING',
      remedy: 'add a network rule or a DNAT rule for this protocol and port',
      evidence: [SAYS.azurermFirewall],
    },
    {
      protocols: [GRE],
      carriage: 'drops',
      because:
        'The rules of Azure Firewall know Any, TCP, UDP and ICMP (DNAT rules TCP and UDP), and none of them means GRE (IP protocol 47).',
      code: 'GRE_DROPPED_BY_FIREWALL',
      evidence: [SAYS.firewallIssues, SAYS.azurermFirewall],
    },
    {
      protocols: [ESP],
      carriage: 'drops',
      because:
        'Azure Firewall does not pass ESP (IP protocol 50) to and from the internet: its rules know TCP, UDP and ICMP.',
      code: 'ESP_DROPPED',
      remedy: 'use NAT-T (UDP 4500)',
      evidence: [SAYS.firewallIssues, SAYS.azurermFirewall],
    },
  ],
  notes: [
    {
      topic: 'Any',
      text:
        'Any is not GRE. Other IP protocols than TCP and UDP towards the internet do not work, since the load balancer ' +
        'beneath translates TCP and UDP only; that they may pass between spokes does not matter, since virtual networks drop GRE.',
      evidence: [SAYS.firewallIssues],
    },
  ],
};

const VPN_GATEWAY: NetworkElement = {
  id: 'azure.vpn-gateway',
  platform: 'azure',
  name: 'Azure VPN Gateway (point-to-site)',
  short: 'VPN Gateway',
  facts: [
    {
      protocols: [UDP],
      ports: [500, 4500],
      carriage: 'carries',
      because: 'VPN Gateway takes IKEv2 on UDP 500 and 4500.',
      evidence: [SAYS.fromSstp, SAYS.azurermGateway],
    },
    {
      protocols: [TCP],
      ports: [443],
      carriage: 'carries',
      because: 'VPN Gateway takes OpenVPN on TCP 443.',
      evidence: [SAYS.fromSstp, SAYS.azurermGateway],
    },
    {
      protocols: [ESP],
      carriage: 'carries',
      because: 'VPN Gateway takes the ESP (IP protocol 50) of IKEv2.',
      evidence: [SAYS.fromSstp],
    },
    {
      protocols: [UDP],
      carriage: 'drops',
      because: 'VPN Gateway takes IKEv2 on UDP 500 and 4500 and no other UDP.',
      code: 'UDP_DROPPED',
      remedy: 'use IKEv2',
      evidence: [SAYS.fromSstp, SAYS.gatewaySdk],
    },
    {
      protocols: [TCP],
      carriage: 'drops',
      because: 'VPN Gateway takes OpenVPN on TCP 443 and no other TCP.',
      code: 'TCP_DROPPED',
      remedy: 'use OpenVPN on TCP 443, or IKEv2',
      evidence: [SAYS.fromSstp, SAYS.gatewaySdk],
    },
    {
      protocols: [GRE],
      carriage: 'drops',
      because: 'VPN Gateway speaks IKEv2, SSTP and OpenVPN; GRE (IP protocol 47) has no end there.',
      code: 'GRE_DROPPED',
      remedy: 'use IKEv2',
      evidence: [SAYS.gatewaySdk, SAYS.virtualNetworkFaq],
    },
  ],
  notes: [
    {
      topic: 'Resource',
      text:
        'azurerm_virtual_network_gateway with type "Vpn" and vpn_type "RouteBased"; one ip_configuration for ' +
        'active-standby, two for active-active, three for active-active over zones with point-to-site.',
      evidence: [SAYS.azurermGateway],
    },
    {
      topic: 'Subnet',
      text:
        'The subnet must be called GatewaySubnet. A network security group on it is not supported and may stop the ' +
        'gateway.',
      evidence: [SAYS.azurermGateway, SAYS.gatewaySubnetNsg],
    },
    {
      topic: 'Routes of the subnet',
      text: 'Routes of your own on GatewaySubnet are to be avoided, 0.0.0.0/0 above all.',
      evidence: [SAYS.memory],
    },
    {
      topic: 'Spelling of protocols',
      text: 'vpn_client_protocols: IkeV2 (with a capital V), OpenVPN, SSTP.',
      evidence: [SAYS.azurermGateway],
    },
    {
      topic: 'Authentication',
      text:
        'vpn_auth_types: AAD, Certificate, Radius; needed where there is more than one. Entra ID does not go with IkeV2 or ' +
        'SSTP, so it means OpenVPN.',
      evidence: [SAYS.azurermGateway],
    },
    {
      topic: 'Several authentication types',
      text:
        'Allowed on one gateway; a client must fit one type and a tunnel type that goes with it. With Entra ID beside ' +
        'RADIUS or certificates, Entra ID serves OpenVPN alone. In Virtual WAN, IKEv2 takes RADIUS and certificates only, ' +
        'and several methods in one configuration need OpenVPN.',
      evidence: [SAYS.gatewayMultiAuth, SAYS.virtualWan],
    },
    {
      topic: 'Connections and throughput',
      text: 'IKEv2 and OpenVPN connections: 250 (VpnGw1), 500 (VpnGw2), 1000 (VpnGw3); 650 Mbit/s, 1 Gbit/s, 1.25 Gbit/s.',
      evidence: [SAYS.gatewaySettings],
    },
    {
      topic: 'SSTP beside OpenVPN',
      text: 'Not on one gateway, since both are TLS. IkeV2 goes with either.',
      evidence: [SAYS.fromSstp],
    },
    {
      topic: 'End of SSTP',
      text:
        'SSTP cannot be switched on since 2026-03-31 and stops on existing gateways on 2027-03-31, though ARM and azurerm ' +
        'still accept it. It had 128 connections on every SKU.',
      evidence: [SAYS.fromSstp, SAYS.sstpRetirement],
    },
    {
      topic: 'SKUs',
      text: 'Basic, VpnGw1 to VpnGw5 and VpnGw1AZ to VpnGw5AZ. Generation 2 begins with VpnGw2.',
      evidence: [SAYS.gatewaySdk, SAYS.azurermGateway],
    },
    {
      topic: 'SKUs without AZ',
      text:
        'VpnGw1 to VpnGw5 cannot be created any more, are to be deprecated in 2026-09 and are migrated to AZ: write ' +
        'VpnGw1AZ to VpnGw5AZ only, though azurerm accepts the old names.',
      evidence: [SAYS.skuConsolidation],
    },
    {
      topic: 'Standard and HighPerformance',
      text: 'No new gateways since 2023-12-01; support ended on 2025-09-30.',
      evidence: [SAYS.skuConsolidation, SAYS.gatewaySkus],
    },
    {
      topic: 'Basic SKU',
      text:
        'No RADIUS, no IPv6, no OpenVPN, PowerShell and CLI only, about 100 Mbit/s, not for production. It had SSTP alone; ' +
        'from 2025-11 on the documentation names IKEv2 as well.',
      evidence: [SAYS.gatewaySkus, SAYS.fromSstp],
    },
    {
      topic: 'Basic SKU and public IP',
      text:
        'It needed a Basic public IP, which cannot be created any more; Standard was announced and is not confirmed: ' +
        'this library does not offer it.',
      evidence: [SAYS.basicSku],
    },
    {
      topic: 'azurerm 5 and the CDKTF bindings',
      text: 'enable_bgp of azurerm 4.55 (enableBgp in the bindings) is bgp_enabled in 5.x.',
      evidence: [SAYS.upgradeGuide, SAYS.cdktfBindings],
    },
    {
      topic: 'The example of azurerm',
      text: 'The example of its page has sku "Basic" and allocation_method "Dynamic" and cannot be planned any more.',
      evidence: [SAYS.azurermGateway, SAYS.azurermPublicIp],
    },
    {
      topic: 'Ports of clients',
      text: 'OpenVPN and SSTP use TCP 443, IKEv2 UDP 500 and 4500, and ESP.',
      evidence: [SAYS.fromSstp],
    },
  ],
};

/** What lies between a virtual network and other networks carries what virtual networks carry. */
function between(id: string, name: string, short: string, notes: NetworkElement['notes'] = []): NetworkElement {
  return {
    id,
    platform: 'azure',
    name,
    short,
    facts: [
      {
        ...GRE_IN_FABRIC,
        because: `Packets of ${name} travel in virtual networks, and Azure blocks GRE (IP protocol 47) there.`,
      },
      {
        protocols: [TCP, UDP, ESP],
        carriage: 'carries',
        because: `${name} carries what virtual networks carry.`,
        evidence: [SAYS.virtualNetworkFaqProtocols],
      },
    ],
    notes,
  };
}

/** What Azure puts on the way between a client and a gateway. */
export const AZURE = {
  /** The platform itself, which drops GRE; its notes are about RRAS, flow logs, IP forwarding and outbound access. */
  VIRTUAL_NETWORK,
  /** Stateful filter of a subnet or a network interface. */
  NETWORK_SECURITY_GROUP,
  /** A Standard public IP of a virtual machine's network interface. */
  PUBLIC_IP,
  LOAD_BALANCER,
  /** A NAT gateway of the gateway's subnet. */
  NAT_GATEWAY,
  /** A NAT gateway behind which the clients are. */
  CLIENT_NAT_GATEWAY,
  AZURE_FIREWALL,
  /** The managed VPN server for single users. */
  VPN_GATEWAY,
  /** An IPsec tunnel between two networks, with the clients in one and the gateway in the other. */
  SITE_TO_SITE_VPN: between('azure.site-to-site-vpn', 'Azure VPN Gateway (site-to-site)', 'site-to-site VPN'),
  EXPRESSROUTE: between('azure.expressroute', 'Azure ExpressRoute', 'ExpressRoute'),
  VIRTUAL_NETWORK_PEERING: between(
    'azure.virtual-network-peering',
    'Azure virtual network peering',
    'virtual network peering',
  ),
  /** A virtual machine that routes, with or without Route Server. */
  NETWORK_VIRTUAL_APPLIANCE: between(
    'azure.network-virtual-appliance',
    'Azure network virtual appliance',
    'network virtual appliance',
    [
      {
        topic: 'GRE over an appliance',
        text: 'GRE must be wrapped into IPsec or UDP on the appliance, or be avoided.',
        evidence: [SAYS.hostSwitch],
      },
    ],
  ),
  /** Exchanges routes with appliances; the packets themselves travel in the virtual network. */
  ROUTE_SERVER: between('azure.route-server', 'Azure Route Server', 'Route Server'),
} as const satisfies Record<string, NetworkElement>;
