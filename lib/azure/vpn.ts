import type { Construct } from 'constructs';
import { checkedInsecure } from '../cdktf/checks';
import type { EdgeSubject } from '../edge/for-gateways';
import type { Candidate } from '../feasibility';
import type { Insecure } from '../flows';
import { OPENVPN } from '../protocols';
import { edgeOfMachine, edgeOfVpnGateway } from './edge';
import { TunnelType } from './gateway-options';
import type { CheckedGateway } from './gateway-props';
import { IKEV2_MACHINE, Ikev2Gateway, type Ikev2Options } from './ikev2-gateway';
import { keepPlan, type MachineKind, planMachine } from './machine-gateway';
import type { MachineGatewayOptions, MachineGatewayProps } from './machine-options';
import { ManagedIkev2Gateway } from './managed-ikev2-gateway';
import { checkManagedIkev2, keepChecked, type ManagedIkev2Options } from './managed-ikev2-options';
import { OPENVPN_MACHINE, OpenVpnGateway, type OpenVpnOptions } from './openvpn-gateway';
import type { VpnGatewayProps } from './vpn-gateway';
import { managedIkev2Candidate, pptpCandidate } from './way';
import { WIREGUARD_MACHINE, WireGuardGateway, type WireGuardOptions } from './wireguard-gateway';

/** Options of `Vpn.pptp`. */
export interface PptpOptions {
  /** The written acceptance that PPTP does not protect what it carries. */
  readonly insecure: Insecure;
}

/**
 * The server that a `VpnGateway` built, told apart by its `protocol` and, where Azure runs one and a machine runs another
 * of the same protocol, by `managed`.
 */
export type VpnServer = ManagedIkev2Gateway | WireGuardGateway | Ikev2Gateway | OpenVpnGateway;

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
  /** What makes it, as a child with an id of its own; left out where Azure has no place for it. */
  readonly child?: ServerPlan;
  /** What firewalls before it must be told. */
  readonly edge?: () => EdgeSubject;
}

function speaksOpenVpn({ tunnels = [] }: ManagedIkev2Options): boolean {
  return tunnels.some(({ azureName }) => azureName === TunnelType.OPENVPN.azureName);
}

/** A protocol that a `VpnGateway` may speak, and what serves it. */
export class Vpn {
  /** PPTP on a virtual machine. Azure carries none of it: on Azure it is always passed over, and the plan says so. */
  public static pptp(options: PptpOptions): Vpn {
    return new Vpn('Vpn.pptp', (props) => {
      checkedInsecure(options?.insecure, 'Vpn.pptp');
      props.clients.requireIpv4('Vpn.pptp');
      return pptpCandidate(props);
    });
  }

  /** IKEv2, and OpenVPN where asked for, by VPN Gateway: a `ManagedIkev2Gateway` with the id `ManagedIkev2`. */
  public static ikev2Managed(options: ManagedIkev2Options): Vpn {
    return new Vpn('Vpn.ikev2Managed', (props, id, gateway) => {
      // Flow logs are of the virtual network and stay when one server takes the place of another; so do firewalls.
      const { flowLogs, edge, ...server } = { ...props, ...options };
      const settings = checkManagedIkev2(server, 'Vpn.ikev2Managed', gateway);
      keepChecked(server, settings);
      return {
        ...managedIkev2Candidate(props, id, speaksOpenVpn(options) ? [OPENVPN] : []),
        child: { type: ManagedIkev2Gateway, id: 'ManagedIkev2', props: server },
        edge: () => edgeOfVpnGateway(settings, server),
      };
    });
  }

  /** WireGuard on a machine: a `WireGuardGateway` with the id `WireGuard`. */
  public static wireGuard(options: WireGuardOptions): Vpn {
    return Vpn.onMachine('Vpn.wireGuard', WIREGUARD_MACHINE, options, WireGuardGateway, 'WireGuard');
  }

  /** IKEv2 on a machine: an `Ikev2Gateway` with the id `Ikev2`. */
  public static ikev2(options: Ikev2Options): Vpn {
    return Vpn.onMachine('Vpn.ikev2', IKEV2_MACHINE, options, Ikev2Gateway, 'Ikev2');
  }

  /** OpenVPN on a machine: an `OpenVpnGateway` with the id `OpenVpn`. */
  public static openVpn(options: OpenVpnOptions): Vpn {
    return Vpn.onMachine('Vpn.openVpn', OPENVPN_MACHINE, options, OpenVpnGateway, 'OpenVpn');
  }

  private constructor(
    /** What the user wrote to get it; two of one name in a list are one too many. */
    public readonly writtenAs: string,
    /** Checks its options together with the props of the gateway, and says what could be built. */
    public readonly plan: (props: VpnGatewayProps, id: string, gateway: CheckedGateway) => VpnPlan,
  ) {}

  /** A server on a machine. */
  private static onMachine<Options extends MachineGatewayOptions>(
    writtenAs: string,
    kind: MachineKind<Options>,
    options: Options,
    type: new (scope: Construct, id: string, props: Options & MachineGatewayProps) => VpnServer,
    serverId: string,
  ): Vpn {
    return new Vpn(writtenAs, (props, id, gateway) => {
      // Flow logs are of the virtual network and stay when one server takes the place of another; so do firewalls.
      const { flowLogs, protocols, edge, ...server } = { ...props, ...options };
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
