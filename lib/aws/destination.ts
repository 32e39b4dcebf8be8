import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { invalid } from '../errors';
import { IpRange } from '../flows';
import type { Destination } from '../host';
import { isToken } from './token';
import { refusePort47 } from './vpn-ports';

/** Where clients may go: a construct with security groups, an IPv4 range as a peer, or one in CIDR notation. */
export type ClientDestination = ec2.IConnectable | string;

/** What a destination is for the machine's packet filter and for security groups. */
export interface ReadDestination {
  readonly destinations: readonly Destination[];
  /** The construct whose security groups are to be opened, where it has some. */
  readonly connectable: ec2.IConnectable | undefined;
}

/**
 * Reads a destination. A construct shows its security groups and not its addresses, so that the machine's filter gets
 * those of the VPC, and the security groups choose among them.
 *
 * @param addresses ranges of the destination that the user knows better
 * @param vpcCidrs ranges of the gateway's VPC, tokens among them
 * @throws InvalidInputError `DESTINATION_INVALID`, `PORT_47_IS_NOT_PROTOCOL_47`, or those of a malformed range
 */
export function readDestination(
  destination: ClientDestination,
  port: ec2.Port,
  addresses: readonly string[] | undefined,
  vpcCidrs: readonly string[],
  constructPath: string,
): ReadDestination {
  const refuse = (what: string, got: unknown, instead: string): never =>
    invalid({
      code: 'DESTINATION_INVALID',
      what,
      got: Construct.isConstruct(got) ? got.node.path : (got ?? 'undefined'),
      allowed:
        'a construct with security groups, an IPv4 peer, or an IPv4 range in CIDR notation; a port of TCP, UDP, ICMP or all',
      instead,
      constructPath,
    });
  const example = 'gateway.allowClientsTo(database, ec2.Port.tcp(5432))';
  const range = rangeOf(destination);
  const groups = typeof destination === 'string' ? [] : (destination?.connections?.securityGroups ?? []);
  if (range === undefined && groups.length === 0) {
    refuse('a destination of the clients has neither an IPv4 range nor a security group', destination, example);
  }
  if (range !== undefined && addresses !== undefined) {
    refuse('a destination of the clients is a range, and addresses beside it say another', addresses, example);
  }
  const cidrs = range === undefined ? (addresses ?? vpcCidrs) : [range];
  if (cidrs.length === 0) {
    refuse(
      'a destination of the clients lies in a VPC whose address range this app does not know',
      destination,
      "gateway.allowClientsTo(database, ec2.Port.tcp(5432), { addresses: ['10.0.4.0/24'] })",
    );
  }
  for (const cidr of cidrs) {
    if (!isToken(cidr) && IpRange.parse(cidr, 'destination').version !== 4) {
      refuse('a destination of the clients is an IPv6 range, and the tunnel carries IPv4', cidr, example);
    }
  }
  refusePort47(port, constructPath);
  const match = matchOf(port) ?? refuse('a port is none that the gateway can filter', port, example);
  if (match.protocol === 'any' && cidrs.some((cidr) => !isToken(cidr) && IpRange.parse(cidr).isEverything)) {
    refuse(
      'clients are let out to everywhere with every protocol, which AWS CDK takes for a mistake',
      destination,
      'gateway.allowClientsTo(ec2.Peer.anyIpv4(), ec2.Port.allTcp()) // and the same with ec2.Port.allUdp()',
    );
  }
  return {
    destinations: cidrs.map((cidr) => ({ cidr, ...match })),
    connectable: groups.length === 0 ? undefined : (destination as ec2.IConnectable),
  };
}

/** Whether two destinations are the same, so that one is enough. */
export function isSameDestination(one: Destination, other: Destination): boolean {
  return (
    one.cidr === other.cidr &&
    one.protocol === other.protocol &&
    one.fromPort === other.fromPort &&
    one.toPort === other.toPort
  );
}

function rangeOf(destination: ClientDestination): string | undefined {
  if (typeof destination === 'string') {
    return destination;
  }
  return typeof destination === 'object' && destination !== null && 'toEgressRuleConfig' in destination
    ? (destination as ec2.IPeer).toEgressRuleConfig().cidrIp
    : undefined;
}

/** A port as the machine's filter matches it. Of ICMP it lets every type pass; the security group is narrower. */
function matchOf(port: ec2.Port): Omit<Destination, 'cidr'> | undefined {
  const { ipProtocol, fromPort, toPort } = (port?.toRuleJson?.() ?? {}) as ec2.CfnSecurityGroup.IngressProperty;
  switch (ipProtocol) {
    case 'tcp':
    case 'udp':
      // From 0 to 65535 means every port; the filter names no port then.
      return fromPort === undefined || (fromPort === 0 && toPort === 65535)
        ? { protocol: ipProtocol }
        : { protocol: ipProtocol, fromPort, ...(toPort === undefined ? {} : { toPort }) };
    case 'icmp':
      return { protocol: 'icmp' };
    case '-1':
      return { protocol: 'any' };
    default:
      return undefined;
  }
}
