import { Duration, Fn, Lazy, RemovalPolicy, Resource, SecretValue, Size } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { pathBelow } from '../construct-path';
import { edgeFolder } from '../edge/for-gateways';
import { invalid } from '../errors';
import {
  type AssessedCandidate,
  assessCandidate,
  canServe,
  explainUnverified,
  refuse,
  type Verdict,
} from '../feasibility';
import { IpRange } from '../flows';
import type { Destination } from '../host';
import { MSCHAPV2_SECOND_FACTOR } from '../host/radius';
import { PPTP } from '../protocols';
import { rememberPlace } from '../source-location';
import { machineCandidate, offersBeside } from './candidates';
import { type ClientDestination, isSameDestination, readDestination } from './destination';
import { edgeOfMachine, writeAtSynth } from './edge';
import { VpnFlowLogs } from './flow-logs';
import { isFilteredByHost, policyText } from './live-policy';
import { FILES_METADATA } from './machine-files';
import type { MachineGatewayProps } from './machine-gateway-props';
import { flowsOf, type MachineSettings, poolsOf } from './machine-gateway-settings';
import { grantMachine, machineRole } from './machine-role';
import { bootScriptsOf, type MachineText, replaceWithUserData, type Told, userDataOf } from './machine-user-data';
import { pathsOf, pathsToClientVpn } from './path';
import { addPoolRoutes } from './pool-routes';
import { assertCdkScope } from './scope';
import { isToken } from './token';
import { vpcCidrs } from './vpc-ranges';
import { checkSecurityGroupQuota, VpnSecurityGroup } from './vpn-security-group';
import { inform, warn } from './warning';

/** Debian's images have their root volume here. */
const ROOT_DEVICE = '/dev/xvda';

/** A gateway on a machine on AWS, made in this app or elsewhere. */
export interface IMachineGateway extends ec2.IConnectable {
  /** The address that clients dial: the Elastic IP, or in a private subnet the machine's own address. */
  readonly address: string;
  /** The addresses of clients inside the tunnel, in CIDR notation. */
  readonly clientPool: string;
}

/** A gateway on a machine that exists already. */
export interface MachineGatewayAttributes {
  /** The address that clients dial. */
  readonly address: string;
  /** The addresses of clients inside the tunnel, in CIDR notation. */
  readonly clientPool: string;
  /** The gateway's security group. */
  readonly securityGroup: ec2.ISecurityGroup;
}

/** How a destination of the clients is opened. */
export interface AllowClientsToOptions {
  /**
   * The destination's addresses, as IPv4 ranges: of a construct, which does not tell them.
   *
   * @default - the ranges of the gateway's VPC; security groups choose among them
   */
  readonly addresses?: readonly string[];
}

/**
 * A VPN gateway on a Debian machine with an Elastic IP: what all of them have, whatever they speak.
 *
 * Users and destinations are data that the machine fetches every few minutes: they change without a new machine. What
 * needs a new machine (pool, image, instance type, a new version of this library) replaces it and keeps the Elastic IP.
 */
export abstract class MachineGateway extends Construct implements IMachineGateway {
  /** Tells it from a server that AWS runs. */
  public readonly managed = false;

  public readonly clientPool: string;

  /** The verdict of each server of the machine on each way by which clients come. */
  public readonly verdicts: readonly Verdict[];

  /**
   * For rules between the machine and other constructs. Rules made here open the way for the machine and not for its
   * clients: those go by `allowClientsTo`.
   */
  public readonly connections: ec2.Connections;

  /** The machine. */
  public readonly instance: ec2.CfnInstance;

  /** The machine's role. */
  public readonly role: iam.IRole;

  /** The machine's own security group. */
  public readonly securityGroup: ec2.SecurityGroup;

  /** The users, and the keys where the protocol has some. */
  public readonly secret: secretsmanager.ISecret;

  /** Allocation id of the Elastic IP; `undefined` in a private subnet. */
  public readonly elasticIpAllocationId: string | undefined;

  private readonly dialledAddress: string | undefined;
  private readonly settings: MachineSettings;
  private readonly vpc: ec2.IVpc;
  private readonly maxRulesPerDirection: number | undefined;
  private readonly destinations: Destination[] = [];
  private outboundRules = 0;
  private isOpeningBothHalves = false;

  /**
   * @throws RefusalError with every reason, where a server of the machine cannot be reached; `CLIENTS_LEFT_OUT` where devices
   * that are to be served have no client for any of them
   * @throws InvalidInputError `USER_DATA_TOO_LARGE`, or a bad value that only the host knows of; before any child exists
   */
  protected constructor(scope: Construct, id: string, props: MachineGatewayProps, settings: MachineSettings) {
    const assessed = assessedServers(settings);
    refuseWhoeverIsLeftOut(scope, id, settings, assessed);
    // The text of the machine is made before anything exists, so that one that is too long leaves nothing behind.
    const told: Told = { secret: undefined, policy: undefined, scripts: new Map(), instance: undefined };
    const text = userDataOf(scope, id, props, settings, told);
    const edge = edgeFolder(pathBelow(scope, id), props.edge, () => edgeOfMachine(settings, props));
    super(scope, id);
    rememberPlace(this);
    writeAtSynth(this, edge);

    this.verdicts = assessed.flatMap(({ verdicts }) => verdicts);
    this.settings = settings;
    this.vpc = props.vpc;
    this.maxRulesPerDirection = props.maxRulesPerDirection;
    [this.clientPool] = poolsOf(settings.servers);

    this.securityGroup = this.makeSecurityGroup(props);
    this.connections = this.securityGroup.connections;
    this.secret = settings.secret ?? this.makeUsersSecret();
    const policy = this.makeParameter(
      'Policy',
      `Who may connect to the ${settings.kind.title}, and where its clients may go`,
      Lazy.uncachedString({ produce: () => policyText(settings.clients, this.destinations) }),
    );
    for (const script of bootScriptsOf(this, props, settings)) {
      told.scripts.set(script.id, this.makeParameter(script.id, script.description, script.text));
    }
    this.role = props.role ?? machineRole(this, settings.kind.title, props.permissionsBoundary);
    const granted = grantMachine(this, this.role, {
      secret: this.secret,
      parameters: [policy, ...told.scripts.values()],
      journalLogGroup: props.journalLogGroup,
      hasAgent: props.sessionManagerSigningKey !== undefined,
      readsStack: text.moved.length > 0,
    });
    this.instance = this.makeInstance(props, text);
    this.instance.node.addDependency(...granted, ...connectivityOf(settings));
    Object.assign(told, { secret: this.secret, policy, instance: this.instance });
    // Escape hatches find the machine where they find the resource of every other construct.
    this.node.defaultChild = this.instance;

    const dialled = settings.isPublic ? this.takeElasticIp(props) : { address: this.instance.attrPrivateIp };
    this.elasticIpAllocationId = dialled.allocationId;
    this.dialledAddress = dialled.address;
    if (settings.addressing.routes !== undefined) {
      const { routes } = settings.addressing;
      for (const [index, pool] of poolsOf(settings.servers).entries()) {
        const prefix = index === 0 ? 'PoolRoute' : 'SuccessorPoolRoute';
        addPoolRoutes(this, settings.routeTables, routes, pool, this.instance.ref, prefix);
      }
    }
    this.nameAddress(props);
    if ((props.flowLogs ?? true) && settings.placement.subnet !== undefined) {
      new VpnFlowLogs(this, 'FlowLogs', { subnet: settings.placement.subnet });
    }
    this.warn(props, assessed);
    this.watchOutboundRules();
  }

  /**
   * The address that clients dial: the Elastic IP, or in a private subnet the machine's own address.
   *
   * @throws InvalidInputError `ADDRESS_UNKNOWN` for an existing Elastic IP whose address was not given
   */
  public get address(): string {
    return (
      this.dialledAddress ??
      invalid({
        code: 'ADDRESS_UNKNOWN',
        what: 'the address of the gateway is asked for, and the allocation id of an Elastic IP does not tell it',
        allowed: 'elasticIpAddress beside elasticIpAllocationId',
        instead: "elasticIpAddress: '198.51.100.7'",
        constructPath: this.node.path,
      })
    );
  }

  /**
   * Lets clients reach a destination: opens the machine's forwarding and the destination's security group. The latter by
   * the gateway's security group where clients are masqueraded, and by the pool where they are routed, since a security
   * group as a source does not match forwarded packets.
   *
   * The machine learns it within minutes, without being replaced.
   *
   * @param destination a construct, an IPv4 peer, or a range in CIDR notation
   * @param port what clients may use there
   * @throws InvalidInputError `DESTINATION_INVALID`, `PORT_47_IS_NOT_PROTOCOL_47`, `POLICY_TOO_LARGE`, `SECURITY_GROUP_RULE_QUOTA`, or those of a
   * malformed range
   */
  public allowClientsTo(destination: ClientDestination, port: ec2.Port, options: AllowClientsToOptions = {}): void {
    const { clients, addressing, servers } = this.settings;
    const path = this.node.path;
    const { destinations, connectable } = readDestination(destination, port, options.addresses, this.vpcCidrs(), path);
    const added = destinations.filter((one) => !this.destinations.some((other) => isSameDestination(one, other)));
    policyText(clients, [...this.destinations, ...added]);
    this.checkOutboundQuota(connectable === undefined ? added.length : connectable.connections.securityGroups.length);

    this.destinations.push(...added);
    this.isOpeningBothHalves = true;
    try {
      if (connectable === undefined) {
        for (const { cidr } of added) {
          this.securityGroup.addEgressRule(ec2.Peer.ipv4(cidr), port, 'from VPN clients');
        }
      } else if (addressing.routes === undefined) {
        this.connections.allowTo(connectable, port, 'from VPN clients');
      } else {
        for (const pool of poolsOf(servers)) {
          connectable.connections.allowFrom(ec2.Peer.ipv4(pool), port, 'from VPN clients');
        }
        for (const group of connectable.connections.securityGroups) {
          this.securityGroup.addEgressRule(group, port, 'from VPN clients');
        }
      }
    } finally {
      this.isOpeningBothHalves = false;
    }
    this.warnOfMissingWayBack(added);
  }

  private makeSecurityGroup(props: MachineGatewayProps): ec2.SecurityGroup {
    const { servers, insecure, kind } = this.settings;
    const { securityGroup } = new VpnSecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      protocols: servers.map(({ protocol }) => protocol),
      clients: props.clients,
      ...(insecure === undefined ? {} : { insecure }),
      acceptFragmentationNeeded: true,
      description: `${kind.title}: ${inWords(flowsOf(servers).map(({ name }) => name))} from its clients`,
      ...(props.maxRulesPerDirection === undefined ? {} : { maxRulesPerDirection: props.maxRulesPerDirection }),
    });
    const outbound: [ec2.Port, string][] = [
      ...packagePorts(props).map((port): [ec2.Port, string] => [ec2.Port.tcp(port), 'Debian packages']),
      [ec2.Port.tcp(443), 'APIs of AWS'],
      [ec2.Port.udp(53), 'DNS'],
      [ec2.Port.tcp(53), 'DNS'],
      [ec2.Port.udp(123), 'NTP'],
    ];
    for (const [port, description] of outbound) {
      securityGroup.addEgressRule(ec2.Peer.anyIpv4(), port, description);
    }
    const radius = servers.flatMap(({ radius: asked }) => asked ?? []);
    const requests = radius.flatMap(({ servers: to, ports }) =>
      to.flatMap((ip) => ports.map((port) => [ip, port] as const)),
    );
    for (const [ip, port] of requests) {
      securityGroup.addEgressRule(ec2.Peer.ipv4(`${ip}/32`), ec2.Port.udp(port), 'RADIUS');
    }
    this.outboundRules = outbound.length + requests.length;
    return securityGroup;
  }

  /** The template holds the empty form only; what is written into the secret later stays out of it. */
  private makeUsersSecret(): secretsmanager.Secret {
    return new secretsmanager.Secret(this, 'Users', {
      description: `Users of the ${this.settings.kind.title}: {"users": [{"name": "...", "password": "..."}]}`,
      secretStringValue: SecretValue.unsafePlainText('{"users":[]}'),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private makeParameter(id: string, description: string, value: string): ssm.CfnParameter {
    // A standard parameter while 4 KB suffice, which costs nothing.
    return new ssm.CfnParameter(this, id, { type: 'String', tier: 'Intelligent-Tiering', value, description });
  }

  private makeInstance(props: MachineGatewayProps, { userData, moved }: MachineText): ec2.CfnInstance {
    const { placement, instanceType, isPublic, addressing } = this.settings;
    const profile = new iam.CfnInstanceProfile(this, 'InstanceProfile', { roles: [this.role.roleName] });
    const groups = [this.securityGroup, ...(props.securityGroups ?? [])];
    const size = props.rootVolumeSize ?? Size.gibibytes(8);
    const instance = new ec2.CfnInstance(this, 'Resource', {
      imageId: this.imageId(props.machineImage),
      instanceType: instanceType.toString(),
      iamInstanceProfile: profile.ref,
      networkInterfaces: [
        {
          deviceIndex: '0',
          // Before the Elastic IP is associated, the machine must reach the internet to become ready.
          associatePublicIpAddress: isPublic,
          subnetId: placement.subnetId,
          groupSet: groups.map(({ securityGroupId }) => securityGroupId),
        },
      ],
      ...(addressing.routes === undefined ? {} : { sourceDestCheck: false }),
      blockDeviceMappings: [
        {
          deviceName: ROOT_DEVICE,
          ebs: {
            volumeSize: size.toGibibytes(),
            volumeType: 'gp3',
            encrypted: true,
            ...(props.rootVolumeKey === undefined ? {} : { kmsKeyId: props.rootVolumeKey.keyArn }),
          },
        },
      ],
      propagateTagsToVolumeOnCreation: true,
      userData: Fn.base64(userData),
      tags: [{ key: 'Name', value: this.node.path }],
    });
    // Written this way, versions of AWS CDK that do not know the property yet emit it all the same.
    instance.addPropertyOverride('MetadataOptions', {
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
    const timeout = props.readyTimeout ?? Duration.minutes(20);
    instance.cfnOptions.creationPolicy = { resourceSignal: { count: 1, timeout: timeout.toIsoString() } };
    keepReasons(instance, this.settings.insecure?.reason, props.clients.anywhereReason);
    if (moved.length > 0) {
      instance.addMetadata(FILES_METADATA, moved);
    }
    replaceWithUserData(instance, userData);
    return instance;
  }

  private imageId(image: ec2.IMachineImage | undefined): string {
    const { architecture, debian } = this.settings;
    const newest = `/aws/service/debian/release/${debian}/latest/${architecture === 'arm64' ? 'arm64' : 'amd64'}`;
    const { imageId, osType } = (image ?? ec2.MachineImage.fromSsmParameter(newest)).getImage(this);
    if (osType === ec2.OperatingSystemType.WINDOWS) {
      invalid({
        code: 'IMAGE_NOT_DEBIAN',
        what: 'machineImage is an image of Windows',
        allowed: `images of Debian ${debian}`,
        instead: "machineImage: ec2.MachineImage.genericLinux({ 'eu-central-1': 'ami-0123456789abcdef0' })",
        constructPath: this.node.path,
      });
    }
    return imageId;
  }

  private takeElasticIp(props: MachineGatewayProps): Dialled {
    const { elasticIpAllocationId: allocationId, elasticIpAddress: address, elasticIpRemovalPolicy } = props;
    const taken = allocationId === undefined ? this.makeElasticIp(elasticIpRemovalPolicy) : { allocationId, address };
    new ec2.CfnEIPAssociation(this, 'ElasticIpAssociation', {
      allocationId: taken.allocationId,
      // The reference makes the association wait for the machine's signal.
      instanceId: this.instance.ref,
    });
    return taken;
  }

  private makeElasticIp(removalPolicy = RemovalPolicy.RETAIN): Required<Dialled> {
    const elasticIp = new ec2.CfnEIP(this, 'ElasticIp', {
      domain: 'vpc',
      tags: [{ key: 'Name', value: this.node.path }],
    });
    elasticIp.applyRemovalPolicy(removalPolicy);
    return { allocationId: elasticIp.attrAllocationId, address: elasticIp.ref };
  }

  private nameAddress({ hostedZone, dnsName }: MachineGatewayProps): void {
    if (hostedZone !== undefined && dnsName !== undefined) {
      new route53.ARecord(this, 'DnsRecord', {
        zone: hostedZone,
        recordName: dnsName,
        target: route53.RecordTarget.fromIpAddresses(this.address),
        ttl: Duration.minutes(5),
      });
    }
  }

  private warn(props: MachineGatewayProps, assessed: readonly AssessedCandidate[]): void {
    const { settings } = this;
    if (settings.insecure !== undefined) {
      warn(
        this,
        'PPTP_INSECURE',
        `${this.node.id} speaks PPTP. ${PPTP.standing.summary} Used all the same because: ${settings.insecure.reason}`,
      );
    }
    if (settings.servers.some(({ radius }) => radius !== undefined)) {
      warn(this, 'RADIUS_SECOND_FACTOR', `${this.node.id} asks RADIUS servers. ${MSCHAPV2_SECOND_FACTOR}`);
    }
    if (!isFilteredByHost(settings.clients)) {
      inform(
        this,
        'HOST_CANNOT_NAME_CLIENTS',
        `Some clients of ${this.node.id} have no addresses at synth (${settings.clients}): the machine's own filter lets ` +
          'everybody speak PPTP, and its security group alone chooses who.',
      );
    }
    if (settings.placement.internetRoute === 'no-internet-gateway' && props.apt === undefined) {
      warn(
        this,
        'NO_PACKAGE_SOURCE',
        `${this.node.id} lies in a subnet without a route to an internet gateway. Unless its default route leads to the ` +
          'internet some other way, the machine finds no Debian packages and the deployment rolls back: write ' +
          "apt: { proxy: 'http://...' }, and give the VPC endpoints for the APIs of AWS.",
      );
    }
    const unverified = assessed.filter(({ result }) => result === 'unverified');
    if (unverified.length > 0 && settings.placement.internetRoute !== 'pending') {
      const texts = unverified.map((one) => explainUnverified(one, this.node.id));
      warn(this, 'PATH_UNVERIFIED', texts.join('\n\n'));
    }
  }

  /** Before the look-up of a VPC nothing of it is true, and what stands in for its range is none. */
  private vpcCidrs(): string[] {
    return this.settings.placement.internetRoute === 'pending' ? ['0.0.0.0/0'] : vpcCidrs(this.vpc);
  }

  /** Masqueraded clients are answered wherever the gateway is; routed ones only where a route leads back. */
  private warnOfMissingWayBack(added: readonly Destination[]): void {
    const { addressing, placement } = this.settings;
    const known = added.flatMap(({ cidr }) => (isToken(cidr) ? [] : IpRange.parse(cidr)));
    const outside = known.filter((range) => !placement.vpcRanges.some((own) => own.contains(range)));
    const { routes } = addressing;
    if (routes === undefined || placement.vpcRanges.length === 0 || outside.length === 0) {
      return;
    }
    if ((routes.transitGatewayRoutes ?? []).length > 0 && outside.every(({ isPrivate }) => isPrivate)) {
      return;
    }
    warn(
      this,
      'NO_WAY_BACK_TO_CLIENTS',
      `Clients of ${this.node.id} are routed, and ${outside.join(', ')} lies outside of the VPC: ` +
        `answers come back only if that network has a route to ${inWords(poolsOf(this.settings.servers))}. Behind a transit gateway: ` +
        'ClientAddressing.routed({ transitGatewayRoutes: [...] }). On premises: a static route to the pool towards AWS. ' +
        'The internet and a peered VPC are not reached with addresses of the pool at all: use ClientAddressing.MASQUERADE.',
    );
  }

  /** From here on, whoever opens the security group outwards without `allowClientsTo` has opened one half. */
  private watchOutboundRules(): void {
    const group = this.securityGroup;
    const addEgressRule = group.addEgressRule.bind(group);
    group.addEgressRule = (peer, port, description, remoteRule) => {
      if (!this.isOpeningBothHalves) {
        warn(
          this,
          'CLIENTS_NOT_FORWARDED',
          `${port} is opened from the security group of ${this.node.id} by hand or by connections: the machine itself may ` +
            'go there, and its clients may not, since its packet filter does not know of it. For clients, write ' +
            'gateway.allowClientsTo(destination, port); for the machine alone, acknowledge this.',
        );
      }
      addEgressRule(peer, port, description, remoteRule);
    };
  }

  private checkOutboundQuota(more: number): void {
    const rules = this.outboundRules + more;
    const { kind, clients, servers } = this.settings;
    const outward = flowsOf(servers).filter(({ startsAtEitherEnd }) => startsAtEitherEnd);
    checkSecurityGroupQuota(kind.className, this.maxRulesPerDirection, clients.entries, outward, rules);
    this.outboundRules = rules;
  }
}

/**
 * A gateway that exists already, to name its address, its clients and its security group.
 *
 * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `ATTRIBUTES_MISSING`, or those of a malformed pool
 */
export function importMachineGateway(
  scope: Construct,
  id: string,
  attributes: MachineGatewayAttributes,
  className: string,
): IMachineGateway {
  assertCdkScope(scope, className);
  const wanted = ['address', 'clientPool', 'securityGroup'] as const;
  const missing = wanted.filter((name) => attributes?.[name] === undefined);
  if (missing.length > 0) {
    invalid({
      code: 'ATTRIBUTES_MISSING',
      what: `attributes of an existing ${className} lack ${missing.join(', ')}`,
      allowed: 'address, clientPool and securityGroup',
      instead: "{ address: '198.51.100.7', clientPool: '10.99.0.0/24', securityGroup }",
    });
  }
  if (!isToken(attributes.clientPool)) {
    IpRange.parse(attributes.clientPool, 'client pool');
  }
  class Import extends Resource implements IMachineGateway {
    public readonly address = attributes.address;
    public readonly clientPool = attributes.clientPool;
    public readonly connections = new ec2.Connections({ securityGroups: [attributes.securityGroup] });
  }
  return new Import(scope, id);
}

/** How clients reach the machine. */
interface Dialled {
  readonly allocationId?: string;
  readonly address: string | undefined;
}

/** Every server of the machine, with its verdicts. */
function assessedServers(settings: MachineSettings): AssessedCandidate[] {
  const protocols = settings.servers.map(({ protocol }) => protocol);
  const paths = pathsOf(settings, protocols);
  return protocols.map((protocol) => assessCandidate(machineCandidate(protocol, paths)));
}

function refuseWhoeverIsLeftOut(
  scope: Construct,
  id: string,
  settings: MachineSettings,
  assessed: readonly AssessedCandidate[],
): void {
  const lost = assessed.filter(({ result }) => result === 'cannot-work');
  const asked = lost.length > 0 ? lost : together(assessed).filter((one) => !canServe(one));
  if (asked.length === 0) {
    return;
  }
  const { kind, clients, through } = settings;
  const offers = offersBeside(
    asked.map(({ candidate }) => candidate),
    pathsOf(settings),
    pathsToClientVpn(clients, through),
  );
  refuse({ subject: id, writtenAs: kind.className, asked, offers, constructPath: pathBelow(scope, id) });
}

/** The servers of one machine as one: a device needs a client for any of them. Nothing where nobody has said who calls. */
function together([first, ...others]: readonly AssessedCandidate[]): readonly AssessedCandidate[] {
  if (first?.service === undefined) {
    return [];
  }
  const also = others.map(({ candidate }) => candidate.protocol);
  return [also.length === 0 ? first : assessCandidate({ ...first.candidate, also })];
}

/** Where a reviewer reads them. */
function keepReasons(instance: ec2.CfnInstance, insecure: string | undefined, anywhere: string | undefined): void {
  if (insecure !== undefined || anywhere !== undefined) {
    instance.addMetadata('pptp-constructs', { insecureBecause: insecure, anywhereBecause: anywhere });
  }
}

/** `TCP 1723, UDP 500 and UDP 4500` */
function inWords(texts: readonly string[]): string {
  return texts.join(', ').replace(/, ([^,]*)$/, ' and $1');
}

/** The internet must be there when the machine boots. */
function connectivityOf({ placement }: MachineSettings): Construct[] {
  return placement.subnet === undefined ? [] : ([placement.subnet.internetConnectivityEstablished] as Construct[]);
}

/** The TCP ports from which packages come, beside 443. */
function packagePorts({ apt }: MachineGatewayProps): number[] {
  const urls = apt?.proxy === undefined ? [apt?.mirror, apt?.securityMirror] : [apt.proxy];
  const known = urls.filter((url): url is string => url !== undefined && !isToken(url) && URL.canParse(url));
  const ports = known
    .map((url) => new URL(url))
    .map(({ port, protocol }) => Number(port) || (protocol === 'https:' ? 443 : 80));
  return [...new Set(known.length > 0 ? ports : [80])].filter((port) => port !== 443);
}
