import type { DiagnosticCode } from '../diagnostics';
import type { Evidence } from '../network/evidence';

const DOCS = 'https://github.com/MicrosoftDocs/azure-docs';
const AZURERM = 'https://github.com/hashicorp/terraform-provider-azurerm';

/** On whose word the tables of this file stand. */
const SAYS = {
  tunnelMapping: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: tunnel types and authentication mechanisms for several authentication types',
    source: `${DOCS} includes/vpn-gateway-vpn-multiauth-tunnel-mapping.md`,
    read: '2023-03',
    certainty: 'high',
    caveat:
      'The copy is of 2023-03-08. The prose around it, of 2022-07, says that several types need OpenVPN; both agree on every row here.',
  },
  entraId: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: azurerm_virtual_network_gateway (IkeV2 and SSTP do not go with aad_tenant)',
    source: `${AZURERM} website/docs/r/virtual_network_gateway.html.markdown`,
    read: '2026-11',
    certainty: 'high',
  },
  sstp: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: Transition to OpenVPN protocol or IKEv2 from SSTP',
    source: 'https://learn.microsoft.com/en-us/azure/vpn-gateway/ikev2-openvpn-from-sstp',
    read: '2026-11',
    certainty: 'high',
  },
  expressRoute: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: the SKUs of ExpressRoute gateways, checked at apply',
    source: `${AZURERM} internal/services/network/virtual_network_gateway_resource.go`,
    read: '2026-11',
    certainty: 'high',
  },
  generation1: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: the SKUs of route-based gateways of Generation1, checked at apply',
    source: `${AZURERM} internal/services/network/virtual_network_gateway_resource.go`,
    read: '2026-11',
    certainty: 'high',
    caveat:
      'Microsoft announced to move gateways of Generation1 to Generation2 by itself until 2026-09-30; no document was found on new ones.',
  },
  generation2: {
    kind: 'vendor',
    title: 'azurerm 5.2.0: the SKUs of route-based gateways of Generation2, checked at apply',
    source: `${AZURERM} internal/services/network/virtual_network_gateway_resource.go`,
    read: '2026-11',
    certainty: 'high',
  },
  consolidation: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: SKU consolidation and migration',
    source: `${DOCS} articles/vpn-gateway/gateway-sku-consolidation.md`,
    read: '2024-09',
    certainty: 'high',
    caveat: 'Two dates are in circulation for the end of creation (2025-01-01, 2025-11-01); both are past.',
  },
  skus: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: About gateway SKUs',
    source: `${DOCS} articles/vpn-gateway/about-gateway-skus.md`,
    read: '2025-06',
    certainty: 'high',
  },
  basic: {
    kind: 'vendor',
    title: 'Azure VPN Gateway SKU consolidation: Basic SKU with a Standard public IP address',
    source: `${DOCS} articles/vpn-gateway/gateway-sku-consolidation.md`,
    read: '2024-09',
    certainty: 'low',
    caveat: 'Announced; not confirmed as shipped.',
  },
  connections: {
    kind: 'vendor',
    title: 'Azure VPN Gateway: About settings (connections and throughput by SKU)',
    source: 'https://docs.azure.cn/en-us/vpn-gateway/vpn-gateway-about-vpn-gateway-settings',
    read: '2026-11',
    certainty: 'medium',
    caveat: 'The rows of Generation2 were read in notes that cite the same table.',
  },
} as const satisfies Record<string, Evidence>;

/** Tunnel types as azurerm spells them in `vpn_client_protocols`. */
export type TunnelName = 'IkeV2' | 'OpenVPN' | 'SSTP';

/** Authentication types as azurerm spells them in `vpn_auth_types`; `AAD` is Microsoft Entra ID. */
export type AuthenticationName = 'Certificate' | 'Radius' | 'AAD';

/** A set of tunnel types, and the sets of authentication types that Azure takes with it on one gateway. */
export interface TunnelRow {
  readonly tunnels: readonly TunnelName[];
  readonly authentications: readonly (readonly AuthenticationName[])[];
  readonly evidence: readonly Evidence[];
}

/** Which authentication types Azure takes with which tunnel types. What is in no row is refused. */
export const TUNNELS: readonly TunnelRow[] = [
  {
    tunnels: ['IkeV2'],
    authentications: [['Certificate'], ['Radius']],
    evidence: [SAYS.tunnelMapping, SAYS.entraId],
  },
  {
    tunnels: ['OpenVPN'],
    authentications: [
      ['Certificate'],
      ['Radius'],
      ['AAD'],
      ['Certificate', 'Radius'],
      ['Certificate', 'AAD'],
      ['Radius', 'AAD'],
      ['Certificate', 'Radius', 'AAD'],
    ],
    evidence: [SAYS.tunnelMapping],
  },
  {
    tunnels: ['IkeV2', 'OpenVPN'],
    authentications: [['Certificate'], ['Radius'], ['Certificate', 'AAD'], ['Radius', 'AAD']],
    evidence: [SAYS.tunnelMapping, SAYS.entraId],
  },
];

/** What one generation of a SKU carries. */
export interface GenerationRow {
  readonly name: 'Generation1' | 'Generation2';
  /** How many clients may be connected at a time, over IKEv2 and OpenVPN. */
  readonly connections: number;
  /** Microsoft's benchmark for all tunnels together, in Mbit/s; no promise. */
  readonly throughputMbps: number;
  readonly evidence: readonly Evidence[];
}

/** A SKU of a virtual network gateway. */
export interface SkuRow {
  readonly sku: string;
  /** The generations in which a point-to-site gateway of the SKU can be created; empty where none can. */
  readonly generations: readonly GenerationRow[];
  /** Why none can, where none can. */
  readonly refused?: {
    readonly code: DiagnosticCode;
    readonly because: string;
    readonly evidence: readonly Evidence[];
  };
}

function generation1(connections: number, throughputMbps: number): GenerationRow {
  return { name: 'Generation1', connections, throughputMbps, evidence: [SAYS.generation1, SAYS.connections] };
}

function generation2(connections: number, throughputMbps: number): GenerationRow {
  return { name: 'Generation2', connections, throughputMbps, evidence: [SAYS.generation2, SAYS.connections] };
}

function refusedSku(code: DiagnosticCode, because: string, ...evidence: Evidence[]): (sku: string) => SkuRow {
  return (sku) => ({ sku, generations: [], refused: { code, because, evidence } });
}

/** The SKUs that Azure's API knows, and which of them can be created in which generation. */
export const SKUS: readonly SkuRow[] = [
  { sku: 'VpnGw1AZ', generations: [generation1(250, 650)] },
  { sku: 'VpnGw2AZ', generations: [generation1(500, 1000), generation2(500, 1250)] },
  { sku: 'VpnGw3AZ', generations: [generation1(1000, 1250), generation2(1000, 2500)] },
  { sku: 'VpnGw4AZ', generations: [generation2(5000, 5000)] },
  { sku: 'VpnGw5AZ', generations: [generation2(10000, 10000)] },
  ...['VpnGw1', 'VpnGw2', 'VpnGw3', 'VpnGw4', 'VpnGw5'].map(
    refusedSku(
      'VPN_GATEWAY_SKU_WITHOUT_AZ',
      'new gateways of VpnGw1 to VpnGw5 cannot be created any more, though azurerm still accepts the names',
      SAYS.consolidation,
    ),
  ),
  ...['Basic'].map(
    refusedSku(
      'VPN_GATEWAY_SKU_BASIC',
      'the Basic SKU has neither RADIUS nor OpenVPN, needed a public IP address of a kind that cannot be created any more, and is not for production',
      SAYS.skus,
      SAYS.basic,
    ),
  ),
  ...['Standard', 'HighPerformance'].map(
    refusedSku(
      'VPN_GATEWAY_SKU_LEGACY',
      'new gateways of Standard and HighPerformance cannot be created since 2023-12-01',
      SAYS.consolidation,
      SAYS.skus,
    ),
  ),
  ...['UltraPerformance', 'ErGw1AZ', 'ErGw2AZ', 'ErGw3AZ', 'ErGwScale'].map(
    refusedSku(
      'VPN_GATEWAY_SKU_EXPRESSROUTE',
      'this SKU is for ExpressRoute and takes no VPN clients',
      SAYS.expressRoute,
    ),
  ),
];

/** One combination of settings of a point-to-site gateway. */
export interface PointToSiteCell {
  readonly tunnels: readonly string[];
  readonly authentications: readonly string[];
  readonly sku: string;
  /** Left out: Azure chooses one that the SKU has. */
  readonly generation?: string;
}

/** Why Azure, or this library where it says so, does not take a combination. */
export interface CellRefusal {
  readonly code: DiagnosticCode;
  readonly because: string;
  /** Which of the settings is to be changed. */
  readonly property: 'tunnels' | 'authentication' | 'sku' | 'generation';
  readonly allowed: string;
  readonly instead: string;
  readonly evidence: readonly Evidence[];
}

/** What becomes of a combination, and on whose word. */
export interface CellVerdict {
  /** Every reason against it; empty where it is allowed. */
  readonly refusals: readonly CellRefusal[];
  /** What says that it is allowed; empty where it is not. */
  readonly evidence: readonly Evidence[];
}

/** Looks a combination up in the tables: tunnel types by authentication types, and SKU by generation. */
export function pointToSite(cell: PointToSiteCell): CellVerdict {
  const tunnels = TUNNELS.find((row) => sameSet(row.tunnels, cell.tunnels));
  const pair = tunnels?.authentications.some((set) => sameSet(set, cell.authentications)) ? tunnels : undefined;
  const sku = SKUS.find((row) => row.sku === cell.sku);
  const generations = sku?.generations.filter(({ name }) => cell.generation === undefined || name === cell.generation);
  const refusals = [
    ...(pair === undefined ? [whyNotTunnels(cell)] : []),
    ...(generations === undefined || generations.length === 0 ? [whyNotSku(cell, sku)] : []),
  ];
  return {
    refusals,
    evidence:
      refusals.length > 0 ? [] : [...(pair?.evidence ?? []), ...(generations ?? []).flatMap((one) => one.evidence)],
  };
}

/** Names the rule of Azure that a combination of tunnel types and authentication types breaks. */
function whyNotTunnels({ tunnels, authentications }: PointToSiteCell): CellRefusal {
  const unknown = tunnels.find((tunnel) => !['IkeV2', 'OpenVPN', 'SSTP'].includes(tunnel));
  const allowed = "'IkeV2', or 'IkeV2' and 'OpenVPN', spelled like this";
  if (tunnels.length === 0 || unknown !== undefined) {
    return {
      code: 'TUNNEL_UNKNOWN',
      because: unknown === undefined ? 'no tunnel type is given' : `'${unknown}' is not a tunnel type of VPN Gateway`,
      property: 'tunnels',
      allowed,
      instead: 'tunnels: [TunnelType.IKEV2]',
      evidence: [SAYS.tunnelMapping],
    };
  }
  if (tunnels.includes('SSTP')) {
    return {
      code: 'SSTP_RETIRED',
      because:
        'SSTP cannot be switched on since 2026-03-31 and stops on existing gateways on 2027-03-31, though azurerm still accepts it',
      property: 'tunnels',
      allowed,
      instead: 'tunnels: [TunnelType.IKEV2, TunnelType.OPENVPN]',
      evidence: [SAYS.sstp],
    };
  }
  if (authentications.length === 0) {
    return {
      code: 'AUTHENTICATION_MISSING',
      because: 'no authentication is given, so nobody could connect',
      property: 'authentication',
      allowed: 'certificates or RADIUS; beside one of them Microsoft Entra ID, for OpenVPN',
      instead: 'authentication: [Authentication.certificate({ roots: [{ name: ..., certificate: ... }] })]',
      evidence: [SAYS.tunnelMapping],
    };
  }
  if (authentications.includes('AAD') && !tunnels.includes('OpenVPN')) {
    return {
      code: 'ENTRA_ID_NEEDS_OPENVPN',
      because: 'Microsoft Entra ID authenticates OpenVPN only, never IKEv2',
      property: 'authentication',
      allowed: 'certificates or RADIUS for IKEv2; Microsoft Entra ID beside one of them where OpenVPN is a tunnel type',
      instead:
        'tunnels: [TunnelType.IKEV2, TunnelType.OPENVPN],\nauthentication: [Authentication.certificate({ ... }), Authentication.entraId({ ... })]',
      evidence: [SAYS.tunnelMapping, SAYS.entraId],
    };
  }
  if (authentications.includes('Certificate') && authentications.includes('Radius')) {
    return {
      code: 'IKEV2_ONE_AUTHENTICATION',
      because: 'a gateway that takes IKEv2 authenticates with certificates or with RADIUS, not with both',
      property: 'authentication',
      allowed: 'one of certificates and RADIUS; Microsoft Entra ID beside it where OpenVPN is a tunnel type',
      instead: 'authentication: [Authentication.certificate({ ... })]',
      evidence: [SAYS.tunnelMapping],
    };
  }
  return {
    code: 'IKEV2_WITHOUT_AUTHENTICATION',
    because: 'Microsoft Entra ID authenticates OpenVPN only, so IKEv2 would have no authentication',
    property: 'authentication',
    allowed: 'certificates or RADIUS beside Microsoft Entra ID',
    instead: 'authentication: [Authentication.certificate({ ... }), Authentication.entraId({ ... })]',
    evidence: [SAYS.tunnelMapping, SAYS.entraId],
  };
}

/** The code for a SKU: `VpnGw2AZ` is `GatewaySku.VPN_GW2_AZ`. */
function asSku(name: string): string {
  return `sku: GatewaySku.${name.replace(/^VpnGw(\d)AZ$/, 'VPN_GW$1_AZ')}`;
}

const CREATABLE = SKUS.filter(({ generations }) => generations.length > 0);

function whyNotSku({ sku: name, generation }: PointToSiteCell, sku: SkuRow | undefined): CellRefusal {
  if (sku === undefined) {
    const meant = CREATABLE.find((row) => row.sku.toLowerCase() === name.toLowerCase())?.sku ?? 'VpnGw1AZ';
    return {
      code: 'VPN_GATEWAY_SKU_UNKNOWN',
      because: `'${name}' is not a SKU of VPN Gateway`,
      property: 'sku',
      allowed: CREATABLE.map((row) => row.sku).join(', '),
      instead: asSku(meant),
      evidence: [SAYS.generation1, SAYS.generation2],
    };
  }
  if (sku.refused !== undefined) {
    const successor = CREATABLE.find((row) => row.sku === `${name}AZ`)?.sku ?? 'VpnGw1AZ';
    return {
      ...sku.refused,
      property: 'sku',
      allowed: CREATABLE.map((row) => row.sku).join(', '),
      instead: asSku(successor),
    };
  }
  const known = ['Generation1', 'Generation2'].includes(generation ?? '');
  const allowed = sku.generations.map((one) => one.name);
  return {
    code: known ? 'VPN_GATEWAY_GENERATION_NOT_FOR_SKU' : 'VPN_GATEWAY_GENERATION_UNKNOWN',
    because: known
      ? `${name} does not exist in ${generation}; azurerm says so at apply only`
      : `'${generation}' is not a generation of VPN Gateway`,
    property: 'generation',
    allowed: `${allowed.join(' or ')} for ${name}, or no generation, so that Azure chooses`,
    instead: `generation: GatewayGeneration.${allowed[0]?.replace('Generation', 'GENERATION_')}`,
    evidence: [SAYS.generation1, SAYS.generation2],
  };
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === new Set(other).size && one.every((value) => other.includes(value));
}
