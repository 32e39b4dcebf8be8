import { CLIENT_SUPPORTS, type ClientDevice, type ClientSupport } from '../clients/client-device';
import { DIAL_IN_SERVERS, type Exclusion } from '../clients/dial-in-servers';
import { Fleet, type FleetMember } from '../clients/fleet';
import { invalid } from '../errors';
import { checkedProtocol, VPN_PROTOCOLS, type VpnProtocol } from '../protocols';
import { assess, best, type Result, type Verdict, worst } from './assess';
import type { AssessedCandidate, Candidate } from './choose';
import { checkedPath, type Path } from './path';

/** Clients who come to the gateway the same way. */
export interface FleetPath {
  readonly path: Path;
  readonly fleet: Fleet;
}

/** The same clients' way to a gateway somewhere else. */
export interface Elsewhere {
  /** `an EC2 instance with an Elastic IP`. */
  readonly where: string;
  /** What it costs, in words: `a second gateway, billed by the hour`. */
  readonly cost: string;
  /** In the order of the paths that it is an alternative to. */
  readonly paths: readonly Path[];
}

/** Something that would serve those whom a protocol leaves out, and what it costs. */
export interface Remedy {
  readonly kind: 'second-protocol' | 'changed-hop' | 'gateway-elsewhere';
  /** What to do, as a phrase: `offer IKEv2 beside it`. */
  readonly what: string;
  readonly cost: string;
  /** Those of the devices left out that it serves. */
  readonly members: readonly FleetMember[];
}

/** Devices that a protocol does not serve. */
export interface LeftOut {
  readonly path: Path;
  /** The devices, with how many there are of each. */
  readonly members: readonly FleetMember[];
  readonly count: number;
  /** `path`: it does not arrive. `device`: it arrives, and they cannot speak it. */
  readonly because: 'path' | 'device';
  /** Every reason, a sentence each. */
  readonly reasons: readonly string[];
  /** What would serve them; empty where nothing here would. */
  readonly remedies: readonly Remedy[];
}

/** What a server may be for everybody: a protocol, on paths that all say who comes by them. */
export type ServerForFleet = Pick<Candidate, 'protocol' | 'also' | 'server' | 'paths'> &
  Partial<Pick<Candidate, 'builtBy' | 'cost'>>;

/** What one protocol, or one server, does for everybody. */
export interface Service {
  readonly protocol: VpnProtocol;
  /** What it is called: `IKEv2`, or where a server is known, `IKEv2 by VPN Gateway`. */
  readonly name: string;
  /** In the order of the paths. */
  readonly verdicts: readonly Verdict[];
  /** The worst of the verdicts. */
  readonly result: Result;
  /** How many devices there are in all. */
  readonly count: number;
  /** Devices that it certainly or perhaps serves. */
  readonly served: number;
  /** Of these, the devices that have a client for it built in. */
  readonly builtIn: number;
  readonly leftOut: readonly LeftOut[];
}

/** The protocols that a user allows, the best for these clients first. */
export interface FleetChoice {
  /** The first, where it leaves nobody out; else `undefined`. */
  readonly chosen: Service | undefined;
  readonly ranked: readonly Service[];
  /** How many devices there are in all. */
  readonly count: number;
}

/** What is asked. */
export interface FleetQuestion {
  readonly paths: readonly FleetPath[];
  /**
   * The protocols that may be used, the preferred first among equals.
   *
   * @default every protocol that the library knows
   */
  readonly protocols?: readonly VpnProtocol[];
  /** Other places for a gateway, for those who are left out. @default none */
  readonly elsewhere?: readonly Elsewhere[];
}

const RESULT: Record<Result, number> = { works: 2, unverified: 1, 'cannot-work': 0 };
const STANDING: Record<VpnProtocol['standing']['level'], number> = { sound: 2, dated: 1, broken: 0 };

/**
 * Ranks protocols for clients on several paths to one gateway: first what works for every device on every path, then what
 * may, then what leaves the fewest out; of equals what is built into most devices, then what is strongest, then the user's
 * order. What it costs depends on the paths and the kinds of device, not on how many devices there are.
 *
 * A path that ends at a server of `DIAL_IN_SERVERS`, such as Azure VPN Gateway, serves the devices alone that its vendor has
 * a client for.
 *
 * @throws InvalidInputError `QUESTION_INVALID`, `PATH_EMPTY`, `PATH_INVALID`, `PROTOCOLS_EMPTY`, `PROTOCOL_UNKNOWN`
 */
export function chooseForFleet(question: FleetQuestion): FleetChoice {
  const { paths, protocols = VPN_PROTOCOLS, elsewhere = [] } = checked(question);
  const known = paths.map(({ path, fleet }) => (path.fleet === fleet ? path : { ...path, fleet }));
  const services = protocols.map((protocol) => serviceOf({ protocol, paths: known }));
  const ranked = sorted(services, (service) => service).map((service) => withRemedies(service, services, elsewhere));
  const [first] = ranked;
  return {
    chosen: first?.leftOut.length === 0 ? first : undefined,
    // Whoever asked knows the paths by those that he gave.
    ranked: ranked.map((service) => ({
      ...service,
      leftOut: service.leftOut.map((one) => ({ ...one, path: paths[known.indexOf(one.path)]?.path ?? one.path })),
    })),
    count: total(paths.map(({ fleet }) => fleet)),
  };
}

function checked(question: FleetQuestion): FleetQuestion {
  const { paths, protocols = VPN_PROTOCOLS, elsewhere = [] } = question ?? {};
  const isSound =
    Array.isArray(paths) &&
    Array.from(paths).every((one) => one?.fleet instanceof Fleet) &&
    Array.isArray(protocols) &&
    Array.isArray(elsewhere) &&
    Array.from(elsewhere).every((one) => Array.isArray(one?.paths) && one.paths.length === paths.length);
  if (!isSound) {
    invalid({
      code: 'QUESTION_INVALID',
      what: 'a choice for a fleet needs paths, each with its fleet, and as many paths for every other place',
      got: question,
      allowed: '{ paths, protocols?, elsewhere? }',
      instead: "chooseForFleet({ paths: [{ path, fleet: Fleet.of({ device: 'windows-11' }) }] })",
    });
  }
  if (paths.length === 0) {
    invalid({
      code: 'PATH_EMPTY',
      what: 'a choice without paths: no client comes to the gateway',
      got: paths,
      allowed: 'at least one path with its fleet',
      instead: "chooseForFleet({ paths: [{ path, fleet: Fleet.of({ device: 'windows-11' }) }] })",
    });
  }
  if (protocols.length === 0) {
    invalid({
      code: 'PROTOCOLS_EMPTY',
      what: 'a choice among no protocols',
      got: protocols,
      allowed: 'at least one VPN protocol',
      instead: 'protocols: [PPTP, IKEV2, WIREGUARD]',
    });
  }
  for (const protocol of protocols) {
    checkedProtocol(protocol);
  }
  for (const path of [...paths.map((one) => one.path), ...elsewhere.flatMap((one: Elsewhere) => one.paths)]) {
    checkedPath(path);
  }
  return question;
}

/** What ranks first for everybody, and of equals what came first. */
function sorted<T>(all: readonly T[], serviceOfOne: (one: T) => Service): T[] {
  // Sorting is stable.
  return [...all].sort((a, b) => compare(serviceOfOne(b), serviceOfOne(a)));
}

/** Candidates whose paths all say who comes by them, the best for these first. */
export function bestFirst<C extends Candidate>(assessed: readonly AssessedCandidate<C>[]): AssessedCandidate<C>[] {
  return sorted(
    assessed.filter(({ service }) => service !== undefined),
    (one) => one.service as Service,
  );
}

function compare(a: Service, b: Service): number {
  const serves = ({ leftOut, result }: Service) => (leftOut.length === 0 ? RESULT[result] : 0);
  return (
    serves(a) - serves(b) ||
    a.served - b.served ||
    a.builtIn - b.builtIn ||
    STANDING[a.protocol.standing.level] - STANDING[b.protocol.standing.level]
  );
}

/** What a server does for those who come by its paths; a path that does not say who is one by which nobody comes. */
export function serviceOf(server: ServerForFleet): Service {
  const { protocol, also = [], builtBy, paths } = server;
  const spoken = Array.from([protocol, ...also]);
  const verdicts: Verdict[] = [];
  const leftOut: LeftOut[] = [];
  let [count, served, builtIn] = [0, 0, 0];
  for (const path of paths) {
    const all = spoken.map((one) => assess(one, path));
    const verdict = best(all);
    verdicts.push(verdict);
    const { fleet } = path;
    if (fleet === undefined) {
      continue;
    }
    count += fleet.count;
    if (verdict.result === 'cannot-work') {
      const because = verdict.reasons.filter(({ kind }) => kind === 'drops').map((reason) => reason.because);
      const reasons = [...new Set(because)];
      leftOut.push({ path, members: fleet.members, count: fleet.count, because: 'path', reasons, remedies: [] });
      continue;
    }
    const arriving = all.flatMap((one, index) => (one.result === 'cannot-work' ? [] : (spoken[index] ?? [])));
    const spokenBy = speakers(server, arriving, path, fleet);
    served += fleet.count - spokenBy.none;
    builtIn += spokenBy.builtIn;
    if (spokenBy.none > 0) {
      const { members } = spokenBy;
      const reasons = members.map(({ device }) => whyNot(server, arriving, path, device));
      leftOut.push({ path, members, count: spokenBy.none, because: 'device', reasons, remedies: [] });
    }
  }
  const name = [spoken.map((one) => one.name).join(' and '), ...(typeof builtBy === 'string' ? [builtBy] : [])].join(
    ' by ',
  );
  return { protocol, name, verdicts, result: worst(verdicts), count, served, builtIn, leftOut };
}

/** How many have a client built in, how many have none, and who these are. */
function speakers(
  server: ServerForFleet,
  arriving: readonly VpnProtocol[],
  path: Path,
  fleet: Fleet,
): { readonly none: number; readonly builtIn: number; readonly members: readonly FleetMember[] } {
  const [only] = arriving;
  if (only !== undefined && arriving.length === 1 && exclusionOf(server, only, path) === undefined) {
    // A fleet knows that of all its devices together.
    const { none, builtIn } = fleet.share(only);
    return { none, builtIn, members: fleet.leftOut(only) };
  }
  const how = (support: ClientSupport) =>
    fleet.members.filter(({ device }) => supportOf(server, arriving, path, device) === support);
  const members = how('none');
  return { none: total(members), builtIn: total(how('built-in')), members };
}

/** The best way in which a device comes to speak one of these protocols with a server. */
function supportOf(
  server: ServerForFleet,
  spoken: readonly VpnProtocol[],
  path: Path,
  device: ClientDevice,
): ClientSupport {
  const ways = spoken
    .filter((one) => exclusionOf(server, one, path)?.devices.includes(device.id) !== true)
    .map((one) => device.support[one.id].support);
  return CLIENT_SUPPORTS.find((support) => ways.includes(support)) ?? 'none';
}

function exclusionOf({ server }: ServerForFleet, { id }: VpnProtocol, { hops }: Path): Exclusion | undefined {
  const key = server ?? hops.at(-1)?.element.id ?? '';
  return typeof key === 'string' && Object.hasOwn(DIAL_IN_SERVERS, key)
    ? DIAL_IN_SERVERS[key]?.leavesOut[id]
    : undefined;
}

function whyNot(server: ServerForFleet, arriving: readonly VpnProtocol[], path: Path, device: ClientDevice): string {
  const excluded = arriving
    .filter((one) => device.support[one.id].support !== 'none')
    .flatMap((one) => exclusionOf(server, one, path)?.because ?? []);
  const [because = `has no client for ${arriving.map(({ name }) => name).join(' or ')}.`] = excluded;
  return capital(`${device.name} ${because}`);
}

/**
 * With what would serve those whom a service leaves out: a second server, a changed hop, a gateway elsewhere.
 *
 * @param services everything that could serve somebody here, the service itself among them
 */
export function withRemedies(
  service: Service,
  services: readonly Service[],
  elsewhere: readonly Elsewhere[],
  servers: ReadonlyMap<Service, ServerForFleet> = new Map(),
): Service {
  return {
    ...service,
    leftOut: service.leftOut.map((one) => ({
      ...one,
      remedies: remediesFor(one, service, services, elsewhere, servers),
    })),
  };
}

const leftOutByPath = new WeakMap<Service, ReadonlyMap<Path, ReadonlySet<FleetMember>>>();

/** Whom a service leaves out, by their path; looked up for each path of each other service. */
function leftOutBy(service: Service): ReadonlyMap<Path, ReadonlySet<FleetMember>> {
  let found = leftOutByPath.get(service);
  if (found === undefined) {
    const all = new Map<Path, Set<FleetMember>>();
    for (const { path, members } of service.leftOut) {
      all.set(path, new Set([...(all.get(path) ?? []), ...members]));
    }
    leftOutByPath.set(service, all);
    found = all;
  }
  return found;
}

function remediesFor(
  { path, members, because }: LeftOut,
  service: Service,
  services: readonly Service[],
  elsewhere: readonly Elsewhere[],
  servers: ReadonlyMap<Service, ServerForFleet>,
): Remedy[] {
  const index = service.verdicts.findIndex((verdict) => verdict.path === path);
  const speaking = (protocol: VpnProtocol) =>
    members.filter(({ device }) => device.support[protocol.id].support !== 'none');
  const second: { readonly remedy: Remedy; readonly isBroken: boolean }[] = [];
  for (const other of services) {
    const verdict = other.verdicts[index];
    if (other.name === service.name || verdict?.result !== 'works') {
      continue;
    }
    const without = leftOutBy(other).get(verdict.path);
    const some = without === undefined ? members : members.filter((member) => !without.has(member));
    if (some.length === 0) {
      continue;
    }
    const { cost, also } = servers.get(other) ?? {};
    const spoken = also === undefined ? [other.protocol] : [other.protocol, ...also];
    const isBroken = other.protocol.standing.level === 'broken';
    const apps = some.some(({ device }) => spoken.every(({ id }) => device.support[id].support !== 'built-in'));
    const remedy: Remedy = {
      kind: 'second-protocol',
      what: `offer ${other.name} beside it`,
      cost: `a second server to run${cost === undefined ? '' : `, ${cost}`}${
        apps ? ', and a program to install on these devices' : ''
      }${isBroken ? '; its cryptography is broken' : ''}`,
      members: some,
    };
    second.push({ remedy, isBroken });
  }
  // Nobody is sent to broken cryptography whom something else serves.
  const sound = new Set(second.flatMap(({ remedy, isBroken }) => (isBroken ? [] : remedy.members)));
  const worth = second
    .filter(({ remedy, isBroken }) => !isBroken || remedy.members.some((member) => !sound.has(member)))
    .map(({ remedy }) => remedy);
  const hops = because === 'path' ? (service.verdicts[index]?.reasons ?? []) : [];
  const able = speaking(service.protocol);
  const changed =
    able.length > 0 && hops.every(({ remedy }) => remedy !== undefined)
      ? [...new Set(hops.map(({ remedy, hop: { label, element } }) => `at the ${label ?? element.name}, ${remedy}`))]
      : [];
  const protocols = elsewhere.length === 0 ? [] : [...new Set([service, ...services].map((one) => one.protocol))];
  const moved = elsewhere.flatMap(({ where, cost, paths: others }): Remedy[] => {
    const other = others[index];
    const working = other === undefined ? [] : protocols.filter((one) => assess(one, other).result === 'works');
    const most = working.reduce<readonly FleetMember[]>((so, one) => longer(so, speaking(one)), []);
    const protocol = working.find((one) => speaking(one).length === most.length);
    return protocol === undefined || most.length === 0
      ? []
      : [{ kind: 'gateway-elsewhere', what: `put a gateway for ${protocol.name} on ${where}`, cost, members: most }];
  });
  const cost = 'whoever runs that hop must agree';
  return [...worth, ...changed.map((what): Remedy => ({ kind: 'changed-hop', what, cost, members: able })), ...moved];
}

function longer<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return other.length > one.length ? other : one;
}

/** The choice in words: what serves whom, who is left out and why, and what would serve them. */
export function explainFleetChoice({ chosen, ranked, count }: FleetChoice): string {
  const head =
    chosen === undefined
      ? 'No protocol serves every client.'
      : `${chosen.name} ${chosen.result === 'works' ? 'serves' : 'may serve'} every client: ${devices(count)}, ${chosen.builtIn} of them with it built in.`;
  return [head, ...ranked.slice(chosen === undefined ? 0 : 1).map((service) => explainService(service))].join('\n\n');
}

/**
 * One service in words.
 *
 * @param isPathExplained whether the reader has seen already what stops it on each path
 */
export function explainService(service: Service, isPathExplained = false): string {
  const { name, result, served, count, builtIn, leftOut } = service;
  return [
    `${name} ${result === 'unverified' ? 'may serve' : 'serves'} ${served} of ${devices(count)}, ${builtIn} of them with it built in.`,
    ...leftOut.flatMap(({ path, count: some, members, because, reasons, remedies }) => {
      const helped = new Set(remedies.flatMap((remedy) => remedy.members));
      const lost = members.filter((member) => !helped.has(member));
      return [
        `  Left out: ${devices(some)} from ${path.from} (${inWords(members)})`,
        ...(isPathExplained && because === 'path' ? ['It does not arrive from there.'] : reasons).map(
          (one) => `    ${one}`,
        ),
        ...remedies.map((remedy) => {
          const whom = remedy.members.length === members.length ? 'them' : inWords(remedy.members);
          return `    To serve ${whom}: ${remedy.what}. Cost: ${remedy.cost}.`;
        }),
        ...(lost.length === 0
          ? []
          : [`    Nothing here would serve ${lost.length === members.length ? 'them' : inWords(lost)}.`]),
      ];
    }),
  ].join('\n');
}

function inWords(members: readonly FleetMember[]): string {
  return members.map(({ device, count }) => `${device.name}: ${count}`).join(', ');
}

function total(some: readonly { readonly count: number }[]): number {
  return some.reduce((sum, { count }) => sum + count, 0);
}

function devices(count: number): string {
  return count === 1 ? '1 device' : `${count} devices`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
