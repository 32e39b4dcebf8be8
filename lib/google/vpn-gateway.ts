import { Construct } from 'constructs';
import { annotate } from '../cdktf/annotate';
import { checkedProtocols, type ProtocolList } from '../cdktf/checks';
import { writeAtSynth } from '../cdktf/edge';
import { pathBelow } from '../construct-path';
import { edgeFolder } from '../edge/for-gateways';
import { type Choice, choose, explainSwap } from '../feasibility';
import { rememberPlace } from '../source-location';
import { checkGateway, type GatewayProps } from './gateway-props';
import { assertTerraformScope } from './scope';
import { Vpn, type VpnPlan, type VpnServer } from './vpn';
import { checkWay, refuseWay, type WayProps } from './way';

/** Props of `VpnGateway`. */
export interface VpnGatewayProps extends GatewayProps, WayProps {
  /**
   * What it may speak, the preferred first: the first that works on every way of the clients is built. Where their sites
   * say which devices call (`Clients.atSites`, `fleet`), the order decides between equals alone: first what works for every
   * device, then what is built into most, then what is strongest.
   */
  readonly protocols: readonly Vpn[];
}

/**
 * A VPN gateway in a VPC network: the first of the protocols listed that works there; where none certainly does, the first
 * that nobody can rule out, such as PPTP.
 *
 * The server is a child with an id of its own (`WireGuard`), so that a plan shows a swap as one server removed and another
 * added. Where a preferred protocol was passed over, a warning at synth says which, why, what is built in its place, what
 * that costs and how long it takes.
 */
export class VpnGateway extends Construct {
  /**
   * What becomes of every protocol listed, without building or refusing anything.
   *
   * @throws InvalidInputError where the props themselves are wrong, see the constructor
   */
  public static assess(props: VpnGatewayProps): Choice {
    return decide(props, 'VpnGateway.assess', 'Vpn');
  }

  /** The server that was built. */
  public readonly server: VpnServer;
  /**
   * What was chosen and what was passed over, with the verdict of each path: `choice.chosen.verdicts`, and
   * `explainPaths(choice.chosen)` in words.
   */
  public readonly choice: Choice;

  /**
   * @throws RefusalError with every reason, where nothing listed works; `CLIENTS_LEFT_OUT` where what works leaves devices
   * out that are to be served
   * @throws InvalidInputError before that, where the props themselves are wrong: `WRONG_KIND_OF_STACK`,
   * `PROTOCOLS_EMPTY`, `PROTOCOLS_DUPLICATE`, `PROTOCOL_UNKNOWN` and those of `PptpGateway`
   */
  public constructor(scope: Construct, id: string, props: VpnGatewayProps) {
    assertTerraformScope(scope, 'VpnGateway');
    const choice = decide(props, 'VpnGateway', id);
    if (choice.chosen === undefined) {
      refuseWay({ id, path: pathBelow(scope, id), writtenAs: 'VpnGateway', asked: choice.assessed, props });
    }
    const edge = edgeFolder(pathBelow(scope, id), props.edge, choice.chosen.candidate.edge);
    super(scope, id);
    rememberPlace(this);
    writeAtSynth(this, edge);
    this.choice = choice;
    const { child } = choice.chosen.candidate;
    this.server = new child.type(this, child.id, child.props as never);
    const swap = explainSwap(choice, this.node.path);
    if (swap !== undefined) {
      annotate(this, 'WARN', 'PROTOCOL_SWAPPED', swap);
    }
  }
}

/** Checks the props and everything in the list, and chooses. */
function decide(props: VpnGatewayProps, className: string, id: string): Choice<VpnPlan> {
  const gateway = checkGateway(props, className);
  checkWay(props);
  return choose(checkedProtocols(props.protocols, PROTOCOLS).map((vpn) => vpn.plan(props, id, gateway)));
}

const PROTOCOLS: ProtocolList = {
  isVpn: (one) => one instanceof Vpn,
  module: 'pptp-constructs/google',
  names: 'Vpn.pptp, Vpn.wireGuard, Vpn.ikev2 and Vpn.openVpn',
  instead: 'protocols: [Vpn.wireGuard({ ... })]',
};
