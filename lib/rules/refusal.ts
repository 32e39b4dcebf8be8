import type { DiagnosticCode } from '../diagnostics';
import { RefusalError, raise } from '../errors';
import { wrap } from '../feasibility/explain';
import type { Flow } from '../flows';
import { type CarriageFact, factFor } from '../network/element';
import { type FlowSet, IKEV2, OPENVPN, type VpnProtocol, WIREGUARD } from '../protocols';
import { type RuleOptions, type RuleTarget, usersOf } from './request';

/**
 * Refuses flows that no rule of the filter can name, or only one that opens everything. The facts of the filter say which.
 *
 * @throws RefusalError `GRE_NOT_A_RULE_PROTOCOL`, `ESP_NOT_A_RULE_PROTOCOL`, `RULE_WOULD_OPEN_EVERYTHING`
 */
export function refuseWhatNoRuleCanName(target: RuleTarget, flows: readonly Flow[], options: RuleOptions): void {
  const stopped = flows.map((flow) => ({ flow, fact: stops(target, flow) }));
  const reasons = stopped.filter((one): one is { flow: Flow; fact: CarriageFact } => one.fact !== undefined);
  const [first] = reasons;
  if (first === undefined) {
    return;
  }
  raise(
    new RefusalError({
      code: first.fact.code as DiagnosticCode,
      explanation: explained(target, stopped, options),
      reasons: reasons.map(({ fact }) => fact.because),
      alternatives: namable(target).map(({ protocol }) => codeFor(target, protocol)),
    }),
  );
}

/** The fact that says that no rule for this flow alone can be written; `undefined` where one can. */
function stops({ filter }: RuleTarget, flow: Flow): CarriageFact | undefined {
  const fact = factFor(filter, flow, 'to-gateway');
  return fact?.code === 'RULE_MISSING' ? undefined : fact;
}

interface Offer {
  readonly protocol: VpnProtocol;
  readonly flowSet: FlowSet;
}

/** What this library builds servers for, and whose first set of flows rules can name. */
function namable(target: RuleTarget): readonly Offer[] {
  return [IKEV2, WIREGUARD, OPENVPN].flatMap((protocol) =>
    protocol.flowSets
      .slice(0, 1)
      .filter(({ flows }) => flows.every((flow) => stops(target, flow) === undefined))
      .map((flowSet) => ({ protocol, flowSet })),
  );
}

function explained(
  target: RuleTarget,
  flows: readonly { readonly flow: Flow; readonly fact: CarriageFact | undefined }[],
  options: RuleOptions,
): string {
  const lost = flows.filter(({ fact }) => fact !== undefined).map(({ flow }) => flow);
  const names = [...new Set(lost.flatMap((flow) => usersOf(flow, options)).map(({ name }) => name))];
  const width = Math.max(...flows.map(({ flow }) => flow.label.length));
  const indent = ' '.repeat(width + 4);
  const lines = flows.flatMap(({ flow, fact }) => {
    const lead = `  ${flow.label.padEnd(width)}  `;
    const cited = fact?.evidence.slice(0, 1).map(({ title, read }) => `[${title}, read ${read}]`) ?? [];
    return fact === undefined
      ? [`${lead}a rule can name it`]
      : [fact.because, ...cited].flatMap((text, index) => wrap(text, index === 0 ? lead : indent, indent));
  });
  const offers = namable(target);
  const nameWidth = Math.max(...offers.map(({ protocol }) => protocol.name.length));
  return [
    `${target.functionName} cannot let ${names.join(' and ')} in: no rule there is for ${lost.map(({ name }) => name).join(' or for ')} alone.`,
    '',
    ...lines,
    '',
    '  What rules there can let in:',
    ...offers.map(({ protocol, flowSet: { flows } }) => {
      const labels = flows.map(({ label }) => label).join(' and ');
      return `    ${protocol.name.padEnd(nameWidth)}  ${labels}: ${codeFor(target, protocol)}`;
    }),
  ].join('\n');
}

function codeFor({ functionName }: RuleTarget, { id }: VpnProtocol): string {
  return `${functionName}({ protocols: [${id.toUpperCase()}], clients })`;
}
