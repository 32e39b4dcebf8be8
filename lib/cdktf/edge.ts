import { join } from 'node:path';
import { addCustomSynthesis, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { type EdgeFolder, writeEdge } from '../edge/for-gateways';

/** Writes configurations of firewalls when the app is synthesised: into `edge` beside the construct's stack. */
export function writeAtSynth(construct: Construct, folder: EdgeFolder | undefined): void {
  if (folder !== undefined) {
    addCustomSynthesis(construct, {
      onSynthesize: ({ outdir, manifest }) => {
        const { workingDirectory } = manifest.forStack(TerraformStack.of(construct));
        writeEdge(join(outdir, workingDirectory), folder);
      },
    });
  }
}
