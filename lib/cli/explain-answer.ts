import type { ClientDevice } from '../clients/client-device';
import type { Exclusion } from '../clients/dial-in-servers';
import type { Fleet } from '../clients/fleet';
import { assess, type Result, type Verdict } from '../feasibility/assess';
import type { FleetChoice } from '../feasibility/choose-for-fleet';
import { type PathMtu, pathMtu, type TunnelSize, tunnelSizes } from '../feasibility/mtu';
import type { Hop, Path } from '../feasibility/path';
import { DIRECTIONS, type End, type Flow } from '../flows/flow';
import { type CarriageFact, factFor } from '../network/element';
import { type WayHop, wayOfProtocol } from '../network/ways';
import { VPN_PROTOCOLS, type VpnProtocol } from '../protocols';

/** A path that was asked about. */
export interface AskedPath {
  readonly name: string;
  readonly path: Path & { readonly hops: readonly WayHop[] };
  /** Who calls over it, where that was said. */
  readonly devices: readonly { readonly device: ClientDevice; readonly count?: number }[];
  /** The same where it was said how many they are. */
  readonly fleet?: Fleet;
}

/** What somebody wants to know. */
export interface Question {
  readonly paths: readonly AskedPath[];
  readonly protocols: readonly VpnProtocol[];
}

/** What becomes of one protocol on one path. */
export interface Finding {
  readonly protocol: VpnProtocol;
  readonly result: Result;
  readonly verdict: Verdict;
  /** The devices that cannot speak it with what the path leads to, whatever the path does. */
  readonly leftOut: AskedPath['devices'];
  /** Those that speak it, and still have no client for the server. */
  readonly excluded?: Exclusion;
  readonly conditions: readonly Condition[];
  readonly words: readonly Word[];
  /** What the path carries whole, and what each form of the protocol leaves of it. */
  readonly size: { readonly path: PathMtu; readonly tunnels: readonly TunnelSize[] };
}

/** What was taken for granted about a hop. */
export interface Condition {
  readonly hop: Hop;
  readonly hopIndex: number;
  readonly flows: readonly Flow[];
  readonly condition: string;
}

/** The fact that decided what a hop does to a flow. */
export interface Word {
  readonly hop: Hop;
  readonly hopIndex: number;
  readonly flow: Flow;
  readonly fact: CarriageFact;
}

/** A protocol that was not asked about and works on every path. */
export interface Alternative {
  readonly protocol: VpnProtocol;
  /** Of the devices below, those that have it built in. */
  readonly builtInto: readonly ClientDevice[];
  /** The devices that were named, or all that are known. */
  readonly devices: readonly ClientDevice[];
}

/** What there is to say. */
export interface Answer {
  readonly result: Result;
  readonly paths: readonly { readonly asked: AskedPath; readonly findings: readonly Finding[] }[];
  /** What works on every path in place of what was asked about; `undefined` where that works. */
  readonly instead?: readonly Alternative[];
  /** Who would be served by what, where that does not work and every path says who calls over it. */
  readonly choice?: FleetChoice;
}

/** Answers. The worst result counts: one protocol that fails on one path is no 'works'. */
export function answer({ paths, protocols }: Question): Answer {
  const found = paths.map((asked) => ({ asked, findings: protocols.map((protocol) => finding(protocol, asked)) }));
  const result = worstOf(found.flatMap(({ findings }) => findings.map((one) => one.result)));
  if (result === 'works') {
    return { result, paths: found };
  }
  const choice = choiceFor(paths);
  return {
    result,
    paths: found,
    instead: alternatives(paths, protocols),
    ...(choice === undefined ? {} : { choice }),
  };
}

/** Among the protocols that no server on the way refuses whatever the path does. */
function choiceFor(paths: readonly AskedPath[]): FleetChoice | undefined {
  const fleets = paths.flatMap(({ path, fleet }) => (fleet === undefined ? [] : [{ path, fleet }]));
  const protocols = VPN_PROTOCOLS.filter((protocol) =>
    paths.every(({ path }) => wayOfProtocol(path, protocol) === path),
  );
  if (fleets.length < paths.length || protocols.length === 0) {
    return undefined;
  }
  const { chooseForFleet } =
    require('../feasibility/choose-for-fleet') as typeof import('../feasibility/choose-for-fleet');
  return chooseForFleet({ paths: fleets, protocols });
}

function worstOf(results: readonly Result[]): Result {
  return (['cannot-work', 'unverified'] as const).find((one) => results.includes(one)) ?? 'works';
}

function finding(protocol: VpnProtocol, { path, devices }: AskedPath): Finding {
  const verdict = assess(protocol, wayOfProtocol(path, protocol));
  const excluded = devices.length === 0 ? undefined : exclusionOn(path, protocol);
  const leftOut = devices.filter(
    ({ device }) => device.support[protocol.id].support === 'none' || excluded?.devices.includes(device.id) === true,
  );
  const words = wordsOf(verdict);
  const mtu = pathMtu(path);
  return {
    protocol,
    result: leftOut.length > 0 ? 'cannot-work' : verdict.result,
    verdict,
    leftOut,
    ...(excluded === undefined ? {} : { excluded }),
    conditions: conditionsOf(words),
    words,
    size: { path: mtu, tunnels: tunnelSizes(protocol, mtu.bytes) },
  };
}

/** Only who names a device waits for what is known of servers. */
function exclusionOn({ hops }: AskedPath['path'], { id }: VpnProtocol): Exclusion | undefined {
  const { DIAL_IN_SERVERS } = require('../clients/dial-in-servers') as typeof import('../clients/dial-in-servers');
  return DIAL_IN_SERVERS[hops.at(-1)?.element.id ?? '']?.leavesOut[id];
}

/** Built into most devices first, then the strongest; of equals the first. */
function alternatives(paths: readonly AskedPath[], asked: readonly VpnProtocol[]): readonly Alternative[] {
  const strength = { sound: 2, dated: 1, broken: 0 };
  const named = paths.flatMap(({ devices }) => devices.map(({ device }) => device));
  const devices = named.length > 0 ? [...new Set(named)] : knownDevices();
  return VPN_PROTOCOLS.filter((protocol) => !asked.includes(protocol))
    .filter((protocol) => paths.every((path) => finding(protocol, path).result === 'works'))
    .map((protocol) => ({
      protocol,
      builtInto: devices.filter(({ support }) => support[protocol.id].support === 'built-in'),
      devices,
    }))
    .sort(
      (a, b) =>
        b.builtInto.length - a.builtInto.length ||
        strength[b.protocol.standing.level] - strength[a.protocol.standing.level],
    );
}

/** Only who needs another protocol waits for the table of devices. */
function knownDevices(): readonly ClientDevice[] {
  return (require('../clients/devices') as typeof import('../clients/devices')).CLIENT_DEVICES;
}

/** Per hop and flow, what decided; a fact that decides about both directions once. */
function wordsOf({ path, flowSet }: Verdict): readonly Word[] {
  return path.hops.flatMap((hop, hopIndex) =>
    flowSet.flows.flatMap((flow) => {
      const firsts: readonly End[] = flow.startsAtEitherEnd ? ['client', 'gateway'] : ['client'];
      const facts = DIRECTIONS.flatMap((direction) =>
        firsts.flatMap(
          (first) =>
            factFor({ ...hop.element, facts: hop.facts ?? [] }, flow, direction, first) ??
            factFor(hop.element, flow, direction, first) ??
            [],
        ),
      );
      return [...new Set(facts)].map((fact) => ({ hop, hopIndex, flow, fact }));
    }),
  );
}

function conditionsOf(words: readonly Word[]): readonly Condition[] {
  const conditions: (Condition & { flows: Flow[] })[] = [];
  for (const { hop, hopIndex, flow, fact } of words) {
    if (fact.carriage !== 'conditional' || fact.condition === undefined || hop.condition !== 'met') {
      continue;
    }
    const twin = conditions.find((one) => one.hopIndex === hopIndex && one.condition === fact.condition);
    if (twin === undefined) {
      conditions.push({ hop, hopIndex, flows: [flow], condition: fact.condition });
    } else if (!twin.flows.includes(flow)) {
      twin.flows.push(flow);
    }
  }
  return conditions;
}
