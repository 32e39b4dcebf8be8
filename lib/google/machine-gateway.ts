import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { annotate } from '../cdktf/annotate';
import { refuseIpv6 } from '../cdktf/checks';
import { writeAtSynth } from '../cdktf/edge';
import { isToken } from '../cdktf/token';
import { Traffic } from '../cdktf/traffic';
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
import { type Insecure, IpRange } from '../flows';
import type { Destination, HostService } from '../host';
import { MSCHAPV2_SECOND_FACTOR, type RadiusOptions } from '../host/radius';
import { type FlowSet, PPTP, type VpnProtocol } from '../protocols';
import { rememberPlace } from '../source-location';
import { edgeOfMachine } from './edge';
import { logConfigOf } from './flow-logs';
import { type CheckedGateway, checkGateway } from './gateway-props';
import { imageScriptOf, newsText, startupScriptOf } from './machine-data';
import {
  checkMachine,
  type MachineGatewayOptions,
  type MachineGatewayProps,
  type MachineSettings,
} from './machine-options';
import { NEWS_KEY } from './machine-program';
import { LONGEST_ACCOUNT, LONGEST_NAME, nameFromPath } from './names';
import {
  ComputeAddress,
  type ComputeAddressConfig,
  ComputeFirewall,
  type ComputeFirewallConfig,
  ComputeInstance,
  type ComputeInstanceConfig,
  ComputeRoute,
  type ComputeRouteConfig,
  ComputeSubnetwork,
  type ComputeSubnetworkConfig,
  SecretManagerSecretIamMember,
  type SecretManagerSecretIamMemberConfig,
  ServiceAccount,
  type ServiceAccountConfig,
} from './provider';
import type { IServiceAccount } from './resources';
import { assertTerraformScope } from './scope';
import { SecretAccess } from './secret-access';
import { VpnFirewall, type VpnFirewallProps } from './vpn-firewall';
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
  /**
   * The written acceptance that the protocol protects nothing.
   *
   * @throws InvalidInputError `INSECURE_WITHOUT_REASON`
   * @default - the protocol needs none
   */
  readonly insecure?: (options: Options, className: string) => Insecure;
}

/** Everything about a machine that is read from its props, and the text that it boots with. */
export interface MachinePlan {
  readonly settings: MachineSettings;
  /** What it is told before clients may go anywhere. */
  readonly news: string;
  readonly startupScript: string;
  /** The sets of flows that let clients in. */
  readonly flowSets: readonly FlowSet[];
  readonly insecure: Insecure | undefined;
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
 * @throws InvalidInputError see `PptpGateway`
 */
export function planMachine<Options extends MachineGatewayOptions>(
  kind: MachineKind<Options>,
  props: Options & MachineGatewayProps,
  className: string,
  gateway: CheckedGateway = checkGateway(props, className),
): MachinePlan {
  const insecure = kind.insecure?.(props, className);
  if (kind.protocol === PPTP) {
    gateway.clients.requireIpv4(className);
  } else {
    refuseIpv6(gateway.clients, className);
  }
  const settings = checkMachine(props, className, gateway);
  const service = kind.service(props, settings);
  const flowSets = kind.flowSets?.(props, settings) ?? kind.protocol.flowSets.slice(0, 1);
  // Judged by the flows that it will have: another set of the protocol may pass where these do not.
  const protocol = { ...kind.protocol, flowSets };
  return {
    settings,
    news: newsText({ ...settings, secretId: props.secret.id, destinations: [] }),
    startupScript: startupScriptOf(props, settings, service),
    flowSets,
    insecure,
    candidate: (id) => machineCandidate(protocol, props, id),
    imageScript: () => imageScriptOf(props, settings, service),
  };
}

/** Keeps what was read from props that nobody but the caller can change. */
export function keepPlan(props: MachineGatewayProps, plan: MachinePlan): void {
  planned.set(props, plan);
}

/** Rules of the gateway come before those of the network (1000, or 65534 in Google's default one), its refusals after. */
const ALLOW_PRIORITY = 900;
const DENY_PRIORITY = 950;

const EVERYWHERE = ['0.0.0.0/0'];

/** A rule of the machine's own. */
interface MachineRule {
  readonly id: string;
  readonly direction: 'INGRESS' | 'EGRESS';
  readonly ranges: readonly string[];
  /** What is allowed; nothing for a rule that denies everything. */
  readonly allow?: readonly { readonly protocol: string; readonly ports?: string[] }[];
  readonly description: string;
}

/**
 * A VPN server on a Debian machine of its own: what `PptpGateway`, `WireGuardGateway`, `Ikev2Gateway` and `OpenVpnGateway`
 * have in common.
 *
 * Users, keys, clients and destinations are data that the machine fetches every few minutes: they change without a new
 * machine. What needs a new machine (pool, image, another kind of processor, a new version of this library) replaces
 * it and keeps its external address and its service account.
 */
export abstract class MachineGateway<Options extends MachineGatewayOptions> extends Construct {
  /** The machine. */
  public readonly resource: ComputeInstance;
  /** The rules that let clients in. */
  public readonly firewall: VpnFirewall;
  /** The service account of the machine, created or given. */
  public readonly serviceAccount: IServiceAccount;
  /** The external address, where one was created. */
  public readonly externalAddress: ComputeAddress | undefined;
  /** The subnetwork, where one was created. */
  public readonly subnetwork: ComputeSubnetwork | undefined;
  /** The route to the clients, where they are routed. */
  public readonly poolRoute: ComputeRoute | undefined;
  /** The addresses of clients inside the tunnel, in CIDR notation. */
  public readonly clientPool: string;
  /** The verdict of each way by which clients come. */
  public readonly verdicts: readonly Verdict[];
  /** The network tag by which rules and routes name the machine. */
  public readonly networkTag: string;

  private readonly plan: MachinePlan;
  private readonly props: MachineGatewayProps;
  private readonly settings: MachineSettings;
  private readonly destinations: Destination[] = [];

  protected constructor(
    scope: Construct,
    id: string,
    props: Options & MachineGatewayProps,
    kind: MachineKind<Options>,
  ) {
    assertTerraformScope(scope, kind.className);
    const plan = planned.get(props) ?? planMachine(kind, props, kind.className);
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
    this.settings = plan.settings;
    this.clientPool = plan.settings.pool.cidr;
    this.verdicts = assessed.verdicts;
    this.networkTag = this.named();

    const { isPublic } = this.settings;
    // All is made here: cdktf keeps the whole stack for each attribute of each resource, and a method in between would be
    // one more line of each of them.
    if (props.subnetwork === undefined) {
      this.subnetwork = new ComputeSubnetwork(this, 'Subnetwork', this.subnetworkConfig);
    }
    if (isPublic && props.externalAddress === undefined) {
      this.externalAddress = new ComputeAddress(this, 'Address', this.addressConfig);
    }
    this.firewall = new VpnFirewall(this, 'Firewall', this.firewallProps(kind.protocol));
    const needed: ITerraformDependable[] = [...this.firewall.rules];
    for (const rule of this.machineRules(kind.radius?.(props))) {
      needed.push(new ComputeFirewall(this, rule.id, this.ruleConfig(rule)));
    }
    this.serviceAccount = props.serviceAccount ?? new ServiceAccount(this, 'ServiceAccount', this.accountConfig);
    const { email } = this.serviceAccount;
    if (this.settings.secretAccess !== SecretAccess.GRANTED_ELSEWHERE) {
      needed.push(new SecretManagerSecretIamMember(this, 'SecretAccess', this.secretConfig(email)));
    }
    // Before it boots, the machine has its rules and may read its secret.
    this.resource = new ComputeInstance(this, 'Resource', this.machineConfig(email, needed));
    if (this.settings.addressing.kind === 'routed') {
      this.poolRoute = new ComputeRoute(this, 'PoolRoute', this.routeConfig);
    }
    this.warn(assessed, kind.radius?.(props) !== undefined);
  }

  /** The id of the machine. */
  public get id(): string {
    return this.resource.id;
  }

  /** The address that clients dial, where it was created here; a token. */
  public get externalIpAddress(): string | undefined {
    return this.externalAddress?.address;
  }

  /** The machine's own address in the network; a token. */
  public get internalIpAddress(): string {
    return this.resource.networkInterface.get(0).networkIp;
  }

  /**
   * A shell script that prepares a machine with Debian to become an image of such gateways, for `MachineImage.of`:
   * docs/google.md has the commands. It holds no key, no user and no address, and is the same for every gateway of this kind.
   */
  public get imageScript(): string {
    return this.plan.imageScript();
  }

  /**
   * Lets clients reach a destination: opens the machine's packet filter, which learns it within minutes, and the firewall of
   * the network for the machine, outwards. Rules at the destination are yours: there, masqueraded clients come from
   * `internalIpAddress` and routed ones from `clientPool`.
   *
   * @param destination an IPv4 range in CIDR notation, or a token
   * @param traffic what clients may send there
   * @throws InvalidInputError `DESTINATION_INVALID`, `POLICY_TOO_LARGE`, or those of a malformed range
   */
  public allowClientsTo(destination: string, traffic: Traffic): void {
    const added = this.checkedDestination(destination, traffic);
    if (this.destinations.some((one) => keyOf(one) === keyOf(added))) {
      return;
    }
    const { clients } = this.settings;
    const destinations = [...this.destinations, added];
    const news = newsText({ secretId: this.props.secret.id, clients, destinations });
    this.resource.metadata = { ...this.resource.metadataInput, [NEWS_KEY]: news };
    this.destinations.push(added);
    const unknown = this.destinations.filter(({ cidr }) => isToken(cidr)).length;
    const { protocol, fromPort, toPort } = traffic;
    const ports = fromPort === undefined ? {} : { ports: [[...new Set([fromPort, toPort])].join('-')] };
    const rule: MachineRule = {
      id: `to-${isToken(destination) ? `token-${unknown}` : destination.replace(/[./]/g, '-')}-${traffic}`,
      direction: 'EGRESS',
      ranges: [destination],
      allow: [{ protocol: protocol === 'any' ? 'all' : protocol, ...ports }],
      description: 'VPN clients',
    };
    new ComputeFirewall(this, rule.id, this.ruleConfig(rule));
    this.warnOfWayBack(destination);
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

  private warnOfWayBack(destination: string): void {
    const { addressing, networkRanges } = this.settings;
    if (addressing.kind === 'masquerade' || isToken(destination) || this.props.networkRanges === undefined) {
      return;
    }
    const range = IpRange.parse(destination);
    if (!networkRanges.some((own) => own.contains(range))) {
      annotate(
        this,
        'WARN',
        'NO_WAY_BACK_TO_CLIENTS',
        `clients of ${this.node.path} are routed, and ${destination} lies outside of the network: answers come back only ` +
          `if that network has a route to ${this.clientPool}; the internet never has. Elsewhere: ClientAddressing.MASQUERADE.`,
      );
    }
  }

  /** What Google Cloud calls a part of the gateway. */
  private named(suffix = '', longest = LONGEST_NAME): string {
    const { name } = this.props;
    return name === undefined || (!isToken(name) && name.length + suffix.length > longest)
      ? nameFromPath(name ?? this.node.path, suffix, longest)
      : `${name}${suffix}`;
  }

  /** What every resource has. */
  private get common() {
    const { project } = this.props;
    return { ...this.settings.meta, ...(project === undefined ? {} : { project }) };
  }

  private get labels() {
    const { labels } = this.props;
    return labels === undefined ? {} : { labels: { ...labels } };
  }

  private get subnetworkConfig(): ComputeSubnetworkConfig {
    const { subnetRange, flowLogs } = this.props;
    return {
      ...this.common,
      name: this.named('-subnet'),
      network: this.settings.network.id,
      region: this.settings.region,
      ipCidrRange: subnetRange ?? '',
      // Secret Manager is reached without an external address too.
      privateIpGoogleAccess: true,
      ...(flowLogs === undefined ? {} : { logConfig: logConfigOf(flowLogs) }),
    };
  }

  private get addressConfig(): ComputeAddressConfig {
    return {
      ...this.common,
      ...this.labels,
      name: this.named('-ip'),
      region: this.settings.region,
      addressType: 'EXTERNAL',
    };
  }

  private firewallProps(protocol: VpnProtocol): VpnFirewallProps {
    const { insecure, flowSets } = this.plan;
    return {
      ...this.common,
      // As it was read: each reading of an attribute makes a new token.
      network: this.settings.network,
      name: this.named('-vpn', LONGEST_NAME - '-ingress-ipv6'.length),
      clients: this.settings.clients,
      protocols: [protocol],
      flowSets,
      ...(insecure === undefined ? {} : { insecure }),
      targetTags: [this.networkTag],
      // The machine's other egress is denied below.
      egress: true,
      priority: ALLOW_PRIORITY,
      logging: this.props.firewallLogging ?? false,
    };
  }

  /** Beside the protocol from its clients: ICMP inwards, and outwards the machine's own needs, until more is allowed. */
  private machineRules(radius: RadiusOptions | undefined): MachineRule[] {
    return [
      {
        id: 'allow-icmp',
        direction: 'INGRESS',
        ranges: EVERYWHERE,
        allow: [{ protocol: 'icmp' }],
        description: 'path MTU discovery; the machine takes ICMP errors alone',
      },
      { id: 'deny-other-ingress', direction: 'INGRESS', ranges: EVERYWHERE, description: 'nothing else' },
      {
        id: 'allow-machine',
        direction: 'EGRESS',
        ranges: EVERYWHERE,
        allow: [
          { protocol: 'tcp', ports: ['53', '443', ...packagePorts(this.props)] },
          { protocol: 'udp', ports: ['53', '123'] },
        ],
        description: 'DNS, NTP, Secret Manager, Debian packages',
      },
      ...(radius === undefined
        ? []
        : [
            {
              id: 'allow-radius',
              direction: 'EGRESS' as const,
              ranges: radius.servers.map((server) => `${server}/32`),
              // RADIUS takes reports on the port after that for questions.
              allow: [{ protocol: 'udp', ports: [radius.port ?? 1812, (radius.port ?? 1812) + 1].map(String) }],
              description: 'RADIUS',
            },
          ]),
      { id: 'deny-other-egress', direction: 'EGRESS', ranges: EVERYWHERE, description: 'nothing else' },
    ];
  }

  private ruleConfig({ id, direction, ranges, allow, description }: MachineRule): ComputeFirewallConfig {
    return {
      ...this.common,
      name: this.named(`-${id}`),
      network: this.settings.network.id,
      description,
      direction,
      priority: allow === undefined ? DENY_PRIORITY : ALLOW_PRIORITY,
      ...(allow === undefined ? { deny: [{ protocol: 'all' }] } : { allow: [...allow] }),
      ...(direction === 'INGRESS' ? { sourceRanges: [...ranges] } : { destinationRanges: [...ranges] }),
      targetTags: [this.networkTag],
      ...(this.props.firewallLogging === true ? { logConfig: { metadata: 'INCLUDE_ALL_METADATA' } } : {}),
    };
  }

  private get accountConfig(): ServiceAccountConfig {
    const { name = this.node.path } = this.props;
    return {
      ...this.common,
      // With an ending, since it must have six characters.
      accountId: nameFromPath(isToken(name) ? this.node.path : name, '-gateway', LONGEST_ACCOUNT),
      description: `VPN gateway ${this.node.path}`.slice(0, 256),
    };
  }

  private secretConfig(email: string): SecretManagerSecretIamMemberConfig {
    return {
      // Without a project of its own: the id of the secret names the secret's.
      ...this.settings.meta,
      secretId: this.props.secret.id,
      role: 'roles/secretmanager.secretAccessor',
      member: `serviceAccount:${email}`,
    };
  }

  private machineConfig(email: string, needed: readonly ITerraformDependable[]): ComputeInstanceConfig {
    const { props, settings } = this;
    const { architecture, addressing } = settings;
    const { dependsOn = [], ...common } = this.common;
    const address = this.externalAddress ?? (settings.isPublic ? props.externalAddress : undefined);
    return {
      ...common,
      ...this.labels,
      dependsOn: [...dependsOn, ...needed],
      name: this.named(),
      zone: props.zone,
      machineType: settings.machineType,
      allowStoppingForUpdate: true,
      // Google Cloud drops what a machine sends in the name of others, unless told otherwise.
      canIpForward: addressing.kind === 'routed',
      tags: [this.networkTag],
      bootDisk: {
        initializeParams: { image: settings.image.sourceFor(architecture), type: props.diskType ?? 'pd-balanced' },
      },
      networkInterface: [
        {
          subnetwork: (this.subnetwork ?? props.subnetwork)?.id ?? '',
          ...(address === undefined ? {} : { accessConfig: [{ natIp: address.address }] }),
        },
      ],
      serviceAccount: { email, scopes: ['cloud-platform'] },
      // Google's images for ARM have no signed boot loader.
      ...(architecture === 'x86_64'
        ? { shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true } }
        : {}),
      metadata: {
        'enable-oslogin': 'TRUE',
        'block-project-ssh-keys': 'TRUE',
        'serial-port-enable': 'FALSE',
        'enable-guest-attributes': 'TRUE',
        [NEWS_KEY]: this.plan.news,
      },
      // Unlike the key startup-script of the metadata, a change of it replaces the machine.
      metadataStartupScript: this.plan.startupScript,
    };
  }

  private get routeConfig(): ComputeRouteConfig {
    return {
      ...this.common,
      name: this.named('-clients'),
      network: this.settings.network.id,
      destRange: this.clientPool,
      nextHopInstance: this.resource.id,
      nextHopInstanceZone: this.props.zone,
    };
  }

  private warn(assessed: AssessedCandidate, asksRadius: boolean): void {
    const { props, settings, plan } = this;
    const { path } = this.node;
    if (plan.insecure !== undefined) {
      const { protocol } = assessed.candidate;
      annotate(
        this,
        'WARN',
        'PPTP_INSECURE',
        `${path} speaks ${protocol.name}. ${protocol.standing.summary} Used all the same because: ${plan.insecure.reason}`,
      );
    }
    if (asksRadius) {
      annotate(this, 'WARN', 'RADIUS_SECOND_FACTOR', `${path} asks RADIUS servers. ${MSCHAPV2_SECOND_FACTOR}`);
    }
    if (!settings.isPublic && props.apt === undefined) {
      annotate(
        this,
        'WARN',
        'NO_PACKAGE_SOURCE',
        `the machine of ${path} has no external address: unless Cloud NAT or another way leads from its subnetwork to the ` +
          "internet, it finds no Debian packages and never serves. Write apt: { proxy: 'http://...' }; Secret Manager needs " +
          'Private Google Access on the subnetwork, which one that is created here has.',
      );
    }
    if (assessed.result === 'unverified') {
      const { acceptsUnverifiedPath: accepted } = props;
      const text = explainUnverified(assessed, path);
      annotate(
        this,
        accepted === undefined ? 'WARN' : 'INFO',
        'PATH_UNVERIFIED',
        accepted === undefined
          ? `${text}\n\n  Check it on the wire (docs/google.md has the commands), then say so: acceptsUnverifiedPath: Accepted.because('...')`
          : `${text}\n\n  Accepted because: ${accepted.reason}`,
      );
    }
  }
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
