import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { EdgeSubject } from '../edge/for-gateways';
import type { Candidate } from '../feasibility';
import { IKEV2, OPENVPN, PPTP, type VpnProtocol, WIREGUARD } from '../protocols';
import { machineCandidate } from './candidates';
import type { Clients } from './clients';
import { edgeOfClientVpn, edgeOfMachine } from './edge';
import { Ikev2Gateway, type Ikev2Options, readIkev2 } from './ikev2-gateway';
import type { MachineGatewayOptions } from './machine-gateway-props';
import type { MachineSettings } from './machine-gateway-settings';
import {
  ManagedOpenVpnGateway,
  type ManagedOpenVpnGatewayProps,
  managedOpenVpnCandidate,
  readManagedOpenVpn,
} from './managed-openvpn-gateway';
import { OpenVpnGateway, type OpenVpnOptions, readOpenVpn } from './openvpn-gateway';
import { pathsOf, pathsToClientVpn } from './path';
import { PptpGateway, readPptp } from './pptp-gateway';
import type { PptpGatewayOptions } from './pptp-gateway-props';
import { readWireGuard, WireGuardGateway, type WireGuardOptions } from './wireguard-gateway';

/** A server that a `VpnGateway` builds; `protocol` and `managed` tell them apart. */
export type VpnServer = PptpGateway | Ikev2Gateway | WireGuardGateway | OpenVpnGateway | ManagedOpenVpnGateway;

/** What all servers of a `VpnGateway` have in common. */
export interface VpnSite {
  readonly vpc: IVpc;
  readonly clients: Clients;
}

/** How AWS Client VPN is made, apart from its VPC and its clients. */
export type ManagedOpenVpnOptions = Omit<ManagedOpenVpnGatewayProps, 'vpc' | 'clients' | 'replacesClientPool' | 'edge'>;

/** What could be built for a protocol, and what the firewalls before it must be told. */
export interface VpnPlan extends Candidate {
  readonly edge: () => EdgeSubject;
}

interface Kind {
  readonly protocol: VpnProtocol;
  readonly isManaged: boolean;
  readonly id: string;
  readonly clientPool?: string | undefined;
  readonly read: (scope: Construct, site: VpnSite, meant: readonly Vpn[]) => VpnPlan;
  readonly build: (scope: Construct, site: VpnSite, meant: readonly Vpn[]) => VpnServer;
}

/** A class of gateways on a machine. */
interface MachineClass<Options> {
  readonly protocol: VpnProtocol;
  readonly id: string;
  readonly read: (scope: Construct, props: Options & VpnSite) => MachineSettings;
  readonly build: (scope: Construct, id: string, props: Options & VpnSite) => VpnServer;
}

/** A VPN protocol that a `VpnGateway` may build, with everything that its server needs. */
export class Vpn {
  /** PPTP on a machine, as `PptpGateway` builds it. */
  public static pptp(options: PptpGatewayOptions): Vpn {
    return Vpn.onMachine(options, {
      protocol: PPTP,
      id: 'Pptp',
      read: readPptp,
      build: (scope, id, props) => new PptpGateway(scope, id, props),
    });
  }

  /** IKEv2 on a machine, as `Ikev2Gateway` builds it. */
  public static ikev2(options: Ikev2Options): Vpn {
    return Vpn.onMachine(options, {
      protocol: IKEV2,
      id: 'Ikev2',
      read: readIkev2,
      build: (scope, id, props) => new Ikev2Gateway(scope, id, props),
    });
  }

  /** WireGuard on a machine, as `WireGuardGateway` builds it. */
  public static wireGuard(options: WireGuardOptions): Vpn {
    return Vpn.onMachine(options, {
      protocol: WIREGUARD,
      id: 'WireGuard',
      read: readWireGuard,
      build: (scope, id, props) => new WireGuardGateway(scope, id, props),
    });
  }

  /** OpenVPN on a machine, as `OpenVpnGateway` builds it. */
  public static openVpn(options: OpenVpnOptions): Vpn {
    return Vpn.onMachine(options, {
      protocol: OPENVPN,
      id: 'OpenVpnMachine',
      read: readOpenVpn,
      build: (scope, id, props) => new OpenVpnGateway(scope, id, props),
    });
  }

  /**
   * OpenVPN run by AWS, as `ManagedOpenVpnGateway` builds it. It does not filter client addresses and has pool limits of
   * its own: what it cannot keep of what you wrote for the protocols before it, it asks you to accept in writing.
   */
  public static openVpnManaged(options: ManagedOpenVpnOptions): Vpn {
    const props = (site: VpnSite, meant: readonly Vpn[]): ManagedOpenVpnGatewayProps => {
      const pool = meant.find(({ clientPool }) => clientPool !== undefined)?.clientPool;
      return { ...options, ...site, ...(pool === undefined ? {} : { replacesClientPool: pool }) };
    };
    return new Vpn({
      protocol: OPENVPN,
      isManaged: true,
      id: 'OpenVpn',
      read: (_, site, meant) => {
        const written = props(site, meant);
        const { clients } = readManagedOpenVpn(written);
        return {
          ...managedOpenVpnCandidate(pathsToClientVpn(clients, [])),
          edge: () => edgeOfClientVpn(written),
        };
      },
      build: (scope, site, meant) => new ManagedOpenVpnGateway(scope, 'OpenVpn', props(site, meant)),
    });
  }

  private static onMachine<Options extends MachineGatewayOptions & { readonly clientPool?: string }>(
    options: Options,
    { protocol, id, read, build }: MachineClass<Options>,
  ): Vpn {
    return new Vpn({
      protocol,
      isManaged: false,
      id,
      clientPool: options?.clientPool,
      read: (scope, site) => {
        const settings = read(scope, { ...options, ...site });
        const [server] = settings.servers;
        return {
          ...machineCandidate(server.protocol, pathsOf(settings, [server.protocol])),
          edge: () => edgeOfMachine(settings, options),
        };
      },
      build: (scope, site) => build(scope, id, { ...options, ...site }),
    });
  }

  private constructor(private readonly kind: Kind) {}

  /** The protocol. */
  public get protocol(): VpnProtocol {
    return this.kind.protocol;
  }

  /** Whether AWS runs the server; if not, it is on a machine. */
  public get isManaged(): boolean {
    return this.kind.isManaged;
  }

  /** The id of the server, a child of the `VpnGateway`: each has one of its own, so that a diff shows a swap. */
  public get id(): string {
    return this.kind.id;
  }

  /** The addresses of clients that the user asked for, where there are some. */
  public get clientPool(): string | undefined {
    return this.kind.clientPool;
  }

  /**
   * Checks everything that the server needs, and finds the ways on which clients would reach it.
   *
   * @param meant the protocols that are preferred to this one
   * @throws InvalidInputError those of the server's construct
   */
  public candidate(scope: Construct, site: VpnSite, meant: readonly Vpn[]): VpnPlan {
    return this.kind.read(scope, site, meant);
  }

  /** Builds the server. */
  public build(scope: Construct, site: VpnSite, meant: readonly Vpn[]): VpnServer {
    return this.kind.build(scope, site, meant);
  }
}
