import type { Clients } from '../cdktf/clients';
import { checkThrough, onAws, waysFrom } from '../cdktf/ways';
import { CLIENT_WORDS } from '../clients/client-words';
import { type AssessedCandidate, assessCandidate, type Candidate, type Path, refuse } from '../feasibility';
import { HOST_FILTER } from '../network/gateway-side';
import { GOOGLE } from '../network/google';
import { INTERNET } from '../network/internet';
import { IKEV2, OPENVPN, PPTP, type VpnProtocol, type VpnProtocolId, WIREGUARD } from '../protocols';
import { Through } from './through';

/** How clients come to a machine in a VPC network. */
export interface WayProps {
  /** Where clients come from. */
  readonly clients: Clients;
  /**
   * What lies on the way that no construct shows, such as `[Through.CLOUD_NAT]`.
   *
   * @default - clients come over the internet, to an external address of the machine's own
   */
  readonly through?: readonly Through[];
}

/**
 * Checks what lies on the way.
 *
 * @throws InvalidInputError `THROUGH_UNKNOWN`
 */
export function checkWay(props: WayProps): void {
  const isOwn = (one: unknown) => one instanceof Through;
  const allowed = 'those of Through of pptp-constructs/google, such as Through.CLOUD_NAT';
  checkThrough(props, isOwn, allowed, 'Through.CLOUD_NAT');
}

/**
 * The ways to a machine whose own rules let the protocol in: by its external address, unless clients come over a private
 * network or something else takes them in.
 */
export function waysToMachine(props: WayProps): Path[] {
  return waysFrom(props, (at) => {
    const transit = at('transit');
    const entrance = at('entrance');
    return [
      ...at('clients'),
      ...(transit.length > 0 ? transit : [{ element: INTERNET }]),
      ...(transit.length > 0 || entrance.length > 0 ? entrance : [{ element: GOOGLE.EXTERNAL_IP }]),
      { element: GOOGLE.VPC_NETWORK },
      ...at('network'),
      { element: GOOGLE.VPC_FIREWALL, condition: 'met' },
      { element: HOST_FILTER, condition: 'met' },
    ];
  });
}

/** A server on a machine in words, by the id of its protocol. */
const ON_A_MACHINE: Readonly<Partial<Record<VpnProtocolId, { program: string; written: string; own?: string }>>> = {
  pptp: { program: 'pptpd', written: 'pptp', own: "  insecure: Insecure.because('...')," },
  wireguard: { program: 'WireGuard', written: 'wireGuard' },
  openvpn: { program: 'OpenVPN', written: 'openVpn' },
  ikev2: {
    program: 'strongSwan',
    written: 'ikev2',
    own: "  serverName: 'vpn.example.com', authentication: ['eap-tls'], routes: 'everything',",
  },
};

/** A server on a machine. */
export function machineCandidate(protocol: VpnProtocol, props: WayProps, id: string): Candidate {
  const { program = '', written = '', own } = ON_A_MACHINE[protocol.id] ?? {};
  return {
    protocol,
    server: `${protocol.id}-machine`,
    paths: waysToMachine(props),
    builtBy: `a Debian machine with ${program}`,
    takes: 'about 5 minutes to create',
    cost: 'billed as one small machine and one external address',
    clients: CLIENT_WORDS[protocol.id],
    code: [
      `new VpnGateway(this, '${id}', { network, zone, clients, protocols: [Vpn.${written}({`,
      "  subnetRange: '10.40.254.0/28', secret,",
      ...(own === undefined ? [] : [own]),
      '})] });',
    ].join('\n'),
  };
}

/** What a refusal is about. */
export interface RefusalSubject {
  readonly id: string;
  readonly path: string;
  readonly writtenAs: string;
  readonly asked: readonly AssessedCandidate[];
  readonly props: WayProps;
}

/**
 * Refuses, with every reason and with what does work.
 *
 * @throws RefusalError always
 */
export function refuseWay({ id, path, props, ...subject }: RefusalSubject): never {
  const offers = [IKEV2, WIREGUARD, OPENVPN, PPTP].map((protocol) =>
    assessCandidate(machineCandidate(protocol, props, id)),
  );
  return refuse({
    ...subject,
    subject: id,
    offers,
    elsewhere: () => onAws(props),
    bringYourOwn:
      "new VpnFirewall(this, 'VpnRules', { network, clients, protocols: [L2TP_IPSEC], targetTags: ['vpn'] });",
    constructPath: path,
  });
}
