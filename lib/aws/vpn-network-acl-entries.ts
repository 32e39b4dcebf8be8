import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { invalid } from '../errors';
import { type Flow, type Insecure, IpProtocol } from '../flows';
import { type FlowSet, openFlows, type VpnProtocol } from '../protocols';
import { Clients } from './clients';
import { entriesOf } from './network-acl-check';
import { assertCdkScope } from './scope';
import { isToken, known } from './token';
import { aclTraffic, aclTrafficOf, replyPorts } from './vpn-ports';

export { type AclFinding, missingAclEntries } from './network-acl-check';

const CLASS = 'VpnNetworkAclEntries';

/** How many rule numbers, from `firstRuleNumber` on, the entries are spread over. */
const SPAN = 16_000;

/** The highest rule number that EC2 takes. */
const LAST = 32_766;

/** What `VpnNetworkAclEntries` let through, and where they go. */
export interface VpnNetworkAclEntriesProps {
  /** The network ACL that gets the entries, made in this app or imported. */
  readonly networkAcl: ec2.INetworkAcl;

  /** The VPN protocols to let through: `PPTP`, `L2TP_IPSEC`, `SSTP`, `IKEV2`, `OPENVPN`, `WIREGUARD`. */
  readonly protocols: readonly VpnProtocol[];

  /** Where clients come from. A network ACL knows address ranges only: no prefix lists and no security groups. */
  readonly clients: Clients;

  /**
   * Sets of flows to open in place of the first one of their protocol: `OPENVPN.flowSets.slice(1, 2)` for UDP 443.
   *
   * @default - the first set of each protocol
   */
  readonly flowSets?: readonly FlowSet[];

  /**
   * Why PPTP may be let through, whose cryptography is broken.
   *
   * @default - none: PPTP is refused
   */
  readonly insecure?: Insecure;

  /**
   * The first of the 16000 rule numbers among which the entries take theirs. Deny entries that must win get lower
   * numbers. The number of an entry follows from what it allows, so that it stays when others come and go.
   *
   * @default 1000
   */
  readonly firstRuleNumber?: number;

  /**
   * The account's quota of rules per network ACL and direction. AWS counts IPv4 and IPv6 rules apart, and the final deny
   * rule among them.
   *
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html, read 2026-11
   * @default 20
   */
  readonly maxEntriesPerDirection?: number;
}

/**
 * Entries that let VPN protocols through a network ACL, for a network that you bring.
 *
 * A network ACL keeps no state, so that each flow gets an entry in each direction: for PPTP, TCP 1723 in and its answers
 * (TCP 1024 to 65535) out, and IP protocol 47 both ways. ICMP 'fragmentation needed' passes both ways, from and to every
 * address, since routers on the way send it.
 */
export class VpnNetworkAclEntries extends Construct {
  /** The network ACL. */
  public readonly networkAcl: ec2.INetworkAcl;

  /** The flows that the entries let through. */
  public readonly flows: readonly Flow[];

  /**
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `NETWORK_ACL_MISSING`, `NO_CLIENTS`, `NETWORK_ACL_CIDR_ONLY`,
   * `PROTOCOLS_EMPTY`, `PROTOCOL_UNKNOWN`, `PROTOCOLS_DUPLICATE`, `FLOW_SET_UNKNOWN`, `INSECURE_WITHOUT_REASON`,
   * `CLIENTS_IPV6_FOR_PPTP`, `NETWORK_ACL_RULE_NUMBER`, `NETWORK_ACL_RULE_NUMBER_TAKEN`, `QUOTA_INVALID`,
   * `NETWORK_ACL_ENTRY_QUOTA`, `TOKEN_NOT_ALLOWED`
   */
  public constructor(scope: Construct, id: string, props: VpnNetworkAclEntriesProps) {
    assertCdkScope(scope, CLASS);
    const networkAcl = checkedAcl(props?.networkAcl);
    const clients = checkedClients(props.clients);
    const flows = openFlows(props, CLASS);
    if (flows.some(({ startsAtEitherEnd }) => startsAtEitherEnd)) {
      clients.requireIpv4(CLASS);
    }
    const first = checkedFirstRuleNumber(props.firstRuleNumber ?? 1000);
    const wanted = wantedEntries(flows, clients);
    const existing = entriesOf(networkAcl).map((entry) => ({ direction: directionOf(entry), entry }));
    checkQuota(props, wanted, existing);
    const numbered = DIRECTIONS.flatMap((direction) =>
      numberEntries(
        wanted.filter((entry) => entry.direction === direction),
        first,
      ),
    );
    for (const { direction, number } of numbered) {
      const taken = existing.find((other) => other.direction === direction && other.entry.ruleNumber === number);
      if (taken !== undefined) {
        refuseTakenNumber(number, taken.entry);
      }
    }
    super(scope, id);

    this.networkAcl = networkAcl;
    this.flows = flows;
    for (const { name, direction, number, cidr, traffic } of numbered) {
      new ec2.NetworkAclEntry(this, `${direction}-${name}`, {
        networkAcl,
        ruleNumber: number,
        direction: direction === 'ingress' ? ec2.TrafficDirection.INGRESS : ec2.TrafficDirection.EGRESS,
        ruleAction: ec2.Action.ALLOW,
        cidr,
        traffic,
      });
    }
  }
}

const DIRECTIONS = ['ingress', 'egress'] as const;
type AclDirection = (typeof DIRECTIONS)[number];

interface WantedEntry {
  /** What the entry allows, as a name: the ids and the rule numbers follow from it. */
  readonly name: string;
  readonly direction: AclDirection;
  readonly version: 4 | 6;
  readonly cidr: ec2.AclCidr;
  readonly traffic: ec2.AclTraffic;
}

function wantedEntries(flows: readonly Flow[], clients: Clients): WantedEntry[] {
  const entries = clients.entries.flatMap((client) => {
    const version = client.ipVersion ?? 4;
    const text = client.cidr ?? '';
    const cidr = version === 6 ? ec2.AclCidr.ipv6(text) : ec2.AclCidr.ipv4(text);
    const inwards = flows.map((flow) => ({
      name: `${flow.id}-${client.id}`,
      direction: 'ingress' as const,
      version,
      cidr,
      traffic: aclTrafficOf(flow),
    }));
    const outwards = replies(flows).map((reply) => ({
      name: `${reply.name}-${client.id}`,
      direction: 'egress' as const,
      version,
      cidr,
      traffic: reply.traffic,
    }));
    return [...inwards, ...outwards];
  });
  const versions = [4, 6] as const;
  const pathMtu = versions
    .filter((version) => entries.some((entry) => entry.version === version))
    .flatMap((version) => DIRECTIONS.map((direction) => fragmentationNeeded(version, direction)));
  return [...entries, ...pathMtu];
}

/** The traffic that answers flows, each once: two TCP flows are answered by the same entry. */
function replies(flows: readonly Flow[]): { name: string; traffic: ec2.AclTraffic }[] {
  const found = new Map<string, { name: string; traffic: ec2.AclTraffic }>();
  for (const flow of flows) {
    if (flow.port === undefined) {
      found.set(flow.id, { name: flow.id, traffic: aclTrafficOf(flow) });
      continue;
    }
    const ranges = flows.filter(({ protocol }) => protocol === flow.protocol).flatMap((one) => replyPorts(one) ?? []);
    const from = Math.min(...ranges.map((range) => range.from));
    const name = flow.protocol === IpProtocol.TCP ? 'tcp-replies' : 'udp-replies';
    found.set(name, { name, traffic: aclTraffic(flow.protocol, { from, to: 65535 }) });
  }
  return [...found.values()];
}

function fragmentationNeeded(version: 4 | 6, direction: AclDirection): WantedEntry {
  return version === 4
    ? {
        name: 'icmp-fragmentation-needed',
        direction,
        version,
        cidr: ec2.AclCidr.anyIpv4(),
        traffic: ec2.AclTraffic.icmp({ type: 3, code: 4 }),
      }
    : {
        name: 'icmpv6-packet-too-big',
        direction,
        version,
        cidr: ec2.AclCidr.anyIpv6(),
        traffic: ec2.AclTraffic.icmpv6({ type: 2, code: 0 }),
      };
}

/**
 * Gives each entry its rule number. A number that followed from the position would move when an entry is added before
 * it, and CloudFormation would then create an entry whose number still belongs to an old one, and fail.
 */
function numberEntries(entries: readonly WantedEntry[], first: number): (WantedEntry & { readonly number: number })[] {
  const taken = new Set<number>();
  // By name and not by position, so that the order of the clients does not matter where two want the same number.
  const sorted = [...entries].sort((one, other) => (one.name < other.name ? -1 : 1));
  return sorted.map((entry) => {
    let offset = hash(entry.name) % SPAN;
    while (taken.has(offset)) {
      offset = (offset + 1) % SPAN;
    }
    taken.add(offset);
    return { ...entry, number: first + offset };
  });
}

/** FNV-1a, 32 bits: short, and the same in every version of Node. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) {
    value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  }
  return value;
}

function checkedAcl(acl: ec2.INetworkAcl | undefined): ec2.INetworkAcl {
  if (typeof acl !== 'object' || acl === null || !('networkAclId' in acl)) {
    invalid({
      code: 'NETWORK_ACL_MISSING',
      what: `${CLASS} was given no network ACL`,
      got: acl,
      allowed: 'an INetworkAcl of aws-cdk-lib/aws-ec2, made in this app or imported',
      instead: "networkAcl: ec2.NetworkAcl.fromNetworkAclId(this, 'Acl', 'acl-0123456789abcdef0')",
    });
  }
  return acl;
}

function checkedClients(clients: unknown): Clients {
  const checked = Clients.check(clients, CLASS);
  const unnamed = checked.entries.find(({ kind }) => kind !== 'cidr');
  if (unnamed !== undefined) {
    invalid({
      code: 'NETWORK_ACL_CIDR_ONLY',
      what: `${CLASS} was given clients by ${unnamed.kind === 'prefix-list' ? 'prefix list' : 'security group'}, which a network ACL cannot name`,
      got: unnamed.label,
      allowed: 'clients by address range',
      instead: "clients: Clients.from('203.0.113.0/24')",
    });
  }
  return checked;
}

function checkedFirstRuleNumber(value: number): number {
  const first = known(value, 'firstRuleNumber');
  if (!Number.isInteger(first) || first < 1 || first + SPAN - 1 > LAST) {
    invalid({
      code: 'NETWORK_ACL_RULE_NUMBER',
      what: 'firstRuleNumber leaves no room for the entries',
      got: first,
      allowed: `a whole number from 1 to ${LAST - SPAN + 1}: the entries take theirs among the ${SPAN} from it on, and EC2 knows 1 to ${LAST}`,
      instead: 'firstRuleNumber: 1000',
    });
  }
  return first;
}

function checkQuota(
  props: VpnNetworkAclEntriesProps,
  wanted: readonly WantedEntry[],
  existing: readonly { readonly direction: AclDirection | undefined; readonly entry: ec2.CfnNetworkAclEntry }[],
): void {
  const quota = known(props.maxEntriesPerDirection ?? 20, 'maxEntriesPerDirection');
  if (!Number.isInteger(quota) || quota < 2 || quota > 40) {
    invalid({
      code: 'QUOTA_INVALID',
      what: 'maxEntriesPerDirection is not a quota of rules per network ACL',
      got: quota,
      allowed: 'a whole number from 2 to 40, which is as far as AWS raises it',
      instead: 'maxEntriesPerDirection: 40',
    });
  }
  for (const direction of DIRECTIONS) {
    for (const version of [4, 6]) {
      const already = existing.filter(
        (other) => other.direction === direction && (other.entry.ipv6CidrBlock === undefined ? 4 : 6) === version,
      ).length;
      const more = wanted.filter((entry) => entry.direction === direction && entry.version === version).length;
      if (more > 0 && already + more + 1 > quota) {
        invalid({
          code: 'NETWORK_ACL_ENTRY_QUOTA',
          what: `${CLASS} would bring the network ACL to ${already + more + 1} ${direction} rules for IPv${version}, and it holds ${quota}`,
          got: `${more} new entries, ${already} that are there, and the final deny rule`,
          allowed: `${quota} per direction, the final deny rule among them`,
          instead:
            'fewer and wider client ranges; or, where the quota of the account is raised, maxEntriesPerDirection: 40',
        });
      }
    }
  }
}

function refuseTakenNumber(number: number, entry: ec2.CfnNetworkAclEntry): never {
  return invalid({
    code: 'NETWORK_ACL_RULE_NUMBER_TAKEN',
    what: `rule number ${number} of the network ACL is taken by ${entry.node.path}`,
    got: number,
    allowed: 'a rule number once per direction',
    instead: 'firstRuleNumber: 16000, or another number for that entry',
  });
}

/** The direction of an entry; `undefined` where only deployment knows it. */
function directionOf(entry: ec2.CfnNetworkAclEntry): AclDirection | undefined {
  if (isToken(entry.egress)) {
    return undefined;
  }
  return entry.egress === true ? 'egress' : 'ingress';
}
