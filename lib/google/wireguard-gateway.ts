import type { Construct } from 'constructs';
import { isToken } from '../cdktf/token';
import type { Verdict } from '../feasibility';
import { ClientPool, wireGuardService } from '../host';
import { WIREGUARD } from '../protocols';
import { assessMachine, MachineGateway, type MachineKind } from './machine-gateway';
import type { MachineGatewayOptions, MachineGatewayProps } from './machine-options';
import { tunnelMtu } from './tunnel-mtu';

/** How a WireGuard gateway is made, apart from its network and its clients. */
export interface WireGuardOptions extends MachineGatewayOptions {
  /**
   * MTU of the tunnel in bytes, from 1280 to 1440. Clients must set the same.
   *
   * @default 1380 in a network of the usual 1460 bytes, for ways that perhaps are IPv6 in part; at most 1420
   */
  readonly mtu?: number;
}

/** Props of `WireGuardGateway`. */
export interface WireGuardGatewayProps extends WireGuardOptions, MachineGatewayProps {}

/** What is particular to WireGuard on a machine. */
export const WIREGUARD_MACHINE: MachineKind<WireGuardOptions> = {
  className: 'WireGuardGateway',
  protocol: WIREGUARD,
  service: ({ mtu }, { pool, network }) =>
    wireGuardService({
      pool: ClientPool.from(pool.cidr),
      isToken,
      mtu: tunnelMtu(WIREGUARD, mtu, { network: network.mtu, clients: 1500 }),
    }),
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

  /** Tells the servers of a `VpnGateway` apart. */
  public readonly protocol = 'wireguard';

  /**
   * @throws RefusalError with every reason, where UDP does not reach the machine
   * @throws InvalidInputError before that and before any child exists: those of `PptpGateway`, but for those of PPTP alone;
   * `CLIENTS_IPV6_FOR_MACHINE`
   */
  public constructor(scope: Construct, id: string, props: WireGuardGatewayProps) {
    super(scope, id, props, WIREGUARD_MACHINE);
  }
}
