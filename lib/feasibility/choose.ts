import { invalid } from '../errors';
import type { VpnProtocol } from '../protocols';
import { assess, best, type Result, type Verdict, worst } from './assess';
import type { Service } from './choose-for-fleet';
import type { Path } from './path';

/**
 * A server that a cloud folder can build: the protocol it speaks, the paths on which clients would reach it, and what a
 * user must know before taking it in place of another.
 */
export interface Candidate {
  readonly protocol: VpnProtocol;
  /** What else the same server speaks: a client that cannot use the first may use one of these. */
  readonly also?: readonly VpnProtocol[];
  /** The key of the server among `DIAL_IN_SERVERS`, where it takes fewer clients than its protocols have. */
  readonly server?: string;
  readonly paths: readonly Path[];
  /** What builds it: `VPN Gateway`, `AWS Client VPN`, `a virtual machine with pptpd`. */
  readonly builtBy: string;
  /** How long it takes to create: `about 30 to 45 minutes to create`. */
  readonly takes: string;
  /** How it is billed, in words; prices change and differ by region: `billed by the hour`. */
  readonly cost: string;
  /** What a client needs: `built into Windows, macOS, iOS and Android 11 and later`. */
  readonly clients: string;
  /** The code to write for it. */
  readonly code: string;
}

/** A candidate with the verdict of each of its paths. */
export interface AssessedCandidate<C extends Candidate = Candidate> {
  readonly candidate: C;
  readonly verdicts: readonly Verdict[];
  /** The worst of the verdicts. */
  readonly result: Result;
  /** Whom it serves and whom it leaves out, where every path says who comes by it. */
  readonly service?: Service;
}

/** Whether nothing speaks against building it: it may work on every path, and leaves nobody out who is known. */
export function canServe({ result, service }: AssessedCandidate): boolean {
  return result !== 'cannot-work' && (service === undefined || service.leftOut.length === 0);
}

/**
 * The verdicts of a candidate on all its paths: of a server that speaks several protocols, on each path that of the best.
 *
 * @throws InvalidInputError `CANDIDATE_INVALID`, `PROTOCOL_UNKNOWN`, `PATH_EMPTY`, `PATH_INVALID`
 */
export function assessCandidate<C extends Candidate>(candidate: C): AssessedCandidate<C> {
  const { protocol, also = [], paths } = candidate ?? {};
  if (!Array.isArray(paths) || paths.length === 0 || !Array.isArray(also)) {
    invalid({
      code: 'CANDIDATE_INVALID',
      what: 'a candidate has no paths: nobody would reach it',
      got: candidate,
      allowed: 'a protocol with at least one path',
      instead: '{ protocol: WIREGUARD, paths: [path], builtBy, takes, cost, clients, code }',
    });
  }
  // A list may have holes.
  if (Array.from(paths).every((path) => path?.fleet !== undefined)) {
    const service = forFleets().serviceOf(candidate);
    return { candidate, verdicts: service.verdicts, result: service.result, service };
  }
  const verdicts = Array.from(paths, (path: Path) =>
    best(Array.from([protocol, ...also], (one: VpnProtocol) => assess(one, path))),
  );
  return { candidate, verdicts, result: worst(verdicts) };
}

/** Who says nothing of fleets does not wait for what is known of devices. */
function forFleets(): typeof import('./choose-for-fleet') {
  return require('./choose-for-fleet');
}

/** What was chosen among the protocols that a user allows, and what was passed over on the way there. */
export interface Choice<C extends Candidate = Candidate> {
  /**
   * The first candidate that works on every path; failing that the first that nobody can rule out; else `undefined`. Where
   * every path says who comes by it, the best for them.
   */
  readonly chosen: AssessedCandidate<C> | undefined;
  /** Every candidate in the user's order. */
  readonly assessed: readonly AssessedCandidate<C>[];
  /** Candidates that the user preferred to the chosen one. */
  readonly passedOver: readonly AssessedCandidate<C>[];
}

/**
 * Chooses in the user's order of preference: the first that works on every path. Where none certainly works, the first
 * that is unverified; where all are ruled out, none.
 *
 * Where every path says who comes by it, the order decides between equals alone, as in `chooseForFleet`: first what works
 * for every device on every path, then what is built into most devices, then what is strongest. Whoever leaves somebody out
 * is not chosen.
 *
 * @throws InvalidInputError `CANDIDATE_INVALID`, `PROTOCOL_UNKNOWN`, `PATH_EMPTY`, `PATH_INVALID`
 */
export function choose<C extends Candidate>(candidates: readonly C[]): Choice<C> {
  if (!Array.isArray(candidates)) {
    invalid({
      code: 'CANDIDATE_INVALID',
      what: 'a choice among what is not a list of candidates',
      got: candidates,
      allowed: 'a list, in the order of preference',
      instead: 'choose([{ protocol: WIREGUARD, paths: [path], builtBy, takes, cost, clients, code }])',
    });
  }
  const assessed = Array.from(candidates, (candidate) => assessCandidate(candidate));
  const order = assessed.every(({ service }) => service !== undefined) ? forFleets().bestFirst(assessed) : assessed;
  const able = order.filter(canServe);
  const chosen = able.find(({ result }) => result === 'works') ?? able[0];
  const passedOver = chosen === undefined ? assessed : assessed.slice(0, assessed.indexOf(chosen));
  return { chosen, assessed, passedOver };
}
