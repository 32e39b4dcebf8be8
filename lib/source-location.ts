import * as path from 'node:path';

/** The folder that holds this file and with it the whole library (lib/ in development, dist/ when installed). */
const LIBRARY_ROOT = __dirname + path.sep;

/**
 * The stack frames of the caller that are the user's own: none of this library, of installed packages or of Node itself.
 */
export function userFrames(): string[] {
  const limit = Error.stackTraceLimit;
  // Constructs nest: the user's frame can lie deeper than the ten frames that V8 keeps by default.
  Error.stackTraceLimit = 100;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  return stack
    .split('\n')
    .slice(1)
    .filter((line) => isUserFile(fileOf(line)));
}

/** `file:line` of the innermost frame that is the user's own, relative to the working directory where it lies below it. */
export function userLocation(): string | undefined {
  const [frame] = userFrames();
  if (frame === undefined) {
    return undefined;
  }
  const file = fileOf(frame) ?? '';
  const line = /:(\d+):\d+\)?$/.exec(frame)?.[1] ?? '?';
  const relative = path.relative(process.cwd(), file);
  return `${relative.startsWith('..') ? file : relative}:${line}`;
}

function fileOf(frame: string): string | undefined {
  const match = /(?:\(|at (?:async )?)(?:file:\/\/)?([^()]+):\d+:\d+\)?$/.exec(frame);
  return match?.[1];
}

function isUserFile(file: string | undefined): boolean {
  return (
    file !== undefined &&
    path.isAbsolute(file) &&
    !file.startsWith(LIBRARY_ROOT) &&
    !file.includes(`${path.sep}node_modules${path.sep}`)
  );
}
