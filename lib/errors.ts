import type { DiagnosticCode } from './diagnostics';
import type { AssessedCandidate } from './feasibility/choose';
import { userFrames, userLocation } from './source-location';

/** Marks our errors across several copies of this package in one process, where `instanceof` fails. */
const MARK = Symbol.for('pptp-constructs.error');

/** Which kind of failure: what the user wrote is wrong, or what the user asked for cannot work on this network. */
export type ErrorKind = 'invalid-input' | 'refusal';

interface ErrorParts {
  readonly kind: ErrorKind;
  readonly code: DiagnosticCode;
  /** The text for people: everything but the place in the user's code and the code's line. */
  readonly text: string;
  readonly reasons: readonly string[];
  readonly alternatives: readonly string[];
  readonly constructPath?: string | undefined;
}

/**
 * Base of every error that this package throws on purpose.
 *
 * The message is complete by itself: what is wrong, what to do, the line of the user's own code, and the diagnostic
 * code to look up in docs/diagnostics.md. Frames of the library are left out of `stack`, and the fields are not
 * enumerable, so that Node prints neither when the error is not caught.
 */
export class PptpConstructsError extends Error {
  /** The kind of failure. */
  declare readonly kind: ErrorKind;
  /** Stable diagnostic code; each has an entry in docs/diagnostics.md. */
  declare readonly code: DiagnosticCode;
  /** Every reason, one sentence each. */
  declare readonly reasons: readonly string[];
  /** What to write instead, one snippet each; empty where nothing would help. */
  declare readonly alternatives: readonly string[];
  /** Path of the construct that refused, where there is one. */
  declare readonly constructPath: string | undefined;

  /**
   * Whether `error` is one of ours, whichever copy of the package threw it.
   */
  public static is(error: unknown): error is PptpConstructsError {
    return typeof error === 'object' && error !== null && MARK in error;
  }

  protected constructor(parts: ErrorParts) {
    const location = userLocation();
    const withEnd = (indent: string) =>
      [
        `${parts.text}\n`,
        ...(location === undefined ? [] : [`${indent}at ${location}`]),
        `${indent}code ${parts.code}, see docs/diagnostics.md`,
      ].join('\n');
    super(withEnd(' '.repeat(6)));
    const hidden = (value: unknown) => ({ value, enumerable: false, configurable: true });
    Object.defineProperties(this, {
      name: hidden(new.target.name),
      kind: hidden(parts.kind),
      code: hidden(parts.code),
      reasons: hidden(parts.reasons),
      alternatives: hidden(parts.alternatives),
      constructPath: hidden(parts.constructPath),
      // The innermost frame of the user is in the text already. Frames are indented by four: Node puts an error into
      // brackets whose stack has no line like that.
      stack: hidden([withEnd(' '.repeat(4)), ...userFrames().slice(1)].join('\n')),
      [MARK]: hidden(true),
    });
  }

  /** What Node prints for an error that nobody caught, and what `console.log(error)` shows: the message alone. */
  public [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.message;
  }
}

/** What an error was made from, for whoever says it in other words. */
const inputs = new WeakMap<object, InvalidInput>();

/** How an error is said again with the path of a construct; errors that have a path are not said again. */
const again = new WeakMap<object, (constructPath: string) => PptpConstructsError>();

/** What a bad value was, and what would be right. */
export interface InvalidInput {
  readonly code: DiagnosticCode;
  /** What is wrong, one sentence without its full stop: `client range has host bits set`. */
  readonly what: string;
  /** The value that was given. Never a secret: leave it out for passwords and keys. */
  readonly got?: unknown;
  /** What is allowed, in words or as a list. */
  readonly allowed: string;
  /** What to write instead: code or a value. */
  readonly instead: string;
  /** Path of the construct, where there is one already. */
  readonly constructPath?: string | undefined;
}

/** Something that the user wrote is wrong. The message names what, the value got, what is allowed and what to write. */
export class InvalidInputError extends PptpConstructsError {
  public constructor(input: InvalidInput) {
    const where = input.constructPath === undefined ? '' : `${input.constructPath}: `;
    const lines = [`${where}${input.what}.`];
    if (input.got !== undefined) {
      lines.push(`  got      ${show(input.got)}`);
    }
    lines.push(`  allowed  ${input.allowed}`, `  write    ${indent(input.instead, 11)}`);
    super({
      kind: 'invalid-input',
      code: input.code,
      text: lines.join('\n'),
      reasons: [input.what],
      alternatives: [input.instead],
      constructPath: input.constructPath,
    });
    inputs.set(this, input);
    if (input.constructPath === undefined) {
      again.set(this, (constructPath) => new InvalidInputError({ ...input, constructPath }));
    }
  }
}

/** A refusal: every input is well-formed, and still it cannot work on this network. */
export interface Refusal {
  /** The code of the first reason. */
  readonly code: DiagnosticCode;
  /** The whole explanation, as `explain` wrote it. */
  readonly explanation: string;
  readonly reasons: readonly string[];
  readonly alternatives: readonly string[];
  readonly constructPath?: string | undefined;
  /** What was asked for, with the verdicts that rule it out. */
  readonly asked?: readonly AssessedCandidate[];
  /** What could be built in its place, with its verdicts. */
  readonly offers?: readonly AssessedCandidate[];
}

/** What the user asked for cannot work on this network; the message explains which hop stops what, and what would work. */
export class RefusalError extends PptpConstructsError {
  /** What was asked for, with the verdicts that rule it out; empty where no path was looked at. */
  declare readonly asked: readonly AssessedCandidate[];
  /** What could be built in its place, with its verdicts; not all of it works. */
  declare readonly offers: readonly AssessedCandidate[];

  public constructor(refusal: Refusal) {
    super({ ...refusal, kind: 'refusal', text: refusal.explanation });
    if (refusal.constructPath === undefined) {
      again.set(this, (constructPath) => {
        return new RefusalError({
          ...refusal,
          constructPath,
          explanation: `${constructPath}: ${refusal.explanation}`,
        });
      });
    }
    const { asked = [], offers = [] } = refusal;
    Object.defineProperties(this, {
      asked: { value: asked, enumerable: false, configurable: true },
      offers: { value: offers, enumerable: false, configurable: true },
    });
  }
}

/**
 * Throws `error`. Every throw of this package goes through here, since Node prints the source line of an uncaught throw,
 * which would show our line and not the user's; the comment on the line tells Node not to.
 */
export function raise(error: PptpConstructsError): never {
  throw error; // node-do-not-add-exception-line
}

/**
 * Does something for people who write it in another form: what it refuses is said in theirs.
 *
 * @param change the same in their words
 */
export function inWordsOf<T>(change: (input: InvalidInput) => InvalidInput, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const input = typeof error === 'object' && error !== null ? inputs.get(error) : undefined;
    if (input === undefined) {
      throw error;
    }
    return invalid(change(input));
  }
}

/** Shorthand for the most frequent case: raises an `InvalidInputError`. */
export function invalid(input: InvalidInput): never {
  return raise(new InvalidInputError(input));
}

/**
 * Does something for a construct that does not know of constructs: what it throws on purpose is thrown with the path.
 */
export function forConstruct<T>(constructPath: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const said = typeof error === 'object' && error !== null ? again.get(error) : undefined;
    if (said === undefined) {
      throw error;
    }
    return raise(said(constructPath));
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}...` : value);
  }
  if (typeof value === 'function') {
    return `function ${value.name || '(anonymous)'}`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return `an object of class ${(value as object).constructor?.name ?? 'Object'}`;
  }
  if (Array.isArray(value)) {
    return `[${value.slice(0, 10).map(show).join(', ')}${value.length > 10 ? ', ...' : ''}]`;
  }
  return String(value);
}

function indent(text: string, by: number): string {
  return text.split('\n').join(`\n${' '.repeat(by)}`);
}
