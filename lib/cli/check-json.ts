import {
  type AddressSet,
  type Change,
  type Comparison,
  type Difference,
  type Finding,
  formatRange,
  type GatewayAnswer,
  type Origin,
  type ProtocolAnswer,
  type Stop,
  type Unread,
} from '../review';
import { count, type Judged, type Outcome } from './check-outcome';

/** The version of what `--json` writes; docs/check.schema.json says what it holds. A new key keeps it, any other change raises it. */
const SCHEMA_VERSION = 1;

/** A check for programs. */
export function outcomeJson(outcome: Outcome, comparison?: Comparison): string {
  const { review, judged, failOn, failed, gone } = outcome;
  const value = {
    schemaVersion: SCHEMA_VERSION,
    failOn,
    failed,
    counts: {
      error: count(outcome, 'error'),
      warning: count(outcome, 'warning'),
      note: count(outcome, 'note'),
      acknowledged: judged.filter(({ standing }) => standing === 'acknowledged').length,
      known: judged.filter(({ standing }) => standing === 'known').length,
    },
    findings: judged.map(judgedJson),
    gone: gone.map(({ id, key }) => ({ id, key })),
    gateways: review.gateways.map(gatewayJson),
    unread: review.unread.map(unreadJson),
    ...(comparison === undefined
      ? {}
      : {
          comparison: {
            reachable: comparison.reachable.map(differenceJson),
            unreachable: comparison.unreachable.map(differenceJson),
            undecided: comparison.undecided.map(differenceJson),
          },
        }),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function judgedJson({ finding, standing, reason, fails }: Judged): object {
  const { kind, severity, message, fix, change, origin, thing, evidence, key }: Finding = finding;
  return {
    id: kind.id,
    severity,
    standing,
    fails,
    ...(reason === undefined ? {} : { reason }),
    title: kind.title,
    message,
    fix,
    ...(change === undefined ? {} : { change: changeJson(change) }),
    thing: { id: thing.id, label: thing.label, cloud: thing.cloud },
    place: placeJson(origin),
    evidence,
    key,
  };
}

function placeJson(origin: Origin): object {
  const { position, resource } = origin;
  return {
    file: origin.document.file,
    pointer: origin.pointer,
    ...(position === undefined ? {} : { line: position.line, column: position.column }),
    ...(resource === undefined ? {} : { logicalId: resource.logicalId, type: resource.type }),
    ...(resource?.constructPath === undefined ? {} : { constructPath: resource.constructPath }),
  };
}

function changeJson({ text, ruleSet, direction, protocol, ports, ranges, snippets }: Change): object {
  return { text, ruleSet, direction, protocol, ports, ranges, snippets };
}

function gatewayJson({ machine, protocols }: GatewayAnswer): object {
  return {
    id: machine.id,
    label: machine.label,
    cloud: machine.cloud,
    place: placeJson(machine.origin),
    protocols: protocols.map(protocolJson),
  };
}

function protocolJson({ protocol, verdict, served, open, asked, dials, flowSet, stops }: ProtocolAnswer): object {
  return {
    protocol: protocol.id,
    verdict,
    dials,
    flows: flowSet.flows.map(({ label }) => label),
    asked: rangesJson(asked),
    served: rangesJson(served),
    open: rangesJson(open),
    stops: stops.map(stopJson),
  };
}

function stopJson({ flow, hop, clients, change }: Stop): object {
  return {
    flow: flow.label,
    direction: hop.direction,
    verdict: hop.verdict,
    hop: hop.name,
    ...(hop.element === undefined ? {} : { element: hop.element }),
    ...(hop.label === undefined || hop.label === '' ? {} : { label: hop.label }),
    because: hop.because,
    clients: rangesJson(clients),
    ...(hop.origin === undefined ? {} : { place: placeJson(hop.origin) }),
    ...(change === undefined ? {} : { change: changeJson(change) }),
  };
}

function rangesJson(set: AddressSet): readonly string[] {
  return set.map(formatRange);
}

function unreadJson({ origin, type, why }: Unread): object {
  return { type, why, place: placeJson(origin) };
}

function differenceJson({ machine, traffic, clients, before, after, because, origin }: Difference): object {
  return {
    machine: { id: machine.id, label: machine.label, cloud: machine.cloud },
    traffic,
    clients: rangesJson(clients),
    before,
    after,
    because,
    ...(origin === undefined ? {} : { place: placeJson(origin) }),
  };
}
