import { ArnFormat, Duration, Fn, Lazy, RemovalPolicy, Resource, SecretValue, Size, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct, type IConstruct } from 'constructs';
import { pathBelow } from '../construct-path';
import { invalid, RefusalError, raise } from '../errors';
import {
  assess,
  assessCandidate,
  explainRefusal,
  explainUnverified,
  reasonCodes,
  reasonSentences,
  type Verdict,
} from '../feasibility';
import { Flow, IpRange } from '../flows';
import type { Destination } from '../host';
import { PPTP } from '../protocols';
import { bringYourOwnServer, pptpCandidate } from './candidates';
import { type ClientDestination, isSameDestination, readDestination } from './destination';
import { VpnFlowLogs } from './flow-logs';
import { isFilteredByHost, policyText } from './live-policy';
import { bootScriptsOf, replaceWithUserData, type Told, userDataOf } from './machine-user-data';
import { managedOpenVpnCandidate } from './managed-openvpn-gateway';
import { pathsOf, pathsToClientVpn } from './path';
import { addPoolRoutes } from './pool-routes';
import type { PptpGatewayProps, PptpPathProps } from './pptp-gateway-props';
import { type PptpGatewaySettings, readPath, readSettings } from './pptp-gateway-settings';
import { assertCdkScope } from './scope';
import { SESSION_MANAGER_ACTIONS } from './session-manager';
import { isToken } from './token';
import { vpcCidrs } from './vpc-ranges';
import { checkSecurityGroupQuota, VpnSecurityGroup } from './vpn-security-group';
import { inform, warn } from './warning';

const CLASS = 'PptpGateway';

/** Debian's images have their root volume here. */
const ROOT_DEVICE = '/dev/xvda';

/** A PPTP gateway on AWS, made in this app or elsewhere. */
export interface IPptpGateway extends ec2.IConnectable {
  /** The address that clients dial: the Elastic IP, or in a private subnet the machine's own address. */
  readonly address: string;
  /** The addresses of clients inside the tunnel, in CIDR notation. */
  readonly clientPool: string;
}

/** A PPTP gateway that exists already. */
export interface PptpGatewayAttributes {
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
 * A PPTP gateway on a Debian machine with an Elastic IP; or a refusal, where TCP 1723 and GRE (IP protocol 47) do not
 * both reach it.
 *
 * Users and destinations are data that the machine fetches every few minutes: they change without a new machine. What
 * needs a new machine (pool, image, instance type, a new version of this library) replaces it and keeps the Elastic IP.
 *
 * PPTP protects nothing against whoever can read its packets. That is said in a standing warning, with the reason that
 * you write.
 */
export class PptpGateway extends Construct implements IPptpGateway {
  /**
   * A gateway that exists already, to name its address, its clients and its security group.
   *
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `ATTRIBUTES_MISSING`, or those of a malformed pool
   */
  public static fromPptpGatewayAttributes(
    scope: Construct,
    id: string,
    attributes: PptpGatewayAttributes,
  ): IPptpGateway {
    assertCdkScope(scope, CLASS);
    checkAttributes(attributes);
    class Import extends Resource implements IPptpGateway {
      public readonly address = attributes.address;
      public readonly clientPool = attributes.clientPool;
      public readonly connections = new ec2.Connections({ securityGroups: [attributes.securityGroup] });
    }
    return new Import(scope, id);
  }

  /**
   * Whether PPTP reaches a gateway that is made like this: one verdict for each way that clients come. Builds nothing,
   * and throws for bad input only.
   *
   * @throws InvalidInputError those of the props that it takes
   */
  public static assess(props: PptpPathProps): readonly Verdict[] {
    return pathsOf(readPath(props)).map((path) => assess(PPTP, path));
  }

  /** Tells the servers of a `VpnGateway` apart. */
  public readonly protocol = 'pptp';

  public readonly clientPool: string;

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

  /** The users: `{"users": [{"name": "alice", "password": "..."}]}`. */
  public readonly usersSecret: secretsmanager.ISecret;

  /** Allocation id of the Elastic IP; `undefined` in a private subnet. */
  public readonly elasticIpAllocationId: string | undefined;

  private readonly dialledAddress: string | undefined;
  private readonly settings: PptpGatewaySettings;
  private readonly vpc: ec2.IVpc;
  private readonly maxRulesPerDirection: number | undefined;
  private readonly destinations: Destination[] = [];
  private outboundRules = 0;
  private isOpeningBothHalves = false;

  /**
   * @throws RefusalError with every reason, where PPTP cannot reach the gateway: `NO_INTERNET_ROUTE`,
   * `GRE_DROPPED_BY_NAT_GATEWAY`, `GRE_DROPPED_BY_LOAD_BALANCER`, `GRE_DROPPED_BY_ACCELERATOR`, `RULE_MISSING`, ...
   * @throws InvalidInputError with a code for each bad value, before any child exists
   */
  public constructor(scope: Construct, id: string, props: PptpGatewayProps) {
    assertCdkScope(scope, CLASS);
    const settings = readSettings(scope, props);
    refuseWhereNothingArrives(scope, id, settings);
    // The text of the machine is made before anything exists, so that one that is too long leaves nothing behind.
    const told: Told = { secret: undefined, policy: undefined, scripts: new Map(), instance: undefined };
    const userData = userDataOf(scope, id, props, settings, told);
    super(scope, id);

    this.settings = settings;
    this.vpc = props.vpc;
    this.maxRulesPerDirection = props.maxRulesPerDirection;
    this.clientPool = settings.pool.range.cidr;

    this.securityGroup = this.makeSecurityGroup(props);
    this.connections = this.securityGroup.connections;
    this.usersSecret = props.usersSecret ?? this.makeUsersSecret();
    const policy = this.makeParameter(
      'Policy',
      'Who may connect to the PPTP gateway, and where its clients may go',
      Lazy.uncachedString({ produce: () => policyText(settings.clients, this.destinations) }),
    );
    for (const script of bootScriptsOf(this, props, settings)) {
      told.scripts.set(script.id, this.makeParameter(script.id, script.description, script.text));
    }
    this.role = props.role ?? this.makeRole(props.permissionsBoundary);
    const granted = this.grant([policy, ...told.scripts.values()], props);
    this.instance = this.makeInstance(props, userData);
    this.instance.node.addDependency(...granted, ...connectivityOf(settings));
    Object.assign(told, { secret: this.usersSecret, policy, instance: this.instance });
    // Escape hatches find the machine where they find the resource of every other construct.
    this.node.defaultChild = this.instance;

    const dialled = settings.isPublic ? this.takeElasticIp(props) : { address: this.instance.attrPrivateIp };
    this.elasticIpAllocationId = dialled.allocationId;
    this.dialledAddress = dialled.address;
    if (settings.addressing.routes !== undefined) {
      const { routes } = settings.addressing;
      addPoolRoutes(this, settings.routeTables, routes, this.clientPool, this.instance.ref);
    }
    this.nameAddress(props);
    if ((props.flowLogs ?? true) && settings.placement.subnet !== undefined) {
      new VpnFlowLogs(this, 'FlowLogs', { subnet: settings.placement.subnet });
    }
    this.warn(props);
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
    const { clients, addressing, pool } = this.settings;
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
        connectable.connections.allowFrom(ec2.Peer.ipv4(pool.range.cidr), port, 'from VPN clients');
        for (const group of connectable.connections.securityGroups) {
          this.securityGroup.addEgressRule(group, port, 'from VPN clients');
        }
      }
    } finally {
      this.isOpeningBothHalves = false;
    }
    this.warnOfMissingWayBack(added);
  }

  private makeSecurityGroup(props: PptpGatewayProps): ec2.SecurityGroup {
    const { securityGroup } = new VpnSecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      protocols: [PPTP],
      clients: props.clients,
      insecure: props.insecure,
      acceptFragmentationNeeded: true,
      description: 'PPTP gateway: TCP 1723 and GRE (IP protocol 47) from its clients',
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
    this.outboundRules = outbound.length;
    return securityGroup;
  }

  /** The template holds the empty form only; what is written into the secret later stays out of it. */
  private makeUsersSecret(): secretsmanager.Secret {
    return new secretsmanager.Secret(this, 'Users', {
      description: 'Users of the PPTP gateway: {"users": [{"name": "...", "password": "..."}]}',
      secretStringValue: SecretValue.unsafePlainText('{"users":[]}'),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private makeParameter(id: string, description: string, value: string): ssm.CfnParameter {
    // A standard parameter while 4 KB suffice, which costs nothing.
    return new ssm.CfnParameter(this, id, { type: 'String', tier: 'Intelligent-Tiering', value, description });
  }

  private makeRole(permissionsBoundary: iam.IManagedPolicy | undefined): iam.Role {
    return new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: 'PPTP gateway: reads its users and its policy, and signals its stack',
      ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    });
  }

  /** Grants what the machine needs and nothing else; returns what must exist before it boots. */
  private grant(parameters: readonly ssm.CfnParameter[], props: PptpGatewayProps): IConstruct[] {
    const stack = Stack.of(this);
    const { secretArn, secretFullArn, encryptionKey, env } = this.usersSecret;
    const viaSecretsManager = `secretsmanager.${env.region}.amazonaws.com`;
    const statements = [
      new iam.PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        // An ARN that is not complete lacks the six characters that Secrets Manager adds.
        resources: [secretFullArn ?? `${secretArn}-??????`],
      }),
      ...(encryptionKey === undefined
        ? []
        : [
            new iam.PolicyStatement({
              actions: ['kms:Decrypt'],
              resources: [encryptionKey.keyArn],
              conditions: { StringEquals: { 'kms:ViaService': viaSecretsManager } },
            }),
          ]),
      new iam.PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: parameters.map(({ ref }) =>
          stack.formatArn({
            service: 'ssm',
            resource: 'parameter',
            resourceName: ref,
            arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          }),
        ),
      }),
      new iam.PolicyStatement({ actions: ['cloudformation:SignalResource'], resources: [stack.stackId] }),
      ...(props.journalLogGroup === undefined
        ? []
        : [
            new iam.PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [props.journalLogGroup.logGroupArn],
            }),
          ]),
      ...(props.sessionManagerSigningKey === undefined
        ? []
        : [new iam.PolicyStatement({ actions: [...SESSION_MANAGER_ACTIONS], resources: ['*'] })]),
    ];
    // In this stack, wherever the role is: the policy names resources that in turn may wait for the role.
    const policy = new iam.Policy(this, 'RolePolicy', { statements });
    this.role.attachInlinePolicy(policy);
    // A key made in this app may also have to allow it; of an imported one, this changes nothing.
    encryptionKey?.grantDecrypt(new kms.ViaServicePrincipal(viaSecretsManager, this.role));
    // A role that is not to be changed takes every statement and every policy, and drops it without a word.
    if (stack.resolve((policy.node.defaultChild as iam.CfnPolicy).roles) === undefined) {
      const needed = statements.flatMap(({ actions }) => actions).join(', ');
      warn(
        this,
        'ROLE_NOT_CHANGED',
        `The role of ${this.node.id} cannot be changed by this app. See to it that it allows ${needed}; without ` +
          'them the machine never serves, and the deployment rolls back.',
      );
    }
    return [this.role, policy];
  }

  private makeInstance(props: PptpGatewayProps, userData: string): ec2.CfnInstance {
    const { placement, instanceType, architecture, isPublic, addressing } = this.settings;
    const profile = new iam.CfnInstanceProfile(this, 'InstanceProfile', { roles: [this.role.roleName] });
    const groups = [this.securityGroup, ...(props.securityGroups ?? [])];
    const size = props.rootVolumeSize ?? Size.gibibytes(8);
    const instance = new ec2.CfnInstance(this, 'Resource', {
      imageId: this.imageId(props.machineImage, architecture),
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
    instance.addMetadata('pptp-constructs', {
      insecureBecause: props.insecure.reason,
      anywhereBecause: props.clients.anywhereReason,
    });
    replaceWithUserData(instance, userData);
    return instance;
  }

  private imageId(image: ec2.IMachineImage | undefined, architecture: 'x86_64' | 'arm64'): string {
    const newest = `/aws/service/debian/release/13/latest/${architecture === 'arm64' ? 'arm64' : 'amd64'}`;
    const { imageId, osType } = (image ?? ec2.MachineImage.fromSsmParameter(newest)).getImage(this);
    if (osType === ec2.OperatingSystemType.WINDOWS) {
      invalid({
        code: 'IMAGE_NOT_DEBIAN',
        what: 'machineImage is an image of Windows',
        allowed: 'images of Debian 13',
        instead: "machineImage: ec2.MachineImage.genericLinux({ 'eu-central-1': 'ami-0123456789abcdef0' })",
        constructPath: this.node.path,
      });
    }
    return imageId;
  }

  private takeElasticIp(props: PptpGatewayProps): Dialled {
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

  private nameAddress({ hostedZone, dnsName }: PptpGatewayProps): void {
    if (hostedZone !== undefined && dnsName !== undefined) {
      new route53.ARecord(this, 'DnsRecord', {
        zone: hostedZone,
        recordName: dnsName,
        target: route53.RecordTarget.fromIpAddresses(this.address),
        ttl: Duration.minutes(5),
      });
    }
  }

  private warn(props: PptpGatewayProps): void {
    const { settings } = this;
    warn(
      this,
      'PPTP_INSECURE',
      `${this.node.id} speaks PPTP. ${PPTP.standing.summary} Used all the same because: ${props.insecure.reason}`,
    );
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
    const assessed = assessCandidate(pptpCandidate(pathsOf(settings)));
    if (assessed.result === 'unverified' && settings.placement.internetRoute !== 'pending') {
      warn(this, 'PATH_UNVERIFIED', explainUnverified(assessed, this.node.id));
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
        `answers come back only if that network has a route to ${this.clientPool}. Behind a transit gateway: ` +
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
    checkSecurityGroupQuota(CLASS, this.maxRulesPerDirection, this.settings.clients.entries, [Flow.GRE], rules);
    this.outboundRules = rules;
  }
}

function checkAttributes(attributes: PptpGatewayAttributes): void {
  const wanted = ['address', 'clientPool', 'securityGroup'] as const;
  const missing = wanted.filter((name) => attributes?.[name] === undefined);
  if (missing.length > 0) {
    invalid({
      code: 'ATTRIBUTES_MISSING',
      what: `attributes of an existing ${CLASS} lack ${missing.join(', ')}`,
      allowed: 'address, clientPool and securityGroup',
      instead: "{ address: '198.51.100.7', clientPool: '10.99.0.0/24', securityGroup }",
    });
  }
  if (!isToken(attributes.clientPool)) {
    IpRange.parse(attributes.clientPool, 'client pool');
  }
}

/** How clients reach the machine. */
interface Dialled {
  readonly allocationId?: string;
  readonly address: string | undefined;
}

function refuseWhereNothingArrives(scope: Construct, id: string, settings: PptpGatewaySettings): void {
  const { clients, through } = settings;
  const asked = [assessCandidate(pptpCandidate(pathsOf(settings)))];
  if (asked[0]?.result !== 'cannot-work') {
    return;
  }
  const offers = [assessCandidate(managedOpenVpnCandidate(pathsToClientVpn(clients, through)))];
  const explanation = explainRefusal({
    subject: id,
    writtenAs: CLASS,
    asked,
    offers,
    bringYourOwn: bringYourOwnServer(),
  });
  const [code = 'GRE_DROPPED'] = reasonCodes(asked);
  raise(
    new RefusalError({
      code,
      explanation,
      reasons: reasonSentences(asked),
      alternatives: offers.filter(({ result }) => result === 'works').map(({ candidate }) => candidate.code),
      constructPath: pathBelow(scope, id),
    }),
  );
}

/** The internet must be there when the machine boots. */
function connectivityOf({ placement }: PptpGatewaySettings): Construct[] {
  return placement.subnet === undefined ? [] : ([placement.subnet.internetConnectivityEstablished] as Construct[]);
}

/** The TCP ports from which packages come, beside 443. */
function packagePorts({ apt }: PptpGatewayProps): number[] {
  const urls = apt?.proxy === undefined ? [apt?.mirror, apt?.securityMirror] : [apt.proxy];
  const known = urls.filter((url): url is string => url !== undefined && !isToken(url) && URL.canParse(url));
  const ports = known
    .map((url) => new URL(url))
    .map(({ port, protocol }) => Number(port) || (protocol === 'https:' ? 443 : 80));
  return [...new Set(known.length > 0 ? ports : [80])].filter((port) => port !== 443);
}
