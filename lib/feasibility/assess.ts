import type { DiagnosticCode } from '../diagnostics';
import { DIRECTIONS, type Direction, type End, type Flow } from '../flows/flow';
import { IpProtocol } from '../flows/ip-protocol';
import { type CarriageFact, factFor } from '../network/element';
import type { Evidence } from '../network/evidence';
import { checkedProtocol, type FlowSet, type VpnProtocol } from '../protocols';
import { checkedPath, type Hop, hopName, type Path } from './path';

/** Whether a VPN protocol works on a path, cannot work, or nobody can tell at synth time. */
export type Result = 'works' | 'cannot-work' | 'unverified';

/** Why a flow does not certainly pass a hop in one direction. */
export interface Reason {
  /** `drops`: the packet ends here. `unknown`: it may. */
  readonly kind: 'drops' | 'unknown';
  readonly code: DiagnosticCode;
  /** Position of the hop on the path, from 0. */
  readonly hopIndex: number;
  readonly hop: Hop;
  readonly flow: Flow;
  readonly direction: Direction;
  /** Why, for people. */
  readonly because: string;
  /** What to change at the hop, where something can be changed. */
  readonly remedy?: string;
  readonly evidence: readonly Evidence[];
}

/** What becomes of one VPN protocol on one path. */
export interface Verdict {
  readonly protocol: VpnProtocol;
  readonly path: Path;
  readonly result: Result;
  /** The set of flows that the result is about: the best one that the protocol has on this path. */
  readonly flowSet: FlowSet;
  /** Every reason per hop, flow and direction; empty when it works. */
  readonly reasons: readonly Reason[];
}

/** Which end sends first is a race where a flow starts at either: what it then costs at worst. */
function reasonAt(hop: Hop, hopIndex: number, flow: Flow, direction: Direction): Reason | undefined {
  const one = reasonIf('client', hop, hopIndex, flow, direction);
  if (!flow.startsAtEitherEnd || one?.kind === 'drops') {
    return one;
  }
  const other = reasonIf('gateway', hop, hopIndex, flow, direction);
  return other?.kind === 'drops' ? other : (one ?? other);
}

/** What a hop does to a flow in a direction, if this end sends first: `undefined` where it carries it, on somebody's word. */
function reasonIf(first: End, hop: Hop, hopIndex: number, flow: Flow, direction: Direction): Reason | undefined {
  const own = hop.facts?.length ? factFor({ ...hop.element, facts: hop.facts }, flow, direction, first) : undefined;
  const fact = own ?? factFor(hop.element, flow, direction, first);
  const reason = (kind: Reason['kind'], code: DiagnosticCode, because: string): Reason => ({
    kind,
    code,
    hopIndex,
    hop,
    flow,
    direction,
    because,
    ...(fact?.remedy === undefined ? {} : { remedy: fact.remedy }),
    evidence: fact?.evidence ?? [],
  });
  if (fact === undefined || fact.carriage === 'undocumented') {
    return reason(
      'unknown',
      'PATH_UNVERIFIED',
      fact?.because ?? `no fact says what ${hopName(hop)} does to ${flow.name}`,
    );
  }
  if (fact.carriage === 'drops') {
    return reason('drops', fact.code ?? droppedCode(flow), fact.because);
  }
  if (fact.carriage === 'conditional' && hop.condition !== 'met') {
    const condition = fact.condition ?? 'a condition holds';
    return hop.condition === 'not-met'
      ? reason('drops', fact.code ?? droppedCode(flow), `${fact.because} Here it does not hold that ${condition}.`)
      : reason('unknown', 'PATH_UNVERIFIED', `${fact.because} Nobody has said whether ${condition}.`);
  }
  // 'Works' needs a vendor's statement, a field report or a packet experiment: an inference alone is not enough.
  return isInferenceAlone(fact) ? reason('unknown', 'PATH_UNVERIFIED', fact.because) : undefined;
}

function isInferenceAlone(fact: CarriageFact): boolean {
  return fact.evidence.every((evidence) => evidence.kind === 'inference');
}

function droppedCode(flow: Flow): DiagnosticCode {
  switch (flow.protocol) {
    case IpProtocol.TCP:
      return 'TCP_DROPPED';
    case IpProtocol.UDP:
      return 'UDP_DROPPED';
    case IpProtocol.GRE:
      return 'GRE_DROPPED';
    default:
      return 'ESP_DROPPED';
  }
}

const RANK: Record<Result, number> = { works: 2, unverified: 1, 'cannot-work': 0 };

/**
 * What becomes of a VPN protocol on a path: every set of flows that the protocol can run on is followed hop by hop in
 * both directions, and the best one counts (the first of equals).
 *
 * @throws InvalidInputError `PROTOCOL_UNKNOWN`, `PATH_EMPTY`, `PATH_INVALID`
 */
export function assess(protocol: VpnProtocol, path: Path): Verdict {
  checkedProtocol(protocol);
  checkedPath(path);
  return best(protocol.flowSets.map((flowSet) => verdictOf(protocol, path, flowSet)));
}

/** The verdict with the best result, the first of equals; of at least one. */
export function best(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((so, one) => (RANK[one.result] > RANK[so.result] ? one : so));
}

function verdictOf(protocol: VpnProtocol, path: Path, flowSet: FlowSet): Verdict {
  const reasons: Reason[] = [];
  path.hops.forEach((hop, index) => {
    for (const flow of flowSet.flows) {
      for (const direction of DIRECTIONS) {
        const reason = reasonAt(hop, index, flow, direction);
        if (reason !== undefined) {
          reasons.push(reason);
        }
      }
    }
  });
  const drops = reasons.some((reason) => reason.kind === 'drops');
  const result = drops ? 'cannot-work' : reasons.length > 0 ? 'unverified' : 'works';
  return { protocol, path, result, flowSet, reasons };
}

/** The worst result counts: one protocol over several paths works only where it works on each. */
export function worst(verdicts: readonly Verdict[]): Result {
  return verdicts.reduce<Result>((sum, { result }) => (RANK[result] < RANK[sum] ? result : sum), 'works');
}
