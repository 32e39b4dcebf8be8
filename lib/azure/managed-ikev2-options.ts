import { invalid } from '../errors';
import { Accepted, IpRange } from '../flows';
import type { AcceptedConsequence } from './annotate';
import { Authentication } from './authentication';
import type { Clients } from './clients';
import { type GatewayGeneration, GatewaySku, TunnelType } from './gateway-options';
import { type CheckedGateway, checkGateway, type GatewayProps, refuseOverlap } from './gateway-props';
import { pointToSite } from './point-to-site';
import { checkedAddress, type IPublicIp } from './public-ip';
import { ifKnown, isToken, known } from './token';
import { checkedResourceId, GATEWAY_SUBNET, type ISubnet, subnetName } from './virtual-network';

/** What is particular to VPN Gateway, Azure's managed IKEv2 server. */
export interface ManagedIkev2Options {
  /**
   * The ranges from which clients get their addresses in the tunnel: private IPv4 ranges of at least 8 addresses
   * (/29), outside the virtual network and every network that clients are in.
   */
  readonly clientPools: readonly string[];
  /** How clients prove who they are: certificates or RADIUS, and beside one of them Entra ID for OpenVPN. */
  readonly authentication: readonly Authentication[];
  /**
   * What clients may dial with.
   *
   * @default [TunnelType.IKEV2]
   */
  readonly tunnels?: readonly TunnelType[];
  /**
   * How much the gateway carries and costs.
   *
   * @default GatewaySku.VPN_GW1_AZ
   */
  readonly sku?: GatewaySku;
  /**
   * The generation of its machines. azurerm replaces the gateway when this attribute changes, and Azure moves gateways
   * to Generation2 by itself, so write it only where you need to.
   *
   * @default - Azure chooses one that the SKU has
   */
  readonly generation?: GatewayGeneration;
  /**
   * The range of a subnet that is created for the gateway, called GatewaySubnet: /29 or larger, /27 recommended.
   * Exactly one of this and `gatewaySubnet`.
   *
   * @default - `gatewaySubnet`
   */
  readonly gatewaySubnetPrefix?: string;
  /**
   * The GatewaySubnet that the virtual network has. It must have no network security group.
   *
   * @default - one is created from `gatewaySubnetPrefix`
   */
  readonly gatewaySubnet?: ISubnet;
  /**
   * An address of the Standard SKU that exists, zonal where the region has zones.
   *
   * @default - one is created
   */
  readonly publicIp?: IPublicIp;
  /**
   * The availability zones of the address that is created.
   *
   * @default - all three where the region has zones, by the table of docs/azure.md; none where it has none
   */
  readonly zones?: readonly string[];
  /**
   * That the gateway answers the whole internet: VPN Gateway cannot keep to `clients`, since Azure allows no network
   * security group on its subnet. Not needed with `Clients.anywhereBecause`.
   *
   * @default - refused
   */
  readonly acceptsAnyClientAddress?: Accepted;
}

/** Props of `ManagedIkev2Gateway`. */
export interface ManagedIkev2GatewayProps extends GatewayProps, ManagedIkev2Options {}

/** What was read from the props of a managed gateway. */
export interface ManagedIkev2Settings extends CheckedGateway {
  readonly tunnels: string[];
  readonly authentication: readonly Authentication[];
  readonly sku: string;
  readonly generation?: string | undefined;
  /** The range of the subnet that is created; empty where one is given. */
  readonly subnetPrefixes: string[];
  /** The zones of the address that is created. */
  readonly zones: readonly string[];
  /** What the user accepted in writing. */
  readonly accepted: readonly AcceptedConsequence[];
}

/** The smallest range that Azure takes, for the subnet of a gateway and for a pool of an active-standby gateway. */
const LONGEST_PREFIX = 29;

/**
 * Checks everything about a managed gateway before any of it exists.
 *
 * @throws InvalidInputError see `ManagedIkev2Gateway`
 */
export function checkManagedIkev2(
  props: ManagedIkev2GatewayProps,
  className: string,
  gateway: CheckedGateway = checkGateway(props, className),
): ManagedIkev2Settings {
  const pools = checkedPools(props.clientPools);
  refuseOverlap(pools, 'client pool', gateway.networkRanges, 'the virtual network');
  refuseOverlap(pools, 'client pool', gateway.clientRanges, 'the clients');
  const settings = checkedSettings(props);
  return {
    ...gateway,
    ...settings,
    subnetPrefixes: checkedSubnet(props, gateway.networkRanges),
    zones: checkedAddress(props, gateway.location, true),
    accepted: [
      ...unfilteredClients(props, gateway.clients),
      ...settings.authentication.flatMap((one) => one.accepted ?? []),
    ],
  };
}

/** Props that `VpnGateway` has checked, for the server that it makes of the very same object next. */
const checked = new WeakMap<ManagedIkev2GatewayProps, ManagedIkev2Settings>();

/** Keeps what was read from props that nobody but the caller can change. */
export function keepChecked(props: ManagedIkev2GatewayProps, settings: ManagedIkev2Settings): void {
  checked.set(props, settings);
}

/**
 * What was read from the props of a managed gateway, now or when `VpnGateway` checked them.
 *
 * @throws InvalidInputError see `ManagedIkev2Gateway`
 */
export function settingsOf(props: ManagedIkev2GatewayProps, className: string): ManagedIkev2Settings {
  return checked.get(props) ?? checkManagedIkev2(props, className);
}

/** Tunnel types, authentication, SKU and generation, as Azure takes them. */
function checkedSettings({
  tunnels = [TunnelType.IKEV2],
  authentication,
  sku = GatewaySku.VPN_GW1_AZ,
  generation,
}: ManagedIkev2Options) {
  if (!Array.isArray(authentication) || authentication.some((one) => !(one instanceof Authentication))) {
    invalid({
      code: authentication === undefined ? 'AUTHENTICATION_MISSING' : 'AUTHENTICATION_INVALID',
      what: 'authentication is not a list of what Authentication makes',
      got: authentication,
      allowed: 'Authentication.certificate, Authentication.radius, Authentication.entraId, each at most once',
      instead: 'authentication: [Authentication.certificate({ roots: [{ name: ..., certificate: ... }] })]',
    });
  }
  const names = authentication.map(({ azureName }) => azureName);
  if (new Set(names).size !== names.length) {
    invalid({
      code: 'AUTHENTICATION_INVALID',
      what: 'one type of authentication is given twice',
      got: names,
      allowed: 'each type at most once; it takes several certificate authorities, or several servers',
      instead: 'Authentication.certificate({ roots: [first, second] })',
    });
  }
  const cell = {
    tunnels: tunnels.map((tunnel) =>
      known(tunnel?.azureName ?? String(tunnel), 'tunnels', 'tunnels: [TunnelType.IKEV2]'),
    ),
    authentications: names,
    sku: known(sku?.azureName ?? String(sku), 'sku', 'sku: GatewaySku.VPN_GW1_AZ'),
    generation:
      generation &&
      known(generation.azureName ?? String(generation), 'generation', 'generation: GatewayGeneration.GENERATION_2'),
  };
  const [refusal] = pointToSite(cell).refusals;
  if (refusal !== undefined) {
    const got = { tunnels: cell.tunnels, authentication: names, sku: cell.sku, generation: cell.generation };
    invalid({
      code: refusal.code,
      what: `${refusal.because} [${refusal.evidence.map(({ title, read }) => `${title}, read ${read}`).join('; ')}]`,
      got: got[refusal.property],
      allowed: refusal.allowed,
      instead: refusal.instead,
    });
  }
  if (!cell.tunnels.includes('IkeV2')) {
    invalid({
      code: 'TUNNEL_IKEV2_MISSING',
      what: 'a managed IKEv2 gateway without IKEv2',
      got: cell.tunnels,
      allowed: "'IkeV2', or 'IkeV2' and 'OpenVPN'",
      instead: 'tunnels: [TunnelType.IKEV2, TunnelType.OPENVPN]',
    });
  }
  return { ...cell, authentication };
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map((cidr) => IpRange.parse(cidr));

function checkedPools(texts: readonly string[]): IpRange[] {
  if (!Array.isArray(texts) || texts.length === 0) {
    invalid({
      code: 'VPN_GATEWAY_POOL_MISSING',
      what: 'clientPools is not a list of at least one range, and clients get their addresses in the tunnel from it',
      got: texts ?? 'undefined',
      allowed: 'at least one private IPv4 range',
      instead: "clientPools: ['172.20.0.0/24']",
    });
  }
  const pools = texts.filter((text) => !isToken(text)).map((text) => IpRange.parse(text, 'client pool'));
  for (const pool of pools) {
    if (!PRIVATE.some((range) => range.contains(pool))) {
      invalid({
        code: 'VPN_GATEWAY_POOL_INVALID',
        what: pool.version === 6 ? 'a client pool is IPv6' : 'a client pool is not a private range',
        got: pool.cidr,
        allowed: `an IPv4 range inside ${PRIVATE.map(String).join(', ')}`,
        instead: "clientPools: ['172.20.0.0/24']",
      });
    }
    if (pool.prefixLength > LONGEST_PREFIX) {
      invalid({
        code: 'VPN_GATEWAY_POOL_TOO_SMALL',
        what: 'a client pool is smaller than Azure takes',
        got: pool.cidr,
        allowed: `/${LONGEST_PREFIX} or larger`,
        instead: "clientPools: ['172.20.0.0/24']",
      });
    }
  }
  pools.forEach((pool, index) => {
    refuseOverlap([pool], 'client pool', pools.slice(index + 1), 'another client pool');
  });
  return pools;
}

/** VPN Gateway answers everybody; ranges that the user wrote would be dropped silently. */
function unfilteredClients({ acceptsAnyClientAddress }: ManagedIkev2Options, clients: Clients): AcceptedConsequence[] {
  if (clients.anywhereReason !== undefined) {
    return [];
  }
  if (!(acceptsAnyClientAddress instanceof Accepted)) {
    invalid({
      code: 'VPN_GATEWAY_CANNOT_FILTER_CLIENTS',
      what: `VPN Gateway answers the whole internet and cannot keep to ${clients}: Azure allows no network security group on its subnet`,
      got: acceptsAnyClientAddress,
      allowed: 'a written acceptance, or Clients.anywhereBecause(reason)',
      instead: "acceptsAnyClientAddress: Accepted.because('client certificates decide who connects')",
    });
  }
  return [
    {
      code: 'VPN_GATEWAY_CANNOT_FILTER_CLIENTS',
      text: `VPN Gateway answers the whole internet, not ${clients} alone: ${acceptsAnyClientAddress.reason}`,
    },
  ];
}

/** Checks the subnet that is given, or the range of the one that is created, which it returns. */
function checkedSubnet(
  { gatewaySubnet, gatewaySubnetPrefix }: ManagedIkev2Options,
  network: readonly IpRange[],
): string[] {
  const wrong = (what: string, got: unknown, allowed: string) =>
    invalid({
      code: 'VPN_GATEWAY_SUBNET_INVALID',
      what,
      got,
      allowed,
      instead: "gatewaySubnetPrefix: '10.40.255.0/27'   // a range of the virtual network that is not in use",
    });
  if ((gatewaySubnet === undefined) === (gatewaySubnetPrefix === undefined)) {
    wrong(
      gatewaySubnet === undefined
        ? 'the gateway has no subnet: neither gatewaySubnetPrefix nor gatewaySubnet is given'
        : 'the gateway has two subnets: gatewaySubnetPrefix and gatewaySubnet are both given',
      undefined,
      'exactly one of them',
    );
  }
  if (gatewaySubnet !== undefined) {
    const name = subnetName(gatewaySubnet);
    if (name !== undefined && name !== GATEWAY_SUBNET) {
      wrong(`the subnet of a VPN gateway must be called ${GATEWAY_SUBNET}`, name, `a subnet called ${GATEWAY_SUBNET}`);
    }
    checkedResourceId(gatewaySubnet.id, 'Microsoft.Network/virtualNetworks/subnets', 'gatewaySubnet.id');
  }
  const prefix = ifKnown(gatewaySubnetPrefix);
  if (prefix !== undefined) {
    const range = IpRange.parse(prefix, 'gatewaySubnetPrefix');
    if (range.version === 6 || range.prefixLength > LONGEST_PREFIX) {
      wrong(
        'gatewaySubnetPrefix is no range for a gateway',
        prefix,
        `an IPv4 range of /${LONGEST_PREFIX} or larger; /27 or larger recommended`,
      );
    }
    if (network.length > 0 && !network.some((one) => one.contains(range))) {
      wrong(
        'gatewaySubnetPrefix lies outside the virtual network',
        prefix,
        `a range inside ${network.map(String).join(', ')}`,
      );
    }
  }
  return gatewaySubnetPrefix === undefined ? [] : [gatewaySubnetPrefix];
}
