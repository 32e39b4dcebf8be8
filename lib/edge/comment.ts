/** How a language writes a comment. */
export interface CommentStyle {
  /** What begins a line of comment: `# `. */
  readonly begin: string;
  /** What ends it: ` -->`. @default - the end of the line */
  readonly end?: string;
  /** What may not stand inside, for example what `end` is made of. @default - nothing */
  readonly without?: RegExp;
  /** Whether it takes more than ASCII. @default true */
  readonly takesUnicode?: boolean;
  /** Whether an empty line must follow, so that it does not take in what stands below. @default false */
  readonly standsApart?: boolean;
}

export const HASH: CommentStyle = { begin: '# ' };
/**
 * Cisco's. The rest of the line is ignored; but on a console letters beyond ASCII are not safe, and a question mark asks for
 * help in the midst of it.
 */
export const BANG: CommentStyle = { begin: '! ', without: /\?/, takesUnicode: false };
/** Windows PowerShell reads a file without byte order mark in the code page of the system, and signatures in comments. */
export const POWERSHELL: CommentStyle = { begin: '# ', takesUnicode: false, without: /SIG #/ };
/** Of XML. */
export const MARKUP: CommentStyle = { begin: '<!-- ', end: ' -->', without: /-{2,}|-$/ };
/** Steps for a person, who shall read it too: a quotation in Markdown, without what HTML or a table could be made of. */
export const MARKDOWN: CommentStyle = { begin: '> ', without: /[<>|`]/, standsApart: true };

const WIDTH = 100;

/** Free text as lines of comment that nothing can break out of. */
export function comment(text: string, style: CommentStyle): string[] {
  const { begin, end = '', without, takesUnicode = true } = style;
  const plain = oneLine(text);
  const safe = takesUnicode ? plain : ascii(plain);
  const words = (without === undefined ? safe : safe.replace(new RegExp(without, 'g'), ' ')).split(' ').filter(Boolean);
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  // A backslash at its end would continue the comment, or the line after it, in many languages.
  return lines.map((line) => `${begin}${line.replace(/[\\ ]+$/, '')}${end}`.trimEnd());
}

/** Without line breaks of any kind, control characters, and marks that turn the direction of what follows. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
}

/** The same text in ASCII: accents go, and what has no letter in ASCII becomes a question mark. */
export function ascii(text: string): string {
  return text
    .replace(/ß/g, 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/g, '?');
}
