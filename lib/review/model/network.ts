import type { AddressRange } from './address';
import type { Origin } from './origin';
import type { PortRange } from './rule-set';
import type { Reference, Thing } from './thing';
import type { Known, Unknown } from './unknown';

/** A VPC, a virtual network, a VPC network. */
export interface Network extends Thing {
  readonly kind: 'network';
  /** Its own addresses. Google's networks have none besides those of their subnets. */
  readonly ranges: readonly Known<AddressRange>[];
  /** Firewall policies on the network, and the region of those that are for one (Google). */
  policies?: readonly { readonly reference: Reference; readonly region?: Known<string> }[];
  /** Whether its policies decide before its firewall rules (Google). Left out: no. */
  readonly policiesFirst?: Known<boolean>;
}

/** A subnet. */
export interface Subnet extends Thing {
  readonly kind: 'subnet';
  readonly network: Reference;
  readonly ranges: readonly Known<AddressRange>[];
  /**
   * Rule sets between the subnet and everything outside it (network ACL, NSG of the subnet), each of which must let a packet
   * pass. Readers may push to it while they read.
   */
  readonly ruleSets: Reference[];
  /** The route table; left out, the main one of the network, or Google's routes of the network. */
  routeTable?: Reference;
  /** The NAT gateway that is tied to the subnet itself (Azure, Google). */
  natGateway?: Reference;
  /** Whether interfaces in it get a public address by themselves (AWS). Left out: no. */
  readonly publicAddresses?: Known<boolean>;
}

/** What a machine is attached to the network by. */
export interface Interface extends Thing {
  readonly kind: 'interface';
  readonly subnet: Reference;
  /** Its private addresses; empty where the cloud chooses one from the subnet. */
  readonly addresses: readonly Known<AddressRange>[];
  /**
   * Rule sets on the interface: AWS takes them together, Azure has one, Google one after the other (firewall and policies of
   * the network). Readers may push to it.
   */
  readonly ruleSets: Reference[];
  /**
   * Its public addresses: ids of `PublicAddress`, or one without a resource of its own, `ephemeral`. `Unknown` where it is
   * open whether there is one. Readers may push to it.
   */
  readonly publicAddresses: (Reference | 'ephemeral')[];
  /** Whether packets with other addresses than its own are dropped; left out, yes. On Azure and Google: not (IP forwarding). */
  readonly sourceDestinationCheck?: Known<boolean>;
  /** Azure application security groups that it is in. */
  readonly applicationGroups?: Reference[];
}

/** An instance, a virtual machine, or what a group starts from a template. */
export interface Machine extends Thing {
  readonly kind: 'machine';
  readonly interfaces: readonly Interface[];
  /** Network tags (Google). */
  readonly tags?: readonly Known<string>[];
  readonly serviceAccounts?: readonly Known<string>[];
  /** Set where there may be any number of it: an Auto Scaling group, a scale set, an instance group. */
  readonly many?: boolean;
  /** User data, startup script: decoded where it was base64. */
  readonly userData?: Known<string>;
  /** Where user data stands. */
  readonly userDataOrigin?: Origin;
  /** Text that the user attached: tags (AWS, Azure), labels and metadata (Google). */
  readonly notes?: Readonly<Record<string, Known<string>>>;
}

/** A public address that is a resource of its own: Elastic IP, public IP, external address. */
export interface PublicAddress extends Thing {
  readonly kind: 'public-address';
  /** Known only where it was reserved before. */
  readonly address: Known<AddressRange>;
  readonly version: 4 | 6;
}

/** What routes lead to. */
export type GatewayType =
  | 'internet'
  | 'egress-only-internet'
  | 'nat'
  | 'vpn'
  | 'transit'
  | 'peering'
  | 'endpoint'
  | 'firewall'
  | 'other';

/** Something at the edge of a network that packets go through. */
export interface Gateway extends Thing {
  readonly kind: 'gateway';
  readonly type: GatewayType;
  /** The network element whose facts hold for it: `aws.nat-gateway`. Left out where there are none. */
  readonly element?: string;
  /** Networks that it is attached to. Readers may push to it. */
  readonly networks: Reference[];
  /** The subnet that it stands in (AWS NAT gateway). */
  readonly subnet?: Reference;
}

/** One route. */
export interface Route {
  readonly origin: Origin;
  /** `Unknown`: not known, a prefix list that was not read. */
  readonly destination: Known<AddressRange>;
  /** A gateway, an interface, a machine; `local` inside the network, `internet` where a cloud has no object for it, `none` drops. */
  readonly target: Reference | 'local' | 'internet' | 'none';
  /** Lower wins among routes to the same prefix (Google). */
  readonly priority?: number;
  /** The machines that it is for, by network tag (Google). Left out: all. */
  readonly tags?: readonly Known<string>[];
  readonly condition?: Unknown;
}

/** A route table, or the routes of a Google network. */
export interface RouteTable extends Thing {
  readonly kind: 'route-table';
  readonly network: Reference;
  /** Readers may push to it. */
  readonly routes: Route[];
  /** Why these may not be all. */
  readonly incomplete?: Unknown;
}

/** A port on which a load balancer takes packets, or a forwarding rule. */
export interface Listener {
  readonly origin: Origin;
  /** IP protocol number, `any` (Google L3_DEFAULT, Azure All), or a name that has none (HTTP, GENEVE). */
  readonly protocol: Known<number | 'any' | { readonly name: string }>;
  readonly ports: Known<readonly PortRange[] | 'any'>;
  /** Machines, interfaces or addresses behind it, with the port that they get, where it differs. */
  readonly targets: readonly { readonly reference: Reference; readonly port?: Known<number> }[];
}

/** A load balancer, accelerator or forwarding rule. */
export interface LoadBalancer extends Thing {
  readonly kind: 'load-balancer';
  /** The network element whose facts hold for it: `aws.network-load-balancer`. */
  readonly element: string;
  /** Whether it has a public address. */
  readonly isPublic: Known<boolean>;
  readonly subnets: readonly Reference[];
  readonly ruleSets: Reference[];
  /** Readers may push to it. */
  readonly listeners: Listener[];
}

/** A VPN server that the cloud runs: Client VPN endpoint, point-to-site gateway. */
export interface ManagedVpn extends Thing {
  readonly kind: 'managed-vpn';
  readonly element: string;
  /** The ids of the VPN protocols that are switched on, or that may be: `ikev2`. Left out: whatever fits the ports. */
  readonly protocols?: readonly string[];
  /** The subnets that it stands in, where it has some (Azure). */
  readonly subnets?: readonly Reference[];
  /** The ports that it listens on. */
  readonly listens: readonly { readonly protocol: number; readonly port: Known<number> }[];
  readonly ruleSets: Reference[];
}
