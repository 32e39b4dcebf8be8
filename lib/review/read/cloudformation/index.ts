import { type Estate, Origin, type SourceDocument } from '../../model';
import { listOf, recordOf } from '../values';
import * as balancers from './balancers';
import * as filters from './filters';
import * as machines from './machines';
import * as networks from './networks';
import { type Read, type Reading, unread } from './reader';
import type { Resource, Templates } from './template';

export { Template, type TemplateSettings, Templates } from './template';

/** What is read, in steps: each step may look up what the steps before it have read. */
const STEPS: readonly Readonly<Record<string, Read>>[] = [
  {
    'AWS::EC2::VPC': networks.vpc,
    'AWS::EC2::InternetGateway': networks.internetGateway,
    'AWS::EC2::NatGateway': networks.natGateway,
    ...Object.fromEntries(networks.OTHER_GATEWAY_TYPES.map((type) => [type, networks.otherGateway])),
    'AWS::EC2::RouteTable': networks.routeTable,
    'AWS::EC2::NetworkAcl': filters.networkAcl,
    'AWS::EC2::SecurityGroup': filters.securityGroup,
    'AWS::EC2::PrefixList': networks.prefixList,
    'AWS::EC2::EIP': networks.elasticIp,
    'AWS::ElasticLoadBalancingV2::LoadBalancer': balancers.loadBalancer,
    'AWS::EC2::ClientVpnEndpoint': balancers.clientVpnEndpoint,
    'AWS::GlobalAccelerator::Accelerator': balancers.accelerator,
    'AWS::GlobalAccelerator::EndpointGroup': balancers.acceleratorEndpoints,
  },
  {
    'AWS::EC2::Subnet': networks.subnet,
    'AWS::EC2::VPCCidrBlock': networks.vpcCidrBlock,
    'AWS::EC2::VPCGatewayAttachment': networks.gatewayAttachment,
    'AWS::EC2::Route': networks.route,
    'AWS::EC2::NetworkAclEntry': filters.networkAclEntry,
    'AWS::EC2::SecurityGroupIngress': filters.securityGroupRule,
    'AWS::EC2::SecurityGroupEgress': filters.securityGroupRule,
    'Custom::VpcRestrictDefaultSG': filters.restrictedDefaultGroup,
  },
  {
    'AWS::EC2::SubnetRouteTableAssociation': networks.routeTableAssociation,
    'AWS::EC2::SubnetNetworkAclAssociation': networks.networkAclAssociation,
    'AWS::EC2::NetworkInterface': machines.networkInterface,
  },
  {
    'AWS::EC2::Instance': machines.instance,
    'AWS::AutoScaling::AutoScalingGroup': machines.autoScalingGroup,
  },
  {
    'AWS::EC2::NetworkInterfaceAttachment': machines.interfaceAttachment,
    'AWS::EC2::EIP': machines.addressAssociation,
    'AWS::EC2::EIPAssociation': machines.addressAssociation,
    'AWS::ElasticLoadBalancingV2::TargetGroup': balancers.targetGroup,
    'AWS::ElasticLoadBalancing::LoadBalancer': balancers.classicLoadBalancer,
    'AWS::GlobalAccelerator::Listener': balancers.acceleratorListener,
  },
  {
    'AWS::ElasticLoadBalancingV2::Listener': balancers.listener,
  },
];

/** Read where something refers to them. */
const READ_ELSEWHERE = ['AWS::EC2::LaunchTemplate', 'AWS::AutoScaling::LaunchConfiguration'];

/** Nothing in them decides about packets. */
const HARMLESS = new Set([
  ...READ_ELSEWHERE,
  'AWS::EC2::CapacityReservation',
  'AWS::EC2::ClientVpnAuthorizationRule',
  'AWS::EC2::ClientVpnRoute',
  'AWS::EC2::ClientVpnTargetNetworkAssociation',
  'AWS::EC2::CustomerGateway',
  'AWS::EC2::DHCPOptions',
  'AWS::EC2::FlowLog',
  'AWS::EC2::Host',
  'AWS::EC2::KeyPair',
  'AWS::EC2::PlacementGroup',
  'AWS::EC2::Volume',
  'AWS::EC2::VolumeAttachment',
  'AWS::EC2::VPCDHCPOptionsAssociation',
]);

/** Families of which each type may decide about packets. */
const DECIDES = /^AWS::(EC2|NetworkFirewall|ElasticLoadBalancing|ElasticLoadBalancingV2|GlobalAccelerator|Lightsail)::/;

/** What is worth saying of types that are not read; everything else gets a plain sentence. */
const NOT_READ: Readonly<Record<string, string>> = {
  'AWS::EC2::VPCBlockPublicAccessOptions': 'it can block the internet for every VPC of the account',
  'AWS::EC2::EC2Fleet': 'the machines that it starts are not read',
  'AWS::EC2::SpotFleet': 'the machines that it starts are not read',
  'AWS::CloudFormation::Stack': 'the template of the nested stack was not read',
  'AWS::CloudFormation::Macro': 'macros change templates at deployment',
};

/** Reads every template into the estate. */
export function readTemplates(templates: Templates, estate: Estate): void {
  const reading: Reading = { estate, targets: new Map() };
  const byType = new Map<string, Resource[]>();
  for (const template of templates.all) {
    estate.documents.push(template.settings.document);
    for (const resource of template.all.values()) {
      const same = byType.get(resource.type);
      if (same === undefined) {
        byType.set(resource.type, [resource]);
      } else {
        same.push(resource);
      }
    }
  }
  for (const resources of byType.values()) {
    // The order of resources in a template means nothing; neither shall it here.
    resources.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
  for (const step of STEPS) {
    for (const [type, read] of Object.entries(step)) {
      for (const resource of byType.get(type) ?? []) {
        read(resource, reading);
      }
    }
  }
  filters.defaultEgress(estate);
  networks.defaultNetworkAcls(estate);
  const read = new Set(STEPS.flatMap((step) => Object.keys(step)));
  for (const [type, resources] of byType) {
    for (const resource of resources) {
      const isNested = resource.template.nested.has(resource.logicalId);
      if (
        !read.has(type) &&
        !isNested &&
        (NOT_READ[type] !== undefined || (DECIDES.test(type) && !HARMLESS.has(type)))
      ) {
        unread(reading, resource, NOT_READ[type] ?? 'what it does to packets is not read');
      }
    }
  }
  for (const { settings } of templates.all) {
    transforms(settings.document, estate);
  }
}

/** Macros, the `Serverless` and the `LanguageExtensions` transform among them. */
function transforms(document: SourceDocument, estate: Estate): void {
  for (const name of listOf(recordOf(document.data).Transform)) {
    estate.unread.push({
      origin: Origin.of(document).at('Transform'),
      type: String(name),
      why: 'a transform changes the template at deployment',
    });
  }
}
