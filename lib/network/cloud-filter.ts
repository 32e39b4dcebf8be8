import type { Direction } from '../flows';
import { IpProtocol } from '../flows/ip-protocol';
import type { CarriageFact } from './element';
import type { Evidence } from './evidence';

const { TCP, UDP, GRE, ESP } = IpProtocol;

type Protocol = typeof TCP | typeof UDP | typeof GRE | typeof ESP;

/** A cloud's filter in front of a machine, as its vendor describes it. */
export interface CloudFilter {
  /** The subject of sentences: `A Hetzner Cloud Firewall`. */
  readonly name: string;
  /** How an inbound rule is written for each protocol that rules can name: `protocol "gre" and no port`. */
  readonly rules: { readonly [protocol in Protocol]?: string };
  /** Who says that rules can name these protocols, and that nothing else gets in. */
  readonly evidence: readonly Evidence[];
  /**
   * What becomes of packets on their way out.
   * - `stateful`: answers leave by themselves; everything else needs an outbound rule, or that there is none at all
   * - `stateless`: every direction needs a rule of its own
   * - `unfiltered`: the filter looks at what arrives only
   * - `open`: everything leaves until there is an outbound rule; whether it keeps state is not written down
   */
  readonly outbound: 'stateful' | 'stateless' | 'unfiltered' | 'open';
  /** Who says so. */
  readonly outboundEvidence: readonly Evidence[];
  /** Whether everything leaves a stateful filter as long as it has no outbound rule. */
  readonly openUntilRuled?: boolean;
}

/** What a filter does to the protocols that its rules can name, in both directions. */
export function filterFacts(filter: CloudFilter): readonly CarriageFact[] {
  const protocols = [TCP, UDP, GRE, ESP].filter((protocol) => filter.rules[protocol] !== undefined);
  return [...protocols.map((protocol) => inboundRule(filter, protocol)), ...outbound(filter, protocols)];
}

function outbound(filter: CloudFilter, protocols: readonly Protocol[]): CarriageFact[] {
  const { name, outboundEvidence: evidence } = filter;
  const leaves = (which: readonly Protocol[], because: string): CarriageFact[] =>
    which.length === 0
      ? []
      : [{ protocols: which, direction: 'to-client', carriage: 'carries', because: `${name} ${because}.`, evidence }];
  switch (filter.outbound) {
    case 'unfiltered':
      return leaves(protocols, 'looks at what arrives; what leaves is not filtered');
    case 'stateful': {
      const answered = protocols.filter((protocol) => protocol !== GRE);
      return [
        ...leaves(answered, 'keeps state and lets the answers to what it let in out'),
        ...protocols
          .filter((protocol) => protocol === GRE)
          .map((protocol) =>
            outboundRule(
              filter,
              protocol,
              'Either side of a PPTP call may send the first GRE packet, and only answers leave without being allowed.',
            ),
          ),
      ];
    }
    case 'stateless':
      return protocols.map((protocol) =>
        outboundRule(filter, protocol, `${name} keeps no state: what may pass needs a rule in each direction.`),
      );
    case 'open':
      return protocols.map((protocol) =>
        outboundRule(
          filter,
          protocol,
          `${name} lets everything out until there is an outbound rule, and then only what one allows.`,
        ),
      );
  }
}

function inboundRule(filter: CloudFilter, protocol: Protocol): CarriageFact {
  const more = protocol === GRE ? ', and a rule for TCP 1723 does not let GRE (IP protocol 47) in' : '';
  return {
    protocols: [protocol],
    direction: 'to-gateway',
    carriage: 'conditional',
    condition: `an inbound rule allows ${called(protocol, 'to-gateway')} from the clients`,
    because: `${filter.name} lets nothing in without a rule${more}.`,
    code: 'RULE_MISSING',
    remedy: `add an inbound rule with ${filter.rules[protocol]}, from the clients`,
    evidence: filter.evidence,
  };
}

function outboundRule(filter: CloudFilter, protocol: Protocol, because: string): CarriageFact {
  const what = called(protocol, 'to-client');
  const open = filter.outbound === 'open' || filter.openUntilRuled === true;
  return {
    protocols: [protocol],
    direction: 'to-client',
    carriage: 'conditional',
    condition: `${open ? 'there is no outbound rule, or one' : 'an outbound rule'} allows ${what} to the clients`,
    because,
    code: 'RULE_MISSING',
    remedy: `${open ? 'have no outbound rule, or add one' : 'add an outbound rule'} for ${what} to the clients`,
    evidence: filter.outboundEvidence,
  };
}

function called(protocol: Protocol, direction: Direction): string {
  if (protocol === GRE || protocol === ESP) {
    return `IP protocol ${protocol}`;
  }
  const transport = protocol === TCP ? 'TCP' : 'UDP';
  return direction === 'to-gateway' ? `this ${transport} port` : `${transport} from this port`;
}

/** No rule of the filter can name GRE or ESP, so that it drops them. */
export function notARuleProtocol(
  filter: string,
  protocol: typeof GRE | typeof ESP,
  known: string,
  evidence: readonly Evidence[],
): CarriageFact {
  const [name, code, remedy] =
    protocol === GRE
      ? (['GRE', 'GRE_NOT_A_RULE_PROTOCOL', undefined] as const)
      : (['ESP', 'ESP_NOT_A_RULE_PROTOCOL', 'use NAT-T (UDP 4500)'] as const);
  return {
    protocols: [protocol],
    carriage: 'drops',
    because: `${filter} drops what no rule allows, and no rule can allow ${name} (IP protocol ${protocol}): its protocols are ${known}.`,
    code,
    ...(remedy === undefined ? {} : { remedy }),
    evidence,
  };
}

/** Only a rule that opens every protocol and port would let GRE or ESP in; that it would is our own reading. */
export function onlyByOpeningEverything(
  filter: string,
  protocol: typeof GRE | typeof ESP,
  everything: string,
): CarriageFact {
  const name = protocol === GRE ? 'GRE' : 'ESP';
  return {
    protocols: [protocol],
    carriage: 'conditional',
    condition: `a rule with ${everything} opens every protocol and port to the clients, IP protocol ${protocol} among them`,
    because: `No rule of ${filter} can name ${name} (IP protocol ${protocol}); only one with ${everything} may let it pass, and that one lets everything pass.`,
    code: 'RULE_WOULD_OPEN_EVERYTHING',
    remedy:
      protocol === GRE
        ? 'use a protocol that runs on UDP; this library writes no rule that opens everything for GRE (47)'
        : 'use NAT-T (UDP 4500)',
    evidence: [EVERYTHING],
  };
}

const EVERYTHING: Evidence = {
  kind: 'inference',
  title: 'By the word: a rule for any protocol is one for IP protocols 47 and 50 too',
  read: '2026-11',
  certainty: 'medium',
  caveat: 'No document says so, and on Azure any does not mean GRE.',
};

/** TCP and UDP between the internet and a machine with a public address. */
export function carriesTcpAndUdp(network: string, evidence: readonly Evidence[]): CarriageFact {
  return {
    protocols: [TCP, UDP],
    carriage: 'carries',
    because: `${network} carries TCP and UDP to a machine with a public address; its filter has rules for both.`,
    evidence,
  };
}

/**
 * A network whose filter has rules for a protocol. That is its vendor's word that the network passes it: a rule for what
 * never arrives would not be sold. A rule for GRE names none of its versions, and PPTP's is not the common one: whether it
 * passes is as open as where a vendor documents GRE, and no path works by it.
 */
export function soldAsARule(
  network: string,
  protocol: typeof GRE | typeof ESP,
  rule: string,
  evidence: readonly Evidence[],
): CarriageFact {
  if (protocol === ESP) {
    return {
      protocols: [ESP],
      carriage: 'carries',
      because: `${network} passes ESP (IP protocol 50) on its vendor's word: ${rule} is a protocol that its filter has rules for.`,
      evidence,
    };
  }
  return {
    protocols: [GRE],
    carriage: 'undocumented',
    because: `${network} passes GRE (IP protocol 47) on its vendor's word, since ${rule} is a protocol that its filter has rules for; that version 1 of it, which is PPTP's, passes too is confirmed by nobody. Try one PPTP call before relying on it.`,
    evidence: [...evidence, VERSION_UNCONFIRMED],
  };
}

const VERSION_UNCONFIRMED: Evidence = {
  kind: 'inference',
  title: 'The vendor names GRE; no text on version 1, and no report of PPTP, was found',
  read: '2026-11',
  certainty: 'medium',
};

/** A network about which nothing was found. */
export function notEstablished(network: string, protocol: typeof GRE | typeof ESP): CarriageFact {
  const name = protocol === GRE ? 'GRE' : 'ESP';
  const instead =
    protocol === GRE ? '; try one PPTP call before relying on it' : '; NAT-T (UDP 4500) avoids the question';
  return {
    protocols: [protocol],
    carriage: 'undocumented',
    because: `Nothing was found that says whether ${network} passes ${name} (IP protocol ${protocol})${instead}.`,
    evidence: [NOTHING_FOUND],
  };
}

const NOTHING_FOUND: Evidence = {
  kind: 'inference',
  title: 'No document was found that says what this network does to IP protocols besides TCP, UDP and ICMP',
  read: '2026-11',
  certainty: 'low',
};
