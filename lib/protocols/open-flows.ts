import { invalid } from '../errors';
import type { Flow } from '../flows/flow';
import { Insecure } from '../flows/reason';
import type { FlowSet, VpnProtocol } from './vpn-protocol';

/** What a user wrote for a packet filter that lets VPN protocols in. */
export interface OpenProtocols {
  readonly protocols: readonly VpnProtocol[];
  /** Sets of flows in place of the first one of their protocol. */
  readonly flowSets?: readonly FlowSet[];
  /** Why a protocol whose cryptography is broken may be let in. */
  readonly insecure?: Insecure;
}

/**
 * The flows that a packet filter must open for the protocols asked for, each once, in the order asked for.
 *
 * @param written what the user wrote
 * @param className the construct, for messages
 * @throws InvalidInputError `PROTOCOLS_EMPTY`, `PROTOCOL_UNKNOWN`, `PROTOCOLS_DUPLICATE`, `FLOW_SET_UNKNOWN`,
 * `INSECURE_WITHOUT_REASON`
 */
export function openFlows(written: OpenProtocols, className: string): Flow[] {
  const { protocols, flowSets = [], insecure } = written;
  const allowed = 'PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN and WIREGUARD, each once';
  const instead = 'protocols: [WIREGUARD]';
  if (!Array.isArray(protocols) || protocols.length === 0) {
    invalid({
      code: 'PROTOCOLS_EMPTY',
      what: `${className} was given no VPN protocol to let in`,
      got: protocols,
      allowed,
      instead,
    });
  }
  const stranger = protocols.findIndex(
    (protocol) => !Array.isArray(protocol?.flowSets) || protocol.standing === undefined,
  );
  if (stranger >= 0) {
    invalid({
      code: 'PROTOCOL_UNKNOWN',
      what: `${className} was given something that is not a VPN protocol of this library`,
      got: protocols[stranger],
      allowed,
      instead,
    });
  }
  const names = protocols.map(({ id, name }) => ({ id, name }));
  const twice = names.find(({ id }, index) => names.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) {
    invalid({
      code: 'PROTOCOLS_DUPLICATE',
      what: `${className} was given ${twice.name} twice`,
      got: names.map(({ name }) => name).join(', '),
      allowed,
      instead,
    });
  }
  const homeless = Array.isArray(flowSets)
    ? flowSets.filter((set) => !protocols.some((protocol) => protocol.flowSets.includes(set)))
    : [flowSets];
  if (homeless.length > 0) {
    const [set] = homeless as readonly (FlowSet | undefined)[];
    invalid({
      code: 'FLOW_SET_UNKNOWN',
      what: `${className} was given a set of flows that none of its protocols has`,
      got: Array.isArray(set?.flows) ? set.flows.map((flow) => flow?.label).join(' and ') : set,
      allowed: 'sets from flowSets of one of the protocols',
      instead: 'protocols: [OPENVPN], flowSets: OPENVPN.flowSets.slice(0, 2)',
    });
  }
  const broken = protocols.find(({ standing }) => standing.level === 'broken');
  if (broken !== undefined && !(insecure instanceof Insecure)) {
    invalid({
      code: 'INSECURE_WITHOUT_REASON',
      what: `${className} would let ${broken.name} in without a written reason: ${broken.standing.summary}`.replace(
        /\.$/,
        '',
      ),
      got: insecure,
      allowed: 'Insecure.because(reason), which a reviewer will read',
      instead: "insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06')",
    });
  }
  const flows = new Map<string, Flow>();
  for (const protocol of protocols) {
    const chosen = flowSets.filter((set) => protocol.flowSets.includes(set));
    for (const set of chosen.length > 0 ? chosen : protocol.flowSets.slice(0, 1)) {
      for (const flow of set.flows) {
        flows.set(flow.id, flow);
      }
    }
  }
  return [...flows.values()];
}
