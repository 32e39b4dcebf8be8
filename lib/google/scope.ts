import type { Construct } from 'constructs';
import { assertStack } from '../cdktf/scope';

/** The class that does the same job in `pptp-constructs/aws`. */
const ON_AWS: Readonly<Record<string, string>> = {
  PptpGateway: 'PptpGateway',
  VpnGateway: 'VpnGateway',
  WireGuardGateway: 'WireGuardGateway',
  Ikev2Gateway: 'Ikev2Gateway',
  OpenVpnGateway: 'OpenVpnGateway',
  VpnFirewall: 'VpnSecurityGroup',
};

/**
 * Checks that `scope` lies in a stack of CDK for Terraform.
 *
 * @throws InvalidInputError `WRONG_KIND_OF_STACK`
 */
export function assertTerraformScope(scope: unknown, className: string): asserts scope is Construct {
  assertStack(scope, className, { module: 'pptp-constructs/google', onAws: ON_AWS[className] });
}
