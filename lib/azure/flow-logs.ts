import { Construct } from 'constructs';
import { pathBelow } from '../construct-path';
import { invalid } from '../errors';
import { type MetaArguments, metaArguments } from './meta-arguments';
import { azureName, nameFromPath } from './names';
import { NetworkWatcherFlowLog } from './provider';
import { assertTerraformScope } from './scope';
import { ifKnown } from './token';
import { checkedResourceId, checkedVirtualNetwork, type IVirtualNetwork, locationOf } from './virtual-network';
import { regionName } from './zones';

/** Where the flow logs of a virtual network go. */
export interface FlowLogOptions {
  /** The resource id of the storage account that keeps them. It must lie in the region of the virtual network. */
  readonly storageAccountId: string;
  /**
   * After how many days Azure deletes them: 1 to 365. azurerm then writes a lifecycle rule into the storage account,
   * over rules that are there already, so give flow logs an account of their own.
   *
   * @default - Azure never deletes them
   */
  readonly retentionDays?: number;
  /**
   * The Network Watcher of the region; a subscription has one per region.
   *
   * @default - 'NetworkWatcher_<region>', which Azure creates by itself
   */
  readonly networkWatcherName?: string;
  /**
   * The resource group of the Network Watcher.
   *
   * @default 'NetworkWatcherRG' where Azure creates it by itself
   */
  readonly networkWatcherResourceGroupName?: string;
}

/** Props of `VirtualNetworkFlowLog`. */
export interface VirtualNetworkFlowLogProps extends FlowLogOptions, MetaArguments {
  /** The virtual network whose flows are logged. */
  readonly virtualNetwork: IVirtualNetwork;
  /** @default - made from the path of the construct */
  readonly name?: string;
  /** @default - the region of the virtual network */
  readonly location?: string;
  /** @default - none */
  readonly tags?: { readonly [key: string]: string };
}

/** What is checked before anything exists. */
function checkedProps(props: VirtualNetworkFlowLogProps, className: string) {
  const network = checkedVirtualNetwork(props?.virtualNetwork, className);
  const location = props.location ?? locationOf(network);
  return {
    ...metaArguments(props),
    location,
    networkWatcherName: props.networkWatcherName ?? defaultWatcher(location),
    retentionPolicy: checkedRetention(props.retentionDays),
    storageAccountId: checkedResourceId(
      props.storageAccountId,
      'Microsoft.Storage/storageAccounts',
      'flowLogs.storageAccountId',
    ),
    ...(props.name === undefined ? {} : { name: azureName(props.name, 'the name of the flow log') }),
  };
}

/**
 * Checks where flow logs would go, before anything exists.
 *
 * @throws InvalidInputError those of `VirtualNetworkFlowLog`
 */
export function checkFlowLogs(props: VirtualNetworkFlowLogProps, className: string): void {
  checkedProps(props, className);
}

/**
 * Flow logs of a virtual network, in a storage account of the user's.
 *
 * They log the virtual network and not a network security group: Azure creates no flow logs of network security groups
 * since 2025-06-30. GRE is not expected to appear in them: Azure drops it beneath them.
 */
export class VirtualNetworkFlowLog extends Construct {
  /** The flow log. */
  public readonly resource: NetworkWatcherFlowLog;

  /**
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `VIRTUAL_NETWORK_MISSING`, `RESOURCE_ID_INVALID`,
   * `FLOW_LOG_RETENTION_INVALID`, `TOKEN_NOT_ALLOWED`, `NAME_INVALID`, `META_ARGUMENT_NOT_SUPPORTED`
   */
  public constructor(scope: Construct, id: string, props: VirtualNetworkFlowLogProps) {
    assertTerraformScope(scope, 'VirtualNetworkFlowLog');
    const checked = checkedProps(props, 'VirtualNetworkFlowLog');
    super(scope, id);
    this.resource = new NetworkWatcherFlowLog(this, 'Resource', {
      name: nameFromPath(pathBelow(scope, id)),
      ...checked,
      resourceGroupName: props.networkWatcherResourceGroupName ?? 'NetworkWatcherRG',
      targetResourceId: props.virtualNetwork.id,
      enabled: true,
      // The format that tells bytes and packets of a flow, and when it began and ended.
      version: 2,
      ...(props.tags === undefined ? {} : { tags: { ...props.tags } }),
    });
  }
}

function defaultWatcher(location: string): string {
  const region = ifKnown(location);
  if (region === undefined) {
    invalid({
      code: 'TOKEN_NOT_ALLOWED',
      what: 'the region is a token, a value that only deployment knows, and names the Network Watcher',
      allowed: 'the name of the Network Watcher, or a location that is known at synth',
      instead: "networkWatcherName: 'NetworkWatcher_westeurope'",
    });
  }
  return `NetworkWatcher_${regionName(region)}`;
}

function checkedRetention(days: number | undefined): { readonly enabled: boolean; readonly days: number } {
  if (days === undefined) {
    return { enabled: false, days: 0 };
  }
  if (!Number.isInteger(days) || days < 1 || days > 365) {
    invalid({
      code: 'FLOW_LOG_RETENTION_INVALID',
      what: 'retentionDays of the flow logs is out of range',
      got: days,
      allowed: 'a whole number of days from 1 to 365; left out, they are kept for ever',
      instead: 'retentionDays: 90',
    });
  }
  return { enabled: true, days };
}
