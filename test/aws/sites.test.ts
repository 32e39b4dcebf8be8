import { Lazy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { type ClientSite, Clients } from '../../lib/aws/clients';
import { Ikev2Gateway } from '../../lib/aws/ikev2-gateway';
import { ManagedOpenVpnGateway } from '../../lib/aws/managed-openvpn-gateway';
import { MigrationGateway } from '../../lib/aws/migration-gateway';
import { PptpGateway } from '../../lib/aws/pptp-gateway';
import { Successor } from '../../lib/aws/successor';
import { Through } from '../../lib/aws/through';
import { Vpn } from '../../lib/aws/vpn';
import { VpnGateway } from '../../lib/aws/vpn-gateway';
import { Fleet } from '../../lib/clients';
import { explainPaths } from '../../lib/feasibility';
import { Accepted, Insecure } from '../../lib/flows';
import { Sunset } from '../../lib/migration';
import { errorOf } from '../support/messages';
import { network, propsFor, REASON, warningsOf } from './gateway';

const windows = Fleet.of({ device: 'windows-11', count: 40 });
const plcs = Fleet.of({ device: 'pptp-only-device', count: 3 });
const routers = Fleet.of({ device: 'routeros-7', count: 2 });

const office: ClientSite = {
  name: 'office',
  clients: Clients.from('203.0.113.0/24'),
};
const homes: ClientSite = {
  name: 'homes',
  clients: Clients.from('198.51.100.0/24', '203.0.113.128/25'),
};

const arn = 'arn:aws:acm:eu-central-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef';
const managed = Vpn.openVpnManaged({
  clientCidr: '10.100.0.0/22',
  serverCertificateArn: arn,
  clientCertificateArn: arn,
  acceptsAnyClientAddress: Accepted.because('certificates on managed devices; approved 2026-11'),
});
const pptp = Vpn.pptp({ insecure: Insecure.because(REASON) });

function site() {
  const { stack, vpc } = network();
  const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Keys', 'vpn-keys');
  const ikev2 = Vpn.ikev2({
    secret,
    serverName: 'vpn.example.com',
    authentication: ['certificate'],
    routes: 'everything',
  });
  return { stack, vpc, secret, ikev2, wireGuard: Vpn.wireGuard({ secret }) };
}

/** Each inbound rule of the only security group: protocol, ports, source. */
function inboundRules(stack: ReturnType<typeof site>['stack']): string[] {
  const [group] = Object.values(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup'));
  return group?.Properties.SecurityGroupIngress.map((rule: Record<string, unknown>) =>
    [rule.IpProtocol, rule.FromPort, rule.CidrIp].join(' '),
  );
}

describe('a gateway for several sites', () => {
  test('has a verdict for each way, which its plan shows', () => {
    const { stack, vpc } = site();
    const clients = Clients.atSites(office, {
      ...homes,
      through: [Through.CARRIER_NAT],
    });
    const gateway = new VpnGateway(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [pptp],
    });
    expect(gateway.choice.chosen?.verdicts.map(({ path, result }) => [path.from, result])).toEqual([
      ['office (203.0.113.0/24)', 'works'],
      ['homes (198.51.100.0/24, 203.0.113.128/25)', 'unverified'],
    ]);
    expect(explainPaths(gateway.choice.chosen!)).toBe(
      'office (203.0.113.0/24): PPTP works\n' +
        'homes (198.51.100.0/24, 203.0.113.128/25): PPTP is not certain to work (GRE (IP protocol 47) not certain to pass the carrier-grade NAT of an internet provider (CGNAT))',
    );
    expect((gateway.server as PptpGateway).verdicts).toHaveLength(2);
    expect(
      VpnGateway.assess(stack, {
        vpc,
        clients,
        protocols: [pptp],
      }).assessed.map(({ result }) => result),
    ).toEqual(['unverified']);
  });

  test('has several ways from one site whose clients come in several ways', () => {
    const { stack, vpc } = site();
    const clients = Clients.atSites({
      ...office,
      clients: Clients.from('203.0.113.0/24', '192.168.40.0/24'),
    });
    const verdicts = PptpGateway.assess(propsFor(vpc, { clients, through: [Through.DIRECT_CONNECT] }));
    expect(verdicts.map(({ path }) => path.from)).toEqual(['office (203.0.113.0/24)', 'office (192.168.40.0/24)']);
    expect(stack.node.children.map(({ node }) => node.id)).not.toContain('LegacyVpn');
  });

  test('opens the ranges of every site, and no address twice', () => {
    const { stack, vpc, wireGuard } = site();
    new VpnGateway(stack, 'Vpn', {
      vpc,
      clients: Clients.atSites(office, homes),
      protocols: [wireGuard],
    });
    expect(inboundRules(stack).filter((rule) => rule.includes('51820'))).toEqual([
      'udp 51820 203.0.113.0/24',
      'udp 51820 198.51.100.0/24',
    ]);
  });

  test('keeps sources apart that only their place tells apart', () => {
    const token = (value: string) => Lazy.string({ produce: () => value });
    const clients = Clients.atSites(
      { clients: Clients.from(token('203.0.113.0/24')) },
      { clients: Clients.from(token('198.51.100.0/24')) },
    );
    expect(clients.entries.map(({ id }) => id)).toEqual(['Source1', 'Source2']);
  });

  test('is refused with the verdict of the way that stops it', () => {
    const { stack, vpc } = site();
    const clients = Clients.atSites(office, {
      ...homes,
      through: [Through.CLIENT_NAT_GATEWAY],
    });
    const { code, text } = errorOf(() => new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, { clients })));
    expect(code).toBe('GRE_DROPPED_BY_NAT_GATEWAY');
    expect(text).toMatchInlineSnapshot(`
      "PPTP cannot reach LegacyVpn: GRE (IP protocol 47) does not arrive.

        homes (198.51.100.0/24, 203.0.113.128/25) -> clients' NAT gateway -> internet -> internet gateway -> VPC -> security group -> host filter -> gateway
                                                     x GRE dropped, both directions
        TCP 1723  carried by every hop
        GRE 47    dropped by the AWS NAT gateway in front of the clients. [Amazon VPC User Guide: NAT gateway basics,
                  read 2026-11]
                  A NAT gateway translates TCP, UDP and ICMP only, so it drops GRE (IP protocol 47).
                  To change it: give the clients addresses of their own, or a NAT instance with the PPTP helper

        What works on every path, in place of PptpGateway:
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

describe('a gateway for devices', () => {
  test('speaks what is built into most of them, whatever the order', () => {
    const { stack, vpc, ikev2, wireGuard } = site();
    const clients = Clients.atSites({ ...office, fleet: windows });
    const gateway = new VpnGateway(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [wireGuard, ikev2],
    });
    expect(gateway.server).toBeInstanceOf(Ikev2Gateway);
    expect(warningsOf(stack).filter((text) => text.includes('SWAPPED'))).toMatchInlineSnapshot(`
      [
        "Vpn is built as IKEv2 by a Debian machine with strongSwan: WireGuard is built into 0 of 40 devices, and IKEv2 into 40. A Debian machine with strongSwan: about 2 to 5 minutes to create, billed as one small EC2 instance and one public IPv4 address. Clients: built into Windows, macOS, iOS and Android 11 and later. [ack: pptp-constructs:PROTOCOL_SWAPPED]",
      ]
    `);
  });

  test('of what is built into as many, speaks the stronger', () => {
    const { stack, vpc, ikev2 } = site();
    const clients = Clients.atSites({ ...office, fleet: windows });
    const gateway = new VpnGateway(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [pptp, ikev2],
    });
    expect(gateway.server).toBeInstanceOf(Ikev2Gateway);
    expect(warningsOf(stack).filter((text) => text.includes('SWAPPED'))).toMatchInlineSnapshot(`
      [
        "Vpn is built as IKEv2 by a Debian machine with strongSwan: PPTP is the weaker one: Whoever records one login can read and change the calls of that user and log in as that user. A Debian machine with strongSwan: about 2 to 5 minutes to create, billed as one small EC2 instance and one public IPv4 address. Clients: built into Windows, macOS, iOS and Android 11 and later. [ack: pptp-constructs:PROTOCOL_SWAPPED]",
      ]
    `);
  });

  test('is PPTP where some speak nothing else', () => {
    const { stack, vpc, ikev2 } = site();
    const clients = Clients.atSites({ ...office, fleet: windows }, { ...homes, fleet: plcs });
    const gateway = new VpnGateway(stack, 'Vpn', {
      vpc,
      clients,
      protocols: [ikev2, pptp],
    });
    expect(gateway.server).toBeInstanceOf(PptpGateway);
    expect(warningsOf(stack).filter((text) => text.includes('SWAPPED'))).toMatchInlineSnapshot(`
      [
        "Vpn is built as PPTP by a Debian machine with pptpd: IKEv2 serves 40 of 43 devices. A Debian machine with pptpd: about 5 to 10 minutes to create, billed as one small EC2 instance and one public IPv4 address. Clients: built into Windows; no longer into macOS, iOS and Android. [ack: pptp-constructs:PROTOCOL_SWAPPED]",
      ]
    `);
  });

  test('is AWS Client VPN where every device has an OpenVPN-based program, and not for routers', () => {
    const { stack, vpc } = site();
    const forOffice = Clients.atSites({ ...office, fleet: windows });
    const gateway = new VpnGateway(stack, 'Vpn', {
      vpc,
      clients: forOffice,
      protocols: [managed],
    });
    expect(gateway.server).toBeInstanceOf(ManagedOpenVpnGateway);

    const clients = Clients.atSites({ ...office, fleet: windows }, { ...homes, fleet: routers });
    const other = new VpnGateway(stack, 'Other', {
      vpc,
      clients,
      protocols: [managed, pptp],
    });
    expect(other.server).toBeInstanceOf(PptpGateway);
    const { code, text } = errorOf(() => new VpnGateway(stack, 'Third', { vpc, clients, protocols: [managed] }));
    expect(code).toBe('CLIENTS_LEFT_OUT');
    expect(text).toMatchInlineSnapshot(`
      "OpenVPN does not serve every client of Third: 2 of 42 devices are left out.

        OpenVPN by AWS Client VPN serves 40 of 42 devices, 0 of them with it built in.
          Left out: 2 devices from homes (198.51.100.0/24, 203.0.113.128/25) (MikroTik RouterOS 7: 2)
            MikroTik RouterOS 7 runs no OpenVPN-based program, and AWS names nothing else as a client of AWS Client
              VPN.
            To serve them: offer IKEv2 by a Debian machine with strongSwan beside it. Cost: a second server to run,
              billed as one small EC2 instance and one public IPv4 address.
            To serve them: offer WireGuard by a Debian machine with WireGuard beside it. Cost: a second server to run,
              billed as one small EC2 instance and one public IPv4 address.

        What serves all of them, in place of VpnGateway:
          IKEv2      built into Windows, macOS, iOS and Android 11 and later; a Debian machine with strongSwan, about
                     2 to 5 minutes to create, billed as one small EC2 instance and one public IPv4 address
                     new VpnGateway(this, 'Vpn', { protocols: [Vpn.ikev2({ secret, ... })], ... })
          WireGuard  built into Linux; an app for Windows, macOS, iOS and Android; a Debian machine with WireGuard,
                     about 2 to 5 minutes to create, billed as one small EC2 instance and one public IPv4 address
                     new VpnGateway(this, 'Vpn', { protocols: [Vpn.wireGuard({ secret })], ... })

            at FILE:LINE
            code CLIENTS_LEFT_OUT, see docs/diagnostics.md"
    `);
  });

  test('is refused with who is left out, why, and what would serve them at what cost', () => {
    const { stack, vpc, ikev2 } = site();
    const clients = Clients.atSites({ ...office, fleet: windows }, { ...homes, name: 'plant 4', fleet: plcs });
    const { code, text } = errorOf(() => new VpnGateway(stack, 'Vpn', { vpc, clients, protocols: [ikev2] }));
    expect(code).toBe('CLIENTS_LEFT_OUT');
    expect(text).toMatchInlineSnapshot(`
      "IKEv2 does not serve every client of Vpn: 3 of 43 devices are left out.

        IKEv2 by a Debian machine with strongSwan serves 40 of 43 devices, 40 of them with it built in.
          Left out: 3 devices from plant 4 (198.51.100.0/24, 203.0.113.128/25) (device that speaks only PPTP (PLC,
            camera, old router): 3)
            Device that speaks only PPTP (PLC, camera, old router) has no client for IKEv2.
            To serve them: offer PPTP by a Debian machine with pptpd beside it. Cost: a second server to run, billed
              as one small EC2 instance and one public IPv4 address; its cryptography is broken.

        Nothing that this library builds serves all of them alone.

            at FILE:LINE
            code CLIENTS_LEFT_OUT, see docs/diagnostics.md"
    `);
  });

  test('in a migration needs a client for one of the two', () => {
    const { stack, vpc, secret } = site();
    const clients = Clients.atSites({ ...office, fleet: Fleet.of({ device: 'ios' }) }, { ...homes, fleet: plcs });
    const props = {
      ...propsFor(vpc, { clients }),
      secret,
      successor: Successor.wireGuard({}),
      sunset: Sunset.on('2027-06-30'),
    };
    const gateway = new MigrationGateway(stack, 'Vpn', props);
    expect(gateway.verdicts.map(({ protocol, path }) => [protocol.id, path.from])).toEqual([
      ['pptp', 'office (203.0.113.0/24)'],
      ['pptp', 'homes (198.51.100.0/24, 203.0.113.128/25)'],
      ['wireguard', 'office (203.0.113.0/24)'],
      ['wireguard', 'homes (198.51.100.0/24, 203.0.113.128/25)'],
    ]);
  });
});

describe('sites that are refused', () => {
  test('one with a fleet whose clients come by several ways', () => {
    const { vpc } = site();
    const clients = Clients.atSites({
      clients: Clients.from('203.0.113.0/24', '192.168.40.0/24'),
      fleet: windows,
    });
    const { code, text } = errorOf(() => PptpGateway.assess(propsFor(vpc, { clients })));
    expect(code).toBe('SITE_INVALID');
    expect(text).toMatchInlineSnapshot(`
      "the site of 203.0.113.0/24, 192.168.40.0/24 says which devices call, and its clients come by several ways.
        got      ["client 203.0.113.0/24", "client 192.168.40.0/24"]
        allowed  clients that all come over the internet, all over a private network, or all from inside the VPC
        write    a site for each way, with the devices that come by it

            at FILE:LINE
            code SITE_INVALID, see docs/diagnostics.md"
    `);
  });

  test.each<[string, () => unknown, string]>([
    ['none at all', () => Clients.atSites(), 'SITE_INVALID'],
    ['no clients', () => Clients.atSites({ name: 'office' } as never), 'SITE_INVALID'],
    ['sites within a site', () => Clients.atSites({ clients: Clients.atSites(office) }), 'SITE_INVALID'],
    ['a name twice', () => Clients.atSites(office, { ...homes, name: 'office' }), 'SITE_DUPLICATE'],
    ['a fleet for one of two', () => Clients.atSites(office, { ...homes, fleet: plcs }), 'SITE_FLEET_MISSING'],
    ['an element that is none', () => Clients.atSites({ ...office, through: ['nat'] as never }), 'THROUGH_UNKNOWN'],
  ])('%s', (_, act, code) => {
    expect(errorOf(act).code).toBe(code);
  });

  test('leave nothing behind', () => {
    const { stack, vpc, ikev2 } = site();
    const before = stack.node.findAll().length;
    const clients = Clients.atSites({ ...office, fleet: plcs });
    expect(errorOf(() => new VpnGateway(stack, 'Vpn', { vpc, clients, protocols: [ikev2] })).code).toBe(
      'CLIENTS_LEFT_OUT',
    );
    expect(stack.node.findAll()).toHaveLength(before);
  });
});

test('clients at sites are those of all of them, and anywhere with the reason of the site that is', () => {
  const group = ec2.SecurityGroup.fromSecurityGroupId(network().stack, 'Group', 'sg-0123456789abcdef0');
  const mixed = Clients.atSites({ clients: Clients.from(group) }, office, homes);
  expect(String(mixed)).toBe('security group sg-0123456789abcdef0, 203.0.113.0/24, 198.51.100.0/24');
  const anywhere = Clients.atSites(office, {
    clients: Clients.anywhereBecause('roaming sales staff'),
  });
  expect([anywhere.cidrTexts, anywhere.anywhereReason]).toEqual([['0.0.0.0/0'], 'roaming sales staff']);
});
