import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds this file and with it the whole library (lib/ in development, dist/ when installed). */
const LIBRARY_ROOT = __dirname + path.sep;

/**
 * The stack frames of the caller that are the user's own: none of this library, of installed packages or of Node itself.
 * Without the frame of a whole file that tsx has wrapped into a function: it names a line that calls nothing.
 */
export function userFrames(): string[] {
  return framesOf(captured());
}

/** Where this is called from. V8 puts it into words when somebody reads `stack`. */
function captured(): Error {
  const limit = Error.stackTraceLimit;
  // Constructs nest: the user's frame can lie deeper than the ten frames that V8 keeps by default.
  Error.stackTraceLimit = 100;
  const error = new Error();
  Error.stackTraceLimit = limit;
  return error;
}

function framesOf({ stack = '' }: Error): string[] {
  const frames = stack.split('\n').slice(1);
  return frames.filter((frame, index) => {
    const wraps = / at Object\.<anonymous> /.test(frame) && / at <anonymous> /.test(frames[index - 1] ?? '');
    return !wraps && isUserFile(placeOf(frame)?.file);
  });
}

/** `file:line` of the innermost frame that is the user's own, relative to the working directory where it lies below it. */
export function userLocation(): string | undefined {
  return locationOf(userFrames());
}

function locationOf([frame]: readonly string[]): string | undefined {
  if (frame === undefined) {
    return undefined;
  }
  const { file = '', line = '?' } = placeOf(frame) ?? {};
  const relative = path.relative(process.cwd(), file);
  return `${relative.startsWith('..') ? file : relative}:${line}`;
}

const MADE = new WeakMap<object, Error>();

/** Remembers where the user makes a construct, for whoever has something to say about it later. */
export function rememberPlace(construct: object): void {
  MADE.set(construct, captured());
}

/** As much of a construct as is looked at. */
interface Node {
  readonly node: { tryFindChild(id: string): Node | undefined };
}

/** `file:line` in the user's code that made a construct, or the innermost around it that was remembered. */
export function placeOfUser(root: Node | undefined, constructPath: string | undefined): string | undefined {
  let made: Error | undefined;
  let at = root;
  for (const id of constructPath?.split('/') ?? []) {
    at = at?.node.tryFindChild(id);
    made = (at === undefined ? undefined : MADE.get(at)) ?? made;
  }
  return made === undefined ? undefined : locationOf(framesOf(made));
}

/**
 * The file and line of a stack frame: `at name (/path:1:2)`, `at /path:1:2` or `at file:///path:1:2`. The path may hold
 * spaces and brackets; what `eval` ran has no file.
 */
function placeOf(frame: string): { file: string; line: string } | undefined {
  const match = /^\s*at (?:async )?(?:.*? \()?((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*):(\d+):\d+\)?$/.exec(frame);
  const [, where, line] = match ?? [];
  if (where === undefined || line === undefined || where.endsWith('<anonymous>')) {
    return undefined;
  }
  return { file: where.startsWith('file://') ? fileURLToPath(where) : where, line };
}

function isUserFile(file: string | undefined): boolean {
  return (
    file !== undefined &&
    path.isAbsolute(file) &&
    !file.startsWith(LIBRARY_ROOT) &&
    !file.includes(`${path.sep}node_modules${path.sep}`)
  );
}
