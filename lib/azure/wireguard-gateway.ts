import type { Construct } from 'constructs';
import type { Verdict } from '../feasibility';
import { wireGuardService } from '../host';
import { WIREGUARD } from '../protocols';
import { assessMachine, MachineGateway, type MachineKind } from './machine-gateway';
import type { MachineGatewayOptions, MachineGatewayProps } from './machine-options';
import { isToken } from './token';

/** How a WireGuard gateway is made, apart from its network and its clients. */
export interface WireGuardOptions extends MachineGatewayOptions {
  /**
   * MTU of the tunnel in bytes, from 1280 to 1440. Clients must set the same.
   *
   * @default 1420, for a way that carries 1500 and, perhaps in part, IPv6
   */
  readonly mtu?: number;
}

/** Props of `WireGuardGateway`. */
export interface WireGuardGatewayProps extends WireGuardOptions, MachineGatewayProps {}

/** What is particular to WireGuard on a machine. */
export const WIREGUARD_MACHINE: MachineKind<WireGuardOptions> = {
  className: 'WireGuardGateway',
  protocol: WIREGUARD,
  service: ({ mtu }, { pool }) => wireGuardService({ pool, isToken, ...(mtu === undefined ? {} : { mtu }) }),
};

/**
 * WireGuard on a Debian machine, on UDP 51820.
 *
 * Its secret is `{"privateKey": ..., "users": [{"name", "publicKey", "address"}]}`; `presharedKey` and `destinations` of a
 * user may be left out. `npx pptp-constructs keys` writes one.
 */
export class WireGuardGateway extends MachineGateway<WireGuardOptions> {
  /**
   * What becomes of WireGuard on the way that the props describe, without building or refusing anything.
   *
   * @throws InvalidInputError where the props themselves are wrong, see the constructor
   */
  public static assess(props: WireGuardGatewayProps): readonly Verdict[] {
    return assessMachine(WIREGUARD_MACHINE, props);
  }

  /** Tells the servers of a `VpnGateway` apart, together with `managed`. */
  public readonly protocol = 'wireguard';

  /**
   * @throws RefusalError with every reason, where UDP does not reach the machine
   * @throws InvalidInputError before that and before any child exists: `WRONG_KIND_OF_STACK`, `VIRTUAL_NETWORK_MISSING`,
   * `NO_CLIENTS`, `CLIENTS_IPV6_FOR_MACHINE`, `CLIENTS_OVERLAP_NETWORK`, `THROUGH_UNKNOWN`, `NAME_INVALID`,
   * `MACHINE_SUBNET_INVALID`, `KEY_VAULT_INVALID`, `SECRET_NAME_INVALID`, `SECRET_ACCESS_INVALID`, `IDENTITY_INVALID`,
   * `ADMIN_SSH_KEY_INVALID`, `ADDRESSING_UNKNOWN`, `MACHINE_SIZE_INVALID`, `MACHINE_IMAGE_INVALID`, `POOL_NOT_EXPRESSIBLE`,
   * `POOL_OVERLAPS_NETWORK`, `POOL_OVERLAPS_CLIENTS`, `READY_TIMEOUT`, `HOST_OPTION_INVALID`, `USER_DATA_TOO_LARGE`,
   * `POLICY_TOO_LARGE`, `VPN_GATEWAY_PUBLIC_IP_INVALID`, `ZONES_UNKNOWN`, `ZONES_INVALID`, `OPTIONS_CONFLICT`,
   * `RESOURCE_ID_INVALID`, `TOKEN_NOT_ALLOWED`, `META_ARGUMENT_NOT_SUPPORTED`, those of `IpRange.parse` and of
   * `VirtualNetworkFlowLog`
   */
  public constructor(scope: Construct, id: string, props: WireGuardGatewayProps) {
    super(scope, id, props, WIREGUARD_MACHINE);
  }
}
