// What is synthesised is held against the provider's own bindings, which are generated from the schema of azurerm 4.55,
// and against Microsoft's own list of values. Neither was written here.

import { readFileSync } from 'node:fs';
import {
  KnownIPAllocationMethod,
  KnownPublicIPAddressSkuName,
  KnownRouteNextHopType,
  KnownSecurityRuleAccess,
  KnownSecurityRuleDirection,
  KnownSecurityRuleProtocol,
} from '@azure/arm-network/models/common';
import {
  KnownVirtualNetworkGatewaySkuName,
  KnownVirtualNetworkGatewayType,
  KnownVpnAuthenticationType,
  KnownVpnClientProtocol,
  KnownVpnType,
} from '@azure/arm-network/models/network';
import { TerraformVariable } from 'cdktf';
import {
  Accepted,
  Authentication,
  ClientAddressing,
  Flow,
  GatewayGeneration,
  GatewaySku,
  IKEV2,
  SecretAccess,
  Traffic,
  TunnelType,
  Vpn,
  VpnGateway,
  VpnNetworkSecurityGroup,
  WireGuardGateway,
} from 'pptp-constructs/azure';
import { clients, insecure, machine, managed, networkOf, plant, type Resources, ROOT_CA, synthesised } from './support';

const META = ['provider', 'lifecycle', 'depends_on'];

/** The names in the schema of a resource, and below them those of its blocks. */
interface Schema {
  readonly [attribute: string]: Schema | 'value';
}

/** Reads the schema of a resource from the JavaScript that the provider's authors generated from it. */
function schemaOf(type: string): Schema {
  const folder = type.replace(/^azurerm_/, '').replaceAll('_', '-');
  const source = readFileSync(require.resolve(`@cdktf/provider-azurerm/lib/${folder}`), 'utf8');
  const blocks = new Map<string, string>();
  for (const [, name = '', body = ''] of source.matchAll(/^function (\w+)ToTerraform\(struct\) \{\n([\s\S]*?)^\}/gm)) {
    blocks.set(name, body);
  }
  const read = (body: string): Schema =>
    Object.fromEntries(
      [...body.matchAll(/^\s+(\w+): (.*),$/gm)].map(([, attribute, value = '']) => {
        const block = /(\w+)ToTerraform\b/.exec(value)?.[1] ?? '';
        return [attribute, blocks.has(block) ? read(blocks.get(block)!) : 'value'];
      }),
    );
  const attributes = /^ {4}synthesizeAttributes\(\) \{\n([\s\S]*?)^ {4}\}/m.exec(source)?.[1];
  expect(source).toContain(`terraformResourceType: '${type}'`);
  return read(attributes!);
}

/** The attributes that are in no schema. */
function strangers(value: unknown, schema: Schema | 'value', path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => strangers(item, schema, path));
  }
  if (typeof value !== 'object' || value === null || schema === 'value') {
    return [];
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = `${path}.${name}`;
    const known = schema[name];
    return known === undefined ? [at] : strangers(inner, known, at);
  });
}

function everything(): Resources {
  const stack = plant();
  const secret = new TerraformVariable(stack, 'RadiusSecret', { type: 'string', sensitive: true });
  const common = { clients, tags: { plant: '4' }, lifecycle: { preventDestroy: false } };
  const accepted = Accepted.because('this stack is never deployed');
  const authentications = [
    Authentication.certificate({
      roots: [{ name: 'plant4', certificate: ROOT_CA }],
      revoked: [{ name: 'lost', thumbprint: '912198EEF23DCAC40939312FEE97DD560BAE49B1' }],
    }),
    Authentication.radius({ servers: [{ address: '10.40.1.4', secret }], acceptsSecretInState: accepted }),
  ];
  const virtualNetwork = networkOf(stack);
  authentications.forEach((authentication, index) => {
    new VpnGateway(stack, `Vpn${index}`, {
      ...common,
      virtualNetwork,
      flowLogs: {
        storageAccountId: '/subscriptions/0/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/logs',
        retentionDays: 30,
      },
      protocols: [
        Vpn.pptp({ insecure }),
        Vpn.ikev2Managed({
          ...managed,
          authentication: [
            authentication,
            Authentication.entraId({ tenantId: '11111111-2222-3333-4444-555555555555' }),
          ],
          tunnels: [TunnelType.IKEV2, TunnelType.OPENVPN],
          sku: GatewaySku.VPN_GW2_AZ,
          generation: GatewayGeneration.GENERATION_2,
        }),
      ],
    });
  });
  new VpnNetworkSecurityGroup(stack, 'VpnNsg', {
    ...common,
    resourceGroupName: 'plant4',
    location: 'westeurope',
    protocols: [IKEV2],
    additionalFlows: [Flow.ESP],
    subnet: { id: '/subscriptions/0/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/servers' },
  });
  const routed = ClientAddressing.routed({ routeTables: [{ name: 'servers', resourceGroupName: 'plant4' }] });
  [SecretAccess.ROLE_ASSIGNMENT, SecretAccess.ACCESS_POLICY].forEach((secretAccess, index) => {
    const gateway = new WireGuardGateway(stack, `WireGuard${index}`, {
      ...common,
      ...machine,
      virtualNetwork,
      addressing: routed,
      secretAccess,
      journalWorkspaceId: '/subscriptions/0/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w',
    });
    gateway.allowClientsTo('10.40.2.0/24', Traffic.ICMP);
    gateway.allowClientsTo('10.40.2.0/24', Traffic.ANY);
  });
  return synthesised(stack);
}

const resources = everything();
const all = Object.entries(resources).flatMap(([type, named]) =>
  Object.entries(named).map(([name, attributes]) => ({ type, name, attributes })),
);

test('the judge knows what the schema has, down to blocks in blocks', () => {
  const schema = schemaOf('azurerm_virtual_network_gateway');
  expect(schema).toMatchObject({
    enable_bgp: 'value',
    vpn_client_configuration: { radius_server: { secret: 'value' }, vpn_client_protocols: 'value' },
  });
  expect(schema).not.toHaveProperty('bgp_enabled');
  const wrong = { sku: 'VpnGw1AZ', bgp_enabled: true, vpn_client_configuration: { vpn_client_protocol: [] } };
  expect(strangers(wrong, schema, 'gateway')).toEqual([
    'gateway.bgp_enabled',
    'gateway.vpn_client_configuration.vpn_client_protocol',
  ]);
});

test('covers every kind of resource that this library makes on Azure', () => {
  expect(Object.keys(resources).sort()).toEqual([
    'azurerm_key_vault_access_policy',
    'azurerm_linux_virtual_machine',
    'azurerm_monitor_data_collection_endpoint',
    'azurerm_monitor_data_collection_rule',
    'azurerm_network_interface',
    'azurerm_network_interface_security_group_association',
    'azurerm_network_security_group',
    'azurerm_network_security_rule',
    'azurerm_network_watcher_flow_log',
    'azurerm_public_ip',
    'azurerm_role_assignment',
    'azurerm_route',
    'azurerm_subnet',
    'azurerm_subnet_network_security_group_association',
    'azurerm_user_assigned_identity',
    'azurerm_virtual_machine_extension',
    'azurerm_virtual_network',
    'azurerm_virtual_network_gateway',
  ]);
});

test.each(Object.keys(resources))('%s has only attributes that azurerm 4.55 has', (type) => {
  const schema = { ...schemaOf(type), ...Object.fromEntries(META.map((name) => [name, 'value' as const])) };
  const own = all.filter((resource) => resource.type === type);
  expect(own.flatMap(({ attributes }) => strangers(attributes, schema, type))).toEqual([]);
});

test('the bindings are those of azurerm 4.55', () => {
  const bindings = readFileSync(require.resolve('@cdktf/provider-azurerm/lib/public-ip'), 'utf8');
  expect(/providerVersion: '([\d.]+)'/.exec(bindings)?.[1]).toBe('4.55.0');
});

test("the values are those of Microsoft's own list", () => {
  const gateways = Object.values(resources.azurerm_virtual_network_gateway ?? {});
  expect(gateways).toHaveLength(2);
  for (const gateway of gateways) {
    const client = gateway.vpn_client_configuration as Record<string, string[]>;
    expect(Object.values<unknown>(KnownVirtualNetworkGatewaySkuName)).toContain(gateway.sku);
    expect(gateway.type).toBe(KnownVirtualNetworkGatewayType.Vpn);
    expect(gateway.vpn_type).toBe(KnownVpnType.RouteBased);
    expect(client.vpn_client_protocols).toEqual([KnownVpnClientProtocol.IkeV2, KnownVpnClientProtocol.OpenVPN]);
    expect(
      client.vpn_auth_types?.every((name) => (Object.values(KnownVpnAuthenticationType) as string[]).includes(name)),
    ).toBe(true);
  }
  for (const address of Object.values(resources.azurerm_public_ip ?? {})) {
    expect(address.sku).toBe(KnownPublicIPAddressSkuName.Standard);
    expect(address.allocation_method).toBe(KnownIPAllocationMethod.Static);
  }
});

test("the values of rules and routes are those of Microsoft's own list", () => {
  for (const rule of Object.values(resources.azurerm_network_security_rule ?? {})) {
    expect(Object.values<unknown>(KnownSecurityRuleProtocol)).toContain(rule.protocol);
    expect(Object.values<unknown>(KnownSecurityRuleAccess)).toContain(rule.access);
    expect(Object.values<unknown>(KnownSecurityRuleDirection)).toContain(rule.direction);
  }
  for (const route of Object.values(resources.azurerm_route ?? {})) {
    expect(route.next_hop_type).toBe(KnownRouteNextHopType.VirtualAppliance);
  }
});

test('no secret stands in what is synthesised: only the reference to a sensitive variable', () => {
  expect(JSON.stringify(resources).match(/"secret":"[^"]*"/g)).toEqual([`"secret":"$\{var.RadiusSecret}"`]);
});
