import type { Reason } from '../feasibility/assess';
import type { FleetChoice } from '../feasibility/choose-for-fleet';
import { hopName } from '../feasibility/path';
import type { CarriageFact } from '../network/element';
import type { Answer, AskedPath, Condition, Finding, Word } from './explain-answer';
import type { Row } from './explain-table';

/** The version of what `--json` writes; docs/explain.schema.json says what it holds. A new key keeps it, any other change raises it. */
const SCHEMA_VERSION = 1;

/** An answer for programs. */
export function answerJson({ result, paths, instead, choice }: Answer): string {
  return written({
    schemaVersion: SCHEMA_VERSION,
    kind: 'answer',
    result,
    paths: paths.map(({ asked, findings }) => ({
      name: asked.name,
      from: asked.path.from,
      hops: asked.path.hops.map((hop) => ({
        element: hop.element.id,
        name: hopName(hop),
        condition: hop.condition ?? 'unknown',
      })),
      to: asked.path.to,
      devices: asked.devices.map(deviceJson),
      findings: findings.map(findingJson),
    })),
    instead: (instead ?? []).map(({ protocol, builtInto }) => ({
      protocol: protocol.id,
      name: protocol.name,
      builtInto: builtInto.map(({ id }) => id),
    })),
    ...(choice === undefined ? {} : { choice: choiceJson(choice, paths) }),
  });
}

/** The table for programs. */
export function tableJson(rows: readonly Row[]): string {
  return written({
    schemaVersion: SCHEMA_VERSION,
    kind: 'table',
    ways: rows.map(({ way, results, evidence }) => ({
      cloud: way.platform,
      name: way.title,
      hops: way.hops.map(({ element }, index) => ({ element: element.id, evidence: evidence[index] ?? [] })),
      results: Object.fromEntries(results.map(({ protocol, result }) => [protocol.id, result])),
    })),
  });
}

function choiceJson({ count, ranked }: FleetChoice, paths: Answer['paths']): object {
  return {
    count,
    ranked: ranked.map(({ protocol, result, served, builtIn, leftOut }) => ({
      protocol: protocol.id,
      result,
      served,
      builtIn,
      leftOut: leftOut.map(({ path, members, because, reasons, remedies }) => ({
        path: paths.findIndex(({ asked }) => asked.path === path),
        devices: members.map(deviceJson),
        because,
        reasons,
        remedies: remedies.map(({ kind, what, cost }) => ({ kind, what, cost })),
      })),
    })),
  };
}

function findingJson({ protocol, result, verdict, leftOut, conditions, words, size }: Finding): object {
  return {
    protocol: protocol.id,
    result,
    flows: verdict.flowSet.flows.map(({ label }) => label),
    reasons: verdict.reasons.map(reasonJson),
    leftOut: leftOut.map(deviceJson),
    conditions: conditions.map(conditionJson),
    words: words.map(wordJson),
    mtu: { path: size.path.bytes, tunnels: size.tunnels },
  };
}

function reasonJson({ kind, code, hopIndex, flow, direction, because, remedy, evidence }: Reason): object {
  return {
    kind,
    code,
    hop: hopIndex,
    flow: flow.label,
    direction,
    because,
    ...(remedy === undefined ? {} : { remedy }),
    evidence,
  };
}

function conditionJson({ hopIndex, flows, condition }: Condition): object {
  return { hop: hopIndex, flows: flows.map(({ label }) => label), condition };
}

function wordJson({ hopIndex, flow, fact }: Word): object {
  const { carriage, direction, because, evidence }: CarriageFact = fact;
  return {
    hop: hopIndex,
    flow: flow.label,
    carriage,
    ...(direction === undefined ? {} : { direction }),
    because,
    evidence,
  };
}

function deviceJson({ device, count }: AskedPath['devices'][number]): object {
  return { device: device.id, ...(count === undefined ? {} : { count }) };
}

function written(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
