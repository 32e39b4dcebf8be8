import { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { invalid } from '../errors';
import type { IpRange } from '../flows';
import { isToken } from './token';
import { vpcRanges } from './vpc-ranges';

/**
 * Where the default route of a subnet leads, as far as synth knows: `pending` while a look-up of the VPC is still to be
 * made.
 */
export type InternetRoute = 'internet-gateway' | 'nat-gateway' | 'no-internet-gateway' | 'unknown' | 'pending';

/** Where in a VPC a gateway goes. */
export interface Placement {
  readonly subnetId: string;
  /** `undefined` only while a look-up of the VPC is still to be made. */
  readonly subnet: ec2.ISubnet | undefined;
  /** How the subnet is called in messages. */
  readonly name: string;
  readonly internetRoute: InternetRoute;
  /** Address ranges of the VPC that synth knows. */
  readonly vpcRanges: readonly IpRange[];
}

/** What of the props of a gateway says where it goes. */
export interface PlacementOptions {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection | undefined;
  readonly subnetHasInternetRoute?: boolean | undefined;
}

/**
 * Finds the one subnet of a gateway, the first of the selection, and what is known about it.
 *
 * @throws InvalidInputError `SUBNET_MISSING`, `OPTIONS_CONFLICT`
 */
export function placementOf(options: PlacementOptions, className: string): Placement {
  const { vpc, vpcSubnets } = options;
  const { subnets, isPendingLookup = false } = vpc.selectSubnets(vpcSubnets ?? defaultSelection(vpc));
  const [subnet] = subnets;
  if (isPendingLookup) {
    // AWS CDK stands in a VPC of its own until the look-up is made; nothing of it is true.
    const subnetId = subnet?.subnetId ?? 'subnet-00000000000000000';
    return { subnetId, subnet, name: subnetId, internetRoute: 'pending', vpcRanges: [] };
  }
  if (subnet === undefined) {
    return invalid({
      code: 'SUBNET_MISSING',
      what: `vpcSubnets of ${className} selects no subnet of the VPC`,
      allowed: 'a selection with at least one subnet, of which the first is taken',
      instead: 'vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }',
    });
  }
  const name = isToken(subnet.subnetId) ? subnet.node.id : subnet.subnetId;
  const internetRoute = told(options, name, seenRoute(vpc, subnet));
  return { subnetId: subnet.subnetId, subnet, name, internetRoute, vpcRanges: vpcRanges(vpc) };
}

/** Public subnets; of a VPC without any, the others, so that the refusal can say what they lack. */
function defaultSelection(vpc: ec2.IVpc): ec2.SubnetSelection {
  return vpc.publicSubnets.length > 0 ? { subnetType: ec2.SubnetType.PUBLIC } : {};
}

/** What the app shows: the routes of subnets made in it, else what the VPC sorts its subnets into. */
function seenRoute(vpc: ec2.IVpc, subnet: ec2.ISubnet): InternetRoute {
  const routes = subnet.node.children.filter(
    (child): child is ec2.CfnRoute =>
      CfnResource.isCfnResource(child) &&
      child.cfnResourceType === ec2.CfnRoute.CFN_RESOURCE_TYPE_NAME &&
      (child as ec2.CfnRoute).destinationCidrBlock === '0.0.0.0/0',
  );
  if (routes.some(({ gatewayId }) => gatewayId !== undefined && !gatewayId.startsWith('vgw-'))) {
    return 'internet-gateway';
  }
  if (routes.some(({ natGatewayId }) => natGatewayId !== undefined)) {
    return 'nat-gateway';
  }
  if (routes.length > 0 || includes(vpc.isolatedSubnets, subnet) || includes(vpc.privateSubnets, subnet)) {
    return 'no-internet-gateway';
  }
  // A public subnet made in this app without a route may get it later, by hand; an imported one is taken at its word.
  const madeHere = CfnResource.isCfnResource(subnet.node.defaultChild);
  return includes(vpc.publicSubnets, subnet) && !madeHere ? 'internet-gateway' : 'unknown';
}

function told(options: PlacementOptions, name: string, seen: InternetRoute): InternetRoute {
  const { subnetHasInternetRoute } = options;
  if (subnetHasInternetRoute === undefined) {
    return seen;
  }
  const said = subnetHasInternetRoute ? 'internet-gateway' : 'no-internet-gateway';
  if (seen !== 'unknown' && (seen === 'internet-gateway') !== subnetHasInternetRoute) {
    invalid({
      code: 'OPTIONS_CONFLICT',
      what: `subnetHasInternetRoute says the opposite of what the app shows of subnet ${name}`,
      got: subnetHasInternetRoute,
      allowed: 'subnetHasInternetRoute only for imported subnets, which do not tell their routes',
      instead: 'vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }',
    });
  }
  return seen === 'unknown' ? said : seen;
}

function includes(subnets: readonly ec2.ISubnet[], subnet: ec2.ISubnet): boolean {
  return subnets.some((one) => one === subnet || (one.subnetId === subnet.subnetId && !isToken(subnet.subnetId)));
}
