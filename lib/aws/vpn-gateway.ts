import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { pathBelow } from '../construct-path';
import { edgeFolder, type GatewayEdge } from '../edge/for-gateways';
import { invalid } from '../errors';
import { type AssessedCandidate, type Choice, choose, explainSwap, type Path, refuse } from '../feasibility';
import { rememberPlace } from '../source-location';
import { offersBeside } from './candidates';
import { Clients } from './clients';
import type { ClientDestination } from './destination';
import { writeAtSynth } from './edge';
import { pathsOf, pathsToClientVpn } from './path';
import { placementOf } from './placement';
import { assertCdkScope, assertVpc } from './scope';
import { isDummyVpc } from './vpc-ranges';
import { Vpn, type VpnPlan, type VpnServer, type VpnSite } from './vpn';
import { warn } from './warning';

const CLASS = 'VpnGateway';

/** A gateway that chooses among VPN protocols. */
export interface VpnGatewayProps {
  /** The VPC that clients get into. */
  readonly vpc: ec2.IVpc;
  /** Where clients come from. There is no default. */
  readonly clients: Clients;
  /**
   * The protocols, in order of preference: the first that works on every path is built. Where the sites of the clients say
   * which devices call (`Clients.atSites`, `fleet`), the order decides between equals alone: first what works for every
   * device, then what is built into most, then what is strongest.
   */
  readonly protocols: readonly Vpn[];
  /**
   * Configurations for the firewalls before the gateway and before its clients, written into `cdk.out/edge` when the app is
   * synthesised; see docs/edge.md. What `renderEdge` of `pptp-constructs/edge` refuses, the constructor refuses, with its
   * codes; and `EDGE_DUPLICATE`.
   *
   * @default - none
   */
  readonly edge?: readonly GatewayEdge[];
}

/** One of the protocols, with what building it would take. */
interface VpnCandidate extends VpnPlan {
  readonly vpn: Vpn;
}

/**
 * A VPN gateway that builds the first of your protocols that works on every path from the clients. Where none certainly
 * works, the first that nobody can rule out; where all are ruled out, it refuses with every reason.
 *
 * The server is a child with an id of its own (`Pptp`, `Ikev2`, `WireGuard`, `OpenVpnMachine`, and `OpenVpn` for AWS Client
 * VPN), so that a diff shows a swap as one server that goes
 * and another that comes. A warning says that it was swapped, why, and what that costs.
 */
export class VpnGateway extends Construct implements ec2.IConnectable {
  /**
   * What becomes of every protocol listed, without building or refusing anything.
   *
   * @param scope a scope in the stack where the gateway would be
   * @throws InvalidInputError where the props themselves are wrong, see the constructor
   */
  public static assess(scope: Construct, props: VpnGatewayProps): Choice {
    assertCdkScope(scope, CLASS);
    return choiceOf(scope, siteOf(props), checkedProtocols(props.protocols));
  }

  /** The server that was built; `protocol` and `managed` tell which one it is. */
  public readonly server: VpnServer;

  /**
   * What was chosen and what was passed over, with the verdict of each path: `choice.chosen.verdicts`, and
   * `explainPaths(choice.chosen)` in words.
   */
  public readonly choice: Choice;

  /**
   * @throws RefusalError where no protocol works: with the code of its first reason where one protocol was asked for,
   * `NOTHING_WORKS` where several were; `CLIENTS_LEFT_OUT` where what works leaves devices out that are to be served
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `VPC_MISSING`, `NO_CLIENTS`, `PROTOCOLS_EMPTY`,
   * `PROTOCOLS_DUPLICATE`, `PROTOCOL_UNKNOWN`, and those of each protocol's own construct
   */
  public constructor(scope: Construct, id: string, props: VpnGatewayProps) {
    assertCdkScope(scope, CLASS);
    const site = siteOf(props);
    const protocols = checkedProtocols(props.protocols);
    const { choice, chosen } = chooseOrRefuse(scope, id, site, protocols);
    const edge = edgeFolder(pathBelow(scope, id), props.edge, chosen.candidate.edge);
    super(scope, id);
    rememberPlace(this);
    writeAtSynth(this, edge);

    this.choice = choice;
    const { vpn } = chosen.candidate;
    this.server = vpn.build(this, site, protocols.slice(0, protocols.indexOf(vpn)));
    const swap = chosen === choice.chosen ? explainSwap(choice, id) : undefined;
    if (swap !== undefined) {
      warn(this, 'PROTOCOL_SWAPPED', swap);
    }
  }

  /** For rules between the server and other constructs. Destinations of clients go by `allowClientsTo`. */
  public get connections(): ec2.Connections {
    return this.server.connections;
  }

  /**
   * Lets clients reach a destination, whichever server was built.
   *
   * @throws InvalidInputError those of the server
   */
  public allowClientsTo(destination: ClientDestination, port: ec2.Port): void {
    this.server.allowClientsTo(destination, port);
  }
}

function siteOf(props: VpnGatewayProps): VpnSite {
  assertVpc(props?.vpc, CLASS);
  return { vpc: props.vpc, clients: Clients.check(props.clients, CLASS) };
}

/** Assesses every protocol, all of its options checked. */
function choiceOf(scope: Construct, site: VpnSite, protocols: readonly Vpn[]): Choice<VpnCandidate> {
  return choose(
    protocols.map((vpn, index): VpnCandidate => {
      return { ...vpn.candidate(scope, site, protocols.slice(0, index)), vpn };
    }),
  );
}

/** The choice, and of it what is built. */
function chooseOrRefuse(
  scope: Construct,
  id: string,
  site: VpnSite,
  protocols: readonly Vpn[],
): { choice: Choice<VpnCandidate>; chosen: AssessedCandidate<VpnCandidate> } {
  const choice = choiceOf(scope, site, protocols);
  // Before the look-up of a VPC nothing is judged: the first one is as good as any.
  const chosen = isDummyVpc(site.vpc) ? choice.assessed[0] : choice.chosen;
  return chosen === undefined ? refuseAll(scope, id, site, choice) : { choice, chosen };
}

function checkedProtocols(protocols: unknown): readonly Vpn[] {
  const instead = 'protocols: [Vpn.pptp({ insecure }), Vpn.wireGuard({ secret })]';
  if (!Array.isArray(protocols) || protocols.length === 0) {
    return invalid({
      code: 'PROTOCOLS_EMPTY',
      what: `${CLASS} was given no protocols to choose from`,
      got: protocols,
      allowed: 'at least one, in order of preference',
      instead,
    });
  }
  const stranger = protocols.findIndex((one) => !(one instanceof Vpn));
  if (stranger !== -1) {
    invalid({
      code: 'PROTOCOL_UNKNOWN',
      what: 'protocols holds something that is not a protocol with its server',
      got: protocols[stranger],
      allowed: 'Vpn.pptp, Vpn.ikev2, Vpn.wireGuard, Vpn.openVpn and Vpn.openVpnManaged, each with its options',
      instead,
    });
  }
  const vpns: readonly Vpn[] = protocols;
  const twice = vpns.find((vpn, index) => vpns.findIndex(({ id }) => id === vpn.id) !== index);
  if (twice !== undefined) {
    invalid({
      code: 'PROTOCOLS_DUPLICATE',
      what: `protocols holds ${twice.protocol.name}${twice.isManaged ? ' run by AWS' : ''} twice: the second could never be chosen`,
      got: vpns.map(({ protocol }) => protocol.name),
      allowed: 'each server once',
      instead,
    });
  }
  return vpns;
}

function refuseAll(scope: Construct, id: string, site: VpnSite, { assessed }: Choice<VpnCandidate>): never {
  const servers = assessed.map(({ candidate }) => candidate);
  const machine = servers.find(({ vpn }) => !vpn.isManaged);
  return refuse({
    ...(assessed.length > 1 ? { code: 'NOTHING_WORKS' } : {}),
    subject: id,
    writtenAs: CLASS,
    asked: assessed,
    offers: offersBeside(servers, machine?.paths ?? pathsToUsualMachine(site), pathsToClientVpn(site.clients, [])),
    constructPath: pathBelow(scope, id),
  });
}

/** The ways to a machine where one goes that nobody has placed; none in a VPC without public subnets. */
function pathsToUsualMachine({ vpc, clients }: VpnSite): readonly Path[] {
  return vpc.publicSubnets.length === 0
    ? []
    : pathsOf({ clients, placement: placementOf({ vpc }, CLASS), through: [] });
}
