import { App, Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { isDummyVpc, vpcCidrs, vpcRanges } from '../../lib/aws/vpc-ranges';

const env = { account: '111122223333', region: 'eu-central-1' };

function texts(vpc: ec2.IVpc): string[] {
  return vpcRanges(vpc).map(({ cidr }) => cidr);
}

describe('vpcRanges', () => {
  test('sees the range of a VPC made in this app, which hides it behind a reference', () => {
    const stack = new Stack(new App(), 'Net');
    expect(texts(new ec2.Vpc(stack, 'Vpc', { ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16') }))).toEqual([
      '10.20.0.0/16',
    ]);
  });

  test('sees further ranges of it', () => {
    const stack = new Stack(new App(), 'Net');
    const vpc = new ec2.Vpc(stack, 'Vpc', { ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16') });
    new ec2.CfnVPCCidrBlock(vpc, 'More', { vpcId: vpc.vpcId, cidrBlock: '10.30.0.0/16' });
    new ec2.CfnVPCCidrBlock(vpc, 'Six', { vpcId: vpc.vpcId, amazonProvidedIpv6CidrBlock: true });
    expect(texts(vpc)).toEqual(['10.20.0.0/16', '10.30.0.0/16']);
  });

  test('sees the range of an imported VPC', () => {
    const stack = new Stack(new App(), 'Net');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a'],
      vpcCidrBlock: '10.20.0.0/16',
    });
    expect(texts(vpc)).toEqual(['10.20.0.0/16']);
  });

  test.each([
    ['that was given none', undefined],
    ['whose range only deployment knows', Fn.importValue('Range')],
    ['whose range is none', '10.20.0.0'],
  ])('sees none of an imported VPC %s', (_what, vpcCidrBlock) => {
    const stack = new Stack(new App(), 'Net');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a'],
      ...(vpcCidrBlock === undefined ? {} : { vpcCidrBlock }),
    });
    expect(texts(vpc)).toEqual([]);
  });

  test('sees none of the placeholder for a VPC that is still to be looked up', () => {
    const stack = new Stack(new App(), 'Net', { env });
    const vpc = ec2.Vpc.fromLookup(stack, 'Vpc', { vpcName: 'plant-4' });
    expect(isDummyVpc(vpc)).toBe(true);
    expect(texts(vpc)).toEqual([]);
  });
});

describe('vpcCidrs', () => {
  test('gives tokens too', () => {
    const stack = new Stack(new App(), 'Net');
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      ipAddresses: ec2.IpAddresses.awsIpamAllocation({
        ipv4IpamPoolId: 'ipam-pool-1',
        ipv4NetmaskLength: 16,
        defaultSubnetIpv4NetmaskLength: 24,
      }),
    });
    expect(stack.resolve(vpcCidrs(vpc))).toEqual([stack.resolve(vpc.vpcCidrBlock)]);
    expect(texts(vpc)).toEqual([]);
  });
});
