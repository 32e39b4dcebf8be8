import { DataAzurermVirtualNetwork } from '@cdktf/provider-azurerm/lib/data-azurerm-virtual-network';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { PublicIp, type PublicIpConfig } from '@cdktf/provider-azurerm/lib/public-ip';
import { Subnet } from '@cdktf/provider-azurerm/lib/subnet';
import { Aspects, TerraformResource, TerraformVariable, Testing, Token } from 'cdktf';
import {
  Accepted,
  Authentication,
  Clients,
  GatewaySku,
  ManagedIkev2Gateway,
  type ManagedIkev2GatewayProps,
  TunnelType,
} from 'pptp-constructs/azure';
import {
  annotations,
  certificates,
  clients,
  managed,
  networkOf,
  only,
  plant,
  ref,
  resolved,
  synthesised,
  textOf,
  thrown,
} from './support';

const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/plant4/providers';
const token = (text: string) => Token.asString({ resolve: () => text });

/** A gateway in a stack of its own. */
function build(change: Partial<ManagedIkev2GatewayProps> = {}, network: Parameters<typeof networkOf>[1] = {}) {
  const stack = plant();
  const virtualNetwork = networkOf(stack, network);
  return { stack, gateway: new ManagedIkev2Gateway(stack, 'Vpn', { virtualNetwork, clients, ...managed, ...change }) };
}

/** What a change of right props is refused with. */
function refused(change: object, network: Parameters<typeof networkOf>[1] = {}) {
  const stack = plant();
  const virtualNetwork = networkOf(stack, network);
  return thrown(() => new ManagedIkev2Gateway(stack, 'Vpn', { virtualNetwork, clients, ...managed, ...change }), stack);
}

describe('what it makes', () => {
  test('a gateway, a zonal Standard address and GatewaySubnet, and no more', () => {
    const { stack } = build();
    const { azurerm_virtual_network, ...made } = synthesised(stack);
    expect(made).toMatchSnapshot();
  });

  test('no network security group and no association, whatever is asked for', () => {
    const { stack } = build({ tunnels: [TunnelType.IKEV2, TunnelType.OPENVPN], sku: GatewaySku.VPN_GW5_AZ });
    expect(Object.keys(synthesised(stack)).filter((type) => type.includes('security'))).toEqual([]);
  });

  test('leaves the generation to Azure, since azurerm replaces a gateway whose generation changes', () => {
    expect(only(build().stack, 'azurerm_virtual_network_gateway')).not.toHaveProperty('generation');
  });

  test('an address without zones where the region has none', () => {
    expect(only(build({}, { location: 'westus' }).stack, 'azurerm_public_ip')).not.toHaveProperty('zones');
  });

  test('an address in the zones that are written', () => {
    expect(only(build({ zones: ['2'] }, { location: 'atlantis' }).stack, 'azurerm_public_ip').zones).toEqual(['2']);
  });

  test('takes the address and the subnet that are there, and then makes neither', () => {
    const { stack, gateway } = build({
      gatewaySubnetPrefix: undefined,
      gatewaySubnet: { id: `${SUBSCRIPTION}/Microsoft.Network/virtualNetworks/plant4/subnets/GatewaySubnet` },
      publicIp: { id: `${SUBSCRIPTION}/Microsoft.Network/publicIPAddresses/vpn` },
    });
    expect(Object.keys(synthesised(stack)).sort()).toEqual([
      'azurerm_virtual_network',
      'azurerm_virtual_network_gateway',
    ]);
    expect(only(stack, 'azurerm_virtual_network_gateway').ip_configuration).toEqual([
      {
        name: 'vnetGatewayConfig',
        private_ip_address_allocation: 'Dynamic',
        public_ip_address_id: `${SUBSCRIPTION}/Microsoft.Network/publicIPAddresses/vpn`,
        subnet_id: `${SUBSCRIPTION}/Microsoft.Network/virtualNetworks/plant4/subnets/GatewaySubnet`,
      },
    ]);
    expect(gateway.publicIpAddress).toBeUndefined();
    expect(gateway.publicIp).toBeUndefined();
    expect(gateway.gatewaySubnet).toBeUndefined();
  });

  test('takes a name, another resource group and tags; the subnet stays with its network', () => {
    const { stack } = build({ name: 'vpn-plant4', resourceGroupName: 'vpn', tags: { plant: '4' } });
    expect(only(stack, 'azurerm_virtual_network_gateway')).toMatchObject({
      name: 'vpn-plant4',
      resource_group_name: 'vpn',
      tags: { plant: '4' },
    });
    expect(only(stack, 'azurerm_public_ip')).toMatchObject({
      name: 'vpn-plant4-ip',
      resource_group_name: 'vpn',
      tags: { plant: '4' },
    });
    expect(only(stack, 'azurerm_subnet').resource_group_name).toBe(
      ref('azurerm_virtual_network.Network.resource_group_name'),
    );
  });

  test('tells its id and address as attributes, and writes no Terraform outputs', () => {
    const { stack, gateway } = build();
    expect(resolved(stack, gateway.id)).toMatch(/^\$\{azurerm_virtual_network_gateway\.\w+\.id\}$/);
    expect(resolved(stack, gateway.publicIpAddress)).toMatch(/^\$\{azurerm_public_ip\.\w+\.ip_address\}$/);
    expect(gateway.protocol).toBe('ikev2');
    expect(JSON.parse(Testing.synth(stack, true))).not.toHaveProperty('output');
  });

  test('its ids are what others refer to: Resource, PublicIp, GatewaySubnet, FlowLog', () => {
    const flowLogs = { storageAccountId: `${SUBSCRIPTION}/Microsoft.Storage/storageAccounts/logs` };
    const { gateway } = build({ flowLogs });
    expect(gateway.node.children.map(({ node }) => node.id)).toEqual([
      'GatewaySubnet',
      'PublicIp',
      'Resource',
      'FlowLog',
    ]);
    expect(gateway.node.defaultChild).toBe(gateway.resource);
  });

  test('escape hatches and aspects work on what it makes', () => {
    const { stack, gateway } = build();
    gateway.resource.putCustomRoute({ addressPrefixes: ['192.168.50.0/24'] });
    gateway.publicIp?.addOverride('domain_name_label', 'plant4');
    Aspects.of(stack).add({
      visit: (node) => {
        if (node === gateway.resource) gateway.resource.tags = { seen: 'yes' };
      },
    });
    expect(only(stack, 'azurerm_virtual_network_gateway')).toMatchObject({
      custom_route: { address_prefixes: ['192.168.50.0/24'] },
      tags: { seen: 'yes' },
    });
    expect(only(stack, 'azurerm_public_ip').domain_name_label).toBe('plant4');
  });
});

describe("Terraform's own arguments", () => {
  test('reach every resource', () => {
    const stack = plant();
    const provider = new AzurermProvider(stack, 'Other', { alias: 'other', features: [{}] });
    const virtualNetwork = networkOf(stack);
    const flowLogs = { storageAccountId: `${SUBSCRIPTION}/Microsoft.Storage/storageAccounts/logs` };
    const gateway = new ManagedIkev2Gateway(stack, 'Vpn', {
      virtualNetwork,
      clients,
      ...managed,
      flowLogs,
      provider,
      lifecycle: { preventDestroy: true },
      dependsOn: [virtualNetwork],
    });
    const resources = gateway.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
    expect(resources).toHaveLength(4);
    const { azurerm_virtual_network, ...made } = synthesised(stack);
    for (const resource of Object.values(made).flatMap((named) => Object.values(named))) {
      expect(resource).toMatchObject({
        provider: 'azurerm.other',
        lifecycle: { prevent_destroy: true },
        depends_on: ['azurerm_virtual_network.Network'],
      });
    }
  });

  test.each(['count', 'forEach', 'connection', 'provisioners'])('%s is refused, not dropped', (name) => {
    const error = refused({ [name]: 2 });
    expect(error.code).toBe('META_ARGUMENT_NOT_SUPPORTED');
    expect(textOf(error)).toMatchSnapshot();
  });
});

describe('tokens', () => {
  test('are taken wherever the value need not be known', () => {
    const stack = plant();
    const { id, name, resourceGroupName, location } = new DataAzurermVirtualNetwork(stack, 'Network', {
      name: 'plant4',
      resourceGroupName: 'plant4',
    });
    new ManagedIkev2Gateway(stack, 'Vpn', {
      ...managed,
      virtualNetwork: { id, name, resourceGroupName, location },
      clients: Clients.from(token('203.0.113.0/24')),
      gatewaySubnetPrefix: token('10.40.255.0/27'),
      clientPools: [token('172.20.0.0/24')],
      zones: ['1', '2', '3'],
      name: token('vpn'),
    });
    expect(only(stack, 'azurerm_virtual_network_gateway')).toMatchObject({
      name: 'vpn',
      location: ref('data.azurerm_virtual_network.Network.location'),
      vpn_client_configuration: { address_space: ['172.20.0.0/24'] },
    });
  });

  test('takes the data source of a virtual network itself', () => {
    const stack = plant();
    const virtualNetwork = new DataAzurermVirtualNetwork(stack, 'Network', { name: 'n', resourceGroupName: 'g' });
    new ManagedIkev2Gateway(stack, 'Vpn', { virtualNetwork, clients, ...managed, location: 'westeurope' });
    expect(only(stack, 'azurerm_public_ip')).toMatchObject({ location: 'westeurope', zones: ['1', '2', '3'] });
  });

  test.each([
    { property: 'sku', change: { sku: GatewaySku.of(token('VpnGw1AZ')) } },
    { property: 'tunnels', change: { tunnels: [TunnelType.of(token('IkeV2'))] } },
    { property: 'generation', change: { generation: { azureName: token('Generation1') } } },
  ])('$property must be known', ({ change }) => {
    const error = refused(change);
    expect(error.code).toBe('TOKEN_NOT_ALLOWED');
    expect(textOf(error)).toMatchSnapshot();
  });
});

describe('clients', () => {
  test('that the gateway cannot keep to need a written acceptance, which is shown at synth', () => {
    const { gateway } = build({ acceptsAnyClientAddress: Accepted.because('client certificates decide who connects') });
    expect(annotations(gateway)).toEqual([
      'INFO: VPN_GATEWAY_CANNOT_FILTER_CLIENTS: accepted in writing: VPN Gateway answers the whole internet, not 203.0.113.0/24 alone: client certificates decide who connects',
    ]);
    const error = refused({ acceptsAnyClientAddress: undefined });
    expect(error.code).toBe('VPN_GATEWAY_CANNOT_FILTER_CLIENTS');
    expect(textOf(error)).toMatchSnapshot();
  });

  test('from anywhere were accepted already', () => {
    const anywhere = Clients.anywhereBecause('roaming sales staff on mobile networks');
    const { gateway } = build({ clients: anywhere, acceptsAnyClientAddress: undefined });
    expect(annotations(gateway)).toEqual([]);
  });

  test('an accepted RADIUS secret is shown as well', () => {
    const stack = plant();
    const secret = new TerraformVariable(stack, 'RadiusSecret', { type: 'string', sensitive: true });
    const radius = Authentication.radius({
      servers: [{ address: '10.40.1.4', secret }],
      acceptsSecretInState: Accepted.because('the state lies in an encrypted account'),
    });
    const virtualNetwork = networkOf(stack);
    const gateway = new ManagedIkev2Gateway(stack, 'Vpn', {
      virtualNetwork,
      clients,
      ...managed,
      authentication: [radius],
    });
    expect(annotations(gateway)[1]).toBe(
      'INFO: SECRET_IN_STATE: accepted in writing: RADIUS secrets in the Terraform state: the state lies in an encrypted account',
    );
    expect(only(stack, 'azurerm_virtual_network_gateway').vpn_client_configuration).toMatchObject({
      radius_server: [{ address: '10.40.1.4', score: 30, secret: ref('var.RadiusSecret') }],
    });
  });
});

describe('bad input', () => {
  const subnet = (stack = plant(), name = 'servers') =>
    new Subnet(stack, 'Subnet', {
      name,
      resourceGroupName: 'g',
      virtualNetworkName: 'n',
      addressPrefixes: ['10.40.1.0/24'],
    });
  const address = (config: Partial<PublicIpConfig>) =>
    new PublicIp(plant(), 'Address', {
      name: 'vpn',
      location: 'westeurope',
      resourceGroupName: 'g',
      allocationMethod: 'Static',
      ...config,
    });

  test.each<{ what: string; change: object; code: string; network?: Parameters<typeof networkOf>[1] }>([
    { what: 'no virtual network', change: { virtualNetwork: undefined }, code: 'VIRTUAL_NETWORK_MISSING' },
    { what: 'the name of a virtual network', change: { virtualNetwork: 'plant4' }, code: 'VIRTUAL_NETWORK_MISSING' },
    { what: 'no clients', change: { clients: undefined }, code: 'NO_CLIENTS' },
    {
      what: 'clients in the virtual network',
      change: { clients: Clients.from('10.40.1.0/24') },
      code: 'CLIENTS_OVERLAP_NETWORK',
    },
    { what: 'no pool', change: { clientPools: [] }, code: 'VPN_GATEWAY_POOL_MISSING' },
    { what: 'a pool that is no list', change: { clientPools: '172.20.0.0/24' }, code: 'VPN_GATEWAY_POOL_MISSING' },
    { what: 'an IPv6 pool', change: { clientPools: ['fd00::/64'] }, code: 'VPN_GATEWAY_POOL_INVALID' },
    { what: 'a public pool', change: { clientPools: ['203.0.113.0/24'] }, code: 'VPN_GATEWAY_POOL_INVALID' },
    { what: 'everything as a pool', change: { clientPools: ['0.0.0.0/0'] }, code: 'VPN_GATEWAY_POOL_INVALID' },
    { what: 'a pool of 4 addresses', change: { clientPools: ['172.20.0.0/30'] }, code: 'VPN_GATEWAY_POOL_TOO_SMALL' },
    {
      what: 'a pool in the virtual network',
      change: { clientPools: ['10.40.9.0/24'] },
      code: 'VPN_GATEWAY_POOL_OVERLAPS',
    },
    {
      what: 'a pool where the clients are',
      change: { clients: Clients.from('172.20.0.0/16') },
      code: 'VPN_GATEWAY_POOL_OVERLAPS',
    },
    {
      what: 'two pools that overlap',
      change: { clientPools: ['172.20.0.0/24', '172.20.0.0/25'] },
      code: 'VPN_GATEWAY_POOL_OVERLAPS',
    },
    { what: 'a pool with host bits', change: { clientPools: ['172.20.0.1/24'] }, code: 'CIDR_HOST_BITS' },
    {
      what: 'authentication that is no list',
      change: { authentication: certificates },
      code: 'AUTHENTICATION_INVALID',
    },
    { what: 'authentication left out', change: { authentication: undefined }, code: 'AUTHENTICATION_MISSING' },
    {
      what: 'authentication of another kind',
      change: { authentication: ['Certificate'] },
      code: 'AUTHENTICATION_INVALID',
    },
    {
      what: 'certificates twice',
      change: { authentication: [certificates, certificates] },
      code: 'AUTHENTICATION_INVALID',
    },
    { what: 'a tunnel type as a text', change: { tunnels: ['SSTP'] }, code: 'SSTP_RETIRED' },
    { what: 'a tunnel type that is undefined', change: { tunnels: [undefined] }, code: 'TUNNEL_UNKNOWN' },
    { what: 'a SKU as a text', change: { sku: 'Basic' }, code: 'VPN_GATEWAY_SKU_BASIC' },
    { what: 'no subnet', change: { gatewaySubnetPrefix: undefined }, code: 'VPN_GATEWAY_SUBNET_INVALID' },
    {
      what: 'two subnets',
      change: { gatewaySubnet: { id: token('id') } },
      code: 'VPN_GATEWAY_SUBNET_INVALID',
    },
    {
      what: 'a subnet of another name',
      change: { gatewaySubnetPrefix: undefined, gatewaySubnet: subnet() },
      code: 'VPN_GATEWAY_SUBNET_INVALID',
    },
    {
      what: 'the id of a subnet of another name',
      change: {
        gatewaySubnetPrefix: undefined,
        gatewaySubnet: { id: `${SUBSCRIPTION}/Microsoft.Network/virtualNetworks/plant4/subnets/servers` },
      },
      code: 'VPN_GATEWAY_SUBNET_INVALID',
    },
    {
      what: 'the name of a subnet for its id',
      change: { gatewaySubnetPrefix: undefined, gatewaySubnet: { id: 'GatewaySubnet' } },
      code: 'RESOURCE_ID_INVALID',
    },
    {
      what: 'a subnet of 4 addresses',
      change: { gatewaySubnetPrefix: '10.40.255.0/30' },
      code: 'VPN_GATEWAY_SUBNET_INVALID',
    },
    { what: 'an IPv6 subnet', change: { gatewaySubnetPrefix: 'fd00::/64' }, code: 'VPN_GATEWAY_SUBNET_INVALID' },
    {
      what: 'a subnet outside the network',
      change: { gatewaySubnetPrefix: '10.41.0.0/27' },
      code: 'VPN_GATEWAY_SUBNET_INVALID',
    },
    { what: 'a subnet without a mask', change: { gatewaySubnetPrefix: '10.40.255.0' }, code: 'CIDR_WITHOUT_MASK' },
    { what: 'an unknown region', change: {}, network: { location: 'atlantis' }, code: 'ZONES_UNKNOWN' },
    { what: 'zones that do not exist', change: { zones: ['4'] }, code: 'ZONES_INVALID' },
    {
      what: 'zones for an address that exists',
      change: { publicIp: { id: token('id') }, zones: ['1'] },
      code: 'OPTIONS_CONFLICT',
    },
    {
      what: 'an address without zones in a region with zones',
      change: { publicIp: address({}) },
      code: 'VPN_GATEWAY_PUBLIC_IP_INVALID',
    },
    {
      what: 'a Basic address',
      change: { publicIp: address({ sku: 'Basic', zones: ['1'] }) },
      code: 'VPN_GATEWAY_PUBLIC_IP_INVALID',
    },
    {
      what: 'a dynamic address',
      change: { publicIp: address({ allocationMethod: 'Dynamic', zones: ['1'] }) },
      code: 'VPN_GATEWAY_PUBLIC_IP_INVALID',
    },
    { what: 'the name of an address for its id', change: { publicIp: { id: 'vpn-ip' } }, code: 'RESOURCE_ID_INVALID' },
    { what: 'a name that Azure does not take', change: { name: 'vpn plant 4' }, code: 'NAME_INVALID' },
    {
      what: 'a name that leaves no room for the one of the address',
      change: { name: 'v'.repeat(78) },
      code: 'NAME_INVALID',
    },
    {
      what: 'an acceptance that is a text',
      change: { acceptsAnyClientAddress: 'yes' },
      code: 'VPN_GATEWAY_CANNOT_FILTER_CLIENTS',
    },
  ])('$what is refused', ({ change, code, network }) => {
    const error = refused(change, network);
    expect(error.code).toBe(code);
    expect(textOf(error)).toMatchSnapshot();
  });

  test('no props at all are refused like missing ones', () => {
    const stack = plant();
    const error = thrown(() => new ManagedIkev2Gateway(stack, 'Vpn', undefined as never), stack);
    expect(error.code).toBe('VIRTUAL_NETWORK_MISSING');
  });

  test('a zonal Standard address of this app is taken, and so is a subnet of the right name', () => {
    const stack = plant();
    const publicIp = new PublicIp(stack, 'Address', {
      name: 'vpn',
      location: 'westeurope',
      resourceGroupName: 'g',
      allocationMethod: 'Static',
      zones: ['1', '2', '3'],
    });
    const gatewaySubnet = subnet(stack, 'GatewaySubnet');
    const props = { ...managed, gatewaySubnetPrefix: undefined, gatewaySubnet, publicIp };
    new ManagedIkev2Gateway(stack, 'Vpn', { virtualNetwork: networkOf(stack), clients, ...props });
    expect(only(stack, 'azurerm_virtual_network_gateway').ip_configuration).toEqual([
      {
        name: 'vnetGatewayConfig',
        private_ip_address_allocation: 'Dynamic',
        public_ip_address_id: ref('azurerm_public_ip.Address.id'),
        subnet_id: ref('azurerm_subnet.Subnet.id'),
      },
    ]);
  });
});
