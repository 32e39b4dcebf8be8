import { Construct } from 'constructs';
import { writeAtSynth } from '../cdktf/edge';
import { pathBelow } from '../construct-path';
import { edgeFolder } from '../edge/for-gateways';
import { rememberPlace } from '../source-location';
import { annotate } from './annotate';
import { edgeOfVpnGateway } from './edge';
import { VirtualNetworkFlowLog } from './flow-logs';
import { flowLogProps } from './gateway-props';
import { type ManagedIkev2GatewayProps, settingsOf } from './managed-ikev2-options';
import { nameFromPath } from './names';
import { PublicIp, Subnet, VirtualNetworkGateway } from './provider';
import { assertTerraformScope } from './scope';
import { GATEWAY_SUBNET } from './virtual-network';

/**
 * VPN Gateway with point-to-site: Azure's managed IKEv2 server, and OpenVPN beside it where asked for.
 *
 * It makes the gateway, a Standard public IP address (zonal where the region has zones) unless one is given, and a
 * GatewaySubnet unless one is given. Creating the gateway takes about 30 to 45 minutes. It never attaches a network
 * security group to GatewaySubnet and never switches SSTP on.
 */
export class ManagedIkev2Gateway extends Construct {
  /** Tells the servers of a `VpnGateway` apart, together with `managed`. */
  public readonly protocol = 'ikev2';
  /** Tells it from a server on a machine. */
  public readonly managed = true;
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
    const settings = settingsOf(props, 'ManagedIkev2Gateway');
    const edge = edgeFolder(pathBelow(scope, id), props.edge, () => edgeOfVpnGateway(settings, props));
    super(scope, id);
    rememberPlace(this);
    writeAtSynth(this, edge);
    const { network, location, meta, authentication } = settings;
    const name = props.name ?? nameFromPath(pathBelow(scope, id));
    const networksGroup = network.resourceGroupName;
    const created = {
      ...meta,
      resourceGroupName: props.resourceGroupName ?? networksGroup,
      location,
      ...(props.tags === undefined ? {} : { tags: { ...props.tags } }),
    };

    let subnet = props.gatewaySubnet;
    if (subnet === undefined) {
      this.gatewaySubnet = new Subnet(this, GATEWAY_SUBNET, {
        ...meta,
        name: GATEWAY_SUBNET,
        resourceGroupName: networksGroup,
        virtualNetworkName: network.name,
        addressPrefixes: settings.subnetPrefixes,
      });
      subnet = this.gatewaySubnet;
    }
    let address = props.publicIp;
    if (address === undefined) {
      this.publicIp = new PublicIp(this, 'PublicIp', {
        ...created,
        name: props.name === undefined ? nameFromPath(pathBelow(scope, id), '-ip') : `${name}-ip`,
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
    for (const { code, text } of settings.accepted) {
      annotate(this, 'INFO', code, `accepted in writing: ${text}`);
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
