import { Buffer } from 'node:buffer';
import { type Estate, type Interface, type Known, type Machine, type Reference, Unknown } from '../../model';
import { isRecord, listOf, recordOf } from '../values';
import { basis, place, type Read, unread } from './reader';
import type { Resource } from './template';

/** A network interface that is a resource. */
export const networkInterface: Read = (resource, { estate }) => {
  const { properties } = resource;
  const { resolver } = resource.template;
  const check = resolver.boolean(properties.SourceDestCheck);
  estate.add({
    ...basis(resource),
    kind: 'interface',
    subnet: resolver.reference(properties.SubnetId),
    addresses: properties.PrivateIpAddress === undefined ? [] : [resolver.range(properties.PrivateIpAddress)],
    ruleSets: references(resource, properties.GroupSet, 'GroupSet'),
    publicAddresses: [],
    ...(check === undefined ? {} : { sourceDestinationCheck: check }),
  });
};

export const instance: Read = (resource, reading) => {
  const { properties } = resource;
  const template = launchTemplateOf(resource, properties.LaunchTemplate);
  addMachine(resource, reading.estate, { id: resource.id, label: resource.logicalId }, [
    properties,
    ...(template === undefined ? [] : [template]),
  ]);
};

/** An Auto Scaling group is a machine in each of its subnets. */
export const autoScalingGroup: Read = (resource, reading) => {
  const { properties } = resource;
  const { resolver } = resource.template;
  const mixed = recordOf(recordOf(properties.MixedInstancesPolicy).LaunchTemplate).LaunchTemplateSpecification;
  const launched =
    launchTemplateOf(resource, properties.LaunchTemplate ?? mixed) ??
    dataOf(resource, properties.LaunchConfigurationName, 'AWS::AutoScaling::LaunchConfiguration');
  if (launched === undefined) {
    return unread(reading, resource, 'it starts machines from a template that was not read');
  }
  const subnets = references(resource, properties.VPCZoneIdentifier, 'VPCZoneIdentifier');
  for (const [index, subnet] of (subnets.length === 0
    ? [new Unknown('the group names no subnet')]
    : subnets
  ).entries()) {
    const id = index === 0 ? resource.id : `${resource.id}#${index + 1}`;
    const where = subnets.length > 1 ? ` (${nameOf(reading.estate, subnet)})` : '';
    addMachine(resource, reading.estate, { id, label: `${resource.logicalId}${where}`, many: true, subnet }, [
      launched,
    ]);
    for (const group of references(resource, properties.TargetGroupARNs, 'TargetGroupARNs')) {
      if (typeof group === 'string') {
        reading.targets.set(group, [...(reading.targets.get(group) ?? []), { reference: id }]);
      }
    }
    for (const balancer of listOf(properties.LoadBalancerNames)) {
      const name = resolver.reference(balancer);
      if (typeof name === 'string') {
        reading.targets.set(name, [...(reading.targets.get(name) ?? []), { reference: id }]);
      }
    }
  }
};

function nameOf(estate: Estate, reference: Reference): string {
  return estate.find('subnet', reference)?.label ?? String(reference);
}

interface Made {
  readonly id: string;
  readonly label: string;
  readonly many?: boolean;
  readonly subnet?: Reference;
}

/** Adds a machine. What the first source does not say, the next one may. */
function addMachine(resource: Resource, estate: Estate, made: Made, sources: readonly Source[]): void {
  const { resolver } = resource.template;
  const thing = { ...basis(resource), id: made.id, label: made.label };
  const [own = {}] = sources;
  const pick = (name: string) => sources.map((source) => recordOf(source)[name]).find((value) => value !== undefined);
  const written = listOf(pick('NetworkInterfaces')).map((item) => (isRecord(item) ? item : {}));
  const machineCheck = resolver.boolean(pick('SourceDestCheck'));
  const plain: Source = {
    SubnetId: pick('SubnetId'),
    GroupSet: pick('SecurityGroupIds') ?? pick('SecurityGroups'),
    PrivateIpAddress: pick('PrivateIpAddress'),
    AssociatePublicIpAddress: pick('AssociatePublicIpAddress'),
  };
  const interfaces = (written.length === 0 ? [plain] : written).map((face, index): Interface => {
    const existing = estate.find('interface', resolver.reference(face.NetworkInterfaceId));
    if (face.NetworkInterfaceId !== undefined && existing !== undefined) {
      return existing;
    }
    const subnet = made.subnet ?? subnetReference(resource, face.SubnetId ?? plain.SubnetId);
    const groups = face.GroupSet ?? face.Groups ?? plain.GroupSet;
    return estate.add({
      ...thing,
      id: `${made.id}#interface-${index}`,
      label: written.length > 1 ? `${made.label} interface ${index}` : made.label,
      kind: 'interface',
      subnet,
      addresses: face.PrivateIpAddress === undefined ? [] : [resolver.range(face.PrivateIpAddress)],
      ruleSets:
        groups === undefined
          ? [defaultGroup(estate, subnet)]
          : references(resource, groups, written.length === 0 ? 'SecurityGroupIds' : 'NetworkInterfaces'),
      publicAddresses: ephemeral(estate, subnet, resolver.boolean(face.AssociatePublicIpAddress)),
      ...(machineCheck === undefined ? {} : { sourceDestinationCheck: machineCheck }),
    });
  });
  const data = pick('UserData');
  estate.add({
    ...thing,
    kind: 'machine',
    interfaces,
    ...(made.many === true ? { many: true } : {}),
    ...(data === undefined
      ? {}
      : {
          userData: decoded(data, resolver.text(data)),
          userDataOrigin: own.UserData === undefined ? resource.origin : place(resource, 'UserData'),
        }),
    notes: notesOf(resource),
  });
}

type Source = Readonly<Record<string, unknown>>;

function subnetReference(resource: Resource, subnet: unknown): Reference {
  return subnet === undefined
    ? new Unknown(`${resource.logicalId} names no subnet: it starts in the default VPC`)
    : resource.template.resolver.reference(subnet);
}

/** An instance without groups has the default group of its VPC. */
function defaultGroup(estate: Estate, subnet: Reference): Reference {
  const network = estate.find('subnet', subnet)?.network;
  return typeof network === 'string'
    ? `${network}#default-security-group`
    : new Unknown('it has the default security group of a VPC that was not read');
}

/** Whether an interface gets a public address that is no resource. */
function ephemeral(estate: Estate, subnet: Reference, asked: Known<boolean> | undefined): Interface['publicAddresses'] {
  const found = estate.find('subnet', subnet);
  const answer =
    asked ??
    (found === undefined
      ? new Unknown('whether its subnet gives public addresses was not read')
      : (found.publicAddresses ?? false));
  return answer instanceof Unknown ? [answer] : answer ? ['ephemeral'] : [];
}

/** User data stands in base64 where no function makes it so. */
function decoded(written: unknown, text: string): string {
  if (typeof written !== 'string' || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(written)) {
    return text;
  }
  const bytes = Buffer.from(written, 'base64').toString('utf8');
  return bytes.includes('\ufffd') ? text : bytes;
}

function notesOf(resource: Resource): Machine['notes'] {
  const { properties, template } = resource;
  const notes: [string, Known<string>][] = [];
  for (const { value } of template.list(properties.Tags, place(resource, 'Tags'))) {
    const { Key, Value } = recordOf(value);
    const text = template.resolver.resolve(Value);
    if (typeof Key === 'string') {
      notes.push([Key, typeof text === 'string' ? text : new Unknown(`tag ${Key} is known at deployment`)]);
    }
  }
  return Object.fromEntries(notes);
}

function references(resource: Resource, value: unknown, property: string): Reference[] {
  return resource.template
    .list(value, place(resource, property))
    .map(({ value: item, condition }) => condition ?? resource.template.resolver.reference(item));
}

/** What a launch template says, if it was read. */
function launchTemplateOf(resource: Resource, specification: unknown): Source | undefined {
  const { LaunchTemplateId, LaunchTemplateName } = recordOf(specification);
  const reference = LaunchTemplateId ?? LaunchTemplateName;
  const data = dataOf(resource, reference, 'AWS::EC2::LaunchTemplate');
  return data === undefined ? undefined : recordOf(data.LaunchTemplateData);
}

/** The properties of a resource that a value refers to. They may stand in another template only where that one is nested. */
function dataOf(resource: Resource, value: unknown, type: string): Source | undefined {
  const id = value === undefined ? undefined : resource.template.resolver.reference(value);
  for (const template of resource.template.others.all) {
    if (typeof id === 'string' && id.startsWith(`${template.scope}/`)) {
      const found = template.raw(id.slice(template.scope.length + 1));
      return found?.Type === type ? recordOf(found.Properties) : undefined;
    }
  }
  return undefined;
}

export const interfaceAttachment: Read = (resource, reading) => {
  const { resolver } = resource.template;
  const { InstanceId, NetworkInterfaceId } = resource.properties;
  const machine = reading.estate.find('machine', resolver.reference(InstanceId));
  const face = reading.estate.find('interface', resolver.reference(NetworkInterfaceId));
  if (machine === undefined || face === undefined) {
    return unread(reading, resource, 'it attaches an interface, and one of the two ends was not read');
  }
  (machine.interfaces as Interface[]).push(face);
};

/** Gives an Elastic IP to an interface. An address that came by itself goes then. */
export const addressAssociation: Read = (resource, reading) => {
  const { resolver } = resource.template;
  const { AllocationId, EIP, InstanceId, NetworkInterfaceId } = resource.properties;
  const isAddress = resource.type === 'AWS::EC2::EIP';
  if (isAddress && InstanceId === undefined) {
    return;
  }
  const address = isAddress ? resource.id : resolver.reference(AllocationId ?? EIP);
  const face =
    NetworkInterfaceId === undefined
      ? reading.estate.find('machine', resolver.reference(InstanceId))?.interfaces[0]
      : reading.estate.find('interface', resolver.reference(NetworkInterfaceId));
  if (face === undefined) {
    return unread(reading, resource, 'it gives an address to a machine that was not read');
  }
  const others = face.publicAddresses.filter((other) => other !== 'ephemeral' && !(other instanceof Unknown));
  face.publicAddresses.splice(0, face.publicAddresses.length, ...others, resource.condition ?? address);
};
