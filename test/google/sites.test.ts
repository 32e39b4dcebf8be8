import { Fleet } from 'pptp-constructs';
import { Through as AzureThrough } from 'pptp-constructs/azure';
import {
  Clients,
  explainPaths,
  Ikev2Gateway,
  PptpGateway,
  Through,
  Vpn,
  VpnGateway,
  type VpnGatewayProps,
  WireGuardGateway,
} from 'pptp-constructs/google';
import { annotations, insecure, machine, networkOf, only, plant, rulesOf, textOf, thrown } from './support';

const windows = Fleet.of({ device: 'windows-11', count: 40 });
const plcs = Fleet.of({ device: 'pptp-only-device', count: 3 });
const routers = Fleet.of({ device: 'routeros-7', count: 2 });

const office = { name: 'office', clients: Clients.from('203.0.113.0/24') };
const homes = {
  name: 'homes',
  clients: Clients.from('198.51.100.0/24', '203.0.113.128/25'),
};

const { zone, ...options } = machine;
const pptp = Vpn.pptp({ ...options, insecure });
const wireGuard = Vpn.wireGuard(options);
const openVpn = Vpn.openVpn(options);
const ikev2 = Vpn.ikev2({
  ...options,
  serverName: 'vpn.plant4.example',
  authentication: ['eap-mschapv2'],
  routes: 'everything',
});

type Change = Partial<VpnGatewayProps> & Pick<VpnGatewayProps, 'clients' | 'protocols'>;

function build(change: Change) {
  const stack = plant();
  return {
    stack,
    vpn: new VpnGateway(stack, 'Vpn', {
      network: networkOf(stack),
      zone,
      ...change,
    }),
  };
}

function refused(change: Change) {
  const stack = plant();
  const network = networkOf(stack);
  return thrown(() => new VpnGateway(stack, 'Vpn', { network, zone, ...change }), stack);
}

describe('a gateway for several sites', () => {
  test('has a verdict for each way, which its plan shows', () => {
    const clients = Clients.atSites(office, {
      ...homes,
      through: [Through.CARRIER_NAT],
    });
    const { vpn } = build({ clients, protocols: [pptp] });
    expect(vpn.choice.chosen?.verdicts.map(({ path, result }) => [path.from, result])).toEqual([
      ['office (203.0.113.0/24)', 'unverified'],
      ['homes (198.51.100.0/24, 203.0.113.128/25)', 'unverified'],
    ]);
    expect(explainPaths(vpn.choice.chosen!)).toMatchInlineSnapshot(`
      "office (203.0.113.0/24): PPTP is not certain to work (GRE (IP protocol 47) not certain to pass the external IP address of a Google Cloud machine; GRE (IP protocol 47) not certain to pass the Google Cloud VPC network)
      homes (198.51.100.0/24, 203.0.113.128/25): PPTP is not certain to work (GRE (IP protocol 47) not certain to pass the carrier-grade NAT of an internet provider (CGNAT); GRE (IP protocol 47) not certain to pass the external IP address of a Google Cloud machine; GRE (IP protocol 47) not certain to pass the Google Cloud VPC network)"
    `);
    expect((vpn.server as PptpGateway).verdicts).toHaveLength(2);
    expect(annotations(vpn.server)).toMatchSnapshot();
  });

  test('opens the ranges of every site, and no address twice', () => {
    const { stack } = build({
      clients: Clients.atSites(office, homes),
      protocols: [wireGuard],
    });
    const rules = Object.values(rulesOf(stack)).filter((rule) => rule.includes('51820'));
    expect(rules).toEqual(['INGRESS 900 allow udp 51820 203.0.113.0/24 198.51.100.0/24']);
  });

  test('is the same machine as for the same clients at one place, but for its rules', () => {
    const machineOf = (clients: Clients) =>
      only(build({ clients, protocols: [wireGuard] }).stack, 'google_compute_instance');
    expect(machineOf(Clients.atSites(office))).toEqual(machineOf(office.clients));
  });

  test('is refused with the verdict of the way that stops it', () => {
    const stack = plant();
    const clients = Clients.atSites(office, {
      ...homes,
      through: [Through.CLIENT_CLOUD_NAT],
    });
    const props = { ...machine, network: networkOf(stack), clients, insecure };
    const error = thrown(() => new PptpGateway(stack, 'LegacyVpn', props), stack);
    expect(error.code).toBe('GRE_DROPPED_BY_NAT_GATEWAY');
    expect(textOf(error)).toMatchSnapshot();
    expect(PptpGateway.assess(props).map(({ path, result }) => [path.from, result])).toEqual([
      ['office (203.0.113.0/24)', 'unverified'],
      ['homes (198.51.100.0/24, 203.0.113.128/25)', 'cannot-work'],
    ]);
  });
});

describe('a gateway for devices', () => {
  test('speaks what is built into most of them, whatever the order', () => {
    const clients = Clients.atSites({ ...office, fleet: windows });
    const { vpn } = build({ clients, protocols: [wireGuard, ikev2] });
    expect(vpn.server).toBeInstanceOf(Ikev2Gateway);
    expect(annotations(vpn)).toMatchInlineSnapshot(`
      [
        "WARN: PROTOCOL_SWAPPED: plant4/Vpn is built as IKEv2 by a Debian machine with strongSwan: WireGuard is built into 0 of 40 devices, and IKEv2 into 40. A Debian machine with strongSwan: about 5 minutes to create, billed as one small machine and one external address. Clients: built into Windows, macOS, iOS and Android 11 and later.",
      ]
    `);
  });

  test('keeps PPTP where nobody can rule it out and nothing else serves them all', () => {
    const clients = Clients.atSites({ ...office, fleet: windows }, { ...homes, fleet: plcs });
    const { vpn } = build({ clients, protocols: [ikev2, pptp] });
    expect(vpn.server).toBeInstanceOf(PptpGateway);
    expect(annotations(vpn)).toMatchInlineSnapshot(`
      [
        "WARN: PROTOCOL_SWAPPED: plant4/Vpn is built as PPTP by a Debian machine with pptpd: IKEv2 serves 40 of 43 devices. A Debian machine with pptpd: about 5 minutes to create, billed as one small machine and one external address. Clients: built into Windows; no longer into macOS, iOS and Android.",
      ]
    `);
  });

  test('is refused with who is left out, why, and what would serve them at what cost', () => {
    const error = refused({
      clients: Clients.atSites({ ...office, fleet: windows }, { ...homes, name: 'plant 4', fleet: plcs }),
      protocols: [ikev2, wireGuard],
    });
    expect(error.code).toBe('CLIENTS_LEFT_OUT');
    expect(textOf(error)).toMatchSnapshot();
  });

  test('on a machine with OpenVPN leaves out what has no tls-crypt', () => {
    const error = refused({
      clients: Clients.atSites({ ...office, fleet: routers }),
      protocols: [openVpn],
    });
    expect(error.code).toBe('CLIENTS_LEFT_OUT');
    expect(error.reasons).toEqual([
      'MikroTik RouterOS 7 has no tls-crypt, which the OpenVPN gateway of this library asks for.',
    ]);
  });

  test('of one protocol is refused where they cannot speak it', () => {
    const stack = plant();
    const props = {
      ...machine,
      network: networkOf(stack),
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
  });
});

test('an element of another cloud is refused', () => {
  const clients = Clients.atSites({
    ...office,
    through: [AzureThrough.NAT_GATEWAY],
  });
  const error = refused({ clients, protocols: [wireGuard] });
  expect(error.code).toBe('THROUGH_UNKNOWN');
  expect(textOf(error)).toMatchInlineSnapshot(`
    "through holds what is not an element on the way.
      got      [an object of class Through]
      allowed  those of Through of pptp-constructs/google, such as Through.CLOUD_NAT
      write    through: [Through.CLOUD_NAT]

          at <the line of the user>
          code THROUGH_UNKNOWN, see docs/diagnostics.md"
  `);
});
