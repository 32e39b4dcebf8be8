import type { ClientDevice } from '../clients/client-device';
import { invalid } from '../errors';
import { nearest } from '../nearest';
import type { VpnProtocol, VpnProtocolId } from '../protocols/vpn-protocol';
import type { CarriageFact, NetworkElement, Platform } from './element';
import { HOST_FILTER } from './host-filter';
import { INTERNET } from './internet';
import { cloudNamed, elementNamed, PLATFORM_IDS, platformFacts, shortId } from './registry';

/**
 * Where on a way an element lies:
 *
 * - `clients`: at the clients, before the internet
 * - `internet`: between the two
 * - `crossing`: in place of the internet, from a private network to that of the gateway
 * - `entrance`: in front of the gateway, in place of a public address of its own
 * - `address`: the gateway's own public address
 * - `inspection`: behind the address, where somebody put it there
 * - `network`: what every packet to a machine there meets
 * - `server`: the end of the way itself, in place of a machine
 */
export type Place = 'clients' | 'internet' | 'crossing' | 'entrance' | 'address' | 'inspection' | 'network' | 'server';

/** The ids of a platform's elements by the place where they lie, without the platform, in the order of the way. */
type Places = Readonly<Partial<Record<Place, readonly string[]>>>;

/** Where the elements lie that most clouds have under the same names. */
const USUAL_PLACES: Places = {
  entrance: ['nat-gateway'],
  address: ['public-ip'],
  inspection: ['edge-network-firewall'],
  network: ['network-acl', 'security-rules', 'security-group', 'firewall'],
};

const PLACES: Readonly<Partial<Record<Platform, Places>>> = {
  aws: {
    clients: ['client-nat-gateway'],
    crossing: ['transit-gateway', 'transit-gateway-connect', 'vpc-peering', 'direct-connect', 'site-to-site-vpn'],
    entrance: [
      'nat-gateway',
      'nat-instance',
      'network-load-balancer',
      'application-load-balancer',
      'global-accelerator',
    ],
    address: ['internet-gateway'],
    inspection: ['gateway-load-balancer', 'network-firewall'],
    network: ['vpc', 'network-acl', 'security-group'],
    server: ['client-vpn-endpoint'],
  },
  azure: {
    clients: ['client-nat-gateway'],
    crossing: ['site-to-site-vpn', 'expressroute', 'virtual-network-peering'],
    entrance: ['load-balancer', 'nat-gateway', 'firewall'],
    address: ['public-ip'],
    inspection: ['network-virtual-appliance', 'route-server'],
    network: ['virtual-network', 'network-security-group'],
    server: ['vpn-gateway'],
  },
  google: {
    clients: ['client-cloud-nat'],
    crossing: ['cloud-vpn', 'cloud-interconnect', 'vpc-peering', 'internal-passthrough-load-balancer'],
    entrance: [
      'cloud-nat',
      'passthrough-load-balancer',
      'protocol-forwarding',
      'target-pool-load-balancer',
      'proxy-load-balancer',
      'application-load-balancer',
    ],
    address: ['external-ip'],
    inspection: ['firewall-policy'],
    network: ['vpc-network', 'vpc-firewall'],
  },
  any: {
    clients: [
      'client-device',
      'windows-firewall',
      'client-nat',
      'client-nat-with-helper',
      'client-nat-without-helper',
      'client-nat-by-address',
      'client-nat-to-one-client',
      'client-one-to-one-nat',
      'carrier-nat',
      'client-firewall',
      'client-firewall-with-helper',
    ],
    internet: ['internet'],
    entrance: ['one-to-one-nat', 'port-forward', 'port-forward-with-gre', 'port-forward-with-helper'],
    inspection: [
      'firewall',
      'firewall-with-helper',
      'established-only-filter',
      'cisco-asa',
      'pan-os',
      'fortigate',
      'juniper-srx',
      'huawei-usg',
      'check-point',
      'sonicwall',
      'routeros',
      'openwrt',
      'vyos',
      'edgeos',
      'firewalld',
      'pf',
      'ipfw',
      'windows-rras',
    ],
    network: ['host-filter'],
  },
};

/** What a server speaks that is the end of a way itself. */
const SPEAKS: Readonly<Record<string, readonly VpnProtocolId[]>> = {
  'aws.client-vpn-endpoint': ['openvpn'],
  'azure.vpn-gateway': ['ikev2', 'openvpn'],
};

/** Where an element lies; `undefined` for one that is not of this library. */
export function placeOf({ id }: Pick<NetworkElement, 'id'>): Place | undefined {
  const platform = PLATFORM_IDS.find((one) => id.startsWith(`${one}.`));
  const places = platform === undefined ? {} : placesOf(platform);
  return (Object.keys(places) as Place[]).find((place) => places[place]?.includes(shortId({ id })));
}

function placesOf(platform: Platform): Places {
  return PLACES[platform] ?? USUAL_PLACES;
}

/** One element of a way, with what is known of its condition. Fits where a path takes a hop. */
export interface WayHop {
  readonly element: NetworkElement;
  readonly condition: 'met' | 'not-met' | 'unknown';
  /** Facts of this very hop, before those of its element. */
  readonly facts?: readonly CarriageFact[];
}

/** Elements that give many clients one address, by the word that `clientNat` has for them, and the one that does not. */
const NATS = {
  router: ['any.client-nat'],
  'router-with-helper': ['any.client-nat-with-helper'],
  'router-without-helper': ['any.client-nat-without-helper'],
  'router-by-address': ['any.client-nat-by-address'],
  carrier: ['any.carrier-nat'],
  double: ['any.client-nat', 'any.carrier-nat'],
  'one-to-one': ['any.client-one-to-one-nat'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/**
 * What translates the addresses of the clients: a router, whose PPTP helper is on, off or not known, or which tells GRE by
 * addresses alone (pf); a carrier; a router behind a carrier's; or something that gives each client an address of its own.
 */
export type ClientNat = keyof typeof NATS;

/** Every kind of NAT that clients can be behind. */
export const CLIENT_NATS = Object.keys(NATS) as readonly ClientNat[];

const ONE_TO_ONE = ['any.client-one-to-one-nat', 'any.one-to-one-nat'];
const MANY_TO_ONE = [
  ...Object.values(NATS)
    .flat()
    .filter((id) => !ONE_TO_ONE.includes(id)),
  'any.client-nat-to-one-client',
  'any.port-forward',
  'any.port-forward-with-gre',
  'any.port-forward-with-helper',
];

/**
 * Whether two elements at one place exclude each other: one translates addresses one to one, the other many to one.
 */
export function contradict(one: Pick<NetworkElement, 'id'>, other: Pick<NetworkElement, 'id'>): boolean {
  const [first, second] = [one.id, other.id];
  return (
    (ONE_TO_ONE.includes(first) && MANY_TO_ONE.includes(second)) ||
    (MANY_TO_ONE.includes(first) && ONE_TO_ONE.includes(second))
  );
}

/** What differs from the usual way to a machine with a public address. */
export interface WayOptions {
  /**
   * Elements in front of the gateway, by name: `nat-gateway`, or several in the order in which packets meet them.
   *
   * @default - a public address of the gateway's own
   */
  readonly behind?: string | readonly string[];
  /**
   * What lies in front of the clients: a kind of NAT, or the name of an element that lies there. Several in the order in
   * which packets meet them.
   *
   * @default - nothing: they have public addresses
   */
  readonly clientNat?: string | readonly string[];
  /**
   * What the clients are: the id of a device, `windows-11`. Its own packet filter is then the first hop, where a fact says
   * what it does.
   *
   * @default - any device, with a filter that is in nobody's way
   */
  readonly client?: string;
}

/** A way from a client to a gateway. Fits where a path is wanted. */
export interface Way {
  readonly platform: Platform;
  /** In a few words: `AWS, behind NAT gateway`. */
  readonly title: string;
  /** What the clients are, where that was said. */
  readonly device?: ClientDevice;
  readonly from: string;
  readonly hops: readonly WayHop[];
  readonly to: string;
}

/**
 * The usual way from a client to a machine of one's own on a cloud, with every rule and listener in place that a hop
 * depends on; of routers at the clients nothing is taken for granted.
 *
 * @param cloud the name of a cloud, or `any` for a machine at none
 * @throws InvalidInputError `CLOUD_UNKNOWN`, `ELEMENT_UNKNOWN`, `ELEMENT_OF_OTHER_CLOUD`, `ELEMENTS_CONTRADICT`,
 * `CLIENT_NAT_UNKNOWN`, `DEVICE_UNKNOWN`, `PATH_INVALID`
 */
export function way(cloud: string, options: WayOptions = {}): Way {
  const platform = cloudNamed(cloud);
  const { title, elements } = platformFacts(platform);
  const device = options.client === undefined ? undefined : deviceNamed(options.client);
  const behind = elementsBehind(platform, options.behind);
  const atClients = elementsAtClients(options.clientNat);
  const named = (place: Place) => behind.filter((element) => placeOf(element) === place);
  const usual = (place: Place) =>
    (placesOf(platform)[place] ?? []).flatMap((name) => elements.find((element) => shortId(element) === name) ?? []);

  const [server] = named('server');
  const crossing = named('crossing');
  const replacesAddress = [...crossing, ...named('entrance')].some((element) => element.platform === platform);
  const machine = [
    ...(replacesAddress ? [] : usual('address')),
    ...named('entrance'),
    ...named('inspection'),
    ...usual('network').filter((element) => element.platform !== 'any'),
    HOST_FILTER,
  ];
  const met = (element: NetworkElement): WayHop => ({ element, condition: 'met' });
  return {
    platform,
    title: [`${title}, ${describe(behind, usual('address'))}`, ...clientSide(atClients)].join('; '),
    ...(device === undefined ? {} : { device }),
    from: device?.name ?? 'client',
    hops: [
      // Nobody but whoever runs them knows how these are set.
      ...[...(device?.filter === undefined ? [] : [device.filter]), ...atClients].map(
        (element): WayHop => ({ element, condition: 'unknown' }),
      ),
      ...(crossing.length > 0 ? crossing : [INTERNET]).map(met),
      ...(server === undefined ? machine : [server]).map(met),
    ],
    to: server === undefined ? 'gateway' : 'server',
  };
}

/**
 * A way as packets of a protocol find it: a server that speaks only some protocols takes no packet of the others, though
 * it may have their ports.
 */
export function wayOfProtocol<W extends Pick<Way, 'hops'>>(one: W, protocol: Pick<VpnProtocol, 'id' | 'name'>): W {
  const last = one.hops.at(-1);
  const speaks = last === undefined ? undefined : SPEAKS[last.element.id];
  if (last === undefined || speaks === undefined || speaks.includes(protocol.id)) {
    return one;
  }
  const fact: CarriageFact = {
    protocols: 'any',
    carriage: 'drops',
    because: `${last.element.name} does not speak ${protocol.name}.`,
    remedy: `use ${speaks.join(' or ')}, or a machine of your own`,
    evidence: last.element.facts[0]?.evidence ?? [],
  };
  return { ...one, hops: [...one.hops.slice(0, -1), { ...last, facts: [fact] }] };
}

/** Every usual way to a gateway on a platform: to a machine of its own address first. */
export function waysOf(platform: Platform): readonly Way[] {
  const behind = platformFacts(platform).elements.filter((element) =>
    ['crossing', 'entrance', 'inspection', 'server'].includes(placeOf(element) ?? ''),
  );
  return [
    way(platform),
    ...behind.map(({ id }) => way(platform, { behind: id })),
    // What clients are behind is the same for every cloud.
    ...(platform === 'any' ? CLIENT_NATS.map((clientNat) => way(platform, { clientNat })) : []),
  ];
}

/** Every usual way to a gateway, platform by platform. */
export function ways(): readonly Way[] {
  return PLATFORM_IDS.flatMap(waysOf);
}

function describe(behind: readonly NetworkElement[], address: readonly NetworkElement[]): string {
  const [first] = behind;
  const names = behind.map(({ short }) => short).join(' and ');
  switch (first && placeOf(first)) {
    case undefined:
      return address[0]?.short ?? 'public address';
    case 'server':
      return names;
    case 'crossing':
      return `over ${names}`;
    default:
      return `behind ${names}`;
  }
}

function clientSide(atClients: readonly NetworkElement[]): readonly string[] {
  return atClients.length === 0 ? [] : [`clients behind ${atClients.map(({ short }) => short).join(' and ')}`];
}

/** What stands in front of the gateway, as far as it can be there. */
function elementsBehind(cloud: Platform, behind: WayOptions['behind']): readonly NetworkElement[] {
  const names = listOf('behind', behind);
  const elements = names.map((name) => elementNamed(name, { cloud }));
  for (const { id, platform } of elements) {
    if (platform !== cloud && platform !== 'any') {
      const ids = platformFacts(cloud).elements.map((element) => element.id);
      invalid({
        code: 'ELEMENT_OF_OTHER_CLOUD',
        what: `an element of ${platform} cannot stand in front of a gateway on ${cloud}`,
        got: id,
        allowed: ids.join(', '),
        instead: nearest(id.replace(platform, cloud), ids) ?? 'one of these',
      });
    }
  }
  const outside = elements.find((element) => ['clients', 'internet'].includes(placeOf(element) ?? ''));
  if (outside !== undefined) {
    invalid({
      code: 'PATH_INVALID',
      what: `the ${outside.name} does not lie in front of a gateway`,
      got: outside.id,
      allowed:
        'what stands at the gateway; what is at the clients belongs to clientNat (--client-nat), and the internet is there by itself',
      instead:
        placeOf(outside) === 'internet'
          ? 'leave it out'
          : `clientNat: '${CLIENT_NATS.find((nat) => NATS[nat].includes(outside.id as never)) ?? outside.id}'`,
    });
  }
  refuseContradictions(names, elements);
  const at = (...places: readonly Place[]) => elements.find((element) => places.includes(placeOf(element) as Place));
  refuseBoth(names, at('server'), at('entrance', 'address', 'inspection', 'network'), 'the first is itself the server');
  refuseBoth(
    names,
    elements.find((element) => element.platform === cloud && ['entrance', 'crossing'].includes(placeOf(element) ?? '')),
    at('address'),
    "the second is a public address of the gateway's own, one to one, and the first takes its place",
  );
  return elements;
}

/** What lies in front of the clients. */
function elementsAtClients(clientNat: WayOptions['clientNat']): readonly NetworkElement[] {
  const names = listOf('clientNat', clientNat);
  const elements = names.flatMap((name) => {
    const nat = CLIENT_NATS.find((one) => one === name);
    if (nat !== undefined) {
      return NATS[nat].map((id) => elementNamed(id));
    }
    const isId = typeof name === 'string' && PLATFORM_IDS.some((id) => name.startsWith(`${id}.`));
    const element = isId ? elementNamed(name) : undefined;
    if (element === undefined || placeOf(element) !== 'clients') {
      return invalid({
        code: 'CLIENT_NAT_UNKNOWN',
        what: 'this does not lie in front of clients',
        got: name,
        allowed: `${CLIENT_NATS.join(', ')}, or the id of an element at the clients`,
        instead: (typeof name === 'string' ? nearest(name, CLIENT_NATS) : undefined) ?? 'router',
      });
    }
    return [element];
  });
  refuseContradictions(names, elements);
  return elements;
}

/** Who asks about no device does not wait for the table of devices. */
function deviceNamed(id: string): ClientDevice {
  return (require('../clients/devices') as typeof import('../clients/devices')).clientDevice(id);
}

function listOf(option: string, value: string | readonly string[] | undefined): readonly string[] {
  const names: unknown = typeof value === 'string' ? [value] : (value ?? []);
  return Array.isArray(names)
    ? names
    : invalid({
        code: 'ELEMENT_UNKNOWN',
        what: `${option} is neither the name of an element nor a list of names`,
        got: value,
        allowed: 'a name, or a list of names',
        instead: `${option}: []`,
      });
}

function refuseContradictions(names: readonly string[], elements: readonly NetworkElement[]): void {
  elements.forEach((element, index) => {
    const before = elements.slice(0, index);
    if (before.includes(element)) {
      invalid({
        code: 'ELEMENTS_CONTRADICT',
        what: `the ${element.name} is named twice`,
        got: names,
        allowed: 'each element once',
        instead: `${element.id} once`,
      });
    }
    refuseBoth(
      names,
      before.find((one) => contradict(one, element)),
      element,
      'one place translates addresses either one to one or many to one',
    );
  });
}

function refuseBoth(
  got: readonly string[],
  one: NetworkElement | undefined,
  other: NetworkElement | undefined,
  why: string,
): void {
  if (one !== undefined && other !== undefined) {
    invalid({
      code: 'ELEMENTS_CONTRADICT',
      what: `a way cannot lead over both the ${one.name} and the ${other.name}: ${why}`,
      got,
      allowed: 'elements that can lie on one way',
      instead: `${one.id} alone, or ${other.id} alone`,
    });
  }
}
