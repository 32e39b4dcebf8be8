import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Clients } from '../../lib/aws/clients';
import { PptpGateway } from '../../lib/aws/pptp-gateway';
import type { PptpGatewayProps } from '../../lib/aws/pptp-gateway-props';
import { Through } from '../../lib/aws/through';
import { VpnNetworkAclEntries } from '../../lib/aws/vpn-network-acl-entries';
import { PptpConstructsError } from '../../lib/errors';
import type { Verdict } from '../../lib/feasibility';
import { Insecure } from '../../lib/flows';
import { PPTP } from '../../lib/protocols';
import { errorOf } from '../support/messages';
import { network, propsFor, REASON, warningIdsOf, warningsOf } from './gateway';

const { PUBLIC, PRIVATE_WITH_EGRESS, PRIVATE_ISOLATED } = ec2.SubnetType;

/** The one verdict about a gateway in `vpc`. */
function verdictOf(vpc: ec2.IVpc, more: Partial<PptpGatewayProps> = {}): Verdict {
  const verdicts = PptpGateway.assess(propsFor(vpc, more));
  expect(verdicts).toHaveLength(1);
  return verdicts[0]!;
}

function hopsOf({ path }: Verdict): string[] {
  return path.hops.map(({ label, element }) => label ?? element.short);
}

function codesOf(verdict: Verdict): string[] {
  return [...new Set(verdict.reasons.map(({ code }) => code))];
}

/** What building a gateway there is refused with; its construct must not stay behind. */
function refusalOf(stack: Stack, vpc: ec2.IVpc, more: Partial<PptpGatewayProps> = {}) {
  const refusal = errorOf(() => new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, more)));
  expect(stack.node.tryFindChild('LegacyVpn')).toBeUndefined();
  return refusal;
}

describe('a gateway in a public subnet', () => {
  test("works: every hop on the way carries PPTP on somebody's word", () => {
    const verdict = verdictOf(network().vpc);
    expect(verdict.result).toBe('works');
    expect(verdict.path.from).toBe('client 203.0.113.0/24');
    expect(hopsOf(verdict)).toEqual(['internet', 'internet gateway', 'VPC', 'security group', 'host filter']);
  });

  test('works where the public subnet is named, by its type or by itself', () => {
    const { vpc } = network();
    expect(verdictOf(vpc, { vpcSubnets: { subnetType: PUBLIC } }).result).toBe('works');
    expect(verdictOf(vpc, { vpcSubnets: { subnets: [vpc.publicSubnets[1]!] } }).result).toBe('works');
    expect(verdictOf(vpc, { vpcSubnets: { subnetGroupName: 'Public' } }).result).toBe('works');
  });

  test('works in a subnet made by hand once it has its route', () => {
    const { stack, vpc } = network();
    const subnet = new ec2.PublicSubnet(stack, 'Own', {
      vpcId: vpc.vpcId,
      cidrBlock: '10.20.250.0/24',
      availabilityZone: 'eu-central-1a',
    });
    const vpcSubnets = { subnets: [subnet] };
    expect(verdictOf(vpc, { vpcSubnets }).result).toBe('unverified');
    subnet.addDefaultInternetRoute(vpc.internetGatewayId!, vpc);
    expect(verdictOf(vpc, { vpcSubnets }).result).toBe('works');
  });

  test('is one path each for clients from the internet, from elsewhere and from the VPC', () => {
    const { stack, vpc } = network();
    const group = new ec2.SecurityGroup(stack, 'Bastion', { vpc });
    const clients = Clients.from('203.0.113.0/24', '192.168.7.0/24', group);
    const verdicts = PptpGateway.assess(propsFor(vpc, { clients }));
    expect(verdicts.map(({ path, result }) => [path.from, result])).toEqual([
      ['client 203.0.113.0/24', 'works'],
      ['client 192.168.7.0/24', 'unverified'],
      ['client security group Site/Bastion', 'works'],
    ]);
  });

  test('names two sources of clients and counts the rest', () => {
    const clients = Clients.from('203.0.113.0/26', '203.0.113.64/26', '203.0.113.128/26', '198.51.100.0/24');
    expect(verdictOf(network().vpc, { clients }).path.from).toBe('clients 203.0.113.0/26, 203.0.113.64/26 and 2 more');
  });
});

describe('a gateway in a private subnet', () => {
  test('whose route leads to a NAT gateway is refused, with the NAT gateway named', () => {
    const { stack, vpc } = network();
    expect(refusalOf(stack, vpc, { vpcSubnets: { subnetType: PRIVATE_WITH_EGRESS } })).toMatchInlineSnapshot(`
      {
        "code": "NO_INTERNET_ROUTE",
        "text": "PPTP cannot reach LegacyVpn: TCP 1723 and GRE (IP protocol 47) do not arrive.

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

        What works on this path, in place of PptpGateway:
          OpenVPN  needs the AWS VPN Client or another OpenVPN program; AWS Client VPN, about 5 to 15 minutes to
                   create, billed by the hour for each associated subnet and for each connected client
                   new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })

            at FILE:LINE
            code NO_INTERNET_ROUTE, see docs/diagnostics.md",
      }
    `);
  });

  test('that is isolated is refused', () => {
    const { stack, vpc } = network();
    expect(refusalOf(stack, vpc, { vpcSubnets: { subnetType: PRIVATE_ISOLATED } })).toMatchInlineSnapshot(`
      {
        "code": "NO_INTERNET_ROUTE",
        "text": "PPTP cannot reach LegacyVpn: TCP 1723 and GRE (IP protocol 47) do not arrive.

        client 203.0.113.0/24 -> internet -> internet gateway -> VPC -> security group -> host filter -> gateway
                                             x TCP 1723 dropped, both directions
                                             x GRE dropped, both directions
        TCP 1723  dropped by the internet gateway. [Amazon VPC User Guide: Connect to the internet using an internet
                  gateway, read 2023-04]
                  Subnet IsolatedSubnet1 has no route to an internet gateway: nothing that comes from the internet is
                  handed to a machine in it.
                  To change it: vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, in a VPC that has public subnets
        GRE 47    dropped by the internet gateway. [Amazon VPC User Guide: Connect to the internet using an internet
                  gateway, read 2023-04]
                  Subnet IsolatedSubnet1 has no route to an internet gateway: nothing that comes from the internet is
                  handed to a machine in it.
                  To change it: vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, in a VPC that has public subnets

        What works on this path, in place of PptpGateway:
          OpenVPN  needs the AWS VPN Client or another OpenVPN program; AWS Client VPN, about 5 to 15 minutes to
                   create, billed by the hour for each associated subnet and for each connected client
                   new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })

            at FILE:LINE
            code NO_INTERNET_ROUTE, see docs/diagnostics.md",
      }
    `);
  });

  test('is refused where the VPC has no other and none was chosen', () => {
    const stack = new Stack(new App(), 'Site');
    const vpc = new ec2.Vpc(stack, 'Vpc', {
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: PRIVATE_ISOLATED }],
    });
    expect(refusalOf(stack, vpc).code).toBe('NO_INTERNET_ROUTE');
  });

  test('is no obstacle for clients that come from other networks, and has no Elastic IP', () => {
    const { stack, vpc } = network();
    const clients = Clients.from('192.168.7.0/24');
    const vpcSubnets = { subnetType: PRIVATE_WITH_EGRESS };
    const gateway = new PptpGateway(
      stack,
      'LegacyVpn',
      propsFor(vpc, { clients, vpcSubnets, through: [Through.DIRECT_CONNECT] }),
    );
    expect(gateway.elasticIpAllocationId).toBeUndefined();
    expect(stack.resolve(gateway.address)).toEqual({
      'Fn::GetAtt': [stack.resolve(gateway.instance.logicalId), 'PrivateIp'],
    });
    Template.fromStack(stack).resourceCountIs('AWS::EC2::EIPAssociation', 0);
    expect(warningIdsOf(stack)).toEqual(['PPTP_INSECURE', 'PATH_UNVERIFIED']);
  });

  test('without any route is warned about where nothing says from where packages come', () => {
    const { stack, vpc } = network();
    const clients = Clients.from('192.168.7.0/24');
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { clients, vpcSubnets: { subnetType: PRIVATE_ISOLATED } }));
    expect(warningsOf(stack).find((text) => text.includes('NO_PACKAGE_SOURCE'))).toMatchInlineSnapshot(
      `"LegacyVpn lies in a subnet without a route to an internet gateway. Unless its default route leads to the internet some other way, the machine finds no Debian packages and the deployment rolls back: write apt: { proxy: 'http://...' }, and give the VPC endpoints for the APIs of AWS. [ack: pptp-constructs:NO_PACKAGE_SOURCE]"`,
    );
  });
});

describe('a refusal', () => {
  test('has every reason, the alternatives and the path of the construct as fields, and prints none of them', () => {
    const { stack, vpc } = network();
    let error: unknown;
    try {
      new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { vpcSubnets: { subnetType: PRIVATE_WITH_EGRESS } }));
    } catch (caught) {
      error = caught;
    }
    expect(PptpConstructsError.is(error)).toBe(true);
    const { kind, reasons, alternatives, constructPath } = error as PptpConstructsError;
    expect(kind).toBe('refusal');
    expect(reasons).toHaveLength(4);
    expect(alternatives).toEqual(["new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })"]);
    expect(constructPath).toBe('Site/LegacyVpn');
    expect(Object.keys(error as object)).toEqual([]);
  });
});

describe('elements that only the user knows of', () => {
  test.each([
    [Through.NAT_GATEWAY, 'GRE_DROPPED_BY_NAT_GATEWAY'],
    [Through.CLIENT_NAT_GATEWAY, 'GRE_DROPPED_BY_NAT_GATEWAY'],
    [Through.NETWORK_LOAD_BALANCER, 'GRE_DROPPED_BY_LOAD_BALANCER'],
    [Through.APPLICATION_LOAD_BALANCER, 'GRE_DROPPED_BY_LOAD_BALANCER'],
    [Through.GLOBAL_ACCELERATOR, 'GRE_DROPPED_BY_ACCELERATOR'],
  ])('%# refuse PPTP whatever they are told', (through, code) => {
    const { stack, vpc } = network();
    for (const one of [through, through.conditionMet()]) {
      const verdict = verdictOf(vpc, { through: [one] });
      expect(verdict.result).toBe('cannot-work');
      expect(codesOf(verdict)).toContain(code);
    }
    expect(refusalOf(stack, vpc, { through: [through] }).text).toContain('GRE');
  });

  test.each([Through.NETWORK_FIREWALL, Through.GATEWAY_LOAD_BALANCER, Through.CLIENT_NAT, Through.NAT_INSTANCE])(
    '%# leave it open until the user says that their condition holds',
    (through) => {
      const { vpc } = network();
      expect(verdictOf(vpc, { through: [through] }).result).toBe('unverified');
      expect(verdictOf(vpc, { through: [through.conditionMet()] }).result).toBe('works');
    },
  );

  test.each([
    Through.TRANSIT_GATEWAY,
    Through.VPC_PEERING,
    Through.DIRECT_CONNECT,
    Through.SITE_TO_SITE_VPN,
    Through.CARRIER_NAT,
  ])('%# stay unverified: nobody has written down that they carry GRE', (through) => {
    expect(verdictOf(network().vpc, { through: [through.conditionMet()] }).result).toBe('unverified');
  });

  test('stand on the path where they stand on the way', () => {
    const through = [Through.NETWORK_FIREWALL, Through.GLOBAL_ACCELERATOR, Through.CLIENT_NAT];
    expect(hopsOf(verdictOf(network().vpc, { through }))).toEqual([
      "clients' NAT router",
      'internet',
      'Global Accelerator',
      'internet gateway',
      'Network Firewall',
      'VPC',
      'security group',
      'host filter',
    ]);
  });

  test('replace the unknown network of clients with private addresses', () => {
    const clients = Clients.from('192.168.7.0/24');
    const { vpc } = network();
    expect(hopsOf(verdictOf(vpc, { clients }))[0]).toBe('private network');
    expect(hopsOf(verdictOf(vpc, { clients, through: [Through.TRANSIT_GATEWAY] }))[0]).toBe('transit gateway');
  });

  test('a load balancer is refused in full words', () => {
    const { stack, vpc } = network();
    expect(refusalOf(stack, vpc, { through: [Through.NETWORK_LOAD_BALANCER] })).toMatchInlineSnapshot(`
      {
        "code": "GRE_DROPPED_BY_LOAD_BALANCER",
        "text": "PPTP cannot reach LegacyVpn: GRE (IP protocol 47) does not arrive.

        client 203.0.113.0/24 -> internet -> internet gateway -> NLB -> VPC -> security group -> host filter -> gateway
                                                                 ? TCP 1723 not certain, both directions
                                                                 x GRE dropped, both directions
        TCP 1723  not certain to pass the AWS Network Load Balancer. [Network Load Balancers: Listeners for your
                  Network Load Balancers, read 2026-11]
                  A Network Load Balancer drops what no listener takes. Nobody has said whether it has a TCP listener
                  for this port.
                  To change it: add a TCP listener for this port
        GRE 47    dropped by the AWS Network Load Balancer. [Network Load Balancers: Listeners for your Network Load
                  Balancers, read 2026-11]
                  The listeners of a Network Load Balancer take TCP, TLS, UDP, TCP_UDP, QUIC and TCP_QUIC, and it
                  drops what no listener takes: GRE (IP protocol 47).
                  To change it: let the clients reach the Elastic IP of the gateway itself

        What works on this path, in place of PptpGateway:
          OpenVPN  needs the AWS VPN Client or another OpenVPN program; AWS Client VPN, about 5 to 15 minutes to
                   create, billed by the hour for each associated subnet and for each connected client
                   new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })

            at FILE:LINE
            code GRE_DROPPED_BY_LOAD_BALANCER, see docs/diagnostics.md",
      }
    `);
  });
});

describe('imported networks', () => {
  const imported = (more: object = {}) => {
    const stack = new Stack(new App(), 'Site');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a'],
      vpcCidrBlock: '10.20.0.0/16',
      ...more,
    });
    return { stack, vpc };
  };

  test('are taken at their word: a public subnet has a route to an internet gateway', () => {
    const { vpc } = imported({ publicSubnetIds: ['subnet-0123456789abcdef0'] });
    expect(verdictOf(vpc).result).toBe('works');
  });

  test('are taken at their word: a private one has none', () => {
    const { stack, vpc } = imported({
      privateSubnetIds: ['subnet-0123456789abcdef0'],
    });
    expect(refusalOf(stack, vpc).code).toBe('NO_INTERNET_ROUTE');
  });

  test('a subnet that does not tell is unverified, and built with a warning', () => {
    const { stack, vpc } = imported();
    const subnet = ec2.Subnet.fromSubnetId(stack, 'Subnet', 'subnet-0fedcba9876543210');
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { vpcSubnets: { subnets: [subnet] } }));
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::Instance', {
      NetworkInterfaces: [
        {
          AssociatePublicIpAddress: true,
          SubnetId: 'subnet-0fedcba9876543210',
        },
      ],
    });
    expect(warningsOf(stack).find((text) => text.includes('PATH_UNVERIFIED'))).toMatchInlineSnapshot(`
      "Whether PPTP can reach LegacyVpn cannot be told at synth.

        client 203.0.113.0/24 -> internet -> internet gateway -> VPC -> security group -> host filter -> gateway
                                             ? TCP 1723 not certain, both directions
                                             ? GRE not certain, both directions
        TCP 1723  not certain to pass the internet gateway. [Amazon VPC User Guide: Connect to the internet using an
                  internet gateway, read 2023-04]
                  Whether the route table of subnet subnet-0fedcba9876543210 has a route to an internet gateway cannot
                  be seen in this app.
                  To change it: write subnetHasInternetRoute: true, where it has one
        GRE 47    not certain to pass the internet gateway. [Amazon VPC User Guide: Connect to the internet using an
                  internet gateway, read 2023-04]
                  Whether the route table of subnet subnet-0fedcba9876543210 has a route to an internet gateway cannot
                  be seen in this app.
                  To change it: write subnetHasInternetRoute: true, where it has one [ack: pptp-constructs:PATH_UNVERIFIED]"
    `);
  });

  test('a subnet of which the user says that it has a route works; one of which they say that it has none is refused', () => {
    const { stack, vpc } = imported();
    const vpcSubnets = {
      subnets: [ec2.Subnet.fromSubnetId(stack, 'Subnet', 'subnet-0fedcba9876543210')],
    };
    expect(verdictOf(vpc, { vpcSubnets, subnetHasInternetRoute: true }).result).toBe('works');
    expect(refusalOf(stack, vpc, { vpcSubnets, subnetHasInternetRoute: false }).code).toBe('NO_INTERNET_ROUTE');
  });

  test('are built without the range of their VPC, of which nothing can then be checked', () => {
    const { stack, vpc } = imported({
      vpcCidrBlock: undefined,
      publicSubnetIds: ['subnet-0123456789abcdef0'],
    });
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc));
    Template.fromStack(stack).resourceCountIs('AWS::EC2::Instance', 1);
  });
});

describe('Vpc.fromLookup', () => {
  const env = { account: '111122223333', region: 'eu-central-1' };

  test('reaches its look-up: nothing of the VPC that stands in for it is judged', () => {
    const app = new App();
    const stack = new Stack(app, 'Site', { env });
    const vpc = ec2.Vpc.fromLookup(stack, 'Vpc', { vpcName: 'plant-4' });
    const gateway = new PptpGateway(stack, 'LegacyVpn', {
      ...propsFor(vpc, {
        vpcSubnets: { subnetGroupName: 'Dmz' },
        clientPool: '1.2.3.0/24',
      }),
      clients: Clients.from('1.2.4.0/24'),
    });
    gateway.allowClientsTo(new ec2.SecurityGroup(stack, 'Database', { vpc }), ec2.Port.tcp(5432));
    expect(PptpGateway.assess(propsFor(vpc)).map(({ result }) => result)).toEqual(['unverified']);
    const { missing } = app.synth().manifest;
    expect(missing?.map(({ provider }) => provider)).toEqual(['vpc-provider']);
    expect(warningIdsOf(stack)).toEqual(['PPTP_INSECURE']);
  });

  test('is judged once it is made', () => {
    const subnet = (subnetId: string, cidr: string) => ({
      subnetId,
      cidr,
      availabilityZone: 'eu-central-1a',
      routeTableId: 'rtb-0123456789abcdef0',
    });
    const key =
      'vpc-provider:account=111122223333:filter.tag:Name=plant-4:region=eu-central-1:returnAsymmetricSubnets=true';
    const app = new App({
      context: {
        [key]: {
          vpcId: 'vpc-0123456789abcdef0',
          vpcCidrBlock: '10.20.0.0/16',
          ownerAccountId: '111122223333',
          availabilityZones: [],
          subnetGroups: [
            {
              name: 'Dmz',
              type: 'Public',
              subnets: [subnet('subnet-0123456789abcdef0', '10.20.1.0/24')],
            },
            {
              name: 'Plant',
              type: 'Private',
              subnets: [subnet('subnet-0fedcba9876543210', '10.20.2.0/24')],
            },
          ],
        },
      },
    });
    const stack = new Stack(app, 'Site', { env });
    const vpc = ec2.Vpc.fromLookup(stack, 'Vpc', { vpcName: 'plant-4' });
    expect(verdictOf(vpc, { vpcSubnets: { subnetGroupName: 'Dmz' } }).result).toBe('works');
    expect(refusalOf(stack, vpc, { vpcSubnets: { subnetGroupName: 'Plant' } }).code).toBe('NO_INTERNET_ROUTE');
    expect(refusalOf(stack, vpc, { clientPool: '10.20.3.0/24' }).code).toBe('POOL_OVERLAPS_VPC');
  });
});

describe('a network ACL that is handed over', () => {
  const withAcl = () => {
    const site = network();
    return {
      ...site,
      networkAcl: new ec2.NetworkAcl(site.stack, 'Acl', { vpc: site.vpc }),
    };
  };

  test('without entries is refused, for each flow and direction', () => {
    const { stack, vpc, networkAcl } = withAcl();
    expect(refusalOf(stack, vpc, { networkAcl })).toMatchInlineSnapshot(`
      {
        "code": "RULE_MISSING",
        "text": "PPTP cannot reach LegacyVpn: TCP 1723 and GRE (IP protocol 47) do not arrive.

        client 203.0.113.0/24 -> internet -> internet gateway -> VPC -> network ACL Acl -> security group -> host filter -> gateway
                                                                        x TCP 1723 dropped, towards the gateway
                                                                        x TCP 1723 dropped, towards the client
                                                                        x GRE dropped, towards the gateway
                                                                        x GRE dropped, towards the client
        TCP 1723  dropped by the network ACL Acl, towards the gateway. [Amazon VPC User Guide: Control traffic to
                  subnets using network ACLs, read 2023-04]
                  No entry of the network ACL lets TCP 1723 in from 203.0.113.0/24. A network ACL keeps no state: each
                  direction needs an entry of its own.
                  To change it: new VpnNetworkAclEntries(this, 'VpnEntries', { networkAcl, protocols: [PPTP], clients
                  })
                  dropped by the network ACL Acl, towards the client. [Amazon VPC User Guide: Control traffic to
                  subnets using network ACLs, read 2023-04]
                  No entry of the network ACL lets answers of TCP 1723 out to 203.0.113.0/24. A network ACL keeps no
                  state: each direction needs an entry of its own.
                  To change it: new VpnNetworkAclEntries(this, 'VpnEntries', { networkAcl, protocols: [PPTP], clients
                  })
        GRE 47    dropped by the network ACL Acl, towards the gateway. [Amazon VPC User Guide: Control traffic to
                  subnets using network ACLs, read 2023-04]
                  No entry of the network ACL lets GRE (IP protocol 47) in from 203.0.113.0/24. A network ACL keeps no
                  state: each direction needs an entry of its own.
                  To change it: new VpnNetworkAclEntries(this, 'VpnEntries', { networkAcl, protocols: [PPTP], clients
                  })
                  dropped by the network ACL Acl, towards the client. [Amazon VPC User Guide: Control traffic to
                  subnets using network ACLs, read 2023-04]
                  No entry of the network ACL lets answers of GRE (IP protocol 47) out to 203.0.113.0/24. A network
                  ACL keeps no state: each direction needs an entry of its own.
                  To change it: new VpnNetworkAclEntries(this, 'VpnEntries', { networkAcl, protocols: [PPTP], clients
                  })

        What works on this path, in place of PptpGateway:
          OpenVPN  needs the AWS VPN Client or another OpenVPN program; AWS Client VPN, about 5 to 15 minutes to
                   create, billed by the hour for each associated subnet and for each connected client
                   new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })

            at FILE:LINE
            code RULE_MISSING, see docs/diagnostics.md",
      }
    `);
  });

  test('that lacks the way back of GRE alone is refused for that', () => {
    const { vpc, networkAcl } = withAcl();
    const cidr = ec2.AclCidr.ipv4('203.0.113.0/24');
    const gre: ec2.AclTraffic = { toTrafficConfig: () => ({ protocol: 47 }) };
    const ingress = { cidr, direction: ec2.TrafficDirection.INGRESS };
    networkAcl.addEntry('In', {
      ...ingress,
      ruleNumber: 1,
      traffic: ec2.AclTraffic.tcpPort(1723),
    });
    networkAcl.addEntry('Gre', { ...ingress, ruleNumber: 2, traffic: gre });
    networkAcl.addEntry('Out', {
      cidr,
      direction: ec2.TrafficDirection.EGRESS,
      ruleNumber: 1,
      traffic: ec2.AclTraffic.tcpPortRange(1024, 65535),
    });
    const verdict = verdictOf(vpc, { networkAcl });
    expect(verdict.result).toBe('cannot-work');
    expect(verdict.reasons.map(({ flow, direction }) => [flow.id, direction])).toEqual([['gre', 'to-client']]);
  });

  test('with the entries of VpnNetworkAclEntries works', () => {
    const { stack, vpc, networkAcl } = withAcl();
    const clients = Clients.from('203.0.113.0/24');
    new VpnNetworkAclEntries(stack, 'Entries', {
      networkAcl,
      protocols: [PPTP],
      clients,
      insecure: Insecure.because(REASON),
    });
    expect(verdictOf(vpc, { networkAcl }).result).toBe('works');
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { networkAcl }));
    expect(warningIdsOf(stack)).toEqual(['PPTP_INSECURE']);
  });

  test('that is imported leaves it open', () => {
    const { stack, vpc } = network();
    const networkAcl = ec2.NetworkAcl.fromNetworkAclId(stack, 'Acl', 'acl-0123456789abcdef0');
    expect(verdictOf(vpc, { networkAcl }).result).toBe('unverified');
  });
});
