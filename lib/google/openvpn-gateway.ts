import type { Construct } from 'constructs';
import { isToken } from '../cdktf/token';
import { invalid } from '../errors';
import type { Verdict } from '../feasibility';
import { Flow } from '../flows';
import { ClientPool } from '../host';
import { openVpnService } from '../host/openvpn';
import { type FlowSet, OPENVPN } from '../protocols';
import { assessMachine, MachineGateway, type MachineKind } from './machine-gateway';
import type { MachineGatewayOptions, MachineGatewayProps } from './machine-options';
import { tunnelMtu } from './tunnel-mtu';

/** How an OpenVPN gateway on a machine is made, apart from its network and its clients. */
export interface OpenVpnOptions extends MachineGatewayOptions {
  /**
   * What carries the tunnel. `'tcp'` only where UDP does not arrive: TCP within TCP repeats what was lost twice.
   *
   * @default 'udp'
   */
  readonly transport?: 'udp' | 'tcp';
  /**
   * Port on which OpenVPN listens: 1194, or 443 where networks of clients let nothing else out.
   *
   * @default 1194
   */
  readonly port?: 1194 | 443;
  /**
   * What clients send into the tunnel: everything, with IPv6 turned back at the client, or these IPv4 ranges in CIDR
   * notation. Where they may go is decided by `allowClientsTo`.
   *
   * @default 'everything'
   */
  readonly routes?: 'everything' | readonly string[];
  /**
   * MTU of the tunnel in bytes, at least 1280.
   *
   * @default 1408 over UDP and 1382 over TCP in a network of the usual 1460 bytes; more in wider ones, for ways that carry
   * 1492
   */
  readonly mtu?: number;
  /**
   * Clients at once, with those that are just connecting and those that vanished within the last two minutes.
   *
   * @default 1024
   */
  readonly maxClients?: number;
}

/** Props of `OpenVpnGateway`. */
export interface OpenVpnGatewayProps extends OpenVpnOptions, MachineGatewayProps {}

/** What is particular to OpenVPN on a machine. */
export const OPENVPN_MACHINE: MachineKind<OpenVpnOptions> = {
  className: 'OpenVpnGateway',
  protocol: OPENVPN,
  service: ({ transport, port, routes, mtu, maxClients }, { pool, dnsServers, network }) =>
    openVpnService({
      pool: ClientPool.from(pool.cidr),
      dnsServers,
      isToken,
      ...(transport === undefined ? {} : { transport }),
      ...(port === undefined ? {} : { port }),
      ...(routes === undefined ? {} : { routes }),
      mtu: tunnelMtu(OPENVPN, mtu, { network: network.mtu, clients: 1492, form: (transport ?? 'udp').toUpperCase() }),
      ...(maxClients === undefined ? {} : { maxClients }),
    }),
  flowSets,
};

function flowSets({ transport = 'udp', port = 1194 }: OpenVpnOptions): readonly FlowSet[] {
  const flow = Flow[transport](port);
  const sets = OPENVPN.flowSets.filter(({ flows }) => flows.length === 1 && flows[0]?.id === flow.id);
  if (sets.length === 0) {
    invalid({
      code: 'HOST_OPTION_INVALID',
      what: 'port is not one that OpenVPN is reached on here',
      got: port,
      allowed: '1194 or 443',
      instead: 'port: 443',
    });
  }
  return sets;
}

/**
 * OpenVPN 2.6 on a Debian machine, on UDP 1194 unless told otherwise.
 *
 * Its secret is `{"certificate", "privateKey", "ca", "tlsCryptV2", "users": [{"name"}]}`, where each name is the common name
 * of a certificate; `npx pptp-constructs keys` writes one, and the profiles of the clients.
 */
export class OpenVpnGateway extends MachineGateway<OpenVpnOptions> {
  /**
   * What becomes of OpenVPN on the way that the props describe, without building or refusing anything.
   *
   * @throws InvalidInputError where the props themselves are wrong, see the constructor
   */
  public static assess(props: OpenVpnGatewayProps): readonly Verdict[] {
    return assessMachine(OPENVPN_MACHINE, props);
  }

  /** Tells the servers of a `VpnGateway` apart. */
  public readonly protocol = 'openvpn';

  /**
   * @throws RefusalError with every reason, where its flow does not reach the machine
   * @throws InvalidInputError before that and before any child exists: those of `WireGuardGateway`
   */
  public constructor(scope: Construct, id: string, props: OpenVpnGatewayProps) {
    super(scope, id, props, OPENVPN_MACHINE);
  }
}
