import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Path } from '../feasibility';
import type { Flow, Insecure, IpRange } from '../flows';
import type { VpnProtocol } from '../protocols';
import type { EdgeRole } from './role';
import type { EdgeSiteOptions } from './site';

/** A firewall for which a gateway writes the configuration. */
export interface GatewayEdge extends Omit<EdgeSiteOptions, 'role' | 'management'> {
  /** The firewall: an id of the table in docs/edge.md, such as `fortigate`. */
  readonly product: string;
  /** Where it stands. The machine of a gateway filters for itself, so that nothing is written for it. */
  readonly role: Exclude<EdgeRole, 'gateway-host'>;
  /**
   * What every object of the configuration has in its name: 1 to 20 letters, digits and hyphens, a letter first. It also
   * tells firewalls of one product in one role apart: `plant4`, `plant5`.
   *
   * @default - made from the path of the gateway
   */
  readonly name?: string;
}

/** What a gateway knows of itself that firewalls before it must be told. */
export interface EdgeSubject {
  readonly protocols: readonly VpnProtocol[];
  /** What the server that is built listens on. */
  readonly flows: readonly Flow[];
  /** The clients' ranges that synth knows. */
  readonly clients: readonly IpRange[];
  /** Sources of clients whose addresses synth does not know, in words. */
  readonly unknownClients: readonly string[];
  /** The address that clients dial, where synth knows it. */
  readonly address: string | undefined;
  /** The addresses of clients inside the tunnel, where they appear with them behind the gateway. */
  readonly tunnelRange: IpRange | undefined;
  /** The ways from the clients. */
  readonly paths: readonly Path[];
  readonly insecure: Insecure | undefined;
  readonly anywhereReason: string | undefined;
}

/** What is written into the cloud assembly for a gateway, below its folder `edge`. */
export interface EdgeFolder {
  /** The gateway's own folder: one name, made from its path. */
  readonly name: string;
  readonly files: readonly { readonly folder: string; readonly name: string; readonly text: string }[];
}

/**
 * Renders what is asked for, before the gateway exists.
 *
 * @param path the path that the gateway is about to get
 * @returns `undefined` where nothing is asked for
 * @throws RefusalError, InvalidInputError those of `renderEdge` with the path of the gateway, `EDGE_DUPLICATE`, and
 * `TOKEN_NOT_ALLOWED` for clients that only deployment knows
 */
export function edgeFolder(
  path: string,
  edge: readonly GatewayEdge[] | undefined,
  subject: () => EdgeSubject,
): EdgeFolder | undefined {
  if (edge === undefined) {
    return undefined;
  }
  // Who asks for nothing does not wait for what is known of firewalls.
  const { renderForGateway } = require('./gateway') as typeof import('./gateway');
  return renderForGateway(path, edge, subject());
}

/**
 * Writes them, in place of those of an earlier synthesis.
 *
 * @param assembly the folder of the assembly, or of the stack in it
 */
export function writeEdge(assembly: string, { name, files }: EdgeFolder): void {
  const root = join(assembly, 'edge', name);
  rmSync(root, { recursive: true, force: true });
  for (const file of files) {
    const folder = join(root, file.folder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file.name), file.text);
  }
}
