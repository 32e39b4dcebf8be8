import type { Construct } from 'constructs';
import { assess, type Verdict } from '../feasibility';
import { Flow } from '../flows';
import { type WireGuardServiceOptions, wireGuardService } from '../host';
import { WIREGUARD } from '../protocols';
import {
  type IMachineGateway,
  importMachineGateway,
  MachineGateway,
  type MachineGatewayAttributes,
} from './machine-gateway';
import type { KeyedGatewayOptions, MachineGatewayProps, MachinePathProps } from './machine-gateway-props';
import {
  checkedClientPool,
  checkedKeys,
  flowsOpenedBy,
  listeningOn,
  type MachineKind,
  type MachineServer,
  type MachineSettings,
  type MachineSite,
  readMachine,
  readPath,
} from './machine-gateway-settings';
import { pathsOf } from './path';
import { assertCdkScope } from './scope';
import { isToken, known } from './token';

const KIND: MachineKind = { className: 'WireGuardGateway', title: 'WireGuard gateway' };

/** What is particular to WireGuard. */
export type WireGuardServerOptions = Omit<WireGuardServiceOptions, 'pool' | 'isToken'>;

/** How a WireGuard gateway is made, apart from its VPC and its clients. */
export interface WireGuardOptions extends KeyedGatewayOptions, WireGuardServerOptions {}

/** What a `WireGuardGateway` is made from. */
export interface WireGuardGatewayProps extends WireGuardOptions, MachineGatewayProps {}

/** What `WireGuardGateway.assess` needs. */
export interface WireGuardPathProps extends MachinePathProps, Pick<WireGuardOptions, 'port'> {}

/**
 * A WireGuard gateway on a Debian machine with an Elastic IP; or a refusal, where its UDP port does not reach it.
 *
 * Its secret is `{"privateKey": "...", "users": [{"name": "alice", "publicKey": "...", "address": "10.99.0.2"}]}`, with
 * `presharedKey` and `destinations` of a user optional. Users and destinations change without a new machine.
 */
export class WireGuardGateway extends MachineGateway {
  /**
   * A gateway that exists already, to name its address, its clients and its security group.
   *
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `ATTRIBUTES_MISSING`, or those of a malformed pool
   */
  public static fromWireGuardGatewayAttributes(
    scope: Construct,
    id: string,
    attributes: MachineGatewayAttributes,
  ): IMachineGateway {
    return importMachineGateway(scope, id, attributes, KIND.className);
  }

  /**
   * Whether WireGuard reaches a gateway that is made like this: one verdict for each way that clients come. Builds
   * nothing, and throws for bad input only.
   *
   * @throws InvalidInputError those of the props that it takes
   */
  public static assess(props: WireGuardPathProps): readonly Verdict[] {
    const settings = readPath(props, KIND);
    const protocol = listeningOn(WIREGUARD, [Flow.udp(known(props.port ?? 51820, 'port'))]);
    return pathsOf(settings, [protocol]).map((path) => assess(protocol, path));
  }

  /** Tells the servers of a `VpnGateway` apart, together with `managed`. */
  public readonly protocol = 'wireguard';

  /**
   * @throws RefusalError with every reason, where UDP cannot reach the gateway: `NO_INTERNET_ROUTE`, `RULE_MISSING`, ...
   * @throws InvalidInputError with a code for each bad value, before any child exists
   */
  public constructor(scope: Construct, id: string, props: WireGuardGatewayProps) {
    assertCdkScope(scope, KIND.className);
    super(scope, id, props, readWireGuard(scope, props));
  }
}

/**
 * Reads all props of a WireGuard gateway.
 *
 * @throws InvalidInputError those of `WireGuardGateway`
 */
export function readWireGuard(scope: Construct, props: WireGuardGatewayProps): MachineSettings {
  return readMachine(scope, props, KIND, (site) => ({
    secret: checkedKeys(props.secret, KIND, 'wireguard'),
    secretOption: 'secret',
    servers: [wireGuardServer(props, site)],
  }));
}

/**
 * WireGuard as one of the servers of a machine.
 *
 * @param poolOption how the user gives its pool
 */
export function wireGuardServer(
  { clientPool, port, mtu }: WireGuardServerOptions & Pick<KeyedGatewayOptions, 'clientPool'>,
  site: MachineSite,
  poolOption = 'clientPool',
): MachineServer {
  const service = wireGuardService({
    pool: checkedClientPool(clientPool, poolOption, site),
    isToken,
    ...(port === undefined ? {} : { port }),
    ...(mtu === undefined ? {} : { mtu }),
  });
  return { protocol: listeningOn(WIREGUARD, flowsOpenedBy(service)), service };
}
