import type { Flow } from '../flows';
import { ORACLE } from '../network/oracle';
import { type DirectedRuleOptions, perRange, type Rules, rulesOf, spelled, statefulPassages } from './request';

/** A protocol as Oracle Cloud writes it: the number as text, never a name. */
export type OracleProtocol = '6' | '17' | '47' | '50';

/** A range of ports, both ends included. */
export interface OraclePorts {
  readonly min: number;
  readonly max: number;
}

/** An `oci_core_network_security_group_security_rule`, without its `networkSecurityGroupId`. */
export interface OracleNetworkSecurityGroupRule {
  readonly direction: 'INGRESS' | 'EGRESS';
  readonly protocol: OracleProtocol;
  /** With `INGRESS`. */
  readonly source?: string;
  readonly sourceType?: 'CIDR_BLOCK';
  /** With `EGRESS`. */
  readonly destination?: string;
  readonly destinationType?: 'CIDR_BLOCK';
  readonly stateless: false;
  /** With protocol 6; none with 47 and 50. */
  readonly tcpOptions?: { readonly destinationPortRange: OraclePorts };
  /** With protocol 17. */
  readonly udpOptions?: { readonly destinationPortRange: OraclePorts };
  readonly description: string;
}

/** An `ingress_security_rules` or `egress_security_rules` block of `oci_core_security_list`. */
export interface OracleSecurityListRule {
  readonly protocol: OracleProtocol;
  /** In `ingress_security_rules`. */
  readonly source?: string;
  readonly sourceType?: 'CIDR_BLOCK';
  /** In `egress_security_rules`. */
  readonly destination?: string;
  readonly destinationType?: 'CIDR_BLOCK';
  readonly stateless: false;
  readonly tcpOptions?: OraclePorts;
  readonly udpOptions?: OraclePorts;
  readonly description: string;
}

const PROTOCOLS = { 6: '6', 17: '17', 47: '47', 50: '50' } as const;

/**
 * Rules of a network security group of Oracle Cloud.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function oracleNetworkSecurityGroupRules(options: DirectedRuleOptions): Rules<OracleNetworkSecurityGroupRule> {
  const target = { functionName: 'oracleNetworkSecurityGroupRules', filter: ORACLE.SECURITY_RULES };
  return rulesOf(perRange(statefulPassages(target, options)), ({ flow, direction, range, description }) => ({
    direction: direction === 'to-gateway' ? 'INGRESS' : 'EGRESS',
    ...ends(direction === 'to-gateway', range.cidr),
    protocol: spelled(PROTOCOLS, flow),
    stateless: false,
    ...portOptions(flow, (ports) => ({ destinationPortRange: ports })),
    description,
  }));
}

/**
 * Rules of a security list of Oracle Cloud: `ingressSecurityRules: Object.values(oracleSecurityListRules({ ... }))`, and
 * `egressSecurityRules` with the direction `to-client`.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function oracleSecurityListRules(options: DirectedRuleOptions): Rules<OracleSecurityListRule> {
  const target = { functionName: 'oracleSecurityListRules', filter: ORACLE.SECURITY_RULES };
  return rulesOf(perRange(statefulPassages(target, options)), ({ flow, direction, range, description }) => ({
    ...ends(direction === 'to-gateway', range.cidr),
    protocol: spelled(PROTOCOLS, flow),
    stateless: false,
    ...portOptions(flow, (ports) => ports),
    description,
  }));
}

function ends(inbound: boolean, cidr: string) {
  return inbound
    ? ({ source: cidr, sourceType: 'CIDR_BLOCK' } as const)
    : ({ destination: cidr, destinationType: 'CIDR_BLOCK' } as const);
}

/** The options of TCP or UDP; without them a rule opens every port. GRE and ESP have none. */
function portOptions<Options>({ protocol, port }: Flow, options: (ports: OraclePorts) => Options) {
  if (port === undefined) {
    return {};
  }
  const ports = options({ min: port, max: port });
  return protocol === 6 ? { tcpOptions: ports } : { udpOptions: ports };
}
