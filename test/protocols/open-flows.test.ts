import { Insecure } from '../../lib/flows';
import {
  IKEV2,
  L2TP_IPSEC,
  OPENVPN,
  type OpenProtocols,
  openFlows,
  PPTP,
  SSTP,
  VPN_PROTOCOLS,
  WIREGUARD,
} from '../../lib/protocols';
import { errorOf } from '../support/messages';

const insecure = Insecure.because('PLCs in plant 4 speak nothing else');

function labels(written: OpenProtocols): string[] {
  return openFlows(written, 'Filter').map(({ label }) => label);
}

describe('openFlows', () => {
  test('opens the first set of flows of each protocol, in the order asked for', () => {
    expect(labels({ protocols: [WIREGUARD, PPTP], insecure })).toEqual(['UDP 51820', 'TCP 1723', 'GRE 47']);
  });

  test('opens a flow once that several protocols share', () => {
    expect(labels({ protocols: [IKEV2, L2TP_IPSEC] })).toEqual(['UDP 500', 'UDP 4500']);
  });

  test('opens the sets asked for in place of the first, of their protocol alone', () => {
    const flowSets = [OPENVPN.flowSets[2]!, OPENVPN.flowSets[1]!];
    expect(labels({ protocols: [SSTP, OPENVPN], flowSets })).toEqual(['TCP 443', 'UDP 443']);
    expect(labels({ protocols: [IKEV2], flowSets: IKEV2.flowSets })).toEqual(['UDP 500', 'UDP 4500', 'ESP 50']);
  });

  test('asks for a written reason for the protocols alone whose cryptography is broken', () => {
    const refused = VPN_PROTOCOLS.filter((protocol) => {
      try {
        openFlows({ protocols: [protocol] }, 'Filter');
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toEqual([PPTP]);
  });

  test.each<[string, object]>([
    ['PROTOCOLS_EMPTY', { protocols: [] }],
    ['PROTOCOLS_EMPTY', {}],
    ['PROTOCOLS_EMPTY', { protocols: WIREGUARD }],
    ['PROTOCOL_UNKNOWN', { protocols: ['wireguard'] }],
    ['PROTOCOL_UNKNOWN', { protocols: [WIREGUARD, null] }],
    ['PROTOCOLS_DUPLICATE', { protocols: [WIREGUARD, WIREGUARD] }],
    ['FLOW_SET_UNKNOWN', { protocols: [WIREGUARD], flowSets: IKEV2.flowSets }],
    ['FLOW_SET_UNKNOWN', { protocols: [WIREGUARD], flowSets: [{}] }],
    ['INSECURE_WITHOUT_REASON', { protocols: [WIREGUARD, PPTP] }],
    ['INSECURE_WITHOUT_REASON', { protocols: [PPTP], insecure: { reason: 'a reason of their own' } }],
  ])('refuses with %s: %j', (code, written) => {
    expect(errorOf(() => openFlows(written as OpenProtocols, 'Filter')).code).toBe(code);
  });
});
