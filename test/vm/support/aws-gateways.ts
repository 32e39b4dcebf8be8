import type { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Clients } from '../../../lib/aws/clients';
import { Ikev2Gateway } from '../../../lib/aws/ikev2-gateway';
import type { MachineGateway } from '../../../lib/aws/machine-gateway';
import { MigrationGateway } from '../../../lib/aws/migration-gateway';
import { OpenVpnGateway } from '../../../lib/aws/openvpn-gateway';
import { PptpGateway } from '../../../lib/aws/pptp-gateway';
import { Successor } from '../../../lib/aws/successor';
import { WireGuardGateway } from '../../../lib/aws/wireguard-gateway';
import { Insecure } from '../../../lib/flows';
import { Sunset } from '../../../lib/migration';
import { ADDRESS, CLIENTS } from './addresses';
import { SERVER } from './keys';
import { synthesise, type UserData } from './template';

/** The addresses of clients inside the tunnels. */
export const POOLS = {
  pptp: '10.99.0.0/24',
  wireguard: '10.99.1.0/24',
  ikev2: '10.99.2.0/24',
  openvpn: '10.99.3.0/24',
};

/** What clients send through their tunnels: what lies behind the gateway, and to the gateway's address in the tunnel. */
export const routesTo = (gatewayAddress: string) => ['10.20.0.0/16', `${gatewayAddress}/32`];

const insecure = Insecure.because('the machine tier proves what old clients need');

/** The release of Debian on a machine. */
type Debian = 12 | 13;

export const pptpGateway = (debian?: Debian) =>
  gateway((stack, site) => {
    return new PptpGateway(stack, 'Vpn', { ...site, insecure, clientPool: POOLS.pptp, fixedAddresses: 10 });
  }, debian);

/** Its users are those of a RADIUS server. */
export const pptpRadiusGateway = () =>
  gateway((stack, site) => {
    const radius = { servers: [ADDRESS.office], timeoutSeconds: 10 };
    return new PptpGateway(stack, 'Vpn', {
      ...{ ...site, insecure, clientPool: POOLS.pptp },
      usersSecret: secretOf(stack),
      radius,
    });
  });

export const migrationGateway = () =>
  gateway((stack, site) => {
    const pools = { clientPool: POOLS.pptp, successorPool: POOLS.wireguard };
    const sunset = Sunset.on('2099-12-31');
    const successor = Successor.wireGuard();
    return new MigrationGateway(stack, 'Vpn', {
      ...site,
      ...pools,
      insecure,
      secret: secretOf(stack),
      successor,
      sunset,
    });
  });

export const wireGuardGateway = (debian?: Debian) =>
  gateway(
    (stack, site) =>
      new WireGuardGateway(stack, 'Vpn', { ...site, secret: secretOf(stack), clientPool: POOLS.wireguard }),
    debian,
  );

export const openVpnGateway = (debian?: Debian) =>
  gateway(
    (stack, site) =>
      new OpenVpnGateway(stack, 'Vpn', {
        ...{ ...site, secret: secretOf(stack), clientPool: POOLS.openvpn },
        routes: ['10.20.0.0/16'],
      }),
    debian,
  );

export const ikev2Gateway = (eap: 'eap-mschapv2' | 'eap-tls', debian?: Debian) =>
  gateway(
    (stack, site) =>
      new Ikev2Gateway(stack, 'Vpn', {
        ...{ ...site, secret: secretOf(stack), clientPool: POOLS.ikev2 },
        serverName: SERVER,
        authentication: [eap, 'certificate'],
        routes: routesTo('10.99.2.1'),
      }),
    debian,
  );

/** A gateway on AWS whose clients may reach one server, by HTTP and ping. */
function gateway(
  make: (stack: Stack, site: { vpc: ec2.IVpc; clients: Clients; debian?: Debian }) => MachineGateway,
  debian?: Debian,
): UserData {
  return synthesise((stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16'),
      natGateways: 0,
      subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }],
    });
    const made = make(stack, { vpc, clients: Clients.from(CLIENTS), debian });
    made.allowClientsTo(ec2.Peer.ipv4(`${ADDRESS.office}/32`), ec2.Port.tcp(80));
    made.allowClientsTo(ec2.Peer.ipv4(`${ADDRESS.office}/32`), ec2.Port.allIcmp());
  });
}

const secretOf = (stack: Stack) => secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'vpn/keys');
