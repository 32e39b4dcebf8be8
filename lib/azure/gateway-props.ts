import type { GatewayEdge } from '../edge/for-gateways';
import { invalid } from '../errors';
import type { IpRange } from '../flows';
import { Clients } from './clients';
import { checkFlowLogs, type FlowLogOptions, type VirtualNetworkFlowLogProps } from './flow-logs';
import { type MetaArguments, metaArguments } from './meta-arguments';
import { azureName } from './names';
import { addressRangesOf, checkedVirtualNetwork, type IVirtualNetwork, locationOf } from './virtual-network';

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
  /**
   * Configurations for the firewalls before the gateway and before its clients, written into `cdktf.out/stacks/<stack>/edge` when the app is
   * synthesised; see docs/edge.md. What `renderEdge` of `pptp-constructs/edge` refuses, the constructor refuses, with its
   * codes; and `EDGE_DUPLICATE`.
   *
   * @default - none
   */
  readonly edge?: readonly GatewayEdge[];
}

/** What of the props of a gateway belongs to its flow logs. */
export function flowLogProps(props: GatewayProps, flowLogs: FlowLogOptions): VirtualNetworkFlowLogProps {
  const { virtualNetwork, location, tags } = props;
  return {
    ...metaArguments(props),
    ...flowLogs,
    virtualNetwork,
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** What was read from the props of a gateway. */
export interface CheckedGateway {
  readonly network: IVirtualNetwork;
  /** The address ranges of the network that synth knows. */
  readonly networkRanges: readonly IpRange[];
  readonly clients: Clients;
  /** The clients' ranges that synth knows; none where anybody may connect. */
  readonly clientRanges: readonly IpRange[];
  readonly location: string;
  readonly meta: MetaArguments;
}

/**
 * Checks the props of a gateway that any server on Azure has.
 *
 * @throws InvalidInputError see `ManagedIkev2Gateway`
 */
export function checkGateway(props: GatewayProps, className: string): CheckedGateway {
  const network = checkedVirtualNetwork(props?.virtualNetwork, className);
  const clients = Clients.check(props.clients, className);
  if (props.name !== undefined) {
    azureName(props.name, `the name of ${className}`, 80 - '-ip'.length);
  }
  if (props.flowLogs !== undefined) {
    checkFlowLogs(flowLogProps(props, props.flowLogs), className);
  }
  const networkRanges = addressRangesOf(network);
  const clientRanges = clients.anywhereReason === undefined ? clients.ranges : [];
  refuseOverlap(clientRanges, 'client range', networkRanges, 'the virtual network');
  return {
    network,
    networkRanges,
    clients,
    clientRanges,
    location: props.location ?? locationOf(network),
    meta: metaArguments(props),
  };
}

/** Refuses ranges that share an address with others. @throws InvalidInputError `VPN_GATEWAY_POOL_OVERLAPS`, `CLIENTS_OVERLAP_NETWORK` */
export function refuseOverlap(
  ranges: readonly IpRange[],
  what: string,
  others: readonly IpRange[],
  whose: string,
): void {
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
