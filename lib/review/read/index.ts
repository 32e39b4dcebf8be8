import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { invalid } from '../../errors';
import { Estate } from '../model';
import { cdkAssembly, isCdkManifest } from './assembly';
import { CLOUDFORMATION } from './cloudformation/format';
import { documentOf, readDocument } from './document';
import type { Format, Input, ReadOptions } from './format';
import { cdktfAssembly, isCdktfManifest } from './terraform/assembly';
import { TERRAFORM } from './terraform/format';

export { documentOf, LARGEST, parseDocument, readDocument } from './document';
export type { Format, Input, InputFacts, ReadOptions } from './format';

/** Every kind of files that is read. The first that recognises a file reads it. */
export const FORMATS: readonly Format[] = [CLOUDFORMATION, TERRAFORM];

/**
 * Reads what is at the paths into one estate: templates, and folders that hold them; a cdk.out by its manifest. Files that
 * lie in a folder and are none of these are passed over; a file that is given by name must be one.
 *
 * @throws InvalidInputError `REVIEW_INPUT_MISSING`, `REVIEW_INPUT_UNREADABLE`, `REVIEW_INPUT_TOO_LARGE`,
 * `REVIEW_INPUT_NOT_UTF8`, `REVIEW_INPUT_MALFORMED`, `REVIEW_INPUT_TOO_COMPLEX`, `REVIEW_INPUT_NOT_A_TEMPLATE`,
 * `REVIEW_NOTHING_FOUND`
 */
export function readEstate(paths: readonly string[], options: ReadOptions = {}): Estate {
  const inputs = paths.flatMap((path) => inputsAt(path));
  if (inputs.length === 0) {
    invalid({
      code: 'REVIEW_NOTHING_FOUND',
      what: paths.length === 0 ? 'no path was given' : `${paths.join(', ')} holds no template`,
      allowed: `files of these kinds, or folders with them: ${titles()}`,
      instead: 'cdk.out, after cdk synth',
    });
  }
  return read(inputs, options);
}

/**
 * Reads data in memory: a parsed template, or several by the names of their stacks.
 *
 * @throws InvalidInputError `REVIEW_INPUT_NOT_A_TEMPLATE`
 */
export function estateOf(templates: Readonly<Record<string, unknown>>, options: ReadOptions = {}): Estate {
  return read(
    Object.entries(templates).map(([scope, data]) => ({
      document: documentOf(data, scope),
      scope,
      about: { stackName: scope },
    })),
    options,
  );
}

function read(inputs: readonly Input[], options: ReadOptions): Estate {
  const estate = new Estate();
  const byFormat = new Map<Format, Input[]>();
  for (const input of inputs) {
    estate.acknowledgements.push(...(input.about?.acknowledgements ?? []));
    const format = formatOf(input.document.data) ?? notATemplate(input.document.file);
    byFormat.set(format, [...(byFormat.get(format) ?? []), input]);
  }
  for (const format of FORMATS) {
    const own = byFormat.get(format);
    if (own !== undefined) {
      format.read(own, estate, options);
    }
  }
  return estate;
}

function formatOf(data: unknown): Format | undefined {
  return FORMATS.find((format) => format.recognises(data));
}

function inputsAt(path: string): Input[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) {
    const document = readDocument(path);
    return [{ document, scope: scopeOf(path), about: { folder: join(path, '..') } }];
  }
  const names = listFolder(path);
  if (names.includes('manifest.json')) {
    const manifest = readDocument(join(path, 'manifest.json'));
    if (isCdkManifest(manifest.data)) {
      return cdkAssembly(path, path);
    }
    if (isCdktfManifest(manifest.data)) {
      return cdktfAssembly(manifest.data, path);
    }
  }
  return names
    .filter((name) => /\.(json|ya?ml|template)$/.test(name) && statSync(join(path, name)).isFile())
    .flatMap((name) => {
      const document = readDocument(join(path, name));
      return formatOf(document.data) === undefined ? [] : [{ document, scope: scopeOf(name), about: { folder: path } }];
    });
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    return invalid({
      code: 'REVIEW_INPUT_UNREADABLE',
      what: `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      allowed: 'templates, plans, and folders that hold them',
      instead: 'cdk.out, template.yaml, cdktf.out or plan.json',
    });
  }
}

/** The name of a file without what says of which kind it is. */
function scopeOf(path: string): string {
  return basename(path).replace(/(\.template)?\.(json|ya?ml|template)$/, '');
}

function titles(): string {
  return FORMATS.map(({ title }) => title).join(', ');
}

function notATemplate(file: string): never {
  return invalid({
    code: 'REVIEW_INPUT_NOT_A_TEMPLATE',
    what: `${file} is none of the kinds of files that are read`,
    allowed: titles(),
    instead: 'a template with Resources, each with its Type',
  });
}
