import { aboutPorts, portsOf, VPN_ONLY } from '../evaluate';

/** Whether a finding can be about a rule for ports of TCP or UDP: of VPNs, or numbers of IP protocols taken for ports. */
export const isNoted = aboutPorts([...portsOf(VPN_ONLY), 47, 50, 51]);
