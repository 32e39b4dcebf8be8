import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { pathBelow } from '../construct-path';
import { invalid, RefusalError, raise } from '../errors';
import {
  type AssessedCandidate,
  type Candidate,
  type Choice,
  choose,
  explainRefusal,
  explainSwap,
  reasonCodes,
  reasonSentences,
} from '../feasibility';
import { rememberPlace } from '../source-location';
import { offersBeside } from './candidates';
import { Clients } from './clients';
import type { ClientDestination } from './destination';
import { pathsToClientVpn } from './path';
import { assertCdkScope, assertVpc } from './scope';
import { isDummyVpc } from './vpc-ranges';
import { Vpn, type VpnServer, type VpnSite } from './vpn';
import { warn } from './warning';

const CLASS = 'VpnGateway';

/** A gateway that chooses among VPN protocols. */
export interface VpnGatewayProps {
  /** The VPC that clients get into. */
  readonly vpc: ec2.IVpc;
  /** Where clients come from. There is no default. */
  readonly clients: Clients;
  /** The protocols, in order of preference: the first that works on every path is built. */
  readonly protocols: readonly Vpn[];
}

/** One of the protocols, with what building it would take. */
interface VpnCandidate extends Candidate {
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
  /** The server that was built; `protocol` and `managed` tell which one it is. */
  public readonly server: VpnServer;

  /**
   * @throws RefusalError where no protocol works: with the code of its first reason where one protocol was asked for,
   * `NOTHING_WORKS` where several were
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `VPC_MISSING`, `NO_CLIENTS`, `PROTOCOLS_EMPTY`,
   * `PROTOCOLS_DUPLICATE`, `PROTOCOL_UNKNOWN`, and those of each protocol's own construct
   */
  public constructor(scope: Construct, id: string, props: VpnGatewayProps) {
    assertCdkScope(scope, CLASS);
    assertVpc(props?.vpc, CLASS);
    const site = { vpc: props.vpc, clients: Clients.check(props.clients, CLASS) };
    const protocols = checkedProtocols(props.protocols);
    const { choice, chosen } = chooseOrRefuse(scope, id, site, protocols);
    super(scope, id);
    rememberPlace(this);

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

/** Assesses every protocol, all of its options checked, and takes the first that can be built. */
function chooseOrRefuse(
  scope: Construct,
  id: string,
  site: VpnSite,
  protocols: readonly Vpn[],
): { choice: Choice<VpnCandidate>; chosen: AssessedCandidate<VpnCandidate> } {
  const choice = choose(
    protocols.map((vpn, index): VpnCandidate => {
      return { ...vpn.candidate(scope, site, protocols.slice(0, index)), vpn };
    }),
  );
  // Before the look-up of a VPC nothing is judged: the first one is as good as any.
  const chosen = isDummyVpc(site.vpc) ? choice.assessed[0] : choice.chosen;
  return chosen === undefined ? refuse(scope, id, site, choice) : { choice, chosen };
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

function refuse(scope: Construct, id: string, { clients }: VpnSite, { assessed }: Choice<VpnCandidate>): never {
  const asked = assessed.map(({ candidate }) => candidate);
  const machine = asked.find(({ vpn }) => !vpn.isManaged);
  const offers = offersBeside(asked, machine?.paths ?? [], pathsToClientVpn(clients, []));
  const [first = 'NOTHING_WORKS'] = reasonCodes(assessed);
  return raise(
    new RefusalError({
      code: assessed.length > 1 ? 'NOTHING_WORKS' : first,
      explanation: explainRefusal({
        subject: id,
        writtenAs: CLASS,
        asked: assessed,
        offers,
      }),
      reasons: reasonSentences(assessed),
      alternatives: offers.filter(({ result }) => result === 'works').map(({ candidate }) => candidate.code),
      constructPath: pathBelow(scope, id),
      asked: assessed,
      offers,
    }),
  );
}
