import { PathElement } from '../cdktf/path-element';
import { AZURE } from '../network/azure';
import { CARRIER_NAT, CLIENT_NAT } from '../network/client-side';
import type { NetworkElement } from '../network/element';

/**
 * An element on the way to a server that no construct shows: whoever writes the app knows it, so the app says it.
 *
 * `conditionMet()` says that the condition under which an element carries packets holds: the rule is there.
 */
export class Through extends PathElement {
  /** A router that translates the addresses of the clients: a home or office router. */
  public static readonly CLIENT_NAT = new Through(CLIENT_NAT, 'clients');
  /** A provider's NAT in front of the clients (CGNAT). */
  public static readonly CARRIER_NAT = new Through(CARRIER_NAT, 'clients');
  /** A NAT gateway of Azure behind which the clients are. Drops GRE. */
  public static readonly CLIENT_NAT_GATEWAY = new Through(AZURE.CLIENT_NAT_GATEWAY, 'clients');
  /** Azure ExpressRoute, for clients on premises. They do not come over the internet. */
  public static readonly EXPRESSROUTE = new Through(AZURE.EXPRESSROUTE, 'transit');
  /** A site-to-site VPN of Azure, for clients on premises. They do not come over the internet. */
  public static readonly SITE_TO_SITE_VPN = new Through(AZURE.SITE_TO_SITE_VPN, 'transit');
  /** Virtual network peering, for clients in another virtual network. */
  public static readonly VIRTUAL_NETWORK_PEERING = new Through(AZURE.VIRTUAL_NETWORK_PEERING, 'transit');
  /** Azure Load Balancer in front of the server, which then has no public IP of its own. Drops GRE. */
  public static readonly LOAD_BALANCER = new Through(AZURE.LOAD_BALANCER, 'entrance');
  /** Azure Firewall in front of the server, which then has no public IP of its own. Drops GRE. */
  public static readonly AZURE_FIREWALL = new Through(AZURE.AZURE_FIREWALL, 'entrance');
  /** A NAT gateway in front of a server without a public IP. Drops GRE and takes no connections from outside. */
  public static readonly NAT_GATEWAY = new Through(AZURE.NAT_GATEWAY, 'entrance');
  /** A virtual machine that routes, with or without Route Server. */
  public static readonly NETWORK_VIRTUAL_APPLIANCE = new Through(AZURE.NETWORK_VIRTUAL_APPLIANCE, 'network');

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
