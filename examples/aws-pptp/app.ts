import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Clients, Insecure, PptpGateway } from 'pptp-constructs/aws';

const app = new App();
const stack = new Stack(app, 'AwsPptp', { description: 'A PPTP gateway for machines that speak nothing else' });

const vpc = new ec2.Vpc(stack, 'Network', {
  ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16'),
  restrictDefaultSecurityGroup: false, // would add a Lambda function; nothing here uses that group
  subnetConfiguration: [
    { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
    { name: 'Plant', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
  ],
});

const gateway = new PptpGateway(stack, 'LegacyVpn', {
  vpc,
  clients: Clients.from('203.0.113.0/24'),
  insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
});

const historian = new ec2.SecurityGroup(stack, 'Historian', {
  vpc,
  description: 'Collects what the PLCs measure',
  allowAllOutbound: false,
});
gateway.allowClientsTo(historian, ec2.Port.tcp(5432));

new CfnOutput(stack, 'DialThis', { value: gateway.address });
new CfnOutput(stack, 'WriteUsersHere', { value: gateway.usersSecret.secretArn });
