// The one file that knows where the bindings of azurerm lie. Deep paths only: the root of the package loads every
// resource of the provider, which costs a second and 400 MB.
export { NetworkSecurityGroup } from '@cdktf/provider-azurerm/lib/network-security-group';
export { NetworkSecurityRule } from '@cdktf/provider-azurerm/lib/network-security-rule';
export { NetworkWatcherFlowLog } from '@cdktf/provider-azurerm/lib/network-watcher-flow-log';
export { PublicIp } from '@cdktf/provider-azurerm/lib/public-ip';
export { Subnet } from '@cdktf/provider-azurerm/lib/subnet';
export { SubnetNetworkSecurityGroupAssociation } from '@cdktf/provider-azurerm/lib/subnet-network-security-group-association';
export {
  VirtualNetworkGateway,
  type VirtualNetworkGatewayVpnClientConfiguration,
} from '@cdktf/provider-azurerm/lib/virtual-network-gateway';
