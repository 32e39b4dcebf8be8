import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Clients } from '../../lib/aws/clients';
import { ManagedOpenVpnGateway, managedOpenVpnCandidate } from '../../lib/aws/managed-openvpn-gateway';
import { PptpGateway } from '../../lib/aws/pptp-gateway';
import { Through } from '../../lib/aws/through';
import { type ManagedOpenVpnOptions, Vpn } from '../../lib/aws/vpn';
import { VpnGateway } from '../../lib/aws/vpn-gateway';
import { WireGuardGateway } from '../../lib/aws/wireguard-gateway';
import { Accepted, Insecure } from '../../lib/flows';
import { PPTP } from '../../lib/protocols';
import { errorOf } from '../support/messages';
import { network, REASON, warningIdsOf, warningsOf } from './gateway';

const clients = Clients.from('203.0.113.0/24');
const insecure = Insecure.because(REASON);
const arn = 'arn:aws:acm:eu-central-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef';
const managed: ManagedOpenVpnOptions = {
  clientCidr: '10.100.0.0/22',
  serverCertificateArn: arn,
  clientCertificateArn: arn,
  acceptsAnyClientAddress: Accepted.because('certificates on managed devices; approved 2026-11'),
};
const privately = {
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
};

/** A secret that somebody filled with keys beforehand. */
function keysIn(stack: Stack): secretsmanager.ISecret {
  return secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'vpn-keys');
}

describe('a VpnGateway', () => {
  test('builds what is preferred where it works, as a child of its own, without a word about swaps', () => {
    const { stack, vpc } = network();
    const gateway = new VpnGateway(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [Vpn.pptp({ insecure }), Vpn.openVpnManaged(managed)],
    });
    expect(gateway.server).toBeInstanceOf(PptpGateway);
    expect(gateway.server.protocol).toBe('pptp');
    expect(gateway.node.children.map(({ node }) => node.id)).toEqual(['Pptp']);
    expect(warningIdsOf(stack)).toEqual(['PPTP_INSECURE']);
  });

  test('builds the next that works where the preferred cannot, and says what that costs', () => {
    const { stack, vpc } = network();
    const gateway = new VpnGateway(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [Vpn.pptp({ insecure, ...privately }), Vpn.openVpnManaged(managed)],
    });
    expect(gateway.server).toBeInstanceOf(ManagedOpenVpnGateway);
    expect(gateway.server.protocol).toBe('openvpn');
    expect(gateway.node.children.map(({ node }) => node.id)).toEqual(['OpenVpn']);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::ClientVpnEndpoint', 1);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::Instance', 0);
    expect(warningsOf(stack).find((text) => text.includes('PROTOCOL_SWAPPED'))).toMatchInlineSnapshot(
      `"Vpn is built as OpenVPN by AWS Client VPN: PPTP cannot work on this path (TCP 1723 dropped by the internet gateway; GRE (IP protocol 47) dropped by the internet gateway; TCP 1723 dropped by the NAT gateway of PrivateSubnet1; GRE (IP protocol 47) dropped by the NAT gateway of PrivateSubnet1). AWS Client VPN: about 5 to 15 minutes to create, billed by the hour for each associated subnet and for each connected client. Clients: needs the AWS VPN Client or another OpenVPN program. [ack: pptp-constructs:PROTOCOL_SWAPPED]"`,
    );
  });

  test('builds any server on a machine, under an id of its own, which its literals tell apart', () => {
    const { stack, vpc } = network();
    const secret = keysIn(stack);
    const ikev2 = {
      secret,
      serverName: 'vpn.example.com',
      authentication: ['certificate'],
      routes: 'everything',
    } as const;
    const servers = [Vpn.ikev2(ikev2), Vpn.wireGuard({ secret }), Vpn.openVpn({ secret })].map((vpn, index) => {
      const gateway = new VpnGateway(stack, `Vpn${index}`, {
        vpc,
        clients,
        protocols: [vpn],
      });
      return [gateway.node.children[0]?.node.id, gateway.server.protocol, gateway.server.managed];
    });
    expect(servers).toEqual([
      ['Ikev2', 'ikev2', false],
      ['WireGuard', 'wireguard', false],
      ['OpenVpnMachine', 'openvpn', false],
    ]);
  });

  test('tells TypeScript which server it is by protocol and managed', () => {
    const { stack, vpc } = network();
    const protocols = [Vpn.openVpn({ secret: keysIn(stack) }), Vpn.openVpnManaged(managed)];
    const { server } = new VpnGateway(stack, 'Vpn', {
      vpc,
      clients,
      protocols,
    });
    const addressOf = (one: typeof server) =>
      one.protocol === 'openvpn' && one.managed ? one.endpointId : stack.resolve(one.address);
    expect(addressOf(server)).toEqual({
      Ref: expect.stringMatching(/^VpnOpenVpnMachineElasticIp/),
    });
  });

  test('takes a server on a machine where PPTP cannot work, and says what that costs', () => {
    const { stack, vpc } = network();
    const through = [Through.CLIENT_NAT_GATEWAY];
    const protocols = [Vpn.pptp({ insecure, through }), Vpn.wireGuard({ secret: keysIn(stack), through })];
    const gateway = new VpnGateway(stack, 'Vpn', { vpc, clients, protocols });
    expect(gateway.server).toBeInstanceOf(WireGuardGateway);
    expect(warningsOf(stack)).toMatchInlineSnapshot(`
      [
        "Vpn is built as WireGuard by a Debian machine with WireGuard: PPTP cannot work on this path (GRE (IP protocol 47) dropped by the AWS NAT gateway in front of the clients). A Debian machine with WireGuard: about 2 to 5 minutes to create, billed as one small EC2 instance and one public IPv4 address. Clients: built into Linux; an app for Windows, macOS, iOS and Android. [ack: pptp-constructs:PROTOCOL_SWAPPED]",
      ]
    `);
  });

  test('shows a swap in a diff as one server that goes and another that comes', () => {
    const idsOf = (options: object) => {
      const { stack, vpc } = network();
      new VpnGateway(stack, 'Vpn', {
        vpc,
        clients,
        protocols: [Vpn.pptp({ insecure, ...options }), Vpn.openVpnManaged(managed)],
      });
      return Object.keys(Template.fromStack(stack).toJSON().Resources).filter((id) => /^Vpn/.test(id));
    };
    const before = idsOf({});
    const after = idsOf(privately);
    expect(before.filter((id) => after.includes(id))).toEqual([]);
  });

  test('takes what nobody can rule out only where nothing certainly works', () => {
    const through = [Through.NETWORK_FIREWALL];
    const { stack, vpc } = network();
    const protocols = [Vpn.pptp({ insecure, through })];
    expect(new VpnGateway(stack, 'One', { vpc, clients, protocols }).server.protocol).toBe('pptp');
    expect(warningIdsOf(stack)).toContain('PATH_UNVERIFIED');

    const other = network();
    const both = [...protocols, Vpn.openVpnManaged(managed)];
    expect(
      new VpnGateway(other.stack, 'Two', {
        vpc: other.vpc,
        clients,
        protocols: both,
      }).server.protocol,
    ).toBe('openvpn');
    expect(warningsOf(other.stack).find((text) => text.includes('PROTOCOL_SWAPPED'))).toContain(
      'PPTP is not certain to work on this path',
    );
  });

  test('opens destinations and security groups of whichever server was built', () => {
    for (const options of [{}, privately]) {
      const { stack, vpc } = network();
      const gateway = new VpnGateway(stack, 'Vpn', {
        vpc,
        clients,
        protocols: [Vpn.pptp({ insecure, ...options }), Vpn.openVpnManaged(managed)],
      });
      const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
      gateway.allowClientsTo(database, ec2.Port.tcp(5432));
      expect(gateway.connections).toBe(gateway.server.connections);
      Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 5432 });
    }
  });

  test('reaches the look-up of its VPC, whatever is not known before it', () => {
    const app = new App();
    const stack = new Stack(app, 'Site', {
      env: { account: '111122223333', region: 'eu-central-1' },
    });
    const vpc = ec2.Vpc.fromLookup(stack, 'Vpc', { vpcName: 'plant-4' });
    const gateway = new VpnGateway(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [Vpn.pptp({ insecure }), Vpn.openVpnManaged(managed)],
    });
    expect(gateway.server.protocol).toBe('pptp');
    expect(app.synth().manifest.missing?.map(({ provider }) => provider)).toEqual(['vpc-provider']);
    expect(warningIdsOf(stack)).toEqual(['PPTP_INSECURE']);
  });
});

describe('what a swap cannot keep', () => {
  const swap = (more: object, clientPool?: string) => {
    const { stack, vpc } = network();
    const preferred = Vpn.pptp({
      insecure,
      ...privately,
      ...(clientPool === undefined ? {} : { clientPool }),
    });
    const protocols = [preferred, Vpn.openVpnManaged({ ...managed, ...more } as ManagedOpenVpnOptions)];
    return () => new VpnGateway(stack, 'Vpn', { vpc, clients, protocols });
  };

  test('needs acceptance in writing: that client addresses are not filtered', () => {
    expect(errorOf(swap({ acceptsAnyClientAddress: undefined })).code).toBe('CLIENT_VPN_CANNOT_FILTER_CLIENTS');
  });

  test('needs acceptance in writing: that the pool is another than was asked for', () => {
    expect(errorOf(swap({}, '10.98.0.0/24')).code).toBe('CLIENT_VPN_POOL_NOT_KEPT');
    const acceptsOtherPool = Accepted.because('no rule names single clients; checked 2026-11');
    expect(swap({ acceptsOtherPool }, '10.98.0.0/24')().server.protocol).toBe('openvpn');
  });

  test('leaves nothing behind when it is not accepted', () => {
    const { stack, vpc } = network();
    const protocols = [
      Vpn.pptp({ insecure, ...privately }),
      Vpn.openVpnManaged({
        ...managed,
        acceptsAnyClientAddress: undefined,
      } as never),
    ];
    expect(() => new VpnGateway(stack, 'Vpn', { vpc, clients, protocols })).toThrow();
    expect(stack.node.tryFindChild('Vpn')).toBeUndefined();
  });
});

describe('a VpnGateway is refused', () => {
  const refusal = (asked: unknown, more: object = {}) => {
    const { stack, vpc } = network();
    const protocols = typeof asked === 'function' ? asked(stack) : asked;
    const error = errorOf(
      () =>
        new VpnGateway(stack, 'Vpn', {
          vpc,
          clients,
          protocols,
          ...more,
        } as never),
    );
    expect(stack.node.tryFindChild('Vpn')).toBeUndefined();
    return error;
  };

  test('where the only protocol cannot work, with the code of its first reason', () => {
    const { code, text } = refusal([Vpn.pptp({ insecure, ...privately })]);
    expect(code).toBe('NO_INTERNET_ROUTE');
    expect(text).toContain('What works on this path, in place of VpnGateway:');
    expect(text).toContain('Vpn.openVpnManaged({ ... })');
  });

  test('where none of several works, with each of them explained', () => {
    const { code, text } = refusal((stack: Stack) => [
      Vpn.pptp({ insecure, ...privately }),
      Vpn.wireGuard({ secret: keysIn(stack), ...privately }),
    ]);
    expect(code).toBe('NOTHING_WORKS');
    expect(text).toMatchInlineSnapshot(`
      "Nothing asked for can reach Vpn: PPTP, WireGuard.

        PPTP: TCP 1723 and GRE (IP protocol 47) do not arrive.

        client 203.0.113.0/24 -> internet -> internet gateway -> NAT gateway of PrivateSubnet1 -> VPC -> security group -> host filter -> gateway
                                             x TCP 1723 dropped, both directions
                                             x GRE dropped, both directions
                                                                 x TCP 1723 dropped, towards the gateway
                                                                 x GRE dropped, both directions
        TCP 1723  dropped by the internet gateway. [Amazon VPC User Guide: Connect to the internet using an internet
                  gateway, read 2023-04]
                  The default route of subnet PrivateSubnet1 leads to a NAT gateway, not to an internet gateway:
                  nothing that comes from the internet is handed to a machine in it.
                  To change it: vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, in a VPC that has public subnets
                  dropped by the NAT gateway of PrivateSubnet1, towards the gateway. [Amazon VPC User Guide: NAT
                  gateway basics, read 2026-11]
                  A NAT gateway takes no connections from outside: it has no port forwarding, so a server behind it
                  cannot be reached.
                  To change it: give the gateway a public subnet, with a route to an internet gateway and an address
                  of its own
        GRE 47    dropped by the internet gateway. [Amazon VPC User Guide: Connect to the internet using an internet
                  gateway, read 2023-04]
                  The default route of subnet PrivateSubnet1 leads to a NAT gateway, not to an internet gateway:
                  nothing that comes from the internet is handed to a machine in it.
                  To change it: vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, in a VPC that has public subnets
                  dropped by the NAT gateway of PrivateSubnet1. [Amazon VPC User Guide: NAT gateway basics, read
                  2026-11]
                  A NAT gateway translates TCP, UDP and ICMP only, so it drops GRE (IP protocol 47).
                  To change it: give the gateway a public subnet, with a route to an internet gateway and an address
                  of its own

        WireGuard: UDP 51820 does not arrive.

        client 203.0.113.0/24 -> internet -> internet gateway -> NAT gateway of PrivateSubnet1 -> VPC -> security group -> host filter -> gateway
                                             x UDP 51820 dropped, both directions
                                                                 x UDP 51820 dropped, towards the gateway
        UDP 51820  dropped by the internet gateway. [Amazon VPC User Guide: Connect to the internet using an internet
                   gateway, read 2023-04]
                   The default route of subnet PrivateSubnet1 leads to a NAT gateway, not to an internet gateway:
                   nothing that comes from the internet is handed to a machine in it.
                   To change it: vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, in a VPC that has public subnets
                   dropped by the NAT gateway of PrivateSubnet1, towards the gateway. [Amazon VPC User Guide: NAT
                   gateway basics, read 2026-11]
                   A NAT gateway takes no connections from outside: it has no port forwarding, so a server behind it
                   cannot be reached.
                   To change it: give the gateway a public subnet, with a route to an internet gateway and an address
                   of its own

        What works on this path, in place of VpnGateway:
          OpenVPN  needs the AWS VPN Client or another OpenVPN program; AWS Client VPN, about 5 to 15 minutes to
                   create, billed by the hour for each associated subnet and for each connected client
                   new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })

            at FILE:LINE
            code NOTHING_WORKS, see docs/diagnostics.md"
    `);
  });

  test('where a managed server is among what cannot work, without offering it again', () => {
    const { vpc } = network();
    const openVpn = Vpn.openVpnManaged(managed);
    // Today nothing on AWS stops AWS Client VPN: here it stands where the private machine does.
    const [verdict] = PptpGateway.assess({ vpc, clients, ...privately });
    jest.spyOn(openVpn, 'candidate').mockReturnValue({
      ...managedOpenVpnCandidate([verdict!.path]),
      edge: jest.fn(),
    });
    const { code, text } = refusal([Vpn.pptp({ insecure, ...privately }), openVpn]);
    expect(code).toBe('NOTHING_WORKS');
    expect(text.split('\n')[0]).toBe('Nothing asked for can reach Vpn: PPTP, OpenVPN.');
    expect(text).toContain('Nothing that this library builds works on this path.');
  });

  test('without protocols', () => {
    expect(refusal([])).toMatchInlineSnapshot(`
      {
        "code": "PROTOCOLS_EMPTY",
        "text": "VpnGateway was given no protocols to choose from.
        got      []
        allowed  at least one, in order of preference
        write    protocols: [Vpn.pptp({ insecure }), Vpn.wireGuard({ secret })]

            at FILE:LINE
            code PROTOCOLS_EMPTY, see docs/diagnostics.md",
      }
    `);
    expect(refusal(undefined).code).toBe('PROTOCOLS_EMPTY');
    expect(refusal('pptp').code).toBe('PROTOCOLS_EMPTY');
  });

  test('for a protocol that is none of Vpn', () => {
    expect(refusal([PPTP])).toMatchInlineSnapshot(`
      {
        "code": "PROTOCOL_UNKNOWN",
        "text": "protocols holds something that is not a protocol with its server.
        got      an object of class Object
        allowed  Vpn.pptp, Vpn.ikev2, Vpn.wireGuard, Vpn.openVpn and Vpn.openVpnManaged, each with its options
        write    protocols: [Vpn.pptp({ insecure }), Vpn.wireGuard({ secret })]

            at FILE:LINE
            code PROTOCOL_UNKNOWN, see docs/diagnostics.md",
      }
    `);
    expect(refusal(['pptp']).code).toBe('PROTOCOL_UNKNOWN');
  });

  test('for the same protocol twice', () => {
    expect(refusal([Vpn.pptp({ insecure }), Vpn.pptp({ insecure })])).toMatchInlineSnapshot(`
      {
        "code": "PROTOCOLS_DUPLICATE",
        "text": "protocols holds PPTP twice: the second could never be chosen.
        got      ["PPTP", "PPTP"]
        allowed  each server once
        write    protocols: [Vpn.pptp({ insecure }), Vpn.wireGuard({ secret })]

            at FILE:LINE
            code PROTOCOLS_DUPLICATE, see docs/diagnostics.md",
      }
    `);
  });

  test('for bad options of a protocol, also of one that would not be built', () => {
    const bad = Vpn.openVpnManaged({ ...managed, clientCidr: '10.100.0.0/28' });
    expect(refusal([Vpn.pptp({ insecure }), bad]).code).toBe('CLIENT_VPN_POOL_SIZE');
    expect(refusal([Vpn.pptp({} as never)]).code).toBe('INSECURE_WITHOUT_REASON');
    expect(refusal([Vpn.pptp(undefined as never)]).code).toBe('INSECURE_WITHOUT_REASON');
    for (const vpn of [Vpn.ikev2, Vpn.wireGuard, Vpn.openVpn]) {
      expect(refusal([Vpn.pptp({ insecure }), vpn(undefined as never)]).code).toBe('KEYS_SECRET_MISSING');
    }
  });

  test('without clients and without a VPC', () => {
    expect(refusal([Vpn.pptp({ insecure })], { clients: undefined }).code).toBe('NO_CLIENTS');
    expect(refusal([Vpn.pptp({ insecure })], { vpc: undefined }).code).toBe('VPC_MISSING');
  });

  test('outside of a stack of AWS CDK', () => {
    const { vpc } = network();
    const protocols = [Vpn.pptp({ insecure })];
    expect(errorOf(() => new VpnGateway(new App(), 'Vpn', { vpc, clients, protocols })).code).toBe(
      'WRONG_KIND_OF_STACK',
    );
  });
});
