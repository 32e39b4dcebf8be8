import { Annotations } from 'cdktf';
import { Construct } from 'constructs';
import { invalid } from '../errors';
import { Accepted, IpRange } from '../flows';
import { Authentication } from './authentication';
import { Clients } from './clients';
import { checkFlowLogs, type FlowLogOptions, VirtualNetworkFlowLog } from './flow-logs';
import { type GatewayGeneration, GatewaySku, TunnelType } from './gateway-options';
import { type MetaArguments, metaArguments } from './meta-arguments';
import { azureName, nameFromPath } from './names';
import { pointToSite } from './point-to-site';
import { PublicIp, Subnet, VirtualNetworkGateway } from './provider';
import { assertTerraformScope, pathInTree } from './scope';
import { ifKnown, isToken, known } from './token';
import {
  addressRangesOf,
  checkedResourceId,
  checkedVirtualNetwork,
  GATEWAY_SUBNET,
  type ISubnet,
  type IVirtualNetwork,
  locationOf,
  subnetName,
} from './virtual-network';
import { hasZones, zonesOf } from './zones';

/** An address: a `PublicIp` or `DataAzurermPublicIp` of @cdktf/provider-azurerm, or an object with its resource id. */
export interface IPublicIp {
  /** Its resource id. */
  readonly id: string;
}

/** Where a gateway is, and for whom. */
export interface GatewayProps extends MetaArguments {
  /** The virtual network that clients reach through the gateway. */
  readonly virtualNetwork: IVirtualNetwork;
  /** Where clients come from. There is no default. */
  readonly clients: Clients;
  /**
   * The region of what is created, as text where the one of the virtual network is a token.
   *
   * @default - the region of the virtual network
   */
  readonly location?: string;
  /**
   * The resource group of what is created.
   *
   * @default - the resource group of the virtual network
   */
  readonly resourceGroupName?: string;
  /**
   * What Azure calls the gateway; its address gets the same with `-ip`. Changing it replaces both.
   *
   * @default - made from the path of the construct
   */
  readonly name?: string;
  /**
   * Flow logs of the virtual network.
   *
   * @default - none
   */
  readonly flowLogs?: FlowLogOptions;
  /**
   * Tags of every resource that can have tags.
   *
   * @default - none
   */
  readonly tags?: { readonly [key: string]: string };
}

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

/** The smallest range that Azure takes, for the subnet of a gateway and for a pool of an active-standby gateway. */
const LONGEST_PREFIX = 29;

/**
 * VPN Gateway with point-to-site: Azure's managed IKEv2 server, and OpenVPN beside it where asked for.
 *
 * It makes the gateway, a Standard public IP address (zonal where the region has zones) unless one is given, and a
 * GatewaySubnet unless one is given. Creating the gateway takes about 30 to 45 minutes. It never attaches a network
 * security group to GatewaySubnet and never switches SSTP on.
 */
export class ManagedIkev2Gateway extends Construct {
  /** Tells the servers of a `VpnGateway` apart. */
  public readonly protocol = 'ikev2';
  /** The gateway itself, for what these props do not cover: `gateway.resource.putCustomRoute({ ... })`. */
  public readonly resource: VirtualNetworkGateway;
  /** The address, where one was created. */
  public readonly publicIp: PublicIp | undefined;
  /** The subnet, where one was created. */
  public readonly gatewaySubnet: Subnet | undefined;
  /** The flow logs, where they were asked for. */
  public readonly flowLog: VirtualNetworkFlowLog | undefined;

  /**
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `VIRTUAL_NETWORK_MISSING`, `NO_CLIENTS`, `VPN_GATEWAY_CANNOT_FILTER_CLIENTS`,
   * `VPN_GATEWAY_POOL_MISSING`, `VPN_GATEWAY_POOL_INVALID`, `VPN_GATEWAY_POOL_TOO_SMALL`, `VPN_GATEWAY_POOL_OVERLAPS`, `VPN_GATEWAY_SUBNET_INVALID`, `VPN_GATEWAY_PUBLIC_IP_INVALID`,
   * `ZONES_UNKNOWN`, `ZONES_INVALID`, `OPTIONS_CONFLICT`, `NAME_INVALID`, `TOKEN_NOT_ALLOWED`, `META_ARGUMENT_NOT_SUPPORTED`, those of
   * `IpRange.parse` and of `VirtualNetworkFlowLog`, and one for each combination that Azure does not take:
   * `SSTP_RETIRED`, `TUNNEL_UNKNOWN`, `TUNNEL_IKEV2_MISSING`, `AUTHENTICATION_MISSING`, `AUTHENTICATION_INVALID`,
   * `ENTRA_ID_NEEDS_OPENVPN`, `IKEV2_ONE_AUTHENTICATION`, `IKEV2_WITHOUT_AUTHENTICATION`, `VPN_GATEWAY_SKU_UNKNOWN`,
   * `VPN_GATEWAY_SKU_WITHOUT_AZ`, `VPN_GATEWAY_SKU_BASIC`, `VPN_GATEWAY_SKU_LEGACY`, `VPN_GATEWAY_SKU_EXPRESSROUTE`,
   * `VPN_GATEWAY_GENERATION_UNKNOWN`, `VPN_GATEWAY_GENERATION_NOT_FOR_SKU`
   */
  public constructor(scope: Construct, id: string, props: ManagedIkev2GatewayProps) {
    assertTerraformScope(scope, 'ManagedIkev2Gateway');
    const settings = checkManagedIkev2(props, 'ManagedIkev2Gateway');
    super(scope, id);
    const { network, location, meta, authentication } = settings;
    const name = props.name ?? nameFromPath(pathInTree(scope, id));
    const created = {
      ...meta,
      resourceGroupName: props.resourceGroupName ?? network.resourceGroupName,
      location,
      ...(props.tags === undefined ? {} : { tags: { ...props.tags } }),
    };

    let subnet = props.gatewaySubnet;
    if (subnet === undefined) {
      this.gatewaySubnet = new Subnet(this, GATEWAY_SUBNET, {
        ...meta,
        name: GATEWAY_SUBNET,
        resourceGroupName: network.resourceGroupName,
        virtualNetworkName: network.name,
        addressPrefixes: settings.subnetPrefixes,
      });
      subnet = this.gatewaySubnet;
    }
    let address = props.publicIp;
    if (address === undefined) {
      this.publicIp = new PublicIp(this, 'PublicIp', {
        ...created,
        name: props.name === undefined ? nameFromPath(pathInTree(scope, id), '-ip') : `${name}-ip`,
        sku: 'Standard',
        allocationMethod: 'Static',
        ...(settings.zones.length > 0 ? { zones: [...settings.zones] } : {}),
      });
      address = this.publicIp;
    }
    this.resource = new VirtualNetworkGateway(this, 'Resource', {
      ...created,
      name,
      type: 'Vpn',
      vpnType: 'RouteBased',
      sku: settings.sku,
      ...(settings.generation === undefined ? {} : { generation: settings.generation }),
      activeActive: false,
      ipConfiguration: [
        {
          name: 'vnetGatewayConfig',
          privateIpAddressAllocation: 'Dynamic',
          publicIpAddressId: address.id,
          subnetId: subnet.id,
        },
      ],
      vpnClientConfiguration: {
        addressSpace: [...props.clientPools],
        vpnClientProtocols: settings.tunnels,
        vpnAuthTypes: authentication.map(({ azureName }) => azureName),
        ...Object.assign({}, ...authentication.map(({ attributes }) => attributes)),
      },
    });
    if (props.flowLogs !== undefined) {
      this.flowLog = new VirtualNetworkFlowLog(this, 'FlowLog', flowLogProps(props, props.flowLogs));
    }
    for (const consequence of settings.accepted) {
      Annotations.of(this).addInfo(`accepted in writing: ${consequence}`);
    }
  }

  /** The resource id of the gateway. */
  public get id(): string {
    return this.resource.id;
  }

  /** The address that clients dial, where it was created here; a token. */
  public get publicIpAddress(): string | undefined {
    return this.publicIp?.ipAddress;
  }
}

/** What of the props of a gateway belongs to its flow logs. */
export function flowLogProps(props: GatewayProps, flowLogs: FlowLogOptions) {
  const { virtualNetwork, location, tags } = props;
  return {
    ...metaArguments(props),
    ...flowLogs,
    virtualNetwork,
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/**
 * Checks the props of a gateway that any server on Azure has.
 *
 * @throws InvalidInputError see `ManagedIkev2Gateway`
 */
export function checkGateway(props: GatewayProps, className: string) {
  const network = checkedVirtualNetwork(props?.virtualNetwork, className);
  const clients = Clients.check(props.clients, className);
  if (props.name !== undefined) {
    azureName(props.name, `the name of ${className}`, 80 - '-ip'.length);
  }
  if (props.flowLogs !== undefined) {
    checkFlowLogs(flowLogProps(props, props.flowLogs), className);
  }
  const ranges = addressRangesOf(network);
  const clientsOwn = clients.anywhereReason === undefined ? clients.ranges : [];
  refuseOverlap(clientsOwn, 'client range', ranges, 'the virtual network');
  return {
    network,
    clients,
    clientsOwn,
    ranges,
    location: props.location ?? locationOf(network),
    meta: metaArguments(props),
  };
}

/**
 * Checks everything about a managed gateway before any of it exists.
 *
 * @throws InvalidInputError see `ManagedIkev2Gateway`
 */
export function checkManagedIkev2(props: ManagedIkev2GatewayProps, className: string) {
  const gateway = checkGateway(props, className);
  const pools = checkedPools(props.clientPools);
  refuseOverlap(pools, 'client pool', gateway.ranges, 'the virtual network');
  refuseOverlap(pools, 'client pool', gateway.clientsOwn, 'the clients');
  const settings = checkedSettings(props);
  return {
    ...gateway,
    ...settings,
    subnetPrefixes: checkedSubnet(props, gateway.ranges),
    zones: checkedAddress(props, gateway.location),
    accepted: [
      ...unfilteredClients(props, gateway.clients),
      ...settings.authentication.flatMap((one) => one.accepted ?? []),
    ],
  };
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

function refuseOverlap(ranges: readonly IpRange[], what: string, others: readonly IpRange[], whose: string): void {
  for (const range of ranges) {
    const other = others.find((one) => one.overlaps(range));
    if (other !== undefined) {
      invalid({
        code: what === 'client pool' ? 'VPN_GATEWAY_POOL_OVERLAPS' : 'CLIENTS_OVERLAP_NETWORK',
        what: `${what} ${range.cidr} overlaps ${other.cidr} of ${whose}: packets to its addresses would never take the tunnel`,
        got: range.cidr,
        allowed: 'ranges that share no address',
        instead: what === 'client pool' ? "clientPools: ['172.20.0.0/24']" : "clients: Clients.from('203.0.113.0/24')",
      });
    }
  }
}

/** VPN Gateway answers everybody; ranges that the user wrote would be dropped silently. */
function unfilteredClients({ acceptsAnyClientAddress }: ManagedIkev2Options, clients: Clients): string[] {
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
  return [`VPN Gateway answers the whole internet, not ${clients} alone: ${acceptsAnyClientAddress.reason}`];
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

/** Checks the address that is given, or chooses the zones of the one that is created. */
function checkedAddress({ publicIp, zones }: ManagedIkev2Options, location: string): readonly string[] {
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
  if (madeHere && (zonesInput === undefined || zonesInput.length === 0) && hasZones(location) === true) {
    wrong(
      'the address has no zones in a region that has zones, and Azure refuses it for a gateway of an AZ SKU (VmssVpnGatewayPublicIpsMustHaveZonesConfigured)',
      undefined,
      "zones: ['1', '2', '3'] on the address",
    );
  }
  return [];
}
