import type { Clients } from '../cdktf/clients';
import { isToken } from '../cdktf/token';
import { invalid } from '../errors';
import {
  checkUserDataSize,
  type Destination,
  type HostService,
  renderHost,
  renderImageScript,
  renderPolicy,
  toStartupScript,
} from '../host';
import type { MachineGatewayOptions, MachineSettings } from './machine-options';
import { GOOGLE_PROGRAM, INSTANCE_ID_COMMAND } from './machine-program';

/** What Google Cloud takes as one value of an instance's metadata, in bytes. */
const VALUE_LIMIT = 262_144;

/** How cdktf writes a token into text, and what one is counted as. */
const TEXT_TOKEN = /\$\{TfToken\[[^\]]+\]\}/g;
const BYTES_PER_TOKEN = 256;

/** What `vpn-gateway-google` needs. */
const PACKAGES = ['ca-certificates', 'python3'];

/**
 * The script that prepares an image for such machines.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID`
 */
export function imageScriptOf(
  { packetFilter }: MachineGatewayOptions,
  { architecture }: MachineSettings,
  service: HostService,
): string {
  return renderImageScript({
    architecture,
    services: [service],
    packages: PACKAGES,
    ...(packetFilter === undefined ? {} : { packetFilter }),
  });
}

/**
 * The startup script of the machine. It holds programs and configuration, nothing that only deployment knows, and no
 * address of a client: a change of it replaces the machine.
 *
 * Google's images of Debian come with Google's own guest agent, which runs startup scripts, and not with cloud-init.
 *
 * @see https://github.com/GoogleCloudPlatform/compute-image-tools daisy_workflows/image_build/debian, read 2026-11
 * @throws InvalidInputError `HOST_OPTION_INVALID`, `TOKEN_NOT_ALLOWED`, `USER_DATA_TOO_LARGE`
 */
export function startupScriptOf(
  options: MachineGatewayOptions,
  settings: MachineSettings,
  service: HostService,
): string {
  const { packetFilter, apt, securityUpgradeRebootTime, refreshMinutes } = options;
  const host = renderHost({
    architecture: settings.architecture,
    services: [service],
    addressing: settings.addressing.kind,
    dnsServers: settings.dnsServers,
    debian: settings.image.debian,
    commands: {
      readUsers: [GOOGLE_PROGRAM.path, 'secret'],
      readPolicy: [GOOGLE_PROGRAM.path, 'policy'],
      signalReady: [GOOGLE_PROGRAM.path, 'ready'],
      signalFailure: [GOOGLE_PROGRAM.path, 'failed'],
      packages: PACKAGES,
    },
    ...(packetFilter === undefined ? {} : { packetFilter }),
    ...(apt === undefined ? {} : { apt }),
    ...(securityUpgradeRebootTime === undefined ? {} : { securityUpgradeRebootTime }),
    ...(refreshMinutes === undefined ? {} : { refreshMinutes }),
    isToken,
  });
  const text = toStartupScript(
    { ...host, files: [...host.files, GOOGLE_PROGRAM] },
    { instanceId: INSTANCE_ID_COMMAND },
  );
  if (text.match(TEXT_TOKEN) !== null) {
    invalid({
      code: 'TOKEN_NOT_ALLOWED',
      what: 'what the machine is made from holds a token, a value that only deployment knows, and must be known at synth',
      allowed: 'literal values for dnsServers, apt and securityUpgradeRebootTime; the secret may be a token',
      instead: "dnsServers: ['10.40.0.10']",
    });
  }
  checkUserDataSize(text, { limit: VALUE_LIMIT });
  // Terraform reads templates in every text, and a shell's ${...} is none.
  return text.replace(/([$%])\{/g, '$1$1{');
}

/** What the machine is told that can change without a new machine. */
export interface MachineNews {
  readonly secretId: string;
  readonly clients: Clients;
  readonly destinations: readonly Destination[];
}

/**
 * The machine's news as text: where its secret is, then the policy. Google Cloud changes it in place, and the machine reads
 * it every few minutes.
 *
 * @throws InvalidInputError `POLICY_TOO_LARGE`, and those of `renderPolicy`
 */
export function newsText({ secretId, clients, destinations }: MachineNews): string {
  const policy = { clients: clients.anywhereReason === undefined ? clients.cidrs : ('any' as const), destinations };
  const text = [`secret ${secretId}`, renderPolicy(policy, isToken)].join('\n');
  const size = Buffer.byteLength(text.replace(TEXT_TOKEN, '*'.repeat(BYTES_PER_TOKEN)));
  if (size > VALUE_LIMIT) {
    invalid({
      code: 'POLICY_TOO_LARGE',
      what: `the clients and destinations of the gateway need ${size} bytes, and the metadata of a machine holds ${VALUE_LIMIT}`,
      allowed: 'fewer and wider ones',
      instead: "gateway.allowClientsTo('10.0.0.0/16', Traffic.tcp(443))",
    });
  }
  return text;
}
