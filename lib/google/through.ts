import { PathElement } from '../cdktf/path-element';
import { CARRIER_NAT, CLIENT_NAT } from '../network/client-side';
import type { NetworkElement } from '../network/element';
import { GOOGLE } from '../network/google';

/**
 * An element on the way to a server that no construct shows: whoever writes the app knows it, so the app says it.
 *
 * `conditionMet()` says that the condition under which an element carries packets holds: the rule is there, the forwarding
 * rule has the right form.
 */
export class Through extends PathElement {
  /** A router that translates the addresses of the clients: a home or office router. */
  public static readonly CLIENT_NAT = new Through(CLIENT_NAT, 'clients');
  /** A provider's NAT in front of the clients (CGNAT). */
  public static readonly CARRIER_NAT = new Through(CARRIER_NAT, 'clients');
  /** Cloud NAT behind which the clients are. Drops GRE. */
  public static readonly CLIENT_CLOUD_NAT = new Through(GOOGLE.CLIENT_CLOUD_NAT, 'clients');
  /** Cloud VPN, for clients on premises. They do not come over the internet. */
  public static readonly CLOUD_VPN = new Through(GOOGLE.CLOUD_VPN, 'transit');
  /** Cloud Interconnect, for clients on premises. They do not come over the internet. */
  public static readonly CLOUD_INTERCONNECT = new Through(GOOGLE.CLOUD_INTERCONNECT, 'transit');
  /** VPC Network Peering, for clients in another network. */
  public static readonly VPC_PEERING = new Through(GOOGLE.VPC_PEERING, 'transit');
  /**
   * An external passthrough Network Load Balancer in front of the server, which then has no external address of its own.
   * Carries GRE in one form alone, for which you answer with `conditionMet()`.
   */
  public static readonly PASSTHROUGH_LOAD_BALANCER = new Through(GOOGLE.PASSTHROUGH_LOAD_BALANCER, 'entrance');
  /** An internal passthrough Network Load Balancer in front of the server; the same holds as for the external one. */
  public static readonly INTERNAL_PASSTHROUGH_LOAD_BALANCER = new Through(
    GOOGLE.INTERNAL_PASSTHROUGH_LOAD_BALANCER,
    'entrance',
  );
  /** Protocol forwarding to the server, which then has no external address of its own. Carries GRE in one form alone. */
  public static readonly PROTOCOL_FORWARDING = new Through(GOOGLE.PROTOCOL_FORWARDING, 'entrance');
  /** A target pool-based load balancer in front of the server. Drops GRE. */
  public static readonly TARGET_POOL_LOAD_BALANCER = new Through(GOOGLE.TARGET_POOL_LOAD_BALANCER, 'entrance');
  /** A proxy Network Load Balancer in front of the server. Drops GRE and UDP. */
  public static readonly PROXY_LOAD_BALANCER = new Through(GOOGLE.PROXY_LOAD_BALANCER, 'entrance');
  /** An Application Load Balancer in front of the server. Carries HTTP alone. */
  public static readonly APPLICATION_LOAD_BALANCER = new Through(GOOGLE.APPLICATION_LOAD_BALANCER, 'entrance');
  /** Cloud NAT in front of a server without an external address. Drops GRE and takes no connections from outside. */
  public static readonly CLOUD_NAT = new Through(GOOGLE.CLOUD_NAT, 'entrance');
  /** Firewall policies of the organisation, a folder or the network, which can deny what rules of the network allow. */
  public static readonly FIREWALL_POLICY = new Through(GOOGLE.FIREWALL_POLICY, 'network');

  private constructor(element: NetworkElement, position: PathElement['position'], isConditionMet = false) {
    super(element, position, isConditionMet);
  }

  /**
   * The same element, whose condition holds. Nothing checks it, and an element that drops a flow whatever its
   * configuration still drops it.
   */
  public conditionMet(): Through {
    return new Through(this.element, this.position, true);
  }
}
