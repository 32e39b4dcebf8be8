import { invalid } from '../errors';
import type { VpnProtocol } from '../protocols';
import { assess, type Result, type Verdict, worst } from './assess';
import type { Path } from './path';

/**
 * A server that a cloud folder can build: the protocol it speaks, the paths on which clients would reach it, and what a
 * user must know before taking it in place of another.
 */
export interface Candidate {
  readonly protocol: VpnProtocol;
  readonly paths: readonly Path[];
  /** What builds it: `VPN Gateway`, `AWS Client VPN`, `a virtual machine with pptpd`. */
  readonly builtBy: string;
  /** How long it takes to create: `about 30 to 45 minutes to create`. */
  readonly takes: string;
  /** How it is billed, in words; prices change and differ by region: `billed by the hour`. */
  readonly cost: string;
  /** What a client needs: `built into Windows, macOS, iOS, Android 12+`. */
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
}

/**
 * The verdicts of a candidate on all its paths.
 *
 * @throws InvalidInputError `CANDIDATE_INVALID`, `PROTOCOL_UNKNOWN`, `PATH_EMPTY`, `PATH_INVALID`
 */
export function assessCandidate<C extends Candidate>(candidate: C): AssessedCandidate<C> {
  if (!Array.isArray(candidate?.paths) || candidate.paths.length === 0) {
    invalid({
      code: 'CANDIDATE_INVALID',
      what: 'a candidate has no paths: nobody would reach it',
      got: candidate,
      allowed: 'a protocol with at least one path',
      instead: '{ protocol: WIREGUARD, paths: [path], builtBy, takes, cost, clients, code }',
    });
  }
  const verdicts = candidate.paths.map((path) => assess(candidate.protocol, path));
  return { candidate, verdicts, result: worst(verdicts) };
}

/** What was chosen among the protocols that a user allows, and what was passed over on the way there. */
export interface Choice<C extends Candidate = Candidate> {
  /** The first candidate that works on every path; failing that the first that nobody can rule out; else `undefined`. */
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
  const chosen =
    assessed.find(({ result }) => result === 'works') ?? assessed.find(({ result }) => result === 'unverified');
  const passedOver = chosen === undefined ? assessed : assessed.slice(0, assessed.indexOf(chosen));
  return { chosen, assessed, passedOver };
}
