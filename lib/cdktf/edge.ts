import { join } from 'node:path';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { type EdgeFolder, type EdgeSubject, writeEdge } from '../edge/for-gateways';
import type { Clients } from './clients';
import { ifKnown } from './token';

/** What a gateway knows of itself; its address may be a token. */
interface Server extends Pick<EdgeSubject, 'protocols' | 'flows' | 'address' | 'tunnelRange' | 'paths' | 'insecure'> {
  readonly clients: Clients;
}

/** What the firewalls before a server must be told of it. */
export function edgeSubject({ clients, address, ...server }: Server): EdgeSubject {
  const { ranges, tokens, anywhereReason } = clients;
  return {
    ...server,
    clients: ranges,
    unknownClients: tokens.length === 0 ? [] : [`${tokens.length} ${tokens.length === 1 ? 'range' : 'ranges'}`],
    address: ifKnown(address),
    anywhereReason,
  };
}

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
