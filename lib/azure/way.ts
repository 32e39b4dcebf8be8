import type { DiagnosticCode } from '../diagnostics';
import { invalid, RefusalError, raise } from '../errors';
import {
  type AssessedCandidate,
  assessCandidate,
  type Candidate,
  explainRefusal,
  type Hop,
  type Path,
  pathOf,
  reasonSentences,
} from '../feasibility';
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
 * Checks what was written for `through`.
 *
 * @throws InvalidInputError `THROUGH_UNKNOWN`
 */
export function checkThrough(through: readonly Through[] | undefined): readonly Through[] {
  if (through !== undefined && (!Array.isArray(through) || through.some((one) => !(one instanceof Through)))) {
    invalid({
      code: 'THROUGH_UNKNOWN',
      what: 'through holds what is not an element on the way',
      got: through,
      allowed: 'those of Through, such as Through.LOAD_BALANCER',
      instead: 'through: [Through.LOAD_BALANCER]',
    });
  }
  return through ?? [];
}

function hopsAt(position: Through['position'], through: readonly Through[] | undefined): Hop[] {
  return (through ?? [])
    .filter((one) => one.position === position)
    .map(({ element, isConditionMet }) => ({ element, condition: isConditionMet ? 'met' : 'unknown' }));
}

function from(clients: Clients): string {
  return `${clients.cidrs.length === 1 ? 'client' : 'clients'} ${clients}`;
}

/** The way to a virtual machine, whose network security group has the rules that it can have. */
export function wayToMachine({ clients, through }: WayProps): Path {
  const transit = hopsAt('transit', through);
  const entrance = hopsAt('entrance', through);
  const publicIp: Hop = { element: AZURE.PUBLIC_IP, condition: 'met' };
  return pathOf(from(clients), [
    ...hopsAt('clients', through),
    ...(transit.length > 0 ? transit : [{ element: INTERNET }]),
    ...(transit.length > 0 || entrance.length > 0 ? entrance : [publicIp]),
    ...hopsAt('network', through),
    { element: AZURE.VIRTUAL_NETWORK },
    { element: AZURE.NETWORK_SECURITY_GROUP, condition: 'met' },
  ]);
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

/** The way to VPN Gateway, which has a public address of its own with nothing in front of it. */
export function wayToVpnGateway({ clients, through }: WayProps): Path {
  const transit = hopsAt('transit', through);
  const last: Hop[] =
    transit.length > 0
      ? [...transit, { element: AZURE.VPN_GATEWAY, facts: [ANSWERS_ON_A_PUBLIC_ADDRESS] }]
      : [{ element: INTERNET }, { element: AZURE.VPN_GATEWAY }];
  return pathOf(from(clients), [...hopsAt('clients', through), ...last], 'virtual network');
}

/** PPTP on a virtual machine, which Azure has no place for. */
export function pptpCandidate(props: WayProps): Candidate {
  return {
    protocol: PPTP,
    paths: [wayToMachine(props)],
    builtBy: 'a virtual machine',
    takes: 'some minutes to create',
    cost: 'billed by the hour',
    clients: 'built into Windows',
    code: "new VpnGateway(this, 'Vpn', { virtualNetwork, clients, protocols: [Vpn.pptp({ insecure })] });",
  };
}

/** IKEv2 by VPN Gateway. */
export function managedIkev2Candidate(props: WayProps, id: string): Candidate {
  return {
    protocol: IKEV2,
    paths: [wayToVpnGateway(props)],
    builtBy: 'VPN Gateway',
    takes: 'about 30 to 45 minutes to create',
    cost: 'billed by the hour',
    clients: 'built into Windows, macOS, iOS, Android 12+',
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
const ON_A_MACHINE: Readonly<
  Partial<Record<VpnProtocolId, { program: string; clients: string; written: string; own?: string }>>
> = {
  wireguard: {
    program: 'WireGuard',
    clients: 'built into Linux; an app for every other system',
    written: 'wireGuard',
  },
  openvpn: { program: 'OpenVPN', clients: 'an app for every system', written: 'openVpn' },
  ikev2: {
    program: 'strongSwan',
    clients: 'built into Windows, macOS, iOS, Android 12+',
    written: 'ikev2',
    own: "  serverName: 'vpn.example.com', authentication: ['eap-tls'], routes: 'everything',",
  },
};

/** WireGuard, IKEv2 or OpenVPN on a virtual machine. */
export function machineCandidate(protocol: VpnProtocol, props: WayProps, id: string): Candidate {
  const { program = '', clients = '', written = '', own } = ON_A_MACHINE[protocol.id] ?? {};
  return {
    protocol,
    paths: [wayToMachine(props)],
    builtBy: `a Debian machine with ${program}`,
    takes: 'about 5 minutes to create',
    cost: 'billed as one small virtual machine and one public IP address',
    clients,
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
  /** The code of the reason that matters most. */
  readonly code: DiagnosticCode;
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
export function refuse({ code, id, path, writtenAs, asked, props }: RefusalSubject): never {
  const offers = [
    managedIkev2Candidate(props, id),
    ...[IKEV2, WIREGUARD, OPENVPN].map((protocol) => machineCandidate(protocol, props, id)),
  ].map((candidate) => assessCandidate(candidate));
  raise(
    new RefusalError({
      code,
      explanation: explainRefusal({
        subject: id,
        writtenAs,
        asked,
        offers,
        bringYourOwn:
          "new VpnNetworkSecurityGroup(this, 'VpnNsg', { resourceGroupName, location, clients, protocols: [L2TP_IPSEC] });",
      }),
      reasons: reasonSentences(asked),
      alternatives: offers.filter(({ result }) => result === 'works').map(({ candidate }) => candidate.code),
      constructPath: path,
      asked,
      offers,
    }),
  );
}
