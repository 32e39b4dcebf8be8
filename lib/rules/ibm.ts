import { invalid } from '../errors';
import { IpRange } from '../flows';
import { IBM } from '../network/ibm';
import {
  type DirectedRuleOptions,
  firstReplyPort,
  perRange,
  type RuleOptions,
  type Rules,
  rulesOf,
  spelled,
  statefulPassages,
  statelessPassages,
  withPort,
} from './request';

/**
 * A protocol as IBM Cloud writes it. `all` and no protocol at all mean icmp_tcp_udp since provider 1.87, which leaves GRE
 * out, and `number_47` does not exist.
 */
export type IbmProtocol = 'tcp' | 'udp' | 'gre' | 'esp';

/** An `ibm_is_security_group_rule`, without its `group`. */
export interface IbmSecurityGroupRule {
  readonly direction: 'inbound' | 'outbound';
  readonly protocol: IbmProtocol;
  readonly ipVersion: 'ipv4';
  readonly remote: string;
  /** None with `gre` and `esp`. */
  readonly portMin?: number;
  readonly portMax?: number;
}

/** An `ibm_is_network_acl_rule`, without its `networkAcl`. */
export interface IbmNetworkAclRule {
  readonly name: string;
  readonly action: 'allow';
  readonly direction: 'inbound' | 'outbound';
  readonly protocol: IbmProtocol;
  readonly source: string;
  readonly destination: string;
  /** Destination ports. None with `gre` and `esp`. */
  readonly portMin?: number;
  readonly portMax?: number;
  /** Source ports, of answers. None with `gre` and `esp`. */
  readonly sourcePortMin?: number;
  readonly sourcePortMax?: number;
}

/** Options of `ibmNetworkAclRules`. */
export interface IbmNetworkAclRuleOptions extends RuleOptions {
  /** The private range of the gateway, such as that of its subnet or its address with /32: a rule names both ends. */
  readonly gateway: string;
}

const PROTOCOLS = { 6: 'tcp', 17: 'udp', 47: 'gre', 50: 'esp' } as const;
const ipv4Because = 'rules of a VPC of IBM Cloud take IPv4 only';

/**
 * Rules of a security group of IBM Cloud VPC, for provider 1.87.0 or later.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function ibmSecurityGroupRules(options: DirectedRuleOptions): Rules<IbmSecurityGroupRule> {
  const target = { functionName: 'ibmSecurityGroupRules', filter: IBM.SECURITY_GROUP, ipv4Because };
  return rulesOf(perRange(statefulPassages(target, options)), ({ flow, direction, range }) => ({
    direction: direction === 'to-gateway' ? 'inbound' : 'outbound',
    protocol: spelled(PROTOCOLS, flow),
    ipVersion: 'ipv4',
    remote: range.cidr,
    ...withPort(flow, (port) => ({ portMin: port, portMax: port })),
  }));
}

/**
 * Rules of a network ACL of IBM Cloud VPC, for provider 1.87.0 or later. It keeps no state, so that every flow gets a rule
 * in each direction.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md, and those of `IpRange.parse` for `gateway`
 */
export function ibmNetworkAclRules(options: IbmNetworkAclRuleOptions): Rules<IbmNetworkAclRule> {
  const target = { functionName: 'ibmNetworkAclRules', filter: IBM.NETWORK_ACL, ipv4Because };
  const passages = perRange(statelessPassages(target, options));
  const gateway = checkedGateway(options.gateway);
  return rulesOf(passages, ({ id, flow, direction, range }) => {
    const inbound = direction === 'to-gateway';
    return {
      name: id,
      action: 'allow',
      direction: inbound ? 'inbound' : 'outbound',
      protocol: spelled(PROTOCOLS, flow),
      source: inbound ? range.cidr : gateway,
      destination: inbound ? gateway : range.cidr,
      ...withPort<Partial<IbmNetworkAclRule>>(flow, (port) =>
        inbound
          ? { portMin: port, portMax: port }
          : { sourcePortMin: port, sourcePortMax: port, portMin: firstReplyPort(flow, port), portMax: 65535 },
      ),
    };
  });
}

function checkedGateway(text: string): string {
  const range = IpRange.parse(text, 'gateway of ibmNetworkAclRules');
  if (range.version === 6) {
    invalid({
      code: 'CLIENTS_IPV6_NOT_ON_CLOUD',
      what: `gateway of ibmNetworkAclRules is an IPv6 range, and ${ipv4Because}`,
      got: text,
      allowed: "the private IPv4 range of the gateway's subnet, or its address with /32",
      instead: "gateway: '10.0.1.0/24'",
    });
  }
  return range.cidr;
}
