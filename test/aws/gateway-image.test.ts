import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { GatewayImage, type GatewayImageProps } from '../../lib/aws/gateway-image';
import { PptpGateway } from '../../lib/aws/pptp-gateway';
import { IKEV2, L2TP_IPSEC, OPENVPN, PPTP, WIREGUARD } from '../../lib/protocols';
import { errorOf } from '../support/messages';
import { network, only, propsFor } from './gateway';

function imageWith(more: Partial<GatewayImageProps> = {}) {
  const { stack, vpc } = network();
  return {
    stack,
    vpc,
    image: new GatewayImage(stack, 'Image', {
      vpc,
      protocols: [PPTP, WIREGUARD],
      ...more,
    }),
  };
}

function resource(stack: Stack, type: string) {
  return only(stack, `AWS::ImageBuilder::${type}`, 'Image');
}

function componentOf(stack: Stack) {
  const data = resource(stack, 'Component').Properties.Data;
  return { data, ...JSON.parse(data) };
}

describe('a GatewayImage', () => {
  const { stack, image } = imageWith();

  test('begins with the newest Debian 13 when the image is made', () => {
    expect(resource(stack, 'ImageRecipe').Properties.ParentImage).toBe(
      'ssm:/aws/service/debian/release/13/latest/amd64',
    );
  });

  test('installs, reboots, finishes and checks, in one component of a length that Image Builder takes', () => {
    const { data, schemaVersion, phases } = componentOf(stack);
    expect(data.length).toBeLessThan(16_000);
    expect(schemaVersion).toBe('1.0');
    expect(
      phases.map(({ name, steps }: { name: string; steps: { name: string; action: string }[] }) => [
        name,
        ...steps.map((step) => `${step.name}: ${step.action}`),
      ]),
    ).toEqual([
      ['build', 'Install: ExecuteBash', 'Reboot: Reboot', 'Finish: ExecuteBash'],
      ['validate', 'Check: ExecuteBash'],
    ]);
    const [install] = phases[0].steps;
    expect(install.inputs.commands[0]).toContain("packages='pptpd ppp");
    expect(install.inputs.commands[0]).toContain(' awscli curl gpg gpgv');
    expect(install.inputs.commands[1]).toBe('sh /root/vpn-gateway-image install');
  });

  test('leaves no agent behind that a gateway did not ask for', () => {
    expect(resource(stack, 'ImageRecipe').Properties.AdditionalInstanceConfiguration).toEqual({
      SystemsManagerAgent: { UninstallAfterBuild: true },
    });
  });

  test('is made on a machine that nobody reaches, in a private subnet, with IMDSv2 only', () => {
    const { Properties } = resource(stack, 'InfrastructureConfiguration');
    expect(Properties.SubnetId).toEqual({
      Ref: 'VpcPrivateSubnet1Subnet536B997A',
    });
    expect(Properties.InstanceMetadataOptions).toEqual({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
    const group = only(stack, 'AWS::EC2::SecurityGroup', 'Image').Properties;
    expect(group.SecurityGroupIngress).toBeUndefined();
    expect(
      group.SecurityGroupEgress.map((rule: Record<string, unknown>) => `${rule.IpProtocol} ${rule.FromPort}`),
    ).toEqual(['tcp 80', 'tcp 443', 'udp 53', 'tcp 53', 'udp 123']);
  });

  test('is named and tagged where it is made', () => {
    const [distribution] = resource(stack, 'DistributionConfiguration').Properties.Distributions;
    expect(distribution).toEqual({
      Region: { Ref: 'AWS::Region' },
      AmiDistributionConfiguration: {
        Name: expect.stringMatching(/^Site-Image-[0-9A-F]{8}-[0-9a-f]{12} \{\{ imagebuilder:buildDate \}\}$/),
        AmiTags: { Name: 'Site/Image' },
      },
    });
  });

  test('is what a gateway is made from', () => {
    const site = imageWith();
    new PptpGateway(site.stack, 'LegacyVpn', propsFor(site.vpc, { machineImage: site.image.machineImage }));
    expect(only(site.stack, 'AWS::EC2::Instance').Properties.ImageId).toEqual({
      'Fn::GetAtt': [resource(site.stack, 'Image').id, 'ImageId'],
    });
  });

  test('has stable construct ids, which are public API', () => {
    expect(image.node.children.map(({ node }) => node.id)).toEqual([
      'Component',
      'Recipe',
      'SecurityGroup',
      'Role',
      'InstanceProfile',
      'Infrastructure',
      'Distribution',
      'Resource',
    ]);
  });

  test('says that nobody has written down that AWS makes images of Debian 13', () => {
    const infos = Annotations.fromStack(stack).findInfo('*', Match.anyValue());
    expect(infos.map(({ entry }) => entry.data)).toEqual([
      'Image has EC2 Image Builder make an image of Debian 13, and AWS lists other systems for it. Where it fails, make the image by renderImageScript, and give its id to the gateways. [ack: pptp-constructs:IMAGE_BUILDER_ON_DEBIAN]',
    ]);
  });
});

describe('what changes a GatewayImage', () => {
  const nameOf = (more: Partial<GatewayImageProps> = {}) =>
    resource(imageWith(more).stack, 'ImageRecipe').Properties.Name;

  test('gives component and recipe other names, since neither can be changed', () => {
    const names = [
      nameOf(),
      nameOf({ protocols: [PPTP, OPENVPN] }),
      nameOf({ packetFilter: 'iptables' }),
      nameOf({ parentImageId: 'ami-0123456789abcdef0' }),
      nameOf({ edition: '2026-12' }),
      nameOf({ debian: 12 }),
      nameOf({ instanceType: new ec2.InstanceType('t4g.small') }),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(nameOf()).toBe(names[0]);
  });

  test('of the options of Debian and of the processor go into the recipe', () => {
    const { stack } = imageWith({
      debian: 12,
      instanceType: new ec2.InstanceType('t4g.small'),
    });
    expect(resource(stack, 'ImageRecipe').Properties.ParentImage).toBe(
      'ssm:/aws/service/debian/release/12/latest/arm64',
    );
    expect(resource(stack, 'InfrastructureConfiguration').Properties.InstanceTypes).toEqual(['t4g.small']);
    expect(componentOf(stack).data).toContain('flavour=arm64');
  });

  test('takes the packages of every server on a machine', () => {
    const { data } = componentOf(imageWith({ protocols: [PPTP, IKEV2, WIREGUARD, OPENVPN] }).stack);
    for (const name of ['pptpd', 'charon-systemd', 'wireguard-tools', 'openvpn']) {
      expect(data).toContain(` ${name} `.replace(' pptpd', "'pptpd"));
    }
    expect(data.length).toBeLessThan(16_000);
  });
});

describe('a GatewayImage is refused', () => {
  const refusal = (more: object) => {
    const { stack, vpc } = network();
    const error = errorOf(
      () =>
        new GatewayImage(stack, 'Image', {
          vpc,
          protocols: [PPTP],
          ...more,
        } as GatewayImageProps),
    );
    expect(stack.node.tryFindChild('Image')).toBeUndefined();
    return error;
  };

  test('for a protocol that no machine speaks', () => {
    expect(refusal({ protocols: [L2TP_IPSEC] })).toMatchInlineSnapshot(`
      {
        "code": "PROTOCOL_UNKNOWN",
        "text": "GatewayImage was given a protocol that no gateway on a machine speaks.
        got      "L2TP/IPsec"
        allowed  some of PPTP, IKEV2, WIREGUARD and OPENVPN, each once
        write    protocols: [PPTP, WIREGUARD]

            at FILE:LINE
            code PROTOCOL_UNKNOWN, see docs/diagnostics.md",
      }
    `);
  });

  test('without protocols, or with one twice', () => {
    expect(refusal({ protocols: [] })).toMatchInlineSnapshot(`
      {
        "code": "PROTOCOLS_EMPTY",
        "text": "GatewayImage was given no protocols that its gateways speak.
        got      []
        allowed  some of PPTP, IKEV2, WIREGUARD and OPENVPN, each once
        write    protocols: [PPTP, WIREGUARD]

            at FILE:LINE
            code PROTOCOLS_EMPTY, see docs/diagnostics.md",
      }
    `);
    expect(refusal({ protocols: [PPTP, PPTP] })).toMatchInlineSnapshot(`
      {
        "code": "PROTOCOLS_DUPLICATE",
        "text": "GatewayImage was given PPTP twice.
        got      "PPTP, PPTP"
        allowed  some of PPTP, IKEV2, WIREGUARD and OPENVPN, each once
        write    protocols: [PPTP, WIREGUARD]

            at FILE:LINE
            code PROTOCOLS_DUPLICATE, see docs/diagnostics.md",
      }
    `);
  });

  test('for a release of Debian that the gateways do not stand on', () => {
    expect(refusal({ debian: 11 })).toMatchInlineSnapshot(`
      {
        "code": "HOST_OPTION_INVALID",
        "text": "debian is not what the host can use.
        got      11
        allowed  13 or 12
        write    debian: 13

            at FILE:LINE
            code HOST_OPTION_INVALID, see docs/diagnostics.md",
      }
    `);
  });

  test('for a parent that is no image', () => {
    expect(refusal({ parentImageId: 'debian-13' })).toMatchInlineSnapshot(`
      {
        "code": "IMAGE_NOT_DEBIAN",
        "text": "parentImageId is not the id of an image.
        got      "debian-13"
        allowed  the id of an image of Debian 13
        write    parentImageId: 'ami-0123456789abcdef0'

            at FILE:LINE
            code IMAGE_NOT_DEBIAN, see docs/diagnostics.md",
      }
    `);
  });

  test('without a subnet', () => {
    expect(refusal({ vpcSubnets: { subnets: [] } })).toMatchInlineSnapshot(`
      {
        "code": "SUBNET_MISSING",
        "text": "vpcSubnets of GatewayImage selects no subnet of the VPC.
        allowed  a selection with at least one subnet, of which the first is taken
        write    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC }

            at FILE:LINE
            code SUBNET_MISSING, see docs/diagnostics.md",
      }
    `);
  });

  test.each([
    ['INSTANCE_TYPE_INVALID', { instanceType: new ec2.InstanceType('micro') }],
    ['HOST_OPTION_INVALID', { packetFilter: 'pf' }],
    ['VPC_MISSING', { vpc: undefined }],
  ])('with %s for %j', (code, more) => {
    expect(refusal(more).code).toBe(code);
  });
});

test('a GatewayImage makes one image and no pipeline that would make others unasked', () => {
  const template = Template.fromStack(imageWith().stack);
  template.resourceCountIs('AWS::ImageBuilder::Image', 1);
  template.resourceCountIs('AWS::ImageBuilder::ImagePipeline', 0);
});
