import { Construct } from 'constructs';
import { checkedInsecure } from '../cdktf/checks';
import { pathBelow } from '../construct-path';
import { assessCandidate, type Verdict } from '../feasibility';
import type { Insecure } from '../flows';
import { checkGateway, type GatewayProps } from './gateway-props';
import { assertTerraformScope } from './scope';
import { checkWay, pptpCandidate, refuseWay, type WayProps } from './way';

/** Props of `PptpGateway`. */
export interface PptpGatewayProps extends GatewayProps, WayProps {
  /** The written acceptance that PPTP does not protect what it carries. */
  readonly insecure: Insecure;
}

/**
 * PPTP on Azure, which does not exist: Azure drops GRE (IP protocol 47) in every virtual network, and no setting
 * changes that. The constructor refuses with every reason and with what works in its place, before anything exists.
 *
 * It is here so that a program that moves to Azure gets this answer at synth, and not a gateway that never answers.
 */
export class PptpGateway extends Construct {
  /**
   * What becomes of PPTP on the way that the props describe, without building or refusing anything.
   *
   * @throws InvalidInputError where the props themselves are wrong, see the constructor
   */
  public static assess(props: PptpGatewayProps): readonly Verdict[] {
    checkPptp(props, 'PptpGateway.assess');
    return assessCandidate(pptpCandidate(props)).verdicts;
  }

  /**
   * @throws RefusalError `GRE_DROPPED_BY_FABRIC`, always
   * @throws InvalidInputError before that, where the props themselves are wrong: `WRONG_KIND_OF_STACK`,
   * `VIRTUAL_NETWORK_MISSING`, `NO_CLIENTS`, `CLIENTS_IPV6_FOR_PPTP`, `CLIENTS_OVERLAP_NETWORK`,
   * `INSECURE_WITHOUT_REASON`, `THROUGH_UNKNOWN`, `NAME_INVALID`, `META_ARGUMENT_NOT_SUPPORTED`, and those of
   * `VirtualNetworkFlowLog`
   */
  public constructor(scope: Construct, id: string, props: PptpGatewayProps) {
    super(...refused(scope, id, props));
  }
}

function refused(scope: Construct, id: string, props: PptpGatewayProps): [Construct, string] {
  assertTerraformScope(scope, 'PptpGateway');
  checkPptp(props, 'PptpGateway');
  return refuseWay({
    code: 'GRE_DROPPED_BY_FABRIC',
    id,
    path: pathBelow(scope, id),
    writtenAs: 'PptpGateway',
    asked: [assessCandidate(pptpCandidate(props))],
    props,
  });
}

function checkPptp(props: PptpGatewayProps, className: string): void {
  const { clients } = checkGateway(props, className);
  clients.requireIpv4(className);
  checkWay(props);
  checkedInsecure(props.insecure, className);
}
