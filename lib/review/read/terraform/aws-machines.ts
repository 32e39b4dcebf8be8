import { type Interface, type Known, type Reference, Unknown } from '../../model';
import { GROUP } from './aws-filters';
import { isGiven, meant, SUBNET } from './aws-networks';
import { decoded } from './azure-machines';
import { addTarget, type Read, type Reading, unread } from './reader';
import { basis, blocks, booleanOf, items, notesOf, place, type Resource, rangeOf, type Values } from './resource';

const INTERFACE = ['aws_network_interface'];

export const networkInterface: Read = (resource, reading) => {
  const check = booleanOf(resource.get('source_dest_check'));
  const groups = items(resource.get('security_groups'));
  const subnet = reading.resources.reference(resource.get('subnet_id'), SUBNET);
  reading.estate.add({
    ...basis(resource),
    kind: 'interface',
    subnet,
    addresses: [...items(resource.get('private_ips')), ...[resource.get('private_ip')].filter(isGiven)].map(rangeOf),
    ruleSets:
      groups.length === 0 ? [defaultGroup(subnet, reading)] : groups.map((group) => meant(reading, group, GROUP)),
    publicAddresses: [],
    ...(check === undefined ? {} : { sourceDestinationCheck: check }),
  });
};

export const instance: Read = (resource, reading) => {
  addMachine(
    resource,
    { id: resource.id, label: resource.address },
    [resource, ...templatesOf(resource, reading)],
    reading,
  );
};

/** An Auto Scaling group is a machine in each of its subnets. */
export const autoScalingGroup: Read = (resource, reading) => {
  const templates = templatesOf(resource, reading);
  if (templates.length === 0) {
    return unread(reading, resource, 'it starts machines from a template that was not read');
  }
  const written = items(resource.get('vpc_zone_identifier')).map((one) => reading.resources.reference(one, SUBNET));
  const subnets = written.length === 0 ? [new Unknown('the group names no subnet')] : written;
  for (const [index, subnet] of subnets.entries()) {
    const id = index === 0 ? resource.id : `${resource.id}#${index + 1}`;
    const where = reading.estate.find('subnet', subnet)?.label ?? String(subnet);
    const label = subnets.length > 1 ? `${resource.address} (${where})` : resource.address;
    addMachine(resource, { id, label, many: true, subnet }, templates, reading);
    for (const group of items(resource.get('target_group_arns'))) {
      addTarget(reading, reading.resources.reference(group, ['aws_lb_target_group', 'aws_alb_target_group']), {
        reference: id,
      });
    }
  }
};

/** What a machine is started from besides. */
function templatesOf(resource: Resource, { resources }: Reading): Resource[] {
  const { values } = blocks(resource.get('launch_template'))[0] ?? { values: {} as Values };
  const found =
    resources.find(values.id ?? values.name, ['aws_launch_template']) ??
    resources.find(resource.get('launch_configuration'), ['aws_launch_configuration']);
  return found === undefined ? [] : [found];
}

interface Made {
  readonly id: string;
  readonly label: string;
  readonly many?: boolean;
  readonly subnet?: Reference;
}

/** Adds a machine. What the first source does not say, the next one may. */
function addMachine(resource: Resource, made: Made, sources: readonly Resource[], reading: Reading): void {
  const { estate, resources } = reading;
  const pick = (...names: string[]) =>
    sources
      .flatMap((source) => names.map((name) => source.get(name)))
      .find((value) => isGiven(value) && !isEmpty(value));
  const thing = { ...basis(resource), id: made.id, label: made.label };
  const check = booleanOf(pick('source_dest_check'));
  const plain: Values = {
    subnet_id: pick('subnet_id'),
    security_groups: pick('vpc_security_group_ids', 'security_groups'),
    private_ip: pick('private_ip'),
    associate_public_ip_address: pick('associate_public_ip_address'),
  };
  const own = sources.flatMap((source) =>
    ['network_interfaces', 'network_interface', 'primary_network_interface'].flatMap((name) =>
      blocks(source.get(name)),
    ),
  );
  const interfaces = (own.length === 0 ? [plain] : own.map(({ values }) => values)).map((face, index): Interface => {
    const existing = isGiven(face.network_interface_id)
      ? estate.find('interface', resources.reference(face.network_interface_id, INTERFACE))
      : undefined;
    if (existing !== undefined) {
      return existing;
    }
    const written = [face.subnet_id, plain.subnet_id].find(isGiven);
    const subnet =
      made.subnet ??
      (written === undefined
        ? new Unknown(`${made.label} names no subnet: it starts in the default VPC`)
        : resources.reference(written, SUBNET));
    const groups = items([face.security_groups, plain.security_groups].find((value) => !isEmpty(value)));
    return estate.add({
      ...thing,
      id: `${made.id}#interface-${index}`,
      label: own.length > 1 ? `${made.label} interface ${index}` : made.label,
      kind: 'interface',
      subnet,
      addresses: [face.private_ip].filter(isGiven).map(rangeOf),
      ruleSets:
        groups.length === 0 ? [defaultGroup(subnet, reading)] : groups.map((group) => meant(reading, group, GROUP)),
      publicAddresses: ephemeral(subnet, booleanOf(face.associate_public_ip_address), reading),
      ...(check === undefined ? {} : { sourceDestinationCheck: check }),
    });
  });
  estate.add({
    ...thing,
    kind: 'machine',
    interfaces,
    ...(made.many === true ? { many: true } : {}),
    notes: notesOf(resource.get('tags')),
    ...userData(sources),
  });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function userData(sources: readonly Resource[]) {
  for (const source of sources) {
    for (const name of ['user_data', 'user_data_base64']) {
      const text = source.text(name);
      if (text !== undefined && text !== '') {
        return { userData: decoded(text), userDataOrigin: place(source, name) };
      }
    }
  }
  return {};
}

/** A machine without groups has the default group of its VPC. */
function defaultGroup(subnet: Reference, { estate }: Reading): Reference {
  const network = estate.find('subnet', subnet)?.network;
  return typeof network === 'string'
    ? `${network}#default-security-group`
    : new Unknown('it has the default security group of a VPC that was not read');
}

/** Whether an interface gets a public address that is no resource. */
function ephemeral(
  subnet: Reference,
  asked: Known<boolean> | undefined,
  { estate }: Reading,
): Interface['publicAddresses'] {
  const found = estate.find('subnet', subnet);
  const answer =
    asked ??
    (found === undefined
      ? new Unknown('whether its subnet gives public addresses was not read')
      : (found.publicAddresses ?? false));
  return answer instanceof Unknown ? [answer] : answer ? ['ephemeral'] : [];
}

export const groupAttachment: Read = (resource, reading) => {
  const face = faceOf(resource.get('network_interface_id'), reading);
  if (face === undefined) {
    return unread(reading, resource, 'it gives a security group to an interface that was not read');
  }
  face.ruleSets.push(resource.condition ?? meant(reading, resource.get('security_group_id'), GROUP));
};

function faceOf(value: unknown, { estate, resources }: Reading): Interface | undefined {
  const reference = resources.reference(value, [...INTERFACE, 'aws_instance']);
  return estate.find('interface', reference) ?? estate.find('machine', reference)?.interfaces[0];
}

/** Gives an Elastic IP to an interface. An address that came by itself goes then. */
export const addressAssociation: Read = (resource, reading) => {
  const isAddress = resource.type === 'aws_eip';
  const machine = [resource.get(isAddress ? 'instance' : 'instance_id')].find(isGiven);
  const own = [resource.get(isAddress ? 'network_interface' : 'network_interface_id')].find(isGiven);
  if (machine === undefined && own === undefined) {
    return;
  }
  const address = isAddress
    ? resource.id
    : reading.resources.reference([resource.get('allocation_id'), resource.get('public_ip')].find(isGiven), [
        'aws_eip',
      ]);
  const face = faceOf(own ?? machine, reading);
  if (face === undefined) {
    return unread(reading, resource, 'it gives an address to a machine that was not read');
  }
  const others = face.publicAddresses.filter((other) => other !== 'ephemeral' && !(other instanceof Unknown));
  face.publicAddresses.splice(0, face.publicAddresses.length, ...others, resource.condition ?? address);
};
