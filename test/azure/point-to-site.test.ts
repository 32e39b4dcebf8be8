import {
  KnownVirtualNetworkGatewaySkuName,
  KnownVpnAuthenticationType,
  KnownVpnClientProtocol,
  KnownVpnGatewayGeneration,
} from '@azure/arm-network/models/network';
import { TerraformVariable } from 'cdktf';
import {
  Accepted,
  Authentication,
  GatewayGeneration,
  GatewaySku,
  InvalidInputError,
  ManagedIkev2Gateway,
  type PointToSiteCell,
  pointToSite,
  SKUS,
  TUNNELS,
  TunnelType,
} from 'pptp-constructs/azure';
import { certificates, clients, managed, networkOf, only, plant, textOf, thrown } from './support';

function subsets<T>(values: readonly T[]): T[][] {
  const [first, ...others] = values;
  if (first === undefined) return [[]];
  const without = subsets(others);
  return [...without, ...without.map((set) => [first, ...set])];
}

// Every value that Azure's API knows, by Microsoft's own list of them.
const allTunnels = subsets(Object.values<string>(KnownVpnClientProtocol));
const allAuthentications = subsets(Object.values<string>(KnownVpnAuthenticationType));
const allSkus = Object.values<string>(KnownVirtualNetworkGatewaySkuName);
const allGenerations = [undefined, ...Object.values<string>(KnownVpnGatewayGeneration)];

// Microsoft's table of tunnel types and authentication, typed in once more from the document.
const LEGAL_PAIRS = new Set([
  'IkeV2: Certificate',
  'IkeV2: Radius',
  'OpenVPN: Certificate',
  'OpenVPN: Radius',
  'OpenVPN: AAD',
  'OpenVPN: Certificate, Radius',
  'OpenVPN: AAD, Certificate',
  'OpenVPN: AAD, Radius',
  'OpenVPN: AAD, Certificate, Radius',
  'IkeV2, OpenVPN: Certificate',
  'IkeV2, OpenVPN: Radius',
  'IkeV2, OpenVPN: AAD, Certificate',
  'IkeV2, OpenVPN: AAD, Radius',
]);

// What azurerm checks at apply, less what cannot be created any more.
const LEGAL_SKUS = new Set([
  'VpnGw1AZ Generation1',
  'VpnGw2AZ Generation1',
  'VpnGw2AZ Generation2',
  'VpnGw3AZ Generation1',
  'VpnGw3AZ Generation2',
  'VpnGw4AZ Generation2',
  'VpnGw5AZ Generation2',
  ...['VpnGw1AZ', 'VpnGw2AZ', 'VpnGw3AZ', 'VpnGw4AZ', 'VpnGw5AZ'].map((sku) => `${sku} undefined`),
]);

const cells: PointToSiteCell[] = [];
for (const tunnels of allTunnels) {
  for (const authentications of allAuthentications) {
    for (const sku of allSkus) {
      for (const generation of allGenerations) {
        cells.push({ tunnels, authentications, sku, generation });
      }
    }
  }
}

const pairOf = ({ tunnels, authentications }: PointToSiteCell) =>
  `${[...tunnels].sort().join(', ')}: ${[...authentications].sort().join(', ')}`;
const isLegal = (cell: PointToSiteCell) =>
  LEGAL_PAIRS.has(pairOf(cell)) && LEGAL_SKUS.has(`${cell.sku} ${cell.generation}`);

/** The first rule that a cell breaks, as a person reads it off the two tables. */
function expectedCode({ tunnels, authentications, sku, generation }: PointToSiteCell): string {
  const has = (name: string) => authentications.includes(name);
  if (!LEGAL_PAIRS.has(pairOf({ tunnels, authentications, sku }))) {
    if (tunnels.length === 0) return 'TUNNEL_UNKNOWN';
    if (tunnels.includes('SSTP')) return 'SSTP_RETIRED';
    if (authentications.length === 0) return 'AUTHENTICATION_MISSING';
    if (has('AAD') && !tunnels.includes('OpenVPN')) return 'ENTRA_ID_NEEDS_OPENVPN';
    return has('Certificate') && has('Radius') ? 'IKEV2_ONE_AUTHENTICATION' : 'IKEV2_WITHOUT_AUTHENTICATION';
  }
  if (/^VpnGw\d$/.test(sku)) return 'VPN_GATEWAY_SKU_WITHOUT_AZ';
  if (sku === 'Basic') return 'VPN_GATEWAY_SKU_BASIC';
  if (sku === 'Standard' || sku === 'HighPerformance') return 'VPN_GATEWAY_SKU_LEGACY';
  if (/^(ErGw|Ultra)/.test(sku)) return 'VPN_GATEWAY_SKU_EXPRESSROUTE';
  return generation === 'None' ? 'VPN_GATEWAY_GENERATION_UNKNOWN' : 'VPN_GATEWAY_GENERATION_NOT_FOR_SKU';
}

test('the tables name what the API knows, and nothing else', () => {
  expect(SKUS.map(({ sku }) => sku).sort()).toEqual([...allSkus].sort());
  expect(TUNNELS.flatMap(({ tunnels }) => tunnels).filter((name) => !allTunnels.flat().includes(name))).toEqual([]);
  const authentications = TUNNELS.flatMap((row) => row.authentications.flat());
  expect(new Set(authentications)).toEqual(new Set(Object.values(KnownVpnAuthenticationType)));
  expect([TunnelType.IKEV2, TunnelType.OPENVPN].map(({ azureName }) => azureName)).toEqual([
    KnownVpnClientProtocol.IkeV2,
    KnownVpnClientProtocol.OpenVPN,
  ]);
  const { VPN_GW1_AZ, VPN_GW2_AZ, VPN_GW3_AZ, VPN_GW4_AZ, VPN_GW5_AZ } = GatewaySku;
  const offered = [VPN_GW1_AZ, VPN_GW2_AZ, VPN_GW3_AZ, VPN_GW4_AZ, VPN_GW5_AZ].map(({ azureName }) => azureName);
  expect(offered).toEqual(SKUS.filter(({ generations }) => generations.length > 0).map(({ sku }) => sku));
  expect(allGenerations).toContain(GatewayGeneration.GENERATION_1.azureName);
  expect(allGenerations).toContain(GatewayGeneration.GENERATION_2.azureName);
});

test('every row has its source', () => {
  const rows = [...TUNNELS, ...SKUS.flatMap((row) => [...row.generations, ...(row.refused ? [row.refused] : [])])];
  expect(rows.filter(({ evidence }) => evidence.length === 0)).toEqual([]);
  expect(rows.flatMap(({ evidence }) => evidence).filter(({ source }) => source === undefined)).toEqual([]);
});

test('a larger SKU never carries fewer clients', () => {
  const connections = SKUS.flatMap((row) => row.generations.map((generation) => generation.connections));
  expect(connections).toEqual([...connections].sort((a, b) => a - b));
});

test(`every one of ${cells.length} combinations is allowed or refused with the code of the rule that it breaks`, () => {
  expect(cells).toHaveLength(8 * 8 * 18 * 4);
  const wrong = cells.filter((cell) => {
    const { refusals, evidence } = pointToSite(cell);
    return isLegal(cell)
      ? refusals.length > 0 || evidence.length === 0
      : refusals[0]?.code !== expectedCode(cell) || refusals.some((refusal) => refusal.evidence.length === 0);
  });
  expect(wrong).toEqual([]);
  expect(cells.filter(isLegal)).toHaveLength(13 * 12);
});

test('a combination that breaks a rule of either table shows both', () => {
  const { refusals } = pointToSite({
    tunnels: ['IkeV2'],
    authentications: [],
    sku: 'Basic',
  });
  expect(refusals.map(({ code }) => code)).toEqual(['AUTHENTICATION_MISSING', 'VPN_GATEWAY_SKU_BASIC']);
});

describe('the construct', () => {
  const stack = plant();
  const virtualNetwork = networkOf(stack);
  const secret = new TerraformVariable(stack, 'RadiusSecret', {
    type: 'string',
    sensitive: true,
  });
  const types: Record<string, Authentication> = {
    Certificate: certificates,
    Radius: Authentication.radius({
      servers: [{ address: '10.40.1.4', secret }],
      acceptsSecretInState: Accepted.because('the state lies in an encrypted account'),
    }),
    AAD: Authentication.entraId({
      tenantId: '11111111-2222-3333-4444-555555555555',
    }),
  };
  const propsOf = ({ tunnels, authentications, sku, generation }: PointToSiteCell) => ({
    virtualNetwork,
    clients,
    ...managed,
    tunnels: tunnels.map((name) => TunnelType.of(name)),
    authentication: authentications.map((name) => types[name]!),
    sku: GatewaySku.of(sku),
    ...(generation === undefined ? {} : { generation: GatewayGeneration.of(generation) }),
  });

  test('refuses what the tables refuse, with the same code and before anything exists', () => {
    // Each table in full, beside one right value from the other.
    const alone = (cell: PointToSiteCell) =>
      (cell.sku === 'VpnGw1AZ' && cell.generation === undefined) || pairOf(cell) === 'IkeV2: Certificate';
    const illegal = cells.filter((cell) => !isLegal(cell) && alone(cell));
    expect(illegal).toHaveLength(8 * 8 - 13 + 18 * 4 - 12);
    const before = stack.node.findAll().length;
    const wrong = illegal.filter((cell) => {
      try {
        new ManagedIkev2Gateway(stack, 'Vpn', propsOf(cell));
        return true;
      } catch (error) {
        return !(error instanceof InvalidInputError) || error.code !== expectedCode(cell);
      }
    });
    expect(wrong).toEqual([]);
    expect(stack.node.findAll()).toHaveLength(before);
  });

  test.each(
    cells
      .filter((cell) => isLegal(cell) && cell.tunnels.includes('IkeV2'))
      .map((cell) => ({
        name: `${pairOf(cell)}, ${cell.sku}, ${cell.generation ?? 'any generation'}`,
        cell,
      })),
  )('builds $name as it was asked for', ({ cell }) => {
    const own = plant();
    new ManagedIkev2Gateway(own, 'Vpn', {
      ...propsOf(cell),
      virtualNetwork: networkOf(own),
    });
    const gateway = only(own, 'azurerm_virtual_network_gateway');
    const client = gateway.vpn_client_configuration as Record<string, string[]>;
    expect(client.vpn_client_protocols).toEqual(cell.tunnels);
    expect(client.vpn_auth_types).toEqual(cell.authentications);
    expect(gateway.sku).toBe(cell.sku);
    expect(gateway.generation).toBe(cell.generation);
    expect('root_certificate' in client).toBe(cell.authentications.includes('Certificate'));
    expect('radius_server' in client).toBe(cell.authentications.includes('Radius'));
    expect('aad_tenant' in client).toBe(cell.authentications.includes('AAD'));
  });

  test('is called after IKEv2 and refuses to be without it, though Azure would take OpenVPN alone', () => {
    const cell = {
      tunnels: ['OpenVPN'],
      authentications: ['AAD'],
      sku: 'VpnGw1AZ',
    };
    expect(textOf(thrown(() => new ManagedIkev2Gateway(stack, 'Vpn', propsOf(cell)), stack))).toMatchInlineSnapshot(`
      "a managed IKEv2 gateway without IKEv2.
        got      ["OpenVPN"]
        allowed  'IkeV2', or 'IkeV2' and 'OpenVPN'
        write    tunnels: [TunnelType.IKEV2, TunnelType.OPENVPN]

            at <the line of the user>
            code TUNNEL_IKEV2_MISSING, see docs/diagnostics.md"
    `);
  });

  test.each([
    { what: 'an unknown tunnel type', change: { tunnels: ['IKEv2'] } },
    { what: 'no tunnel type', change: { tunnels: [] } },
    { what: 'SSTP', change: { tunnels: ['IkeV2', 'SSTP'] } },
    { what: 'no authentication', change: { authentications: [] } },
    { what: 'Entra ID for IKEv2', change: { authentications: ['AAD'] } },
    {
      what: 'nothing but Entra ID where IKEv2 is a tunnel type',
      change: { tunnels: ['IkeV2', 'OpenVPN'], authentications: ['AAD'] },
    },
    {
      what: 'certificates and RADIUS',
      change: { authentications: ['Certificate', 'Radius'] },
    },
    { what: 'a SKU in the wrong case', change: { sku: 'vpngw2az' } },
    { what: 'a SKU that does not exist', change: { sku: 'VpnGw9' } },
    { what: 'a SKU without AZ', change: { sku: 'VpnGw3' } },
    { what: 'the Basic SKU', change: { sku: 'Basic' } },
    { what: 'a legacy SKU', change: { sku: 'HighPerformance' } },
    { what: 'a SKU of ExpressRoute', change: { sku: 'ErGw1AZ' } },
    { what: 'VpnGw1AZ in Generation2', change: { generation: 'Generation2' } },
    {
      what: 'VpnGw4AZ in Generation1',
      change: { sku: 'VpnGw4AZ', generation: 'Generation1' },
    },
    { what: 'an unknown generation', change: { generation: 'Gen2' } },
  ])('says why it refuses $what, and what to write', ({ change }) => {
    const cell = {
      tunnels: ['IkeV2'],
      authentications: ['Certificate'],
      sku: 'VpnGw1AZ',
      ...change,
    };
    const error = thrown(() => new ManagedIkev2Gateway(stack, 'Vpn', propsOf(cell)), stack);
    expect(error.code).toBe(pointToSite(cell).refusals[0]?.code);
    expect(textOf(error)).toMatchSnapshot();
  });
});
