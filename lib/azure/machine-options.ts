import { refuseIpv6 } from '../cdktf/checks';
import { comesDirectly } from '../cdktf/ways';
import { invalid } from '../errors';
import { IpRange } from '../flows';
import { type AptSources, ClientPool, type PacketFilterKind } from '../host';
import { ClientAddressing } from './client-addressing';
import { type CheckedGateway, checkGateway, type GatewayProps } from './gateway-props';
import { MachineImage } from './machine-image';
import { checkedAddress, type IPublicIp } from './public-ip';
import { type IKeyVault, type IMachineIdentity, SecretAccess } from './secret-access';
import { isToken, known } from './token';
import { checkedResourceId, GATEWAY_SUBNET, type ISubnet, subnetName } from './virtual-network';
import { checkWay, type WayProps } from './way';

/** What every VPN server on a machine of its own is made from, whatever it speaks. */
export interface MachineGatewayOptions {
  /** The key vault that holds the users and keys of the gateway. */
  readonly keyVault: IKeyVault;
  /**
   * The name of the secret with the users and keys of the gateway, as JSON. It must exist when the machine boots, and is
   * never made here: its value would stand in the Terraform state. The machine reads its newest version every few
   * minutes.
   */
  readonly secretName: string;
  /**
   * The public SSH key of an administrator, `ssh-ed25519` or `ssh-rsa`. Azure makes no machine without a password or a
   * key, so there must be one; the machine masks SSH and its port is closed, so it opens nothing by itself.
   */
  readonly adminSshKey: string;
  /**
   * How the machine gets to read the secret: by the model of access that the vault has.
   *
   * @default SecretAccess.ROLE_ASSIGNMENT
   */
  readonly secretAccess?: SecretAccess;
  /**
   * The identity that the machine has. It exists before the machine, so that access is there when the machine boots,
   * and stays when the machine is replaced.
   *
   * @default - a new one
   */
  readonly identity?: IMachineIdentity;
  /**
   * The range of a subnet that is created for the machine. Exactly one of this and `subnet`.
   *
   * @default - `subnet`
   */
  readonly subnetPrefix?: string;
  /**
   * The subnet of the machine; never GatewaySubnet. A network security group on it must let the same flows in as the
   * machine's own.
   *
   * @default - one is created from `subnetPrefix`
   */
  readonly subnet?: ISubnet;
  /**
   * Addresses inside the tunnel: the first is the gateway's, the others are the clients'. They must lie outside the
   * virtual network and outside every network that clients are in. A change replaces the machine.
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
   * @default - masqueraded clients may ask Azure's own, 168.63.129.16; routed ones none, since it answers machines alone
   */
  readonly dnsServers?: readonly string[];
  /**
   * The size of the machine, as Azure writes it. Its processor decides between x86-64 and arm64.
   *
   * @default 'Standard_B2ts_v2': two processors and 1 GiB, the smallest burstable size that is not to be retired (2028)
   */
  readonly size?: string;
  /**
   * What the machine is made from.
   *
   * @default MachineImage.DEBIAN_13
   */
  readonly image?: MachineImage;
  /**
   * A Standard address that exists.
   *
   * @default - one is created, unless clients come through what has none behind it
   */
  readonly publicIp?: IPublicIp;
  /**
   * The availability zones of the address that is created.
   *
   * @default - all three where the region has zones, by the table of docs/azure.md; none where it has none
   */
  readonly zones?: readonly string[];
  /**
   * The resource id of a Log Analytics workspace that gets the machine's journal, in its table `Syslog`. It must lie in
   * the region of the gateway.
   *
   * @default - the journal stays on the machine
   */
  readonly journalWorkspaceId?: string;
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
   * How many minutes a deployment waits for the machine to serve, before it fails: 5 to 80. Azure ends the program that
   * waits after 90.
   *
   * @default 20
   */
  readonly readyMinutes?: number;
}

/** Props of a VPN server on a machine of its own. */
export interface MachineGatewayProps extends GatewayProps, WayProps, MachineGatewayOptions {}

/** What was read from the props of a gateway on a machine. */
export interface MachineSettings extends CheckedGateway {
  readonly pool: ClientPool;
  readonly addressing: ClientAddressing;
  readonly dnsServers: readonly string[];
  readonly size: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly image: MachineImage;
  readonly secretAccess: SecretAccess;
  readonly readyMinutes: number;
  /** Whether the machine has a public address of its own. */
  readonly isPublic: boolean;
  /** The zones of the address that is created. */
  readonly zones: readonly string[];
}

/** Azure's own DNS server, which answers at this address in every virtual network. */
export const AZURE_DNS = '168.63.129.16';

const DEFAULT_POOL = '10.99.0.0/24';

/** Pools that are proposed where one does not fit. */
const OTHER_POOLS = [DEFAULT_POOL, '172.29.99.0/24', '192.168.199.0/24', '10.199.0.0/24'];

/** The longest of the names that begin with the gateway's own: its network security group takes 80, its machine 64. */
const LONGEST_NAME = 64;

/**
 * Checks everything about a gateway on a machine before any of it exists.
 *
 * @throws InvalidInputError see `WireGuardGateway`
 */
export function checkMachine(
  props: MachineGatewayProps,
  className: string,
  gateway: CheckedGateway = checkGateway(props, className),
): MachineSettings {
  checkName(props.name, className);
  refuseIpv6(gateway.clients, className);
  checkWay(props);
  // As on the way: where something else takes all clients in, the machine has no address of its own.
  const isPublic = comesDirectly(props);
  checkSubnet(props, gateway.networkRanges);
  checkSecret(props);
  checkAdminSshKey(props.adminSshKey);
  if (props.journalWorkspaceId !== undefined) {
    checkedResourceId(props.journalWorkspaceId, 'Microsoft.OperationalInsights/workspaces', 'journalWorkspaceId');
  }
  const addressing = checkedAddressing(props.addressing);
  const size = known(props.size ?? 'Standard_B2ts_v2', 'size', "size: 'Standard_B2ts_v2'");
  return {
    ...gateway,
    isPublic,
    addressing,
    size,
    architecture: architectureOf(size),
    image: checkedImage(props.image),
    secretAccess: checkedSecretAccess(props),
    pool: checkedPool(props, gateway),
    dnsServers: props.dnsServers ?? (addressing.routeTables === undefined ? [AZURE_DNS] : []),
    readyMinutes: checkedReadyMinutes(props.readyMinutes),
    zones: isPublic ? checkedAddress(props, gateway.location, false) : noAddress(props),
  };
}

function checkName(name: string | undefined, className: string): void {
  if (
    name !== undefined &&
    !isToken(name) &&
    (!/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name) || name.length > LONGEST_NAME)
  ) {
    invalid({
      code: 'NAME_INVALID',
      what: `the name of ${className} is not a name that Azure takes for a machine`,
      got: name,
      allowed: `1 to ${LONGEST_NAME} letters, digits and hyphens; the first and the last a letter or a digit`,
      instead: "name: 'vpn-plant-4'",
    });
  }
}

function noAddress({ publicIp, zones }: MachineGatewayOptions): readonly string[] {
  const given = publicIp === undefined ? (zones === undefined ? undefined : 'zones') : 'publicIp';
  if (given !== undefined) {
    invalid({
      code: 'OPTIONS_CONFLICT',
      what: `${given} is given for a machine that has no public address: through says that clients come by another way`,
      got: given,
      allowed: 'one of them',
      instead: `no ${given}`,
    });
  }
  return [];
}

function checkSubnet({ subnet, subnetPrefix }: MachineGatewayOptions, network: readonly IpRange[]): void {
  const wrong = (what: string, got: unknown, allowed: string) =>
    invalid({
      code: 'MACHINE_SUBNET_INVALID',
      what,
      got,
      allowed,
      instead: "subnetPrefix: '10.40.254.0/28'   // a range of the virtual network that is not in use",
    });
  if ((subnet === undefined) === (subnetPrefix === undefined)) {
    wrong(
      subnet === undefined
        ? 'the machine has no subnet: neither subnetPrefix nor subnet is given'
        : 'the machine has two subnets: subnetPrefix and subnet are both given',
      undefined,
      'exactly one of them',
    );
  }
  if (subnet !== undefined) {
    checkedResourceId(subnet?.id, 'Microsoft.Network/virtualNetworks/subnets', 'subnet.id');
    if (subnetName(subnet) === GATEWAY_SUBNET) {
      wrong(
        `${GATEWAY_SUBNET} is for VPN Gateway alone, and Azure takes no machine in it`,
        GATEWAY_SUBNET,
        'another subnet',
      );
    }
  }
  if (subnetPrefix !== undefined && !isToken(subnetPrefix)) {
    const range = IpRange.parse(subnetPrefix, 'subnetPrefix');
    if (range.version === 6 || range.prefixLength > 29) {
      wrong(
        'subnetPrefix is no range for a machine',
        subnetPrefix,
        'an IPv4 range of /29 or larger; Azure keeps five addresses of it',
      );
    }
    if (network.length > 0 && !network.some((one) => one.contains(range))) {
      wrong(
        'subnetPrefix lies outside the virtual network',
        subnetPrefix,
        `a range inside ${network.map(String).join(', ')}`,
      );
    }
  }
}

function checkSecret({ keyVault, secretName }: MachineGatewayOptions): void {
  const { id, vaultUri } = (keyVault ?? {}) as Partial<IKeyVault>;
  if (typeof vaultUri !== 'string' || (!isToken(vaultUri) && !/^https:\/\/[a-z0-9][a-z0-9.-]+\/?$/i.test(vaultUri))) {
    invalid({
      code: 'KEY_VAULT_INVALID',
      what: 'keyVault is no key vault with its vaultUri',
      got: vaultUri ?? keyVault ?? 'undefined',
      allowed: 'a KeyVault or DataAzurermKeyVault of @cdktf/provider-azurerm, or an object with id and vaultUri',
      instead: "keyVault: { id: keyVaultId, vaultUri: 'https://plant4.vault.azure.net/' }",
    });
  }
  checkedResourceId(id, 'Microsoft.KeyVault/vaults', 'keyVault.id');
  if (!isToken(secretName) && !/^[0-9A-Za-z-]{1,127}$/.test(String(secretName ?? ''))) {
    invalid({
      code: 'SECRET_NAME_INVALID',
      what: 'secretName is not the name of a secret in a key vault',
      got: secretName ?? 'undefined',
      allowed: '1 to 127 letters, digits and hyphens: the name alone, without its vault and its version',
      instead: "secretName: 'vpn-users'",
    });
  }
}

function checkedSecretAccess({ secretAccess, identity }: MachineGatewayOptions): SecretAccess {
  const access = secretAccess ?? SecretAccess.ROLE_ASSIGNMENT;
  if (!(access instanceof SecretAccess)) {
    invalid({
      code: 'SECRET_ACCESS_INVALID',
      what: 'secretAccess is not a way of reading a secret',
      got: access,
      allowed: 'SecretAccess.ROLE_ASSIGNMENT, SecretAccess.ACCESS_POLICY or SecretAccess.GRANTED_ELSEWHERE',
      instead: 'secretAccess: SecretAccess.ACCESS_POLICY',
    });
  }
  if (identity !== undefined) {
    checkedResourceId(identity?.id, 'Microsoft.ManagedIdentity/userAssignedIdentities', 'identity.id');
    const missing = (['clientId', 'principalId', 'tenantId'] as const).find(
      (name) => !isIdOrToken(identity[name]) && (name !== 'tenantId' || access === SecretAccess.ACCESS_POLICY),
    );
    if (missing !== undefined) {
      invalid({
        code: 'IDENTITY_INVALID',
        what: `identity has no ${missing}`,
        got: identity,
        allowed:
          'a UserAssignedIdentity or DataAzurermUserAssignedIdentity of @cdktf/provider-azurerm, or an object with id, clientId, principalId and, for access policies, tenantId',
        instead: 'no identity, so that one is created',
      });
    }
  }
  return access;
}

function isIdOrToken(id: unknown): boolean {
  return isToken(id) || (typeof id === 'string' && /^[\w-]+$/.test(id));
}

/** Azure takes RSA of at least 2048 bits, and Ed25519. */
function checkAdminSshKey(key: string): void {
  if (isToken(key)) {
    return;
  }
  const text = typeof key === 'string' ? key : '';
  if (text.includes('PRIVATE KEY')) {
    invalid({
      code: 'ADMIN_SSH_KEY_INVALID',
      what: 'adminSshKey is a private key, which would stand in the synthesised JSON and in the state; treat it as lost',
      allowed: 'the public key, which ssh-keygen writes into the file that ends with .pub',
      instead: "adminSshKey: readFileSync('admin.pub', 'utf8')",
    });
  }
  const [kind = '', data = ''] = text.trim().split(/\s+/);
  const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(data) ? Buffer.from(data, 'base64') : Buffer.alloc(0);
  const isOfKind = bytes.length > 4 && bytes.subarray(4, 4 + kind.length).toString('latin1') === kind;
  const isLong = kind === 'ssh-ed25519' ? bytes.length === 51 : kind === 'ssh-rsa' && bytes.length >= 256;
  if (!isOfKind || !isLong || text.trim().includes('\n')) {
    invalid({
      code: 'ADMIN_SSH_KEY_INVALID',
      what: 'adminSshKey is not one public SSH key that Azure takes',
      got:
        key === undefined ? 'undefined' : text.length > 60 ? `${text.length} characters, ${kind || 'of no kind'}` : key,
      allowed: 'one line with ssh-ed25519, or with ssh-rsa of at least 2048 bits',
      instead: "adminSshKey: readFileSync('admin.pub', 'utf8')   // ssh-keygen -t ed25519 -f admin",
    });
  }
}

function checkedAddressing(addressing: ClientAddressing = ClientAddressing.MASQUERADE): ClientAddressing {
  if (!(addressing instanceof ClientAddressing)) {
    invalid({
      code: 'ADDRESSING_UNKNOWN',
      what: 'addressing is not a way of addressing clients',
      got: addressing,
      allowed: 'ClientAddressing.MASQUERADE or ClientAddressing.routed({ routeTables })',
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
      allowed: 'MachineImage.DEBIAN_13, MachineImage.DEBIAN_12 or MachineImage.fromId(imageId)',
      instead: 'image: MachineImage.DEBIAN_13',
    });
  }
  return image;
}

/** Sizes with a `p` after their number have processors of the ARM kind: `Standard_B2pts_v2`, `Standard_D2ps_v5`. */
function architectureOf(size: string): 'x86_64' | 'arm64' {
  const form = /^(?:Standard|Basic)_[A-Z]+\d+(?:-\d+)?([a-z]*)(?:_\w+)*$/.exec(size);
  if (form === null) {
    invalid({
      code: 'MACHINE_SIZE_INVALID',
      what: 'size is not the name of a size of virtual machines',
      got: size,
      allowed: 'a name as Azure writes it: az vm list-sizes --location westeurope',
      instead: "size: 'Standard_B2ts_v2'",
    });
  }
  return form[1]?.includes('p') ? 'arm64' : 'x86_64';
}

function checkedPool(
  { clientPool }: MachineGatewayOptions,
  { networkRanges, clientRanges }: CheckedGateway,
): ClientPool {
  const pool = ClientPool.from(known(clientPool ?? DEFAULT_POOL, 'clientPool', `clientPool: '${DEFAULT_POOL}'`));
  const free = OTHER_POOLS.find((other) =>
    [...networkRanges, ...clientRanges].every((range) => !range.overlaps(IpRange.parse(other))),
  );
  const overlaps = [
    ...networkRanges.map((range) => ({ code: 'POOL_OVERLAPS_NETWORK' as const, range, whose: 'the virtual network' })),
    ...clientRanges.map((range) => ({ code: 'POOL_OVERLAPS_CLIENTS' as const, range, whose: 'the clients' })),
  ];
  const overlap = overlaps.find(({ range }) => range.overlaps(pool.range));
  if (overlap !== undefined) {
    invalid({
      code: overlap.code,
      what: `client pool ${pool.range.cidr} overlaps ${overlap.range.cidr} of ${overlap.whose}`,
      got: clientPool ?? `${DEFAULT_POOL}, the default`,
      allowed:
        "a private range outside the virtual network, outside the clients' own networks and outside what they shall reach",
      instead: `clientPool: '${free ?? '192.168.199.0/24'}'`,
    });
  }
  return pool;
}

function checkedReadyMinutes(minutes = 20): number {
  if (!Number.isInteger(known(minutes, 'readyMinutes', 'readyMinutes: 20')) || minutes < 5 || minutes > 80) {
    invalid({
      code: 'READY_TIMEOUT',
      what: 'readyMinutes is not a time in which the machine can become ready',
      got: minutes,
      allowed: 'a whole number of minutes from 5 to 80',
      instead: 'readyMinutes: 20',
    });
  }
  return minutes;
}
