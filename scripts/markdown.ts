// What the generated pages of docs/ have in common.

import type { Evidence } from '../lib/network';

/** Numbers each piece of evidence where it is first referred to. */
export class Sources {
  private readonly numbers = new Map<string, { number: number; evidence: Evidence }>();

  public refer(evidence: readonly Evidence[]): string {
    return evidence
      .map((one) => {
        const key = JSON.stringify(one);
        const known = this.numbers.get(key) ?? { number: this.numbers.size + 1, evidence: one };
        this.numbers.set(key, known);
        return `[${known.number}](#source-${known.number})`;
      })
      .join(' ');
  }

  public section(): string {
    const items = [...this.numbers.values()].map(
      ({ number, evidence: { kind, title, source, read, certainty, caveat } }) =>
        [
          `${number}. <a id="source-${number}"></a>${escaped(title)}.`,
          ...(source === undefined ? [] : [`${source}.`]),
          `${capital(words(kind))}, ${certainty} certainty, read ${read}.`,
          ...(caveat === undefined ? [] : [escaped(caveat)]),
        ].join(' '),
    );
    return `## Sources\n\n${items.join('\n')}`;
  }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text that Markdown shows as it is. */
export function escaped(text: string): string {
  return text.replace(/[*|<>[\]]/g, '\\$&');
}

export function words(kind: string): string {
  return kind.replace('-', ' ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
