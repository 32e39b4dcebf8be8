import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AzurermProvider } from '@cdktf/provider-azurerm/lib/provider';
import { VirtualNetwork } from '@cdktf/provider-azurerm/lib/virtual-network';
import { DefaultTokenResolver, StringConcat, TerraformStack, Testing, Tokenization } from 'cdktf';
import type { IConstruct } from 'constructs';
import { Accepted, Authentication, Clients, Insecure, PptpConstructsError } from 'pptp-constructs/azure';
import { parse } from 'yaml';
import { repository } from '../support/cli';

/** A certificate authority whose key nobody has, in PEM. */
export const ROOT_CA = readFileSync(join(repository, 'examples/azure-replaced/root-ca.pem'), 'utf8');

export const clients = Clients.from('203.0.113.0/24');
export const insecure = Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06');

/** An empty stack with its provider, without which validations fail. */
export function plant(id = 'plant4'): TerraformStack {
  const stack = new TerraformStack(Testing.app(), id);
  new AzurermProvider(stack, 'Azure', { features: [{}] });
  return stack;
}

/** The virtual network 10.40.0.0/16 in a region with zones. */
export function networkOf(
  stack: TerraformStack,
  more: { location?: string; addressSpace?: string[] } = {},
): VirtualNetwork {
  const props = { name: 'plant4', resourceGroupName: 'plant4', location: 'westeurope', addressSpace: ['10.40.0.0/16'] };
  return new VirtualNetwork(stack, 'Network', { ...props, ...more });
}

/** Certificates of one authority. */
export const certificates = Authentication.certificate({ roots: [{ name: 'plant4', certificate: ROOT_CA }] });

/** Options of VPN Gateway that are right. */
export const managed = {
  gatewaySubnetPrefix: '10.40.255.0/27',
  clientPools: ['172.20.0.0/24'],
  authentication: [certificates],
  acceptsAnyClientAddress: Accepted.because('client certificates decide who connects'),
};

export type Resources = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** Every resource of a stack by type and logical id, after all validations. */
export function synthesised(stack: TerraformStack): Resources {
  return JSON.parse(Testing.synth(stack, true)).resource ?? {};
}

/** The one resource of a type. */
export function only(stack: TerraformStack, type: string): Readonly<Record<string, unknown>> {
  const resources = Object.values(synthesised(stack)[type] ?? {});
  expect(resources).toHaveLength(1);
  return resources[0]!;
}

/** A reference as it stands in the synthesised JSON. */
export function ref(expression: string): string {
  return `$\{${expression}}`;
}

/** What tokens stand for in the synthesised JSON. */
export function resolved(stack: TerraformStack, value: unknown): unknown {
  return Tokenization.resolve(value, { scope: stack, resolver: new DefaultTokenResolver(new StringConcat()) });
}

/** What is written on a construct for the person at synth: `WARN: ...`. */
export function annotations(construct: IConstruct): string[] {
  return construct.node.metadata.map(({ type, data }) => `${type.replace('@cdktf/', '').toUpperCase()}: ${data}`);
}

/** The error that `act` throws, which must be one of ours and must leave nothing behind in `stack`. */
export function thrown(act: () => unknown, stack?: TerraformStack): PptpConstructsError {
  const before = stack?.node.findAll().length;
  try {
    act();
  } catch (error) {
    if (!PptpConstructsError.is(error)) {
      throw error;
    }
    expect(stack?.node.findAll().length).toBe(before);
    return error;
  }
  throw new Error('nothing was thrown');
}

/** The whole message of an error, with the user's line left open. */
export function textOf(error: Error): string {
  return error.message.replace(/at test\/azure\/[\w.-]+\.ts:\d+/, 'at <the line of the user>');
}

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/plant4/providers';

/** Options of a server on a machine that are right. The key is of nobody. */
export const machine = {
  subnetPrefix: '10.40.254.0/28',
  keyVault: { id: `${GROUP}/Microsoft.KeyVault/vaults/plant4`, vaultUri: 'https://plant4.vault.azure.net/' },
  secretName: 'vpn-users',
  adminSshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID+etEKDbl2+rZHuinxMfeTRogRJ0cBrLgWZFpShaOZ1 admin',
};

/** What the machine is told by its user data: the text that Terraform encodes, or that is encoded already. */
export function userDataOf(stack: TerraformStack): string {
  const { user_data } = only(stack, 'azurerm_linux_virtual_machine');
  const [, text] = /^\$\{base64encode\((".*")\)\}$/.exec(String(user_data)) ?? [];
  return text === undefined ? Buffer.from(String(user_data), 'base64').toString() : JSON.parse(text);
}

/** The cloud-init of the machine. */
export function cloudConfigOf(stack: TerraformStack): string {
  return Buffer.from(String(only(stack, 'azurerm_linux_virtual_machine').custom_data), 'base64').toString();
}

/** The files of the machine as they are after cloud-init unpacked them. */
export function filesOf(text: string): Record<string, string> {
  const files = parse(text).write_files as {
    path: string;
    encoding?: string;
    content: string;
  }[];
  return Object.fromEntries(
    files.map(({ path, encoding, content }) => [
      path,
      encoding === undefined ? content : gunzipSync(Buffer.from(content, 'base64')).toString(),
    ]),
  );
}
