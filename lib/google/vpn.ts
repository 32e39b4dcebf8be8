import type { Construct } from 'constructs';
import type { EdgeSubject } from '../edge/for-gateways';
import { RefusalError, raise } from '../errors';
import type { Candidate } from '../feasibility';
import { edgeOfMachine } from './edge';
import type { CheckedGateway } from './gateway-props';
import { IKEV2_MACHINE, Ikev2Gateway, type Ikev2Options } from './ikev2-gateway';
import { keepPlan, type MachineKind, planMachine } from './machine-gateway';
import type { MachineGatewayOptions, MachineGatewayProps } from './machine-options';
import { OPENVPN_MACHINE, OpenVpnGateway, type OpenVpnOptions } from './openvpn-gateway';
import { PPTP_MACHINE, PptpGateway, type PptpOptions } from './pptp-gateway';
import type { VpnGatewayProps } from './vpn-gateway';
import { WIREGUARD_MACHINE, WireGuardGateway, type WireGuardOptions } from './wireguard-gateway';

/** The server that a `VpnGateway` built, told apart by its `protocol`. */
export type VpnServer = PptpGateway | WireGuardGateway | Ikev2Gateway | OpenVpnGateway;

/**
 * A construct before it is made, for `VpnGateway` to make itself. cdktf keeps the whole stack for each attribute of each
 * resource: a function in between would be one more line of each of them.
 */
export interface ServerPlan {
  readonly type: new (scope: Construct, id: string, props: never) => VpnServer;
  readonly id: string;
  readonly props: object;
}

/** What could be built for one entry of the list. */
export interface VpnPlan extends Candidate {
  /** What makes it, as a child with an id of its own. */
  readonly child: ServerPlan;
  /** What firewalls before it must be told. */
  readonly edge: () => EdgeSubject;
}

/** A protocol that a `VpnGateway` may speak. Its server is a machine, whatever it is: Google runs none. */
export class Vpn {
  /** PPTP: a `PptpGateway` with the id `Pptp`. */
  public static pptp(options: PptpOptions): Vpn {
    return Vpn.onMachine('Vpn.pptp', PPTP_MACHINE, options, PptpGateway, 'Pptp');
  }

  /** WireGuard: a `WireGuardGateway` with the id `WireGuard`. */
  public static wireGuard(options: WireGuardOptions): Vpn {
    return Vpn.onMachine('Vpn.wireGuard', WIREGUARD_MACHINE, options, WireGuardGateway, 'WireGuard');
  }

  /** IKEv2: an `Ikev2Gateway` with the id `Ikev2`. */
  public static ikev2(options: Ikev2Options): Vpn {
    return Vpn.onMachine('Vpn.ikev2', IKEV2_MACHINE, options, Ikev2Gateway, 'Ikev2');
  }

  /** OpenVPN: an `OpenVpnGateway` with the id `OpenVpn`. */
  public static openVpn(options: OpenVpnOptions): Vpn {
    return Vpn.onMachine('Vpn.openVpn', OPENVPN_MACHINE, options, OpenVpnGateway, 'OpenVpn');
  }

  /**
   * What `pptp-constructs/azure` has and Google Cloud has not: a server for single users that the cloud runs.
   *
   * @throws RefusalError `NO_MANAGED_DIAL_IN`, always
   */
  public static ikev2Managed(_options?: unknown): never {
    const why = 'Cloud VPN is site-to-site only: it joins networks by IPsec and takes no client that dials in.';
    const instead =
      "Vpn.ikev2({ subnetRange: '10.40.254.0/28', secret, serverName: 'vpn.example.com', authentication: ['eap-tls'], routes: 'everything' })";
    return raise(
      new RefusalError({
        code: 'NO_MANAGED_DIAL_IN',
        explanation: [
          'Google Cloud runs no VPN server for single users.',
          `  ${why}`,
          `  In place of Vpn.ikev2Managed, a machine of your own:\n    ${instead}`,
        ].join('\n\n'),
        reasons: [why],
        alternatives: [instead],
      }),
    );
  }

  private constructor(
    /** What the user wrote to get it; two of one name in a list are one too many. */
    public readonly writtenAs: string,
    /** Checks its options together with the props of the gateway, and says what could be built. */
    public readonly plan: (props: VpnGatewayProps, id: string, gateway: CheckedGateway) => VpnPlan,
  ) {}

  private static onMachine<Options extends MachineGatewayOptions>(
    writtenAs: string,
    kind: MachineKind<Options>,
    options: Options,
    type: new (scope: Construct, id: string, props: Options & MachineGatewayProps) => VpnServer,
    serverId: string,
  ): Vpn {
    return new Vpn(writtenAs, (props, id, gateway) => {
      // Firewalls are told of the gateway, whatever its server.
      const { protocols, edge, ...server } = { ...props, ...options };
      const own = server as Options & MachineGatewayProps;
      const plan = planMachine(kind, own, writtenAs, gateway);
      keepPlan(own, plan);
      return {
        ...plan.candidate(id),
        child: { type, id: serverId, props: own },
        edge: () => edgeOfMachine(plan, own, id),
      };
    });
  }
}
