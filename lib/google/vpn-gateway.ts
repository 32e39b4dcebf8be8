import { Construct } from 'constructs';
import { annotate } from '../cdktf/annotate';
import { pathBelow } from '../construct-path';
import { invalid } from '../errors';
import { type Choice, choose, explainSwap, reasonCodes } from '../feasibility';
import { rememberPlace } from '../source-location';
import { checkGateway, type GatewayProps } from './gateway-props';
import { assertTerraformScope } from './scope';
import { Vpn, type VpnPlan, type VpnServer } from './vpn';
import { checkThrough, refuse, type WayProps } from './way';

/** Props of `VpnGateway`. */
export interface VpnGatewayProps extends GatewayProps, WayProps {
  /** What it may speak, the preferred first: the first that works on its way is built. */
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
   * @throws RefusalError with every reason, where nothing listed works
   * @throws InvalidInputError before that, where the props themselves are wrong: `WRONG_KIND_OF_STACK`,
   * `PROTOCOLS_EMPTY`, `PROTOCOLS_DUPLICATE`, `PROTOCOL_UNKNOWN` and those of `PptpGateway`
   */
  public constructor(scope: Construct, id: string, props: VpnGatewayProps) {
    assertTerraformScope(scope, 'VpnGateway');
    const choice = decide(props, 'VpnGateway', id);
    if (choice.chosen === undefined) {
      const [code = 'NOTHING_WORKS'] = reasonCodes(choice.assessed);
      refuse({ code, id, path: pathBelow(scope, id), writtenAs: 'VpnGateway', asked: choice.assessed, props });
    }
    super(scope, id);
    rememberPlace(this);
    this.server = choice.chosen.candidate.build(this);
    const swap = explainSwap(choice, this.node.path);
    if (swap !== undefined) {
      annotate(this, 'WARN', 'PROTOCOL_SWAPPED', swap);
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
  const allowed = 'Vpn.pptp, Vpn.wireGuard, Vpn.ikev2 and Vpn.openVpn, each at most once, the preferred first';
  const instead = 'protocols: [Vpn.wireGuard({ ... })]';
  if (!Array.isArray(protocols) || protocols.length === 0) {
    invalid({
      code: 'PROTOCOLS_EMPTY',
      what: 'protocols is empty: a gateway does not guess what to speak',
      got: protocols ?? 'undefined',
      allowed,
      instead,
    });
  }
  const stranger = protocols.findIndex((vpn) => !(vpn instanceof Vpn));
  if (stranger >= 0) {
    invalid({
      code: 'PROTOCOL_UNKNOWN',
      what: 'protocols holds what is not a protocol of pptp-constructs/google',
      got: protocols[stranger] ?? 'undefined',
      allowed,
      instead,
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
      instead,
    });
  }
  return protocols;
}
