import { Fleet, type FleetMember } from '../clients/fleet';
import { invalid } from '../errors';
import { checkedProtocol, VPN_PROTOCOLS, type VpnProtocol } from '../protocols';
import { assess, type Result, type Verdict, worst } from './assess';
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

/** What one protocol does for everybody. */
export interface Service {
  readonly protocol: VpnProtocol;
  /** In the order of the paths. */
  readonly verdicts: readonly Verdict[];
  /** The worst of the verdicts. */
  readonly result: Result;
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
 * @throws InvalidInputError `QUESTION_INVALID`, `PATH_EMPTY`, `PATH_INVALID`, `PROTOCOLS_EMPTY`, `PROTOCOL_UNKNOWN`
 */
export function chooseForFleet(question: FleetQuestion): FleetChoice {
  const { paths, protocols = VPN_PROTOCOLS, elsewhere = [] } = checked(question);
  const services = protocols.map((protocol) => serviceOf(protocol, paths));
  const ranked = services
    .map((service, order) => ({ service, order }))
    .sort((a, b) => compare(b.service, a.service) || a.order - b.order)
    .map(({ service }) => ({
      ...service,
      leftOut: service.leftOut.map((one) => withRemedies(one, service, services, paths, elsewhere)),
    }));
  const [best] = ranked;
  return {
    chosen: best?.leftOut.length === 0 ? best : undefined,
    ranked,
    count: paths.reduce((sum, { fleet }) => sum + fleet.count, 0),
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

function compare(a: Service, b: Service): number {
  const serves = ({ leftOut, result }: Service) => (leftOut.length === 0 ? RESULT[result] : 0);
  return (
    serves(a) - serves(b) ||
    a.served - b.served ||
    a.builtIn - b.builtIn ||
    STANDING[a.protocol.standing.level] - STANDING[b.protocol.standing.level]
  );
}

function serviceOf(protocol: VpnProtocol, paths: readonly FleetPath[]): Service {
  const verdicts = paths.map(({ path }) => assess(protocol, path));
  let [served, builtIn] = [0, 0];
  const leftOut = paths.flatMap(({ path, fleet }, index): LeftOut[] => {
    const verdict = verdicts[index];
    if (verdict?.result === 'cannot-work') {
      const reasons = [
        ...new Set(verdict.reasons.filter(({ kind }) => kind === 'drops').map(({ because }) => because)),
      ];
      return [{ path, members: fleet.members, count: fleet.count, because: 'path', reasons, remedies: [] }];
    }
    const members = fleet.leftOut(protocol);
    const count = members.reduce((sum, one) => sum + one.count, 0);
    served += fleet.count - count;
    builtIn += fleet.share(protocol).builtIn;
    const reasons = members.map(({ device }) => capital(`${device.name} has no client for ${protocol.name}.`));
    return count === 0 ? [] : [{ path, members, count, because: 'device', reasons, remedies: [] }];
  });
  return { protocol, verdicts, result: worst(verdicts), served, builtIn, leftOut };
}

function withRemedies(
  leftOut: LeftOut,
  { protocol, verdicts }: Service,
  services: readonly Service[],
  paths: readonly FleetPath[],
  elsewhere: readonly Elsewhere[],
): LeftOut {
  const index = paths.findIndex(({ path }) => path === leftOut.path);
  const speaks = (other: VpnProtocol) =>
    leftOut.members.every(({ device }) => device.support[other.id].support !== 'none');
  const second = services
    .filter((one) => one.protocol !== protocol && one.verdicts[index]?.result === 'works' && speaks(one.protocol))
    .map((one): Remedy => {
      const apps = leftOut.members.some(({ device }) => device.support[one.protocol.id].support !== 'built-in');
      return {
        kind: 'second-protocol',
        what: `offer ${one.protocol.name} beside it`,
        cost: `a second server to run${apps ? ', and a program to install on these devices' : ''}${
          one.protocol.standing.level === 'broken' ? '; its cryptography is broken' : ''
        }`,
      };
    });
  const hop = leftOut.because === 'path' ? (verdicts[index]?.reasons ?? []) : [];
  const changed = hop.every(({ remedy }) => remedy !== undefined)
    ? [...new Set(hop.map(({ remedy, hop: { label, element } }) => `at the ${label ?? element.name}, ${remedy}`))]
    : [];
  const protocols = [protocol, ...services.map((one) => one.protocol).filter((one) => one !== protocol)].filter(speaks);
  const moved = elsewhere.flatMap(({ where, cost, paths: others }): Remedy[] => {
    const other = others[index];
    const works = other && protocols.find((one) => assess(one, other).result === 'works');
    return works ? [{ kind: 'gateway-elsewhere', what: `put a gateway for ${works.name} on ${where}`, cost }] : [];
  });
  return {
    ...leftOut,
    remedies: [
      ...second,
      ...changed.map((what): Remedy => ({ kind: 'changed-hop', what, cost: 'whoever runs that hop must agree' })),
      ...moved,
    ],
  };
}

/** The choice in words: what serves whom, who is left out and why, and what would serve them. */
export function explainFleetChoice({ chosen, ranked, count }: FleetChoice): string {
  const head =
    chosen === undefined
      ? 'No protocol serves every client.'
      : `${chosen.protocol.name} ${chosen.result === 'works' ? 'serves' : 'may serve'} every client: ${devices(count)}, ${chosen.builtIn} of them with it built in.`;
  const rest = ranked
    .slice(chosen === undefined ? 0 : 1)
    .map((service) =>
      [
        `${service.protocol.name} ${service.result === 'unverified' ? 'may serve' : 'serves'} ${service.served} of ${devices(count)}, ${service.builtIn} of them with it built in.`,
        ...service.leftOut.flatMap(({ path, count: some, members, reasons, remedies }) => [
          `  Left out: ${devices(some)} from ${path.from} (${members.map((one) => `${one.device.name}: ${one.count}`).join(', ')})`,
          ...reasons.map((reason) => `    ${reason}`),
          ...(remedies.length === 0 ? ['    Nothing here would serve them.'] : []),
          ...remedies.map(({ what, cost }) => `    To serve them: ${what}. Cost: ${cost}.`),
        ]),
      ].join('\n'),
    );
  return [head, ...rest].join('\n\n');
}

function devices(count: number): string {
  return count === 1 ? '1 device' : `${count} devices`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
