import type { Construct } from 'constructs';
import { isToken } from '../cdktf/token';
import type { Verdict } from '../feasibility';
import type { Insecure } from '../flows';
import { ClientPool } from '../host';
import { type Ikev2Method, ikev2Service } from '../host/ikev2';
import type { RadiusOptions } from '../host/radius';
import { IKEV2 } from '../protocols';
import { assessMachine, MachineGateway, type MachineKind } from './machine-gateway';
import type { MachineGatewayOptions, MachineGatewayProps } from './machine-options';
import { tunnelMtu } from './tunnel-mtu';

/** How an IKEv2 gateway on a machine is made, apart from its network and its clients. */
export interface Ikev2Options extends MachineGatewayOptions {
  /**
   * The DNS name or IPv4 address that clients dial. The certificate in the secret must have it as a subject alternative
   * name. A change replaces the machine.
   */
  readonly serverName: string;
  /**
   * How users may log in: with a client certificate (`'certificate'`) and by at most one of the EAP methods
   * (`'eap-mschapv2'`, `'eap-tls'`, `'eap-radius'`), since a server must choose the method before it knows the user.
   */
  readonly authentication: readonly Ikev2Method[];
  /**
   * What clients send into the tunnel: everything (`'everything'`, IPv6 as well, which ends in the gateway), or these IPv4 ranges
   * in CIDR notation, to which the DNS servers are added. Where they may go is decided by `allowClientsTo`.
   */
  readonly routes: 'everything' | readonly string[];
  /**
   * The RADIUS servers for `'eap-radius'`. Their shared secret is in the secret of the gateway.
   *
   * @default - none
   */
  readonly radius?: RadiusOptions;
  /**
   * Size of the largest packet inside the tunnel, in bytes.
   *
   * @default 1375 in a network of the usual 1460 bytes: what remains behind NAT with the widest of the proposals
   */
  readonly mtu?: number;
  /**
   * Why ESP with SHA-1 may be used, which is all that Windows offers where only its registry was changed.
   *
   * @default - ESP with SHA-1 is refused
   */
  readonly sha1ForWindows?: Insecure;
}

/** Props of `Ikev2Gateway`. */
export interface Ikev2GatewayProps extends Ikev2Options, MachineGatewayProps {}

/** What is particular to IKEv2 on a machine. */
export const IKEV2_MACHINE: MachineKind<Ikev2Options> = {
  className: 'Ikev2Gateway',
  protocol: IKEV2,
  service: ({ serverName, authentication, radius, routes, mtu, sha1ForWindows }, { pool, dnsServers, network }) =>
    ikev2Service({
      pool: ClientPool.from(pool.cidr),
      dnsServers,
      isToken,
      serverName: serverName ?? '',
      authentication: Array.isArray(authentication) ? authentication : [],
      routes,
      ...(radius === undefined ? {} : { radius }),
      mtu: tunnelMtu(IKEV2, mtu, { network: network.mtu, clients: 1500 }),
      ...(sha1ForWindows === undefined ? {} : { sha1ForWindows }),
    }),
  // Behind an external address, which Google translates, everything comes by UDP. Clients who dial the machine's own address
  // may be translated or not, and who is not sends ESP.
  flowSets: (_, { isPublic }) => (isPublic ? IKEV2.flowSets.slice(0, 1) : IKEV2.flowSets),
  radius: ({ radius }) => radius,
};

/**
 * IKEv2 by strongSwan on a Debian machine, on UDP 500 and 4500, and on ESP where it has no external address. It takes
 * passwords (EAP-MSCHAPv2) without a RADIUS server.
 *
 * Its secret is `{"certificate": ..., "privateKey": ..., "clientCa": ..., "users": [{"name", "password"}]}`, where
 * `clientCa` is for client certificates; `npx pptp-constructs keys` writes one.
 */
export class Ikev2Gateway extends MachineGateway<Ikev2Options> {
  /**
   * What becomes of IKEv2 on the way that the props describe, without building or refusing anything.
   *
   * @throws InvalidInputError where the props themselves are wrong, see the constructor
   */
  public static assess(props: Ikev2GatewayProps): readonly Verdict[] {
    return assessMachine(IKEV2_MACHINE, props);
  }

  /** Tells the servers of a `VpnGateway` apart. */
  public readonly protocol = 'ikev2';

  /**
   * @throws RefusalError with every reason, where UDP does not reach the machine
   * @throws InvalidInputError before that and before any child exists: those of `WireGuardGateway`,
   * `IKEV2_ONE_EAP_METHOD`, `INSECURE_WITHOUT_REASON`
   */
  public constructor(scope: Construct, id: string, props: Ikev2GatewayProps) {
    super(scope, id, props, IKEV2_MACHINE);
  }
}
