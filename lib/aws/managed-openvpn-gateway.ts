import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Names } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { pathBelow } from '../construct-path';
import { edgeFolder, type GatewayEdge } from '../edge/for-gateways';
import { invalid } from '../errors';
import type { Candidate, Path } from '../feasibility';
import { Accepted, IpRange, isAddress } from '../flows';
import { OPENVPN } from '../protocols';
import { rememberPlace } from '../source-location';
import { Clients } from './clients';
import { edgeOfClientVpn, writeAtSynth } from './edge';
import { checkLogging } from './flow-logs';
import { stableName } from './names';
import { assertCdkScope, assertVpc } from './scope';
import { isToken, known } from './token';
import { vpcCidrs, vpcRanges } from './vpc-ranges';
import { warn } from './warning';

const CLASS = 'ManagedOpenVpnGateway';

/** An OpenVPN gateway that AWS runs: AWS Client VPN. */
export interface ManagedOpenVpnGatewayProps {
  /** The VPC that clients get into. */
  readonly vpc: ec2.IVpc;

  /**
   * The subnets that the endpoint is associated with, at most one per Availability Zone; each is billed by the hour.
   * Each needs at least a /27 and 20 free addresses.
   *
   * @default - one private subnet per Availability Zone, or as `Vpc.selectSubnets` chooses without any
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /** Where clients come from. AWS Client VPN does not filter by it: see `acceptsAnyClientAddress`. */
  readonly clients: Clients;

  /**
   * Your acceptance that clients can connect from every address, where `clients` says less than the whole internet. AWS
   * Client VPN has no filter for client addresses; who gets in is decided by authentication alone, or by a function
   * given as `clientConnectionHandler`, which is told the client's public address.
   *
   * @default - none: clients narrower than the whole internet are refused
   */
  readonly acceptsAnyClientAddress?: Accepted;

  /**
   * The range from which clients get their addresses in the tunnel, /22 to /12, outside of the VPC and of every
   * destination. AWS needs a part of it: take twice as many addresses as clients at a time. A change replaces the endpoint.
   *
   * In the VPC, clients do not appear by these addresses: AWS Client VPN translates them to those of its network
   * interfaces.
   */
  readonly clientCidr: string;

  /**
   * The client pool of the gateway in whose place this one is built, where there is one.
   *
   * @default - none
   */
  readonly replacesClientPool?: string;

  /**
   * Your acceptance that clients have other addresses than `replacesClientPool` says.
   *
   * @default - none: a pool that cannot be kept is refused
   */
  readonly acceptsOtherPool?: Accepted;

  /** ARN of the server certificate in AWS Certificate Manager, in the Region of the endpoint. */
  readonly serverCertificateArn: string;

  /**
   * ARN of the certificate in AWS Certificate Manager whose certificate authority has signed those of the clients, for
   * mutual authentication.
   *
   * @default - users authenticate as `userBasedAuthentication` says
   */
  readonly clientCertificateArn?: string;

  /**
   * Authentication by Active Directory or by a SAML provider, with or without client certificates. SAML works with the
   * AWS VPN Client only.
   *
   * @default - clients authenticate with certificates
   */
  readonly userBasedAuthentication?: ec2.ClientVpnUserBasedAuthentication;

  /**
   * The port of the endpoint.
   *
   * @default ec2.VpnPort.HTTPS, which is 443
   */
  readonly port?: ec2.VpnPort;

  /**
   * The transport of the tunnel. A change replaces the endpoint.
   *
   * @default ec2.TransportProtocol.UDP
   */
  readonly transportProtocol?: ec2.TransportProtocol;

  /**
   * Whether clients send only what goes to the VPC and to the destinations through the tunnel, and reach the internet by
   * themselves.
   *
   * @default true
   */
  readonly splitTunnel?: boolean;

  /**
   * IPv4 addresses of the DNS servers that clients use, at most two. Allow clients to reach them.
   *
   * @default - the DNS servers of the client's own network
   */
  readonly dnsServers?: string[];

  /**
   * How long a session lasts before the client must authenticate again.
   *
   * @default ec2.ClientVpnSessionTimeout.TWENTY_FOUR_HOURS
   */
  readonly sessionTimeout?: ec2.ClientVpnSessionTimeout;

  /**
   * A Lambda function that allows or denies each connection after authentication; its input has the client's public
   * address as `public-ip`. Its name begins with `AWSClientVPN-`.
   *
   * @see https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/connection-authorization.html, read 2026-11
   * @default - none
   */
  readonly clientConnectionHandler?: ec2.IClientVpnConnectionHandler;

  /**
   * The log group for connections: who connected when, and from where.
   *
   * @default - a new log group, kept when the gateway is deleted
   */
  readonly logGroup?: logs.ILogGroup;

  /**
   * How long the new log group keeps what it holds.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * Configurations for the firewalls before the gateway and before its clients, written into `cdk.out/edge` when the app is
   * synthesised; see docs/edge.md. What `renderEdge` of `pptp-constructs/edge` refuses, the constructor refuses, with its
   * codes; and `EDGE_DUPLICATE`.
   *
   * @default - none
   */
  readonly edge?: readonly GatewayEdge[];
}

/**
 * OpenVPN run by AWS: an AWS Client VPN endpoint with its subnets, authorization rules, routes, security group and
 * connection log.
 *
 * Authenticated clients are authorized for the VPC, and the endpoint's security group lets nothing out: each destination
 * is opened by `allowClientsTo`, or by `connections` for what lies in the VPC.
 */
export class ManagedOpenVpnGateway extends Construct implements ec2.IConnectable {
  /** Tells the servers of a `VpnGateway` apart, together with `managed`. */
  public readonly protocol = 'openvpn';

  /** Tells it from an OpenVPN server on a machine. */
  public readonly managed = true;

  /** Id of the endpoint: `cvpn-endpoint-0123456789abcdef0`. */
  public readonly endpointId: string;

  /** The security group of the endpoint's network interfaces, by whose addresses clients appear in the VPC. */
  public readonly securityGroup: ec2.SecurityGroup;

  /** For rules between the clients and other constructs in the VPC. */
  public readonly connections: ec2.Connections;

  /** The log group for connections. */
  public readonly logGroup: logs.ILogGroup;

  private readonly vpc: ec2.IVpc;
  private readonly pool: IpRange;
  private readonly associations: readonly Association[];
  /** The ranges that clients are authorized for. */
  private readonly authorized: string[] = [];

  /**
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `VPC_MISSING`, `NO_CLIENTS`, `CLIENT_VPN_CLIENTS_IPV6`,
   * `CLIENT_VPN_CANNOT_FILTER_CLIENTS`, `CLIENT_VPN_POOL_SIZE`, `CLIENT_VPN_POOL_OVERLAPS`, `CLIENT_VPN_POOL_NOT_KEPT`,
   * `CLIENT_VPN_CERTIFICATE_ARN`, `CLIENT_VPN_NO_AUTHENTICATION`, `CLIENT_VPN_PORT`, `CLIENT_VPN_TRANSPORT`,
   * `CLIENT_VPN_DNS_SERVERS`, `CLIENT_VPN_SESSION_TIMEOUT`, `CLIENT_VPN_HANDLER_NAME`, `CLIENT_VPN_SUBNETS`,
   * `LOG_GROUP_AND_RETENTION`, `TOKEN_NOT_ALLOWED`, and those of a malformed range
   */
  public constructor(scope: Construct, id: string, props: ManagedOpenVpnGatewayProps) {
    assertCdkScope(scope, CLASS);
    const { clients, pool, subnets } = readManagedOpenVpn(props);
    const { logGroup, logRetention } = props;
    const edge = edgeFolder(pathBelow(scope, id), props.edge, () => edgeOfClientVpn(props));
    super(scope, id);
    rememberPlace(this);
    writeAtSynth(this, edge);

    this.vpc = props.vpc;
    this.pool = pool;
    this.logGroup =
      logGroup ?? new logs.LogGroup(this, 'Log', { retention: logRetention ?? logs.RetentionDays.ONE_YEAR });
    this.securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, allowAllOutbound: false });
    this.connections = this.securityGroup.connections;

    const endpoint = new ec2.CfnClientVpnEndpoint(this, 'Resource', {
      authenticationOptions: authenticationOptions(props),
      clientCidrBlock: pool.cidr,
      connectionLogOptions: { enabled: true, cloudwatchLogGroup: this.logGroup.logGroupName },
      serverCertificateArn: props.serverCertificateArn,
      vpnPort: props.port ?? 443,
      transportProtocol: props.transportProtocol ?? 'udp',
      splitTunnel: props.splitTunnel ?? true,
      sessionTimeoutHours: props.sessionTimeout ?? 24,
      selfServicePortal: 'disabled',
      vpcId: props.vpc.vpcId,
      securityGroupIds: [this.securityGroup.securityGroupId],
      ...(props.dnsServers === undefined ? {} : { dnsServers: props.dnsServers }),
      ...(props.clientConnectionHandler === undefined
        ? {}
        : { clientConnectOptions: { enabled: true, lambdaFunctionArn: props.clientConnectionHandler.functionArn } }),
    });
    this.endpointId = endpoint.ref;
    this.associations = subnets.map((subnet) => this.associate(subnet));
    for (const cidr of vpcCidrs(props.vpc)) {
      this.authorize(cidr, 'the VPC');
    }
    this.warnOf(props, clients);
    keepReasons(endpoint, props);
  }

  /**
   * Lets clients reach a destination.
   *
   * A construct in the VPC gets a rule in its own security group for the security group of the endpoint. An address range
   * gets an authorization rule, and a route through every subnet of the endpoint where it lies outside of the VPC; the
   * way on from those subnets is yours, and so is the destination's own filter.
   *
   * @param destination a construct in the VPC, or an IPv4 range: `10.20.0.0/16`, `ec2.Peer.ipv4(...)`
   * @param port what clients may use there
   * @throws InvalidInputError `CLIENT_VPN_DESTINATION`, `CLIENT_VPN_POOL_OVERLAPS`, and those of a malformed range
   */
  public allowClientsTo(destination: ec2.IConnectable | string, port: ec2.Port): void {
    if (typeof port?.toRuleJson !== 'function') {
      invalidDestination('has no port', port, this.node.path);
    }
    const cidr = typeof destination === 'string' ? destination : cidrOf(destination);
    if (cidr !== undefined) {
      this.allowClientsToRange(cidr, port);
      return;
    }
    const connections = (destination as Partial<ec2.IConnectable> | undefined)?.connections;
    if (connections === undefined || connections.securityGroups.length === 0) {
      invalidDestination('has neither an IPv4 range nor a security group', destination, this.node.path);
    }
    if (vpcCidrs(this.vpc).length === 0) {
      invalidDestination(
        'lies in a VPC whose address range this app does not know, so that clients cannot be authorized for it',
        destination,
        this.node.path,
        "ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcCidrBlock: '10.20.0.0/16', ... })",
      );
    }
    connections.allowFrom(this, port, 'from clients of the VPN');
  }

  private allowClientsToRange(cidr: string, port: ec2.Port): void {
    const range = isToken(cidr) ? undefined : IpRange.parse(cidr, 'destination');
    if (range?.version === 6) {
      invalidDestination('is an IPv6 range, and the tunnel carries IPv4', cidr, this.node.path);
    }
    if (range?.isEverything === true && port.toRuleJson().ipProtocol === '-1') {
      invalidDestination('is everything on every port, for which AWS CDK writes no rule', cidr, this.node.path);
    }
    if (range?.isEverything === false && range.overlaps(this.pool)) {
      refuseOverlap(this.pool, 'a destination of the clients', range);
    }
    this.securityGroup.addEgressRule(ec2.Peer.ipv4(cidr), port, 'from clients of the VPN');
    if (range !== undefined && vpcRanges(this.vpc).some((own) => own.contains(range))) {
      return;
    }
    if (this.authorize(cidr, 'a destination outside of the VPC')) {
      for (const { subnet, association } of this.associations) {
        const route = new ec2.CfnClientVpnRoute(this, `Route-${this.idOf(cidr)}-${idOfSubnet(subnet)}`, {
          clientVpnEndpointId: this.endpointId,
          destinationCidrBlock: cidr,
          targetVpcSubnetId: subnet.subnetId,
        });
        // A route is accepted only once the subnet is associated.
        route.node.addDependency(association);
      }
    }
  }

  /** Authorizes every client for a range; `false` if that is done already. */
  private authorize(cidr: string, what: string): boolean {
    if (this.authorized.includes(cidr)) {
      return false;
    }
    this.authorized.push(cidr);
    new ec2.CfnClientVpnAuthorizationRule(this, `Authorize-${this.idOf(cidr)}`, {
      clientVpnEndpointId: this.endpointId,
      targetNetworkCidr: cidr,
      authorizeAllGroups: true,
      description: `Every client, to ${what}`,
    });
    return true;
  }

  /** A name for construct ids; a token that refers to no construct is named by its position. */
  private idOf(cidr: string): string {
    return stableName(cidr) ?? `Range${this.authorized.indexOf(cidr)}`;
  }

  private associate(subnet: ec2.ISubnet): Association {
    const association = new ec2.CfnClientVpnTargetNetworkAssociation(this, `Association-${idOfSubnet(subnet)}`, {
      clientVpnEndpointId: this.endpointId,
      subnetId: subnet.subnetId,
    });
    return { subnet, association };
  }

  private warnOf(props: ManagedOpenVpnGatewayProps, clients: Clients): void {
    if (!clients.isAnywhere) {
      warn(
        this,
        'CLIENT_VPN_CANNOT_FILTER_CLIENTS',
        `AWS Client VPN does not filter client addresses: clients can connect from everywhere, not only from ${clients}. ` +
          `Accepted because: ${props.acceptsAnyClientAddress?.reason}`,
      );
    }
    if (props.acceptsOtherPool !== undefined && props.replacesClientPool !== undefined) {
      warn(
        this,
        'CLIENT_VPN_POOL_NOT_KEPT',
        `Clients get addresses from ${this.pool} and not from ${props.replacesClientPool}, and appear in the VPC by the ` +
          `addresses of the endpoint. Accepted because: ${props.acceptsOtherPool.reason}`,
      );
    }
  }
}

/**
 * AWS Client VPN as one of the servers among which a gateway chooses.
 *
 * How long it takes is field experience; AWS does not say.
 *
 * @param paths the ways from the clients to the endpoint
 * @see https://aws.amazon.com/vpn/pricing/, read 2026-11
 */
export function managedOpenVpnCandidate(paths: readonly Path[]): Candidate {
  return {
    protocol: OPENVPN,
    paths,
    builtBy: 'AWS Client VPN',
    takes: 'about 5 to 15 minutes to create',
    cost: 'billed by the hour for each associated subnet and for each connected client',
    clients: 'needs the AWS VPN Client or another OpenVPN program',
    code: "new VpnGateway(this, 'Vpn', { protocols: [Vpn.openVpnManaged({ ... })], ... })",
  };
}

interface Association {
  readonly subnet: ec2.ISubnet;
  readonly association: ec2.CfnClientVpnTargetNetworkAssociation;
}

/**
 * Reads and checks all props, before anything exists.
 *
 * @throws InvalidInputError those of the constructor
 */
export function readManagedOpenVpn(props: ManagedOpenVpnGatewayProps): {
  readonly clients: Clients;
  readonly pool: IpRange;
  readonly subnets: readonly ec2.ISubnet[];
} {
  assertVpc(props?.vpc, CLASS);
  const clients = Clients.check(props.clients, CLASS);
  checkClients(clients, props.acceptsAnyClientAddress);
  const pool = checkedPool(props, clients);
  checkAuthentication(props);
  checkConnection(props);
  checkLogging(CLASS, props.logGroup, props.logRetention);
  return { clients, pool, subnets: checkedSubnets(props) };
}

function checkClients(clients: Clients, accepted: Accepted | undefined): void {
  const ipv6 = clients.entries.find(({ ipVersion }) => ipVersion === 6);
  if (ipv6 !== undefined) {
    invalid({
      code: 'CLIENT_VPN_CLIENTS_IPV6',
      what: `${CLASS} was given IPv6 clients, and its endpoint has IPv4 addresses only`,
      got: ipv6.label,
      allowed: 'IPv4 clients',
      instead: "clients: Clients.from('203.0.113.0/24')",
    });
  }
  if (!clients.isAnywhere && !(accepted instanceof Accepted)) {
    invalid({
      code: 'CLIENT_VPN_CANNOT_FILTER_CLIENTS',
      what: `AWS Client VPN does not filter client addresses: clients could connect from everywhere, not only from ${clients}`,
      got: accepted,
      allowed: 'your acceptance in writing, or clients from the whole internet with a reason',
      instead: "acceptsAnyClientAddress: Accepted.because('certificates on managed devices; approved 2026-11')",
    });
  }
}

function checkedPool(props: ManagedOpenVpnGatewayProps, clients: Clients): IpRange {
  const pool = IpRange.parse(known(props.clientCidr, 'clientCidr'), 'clientCidr');
  if (pool.version !== 4 || pool.prefixLength < 12 || pool.prefixLength > 22) {
    invalid({
      code: 'CLIENT_VPN_POOL_SIZE',
      what: 'clientCidr is not a pool that AWS Client VPN takes',
      got: pool.cidr,
      allowed: 'an IPv4 range from /22 (the smallest) to /12, with twice as many addresses as clients at a time',
      instead: "clientCidr: '10.100.0.0/22'",
    });
  }
  const inVpc = vpcRanges(props.vpc).find((range) => range.overlaps(pool));
  if (inVpc !== undefined) {
    refuseOverlap(pool, 'the VPC', inVpc);
  }
  const client = clients.isAnywhere ? undefined : clients.ranges.find((range) => range.overlaps(pool));
  if (client !== undefined) {
    refuseOverlap(pool, 'the addresses that clients come from', client);
  }
  const meant = props.replacesClientPool;
  if (meant !== undefined && meant !== pool.cidr && !(props.acceptsOtherPool instanceof Accepted)) {
    invalid({
      code: 'CLIENT_VPN_POOL_NOT_KEPT',
      what: `clients would get addresses from ${pool} and not from the pool that the gateway was meant to have`,
      got: isToken(meant) ? 'a token' : meant,
      allowed: 'the same pool, or your acceptance in writing',
      instead: "acceptsOtherPool: Accepted.because('no rule in the data centre names single clients; checked 2026-11')",
    });
  }
  return pool;
}

function refuseOverlap(pool: IpRange, what: string, other: IpRange): never {
  return invalid({
    code: 'CLIENT_VPN_POOL_OVERLAPS',
    what: `clientCidr overlaps ${what}, ${other}: AWS Client VPN could not tell the two apart`,
    got: pool.cidr,
    allowed: 'a range outside of the VPC, of every destination and of the networks that clients are in',
    instead: "clientCidr: '192.168.100.0/22'",
  });
}

function checkAuthentication(props: ManagedOpenVpnGatewayProps): void {
  checkCertificate('serverCertificateArn', props.serverCertificateArn);
  if (props.clientCertificateArn !== undefined) {
    checkCertificate('clientCertificateArn', props.clientCertificateArn);
  }
  if (props.clientCertificateArn === undefined && props.userBasedAuthentication === undefined) {
    invalid({
      code: 'CLIENT_VPN_NO_AUTHENTICATION',
      what: `${CLASS} was given no way for clients to authenticate`,
      allowed:
        'clientCertificateArn (mutual authentication), userBasedAuthentication (Active Directory or SAML), or both',
      instead: "clientCertificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/...'",
    });
  }
}

function checkCertificate(property: string, arn: unknown): void {
  if (typeof arn !== 'string' || !(isToken(arn) || /^arn:[\w-]+:acm:[\w-]*:\d*:certificate\/[\w-]+$/.test(arn))) {
    invalid({
      code: 'CLIENT_VPN_CERTIFICATE_ARN',
      what: `${property} is not the ARN of a certificate in AWS Certificate Manager`,
      got: arn,
      allowed: 'the ARN of a certificate in the Region of the endpoint',
      instead: `${property}: 'arn:aws:acm:eu-central-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef'`,
    });
  }
}

function checkConnection(props: ManagedOpenVpnGatewayProps): void {
  const { port = 443, transportProtocol = 'udp', dnsServers = [], sessionTimeout = 24 } = props;
  if (![443, 1194].includes(known(port, 'port'))) {
    invalid({
      code: 'CLIENT_VPN_PORT',
      what: 'port is not one that AWS Client VPN listens on',
      got: port,
      allowed: 'ec2.VpnPort.HTTPS (443) and ec2.VpnPort.OPENVPN (1194)',
      instead: 'port: ec2.VpnPort.OPENVPN',
    });
  }
  if (!['udp', 'tcp'].includes(known(transportProtocol, 'transportProtocol'))) {
    invalid({
      code: 'CLIENT_VPN_TRANSPORT',
      what: 'transportProtocol is not one that AWS Client VPN knows',
      got: transportProtocol,
      allowed: 'ec2.TransportProtocol.UDP and ec2.TransportProtocol.TCP',
      instead: 'transportProtocol: ec2.TransportProtocol.UDP',
    });
  }
  const isIpv4 = (server: string) => isToken(server) || (isAddress(server) && !server.includes(':'));
  if (!isToken(dnsServers) && (dnsServers.length > 2 || !dnsServers.every(isIpv4))) {
    invalid({
      code: 'CLIENT_VPN_DNS_SERVERS',
      what: 'dnsServers is not a list of DNS servers that AWS Client VPN can hand out',
      got: dnsServers.map((server) => (isToken(server) ? 'a token' : server)),
      allowed: 'at most two IPv4 addresses',
      instead: "dnsServers: ['10.0.0.2']",
    });
  }
  if (![8, 10, 12, 24].includes(known(sessionTimeout, 'sessionTimeout'))) {
    invalid({
      code: 'CLIENT_VPN_SESSION_TIMEOUT',
      what: 'sessionTimeout is not a session length that AWS Client VPN knows',
      got: sessionTimeout,
      allowed: '8, 10, 12 or 24 hours, as ec2.ClientVpnSessionTimeout has them',
      instead: 'sessionTimeout: ec2.ClientVpnSessionTimeout.EIGHT_HOURS',
    });
  }
  const handler = props.clientConnectionHandler?.functionName;
  if (handler !== undefined && !isToken(handler) && !handler.startsWith('AWSClientVPN-')) {
    invalid({
      code: 'CLIENT_VPN_HANDLER_NAME',
      what: 'the name of clientConnectionHandler is not one that AWS Client VPN may call',
      got: handler,
      allowed: 'a Lambda function whose name begins with AWSClientVPN-',
      instead: "new lambda.Function(this, 'Handler', { functionName: 'AWSClientVPN-handler', ... })",
    });
  }
}

function checkedSubnets(props: ManagedOpenVpnGatewayProps): ec2.ISubnet[] {
  const { subnets, subnetIds } = props.vpc.selectSubnets(props.vpcSubnets ?? { onePerAz: true });
  known(subnetIds, 'vpcSubnets');
  const zones = subnets.map(({ availabilityZone }) => availabilityZone);
  const twice = zones.find((zone, index) => zones.indexOf(zone) !== index);
  if (subnets.length === 0 || twice !== undefined) {
    invalid({
      code: 'CLIENT_VPN_SUBNETS',
      what:
        twice === undefined
          ? 'vpcSubnets selects no subnet, and clients connect through at least one'
          : 'vpcSubnets selects two subnets of one Availability Zone, and AWS Client VPN takes one',
      got: subnets.map((subnet) => subnet.node.path),
      allowed: 'at least one subnet, at most one per Availability Zone',
      instead: "vpcSubnets: { subnetGroupName: 'Private', onePerAz: true }",
    });
  }
  return subnets;
}

function authenticationOptions(
  props: ManagedOpenVpnGatewayProps,
): ec2.CfnClientVpnEndpoint.ClientAuthenticationRequestProperty[] {
  return [
    ...(props.clientCertificateArn === undefined
      ? []
      : [
          {
            type: 'certificate-authentication',
            mutualAuthentication: { clientRootCertificateChainArn: props.clientCertificateArn },
          },
        ]),
    ...(props.userBasedAuthentication === undefined ? [] : [props.userBasedAuthentication.render()]),
  ];
}

function keepReasons(endpoint: ec2.CfnClientVpnEndpoint, props: ManagedOpenVpnGatewayProps): void {
  const anywhere = props.clients.anywhereReason;
  const accepted = props.acceptsAnyClientAddress?.reason;
  const pool = props.acceptsOtherPool?.reason;
  endpoint.addMetadata('pptp-constructs', {
    anywhereBecause: anywhere,
    acceptsAnyClientAddressBecause: accepted,
    acceptsOtherPoolBecause: pool,
  });
}

/** The IPv4 range of a peer that is one. */
function cidrOf(destination: ec2.IConnectable): string | undefined {
  return (destination as Partial<ec2.IPeer> | undefined)?.toEgressRuleConfig?.().cidrIp;
}

function invalidDestination(
  why: string,
  destination: unknown,
  constructPath: string,
  instead = "gateway.allowClientsTo('10.30.0.0/16', ec2.Port.tcp(443))",
): never {
  return invalid({
    code: 'CLIENT_VPN_DESTINATION',
    what: `a destination of the clients ${why}`,
    got: Construct.isConstruct(destination) ? destination.node.path : destination,
    allowed: 'a construct with a security group in the VPC, or an IPv4 range in CIDR notation; with a port of aws-ec2',
    instead,
    constructPath,
  });
}

function idOfSubnet(subnet: ec2.ISubnet): string {
  return Names.nodeUniqueId(subnet.node);
}
