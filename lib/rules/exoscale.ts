import { EXOSCALE } from '../network/exoscale';
import {
  type DirectedRuleOptions,
  perRange,
  type Rules,
  rulesOf,
  spelled,
  statefulPassages,
  withPort,
} from './request';

/** An `exoscale_security_group_rule`, without its `securityGroupId`. */
export interface ExoscaleRule {
  readonly type: 'INGRESS' | 'EGRESS';
  readonly protocol: 'TCP' | 'UDP' | 'GRE' | 'ESP';
  readonly cidr: string;
  /** None with `GRE` and `ESP`. */
  readonly startPort?: number;
  readonly endPort?: number;
  readonly description: string;
}

const PROTOCOLS = { 6: 'TCP', 17: 'UDP', 47: 'GRE', 50: 'ESP' } as const;

/**
 * Rules of an Exoscale security group. `GRE` and `ESP` need provider 0.69.3 or later: older ones want ports for them.
 *
 * @throws RefusalError, InvalidInputError see `RuleOptions` and docs/rules.md
 */
export function exoscaleRules(options: DirectedRuleOptions): Rules<ExoscaleRule> {
  const passages = statefulPassages({ functionName: 'exoscaleRules', filter: EXOSCALE.SECURITY_GROUP }, options);
  return rulesOf(perRange(passages), ({ flow, direction, range, description }) => ({
    type: direction === 'to-gateway' ? 'INGRESS' : 'EGRESS',
    protocol: spelled(PROTOCOLS, flow),
    cidr: range.cidr,
    ...withPort(flow, (port) => ({ startPort: port, endPort: port })),
    description,
  }));
}
