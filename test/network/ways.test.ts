import { CLIENT_DEVICES } from '../../lib/clients';
import { assess, pathOf } from '../../lib/feasibility';
import {
  CLIENT_NATS,
  type NetworkElement,
  PLATFORM_IDS,
  placeOf,
  platformFacts,
  type WayOptions,
  way,
  wayOfProtocol,
  ways,
} from '../../lib/network';
import { IKEV2, OPENVPN, PPTP, VPN_PROTOCOLS } from '../../lib/protocols';

function line(cloud: string, options?: WayOptions): string {
  const { from, hops, to } = way(cloud, options);
  return [from, ...hops.map(({ element }) => element.id), to].join(' > ');
}

function message(wrong: () => unknown): string {
  try {
    wrong();
  } catch (error) {
    return (error as Error).message.replace(/^ {6}at .*\n/m, '');
  }
  throw new Error('nothing was refused');
}

describe('the usual way', () => {
  test.each([
    ['aws', {}, 'aws.internet-gateway > aws.vpc > aws.network-acl > aws.security-group'],
    ['azure', {}, 'azure.public-ip > azure.virtual-network > azure.network-security-group'],
    ['google', {}, 'google.external-ip > google.vpc-network > google.vpc-firewall'],
    ['hetzner', {}, 'hetzner.public-ip > hetzner.firewall'],
    ['ibm', {}, 'ibm.public-ip > ibm.network-acl > ibm.security-group'],
    ['aws', { behind: 'nat-gateway' }, 'aws.nat-gateway > aws.vpc > aws.network-acl > aws.security-group'],
    ['vultr', { behind: 'vultr.nat-gateway' }, 'vultr.nat-gateway > vultr.firewall'],
    [
      'aws',
      { behind: ['network-firewall'] },
      'aws.internet-gateway > aws.network-firewall > aws.vpc > aws.network-acl > aws.security-group',
    ],
    ['hetzner', { behind: 'cisco-asa' }, 'hetzner.public-ip > any.cisco-asa > hetzner.firewall'],
    ['hetzner', { behind: 'port-forward' }, 'hetzner.public-ip > any.port-forward > hetzner.firewall'],
  ] as const)('to a machine on %s with %j', (cloud, options, hops) => {
    expect(line(cloud, options)).toBe(`client > any.internet > ${hops} > any.host-filter > gateway`);
  });

  test('to a machine at no cloud', () => {
    expect(line('any')).toBe('client > any.internet > any.host-filter > gateway');
    expect(line('any', { behind: 'one-to-one-nat' })).toBe(
      'client > any.internet > any.one-to-one-nat > any.host-filter > gateway',
    );
  });

  test('over a network of one’s own leads neither over the internet nor over a public address', () => {
    expect(line('azure', { behind: 'expressroute' })).toBe(
      'client > azure.expressroute > azure.virtual-network > azure.network-security-group > any.host-filter > gateway',
    );
  });

  test('to a managed server ends there', () => {
    expect(line('azure', { behind: 'vpn-gateway' })).toBe('client > any.internet > azure.vpn-gateway > server');
  });

  test('begins with the clients’ own filter, then with what translates their addresses', () => {
    expect(line('hetzner', { client: 'windows-11', clientNat: 'double' })).toBe(
      'Windows 11 > any.windows-firewall > any.client-nat > any.carrier-nat > any.internet > hetzner.public-ip > ' +
        'hetzner.firewall > any.host-filter > gateway',
    );
  });

  test('takes an element at the clients by its id, of whatever cloud', () => {
    expect(line('hetzner', { clientNat: ['aws.client-nat-gateway'] })).toBe(
      'client > aws.client-nat-gateway > any.internet > hetzner.public-ip > hetzner.firewall > any.host-filter > gateway',
    );
  });

  test('takes everything at the gateway for granted and nothing at the clients', () => {
    const { hops } = way('aws', { clientNat: 'router', client: 'windows-11' });
    const atClients = (element: NetworkElement) => placeOf(element) === 'clients';
    expect(hops.filter(({ element, condition }) => (condition === 'met') === atClients(element))).toEqual([]);
  });

  test.each([
    ['router', 'unverified'],
    ['router-with-helper', 'works'],
    ['router-without-helper', 'cannot-work'],
    ['router-by-address', 'unverified'],
    ['carrier', 'unverified'],
    ['double', 'unverified'],
    ['one-to-one', 'works'],
  ] as const)('of PPTP clients behind %s: %s', (clientNat, result) => {
    expect(assess(PPTP, way('aws', { clientNat })).result).toBe(result);
  });

  test('has a name that says what differs', () => {
    expect(way('aws', { behind: ['network-firewall', 'gateway-load-balancer'], clientNat: 'double' }).title).toBe(
      "AWS, behind Network Firewall and Gateway Load Balancer; clients behind clients' NAT router and carrier NAT",
    );
  });
});

describe('every usual way', () => {
  test('is a path, and has a name of its own', () => {
    expect(ways().length).toBeGreaterThan(60);
    expect(new Set(ways().map(({ title }) => title)).size).toBe(ways().length);
    expect(
      ways()
        .map(({ from, hops, to }) => pathOf(from, hops, to).hops.length)
        .every((count) => count > 1),
    ).toBe(true);
  });

  test('to a machine ends at its filter', () => {
    const open = ways().filter(({ to, hops }) => to === 'gateway' && hops.at(-1)?.element.id !== 'any.host-filter');
    expect(open).toEqual([]);
  });

  test('together lead over every element of every cloud, but those at the clients', () => {
    const met = new Set(ways().flatMap(({ hops }) => hops.map(({ element }) => element.id)));
    const missed = PLATFORM_IDS.flatMap((id) => platformFacts(id).elements).filter(({ id }) => !met.has(id));
    expect(missed.filter((element) => placeOf(element) !== 'clients').map(({ id }) => id)).toEqual([]);
  });

  test.each(CLIENT_DEVICES.map(({ id }) => [id]))('can be asked about for %s', (client) => {
    expect(way('aws', { client }).device?.id).toBe(client);
  });
});

describe('a managed server', () => {
  test.each([
    ['aws', 'client-vpn-endpoint', ['openvpn']],
    ['azure', 'vpn-gateway', ['ikev2', 'openvpn']],
  ])('of %s takes what it speaks and nothing else', (cloud, behind, spoken) => {
    const one = way(cloud, { behind });
    const works = VPN_PROTOCOLS.filter((protocol) => assess(protocol, wayOfProtocol(one, protocol)).result === 'works');
    expect(works.map(({ id }) => id)).toEqual(spoken);
  });

  test('says so', () => {
    const one = way('aws', { behind: 'client-vpn-endpoint' });
    const [reason] = assess(IKEV2, wayOfProtocol(one, IKEV2)).reasons;
    expect(reason).toMatchObject({ because: 'AWS Client VPN endpoint does not speak IKEv2.', code: 'UDP_DROPPED' });
    expect(wayOfProtocol(one, OPENVPN)).toBe(one);
  });
});

describe('a way that there is not', () => {
  test.each([
    ['over elements that exclude each other', 'aws', { behind: ['internet-gateway', 'nat-gateway'] }],
    ['over 1:1 translation and a port forward at once', 'any', { behind: ['one-to-one-nat', 'port-forward'] }],
    ['from clients behind 1:1 translation and a router at once', 'aws', { clientNat: ['one-to-one', 'router'] }],
    ['over the same element twice', 'aws', { behind: ['nat-gateway', 'nat-gateway'] }],
    ['to a server in front of a machine', 'azure', { behind: ['vpn-gateway', 'load-balancer'] }],
    ['over an element of another cloud', 'azure', { behind: 'aws.nat-gateway' }],
    ['over an element of the clients in front of the gateway', 'aws', { behind: 'carrier-nat' }],
    ['over the internet in front of the gateway', 'aws', { behind: 'internet' }],
    ['from clients behind an unknown NAT', 'aws', { clientNat: 'carier' }],
    ['from clients behind an element of the gateway', 'aws', { clientNat: 'aws.nat-gateway' }],
    ['behind something that is no name', 'aws', { behind: {} as never }],
  ])('%s', (_, cloud, options) => {
    expect(message(() => way(cloud, options))).toMatchSnapshot();
  });

  test('of an unknown device is refused with the nearest one', () => {
    expect(message(() => way('aws', { client: 'windows-l1' }))).toMatch(/windows-11.*\n[\s\S]*code DEVICE_UNKNOWN/);
  });

  test('has no kind of NAT that nobody can ask about', () => {
    expect(CLIENT_NATS.map((clientNat) => way('aws', { clientNat }).hops.length > 6)).toEqual(
      CLIENT_NATS.map(() => true),
    );
  });
});
