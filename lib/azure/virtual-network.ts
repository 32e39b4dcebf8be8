import { TerraformElement } from 'cdktf';
import { invalid } from '../errors';
import { IpRange } from '../flows';
import { ifKnown, isToken } from './token';

/**
 * A virtual network: a `VirtualNetwork` or `DataAzurermVirtualNetwork` of @cdktf/provider-azurerm, or these texts.
 */
export interface IVirtualNetwork {
  /** Its resource id. */
  readonly id: string;
  readonly name: string;
  readonly resourceGroupName: string;
  /** Its region: `westeurope`. */
  readonly location: string;
  /**
   * Its address ranges in CIDR notation.
   *
   * @default - unknown: no check can tell whether another range overlaps it
   */
  readonly addressSpace?: readonly string[];
}

/** What a `VirtualNetwork` of the provider's bindings knows at synth, beside its references. */
interface Inputs {
  readonly addressSpaceInput?: readonly string[];
  readonly locationInput?: string;
}

const TEXTS = ['id', 'name', 'resourceGroupName', 'location'] as const;

/**
 * Checks what was written for `virtualNetwork` in the props of a construct.
 *
 * @throws InvalidInputError `VIRTUAL_NETWORK_MISSING`, `RESOURCE_ID_INVALID`
 */
export function checkedVirtualNetwork(value: unknown, className: string): IVirtualNetwork {
  const network = value as Record<string, unknown> | null | undefined;
  const missing =
    typeof network !== 'object' ||
    network === null ||
    TEXTS.some((text) => (isMade(network) ? !(text in network) : typeof network[text] !== 'string'));
  if (missing) {
    invalid({
      code: 'VIRTUAL_NETWORK_MISSING',
      what: `${className} was given no virtual network`,
      got: value ?? 'undefined',
      allowed: `a VirtualNetwork or DataAzurermVirtualNetwork of @cdktf/provider-azurerm, or an object with ${TEXTS.join(', ')}`,
      instead: "virtualNetwork: new VirtualNetwork(this, 'Network', { ... })",
    });
  }
  if (!isMade(network)) {
    checkedResourceId(network.id, 'Microsoft.Network/virtualNetworks', 'virtualNetwork.id');
  }
  return value as IVirtualNetwork;
}

/**
 * Whether it is a resource or data source of this app: its attributes are references, so there is nothing to check, and
 * each reading of one makes a new token with a stack trace, which takes longer than everything else here.
 */
function isMade(value: unknown): boolean {
  return TerraformElement.isTerraformElement(value);
}

/** The region as text where synth knows it, else a reference to it. */
export function locationOf(network: IVirtualNetwork): string {
  return ifKnown((network as Inputs).locationInput) ?? network.location;
}

/**
 * The address ranges that synth knows.
 *
 * @throws InvalidInputError those of `IpRange.parse`
 */
export function addressRangesOf(network: IVirtualNetwork): IpRange[] {
  const texts = (network as Inputs).addressSpaceInput ?? network.addressSpace;
  if (texts === undefined || isToken(texts)) {
    return [];
  }
  return texts
    .filter((text) => !isToken(text))
    .map((text) => IpRange.parse(text, 'address range of the virtual network'));
}

/** A subnet: a `Subnet` or `DataAzurermSubnet` of @cdktf/provider-azurerm, or an object with its resource id. */
export interface ISubnet {
  /** Its resource id. */
  readonly id: string;
}

/** The one subnet name that a VPN gateway takes, and that must have no network security group. */
export const GATEWAY_SUBNET = 'GatewaySubnet';

/** The name of a subnet where synth knows it: of a construct its own, of an id its last part. */
export function subnetName(subnet: ISubnet): string | undefined {
  const { nameInput } = subnet as { readonly nameInput?: string };
  return ifKnown(nameInput) ?? ifKnown(subnet.id)?.split('/').at(-1);
}

/**
 * Checks a resource id where synth knows it.
 *
 * @param type the resource type that it must be of: `Microsoft.Storage/storageAccounts`
 * @throws InvalidInputError `RESOURCE_ID_INVALID`
 */
export function checkedResourceId(id: unknown, type: string, property: string): string {
  if (isToken(id)) {
    return id as string;
  }
  const [provider, ...kinds] = type.split('/');
  const pattern = ['', 'subscriptions', '<id>', 'resourceGroups', '<name>', 'providers', provider];
  pattern.push(...kinds.flatMap((kind) => [kind, '<name>']));
  const parts = typeof id === 'string' ? id.split('/') : [];
  const fits =
    parts.length === pattern.length &&
    pattern.every((part, index) =>
      part?.startsWith('<') ? parts[index] !== '' : parts[index]?.toLowerCase() === part?.toLowerCase(),
    );
  if (!fits) {
    invalid({
      code: 'RESOURCE_ID_INVALID',
      what: `${property} is not the resource id of a ${type}`,
      got: id ?? 'undefined',
      allowed: 'a reference to the resource, or its id as Azure writes it',
      instead: `'${pattern.join('/')}'`,
    });
  }
  return id as string;
}
