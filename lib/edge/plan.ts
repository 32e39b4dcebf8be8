import { invalid, RefusalError, raise } from '../errors';
import {
  assessCandidate,
  ETHERNET_MTU,
  explainRefusal,
  type Path,
  pathMtu,
  reasonCodes,
  reasonSentences,
  tunnelSizes,
} from '../feasibility';
import { broadestOf, type Flow, Insecure, IpProtocol, IpRange, isAddress } from '../flows';
import { type FlowSet, openFlows, PPTP, type VpnProtocol } from '../protocols';
import { Clients } from '../rules/clients';

/** What stands in a configuration where the gateway's address is not known yet. No product takes it for an address. */
export const GATEWAY_ADDRESS = 'GATEWAY_ADDRESS';

/** What the firewalls before a gateway, and before its clients, are to let through. */
export interface EdgePlanOptions {
  /**
   * What every object of a configuration has in its name: 1 to 20 letters, digits and hyphens, a letter first. `plant4`.
   */
  readonly name: string;
  /** What the gateway speaks: `[PPTP]`, `[IKEV2, WIREGUARD]`. */
  readonly protocols: readonly VpnProtocol[];
  /**
   * Sets of flows in place of the first one of their protocol: `OPENVPN.flowSets.slice(1, 2)` for UDP 443.
   *
   * @default - the first set of each protocol
   */
  readonly flowSets?: readonly FlowSet[];
  /**
   * Why a protocol whose cryptography is broken may be let through; needed for PPTP. It stands in every configuration.
   *
   * @default - none
   */
  readonly insecure?: Insecure;
  /** Where clients come from, as the gateway's side sees them. There is no default. */
  readonly clients: Clients;
  /**
   * The address that clients connect to, IPv4 or IPv6, of the version of the clients' ranges.
   *
   * @default - the word GATEWAY_ADDRESS, which no product takes for an address: put the real one in its place
   */
  readonly gateway?: string;
  /**
   * The way from the clients to the gateway. Where it is given, a protocol that cannot work on it is refused, and the size
   * of TCP segments follows from it.
   *
   * @default - not judged, and Ethernet's 1500 bytes
   */
  readonly path?: Path;
  /**
   * The addresses that clients have inside the tunnel. Where their traffic passes the firewall outside of the tunnel, which
   * is behind the gateway and on the gateway itself, TCP segments are made small enough for the tunnel.
   *
   * @default - no segment is touched
   */
  readonly tunnelRange?: string;
  /**
   * The largest TCP segment that fits into the tunnel, in bytes. It is used with `tunnelRange` only.
   *
   * @default - 1356 where PPTP is spoken (MTU 1400, and four bytes for MPPE), or the arithmetic where that gives less
   */
  readonly mss?: number;
}

/** MTU 1400 as the gateways of this library have it, less 4 for MPPE and 40 for the headers of IPv4 and TCP. */
const PPTP_MSS = 1356;

const ETHERNET_MSS = ETHERNET_MTU - 40;

/** What the firewalls before a gateway, and before its clients, are to let through: checked, and the same for all of them. */
export class EdgePlan {
  /**
   * @throws RefusalError where a protocol cannot work on `path`, with the code of the first reason
   * @throws InvalidInputError `EDGE_PLAN_INVALID`, `EDGE_NAME_INVALID`, `PROTOCOLS_EMPTY`, `PROTOCOL_UNKNOWN`,
   * `PROTOCOLS_DUPLICATE`, `FLOW_SET_UNKNOWN`, `INSECURE_WITHOUT_REASON`, `NO_CLIENTS`, `CLIENTS_IPV6_FOR_PPTP`,
   * `EDGE_OPTION_INVALID`, `EDGE_OPTION_UNUSED`, `PATH_INVALID`, and those of `IpRange.parse` for `tunnelRange`
   */
  public static from(options: EdgePlanOptions): EdgePlan {
    if (typeof options !== 'object' || options === null) {
      invalid({
        code: 'EDGE_PLAN_INVALID',
        what: 'EdgePlan.from was given nothing to plan with',
        got: options,
        allowed: 'an object with name, protocols and clients',
        instead: "EdgePlan.from({ name: 'plant4', protocols: [WIREGUARD], clients: Clients.from('203.0.113.0/24') })",
      });
    }
    const { protocols, path, insecure } = options;
    const name = checkedName(options.name);
    const flows = openFlows(options, 'EdgePlan');
    checkInsecure(insecure);
    const clients = Clients.check(options.clients, 'EdgePlan');
    const version = checkedVersion(clients.ranges, protocols);
    const gateway = checkedGateway(options.gateway, version);
    const tunnelRange = checkedTunnelRange(options);
    if (path !== undefined) {
      refuseWhatCannotWork(name, protocols, path);
    }
    return new EdgePlan({
      name,
      flows,
      // Many products take no ranges that overlap in one list.
      clients: broadestOf(clients.ranges),
      version,
      gateway,
      ...(tunnelRange === undefined ? {} : { tunnelRange }),
      mss: checkedMss(options.mss) ?? mssFor(protocols, path === undefined ? [] : [path]),
      reasons: [insecure?.reason, clients.anywhereReason].filter((reason) => reason !== undefined),
      protocolNames: protocols.map((protocol) => protocol.name),
    });
  }

  /** What the names of all objects begin with. */
  public readonly name: string;
  /** What is let through, each flow once, in the order of the protocols. */
  public readonly flows: readonly Flow[];
  /** Where clients come from. */
  public readonly clients: readonly IpRange[];
  /** The version of IP that clients and gateway speak. */
  public readonly version: 4 | 6;
  /** The address that clients connect to, or the word `GATEWAY_ADDRESS`. */
  public readonly gateway: string;
  /** The addresses that clients have inside the tunnel. */
  public readonly tunnelRange?: IpRange;
  /** The largest TCP segment that fits into the tunnel, in bytes. */
  public readonly mss: number;
  /** The reasons that were written, for reviewers. */
  public readonly reasons: readonly string[];
  /** `PPTP`, `IKEv2`. */
  public readonly protocolNames: readonly string[];

  /** @internal for gateways, whose flows have been checked already */
  public constructor(parts: EdgePlanParts) {
    this.name = parts.name;
    this.flows = parts.flows;
    this.clients = parts.clients;
    this.version = parts.version;
    this.gateway = parts.gateway;
    if (parts.tunnelRange !== undefined) {
      this.tunnelRange = parts.tunnelRange;
    }
    this.mss = parts.mss;
    this.reasons = parts.reasons;
    this.protocolNames = parts.protocolNames;
  }

  /** The ports of TCP or UDP that are let through, in ascending order. */
  public ports(transport: 'tcp' | 'udp'): readonly number[] {
    const protocol = transport === 'tcp' ? IpProtocol.TCP : IpProtocol.UDP;
    return this.flows
      .flatMap((flow) => (flow.protocol === protocol && flow.port !== undefined ? [flow.port] : []))
      .sort((a, b) => a - b);
  }

  /** Whether PPTP's GRE is let through, which many products need help with. */
  public get hasGre(): boolean {
    return this.flows.some(({ protocol }) => protocol === IpProtocol.GRE);
  }

  /** Whether ESP is let through: IKEv2 or L2TP/IPsec without NAT. */
  public get hasEsp(): boolean {
    return this.flows.some(({ protocol }) => protocol === IpProtocol.ESP);
  }
}

type EdgePlanParts = Omit<EdgePlan, 'ports' | 'hasGre' | 'hasEsp'>;

/**
 * A name that objects of a plan may begin with.
 *
 * @throws InvalidInputError `EDGE_NAME_INVALID`
 */
export function checkedName(name: string): string {
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9-]{0,19}$/.test(name)) {
    invalid({
      code: 'EDGE_NAME_INVALID',
      what: 'name of EdgePlan is no name that every product takes',
      got: name,
      allowed: '1 to 20 letters, digits and hyphens, a letter first',
      instead: "name: 'plant4'",
    });
  }
  return name;
}

/** One version for all: an address is of one version, and so is every rule about it. */
function checkedVersion(ranges: readonly IpRange[], protocols: readonly VpnProtocol[]): 4 | 6 {
  const ipv6 = ranges.find(({ version }) => version === 6);
  if (ipv6 !== undefined && protocols.some(({ id }) => id === PPTP.id)) {
    invalid({
      code: 'CLIENTS_IPV6_FOR_PPTP',
      what: 'EdgePlan was given IPv6 clients, and PPTP runs over IPv4 only',
      got: ipv6.cidr,
      allowed: 'IPv4 ranges',
      instead: "clients: Clients.from('203.0.113.0/24')",
    });
  }
  if (ipv6 !== undefined && ranges.some(({ version }) => version === 4)) {
    refuseOption(
      'clients',
      ranges.map(({ cidr }) => cidr),
      'has ranges of both versions of IP, and the gateway has one address',
      'ranges of one version; a plan for each',
      "clients: Clients.from('2001:db8::/32')",
    );
  }
  return ipv6 === undefined ? 4 : 6;
}

function checkedGateway(gateway: string | undefined, version: 4 | 6): string {
  if (gateway === undefined) {
    return GATEWAY_ADDRESS;
  }
  if (!isHostAddress(gateway, version)) {
    refuseOption(
      'gateway',
      gateway,
      `is no IPv${version} address, which its clients' ranges are`,
      `one IPv${version} address`,
      version === 4 ? "gateway: '198.51.100.10'" : "gateway: '2001:db8::10'",
    );
  }
  return canonical(gateway, version);
}

/** One way of writing an address, so that texts can be compared. */
export function canonical(address: string, version: 4 | 6): string {
  return IpRange.parse(`${address}/${version === 4 ? 32 : 128}`).address(0);
}

/** Whether something is the address of a machine: not that which stands for every address, in whatever form. */
export function isHostAddress(address: unknown, version: 4 | 6): address is string {
  return (
    typeof address === 'string' &&
    isAddress(address) &&
    address.includes(':') === (version === 6) &&
    !/^[0:.]+$/.test(address)
  );
}

/** The range of clients inside the tunnel: narrower than every address, or every connection would be touched. */
function checkedTunnelRange({ tunnelRange, mss }: EdgePlanOptions): IpRange | undefined {
  if (tunnelRange === undefined) {
    if (mss !== undefined) {
      invalid({
        code: 'EDGE_OPTION_UNUSED',
        what: 'mss of EdgePlan means nothing without tunnelRange, whose connections it is for',
        got: mss,
        allowed: 'tunnelRange beside it, or none of the two',
        instead: "tunnelRange: '10.99.0.0/24'",
      });
    }
    return undefined;
  }
  const range = IpRange.parse(tunnelRange, 'tunnelRange');
  if (range.version === 6 || range.isEverything) {
    refuseOption(
      'tunnelRange',
      range.cidr,
      range.isEverything ? 'is every address' : 'is an IPv6 range, and the size of segments is one for IPv4',
      'the IPv4 range from which clients get their addresses inside the tunnel',
      "tunnelRange: '10.99.0.0/24'",
    );
  }
  return range;
}

function checkInsecure(insecure: unknown): void {
  if (insecure !== undefined && !(insecure instanceof Insecure)) {
    invalid({
      code: 'INSECURE_WITHOUT_REASON',
      what: 'insecure of EdgePlan is no written reason',
      got: insecure,
      allowed: 'Insecure.because(reason), which a reviewer will read',
      instead: "insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06')",
    });
  }
}

function checkedMss(mss: number | undefined): number | undefined {
  if (mss !== undefined && (!Number.isInteger(mss) || mss < 536 || mss > ETHERNET_MSS)) {
    refuseOption('mss', mss, 'is no size of a TCP segment', 'a whole number of bytes from 536 to 1460', 'mss: 1356');
  }
  return mss;
}

/** The largest TCP segment that fits into every tunnel, in bytes. */
export function mssFor(protocols: readonly VpnProtocol[], paths: readonly Path[]): number {
  const carried = Math.min(...[...paths.map((path) => pathMtu(path).bytes), ETHERNET_MTU]);
  const sizes = protocols.flatMap((protocol) => tunnelSizes(protocol, carried).map((size) => size.mss.ipv4));
  return Math.min(ETHERNET_MSS, ...sizes, ...(protocols.some(({ id }) => id === PPTP.id) ? [PPTP_MSS] : []));
}

function refuseOption(option: string, got: unknown, is: string, allowed: string, instead: string): never {
  return invalid({ code: 'EDGE_OPTION_INVALID', what: `${option} of EdgePlan ${is}`, got, allowed, instead });
}

/** A firewall that lets through what something else on the way drops only looks as if it helped. */
function refuseWhatCannotWork(subject: string, protocols: readonly VpnProtocol[], path: Path): void {
  const server = { builtBy: 'a server of your own', takes: '', cost: '', clients: '', code: '' };
  const asked = protocols
    .map((protocol) => assessCandidate({ ...server, protocol, paths: [path] }))
    .filter(({ result }) => result === 'cannot-work');
  const [code] = reasonCodes(asked);
  if (code !== undefined) {
    raise(
      new RefusalError({
        code,
        explanation: explainRefusal({
          subject,
          writtenAs: 'EdgePlan',
          asked,
          offers: [],
          bringYourOwn: 'EdgePlan.from({ protocols: [WIREGUARD], ... })',
        }),
        reasons: reasonSentences(asked),
        alternatives: [],
      }),
    );
  }
}
