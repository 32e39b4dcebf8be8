import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import { invalid } from '../../errors';
import type { Key, Position } from '../model';

/** How many values a file may stand for once its aliases are followed. CloudFormation's limit is 1 MB of text. */
const MOST_VALUES = 2_000_000;

/** CloudFormation's limit for nesting is far below. */
const DEEPEST = 200;

/** CloudFormation reads YAML 1.1; tags are its short forms of functions, and are read here. */
const OPTIONS = { version: '1.1', logLevel: 'silent', merge: false, stringKeys: false } as const;

/**
 * Parses YAML, with CloudFormation's short forms of functions (`!Ref`, `!Sub`) as their long ones.
 *
 * @throws InvalidInputError `REVIEW_INPUT_MALFORMED`, `REVIEW_INPUT_TOO_COMPLEX`, with the place
 */
export function parseYaml(text: string, file: string): unknown {
  const counter = new LineCounter();
  const document = parsed(text, file, counter);
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = counter.linePos(error.pos[0]);
    const [why = ''] = error.message.split('\n');
    malformed(`${file}:${line}:${col}: not YAML: ${why.replace(/ at line \d+, column \d+:?$/, '')}`);
  }
  const reader = new Reader((node, what) => {
    const { line, col } = counter.linePos((node as ParsedNode).range?.[0] ?? 0);
    return tooComplex(`${file}:${line}:${col}: ${what}`);
  });
  return document.contents === null ? null : reader.read(document.contents, 0);
}

function parsed(text: string, file: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, { ...OPTIONS, lineCounter });
  } catch (error) {
    // The parser calls itself for each level of brackets.
    if (error instanceof RangeError) {
      return tooComplex(`${file}: nested too deeply to be read`);
    }
    throw error;
  }
}

function malformed(what: string): never {
  return invalid({
    code: 'REVIEW_INPUT_MALFORMED',
    what,
    allowed: 'one document of YAML 1.1, as CloudFormation takes it',
    instead: 'the file as `aws cloudformation validate-template` accepts it',
  });
}

function tooComplex(what: string): never {
  return invalid({
    code: 'REVIEW_INPUT_TOO_COMPLEX',
    what,
    allowed: `${MOST_VALUES} values with every alias followed, nested at most ${DEEPEST} deep`,
    instead: 'the template without aliases; no tool that makes templates writes such ones',
  });
}

/** Turns nodes into plain values. An anchor is read once, and what its aliases stand for is counted each time. */
class Reader {
  private readonly anchors = new Map<string, { value: unknown; count: number }>();
  private count = 0;

  public constructor(private readonly refuse: (node: Node, what: string) => never) {}

  public read(node: unknown, depth: number): unknown {
    const known = node as Node;
    if (++this.count > MOST_VALUES) {
      this.refuse(known, `more than ${MOST_VALUES} values`);
    }
    if (depth > DEEPEST) {
      this.refuse(known, `nested more than ${DEEPEST} deep`);
    }
    if (isAlias(node)) {
      const anchor = this.anchors.get(node.source);
      if (anchor === undefined) {
        return this.refuse(node, `alias *${node.source} stands for itself, or for nothing`);
      }
      this.count += anchor.count;
      if (this.count > MOST_VALUES) {
        this.refuse(node, `alias *${node.source} makes more than ${MOST_VALUES} values`);
      }
      return anchor.value;
    }
    const before = this.count;
    const value = tagged(known.tag, this.plain(known, depth));
    const { anchor } = known as { anchor?: string };
    if (anchor !== undefined) {
      this.anchors.set(anchor, { value, count: this.count - before });
    }
    return value;
  }

  private plain(node: Node, depth: number): unknown {
    if (isMap(node)) {
      const object: Record<string, unknown> = {};
      for (const { key, value } of node.items) {
        // Not by assignment: a key may be called __proto__.
        Object.defineProperty(object, keyText(key), {
          value: value === null ? null : this.read(value, depth + 1),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return object;
    }
    if (isSeq(node)) {
      return node.items.map((item) => (isPair(item) ? this.read(item.value, depth + 1) : this.read(item, depth + 1)));
    }
    return isScalar(node) ? node.value : null;
  }
}

/** A key as it is written: `N` and `off` are names there, whatever they mean as values. */
function keyText(key: unknown): string {
  return isScalar(key) ? (key.source ?? String(key.value)) : String(key);
}

function memberOf(node: unknown, key: Key): unknown {
  if (isMap(node)) {
    return node.items.find((pair) => keyText(pair.key) === String(key))?.value;
  }
  return isSeq(node) ? node.items[Number(key)] : undefined;
}

/** `!Ref X` is `{ Ref: X }`, `!GetAtt A.B` is `{ 'Fn::GetAtt': 'A.B' }`. Tags of YAML itself are part of the value already. */
function tagged(tag: string | undefined, value: unknown): unknown {
  if (tag === undefined || !/^![A-Za-z]/.test(tag)) {
    return value;
  }
  const name = tag.slice(1);
  return { [name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`]: value };
}

/** Where the values of a YAML text stand. The text is parsed again: its nodes take many times the memory of the data. */
export class YamlPlaces {
  private readonly counter = new LineCounter();
  private readonly top: unknown;

  public constructor(text: string) {
    this.top = parseDocument(text, { ...OPTIONS, lineCounter: this.counter }).contents;
  }

  /** The place of the value, or of the last value on the way to it that is there. */
  public locate(path: readonly Key[]): Position {
    let node: unknown = this.top;
    for (const key of path) {
      // The key of a short form stands in no text: `!Ref X` is where { Ref: X } is.
      const hasTag = (node as Node | undefined)?.tag?.startsWith('!') && /^(Ref|Condition|Fn::.*)$/.test(String(key));
      const member = hasTag ? node : memberOf(node, key);
      if (member === undefined || member === null) {
        break;
      }
      node = member;
      if (isAlias(member)) {
        break;
      }
    }
    const { line, col } = this.counter.linePos((node as ParsedNode | null)?.range?.[0] ?? 0);
    return { line, column: col };
  }
}
