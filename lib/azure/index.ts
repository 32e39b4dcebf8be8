export { type VpnAcknowledgement, VpnReview, type VpnReviewProps } from '../cdktf/vpn-review';
export type { GatewayEdge } from '../edge/for-gateways';
export { InvalidInputError, PptpConstructsError, RefusalError } from '../errors';
export { type Candidate, type Choice, explainPaths, type Verdict } from '../feasibility';
export { Accepted, Flow, Insecure } from '../flows';
export type { AptSources, PacketFilterKind } from '../host';
export type { Ikev2Method } from '../host/ikev2';
export type { RadiusOptions } from '../host/radius';
export { AZURE } from '../network/azure';
export { IKEV2, L2TP_IPSEC, OPENVPN, PPTP, SSTP, type VpnProtocol, WIREGUARD } from '../protocols';
export * from './authentication';
export { ClientAddressing, type IRouteTable, type RoutedOptions } from './client-addressing';
export * from './clients';
export { type FlowLogOptions, VirtualNetworkFlowLog, type VirtualNetworkFlowLogProps } from './flow-logs';
export * from './gateway-options';
export type { GatewayProps } from './gateway-props';
export { Ikev2Gateway, type Ikev2GatewayProps, type Ikev2Options } from './ikev2-gateway';
export { MachineGateway } from './machine-gateway';
export { MachineImage, type MachineImageOptions } from './machine-image';
export type { MachineGatewayOptions, MachineGatewayProps } from './machine-options';
export { ManagedIkev2Gateway } from './managed-ikev2-gateway';
export type { ManagedIkev2GatewayProps, ManagedIkev2Options } from './managed-ikev2-options';
export type { MetaArguments } from './meta-arguments';
export { OpenVpnGateway, type OpenVpnGatewayProps, type OpenVpnOptions } from './openvpn-gateway';
export * from './point-to-site';
export { PptpGateway, type PptpGatewayProps } from './pptp-gateway';
export type { IPublicIp } from './public-ip';
export { type IKeyVault, type IMachineIdentity, SecretAccess } from './secret-access';
export { Through } from './through';
export { Traffic } from './traffic';
export type { ISubnet, IVirtualNetwork } from './virtual-network';
export { type PptpOptions, Vpn, type VpnPlan, type VpnServer } from './vpn';
export { VpnGateway, type VpnGatewayProps } from './vpn-gateway';
export {
  FLOW_SLOTS,
  type INetworkSecurityGroup,
  VpnNetworkSecurityGroup,
  type VpnNetworkSecurityGroupProps,
} from './vpn-network-security-group';
export type { WayProps } from './way';
export { WireGuardGateway, type WireGuardGatewayProps, type WireGuardOptions } from './wireguard-gateway';
export { hasZones, REGIONS, ZONES_EVIDENCE } from './zones';
