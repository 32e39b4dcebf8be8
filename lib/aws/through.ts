import { AWS } from '../network/aws';
import { CARRIER_NAT, CLIENT_NAT } from '../network/client-side';
import type { NetworkElement } from '../network/element';

/** Where on a path an element lies. */
type Position = 'clients' | 'edge' | 'transit' | 'vpc';

/**
 * An element on the way to the gateway that no construct shows: whoever writes the app knows it, so the app says it.
 *
 * An element that drops GRE, such as a NAT gateway or a load balancer, leads to a refusal. One that carries it under a
 * condition, or of which nobody has written down what it does, leads to a warning; `conditionMet()` says that the
 * condition holds.
 */
export class Through {
  /** A router that translates the addresses of the clients: a home or office router. Needs a PPTP helper. */
  public static readonly CLIENT_NAT = new Through(CLIENT_NAT, 'clients');
  /** A provider's NAT in front of the clients (CGNAT). */
  public static readonly CARRIER_NAT = new Through(CARRIER_NAT, 'clients');
  /** A NAT gateway of AWS behind which the clients are. Drops GRE. */
  public static readonly CLIENT_NAT_GATEWAY = new Through(AWS.CLIENT_NAT_GATEWAY, 'clients');
  /** AWS Global Accelerator. Drops GRE. */
  public static readonly GLOBAL_ACCELERATOR = new Through(AWS.GLOBAL_ACCELERATOR, 'edge');
  /** AWS Transit Gateway, for clients that come from another network. */
  public static readonly TRANSIT_GATEWAY = new Through(AWS.TRANSIT_GATEWAY, 'transit');
  /** VPC peering, for clients that come from another VPC. */
  public static readonly VPC_PEERING = new Through(AWS.VPC_PEERING, 'transit');
  /** AWS Direct Connect, for clients on premises. */
  public static readonly DIRECT_CONNECT = new Through(AWS.DIRECT_CONNECT, 'transit');
  /** AWS Site-to-Site VPN, for clients on premises. */
  public static readonly SITE_TO_SITE_VPN = new Through(AWS.SITE_TO_SITE_VPN, 'transit');
  /** A NAT gateway in front of the VPN gateway. Drops GRE and takes no connections from outside. */
  public static readonly NAT_GATEWAY = new Through(AWS.NAT_GATEWAY, 'vpc');
  /** A Linux instance that translates addresses in front of the gateway. */
  public static readonly NAT_INSTANCE = new Through(AWS.NAT_INSTANCE, 'vpc');
  /** A Network Load Balancer in front of the gateway. Drops GRE. */
  public static readonly NETWORK_LOAD_BALANCER = new Through(AWS.NETWORK_LOAD_BALANCER, 'vpc');
  /** An Application Load Balancer in front of the gateway. Drops GRE. */
  public static readonly APPLICATION_LOAD_BALANCER = new Through(AWS.APPLICATION_LOAD_BALANCER, 'vpc');
  /** A Gateway Load Balancer whose appliances inspect the traffic. */
  public static readonly GATEWAY_LOAD_BALANCER = new Through(AWS.GATEWAY_LOAD_BALANCER, 'vpc');
  /** AWS Network Firewall. Carries GRE where a rule passes it. */
  public static readonly NETWORK_FIREWALL = new Through(AWS.NETWORK_FIREWALL, 'vpc');

  private constructor(
    /** The element, with the facts that decide. */
    public readonly element: NetworkElement,
    /** Where it lies: at the clients, at AWS's edge, between networks, or in the gateway's VPC. */
    public readonly position: Position,
    /** Whether its condition is said to hold. */
    public readonly isConditionMet: boolean = false,
  ) {}

  /**
   * The same element, whose condition holds: the rule is there, the helper is on. Nothing checks it.
   *
   * An element that drops the flow whatever its configuration still drops it.
   */
  public conditionMet(): Through {
    return new Through(this.element, this.position, true);
  }
}
