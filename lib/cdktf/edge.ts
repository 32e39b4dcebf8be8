import { join } from 'node:path';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { type EdgeFolder, writeEdge } from '../edge/for-gateways';

/** Writes configurations of firewalls when the app is synthesised: into `edge` beside the construct's stack. */
export function writeAtSynth(construct: Construct, folder: EdgeFolder | undefined): void {
  if (folder !== undefined) {
    const stack = TerraformStack.of(construct);
    const { synthesizer } = stack;
    stack.synthesizer = {
      synthesize: (session) => {
        synthesizer.synthesize(session);
        writeEdge(join(session.outdir, session.manifest.forStack(stack).workingDirectory), folder);
      },
    };
  }
}
