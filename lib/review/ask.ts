import { invalid } from '../errors';
import { type Flow, IpRange } from '../flows';
import { nearest } from '../nearest';
import type { VpnProtocol } from '../protocols';
import { type Answers, type Passage, type ProtocolAnswer, type Verdict, type Way, worse } from './evaluate';
import { type AddressSet, addressSet, includes, type Machine, parseRange } from './model';

/** A question about one flow. */
export interface FlowQuestion {
  readonly flow: Flow;
  /** Ranges of clients in CIDR notation, all of one IP version. */
  readonly from: string | readonly string[];
  /**
   * The machine: its id, its logical id or address, or its construct path or the end of one; may be left out where there is
   * one gateway.
   */
  readonly to?: string;
  /** The construct below which the machine is, by its path. Left out: anywhere. */
  readonly within?: string;
}

/** What becomes of a flow. */
export interface FlowReach {
  readonly machine: Machine;
  /**
   * By the way that carries most: `passes` where every client gets through and back, `drops` where one does not, `unknown`
   * where that is not known of one.
   */
  readonly verdict: Verdict;
  /** Every way, the best first. */
  readonly ways: readonly { readonly way: Way; readonly verdict: Verdict; readonly passages: readonly Passage[] }[];
}

const RANK: Readonly<Record<Verdict, number>> = { passes: 0, unknown: 1, drops: 2 };

/**
 * Whether a flow gets from all these clients to a machine and back.
 *
 * @throws InvalidInputError `REVIEW_QUESTION_INVALID`, or those of `IpRange.parse`
 */
export function reach(answers: Answers, { flow, from, to, within }: FlowQuestion): FlowReach {
  const machine = machineNamed(answers, to, within);
  const ways = answers
    .reach(machine, flow, clientsOf(from))
    .map(({ way, passages }) => ({
      way,
      passages,
      verdict: passages.map((passage) => passage.verdict).reduce(worse, 'passes'),
    }))
    .sort((a, b) => RANK[a.verdict] - RANK[b.verdict]);
  return { machine, verdict: ways[0]?.verdict ?? 'unknown', ways };
}

/** A question about a protocol. */
export interface ProtocolQuestion {
  readonly protocol: VpnProtocol;
  /** Ranges of clients; left out, those whom the rules of the machine name. */
  readonly clients?: string | readonly string[];
  /** The machine, as in `FlowQuestion`. */
  readonly gateway?: string;
  /** As in `FlowQuestion`. */
  readonly within?: string;
}

/** Whether a machine serves a protocol to all of these clients. */
export interface ProtocolReach extends ProtocolAnswer {
  readonly machine: Machine;
  /** `true` where every client asked about is served. */
  readonly servesAll: boolean;
}

/**
 * Whether a machine serves a VPN protocol.
 *
 * @throws InvalidInputError `REVIEW_QUESTION_INVALID`, or those of `IpRange.parse`
 */
export function serves(answers: Answers, { protocol, clients, gateway, within }: ProtocolQuestion): ProtocolReach {
  const machine = machineNamed(answers, gateway, within);
  const answer = answers.serve(machine, protocol, clients === undefined ? {} : { clients: clientsOf(clients) });
  const { verdict, served, open, asked, dials, way, flowSet, flows, stops } = answer;
  const servesAll = verdict === 'passes' && includes(served, asked);
  return { protocol, verdict, served, open, asked, dials, way, flowSet, flows, stops, machine, servesAll };
}

function clientsOf(texts: string | readonly string[]): AddressSet {
  const ranges = (typeof texts === 'string' ? [texts] : texts).map((text) => IpRange.parse(text, 'client range'));
  const [first] = ranges;
  if (first === undefined || ranges.some(({ version }) => version !== first.version)) {
    invalid({
      code: 'REVIEW_QUESTION_INVALID',
      what: first === undefined ? 'no client ranges to ask about' : 'client ranges of two IP versions in one question',
      got: texts,
      allowed: 'at least one range in CIDR notation, all of IPv4 or all of IPv6',
      instead: "from: '203.0.113.0/24'",
    });
  }
  return addressSet(ranges.map(({ cidr }) => parseRange(cidr)).filter((range) => range !== undefined));
}

/** The machine that a name means; without a name the only gateway. */
function machineNamed(answers: Answers, name: string | undefined, within: string | undefined): Machine {
  const isWithin = ({ origin }: Machine) =>
    within === undefined || `${origin.resource?.constructPath}/`.startsWith(within === '' ? '' : `${within}/`);
  const all = answers.world.estate.all('machine').filter(isWithin);
  const found = name === undefined ? answers.gateways().filter(isWithin) : named(all, name);
  const [machine] = found;
  if (machine === undefined || found.length > 1) {
    const labels = all.map(({ label }) => label);
    const likely = name === undefined ? undefined : nearest(name, labels);
    invalid({
      code: 'REVIEW_QUESTION_INVALID',
      what:
        name === undefined
          ? `${found.length === 0 ? 'there is no VPN gateway' : `there are ${found.length} VPN gateways`} in what was read`
          : machine === undefined
            ? 'there is no machine of this name in what was read'
            : `${found.length} machines have this name`,
      got: name,
      allowed: labels.length === 0 ? 'no machine was read' : found.length > 1 ? ids(found) : ids(all),
      instead: likely ?? (found.length > 1 ? ids(found.slice(0, 1)) : 'the id of one of the machines'),
    });
  }
  return machine;
}

function ids(machines: readonly Machine[]): string {
  const texts = machines.slice(0, 10).map(({ id }) => id);
  return `${texts.join(', ')}${machines.length > 10 ? ', ...' : ''}`;
}

function named(machines: readonly Machine[], name: string): readonly Machine[] {
  const exact = machines.filter(({ id, label }) => id === name || label === name);
  if (exact.length > 0) {
    return exact;
  }
  const inside = (path: string | undefined) =>
    path !== undefined &&
    (`/${path}`.endsWith(`/${name}`) || path.startsWith(`${name}/`) || `/${path}/`.includes(`/${name}/`));
  return machines.filter(({ origin }) => inside(origin.resource?.constructPath));
}
