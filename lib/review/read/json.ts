import { createScanner, printParseErrorCode, visit } from 'jsonc-parser';
import { invalid } from '../../errors';
import type { Key, Position } from '../model';

/**
 * Parses JSON.
 *
 * @throws InvalidInputError `REVIEW_INPUT_MALFORMED` with the place of the first error
 */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { offset, why } = firstError(text);
    const { line, column } = positionAt(text, offset);
    return invalid({
      code: 'REVIEW_INPUT_MALFORMED',
      what: `${file}:${line}:${column}: not JSON: ${why}`,
      allowed: 'JSON, whole and without comments',
      instead: text.length === 0 ? 'a template; the file is empty' : 'the file anew, from the tool that made it',
    });
  }
}

/** JSON.parse names no place on every version of Node; jsonc-parser does, and takes what JSON.parse refuses for no error. */
function firstError(text: string): { offset: number; why: string } {
  let first: { offset: number; why: string } | undefined;
  try {
    visit(
      text,
      {
        onError: (error, offset) => {
          first ??= { offset, why: words(printParseErrorCode(error)) };
        },
      },
      { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false },
    );
  } catch {
    // It walks by calling itself: a bomb of brackets ends its stack.
    first ??= { offset: 0, why: 'nested too deeply' };
  }
  return first ?? { offset: 0, why: 'a control character in a string' };
}

/** `CloseBraceExpected` as words. */
function words(code: string): string {
  return code.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
}

/** Line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
    line++;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
}

/** A value in the text, and where its members are once somebody asked for one of them. */
interface Node {
  readonly offset: number;
  members?: Map<Key, Node>;
}

/**
 * Where the values of a JSON text stand. It reads the text again on the way to a value that is asked for, and remembers
 * what it passed: a tree of everything would take many times the memory of the data.
 */
export class JsonPlaces {
  private readonly top: Node;
  private readonly lines: number[] = [];
  private readonly scanner: ReturnType<typeof createScanner>;

  public constructor(private readonly text: string) {
    this.scanner = createScanner(text, true);
    this.top = { offset: this.text.search(/\S/) };
  }

  /** The place of the value, or of the last value on the way to it that is there. */
  public locate(path: readonly Key[]): Position {
    let node = this.top;
    for (const key of path) {
      node.members ??= this.membersOf(node.offset);
      const member = node.members.get(key);
      if (member === undefined) {
        break;
      }
      node = member;
    }
    return this.position(node.offset);
  }

  private position(offset: number): Position {
    if (this.lines.length === 0) {
      this.lines.push(0);
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) {
        this.lines.push(at + 1);
      }
    }
    let low = 0;
    let high = this.lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lines[middle] as number) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low + 1, column: offset - (this.lines[low] as number) + 1 };
  }

  /** Where the members of the object or list at an offset stand. A token is known by its first character. */
  private membersOf(offset: number): Map<Key, Node> {
    const members = new Map<Key, Node>();
    const isList = this.text[offset] === '[';
    if (!isList && this.text[offset] !== '{') {
      return members;
    }
    this.scanner.setPosition(offset);
    let depth = 0;
    let index = 0;
    let name: string | undefined;
    let isFresh = false;
    do {
      this.scanner.scan();
      const at = this.scanner.getTokenOffset();
      const token = this.text[at];
      if (token === '}' || token === ']') {
        depth--;
      } else if (depth === 1 && (token === ',' || token === ':')) {
        isFresh = isList || token === ':';
      } else {
        if (depth === 1 && isFresh) {
          members.set(isList ? index++ : (name ?? ''), { offset: at });
          isFresh = false;
        } else if (depth === 1 && !isList) {
          name = JSON.parse(this.text.slice(at, at + this.scanner.getTokenLength())) as string;
        }
        if (token === '{' || token === '[') {
          depth++;
          isFresh ||= depth === 1 && isList;
        }
      }
    } while (depth > 0 && this.scanner.getTokenOffset() < this.text.length);
    return members;
  }
}
