import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { invalid } from '../errors';

/** How CDK for Terraform (and its fork CDK Terrain) marks a stack, which tells one without loading that library. */
const TERRAFORM_STACK = Symbol.for('cdktf/TerraformStack');

/** The class that does the same job in `pptp-constructs/azure`. */
const ON_AZURE: Readonly<Record<string, string>> = {
  PptpGateway: 'PptpGateway',
  WireGuardGateway: 'WireGuardGateway',
  Ikev2Gateway: 'Ikev2Gateway',
  OpenVpnGateway: 'OpenVpnGateway',
  VpnGateway: 'VpnGateway',
  ManagedOpenVpnGateway: 'ManagedIkev2Gateway',
  VpnSecurityGroup: 'VpnNetworkSecurityGroup',
};

/**
 * Checks that `scope` lies in a stack of AWS CDK. In a stack of CDK for Terraform, the resources would be dropped
 * without a word; without any stack, AWS CDK fails with an error that does not name this construct.
 *
 * @throws InvalidInputError `WRONG_KIND_OF_STACK`
 */
export function assertCdkScope(scope: unknown, className: string): asserts scope is Construct {
  const allowed = 'a scope inside a Stack of aws-cdk-lib';
  const instead = `new ${className}(this, 'Vpn', { ... }) // inside a class that extends Stack of aws-cdk-lib`;
  if (!Construct.isConstruct(scope)) {
    invalid({
      code: 'WRONG_KIND_OF_STACK',
      what: `${className} was given no construct as its scope`,
      got: scope,
      allowed,
      instead,
    });
  }
  for (let at: IConstruct | undefined = scope; at !== undefined; at = at.node.scope) {
    if (Stack.isStack(at)) {
      return;
    }
    if (TERRAFORM_STACK in at) {
      const twin = ON_AZURE[className];
      invalid({
        code: 'WRONG_KIND_OF_STACK',
        what: `${className} of pptp-constructs/aws was given a scope of CDK for Terraform`,
        got: at.node.path,
        allowed: `${allowed}; what belongs in a TerraformStack comes from pptp-constructs/azure`,
        instead: twin === undefined ? instead : `import { ${twin} } from 'pptp-constructs/azure';`,
      });
    }
  }
  invalid({
    code: 'WRONG_KIND_OF_STACK',
    what: `${className} was given a scope that lies in no stack`,
    got: scope,
    allowed,
    instead,
  });
}

/**
 * Checks that a VPC was handed over.
 *
 * @throws InvalidInputError `VPC_MISSING`
 */
export function assertVpc(vpc: unknown, className: string): asserts vpc is ec2.IVpc {
  if (typeof vpc !== 'object' || vpc === null || !('vpcId' in vpc) || !('selectSubnets' in vpc)) {
    invalid({
      code: 'VPC_MISSING',
      what: `${className} was given no VPC`,
      got: vpc,
      allowed: 'an IVpc of aws-cdk-lib/aws-ec2, made in this app, imported or looked up',
      instead: "vpc: ec2.Vpc.fromLookup(this, 'Network', { vpcName: 'plant-4' })",
    });
  }
}
