import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnResource } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { checkSites, type Site } from '../clients/site';
import { invalid } from '../errors';
import { anywhereBecause, type IpRange, readClientRanges } from '../flows';
import { referenceIn, spokenName, stableName } from './names';
import { Through } from './through';
import { isToken } from './token';

/** Clients who come to a gateway by one way. */
export type ClientSite = Site<Clients, Through>;

/**
 * Where clients may come from: a range in CIDR notation (a token is taken as IPv4; write `ec2.Peer.ipv6(token)` for
 * IPv6), or a peer of aws-ec2: a CIDR peer, a prefix list or a security group.
 */
export type ClientSource = string | ec2.IPeer | ec2.IPrefixList;

/** One source of clients, read. */
export interface ClientEntry {
  readonly kind: 'cidr' | 'prefix-list' | 'security-group';
  /** A name for construct ids. It does not move when another source is added before this one. */
  readonly id: string;
  /** What rules name; its `uniqueId` does not move either. */
  readonly peer: ec2.IPeer;
  /** The range, as text, which may be a token; only for `cidr`. */
  readonly cidr?: string;
  /** The range, where synth knows it. */
  readonly range?: IpRange;
  /** IP version of the addresses, where synth knows it. */
  readonly ipVersion?: 4 | 6;
  /** How many rules it counts for against a quota, where synth knows it: a prefix list counts with its maximum. */
  readonly maxEntries?: number;
  /** How it is called in messages: `203.0.113.0/24`, `prefix list pl-0123456789abcdef0`. */
  readonly label: string;
}

/**
 * The clients that may connect to a VPN gateway on AWS. There is no default: a gateway does not guess who may connect.
 */
export class Clients {
  /**
   * Clients from known ranges, prefix lists and security groups.
   *
   * A prefix list or a security group has no addresses at synth: security groups filter by it, while a network ACL
   * cannot name it, nor can the packet filter of the machine.
   *
   * @throws InvalidInputError `NO_CLIENTS`, `CLIENT_SOURCE_INVALID`, `CLIENTS_ANYWHERE_WITHOUT_REASON`,
   * `CIDR_WITHOUT_MASK`, `CIDR_HOST_BITS`, `CIDR_INVALID`
   */
  public static from(...sources: ClientSource[]): Clients {
    if (sources.length === 0) {
      readClientRanges([], isToken);
    }
    return new Clients(once(sources.map(read)), undefined, sources);
  }

  /**
   * The whole IPv4 internet, with the reason that a reviewer will read in the template.
   *
   * @throws InvalidInputError `REASON_MISSING`
   */
  public static anywhereBecause(reason: string): Clients {
    const read = anywhereBecause(reason);
    const entries = read.ranges.map((range) => knownEntry(range));
    return new Clients(entries, read.anywhereBecause, []);
  }

  /**
   * Clients at several sites, who come by several ways. Each way gets a verdict of its own, and a gateway is built where it
   * serves all of them; rules cover the sources of all, each address once.
   *
   * Where every site has a `fleet`, the devices decide too: see `VpnGateway`. Clients of such a site come one way: over the
   * internet, over a private network, or from inside the VPC.
   *
   * @throws InvalidInputError `SITE_INVALID`, `SITE_DUPLICATE`, `SITE_FLEET_MISSING`, `THROUGH_UNKNOWN`
   */
  public static atSites(...sites: ClientSite[]): Clients {
    const isClients = (value: unknown) => value instanceof Clients && value.given === undefined;
    checkSites(sites, isClients, (value) => value instanceof Through);
    const all = sites.map(({ clients }) => clients);
    const reasons = all.flatMap(({ anywhereReason }) => anywhereReason ?? []);
    const anywhere = all.find(({ isAnywhere }) => isAnywhere)?.entries ?? [];
    // Read once more: a source that nothing names is known by its place among all of them.
    const sources = all.flatMap((clients) => clients.sources);
    const entries = broadestOf(once([...anywhere, ...sources.map(read)]));
    const reason = reasons.length === 0 ? undefined : [...new Set(reasons)].join('; ');
    return new Clients(entries, reason, sources, [...sites]);
  }

  /**
   * Checks what was written for `clients` in the props of a construct.
   *
   * @throws InvalidInputError `NO_CLIENTS`
   */
  public static check(value: unknown, className: string): Clients {
    if (!(value instanceof Clients)) {
      const missing = value === undefined || value === null;
      invalid({
        code: 'NO_CLIENTS',
        what: missing
          ? `${className} has no clients: a gateway does not guess who may connect`
          : `clients of ${className} is not made by Clients.from`,
        got: missing ? undefined : value,
        allowed: 'Clients.from(...), or Clients.anywhereBecause(reason)',
        instead: `clients: Clients.from(${typeof value === 'string' && !isToken(value) ? `'${value}'` : "'203.0.113.0/24'"})`,
      });
    }
    return value;
  }

  private constructor(
    /** Every source, in the order given, each once. */
    public readonly entries: readonly ClientEntry[],
    /** Why the whole internet may connect, where it may. */
    public readonly anywhereReason: string | undefined,
    private readonly sources: readonly ClientSource[],
    private readonly given?: readonly ClientSite[],
  ) {}

  /** The ways by which they come: those of `atSites`, or one for all. */
  public get sites(): readonly ClientSite[] {
    return this.given ?? [{ clients: this }];
  }

  /** The ranges that synth knows. */
  public get ranges(): readonly IpRange[] {
    return this.entries.flatMap(({ range }) => range ?? []);
  }

  /** One peer per source, for security group rules. */
  public get peers(): readonly ec2.IPeer[] {
    return this.entries.map(({ peer }) => peer);
  }

  /** Every range in CIDR notation, tokens included. */
  public get cidrTexts(): readonly string[] {
    return this.entries.flatMap(({ cidr }) => cidr ?? []);
  }

  /** Prefix lists and security groups: peers whose addresses neither synth nor a template knows. */
  public get peersWithoutAddresses(): readonly ec2.IPeer[] {
    return this.entries.filter(({ kind }) => kind !== 'cidr').map(({ peer }) => peer);
  }

  /** Whether synth knows every client address: no token, prefix list or security group among the sources. */
  public get allAddressesKnown(): boolean {
    return this.entries.every(({ range }) => range !== undefined);
  }

  /** Whether the whole internet may connect. */
  public get isAnywhere(): boolean {
    return this.anywhereReason !== undefined;
  }

  /**
   * Whether clients come, or may come, over the internet: from a range that is not wholly private, or from one that
   * synth does not know. Members of a security group come by private addresses.
   */
  public get comeFromInternet(): boolean {
    return this.entries.some(({ kind, range }) => kind !== 'security-group' && range?.isPrivate !== true);
  }

  /**
   * Checks that no client comes over IPv6: PPTP's GRE carries calls over IPv4 only, and so do the clients built into
   * operating systems.
   *
   * @throws InvalidInputError `CLIENTS_IPV6_FOR_PPTP`
   */
  public requireIpv4(className: string): void {
    const ipv6 = this.entries.find(({ ipVersion }) => ipVersion === 6);
    if (ipv6 !== undefined) {
      invalid({
        code: 'CLIENTS_IPV6_FOR_PPTP',
        what: `${className} was given IPv6 clients, and PPTP runs over IPv4 only`,
        got: ipv6.label,
        allowed: 'IPv4 ranges, IPv4 prefix lists and security groups',
        instead: "clients: Clients.from('203.0.113.0/24')",
      });
    }
  }

  /** The sources as words, for messages and for the start of a path: `203.0.113.0/24, security group sg-...`. */
  public toString(): string {
    return this.entries.map(({ label }) => label).join(', ');
  }
}

/** Each source once, the first of equals. */
function once(entries: readonly ClientEntry[]): ClientEntry[] {
  return entries.filter((entry, index) => entries.findIndex(({ id }) => id === entry.id) === index);
}

/** Without the ranges that lie in another; of equal ones the first has been taken. */
function broadestOf(entries: readonly ClientEntry[]): ClientEntry[] {
  return entries.filter(
    ({ range }) =>
      range === undefined || !entries.some((other) => other.range !== range && other.range?.contains(range) === true),
  );
}

/** Reads one source; `index` names it only where nothing else can. */
function read(source: ClientSource, index: number): ClientEntry {
  if (typeof source === 'string') {
    return cidrEntry(source, 4, index);
  }
  if (isPeer(source)) {
    const { cidrIp, cidrIpv6, sourcePrefixListId, sourceSecurityGroupId } = source.toIngressRuleConfig();
    if (cidrIp !== undefined) {
      return cidrEntry(cidrIp, 4, index);
    }
    if (cidrIpv6 !== undefined) {
      return cidrEntry(cidrIpv6, 6, index);
    }
    if (sourceSecurityGroupId !== undefined) {
      const id = idOf(sourceSecurityGroupId, source, index);
      return {
        kind: 'security-group',
        id,
        peer: named(source, id),
        maxEntries: 1,
        label: `security group ${labelOf(sourceSecurityGroupId, source, index)}`,
      };
    }
    if (sourcePrefixListId !== undefined) {
      return prefixListEntry(source, source, sourcePrefixListId, index);
    }
  }
  const prefixListId = (source as ec2.IPrefixList | undefined)?.prefixListId;
  if (typeof prefixListId === 'string') {
    // Before prefix lists were peers of their own right, a peer was made from their id.
    return prefixListEntry(source, ec2.Peer.prefixList(prefixListId), prefixListId, index);
  }
  return invalid({
    code: 'CLIENT_SOURCE_INVALID',
    what: 'a source of clients is neither a range nor a peer',
    got: Construct.isConstruct(source) ? source.node.path : source,
    allowed: 'a range in CIDR notation, or a peer of aws-ec2: Peer.ipv4, Peer.ipv6, a prefix list, a security group',
    instead: "Clients.from('203.0.113.0/24', ec2.Peer.prefixList('pl-0123456789abcdef0'), bastionSecurityGroup)",
  });
}

function isPeer(source: unknown): source is ec2.IPeer {
  return (
    typeof source === 'object' && source !== null && 'toIngressRuleConfig' in source && 'toEgressRuleConfig' in source
  );
}

/** A range, or a token in the place of one, of which only the writer knows the IP version. */
function cidrEntry(text: string, versionOfToken: 4 | 6, index: number): ClientEntry {
  const [range] = readClientRanges([text], isToken).ranges;
  if (range !== undefined) {
    return knownEntry(range);
  }
  const id = idOf(text, undefined, index);
  const peer = versionOfToken === 6 ? ec2.Peer.ipv6(text) : ec2.Peer.ipv4(text);
  return {
    kind: 'cidr',
    id,
    peer: named(peer, id),
    cidr: text,
    ipVersion: versionOfToken,
    maxEntries: 1,
    label: `a range known at deployment (${labelOf(text, undefined, index)})`,
  };
}

function knownEntry(range: IpRange): ClientEntry {
  const { cidr, version } = range;
  const id = cidr.replace('/', '_');
  const peer = version === 6 ? ec2.Peer.ipv6(cidr) : ec2.Peer.ipv4(cidr);
  return { kind: 'cidr', id, peer, cidr, range, ipVersion: version, maxEntries: 1, label: cidr };
}

/** A prefix list: one made in this app shows its family, its maximum and its entries; of any other only the id is known. */
function prefixListEntry(source: unknown, peer: ec2.IPeer, prefixListId: string, index: number): ClientEntry {
  const id = idOf(prefixListId, source, index);
  const label = `prefix list ${labelOf(prefixListId, source, index)}`;
  const entry: ClientEntry = { kind: 'prefix-list', id, peer: named(peer, id), label };
  const list = ownPrefixList(source, prefixListId);
  if (list === undefined) {
    return entry;
  }
  const entries = Array.isArray(list.entries) ? list.entries.map((one) => (one as { cidr?: unknown }).cidr) : [];
  const texts = entries.filter((cidr): cidr is string => typeof cidr === 'string');
  if (texts.length > 0) {
    // Refuses the whole internet, which a prefix list would otherwise let in under another name.
    readClientRanges(texts, isToken);
  }
  return {
    ...entry,
    ...(isToken(list.addressFamily) ? {} : { ipVersion: list.addressFamily === 'IPv6' ? 6 : 4 }),
    ...(typeof list.maxEntries === 'number' && !isToken(list.maxEntries) ? { maxEntries: list.maxEntries } : {}),
  };
}

/** The resource of a prefix list that this app makes, found by the construct or by a reference to its id. */
function ownPrefixList(source: unknown, prefixListId: string): ec2.CfnPrefixList | undefined {
  const candidate = Construct.isConstruct(source) ? source.node.defaultChild : referenceIn(prefixListId)?.target;
  return CfnResource.isCfnResource(candidate) && candidate.cfnResourceType === ec2.CfnPrefixList.CFN_RESOURCE_TYPE_NAME
    ? (candidate as ec2.CfnPrefixList)
    : undefined;
}

/** A name for construct ids, which must differ even where nothing tells the sources apart but their position. */
function idOf(text: string, source: unknown, index: number): string {
  return stableName(text, source) ?? `Source${index + 1}`;
}

function labelOf(text: string, source: unknown, index: number): string {
  return spokenName(text, source) ?? `source ${index + 1}`;
}

/**
 * The same peer under a name of ours. AWS CDK numbers rules of peers whose id is a token by their order, so that one
 * more source would move the rules of the others, and the deployment would fail on rules that exist already.
 */
function named(peer: ec2.IPeer, uniqueId: string): ec2.IPeer {
  return peer.uniqueId === uniqueId
    ? peer
    : {
        uniqueId,
        canInlineRule: peer.canInlineRule,
        connections: peer.connections,
        toIngressRuleConfig: () => peer.toIngressRuleConfig(),
        toEgressRuleConfig: () => peer.toEgressRuleConfig(),
      };
}
