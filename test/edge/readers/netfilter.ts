import { IpProtocol } from '../../../lib/flows';
import type { Probe, ReadRule } from '../support/reading';

/** A rule of a product that is made of Linux's netfilter, in the words that all of them have in common. */
export interface NetfilterRule {
  readonly action: 'allow' | 'deny';
  readonly protocol: number | 'any';
  readonly sourcePorts?: readonly (readonly [number, number])[];
  readonly destinationPorts?: readonly (readonly [number, number])[];
  readonly source: readonly string[] | 'any';
  readonly destination: readonly string[] | 'any';
  /** The states of connections that it matches. @default - every state */
  readonly states?: readonly string[];
  /** Matches only what the helper of PPTP expected. */
  readonly isHelped?: boolean;
  /** The only direction that it sees. @default - both */
  readonly direction?: Probe['direction'];
  readonly line: string;
}

/** What surrounds the rules. */
export interface NetfilterSurroundings {
  /** Whether control connections of PPTP have the helper. */
  readonly helper: boolean;
  /** Whether clients are hidden behind the firewall's own address. */
  readonly masquerades: boolean;
}

const { TCP, UDP, GRE, ESP } = IpProtocol;
const EVERY_PROTOCOL = [TCP, UDP, GRE, ESP, 4];

/**
 * What the rules mean for the packets of a call, as the kernel tracks them. GRE version 1 is never ESTABLISHED without the
 * helper: each direction of it is a connection of its own that stays NEW. With the helper the first packet is RELATED and
 * the others are ESTABLISHED, and a rule that lacks one of the two lets no call through.
 */
export function netfilterRules(rules: readonly NetfilterRule[], surroundings: NetfilterSurroundings): ReadRule[] {
  return rules.flatMap((rule) => {
    const protocols = rule.protocol === 'any' ? EVERY_PROTOCOL : [rule.protocol];
    return (['to-gateway', 'to-client'] as const)
      .filter((direction) => rule.direction === undefined || rule.direction === direction)
      .flatMap((direction) => protocols.flatMap((protocol) => readRule(rule, protocol, direction, surroundings)));
  });
}

function readRule(
  rule: NetfilterRule,
  protocol: number,
  direction: Probe['direction'],
  { helper, masquerades }: NetfilterSurroundings,
): ReadRule[] {
  const { action, source, destination, sourcePorts, destinationPorts, line } = rule;
  const [ports, others] =
    direction === 'to-gateway' ? [destinationPorts, sourcePorts] : [sourcePorts, destinationPorts];
  if (others !== undefined) {
    // It speaks of ports of the client, which no packet here has.
    return [];
  }
  const read: ReadRule = {
    action,
    direction,
    protocol,
    clients: direction === 'to-gateway' ? source : destination,
    gateway: direction === 'to-gateway' ? destination : source,
    ...(ports === undefined ? {} : { ports }),
    line,
  };
  return protocol === GRE ? greRule(rule, read, helper, masquerades) : portRule(rule, read);
}

function has({ states }: NetfilterRule, state: string): boolean {
  return states === undefined || states.includes(state);
}

/** A client begins, and the gateway answers. */
function portRule(rule: NetfilterRule, read: ReadRule): ReadRule[] {
  const matches = has(rule, read.direction === 'to-gateway' ? 'new' : 'established');
  return matches && rule.isHelped !== true ? [read] : [];
}

function greRule(rule: NetfilterRule, read: ReadRule, helper: boolean, masquerades: boolean): ReadRule[] {
  if (masquerades && !helper && read.direction === 'to-client' && rule.action === 'allow') {
    // Answers find no way back through the masquerading.
    return [];
  }
  if (rule.isHelped !== true && has(rule, 'new')) {
    if (helper && rule.action === 'allow' && !(has(rule, 'related') && has(rule, 'established'))) {
      throw new Error(`with the helper a call is not new: ${rule.line}`);
    }
    return [read];
  }
  const isOfCall = helper && has(rule, 'related') && has(rule, 'established');
  return isOfCall ? [{ ...read, greVersion: 1, needsCall: true }] : [];
}
