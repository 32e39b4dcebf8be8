export type { GatewayEdge } from '../edge/for-gateways';
export { InvalidInputError, PptpConstructsError, RefusalError } from '../errors';
export { type Candidate, type Choice, explainPaths, type Verdict } from '../feasibility';
export { Accepted, Flow, Insecure } from '../flows';
export type { AptSources, PptpLimits } from '../host';
export {
  ClientPool,
  PptpPool,
  type PptpPoolOptions,
  type PptpUser,
  parsePptpUsers,
  parseWireGuardSecret,
  type WireGuardSecret,
  type WireGuardUser,
} from '../host';
export { type Ikev2Secret, type Ikev2SecretOptions, parseIkev2Secret } from '../host/ikev2';
export { type OpenVpnSecret, parseOpenVpnSecret } from '../host/openvpn';
export type { RadiusOptions } from '../host/radius';
export { Sunset, type SunsetOptions, type SunsetVerdict } from '../migration';
export { AWS } from '../network/aws';
export { IKEV2, L2TP_IPSEC, OPENVPN, PPTP, SSTP, type VpnProtocol, WIREGUARD } from '../protocols';
export { ClientAddressing, type RoutedOptions, type TransitGatewayRoute } from './client-addressing';
export { type ClientSite, type ClientSource, Clients } from './clients';
export type { ClientDestination } from './destination';
export { REJECTED_GRE_QUERY, VPN_FLOW_LOG_FORMAT, VpnFlowLogs, type VpnFlowLogsProps } from './flow-logs';
export { GatewayImage, type GatewayImageProps } from './gateway-image';
export { Ikev2Gateway, type Ikev2GatewayProps, type Ikev2Options, type Ikev2ServerOptions } from './ikev2-gateway';
export { SESSIONS_QUERY, STILL_ON_PPTP_QUERY } from './log-shipping';
export {
  type AllowClientsToOptions,
  type IMachineGateway,
  MachineGateway,
  type MachineGatewayAttributes,
} from './machine-gateway';
export type {
  KeyedGatewayOptions,
  MachineGatewayOptions,
  MachineGatewayProps,
  MachinePathOptions,
  MachinePathProps,
} from './machine-gateway-props';
export { ManagedOpenVpnGateway, type ManagedOpenVpnGatewayProps } from './managed-openvpn-gateway';
export { MigrationGateway, type MigrationGatewayProps } from './migration-gateway';
export {
  OpenVpnGateway,
  type OpenVpnGatewayProps,
  type OpenVpnOptions,
  type OpenVpnPathProps,
  type OpenVpnServerOptions,
} from './openvpn-gateway';
export { type IPptpGateway, PptpGateway, type PptpGatewayAttributes } from './pptp-gateway';
export type { PptpGatewayOptions, PptpGatewayProps, PptpPathOptions, PptpPathProps } from './pptp-gateway-props';
export { Successor } from './successor';
export { Through } from './through';
export { type ManagedOpenVpnOptions, Vpn, type VpnServer, type VpnSite } from './vpn';
export { VpnGateway, type VpnGatewayProps } from './vpn-gateway';
export { VpnNetworkAclEntries, type VpnNetworkAclEntriesProps } from './vpn-network-acl-entries';
export {
  type ReviewedTemplates,
  type ReviewReport,
  type ReviewViolation,
  VpnReview,
  type VpnReviewProps,
} from './vpn-review';
export { VpnSecurityGroup, type VpnSecurityGroupProps } from './vpn-security-group';
export {
  WireGuardGateway,
  type WireGuardGatewayProps,
  type WireGuardOptions,
  type WireGuardPathProps,
  type WireGuardServerOptions,
} from './wireguard-gateway';
