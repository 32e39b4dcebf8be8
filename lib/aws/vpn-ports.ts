import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { invalid } from '../errors';
import { type Flow, IpProtocol } from '../flows';

/** A range of ports, both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/**
 * A flow as security group rules name it. GRE and ESP go by their protocol number and without ports:
 * `{"IpProtocol": "47"}`. `ec2.Port.esp()` is not used: it emits ports 50 to 50, which ESP does not have.
 */
export function portOf(flow: Flow): ec2.Port {
  switch (flow.protocol) {
    case IpProtocol.TCP:
      return ec2.Port.tcp(portNumber(flow));
    case IpProtocol.UDP:
      return ec2.Port.udp(portNumber(flow));
    case IpProtocol.GRE:
      return new ec2.Port({ protocol: ec2.Protocol.GRE, stringRepresentation: 'GRE' });
    case IpProtocol.ESP:
      return new ec2.Port({ protocol: ec2.Protocol.ESP, stringRepresentation: 'ESP' });
    default:
      throw new RangeError(`no security group rule is known for ${flow.name}`);
  }
}

/**
 * A flow as network ACL entries name it, towards the gateway: the protocol as a number, with the destination port where
 * the protocol has ports.
 */
export function aclTrafficOf(flow: Flow): ec2.AclTraffic {
  return aclTraffic(flow.protocol, flow.port === undefined ? undefined : { from: flow.port, to: flow.port });
}

/** Traffic of an IP protocol; `ports` only for TCP and UDP. */
export function aclTraffic(protocol: number, ports?: PortRange): ec2.AclTraffic {
  return { toTrafficConfig: () => ({ protocol, ...(ports === undefined ? {} : { portRange: ports }) }) };
}

/**
 * The ports to which the gateway's answers go, at the client's end: `undefined` where the protocol has none.
 *
 * Clients and the NAT in front of them send from any port from 1024 on. Over UDP they may also send from the very port
 * that they send to (IKE from 500 to 500), so that the range begins there where that is lower.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html, "Ephemeral ports", read 2026-11
 */
export function replyPorts(flow: Flow): PortRange | undefined {
  if (flow.port === undefined) {
    return undefined;
  }
  return { from: flow.protocol === IpProtocol.UDP ? Math.min(flow.port, 1024) : 1024, to: 65535 };
}

/**
 * Refuses port 47 of TCP or UDP: at a VPN gateway, whoever writes it means GRE, IP protocol 47.
 *
 * @throws InvalidInputError `PORT_47_IS_NOT_PROTOCOL_47`
 */
export function refusePort47(port: ec2.Port, constructPath: string): void {
  const { ipProtocol, fromPort, toPort } = (port?.toRuleJson?.() ?? {}) as ec2.CfnSecurityGroup.IngressProperty;
  if ((ipProtocol === 'tcp' || ipProtocol === 'udp') && fromPort === 47 && toPort === 47) {
    invalid({
      code: 'PORT_47_IS_NOT_PROTOCOL_47',
      what: `${ipProtocol.toUpperCase()} port 47 is not GRE: GRE is IP protocol 47 and has no ports`,
      got: `${port}`,
      allowed: 'for the data channel of PPTP a port of protocol 47; the constructs of this library open it themselves',
      instead: "new ec2.Port({ protocol: ec2.Protocol.GRE, stringRepresentation: 'GRE' })",
      constructPath,
    });
  }
}

/** Refuses port 47 in rules that are added to a group later, by hand or by `connections`, too. */
export function refusePort47Later(group: ec2.SecurityGroup, constructPath: string): void {
  for (const method of ['addIngressRule', 'addEgressRule'] as const) {
    const add = group[method].bind(group);
    group[method] = (peer, port, description, remoteRule) => {
      refusePort47(port, constructPath);
      add(peer, port, description, remoteRule);
    };
  }
}

function portNumber(flow: Flow): number {
  if (flow.port === undefined) {
    throw new RangeError(`${flow.name} has no port`);
  }
  return flow.port;
}
