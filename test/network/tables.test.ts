// The tables of facts about AWS and Azure, row by row: what each element does to the flows of a VPN, and what its notes
// say besides. A cell has one word for both directions, or 'to the gateway / to the client'. A conditional cell has the
// code that it gets when the condition does not hold.

import { type Direction, Flow } from '../../lib/flows';
import { AWS, AZURE, COMMON, FIREWALLS, factFor, type NetworkElement } from '../../lib/network';

const RULE = 'conditional RULE_MISSING';
const IN_ONLY_BY_RULE = `${RULE} / carries`;
const NOTHING_IN = 'drops NO_INBOUND_CONNECTIONS / carries';

type Row = [row: string, element: NetworkElement, tcp1723: string, gre: string, udp4500: string, esp: string];

const AWS_ROWS: Row[] = [
  ['VPC', AWS.VPC, 'carries', 'carries', 'carries', 'carries'],
  ['security group', AWS.SECURITY_GROUP, IN_ONLY_BY_RULE, RULE, IN_ONLY_BY_RULE, IN_ONLY_BY_RULE],
  ['network ACL', AWS.NETWORK_ACL, RULE, RULE, RULE, RULE],
  ['internet gateway and Elastic IP', AWS.INTERNET_GATEWAY, 'carries', 'carries', 'carries', 'carries'],
  [
    'NAT gateway, server behind it',
    AWS.NAT_GATEWAY,
    NOTHING_IN,
    'drops GRE_DROPPED_BY_NAT_GATEWAY',
    NOTHING_IN,
    'drops ESP_DROPPED',
  ],
  [
    'NAT gateway, client behind it',
    AWS.CLIENT_NAT_GATEWAY,
    'carries',
    'drops GRE_DROPPED_BY_NAT_GATEWAY',
    'carries',
    'drops ESP_DROPPED',
  ],
  ['NAT instance', AWS.NAT_INSTANCE, RULE, 'conditional PPTP_HELPER_MISSING', RULE, 'undocumented'],
  ['NLB', AWS.NETWORK_LOAD_BALANCER, RULE, 'drops GRE_DROPPED_BY_LOAD_BALANCER', RULE, 'drops ESP_DROPPED'],
  [
    'ALB',
    AWS.APPLICATION_LOAD_BALANCER,
    'drops TCP_DROPPED',
    'drops GRE_DROPPED_BY_LOAD_BALANCER',
    'drops UDP_DROPPED',
    'drops ESP_DROPPED',
  ],
  ['Gateway LB', AWS.GATEWAY_LOAD_BALANCER, RULE, 'conditional GRE_DROPPED_BY_LOAD_BALANCER', RULE, RULE],
  ['Network Firewall', AWS.NETWORK_FIREWALL, RULE, 'conditional GRE_DROPPED_BY_FIREWALL', RULE, RULE],
  ['transit gateway', AWS.TRANSIT_GATEWAY, 'carries', 'carries by inference', 'carries', 'carries by inference'],
  ['TGW Connect', AWS.TRANSIT_GATEWAY_CONNECT, 'undocumented', 'undocumented', 'undocumented', 'undocumented'],
  ['VPC peering', AWS.VPC_PEERING, 'carries', 'carries by inference', 'carries', 'carries by inference'],
  ['Direct Connect', AWS.DIRECT_CONNECT, 'carries', 'carries by inference', 'carries', 'carries by inference'],
  ['Site-to-Site VPN', AWS.SITE_TO_SITE_VPN, 'carries', 'carries by inference', 'carries', 'carries by inference'],
  ['Global Accelerator', AWS.GLOBAL_ACCELERATOR, RULE, 'drops GRE_DROPPED_BY_ACCELERATOR', RULE, 'drops ESP_DROPPED'],
  [
    'Client VPN',
    AWS.CLIENT_VPN_ENDPOINT,
    'drops TCP_DROPPED',
    'drops GRE_DROPPED',
    'drops UDP_DROPPED',
    'drops ESP_DROPPED',
  ],
];

const FABRIC = 'drops GRE_DROPPED_BY_FABRIC';

const AZURE_ROWS: Row[] = [
  ['virtual network', AZURE.VIRTUAL_NETWORK, 'carries', FABRIC, 'carries', 'carries'],
  [
    'NSG rule',
    AZURE.NETWORK_SECURITY_GROUP,
    IN_ONLY_BY_RULE,
    'drops GRE_NOT_A_RULE_PROTOCOL',
    IN_ONLY_BY_RULE,
    IN_ONLY_BY_RULE,
  ],
  ['public IP', AZURE.PUBLIC_IP, RULE, FABRIC, RULE, 'undocumented'],
  ['Load Balancer', AZURE.LOAD_BALANCER, RULE, 'drops GRE_DROPPED_BY_LOAD_BALANCER', RULE, 'drops ESP_DROPPED'],
  [
    'NAT gateway, server behind it',
    AZURE.NAT_GATEWAY,
    NOTHING_IN,
    'drops GRE_DROPPED_BY_NAT_GATEWAY',
    NOTHING_IN,
    'drops ESP_DROPPED',
  ],
  [
    'NAT gateway, client behind it',
    AZURE.CLIENT_NAT_GATEWAY,
    'carries',
    'drops GRE_DROPPED_BY_NAT_GATEWAY',
    'carries',
    'drops ESP_DROPPED',
  ],
  ['Azure Firewall', AZURE.AZURE_FIREWALL, RULE, 'drops GRE_DROPPED_BY_FIREWALL', RULE, 'drops ESP_DROPPED'],
  ['VPN gateway, single users', AZURE.VPN_GATEWAY, 'drops TCP_DROPPED', 'drops GRE_DROPPED', 'carries', 'carries'],
  ['VPN gateway, transit', AZURE.SITE_TO_SITE_VPN, 'carries', FABRIC, 'carries', 'carries'],
  ['ExpressRoute', AZURE.EXPRESSROUTE, 'carries', FABRIC, 'carries', 'carries'],
  ['peering', AZURE.VIRTUAL_NETWORK_PEERING, 'carries', FABRIC, 'carries', 'carries'],
  ['Route Server', AZURE.ROUTE_SERVER, 'carries', FABRIC, 'carries', 'carries'],
  ['NVA', AZURE.NETWORK_VIRTUAL_APPLIANCE, 'carries', FABRIC, 'carries', 'carries'],
];

const HELPER = 'conditional PPTP_HELPER_MISSING';
const NO_ANSWER = 'carries / drops PPTP_HELPER_MISSING';
const PRODUCT = 'conditional GRE_DROPPED_BY_FIREWALL';

const COMMON_ROWS: Row[] = [
  ['internet', COMMON.INTERNET, 'carries', 'carries', 'carries', 'carries'],
  ['NAT router of the clients', COMMON.CLIENT_NAT, 'carries', HELPER, 'carries', 'undocumented'],
  ['carrier NAT', COMMON.CARRIER_NAT, 'carries', 'undocumented', 'carries', 'undocumented'],
  ['client’s own filter', COMMON.CLIENT_DEVICE, 'carries', `carries / ${HELPER}`, 'carries', 'undocumented'],
  ['firewall of Windows', COMMON.WINDOWS_FIREWALL, 'carries', 'carries', 'carries', 'undocumented'],
  ['host filter', COMMON.HOST_FILTER, RULE, RULE, RULE, RULE],
  ['NAT router with helper', COMMON.CLIENT_NAT_WITH_HELPER, 'carries', 'carries', 'carries', 'undocumented'],
  ['NAT router without', COMMON.CLIENT_NAT_WITHOUT_HELPER, 'carries', NO_ANSWER, 'carries', 'undocumented'],
  ['NAT router of pf', COMMON.CLIENT_NAT_BY_ADDRESS, 'carries', HELPER, 'carries', 'undocumented'],
  ['GRE to one client', COMMON.CLIENT_NAT_TO_ONE_CLIENT, 'carries', HELPER, 'carries', 'undocumented'],
  ['1:1 of a client', COMMON.CLIENT_ONE_TO_ONE_NAT, 'carries', 'carries', 'carries', 'undocumented'],
  ['firewall of the clients', COMMON.CLIENT_FIREWALL, 'carries', NO_ANSWER, 'carries', 'undocumented'],
  ['the same with helper', COMMON.CLIENT_FIREWALL_WITH_HELPER, 'carries', 'carries', 'carries', 'undocumented'],
  ['1:1 of the gateway', COMMON.ONE_TO_ONE_NAT, 'carries', 'carries', 'carries', 'carries by inference'],
  ['port forward', COMMON.PORT_FORWARD, RULE, 'drops RULE_MISSING / carries', RULE, RULE],
  ['port forward with GRE', COMMON.PORT_FORWARD_WITH_GRE, RULE, 'carries', RULE, RULE],
  ['port forward with helper', COMMON.PORT_FORWARD_WITH_HELPER, RULE, 'carries', RULE, RULE],
  ['firewall', COMMON.FIREWALL, RULE, 'drops PPTP_HELPER_MISSING / carries', RULE, RULE],
  ['firewall with helper', COMMON.FIREWALL_WITH_HELPER, RULE, 'carries', RULE, RULE],
  ['GRE as established only', COMMON.ESTABLISHED_ONLY_FILTER, RULE, 'drops PPTP_HELPER_MISSING / carries', RULE, RULE],
  ...Object.values(FIREWALLS).map((product): Row => [product.short, product, RULE, PRODUCT, RULE, RULE]),
];

/** What an element does to a flow, as a cell of the tables above. */
function cell(element: NetworkElement, flow: Flow): string {
  const half = (direction: Direction) => {
    const fact = factFor(element, flow, direction);
    if (fact === undefined) {
      return 'nothing';
    }
    const byInference = fact.carriage === 'carries' && fact.evidence.every(({ kind }) => kind === 'inference');
    return [fact.carriage, ...(byInference ? ['by inference'] : []), ...(fact.code ? [fact.code] : [])].join(' ');
  };
  const [there, back] = [half('to-gateway'), half('to-client')];
  return there === back ? there : `${there} / ${back}`;
}

describe.each([
  ['AWS', AWS, AWS_ROWS],
  ['Azure', AZURE, AZURE_ROWS],
  ['no cloud', COMMON, COMMON_ROWS],
])('the table of %s', (_, elements, rows) => {
  test.each(rows)('%s', (_row, element, tcp1723, gre, udp4500, esp) => {
    expect({
      'TCP 1723': cell(element, Flow.tcp(1723)),
      GRE: cell(element, Flow.GRE),
      'UDP 4500': cell(element, Flow.udp(4500)),
      ESP: cell(element, Flow.ESP),
    }).toEqual({ 'TCP 1723': tcp1723, GRE: gre, 'UDP 4500': udp4500, ESP: esp });
  });

  test('has a row for every element', () => {
    expect(rows.map(([, { id }]) => id).sort()).toEqual(
      Object.values<NetworkElement>(elements)
        .map(({ id }) => id)
        .sort(),
    );
  });
});

describe('the managed endpoints', () => {
  test.each([
    ['UDP 443', Flow.udp(443), 'carries'],
    ['UDP 1194', Flow.udp(1194), 'carries'],
    ['TCP 443', Flow.tcp(443), 'carries'],
    ['TCP 1194', Flow.tcp(1194), 'carries'],
    ['UDP 51820', Flow.udp(51820), 'drops UDP_DROPPED'],
    ['UDP 500', Flow.udp(500), 'drops UDP_DROPPED'],
  ])('of AWS Client VPN: %s', (_, flow, expected) => {
    expect(cell(AWS.CLIENT_VPN_ENDPOINT, flow)).toBe(expected);
  });

  test.each([
    ['UDP 500', Flow.udp(500), 'carries'],
    ['UDP 4500', Flow.udp(4500), 'carries'],
    ['TCP 443', Flow.tcp(443), 'carries'],
    ['UDP 1194', Flow.udp(1194), 'drops UDP_DROPPED'],
    ['UDP 51820', Flow.udp(51820), 'drops UDP_DROPPED'],
    ['TCP 1194', Flow.tcp(1194), 'drops TCP_DROPPED'],
  ])('of Azure VPN Gateway: %s', (_, flow, expected) => {
    expect(cell(AZURE.VPN_GATEWAY, flow)).toBe(expected);
  });
});

describe('GRE through an internet gateway with an Elastic IP', () => {
  test('stands on reports from the field, and says that AWS has no sentence about it', () => {
    const fact = factFor(AWS.INTERNET_GATEWAY, Flow.GRE, 'to-gateway');
    const report = fact?.evidence.find(({ kind }) => kind === 'field-report');
    expect(report).toMatchObject({ title: 'webdigi/AWS-VPN-Server-Setup, issues 9, 26 and 79', certainty: 'high' });
    expect(report?.caveat).toContain('AWS itself has no sentence that names IP protocol 47');
  });
});

describe('GRE in an Azure virtual network', () => {
  test('is dropped on the word of Microsoft, read in 2026-10, and nothing is offered to change at the hop', () => {
    const fact = factFor(AZURE.VIRTUAL_NETWORK, Flow.GRE, 'to-gateway');
    expect(fact?.evidence[0]).toMatchObject({ kind: 'vendor', title: 'Azure Virtual Network FAQ', read: '2026-10' });
    expect(fact?.remedy).toBeUndefined();
  });

  test('cannot be allowed by a rule, in the words that a user can search for', () => {
    expect(factFor(AZURE.NETWORK_SECURITY_GROUP, Flow.GRE, 'to-gateway')?.because).toBe(
      'No NSG rule can allow GRE (IP protocol 47): its protocols are Tcp, Udp, Icmp, Esp, Ah and *, and * means TCP, UDP and ICMP.',
    );
  });
});

// What the tables say besides: spellings, quotas and pitfalls, and the rows that are about no hop.
const NOTES: [row: string, element: NetworkElement, topic: string, ...says: string[]][] = [
  ['AWS: security group', AWS.SECURITY_GROUP, 'Spelling', 'IpProtocol "47" without FromPort and ToPort', 'Port.esp()'],
  ['AWS: connection tracking', AWS.SECURITY_GROUP, 'Connection tracking of GRE', '600 seconds', 'network ACL'],
  ['AWS: TCP idle timeout', AWS.SECURITY_GROUP, 'Idle timeout of TCP', '432000', '350', 'every 60 seconds'],
  ['AWS: quotas', AWS.SECURITY_GROUP, 'Quotas', '60 rules', '1000', '30 ranges', 'prefix list'],
  ['AWS: network ACL', AWS.NETWORK_ACL, 'Spelling', 'Protocol 47 as a number', 'AclTraffic'],
  ['AWS: network ACL, quota', AWS.NETWORK_ACL, 'Quotas', '20 entries', '40'],
  ['AWS: network ACL, pairs', AWS.NETWORK_ACL, 'What PPTP needs', '1723', '1024-65535', 'type 3 code 4'],
  ['AWS: ephemeral ports', AWS.NETWORK_ACL, 'Ephemeral ports', '49152-65535', '32768-61000', '1024-65535'],
  ['AWS: internet gateway', AWS.INTERNET_GATEWAY, 'Address', 'never sees its Elastic IP', 'no IP addresses'],
  ['AWS: internet gateway, MTU', AWS.INTERNET_GATEWAY, 'MTU', '1500'],
  ['AWS: NAT gateway', AWS.NAT_GATEWAY, 'No property changes it', 'TCP, UDP and ICMP', 'NAT-T'],
  ['AWS: NAT gateway, client', AWS.CLIENT_NAT_GATEWAY, 'Symptom', 'verifying user name and password'],
  ['AWS: NAT instance', AWS.NAT_INSTANCE, 'Set-up', 'SourceDestCheck false', 'nf_nat_pptp'],
  ['AWS: NLB', AWS.NETWORK_LOAD_BALANCER, 'It looks as if it worked', 'TCP 1723', 'one gateway per address'],
  ['AWS: Gateway LB', AWS.GATEWAY_LOAD_BALANCER, 'Inspection only', 'UDP 6081'],
  ['AWS: Gateway LB, hashing', AWS.GATEWAY_LOAD_BALANCER, 'Stickiness', '2-tuple'],
  ['AWS: Network Firewall', AWS.NETWORK_FIREWALL, 'Spelling', 'MatchAttributes.Protocols [47]', 'protocol IP'],
  ['AWS: Network Firewall, inner', AWS.NETWORK_FIREWALL, 'Inside GRE', 'IKEv2 keyword'],
  ['AWS: transit gateway', AWS.TRANSIT_GATEWAY, 'MTU', '8500', '1500'],
  ['AWS: TGW Connect', AWS.TRANSIT_GATEWAY_CONNECT, 'Not the GRE of PPTP', 'at most 4 Connect peers'],
  ['AWS: VPC peering', AWS.VPC_PEERING, 'Reach and MTU', 'not transitive', '8500'],
  ['AWS: Direct Connect', AWS.DIRECT_CONNECT, 'MTU', '9001', '8500'],
  ['AWS: Global Accelerator', AWS.GLOBAL_ACCELERATOR, 'It looks as if it worked', 'silently'],
  ['AWS: source/destination check', AWS.VPC, 'Source/destination check', 'SourceDestCheck false', 'masquerades'],
  ['AWS: MTU', AWS.VPC, 'MTU', '9001', '1400', 'Wavelength'],
  ['AWS: flow logs', AWS.VPC, 'VPC Flow Logs', 'protocol 47 with ports', 'pkt-srcaddr', 'never the Elastic IP'],
  ['AWS: Client VPN', AWS.CLIENT_VPN_ENDPOINT, 'Ports', '443 over UDP by default, not 1194'],
  ['AWS: Client VPN, pool', AWS.CLIENT_VPN_ENDPOINT, 'Limits', '/22 to a /12'],
  ['AWS: Site-to-Site VPN', AWS.SITE_TO_SITE_VPN, 'Networks, not users', '8 to 64 characters', 'ikev2'],
  ['Azure: enum that misleads', AZURE.VIRTUAL_NETWORK, 'ProtocolType.Gre in the SDKs', 'DSCP'],
  ['Azure: NSG rule', AZURE.NETWORK_SECURITY_GROUP, 'Spelling', 'Tcp, Udp, Icmp, Esp, Ah and *'],
  ['Azure: NSG rule, limits', AZURE.NETWORK_SECURITY_GROUP, 'Limits', '80', '140', '100 to 4096', 'private addresses'],
  ['Azure: public IP', AZURE.PUBLIC_IP, 'Spelling', 'sku "Standard"', '2025-09-30', '2025-03-31'],
  ['Azure: Load Balancer', AZURE.LOAD_BALANCER, 'HA Ports', 'TCP and UDP', 'fragments'],
  ['Azure: NAT gateway', AZURE.NAT_GATEWAY, 'No property changes it', 'StandardV2'],
  ['Azure: NAT gateway, client', AZURE.CLIENT_NAT_GATEWAY, 'PPTP clients in Azure', 'without a NAT gateway too'],
  ['Azure: Firewall', AZURE.AZURE_FIREWALL, 'Any', 'Any is not GRE', 'spokes'],
  ['Azure: NVA', AZURE.NETWORK_VIRTUAL_APPLIANCE, 'GRE over an appliance', 'IPsec or UDP'],
  ['Azure: nothing ends PPTP', AZURE.VIRTUAL_NETWORK, 'Nothing in Azure ends PPTP', 'Virtual WAN'],
  ['Azure: RRAS', AZURE.VIRTUAL_NETWORK, 'Windows Server RRAS on a virtual machine', 'not supported'],
  ['Azure: NSG flow logs', AZURE.VIRTUAL_NETWORK, 'NSG flow logs', '2025-06-30', '2027-09-30'],
  ['Azure: VNet flow logs', AZURE.VIRTUAL_NETWORK, 'VNet flow logs', 'targetResourceId', 'not expected'],
  ['Azure: IP forwarding', AZURE.VIRTUAL_NETWORK, 'IP forwarding of the network interface', 'ip_forwarding_enabled'],
  ['Azure: outbound access', AZURE.VIRTUAL_NETWORK, 'Default outbound access', '2026-03-31'],
  ['VPN Gateway: resource', AZURE.VPN_GATEWAY, 'Resource', 'RouteBased'],
  ['VPN Gateway: subnet and NSG', AZURE.VPN_GATEWAY, 'Subnet', 'GatewaySubnet', 'not supported'],
  ['VPN Gateway: protocols', AZURE.VPN_GATEWAY, 'Spelling of protocols', 'IkeV2', 'OpenVPN'],
  ['VPN Gateway: authentication', AZURE.VPN_GATEWAY, 'Authentication', 'AAD, Certificate, Radius', 'OpenVPN'],
  ['VPN Gateway: several authentications', AZURE.VPN_GATEWAY, 'Several authentication types', 'Virtual WAN'],
  ['VPN Gateway: connections', AZURE.VPN_GATEWAY, 'Connections and throughput', '250', '500', '1000', '650 Mbit/s'],
  ['VPN Gateway: SSTP and OpenVPN', AZURE.VPN_GATEWAY, 'SSTP beside OpenVPN', 'Not on one gateway'],
  ['VPN Gateway: end of SSTP', AZURE.VPN_GATEWAY, 'End of SSTP', '2026-03-31', '2027-03-31', '128'],
  ['VPN Gateway: SKUs', AZURE.VPN_GATEWAY, 'SKUs', 'VpnGw1AZ to VpnGw5AZ', 'Generation 2 begins with VpnGw2'],
  ['VPN Gateway: SKUs without AZ', AZURE.VPN_GATEWAY, 'SKUs without AZ', 'cannot be created any more', '2026-09'],
  ['VPN Gateway: old SKUs', AZURE.VPN_GATEWAY, 'Standard and HighPerformance', '2023-12-01', '2025-09-30'],
  ['VPN Gateway: Basic', AZURE.VPN_GATEWAY, 'Basic SKU', 'No RADIUS', '2025-11'],
  ['VPN Gateway: Basic and public IP', AZURE.VPN_GATEWAY, 'Basic SKU and public IP', 'does not offer it'],
  ['VPN Gateway: azurerm 5', AZURE.VPN_GATEWAY, 'azurerm 5 and the CDKTF bindings', 'enableBgp'],
  ['VPN Gateway: example', AZURE.VPN_GATEWAY, 'The example of azurerm', 'cannot be planned any more'],
  ['VPN Gateway: ports', AZURE.VPN_GATEWAY, 'Ports of clients', 'TCP 443', 'UDP 500 and 4500'],
];

describe('the notes keep what a carriage cannot say', () => {
  test.each(NOTES)('%s', (_row, element, topic, ...says) => {
    const text = element.notes.find((note) => note.topic === topic)?.text ?? '';
    expect(says.filter((part) => !text.includes(part))).toEqual([]);
  });
});
