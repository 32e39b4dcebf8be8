import { type RemovalPolicy, SizeRoundingBehavior, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { invalid } from '../errors';
import { Insecure, IpRange, isAddress } from '../flows';
import { PptpPool } from '../host';
import { PPTP } from '../protocols';
import { ClientAddressing } from './client-addressing';
import { Clients } from './clients';
import { type Placement, placementOf } from './placement';
import { type PoolRouteTable, poolRouteTables } from './pool-routes';
import type { PptpGatewayProps, PptpPathProps } from './pptp-gateway-props';
import { assertVpc } from './scope';
import { checkedSigningKey } from './session-manager';
import { Through } from './through';
import { isToken, known } from './token';
import { checkSecurityGroupQuota } from './vpn-security-group';

const CLASS = 'PptpGateway';
const DEFAULT_POOL = '10.99.0.0/24';

/** Pools that are proposed where one does not fit. */
const OTHER_POOLS = [DEFAULT_POOL, '172.29.99.0/24', '192.168.199.0/24', '10.199.0.0/24'];

/** Those that an address can have: it has no snapshot. */
const REMOVAL_POLICIES: readonly `${RemovalPolicy}`[] = ['retain', 'destroy', 'retain-on-update-or-delete'];

/** What decides about the path, read and checked. */
export interface PathSettings {
  readonly clients: Clients;
  readonly placement: Placement;
  readonly through: readonly Through[];
  readonly networkAcl: ec2.INetworkAcl | undefined;
}

/** The props of a gateway, read and checked. */
export interface PptpGatewaySettings extends PathSettings {
  readonly pool: PptpPool;
  readonly addressing: ClientAddressing;
  readonly dnsServers: readonly string[];
  readonly architecture: 'x86_64' | 'arm64';
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
 * @throws InvalidInputError `VPC_MISSING`, `NO_CLIENTS`, `CLIENTS_IPV6_FOR_PPTP`, `CLIENTS_OVERLAP_VPC`,
 * `SUBNET_MISSING`, `OPTIONS_CONFLICT`, `THROUGH_UNKNOWN`
 */
export function readPath(props: PptpPathProps): PathSettings {
  assertVpc(props?.vpc, CLASS);
  const clients = Clients.check(props.clients, CLASS);
  clients.requireIpv4(CLASS);
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
  const placement = placementOf(props, CLASS);
  checkClientsOutside(clients, placement);
  return { clients, placement, through, networkAcl: props.networkAcl };
}

/**
 * Reads all props of a gateway.
 *
 * @throws InvalidInputError those of `readPath`, and one for each bad value
 */
export function readSettings(scope: Construct, props: PptpGatewayProps): PptpGatewaySettings {
  const path = readPath(props);
  const { clients, placement } = path;
  if (!(props.insecure instanceof Insecure)) {
    invalid({
      code: 'INSECURE_WITHOUT_REASON',
      what: 'PPTP protects nothing against whoever can read the packets, and no reason is written for using it',
      got: props.insecure,
      allowed: 'a reason that a reviewer will read in the template',
      instead: "insecure: Insecure.because('PLCs in plant 4 speak nothing else; replaced by 2027-06')",
    });
  }
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
  const pool = readPool(props, clients, placement);
  const isPublic = !['nat-gateway', 'no-internet-gateway'].includes(placement.internetRoute);
  checkElasticIp(props, isPublic);
  checkDnsName(props, isPublic);
  checkUsersSecret(scope, props);
  checkSecurityGroupQuota(CLASS, props.maxRulesPerDirection, clients.entries, PPTP.flowSets[0]?.flows ?? [], 1);
  checkRootVolume(props);
  checkReadyTimeout(props);
  checkRole(props);
  const instanceType = props.instanceType ?? new ec2.InstanceType('t3.micro');
  return {
    ...path,
    pool,
    addressing,
    isPublic,
    instanceType,
    architecture: architectureOf(instanceType),
    dnsServers: props.dnsServers ?? defaultDnsServers(addressing, placement),
    routeTables: addressing.routes === undefined ? [] : poolRouteTables(props.vpc, addressing.routes),
    sessionManagerSigningKey:
      props.sessionManagerSigningKey === undefined ? undefined : checkedSigningKey(props.sessionManagerSigningKey),
  };
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

function readPool(props: PptpGatewayProps, clients: Clients, { vpcRanges }: Placement): PptpPool {
  const text = known(props.clientPool ?? DEFAULT_POOL, 'clientPool');
  const pool = PptpPool.from(text, {
    ...(props.maxSessions === undefined ? {} : { maxSessions: known(props.maxSessions, 'maxSessions') }),
    ...(props.fixedAddresses === undefined ? {} : { fixedAddresses: known(props.fixedAddresses, 'fixedAddresses') }),
  });
  const clientRanges = clients.ranges.filter(({ isEverything }) => !isEverything);
  const free = OTHER_POOLS.find((other) =>
    [...vpcRanges, ...clientRanges].every((range) => !range.overlaps(IpRange.parse(other))),
  );
  const overlap = (code: 'POOL_OVERLAPS_VPC' | 'POOL_OVERLAPS_CLIENTS', taken: IpRange, whose: string) =>
    invalid({
      code,
      what: `client pool ${pool.range.cidr} overlaps ${taken.cidr} of ${whose}`,
      got: props.clientPool ?? `${DEFAULT_POOL}, the default`,
      allowed: "a private range outside the VPC, outside the clients' own networks and outside what they shall reach",
      instead: `clientPool: '${free ?? '192.168.199.0/24'}'`,
    });
  const inVpc = vpcRanges.find((range) => range.overlaps(pool.range));
  if (inVpc !== undefined) {
    overlap('POOL_OVERLAPS_VPC', inVpc, 'the VPC');
  }
  const atClients = clientRanges.find((range) => range.overlaps(pool.range));
  if (atClients !== undefined) {
    overlap('POOL_OVERLAPS_CLIENTS', atClients, 'the clients');
  }
  return pool;
}

function checkElasticIp(props: PptpGatewayProps, isPublic: boolean): void {
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

function checkDnsName(props: PptpGatewayProps, isPublic: boolean): void {
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
function checkUsersSecret(scope: Construct, { usersSecret }: PptpGatewayProps): void {
  if (usersSecret === undefined) {
    return;
  }
  const { account } = Stack.of(scope);
  const theirs = usersSecret.env.account;
  if (isToken(account) || isToken(theirs) || account === theirs) {
    return;
  }
  if (usersSecret.secretFullArn === undefined || usersSecret.encryptionKey === undefined) {
    invalid({
      code: 'USERS_SECRET_OF_OTHER_ACCOUNT',
      what: `usersSecret belongs to account ${theirs}, and ${
        usersSecret.secretFullArn === undefined ? 'its complete ARN' : 'the KMS key that encrypts it'
      } is not given`,
      allowed: 'the complete ARN with its six last characters, and the customer-managed key that encrypts the secret',
      instead:
        "secretsmanager.Secret.fromSecretAttributes(this, 'Users', { secretCompleteArn, encryptionKey: kms.Key.fromKeyArn(this, 'UsersKey', keyArn) })",
    });
  }
}

/** Debian's images are 8 GiB, and EC2 makes no volume that is smaller than its image. */
function checkRootVolume({ rootVolumeSize }: PptpGatewayProps): void {
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
function checkReadyTimeout({ readyTimeout }: PptpGatewayProps): void {
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

function checkRole({ role, permissionsBoundary }: PptpGatewayProps): void {
  if (role !== undefined && permissionsBoundary !== undefined) {
    invalid({
      code: 'OPTIONS_CONFLICT',
      what: 'permissionsBoundary is for the new role of the machine, and role brings one that exists',
      allowed: 'one of the two',
      instead: 'iam.PermissionsBoundary.of(role).apply(permissionsBoundary)',
    });
  }
}

function architectureOf(instanceType: ec2.InstanceType): 'x86_64' | 'arm64' {
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
