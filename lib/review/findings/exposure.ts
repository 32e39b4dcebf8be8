import { Flow } from '../../flows';
import { names, notOnInternet, protocolName, VPN_FLOWS } from '../evaluate';
import {
  type AddressRange,
  formatRange,
  intersection,
  isKnown,
  isRange,
  type Peer,
  type Rule,
  type RuleSet,
} from '../model';
import { aboutRule, type Context, type FindingKind, isWritten, type Topic } from './finding';

const PPTP: FindingKind = {
  id: 'pptp-open-to-the-world',
  severity: 'error',
  title: 'PPTP is open to the whole internet',
  help: 'Whoever records one login can read and change the calls of that user and log in as that user. Let in the ranges that the clients really have.',
};

const VPN: FindingKind = {
  id: 'vpn-open-to-the-world',
  severity: 'note',
  title: 'A VPN port is open to the whole internet',
  help: 'A sound VPN may be: roaming clients come from anywhere. Where clients have known ranges, let in those.',
};

const EVERYTHING: FindingKind = {
  id: 'everything-open',
  severity: 'warning',
  title: 'Every protocol and port is open where a few rules would do',
  help: 'GRE needs a rule for IP protocol 47, not one for everything. A rule for everything opens every other port of the machine with it.',
};

const L2TP: FindingKind = {
  id: 'l2tp-in-the-clear',
  severity: 'error',
  title: 'UDP 1701 is open: L2TP without IPsec',
  help: 'L2TP has no encryption of its own. Its packets travel inside ESP or UDP 4500, so that UDP 1701 needs no rule, and a rule for it lets clients in that never set IPsec up.',
};

/** Sizes from which a range is the internet rather than somebody's: shorter than /8, or than /16 of IPv6. */
const BROAD: Readonly<Record<4 | 6, bigint>> = { 4: 1n << 24n, 6: 1n << 112n };

/** Who may reach what. */
export const exposure: Topic = {
  kinds: [PPTP, VPN, EVERYTHING, L2TP],
  rule: (rule, set, context) => {
    if (rule.direction !== 'in' || rule.action !== 'allow' || !isWritten(rule, set)) {
      return;
    }
    if (rule.protocol === 'any') {
      everything(rule, set, context);
      return;
    }
    if (typeof rule.protocol === 'number' && FLOWS.has(rule.protocol)) {
      named(rule, set, context);
    }
  },
};

/** The flows of VPNs by protocol. TCP and UDP 443 are the web's. */
const FLOWS: ReadonlyMap<number, readonly Flow[]> = new Map(
  [6, 17, 47, 50].map((protocol) => [
    protocol,
    VPN_FLOWS.filter((flow) => flow.protocol === protocol && flow.port !== 443),
  ]),
);

const CONTROL = Flow.tcp(1723);
const L2TP_PLAIN = Flow.udp(1701);

function flowOf(rule: Rule): Flow | undefined {
  for (const flow of FLOWS.get(rule.protocol as number) ?? []) {
    if (names(rule, flow)) {
      return flow;
    }
  }
  return undefined;
}

function named(rule: Rule, set: RuleSet, { report }: Context): void {
  const flow = flowOf(rule);
  if (flow === undefined) {
    return;
  }
  if (flow.id === L2TP_PLAIN.id) {
    report(
      aboutRule(rule, set, {
        kind: L2TP,
        message: `${set.label} lets UDP 1701 in ${fromWhom(rule)}: L2TP outside IPsec, in the clear.`,
        fix: 'take the rule away; L2TP/IPsec needs UDP 500 and 4500, and the filter of the machine itself takes 1701 out of IPsec only',
      }),
    );
    return;
  }
  const wide = broad(rule);
  if (wide === undefined) {
    return;
  }
  const isPptp = flow.id === CONTROL.id || flow === Flow.GRE;
  const because = rule.reasons?.anywhere ?? set.reasons?.anywhere;
  report(
    aboutRule(rule, set, {
      kind: isPptp ? PPTP : VPN,
      ...(because === undefined ? {} : { severity: 'note' as const }),
      message: `${set.label} lets ${flow.name} in from ${formatRange(wide)}${because === undefined ? '' : `, for this reason: ${because}`}.`,
      fix: isPptp
        ? 'the ranges of the clients in place of everybody, or a protocol whose cryptography holds'
        : 'the ranges of the clients, where they are known',
    }),
  );
}

/** Not where the set is a filter of a whole subnet: that everything passes there is how most are, and what others filter. */
function everything(rule: Rule, set: RuleSet, { report }: Context): void {
  if (!set.semantics.stateful) {
    return;
  }
  const ranges = rule.peers === 'any' ? 'any' : rule.peers.filter(isKnown).filter(isRange);
  const wide = broad(rule);
  if (wide === undefined && ranges !== 'any' && ranges.length === 0) {
    return;
  }
  report(
    aboutRule(rule, set, {
      kind: EVERYTHING,
      ...(wide === undefined ? {} : { severity: 'error' as const }),
      message: `${set.label} lets every protocol and port in ${fromWhom(rule)}.`,
      fix:
        set.cloud === 'azure'
          ? 'rules for what is meant'
          : `rules for what is meant; for PPTP these two: TCP 1723, and ${protocolName(47)} without ports`,
    }),
  );
}

/** A range of the rule that is most of the internet, or all. */
function broad({ peers }: Rule): AddressRange | undefined {
  const everybody = { version: 4, first: 0, last: 0xffffffff } as const;
  if (peers === 'any' || peers.some((peer) => isKnown(peer) && isInternet(peer))) {
    return everybody;
  }
  return peers
    .filter(isKnown)
    .filter(isRange)
    .find((range) => {
      const size = BigInt(range.last) - BigInt(range.first) + 1n;
      const hidden = intersection([range], notOnInternet(range.version)).reduce(
        (sum, { first, last }) => sum + BigInt(last) - BigInt(first) + 1n,
        0n,
      );
      return size > BROAD[range.version] && size - hidden > BROAD[range.version];
    });
}

/** The service tag of Azure for everything outside. */
function isInternet(peer: Peer): boolean {
  return 'kind' in peer && peer.kind === 'service-tag' && peer.name.toLowerCase() === 'internet';
}

function fromWhom({ peers }: Rule): string {
  if (peers === 'any') {
    return 'from everywhere';
  }
  const ranges = peers.filter(isKnown).filter(isRange);
  return ranges.length === 0 ? 'from others' : `from ${ranges.map(formatRange).join(', ')}`;
}
