import { invalid } from '../errors';
import { Flow } from '../flows/flow';
import type { VpnProtocol } from './vpn-protocol';

const sound = new WeakSet<object>();

/**
 * A VPN protocol as it may be asked about: one of this library's, or data of the same form.
 *
 * @throws InvalidInputError `PROTOCOL_UNKNOWN`
 */
export function checkedProtocol(protocol: VpnProtocol): VpnProtocol {
  if (typeof protocol === 'object' && protocol !== null && sound.has(protocol)) {
    return protocol;
  }
  const { id, name, flowSets, overhead, standing } = (protocol ?? {}) as Partial<VpnProtocol>;
  const isSound =
    typeof id === 'string' &&
    typeof name === 'string' &&
    Array.isArray(flowSets) &&
    flowSets.length > 0 &&
    Array.from(flowSets).every((set) => Array.isArray(set?.flows) && Array.from(set.flows).every(isFlow)) &&
    Array.isArray(overhead) &&
    typeof standing === 'object' &&
    standing !== null;
  if (!isSound) {
    invalid({
      code: 'PROTOCOL_UNKNOWN',
      what: 'something was asked about that is not a VPN protocol',
      got: protocol,
      allowed: 'PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN and WIREGUARD, or data of the same form',
      instead: 'assess(IKEV2, path)',
    });
  }
  sound.add(protocol);
  return protocol;
}

function isFlow(flow: unknown): boolean {
  return flow instanceof Flow;
}
