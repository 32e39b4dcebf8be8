import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnResource } from 'aws-cdk-lib/core';
import { IpRange, isAddress } from '../flows';
import { isToken } from './token';

/**
 * Whether this is the placeholder that AWS CDK hands out before `Vpc.fromLookup` has looked anything up. Nothing that
 * depends on it may be judged: an error would keep AWS CDK from ever reaching the look-up.
 */
export function isDummyVpc(vpc: ec2.IVpc): boolean {
  return vpc.vpcId === 'vpc-12345';
}

/** The address ranges of a VPC that synth knows: none of a placeholder, nor of one whose ranges only AWS knows. */
export function vpcRanges(vpc: ec2.IVpc): IpRange[] {
  if (isDummyVpc(vpc)) {
    return [];
  }
  return vpcCidrs(vpc).flatMap((text) => (isToken(text) ? [] : rangeOf(text)));
}

/** The IPv4 ranges of a VPC in CIDR notation, tokens among them; none where an imported VPC does not tell. */
export function vpcCidrs(vpc: ec2.IVpc): string[] {
  const own = vpc.node.defaultChild;
  const primary = isResource(own, ec2.CfnVPC.CFN_RESOURCE_TYPE_NAME) ? (own as ec2.CfnVPC).cidrBlock : undefined;
  const secondary = vpc.node.children
    .filter((child) => isResource(child, ec2.CfnVPCCidrBlock.CFN_RESOURCE_TYPE_NAME))
    .map((child) => (child as ec2.CfnVPCCidrBlock).cidrBlock);
  return [primary ?? primaryCidr(vpc), ...secondary].filter((text) => text !== undefined);
}

function primaryCidr(vpc: ec2.IVpc): string | undefined {
  try {
    return vpc.vpcCidrBlock;
  } catch {
    // `Vpc.fromVpcAttributes` without `vpcCidrBlock`: the getter throws.
    return undefined;
  }
}

function isResource(node: unknown, type: string): boolean {
  return CfnResource.isCfnResource(node) && node.cfnResourceType === type;
}

function rangeOf(text: string): IpRange[] {
  // An imported VPC can carry any text here; what is not a range is not compared.
  const [address, mask] = text.split('/');
  return address !== undefined && mask !== undefined && isAddress(address) ? [IpRange.parse(text, 'VPC range')] : [];
}
