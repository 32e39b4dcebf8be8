import { invalid } from '../errors';
import { DIRECTIONS, type Direction, type Flow, type Insecure, IpProtocol, type IpRange } from '../flows';
import type { NetworkElement } from '../network/element';
import { type FlowSet, openFlows, PPTP, type VpnProtocol } from '../protocols';
import { Clients } from './clients';
import { refuseWhatNoRuleCanName } from './refusal';

/** What rules are to let in. */
export interface RuleOptions {
  /** What the server speaks: `[PPTP]`, `[IKEV2, WIREGUARD]`. */
  readonly protocols: readonly VpnProtocol[];
  /** Where clients come from. There is no default. */
  readonly clients: Clients;
  /**
   * Sets of flows in place of the first one of their protocol: `OPENVPN.flowSets.slice(1, 2)` for UDP 443. The first one
   * of IKEv2 is UDP 500 and 4500, which needs no ESP.
   *
   * @default - the first set of each protocol
   */
  readonly flowSets?: readonly FlowSet[];
  /**
   * Why a protocol whose cryptography is broken may be let in; needed for PPTP.
   *
   * @default - none
   */
  readonly insecure?: Insecure;
}

/** What rules of a filter that keeps state are to let through. */
export interface DirectedRuleOptions extends RuleOptions {
  /**
   * `to-gateway` for rules that let clients in. `to-client` for rules that let out what is no answer: GRE, whose first
   * packet may come from either side; nothing else, since answers leave by themselves. It is needed only where the filter
   * does not let everything out already.
   *
   * @default 'to-gateway'
   */
  readonly direction?: Direction;
}

/** Rules under ids that stay the same when other rules come and go: `in-gre-203-0-113-0-24`. */
export type Rules<Rule> = Readonly<Record<string, Rule>>;

/** The protocols that VPNs run on. */
export type FlowProtocol =
  | typeof IpProtocol.TCP
  | typeof IpProtocol.UDP
  | typeof IpProtocol.GRE
  | typeof IpProtocol.ESP;

/** What a function makes rules for. */
export interface RuleTarget {
  /** The function, for messages: `hetznerRules`. */
  readonly functionName: string;
  /** The filter: its facts say what rules can name. */
  readonly filter: NetworkElement;
  /** Why the rules take IPv4 only, where they do: `rules of a VPC have ip_version ipv4 alone`. */
  readonly ipv4Because?: string;
}

/** One flow to let through in one direction, from and to these clients. */
export interface Passage {
  /** Stable: `in-tcp-1723`. */
  readonly id: string;
  readonly flow: Flow;
  readonly direction: Direction;
  readonly ranges: readonly IpRange[];
  /** What for, and the reasons that were written; without characters that mean something to Terraform or a cloud. */
  readonly description: string;
}

/** One passage for one client range. */
export interface RangePassage extends Passage {
  readonly range: IpRange;
}

/**
 * The passages of a filter that keeps state: what starts at the other end, in the direction asked for.
 *
 * @throws RefusalError, InvalidInputError those of `checkedFlows`, and `RULE_DIRECTION_INVALID`
 */
export function statefulPassages(target: RuleTarget, options: DirectedRuleOptions): readonly Passage[] {
  const passages = inboundPassages(target, options);
  const direction = options.direction ?? 'to-gateway';
  if (!DIRECTIONS.includes(direction)) {
    invalid({
      code: 'RULE_DIRECTION_INVALID',
      what: `direction of ${target.functionName} is no direction`,
      got: direction,
      allowed: "'to-gateway' for what clients send, 'to-client' for GRE that the gateway sends",
      instead: "direction: 'to-client'",
    });
  }
  return direction === 'to-gateway'
    ? passages
    : passages.filter(({ flow }) => flow.startsAtEitherEnd).map((passage) => turned(passage));
}

/** The passages of a filter that keeps no state: every flow in both directions. */
export function statelessPassages(target: RuleTarget, options: RuleOptions): readonly Passage[] {
  return inboundPassages(target, options).flatMap((passage) => [passage, turned(passage)]);
}

/**
 * The passages from the clients to the gateway.
 *
 * @throws RefusalError `GRE_NOT_A_RULE_PROTOCOL`, `ESP_NOT_A_RULE_PROTOCOL`, `RULE_WOULD_OPEN_EVERYTHING`
 * @throws InvalidInputError `NO_CLIENTS`, `PROTOCOLS_EMPTY`, `PROTOCOL_UNKNOWN`, `PROTOCOLS_DUPLICATE`,
 * `FLOW_SET_UNKNOWN`, `INSECURE_WITHOUT_REASON`, `CLIENTS_IPV6_FOR_PPTP`, `CLIENTS_IPV6_NOT_ON_CLOUD`
 */
export function inboundPassages(target: RuleTarget, options: RuleOptions): readonly Passage[] {
  const { functionName, filter } = target;
  const clients = Clients.check(options?.clients, functionName);
  const flows = openFlows(options, functionName);
  refuseWhatNoRuleCanName(target, flows, options);
  checkVersions(target, clients, options.protocols);
  return flows.map((flow) => ({
    id: `in-${flow.id}`,
    flow,
    direction: 'to-gateway',
    ranges: clients.ranges,
    description: described(flow, options, filter),
  }));
}

/** The protocols that were asked for and run on a flow. */
export function usersOf(flow: Flow, { protocols, flowSets = [] }: RuleOptions): readonly VpnProtocol[] {
  return protocols.filter((protocol) => {
    const chosen = flowSets.filter((set) => protocol.flowSets.includes(set));
    const sets = chosen.length > 0 ? chosen : protocol.flowSets.slice(0, 1);
    return sets.some(({ flows }) => flows.some(({ id }) => id === flow.id));
  });
}

function checkVersions(target: RuleTarget, clients: Clients, protocols: readonly VpnProtocol[]): void {
  const ipv6 = clients.ranges.find(({ version }) => version === 6);
  if (ipv6 === undefined) {
    return;
  }
  const { functionName, ipv4Because } = target;
  const shared = { got: ipv6.cidr, allowed: 'IPv4 ranges', instead: "clients: Clients.from('203.0.113.0/24')" };
  if (protocols.some(({ id }) => id === PPTP.id)) {
    invalid({
      code: 'CLIENTS_IPV6_FOR_PPTP',
      what: `${functionName} was given IPv6 clients, and PPTP runs over IPv4 only`,
      ...shared,
    });
  }
  if (ipv4Because !== undefined) {
    invalid({
      code: 'CLIENTS_IPV6_NOT_ON_CLOUD',
      what: `${functionName} was given IPv6 clients, and ${ipv4Because}`,
      ...shared,
    });
  }
}

function turned(passage: Passage): Passage {
  return { ...passage, id: passage.id.replace(/^in-/, 'out-'), direction: 'to-client' };
}

/** The longest description that UpCloud takes; Huawei Cloud takes 255 characters, the others as many or more. */
const LONGEST_DESCRIPTION = 250;

function described(flow: Flow, options: RuleOptions, { platform }: NetworkElement): string {
  const users = usersOf(flow, options);
  const insecure = users.some(({ standing }) => standing.level === 'broken') ? options.insecure?.reason : undefined;
  const reasons = [insecure, options.clients.anywhereReason].filter((reason) => reason !== undefined);
  const text = [`${users.map(({ name }) => name).join(', ')}: ${flow.label}`, ...reasons].join('; ');
  return shortened(text, SHORT_DESCRIPTIONS[platform] ?? LONGEST_DESCRIPTION);
}

/** What is known to be shorter, from working knowledge: a shorter text is never wrong. */
const SHORT_DESCRIPTIONS: { readonly [platform: string]: number } = { tencent: 100, linode: 100 };

function shortened(text: string, length: number): string {
  const plain = text
    .replace(/[<>{}]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return plain.length <= length ? plain : `${plain.slice(0, length - 3).trimEnd()}...`;
}

/** One passage per client range, with an id of its own, for clouds whose rules have one range each. */
export function perRange(passages: readonly Passage[]): readonly RangePassage[] {
  return passages.flatMap((passage) =>
    passage.ranges.map((range) => ({ ...passage, id: `${passage.id}-${range.cidr.replace(/[.:/]/g, '-')}`, range })),
  );
}

/** A rule for each passage, under the passage's id. */
export function rulesOf<P extends Passage, Rule>(passages: readonly P[], rule: (passage: P, index: number) => Rule) {
  return Object.fromEntries(passages.map((passage, index) => [passage.id, rule(passage, index)])) as Rules<Rule>;
}

/** How a cloud spells the protocol of a flow. */
export function spelled<const T extends { readonly [protocol in FlowProtocol]?: string | undefined }>(
  spelling: T,
  flow: Flow,
): NonNullable<T[keyof T]> {
  const protocol = spelling[flow.protocol as FlowProtocol];
  if (protocol === undefined) {
    throw new RangeError(`no rule is known for ${flow.name}`);
  }
  return protocol as NonNullable<T[keyof T]>;
}

/** What `ports` makes of the port of a flow; nothing for GRE and ESP, which have none. */
export function withPort<Ports extends object>(flow: Flow, ports: (port: number) => Ports): Partial<Ports> {
  return flow.port === undefined ? {} : ports(flow.port);
}

/**
 * The first of the ports at the client's end to which answers go; the last is 65535. Clients and the NAT in front of them
 * send from any port from 1024 on, and over UDP maybe from the very port that they send to (IKE from 500 to 500).
 */
export function firstReplyPort(flow: Flow, port: number): number {
  return flow.protocol === IpProtocol.UDP ? Math.min(port, 1024) : 1024;
}
