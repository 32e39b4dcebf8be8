import { Construct } from 'constructs';
import { pathBelow } from '../construct-path';
import { invalid } from '../errors';
import { type Choice, choose, explainSwap, explainUnverified } from '../feasibility';
import { rememberPlace } from '../source-location';
import { annotate } from './annotate';
import { VirtualNetworkFlowLog } from './flow-logs';
import { checkGateway, flowLogProps, type GatewayProps } from './gateway-props';
import { assertTerraformScope } from './scope';
import { Vpn, type VpnPlan, type VpnServer } from './vpn';
import { checkThrough, refuse, type WayProps } from './way';

/** Props of `VpnGateway`. */
export interface VpnGatewayProps extends GatewayProps, WayProps {
  /** What it may speak, the preferred first: the first that works on its way is built. */
  readonly protocols: readonly Vpn[];
}

/**
 * A VPN gateway in a virtual network: the first of the protocols listed that works there.
 *
 * The server is a child with an id of its own (`ManagedIkev2`), so that a plan shows a swap as one server removed and
 * another added. Where a preferred protocol was passed over, a warning at synth says which, why, what is built in its
 * place, what that costs and how long it takes.
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
  /** The flow logs, where they were asked for. */
  public readonly flowLog: VirtualNetworkFlowLog | undefined;

  /**
   * @throws RefusalError where nothing listed works: `GRE_DROPPED_BY_FABRIC` for PPTP alone
   * @throws InvalidInputError before that, where the props themselves are wrong: `WRONG_KIND_OF_STACK`,
   * `PROTOCOLS_EMPTY`, `PROTOCOLS_DUPLICATE`, `PROTOCOL_UNKNOWN`, `INSECURE_WITHOUT_REASON`, `CLIENTS_IPV6_FOR_PPTP`,
   * `THROUGH_UNKNOWN` and those of `ManagedIkev2Gateway`
   */
  public constructor(scope: Construct, id: string, props: VpnGatewayProps) {
    assertTerraformScope(scope, 'VpnGateway');
    const choice = decide(props, 'VpnGateway', id);
    const build = choice.chosen?.candidate.build;
    if (choice.chosen === undefined || build === undefined) {
      refuse({
        code: 'GRE_DROPPED_BY_FABRIC',
        id,
        path: pathBelow(scope, id),
        writtenAs: 'VpnGateway',
        asked: choice.assessed,
        props,
      });
    }
    super(scope, id);
    rememberPlace(this);
    this.server = build(this);
    if (props.flowLogs !== undefined) {
      this.flowLog = new VirtualNetworkFlowLog(this, 'FlowLog', flowLogProps(props, props.flowLogs));
    }
    const swap = explainSwap(choice, this.node.path);
    if (swap !== undefined) {
      annotate(this, 'WARN', 'PROTOCOL_SWAPPED', swap);
    }
    if (choice.chosen.result === 'unverified') {
      annotate(this, 'WARN', 'PATH_UNVERIFIED', explainUnverified(choice.chosen, this.node.path));
    }
  }
}

/** Checks the props and everything in the list, and chooses. */
function decide(props: VpnGatewayProps, className: string, id: string): Choice<VpnPlan> {
  const gateway = checkGateway(props, className);
  checkThrough(props.through);
  return choose(checkedProtocols(props.protocols).map((vpn) => vpn.plan(props, id, gateway)));
}

function checkedProtocols(protocols: readonly Vpn[]): readonly Vpn[] {
  const allowed =
    'Vpn.pptp, Vpn.ikev2Managed, Vpn.wireGuard, Vpn.ikev2 and Vpn.openVpn, each at most once, the preferred first';
  if (!Array.isArray(protocols) || protocols.length === 0) {
    invalid({
      code: 'PROTOCOLS_EMPTY',
      what: 'protocols is empty: a gateway does not guess what to speak',
      got: protocols ?? 'undefined',
      allowed,
      instead: 'protocols: [Vpn.ikev2Managed({ ... })]',
    });
  }
  const unknown = protocols.find((vpn) => !(vpn instanceof Vpn));
  if (unknown !== undefined || protocols.includes(undefined)) {
    invalid({
      code: 'PROTOCOL_UNKNOWN',
      what: 'protocols holds what is not a protocol of pptp-constructs/azure',
      got: unknown ?? 'undefined',
      allowed,
      instead: 'protocols: [Vpn.ikev2Managed({ ... })]',
    });
  }
  const names = protocols.map(({ writtenAs }) => writtenAs);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    invalid({
      code: 'PROTOCOLS_DUPLICATE',
      what: `${twice} stands in protocols twice`,
      got: names,
      allowed,
      instead: 'protocols: [Vpn.ikev2Managed({ ... })]',
    });
  }
  return protocols;
}
