import type { Construct } from 'constructs';
import { assess, type Verdict } from '../feasibility';
import { Flow } from '../flows';
import { type Ikev2ServiceOptions, ikev2Service } from '../host/ikev2';
import { IKEV2 } from '../protocols';
import type { Clients } from './clients';
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
  isPubliclyReachable,
  listeningOn,
  type MachineKind,
  type MachineServer,
  type MachineSettings,
  type MachineSite,
  radiusFlows,
  readMachine,
  readPath,
} from './machine-gateway-settings';
import { comesOverInternet, pathsOf } from './path';
import { assertCdkScope } from './scope';
import { isToken } from './token';

const KIND: MachineKind = { className: 'Ikev2Gateway', title: 'IKEv2 gateway' };

/** What is particular to IKEv2. */
export type Ikev2ServerOptions = Omit<Ikev2ServiceOptions, 'pool' | 'dnsServers' | 'isToken'>;

/** How an IKEv2 gateway is made, apart from its VPC and its clients. */
export interface Ikev2Options extends KeyedGatewayOptions, Ikev2ServerOptions {}

/** What an `Ikev2Gateway` is made from. */
export interface Ikev2GatewayProps extends Ikev2Options, MachineGatewayProps {}

/**
 * An IKEv2 gateway on a Debian machine with an Elastic IP; or a refusal, where UDP 500 and 4500 do not reach it.
 *
 * Its secret is `{"certificate": "...", "privateKey": "...", "clientCa": "...", "users": [{"name": "alice", "password":
 * "..."}]}`, with `clientCa`, `crl`, and `password`, `address` and `destinations` of a user, optional; with RADIUS also
 * `"radius": {"secret": "..."}`. Users and destinations change without a new machine.
 */
export class Ikev2Gateway extends MachineGateway {
  /**
   * A gateway that exists already, to name its address, its clients and its security group.
   *
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `ATTRIBUTES_MISSING`, or those of a malformed pool
   */
  public static fromIkev2GatewayAttributes(
    scope: Construct,
    id: string,
    attributes: MachineGatewayAttributes,
  ): IMachineGateway {
    return importMachineGateway(scope, id, attributes, KIND.className);
  }

  /**
   * Whether IKEv2 reaches a gateway that is made like this: one verdict for each way that clients come. Builds
   * nothing, and throws for bad input only.
   *
   * @throws InvalidInputError those of the props that it takes
   */
  public static assess(props: MachinePathProps): readonly Verdict[] {
    const settings = readPath(props, KIND);
    const protocol = listeningOn(IKEV2, flowsFor(settings.clients, isPubliclyReachable(settings.placement)));
    return pathsOf(settings, [protocol]).map((path) => assess(protocol, path));
  }

  /** Tells the servers of a `VpnGateway` apart, together with `managed`. */
  public readonly protocol = 'ikev2';

  /**
   * @throws RefusalError with every reason, where UDP 500 and 4500 cannot reach the gateway: `NO_INTERNET_ROUTE`,
   * `RULE_MISSING`, ...
   * @throws InvalidInputError with a code for each bad value, before any child exists
   */
  public constructor(scope: Construct, id: string, props: Ikev2GatewayProps) {
    assertCdkScope(scope, KIND.className);
    super(scope, id, props, readIkev2(scope, props));
  }
}

/**
 * Reads all props of an IKEv2 gateway.
 *
 * @throws InvalidInputError those of `Ikev2Gateway`
 */
export function readIkev2(scope: Construct, props: Ikev2GatewayProps): MachineSettings {
  return readMachine(scope, props, KIND, (site) => ({
    secret: checkedKeys(props.secret, KIND, 'ikev2'),
    secretOption: 'secret',
    servers: [ikev2Server(props, site)],
  }));
}

/**
 * IKEv2 as one of the servers of a machine.
 *
 * @param poolOption how the user gives its pool
 */
export function ikev2Server(
  options: Ikev2ServerOptions & Pick<KeyedGatewayOptions, 'clientPool'>,
  site: MachineSite,
  poolOption = 'clientPool',
): MachineServer {
  const { clientPool, serverName, authentication, radius, routes, mtu, sha1ForWindows } = options;
  const service = ikev2Service({
    pool: checkedClientPool(clientPool, poolOption, site),
    // Those that JavaScript leaves out are refused there by name.
    serverName: serverName ?? '',
    authentication: authentication ?? [],
    routes,
    dnsServers: site.dnsServers,
    isToken,
    ...(radius === undefined ? {} : { radius }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(sha1ForWindows === undefined ? {} : { sha1ForWindows }),
  });
  return {
    protocol: listeningOn(IKEV2, flowsFor(site.clients, site.isPublic)),
    service,
    ...(radius === undefined ? {} : { radius: radiusFlows(radius, false) }),
  };
}

/**
 * Behind an Elastic IP, which is a translated address, everything goes over UDP. Clients who dial the machine's own
 * address may be translated or not, and who is not sends ESP.
 */
function flowsFor(clients: Clients, isPublic: boolean): Flow[] {
  const overNat = isPublic && clients.entries.every(comesOverInternet);
  return [Flow.udp(500), Flow.udp(4500), ...(overNat ? [] : [Flow.ESP])];
}
