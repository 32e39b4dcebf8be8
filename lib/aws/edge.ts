import { attachCustomSynthesis } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type EdgeFolder, writeEdge } from '../edge/for-gateways';

/** Writes configurations of firewalls when the app is synthesised: into `edge` of the assembly of the construct's stage. */
export function writeAtSynth(construct: Construct, folder: EdgeFolder | undefined): void {
  if (folder !== undefined) {
    attachCustomSynthesis(construct, { onSynthesize: ({ outdir }) => writeEdge(outdir, folder) });
  }
}
