import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Clients, Insecure, PptpGateway } from 'pptp-constructs/aws';

const app = new App();
const stack = new Stack(app, 'AwsPptpPrivateSubnet');

const vpc = new ec2.Vpc(stack, 'Network', { ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16'), natGateways: 1 });

new PptpGateway(stack, 'LegacyVpn', {
  vpc,
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  clients: Clients.from('203.0.113.0/24'),
  insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
});
