import { createHash } from 'node:crypto';
import { CfnParameter, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { ClientAddressing } from '../../lib/aws/client-addressing';
import { Clients } from '../../lib/aws/clients';
import { Ikev2Gateway, type Ikev2GatewayProps } from '../../lib/aws/ikev2-gateway';
import type { MachineGateway } from '../../lib/aws/machine-gateway';
import { OpenVpnGateway, type OpenVpnGatewayProps } from '../../lib/aws/openvpn-gateway';
import { PptpGateway } from '../../lib/aws/pptp-gateway';
import { Through } from '../../lib/aws/through';
import { VpnNetworkAclEntries } from '../../lib/aws/vpn-network-acl-entries';
import { WireGuardGateway, type WireGuardGatewayProps } from '../../lib/aws/wireguard-gateway';
import { Flow } from '../../lib/flows';
import { WIREGUARD } from '../../lib/protocols';
import { errorOf } from '../support/messages';
import { machineFiles, network, only, propsFor, userDataOf, warningIdsOf, warningsOf } from './gateway';

const clients = Clients.from('203.0.113.0/24');

/** A secret that somebody filled with keys beforehand. */
function keysIn(stack: Stack): secretsmanager.ISecret {
  return secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'vpn-keys');
}

type More = Partial<WireGuardGatewayProps & Ikev2GatewayProps & OpenVpnGatewayProps>;

interface Kind {
  readonly name: string;
  readonly className: string;
  readonly make: (scope: Construct, props: More) => MachineGateway;
  readonly inbound: readonly string[];
  readonly unit: string;
}

const IKEV2 = {
  serverName: 'vpn.example.com',
  authentication: ['eap-mschapv2'],
  routes: 'everything',
} as const;

const KINDS: readonly Kind[] = [
  {
    name: 'WireGuard',
    className: 'WireGuardGateway',
    make: (scope, props) => new WireGuardGateway(scope, 'LegacyVpn', props as WireGuardGatewayProps),
    inbound: ['udp 51820'],
    unit: '/etc/systemd/system/vpn-gateway-wg.service',
  },
  {
    name: 'IKEv2',
    className: 'Ikev2Gateway',
    make: (scope, props) =>
      new Ikev2Gateway(scope, 'LegacyVpn', {
        ...IKEV2,
        ...props,
      } as Ikev2GatewayProps),
    inbound: ['udp 500', 'udp 4500'],
    unit: '/etc/swanctl/conf.d/vpn-gateway.conf',
  },
  {
    name: 'OpenVPN',
    className: 'OpenVpnGateway',
    make: (scope, props) => new OpenVpnGateway(scope, 'LegacyVpn', props as OpenVpnGatewayProps),
    inbound: ['udp 1194'],
    unit: '/etc/vpn-gateway/openvpn/server.conf',
  },
];

function built(kind: Kind, more: More = {}, site = network()) {
  const gateway = kind.make(site.stack, {
    vpc: site.vpc,
    clients,
    secret: keysIn(site.stack),
    ...more,
  });
  return { ...site, gateway };
}

function inboundOf(stack: Stack): string[] {
  return only(stack, 'AWS::EC2::SecurityGroup').Properties.SecurityGroupIngress.map((rule: Record<string, unknown>) =>
    [rule.IpProtocol, rule.FromPort].filter((part) => part !== undefined).join(' '),
  );
}

describe.each(KINDS)('a gateway for $name', (kind) => {
  test('lets in its own flows from its clients, and ICMP for path MTU', () => {
    const { stack } = built(kind);
    expect(inboundOf(stack)).toEqual([...kind.inbound, 'icmp 3']);
    const group = only(stack, 'AWS::EC2::SecurityGroup').Properties;
    expect(group.SecurityGroupIngress[0].CidrIp).toBe('203.0.113.0/24');
    expect(
      group.SecurityGroupEgress.map((rule: Record<string, unknown>) => `${rule.IpProtocol} ${rule.FromPort}`),
    ).toEqual(['tcp 80', 'tcp 443', 'udp 53', 'tcp 53', 'udp 123']);
  });

  test('is made of the same parts as a PPTP gateway, with the secret of the user', () => {
    const { gateway } = built(kind);
    expect(gateway.node.children.map(({ node }) => node.id)).toEqual([
      'SecurityGroup',
      'Policy',
      'Role',
      'RolePolicy',
      'InstanceProfile',
      'Resource',
      'ElasticIp',
      'ElasticIpAssociation',
      'FlowLogs',
    ]);
    expect(gateway.managed).toBe(false);
    expect(gateway.clientPool).toBe('10.99.0.0/24');
  });

  test('carries no warning and no reason: its cryptography is sound', () => {
    const { stack } = built(kind);
    expect(warningIdsOf(stack)).toEqual([]);
    expect(only(stack, 'AWS::EC2::Instance').Metadata?.['pptp-constructs']).toBeUndefined();
  });

  test('installs its server from Debian 13, behind a filter of nftables, and reads the secret', () => {
    const { stack } = built(kind);
    const files = machineFiles(stack);
    expect(files.has(kind.unit)).toBe(true);
    expect(files.has('/etc/nftables.conf')).toBe(true);
    expect(files.has('/etc/pptpd.conf')).toBe(false);
    expect(userDataOf(stack)).toContain('secret:vpn-keys');
    const { ImageId } = only(stack, 'AWS::EC2::Instance').Properties;
    expect(Template.fromStack(stack).toJSON().Parameters[ImageId.Ref].Default).toBe(
      '/aws/service/debian/release/13/latest/amd64',
    );
    expect(only(stack, 'AWS::EC2::Instance').Properties.InstanceType).toBe('t3.micro');
  });

  test('stands on Debian 12, on arm64 and behind iptables where that is asked for', () => {
    const instanceType = new ec2.InstanceType('t4g.small');
    const { stack } = built(kind, {
      debian: 12,
      packetFilter: 'iptables',
      instanceType,
    });
    const { ImageId } = only(stack, 'AWS::EC2::Instance').Properties;
    expect(Template.fromStack(stack).toJSON().Parameters[ImageId.Ref].Default).toBe(
      '/aws/service/debian/release/12/latest/arm64',
    );
    expect(machineFiles(stack).has('/etc/vpn-gateway/rules.v4')).toBe(true);
    expect(machineFiles(stack).has('/etc/nftables.conf')).toBe(false);
  });

  test('sends clients with addresses of the pool where that is asked for, with routes back', () => {
    const { stack, vpc, gateway } = built(kind, {
      addressing: ClientAddressing.routed(),
      clientPool: '10.98.0.0/24',
    });
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc });
    gateway.allowClientsTo(database, ec2.Port.tcp(5432));
    const routes = Object.values(Template.fromStack(stack).findResources('AWS::EC2::Route')).filter(
      ({ Properties }) => Properties.InstanceId !== undefined,
    );
    expect(routes.map(({ Properties }) => Properties.DestinationCidrBlock)).toEqual(
      Array.from({ length: 6 }, () => '10.98.0.0/24'),
    );
    expect(only(stack, 'AWS::EC2::SecurityGroup', 'Database').Properties.SecurityGroupIngress).toEqual([
      {
        CidrIp: '10.98.0.0/24',
        Description: 'from VPN clients',
        FromPort: 5432,
        IpProtocol: 'tcp',
        ToPort: 5432,
      },
    ]);
  });

  test('is refused without a secret, and before anything exists', () => {
    const { stack, vpc } = network();
    const { code, text } = errorOf(() => kind.make(stack, { vpc, clients }));
    expect(code).toBe('KEYS_SECRET_MISSING');
    expect(text.split('\n')[0]).toBe(
      `${kind.className} has no secret that holds its keys, and a server without keys never serves: the deployment would roll back.`,
    );
    expect(stack.node.tryFindChild('LegacyVpn')).toBeUndefined();
  });

  test('is refused for clients with IPv6 addresses', () => {
    const { stack, vpc } = network();
    const secret = keysIn(stack);
    const six = { vpc, secret, clients: Clients.from('2001:db8::/32') };
    const { code, text } = errorOf(() => kind.make(stack, six));
    expect(code).toBe('CLIENTS_IPV6_FOR_MACHINE');
    expect(text).toBe(
      [
        `${kind.className} was given IPv6 clients, and its machine has an IPv4 address alone.`,
        '  got      "2001:db8::/32"',
        '  allowed  IPv4 ranges, IPv4 prefix lists and security groups',
        "  write    clients: Clients.from('203.0.113.0/24')",
        '',
        '      at FILE:LINE',
        '      code CLIENTS_IPV6_FOR_MACHINE, see docs/diagnostics.md',
      ].join('\n'),
    );
  });

  test.each([
    ['POOL_OVERLAPS_VPC', { clientPool: '10.20.4.0/24' }],
    ['POOL_OVERLAPS_CLIENTS', { clientPool: '203.0.113.0/28' }],
    ['POOL_NOT_EXPRESSIBLE', { clientPool: '10.99.0.0/30' }],
    ['HOST_OPTION_INVALID', { mtu: 99 }],
    ['HOST_OPTION_INVALID', { debian: 11 }],
    ['HOST_OPTION_INVALID', { packetFilter: 'pf' }],
    ['HOST_OPTION_INVALID', { dnsServers: ['169.254.169.253'] }],
    ['INSTANCE_TYPE_INVALID', { instanceType: new ec2.InstanceType('micro') }],
    ['NO_CLIENTS', { clients: undefined }],
    ['VPC_MISSING', { vpc: undefined }],
  ])('is refused before it exists with %s for %j', (code, more) => {
    const site = network();
    const { stack } = site;
    expect(errorOf(() => built(kind, more as More, site)).code).toBe(code);
    expect(stack.node.tryFindChild('LegacyVpn')).toBeUndefined();
  });

  test('is refused where nothing from the internet arrives, with what would', () => {
    const site = network();
    const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
    const { code, text } = errorOf(() => built(kind, { vpcSubnets }, site));
    expect(code).toBe('NO_INTERNET_ROUTE');
    expect(text.split('\n')[0]).toContain(`${kind.name} cannot reach LegacyVpn: `);
    expect(text).toContain(`What works on this path, in place of ${kind.className}:`);
    expect(text).toContain('Vpn.openVpnManaged({ ... })');
    expect(text).not.toContain('Vpn.wireGuard');
    expect(site.stack.node.tryFindChild('LegacyVpn')).toBeUndefined();
  });

  test('warns where nobody can tell whether it is reached', () => {
    const { stack } = built(kind, { through: [Through.NETWORK_FIREWALL] });
    expect(warningsOf(stack).find((text) => text.includes('PATH_UNVERIFIED'))).toContain(
      `Whether ${kind.name} can reach LegacyVpn cannot be told at synth.`,
    );
  });
});

describe('the ports of gateways on machines', () => {
  test('are those that are asked for', () => {
    expect(inboundOf(built(KINDS[0] as Kind, { port: 443 }).stack)).toEqual(['udp 443', 'icmp 3']);
    expect(inboundOf(built(KINDS[2] as Kind, { port: 443, transport: 'tcp' }).stack)).toEqual(['tcp 443', 'icmp 3']);
    const { Properties } = only(
      built(KINDS[2] as Kind, { port: 8443, transport: 'tcp' }).stack,
      'AWS::EC2::SecurityGroup',
    );
    expect(Properties.GroupDescription).toBe('OpenVPN gateway: TCP 8443 from its clients');
  });

  test('of IKEv2 are joined by ESP where clients dial an address that nothing translates', () => {
    const site = network();
    const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS };
    const inside = Clients.from('192.168.0.0/16');
    const through = [Through.DIRECT_CONNECT.conditionMet()];
    const { stack } = built(KINDS[1] as Kind, { clients: inside, vpcSubnets, through }, site);
    expect(inboundOf(stack)).toEqual(['udp 500', 'udp 4500', '50', 'icmp 3']);
  });

  test('are asked for in a network ACL, with the code that opens them', () => {
    const { stack, vpc } = network();
    const networkAcl = new ec2.NetworkAcl(stack, 'Acl', { vpc });
    const props = {
      vpc,
      clients,
      secret: keysIn(stack),
      networkAcl,
      port: 51821,
    };
    expect(WireGuardGateway.assess(props).map(({ result }) => result)).toEqual(['cannot-work']);
    const remedy = `protocols: [{ ...WIREGUARD, flowSets: [{ when: 'here', flows: [Flow.udp(51821)] }] }], clients })`;
    expect(errorOf(() => new WireGuardGateway(stack, 'LegacyVpn', props)).text.replace(/\s+/g, ' ')).toContain(remedy);

    const here = {
      ...WIREGUARD,
      flowSets: [{ when: 'here', flows: [Flow.udp(51821)] }],
    };
    new VpnNetworkAclEntries(stack, 'VpnEntries', {
      networkAcl,
      protocols: [here],
      clients,
    });
    expect(WireGuardGateway.assess(props).map(({ result }) => result)).toEqual(['works']);
    expect(new WireGuardGateway(stack, 'LegacyVpn', props).protocol).toBe('wireguard');
  });
});

describe('the verdicts alone', () => {
  const { vpc } = network();
  const publicly = { vpc, clients };
  const privately = {
    vpc,
    clients,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  };

  test('are told for each protocol without building anything', () => {
    for (const { assess } of [WireGuardGateway, Ikev2Gateway, OpenVpnGateway]) {
      expect(assess(publicly).map(({ result }) => result)).toEqual(['works']);
      expect(assess(privately).map(({ result }) => result)).toEqual(['cannot-work']);
    }
  });

  test('refuse bad input as the gateways do', () => {
    expect(errorOf(() => WireGuardGateway.assess({ ...publicly, port: 70_000 })).code).toBe('PORT_INVALID');
    expect(errorOf(() => OpenVpnGateway.assess({ ...publicly, port: 0 })).code).toBe('PORT_INVALID');
    expect(errorOf(() => Ikev2Gateway.assess({ vpc, clients: Clients.from('2001:db8::/32') })).code).toBe(
      'CLIENTS_IPV6_FOR_MACHINE',
    );
  });
});

describe('what IKEv2 is told', () => {
  test.each([
    ['serverName', { serverName: undefined }],
    ['serverName', { serverName: 'vpn' }],
    ['authentication', { authentication: undefined }],
    ['authentication', { authentication: ['pap'] }],
    ['routes', { routes: undefined }],
    ['radius', { authentication: ['eap-radius'] }],
  ])('is refused by name: %s in %j', (option, more) => {
    const { code, text } = errorOf(() => built(KINDS[1] as Kind, more as More));
    expect(code).toBe('HOST_OPTION_INVALID');
    expect(text.split('\n')[0]).toBe(`${option} is not what the host can use.`);
  });

  test('sends what goes to the DNS servers into the tunnel, too, where not everything goes there', () => {
    const { stack } = built(KINDS[1] as Kind, { routes: ['10.20.8.0/24'] });
    expect(machineFiles(stack).get('/etc/swanctl/conf.d/vpn-gateway.conf')).toContain(
      'local_ts = 10.20.8.0/24, 10.20.0.2/32',
    );
  });

  test('may be a name that only deployment knows', () => {
    const site = network();
    const serverName = new CfnParameter(site.stack, 'Name').valueAsString;
    const { stack } = built(KINDS[1] as Kind, { serverName }, site);
    expect(userDataOf(stack)).toContain('<{"Ref":"Name"}>');
  });
});

describe('a machine that is too much for user data', () => {
  const { stack } = built(KINDS[1] as Kind);
  const instance = only(stack, 'AWS::EC2::Instance');
  const moved: [path: string, mode: string, content: string][] = instance.Metadata['vpn-gateway-files'];

  test('has its files in its metadata, readable in the template', () => {
    const program = moved.find(([path]) => path === '/usr/local/sbin/vpn-gateway');
    expect(program?.[1]).toBe('0755');
    expect(program?.[2]).toMatch(/^#!\/bin\/sh\n/);
    expect(userDataOf(stack)).not.toContain('path: /usr/local/sbin/vpn-gateway\n');
  });

  test('keeps in user data what only deployment knows, what apt needs, and the digest of the rest', () => {
    const text = userDataOf(stack);
    expect(text).toContain('path: /etc/vpn-gateway/settings');
    expect(text).toContain('path: /etc/apt/apt.conf.d/90vpn-gateway');
    expect(text).toContain(createHash('sha256').update(JSON.stringify(moved)).digest('hex'));
    expect(text).toContain(`<{"Ref":"AWS::StackId"}>","${instance.id}",`);
    expect(Buffer.byteLength(text)).toBeLessThan(16_384);
  });

  test('may read them, and only there', () => {
    const { Statement } = only(stack, 'AWS::IAM::Policy', 'LegacyVpnRolePolicy').Properties.PolicyDocument;
    expect(Statement[2]).toEqual({
      Action: ['cloudformation:SignalResource', 'cloudformation:DescribeStackResource'],
      Effect: 'Allow',
      Resource: { Ref: 'AWS::StackId' },
    });
  });

  test('is replaced when one of them changes', () => {
    const other = only(built(KINDS[1] as Kind, { mtu: 1400 }).stack, 'AWS::EC2::Instance');
    expect(other.id).not.toBe(instance.id);
  });

  test('stays readable in user data where there is room', () => {
    const small = only(built(KINDS[0] as Kind).stack, 'AWS::EC2::Instance');
    expect(small.Metadata?.['vpn-gateway-files']).toBeUndefined();
  });
});

describe('a gateway that exists already', () => {
  test.each([
    ['WireGuardGateway', WireGuardGateway.fromWireGuardGatewayAttributes],
    ['Ikev2Gateway', Ikev2Gateway.fromIkev2GatewayAttributes],
    ['OpenVpnGateway', OpenVpnGateway.fromOpenVpnGatewayAttributes],
  ])('is known by its attributes as a %s', (className, from) => {
    const { stack } = network();
    const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0');
    const { code, text } = errorOf(() => from(stack, 'Old', { address: '198.51.100.7' } as never));
    expect(code).toBe('ATTRIBUTES_MISSING');
    expect(text.split('\n')[0]).toBe(`attributes of an existing ${className} lack clientPool, securityGroup.`);
    const existing = from(stack, 'Existing', {
      address: '198.51.100.7',
      clientPool: '10.99.0.0/24',
      securityGroup,
    });
    expect(existing.address).toBe('198.51.100.7');
    expect(existing.connections.securityGroups).toEqual([securityGroup]);
  });
});

describe('the refusal of a PptpGateway', () => {
  test('offers machines on the same way, with the code to write, and AWS Client VPN', () => {
    const { stack, vpc } = network();
    const through = [Through.CLIENT_NAT_GATEWAY];
    const { code, text } = errorOf(() => new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { through })));
    expect(code).toBe('GRE_DROPPED_BY_NAT_GATEWAY');
    expect(text).toMatchInlineSnapshot(`
      "PPTP cannot reach LegacyVpn: GRE (IP protocol 47) does not arrive.

        client 203.0.113.0/24 -> clients' NAT gateway -> internet -> internet gateway -> VPC -> security group -> host filter -> gateway
                                 x GRE dropped, both directions
        TCP 1723  carried by every hop
        GRE 47    dropped by the AWS NAT gateway in front of the clients. [Amazon VPC User Guide: NAT gateway basics,
                  read 2026-11]
                  A NAT gateway translates TCP, UDP and ICMP only, so it drops GRE (IP protocol 47).
                  To change it: give the clients addresses of their own, or a NAT instance with the PPTP helper

        What works on this path, in place of PptpGateway:
          IKEv2      built into Windows, macOS, iOS and Android 11 and later; a Debian machine with strongSwan, about
                     2 to 5 minutes to create, billed as one small EC2 instance and one public IPv4 address
                     new VpnGateway(this, 'Vpn', { protocols: [Vpn.ikev2({ secret, ... })], ... })
          WireGuard  built into Linux; an app for Windows, macOS, iOS and Android; a Debian machine with WireGuard,
                     about 2 to 5 minutes to create, billed as one small EC2 instance and one public IPv4 address
                     new VpnGateway(this, 'Vpn', { protocols: [Vpn.wireGuard({ secret })], ... })
          OpenVPN    an app for Windows, macOS, iOS and Android; a package for Linux; a Debian machine with OpenVPN,
                     about 2 to 5 minutes to create, billed as one small EC2 instance and one public IPv4 address
                     new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpn({ secret })], ... })
          OpenVPN    needs the AWS VPN Client or another OpenVPN program; AWS Client VPN, about 5 to 15 minutes to
                     create, billed by the hour for each associated subnet and for each connected client
                     new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })

            at FILE:LINE
            code GRE_DROPPED_BY_NAT_GATEWAY, see docs/diagnostics.md"
    `);
  });
});
