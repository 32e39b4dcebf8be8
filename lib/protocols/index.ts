import { IKEV2 } from './ikev2';
import { L2TP_IPSEC } from './l2tp-ipsec';
import { OPENVPN } from './openvpn';
import { PPTP } from './pptp';
import { SSTP } from './sstp';
import type { VpnProtocol } from './vpn-protocol';
import { WIREGUARD } from './wireguard';

export * from './check-protocol';
export * from './esp';
export * from './open-flows';
export * from './overhead';
export * from './vpn-protocol';
export { IKEV2, L2TP_IPSEC, OPENVPN, PPTP, SSTP, WIREGUARD };

/** Every VPN protocol that the library knows. */
export const VPN_PROTOCOLS: readonly VpnProtocol[] = [PPTP, L2TP_IPSEC, SSTP, IKEV2, OPENVPN, WIREGUARD];
