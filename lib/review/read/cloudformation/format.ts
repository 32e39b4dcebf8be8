import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Estate } from '../../model';
import { readDocument } from '../document';
import type { Format, Input, ReadOptions } from '../format';
import { isRecord, recordOf } from '../values';
import { readTemplates } from './index';
import { type Template, Templates } from './template';

/** How deep stacks nest; a template that names itself would never end. */
const DEEPEST = 10;

/** Templates of CloudFormation, in JSON or YAML. */
export const CLOUDFORMATION: Format = {
  id: 'cloudformation',
  title: 'CloudFormation template',
  recognises: (data) => {
    if (!isRecord(data)) {
      return false;
    }
    const resources = isRecord(data.Resources) ? Object.values(data.Resources) : undefined;
    return (
      'AWSTemplateFormatVersion' in data ||
      (resources !== undefined &&
        (resources.length === 0 || resources.some((one) => typeof recordOf(one).Type === 'string')))
    );
  },
  read,
};

function read(inputs: readonly Input[], estate: Estate, options: ReadOptions): void {
  const templates = new Templates();
  // A template that is nested in another one is read there, also where it is given on its own.
  const nested = new Set<string>();
  const given = new Map<string, Input>();
  for (const input of inputs) {
    given.set(pathOf(input, basename(input.document.file)), input);
  }
  for (const input of inputs) {
    for (const file of nestedFiles(input)) {
      nested.add(pathOf(input, file));
    }
  }
  for (const input of inputs) {
    if (!nested.has(pathOf(input, basename(input.document.file)))) {
      const { folder: _folder, assets: _assets, ...about } = input.about ?? {};
      const template = templates.add({
        document: input.document,
        scope: input.scope,
        ...about,
        ...(options.parameters === undefined ? {} : { parameters: options.parameters }),
      });
      addNested(template, input, templates, given, 0);
    }
  }
  readTemplates(templates, estate);
}

/** Reads the templates of nested stacks, from where the assembly keeps them. */
function addNested(
  parent: Template,
  input: Input,
  templates: Templates,
  given: ReadonlyMap<string, Input>,
  depth: number,
): void {
  for (const [logicalId, resource] of Object.entries(parent.section('Resources'))) {
    const file = nestedFile(resource, input);
    if (file === undefined || depth > DEEPEST) {
      continue;
    }
    const path = pathOf(input, file);
    const known = given.get(path);
    const folder = input.about?.folder;
    if (known === undefined && (folder === undefined || !existsSync(join(folder, file)))) {
      continue;
    }
    const document = known?.document ?? readDocument(join(folder ?? '', file), nameIn(input, file));
    const { account, region, constructPaths } = input.about ?? {};
    const child = templates.add({
      document,
      scope: `${parent.scope}/${logicalId}`,
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
      ...(constructPaths === undefined ? {} : { constructPaths }),
    });
    child.parent = { template: parent, parameters: recordOf(recordOf(recordOf(resource).Properties).Parameters) };
    parent.nested.set(logicalId, child);
    addNested(child, { ...input, document, scope: child.scope }, templates, given, depth + 1);
  }
}

function nestedFiles(input: Input): string[] {
  return Object.values(recordOf(recordOf(input.document.data).Resources))
    .map((resource) => nestedFile(resource, input))
    .filter((file) => file !== undefined);
}

/** The file of a nested stack: what CDK notes beside it, a template URL that is a path, or the asset that the URL ends in. */
function nestedFile(resource: unknown, { about }: Input): string | undefined {
  const { Type, Properties, Metadata } = recordOf(resource);
  if (Type !== 'AWS::CloudFormation::Stack') {
    return undefined;
  }
  const url = recordOf(Properties).TemplateURL;
  const file = recordOf(Metadata)['aws:asset:path'] ?? url;
  if (typeof file === 'string' && !/^[a-z]+:\/\//i.test(file)) {
    return file;
  }
  const [name] = /[\w.-]+\.json(?=[^.]*$)/.exec(JSON.stringify(url) ?? '') ?? [];
  return name === undefined ? undefined : about?.assets?.get(name);
}

function pathOf({ about }: Input, file: string): string {
  return join(about?.folder ?? '', file);
}

function nameIn({ document }: Input, file: string): string {
  return join(document.file, '..', file);
}
