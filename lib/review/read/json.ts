import { printParseErrorCode, visit } from 'jsonc-parser';
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

  public constructor(private readonly text: string) {
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

  /** Where the members of the object or list at an offset stand. The text is known to be JSON: it was parsed before. */
  private membersOf(offset: number): Map<Key, Node> {
    const members = new Map<Key, Node>();
    const isList = this.text[offset] === '[';
    if (!isList && this.text[offset] !== '{') {
      return members;
    }
    let at = this.solid(offset + 1);
    for (let index = 0; this.text[at] !== ']' && this.text[at] !== '}'; index++) {
      let key: Key = index;
      if (!isList) {
        const end = this.end(at);
        key = JSON.parse(this.text.slice(at, end)) as string;
        at = this.solid(this.solid(end) + 1);
      }
      members.set(key, { offset: at });
      at = this.solid(this.end(at));
      if (this.text[at] === ',') {
        at = this.solid(at + 1);
      }
    }
    return members;
  }

  /** The next offset that is no white space. */
  private solid(offset: number): number {
    let at = offset;
    while (this.text.charCodeAt(at) <= 32) {
      at++;
    }
    return at;
  }

  /** The offset behind the value at an offset. */
  private end(offset: number): number {
    const { text } = this;
    let depth = 0;
    let at = offset;
    do {
      switch (text.charCodeAt(at)) {
        case QUOTE:
          at = this.endOfString(at);
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          depth++;
          at++;
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          depth--;
          at++;
          break;
        default:
          at++;
          if (depth === 0) {
            // A number or a word: up to what ends it.
            while (at < text.length && !/[\s,\]}]/.test(text[at] as string)) {
              at++;
            }
          }
      }
    } while (depth > 0 && at < text.length);
    return at;
  }

  private endOfString(offset: number): number {
    for (let at = this.text.indexOf('"', offset + 1); at >= 0; at = this.text.indexOf('"', at + 1)) {
      let slashes = 0;
      while (this.text.charCodeAt(at - 1 - slashes) === BACKSLASH) {
        slashes++;
      }
      if (slashes % 2 === 0) {
        return at + 1;
      }
    }
    return this.text.length;
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
