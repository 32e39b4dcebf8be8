import { invalid } from '../errors';
import type { Flow } from '../flows';
import { nearest } from '../nearest';
import { VPN_PROTOCOLS, type VpnProtocol, type VpnProtocolId } from '../protocols';
import { addressSet, type Passage, reach, serves, type Verdict } from '../review';
import { changeLines, clientsName, passageText } from './message';
import { subjectOf } from './subject';

/** Who sends, and to which machine. */
export interface Ends {
  /** Ranges of clients in CIDR notation, all of one IP version. */
  readonly from: string | readonly string[];
  /**
   * The machine: its id, its logical id or address, or its construct path or the end of one.
   *
   * @default - the only VPN gateway
   */
  readonly to?: string;
}

/** Whom a machine serves. */
export interface Serving {
  /**
   * Ranges of clients in CIDR notation, all of one IP version.
   *
   * @default - those whom the rules of the machine name
   */
  readonly clients?: string | readonly string[];
  /**
   * The machine, as in `Ends`.
   *
   * @default - the only VPN gateway
   */
  readonly gateway?: string;
}

/** A protocol, by itself, its id or its name: `'PPTP'`, `'L2TP/IPsec'`, `'ikev2'`. */
export type ProtocolName =
  | VpnProtocol
  | VpnProtocolId
  | 'PPTP'
  | 'L2TP/IPsec'
  | 'SSTP'
  | 'IKEv2'
  | 'OpenVPN'
  | 'WireGuard';

/** What the matchers add to `expect(...)`. */
export interface VpnMatchers<R = unknown> {
  /**
   * Every packet of a flow gets from all of these clients to a machine, and the answers get back. With `.not`, none does:
   * what is not known is neither.
   *
   * @throws InvalidInputError `REVIEW_QUESTION_INVALID`, `MATCHER_SUBJECT_UNKNOWN`, those of `IpRange.parse`
   */
  toLetThrough(flow: Flow, ends: Ends): R;
  /**
   * A machine serves a VPN protocol to all of these clients. With `.not`, to none of them: what is not known is neither.
   *
   * @throws InvalidInputError `PROTOCOL_UNKNOWN`, `REVIEW_QUESTION_INVALID`, `MATCHER_SUBJECT_UNKNOWN`, those of
   * `IpRange.parse`
   */
  toServe(protocol: ProtocolName, serving?: Serving): R;
}

/** What jest wants back. */
export interface Outcome {
  readonly pass: boolean;
  readonly message: () => string;
}

/** As much of the state of `expect` as is looked at. */
interface State {
  readonly isNot?: boolean;
}

/** The matchers, for `expect.extend(matchers)`. */
export const matchers = {
  toLetThrough(this: State, received: unknown, flow: Flow, ends: Ends): Outcome {
    const { review, within } = subjectOf(received);
    const { machine, verdict, ways } = reach(review.answers, {
      flow,
      ...ends,
      ...(within === undefined ? {} : { within }),
    });
    const every = ways.flatMap(({ passages }) => passages);
    const best = ways[0]?.passages ?? [];
    const asked = clientsName(addressSet(best.flatMap(({ clients }) => clients)));
    return outcome(this, verdict, worstOf(every), (result) => {
      const shown = this.isNot === true ? every.filter((one) => one.verdict !== 'drops') : best.filter(isIn(result));
      return [
        `${flow.name} from ${asked} ${RESULTS[result]} to ${machine.label} and back${dialled(ways[0]?.way.dials)}:`,
        '',
        ...shown.flatMap(passageText),
        ...changeLines(this.isNot === true ? [] : shown),
      ];
    });
  },

  toServe(this: State, received: unknown, name: ProtocolName, serving: Serving = {}): Outcome {
    const protocol = protocolOf(name);
    const { review, within } = subjectOf(received);
    const answer = serves(review.answers, { protocol, ...serving, ...(within === undefined ? {} : { within }) });
    const { machine, verdict, servesAll, flows, served, open, asked } = answer;
    const all: Verdict = servesAll ? 'passes' : verdict === 'unknown' || open.length > 0 ? 'unknown' : 'drops';
    return outcome(this, all, verdict, (result) => {
      const passages = flows.map(({ flow, passages: some }) => ({
        flow,
        shown:
          this.isNot === true
            ? some.filter((one) => one.verdict !== 'drops')
            : some.filter((one) => one.verdict !== 'passes'),
      }));
      const whom = this.isNot === true ? clientsName(addressSet([...served, ...open])) : `all of ${clientsName(asked)}`;
      return [
        `${machine.label} ${SERVES[result]} ${protocol.name} to ${whom}${dialled(answer.dials)}:`,
        ...passages.flatMap(({ flow, shown }) =>
          shown.length === 0
            ? []
            : ['', ` ${flow.name}`, ...shown.flatMap(passageText), ...(this.isNot === true ? [] : changeLines(shown))],
        ),
      ];
    });
  },
};

const RESULTS: Readonly<Record<Verdict, string>> = {
  passes: 'gets through',
  drops: 'does not get through',
  unknown: 'may or may not get through',
};

const SERVES: Readonly<Record<Verdict, string>> = {
  passes: 'serves',
  drops: 'does not serve',
  unknown: 'may or may not serve',
};

/**
 * What is not known passes neither as it stands nor negated.
 *
 * @param all what becomes of all the clients
 * @param any the best that becomes of any of them
 */
function outcome(
  { isNot = false }: State,
  all: Verdict,
  any: Verdict,
  lines: (result: Verdict) => readonly string[],
): Outcome {
  const result = isNot ? any : all;
  return {
    pass: isNot ? result !== 'drops' : result === 'passes',
    message: () => lines(result).join('\n'),
  };
}

function worstOf(passages: readonly Passage[]): Verdict {
  const verdicts = new Set(passages.map(({ verdict }) => verdict));
  return verdicts.has('passes') ? 'passes' : verdicts.has('unknown') || passages.length === 0 ? 'unknown' : 'drops';
}

function isIn(result: Verdict): (passage: Passage) => boolean {
  return ({ verdict }) => verdict === result;
}

function dialled(dials: string | undefined): string {
  return dials === undefined ? '' : `, by ${dials}`;
}

function protocolOf(name: ProtocolName): VpnProtocol {
  if (typeof name === 'object') {
    return name;
  }
  const lower = String(name).toLowerCase();
  const names = VPN_PROTOCOLS.flatMap((one) => [one.name, one.id]);
  return (
    VPN_PROTOCOLS.find((one) => one.id === lower || one.name.toLowerCase() === lower) ??
    invalid({
      code: 'PROTOCOL_UNKNOWN',
      what: 'there is no VPN protocol of this name here',
      got: name,
      allowed: VPN_PROTOCOLS.map((one) => one.name).join(', '),
      instead: `toServe('${nearest(String(name), names) ?? 'IKEv2'}')`,
    })
  );
}
