import { isToken, known } from '../cdktf/token';
import { comesDirectly } from '../cdktf/ways';
import { invalid } from '../errors';
import { Accepted, IpRange } from '../flows';
import type { AptSources, PacketFilterKind } from '../host';
import { ClientAddressing } from './client-addressing';
import { checkFlowLogs, type FlowLogOptions } from './flow-logs';
import { type CheckedGateway, checkGateway, type GatewayProps } from './gateway-props';
import { MachineImage } from './machine-image';
import {
  checkExternalAddress,
  checkedId,
  checkServiceAccount,
  type IExternalAddress,
  type ISecret,
  type IServiceAccount,
  type ISubnetwork,
} from './resources';
import { SecretAccess } from './secret-access';
import { checkWay, type WayProps } from './way';

/** What every VPN server on a machine of its own is made from, whatever it speaks. */
export interface MachineGatewayOptions {
  /**
   * The secret of Secret Manager with the users and keys of the gateway, as JSON. It must have a version when the machine
   * boots, and none is ever made here: its value would stand in the Terraform state. The machine reads its latest version
   * every few minutes.
   */
  readonly secret: ISecret;
  /**
   * How the machine gets to read the secret.
   *
   * @default SecretAccess.SECRET_IAM_MEMBER
   */
  readonly secretAccess?: SecretAccess;
  /**
   * The service account that the machine runs as. It needs no role but that on its secret.
   *
   * @default - a new one
   */
  readonly serviceAccount?: IServiceAccount;
  /**
   * The range of a subnetwork that is created for the machine. Exactly one of this and `subnetwork`.
   *
   * @default - `subnetwork`
   */
  readonly subnetRange?: string;
  /**
   * The subnetwork of the machine.
   *
   * @default - one is created from `subnetRange`
   */
  readonly subnetwork?: ISubnetwork;
  /**
   * Flow logs of the subnetwork that is created. They show GRE, without ports.
   *
   * @default - none
   */
  readonly flowLogs?: FlowLogOptions;
  /**
   * Whether the rules of the gateway log connections. Google logs TCP and UDP alone there, never GRE.
   *
   * @default false
   */
  readonly firewallLogging?: boolean;
  /**
   * Addresses inside the tunnel: the first is the gateway's, the others are the clients'. They must lie outside the
   * network and outside every network that clients are in. A change replaces the machine.
   *
   * @default '10.99.0.0/24'
   */
  readonly clientPool?: string;
  /**
   * With which addresses clients appear behind the gateway.
   *
   * @default ClientAddressing.MASQUERADE
   */
  readonly addressing?: ClientAddressing;
  /**
   * DNS servers that clients may always reach: at most two IPv4 addresses.
   *
   * @default - none: Google's own answers at 169.254.169.254, from which clients are kept away, since the same address
   * hands out the tokens of the machine
   */
  readonly dnsServers?: readonly string[];
  /**
   * The machine type. Its series decides between x86-64 and arm64.
   *
   * @default 'e2-small': two shared processors and 2 GiB
   */
  readonly machineType?: string;
  /**
   * The type of the boot disk. Some series, such as C4A and N4, take `hyperdisk-balanced` alone.
   *
   * @default 'pd-balanced'
   */
  readonly diskType?: string;
  /**
   * What the machine is made from.
   *
   * @default MachineImage.DEBIAN_13
   */
  readonly image?: MachineImage;
  /**
   * A static external address that exists.
   *
   * @default - one is created, unless clients come through what has none behind it
   */
  readonly externalAddress?: IExternalAddress;
  /**
   * What filters packets on the machine.
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
   * Acknowledges that nobody can tell at synth whether the protocol works on its way: how you know, such as what tcpdump
   * showed on both ends. The warning becomes a remark.
   *
   * @default - an unverified way is warned of
   */
  readonly acceptsUnverifiedPath?: Accepted;
}

/** Props of a VPN server on a machine of its own. */
export interface MachineGatewayProps extends GatewayProps, WayProps, MachineGatewayOptions {}

/** What was read from the props of a gateway on a machine. */
export interface MachineSettings extends CheckedGateway {
  readonly pool: IpRange;
  readonly addressing: ClientAddressing;
  readonly dnsServers: readonly string[];
  readonly machineType: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly image: MachineImage;
  readonly secretAccess: SecretAccess;
  /** Whether the machine has an external address of its own. */
  readonly isPublic: boolean;
}

const DEFAULT_POOL = '10.99.0.0/24';

/** Pools that are proposed where one does not fit. */
const OTHER_POOLS = [DEFAULT_POOL, '172.29.99.0/24', '192.168.199.0/24', '10.199.0.0/24'];

/**
 * Checks everything about a gateway on a machine before any of it exists.
 *
 * @throws InvalidInputError see `PptpGateway`
 */
export function checkMachine(
  props: MachineGatewayProps,
  className: string,
  gateway: CheckedGateway = checkGateway(props, className),
): MachineSettings {
  checkWay(props);
  // As on the way: where something else takes all clients in, the machine has no address of its own.
  const isPublic = comesDirectly(props);
  const own = checkedSubnetwork(props, gateway.networkRanges);
  checkedId(props.secret?.id, 'secret');
  checkServiceAccount(props.serviceAccount);
  checkExternalAddress(props.externalAddress, gateway.region);
  if (!isPublic && props.externalAddress !== undefined) {
    invalid({
      code: 'OPTIONS_CONFLICT',
      what: 'externalAddress is given for a machine that has none: through says that clients come by another way',
      got: 'externalAddress',
      allowed: 'one of them',
      instead: 'no externalAddress',
    });
  }
  checkAcceptance(props.acceptsUnverifiedPath);
  const machineType = known(props.machineType ?? 'e2-small', 'machineType', "machineType: 'e2-small'");
  const networkRanges = [...gateway.networkRanges, ...(own === undefined ? [] : [own])];
  return {
    ...gateway,
    networkRanges,
    isPublic,
    addressing: checkedAddressing(props.addressing),
    machineType,
    architecture: architectureOf(machineType),
    image: checkedImage(props.image),
    secretAccess: checkedSecretAccess(props.secretAccess),
    pool: checkedPool(props, { ...gateway, networkRanges }),
    dnsServers: props.dnsServers ?? [],
  };
}

/** The range of the subnetwork that is created, where synth knows it. */
function checkedSubnetwork(
  { subnetwork, subnetRange, flowLogs }: MachineGatewayOptions,
  network: readonly IpRange[],
): IpRange | undefined {
  const wrong = (what: string, got: unknown, allowed: string) =>
    invalid({
      code: 'MACHINE_SUBNET_INVALID',
      what,
      ...(got === undefined ? {} : { got }),
      allowed,
      instead: "subnetRange: '10.40.254.0/28'   // a range that the network does not use",
    });
  if ((subnetwork === undefined) === (subnetRange === undefined)) {
    wrong(
      subnetwork === undefined
        ? 'the machine has no subnetwork: neither subnetRange nor subnetwork is given'
        : 'the machine has two subnetworks: subnetRange and subnetwork are both given',
      undefined,
      'exactly one of them',
    );
  }
  checkFlowLogs(flowLogs);
  if (subnetwork !== undefined) {
    checkedId(subnetwork?.id, 'subnetwork');
    if (flowLogs !== undefined) {
      invalid({
        code: 'OPTIONS_CONFLICT',
        what: 'flowLogs is given beside subnetwork, whose flow logs are its own affair',
        got: 'flowLogs',
        allowed: 'flowLogs with subnetRange, or logConfig on the ComputeSubnetwork that you have',
        instead: 'no flowLogs',
      });
    }
    return undefined;
  }
  if (isToken(subnetRange)) {
    return undefined;
  }
  const range = IpRange.parse(subnetRange ?? '', 'subnetRange');
  if (range.version === 6 || range.prefixLength > 29) {
    wrong(
      'subnetRange is no range for a machine',
      subnetRange,
      'an IPv4 range of /29 or larger; Google Cloud keeps four addresses of it',
    );
  }
  const used = network.find((one) => one.overlaps(range));
  if (used !== undefined) {
    wrong('subnetRange is in use in the network', subnetRange, `a range outside ${network.map(String).join(', ')}`);
  }
  return range;
}

function checkedSecretAccess(access: SecretAccess = SecretAccess.SECRET_IAM_MEMBER): SecretAccess {
  if (!(access instanceof SecretAccess)) {
    invalid({
      code: 'SECRET_ACCESS_INVALID',
      what: 'secretAccess is not a way of reading a secret',
      got: access,
      allowed: 'SecretAccess.SECRET_IAM_MEMBER or SecretAccess.GRANTED_ELSEWHERE',
      instead: 'secretAccess: SecretAccess.GRANTED_ELSEWHERE',
    });
  }
  return access;
}

function checkAcceptance(accepted: Accepted | undefined): void {
  if (accepted !== undefined && !(accepted instanceof Accepted)) {
    invalid({
      code: 'REASON_MISSING',
      what: 'acceptsUnverifiedPath is not a written acceptance',
      got: accepted,
      allowed: 'Accepted.because(reason)',
      instead: "acceptsUnverifiedPath: Accepted.because('tcpdump on both ends showed GRE both ways on 2026-11-20')",
    });
  }
}

function checkedAddressing(addressing: ClientAddressing = ClientAddressing.MASQUERADE): ClientAddressing {
  if (!(addressing instanceof ClientAddressing)) {
    invalid({
      code: 'ADDRESSING_UNKNOWN',
      what: 'addressing is not a way of addressing clients',
      got: addressing,
      allowed: 'ClientAddressing.MASQUERADE or ClientAddressing.ROUTED',
      instead: 'addressing: ClientAddressing.MASQUERADE',
    });
  }
  return addressing;
}

function checkedImage(image: MachineImage = MachineImage.DEBIAN_13): MachineImage {
  if (!(image instanceof MachineImage)) {
    invalid({
      code: 'MACHINE_IMAGE_INVALID',
      what: 'image is not an image that the machine can be made from',
      got: image,
      allowed: 'MachineImage.DEBIAN_13, MachineImage.DEBIAN_12 or MachineImage.of(image)',
      instead: 'image: MachineImage.DEBIAN_13',
    });
  }
  return image;
}

/** Series whose processors are of the ARM kind end with an `a` after their number, but for AMD's: T2A, C4A, N4A. */
function architectureOf(machineType: string): 'x86_64' | 'arm64' {
  const [, series] = /^([a-z]+\d+[a-z]*)-[a-z0-9-]+$/.exec(String(machineType)) ?? [];
  if (series === undefined) {
    invalid({
      code: 'MACHINE_SIZE_INVALID',
      what: 'machineType is not the name of a machine type',
      got: machineType,
      allowed: 'a name as Google Cloud writes it: gcloud compute machine-types list --zones europe-west3-a',
      instead: "machineType: 'e2-small'",
    });
  }
  return ['t2a', 'c4a', 'n4a'].includes(series) ? 'arm64' : 'x86_64';
}

function checkedPool({ clientPool }: MachineGatewayOptions, { networkRanges, clientRanges }: CheckedGateway): IpRange {
  const pool = IpRange.parse(
    known(clientPool ?? DEFAULT_POOL, 'clientPool', `clientPool: '${DEFAULT_POOL}'`),
    'client pool',
  );
  const free = OTHER_POOLS.find((other) =>
    [...networkRanges, ...clientRanges].every((range) => !range.overlaps(IpRange.parse(other))),
  );
  const overlaps = [
    ...networkRanges.map((range) => ({ code: 'POOL_OVERLAPS_NETWORK' as const, range, whose: 'the network' })),
    ...clientRanges.map((range) => ({ code: 'POOL_OVERLAPS_CLIENTS' as const, range, whose: 'the clients' })),
  ];
  const overlap = overlaps.find(({ range }) => range.overlaps(pool));
  if (overlap !== undefined) {
    invalid({
      code: overlap.code,
      what: `client pool ${pool.cidr} overlaps ${overlap.range.cidr} of ${overlap.whose}`,
      got: clientPool ?? `${DEFAULT_POOL}, the default`,
      allowed:
        "a private range outside the network, outside the clients' own networks and outside what they shall reach",
      instead: `clientPool: '${free ?? '192.168.199.0/24'}'`,
    });
  }
  return pool;
}
