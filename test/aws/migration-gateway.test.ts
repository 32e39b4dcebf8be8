import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { ClientAddressing } from '../../lib/aws/client-addressing';
import { Clients } from '../../lib/aws/clients';
import { MigrationGateway, type MigrationGatewayProps } from '../../lib/aws/migration-gateway';
import { Successor } from '../../lib/aws/successor';
import { Through } from '../../lib/aws/through';
import { Insecure } from '../../lib/flows';
import { Sunset } from '../../lib/migration';
import { errorOf } from '../support/messages';
import { machineFiles, network, only, REASON, userDataOf, warningIdsOf, warningsOf } from './gateway';

const INSTANCE = 'AWS::EC2::Instance';
const CERTIFICATES = {
  serverName: 'vpn.example.com',
  authentication: ['certificate'],
  routes: 'everything',
} as const;

/** The sunset on 2027-06-30, seen on this day. */
function seenOn(day: string): Sunset {
  return Sunset.on('2027-06-30', { clock: () => new Date(day) });
}

function migration(more: Partial<MigrationGatewayProps> = {}, site = network()) {
  const { stack, vpc } = site;
  const gateway = new MigrationGateway(stack, 'LegacyVpn', {
    vpc,
    clients: Clients.from('203.0.113.0/24'),
    insecure: Insecure.because(REASON),
    successor: Successor.wireGuard(),
    secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'vpn-keys'),
    sunset: seenOn('2026-11-22'),
    ...more,
  });
  return { ...site, gateway };
}

function refusal(more: object): { code: string; text: string } {
  const site = network();
  const error = errorOf(() => migration(more as Partial<MigrationGatewayProps>, site));
  expect(site.stack.node.tryFindChild('LegacyVpn')).toBeUndefined();
  return error;
}

describe('a MigrationGateway', () => {
  const { stack, gateway } = migration();

  test('lets in PPTP and its successor, both from its clients alone', () => {
    const { Properties } = only(stack, 'AWS::EC2::SecurityGroup');
    expect(
      Properties.SecurityGroupIngress.map((rule: Record<string, unknown>) => [
        rule.IpProtocol,
        rule.FromPort,
        rule.CidrIp,
      ]),
    ).toEqual([
      ['tcp', 1723, '203.0.113.0/24'],
      ['47', undefined, '203.0.113.0/24'],
      ['udp', 51820, '203.0.113.0/24'],
      ['icmp', 3, '0.0.0.0/0'],
    ]);
    expect(Properties.GroupDescription).toBe(
      'PPTP and WireGuard gateway: TCP 1723, GRE (IP protocol 47) and UDP 51820 from its clients',
    );
  });

  test('is one machine with one address and one secret', () => {
    Template.fromStack(stack).resourceCountIs(INSTANCE, 1);
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
    expect([gateway.clientPool, gateway.successorPool]).toEqual(['10.99.0.0/24', '10.99.1.0/24']);
  });

  test('has both servers on it, PPTP with half of its pool set aside for users with addresses', () => {
    const files = machineFiles(stack);
    expect(files.get('/usr/local/sbin/vpn-gateway-apply')).toContain('SERVERS = [Pptp(), WireGuard()]');
    expect(files.get('/etc/vpn-gateway/settings')).toContain('export pptp_fixed=10.99.0.129-254\n');
    expect(files.get('/etc/vpn-gateway/settings')).toContain('export wireguard_pool=10.99.1.0/24\n');
  });

  test('says in the template until when, and why PPTP at all', () => {
    const { Metadata } = only(stack, INSTANCE);
    expect(Metadata['pptp-constructs']).toEqual({ insecureBecause: REASON });
    expect(Metadata['pptp-constructs-sunset']).toEqual({
      lastDay: '2027-06-30',
    });
    const renewed = seenOn('2027-09-01').renewedUntil('2027-12-31', 'the PLCs of plant 4 come in November');
    expect(only(migration({ sunset: renewed }).stack, INSTANCE).Metadata['pptp-constructs-sunset']).toEqual({
      lastDay: '2027-12-31',
      renewedBecause: 'the PLCs of plant 4 come in November',
    });
  });

  test('lets routed clients of both pools to a destination, and back', () => {
    const site = migration({ addressing: ClientAddressing.routed() });
    const database = new ec2.SecurityGroup(site.stack, 'Database', {
      vpc: site.vpc,
    });
    site.gateway.allowClientsTo(database, ec2.Port.tcp(5432));
    const { SecurityGroupIngress } = only(site.stack, 'AWS::EC2::SecurityGroup', 'Database').Properties;
    expect(SecurityGroupIngress.map((rule: Record<string, unknown>) => rule.CidrIp)).toEqual([
      '10.99.0.0/24',
      '10.99.1.0/24',
    ]);
    const routes = Object.values(Template.fromStack(site.stack).findResources('AWS::EC2::Route'))
      .filter(({ Properties }) => Properties.InstanceId !== undefined)
      .map(({ Properties }) => Properties.DestinationCidrBlock);
    expect(routes.filter((cidr) => cidr === '10.99.0.0/24')).toHaveLength(6);
    expect(routes.filter((cidr) => cidr === '10.99.1.0/24')).toHaveLength(6);
  });

  test.each([
    ['nftables', 'WireGuard', Successor.wireGuard()],
    ['iptables', 'WireGuard', Successor.wireGuard()],
    ['nftables', 'IKEv2', Successor.ikev2(CERTIFICATES)],
    ['iptables', 'IKEv2', Successor.ikev2(CERTIFICATES)],
    ['nftables', 'OpenVPN', Successor.openVpn()],
    ['iptables', 'OpenVPN', Successor.openVpn()],
  ] as const)('fits into user data with %s and %s, whatever else is on it', (packetFilter, _, successor) => {
    const site = network();
    const journalLogGroup = new logs.LogGroup(site.stack, 'Journal');
    const { stack: own } = migration({ packetFilter, successor, journalLogGroup, greFilter: 'helper' }, site);
    expect(Buffer.byteLength(userDataOf(own))).toBeLessThanOrEqual(16_384);
    expect(machineFiles(own).has('/etc/pptpd.conf')).toBe(true);
  });
});

describe('the sunset of a MigrationGateway', () => {
  test('keeps quiet until the last day', () => {
    expect(warningIdsOf(migration({ sunset: seenOn('2027-06-30T23:59:59Z') }).stack)).toEqual(['PPTP_INSECURE']);
  });

  test('warns in the days of grace', () => {
    const warnings = warningsOf(migration({ sunset: seenOn('2027-07-01') }).stack);
    expect(warnings.find((text) => text.includes('SUNSET_GRACE'))).toMatchInlineSnapshot(
      `"The last day of PPTP on LegacyVpn was 2027-06-30: from 2027-07-31 on, synth fails. Move those who still dial PPTP, and write the gateway of its successor in place of this one; or put the day off, with a reason: sunset.renewedUntil(day, reason). [ack: pptp-constructs:SUNSET_GRACE]"`,
    );
  });

  test('fails after them, before anything exists', () => {
    expect(refusal({ sunset: seenOn('2027-07-31') })).toMatchInlineSnapshot(`
      {
        "code": "SUNSET_OVER",
        "text": "Site/LegacyVpn: the last day of PPTP was 2027-06-30, and since 2027-07-31 synth refuses to build it again.
        allowed  the gateway of its successor alone; or a later day, with a reason that reviewers read in the template
        write    sunset: Sunset.on('2027-06-30').renewedUntil('<a later day>', 'the PLCs of plant 4 come in November')

            at FILE:LINE
            code SUNSET_OVER, see docs/diagnostics.md",
      }
    `);
  });

  test('is judged anew once it is put off', () => {
    const renewed = seenOn('2027-09-01').renewedUntil('2027-12-31', 'the PLCs of plant 4 come in November');
    expect(warningIdsOf(migration({ sunset: renewed }).stack)).toEqual(['PPTP_INSECURE']);
    expect(
      refusal({
        sunset: seenOn('2028-02-01').renewedUntil('2027-12-31', 'the PLCs come late'),
      }).code,
    ).toBe('SUNSET_OVER');
  });

  test('takes the day of the context before that of the clock', () => {
    const on = (today: string) => {
      const stack = new Stack(new App({ context: { 'pptp-constructs:today': today } }), 'Site');
      const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0 });
      return migration({ sunset: seenOn('2099-01-01') }, { stack, vpc });
    };
    expect(warningIdsOf(on('2026-11-22').stack)).toEqual(['PPTP_INSECURE']);
    expect(warningIdsOf(on('2027-07-15').stack)).toContain('SUNSET_GRACE');
    expect(errorOf(() => on('2027-08-01')).code).toBe('SUNSET_OVER');
    expect(errorOf(() => on('tomorrow'))).toMatchInlineSnapshot(`
      {
        "code": "SUNSET_INVALID",
        "text": "Site/LegacyVpn: the context pptp-constructs:today is not a day.
        got      "tomorrow"
        allowed  a day as YYYY-MM-DD
        write    cdk synth -c pptp-constructs:today=2026-11-22

            at FILE:LINE
            code SUNSET_INVALID, see docs/diagnostics.md",
      }
    `);
  });

  test('goes by the real clock where none is given', () => {
    expect(errorOf(() => migration({ sunset: Sunset.on('2020-01-01') })).code).toBe('SUNSET_OVER');
  });

  test('leaves the template alone: it is the same on every day', () => {
    const templateOn = (day: string) => Template.fromStack(migration({ sunset: seenOn(day) }).stack).toJSON();
    expect(templateOn('2027-07-15')).toEqual(templateOn('2026-11-22'));
  });
});

describe('a MigrationGateway is refused', () => {
  test('without a sunset', () => {
    expect(refusal({ sunset: '2027-06-30' })).toMatchInlineSnapshot(`
      {
        "code": "SUNSET_INVALID",
        "text": "Site/LegacyVpn: MigrationGateway has no day on which PPTP ends.
        got      "2027-06-30"
        allowed  a day, as Sunset.on
        write    sunset: Sunset.on('2027-06-30')

            at FILE:LINE
            code SUNSET_INVALID, see docs/diagnostics.md",
      }
    `);
  });

  test('without a successor', () => {
    expect(refusal({ successor: 'wireguard' })).toMatchInlineSnapshot(`
      {
        "code": "SUCCESSOR_UNKNOWN",
        "text": "successor is not a server that takes the place of PPTP.
        got      "wireguard"
        allowed  Successor.ikev2({ ... }), Successor.wireGuard() or Successor.openVpn()
        write    successor: Successor.wireGuard()

            at FILE:LINE
            code SUCCESSOR_UNKNOWN, see docs/diagnostics.md",
      }
    `);
  });

  test('without the keys of its successor', () => {
    expect(refusal({ secret: undefined })).toMatchInlineSnapshot(`
      {
        "code": "KEYS_SECRET_MISSING",
        "text": "MigrationGateway has no secret that holds its keys, and a server without keys never serves: the deployment would roll back.
        allowed  a secret of Secrets Manager that holds what \`npx pptp-constructs keys wireguard\` made, before the machine boots
        write    secret: secretsmanager.Secret.fromSecretNameV2(this, 'Keys', 'vpn-keys')

            at FILE:LINE
            code KEYS_SECRET_MISSING, see docs/diagnostics.md",
      }
    `);
  });

  test('without a reason for PPTP', () => {
    expect(refusal({ insecure: undefined }).code).toBe('INSECURE_WITHOUT_REASON');
  });

  test('with pools that do not match', () => {
    expect(refusal({ clientPool: '10.98.0.0/23' })).toMatchInlineSnapshot(`
      {
        "code": "MIGRATION_POOLS",
        "text": "the pools of PPTP and of its successor differ in size, and a user has the same place in both.
        got      "10.98.0.0/23 and 10.99.1.0/24"
        allowed  two ranges of one size, apart from each other
        write    clientPool: '10.99.0.0/24', successorPool: '10.99.1.0/24'

            at FILE:LINE
            code MIGRATION_POOLS, see docs/diagnostics.md",
      }
    `);
    expect(refusal({ successorPool: '10.99.0.0/24' }).text.split('\n')[0]).toBe(
      'the pools of PPTP and of its successor overlap.',
    );
    expect(refusal({ successorPool: '10.20.1.0/24' }).text).toContain("write    successorPool: '10.99.0.0/24'");
  });

  test('for clients with IPv6 addresses', () => {
    expect(refusal({ clients: Clients.from('2001:db8::/32') }).code).toBe('CLIENTS_IPV6_FOR_PPTP');
  });

  test('for bad options of its successor', () => {
    expect(refusal({ successor: Successor.wireGuard({ port: 0 }) }).code).toBe('HOST_OPTION_INVALID');
    expect(refusal({ successor: Successor.ikev2(undefined as never) }).code).toBe('HOST_OPTION_INVALID');
  });

  test('where PPTP cannot reach it, with its successor alone among what can', () => {
    const { code, text } = refusal({ through: [Through.CLIENT_NAT_GATEWAY] });
    expect(code).toBe('GRE_DROPPED_BY_NAT_GATEWAY');
    expect(text.split('\n')[0]).toBe('PPTP cannot reach LegacyVpn: GRE (IP protocol 47) does not arrive.');
    expect(text).toContain('Vpn.wireGuard({ secret })');
  });

  test('where neither can, with both of them explained', () => {
    const { text } = refusal({
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    });
    expect(text.split('\n')[0]).toBe('Nothing asked for can reach LegacyVpn: PPTP, WireGuard.');
  });
});

describe('a successor that is IKEv2', () => {
  test('is warned about where it takes the passwords of PPTP', () => {
    const successor = Successor.ikev2({
      ...CERTIFICATES,
      authentication: ['eap-mschapv2'],
    });
    const warnings = warningsOf(migration({ successor }).stack);
    expect(warnings.find((text) => text.includes('MIGRATION_SHARES_PASSWORDS'))).toMatchInlineSnapshot(
      `"Users of LegacyVpn log in to IKEv2 with the password that they have for PPTP. Whoever records one PPTP login can find it, and then log in to both. Let the successor ask for certificates, or change every password on the day on which PPTP ends. [ack: pptp-constructs:MIGRATION_SHARES_PASSWORDS]"`,
    );
  });

  test('is not where it takes certificates', () => {
    expect(warningIdsOf(migration({ successor: Successor.ikev2(CERTIFICATES) }).stack)).toEqual(['PPTP_INSECURE']);
  });
});
