import type { Diagram } from './diagram';

/**
 * What a mark says. Nothing is ever told by colour alone: each has a sign of its own, and words beside it.
 *
 * - `good`: passes, proved
 * - `bad`: dropped, an error
 * - `open`: not known
 * - `warning`: to look at
 * - `hand`: to be checked by a person
 */
export type Mark = 'good' | 'bad' | 'open' | 'warning' | 'hand';

/** The signs of the marks. */
export const SIGNS: Readonly<Record<Mark, string>> = { good: '✓', bad: '✗', open: '?', warning: '!', hand: '☐' };

/** A piece of a text. A plain string is escaped wherever it goes, as everything else here is. */
export type Inline =
  | string
  /** A name, a rule, a command: something that is to be read letter by letter. */
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'mark'; readonly mark: Mark; readonly text: string }
  /** Numbers of sources, see `Sources`. */
  | { readonly kind: 'sources'; readonly numbers: readonly number[] }
  /** A section of the report. */
  | { readonly kind: 'section'; readonly id: string; readonly text: string }
  /** An address on the web. */
  | { readonly kind: 'link'; readonly address: string; readonly text: string };

/** A text. */
export type Text = readonly Inline[];

/** Part of a report, whatever it is written as. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: Text }
  | { readonly kind: 'list'; readonly items: readonly Text[] }
  /** Sources, each under its number. */
  | { readonly kind: 'sources'; readonly items: readonly { readonly number: number; readonly text: Text }[] }
  | {
      readonly kind: 'table';
      readonly caption: string;
      readonly head: readonly string[];
      /** The first cell of a row is its heading. */
      readonly rows: readonly (readonly Text[])[];
    }
  | { readonly kind: 'code'; readonly language: 'json' | 'text' | 'ts'; readonly text: string }
  | { readonly kind: 'diagram'; readonly diagram: Diagram }
  | Section;

/** A part with a heading. */
export interface Section {
  readonly kind: 'section';
  /** Unique in the report; letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** A report before it is written as HTML or Markdown. Names in it are as hostile as the files that they come from. */
export interface Report {
  readonly title: string;
  /** What it is about, and the outcome. */
  readonly lead: readonly Text[];
  readonly sections: readonly Section[];
}

/** Something to be read letter by letter. */
export function code(text: string): Inline {
  return { kind: 'code', text };
}

/** A mark and its words. */
export function marked(mark: Mark, text: string): Inline {
  return { kind: 'mark', mark, text };
}

/** A paragraph. */
export function paragraph(...text: Text): Block {
  return { kind: 'paragraph', text };
}

/** Texts with something between them. */
export function joined(texts: readonly Text[], between: string): Text {
  return texts.flatMap((text, index) => (index === 0 ? text : [between, ...text]));
}
