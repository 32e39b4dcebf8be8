import type { Construct } from 'constructs';
import { assess, type Verdict } from '../feasibility';
import { Flow } from '../flows';
import { type OpenVpnServiceOptions, openVpnService } from '../host/openvpn';
import { OPENVPN } from '../protocols';
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

const KIND: MachineKind = { className: 'OpenVpnGateway', title: 'OpenVPN gateway' };

/** What is particular to OpenVPN. */
export type OpenVpnServerOptions = Omit<OpenVpnServiceOptions, 'pool' | 'dnsServers' | 'isToken'>;

/** How an OpenVPN gateway is made, apart from its VPC and its clients. */
export interface OpenVpnOptions extends KeyedGatewayOptions, OpenVpnServerOptions {}

/** What an `OpenVpnGateway` is made from. */
export interface OpenVpnGatewayProps extends OpenVpnOptions, MachineGatewayProps {}

/** What `OpenVpnGateway.assess` needs. */
export interface OpenVpnPathProps extends MachinePathProps, Pick<OpenVpnOptions, 'port' | 'transport'> {}

/**
 * An OpenVPN gateway on a Debian machine with an Elastic IP; or a refusal, where its port does not reach it. For OpenVPN
 * that AWS runs, see `ManagedOpenVpnGateway`.
 *
 * Its secret is `{"certificate": "...", "privateKey": "...", "ca": "...", "tlsCryptV2": "...", "users": [{"name":
 * "alice"}]}`, with `crl`, and `address` and `destinations` of a user, optional. A user is a certificate whose common name
 * is listed. Users and destinations change without a new machine.
 */
export class OpenVpnGateway extends MachineGateway {
  /**
   * A gateway that exists already, to name its address, its clients and its security group.
   *
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `ATTRIBUTES_MISSING`, or those of a malformed pool
   */
  public static fromOpenVpnGatewayAttributes(
    scope: Construct,
    id: string,
    attributes: MachineGatewayAttributes,
  ): IMachineGateway {
    return importMachineGateway(scope, id, attributes, KIND.className);
  }

  /**
   * Whether OpenVPN reaches a gateway that is made like this: one verdict for each way that clients come. Builds
   * nothing, and throws for bad input only.
   *
   * @throws InvalidInputError those of the props that it takes
   */
  public static assess(props: OpenVpnPathProps): readonly Verdict[] {
    const settings = readPath(props, KIND);
    const port = known(props.port ?? 1194, 'port');
    const protocol = listeningOn(OPENVPN, [props.transport === 'tcp' ? Flow.tcp(port) : Flow.udp(port)]);
    return pathsOf(settings, [protocol]).map((path) => assess(protocol, path));
  }

  /** Tells the servers of a `VpnGateway` apart, together with `managed`. */
  public readonly protocol = 'openvpn';

  /**
   * @throws RefusalError with every reason, where its port cannot reach the gateway: `NO_INTERNET_ROUTE`, `RULE_MISSING`, ...
   * @throws InvalidInputError with a code for each bad value, before any child exists
   */
  public constructor(scope: Construct, id: string, props: OpenVpnGatewayProps) {
    assertCdkScope(scope, KIND.className);
    super(scope, id, props, readOpenVpn(scope, props));
  }
}

/**
 * Reads all props of an OpenVPN gateway.
 *
 * @throws InvalidInputError those of `OpenVpnGateway`
 */
export function readOpenVpn(scope: Construct, props: OpenVpnGatewayProps): MachineSettings {
  return readMachine(scope, props, KIND, (site) => ({
    secret: checkedKeys(props.secret, KIND, 'openvpn'),
    secretOption: 'secret',
    servers: [openVpnServer(props, site)],
  }));
}

/**
 * OpenVPN as one of the servers of a machine.
 *
 * @param poolOption how the user gives its pool
 */
export function openVpnServer(
  {
    clientPool,
    port,
    transport,
    mtu,
    routes,
    maxClients,
  }: OpenVpnServerOptions & Pick<KeyedGatewayOptions, 'clientPool'>,
  site: MachineSite,
  poolOption = 'clientPool',
): MachineServer {
  const service = openVpnService({
    pool: checkedClientPool(clientPool, poolOption, site),
    dnsServers: site.dnsServers,
    isToken,
    ...(port === undefined ? {} : { port }),
    ...(transport === undefined ? {} : { transport }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(routes === undefined ? {} : { routes }),
    ...(maxClients === undefined ? {} : { maxClients }),
  });
  return { protocol: listeningOn(OPENVPN, flowsOpenedBy(service)), service };
}
