// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how Terraform writes expressions in JSON

import { Flow, IKEV2, L2TP_IPSEC, PPTP, WIREGUARD } from 'pptp-constructs';
import { formatRange, type Review, reach, serves } from 'pptp-constructs/review';
import { azureGateway, type Blocks, merged, nsgRule, reviewed } from '../support/terraform';

const udp = (port: number, rest: object = {}) =>
  nsgRule(`udp-${port}`, 1000 + (port % 97), { protocol: 'Udp', destination_port_range: String(port), ...rest });
const WIREGUARD_RULE = udp(51820);
const everything = (rest: object = {}) => nsgRule('everything', 100, { protocol: '*', ...rest });

/** What becomes of a flow of some clients, hop by hop. */
function hops({ answers }: Review, flow: Flow, from = '203.0.113.0/24'): string[] {
  const { ways } = reach(answers, { flow, from, to: 'azurerm_linux_virtual_machine.vpn' });
  const [passage] = ways[0]?.passages ?? [];
  return (passage?.hops ?? []).map(
    ({ direction, verdict, name, because }) => `${direction} ${verdict} ${name}: ${because}`,
  );
}

const verdict = ({ answers }: Review, flow: Flow, from = '203.0.113.0/24') =>
  reach(answers, { flow, from, to: 'azurerm_linux_virtual_machine.vpn' }).verdict;

const served = ({ answers }: Review, protocol = WIREGUARD) => {
  const answer = serves(answers, { protocol, gateway: 'azurerm_linux_virtual_machine.vpn' });
  return [answer.verdict, ...answer.served.map(formatRange)];
};

describe('a machine with a public IP and a group on its interface', () => {
  const review = reviewed(azureGateway([WIREGUARD_RULE]));

  test('serves whom a rule names', () => {
    expect(served(review)).toEqual(['passes', '203.0.113.0/24']);
  });

  test('serves nobody else: the default rule denies', () => {
    expect(verdict(review, Flow.udp(51820), '198.51.100.0/24')).toBe('drops');
    expect(hops(review, Flow.udp(51820), '198.51.100.0/24')[2]).toBe(
      'to-gateway drops NSG: Rule 65500 DenyAllInBound (everything from everywhere) denies UDP 51820.',
    );
  });

  test('tells every hop', () => {
    expect(hops(review, Flow.udp(51820))).toEqual([
      'to-gateway passes public IP: The public IP leads to the interface; network security groups decide.',
      'to-gateway passes virtual network: A virtual network carries TCP and UDP.',
      'to-gateway passes NSG: Rule 1022 udp-51820 (UDP 51820 from 203.0.113.0/24) allows UDP 51820.',
      'to-client passes NSG: A network security group keeps state and lets the answers to what it let in pass.',
      'to-client passes virtual network: A virtual network carries TCP and UDP.',
      'to-client passes public IP: The public IP leads to the interface; network security groups decide.',
    ]);
  });

  test('gets no GRE, although a rule allows everything', () => {
    const open = reviewed(azureGateway([everything({ source_address_prefix: '*' })]));
    expect(verdict(open, Flow.tcp(1723))).toBe('passes');
    expect(verdict(open, Flow.GRE)).toBe('drops');
    expect(served(open, PPTP)).toEqual(['drops']);
    expect(hops(open, Flow.GRE)).toEqual([
      'to-gateway drops public IP: A public IP leads into the virtual network, where Azure blocks GRE (IP protocol 47).',
      'to-gateway drops virtual network: Azure blocks GRE (IP protocol 47) in virtual networks, in both directions, and no setting changes that.',
      'to-gateway drops NSG: No NSG rule can allow GRE (IP protocol 47): its protocols are Tcp, Udp, Icmp, Esp, Ah and *, and * means TCP, UDP and ICMP.',
      'to-client drops NSG: No NSG rule can allow GRE (IP protocol 47): its protocols are Tcp, Udp, Icmp, Esp, Ah and *, and * means TCP, UDP and ICMP.',
      'to-client drops virtual network: Azure blocks GRE (IP protocol 47) in virtual networks, in both directions, and no setting changes that.',
      'to-client drops public IP: A public IP leads into the virtual network, where Azure blocks GRE (IP protocol 47).',
    ]);
  });

  test('names no change that would let GRE in', () => {
    const { answers } = reviewed(azureGateway([nsgRule('pptp', 100, { destination_port_range: '1723' })]));
    const { stops } = serves(answers, { protocol: PPTP });
    expect(stops.map(({ hop, change }) => [hop.code, change])).toEqual([
      ['GRE_DROPPED_BY_FABRIC', undefined],
      ['GRE_DROPPED_BY_FABRIC', undefined],
      ['GRE_NOT_A_RULE_PROTOCOL', undefined],
      ['GRE_NOT_A_RULE_PROTOCOL', undefined],
      ['GRE_DROPPED_BY_FABRIC', undefined],
      ['GRE_DROPPED_BY_FABRIC', undefined],
    ]);
  });

  test('takes ESP by a rule that names it alone: * is TCP, UDP and ICMP', () => {
    const nsg = (review: Review) => hops(review, Flow.ESP)[2];
    expect(nsg(reviewed(azureGateway([everything()])))).toBe(
      'to-gateway drops NSG: No rule allows ESP (IP protocol 50).',
    );
    expect(nsg(reviewed(azureGateway([nsgRule('esp', 100, { protocol: 'Esp' })])))).toBe(
      'to-gateway passes NSG: Rule 100 esp (ESP (IP protocol 50) from 203.0.113.0/24) allows ESP (IP protocol 50).',
    );
  });

  test('is decided about by the first rule by priority, wherever it stands', () => {
    const deny = udp(51820, { name: 'deny', access: 'Deny', priority: 200, source_address_prefix: '203.0.113.0/25' });
    const review = reviewed(azureGateway([WIREGUARD_RULE, deny]));
    expect(served(review)).toEqual(['passes', '203.0.113.128/25']);
  });

  test('tells the rule that would let a protocol in, before the one that denies', () => {
    const { answers } = reviewed(azureGateway([nsgRule('deny', 300, { access: 'Deny', protocol: '*' })]));
    const { stops } = serves(answers, {
      protocol: WIREGUARD,
      clients: '203.0.113.0/24',
      gateway: 'azurerm_linux_virtual_machine.vpn',
    });
    expect(stops.map(({ change }) => change?.text)).toEqual([
      'add to azurerm_network_security_group.vpn an inbound rule that allows Udp 51820 from 203.0.113.0/24, before rule 300',
    ]);
    expect(stops[0]?.change?.snippets).toEqual([
      {
        resource: {
          azurerm_network_security_rule: {
            'allow-udp-51820': {
              name: 'allow-udp-51820',
              resource_group_name: '${azurerm_network_security_group.vpn.resource_group_name}',
              network_security_group_name: '${azurerm_network_security_group.vpn.name}',
              priority: 299,
              direction: 'Inbound',
              access: 'Allow',
              protocol: 'Udp',
              source_port_range: '*',
              destination_port_range: '51820',
              source_address_prefixes: ['203.0.113.0/24'],
              destination_address_prefix: '*',
            },
          },
        },
      },
    ]);
  });

  test('serves both halves of IKEv2, and L2TP by the same ports', () => {
    const review = reviewed(azureGateway([udp(500), udp(4500)]));
    expect(served(review, IKEV2)).toEqual(['passes', '203.0.113.0/24']);
    expect(served(review, L2TP_IPSEC)).toEqual(['passes', '203.0.113.0/24']);
  });
});

describe('the rules of a group', () => {
  test.each([
    ['Internet', 'passes'],
    ['*', 'passes'],
    ['0.0.0.0/0', 'passes'],
    ['VirtualNetwork', 'drops'],
    ['AzureLoadBalancer', 'drops'],
    ['Storage.WestEurope', 'unknown'],
    ['${var.clients}', 'unknown'],
  ])('with the source %s, for clients on the internet: %s', (source_address_prefix, expected) => {
    expect(verdict(reviewed(azureGateway([udp(51820, { source_address_prefix })])), Flow.udp(51820))).toBe(expected);
  });

  test.each([
    ['10.40.254.0/28', 'passes'],
    ['10.40.0.0/16', 'passes'],
    ['10.41.0.0/16', 'drops'],
    // The address is chosen at deployment, and may be this one.
    ['10.40.254.4', 'unknown'],
    ['VirtualNetwork', 'passes'],
    ['Internet', 'drops'],
  ])('with the destination %s, which is that of the machine or not: %s', (destination_address_prefix, expected) => {
    expect(verdict(reviewed(azureGateway([udp(51820, { destination_address_prefix })])), Flow.udp(51820))).toBe(
      expected,
    );
  });

  test.each([
    ['10.40.254.4', 'passes'],
    ['10.40.254.5', 'drops'],
  ])(
    'with the destination %s, where the address of the machine is known: %s',
    (destination_address_prefix, expected) => {
      const nic = {
        ip_configuration: {
          subnet_id: '${azurerm_subnet.vpn.id}',
          public_ip_address_id: '${azurerm_public_ip.vpn.id}',
          private_ip_address: '10.40.254.4',
        },
      };
      expect(verdict(reviewed(azureGateway([udp(51820, { destination_address_prefix })], nic)), Flow.udp(51820))).toBe(
        expected,
      );
    },
  );

  test.each([
    ['vpn', 'passes'],
    ['other', 'drops'],
  ])('with the application security group %s as destination: %s', (name, expected) => {
    const review = reviewed(
      azureGateway([
        udp(51820, {
          destination_address_prefix: undefined,
          destination_application_security_group_ids: [`\${azurerm_application_security_group.${name}.id}`],
        }),
      ]),
      {
        azurerm_application_security_group: { vpn: { name: 'vpn' }, other: { name: 'other' } },
        azurerm_network_interface_application_security_group_association: {
          vpn: {
            network_interface_id: '${azurerm_network_interface.vpn.id}',
            application_security_group_id: '${azurerm_application_security_group.vpn.id}',
          },
        },
      },
    );
    expect(verdict(review, Flow.udp(51820))).toBe(expected);
  });

  test('that are resources of their own decide with those that are not', () => {
    const review = reviewed(
      azureGateway([nsgRule('deny', 4096, { access: 'Deny', protocol: '*', source_address_prefix: '*' })]),
      {
        azurerm_network_security_rule: {
          wireguard: {
            ...udp(51820),
            network_security_group_name: '${azurerm_network_security_group.vpn.name}',
          },
        },
      },
    );
    expect(served(review)).toEqual(['passes', '203.0.113.0/24']);
  });

  test('that a dynamic block makes are not known', () => {
    const review = reviewed(azureGateway([]), {
      azurerm_network_security_group: {
        vpn: { name: 'vpn', dynamic: { security_rule: { for_each: '${var.rules}', content: {} } } },
      },
    });
    expect(verdict(review, Flow.udp(51820))).toBe('unknown');
  });

  test('of a group that is made elsewhere are not all known', () => {
    const base = azureGateway(undefined);
    const group = '/subscriptions/0/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/shared';
    const review = reviewed(base, {
      azurerm_network_interface_security_group_association: {
        vpn: { network_interface_id: '${azurerm_network_interface.vpn.id}', network_security_group_id: group },
      },
    });
    expect(hops(review, Flow.udp(51820))[2]).toBe(
      `to-gateway unknown NSG: ${group} was not read, and its rules are not known.`,
    );
  });
});

describe('a machine', () => {
  const subnetGroup = (rules: readonly object[]): Blocks => ({
    azurerm_network_security_group: { subnet: { name: 'subnet', security_rule: rules } },
    azurerm_subnet_network_security_group_association: {
      vpn: {
        subnet_id: '${azurerm_subnet.vpn.id}',
        network_security_group_id: '${azurerm_network_security_group.subnet.id}',
      },
    },
  });

  test('with a group on its subnet and one on its interface is behind both', () => {
    const with_ = (rules: readonly object[]) =>
      served(reviewed(merged([azureGateway([WIREGUARD_RULE]), subnetGroup(rules)])));
    expect(with_([WIREGUARD_RULE])).toEqual(['passes', '203.0.113.0/24']);
    expect(with_([udp(51820, { source_address_prefix: '203.0.113.0/26' })])).toEqual(['passes', '203.0.113.0/26']);
    expect(with_([])).toEqual(['drops']);
  });

  test('with a group on its subnet alone is a gateway where that lets a VPN in', () => {
    const review = reviewed(azureGateway(undefined), subnetGroup([WIREGUARD_RULE]));
    expect(review.gateways.map(({ machine }) => machine.label)).toEqual(['azurerm_linux_virtual_machine.vpn']);
    expect(served(review)).toEqual(['passes', '203.0.113.0/24']);
  });

  test('without a group is closed to the internet', () => {
    const review = reviewed(azureGateway(undefined));
    expect(hops(review, Flow.udp(51820))[0]).toBe(
      'to-gateway drops public IP: No network security group is on the interface or on its subnet, and a Standard public IP is closed to the internet until one opens it.',
    );
  });

  const PRIVATE = { ip_configuration: { subnet_id: '${azurerm_subnet.vpn.id}' } };

  test('without a public IP is reached by nobody', () => {
    expect(hops(reviewed(azureGateway([WIREGUARD_RULE], PRIVATE)), Flow.udp(51820))[0]).toBe(
      'to-gateway drops public IP: It has no public IP, so that nothing on the internet can send to it.',
    );
  });

  const NAT: Blocks = {
    azurerm_nat_gateway: { nat: { name: 'nat' } },
    azurerm_subnet_nat_gateway_association: {
      nat: { subnet_id: '${azurerm_subnet.vpn.id}', nat_gateway_id: '${azurerm_nat_gateway.nat.id}' },
    },
  };

  test('behind a NAT gateway is reached by nobody, and that is found', () => {
    const review = reviewed(azureGateway([WIREGUARD_RULE], PRIVATE), NAT);
    expect(hops(review, Flow.udp(51820))[0]).toBe(
      'to-gateway drops NAT gateway: Azure NAT Gateway takes no connections from outside, so a server behind it cannot be reached.',
    );
    expect(review.findings.map(({ kind }) => kind.id)).toContain('gateway-behind-nat');
  });

  test('with a public IP of its own is reached by that, also in a subnet with a NAT gateway', () => {
    expect(served(reviewed(azureGateway([WIREGUARD_RULE]), NAT))).toEqual(['passes', '203.0.113.0/24']);
  });

  const routes = (route: readonly object[]): Blocks => ({
    azurerm_route_table: { out: { name: 'out', route } },
    azurerm_subnet_route_table_association: {
      out: { subnet_id: '${azurerm_subnet.vpn.id}', route_table_id: '${azurerm_route_table.out.id}' },
    },
  });

  test.each([
    ['Internet', undefined, 'passes'],
    ['None', undefined, 'drops'],
    ['VirtualAppliance', '10.40.0.4', 'unknown'],
    ['VirtualNetworkGateway', undefined, 'drops'],
  ])('whose answers a route sends to %s %s: %s', (next_hop_type, next_hop_in_ip_address, expected) => {
    const route = { name: 'r', address_prefix: '0.0.0.0/0', next_hop_type, next_hop_in_ip_address };
    expect(verdict(reviewed(azureGateway([WIREGUARD_RULE]), routes([route])), Flow.udp(51820))).toBe(expected);
  });

  test('answers by the route with the longest prefix', () => {
    const none = { name: 'none', address_prefix: '0.0.0.0/0', next_hop_type: 'None' };
    const clients = { name: 'clients', address_prefix: '203.0.113.0/25', next_hop_type: 'Internet' };
    expect(served(reviewed(azureGateway([WIREGUARD_RULE]), routes([none, clients])))).toEqual([
      'passes',
      '203.0.113.0/25',
    ]);
  });

  test('of which the interface was not read is open', () => {
    const review = reviewed(azureGateway([WIREGUARD_RULE]), {
      azurerm_linux_virtual_machine: { vpn: { network_interface_ids: ['${data.azurerm_network_interface.old.id}'] } },
    });
    expect(verdict(review, Flow.udp(51820))).toBe('unknown');
  });
});

describe('a machine behind a load balancer', () => {
  const balanced = (rule: object, group = [udp(1194), nsgRule('pptp', 100, { destination_port_range: '1723' })]) =>
    reviewed(azureGateway(group, { ip_configuration: { subnet_id: '${azurerm_subnet.vpn.id}' } }), {
      azurerm_lb: {
        front: { frontend_ip_configuration: [{ name: 'a', public_ip_address_id: '${azurerm_public_ip.vpn.id}' }] },
      },
      azurerm_lb_backend_address_pool: { pool: { loadbalancer_id: '${azurerm_lb.front.id}', name: 'pool' } },
      azurerm_network_interface_backend_address_pool_association: {
        vpn: {
          network_interface_id: '${azurerm_network_interface.vpn.id}',
          backend_address_pool_id: '${azurerm_lb_backend_address_pool.pool.id}',
        },
      },
      azurerm_lb_rule: {
        rule: {
          loadbalancer_id: '${azurerm_lb.front.id}',
          backend_address_pool_ids: ['${azurerm_lb_backend_address_pool.pool.id}'],
          ...rule,
        },
      },
    });

  test('is reached by the ports that a rule names, and by the port that it has behind', () => {
    const review = balanced({ protocol: 'Udp', frontend_port: 443, backend_port: 1194 });
    expect(verdict(review, Flow.udp(443))).toBe('passes');
    expect(verdict(review, Flow.udp(1194))).toBe('drops');
    expect(hops(review, Flow.udp(443))).toContain(
      'to-gateway passes NSG: Rule 1030 udp-1194 (UDP 1194 from 203.0.113.0/24) allows UDP 443.',
    );
  });

  test('gets no GRE, and the listener for TCP 1723 is found', () => {
    const review = balanced({ protocol: 'Tcp', frontend_port: 1723, backend_port: 1723 });
    expect(verdict(review, Flow.tcp(1723))).toBe('passes');
    expect(verdict(review, Flow.GRE)).toBe('drops');
    expect(review.findings.map(({ kind }) => kind.id)).toEqual([
      'load-balancer-listener-for-pptp',
      'vpn-protocol-stopped',
      'pptp-on-azure',
    ]);
  });
});

describe('a gateway of Azure itself', () => {
  const managed = (client: object | undefined) =>
    reviewed({
      azurerm_virtual_network_gateway: {
        vpn: {
          type: 'Vpn',
          ip_configuration: [{ subnet_id: '${azurerm_subnet.gateway.id}' }],
          ...(client === undefined ? {} : { vpn_client_configuration: client }),
        },
      },
      azurerm_subnet: { gateway: { name: 'GatewaySubnet', address_prefixes: ['10.40.255.0/27'] } },
    });
  const speaks = ({ answers }: Review) =>
    answers.world.estate
      .all('managed-vpn')
      .flatMap((vpn) => answers.managed(vpn))
      .filter(({ verdict }) => verdict !== 'drops')
      .map(({ protocol, verdict }) => `${protocol.id} ${verdict}`);

  test('speaks what is switched on', () => {
    expect(speaks(managed({ vpn_client_protocols: ['IkeV2'] }))).toEqual(['ikev2 passes']);
    expect(speaks(managed({ vpn_client_protocols: ['OpenVPN'] }))).toEqual(['openvpn passes']);
    expect(speaks(managed({ vpn_client_protocols: ['SSTP', 'IkeV2'] }))).toEqual(['sstp passes', 'ikev2 passes']);
  });

  test('may speak any of its protocols where none is written down', () => {
    expect(speaks(managed({}))).toEqual(['sstp unknown', 'ikev2 unknown', 'openvpn unknown']);
  });

  test('takes no clients without a configuration for them', () => {
    expect(managed(undefined).estate.all('managed-vpn')).toEqual([]);
  });
});
