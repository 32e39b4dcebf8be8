import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Clients, Insecure, MigrationGateway, STILL_ON_PPTP_QUERY, Successor, Sunset } from 'pptp-constructs/aws';

const app = new App();
const stack = new Stack(app, 'AwsMigration', { description: 'PPTP and WireGuard side by side, until PPTP ends' });

const vpc = new ec2.Vpc(stack, 'Network', {
  ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16'),
  restrictDefaultSecurityGroup: false, // would add a Lambda function; nothing here uses that group
  subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 }],
});

const journal = new logs.LogGroup(stack, 'Journal', { retention: logs.RetentionDays.THREE_MONTHS });
const gateway = new MigrationGateway(stack, 'Vpn', {
  vpc,
  clients: Clients.from('203.0.113.0/24'),
  insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06'),
  successor: Successor.wireGuard(),
  secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'plant-4-vpn'),
  sunset: Sunset.on('2027-06-30'),
  journalLogGroup: journal,
});
gateway.allowClientsTo(ec2.Peer.ipv4('10.20.8.0/24'), ec2.Port.tcp(5432));

new logs.CfnQueryDefinition(stack, 'StillOnPptp', {
  name: 'Who still dials PPTP',
  queryString: STILL_ON_PPTP_QUERY,
  logGroupNames: [journal.logGroupName],
});
new CfnOutput(stack, 'DialThis', { value: gateway.address });
