import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Acknowledgement } from '../model';
import { readDocument } from './document';
import type { Input, InputFacts } from './format';
import { isRecord, listOf, recordOf } from './values';

/** Assemblies hold assemblies (stages); a folder that holds itself would never end. */
const DEEPEST = 10;

/** Whether a manifest is that of a cloud assembly of the CDK. */
export function isCdkManifest(manifest: unknown): boolean {
  return isRecord(manifest) && isRecord(manifest.artifacts) && typeof manifest.version === 'string';
}

/**
 * The templates of a cloud assembly (cdk.out), those of its stages too. Templates of nested stacks are found from their
 * parents.
 *
 * @param folder where it is
 * @param name what messages call it
 */
export function cdkAssembly(folder: string, name: string, depth = 0): Input[] {
  const manifest = readDocument(join(folder, 'manifest.json'), join(name, 'manifest.json'));
  const inputs: Input[] = [];
  const artifacts = recordOf(recordOf(manifest.data).artifacts);
  const assets = assetsOf(artifacts, folder, name);
  for (const [id, artifact] of Object.entries(artifacts)) {
    const { type, properties, displayName, environment } = recordOf(artifact);
    const { templateFile, directoryName, stackName } = recordOf(properties);
    if (type === 'aws:cloudformation:stack' && typeof templateFile === 'string') {
      const document = readDocument(join(folder, templateFile), join(name, templateFile));
      inputs.push({
        document,
        scope: typeof displayName === 'string' ? displayName : id,
        about: {
          stackName: typeof stackName === 'string' ? stackName : id,
          ...environmentOf(environment),
          ...metadataOf(recordOf(artifact), folder, name),
          assets,
          folder,
        },
      });
    } else if (type === 'cdk:cloud-assembly' && typeof directoryName === 'string' && depth < DEEPEST) {
      inputs.push(...cdkAssembly(join(folder, directoryName), join(name, directoryName), depth + 1));
    }
  }
  return inputs;
}

/** The files of an assembly by the names under which they are uploaded. */
function assetsOf(
  artifacts: Readonly<Record<string, unknown>>,
  folder: string,
  name: string,
): ReadonlyMap<string, string> {
  const assets = new Map<string, string>();
  for (const artifact of Object.values(artifacts)) {
    const { type, properties } = recordOf(artifact);
    const { file } = recordOf(properties);
    if (type !== 'cdk:asset-manifest' || typeof file !== 'string' || !existsSync(join(folder, file))) {
      continue;
    }
    const { data } = readDocument(join(folder, file), join(name, file));
    for (const asset of Object.values(recordOf(recordOf(data).files))) {
      const { source, destinations } = recordOf(asset);
      const { path } = recordOf(source);
      for (const destination of Object.values(recordOf(destinations))) {
        const { objectKey } = recordOf(destination);
        if (typeof objectKey === 'string' && typeof path === 'string') {
          assets.set(objectKey, path);
        }
      }
    }
  }
  return assets;
}

/** `aws://111122223333/eu-central-1`; an environment-agnostic stack has words in place of both. */
function environmentOf(environment: unknown): Pick<InputFacts, 'account' | 'region'> {
  const [, account, region] = /^aws:\/\/([^/]+)\/([^/]+)$/.exec(String(environment)) ?? [];
  return {
    ...(account === undefined || account.startsWith('unknown') ? {} : { account }),
    ...(region === undefined || region.startsWith('unknown') ? {} : { region }),
  };
}

/**
 * Construct paths by logical id, and what is acknowledged, from the metadata of the stack, which newer versions keep in a
 * file of its own.
 */
function metadataOf(
  { metadata, additionalMetadataFile }: Readonly<Record<string, unknown>>,
  folder: string,
  name: string,
): Required<Pick<InputFacts, 'constructPaths' | 'acknowledgements'>> {
  const constructPaths = new Map<string, string>();
  const acknowledgements: Acknowledgement[] = [];
  const note = (all: unknown) => {
    for (const [key, entries] of Object.entries(recordOf(all))) {
      const path = key.replace(/^\//, '');
      for (const entry of listOf(entries)) {
        const { type, data } = recordOf(entry);
        if (type === 'aws:cdk:logicalId' && typeof data === 'string') {
          constructPaths.set(data, path);
        } else if (type === 'aws:cdk:acknowledged-rules') {
          for (const [id, reason] of Object.entries(recordOf(data))) {
            acknowledgements.push({ id, reason: String(reason), constructPath: path });
          }
        }
      }
    }
  };
  note(metadata);
  if (typeof additionalMetadataFile === 'string' && existsSync(join(folder, additionalMetadataFile))) {
    note(readDocument(join(folder, additionalMetadataFile), join(name, additionalMetadataFile)).data);
  }
  return { constructPaths, acknowledgements };
}
