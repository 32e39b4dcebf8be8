import type { Construct } from 'constructs';
import { checkedInsecure } from '../cdktf/checks';
import { isToken, known } from '../cdktf/token';
import type { Verdict } from '../feasibility';
import type { Insecure } from '../flows';
import { type PptpLimits, PptpPool, pptpService } from '../host';
import type { RadiusOptions } from '../host/radius';
import { PPTP } from '../protocols';
import { assessMachine, MachineGateway, type MachineKind } from './machine-gateway';
import type { MachineGatewayOptions, MachineGatewayProps } from './machine-options';
import { checkPptpFits } from './tunnel-mtu';

/** How a PPTP gateway is made, apart from its network and its clients. */
export interface PptpOptions extends MachineGatewayOptions {
  /** The written acceptance that PPTP does not protect what it carries. It stands in the description of the rules. */
  readonly insecure: Insecure;
  /**
   * How many calls may be up at once.
   *
   * @default - as many as the pool has addresses for, at most 512
   */
  readonly maxSessions?: number;
  /**
   * How many addresses at the end of the pool are set aside for users with an address of their own.
   *
   * @default 0
   */
  readonly fixedAddresses?: number;
  /**
   * RADIUS servers that know the users, in place of a list. The secret then holds what the gateway shares with them, and no
   * users: `{"radius": {"secret": "..."}, "users": []}`. They must also take reports about sessions, on the port after
   * `port`.
   *
   * @default - the users are those of the secret
   */
  readonly radius?: RadiusOptions;
  /**
   * Limits for connections and calls.
   *
   * @default - see each limit
   */
  readonly limits?: PptpLimits;
  /**
   * How the machine's packet filter lets GRE in: `'gate'`, from addresses that speak on TCP 1723; `'helper'`, for calls
   * that the kernel's conntrack helper saw being made, with their Call IDs.
   *
   * @default 'gate'
   */
  readonly greFilter?: 'gate' | 'helper';
}

/** Props of `PptpGateway`. */
export interface PptpGatewayProps extends PptpOptions, MachineGatewayProps {}

/** What is particular to PPTP on a machine. */
export const PPTP_MACHINE: MachineKind<PptpOptions> = {
  className: 'PptpGateway',
  protocol: PPTP,
  insecure: ({ insecure }, className) => checkedInsecure(insecure, className),
  service: ({ maxSessions, fixedAddresses, radius, limits, greFilter }, { pool, dnsServers, network }) => {
    checkPptpFits(PPTP, network.mtu);
    return pptpService({
      pool: PptpPool.from(pool.cidr, {
        ...(maxSessions === undefined ? {} : { maxSessions: known(maxSessions, 'maxSessions', 'maxSessions: 100') }),
        ...(fixedAddresses === undefined
          ? {}
          : { fixedAddresses: known(fixedAddresses, 'fixedAddresses', 'fixedAddresses: 10') }),
      }),
      dnsServers,
      isToken,
      ...(radius === undefined ? {} : { radius }),
      ...(limits === undefined ? {} : { limits }),
      ...(greFilter === undefined ? {} : { greFilter }),
    });
  },
  radius: ({ radius }) => radius,
};

/**
 * PPTP on a Debian machine with an external address: TCP 1723 and GRE (IP protocol 47).
 *
 * Google documents GRE and says nowhere whether that includes version 1, which PPTP uses: the gateway is built, and a
 * warning says so until you write `acceptsUnverifiedPath`. Where GRE is known to be dropped, as by Cloud NAT, the
 * constructor refuses.
 *
 * Its secret is `{"users": [{"name", "password"}]}`; `npx pptp-constructs keys` writes one.
 */
export class PptpGateway extends MachineGateway<PptpOptions> {
  /**
   * What becomes of PPTP on the way that the props describe, without building or refusing anything.
   *
   * @throws InvalidInputError where the props themselves are wrong, see the constructor
   */
  public static assess(props: PptpGatewayProps): readonly Verdict[] {
    return assessMachine(PPTP_MACHINE, props);
  }

  /** Tells the servers of a `VpnGateway` apart. */
  public readonly protocol = 'pptp';

  /**
   * @throws RefusalError with every reason, where TCP 1723 or GRE does not reach the machine:
   * `GRE_DROPPED_BY_NAT_GATEWAY`, `GRE_DROPPED_BY_LOAD_BALANCER`, `NO_INBOUND_CONNECTIONS`, ...
   * @throws InvalidInputError before that and before any child exists: `WRONG_KIND_OF_STACK`, `VPC_NETWORK_MISSING`,
   * `ZONE_INVALID`, `PROJECT_INVALID`, `NO_CLIENTS`, `CLIENTS_IPV6_FOR_PPTP`, `CLIENTS_OVERLAP_NETWORK`,
   * `INSECURE_WITHOUT_REASON`, `THROUGH_UNKNOWN`, `NAME_INVALID`, `MACHINE_SUBNET_INVALID`, `FLOW_LOG_SAMPLING_INVALID`,
   * `RESOURCE_ID_INVALID`, `SECRET_ACCESS_INVALID`, `SERVICE_ACCOUNT_INVALID`, `EXTERNAL_ADDRESS_INVALID`,
   * `OPTIONS_CONFLICT`, `REASON_MISSING`, `ADDRESSING_UNKNOWN`, `MACHINE_SIZE_INVALID`, `MACHINE_IMAGE_INVALID`,
   * `POOL_NOT_EXPRESSIBLE`, `POOL_TOO_SMALL`, `POOL_OVERLAPS_NETWORK`, `POOL_OVERLAPS_CLIENTS`, `NETWORK_MTU_TOO_SMALL`,
   * `HOST_OPTION_INVALID`, `USER_DATA_TOO_LARGE`, `POLICY_TOO_LARGE`, `TOKEN_NOT_ALLOWED`, `META_ARGUMENT_NOT_SUPPORTED`,
   * and those of `IpRange.parse`
   */
  public constructor(scope: Construct, id: string, props: PptpGatewayProps) {
    super(scope, id, props, PPTP_MACHINE);
  }
}
