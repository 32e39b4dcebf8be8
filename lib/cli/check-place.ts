import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

/** A text of somebody else's on a line of its own: no line breaks, and nothing that a terminal would take for a command. */
export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '\ufffd');
}

/** A file as a URI: below the working directory relative to it, as code scanning wants it. */
export function uriOf(file: string): string {
  const relative = path.relative(process.cwd(), path.resolve(file));
  return relative.startsWith('..') || path.isAbsolute(relative)
    ? pathToFileURL(path.resolve(file)).href
    : relative.split(path.sep).map(encodeURIComponent).join('/');
}
