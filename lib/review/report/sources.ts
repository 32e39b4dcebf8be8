import type { Evidence } from '../../network/evidence';
import type { Inline, Section, Text } from './document';

/** Numbers evidence where it is first referred to. */
export class Sources {
  private readonly known = new Map<string, { readonly number: number; readonly evidence: Evidence }>();

  /** A reference to each of these; nothing where there are none. */
  public refer(evidence: readonly Evidence[]): readonly Inline[] {
    const numbers = evidence.map((one) => {
      const key = JSON.stringify(one);
      const entry = this.known.get(key) ?? { number: this.known.size + 1, evidence: one };
      this.known.set(key, entry);
      return entry.number;
    });
    return numbers.length === 0 ? [] : [{ kind: 'sources', numbers: [...new Set(numbers)] }];
  }

  /** Everything that was referred to: to be asked for last. */
  public section(): Section {
    const items = [...this.known.values()].map(({ number, evidence }) => ({ number, text: sourceText(evidence) }));
    return {
      kind: 'section',
      id: 'sources',
      title: 'On whose word',
      blocks: [
        items.length === 0
          ? { kind: 'paragraph', text: ['Nothing here rests on a document: the rules of the files decide.'] }
          : { kind: 'sources', items },
      ],
    };
  }
}

function sourceText({ kind, title, source, read, certainty, caveat }: Evidence): Text {
  const word = kind.replace('-', ' ');
  // Some name a file in a repository, or a second address, behind the first.
  const [, address, rest = ''] = /^(https:\/\/\S+)\s*(.*)$/s.exec(source ?? '') ?? [];
  const where: Text =
    address === undefined
      ? [`${source === undefined ? title : `${title}, ${source}`}. `]
      : [{ kind: 'link', address, text: title }, rest === '' ? '. ' : `, ${rest}. `];
  return [
    ...where,
    `${word.charAt(0).toUpperCase()}${word.slice(1)}, ${certainty} certainty, read ${read}.${caveat === undefined ? '' : ` ${caveat}`}`,
  ];
}
