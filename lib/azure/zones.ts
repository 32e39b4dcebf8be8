import { invalid } from '../errors';
import type { Evidence } from '../network/evidence';
import { ifKnown } from './token';

const REGIONS_LIST: Evidence = {
  kind: 'vendor',
  title: 'Azure regions list',
  source: 'https://github.com/MicrosoftDocs/azure-docs articles/reliability/regions-list.md',
  read: '2025-03',
  certainty: 'high',
  caveat: 'The copy is of 2025-03-21; regions gain zones over time, and some services come later than the region.',
};

const NEWER_REGIONS_LIST: Evidence = {
  kind: 'vendor',
  title: 'Azure regions list, newer copy',
  source: 'https://learn.microsoft.com/nb-no/azure/reliability/regions-list',
  read: '2026-11',
  certainty: 'medium',
  caveat: 'Only its first rows could be read.',
};

/** Why it matters: Azure refuses a gateway of an AZ SKU whose address has no zones in a region that has zones. */
export const ZONES_EVIDENCE: readonly Evidence[] = [
  {
    kind: 'field-report',
    title: 'VmssVpnGatewayPublicIpsMustHaveZonesConfigured: VpnGw1AZ in Switzerland North, address without zones',
    source: 'https://github.com/microsoft/physical-ai-toolchain/issues/350',
    read: '2026-11',
    certainty: 'high',
  },
  {
    kind: 'vendor',
    title: 'Azure VPN Gateway: SKU consolidation and migration (AZ SKUs in regions without zones stay regional)',
    source: 'https://github.com/MicrosoftDocs/azure-docs articles/vpn-gateway/gateway-sku-consolidation.md',
    read: '2024-09',
    certainty: 'high',
  },
];

/** Whether Azure regions have availability zones, as far as it was read. Every region with zones has three. */
export const REGIONS: readonly {
  readonly zones: boolean;
  readonly names: readonly string[];
  readonly evidence: Evidence;
}[] = [
  {
    zones: true,
    names: [
      'australiaeast',
      'brazilsouth',
      'canadacentral',
      'centralindia',
      'centralus',
      'eastasia',
      'eastus',
      'eastus2',
      'francecentral',
      'germanywestcentral',
      'indonesiacentral',
      'israelcentral',
      'italynorth',
      'japaneast',
      'japanwest',
      'koreacentral',
      'mexicocentral',
      'newzealandnorth',
      'northeurope',
      'norwayeast',
      'polandcentral',
      'qatarcentral',
      'southafricanorth',
      'southcentralus',
      'southeastasia',
      'spaincentral',
      'swedencentral',
      'switzerlandnorth',
      'uaenorth',
      'uksouth',
      'westeurope',
      'westus2',
      'westus3',
    ],
    evidence: REGIONS_LIST,
  },
  { zones: true, names: ['austriaeast', 'belgiumcentral'], evidence: NEWER_REGIONS_LIST },
  {
    zones: false,
    names: [
      'australiacentral',
      'australiacentral2',
      'australiasoutheast',
      'brazilsoutheast',
      'canadaeast',
      'francesouth',
      'germanynorth',
      'koreasouth',
      'northcentralus',
      'norwaywest',
      'southafricawest',
      'southindia',
      'switzerlandwest',
      'uaecentral',
      'ukwest',
      'westcentralus',
      'westindia',
      'westus',
    ],
    evidence: REGIONS_LIST,
  },
];

/** A region as Azure's own tools write it: `West Europe` is `westeurope`. */
export function regionName(location: string): string {
  return location.toLowerCase().replaceAll(' ', '');
}

/** Whether a region has availability zones; `undefined` where it is a token or not in the table. */
export function hasZones(location: string): boolean | undefined {
  const region = ifKnown(location);
  return region === undefined ? undefined : REGIONS.find(({ names }) => names.includes(regionName(region)))?.zones;
}

/**
 * The zones of a gateway's address: what the user wrote, or all three where the region has zones, or none where it has
 * none. Guessing is no option where the region is unknown: Azure refuses either mistake, at apply.
 *
 * @throws InvalidInputError `ZONES_UNKNOWN`, `ZONES_INVALID`, `TOKEN_NOT_ALLOWED`
 */
export function zonesOf(location: string, zones: readonly string[] | undefined): readonly string[] {
  if (zones !== undefined) {
    return checkedZones(zones);
  }
  const zonal = hasZones(location);
  if (zonal === undefined) {
    invalid({
      code: 'ZONES_UNKNOWN',
      what: 'whether the region has availability zones is not known at synth, and the public IP address must have them where the region does',
      got: ifKnown(location),
      allowed: 'zones written out, or a location that is known at synth and in the table of docs/azure.md',
      instead: "zones: ['1', '2', '3']   // or zones: [] in a region without zones",
    });
  }
  return zonal ? ['1', '2', '3'] : [];
}

function checkedZones(zones: readonly string[]): readonly string[] {
  const wellFormed =
    Array.isArray(zones) &&
    zones.every((zone) => ['1', '2', '3'].includes(zone)) &&
    new Set(zones).size === zones.length;
  if (!wellFormed) {
    invalid({
      code: 'ZONES_INVALID',
      what: 'zones is not a list of availability zones',
      got: zones,
      allowed: "'1', '2' and '3', each at most once; an empty list for a region without zones",
      instead: "zones: ['1', '2', '3']",
    });
  }
  return zones;
}
