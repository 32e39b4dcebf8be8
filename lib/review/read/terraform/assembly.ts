import { join } from 'node:path';
import { readDocument } from '../document';
import type { Input } from '../format';
import { isRecord, recordOf } from '../values';

/** Whether a manifest is that of an assembly of CDK for Terraform. */
export function isCdktfManifest(manifest: unknown): boolean {
  return (
    isRecord(manifest) &&
    isRecord(manifest.stacks) &&
    Object.values(manifest.stacks).every((stack) => typeof recordOf(stack).synthesizedStackPath === 'string')
  );
}

/** The configurations of an assembly of CDK for Terraform (cdktf.out). */
export function cdktfAssembly(manifest: unknown, folder: string): Input[] {
  return Object.entries(recordOf(recordOf(manifest).stacks)).map(([id, stack]) => {
    const { name, synthesizedStackPath } = recordOf(stack);
    const file = join(folder, String(synthesizedStackPath));
    const scope = typeof name === 'string' ? name : id;
    return { document: readDocument(file), scope, about: { stackName: scope, folder } };
  });
}
