import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { invalid } from '../errors';
import type { Flow, Insecure } from '../flows';
import { type FlowSet, openFlows, type VpnProtocol } from '../protocols';
import { rememberPlace } from '../source-location';
import { type ClientEntry, Clients } from './clients';
import { assertCdkScope, assertVpc } from './scope';
import { known } from './token';
import { portOf, refusePort47Later } from './vpn-ports';

const CLASS = 'VpnSecurityGroup';

/** What a `VpnSecurityGroup` lets in, and from where. */
export interface VpnSecurityGroupProps {
  /** The VPC of the machine. */
  readonly vpc: ec2.IVpc;

  /** The VPN protocols to let in: `PPTP`, `L2TP_IPSEC`, `SSTP`, `IKEV2`, `OPENVPN`, `WIREGUARD`. */
  readonly protocols: readonly VpnProtocol[];

  /** Where clients may come from. IPv6 where no protocol is PPTP. */
  readonly clients: Clients;

  /**
   * Sets of flows to open in place of the first one of their protocol: `OPENVPN.flowSets.slice(1, 2)` for UDP 443.
   *
   * @default - the first set of each protocol
   */
  readonly flowSets?: readonly FlowSet[];

  /**
   * Why PPTP may be let in, whose cryptography is broken. The reason goes into the template as metadata.
   *
   * @default - none: PPTP is refused
   */
  readonly insecure?: Insecure;

  /**
   * Whether the machine may open connections to everywhere over IPv4. Answers to clients need no rule, since a security
   * group is stateful; GRE gets one all the same, since both sides of a PPTP call send first.
   *
   * @default false
   */
  readonly allowAllOutbound?: boolean;

  /**
   * Whether the machine may open connections to everywhere over IPv6.
   *
   * @default false
   */
  readonly allowAllIpv6Outbound?: boolean;

  /**
   * Whether to accept ICMP 'fragmentation needed' (type 3 code 4; ICMPv6 type 2 where there are IPv6 clients) from every
   * address: routers on the way send it, whose addresses nobody knows beforehand.
   *
   * AWS says that a security group lets such answers to outgoing packets in without a rule.
   *
   * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html, read 2026-11
   * @default false
   */
  readonly acceptFragmentationNeeded?: boolean;

  /**
   * What the security group is for. A change replaces the security group.
   *
   * @default - the path of the construct
   */
  readonly description?: string;

  /**
   * The account's quota of rules per security group and direction. AWS counts IPv4 and IPv6 rules apart, and a prefix
   * list with its maximum of entries.
   *
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html, read 2026-11
   * @default 60
   */
  readonly maxRulesPerDirection?: number;
}

/**
 * A security group that lets VPN protocols in, for a machine that you bring: any protocol, from address ranges, prefix
 * lists and security groups.
 *
 * GRE, which carries the calls of PPTP, is opened as IP protocol 47 without ports, in both directions: a group that opens
 * TCP 1723 alone lets a call in only while the machine itself has just sent GRE, for 600 seconds at a time.
 */
export class VpnSecurityGroup extends Construct implements ec2.IConnectable {
  /** The security group. Rules added to it later stay. */
  public readonly securityGroup: ec2.SecurityGroup;

  /** For rules between this group and other constructs. */
  public readonly connections: ec2.Connections;

  /** The flows that the group lets in. */
  public readonly flows: readonly Flow[];

  /**
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `VPC_MISSING`, `NO_CLIENTS`, `PROTOCOLS_EMPTY`, `PROTOCOL_UNKNOWN`,
   * `PROTOCOLS_DUPLICATE`, `FLOW_SET_UNKNOWN`, `INSECURE_WITHOUT_REASON`, `CLIENTS_IPV6_FOR_PPTP`, `QUOTA_INVALID`,
   * `SECURITY_GROUP_RULE_QUOTA`, `TOKEN_NOT_ALLOWED`
   */
  public constructor(scope: Construct, id: string, props: VpnSecurityGroupProps) {
    assertCdkScope(scope, CLASS);
    assertVpc(props?.vpc, CLASS);
    const clients = Clients.check(props.clients, CLASS);
    const flows = openFlows(props, CLASS);
    if (flows.some(({ startsAtEitherEnd }) => startsAtEitherEnd)) {
      clients.requireIpv4(CLASS);
    }
    const otherRules = props.acceptFragmentationNeeded === true ? 1 : 0;
    checkSecurityGroupQuota(CLASS, props.maxRulesPerDirection, clients.entries, flows, otherRules);
    super(scope, id);
    rememberPlace(this);

    const allowAllOutbound = props.allowAllOutbound ?? false;
    this.flows = flows;
    this.securityGroup = new ec2.SecurityGroup(this, 'Resource', {
      vpc: props.vpc,
      allowAllOutbound,
      allowAllIpv6Outbound: props.allowAllIpv6Outbound ?? false,
      ...(props.description === undefined ? {} : { description: props.description }),
    });
    this.connections = this.securityGroup.connections;
    refusePort47Later(this.securityGroup, this.node.path);
    // Escape hatches find the CloudFormation resource where they find that of every other construct.
    this.node.defaultChild = this.securityGroup.node.defaultChild;

    for (const flow of flows) {
      const port = portOf(flow);
      for (const { peer } of clients.entries) {
        this.securityGroup.addIngressRule(peer, port, `${flow.name} from VPN clients`);
        if (flow.startsAtEitherEnd && !allowAllOutbound) {
          this.securityGroup.addEgressRule(peer, port, `${flow.name} to VPN clients`);
        }
      }
    }
    if (props.acceptFragmentationNeeded === true) {
      this.acceptFragmentationNeeded(clients);
    }
    this.keepReasons(props.insecure?.reason, clients.anywhereReason);
  }

  private acceptFragmentationNeeded(clients: Clients): void {
    this.securityGroup.addIngressRule(
      ec2.Peer.anyIpv4(),
      ec2.Port.icmpTypeAndCode(3, 4),
      'ICMP fragmentation needed from routers on the way',
    );
    if (clients.entries.some(({ ipVersion }) => ipVersion === 6)) {
      this.securityGroup.addIngressRule(
        ec2.Peer.anyIpv6(),
        new ec2.Port({ protocol: ec2.Protocol.ICMPV6, fromPort: 2, toPort: 0, stringRepresentation: 'ICMP6 Type 2' }),
        'ICMPv6 packet too big from routers on the way',
      );
    }
  }

  /** Reasons go into the metadata: a change of a description would replace the group. */
  private keepReasons(insecure: string | undefined, anywhere: string | undefined): void {
    if (insecure !== undefined || anywhere !== undefined) {
      const resource = this.securityGroup.node.defaultChild as ec2.CfnSecurityGroup;
      resource.addMetadata('pptp-constructs', { insecureBecause: insecure, anywhereBecause: anywhere });
    }
  }
}

/**
 * Checks that the rules for clients fit into one security group. Answers need none.
 *
 * @param maxRulesPerDirection the account's quota; 60 unless given
 * @param otherRules rules of the same direction that are not for clients
 * @throws InvalidInputError `QUOTA_INVALID`, `SECURITY_GROUP_RULE_QUOTA`, `TOKEN_NOT_ALLOWED`
 */
export function checkSecurityGroupQuota(
  className: string,
  maxRulesPerDirection: number | undefined,
  entries: readonly ClientEntry[],
  flows: readonly Flow[],
  otherRules: number,
): void {
  const quota = known(maxRulesPerDirection ?? 60, 'maxRulesPerDirection');
  if (!Number.isInteger(quota) || quota < 1 || quota > 1000) {
    invalid({
      code: 'QUOTA_INVALID',
      what: 'maxRulesPerDirection is not a quota of rules per security group',
      got: quota,
      allowed: 'a whole number from 1 to 1000: rules per group times groups per network interface cannot exceed 1000',
      instead: 'maxRulesPerDirection: 120',
    });
  }
  const count = (version: 4 | 6) =>
    entries
      .filter(({ ipVersion }) => ipVersion === undefined || ipVersion === version)
      .reduce((sum, { maxEntries }) => sum + (maxEntries ?? 1) * flows.length, otherRules);
  const rules = Math.max(count(4), count(6));
  if (rules > quota) {
    invalid({
      code: 'SECURITY_GROUP_RULE_QUOTA',
      what: `${className} would need ${rules} rules for traffic from clients, and a security group holds ${quota} per direction`,
      got: `${entries.length} sources of clients for ${flows.map(({ label }) => label).join(', ')}`,
      allowed: `${flows.length} ${flows.length === 1 ? 'rule' : 'rules'} for each client range, and for each entry that a prefix list can hold`,
      instead: 'fewer and wider ranges; or, where the quota of the account is raised, maxRulesPerDirection: 120',
    });
  }
}
