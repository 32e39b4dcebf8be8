import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { GatewayEdge } from '../edge/for-gateways';
import type { AptSources, PacketFilterKind } from '../host';
import type { ClientAddressing } from './client-addressing';
import type { Clients } from './clients';
import type { Through } from './through';

/** What decides whether clients reach a gateway on a machine. */
export interface MachinePathOptions {
  /**
   * Where the gateway goes: the first subnet of the selection.
   *
   * @default - the first public subnet
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
  /**
   * Whether the subnet's route table has a route to an internet gateway. Only for imported subnets that do not tell.
   *
   * @default - what the app shows; where it shows nothing, the way is 'unverified', with a warning
   */
  readonly subnetHasInternetRoute?: boolean;
  /**
   * Elements on the way from the clients that no construct shows, in order.
   *
   * @default - none
   */
  readonly through?: readonly Through[];
  /**
   * The custom network ACL of the subnet, with the entries that it has when the gateway is made.
   *
   * @default - the subnet has a network ACL that lets everything pass, as the default one of a VPC does
   */
  readonly networkAcl?: ec2.INetworkAcl;
}

/** What `assess` of a gateway on a machine needs. */
export interface MachinePathProps extends MachinePathOptions {
  /** The VPC of the gateway. */
  readonly vpc: ec2.IVpc;
  /** Where clients come from. */
  readonly clients: Clients;
}

/** How a gateway on a machine is made, whatever it speaks, apart from its VPC and its clients. */
export interface MachineGatewayOptions extends MachinePathOptions {
  /**
   * With which addresses clients appear behind the gateway.
   *
   * @default ClientAddressing.MASQUERADE
   */
  readonly addressing?: ClientAddressing;
  /**
   * DNS servers for the clients: at most two IPv4 addresses. Clients may always reach them.
   *
   * @default - masqueraded clients of a VPC whose range is known at synth get the VPC's own resolver; others get none
   */
  readonly dnsServers?: readonly string[];
  /**
   * The machine. Its processor decides between x86-64 and arm64.
   *
   * @default t3.micro
   */
  readonly instanceType?: ec2.InstanceType;
  /**
   * The release of Debian on the machine.
   *
   * @default 13
   */
  readonly debian?: 12 | 13;
  /**
   * An image of that release: one pinned, where a new image of Debian must not replace the machine at the next deployment,
   * or one with everything installed (`GatewayImage`), with which a machine serves in a fraction of the time.
   *
   * @default - the newest one, by Debian's public parameter /aws/service/debian/release/13/latest/amd64 (or arm64)
   */
  readonly machineImage?: ec2.IMachineImage;
  /**
   * Size of the root volume, which is encrypted.
   *
   * @default Size.gibibytes(8)
   */
  readonly rootVolumeSize?: Size;
  /**
   * Key that encrypts the root volume.
   *
   * @default - the account's own key for EBS
   */
  readonly rootVolumeKey?: kms.IKey;
  /**
   * An Elastic IP that exists already, by allocation id: `eipalloc-0123456789abcdef0`.
   *
   * @default - a new one
   */
  readonly elasticIpAllocationId?: string;
  /**
   * The address of `elasticIpAllocationId`. Only needed for `address`, `dnsName` and `edge`: the id does not tell it.
   *
   * @default - not known
   */
  readonly elasticIpAddress?: string;
  /**
   * What becomes of a new Elastic IP when the stack is deleted. The address is burnt into devices.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly elasticIpRemovalPolicy?: RemovalPolicy;
  /**
   * Zone in which `dnsName` gets an A record.
   *
   * @default - no DNS name
   */
  readonly hostedZone?: route53.IHostedZone;
  /**
   * Name for the gateway, in `hostedZone`.
   *
   * @default - no DNS name
   */
  readonly dnsName?: string;
  /**
   * Role of the machine. What it needs is added; where a role cannot be changed, a warning lists it.
   *
   * @default - a new role with exactly what it needs
   */
  readonly role?: iam.IRole;
  /**
   * Permissions boundary of the new role.
   *
   * @default - none
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;
  /**
   * Further security groups of the machine, beside its own.
   *
   * @default - none
   */
  readonly securityGroups?: readonly ec2.ISecurityGroup[];
  /**
   * The account's quota of rules per security group and direction.
   *
   * @default 60
   */
  readonly maxRulesPerDirection?: number;
  /**
   * Whether the subnet's traffic is logged to CloudWatch Logs.
   *
   * @default true
   */
  readonly flowLogs?: boolean;
  /**
   * Log group that gets the machine's journal.
   *
   * @default - the journal stays on the machine
   */
  readonly journalLogGroup?: logs.ILogGroup;
  /**
   * Installs AWS's SSM agent, so that Session Manager can log in without an open port: the OpenPGP public key, in ASCII
   * armour, with which AWS signs the agent. Debian does not package the agent; its signature is checked on the machine.
   *
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/verify-agent-signature.html
   * @default - no agent: nobody logs in, and the machine is replaced rather than repaired
   */
  readonly sessionManagerSigningKey?: string;
  /**
   * What filters packets on the machine: nftables, or iptables where other programs of yours on it need that.
   *
   * @default 'nftables'
   */
  readonly packetFilter?: PacketFilterKind;
  /**
   * A package mirror or proxy in place of Debian's.
   *
   * @default - what the image has
   */
  readonly apt?: AptSources;
  /**
   * When the machine reboots after a security upgrade that needs it, in UTC: `HH:MM`.
   *
   * @default '04:00'
   */
  readonly securityUpgradeRebootTime?: string;
  /**
   * Minutes between two looks at users and destinations.
   *
   * @default 5
   */
  readonly refreshMinutes?: number;
  /**
   * How long the deployment waits for the machine to serve before it rolls back.
   *
   * @default Duration.minutes(20)
   */
  readonly readyTimeout?: Duration;
}

/** How a gateway on a machine is made that has keys of its own. */
export interface KeyedGatewayOptions extends MachineGatewayOptions {
  /**
   * The keys of the gateway and its users, as JSON; `npx pptp-constructs keys` makes one. It must hold the keys before the
   * machine boots: one without them never serves, and the deployment would roll back. The machine reads it every few
   * minutes. A secret of another account needs its complete ARN and its key, and a resource policy there that lets the
   * gateway's role read it.
   */
  readonly secret: secretsmanager.ISecret;
  /**
   * Addresses inside the tunnel: the first is the gateway's, the others are the clients'. They must lie outside the VPC and
   * outside the clients' own networks. A change replaces the machine.
   *
   * @default '10.99.0.0/24'
   */
  readonly clientPool?: string;
}

/** What every gateway on a machine is made from. */
export interface MachineGatewayProps extends MachineGatewayOptions {
  /** The VPC of the gateway. */
  readonly vpc: ec2.IVpc;
  /** Where clients come from. There is no default. */
  readonly clients: Clients;
  /**
   * Configurations for the firewalls before the gateway and before its clients, written into `cdk.out/edge` when the app is
   * synthesised; see docs/edge.md. What `renderEdge` of `pptp-constructs/edge` refuses, the constructor refuses, with its
   * codes; and `EDGE_DUPLICATE`.
   *
   * @default - none
   */
  readonly edge?: readonly GatewayEdge[];
}
