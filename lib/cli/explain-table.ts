import { assess, type Result } from '../feasibility/assess';
import { DIRECTIONS, Flow } from '../flows/flow';
import { factFor } from '../network/element';
import type { EvidenceKind } from '../network/evidence';
import { type Way, wayOfProtocol, ways } from '../network/ways';
import { VPN_PROTOCOLS, type VpnProtocol } from '../protocols';

/** One usual way to a gateway, and what becomes of each protocol on it. */
export interface Row {
  readonly way: Way;
  readonly results: readonly { readonly protocol: VpnProtocol; readonly result: Result }[];
  /** Hop by hop, what kinds of statement stand behind what is said of GRE there. */
  readonly evidence: readonly (readonly EvidenceKind[])[];
}

/** How a result is called in a table. */
export const RESULT_WORDS = { works: 'works', 'cannot-work': 'no', unverified: 'unverified' } as const;

/** Every usual way on every cloud. */
export function table(): readonly Row[] {
  return ways().map((way) => ({
    way,
    results: VPN_PROTOCOLS.map((protocol) => ({
      protocol,
      result: assess(protocol, wayOfProtocol(way, protocol)).result,
    })),
    evidence: way.hops.map(({ element }) => {
      const facts = DIRECTIONS.flatMap((direction) => factFor(element, Flow.GRE, direction) ?? []);
      return [...new Set(facts.flatMap(({ evidence }) => evidence.map(({ kind }) => kind)))];
    }),
  }));
}

/** The table for people. */
export function tableText(rows: readonly Row[]): string {
  const cells = [
    ['', ...VPN_PROTOCOLS.map(({ name }) => name)],
    ...rows.map(({ way, results }) => [way.title, ...results.map(({ result }) => RESULT_WORDS[result])]),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return `${cells.map((row) => line(row).trimEnd()).join('\n')}\n`;
}
