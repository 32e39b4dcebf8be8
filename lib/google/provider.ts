// The one file that knows where the bindings of google lie. Deep paths only: the root of the package loads every resource
// of the provider.
export { ComputeAddress } from '@cdktf/provider-google/lib/compute-address';
export { ComputeFirewall } from '@cdktf/provider-google/lib/compute-firewall';
export { ComputeInstance } from '@cdktf/provider-google/lib/compute-instance';
export { ComputeNetworkFirewallPolicyRule } from '@cdktf/provider-google/lib/compute-network-firewall-policy-rule';
export { ComputeRoute } from '@cdktf/provider-google/lib/compute-route';
export { ComputeSubnetwork } from '@cdktf/provider-google/lib/compute-subnetwork';
export { SecretManagerSecretIamMember } from '@cdktf/provider-google/lib/secret-manager-secret-iam-member';
export { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
