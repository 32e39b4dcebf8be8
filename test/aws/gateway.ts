import { App, type Environment, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Clients } from '../../lib/aws/clients';
import { PptpGateway } from '../../lib/aws/pptp-gateway';
import type { PptpGatewayProps } from '../../lib/aws/pptp-gateway-props';
import { Insecure } from '../../lib/flows';
import { filesOf } from '../support/user-data';

// biome-ignore lint/suspicious/noExplicitAny: what is in a template has no type
type Json = any;

export const REASON = 'PLCs in plant 4 speak nothing else; replaced by 2027-06';

/** A stack with a VPC of two public, two private (one NAT gateway) and two isolated subnets. */
export function network(options: { env?: Environment; cidr?: string } = {}) {
  const stack = new Stack(new App(), 'Site', options.env === undefined ? {} : { env: options.env });
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    ipAddresses: ec2.IpAddresses.cidr(options.cidr ?? '10.20.0.0/16'),
    natGateways: 1,
    maxAzs: 2,
    subnetConfiguration: [
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC },
      { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    ],
  });
  return { stack, vpc };
}

/** The least that a gateway needs, and whatever else is given. */
export function propsFor(vpc: ec2.IVpc, more: Partial<PptpGatewayProps> = {}): PptpGatewayProps {
  return { vpc, clients: Clients.from('203.0.113.0/24'), insecure: Insecure.because(REASON), ...more };
}

/** A stack with one gateway. */
export function gatewayWith(more: Partial<PptpGatewayProps> = {}) {
  const { stack, vpc } = network();
  return { stack, vpc, gateway: new PptpGateway(stack, 'LegacyVpn', propsFor(vpc, more)) };
}

/** The only resource of a type among those whose logical id begins with `prefix`, with its logical id. */
export function only(stack: Stack, type: string, prefix = 'LegacyVpn') {
  const found = Object.entries(Template.fromStack(stack).findResources(type)).filter(([id]) => id.startsWith(prefix));
  if (found.length !== 1) {
    throw new Error(`${found.length} resources of ${type}: ${found.map(([id]) => id).join(', ')}`);
  }
  const [[id, resource]] = found as [[string, Record<string, Json>]];
  return { id, ...resource } as { id: string; Properties: Json; [attribute: string]: Json };
}

/** The machine's user data as text, each token as `<...>`. */
export function userDataOf(stack: Stack): string {
  const data = only(stack, 'AWS::EC2::Instance').Properties.UserData['Fn::Base64'];
  const parts: unknown[] = typeof data === 'string' ? [data] : data['Fn::Join'][1];
  return parts.map((part) => (typeof part === 'string' ? part : `<${JSON.stringify(part)}>`)).join('');
}

/** Every file of the machine by its path: those in user data, and those for which it had no room. */
export function machineFiles(stack: Stack): Map<string, string> {
  const moved: [path: string, mode: string, content: string][] =
    only(stack, 'AWS::EC2::Instance').Metadata?.['vpn-gateway-files'] ?? [];
  return new Map([
    // A deployed value has no quotation marks, which would end an argument of a command.
    ...filesOf(userDataOf(stack).replace(/<\{.*?\}>/g, (token) => token.replaceAll('"', ''))),
    ...moved.map(([path, , content]): [string, string] => [path, content]),
  ]);
}

/** The texts of all warnings, without what AWS CDK appends for acknowledging them. */
export function warningsOf(stack: Stack): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}

/** The ids of all warnings of this package. */
export function warningIdsOf(stack: Stack): string[] {
  return warningsOf(stack).flatMap((text) => /\[ack: pptp-constructs:(\w+)\]/.exec(text)?.[1] ?? []);
}
