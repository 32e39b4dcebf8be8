import { createHash } from 'node:crypto';
import { App, CfnParameter, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { TerraformStack, Testing } from 'cdktf';
import { ClientAddressing } from '../../lib/aws/client-addressing';
import { Clients } from '../../lib/aws/clients';
import { PptpGateway } from '../../lib/aws/pptp-gateway';
import type { PptpGatewayProps } from '../../lib/aws/pptp-gateway-props';
import { errorOf } from '../support/messages';
import { machineFiles, network, only, propsFor, userDataOf, warningsOf } from './gateway';

type Network = ReturnType<typeof network>;

/** What a gateway with these props is refused with; nothing of it must stay in the tree. */
function refusal(more: (site: Network) => object, site = network()) {
  const props = { ...propsFor(site.vpc), ...more(site) } as PptpGatewayProps;
  const grown = site.stack.node.findAll().length;
  const error = errorOf(() => new PptpGateway(site.stack, 'LegacyVpn', props));
  expect(site.stack.node.findAll()).toHaveLength(grown);
  return error;
}

describe('what a user forgets', () => {
  test('clients', () => {
    expect(refusal(() => ({ clients: undefined }))).toMatchInlineSnapshot(`
      {
        "code": "NO_CLIENTS",
        "text": "PptpGateway has no clients: a gateway does not guess who may connect.
        allowed  Clients.from(...), or Clients.anywhereBecause(reason)
        write    clients: Clients.from('203.0.113.0/24')

            at FILE:LINE
            code NO_CLIENTS, see docs/diagnostics.md",
      }
    `);
  });

  test('the reason for PPTP', () => {
    expect(refusal(() => ({ insecure: undefined }))).toMatchInlineSnapshot(`
      {
        "code": "INSECURE_WITHOUT_REASON",
        "text": "PPTP protects nothing against whoever can read the packets, and no reason is written for using it.
        allowed  a reason that a reviewer will read in the template
        write    insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06')

            at FILE:LINE
            code INSECURE_WITHOUT_REASON, see docs/diagnostics.md",
      }
    `);
    expect(refusal(() => ({ insecure: 'because I say so' })).code).toBe('INSECURE_WITHOUT_REASON');
  });

  test('the VPC', () => {
    expect(refusal(() => ({ vpc: undefined })).code).toBe('VPC_MISSING');
  });

  test('all props', () => {
    const { stack } = network();
    expect(errorOf(() => new PptpGateway(stack, 'LegacyVpn', undefined as never)).code).toBe('VPC_MISSING');
    expect(errorOf(() => PptpGateway.assess(undefined as never)).code).toBe('VPC_MISSING');
  });
});

describe('where a PptpGateway cannot stand', () => {
  test('in a stack of CDK for Terraform', () => {
    const { vpc } = network();
    const stack = new TerraformStack(Testing.app(), 'Terraform');
    expect(errorOf(() => new PptpGateway(stack, 'LegacyVpn', propsFor(vpc)))).toMatchInlineSnapshot(`
      {
        "code": "WRONG_KIND_OF_STACK",
        "text": "PptpGateway of pptp-constructs/aws was given a scope of CDK for Terraform.
        got      "Terraform"
        allowed  a scope inside a Stack of aws-cdk-lib; what belongs in a TerraformStack comes from pptp-constructs/azure
        write    import { PptpGateway } from 'pptp-constructs/azure';

            at FILE:LINE
            code WRONG_KIND_OF_STACK, see docs/diagnostics.md",
      }
    `);
  });

  test('outside of every stack', () => {
    const { vpc } = network();
    expect(errorOf(() => new PptpGateway(new App(), 'LegacyVpn', propsFor(vpc))).code).toBe('WRONG_KIND_OF_STACK');
  });

  test('in a subnet that the selection does not find', () => {
    expect(refusal(() => ({ vpcSubnets: { subnets: [] } }))).toMatchInlineSnapshot(`
      {
        "code": "SUBNET_MISSING",
        "text": "vpcSubnets of PptpGateway selects no subnet of the VPC.
        allowed  a selection with at least one subnet, of which the first is taken
        write    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }

            at FILE:LINE
            code SUBNET_MISSING, see docs/diagnostics.md",
      }
    `);
  });

  test('where the user contradicts what the app shows', () => {
    expect(refusal(() => ({ subnetHasInternetRoute: false }))).toMatchInlineSnapshot(`
      {
        "code": "OPTIONS_CONFLICT",
        "text": "subnetHasInternetRoute says the opposite of what the app shows of subnet PublicSubnet1.
        got      false
        allowed  subnetHasInternetRoute only for imported subnets, which do not tell their routes
        write    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }

            at FILE:LINE
            code OPTIONS_CONFLICT, see docs/diagnostics.md",
      }
    `);
  });
});

describe('clients of a PptpGateway', () => {
  test('come over IPv4', () => {
    expect(refusal(() => ({ clients: Clients.from('2001:db8::/32') })).code).toBe('CLIENTS_IPV6_FOR_PPTP');
  });

  test('come from outside the VPC', () => {
    expect(refusal(() => ({ clients: Clients.from('10.20.4.0/24') }))).toMatchInlineSnapshot(`
      {
        "code": "CLIENTS_OVERLAP_VPC",
        "text": "client range 10.20.4.0/24 overlaps 10.20.0.0/16 of the VPC: answers to such clients stay inside the VPC.
        got      "10.20.4.0/24"
        allowed  ranges outside the VPC; for machines inside it, their security group
        write    clients: Clients.from(securityGroupOfTheClients)

            at FILE:LINE
            code CLIENTS_OVERLAP_VPC, see docs/diagnostics.md",
      }
    `);
    expect(refusal(() => ({ clients: Clients.from('10.0.0.0/8') })).code).toBe('CLIENTS_OVERLAP_VPC');
  });

  test('may come from the whole internet, which overlaps everything', () => {
    const { stack, vpc } = network();
    const clients = Clients.anywhereBecause('roaming sales staff; reviewed 2026-11');
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { clients }));
    expect(only(stack, 'AWS::SSM::Parameter').Properties.Value).toContain('client 0.0.0.0/0\n');
  });

  test('need two rules each, of which a security group holds 60', () => {
    const many = (count: number) => Clients.from(...Array.from({ length: count }, (_, i) => `203.0.113.${i}/32`));
    expect(refusal(() => ({ clients: many(30) }))).toMatchInlineSnapshot(`
      {
        "code": "SECURITY_GROUP_RULE_QUOTA",
        "text": "PptpGateway would need 61 rules for traffic from clients, and a security group holds 60 per direction.
        got      "30 sources of clients for TCP 1723, GRE 47"
        allowed  2 rules for each client range, and for each entry that a prefix list can hold
        write    fewer and wider ranges; or, where the quota of the account is raised, maxRulesPerDirection: 120

            at FILE:LINE
            code SECURITY_GROUP_RULE_QUOTA, see docs/diagnostics.md",
      }
    `);
    const { stack, vpc } = network();
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { clients: many(30), maxRulesPerDirection: 80 }));
    expect(only(stack, 'AWS::EC2::SecurityGroup').Properties.SecurityGroupIngress).toHaveLength(61);
  });

  test('that have no addresses at synth are chosen by the security group alone', () => {
    const { stack, vpc } = network();
    const clients = Clients.from('203.0.113.0/24', ec2.Peer.prefixList('pl-0123456789abcdef0'));
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { clients }));
    expect(only(stack, 'AWS::SSM::Parameter').Properties.Value).toBe('vpn-gateway policy 1\nclient 0.0.0.0/0\n');
    const fromList = Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroupIngress'));
    expect(fromList.map(({ Properties }) => [Properties.SourcePrefixListId, Properties.IpProtocol])).toEqual([
      ['pl-0123456789abcdef0', 'tcp'],
      ['pl-0123456789abcdef0', '47'],
    ]);
    const infos = Annotations.fromStack(stack).findInfo('*', Match.anyValue());
    expect(infos.map(({ entry }) => entry.data)).toMatchInlineSnapshot(`
      [
        "Some clients of LegacyVpn have no addresses at synth (203.0.113.0/24, prefix list pl-0123456789abcdef0): the machine's own filter lets everybody speak PPTP, and its security group alone chooses who. [ack: pptp-constructs:HOST_CANNOT_NAME_CLIENTS]",
      ]
    `);
  });
});

describe('the pool of a PptpGateway', () => {
  test('lies outside the VPC', () => {
    expect(refusal(() => ({ clientPool: '10.20.200.0/24' }))).toMatchInlineSnapshot(`
      {
        "code": "POOL_OVERLAPS_VPC",
        "text": "client pool 10.20.200.0/24 overlaps 10.20.0.0/16 of the VPC.
        got      "10.20.200.0/24"
        allowed  a private range outside the VPC, outside the clients' own networks and outside what they shall reach
        write    clientPool: '10.99.0.0/24'

            at FILE:LINE
            code POOL_OVERLAPS_VPC, see docs/diagnostics.md",
      }
    `);
  });

  test('lies outside the VPC also where it is the default, and another is proposed', () => {
    expect(refusal(() => ({}), network({ cidr: '10.99.0.0/16' }))).toMatchInlineSnapshot(`
      {
        "code": "POOL_OVERLAPS_VPC",
        "text": "client pool 10.99.0.0/24 overlaps 10.99.0.0/16 of the VPC.
        got      "10.99.0.0/24, the default"
        allowed  a private range outside the VPC, outside the clients' own networks and outside what they shall reach
        write    clientPool: '172.29.99.0/24'

            at FILE:LINE
            code POOL_OVERLAPS_VPC, see docs/diagnostics.md",
      }
    `);
  });

  test('lies outside what clients come from', () => {
    expect(
      refusal(() => ({
        clients: Clients.from('192.168.7.0/24'),
        clientPool: '192.168.0.0/16',
      })),
    ).toMatchInlineSnapshot(`
      {
        "code": "POOL_OVERLAPS_CLIENTS",
        "text": "client pool 192.168.0.0/16 overlaps 192.168.7.0/24 of the clients.
        got      "192.168.0.0/16"
        allowed  a private range outside the VPC, outside the clients' own networks and outside what they shall reach
        write    clientPool: '10.99.0.0/24'

            at FILE:LINE
            code POOL_OVERLAPS_CLIENTS, see docs/diagnostics.md",
      }
    `);
  });

  test('lies outside secondary ranges of the VPC', () => {
    const site = network();
    new ec2.CfnVPCCidrBlock(site.vpc, 'Second', {
      vpcId: site.vpc.vpcId,
      cidrBlock: '10.99.0.0/20',
    });
    expect(refusal(() => ({}), site).code).toBe('POOL_OVERLAPS_VPC');
  });

  test.each([
    ['POOL_TOO_SMALL', { clientPool: '10.99.0.0/31' }],
    ['POOL_TOO_SMALL', { clientPool: '10.99.0.0/28', maxSessions: 50 }],
    ['POOL_NOT_EXPRESSIBLE', { maxSessions: 1000 }],
    ['POOL_NOT_EXPRESSIBLE', { fixedAddresses: -1 }],
    ['CIDR_WITHOUT_MASK', { clientPool: '10.99.0.0' }],
    ['CIDR_HOST_BITS', { clientPool: '10.99.0.1/24' }],
  ])('is one that pptpd can serve: %s for %j', (code, more) => {
    expect(refusal(() => more).code).toBe(code);
  });

  test('is known at synth', () => {
    expect(
      refusal(({ stack }) => ({
        clientPool: new CfnParameter(stack, 'Pool').valueAsString,
      })),
    ).toMatchInlineSnapshot(`
      {
        "code": "TOKEN_NOT_ALLOWED",
        "text": "clientPool is a token, a value that only deployment knows, and must be known at synth.
        allowed  a literal value, or one from context or configuration, which synth can read
        write    clientPool: this.node.getContext('clientPool')

            at FILE:LINE
            code TOKEN_NOT_ALLOWED, see docs/diagnostics.md",
      }
    `);
  });
});

describe('the Elastic IP of a PptpGateway', () => {
  test.each([
    ['not an allocation id', { elasticIpAllocationId: '198.51.100.7' }],
    [
      'not an address',
      {
        elasticIpAllocationId: 'eipalloc-0123456789abcdef0',
        elasticIpAddress: 'vpn.example.com',
      },
    ],
    ['a policy for snapshots', { elasticIpRemovalPolicy: RemovalPolicy.SNAPSHOT }],
  ])('is well-formed: %s', (_, more) => {
    expect(refusal(() => more).code).toBe('ELASTIC_IP_INVALID');
  });

  test.each([
    [
      'a removal policy for one that exists',
      {
        elasticIpAllocationId: 'eipalloc-0123456789abcdef0',
        elasticIpRemovalPolicy: RemovalPolicy.RETAIN,
      },
    ],
    ['an address of none', { elasticIpAddress: '198.51.100.7' }],
    [
      'one in a private subnet',
      {
        clients: Clients.from('192.168.7.0/24'),
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        elasticIpRemovalPolicy: RemovalPolicy.RETAIN,
      },
    ],
  ])('is not contradicted: %s', (_, more) => {
    expect(refusal(() => more).code).toBe('OPTIONS_CONFLICT');
  });

  test('says so in full words', () => {
    expect(refusal(() => ({ elasticIpAllocationId: 'i-0123456789abcdef0' }))).toMatchInlineSnapshot(`
      {
        "code": "ELASTIC_IP_INVALID",
        "text": "elasticIpAllocationId is not the allocation id of an Elastic IP.
        got      "i-0123456789abcdef0"
        allowed  eipalloc- with 8 or 17 hexadecimal digits
        write    elasticIpAllocationId: 'eipalloc-0123456789abcdef0'

            at FILE:LINE
            code ELASTIC_IP_INVALID, see docs/diagnostics.md",
      }
    `);
  });

  test('is known by its address where a DNS name is asked for', () => {
    const zone = ({ stack }: Network) =>
      route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
        hostedZoneId: 'Z0123456789',
        zoneName: 'example.com',
      });
    expect(
      refusal((site) => ({
        hostedZone: zone(site),
        dnsName: 'vpn',
        elasticIpAllocationId: 'eipalloc-0123456789abcdef0',
      })),
    ).toMatchInlineSnapshot(`
      {
        "code": "ADDRESS_UNKNOWN",
        "text": "a DNS name is asked for, and the allocation id of an Elastic IP does not tell its address.
        allowed  elasticIpAddress beside elasticIpAllocationId
        write    elasticIpAddress: '198.51.100.7'

            at FILE:LINE
            code ADDRESS_UNKNOWN, see docs/diagnostics.md",
      }
    `);
    expect(refusal((site) => ({ hostedZone: zone(site) })).code).toBe('OPTIONS_CONFLICT');
    expect(refusal(() => ({ dnsName: 'vpn' })).code).toBe('OPTIONS_CONFLICT');
  });

  test('may be a token', () => {
    const { stack, vpc } = network();
    const elasticIpAllocationId = new CfnParameter(stack, 'AllocationId').valueAsString;
    const elasticIpAddress = new CfnParameter(stack, 'Address').valueAsString;
    const gateway = new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { elasticIpAllocationId, elasticIpAddress }));
    expect(stack.resolve(gateway.address)).toEqual({ Ref: 'Address' });
  });
});

describe('the users of a PptpGateway in another account', () => {
  const env = { account: '111122223333', region: 'eu-central-1' };
  const arn = 'arn:aws:secretsmanager:eu-central-1:444455556666:secret:vpn-users';

  test('need the complete ARN', () => {
    const site = network({ env });
    const usersSecret = secretsmanager.Secret.fromSecretPartialArn(site.stack, 'Users', arn);
    expect(refusal(() => ({ usersSecret }), site)).toMatchInlineSnapshot(`
      {
        "code": "USERS_SECRET_OF_OTHER_ACCOUNT",
        "text": "usersSecret belongs to account 444455556666, and its complete ARN is not given.
        allowed  the complete ARN with its six last characters, and the customer-managed key that encrypts the secret
        write    secretsmanager.Secret.fromSecretAttributes(this, 'Users', { secretCompleteArn, encryptionKey: kms.Key.fromKeyArn(this, 'UsersKey', keyArn) })

            at FILE:LINE
            code USERS_SECRET_OF_OTHER_ACCOUNT, see docs/diagnostics.md",
      }
    `);
  });

  test('need the key', () => {
    const site = network({ env });
    const usersSecret = secretsmanager.Secret.fromSecretCompleteArn(site.stack, 'Users', `${arn}-AbCdEf`);
    expect(refusal(() => ({ usersSecret }), site).code).toBe('USERS_SECRET_OF_OTHER_ACCOUNT');
  });

  test('cannot be told from users of this account in a stack for any account', () => {
    const { stack, vpc } = network();
    const usersSecret = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Users', `${arn}-AbCdEf`);
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { usersSecret }));
    expect(userDataOf(stack)).toContain(`${arn}-AbCdEf`);
  });
});

describe('the machine of a PptpGateway', () => {
  test.each([['t3'], ['T3.micro'], ['t3 micro']])('has an instance type of EC2, not %j', (name) => {
    expect(refusal(() => ({ instanceType: { toString: () => name } })).code).toBe('INSTANCE_TYPE_INVALID');
  });

  test('has an instance type that is known at synth, since the processor decides about the image', () => {
    const token = ({ stack }: Network) => new ec2.InstanceType(new CfnParameter(stack, 'Type').valueAsString);
    expect(refusal((site) => ({ instanceType: token(site) })).code).toBe('TOKEN_NOT_ALLOWED');
  });

  test('has a root volume that holds its image', () => {
    expect(refusal(() => ({ rootVolumeSize: Size.gibibytes(4) }))).toMatchInlineSnapshot(`
      {
        "code": "ROOT_VOLUME_SIZE",
        "text": "rootVolumeSize is not a size that the root volume can have.
        got      "4 GiB"
        allowed  8 to 16384 GiB
        write    rootVolumeSize: Size.gibibytes(16)

            at FILE:LINE
            code ROOT_VOLUME_SIZE, see docs/diagnostics.md",
      }
    `);
  });

  test.each([[1], [13 * 60]])('becomes ready in a time that can be waited for, not in %d minutes', (minutes) => {
    expect(refusal(() => ({ readyTimeout: Duration.minutes(minutes) })).code).toBe('READY_TIMEOUT');
  });

  test('has a role or a boundary for its role, not both', () => {
    const both = ({ stack }: Network) => ({
      role: iam.Role.fromRoleName(stack, 'Role', 'own'),
      permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'),
    });
    expect(refusal(both)).toMatchInlineSnapshot(`
      {
        "code": "OPTIONS_CONFLICT",
        "text": "permissionsBoundary is for the new role of the machine, and role brings one that exists.
        allowed  one of the two
        write    iam.PermissionsBoundary.of(role).apply(permissionsBoundary)

            at FILE:LINE
            code OPTIONS_CONFLICT, see docs/diagnostics.md",
      }
    `);
  });

  test('is no Windows', () => {
    const { stack, vpc } = network();
    const machineImage = ec2.MachineImage.latestWindows(ec2.WindowsVersion.WINDOWS_SERVER_2022_ENGLISH_FULL_BASE);
    expect(errorOf(() => new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { machineImage }))).code).toBe(
      'IMAGE_NOT_DEBIAN',
    );
  });

  test.each([
    ['HOST_OPTION_INVALID', { dnsServers: ['169.254.169.253'] }],
    ['HOST_OPTION_INVALID', { refreshMinutes: 0 }],
    ['HOST_OPTION_INVALID', { apt: { mirror: 'ftp://mirror.example.com' } }],
    ['HOST_OPTION_INVALID', { securityUpgradeRebootTime: '25:00' }],
  ])('takes from the host what the host refuses: %s for %j', (code, more) => {
    expect(refusal(() => more).code).toBe(code);
  });

  test('is refused before it exists where its user data is too long', () => {
    // No compression makes hashes shorter than half of their hexadecimal digits.
    const hashes = Array.from({ length: 300 }, (_, i) => createHash('sha256').update(`${i}`).digest('hex'));
    const mirror = `http://mirror.example.com/${hashes.join('')}`;
    expect(refusal(() => ({ apt: { mirror } })).code).toBe('USER_DATA_TOO_LARGE');
  });

  test('installs the SSM agent only by a key', () => {
    expect(refusal(() => ({ sessionManagerSigningKey: 'mQENBGTtIoIBCAD2' }))).toMatchInlineSnapshot(`
      {
        "code": "SIGNING_KEY_INVALID",
        "text": "sessionManagerSigningKey is not an OpenPGP public key in ASCII armour.
        allowed  the whole block from BEGIN to END PGP PUBLIC KEY BLOCK, as AWS publishes it for the SSM agent
        write    sessionManagerSigningKey: readFileSync('amazon-ssm-agent.asc', 'utf8')

            at FILE:LINE
            code SIGNING_KEY_INVALID, see docs/diagnostics.md",
      }
    `);
    const injected =
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQEN\nEND\nreboot\n=AbCd\n-----END PGP PUBLIC KEY BLOCK-----\nrm -rf /';
    expect(refusal(() => ({ sessionManagerSigningKey: injected })).code).toBe('SIGNING_KEY_INVALID');
  });
});

describe('RADIUS servers of a PptpGateway', () => {
  const radius = { servers: ['10.20.7.5', '10.20.7.6'] };
  const usersSecret = (stack: Stack) => secretsmanager.Secret.fromSecretNameV2(stack, 'Radius', 'vpn-radius');

  test('may be asked and reported to, and no others', () => {
    const { stack, vpc } = network();
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { radius, usersSecret: usersSecret(stack) }));
    const { SecurityGroupEgress } = only(stack, 'AWS::EC2::SecurityGroup').Properties;
    expect(SecurityGroupEgress.slice(-4)).toEqual(
      ['10.20.7.5/32', '10.20.7.6/32'].flatMap((CidrIp) =>
        [1812, 1813].map((port) => ({
          CidrIp,
          Description: 'RADIUS',
          FromPort: port,
          IpProtocol: 'udp',
          ToPort: port,
        })),
      ),
    );
    expect(machineFiles(stack).get('/etc/ppp/vpn-gateway-radius.conf')).toContain(
      'authserver 10.20.7.5:1812,10.20.7.6:1812\n',
    );
  });

  test('come with a warning about what a second factor can be', () => {
    const { stack, vpc } = network();
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { radius, usersSecret: usersSecret(stack) }));
    expect(warningsOf(stack).find((text) => text.includes('RADIUS_SECOND_FACTOR'))).toMatchInlineSnapshot(
      `"LegacyVpn asks RADIUS servers. MS-CHAPv2 carries a name and the proof of a password, and nothing else: a RADIUS server behind it can ask for a second factor only by itself, as a push notification or a call that the user approves or denies. A code cannot be typed, and where the server falls back to one (number matching), the login fails. Give the users that long to approve: timeoutSeconds 60 or more. A factor that the gateway itself verifies needs certificates. [ack: pptp-constructs:RADIUS_SECOND_FACTOR]"`,
    );
  });

  test('need a secret that the gateway shares with them', () => {
    expect(refusal(() => ({ radius }))).toMatchInlineSnapshot(`
      {
        "code": "KEYS_SECRET_MISSING",
        "text": "PptpGateway has no secret that it shares with its RADIUS servers, and would never serve: the deployment would roll back.
        allowed  a secret of Secrets Manager that holds {"radius": {"secret": "..."}, "users": []} before the machine boots
        write    usersSecret: secretsmanager.Secret.fromSecretNameV2(this, 'Radius', 'vpn-radius')

            at FILE:LINE
            code KEYS_SECRET_MISSING, see docs/diagnostics.md",
      }
    `);
  });

  test('are refused by name where they are none', () => {
    const bad = refusal(({ stack }) => ({
      radius: { servers: ['radius.example.com'] },
      usersSecret: usersSecret(stack),
    }));
    expect(bad.code).toBe('HOST_OPTION_INVALID');
    expect(bad.text.split('\n')[0]).toBe('radius.servers is not what the host can use.');
  });
});

describe('a gateway that exists already', () => {
  test('is known by all of its attributes', () => {
    const { stack } = network();
    const existing = (attributes: unknown) =>
      errorOf(() => PptpGateway.fromPptpGatewayAttributes(stack, 'Old', attributes as never));
    const securityGroup = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0');
    expect(existing({ address: '198.51.100.7' })).toMatchInlineSnapshot(`
      {
        "code": "ATTRIBUTES_MISSING",
        "text": "attributes of an existing PptpGateway lack clientPool, securityGroup.
        allowed  address, clientPool and securityGroup
        write    { address: '198.51.100.7', clientPool: '10.99.0.0/24', securityGroup }

            at FILE:LINE
            code ATTRIBUTES_MISSING, see docs/diagnostics.md",
      }
    `);
    expect(existing(undefined).code).toBe('ATTRIBUTES_MISSING');
    expect(
      existing({
        address: '198.51.100.7',
        clientPool: '10.99.0.1/24',
        securityGroup,
      }).code,
    ).toBe('CIDR_HOST_BITS');
  });
});

describe('options that are none', () => {
  test('of the way', () => {
    expect(refusal(() => ({ through: ['NAT'] }))).toMatchInlineSnapshot(`
      {
        "code": "THROUGH_UNKNOWN",
        "text": "through holds something that is not an element on the way.
        got      "NAT"
        allowed  the elements of Through
        write    through: [Through.NETWORK_FIREWALL.conditionMet()]

            at FILE:LINE
            code THROUGH_UNKNOWN, see docs/diagnostics.md",
      }
    `);
  });

  test('of the addressing', () => {
    expect(refusal(() => ({ addressing: 'routed' }))).toMatchInlineSnapshot(`
      {
        "code": "ADDRESSING_UNKNOWN",
        "text": "addressing is not a way of addressing clients.
        got      "routed"
        allowed  ClientAddressing.MASQUERADE or ClientAddressing.routed()
        write    addressing: ClientAddressing.MASQUERADE

            at FILE:LINE
            code ADDRESSING_UNKNOWN, see docs/diagnostics.md",
      }
    `);
  });
});

describe('routed clients', () => {
  test('need a way back: imported subnets must tell their route tables', () => {
    const stack = new Stack(new App(), 'Site');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a'],
      vpcCidrBlock: '10.20.0.0/16',
      publicSubnetIds: ['subnet-0123456789abcdef0'],
    });
    const site = { stack, vpc: vpc as ec2.Vpc };
    expect(refusal(() => ({ addressing: ClientAddressing.routed() }), site)).toMatchInlineSnapshot(`
      {
        "code": "ROUTE_TABLE_UNKNOWN",
        "text": "clients are routed, and imported subnets do not tell their route tables: PublicSubnet1.
        allowed  subnets that tell their route tables, or the ids of route tables
        write    addressing: ClientAddressing.routed({ routeTableIds: ['rtb-0123456789abcdef0'] })

            at FILE:LINE
            code ROUTE_TABLE_UNKNOWN, see docs/diagnostics.md",
      }
    `);
    const addressing = ClientAddressing.routed({
      routeTableIds: ['rtb-0123456789abcdef0'],
    });
    new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { addressing }));
    expect(only(stack, 'AWS::EC2::Route').Properties.RouteTableId).toBe('rtb-0123456789abcdef0');
  });
});

describe('tokens', () => {
  test('pass wherever nothing has to be decided by them', () => {
    const { stack, vpc } = network();
    const parameter = (name: string) => new CfnParameter(stack, name).valueAsString;
    new PptpGateway(
      stack,
      'LegacyVpn',
      propsFor(vpc, {
        clients: Clients.from(parameter('Clients')),
        dnsServers: [parameter('Dns')],
        dnsName: parameter('Name'),
        hostedZone: route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
          hostedZoneId: parameter('ZoneId'),
          zoneName: parameter('ZoneName'),
        }),
        rootVolumeKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/0123'),
        apt: { mirror: parameter('Mirror') },
      }),
    ).allowClientsTo(parameter('Destination'), ec2.Port.tcp(443));
    expect(only(stack, 'AWS::SSM::Parameter').Properties.Value).toEqual({
      'Fn::Join': [
        '',
        ['vpn-gateway policy 1\nclient ', { Ref: 'Clients' }, '\nto ', { Ref: 'Destination' }, ' tcp 443-443\n'],
      ],
    });
    expect(userDataOf(stack)).toContain('ms-dns <{"Ref":"Dns"}>');
  });
});
