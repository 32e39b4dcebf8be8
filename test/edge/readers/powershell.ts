/** A value in PowerShell: text, and whether PowerShell would put variables into it first. */
export interface Value {
  readonly text: string;
  readonly expands: boolean;
}

/** A command with what stands behind it. `-Name value` is a parameter; one without a value is a switch. */
export interface Command {
  readonly name: string;
  readonly parameters: Readonly<Record<string, readonly Value[]>>;
  readonly positional: readonly Value[];
  /** What it was read from. */
  readonly line: string;
}

type Token =
  | { readonly kind: 'word' | 'quoted'; readonly text: string; readonly expands: boolean; readonly at: number }
  | { readonly kind: 'mark'; readonly text: string; readonly at: number };

/**
 * The commands of a script, one after the other, written by what about_Quoting_Rules and about_Parsing say: quotes of both
 * kinds and their doubling, backticks, here-strings, comments of both kinds, and lists. What else there is in the language
 * is an error: what cannot be read cannot be judged.
 */
export function readPowerShell(script: string): Command[] {
  return statements(tokens(script)).map((statement) => command(statement, script));
}

function tokens(script: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`PowerShell that the reader does not know (${what}): ${script.slice(at, at + 60)}`);
  };
  while (at < script.length) {
    const rest = script.slice(at);
    const [space] = /^(?:[ \t]|`\r?\n)+/.exec(rest) ?? [''];
    const [comment] = /^(?:<#[\s\S]*?#>|#[^\n]*)/.exec(rest) ?? [''];
    const hereString = /^@(['"])[ \t]*\r?\n([\s\S]*?)\r?\n\1@/.exec(rest);
    // Typographic quotes count as quotes too.
    const single = /^['‘’‚‛]((?:[^'‘’‚‛]|['‘’‚‛]{2})*)['‘’‚‛]/.exec(rest);
    const double = /^["“”„]((?:[^"“”„`]|`[\s\S]|["“”„]{2})*)["“”„]/.exec(rest);
    const word = /^(?:[^\s'"‘’‚‛“”„`;|&(){},@#<>]|`[^\n])(?:[^\s'"‘’‚‛“”„`;|&(){},]|`[^\n])*/.exec(rest);
    const mark = /^(?:@\(|@\{|\$\(|&&|\|\||\n|\r\n|[;|&(){},<>])/.exec(rest);
    if (space !== '') {
      at += space.length;
    } else if (comment !== '') {
      at += comment.length;
    } else if (hereString !== null) {
      const [all, quote, text = ''] = hereString;
      found.push({ kind: 'quoted', text, expands: quote === '"' && /[$`]/.test(text), at });
      at += all.length;
    } else if (single !== null) {
      const [all, text = ''] = single;
      found.push({ kind: 'quoted', text: text.replace(/['‘’‚‛]{2}/g, (pair) => pair.charAt(0)), expands: false, at });
      at += all.length;
    } else if (double !== null) {
      const [all, text = ''] = double;
      const plain = text.replace(/["“”„]{2}/g, (pair) => pair.charAt(0)).replace(/`([\s\S])/g, '$1');
      found.push({ kind: 'quoted', text: plain, expands: /(?<!`)\$/.test(text), at });
      at += all.length;
    } else if (mark !== null && !(rest.startsWith('$(') && word === null)) {
      found.push({ kind: 'mark', text: mark[0] === '\r\n' ? '\n' : mark[0], at });
      at += mark[0].length;
    } else if (word !== null) {
      const text = word[0].replace(/`([^\n])/g, '$1');
      found.push({ kind: 'word', text, expands: text.includes('$'), at });
      at += word[0].length;
    } else {
      fail('a character');
    }
  }
  return found;
}

/** Split where a command ends: at a semicolon or the end of a line, outside of brackets. */
function statements(all: readonly Token[]): Token[][] {
  const found: Token[][] = [[]];
  let depth = 0;
  for (const token of all) {
    if (token.kind === 'mark' && /[({]$/.test(token.text)) {
      depth += 1;
    }
    if (token.kind === 'mark' && /^[)}]$/.test(token.text)) {
      depth -= 1;
    }
    if (token.kind === 'mark' && (token.text === '\n' || token.text === ';') && depth === 0) {
      found.push([]);
    } else if (!(token.kind === 'mark' && token.text === '\n')) {
      found.at(-1)?.push(token);
    }
  }
  if (depth !== 0) {
    throw new Error('PowerShell with a bracket that is never closed');
  }
  return found.filter((statement) => statement.length > 0);
}

function command(statement: readonly Token[], script: string): Command {
  const [first] = statement;
  const last = statement.at(-1);
  const line = script.slice(first?.at, (last?.at ?? 0) + (last?.text.length ?? 0) + 2).split('\n#')[0] ?? '';
  if (first?.kind !== 'word') {
    throw new Error(`PowerShell that does not begin with a command: ${line}`);
  }
  const parameters: Record<string, Value[]> = {};
  const positional: Value[] = [];
  let current: Value[] = positional;
  let isList = false;
  let depth = 0;
  for (const token of statement.slice(1)) {
    if (token.kind === 'mark') {
      if (!['@(', '(', ')', ','].includes(token.text)) {
        throw new Error(`PowerShell that the reader does not know (${token.text}): ${line}`);
      }
      depth += token.text === ')' ? -1 : token.text === ',' ? 0 : 1;
      isList = token.text === ',' || depth > 0;
      continue;
    }
    const value = { text: token.text, expands: token.expands };
    if (token.kind === 'word' && /^-[A-Za-z]/.test(token.text) && depth === 0) {
      const name = token.text.slice(1).replace(/:.*/, '').toLowerCase();
      if (name in parameters) {
        throw new Error(`a parameter twice (${name}): ${line}`);
      }
      current = [];
      parameters[name] = current;
      if (token.text.includes(':')) {
        current.push({ text: token.text.replace(/^[^:]*:/, ''), expands: token.expands });
      }
    } else if (current !== positional && current.length > 0 && !isList) {
      positional.push(value);
    } else {
      current.push(value);
      isList = depth > 0;
    }
  }
  return { name: first.text, parameters, positional, line };
}
