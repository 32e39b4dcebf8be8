import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { invalid } from '../errors';
import { type Hop, type Path, pathOf } from '../feasibility';
import { DIRECTIONS, type Flow } from '../flows';
import { AWS } from '../network/aws';
import { type CarriageFact, factFor, type NetworkElement } from '../network/element';
import type { Evidence } from '../network/evidence';
import { HOST_FILTER } from '../network/gateway-side';
import { INTERNET } from '../network/internet';
import { VPN_PROTOCOLS, type VpnProtocol } from '../protocols';
import type { ClientEntry, ClientSite, Clients } from './clients';
import { type AclFinding, missingAclEntries } from './network-acl-check';
import type { Placement } from './placement';
import type { Through } from './through';

/** What decides on which ways clients reach a machine in a VPC. */
export interface PathOptions {
  readonly clients: Clients;
  readonly placement: Placement;
  readonly through: readonly Through[];
  readonly networkAcl?: ec2.INetworkAcl | undefined;
}

/** How many sources of clients a path names before it only counts them. */
const NAMED_SOURCES = 2;

/**
 * The paths from the clients to a machine in a VPC: one for those who come over the internet, one for those who come
 * from other networks by private addresses.
 *
 * @param protocols protocols on ports of the user's own, about which a network ACL is asked beside the usual ones
 */
export function pathsOf(options: PathOptions, protocols: readonly VpnProtocol[] = []): Path[] {
  return options.clients.sites.flatMap((site) => {
    const through = [...(site.through ?? []), ...options.through];
    const paths = pathsFrom(site, { ...options, clients: site.clients, through }, protocols);
    return site.fleet === undefined ? paths : [onlyOne(paths, site)];
  });
}

/** A fleet is counted once, on the way that its devices take. */
function onlyOne(paths: readonly Path[], { name, clients }: ClientSite): Path {
  const [path, ...others] = paths;
  if (path === undefined || others.length > 0) {
    return invalid({
      code: 'SITE_INVALID',
      what: `${name ?? `the site of ${clients}`} says which devices call, and its clients come by several ways`,
      got: paths.map(({ from }) => from),
      allowed: 'clients that all come over the internet, all over a private network, or all from inside the VPC',
      instead: 'a site for each way, with the devices that come by it',
    });
  }
  return path;
}

/** The paths from one site. */
function pathsFrom(site: ClientSite, options: PathOptions, protocols: readonly VpnProtocol[]): Path[] {
  const { clients, placement, through, networkAcl } = options;
  const path = (entries: readonly ClientEntry[], hops: readonly Hop[]) =>
    pathOf(from(site, entries), hops, undefined, site.fleet);
  const at = (position: Through['position']) => through.filter((one) => one.position === position).map(hopOf);
  const gateway: Hop[] = [
    ...at('vpc'),
    { element: AWS.VPC },
    ...(networkAcl === undefined ? [] : [networkAclHop(networkAcl, clients, protocols)]),
    { element: AWS.SECURITY_GROUP, condition: 'met' },
    { element: HOST_FILTER, condition: 'met' },
  ];
  const overInternet = clients.entries.filter(comesOverInternet);
  const fromVpc = clients.entries.filter(({ kind }) => kind === 'security-group');
  const fromElsewhere = clients.entries.filter((entry) => !overInternet.includes(entry) && !fromVpc.includes(entry));
  const transit = at('transit');

  const paths: Path[] = [];
  if (overInternet.length > 0) {
    const arrival = [...at('edge'), ...arrivalHops(placement), ...transit];
    paths.push(path(overInternet, [...at('clients'), { element: INTERNET }, ...arrival, ...gateway]));
  }
  if (fromElsewhere.length > 0) {
    const between = transit.length > 0 ? transit : [{ element: PRIVATE_NETWORK }];
    paths.push(path(fromElsewhere, [...at('clients'), ...between, ...gateway]));
  }
  if (fromVpc.length > 0) {
    paths.push(path(fromVpc, gateway));
  }
  return paths;
}

/** The paths from the same clients to an AWS Client VPN endpoint, which lies outside of every subnet. */
export function pathsToClientVpn(clients: Clients, through: readonly Through[]): Path[] {
  return clients.sites.map((site) => {
    const atClients = [...(site.through ?? []), ...through].filter(({ position }) => position === 'clients').map(hopOf);
    const hops = [...atClients, { element: INTERNET }, { element: AWS.CLIENT_VPN_ENDPOINT }];
    return pathOf(from(site, site.clients.entries), hops, 'Client VPN', site.fleet);
  });
}

/** A source whose addresses nobody knows at synth may be anywhere on the internet; a security group's members may not. */
export function comesOverInternet({ kind, range }: ClientEntry): boolean {
  return kind !== 'security-group' && range?.isPrivate !== true;
}

function from({ name }: ClientSite, entries: readonly ClientEntry[]): string {
  const labels = entries.map(({ label }) => label);
  const named = labels.slice(0, NAMED_SOURCES).join(', ');
  const more = labels.length - NAMED_SOURCES;
  const sources = `${named}${more > 0 ? ` and ${more} more` : ''}`;
  return name === undefined ? `${labels.length === 1 ? 'client' : 'clients'} ${sources}` : `${name} (${sources})`;
}

function hopOf({ element, isConditionMet }: Through): Hop {
  return { element, condition: isConditionMet ? 'met' : 'unknown' };
}

/** How what comes from the internet gets into the subnet. */
function arrivalHops({ internetRoute, name }: Placement): Hop[] {
  const internetGateway = (fact: Partial<CarriageFact> & Pick<CarriageFact, 'carriage' | 'because'>): Hop => ({
    element: AWS.INTERNET_GATEWAY,
    label: 'internet gateway',
    facts: [{ protocols: 'any', evidence: ROUTES, ...fact }],
  });
  switch (internetRoute) {
    case 'internet-gateway':
      return [{ element: AWS.INTERNET_GATEWAY }];
    case 'nat-gateway':
      return [
        internetGateway({
          carriage: 'drops',
          because: `The default route of subnet ${name} leads to a NAT gateway, not to an internet gateway: nothing that comes from the internet is handed to a machine in it.`,
          code: 'NO_INTERNET_ROUTE',
          remedy: TAKE_PUBLIC_SUBNET,
        }),
        { element: AWS.NAT_GATEWAY, label: `NAT gateway of ${name}` },
      ];
    case 'no-internet-gateway':
      return [
        internetGateway({
          carriage: 'drops',
          because: `Subnet ${name} has no route to an internet gateway: nothing that comes from the internet is handed to a machine in it.`,
          code: 'NO_INTERNET_ROUTE',
          remedy: TAKE_PUBLIC_SUBNET,
        }),
      ];
    case 'unknown':
      return [
        internetGateway({
          carriage: 'undocumented',
          because: `Whether the route table of subnet ${name} has a route to an internet gateway cannot be seen in this app.`,
          remedy: 'write subnetHasInternetRoute: true, where it has one',
        }),
      ];
    case 'pending':
      return [internetGateway({ carriage: 'undocumented', because: 'The look-up of the VPC has not been made yet.' })];
  }
}

const TAKE_PUBLIC_SUBNET = 'vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }, in a VPC that has public subnets';

const ROUTES: readonly Evidence[] = AWS.INTERNET_GATEWAY.facts[0]?.evidence ?? [];

/** Networks that only the user knows, between clients with private addresses and the VPC. */
const PRIVATE_NETWORK: NetworkElement = {
  id: 'aws.private-network',
  platform: 'aws',
  name: 'private network between the clients and the VPC',
  short: 'private network',
  facts: [
    {
      protocols: 'any',
      carriage: 'undocumented',
      because:
        'Clients with private addresses come over a network that this app does not show: a transit gateway, peering, ' +
        'Direct Connect or a VPN.',
      remedy: 'say which, for example through: [Through.DIRECT_CONNECT]',
      evidence: [],
    },
  ],
  notes: [],
};

/** The network ACL as its entries stand now: one fact for each flow and direction of every VPN protocol. */
function networkAclHop(acl: ec2.INetworkAcl, clients: Clients, more: readonly VpnProtocol[]): Hop {
  const protocols = [...VPN_PROTOCOLS, ...more];
  const findings = protocols.flatMap((protocol) => missingAclEntries(acl, protocol, clients));
  const flows = new Map<string, Flow>(
    protocols.flatMap(({ flowSets }) => flowSets.flatMap((set) => set.flows.map((flow) => [flow.id, flow]))),
  );
  const facts = [...flows.values()].flatMap((flow) =>
    DIRECTIONS.map((direction): CarriageFact => {
      const general = factFor(AWS.NETWORK_ACL, flow, direction);
      const found = findings.find((one) => one.flow.id === flow.id && one.direction === direction);
      return {
        protocols: [flow.protocol],
        ...(flow.port === undefined ? {} : { ports: [flow.port] }),
        direction,
        evidence: general?.evidence ?? [],
        ...(found === undefined
          ? { carriage: 'carries', because: 'An entry of the network ACL lets it through.' }
          : aclFact(found)),
      };
    }),
  );
  return { element: AWS.NETWORK_ACL, label: `network ACL ${acl.node.id}`, facts };
}

function aclFact({
  state,
  because,
  remedy,
}: AclFinding): Pick<CarriageFact, 'carriage' | 'because' | 'remedy' | 'code'> {
  return state === 'missing'
    ? { carriage: 'drops', because, remedy, code: 'RULE_MISSING' }
    : { carriage: 'undocumented', because, remedy };
}
