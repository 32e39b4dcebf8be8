import type * as ec2 from 'aws-cdk-lib/aws-ec2';

/** A route table of a transit gateway that gets a route to the clients. */
export interface TransitGatewayRoute {
  /** The route table of the transit gateway: `tgw-rtb-0123456789abcdef0`. */
  readonly routeTableId: string;
  /** The attachment of the gateway's own VPC: `tgw-attach-0123456789abcdef0`. */
  readonly attachmentId: string;
}

/** How the networks behind a gateway reach clients by their addresses of the pool. */
export interface RoutedOptions {
  /**
   * Subnets whose route tables get a route to the clients.
   *
   * @default - every subnet of the VPC
   */
  readonly subnets?: ec2.SubnetSelection;
  /**
   * Further route tables that get a route to the clients, by id: of imported subnets that do not tell theirs.
   *
   * @default - none
   */
  readonly routeTableIds?: readonly string[];
  /**
   * Route tables of transit gateways that get a route to the clients, for destinations in other networks.
   *
   * @default - none: networks behind a transit gateway have no way back to the clients
   */
  readonly transitGatewayRoutes?: readonly TransitGatewayRoute[];
}

/** With which addresses clients appear behind the gateway. */
export class ClientAddressing {
  /**
   * Clients appear with the gateway's own address. Nothing has to be routed, every destination that the gateway reaches
   * works, and rules can name the gateway's security group.
   */
  public static readonly MASQUERADE = new ClientAddressing(undefined);

  /**
   * Clients appear with their own addresses of the pool, so that logs and rules behind the gateway tell them apart. The
   * source/destination check of the instance is switched off, and route tables get a route to the pool.
   *
   * Rules behind the gateway must name the pool: a security group as a source does not match forwarded packets. The
   * internet is not reached this way, since an internet gateway translates no address but the instance's own; nor is a
   * peered VPC, since peering carries the addresses of the two VPCs alone.
   */
  public static routed(options: RoutedOptions = {}): ClientAddressing {
    return new ClientAddressing(options);
  }

  private constructor(
    /** How clients are routed to; `undefined` where they are masqueraded. */
    public readonly routes: RoutedOptions | undefined,
  ) {}
}
