import { checkThrough, onAws, waysFrom } from '../cdktf/ways';
import { CLIENT_WORDS, VPN_GATEWAY_CLIENT_WORDS } from '../clients/client-words';
import type { DiagnosticCode } from '../diagnostics';
import { type AssessedCandidate, assessCandidate, type Candidate, type Hop, type Path, refuse } from '../feasibility';
import { AZURE } from '../network/azure';
import type { CarriageFact } from '../network/element';
import { INTERNET } from '../network/internet';
import { IKEV2, OPENVPN, PPTP, type VpnProtocol, type VpnProtocolId, WIREGUARD } from '../protocols';
import type { Clients } from './clients';
import { Through } from './through';

/** How clients come to a server in a virtual network. */
export interface WayProps {
  /** Where clients come from. */
  readonly clients: Clients;
  /**
   * What lies on the way that no construct shows, such as `[Through.LOAD_BALANCER]`.
   *
   * @default - clients come over the internet, to a Standard public IP address of the server's own
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
  checkThrough(props, isOwn, 'those of Through, such as Through.LOAD_BALANCER', 'Through.LOAD_BALANCER');
}

/** The ways to a virtual machine, whose network security group has the rules that it can have. */
export function waysToMachine(props: WayProps): Path[] {
  return waysFrom(props, (at) => {
    const transit = at('transit');
    const entrance = at('entrance');
    const publicIp: Hop = { element: AZURE.PUBLIC_IP, condition: 'met' };
    return [
      ...at('clients'),
      ...(transit.length > 0 ? transit : [{ element: INTERNET }]),
      ...(transit.length > 0 || entrance.length > 0 ? entrance : [publicIp]),
      ...at('network'),
      { element: AZURE.VIRTUAL_NETWORK },
      { element: AZURE.NETWORK_SECURITY_GROUP, condition: 'met' },
    ];
  });
}

/** What nobody can tell of VPN Gateway where clients come over a private network. */
const ANSWERS_ON_A_PUBLIC_ADDRESS: CarriageFact = {
  protocols: 'any',
  carriage: 'undocumented',
  because:
    'VPN Gateway answers on a public address. Whether clients that come over a private network reach it depends on their own way to the internet.',
  evidence: [
    {
      kind: 'inference',
      title: 'By the way of working of a gateway with a public address',
      read: '2026-11',
      certainty: 'medium',
    },
  ],
};

/** The ways to VPN Gateway, which has a public address of its own with nothing in front of it. */
export function waysToVpnGateway(props: WayProps): Path[] {
  return waysFrom(
    props,
    (at) => {
      const transit = at('transit');
      return [
        ...at('clients'),
        ...(transit.length > 0 ? transit : [{ element: INTERNET }]),
        { element: AZURE.VPN_GATEWAY, ...(transit.length > 0 ? { facts: [ANSWERS_ON_A_PUBLIC_ADDRESS] } : {}) },
      ];
    },
    'virtual network',
  );
}

/** PPTP on a virtual machine, which Azure has no place for. */
export function pptpCandidate(props: WayProps): Candidate {
  return {
    protocol: PPTP,
    paths: waysToMachine(props),
    builtBy: 'a virtual machine',
    takes: 'some minutes to create',
    cost: 'billed by the hour',
    clients: CLIENT_WORDS.pptp,
    code: "new VpnGateway(this, 'Vpn', { virtualNetwork, clients, protocols: [Vpn.pptp({ insecure })] });",
  };
}

/**
 * IKEv2 by VPN Gateway.
 *
 * @param also what else it is asked to speak
 */
export function managedIkev2Candidate(props: WayProps, id: string, also: readonly VpnProtocol[] = []): Candidate {
  return {
    protocol: IKEV2,
    also,
    paths: waysToVpnGateway(props),
    builtBy: 'VPN Gateway',
    takes: 'about 30 to 45 minutes to create',
    cost: 'billed by the hour',
    clients: VPN_GATEWAY_CLIENT_WORDS,
    code: [
      `new VpnGateway(this, '${id}', { virtualNetwork, clients, protocols: [Vpn.ikev2Managed({`,
      "  gatewaySubnetPrefix: '10.40.255.0/27', clientPools: ['172.20.0.0/24'],",
      "  authentication: [Authentication.certificate({ roots: [{ name: 'ca', certificate }] })],",
      "  acceptsAnyClientAddress: Accepted.because('client certificates decide who connects'),",
      '})] });',
    ].join('\n'),
  };
}

/** A server on a machine in words, by the id of its protocol. */
const ON_A_MACHINE: Readonly<Partial<Record<VpnProtocolId, { program: string; written: string; own?: string }>>> = {
  wireguard: { program: 'WireGuard', written: 'wireGuard' },
  openvpn: { program: 'OpenVPN', written: 'openVpn' },
  ikev2: {
    program: 'strongSwan',
    written: 'ikev2',
    own: "  serverName: 'vpn.example.com', authentication: ['eap-tls'], routes: 'everything',",
  },
};

/** WireGuard, IKEv2 or OpenVPN on a virtual machine. */
export function machineCandidate(protocol: VpnProtocol, props: WayProps, id: string): Candidate {
  const { program = '', written = '', own } = ON_A_MACHINE[protocol.id] ?? {};
  return {
    protocol,
    server: `${protocol.id}-machine`,
    paths: waysToMachine(props),
    builtBy: `a Debian machine with ${program}`,
    takes: 'about 5 minutes to create',
    cost: 'billed as one small virtual machine and one public IP address',
    clients: CLIENT_WORDS[protocol.id],
    code: [
      `new VpnGateway(this, '${id}', { virtualNetwork, clients, protocols: [Vpn.${written}({`,
      `  subnetPrefix: '10.40.254.0/28', keyVault, secretName: '${protocol.id}', adminSshKey,`,
      ...(own === undefined ? [] : [own]),
      '})] });',
    ].join('\n'),
  };
}

/** What a refusal is about. */
export interface RefusalSubject {
  /** The code of the reason that matters most; the first reason's where it is left out. */
  readonly code?: DiagnosticCode;
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
  const offers = [
    managedIkev2Candidate(props, id),
    ...[IKEV2, WIREGUARD, OPENVPN].map((protocol) => machineCandidate(protocol, props, id)),
    // Served nowhere here, and elsewhere.
    pptpCandidate(props),
  ].map((candidate) => assessCandidate(candidate));
  return refuse({
    ...subject,
    subject: id,
    offers,
    elsewhere: () => onAws(props),
    bringYourOwn:
      "new VpnNetworkSecurityGroup(this, 'VpnNsg', { resourceGroupName, location, clients, protocols: [L2TP_IPSEC] });",
    constructPath: path,
  });
}
