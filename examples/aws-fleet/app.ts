import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Fleet } from 'pptp-constructs';
import { Clients, explainPaths, Insecure, Vpn, VpnGateway } from 'pptp-constructs/aws';

const app = new App();
const stack = new Stack(app, 'AwsFleet', { description: 'One gateway for an office and a plant' });

const vpc = new ec2.Vpc(stack, 'Network', {
  ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16'),
  restrictDefaultSecurityGroup: false, // would add a Lambda function; nothing here uses that group
  subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 }],
});

const office = {
  name: 'office',
  clients: Clients.from('203.0.113.0/24'),
  fleet: Fleet.of({ device: 'windows-11', count: 40 }),
};
const plant = {
  name: 'plant 4',
  clients: Clients.from('198.51.100.0/24'),
  fleet: Fleet.of({ device: 'pptp-only-device', count: 3 }), // leave them out, and the gateway speaks IKEv2
};
const insecure = Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06');
const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'plant-4-vpn');

const gateway = new VpnGateway(stack, 'Vpn', {
  vpc,
  clients: Clients.atSites(office, plant),
  protocols: [
    Vpn.ikev2({ secret, serverName: 'vpn.example.com', authentication: ['eap-tls'], routes: 'everything' }),
    Vpn.pptp({ insecure }),
  ],
});
for (const candidate of gateway.choice.assessed) {
  console.log(explainPaths(candidate));
}
new CfnOutput(stack, 'Speaks', { value: gateway.server.protocol });
