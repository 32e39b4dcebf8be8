import { Flow } from '../../flows';
import type { VpnProtocol } from '../../protocols';
import { clientsText, type Hop, names, type ProtocolAnswer, type Stop } from '../evaluate';
import { isKnown, isUnknown, type Machine } from '../model';
import type { Context, FindingKind, Topic } from './finding';
import { isOver, lastDateOf, monthsBetween } from './reasons';

const BEHIND_NAT: FindingKind = {
  id: 'gateway-behind-nat',
  severity: 'error',
  title: 'A VPN gateway is behind NAT, and nothing from outside reaches it',
  help: 'A NAT gateway carries connections that are opened behind it, over TCP, UDP and ICMP. It has no port forwarding and no GRE.',
};

const LISTENER: FindingKind = {
  id: 'load-balancer-listener-for-pptp',
  severity: 'error',
  title: 'A load balancer has a listener for TCP 1723',
  help: 'A load balancer carries the control connection of PPTP and not its GRE packets, so that calls connect and never come up.',
};

const STATELESS: FindingKind = {
  id: 'stateless-entry-missing',
  severity: 'error',
  title: 'A network ACL lacks an entry for one direction of a flow',
  help: 'A network ACL keeps no state. What it lets in needs an outbound entry for the answers: TCP and UDP to ports 1024-65535 of the clients, GRE and ESP by their protocol.',
};

const STOPPED: FindingKind = {
  id: 'vpn-protocol-stopped',
  severity: 'error',
  title: 'A VPN protocol that rules let in does not arrive',
  help: 'The rules name the protocol, and something else on the way drops it.',
};

const PPTP_PRESENT: FindingKind = {
  id: 'pptp-present',
  severity: 'warning',
  title: 'PPTP is in use',
  help: 'The cryptography of PPTP is broken: whoever records one login can read and change the calls of that user. Keep a written reason with a date, and replace it.',
};

/** What becomes of the protocols of each gateway. */
export const gateways: Topic = {
  kinds: [BEHIND_NAT, LISTENER, STATELESS, STOPPED, PPTP_PRESENT],
  estate: (context) => {
    listeners(context);
    for (const machine of context.answers.gateways()) {
      for (const answer of context.answers.serves(machine)) {
        if (isMeant(context, machine, answer)) {
          stopped(context, machine, answer);
        }
        if (answer.protocol.id === 'pptp' && (answer.verdict !== 'drops' || isMeant(context, machine, answer))) {
          present(context, machine, answer);
        }
      }
    }
  },
};

function listeners({ estate, world, report }: Context): void {
  const control = Flow.tcp(1723);
  for (const balancer of estate.all('load-balancer')) {
    for (const { origin, protocol, ports } of balancer.listeners) {
      const takes =
        protocol === 6 &&
        isKnown(ports) &&
        ports !== 'any' &&
        ports.some(({ from, to }) => from <= 1723 && 1723 <= to && to - from < 100);
      if (!takes) {
        continue;
      }
      const fact = world.fact(balancer.element, Flow.GRE, 'to-gateway');
      report({
        kind: LISTENER,
        message: `${balancer.label} has a listener for ${control.name}. ${fact?.because ?? 'It takes no GRE (IP protocol 47).'}`,
        fix: fact?.remedy ?? 'let the clients reach the address of the gateway itself',
        origin,
        thing: balancer,
        what: 'listener for TCP 1723',
        evidence: fact?.evidence ?? [],
      });
    }
  }
}

/** Whether the rules of a machine name every flow of a set of the protocol: somebody wants it there. */
function isMeant({ answers }: Context, machine: Machine, { flowSet }: ProtocolAnswer): boolean {
  const rules = answers.vpnRulesOf(machine);
  return flowSet.flows.every((flow) => flow.port !== 443 && rules.some((rule) => names(rule, flow)));
}

function stopped(context: Context, machine: Machine, { protocol, stops, verdict, served }: ProtocolAnswer): void {
  for (const stop of stops.filter((one) => one.hop.verdict === 'drops' && !isHalf(protocol, one))) {
    const { hop, flow, clients, change } = stop;
    const kind = kindOf(hop);
    const [set] = hop.ruleSets ?? [];
    context.report({
      kind,
      // What only some of the clients are without is not what the gateway is without.
      ...(verdict === 'passes' && served.length > 0 ? { severity: 'warning' as const } : {}),
      message: `${protocol.name} of ${machine.label}: ${hop.because} ${direction(stop)}, for ${clientsText(clients)}.`,
      fix: change?.text ?? 'another protocol, or another way to the gateway',
      ...(change === undefined ? {} : { change }),
      origin: hop.origin ?? machine.origin,
      thing: kind === STATELESS && set !== undefined ? set : machine,
      // Of a protocol's flows each stops at a NAT gateway, and of a subnet's gateways each at its ACL: it is one finding.
      what:
        kind === BEHIND_NAT
          ? 'NAT'
          : kind === STATELESS
            ? `${hop.direction} ${flow.id}`
            : // What does not let a protocol through does so both ways; a filter may lack either rule.
              `${protocol.id} ${flow.id} ${set === undefined ? '' : hop.direction} ${hop.name} ${hop.label ?? ''}`,
      evidence: hop.evidence,
    });
  }
}

/** What is missing in a filter that keeps state is a finding of its own where it is about PPTP. */
function isHalf({ id }: VpnProtocol, { hop }: Stop): boolean {
  const [set] = hop.ruleSets ?? [];
  const isDefault = hop.rule === undefined || hop.rule.origin === set?.origin;
  return id === 'pptp' && isDefault && set?.semantics.stateful === true;
}

const NAT = new Set(['aws.nat-gateway', 'azure.nat-gateway', 'google.cloud-nat']);

/** A rule that denies is no entry that is missing: somebody wrote it. */
function kindOf({ element, rule }: Hop): FindingKind {
  return element !== undefined && NAT.has(element)
    ? BEHIND_NAT
    : element === 'aws.network-acl' && rule === undefined
      ? STATELESS
      : STOPPED;
}

function direction({ hop, flow }: Stop): string {
  return hop.direction === 'to-gateway'
    ? `${flow.name} does not get to the gateway`
    : `Packets of ${flow.name} do not get back to the clients`;
}

function present({ report, today }: Context, machine: Machine, { verdict, dials, served }: ProtocolAnswer): void {
  const { insecure } = machine.reasons ?? {};
  const last = lastDateOf(machine.reasons ?? {});
  const isPast = last !== undefined && isOver(last, today);
  const speaks =
    verdict === 'passes'
      ? `speaks PPTP by ${dials}, for ${clientsText(served)}`
      : verdict === 'unknown'
        ? `may speak PPTP by ${dials}`
        : 'is set up for PPTP, which does not arrive';
  const age =
    insecure === undefined
      ? 'No reason is written down.'
      : `The reason written down: ${insecure}${/[.!?]$/.test(insecure) ? '' : '.'} ${
          last === undefined
            ? 'It names no date.'
            : isPast
              ? `Its last date, ${last}, was ${monthsBetween(last, today)} before ${today}.`
              : `Its last date, ${last}, is ${monthsBetween(today, last)} after ${today}.`
        }`;
  report({
    kind: PPTP_PRESENT,
    severity: insecure === undefined || isPast ? 'error' : 'warning',
    message: `${machine.label} ${speaks}. ${age}`,
    fix:
      insecure === undefined
        ? 'a protocol whose cryptography holds (WireGuard, IKEv2, OpenVPN), or Insecure.because(...) with a reason and a date'
        : 'a protocol whose cryptography holds (WireGuard, IKEv2, OpenVPN)',
    origin: machine.origin,
    thing: machine,
    what: 'PPTP',
  });
}

/** A network ACL that is attached to no gateway, or whose gateway names the flow elsewhere. */
export const statelessSets: Topic = {
  kinds: [],
  estate: ({ estate, world, report }) => {
    for (const set of estate.all('rule-set')) {
      if (set.semantics.stateful || set.incomplete !== undefined || world.rulesOf(set, 'in').length === 0) {
        continue;
      }
      for (const flow of [
        Flow.tcp(1723),
        Flow.GRE,
        Flow.ESP,
        Flow.udp(500),
        Flow.udp(4500),
        Flow.udp(1194),
        Flow.udp(51820),
      ]) {
        const rule = world.rulesOf(set, 'in').find((one) => one.action === 'allow' && names(one, flow));
        const out = world.rulesOf(set, 'out');
        const answers = out.some(
          ({ action, protocol }) =>
            action === 'allow' && (protocol === 'any' || protocol === flow.protocol || isUnknown(protocol)),
        );
        if (rule !== undefined && !answers) {
          report({
            kind: STATELESS,
            message: `${set.label} lets ${flow.name} in and has no outbound entry for the protocol of the answers.`,
            fix: `an outbound entry of ${set.label} that allows ${flow.port === undefined ? `protocol ${flow.protocol}` : `protocol ${flow.protocol}, ports 1024-65535,`} to the clients`,
            origin: rule.origin,
            thing: set,
            what: `to-client ${flow.id}`,
            evidence: world.fact(set.element, flow, 'to-client')?.evidence ?? [],
          });
        }
      }
    }
  },
};
