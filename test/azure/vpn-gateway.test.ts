import * as azure from 'pptp-constructs/azure';
import {
  Clients,
  Ikev2Gateway,
  ManagedIkev2Gateway,
  OpenVpnGateway,
  PptpGateway,
  RefusalError,
  Through,
  Traffic,
  Vpn,
  VpnGateway,
  type VpnGatewayProps,
  VpnNetworkSecurityGroup,
  WireGuardGateway,
} from 'pptp-constructs/azure';
import {
  annotations,
  clients,
  insecure,
  machine,
  managed,
  networkOf,
  only,
  plant,
  ROOT_CA,
  synthesised,
  textOf,
  thrown,
} from './support';

const pptp = Vpn.pptp({ insecure });
const ikev2 = Vpn.ikev2Managed(managed);
const storageAccountId =
  '/subscriptions/0/resourceGroups/plant4/providers/Microsoft.Storage/storageAccounts/plant4logs';

function build(change: Partial<VpnGatewayProps> = {}) {
  const stack = plant();
  const props = { virtualNetwork: networkOf(stack), clients, protocols: [pptp, ikev2], ...change };
  return { stack, vpn: new VpnGateway(stack, 'Vpn', props) };
}

function refused(change: object) {
  const stack = plant();
  const props = { virtualNetwork: networkOf(stack), clients, protocols: [pptp, ikev2], ...change };
  return thrown(() => new VpnGateway(stack, 'Vpn', props), stack);
}

describe('the swap', () => {
  test('builds VPN Gateway as a child with an id of its own', () => {
    const { stack, vpn } = build();
    expect(vpn.server).toBeInstanceOf(ManagedIkev2Gateway);
    expect(vpn.server.protocol).toBe('ikev2');
    expect(vpn.server.node.path).toBe('plant4/Vpn/ManagedIkev2');
    expect(vpn.node.children).toEqual([vpn.server]);
    expect(only(stack, 'azurerm_virtual_network_gateway').name).toBe('plant4-Vpn-ManagedIkev2');
  });

  test('is named in a warning, with its reason, its cost and how long it takes', () => {
    expect(annotations(build().vpn)).toEqual([
      'WARN: PROTOCOL_SWAPPED: plant4/Vpn is built as IKEv2 by VPN Gateway: PPTP cannot work on this path ' +
        '(GRE (IP protocol 47) dropped by the Azure public IP address; ' +
        'GRE (IP protocol 47) dropped by the Azure virtual network; ' +
        'GRE (IP protocol 47) dropped by the Azure network security group). ' +
        'VPN Gateway: about 30 to 45 minutes to create, billed by the hour. ' +
        'Clients: built into Windows, macOS and iOS.',
    ]);
  });

  test('is no swap where IKEv2 stands first', () => {
    const { vpn } = build({ protocols: [ikev2, pptp] });
    expect(annotations(vpn)).toEqual([]);
    expect(vpn.server.protocol).toBe('ikev2');
  });

  test('to a server that clients of a private network may not reach is built with a warning', () => {
    const { vpn } = build({ protocols: [ikev2], through: [Through.EXPRESSROUTE] });
    expect(vpn.server.protocol).toBe('ikev2');
    expect(annotations(vpn)).toHaveLength(1);
    expect(annotations(vpn)[0]).toMatchSnapshot();
  });

  test('a load balancer in front of a machine does not lie before VPN Gateway', () => {
    const { vpn } = build({ through: [Through.LOAD_BALANCER] });
    expect(vpn.server.protocol).toBe('ikev2');
    expect(annotations(vpn)[0]).toContain('dropped by the Azure Load Balancer');
  });
});

describe('servers on machines', () => {
  const wireGuard = Vpn.wireGuard(machine);
  const ownIkev2 = Vpn.ikev2({
    ...machine,
    serverName: 'vpn.plant4.example',
    authentication: ['eap-mschapv2'],
    routes: 'everything',
  });
  const openVpn = Vpn.openVpn(machine);

  test.each([
    ['WireGuard', wireGuard, WireGuardGateway, 'wireguard', '51820'],
    ['Ikev2', ownIkev2, Ikev2Gateway, 'ikev2', '4500'],
    ['OpenVpn', openVpn, OpenVpnGateway, 'openvpn', '1194'],
  ])('%s is built as a child with an id of its own, and PPTP passed over', (id, vpn, built, protocol, port) => {
    const { stack, vpn: gateway } = build({ protocols: [pptp, vpn] });
    expect(gateway.server).toBeInstanceOf(built);
    expect([gateway.server.protocol, gateway.server.managed]).toEqual([protocol, false]);
    expect(gateway.server.node.path).toBe(`plant4/Vpn/${id}`);
    expect(only(stack, 'azurerm_linux_virtual_machine').name).toBe(`plant4-Vpn-${id}`);
    const rules = Object.values(synthesised(stack).azurerm_network_security_rule ?? {});
    expect(rules.map(({ destination_port_range }) => destination_port_range)).toContain(port);
    expect(annotations(gateway)).toMatchSnapshot();
  });

  test('the first that works is built, be it on a machine or by Azure', () => {
    expect(build({ protocols: [wireGuard, ikev2] }).vpn.server.managed).toBe(false);
    expect(build({ protocols: [ikev2, wireGuard] }).vpn.server.managed).toBe(true);
    const { vpn } = build({ protocols: [wireGuard, ikev2], through: [Through.NAT_GATEWAY] });
    expect(vpn.server).toBeInstanceOf(ManagedIkev2Gateway);
  });

  test('protocol and managed tell every server apart, for TypeScript too', () => {
    const { vpn } = build({ protocols: [pptp, ownIkev2, wireGuard] });
    const { server } = vpn;
    if (server.protocol === 'ikev2' && !server.managed) {
      server.allowClientsTo('10.40.2.0/24', Traffic.tcp(443));
    }
    const types: Ikev2Gateway = server.protocol === 'ikev2' && !server.managed ? server : (undefined as never);
    expect(types.clientPool).toBe('10.99.0.0/24');
  });

  test('flow logs stay with the gateway, and Terraform reads its own arguments', () => {
    const { stack, vpn } = build({
      protocols: [wireGuard],
      flowLogs: { storageAccountId },
      lifecycle: { preventDestroy: true },
      name: 'vpn-plant4',
    });
    expect(vpn.server.flowLog).toBeUndefined();
    expect(vpn.flowLog?.node.path).toBe('plant4/Vpn/FlowLog');
    expect(only(stack, 'azurerm_linux_virtual_machine')).toMatchObject({
      name: 'vpn-plant4',
      lifecycle: { prevent_destroy: true },
    });
  });

  test.each<{ what: string; protocols: Vpn[]; change?: object; code: string }>([
    { what: 'no options', protocols: [Vpn.wireGuard(undefined as never)], code: 'MACHINE_SUBNET_INVALID' },
    {
      what: 'a wrong option of one that stands last',
      protocols: [ikev2, Vpn.openVpn({ ...machine, secretName: 'users!' })],
      code: 'SECRET_NAME_INVALID',
    },
    {
      what: 'IPv6 clients',
      protocols: [ikev2, wireGuard],
      change: { clients: Clients.from('2001:db8::/32') },
      code: 'CLIENTS_IPV6_FOR_MACHINE',
    },
    { what: 'one twice', protocols: [wireGuard, wireGuard], code: 'PROTOCOLS_DUPLICATE' },
  ])('with $what are refused', ({ protocols, change, code }) => {
    const error = refused({ protocols, ...change });
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });
});

test('flow logs belong to the gateway, and stay when one server takes the place of another', () => {
  const { stack, vpn } = build({ flowLogs: { storageAccountId } });
  expect(vpn.flowLog?.node.path).toBe('plant4/Vpn/FlowLog');
  expect(vpn.server.flowLog).toBeUndefined();
  expect(only(stack, 'azurerm_network_watcher_flow_log').storage_account_id).toBe(storageAccountId);
});

test('name, place, tags and what Terraform reads itself reach the server and the flow logs', () => {
  const { stack } = build({
    name: 'vpn-plant4',
    location: 'northeurope',
    resourceGroupName: 'vpn',
    tags: { plant: '4' },
    flowLogs: { storageAccountId },
    lifecycle: { preventDestroy: true },
  });
  const lifecycle = { prevent_destroy: true };
  expect(only(stack, 'azurerm_virtual_network_gateway')).toMatchObject({
    name: 'vpn-plant4',
    location: 'northeurope',
    resource_group_name: 'vpn',
    tags: { plant: '4' },
    lifecycle,
  });
  expect(only(stack, 'azurerm_network_watcher_flow_log')).toMatchObject({
    network_watcher_name: 'NetworkWatcher_northeurope',
    tags: { plant: '4' },
    lifecycle,
  });
});

test('two gateways in one stack do not collide', () => {
  const { stack } = build();
  const other = {
    id: '/subscriptions/0/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/plant5',
    name: 'plant5',
  };
  new VpnGateway(stack, 'Other', {
    virtualNetwork: { ...other, resourceGroupName: 'g', location: 'westeurope' },
    clients,
    protocols: [ikev2],
  });
  const gateways = Object.values(synthesised(stack).azurerm_virtual_network_gateway ?? {});
  expect(new Set(gateways.map(({ name }) => name)).size).toBe(2);
});

describe('assess', () => {
  test('gives the verdict of every protocol in order, and what would be built', () => {
    const choice = VpnGateway.assess({ virtualNetwork: networkOf(plant()), clients, protocols: [pptp, ikev2] });
    expect(choice.assessed.map(({ candidate, result }) => [candidate.protocol.id, result])).toEqual([
      ['pptp', 'cannot-work'],
      ['ikev2', 'works'],
    ]);
    expect(choice.chosen?.candidate.builtBy).toBe('VPN Gateway');
    expect(choice.passedOver.map(({ candidate }) => candidate.protocol.id)).toEqual(['pptp']);
  });

  test('does not refuse where nothing works', () => {
    const choice = VpnGateway.assess({ virtualNetwork: networkOf(plant()), clients, protocols: [pptp] });
    expect(choice.chosen).toBeUndefined();
  });
});

test('PPTP alone is refused like PptpGateway, and leaves nothing behind', () => {
  const error = refused({ protocols: [pptp] });
  expect(error).toBeInstanceOf(RefusalError);
  expect(error.code).toBe('GRE_DROPPED_BY_FABRIC');
  expect(error.constructPath).toBe('plant4/Vpn');
  expect(textOf(error)).toMatchSnapshot();
});

describe('bad input', () => {
  const { authentication, ...unauthenticated } = managed;
  test.each<{ what: string; change: object; code: string }>([
    { what: 'no protocols', change: { protocols: undefined }, code: 'PROTOCOLS_EMPTY' },
    { what: 'an empty list', change: { protocols: [] }, code: 'PROTOCOLS_EMPTY' },
    { what: 'a list that is none', change: { protocols: pptp }, code: 'PROTOCOLS_EMPTY' },
    { what: 'one protocol twice', change: { protocols: [ikev2, pptp, ikev2] }, code: 'PROTOCOLS_DUPLICATE' },
    { what: 'a protocol as a text', change: { protocols: ['pptp'] }, code: 'PROTOCOL_UNKNOWN' },
    { what: 'a protocol without what serves it', change: { protocols: [azure.IKEV2] }, code: 'PROTOCOL_UNKNOWN' },
    { what: 'a hole in the list', change: { protocols: [undefined] }, code: 'PROTOCOL_UNKNOWN' },
    {
      what: 'PPTP without a reason',
      change: { protocols: [Vpn.pptp({} as never), ikev2] },
      code: 'INSECURE_WITHOUT_REASON',
    },
    {
      what: 'PPTP without options',
      change: { protocols: [Vpn.pptp(undefined as never)] },
      code: 'INSECURE_WITHOUT_REASON',
    },
    {
      what: 'IPv6 clients for PPTP',
      change: { clients: Clients.from('2001:db8::/32') },
      code: 'CLIENTS_IPV6_FOR_PPTP',
    },
    { what: 'no clients', change: { clients: undefined }, code: 'NO_CLIENTS' },
    { what: 'no virtual network', change: { virtualNetwork: undefined }, code: 'VIRTUAL_NETWORK_MISSING' },
    { what: 'a way of texts', change: { through: ['NAT'] }, code: 'THROUGH_UNKNOWN' },
    {
      what: 'a wrong option of a protocol that stands last',
      change: { protocols: [pptp, Vpn.ikev2Managed({ ...unauthenticated, authentication: [] })] },
      code: 'AUTHENTICATION_MISSING',
    },
    {
      what: 'a server without options',
      change: { protocols: [Vpn.ikev2Managed(undefined as never)] },
      code: 'VPN_GATEWAY_POOL_MISSING',
    },
    { what: 'flow logs without an account', change: { flowLogs: {} }, code: 'RESOURCE_ID_INVALID' },
    { what: 'forEach', change: { forEach: {} }, code: 'META_ARGUMENT_NOT_SUPPORTED' },
  ])('$what is refused', ({ change, code }) => {
    const error = refused(change);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });

  test('IPv6 clients are right for IKEv2 alone', () => {
    const { vpn } = build({ clients: Clients.from('2001:db8::/32'), protocols: [ikev2] });
    expect(vpn.server.protocol).toBe('ikev2');
  });
});

describe('the code that a refusal offers runs, and builds what it says', () => {
  const error = () => {
    const stack = plant();
    return thrown(() => new PptpGateway(stack, 'LegacyVpn', { virtualNetwork: networkOf(stack), clients, insecure }));
  };
  const run = (code: string) => {
    const stack = plant();
    const virtualNetwork = networkOf(stack);
    const { location, resourceGroupName } = virtualNetwork;
    const { keyVault, adminSshKey } = machine;
    const names = { ...azure, virtualNetwork, clients, location, resourceGroupName, keyVault, adminSshKey };
    const all = { ...names, certificate: ROOT_CA };
    new Function(...Object.keys(all), code).call(stack, ...Object.values(all));
    return stack;
  };

  test.each(
    [
      ['azurerm_virtual_network_gateway', ManagedIkev2Gateway],
      ['azurerm_linux_virtual_machine', Ikev2Gateway],
      ['azurerm_linux_virtual_machine', WireGuardGateway],
      ['azurerm_linux_virtual_machine', OpenVpnGateway],
    ].map(([type, built], index) => ({ index, type: type as string, built: built as typeof WireGuardGateway })),
  )('alternative $index: $type', ({ index, type, built }) => {
    const { alternatives } = error();
    expect(alternatives).toHaveLength(4);
    const stack = run(alternatives[index] ?? '');
    const { server } = stack.node.findChild('LegacyVpn') as VpnGateway;
    expect(server).toBeInstanceOf(built);
    expect(Object.keys(synthesised(stack))).toContain(type);
  });

  test('the rules for a server of your own', () => {
    const [code = ''] = /new VpnNetworkSecurityGroup\(.*\);/.exec(error().message) ?? [];
    expect(run(code).node.findChild('VpnNsg')).toBeInstanceOf(VpnNetworkSecurityGroup);
  });
});
