/** The longest name or sentence that is shown whole. Nobody reads more, and a file may hold a name of any length. */
const LONGEST = 1000;

/**
 * What cannot be seen or changes how the rest is seen: control characters, zero-width ones, and those that turn the
 * direction of writing around.
 */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text from a file as a person can read it: what cannot be seen is written by its code, and too much is cut. */
export function seen(text: string, longest = LONGEST): string {
  const whole = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return whole
    .replace(/\r\n?/g, '\n')
    .replace(UNSEEN, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** The same on one line. */
export function line(text: string): string {
  return seen(text).replace(/[\n\t]+/g, ' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as HTML and SVG have it, between tags and in attributes. */
export function html(text: string): string {
  return seen(text).replace(/[&<>"']/g, (char) => ENTITIES[char] as string);
}

/**
 * A text as Markdown has it inside a line or a cell of a table. Names in it call nobody (`@`), refer to no other issue and
 * become no link.
 */
export function markdown(text: string): string {
  return line(text)
    .replace(/[\\`*_{}[\]<>|~$&#]/g, '\\$&')
    .replace(/:\/\//g, '\\://')
    .replace(/\bwww\./gi, '$&&#8203;')
    .replace(/@/g, '@&#8203;');
}

/** Letters that are shown as they are, as Markdown has them inside a line. A cell of a table may hold them. */
export function markdownCode(text: string): string {
  const letters = line(text);
  const longest = Math.max(0, ...(letters.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const space = /^[` ]|[` ]$/.test(letters) ? ' ' : '';
  return letters === '' ? '' : `${fence}${space}${letters}${space}${fence}`.replace(/\|/g, '\\|');
}

/** A block of letters as Markdown has it. */
export function markdownFence(text: string, language: string): string {
  const letters = seen(text, Number.POSITIVE_INFINITY);
  const longest = Math.max(2, ...(letters.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${letters}\n${fence}`;
}

/** A text as Mermaid has it between the quotes of a label: whatever could mean something there is written by its code. */
export function mermaid(text: string): string {
  return line(text).replace(/[^\p{L}\p{N} .,:()✓✗?/_-]/gu, (char) => `#${char.codePointAt(0)};`);
}
