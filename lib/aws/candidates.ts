import { CLIENT_WORDS } from '../clients/client-words';
import { type AssessedCandidate, assessCandidate, type Candidate, type Path } from '../feasibility';
import { IKEV2, OPENVPN, PPTP, type VpnProtocol, type VpnProtocolId, WIREGUARD } from '../protocols';
import { managedOpenVpnCandidate } from './managed-openvpn-gateway';

const COST = 'billed as one small EC2 instance and one public IPv4 address';

/** A machine of one protocol, in words. The times are estimates: PPTP alone needs another kernel and a reboot. */
const MACHINES: Readonly<Partial<Record<VpnProtocolId, Pick<Candidate, 'builtBy' | 'takes' | 'code'>>>> = {
  pptp: {
    builtBy: 'a Debian machine with pptpd',
    takes: 'about 5 to 10 minutes to create',
    code: "new VpnGateway(this, 'Vpn', { protocols: [Vpn.pptp({ insecure })], ... })",
  },
  ikev2: {
    builtBy: 'a Debian machine with strongSwan',
    takes: 'about 2 to 5 minutes to create',
    code: "new VpnGateway(this, 'Vpn', { protocols: [Vpn.ikev2({ secret, ... })], ... })",
  },
  wireguard: {
    builtBy: 'a Debian machine with WireGuard',
    takes: 'about 2 to 5 minutes to create',
    code: "new VpnGateway(this, 'Vpn', { protocols: [Vpn.wireGuard({ secret })], ... })",
  },
  openvpn: {
    builtBy: 'a Debian machine with OpenVPN',
    takes: 'about 2 to 5 minutes to create',
    code: "new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpn({ secret })], ... })",
  },
};

/** A machine with a server of this protocol, as one of those among which a gateway chooses. */
export function machineCandidate(protocol: VpnProtocol, paths: readonly Path[]): Candidate {
  const words = MACHINES[protocol.id];
  if (words === undefined) {
    throw new RangeError(`no machine serves ${protocol.name}`);
  }
  return {
    ...words,
    protocol,
    server: `${protocol.id}-machine`,
    paths,
    cost: COST,
    clients: CLIENT_WORDS[protocol.id],
  };
}

/**
 * What could be built here beside these servers, on a machine or by AWS; PPTP for those alone who speak nothing else.
 *
 * @param toMachine the ways to a machine at the same place; none where nobody has said where that would be
 * @param toClientVpn the ways to AWS Client VPN
 */
export function offersBeside(
  servers: readonly Candidate[],
  toMachine: readonly Path[],
  toClientVpn: readonly Path[],
): AssessedCandidate[] {
  const protocols = toMachine.length === 0 ? [] : [IKEV2, WIREGUARD, OPENVPN, PPTP];
  const machines = protocols.map((protocol) => machineCandidate(protocol, toMachine));
  return [...machines, managedOpenVpnCandidate(toClientVpn)]
    .filter(({ code }) => servers.every((server) => server.code !== code))
    .map((candidate) => assessCandidate(candidate));
}
