import { Fleet } from 'pptp-constructs';
import {
  Clients,
  explainPaths,
  Ikev2Gateway,
  ManagedIkev2Gateway,
  PptpGateway,
  Through,
  TunnelType,
  Vpn,
  VpnGateway,
  type VpnGatewayProps,
  WireGuardGateway,
} from 'pptp-constructs/azure';
import { Through as GoogleThrough } from 'pptp-constructs/google';
import {
  annotations,
  insecure,
  machine,
  managed,
  networkOf,
  only,
  plant,
  synthesised,
  textOf,
  thrown,
} from './support';

const windows = Fleet.of({ device: 'windows-11', count: 40 });
const phones = Fleet.of({ device: 'android-12', count: 12 });
const plcs = Fleet.of({ device: 'pptp-only-device', count: 3 });

const office = { name: 'office', clients: Clients.from('203.0.113.0/24') };
const homes = {
  name: 'homes',
  clients: Clients.from('198.51.100.0/24', '203.0.113.128/25'),
};

const strongSwan = {
  ...machine,
  serverName: 'vpn.plant4.example',
  authentication: ['eap-tls'] as const,
  routes: 'everything' as const,
};
const ikev2 = Vpn.ikev2(strongSwan);
const managedIkev2 = Vpn.ikev2Managed(managed);
const wireGuard = Vpn.wireGuard(machine);

type Change = Partial<VpnGatewayProps> & Pick<VpnGatewayProps, 'clients' | 'protocols'>;

function build(change: Change) {
  const stack = plant();
  return {
    stack,
    vpn: new VpnGateway(stack, 'Vpn', {
      virtualNetwork: networkOf(stack),
      ...change,
    }),
  };
}

function refused(change: Change) {
  const stack = plant();
  const virtualNetwork = networkOf(stack);
  return thrown(() => new VpnGateway(stack, 'Vpn', { virtualNetwork, ...change }), stack);
}

describe('a gateway for several sites', () => {
  test('has a verdict for each way, which its plan shows', () => {
    const sites = Clients.atSites(office, {
      ...homes,
      through: [Through.CLIENT_NAT],
    });
    const { vpn } = build({ clients: sites, protocols: [wireGuard] });
    expect(vpn.choice.chosen?.verdicts.map(({ path, result }) => [path.from, result])).toEqual([
      ['office (203.0.113.0/24)', 'works'],
      ['homes (198.51.100.0/24, 203.0.113.128/25)', 'works'],
    ]);
    expect(explainPaths(vpn.choice.chosen!)).toBe(
      'office (203.0.113.0/24): WireGuard works\nhomes (198.51.100.0/24, 203.0.113.128/25): WireGuard works',
    );
    expect((vpn.server as WireGuardGateway).verdicts).toHaveLength(2);
  });

  test('has the elements of a site on the way of that site alone, before those of every way', () => {
    const sites = Clients.atSites(office, {
      ...homes,
      through: [Through.CARRIER_NAT],
    });
    const { vpn } = build({
      clients: sites,
      through: [Through.NETWORK_VIRTUAL_APPLIANCE.conditionMet()],
      protocols: [wireGuard],
    });
    expect(vpn.choice.assessed[0]?.candidate.paths.map(({ hops }) => hops.map(({ element }) => element.id))).toEqual([
      [
        'any.internet',
        'azure.public-ip',
        'azure.network-virtual-appliance',
        'azure.virtual-network',
        'azure.network-security-group',
      ],
      [
        'any.carrier-nat',
        'any.internet',
        'azure.public-ip',
        'azure.network-virtual-appliance',
        'azure.virtual-network',
        'azure.network-security-group',
      ],
    ]);
  });

  test('opens the ranges of every site, and no address twice', () => {
    const { stack } = build({
      clients: Clients.atSites(office, homes),
      protocols: [wireGuard],
    });
    const rules = Object.values(synthesised(stack).azurerm_network_security_rule ?? {}).filter(
      ({ source_address_prefixes: from }) => from !== undefined,
    );
    expect(rules.map((rule) => [rule.protocol, rule.destination_port_range, rule.source_address_prefixes])).toEqual([
      ['Udp', '51820', ['203.0.113.0/24', '198.51.100.0/24']],
    ]);
  });

  test('has a public address where one site comes over the internet, and none where all come over private networks', () => {
    const between = { ...homes, through: [Through.EXPRESSROUTE] };
    const { stack } = build({
      clients: Clients.atSites(office, between),
      protocols: [wireGuard],
    });
    expect(Object.keys(synthesised(stack))).toContain('azurerm_public_ip');
    const all = Clients.atSites({ ...office, through: [Through.SITE_TO_SITE_VPN] }, between);
    const other = build({ clients: all, protocols: [wireGuard] });
    expect(Object.keys(synthesised(other.stack))).not.toContain('azurerm_public_ip');
  });

  test('is what works on every way, not only on most', () => {
    const { vpn } = build({
      clients: Clients.atSites(office, {
        ...homes,
        through: [Through.EXPRESSROUTE],
      }),
      protocols: [managedIkev2, wireGuard],
    });
    expect(vpn.server).toBeInstanceOf(WireGuardGateway);
    expect(annotations(vpn)).toMatchInlineSnapshot(`
      [
        "WARN: PROTOCOL_SWAPPED: plant4/Vpn is built as WireGuard by a Debian machine with WireGuard: IKEv2 is not certain to work on every path (UDP 500 not certain to pass the Azure VPN Gateway (point-to-site); UDP 4500 not certain to pass the Azure VPN Gateway (point-to-site)). A Debian machine with WireGuard: about 5 minutes to create, billed as one small virtual machine and one public IP address. Clients: built into Linux; an app for Windows, macOS, iOS and Android.",
      ]
    `);
  });

  test('is refused with the verdict of every way that stops it', () => {
    const stack = plant();
    const clients = Clients.atSites(office, {
      ...homes,
      through: [Through.CLIENT_NAT_GATEWAY],
    });
    const props = { virtualNetwork: networkOf(stack), clients, insecure };
    const error = thrown(() => new PptpGateway(stack, 'LegacyVpn', props), stack);
    expect(error.code).toBe('GRE_DROPPED_BY_FABRIC');
    expect(textOf(error)).toMatchSnapshot();
    expect(PptpGateway.assess(props).map(({ path, result }) => [path.from, result])).toEqual([
      ['office (203.0.113.0/24)', 'cannot-work'],
      ['homes (198.51.100.0/24, 203.0.113.128/25)', 'cannot-work'],
    ]);
  });
});

describe('a gateway for devices', () => {
  test('speaks what is built into most of them, whatever the order', () => {
    const clients = Clients.atSites({ ...office, fleet: windows }, { ...homes, fleet: phones });
    const { vpn } = build({ clients, protocols: [wireGuard, ikev2] });
    expect(vpn.server).toBeInstanceOf(Ikev2Gateway);
    expect(vpn.choice.chosen?.service).toMatchObject({
      count: 52,
      served: 52,
      builtIn: 52,
      leftOut: [],
    });
    expect(annotations(vpn)).toMatchInlineSnapshot(`
      [
        "WARN: PROTOCOL_SWAPPED: plant4/Vpn is built as IKEv2 by a Debian machine with strongSwan: WireGuard is built into 0 of 52 devices, and IKEv2 into 52. A Debian machine with strongSwan: about 5 minutes to create, billed as one small virtual machine and one public IP address. Clients: built into Windows, macOS, iOS and Android 11 and later.",
      ]
    `);
    expect(explainPaths(vpn.choice.chosen!)).toBe(
      'office (203.0.113.0/24): IKEv2 works; 0 of 40 devices left out\n' +
        'homes (198.51.100.0/24, 203.0.113.128/25): IKEv2 works; 0 of 12 devices left out',
    );
  });

  test('keeps the order between equals', () => {
    const clients = Clients.atSites({ ...office, fleet: windows });
    expect(build({ clients, protocols: [managedIkev2, ikev2] }).vpn.server).toBeInstanceOf(ManagedIkev2Gateway);
    expect(build({ clients, protocols: [ikev2, managedIkev2] }).vpn.server).toBeInstanceOf(Ikev2Gateway);
  });

  test('is not VPN Gateway where it has no client for some of them, unless it speaks OpenVPN too', () => {
    const clients = Clients.atSites({ ...office, fleet: phones });
    expect(build({ clients, protocols: [managedIkev2, ikev2] }).vpn.server).toBeInstanceOf(Ikev2Gateway);
    const both = Vpn.ikev2Managed({
      ...managed,
      tunnels: [TunnelType.IKEV2, TunnelType.OPENVPN],
    });
    const { vpn, stack } = build({ clients, protocols: [both] });
    expect(only(stack, 'azurerm_virtual_network_gateway').type).toBe('Vpn');
    expect(vpn.choice.chosen?.service).toMatchObject({
      served: 12,
      builtIn: 0,
    });
  });

  test('is refused with who is left out by VPN Gateway, why, and what would serve them at what cost', () => {
    const error = refused({
      clients: Clients.atSites({ ...office, fleet: phones }),
      protocols: [managedIkev2],
    });
    expect(error.code).toBe('CLIENTS_LEFT_OUT');
    expect(textOf(error)).toMatchInlineSnapshot(`
      "IKEv2 does not serve every client of Vpn: 12 of 12 devices are left out.

        IKEv2 by VPN Gateway serves 0 of 12 devices, 0 of them with it built in.
          Left out: 12 devices from office (203.0.113.0/24) (Android 12 and later: 12)
            Android 12 and later is none of the systems for which Microsoft names a client of IKEv2 to VPN Gateway.
            To serve them: offer IKEv2 by a Debian machine with strongSwan beside it. Cost: a second server to run,
              billed as one small virtual machine and one public IP address.
            To serve them: offer WireGuard by a Debian machine with WireGuard beside it. Cost: a second server to run,
              billed as one small virtual machine and one public IP address, and a program to install on these
              devices.
            To serve them: offer OpenVPN by a Debian machine with OpenVPN beside it. Cost: a second server to run,
              billed as one small virtual machine and one public IP address, and a program to install on these
              devices.
            To serve them: put a gateway for IKEv2 on AWS, an EC2 instance with an Elastic IP. Cost: a second gateway
              in another cloud, billed as one small EC2 instance and one public IPv4 address.

        What serves all of them, in place of VpnGateway:
          IKEv2      built into Windows, macOS, iOS and Android 11 and later; a Debian machine with strongSwan, about
                     5 minutes to create, billed as one small virtual machine and one public IP address
                     new VpnGateway(this, 'Vpn', { virtualNetwork, clients, protocols: [Vpn.ikev2({
                       subnetPrefix: '10.40.254.0/28', keyVault, secretName: 'ikev2', adminSshKey,
                       serverName: 'vpn.example.com', authentication: ['eap-tls'], routes: 'everything',
                     })] });
          WireGuard  built into Linux; an app for Windows, macOS, iOS and Android; a Debian machine with WireGuard,
                     about 5 minutes to create, billed as one small virtual machine and one public IP address
                     new VpnGateway(this, 'Vpn', { virtualNetwork, clients, protocols: [Vpn.wireGuard({
                       subnetPrefix: '10.40.254.0/28', keyVault, secretName: 'wireguard', adminSshKey,
                     })] });
          OpenVPN    an app for Windows, macOS, iOS and Android; a package for Linux; a Debian machine with OpenVPN,
                     about 5 minutes to create, billed as one small virtual machine and one public IP address
                     new VpnGateway(this, 'Vpn', { virtualNetwork, clients, protocols: [Vpn.openVpn({
                       subnetPrefix: '10.40.254.0/28', keyVault, secretName: 'openvpn', adminSshKey,
                     })] });
        The path also carries SSTP (TCP 443), to a server of your own:
          new VpnNetworkSecurityGroup(this, 'VpnNsg', { resourceGroupName, location, clients, protocols: [L2TP_IPSEC] });

            at <the line of the user>
            code CLIENTS_LEFT_OUT, see docs/diagnostics.md"
    `);
    expect(error.reasons).toEqual([
      'Android 12 and later is none of the systems for which Microsoft names a client of IKEv2 to VPN Gateway.',
    ]);
  });

  test('is refused path by path where no protocol serves all, with a gateway elsewhere for those whom Azure cannot serve', () => {
    const error = refused({
      clients: Clients.atSites({ ...office, fleet: windows }, { ...homes, name: 'plant 4', fleet: plcs }),
      protocols: [Vpn.pptp({ insecure }), ikev2],
    });
    expect(error.code).toBe('CLIENTS_LEFT_OUT');
    expect(textOf(error)).toMatchSnapshot();
  });

  test('on a machine is refused where they cannot speak its protocol', () => {
    const stack = plant();
    const props = {
      ...machine,
      virtualNetwork: networkOf(stack),
      clients: Clients.atSites({ ...office, fleet: plcs }),
    };
    const error = thrown(() => new WireGuardGateway(stack, 'Vpn', props), stack);
    expect(error.code).toBe('CLIENTS_LEFT_OUT');
    expect(textOf(error)).toMatchInlineSnapshot(`
      "WireGuard does not serve every client of Vpn: 3 of 3 devices are left out.

        WireGuard by a Debian machine with WireGuard serves 0 of 3 devices, 0 of them with it built in.
          Left out: 3 devices from office (203.0.113.0/24) (device that speaks only PPTP (PLC, camera, old router): 3)
            Device that speaks only PPTP (PLC, camera, old router) has no client for WireGuard.
            To serve them: put a gateway for PPTP on AWS, an EC2 instance with an Elastic IP. Cost: a second gateway
              in another cloud, billed as one small EC2 instance and one public IPv4 address.

        Nothing that this library builds serves all of them alone.

            at <the line of the user>
            code CLIENTS_LEFT_OUT, see docs/diagnostics.md"
    `);
    expect(WireGuardGateway.assess(props).map(({ result }) => result)).toEqual(['works']);
  });
});

describe('sites that are refused', () => {
  test.each<[string, () => unknown]>([
    ['none at all', () => Clients.atSites()],
    ['no clients', () => Clients.atSites({ name: 'office' } as never)],
    ['nothing', () => Clients.atSites(undefined as never)],
    ['sites within a site', () => Clients.atSites({ clients: Clients.atSites(office) })],
    ['a name of two lines', () => Clients.atSites({ ...office, name: 'a\nb' })],
    ['a fleet that is none', () => Clients.atSites({ ...office, fleet: { count: 3 } as never })],
    ['a name twice', () => Clients.atSites(office, { ...homes, name: 'office' })],
    ['a fleet for one of two', () => Clients.atSites(office, { ...homes, fleet: plcs })],
    ['an element that is none', () => Clients.atSites({ ...office, through: ['nat'] as never })],
    [
      'IPv6 clients beside the whole internet',
      () =>
        Clients.atSites(
          { clients: Clients.anywhereBecause('roaming sales staff') },
          { clients: Clients.from('2001:db8::/32') },
        ),
    ],
  ])('%s', (_, act) => {
    const error = thrown(act);
    expect(`${error.code}: ${textOf(error)}`).toMatchSnapshot();
  });

  test('an element of another cloud', () => {
    const clients = Clients.atSites({
      ...office,
      through: [GoogleThrough.CLOUD_NAT],
    });
    const error = refused({ clients, protocols: [wireGuard] });
    expect(error.code).toBe('THROUGH_UNKNOWN');
    expect(textOf(error)).toMatchInlineSnapshot(`
      "through holds what is not an element on the way.
        got      [an object of class Through]
        allowed  those of Through, such as Through.LOAD_BALANCER
        write    through: [Through.LOAD_BALANCER]

            at <the line of the user>
            code THROUGH_UNKNOWN, see docs/diagnostics.md"
    `);
  });
});

test('a site that is the whole internet opens that once, with its reason', () => {
  const sites = Clients.atSites({ clients: Clients.anywhereBecause('roaming sales staff') }, office);
  expect(sites.cidrs).toEqual(['0.0.0.0/0']);
  expect(sites.anywhereReason).toBe('roaming sales staff');
});
