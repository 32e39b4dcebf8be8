import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { invalid } from '../../errors';
import type { Key, Position, SourceDocument } from '../model';
import { JsonPlaces, parseJson } from './json';
import { parseYaml, YamlPlaces } from './yaml';

/** The largest files that are read, in bytes. CloudFormation takes templates of 1 MB; plans of Terraform grow larger. */
export const LARGEST = { json: 64 * 1024 * 1024, yaml: 8 * 1024 * 1024 } as const;

/**
 * Reads a file.
 *
 * @param path where it is
 * @param name what messages call it
 * @throws InvalidInputError `REVIEW_INPUT_UNREADABLE`, `REVIEW_INPUT_TOO_LARGE`, `REVIEW_INPUT_NOT_UTF8`,
 * `REVIEW_INPUT_MALFORMED`, `REVIEW_INPUT_TOO_COMPLEX`
 */
export function readDocument(path: string, name = path): SourceDocument {
  checkSize(sizeOf(path, name), name);
  const text = contentOf(path, name, (file) => readFileSync(file, 'utf8'));
  // What is not UTF-8 is read as this character, which hardly any file has: the bytes are looked at where it is there.
  if (text.includes('\ufffd')) {
    checkUtf8(
      contentOf(path, name, (file) => readFileSync(file)),
      text,
      name,
    );
  }
  return parseDocument(text.startsWith('\ufeff') ? text.slice(1) : text, name);
}

/**
 * Parses the text of a file. What begins with a brace or a bracket is JSON, and everything else YAML.
 *
 * @throws InvalidInputError `REVIEW_INPUT_TOO_LARGE`, `REVIEW_INPUT_MALFORMED`, `REVIEW_INPUT_TOO_COMPLEX`
 */
export function parseDocument(text: string, file: string): SourceDocument {
  const format = /^\s*[{[]/.test(text) || file.endsWith('.json') ? 'json' : 'yaml';
  checkSize(text.length, file, format);
  const data = format === 'json' ? parseJson(text, file) : parseYaml(text, file);
  let places: { locate(path: readonly Key[]): Position | undefined } | undefined;
  return {
    file,
    format,
    data,
    locate: (path) => {
      places ??= format === 'json' ? new JsonPlaces(text) : new YamlPlaces(text);
      return places.locate(path);
    },
  };
}

/** Data that comes from no file: a template in memory. */
export function documentOf(data: unknown, name: string): SourceDocument {
  return { file: name, format: 'object', data, locate: () => undefined };
}

function sizeOf(path: string, name: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    return unreadable(name, error);
  }
}

function checkSize(size: number, name: string, format: 'json' | 'yaml' = isYamlName(name) ? 'yaml' : 'json'): void {
  const limit = LARGEST[format];
  if (size > limit) {
    invalid({
      code: 'REVIEW_INPUT_TOO_LARGE',
      what: `${name} has ${Math.ceil(size / 2 ** 20)} MB`,
      allowed: `at most ${limit / 2 ** 20} MB of ${format.toUpperCase()}`,
      instead: 'one file for each stack; CloudFormation takes templates of 1 MB at most',
    });
  }
}

function isYamlName(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

function contentOf<T>(path: string, name: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    return unreadable(name, error);
  }
}

function checkUtf8(bytes: Buffer, text: string, name: string): void {
  if (isUtf8(bytes)) {
    return;
  }
  const before = text.split('\ufffd', 1)[0]?.split('\n') ?? [];
  invalid({
    code: 'REVIEW_INPUT_NOT_UTF8',
    what: `${name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: the file is not UTF-8`,
    allowed: 'a text file in UTF-8',
    instead: 'iconv -f UTF-16 -t UTF-8, or from whatever encoding the file has',
  });
}

function unreadable(name: string, error: unknown): never {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
  return invalid({
    code: code === 'ENOENT' ? 'REVIEW_INPUT_MISSING' : 'REVIEW_INPUT_UNREADABLE',
    what: code === 'ENOENT' ? `there is no ${name}` : `${name} cannot be read (${code})`,
    allowed: 'templates, plans, and folders that hold them',
    instead: 'cdk.out, template.yaml, cdktf.out or plan.json',
  });
}
