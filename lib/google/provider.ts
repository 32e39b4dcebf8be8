// The one file that knows where the bindings of google lie. Deep paths only: the root of the package loads every resource
// of the provider.
export { ComputeAddress, type ComputeAddressConfig } from '@cdktf/provider-google/lib/compute-address';
export { ComputeFirewall, type ComputeFirewallConfig } from '@cdktf/provider-google/lib/compute-firewall';
export { ComputeInstance, type ComputeInstanceConfig } from '@cdktf/provider-google/lib/compute-instance';
export { ComputeNetworkFirewallPolicyRule } from '@cdktf/provider-google/lib/compute-network-firewall-policy-rule';
export { ComputeRoute, type ComputeRouteConfig } from '@cdktf/provider-google/lib/compute-route';
export { ComputeSubnetwork, type ComputeSubnetworkConfig } from '@cdktf/provider-google/lib/compute-subnetwork';
export {
  SecretManagerSecretIamMember,
  type SecretManagerSecretIamMemberConfig,
} from '@cdktf/provider-google/lib/secret-manager-secret-iam-member';
export { ServiceAccount, type ServiceAccountConfig } from '@cdktf/provider-google/lib/service-account';
