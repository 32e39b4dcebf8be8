/** Turns a text into a coloured one. */
export type Paint = (text: string, colour: 'red' | 'yellow' | 'green') => string;

/** A terminal's colours. */
export const COLOURED: Paint = (text, colour) =>
  `\u001b[${{ red: 31, green: 32, yellow: 33 }[colour]}m${text}\u001b[39m`;

/** No colours. */
export const PLAIN: Paint = (text) => text;
