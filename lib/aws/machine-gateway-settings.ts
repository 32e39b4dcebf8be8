import { type RemovalPolicy, SizeRoundingBehavior, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { invalid } from '../errors';
import { Flow, type Insecure, IpRange, isAddress } from '../flows';
import { ClientPool, type HostService, type ServiceFlow } from '../host';
import type { RadiusOptions } from '../host/radius';
import type { VpnProtocol } from '../protocols';
import { ClientAddressing } from './client-addressing';
import { Clients } from './clients';
import type { MachineGatewayProps, MachinePathProps } from './machine-gateway-props';
import { type Placement, placementOf } from './placement';
import { type PoolRouteTable, poolRouteTables } from './pool-routes';
import { assertVpc } from './scope';
import { checkedSigningKey } from './session-manager';
import { Through } from './through';
import { isToken, known } from './token';
import { checkSecurityGroupQuota } from './vpn-security-group';

/** The pool of every gateway that is given none. */
export const DEFAULT_POOL = '10.99.0.0/24';

/** Pools that are proposed where one does not fit. */
const OTHER_POOLS = [DEFAULT_POOL, '172.29.99.0/24', '192.168.199.0/24', '10.199.0.0/24'];

/** Those that an address can have: it has no snapshot. */
const REMOVAL_POLICIES: readonly `${RemovalPolicy}`[] = ['retain', 'destroy', 'retain-on-update-or-delete'];

/** What a class of gateways on a machine is. */
export interface MachineKind {
  /** What the user wrote, for messages: `PptpGateway`. */
  readonly className: string;
  /** The same for descriptions in a template: `PPTP gateway`. */
  readonly title: string;
  /** Whether it speaks PPTP, perhaps among others. */
  readonly speaksPptp?: boolean;
}

/** One VPN server on the machine. */
export interface MachineServer {
  /** Its protocol; the first of its sets of flows is what it listens on. */
  readonly protocol: VpnProtocol;
  readonly service: HostService;
  /** The RADIUS servers that it asks, where it does. */
  readonly radius?: RadiusFlows;
}

/** Where RADIUS requests go. */
export interface RadiusFlows {
  /** IPv4 addresses, or tokens. */
  readonly servers: readonly string[];
  readonly ports: readonly number[];
}

/** The servers of a machine, with what belongs to them alone. */
export interface Servers {
  readonly servers: readonly [MachineServer, ...MachineServer[]];
  /** The users and keys; `undefined` where a new secret is to be made. */
  readonly secret: secretsmanager.ISecret | undefined;
  /** How the user gives the secret. */
  readonly secretOption: 'secret' | 'usersSecret';
  /** Why PPTP is spoken, where it is. */
  readonly insecure?: Insecure;
}

/** What is known of a machine before its servers are. */
export interface MachineSite {
  readonly clients: Clients;
  readonly placement: Placement;
  /** Whether clients from the internet dial an Elastic IP, and not the machine's own address. */
  readonly isPublic: boolean;
  /** DNS servers for the clients. */
  readonly dnsServers: readonly string[];
}

/** What decides about the path, read and checked. */
export interface PathSettings {
  readonly clients: Clients;
  readonly placement: Placement;
  readonly through: readonly Through[];
  readonly networkAcl: ec2.INetworkAcl | undefined;
}

/** The props of a gateway, read and checked. */
export interface MachineSettings extends PathSettings, Servers {
  readonly kind: MachineKind;
  readonly addressing: ClientAddressing;
  readonly dnsServers: readonly string[];
  readonly architecture: 'x86_64' | 'arm64';
  readonly debian: 12 | 13;
  readonly instanceType: ec2.InstanceType;
  /** Whether the machine gets an Elastic IP: not in a private subnet, where clients dial its private address. */
  readonly isPublic: boolean;
  readonly sessionManagerSigningKey: string | undefined;
  /** Route tables that get a route to the clients; none where they are masqueraded. */
  readonly routeTables: readonly PoolRouteTable[];
}

/**
 * Reads what decides about the path.
 *
 * @throws InvalidInputError `VPC_MISSING`, `NO_CLIENTS`, `CLIENTS_IPV6_FOR_PPTP`, `CLIENTS_IPV6_FOR_MACHINE`,
 * `CLIENTS_OVERLAP_VPC`, `SUBNET_MISSING`, `OPTIONS_CONFLICT`, `THROUGH_UNKNOWN`
 */
export function readPath(props: MachinePathProps, { className, speaksPptp }: MachineKind): PathSettings {
  assertVpc(props?.vpc, className);
  const clients = Clients.check(props.clients, className);
  if (speaksPptp === true) {
    clients.requireIpv4(className);
  }
  refuseIpv6(clients, className);
  const through = props.through ?? [];
  const stranger = through.find((one) => !(one instanceof Through));
  if (stranger !== undefined) {
    invalid({
      code: 'THROUGH_UNKNOWN',
      what: 'through holds something that is not an element on the way',
      got: stranger,
      allowed: 'the elements of Through',
      instead: 'through: [Through.NETWORK_FIREWALL.conditionMet()]',
    });
  }
  const placement = placementOf(props, className);
  checkClientsOutside(clients, placement);
  return { clients, placement, through, networkAcl: props.networkAcl };
}

/**
 * Reads all props of a gateway.
 *
 * @param serversOf reads what belongs to the servers alone
 * @throws InvalidInputError those of `readPath`, and one for each bad value
 */
export function readMachine(
  scope: Construct,
  props: MachineGatewayProps,
  kind: MachineKind,
  serversOf: (site: MachineSite) => Servers,
): MachineSettings {
  const { className } = kind;
  const path = readPath(props, kind);
  const { clients, placement } = path;
  const addressing = props.addressing ?? ClientAddressing.MASQUERADE;
  if (!(addressing instanceof ClientAddressing)) {
    invalid({
      code: 'ADDRESSING_UNKNOWN',
      what: 'addressing is not a way of addressing clients',
      got: addressing,
      allowed: 'ClientAddressing.MASQUERADE or ClientAddressing.routed()',
      instead: 'addressing: ClientAddressing.MASQUERADE',
    });
  }
  const dnsServers = props.dnsServers ?? defaultDnsServers(addressing, placement);
  const isPublic = isPubliclyReachable(placement);
  const servers = serversOf({ clients, placement, isPublic, dnsServers });
  checkElasticIp(props, isPublic);
  checkDnsName(props, isPublic);
  if (servers.secret !== undefined) {
    checkSecretOfOtherAccount(scope, servers.secret, servers.secretOption);
  }
  checkSecurityGroupQuota(className, props.maxRulesPerDirection, clients.entries, flowsOf(servers.servers), 1);
  checkRootVolume(props);
  checkReadyTimeout(props);
  checkRole(props);
  const instanceType = props.instanceType ?? new ec2.InstanceType('t3.micro');
  return {
    ...path,
    ...servers,
    kind,
    addressing,
    isPublic,
    instanceType,
    architecture: architectureOf(instanceType),
    debian: props.debian ?? 13,
    dnsServers,
    routeTables: addressing.routes === undefined ? [] : poolRouteTables(props.vpc, addressing.routes),
    sessionManagerSigningKey:
      props.sessionManagerSigningKey === undefined ? undefined : checkedSigningKey(props.sessionManagerSigningKey),
  };
}

/**
 * A protocol that listens on these flows alone.
 *
 * @param flows all of them must arrive
 */
export function listeningOn(protocol: VpnProtocol, flows: readonly Flow[]): VpnProtocol {
  const ids = flows.map(({ id }) => id).join();
  const known = protocol.flowSets.find((set) => set.flows.map(({ id }) => id).join() === ids);
  return { ...protocol, flowSets: [known ?? { when: 'here', flows }] };
}

/**
 * Checks the secret of a gateway that has keys of its own.
 *
 * @param protocol as the command that makes keys names it
 * @throws InvalidInputError `KEYS_SECRET_MISSING`
 */
export function checkedKeys(secret: unknown, { className }: MachineKind, protocol: string): secretsmanager.ISecret {
  if (typeof secret !== 'object' || secret === null || !('secretArn' in secret)) {
    return invalid({
      code: 'KEYS_SECRET_MISSING',
      what: `${className} has no secret that holds its keys, and a server without keys never serves: the deployment would roll back`,
      got: secret,
      allowed: `a secret of Secrets Manager that holds what \`npx pptp-constructs keys ${protocol}\` made, before the machine boots`,
      instead: "secret: secretsmanager.Secret.fromSecretNameV2(this, 'Keys', 'vpn-keys')",
    });
  }
  return secret as secretsmanager.ISecret;
}

/** The pool of a gateway that is given none, or the one that is given. */
export function checkedClientPool(clientPool: string | undefined, option: string, site: MachineSite): ClientPool {
  const pool = ClientPool.from(known(clientPool ?? DEFAULT_POOL, option));
  checkPool(pool.range, option, clientPool, site);
  return pool;
}

/** The flows on which a server listens. */
export function flowsOpenedBy({ filter }: HostService): Flow[] {
  return filter.opens.flatMap(flowsOpened);
}

function flowsOpened(opened: ServiceFlow): Flow[] {
  switch (opened.kind) {
    case 'udp':
      return [Flow.udp(opened.port)];
    case 'tcp':
      return [Flow.tcp(opened.port)];
    case 'esp':
      return [Flow.ESP];
    case 'pptp':
      return [Flow.tcp(1723), Flow.GRE];
  }
}

/**
 * What the machine may send to its RADIUS servers.
 *
 * @param reports whether it also reports sessions, on the port after that of requests
 */
export function radiusFlows({ servers, port = 1812 }: RadiusOptions, reports: boolean): RadiusFlows {
  return { servers, ports: reports ? [port, port + 1] : [port] };
}

/** Whether a machine at this place gets an Elastic IP. */
export function isPubliclyReachable({ internetRoute }: Placement): boolean {
  return internetRoute !== 'nat-gateway' && internetRoute !== 'no-internet-gateway';
}

/** What clients open from outside. */
export function flowsOf(servers: readonly MachineServer[]): Flow[] {
  return servers.flatMap(({ protocol }) => protocol.flowSets[0]?.flows ?? []);
}

/** The ranges of the clients inside the tunnels. */
export function poolsOf(servers: Servers['servers']): readonly [string, ...string[]] {
  return servers.map(({ service }) => service.filter.pool) as [string, ...string[]];
}

/** The machine has an IPv4 address alone. */
function refuseIpv6(clients: Clients, className: string): void {
  const ipv6 = clients.entries.find(({ ipVersion }) => ipVersion === 6);
  if (ipv6 !== undefined) {
    invalid({
      code: 'CLIENTS_IPV6_FOR_MACHINE',
      what: `${className} was given IPv6 clients, and its machine has an IPv4 address alone`,
      got: ipv6.label,
      allowed: 'IPv4 ranges, IPv4 prefix lists and security groups',
      instead: "clients: Clients.from('203.0.113.0/24')",
    });
  }
}

/** A client whose own network has the VPC's addresses cannot be answered. The whole internet is not such a network. */
function checkClientsOutside(clients: Clients, { vpcRanges }: Placement): void {
  for (const range of clients.ranges.filter(({ isEverything }) => !isEverything)) {
    const vpcRange = vpcRanges.find((one) => one.overlaps(range));
    if (vpcRange !== undefined) {
      invalid({
        code: 'CLIENTS_OVERLAP_VPC',
        what: `client range ${range.cidr} overlaps ${vpcRange.cidr} of the VPC: answers to such clients stay inside the VPC`,
        got: range.cidr,
        allowed: 'ranges outside the VPC; for machines inside it, their security group',
        instead: 'clients: Clients.from(securityGroupOfTheClients)',
      });
    }
  }
}

/**
 * Checks that a pool is apart from the networks that clients come from and get into.
 *
 * @param option its name in the props
 * @param given what the user wrote
 * @throws InvalidInputError `POOL_OVERLAPS_VPC`, `POOL_OVERLAPS_CLIENTS`
 */
export function checkPool(pool: IpRange, option: string, given: string | undefined, site: MachineSite): void {
  const { vpcRanges } = site.placement;
  const clientRanges = site.clients.ranges.filter(({ isEverything }) => !isEverything);
  const free = OTHER_POOLS.find((other) =>
    [...vpcRanges, ...clientRanges].every((range) => !range.overlaps(IpRange.parse(other))),
  );
  const refuseOverlap = (
    code: 'POOL_OVERLAPS_VPC' | 'POOL_OVERLAPS_CLIENTS',
    taken: IpRange | undefined,
    whose: string,
  ) => {
    if (taken !== undefined) {
      invalid({
        code,
        what: `client pool ${pool.cidr} overlaps ${taken.cidr} of ${whose}`,
        got: given ?? `${DEFAULT_POOL}, the default`,
        allowed: "a private range outside the VPC, outside the clients' own networks and outside what they shall reach",
        instead: `${option}: '${free ?? '192.168.199.0/24'}'`,
      });
    }
  };
  const overlapping = (ranges: readonly IpRange[]) => ranges.find((range) => range.overlaps(pool));
  refuseOverlap('POOL_OVERLAPS_VPC', overlapping(vpcRanges), 'the VPC');
  refuseOverlap('POOL_OVERLAPS_CLIENTS', overlapping(clientRanges), 'the clients');
}

function checkElasticIp(props: MachineGatewayProps, isPublic: boolean): void {
  const { elasticIpAllocationId, elasticIpAddress, elasticIpRemovalPolicy } = props;
  const conflict = (what: string, instead: string) =>
    invalid({
      code: 'OPTIONS_CONFLICT',
      what,
      allowed:
        'elasticIpAddress with elasticIpAllocationId; elasticIpRemovalPolicy without it; none in a private subnet',
      instead,
    });
  if (!isPublic && [elasticIpAllocationId, elasticIpAddress, elasticIpRemovalPolicy].some((one) => one !== undefined)) {
    conflict(
      'an Elastic IP is asked for in a subnet without a route to an internet gateway, where it reaches nothing',
      'vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }',
    );
  }
  if (elasticIpAllocationId !== undefined && elasticIpRemovalPolicy !== undefined) {
    conflict(
      'elasticIpRemovalPolicy is about a new Elastic IP, and elasticIpAllocationId names one that exists',
      `elasticIpAllocationId: '${isToken(elasticIpAllocationId) ? 'eipalloc-0123456789abcdef0' : elasticIpAllocationId}'`,
    );
  }
  if (elasticIpAllocationId === undefined && elasticIpAddress !== undefined) {
    conflict(
      'elasticIpAddress is given without the Elastic IP that it belongs to',
      "elasticIpAllocationId: 'eipalloc-0123456789abcdef0'",
    );
  }
  if (elasticIpAllocationId !== undefined && !isToken(elasticIpAllocationId)) {
    if (!/^eipalloc-[0-9a-f]{8,17}$/.test(elasticIpAllocationId)) {
      invalid({
        code: 'ELASTIC_IP_INVALID',
        what: 'elasticIpAllocationId is not the allocation id of an Elastic IP',
        got: elasticIpAllocationId,
        allowed: 'eipalloc- with 8 or 17 hexadecimal digits',
        instead: "elasticIpAllocationId: 'eipalloc-0123456789abcdef0'",
      });
    }
  }
  if (elasticIpAddress !== undefined && !isToken(elasticIpAddress)) {
    if (!isAddress(elasticIpAddress) || elasticIpAddress.includes(':')) {
      invalid({
        code: 'ELASTIC_IP_INVALID',
        what: 'elasticIpAddress is not an IPv4 address',
        got: elasticIpAddress,
        allowed: 'the IPv4 address of the Elastic IP',
        instead: "elasticIpAddress: '198.51.100.7'",
      });
    }
  }
  if (elasticIpRemovalPolicy !== undefined && !REMOVAL_POLICIES.includes(elasticIpRemovalPolicy)) {
    invalid({
      code: 'ELASTIC_IP_INVALID',
      what: 'elasticIpRemovalPolicy is not a removal policy',
      got: elasticIpRemovalPolicy,
      allowed: 'RemovalPolicy.RETAIN or RemovalPolicy.DESTROY',
      instead: 'elasticIpRemovalPolicy: RemovalPolicy.RETAIN',
    });
  }
}

function checkDnsName(props: MachineGatewayProps, isPublic: boolean): void {
  const { hostedZone, dnsName, elasticIpAllocationId, elasticIpAddress } = props;
  if ((hostedZone === undefined) !== (dnsName === undefined)) {
    invalid({
      code: 'OPTIONS_CONFLICT',
      what:
        hostedZone === undefined ? 'dnsName is given without its hostedZone' : 'hostedZone is given without dnsName',
      got: dnsName,
      allowed: 'both or none',
      instead: "hostedZone, dnsName: 'vpn'",
    });
  }
  if (isPublic && dnsName !== undefined && elasticIpAllocationId !== undefined && elasticIpAddress === undefined) {
    invalid({
      code: 'ADDRESS_UNKNOWN',
      what: 'a DNS name is asked for, and the allocation id of an Elastic IP does not tell its address',
      allowed: 'elasticIpAddress beside elasticIpAllocationId',
      instead: "elasticIpAddress: '198.51.100.7'",
    });
  }
}

/** The default key of Secrets Manager serves its own account only, and a name without its account means ours. */
function checkSecretOfOtherAccount(scope: Construct, secret: secretsmanager.ISecret, option: string): void {
  const { account } = Stack.of(scope);
  const theirs = secret.env.account;
  if (isToken(account) || isToken(theirs) || account === theirs) {
    return;
  }
  if (secret.secretFullArn === undefined || secret.encryptionKey === undefined) {
    invalid({
      code: 'USERS_SECRET_OF_OTHER_ACCOUNT',
      what: `${option} belongs to account ${theirs}, and ${
        secret.secretFullArn === undefined ? 'its complete ARN' : 'the KMS key that encrypts it'
      } is not given`,
      allowed: 'the complete ARN with its six last characters, and the customer-managed key that encrypts the secret',
      instead:
        "secretsmanager.Secret.fromSecretAttributes(this, 'Users', { secretCompleteArn, encryptionKey: kms.Key.fromKeyArn(this, 'UsersKey', keyArn) })",
    });
  }
}

/** Debian's images are 8 GiB, and EC2 makes no volume that is smaller than its image. */
function checkRootVolume({ rootVolumeSize }: MachineGatewayProps): void {
  const size = rootVolumeSize?.toGibibytes({ rounding: SizeRoundingBehavior.FLOOR });
  if (size !== undefined && !isToken(size) && (size < 8 || size > 16_384)) {
    invalid({
      code: 'ROOT_VOLUME_SIZE',
      what: 'rootVolumeSize is not a size that the root volume can have',
      got: `${size} GiB`,
      allowed: '8 to 16384 GiB',
      instead: 'rootVolumeSize: Size.gibibytes(16)',
    });
  }
}

/** A machine that installs, reboots and starts needs minutes; CloudFormation waits for twelve hours at most. */
function checkReadyTimeout({ readyTimeout }: MachineGatewayProps): void {
  const minutes = known(readyTimeout?.toMinutes({ integral: false }), 'readyTimeout');
  if (minutes !== undefined && (minutes < 5 || minutes > 12 * 60)) {
    invalid({
      code: 'READY_TIMEOUT',
      what: 'readyTimeout is not a time in which the machine can become ready',
      got: `${minutes} minutes`,
      allowed: '5 minutes to 12 hours',
      instead: 'readyTimeout: Duration.minutes(20)',
    });
  }
}

function checkRole({ role, permissionsBoundary }: MachineGatewayProps): void {
  if (role !== undefined && permissionsBoundary !== undefined) {
    invalid({
      code: 'OPTIONS_CONFLICT',
      what: 'permissionsBoundary is for the new role of the machine, and role brings one that exists',
      allowed: 'one of the two',
      instead: 'iam.PermissionsBoundary.of(role).apply(permissionsBoundary)',
    });
  }
}

/**
 * The processor of an instance type.
 *
 * @throws InvalidInputError `INSTANCE_TYPE_INVALID`, `TOKEN_NOT_ALLOWED`
 */
export function architectureOf(instanceType: ec2.InstanceType): 'x86_64' | 'arm64' {
  const name = known(String(instanceType), 'instanceType');
  if (!(instanceType instanceof ec2.InstanceType) || !/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(name)) {
    invalid({
      code: 'INSTANCE_TYPE_INVALID',
      what: 'instanceType is not an instance type of EC2',
      got: name,
      allowed: 'a family and a size, as ec2.InstanceType',
      instead: "instanceType: new ec2.InstanceType('t3.micro')",
    });
  }
  return instanceType.architecture === ec2.InstanceArchitecture.ARM_64 ? 'arm64' : 'x86_64';
}

/** The VPC's resolver answers at the third address of the VPC's first range, and only to addresses of the VPC. */
function defaultDnsServers(addressing: ClientAddressing, { vpcRanges }: Placement): string[] {
  const [first] = vpcRanges;
  return addressing.routes === undefined && first !== undefined ? [first.address(2)] : [];
}
