import type { Clients } from '../cdktf/clients';
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
import { HOST_FILTER } from '../network/gateway-side';
import { GOOGLE } from '../network/google';
import { INTERNET } from '../network/internet';
import { IKEV2, OPENVPN, type VpnProtocol, type VpnProtocolId, WIREGUARD } from '../protocols';
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
      allowed: 'those of Through of pptp-constructs/google, such as Through.CLOUD_NAT',
      instead: 'through: [Through.CLOUD_NAT]',
    });
  }
  return through ?? [];
}

/**
 * The way to a machine whose own rules let the protocol in: by its external address, unless clients come over a private
 * network or something else takes them in.
 */
export function wayToMachine({ clients, through = [] }: WayProps): Path {
  const at = (position: Through['position']): Hop[] =>
    through
      .filter((one) => one.position === position)
      .map(({ element, isConditionMet }) => ({ element, condition: isConditionMet ? 'met' : 'unknown' }));
  const transit = at('transit');
  const entrance = at('entrance');
  return pathOf(`${clients.cidrs.length === 1 ? 'client' : 'clients'} ${clients}`, [
    ...at('clients'),
    ...(transit.length > 0 ? transit : [{ element: INTERNET }]),
    ...(transit.length > 0 || entrance.length > 0 ? entrance : [{ element: GOOGLE.EXTERNAL_IP }]),
    { element: GOOGLE.VPC_NETWORK },
    ...at('network'),
    { element: GOOGLE.VPC_FIREWALL, condition: 'met' },
    { element: HOST_FILTER, condition: 'met' },
  ]);
}

/** A server on a machine in words, by the id of its protocol. */
const ON_A_MACHINE: Readonly<
  Partial<Record<VpnProtocolId, { program: string; clients: string; written: string; own?: string }>>
> = {
  pptp: {
    program: 'pptpd',
    clients: 'built into Windows',
    written: 'pptp',
    own: "  insecure: Insecure.because('...'),",
  },
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

/** A server on a machine. */
export function machineCandidate(protocol: VpnProtocol, props: WayProps, id: string): Candidate {
  const { program = '', clients = '', written = '', own } = ON_A_MACHINE[protocol.id] ?? {};
  return {
    protocol,
    paths: [wayToMachine(props)],
    builtBy: `a Debian machine with ${program}`,
    takes: 'about 5 minutes to create',
    cost: 'billed as one small machine and one external address',
    clients,
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
  const offers = [IKEV2, WIREGUARD, OPENVPN].map((protocol) => assessCandidate(machineCandidate(protocol, props, id)));
  raise(
    new RefusalError({
      code,
      explanation: explainRefusal({
        subject: id,
        writtenAs,
        asked,
        offers,
        bringYourOwn:
          "new VpnFirewall(this, 'VpnRules', { network, clients, protocols: [L2TP_IPSEC], targetTags: ['vpn'] });",
      }),
      reasons: reasonSentences(asked),
      alternatives: offers.filter(({ result }) => result === 'works').map(({ candidate }) => candidate.code),
      constructPath: path,
      asked,
      offers,
    }),
  );
}
