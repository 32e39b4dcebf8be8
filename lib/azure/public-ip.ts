import { invalid } from '../errors';
import { isAddress } from '../flows';
import { ifKnown, isToken } from './token';
import { checkedResourceId } from './virtual-network';
import { hasZones, zonesOf } from './zones';

/** An address: a `PublicIp` or `DataAzurermPublicIp` of @cdktf/provider-azurerm, or an object with its resource id. */
export interface IPublicIp {
  /** Its resource id. */
  readonly id: string;
  /**
   * The IPv4 address itself. Configurations of firewalls name it where it is no reference; see docs/edge.md.
   *
   * @default - not known
   */
  readonly ipAddress?: string;
}

/** The props of a gateway that are about its address. */
export interface AddressProps {
  /** An address that exists; left out, one is created. */
  readonly publicIp?: IPublicIp;
  /** The zones of the one that is created. */
  readonly zones?: readonly string[];
}

/**
 * Checks the address that is given, or chooses the zones of the one that is created.
 *
 * @param mustBeZonal whether Azure refuses an address without zones in a region that has them
 * @throws InvalidInputError `VPN_GATEWAY_PUBLIC_IP_INVALID`, `OPTIONS_CONFLICT`, `RESOURCE_ID_INVALID` and those of `zonesOf`
 */
export function checkedAddress(
  { publicIp, zones }: AddressProps,
  location: string,
  mustBeZonal: boolean,
): readonly string[] {
  if (publicIp === undefined) {
    return zonesOf(location, zones);
  }
  const wrong = (what: string, got: unknown, allowed: string) =>
    invalid({
      code: 'VPN_GATEWAY_PUBLIC_IP_INVALID',
      what,
      got,
      allowed,
      instead: 'no publicIp, so that one is created',
    });
  if (zones !== undefined) {
    invalid({
      code: 'OPTIONS_CONFLICT',
      what: 'zones is given beside publicIp, which has zones of its own',
      got: zones,
      allowed: 'one of them',
      instead: 'no zones',
    });
  }
  checkedResourceId(publicIp?.id, 'Microsoft.Network/publicIPAddresses', 'publicIp.id');
  const { ipAddress } = publicIp;
  if (ipAddress !== undefined && !isToken(ipAddress) && (!isAddress(String(ipAddress)) || ipAddress.includes(':'))) {
    wrong('ipAddress of the address is no IPv4 address', ipAddress, 'the address that clients dial: 203.0.113.9');
  }
  const { skuInput, allocationMethodInput, zonesInput } = publicIp as {
    readonly skuInput?: string;
    readonly allocationMethodInput?: string;
    readonly zonesInput?: readonly string[];
  };
  if (ifKnown(skuInput) === 'Basic' || ifKnown(allocationMethodInput) === 'Dynamic') {
    wrong(
      'the address is of the Basic SKU or dynamic, and a VPN gateway takes neither',
      `${skuInput ?? 'Standard'}, ${allocationMethodInput}`,
      "sku: 'Standard' with allocationMethod: 'Static'",
    );
  }
  const madeHere = 'zonesInput' in publicIp;
  if (mustBeZonal && madeHere && (zonesInput === undefined || zonesInput.length === 0) && hasZones(location) === true) {
    wrong(
      'the address has no zones in a region that has zones, and Azure refuses it for a gateway of an AZ SKU (VmssVpnGatewayPublicIpsMustHaveZonesConfigured)',
      undefined,
      "zones: ['1', '2', '3'] on the address",
    );
  }
  return [];
}
