import { invalid } from '../errors';
import { IpProtocol } from '../flows';
import { TENCENT } from '../network/tencent';
import { type DirectedRuleOptions, perRange, type Rules, rulesOf, spelled, statefulPassages } from './request';

/** The `tencentcloud_protocol_template` that rules for GRE refer to. */
export const TENCENT_GRE_TEMPLATE: { readonly name: 'gre'; readonly protocols: ['gre'] } = {
  name: 'gre',
  protocols: ['gre'],
};

/** A `tencentcloud_security_group_rule`, without its `securityGroupId`. */
export type TencentRule = {
  readonly type: 'ingress' | 'egress';
  readonly policy: 'ACCEPT';
  readonly cidrIp: string;
  readonly description: string;
} & (
  | { readonly ipProtocol: 'TCP' | 'UDP'; readonly portRange: string }
  | {
      /** GRE has no name as `ipProtocol`; the template has. */
      readonly protocolTemplate: { readonly templateId: string };
    }
);

/** Options of `tencentRules`. */
export interface TencentRuleOptions extends DirectedRuleOptions {
  /**
   * The id of a `tencentcloud_protocol_template` made of `TENCENT_GRE_TEMPLATE`; a token is taken as it is. Needed for PPTP.
   *
   * @default - none, for protocols without GRE
   */
  readonly greTemplateId?: string;
}

const PROTOCOLS = { 6: 'TCP', 17: 'UDP' } as const;
const ipv4Because = 'tencentcloud_security_group_rule has no attribute for an IPv6 range';

/**
 * Rules of a security group of Tencent Cloud. That a rule with a template passes GRE was read nowhere as a whole: try one
 * call before relying on it.
 *
 * @throws RefusalError `ESP_NOT_A_RULE_PROTOCOL`
 * @throws InvalidInputError `PROTOCOL_TEMPLATE_INVALID`, and see `RuleOptions` and docs/rules.md
 */
export function tencentRules(options: TencentRuleOptions): Rules<TencentRule> {
  const target = { functionName: 'tencentRules', filter: TENCENT.SECURITY_GROUP, ipv4Because };
  const passages = perRange(statefulPassages(target, options));
  const templateId = checkedTemplate(options);
  return rulesOf(passages, ({ flow, direction, range, description }) => ({
    type: direction === 'to-gateway' ? 'ingress' : 'egress',
    policy: 'ACCEPT',
    cidrIp: range.cidr,
    ...(flow.port === undefined
      ? { protocolTemplate: { templateId } }
      : { ipProtocol: spelled(PROTOCOLS, flow), portRange: String(flow.port) }),
    description,
  }));
}

function checkedTemplate({ protocols, greTemplateId }: TencentRuleOptions): string {
  const needed = protocols.some(({ flowSets }) =>
    flowSets.some(({ flows }) => flows.some(({ protocol }) => protocol === IpProtocol.GRE)),
  );
  if (!needed && greTemplateId === undefined) {
    return '';
  }
  if (!needed || typeof greTemplateId !== 'string' || greTemplateId.trim() === '') {
    invalid({
      code: 'PROTOCOL_TEMPLATE_INVALID',
      what: needed
        ? 'tencentRules needs a protocol template for GRE: a rule there cannot name it'
        : 'tencentRules was given a protocol template for GRE, and no protocol that runs on GRE',
      got: greTemplateId,
      allowed: needed
        ? 'the id of a tencentcloud_protocol_template with protocols ["gre"]'
        : 'no greTemplateId, for protocols without GRE',
      instead: needed
        ? "greTemplateId: new ProtocolTemplate(this, 'Gre', { ...TENCENT_GRE_TEMPLATE }).id"
        : 'protocols: [PPTP], or no greTemplateId',
    });
  }
  return greTemplateId;
}
