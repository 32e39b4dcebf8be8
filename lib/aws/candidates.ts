import type { Candidate, Path } from '../feasibility';
import { PPTP } from '../protocols';

/** PPTP on a machine, as one of the servers among which a gateway chooses. */
export function pptpCandidate(paths: readonly Path[]): Candidate {
  return {
    protocol: PPTP,
    paths,
    builtBy: 'a Debian machine with pptpd',
    takes: 'about 5 to 10 minutes to create',
    cost: 'billed as one small EC2 instance and one public IPv4 address',
    clients: 'built into Windows and Linux; no longer into macOS, iOS and Android',
    code: "new VpnGateway(this, 'Vpn', { protocols: [Vpn.pptp({ insecure })], ... })",
  };
}

/** What a user writes who brings a server for a protocol that this folder has no construct for. */
export function bringYourOwnServer(): string {
  return "new VpnSecurityGroup(this, 'Vpn', { vpc, clients, protocols: [WIREGUARD] })";
}
