import { Lazy } from 'cdktf';
import { invalid } from '../errors';
import {
  checkUserDataSize,
  type Destination,
  type HostService,
  renderHost,
  renderImageScript,
  renderPolicy,
  toCloudConfig,
} from '../host';
import type { Clients } from './clients';
import { JOURNAL_UNITS } from './journal';
import type { MachineGatewayOptions, MachineSettings } from './machine-options';
import { AZURE_PROGRAM } from './machine-program';
import { isToken } from './token';

/** What Azure takes as custom data and as user data, in bytes before base64. */
const DATA_LIMIT = 65_535;

/** How cdktf writes a token into text, and what one is counted as: names and addresses of Azure are shorter. */
const TEXT_TOKEN = /\$\{TfToken\[[^\]]+\]\}/g;
const BYTES_PER_TOKEN = 256;

/** What `vpn-gateway-azure` needs beside the Python that every image of Debian has. */
const PACKAGES = ['ca-certificates'];

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
 * The custom data of the machine: cloud-init, in base64. It holds programs and configuration, nothing that only deployment
 * knows, and no address of a client: a change of it replaces the machine.
 *
 * @throws InvalidInputError `HOST_OPTION_INVALID`, `TOKEN_NOT_ALLOWED`, `USER_DATA_TOO_LARGE`
 */
export function customDataOf(options: MachineGatewayOptions, settings: MachineSettings, service: HostService): string {
  const { packetFilter, apt, securityUpgradeRebootTime, refreshMinutes, journalWorkspaceId } = options;
  const host = renderHost({
    architecture: settings.architecture,
    services: [service],
    addressing: settings.addressing.routeTables === undefined ? 'masquerade' : 'routed',
    dnsServers: settings.dnsServers,
    debian: settings.image.debian,
    commands: {
      readUsers: [AZURE_PROGRAM.path, 'secret'],
      readPolicy: [AZURE_PROGRAM.path, 'policy'],
      packages: PACKAGES,
    },
    ...(packetFilter === undefined ? {} : { packetFilter }),
    ...(apt === undefined ? {} : { apt }),
    ...(securityUpgradeRebootTime === undefined ? {} : { securityUpgradeRebootTime }),
    ...(refreshMinutes === undefined ? {} : { refreshMinutes }),
    ...(journalWorkspaceId === undefined ? {} : { shipLogs: JOURNAL_UNITS }),
    isToken,
  });
  const text = toCloudConfig({ ...host, files: [...host.files, AZURE_PROGRAM] }, { tokens: TEXT_TOKEN });
  const [token] = text.match(TEXT_TOKEN) ?? [];
  if (token !== undefined) {
    invalid({
      code: 'TOKEN_NOT_ALLOWED',
      what: 'what the machine is made from holds a token, a value that only deployment knows, and must be known at synth',
      allowed:
        'literal values for dnsServers, apt and securityUpgradeRebootTime; the secret and the vault may be tokens',
      instead: "dnsServers: ['10.40.0.10']",
    });
  }
  checkUserDataSize(text, { limit: DATA_LIMIT });
  return Buffer.from(text).toString('base64');
}

/** What the machine is told that can change without a new machine. */
export interface MachineNews {
  readonly vaultUri: string;
  readonly secretName: string;
  readonly identityClientId: string;
  /** Where its journal goes, where it goes anywhere. */
  readonly journal?: { readonly endpoint: string; readonly ruleId: string } | undefined;
  readonly clients: Clients;
  readonly destinations: readonly Destination[];
}

/**
 * The user data of the machine as text: where its secret and its journal are, then the policy. Azure changes it in place,
 * and the machine reads it every few minutes.
 */
function userDataText(news: MachineNews): string {
  const { journal, clients, destinations } = news;
  return [
    `vault ${news.vaultUri}`,
    `secret ${news.secretName}`,
    `identity ${news.identityClientId}`,
    ...(journal === undefined ? [] : [`journal ${journal.endpoint} ${journal.ruleId}`]),
    renderPolicy({ clients: clients.anywhereReason === undefined ? clients.cidrs : 'any', destinations }, isToken),
  ].join('\n');
}

/** What is kept for the identity's id and the way of the journal, in bytes. */
const RESERVED = 1024;

/**
 * How many bytes the user data has.
 *
 * @throws InvalidInputError `POLICY_TOO_LARGE`, and those of `renderPolicy`
 */
export function userDataSize(news: MachineNews): number {
  return checkedSize(RESERVED + sizeOf(userDataText(news)));
}

/**
 * How many bytes it has with one more destination.
 *
 * @throws InvalidInputError `POLICY_TOO_LARGE`, and those of `renderPolicy`
 */
export function withDestination(size: number, destination: Destination): number {
  const policy = (destinations: Destination[]) => sizeOf(renderPolicy({ clients: 'any', destinations }, isToken));
  return checkedSize(size + policy([destination]) - policy([]));
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text.replace(TEXT_TOKEN, '*'.repeat(BYTES_PER_TOKEN)));
}

function checkedSize(size: number): number {
  if (size > DATA_LIMIT) {
    invalid({
      code: 'POLICY_TOO_LARGE',
      what: `the clients and destinations of the gateway need ${size} bytes, and the user data of a machine holds ${DATA_LIMIT}`,
      allowed: 'fewer and wider ones',
      instead: "gateway.allowClientsTo('10.0.0.0/16', Traffic.tcp(443))",
    });
  }
  return size;
}

/**
 * The user data as Azure wants it. Terraform encodes it where it holds what only deployment knows; `Fn.base64encode` of
 * cdktf would write other tokens in it as `[object Object]`.
 */
export function userDataOf(news: () => MachineNews): string {
  return Lazy.stringValue({
    produce: (context) => {
      const text: string = context.resolve(userDataText(news()));
      return text.includes('${')
        ? `\${base64encode("${text.replaceAll('\n', '\\n')}")}`
        : Buffer.from(text).toString('base64');
    },
  });
}
