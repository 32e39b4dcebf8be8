import { createHash } from 'node:crypto';
import { Names, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as imagebuilder from 'aws-cdk-lib/aws-imagebuilder';
import { Construct } from 'constructs';
import { invalid } from '../errors';
import {
  ClientPool,
  type HostService,
  type PacketFilterKind,
  PptpPool,
  pptpService,
  renderImageScript,
  wireGuardService,
} from '../host';
import { ikev2Service } from '../host/ikev2';
import { openVpnService } from '../host/openvpn';
import type { VpnProtocol, VpnProtocolId } from '../protocols';
import { architectureOf } from './machine-gateway-settings';
import { assertCdkScope, assertVpc } from './scope';
import { known } from './token';
import { inform } from './warning';

const CLASS = 'GatewayImage';

/** What an image for gateways is made from. */
export interface GatewayImageProps {
  /** The VPC in which the machine runs that the image is made from. */
  readonly vpc: ec2.IVpc;
  /**
   * Where that machine runs: the first subnet of the selection. It must reach the internet.
   *
   * @default - a private subnet with a way to the internet, or else a public one
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
  /** What the gateways speak: some of `PPTP`, `IKEV2`, `WIREGUARD` and `OPENVPN`. */
  readonly protocols: readonly VpnProtocol[];
  /**
   * The release of Debian. That of the gateways must be the same.
   *
   * @default 13
   */
  readonly debian?: 12 | 13;
  /**
   * The machine that the image is made from. Its processor decides between x86-64 and arm64, and must be of the kind that the
   * gateways have.
   *
   * @default t3.micro
   */
  readonly instanceType?: ec2.InstanceType;
  /**
   * What filters packets on the gateways.
   *
   * @default 'nftables'
   */
  readonly packetFilter?: PacketFilterKind;
  /**
   * The image of Debian to begin with: `ami-0123456789abcdef0`.
   *
   * @default - the newest one when the image is made, by Debian's public parameter
   */
  readonly parentImageId?: string;
  /**
   * Any text. Another one has the image made anew, with the newest packages, and the gateways replaced.
   *
   * @default - the image is made anew only when what is on it changes
   */
  readonly edition?: string;
}

/**
 * An image of Debian with the packages of VPN gateways and a kernel that has what they need, made by EC2 Image Builder. A
 * gateway that takes it as `machineImage` installs nothing and does not change its kernel, so that a replaced one serves in
 * a fraction of the time. There is nothing of any one gateway in it: no key, no user, no address.
 *
 * Making it takes EC2 Image Builder some tens of minutes, for which the deployment waits. The image itself stays when the
 * construct goes.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/what-is-image-builder.html
 */
export class GatewayImage extends Construct {
  /** For `machineImage` of a gateway. */
  public readonly machineImage: ec2.IMachineImage;

  /** Id of the image: `ami-0123456789abcdef0`. */
  public readonly imageId: string;

  /**
   * @throws InvalidInputError `WRONG_KIND_OF_STACK`, `VPC_MISSING`, `PROTOCOLS_EMPTY`, `PROTOCOL_UNKNOWN`,
   * `PROTOCOLS_DUPLICATE`, `SUBNET_MISSING`, `INSTANCE_TYPE_INVALID`, `HOST_OPTION_INVALID`, `IMAGE_NOT_DEBIAN`,
   * `TOKEN_NOT_ALLOWED`
   */
  public constructor(scope: Construct, id: string, props: GatewayImageProps) {
    assertCdkScope(scope, CLASS);
    assertVpc(props?.vpc, CLASS);
    const services = servicesOf(props.protocols);
    const instanceType = props.instanceType ?? new ec2.InstanceType('t3.micro');
    const architecture = architectureOf(instanceType);
    const data = componentOf(
      renderImageScript({
        architecture,
        services,
        // awscli for the gateways themselves; the others for the SSM agent of those that want it.
        packages: ['awscli', 'curl', 'gpg', 'gpgv'],
        ...(props.packetFilter === undefined ? {} : { packetFilter: props.packetFilter }),
      }),
    );
    const parentImage = parentOf(props, architecture);
    const subnet = subnetOf(props);
    const edition = known(props.edition ?? '', 'edition');
    super(scope, id);

    // Components and recipes cannot be changed, only followed by others.
    const digest = createHash('sha256').update([data, parentImage, edition].join('\n')).digest('hex').slice(0, 12);
    const name = `${Names.uniqueResourceName(this, { maxLength: 80, separator: '-' })}-${digest}`;
    const component = new imagebuilder.CfnComponent(this, 'Component', {
      name,
      version: '1.0.0',
      platform: 'Linux',
      description: 'Packages and kernel of VPN gateways',
      data,
    });
    const recipe = new imagebuilder.CfnImageRecipe(this, 'Recipe', {
      name,
      version: '1.0.0',
      parentImage,
      components: [{ componentArn: component.attrArn }],
      additionalInstanceConfiguration: { systemsManagerAgent: { uninstallAfterBuild: true } },
    });
    const image = new imagebuilder.CfnImage(this, 'Resource', {
      imageRecipeArn: recipe.attrArn,
      infrastructureConfigurationArn: this.infrastructure(props.vpc, subnet, instanceType).attrArn,
      distributionConfigurationArn: this.distribution(name).attrArn,
      // Inventories are for systems that Systems Manager knows; the tests of AWS are for those, too.
      enhancedImageMetadataEnabled: false,
      imageTestsConfiguration: { imageTestsEnabled: false },
    });
    this.node.defaultChild = image;
    this.imageId = image.attrImageId;
    const { imageId } = this;
    this.machineImage = {
      getImage: () => ({ imageId, osType: ec2.OperatingSystemType.LINUX, userData: ec2.UserData.forLinux() }),
    };
    inform(
      this,
      'IMAGE_BUILDER_ON_DEBIAN',
      `${id} has EC2 Image Builder make an image of Debian ${props.debian ?? 13}, and AWS lists other systems for it. Where it ` +
        'fails, make the image by renderImageScript, and give its id to the gateways.',
    );
  }

  private infrastructure(
    vpc: ec2.IVpc,
    subnet: ec2.ISubnet,
    instanceType: ec2.InstanceType,
  ): imagebuilder.CfnInfrastructureConfiguration {
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      allowAllOutbound: false,
      description: 'The machine that an image of VPN gateways is made from: nothing comes in',
    });
    for (const port of [ec2.Port.tcp(80), ec2.Port.tcp(443), ec2.Port.udp(53), ec2.Port.tcp(53), ec2.Port.udp(123)]) {
      securityGroup.addEgressRule(ec2.Peer.anyIpv4(), port, 'Debian packages, APIs of AWS, DNS and NTP');
    }
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: 'What EC2 Image Builder asks for on the machine that it makes an image from',
      managedPolicies: ['EC2InstanceProfileForImageBuilder', 'AmazonSSMManagedInstanceCore'].map((policy) =>
        iam.ManagedPolicy.fromAwsManagedPolicyName(policy),
      ),
    });
    const profile = new iam.CfnInstanceProfile(this, 'InstanceProfile', { roles: [role.roleName] });
    return new imagebuilder.CfnInfrastructureConfiguration(this, 'Infrastructure', {
      name: Names.uniqueResourceName(this, { maxLength: 100, separator: '-' }),
      instanceProfileName: profile.ref,
      instanceTypes: [instanceType.toString()],
      subnetId: subnet.subnetId,
      securityGroupIds: [securityGroup.securityGroupId],
      terminateInstanceOnFailure: true,
      instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
    });
  }

  private distribution(name: string): imagebuilder.CfnDistributionConfiguration {
    return new imagebuilder.CfnDistributionConfiguration(this, 'Distribution', {
      name: Names.uniqueResourceName(this, { maxLength: 100, separator: '-' }),
      distributions: [
        {
          region: Stack.of(this).region,
          amiDistributionConfiguration: {
            Name: `${name} {{ imagebuilder:buildDate }}`,
            AmiTags: { Name: this.node.path },
          },
        },
      ],
    });
  }
}

/** A server of each protocol, of whose options none changes what it needs on an image, or the most is asked for. */
const SERVICES: Readonly<Partial<Record<VpnProtocolId, () => HostService>>> = {
  pptp: () => pptpService({ pool: PptpPool.from('10.99.0.0/24'), greFilter: 'helper' }),
  wireguard: () => wireGuardService({ pool: ClientPool.from('10.99.0.0/24') }),
  openvpn: () => openVpnService({ pool: ClientPool.from('10.99.0.0/24') }),
  ikev2: () =>
    ikev2Service({
      pool: ClientPool.from('10.99.0.0/24'),
      serverName: 'vpn.example.com',
      authentication: ['eap-mschapv2'],
      routes: 'everything',
    }),
};

function servicesOf(protocols: readonly VpnProtocol[]): HostService[] {
  const refuse = (code: 'PROTOCOLS_EMPTY' | 'PROTOCOL_UNKNOWN' | 'PROTOCOLS_DUPLICATE', what: string, got: unknown) =>
    invalid({
      code,
      what,
      got,
      allowed: 'some of PPTP, IKEV2, WIREGUARD and OPENVPN, each once',
      instead: 'protocols: [PPTP, WIREGUARD]',
    });
  if (!Array.isArray(protocols) || protocols.length === 0) {
    return refuse('PROTOCOLS_EMPTY', `${CLASS} was given no protocols that its gateways speak`, protocols);
  }
  const given: readonly VpnProtocol[] = protocols;
  const twice = given.find((one, index) => given.indexOf(one) !== index);
  if (twice !== undefined) {
    refuse('PROTOCOLS_DUPLICATE', `${CLASS} was given ${twice.name} twice`, given.map(({ name }) => name).join(', '));
  }
  return given.map((protocol) => {
    const service = SERVICES[protocol?.id];
    return service === undefined
      ? refuse(
          'PROTOCOL_UNKNOWN',
          `${CLASS} was given a protocol that no gateway on a machine speaks`,
          protocol?.name ?? protocol,
        )
      : service();
  });
}

/** A document of AWSTOE; JSON is YAML. */
function componentOf(script: string): string {
  const run = (name: string, ...commands: string[]) => ({ name, action: 'ExecuteBash', inputs: { commands } });
  const path = '/root/vpn-gateway-image';
  return JSON.stringify({
    name: 'vpn-gateway',
    description: 'Packages and kernel of VPN gateways',
    schemaVersion: '1.0',
    phases: [
      {
        name: 'build',
        steps: [
          run('Install', `cat >${path} <<'END_OF_SCRIPT'\n${script}END_OF_SCRIPT`, `sh ${path} install`),
          { name: 'Reboot', action: 'Reboot', inputs: { delaySeconds: 10 } },
          run('Finish', `sh ${path} finish`, `rm ${path}`),
        ],
      },
      { name: 'validate', steps: [run('Check', 'test -s /var/lib/vpn-gateway/image')] },
    ],
  });
}

function parentOf({ parentImageId, debian = 13 }: GatewayImageProps, architecture: 'x86_64' | 'arm64'): string {
  if (debian !== 12 && debian !== 13) {
    invalid({
      code: 'HOST_OPTION_INVALID',
      what: 'debian is not what the host can use',
      got: debian,
      allowed: '13 or 12',
      instead: 'debian: 13',
    });
  }
  if (parentImageId === undefined) {
    return `ssm:/aws/service/debian/release/${debian}/latest/${architecture === 'arm64' ? 'arm64' : 'amd64'}`;
  }
  // Another image under the same name of a recipe would fail in the middle of a deployment.
  if (!/^ami-[0-9a-f]{8,17}$/.test(known(parentImageId, 'parentImageId'))) {
    invalid({
      code: 'IMAGE_NOT_DEBIAN',
      what: 'parentImageId is not the id of an image',
      got: parentImageId,
      allowed: `the id of an image of Debian ${debian}`,
      instead: "parentImageId: 'ami-0123456789abcdef0'",
    });
  }
  return parentImageId;
}

function subnetOf({ vpc, vpcSubnets }: GatewayImageProps): ec2.ISubnet {
  const type = vpc.privateSubnets.length > 0 ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PUBLIC;
  const [subnet] = vpc.selectSubnets(vpcSubnets ?? { subnetType: type }).subnets;
  return (
    subnet ??
    invalid({
      code: 'SUBNET_MISSING',
      what: `vpcSubnets of ${CLASS} selects no subnet of the VPC`,
      allowed: 'a selection with at least one subnet, of which the first is taken',
      instead: 'vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }',
    })
  );
}
