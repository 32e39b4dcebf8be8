import { ComputeNetwork } from '@cdktf/provider-google/lib/compute-network';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { TerraformStack, Testing } from 'cdktf';
import type { IConstruct } from 'constructs';
import { Clients, Insecure, PptpConstructsError } from 'pptp-constructs/google';

export const clients = Clients.from('203.0.113.0/24');
export const insecure = Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06');

/** An empty stack with its provider, without which validations fail. */
export function plant(id = 'plant4'): TerraformStack {
  const stack = new TerraformStack(Testing.app(), id);
  new GoogleProvider(stack, 'Google', { project: 'plant4-vpn' });
  return stack;
}

/** A VPC network. */
export function networkOf(stack: TerraformStack, more: { mtu?: number } = {}): ComputeNetwork {
  return new ComputeNetwork(stack, 'Network', { name: 'plant4', autoCreateSubnetworks: false, ...more });
}

/** Options of a server on a machine that are right. */
export const machine = {
  zone: 'europe-west3-a',
  subnetRange: '10.40.254.0/28',
  secret: { id: 'projects/plant4-vpn/secrets/vpn-users' },
};

export type Resource = Readonly<Record<string, unknown>>;
export type Resources = Readonly<Record<string, Readonly<Record<string, Resource>>>>;

/** Every resource of a stack by type and logical id, after all validations. */
export function synthesised(stack: TerraformStack): Resources {
  return JSON.parse(Testing.synth(stack, true)).resource ?? {};
}

/** All resources of a type. */
export function all(stack: TerraformStack, type: string): Resource[] {
  return Object.values(synthesised(stack)[type] ?? {});
}

/** The one resource of a type. */
export function only(stack: TerraformStack, type: string): Resource {
  const resources = all(stack, type);
  expect(resources).toHaveLength(1);
  return resources[0]!;
}

/** The rules of the firewall, in a line each, by what comes after the name of the gateway. */
export function rulesOf(stack: TerraformStack, type = 'google_compute_firewall'): Record<string, string> {
  const layer4 = (blocks: unknown) =>
    ((blocks ?? []) as { protocol: string; ports?: string[] }[])
      .map(({ protocol, ports = [] }) => [protocol, ...ports].join(' '))
      .join(', ');
  return Object.fromEntries(
    all(stack, type).map((rule) => [
      String(rule.name).replace(/^.*-[0-9a-f]{8}-/, ''),
      [
        rule.direction,
        rule.priority,
        rule.deny === undefined ? `allow ${layer4(rule.allow)}` : `deny ${layer4(rule.deny)}`,
        ...((rule.source_ranges ?? rule.destination_ranges) as string[]),
      ].join(' '),
    ]),
  );
}

/** A reference as it stands in the synthesised JSON. */
export function ref(expression: string): string {
  return `$\{${expression}}`;
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
  return error.message.replace(/at test\/google\/[\w.-]+\.ts:\d+/, 'at <the line of the user>');
}

/** The startup script of the machine, as it arrives there: Terraform takes its own escapes out. */
export function scriptOf(stack: TerraformStack): string {
  return String(only(stack, 'google_compute_instance').metadata_startup_script).replace(/([$%])\1\{/g, '$1{');
}

/** The files that the startup script writes. */
export function filesOf(script: string): Record<string, { mode: string; content: string }> {
  const files = script.matchAll(/^put (\S+) (\d{4}) <<'(END_*)'\n([\s\S]*?\n)\3$/gm);
  return Object.fromEntries([...files].map(([, path, mode, , content]) => [path!, { mode: mode!, content: content! }]));
}

/** What the machine is told by its metadata. */
export function newsOf(stack: TerraformStack): string {
  const { metadata } = only(stack, 'google_compute_instance');
  return (metadata as Record<string, string>)['vpn-gateway'] ?? '';
}
