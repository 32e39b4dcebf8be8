import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Candidate } from '../feasibility';
import { OPENVPN, PPTP, type VpnProtocol } from '../protocols';
import { machineCandidate } from './candidates';
import type { Clients } from './clients';
import {
  ManagedOpenVpnGateway,
  type ManagedOpenVpnGatewayProps,
  managedOpenVpnCandidate,
  readManagedOpenVpn,
} from './managed-openvpn-gateway';
import { pathsOf, pathsToClientVpn } from './path';
import { PptpGateway, readPptp } from './pptp-gateway';
import type { PptpGatewayOptions } from './pptp-gateway-props';

/** A server that a `VpnGateway` builds; its `protocol` tells them apart. */
export type VpnServer = PptpGateway | ManagedOpenVpnGateway;

/** What all servers of a `VpnGateway` have in common. */
export interface VpnSite {
  readonly vpc: IVpc;
  readonly clients: Clients;
}

/** How AWS Client VPN is made, apart from its VPC and its clients. */
export type ManagedOpenVpnOptions = Omit<ManagedOpenVpnGatewayProps, 'vpc' | 'clients' | 'replacesClientPool'>;

interface Kind {
  readonly protocol: VpnProtocol;
  readonly isManaged: boolean;
  readonly id: string;
  readonly clientPool?: string | undefined;
  readonly read: (scope: Construct, site: VpnSite, meant: readonly Vpn[]) => Candidate;
  readonly build: (scope: Construct, site: VpnSite, meant: readonly Vpn[]) => VpnServer;
}

/** A VPN protocol that a `VpnGateway` may build, with everything that its server needs. */
export class Vpn {
  /** PPTP on a machine, as `PptpGateway` builds it. */
  public static pptp(options: PptpGatewayOptions): Vpn {
    return new Vpn({
      protocol: PPTP,
      isManaged: false,
      id: 'Pptp',
      clientPool: options?.clientPool,
      read: (scope, site) => machineCandidate(PPTP, pathsOf(readPptp(scope, { ...options, ...site }))),
      build: (scope, site) => new PptpGateway(scope, 'Pptp', { ...options, ...site }),
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
        const { clients } = readManagedOpenVpn(props(site, meant));
        return managedOpenVpnCandidate(pathsToClientVpn(clients, []));
      },
      build: (scope, site, meant) => new ManagedOpenVpnGateway(scope, 'OpenVpn', props(site, meant)),
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
  public candidate(scope: Construct, site: VpnSite, meant: readonly Vpn[]): Candidate {
    return this.kind.read(scope, site, meant);
  }

  /** Builds the server. */
  public build(scope: Construct, site: VpnSite, meant: readonly Vpn[]): VpnServer {
    return this.kind.build(scope, site, meant);
  }
}
