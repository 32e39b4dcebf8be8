import { Clients } from '../cdktf/clients';
import { type MetaArguments, metaArguments } from '../cdktf/meta-arguments';
import { isToken } from '../cdktf/token';
import type { GatewayEdge } from '../edge/for-gateways';
import { invalid } from '../errors';
import { IpRange } from '../flows';
import { googleName } from './names';
import { type CheckedNetwork, checkedNetwork, checkProject, type INetwork, regionOf } from './resources';

/** Where a gateway is, and for whom. */
export interface GatewayProps extends MetaArguments {
  /** The VPC network that clients reach through the gateway. */
  readonly network: INetwork;
  /** The zone of the machine, as text: `europe-west3-a`. It tells the region too. */
  readonly zone: string;
  /** Where clients come from. There is no default. */
  readonly clients: Clients;
  /**
   * Ranges in use in the network, and in networks that it reaches: what overlaps them is refused.
   *
   * @default - only the range of the machine's own subnetwork is known
   */
  readonly networkRanges?: readonly string[];
  /**
   * The project of what is created.
   *
   * @default - the project of the provider
   */
  readonly project?: string;
  /**
   * What Google Cloud calls the gateway: at most 40 characters, since its parts get the same with an ending.
   *
   * @default - made from the path of the construct
   */
  readonly name?: string;
  /**
   * Labels of every resource that can have labels: the machine and its address.
   *
   * @default - none
   */
  readonly labels?: { readonly [key: string]: string };
  /**
   * Configurations for the firewalls before the gateway and before its clients, written into `cdktf.out/stacks/<stack>/edge` when the app is
   * synthesised; see docs/edge.md. What `renderEdge` of `pptp-constructs/edge` refuses, the constructor refuses, with its
   * codes; and `EDGE_DUPLICATE`.
   *
   * @default - none
   */
  readonly edge?: readonly GatewayEdge[];
}

/** What was read from the props of a gateway. */
export interface CheckedGateway {
  readonly network: CheckedNetwork;
  readonly region: string;
  /** The ranges of the network that synth knows. */
  readonly networkRanges: readonly IpRange[];
  readonly clients: Clients;
  /** The clients' ranges that synth knows; none where anybody may connect. */
  readonly clientRanges: readonly IpRange[];
  readonly meta: MetaArguments;
}

const LONGEST_NAME = 40;

/**
 * Checks the props of a gateway that any server on Google Cloud has.
 *
 * @throws InvalidInputError see `PptpGateway`
 */
export function checkGateway(props: GatewayProps, className: string): CheckedGateway {
  const network = checkedNetwork(props?.network, className);
  const region = regionOf(props.zone, className);
  const clients = Clients.check(props.clients, className);
  checkProject(props.project);
  if (props.name !== undefined) {
    googleName(props.name, `the name of ${className}`, LONGEST_NAME);
  }
  const networkRanges = (props.networkRanges ?? [])
    .filter((text) => !isToken(text))
    .map((text) => IpRange.parse(text, 'range of the network'));
  const clientRanges = clients.anywhereReason === undefined ? clients.ranges : [];
  for (const range of clientRanges) {
    const other = networkRanges.find((one) => one.overlaps(range));
    if (other !== undefined) {
      invalid({
        code: 'CLIENTS_OVERLAP_NETWORK',
        what: `client range ${range.cidr} overlaps ${other.cidr} of the network: packets to its addresses would never take the tunnel`,
        got: range.cidr,
        allowed: 'ranges that share no address',
        instead: "clients: Clients.from('203.0.113.0/24')",
      });
    }
  }
  return { network, region, networkRanges, clients, clientRanges, meta: metaArguments(props) };
}
