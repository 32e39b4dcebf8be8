import { createHash } from 'node:crypto';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { writeAtSynth } from '../cdktf/edge';
import { pathBelow } from '../construct-path';
import { edgeFolder } from '../edge/for-gateways';
import { invalid } from '../errors';
import {
  type AssessedCandidate,
  assessCandidate,
  type Candidate,
  canServe,
  explainUnverified,
  type Verdict,
} from '../feasibility';
import { IpRange } from '../flows';
import type { Destination, HostService } from '../host';
import { MSCHAPV2_SECOND_FACTOR, type RadiusOptions } from '../host/radius';
import type { FlowSet, VpnProtocol } from '../protocols';
import { rememberPlace } from '../source-location';
import { annotate } from './annotate';
import { edgeOfMachine } from './edge';
import { VirtualNetworkFlowLog } from './flow-logs';
import { type CheckedGateway, checkGateway, flowLogProps } from './gateway-props';
import { MachineJournal } from './journal';
import {
  customDataOf,
  imageScriptOf,
  type MachineNews,
  userDataOf,
  userDataSize,
  withDestination,
} from './machine-data';
import {
  checkMachine,
  type MachineGatewayOptions,
  type MachineGatewayProps,
  type MachineSettings,
} from './machine-options';
import { ENDPOINT_NAME, MACHINE_NAME, type NameRule, nameFromPath } from './names';
import {
  KeyVaultAccessPolicy,
  LinuxVirtualMachine,
  NetworkInterface,
  NetworkInterfaceSecurityGroupAssociation,
  NetworkSecurityRule,
  PublicIp,
  RoleAssignment,
  Route,
  Subnet,
  UserAssignedIdentity,
  VirtualMachineExtension,
} from './provider';
import { waitUntilReady } from './readiness';
import { assertTerraformScope } from './scope';
import { type IMachineIdentity, SecretAccess } from './secret-access';
import { isToken } from './token';
import { Traffic } from './traffic';
import { VpnNetworkSecurityGroup } from './vpn-network-security-group';
import { machineCandidate, refuseWay } from './way';

/** In what one kind of server on a machine differs from another. */
export interface MachineKind<Options extends MachineGatewayOptions> {
  /** The class: `WireGuardGateway`. */
  readonly className: string;
  readonly protocol: VpnProtocol;
  /** The server on the machine; checks the options that are particular to it. */
  readonly service: (options: Options, settings: MachineSettings) => HostService;
  /**
   * The sets of flows that let clients in: those of its protocol that the server listens on.
   *
   * @throws InvalidInputError `HOST_OPTION_INVALID`
   * @default - the first set of its protocol
   */
  readonly flowSets?: (options: Options, settings: MachineSettings) => readonly FlowSet[];
  /**
   * The RADIUS servers that the machine asks.
   *
   * @default - none
   */
  readonly radius?: (options: Options) => RadiusOptions | undefined;
}

/** Everything about a machine that is read from its props, and the text that it boots with. */
export interface MachinePlan {
  readonly settings: MachineSettings;
  readonly customData: string;
  /** The size of its user data without destinations, in bytes. */
  readonly userDataSize: number;
  /** The sets of flows that let clients in. */
  readonly flowSets: readonly FlowSet[];
  /** What could be built, for the choice among protocols. */
  readonly candidate: (id: string) => Candidate;
  /** What prepares an image for it. */
  readonly imageScript: () => string;
}

/** Plans that `VpnGateway` has made, for the server that it makes of the very same props next. */
const planned = new WeakMap<MachineGatewayProps, MachinePlan>();

/**
 * Checks everything about a gateway on a machine, and writes the text of the machine, before any of it exists.
 *
 * @throws InvalidInputError see `WireGuardGateway`
 */
export function planMachine<Options extends MachineGatewayOptions>(
  kind: MachineKind<Options>,
  props: Options & MachineGatewayProps,
  className: string,
  gateway: CheckedGateway = checkGateway(props, className),
): MachinePlan {
  const settings = checkMachine(props, className, gateway);
  const service = kind.service(props, settings);
  const customData = customDataOf(props, settings, service);
  const flowSets = kind.flowSets?.(props, settings) ?? kind.protocol.flowSets.slice(0, 1);
  // Judged by the flows that it will have: another set of the protocol may pass where these do not.
  const protocol = { ...kind.protocol, flowSets };
  return {
    settings,
    customData,
    userDataSize: userDataSize({ ...newsOf(props), identityClientId: '', clients: settings.clients, destinations: [] }),
    flowSets,
    candidate: (id) => machineCandidate(protocol, props, id),
    imageScript: () => imageScriptOf(props, settings, service),
  };
}

/** Keeps what was read from props that nobody but the caller can change. */
export function keepPlan(props: MachineGatewayProps, plan: MachinePlan): void {
  planned.set(props, plan);
}

function newsOf({ keyVault, secretName }: MachineGatewayOptions): Pick<MachineNews, 'vaultUri' | 'secretName'> {
  return { vaultUri: keyVault.vaultUri, secretName };
}

/** Rules for the machine's own needs, after those of destinations and before the one that refuses the rest. */
const MACHINE_PRIORITY = 4000;
const LAST_PRIORITY = 4096;

/** Priorities of the rules that let clients out. */
const FIRST_DESTINATION = 1000;
const DESTINATIONS = MACHINE_PRIORITY - FIRST_DESTINATION;

/** A network security group takes 1000 rules; these are what is left beside the rest. */
const MOST_DESTINATIONS = 900;

/** How Azure spells the protocols of traffic. */
const SPELLING = { tcp: 'Tcp', udp: 'Udp', icmp: 'Icmp', any: '*' } as const;

/**
 * A VPN server on a Debian machine of its own: what `WireGuardGateway`, `Ikev2Gateway` and `OpenVpnGateway` have in common.
 *
 * Users, keys, clients and destinations are data that the machine fetches every few minutes: they change without a new
 * machine. What needs a new machine (pool, image, another kind of processor, a new version of this library) replaces
 * it and keeps its address, its network interface and its identity.
 */
export abstract class MachineGateway<Options extends MachineGatewayOptions> extends Construct {
  /** Tells it from a server that Azure runs. */
  public readonly managed = false;
  /** The machine. */
  public readonly resource: LinuxVirtualMachine;
  /** The machine's network interface, for what these props do not cover. */
  public readonly networkInterface: NetworkInterface;
  /** The machine's own network security group. */
  public readonly networkSecurityGroup: VpnNetworkSecurityGroup;
  /** The machine's identity, created or given. */
  public readonly identity: IMachineIdentity;
  /** The address, where one was created. */
  public readonly publicIp: PublicIp | undefined;
  /** The subnet, where one was created. */
  public readonly subnet: Subnet | undefined;
  /** The flow logs, where they were asked for. */
  public readonly flowLog: VirtualNetworkFlowLog | undefined;
  /** The addresses of clients inside the tunnel, in CIDR notation. */
  public readonly clientPool: string;
  /** The verdict of each way by which clients come. */
  public readonly verdicts: readonly Verdict[];

  private readonly plan: MachinePlan;
  private readonly props: MachineGatewayProps;
  private readonly settings: MachineSettings;
  private readonly journal: MachineJournal | undefined;
  private userDataSize: number;
  private readonly destinations: Destination[] = [];
  private readonly priorities = new Set<number>();

  protected constructor(
    scope: Construct,
    id: string,
    props: Options & MachineGatewayProps,
    kind: MachineKind<Options>,
  ) {
    assertTerraformScope(scope, kind.className);
    const plan = planned.get(props) ?? planMachine(kind, props, kind.className);
    const { settings } = plan;
    const assessed = assessCandidate(plan.candidate(id));
    if (!canServe(assessed)) {
      refuseWay({ id, path: pathBelow(scope, id), writtenAs: kind.className, asked: [assessed], props });
    }
    const edge = edgeFolder(pathBelow(scope, id), props.edge, () => edgeOfMachine(plan, props, id));
    super(scope, id);
    rememberPlace(this);
    writeAtSynth(this, edge);
    this.plan = plan;
    this.props = props;
    this.settings = settings;
    this.userDataSize = plan.userDataSize;
    this.clientPool = settings.pool.range.cidr;
    this.verdicts = assessed.verdicts;

    this.subnet = props.subnet === undefined ? this.makeSubnet() : undefined;
    this.publicIp = settings.isPublic && props.publicIp === undefined ? this.makePublicIp() : undefined;
    this.networkSecurityGroup = this.makeNetworkSecurityGroup(kind.protocol);
    const rules = this.makeRules(kind.radius?.(props));
    this.networkInterface = this.makeNetworkInterface();
    const association = new NetworkInterfaceSecurityGroupAssociation(this, 'NetworkSecurityGroupAssociation', {
      ...settings.meta,
      networkInterfaceId: this.networkInterface.id,
      networkSecurityGroupId: this.networkSecurityGroup.id,
    });
    const identity = props.identity ?? this.makeIdentity();
    this.identity = identity;
    const access = this.grantSecret();
    this.journal = this.makeJournal();
    // Before it boots, the machine has its rules and may read its secret.
    const rulesOfClients = this.networkSecurityGroup.rules;
    const needed = [association, ...rulesOfClients, ...rules, ...(access === undefined ? [] : [access])];
    this.resource = this.makeMachine(plan.customData, needed);
    this.makeReadiness();
    this.addPoolRoutes();
    if (props.flowLogs !== undefined) {
      this.flowLog = new VirtualNetworkFlowLog(this, 'FlowLog', flowLogProps(props, props.flowLogs));
    }
    this.warn(assessed, kind.radius?.(props) !== undefined);
  }

  /** The resource id of the machine. */
  public get id(): string {
    return this.resource.id;
  }

  /** The address that clients dial, where it was created here; a token. */
  public get publicIpAddress(): string | undefined {
    return this.publicIp?.ipAddress;
  }

  /** The machine's own address in the virtual network; a token. */
  public get privateIpAddress(): string {
    return this.networkInterface.privateIpAddress;
  }

  /**
   * A shell script that prepares a machine with Debian to become an image of such gateways, for `MachineImage.fromId`:
   * docs/azure.md has the commands. It holds no key, no user and no address, and is the same for every gateway of this kind.
   */
  public get imageScript(): string {
    return this.plan.imageScript();
  }

  /**
   * Lets clients reach a destination: opens the machine's packet filter, which learns it within minutes, and the machine's
   * network security group, outwards. Rules at the destination are yours: there, masqueraded clients come from
   * `privateIpAddress` and routed ones from `clientPool`.
   *
   * @param destination an IPv4 range in CIDR notation, or a token
   * @param traffic what clients may send there
   * @throws InvalidInputError `DESTINATION_INVALID`, `POLICY_TOO_LARGE`, `NSG_RULE_QUOTA`, or those of a malformed range
   */
  public allowClientsTo(destination: string, traffic: Traffic): void {
    const { addressing, networkRanges } = this.settings;
    const added = this.checkedDestination(destination, traffic);
    if (this.destinations.some((one) => keyOf(one) === keyOf(added))) {
      return;
    }
    if (this.destinations.length >= MOST_DESTINATIONS) {
      invalid({
        code: 'NSG_RULE_QUOTA',
        what: `${this.node.id} has ${MOST_DESTINATIONS} destinations, and its network security group takes no more rules`,
        got: `${destination}, ${traffic}`,
        allowed: `${MOST_DESTINATIONS} destinations, each a range and its ports`,
        instead: "gateway.allowClientsTo('10.0.0.0/16', Traffic.tcp(443)) // fewer and wider ones",
        constructPath: this.node.path,
      });
    }
    this.userDataSize = withDestination(this.userDataSize, added);
    this.destinations.push(added);
    const { cidr } = added;
    const unknown = this.destinations.filter((one) => isToken(one.cidr)).length;
    const name = `allow-clients-to-${isToken(cidr) ? `token-${unknown}` : cidr.replace('/', '_')}-${traffic}`;
    this.addRule(name, {
      direction: 'Outbound',
      priority: this.priorityOf(name),
      protocol: SPELLING[traffic.protocol],
      destination: cidr,
      ports: [traffic.fromPort === undefined ? '*' : [...new Set([traffic.fromPort, traffic.toPort])].join('-')],
      description: 'VPN clients',
    });
    const outside =
      !isToken(cidr) && networkRanges.length > 0 && !networkRanges.some((own) => own.contains(IpRange.parse(cidr)));
    if (addressing.routeTables !== undefined && outside) {
      annotate(
        this,
        'WARN',
        'NO_WAY_BACK_TO_CLIENTS',
        `clients of ${this.node.path} are routed, and ${cidr} lies outside of the virtual network: answers come back only ` +
          `if that network has a route to ${this.clientPool}; the internet never has. Elsewhere: ClientAddressing.MASQUERADE.`,
      );
    }
  }

  private checkedDestination(cidr: string, traffic: Traffic): Destination {
    const refuseIt = (what: string, got: unknown) =>
      invalid({
        code: 'DESTINATION_INVALID',
        what,
        got: got ?? 'undefined',
        allowed:
          'an IPv4 range in CIDR notation, or a token; and Traffic.tcp, Traffic.udp, Traffic.ICMP or Traffic.ANY',
        instead: "gateway.allowClientsTo('10.40.2.0/24', Traffic.tcp(5432))",
        constructPath: this.node.path,
      });
    if (!(traffic instanceof Traffic)) {
      refuseIt('what clients may send to a destination is not made by Traffic', traffic);
    }
    if (!isToken(cidr) && IpRange.parse(cidr, 'destination').version !== 4) {
      refuseIt('a destination of the clients is an IPv6 range, and the tunnels carry IPv4', cidr);
    }
    const { protocol, fromPort, toPort } = traffic;
    return { cidr, protocol, ...(fromPort === undefined || toPort === undefined ? {} : { fromPort, toPort }) };
  }

  /**
   * A priority that does not depend on which other destinations there are, since azurerm cannot swap two: by a hash of the
   * rule's name, and the next one that is free.
   */
  private priorityOf(name: string): number {
    const start = createHash('sha256').update(name).digest().readUInt32BE(0) % DESTINATIONS;
    let slot = start;
    while (this.priorities.has(slot)) {
      slot = (slot + 1) % DESTINATIONS;
    }
    this.priorities.add(slot);
    return FIRST_DESTINATION + slot;
  }

  /** What Azure calls a part of the gateway. */
  private named(suffix = '', rule?: NameRule): string {
    const { name } = this.props;
    const longest = rule?.longest ?? 80;
    return name === undefined || (!isToken(name) && name.length + suffix.length > longest)
      ? nameFromPath(name ?? this.node.path, suffix, rule)
      : `${name}${suffix}`;
  }

  /** What every resource has that has a place of its own. */
  private get created() {
    const { tags, resourceGroupName } = this.props;
    const { meta, network, location } = this.settings;
    return {
      ...meta,
      resourceGroupName: resourceGroupName ?? network.resourceGroupName,
      location,
      ...(tags === undefined ? {} : { tags: { ...tags } }),
    };
  }

  private makeSubnet(): Subnet {
    const { meta, network } = this.settings;
    return new Subnet(this, 'Subnet', {
      ...meta,
      name: this.named('-subnet'),
      resourceGroupName: network.resourceGroupName,
      virtualNetworkName: network.name,
      addressPrefixes: [this.props.subnetPrefix ?? ''],
      // The machine has an address of its own; nothing else gets out by an address that nobody chose.
      defaultOutboundAccessEnabled: false,
    });
  }

  private makePublicIp(): PublicIp {
    const { zones } = this.settings;
    return new PublicIp(this, 'PublicIp', {
      ...this.created,
      name: this.named('-ip'),
      sku: 'Standard',
      allocationMethod: 'Static',
      ...(zones.length > 0 ? { zones: [...zones] } : {}),
    });
  }

  private makeNetworkSecurityGroup(protocol: VpnProtocol): VpnNetworkSecurityGroup {
    const { resourceGroupName, location, tags, ...meta } = this.created;
    return new VpnNetworkSecurityGroup(this, 'NetworkSecurityGroup', {
      ...meta,
      resourceGroupName,
      location,
      ...(tags === undefined ? {} : { tags }),
      name: this.named('-nsg'),
      clients: this.settings.clients,
      protocols: [protocol],
      flowSets: this.plan.flowSets,
    });
  }

  /** Beside the protocol from its clients: ICMP errors inwards, and outwards the machine's own needs, until more is allowed. */
  private makeRules(radius: RadiusOptions | undefined): NetworkSecurityRule[] {
    const all = { destination: '*', ports: ['*'] };
    const rules: [string, Omit<SecurityRule, 'description'>, string][] = [
      [
        'allow-icmp',
        { direction: 'Inbound', priority: MACHINE_PRIORITY, protocol: 'Icmp', ...all },
        'path MTU discovery; the machine takes ICMP errors alone',
      ],
      ['deny-other-inbound', { direction: 'Inbound', priority: LAST_PRIORITY, protocol: '*', ...all }, 'nothing else'],
      [
        'allow-machine-tcp',
        {
          direction: 'Outbound',
          priority: MACHINE_PRIORITY,
          protocol: 'Tcp',
          destination: '*',
          ports: ['53', '443', ...packagePorts(this.props)],
        },
        'DNS, Key Vault and Azure Monitor, Debian packages',
      ],
      [
        'allow-machine-udp',
        {
          direction: 'Outbound',
          priority: MACHINE_PRIORITY + 10,
          protocol: 'Udp',
          destination: '*',
          ports: ['53', '123'],
        },
        'DNS, NTP',
      ],
      ...(radius?.servers ?? []).map((server, index): (typeof rules)[number] => [
        `allow-radius-${index + 1}`,
        {
          direction: 'Outbound',
          priority: MACHINE_PRIORITY + 20 + index,
          protocol: 'Udp',
          destination: server,
          ports: [String(radius?.port ?? 1812)],
        },
        'RADIUS',
      ]),
      [
        'deny-other-outbound',
        { direction: 'Outbound', priority: LAST_PRIORITY, protocol: '*', ...all },
        'nothing else',
      ],
    ];
    return rules.map(([name, rule, description]) => this.addRule(name, { ...rule, description }));
  }

  private addRule(name: string, rule: SecurityRule): NetworkSecurityRule {
    const { ports } = rule;
    return new NetworkSecurityRule(this, name, {
      ...this.settings.meta,
      name,
      resourceGroupName: this.created.resourceGroupName,
      networkSecurityGroupName: this.networkSecurityGroup.name,
      description: rule.description,
      priority: rule.priority,
      direction: rule.direction,
      access: name.startsWith('deny') ? 'Deny' : 'Allow',
      protocol: rule.protocol,
      sourcePortRange: '*',
      sourceAddressPrefix: '*',
      destinationAddressPrefix: rule.destination,
      ...(ports.length === 1 ? { destinationPortRange: ports[0] } : { destinationPortRanges: [...ports] }),
    });
  }

  private makeNetworkInterface(): NetworkInterface {
    const { props, settings } = this;
    const address = this.publicIp ?? (settings.isPublic ? props.publicIp : undefined);
    return new NetworkInterface(this, 'NetworkInterface', {
      ...this.created,
      name: this.named('-nic'),
      // Azure drops what a machine sends in the name of others, unless told otherwise.
      ...(settings.addressing.routeTables === undefined ? {} : { ipForwardingEnabled: true }),
      ipConfiguration: [
        {
          name: 'primary',
          subnetId: (this.subnet ?? props.subnet)?.id ?? '',
          privateIpAddressAllocation: 'Dynamic',
          ...(address === undefined ? {} : { publicIpAddressId: address.id }),
        },
      ],
    });
  }

  private makeIdentity(): UserAssignedIdentity {
    return new UserAssignedIdentity(this, 'Identity', { ...this.created, name: this.named('-identity', MACHINE_NAME) });
  }

  private grantSecret(): RoleAssignment | KeyVaultAccessPolicy | undefined {
    const { keyVault, secretName } = this.props;
    const { meta, secretAccess } = this.settings;
    if (secretAccess === SecretAccess.ROLE_ASSIGNMENT) {
      return new RoleAssignment(this, 'SecretAccess', {
        ...meta,
        scope: `${keyVault.id}/secrets/${secretName}`,
        roleDefinitionName: 'Key Vault Secrets User',
        principalId: this.identity.principalId,
        // Otherwise Azure looks the new identity up, and may not find it yet.
        principalType: 'ServicePrincipal',
      });
    }
    if (secretAccess === SecretAccess.ACCESS_POLICY) {
      return new KeyVaultAccessPolicy(this, 'SecretAccess', {
        ...meta,
        keyVaultId: keyVault.id,
        tenantId: this.identity.tenantId ?? '',
        objectId: this.identity.principalId,
        secretPermissions: ['Get'],
      });
    }
    return undefined;
  }

  private makeJournal(): MachineJournal | undefined {
    const { journalWorkspaceId } = this.props;
    if (journalWorkspaceId === undefined) {
      return undefined;
    }
    const { resourceGroupName, location, tags } = this.created;
    return new MachineJournal(this, 'Journal', {
      meta: this.settings.meta,
      resourceGroupName,
      location,
      ...(tags === undefined ? {} : { tags }),
      endpointName: this.named('-journal', ENDPOINT_NAME),
      ruleName: this.named('-journal', MACHINE_NAME),
      workspaceId: journalWorkspaceId,
      principalId: this.identity.principalId,
    });
  }

  private makeMachine(customData: string, needed: readonly ITerraformDependable[]): LinuxVirtualMachine {
    const { props, settings } = this;
    const { image, architecture } = settings;
    const { dependsOn = [], ...created } = this.created;
    const sku = architecture === 'arm64' ? `${image.debian}-arm64` : `${image.debian}-gen2`;
    return new LinuxVirtualMachine(this, 'Resource', {
      ...created,
      dependsOn: [...dependsOn, ...needed],
      name: this.named('', MACHINE_NAME),
      computerName: 'vpn-gateway',
      size: settings.size,
      networkInterfaceIds: [this.networkInterface.id],
      adminUsername: 'vpnadmin',
      disablePasswordAuthentication: true,
      adminSshKey: [{ username: 'vpnadmin', publicKey: props.adminSshKey.trim() }],
      identity: { type: 'UserAssigned', identityIds: [this.identity.id] },
      osDisk: { caching: 'ReadWrite', storageAccountType: 'StandardSSD_LRS' },
      ...(image.imageId === undefined
        ? { sourceImageReference: { publisher: 'Debian', offer: `debian-${image.debian}`, sku, version: 'latest' } }
        : { sourceImageId: image.imageId }),
      ...(image.trustedLaunch ? { secureBootEnabled: true, vtpmEnabled: true } : {}),
      // What the machine prints while it boots can be read in the portal, in an account of Azure's own.
      bootDiagnostics: {},
      customData,
      userData: userDataOf(() => ({
        ...newsOf(props),
        identityClientId: this.identity.clientId,
        journal: this.journal,
        clients: settings.clients,
        destinations: this.destinations,
      })),
    });
  }

  /** Makes the deployment of a gateway that does not serve fail. */
  private makeReadiness(): void {
    const { meta, readyMinutes } = this.settings;
    const timeout = `${readyMinutes + 15}m`;
    new VirtualMachineExtension(this, 'Readiness', {
      ...meta,
      name: 'readiness',
      virtualMachineId: this.resource.id,
      publisher: 'Microsoft.Azure.Extensions',
      type: 'CustomScript',
      typeHandlerVersion: '2.1',
      autoUpgradeMinorVersion: true,
      settings: JSON.stringify({ commandToExecute: waitUntilReady(readyMinutes) }),
      timeouts: { create: timeout, update: timeout },
    });
  }

  private addPoolRoutes(): void {
    const { meta, addressing } = this.settings;
    for (const [index, { name, resourceGroupName }] of (addressing.routeTables ?? []).entries()) {
      new Route(this, `PoolRoute-${isToken(name) ? index + 1 : name}`, {
        ...meta,
        name: this.named('-clients'),
        resourceGroupName,
        routeTableName: name,
        addressPrefix: this.clientPool,
        nextHopType: 'VirtualAppliance',
        nextHopInIpAddress: this.networkInterface.privateIpAddress,
      });
    }
  }

  private warn(assessed: AssessedCandidate, asksRadius: boolean): void {
    const { props, settings } = this;
    if (asksRadius) {
      const { path } = this.node;
      annotate(this, 'WARN', 'RADIUS_SECOND_FACTOR', `${path} asks RADIUS servers. ${MSCHAPV2_SECOND_FACTOR}`);
    }
    if (!settings.isPublic && props.apt === undefined) {
      annotate(
        this,
        'WARN',
        'NO_PACKAGE_SOURCE',
        `the machine of ${this.node.path} has no public address: unless its subnet has another way to the internet, such as ` +
          "a NAT gateway, it finds no Debian packages and the deployment fails. Write apt: { proxy: 'http://...' }, and " +
          'give the network a private endpoint of the key vault.',
      );
    }
    if (assessed.result === 'unverified') {
      annotate(this, 'WARN', 'PATH_UNVERIFIED', explainUnverified(assessed, this.node.path));
    }
  }
}

/** A rule of the machine's network security group. */
interface SecurityRule {
  readonly direction: 'Inbound' | 'Outbound';
  readonly priority: number;
  readonly protocol: string;
  readonly destination: string;
  readonly ports: readonly string[];
  readonly description: string;
}

function keyOf({ cidr, protocol, fromPort, toPort }: Destination): string {
  return [cidr, protocol, fromPort, toPort].join(' ');
}

/** The TCP ports from which packages come, beside 443. */
function packagePorts({ apt }: MachineGatewayOptions): string[] {
  const urls = apt?.proxy === undefined ? [apt?.mirror, apt?.securityMirror] : [apt.proxy];
  const ports = urls
    .filter((url): url is string => url !== undefined && URL.canParse(url))
    .map((url) => new URL(url))
    .map(({ port, protocol }) => port || (protocol === 'https:' ? '443' : '80'));
  return [...new Set(ports.length > 0 ? ports : ['80'])].filter((port) => !['53', '443'].includes(port));
}

/**
 * What becomes of a protocol on the way to a machine that the props describe, without building or refusing anything.
 *
 * @throws InvalidInputError where the props themselves are wrong
 */
export function assessMachine<Options extends MachineGatewayOptions>(
  kind: MachineKind<Options>,
  props: Options & MachineGatewayProps,
): readonly Verdict[] {
  return assessCandidate(planMachine(kind, props, `${kind.className}.assess`).candidate('Vpn')).verdicts;
}
