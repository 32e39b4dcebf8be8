/** Parts of a template in memory, for tests: a VPC with a public subnet, to which each test adds what it is about. */

type Properties = Readonly<Record<string, unknown>>;
export type Resources = Record<string, { readonly Type: string; readonly Properties?: Properties }>;

/** A resource. */
export function resource(Type: string, Properties: Properties = {}): Resources[string] {
  return { Type, Properties };
}

const ref = (Ref: string) => ({ Ref });

/** A VPC of 10.20.0.0/16 with an internet gateway and a subnet, `Subnet`, that has a route to it. */
export function publicSubnet(): Resources {
  return {
    Vpc: resource('AWS::EC2::VPC', { CidrBlock: '10.20.0.0/16' }),
    Internet: resource('AWS::EC2::InternetGateway'),
    Attachment: resource('AWS::EC2::VPCGatewayAttachment', { VpcId: ref('Vpc'), InternetGatewayId: ref('Internet') }),
    Subnet: resource('AWS::EC2::Subnet', { VpcId: ref('Vpc'), CidrBlock: '10.20.1.0/24' }),
    Routes: resource('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }),
    RoutesOfSubnet: resource('AWS::EC2::SubnetRouteTableAssociation', {
      SubnetId: ref('Subnet'),
      RouteTableId: ref('Routes'),
    }),
    ToInternet: resource('AWS::EC2::Route', {
      RouteTableId: ref('Routes'),
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: ref('Internet'),
    }),
  };
}

/** An instance, `Gateway`, in `Subnet` with an Elastic IP and these groups. */
export function gateway(groups: readonly string[] = ['Group'], properties: Properties = {}): Resources {
  return {
    Gateway: resource('AWS::EC2::Instance', {
      SubnetId: ref('Subnet'),
      SecurityGroupIds: groups.map((group) => ({ 'Fn::GetAtt': [group, 'GroupId'] })),
      ...properties,
    }),
    Address: resource('AWS::EC2::EIP', { InstanceId: ref('Gateway') }),
  };
}

/** A security group, `Group`; without outbound rules it lets everything out. */
export function group(ingress: readonly Properties[], egress?: readonly Properties[], name = 'Group'): Resources {
  return {
    [name]: resource('AWS::EC2::SecurityGroup', {
      VpcId: ref('Vpc'),
      SecurityGroupIngress: ingress,
      ...(egress === undefined ? {} : { SecurityGroupEgress: egress }),
    }),
  };
}

/** Rules of a security group. */
export const tcp = (port: number, CidrIp = '203.0.113.0/24') => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  CidrIp,
});
export const udp = (port: number, CidrIp = '203.0.113.0/24') => ({
  IpProtocol: 'udp',
  FromPort: port,
  ToPort: port,
  CidrIp,
});
export const gre = (CidrIp = '203.0.113.0/24') => ({ IpProtocol: '47', CidrIp });

/** An entry of `Acl`, which `acl` attaches to `Subnet`. */
export interface Entry {
  readonly number: number;
  readonly egress?: boolean;
  readonly protocol: number;
  readonly action?: 'allow' | 'deny';
  readonly cidr?: string;
  readonly ports?: readonly [number, number];
}

/** A network ACL of `Subnet`. */
export function acl(entries: readonly Entry[]): Resources {
  const resources: Resources = {
    Acl: resource('AWS::EC2::NetworkAcl', { VpcId: ref('Vpc') }),
    AclOfSubnet: resource('AWS::EC2::SubnetNetworkAclAssociation', {
      SubnetId: ref('Subnet'),
      NetworkAclId: ref('Acl'),
    }),
  };
  entries.forEach(({ number, egress = false, protocol, action = 'allow', cidr = '203.0.113.0/24', ports }, index) => {
    resources[`Entry${index}`] = resource('AWS::EC2::NetworkAclEntry', {
      NetworkAclId: ref('Acl'),
      RuleNumber: number,
      Egress: egress,
      Protocol: protocol,
      RuleAction: action,
      CidrBlock: cidr,
      ...(ports === undefined ? {} : { PortRange: { From: ports[0], To: ports[1] } }),
    });
  });
  return resources;
}
