import { relative } from 'node:path';
import { addressSet, clientsText, type Review } from 'pptp-constructs/review';

/** A review as a few lines of text: what each gateway serves, what stops the rest, and what is found where. */
export function summary({ gateways, findings, unread }: Review, folder: string): string {
  const lines: string[] = [];
  for (const { machine, protocols } of gateways) {
    lines.push(machine.label);
    for (const { protocol, verdict, served, open, dials, stops } of protocols) {
      const whom = clientsText(addressSet([...served, ...open]));
      lines.push(`  ${protocol.name}: ${verdict}${whom === '' ? '' : ` ${whom}`} by ${dials}`);
      if (protocol.id === 'pptp') {
        for (const { flow, hop, change } of stops) {
          lines.push(`    ${flow.label} ${hop.direction} at ${hop.name}: ${hop.because}`);
          lines.push(...(change === undefined ? [] : [`      ${change.text}`]));
        }
      }
    }
  }
  for (const { severity, kind, message, fix, origin } of findings) {
    const { line, column } = origin.position ?? { line: 0, column: 0 };
    const file = relative(folder, origin.document.file);
    lines.push(`${severity} ${kind.id} ${file}:${line}:${column}`, `  ${message}`, `  ${fix}`);
  }
  for (const { type, why } of unread) {
    lines.push(`not read: ${type}: ${why}`);
  }
  return `${lines.join('\n')}\n`;
}
