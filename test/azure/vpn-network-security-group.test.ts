import {
  KnownSecurityRuleAccess,
  KnownSecurityRuleDirection,
  KnownSecurityRuleProtocol,
} from '@azure/arm-network/models/common';
import {
  NetworkSecurityGroup,
  type NetworkSecurityGroupConfig,
} from '@cdktf/provider-azurerm/lib/network-security-group';
import { Subnet } from '@cdktf/provider-azurerm/lib/subnet';
import { TerraformVariable, Token } from 'cdktf';
import {
  Clients,
  FLOW_SLOTS,
  Flow,
  IKEV2,
  L2TP_IPSEC,
  OPENVPN,
  RefusalError,
  SSTP,
  VpnNetworkSecurityGroup,
  type VpnNetworkSecurityGroupProps,
  WIREGUARD,
} from 'pptp-constructs/azure';
import { PPTP, VPN_PROTOCOLS } from '../../lib/protocols';
import { clients, only, plant, ref, resolved, synthesised, textOf, thrown } from './support';

const right = { resourceGroupName: 'plant4', location: 'westeurope', clients, protocols: [WIREGUARD] };
const SUBNETS = '/subscriptions/0/resourceGroups/plant4/providers/Microsoft.Network/virtualNetworks/plant4/subnets';

function build(change: Partial<VpnNetworkSecurityGroupProps> = {}) {
  const stack = plant();
  return { stack, group: new VpnNetworkSecurityGroup(stack, 'VpnNsg', { ...right, ...change }) };
}

function refused(change: object) {
  const stack = plant();
  return thrown(() => new VpnNetworkSecurityGroup(stack, 'VpnNsg', { ...right, ...change }), stack);
}

interface Rule {
  readonly name: string;
  readonly priority: number;
  readonly protocol: string;
  readonly destination_port_range: string;
  readonly source_address_prefixes?: string[];
  readonly source_address_prefix?: string;
  readonly [attribute: string]: unknown;
}

/** The rules of a network security group by name. */
function rules(change: Partial<VpnNetworkSecurityGroupProps> = {}): Record<string, Rule> {
  const found = Object.values(synthesised(build(change).stack).azurerm_network_security_rule ?? {}) as Rule[];
  return Object.fromEntries(found.map((rule) => [rule.name, rule]));
}

describe('rules', () => {
  test('one of their own per flow, and none in the network security group', () => {
    const { stack } = build({ protocols: [IKEV2], tags: { plant: '4' } });
    expect(synthesised(stack)).toMatchSnapshot();
  });

  test.each([
    [L2TP_IPSEC, ['allow-vpn-udp-4500', 'allow-vpn-udp-500']],
    [SSTP, ['allow-vpn-tcp-443']],
    [IKEV2, ['allow-vpn-udp-4500', 'allow-vpn-udp-500']],
    [OPENVPN, ['allow-vpn-udp-1194']],
    [WIREGUARD, ['allow-vpn-udp-51820']],
  ])('$name gets those of its preferred form', (protocol, names) => {
    expect(Object.keys(rules({ protocols: [protocol] })).sort()).toEqual(names);
  });

  test('flows of other forms are added where they are asked for, without ports where there are none', () => {
    const made = rules({ protocols: [IKEV2], additionalFlows: [Flow.ESP, Flow.tcp(443), Flow.udp(500)] });
    expect(Object.keys(made)).toHaveLength(4);
    expect(made['allow-vpn-esp']).toMatchObject({
      protocol: 'Esp',
      source_port_range: '*',
      destination_port_range: '*',
      description: 'VPN: ESP 50',
    });
    expect(made['allow-vpn-udp-500']?.description).toBe('IKEv2: UDP 500');
  });

  test('one flow of two protocols is one rule that names both', () => {
    const made = rules({ protocols: [L2TP_IPSEC, IKEV2] });
    expect(Object.keys(made)).toHaveLength(2);
    expect(made['allow-vpn-udp-500']?.description).toBe('L2TP/IPsec, IKEv2: UDP 500');
  });

  test('are spelled as the API spells them, whatever protocol', () => {
    const known = {
      protocol: Object.values<string>(KnownSecurityRuleProtocol),
      access: Object.values<string>(KnownSecurityRuleAccess),
      direction: Object.values<string>(KnownSecurityRuleDirection),
    };
    const all = rules({
      protocols: VPN_PROTOCOLS.filter((protocol) => protocol !== PPTP),
      additionalFlows: [Flow.ESP, Flow.tcp(443), Flow.tcp(1194), Flow.udp(443)],
    });
    expect(Object.keys(all)).toHaveLength(FLOW_SLOTS.length);
    for (const rule of Object.values(all)) {
      expect(known.protocol).toContain(rule.protocol);
      expect(known.access).toContain(rule.access);
      expect(known.direction).toContain(rule.direction);
      expect(rule.protocol).not.toBe('*');
      expect(rule.name.length).toBeLessThanOrEqual(80);
      expect((rule.description as string).length).toBeLessThanOrEqual(140);
    }
    expect(new Set(Object.values(all).map(({ protocol }) => protocol))).toEqual(new Set(['Tcp', 'Udp', 'Esp']));
  });

  test('Microsoft itself has no GRE among the protocols of a rule', () => {
    expect(Object.values<string>(KnownSecurityRuleProtocol).sort()).toEqual(['*', 'Ah', 'Esp', 'Icmp', 'Tcp', 'Udp']);
  });
});

describe('sets of flows', () => {
  test('take the place of the usual one of their protocol, and of no other', () => {
    const protocols = [OPENVPN, WIREGUARD];
    expect(Object.keys(rules({ protocols, flowSets: OPENVPN.flowSets.slice(1, 3) })).sort()).toEqual([
      'allow-vpn-tcp-443',
      'allow-vpn-udp-443',
      'allow-vpn-udp-51820',
    ]);
  });

  test('of a protocol that is not let in are refused', () => {
    const error = refused({ flowSets: OPENVPN.flowSets });
    expect(error.code).toBe('FLOW_SET_UNKNOWN');
    expect(textOf(error)).toMatchInlineSnapshot(`
      "flowSets holds a set of flows that none of the protocols has.
        got      "UDP 1194"
        allowed  sets from flowSets of one of the protocols
        write    protocols: [OPENVPN], flowSets: OPENVPN.flowSets.slice(1, 2)

            at <the line of the user>
            code FLOW_SET_UNKNOWN, see docs/diagnostics.md"
    `);
  });
});

describe('priorities', () => {
  const everything = {
    protocols: [OPENVPN, WIREGUARD, IKEV2, SSTP],
    clients: Clients.from('203.0.113.0/24', '2001:db8::/32'),
  };

  test('every flow of every protocol has a slot of its own for ever', () => {
    const flows = VPN_PROTOCOLS.flatMap(({ flowSets }) => flowSets.flatMap((set) => set.flows.map(({ id }) => id)));
    const pptp = PPTP.flowSets.flatMap((set) => set.flows.map(({ id }) => id));
    expect(new Set(FLOW_SLOTS)).toEqual(new Set(flows.filter((id) => !pptp.includes(id))));
    // Appending is right; anything else moves rules that are deployed.
    expect(FLOW_SLOTS).toEqual([
      'udp-500',
      'udp-4500',
      'esp',
      'tcp-443',
      'udp-1194',
      'udp-443',
      'tcp-1194',
      'udp-51820',
    ]);
  });

  test('are unique and in the range of Azure', () => {
    const priorities = Object.values(rules(everything)).map(({ priority }) => priority);
    expect(new Set(priorities).size).toBe(priorities.length);
    expect(Math.min(...priorities)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...priorities)).toBeLessThanOrEqual(4096);
  });

  test('do not move when a protocol, a flow or a client is added, or the order changes', () => {
    const before = rules();
    const after = rules({ ...everything, additionalFlows: [Flow.ESP] });
    for (const [name, { priority }] of Object.entries(before)) {
      expect(after[name]?.priority).toBe(priority);
    }
    const turned = rules({ ...everything, protocols: [...everything.protocols].reverse() });
    expect(turned).toMatchObject(rules(everything));
  });

  test('start where they are told to', () => {
    expect(rules({ firstPriority: 100, protocols: [IKEV2] })['allow-vpn-udp-500']?.priority).toBe(100);
    expect(rules({ firstPriority: 3297, protocols: [WIREGUARD] })['allow-vpn-udp-51820']?.priority).toBe(3437);
  });
});

describe('clients', () => {
  test('of several ranges are one rule, and IPv6 ones a second: Azure takes no rule that mixes them', () => {
    const made = rules({ clients: Clients.from('203.0.113.0/24', '2001:db8::/32', '198.51.100.0/24') });
    expect(made['allow-vpn-udp-51820']?.source_address_prefixes).toEqual(['203.0.113.0/24', '198.51.100.0/24']);
    expect(made['allow-vpn-udp-51820-ipv6']?.source_address_prefixes).toEqual(['2001:db8::/32']);
    expect(Object.keys(made)).toHaveLength(2);
  });

  test('from anywhere are the tag Internet, with the reason in the rule', () => {
    const made = rules({ clients: Clients.anywhereBecause('roaming sales staff\non mobile networks') });
    expect(made['allow-vpn-udp-51820']).toMatchObject({
      source_address_prefix: 'Internet',
      description: 'WireGuard: UDP 51820; from anywhere: roaming sales staff on mobile networks',
    });
  });

  test('a long reason is cut to what Azure takes', () => {
    const made = rules({ clients: Clients.anywhereBecause('because '.repeat(40)) });
    expect(made['allow-vpn-udp-51820']?.description).toHaveLength(140);
  });

  test('that only deployment knows pass as IPv4', () => {
    const stack = plant();
    const office = new TerraformVariable(stack, 'Office', { type: 'string' }).stringValue;
    new VpnNetworkSecurityGroup(stack, 'VpnNsg', { ...right, clients: Clients.from(office) });
    expect(only(stack, 'azurerm_network_security_rule').source_address_prefixes).toEqual([ref('var.Office')]);
  });
});

describe('where the rules go', () => {
  test('into a new network security group, named after its path', () => {
    const { stack, group } = build();
    expect(only(stack, 'azurerm_network_security_group')).toEqual({
      name: 'plant4-VpnNsg',
      location: 'westeurope',
      resource_group_name: 'plant4',
    });
    expect(resolved(stack, group.id)).toMatch(/^\$\{azurerm_network_security_group\.\w+\.id\}$/);
    expect(group.rules.map(({ node }) => node.id)).toEqual(['allow-vpn-udp-51820']);
  });

  test('into one that exists', () => {
    const stack = plant();
    const networkSecurityGroup = new NetworkSecurityGroup(stack, 'Servers', {
      name: 'servers',
      location: 'westeurope',
      resourceGroupName: 'plant4',
    });
    const group = new VpnNetworkSecurityGroup(stack, 'VpnNsg', {
      clients,
      protocols: [WIREGUARD],
      networkSecurityGroup,
    });
    expect(only(stack, 'azurerm_network_security_group').name).toBe('servers');
    expect(only(stack, 'azurerm_network_security_rule').network_security_group_name).toBe(
      ref('azurerm_network_security_group.Servers.name'),
    );
    expect(group.resource).toBeUndefined();
    expect(resolved(stack, group.name)).toBe(ref('azurerm_network_security_group.Servers.name'));
  });

  test('onto a subnet, where it is given', () => {
    const { stack } = build({ subnet: { id: `${SUBNETS}/servers` } });
    expect(only(stack, 'azurerm_subnet_network_security_group_association').subnet_id).toBe(`${SUBNETS}/servers`);
  });

  test('for the private address of the server, where it is given', () => {
    expect(rules({ destination: '10.40.1.4' })['allow-vpn-udp-51820']?.destination_address_prefix).toBe('10.40.1.4');
    expect(rules({ destination: '10.40.1.0/24' })['allow-vpn-udp-51820']?.destination_address_prefix).toBe(
      '10.40.1.0/24',
    );
    expect(rules()['allow-vpn-udp-51820']?.destination_address_prefix).toBe('*');
  });

  test("Terraform's own arguments reach every resource", () => {
    const { stack } = build({ subnet: { id: `${SUBNETS}/servers` }, lifecycle: { createBeforeDestroy: true } });
    for (const resource of Object.values(synthesised(stack)).flatMap((named) => Object.values(named))) {
      expect(resource.lifecycle).toEqual({ create_before_destroy: true });
    }
  });
});

describe('PPTP', () => {
  test.each([
    { what: 'the protocol', change: { protocols: [WIREGUARD, PPTP] } },
    { what: 'GRE as a flow', change: { additionalFlows: [Flow.GRE] } },
  ])('is refused as $what: no rule can name GRE, and the fabric drops it anyway', ({ change }) => {
    const error = refused(change);
    expect(error).toBeInstanceOf(RefusalError);
    expect(error.code).toBe('GRE_NOT_A_RULE_PROTOCOL');
    expect(error.reasons.some((reason) => reason.includes('* means TCP, UDP and ICMP'))).toBe(true);
    expect(error.reasons.some((reason) => reason.includes('Azure blocks GRE'))).toBe(true);
    expect(textOf(error)).toMatchSnapshot();
  });
});

describe('bad input', () => {
  const group = (config: Partial<NetworkSecurityGroupConfig> = {}) =>
    new NetworkSecurityGroup(plant(), 'Servers', {
      name: 'servers',
      location: 'westeurope',
      resourceGroupName: 'plant4',
      ...config,
    });
  const adopted = { resourceGroupName: undefined, location: undefined };
  const gatewaySubnet = new Subnet(plant(), 'Subnet', {
    name: 'GatewaySubnet',
    resourceGroupName: 'plant4',
    virtualNetworkName: 'plant4',
    addressPrefixes: ['10.40.255.0/27'],
  });

  test.each<{ what: string; change: object; code: string }>([
    { what: 'no clients', change: { clients: undefined }, code: 'NO_CLIENTS' },
    { what: 'no protocols', change: { protocols: [] }, code: 'PROTOCOLS_EMPTY' },
    { what: 'protocols that are no list', change: { protocols: WIREGUARD }, code: 'PROTOCOLS_EMPTY' },
    { what: 'a protocol as a text', change: { protocols: ['wireguard'] }, code: 'PROTOCOL_UNKNOWN' },
    { what: 'a hole in the list', change: { protocols: [undefined] }, code: 'PROTOCOL_UNKNOWN' },
    { what: 'one protocol twice', change: { protocols: [WIREGUARD, WIREGUARD] }, code: 'PROTOCOLS_DUPLICATE' },
    { what: 'a flow that no protocol has', change: { additionalFlows: [Flow.udp(51821)] }, code: 'FLOW_UNKNOWN' },
    { what: "PPTP's control channel alone", change: { additionalFlows: [Flow.tcp(1723)] }, code: 'FLOW_UNKNOWN' },
    { what: 'a flow as a text', change: { additionalFlows: ['udp-500'] }, code: 'FLOW_UNKNOWN' },
    { what: 'no region', change: { location: undefined }, code: 'NSG_PLACE_MISSING' },
    { what: 'no resource group', change: { resourceGroupName: undefined }, code: 'NSG_PLACE_MISSING' },
    { what: 'a region for a group that exists', change: { networkSecurityGroup: group() }, code: 'OPTIONS_CONFLICT' },
    {
      what: 'a group with rules in its own property',
      change: { ...adopted, networkSecurityGroup: group({ securityRule: [{ name: 'ssh', priority: 100 }] }) },
      code: 'NSG_INLINE_RULES',
    },
    { what: 'GatewaySubnet', change: { subnet: gatewaySubnet }, code: 'NSG_ON_GATEWAY_SUBNET' },
    {
      what: 'the id of GatewaySubnet',
      change: { subnet: { id: `${SUBNETS}/GatewaySubnet` } },
      code: 'NSG_ON_GATEWAY_SUBNET',
    },
    { what: 'the name of a subnet', change: { subnet: { id: 'servers' } }, code: 'RESOURCE_ID_INVALID' },
    { what: 'a public destination', change: { destination: '20.50.1.4' }, code: 'NSG_DESTINATION_INVALID' },
    {
      what: 'an IPv4 destination for IPv6 clients',
      change: { destination: '10.40.1.4', clients: Clients.from('2001:db8::/32') },
      code: 'NSG_DESTINATION_INVALID',
    },
    { what: 'a destination with host bits', change: { destination: '10.40.1.4/24' }, code: 'CIDR_HOST_BITS' },
    { what: 'a name for a destination', change: { destination: 'server' }, code: 'CIDR_INVALID' },
    { what: 'a priority of 99', change: { firstPriority: 99 }, code: 'PRIORITY_INVALID' },
    { what: 'a priority that leaves no room', change: { firstPriority: 3298 }, code: 'PRIORITY_INVALID' },
    { what: 'half a priority', change: { firstPriority: 1000.5 }, code: 'PRIORITY_INVALID' },
    {
      what: 'a priority that only deployment knows',
      change: { firstPriority: Token.asNumber({ resolve: () => 1000 }) },
      code: 'TOKEN_NOT_ALLOWED',
    },
    { what: 'a description of 141 characters', change: { description: 'x'.repeat(141) }, code: 'DESCRIPTION_TOO_LONG' },
    { what: 'a name of 81 characters', change: { name: 'x'.repeat(81) }, code: 'NAME_INVALID' },
    { what: 'count', change: { count: 2 }, code: 'META_ARGUMENT_NOT_SUPPORTED' },
  ])('$what is refused', ({ change, code }) => {
    const error = refused(change);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });

  test('a description of 140 characters is taken', () => {
    expect(rules({ description: 'x'.repeat(140) })['allow-vpn-udp-51820']?.description).toHaveLength(140);
  });
});
