import { type Interface, type Reference, Unknown } from '../../model';
import { recordOf } from '../values';
import { addTarget, type Read, type Reading, unread } from './reader';
import {
  basis,
  blocks,
  booleanOf,
  items,
  notesOf,
  place,
  plain,
  type Resource,
  rangeOf,
  textOf,
  type Values,
} from './resource';

const INTERFACE = ['azurerm_network_interface'];
const SUBNET = ['azurerm_subnet'];
const PUBLIC_IP = ['azurerm_public_ip'];
const POOL = ['azurerm_lb_backend_address_pool'];

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';

/** The subnet of a configuration of an interface; one that stands inside its network goes by the network's id and its name. */
function subnetOf(value: unknown, { estate, resources }: Reading): Reference {
  const reference = resources.reference(value, SUBNET);
  if (typeof reference === 'string' && estate.find('subnet', reference) === undefined) {
    const [, network, name] = /\/virtualNetworks\/([^/]+)\/subnets\/([^/]+)$/i.exec(reference) ?? [];
    const owner = resources.reference(network, ['azurerm_virtual_network']);
    return typeof owner === 'string' && estate.find('subnet', `${owner}#${name}`) !== undefined
      ? `${owner}#${name}`
      : reference;
  }
  return reference;
}

/** Whether packets with other addresses than its own are dropped: not where IP forwarding is on. */
function check(values: Values): Pick<Interface, 'sourceDestinationCheck'> {
  const forwarding = booleanOf(values.ip_forwarding_enabled ?? values.enable_ip_forwarding ?? values.ip_forwarding);
  return forwarding === undefined
    ? {}
    : { sourceDestinationCheck: forwarding instanceof Unknown ? forwarding : !forwarding };
}

export const networkInterface: Read = (resource, reading) => {
  const configurations = blocks(resource.get('ip_configuration')).map(({ values }) => values);
  const [first = {}] = configurations;
  const addresses = configurations.map((one) => one.private_ip_address).filter(isGiven);
  reading.estate.add({
    ...basis(resource),
    kind: 'interface',
    subnet: subnetOf(first.subnet_id, reading),
    addresses: addresses.map(rangeOf),
    ruleSets: [],
    publicAddresses: configurations
      .map((one) => one.public_ip_address_id)
      .filter(isGiven)
      .map((address) => reading.resources.reference(address, PUBLIC_IP)),
    applicationGroups: [],
    ...check(
      Object.fromEntries(['ip_forwarding_enabled', 'enable_ip_forwarding'].map((name) => [name, resource.get(name)])),
    ),
  });
};

export const applicationGroupAssociation: Read = (resource, reading) => {
  const face = reading.estate.find(
    'interface',
    reading.resources.reference(resource.get('network_interface_id'), INTERFACE),
  );
  if (face === undefined) {
    return unread(reading, resource, 'it puts an interface into a group, and the interface was not read');
  }
  face.applicationGroups?.push(
    resource.condition ??
      reading.resources.reference(resource.get('application_security_group_id'), [
        'azurerm_application_security_group',
      ]),
  );
};

export const virtualMachine: Read = (resource, reading) => {
  const { estate, resources } = reading;
  const references = items(resource.get('network_interface_ids')).map((one) => resources.reference(one, INTERFACE));
  const interfaces = references.map(
    (reference, index): Interface =>
      estate.find('interface', reference) ??
      estate.add({
        ...basis(resource),
        id: `${resource.id}#interface-${index}`,
        kind: 'interface',
        subnet: new Unknown(
          reference instanceof Unknown ? reference.why : `network interface ${reference} was not read`,
        ),
        addresses: [],
        ruleSets: [new Unknown('its network interface was not read')],
        publicAddresses: [new Unknown('its network interface was not read')],
      }),
  );
  estate.add({ ...basis(resource), kind: 'machine', interfaces, ...dataOf(resource) });
};

/** A scale set is any number of machines with the same interfaces. */
export const scaleSet: Read = (resource, reading) => {
  const { estate, resources } = reading;
  const profiles = blocks(resource.get('network_interface') ?? resource.get('network_profile'));
  const interfaces = profiles.map(({ values, index }): Interface => {
    const configurations = blocks(values.ip_configuration).map((one) => one.values);
    const [first = {}] = configurations;
    const id = `${resource.id}#interface-${index ?? 0}`;
    for (const one of configurations) {
      for (const pool of items(one.load_balancer_backend_address_pool_ids)) {
        addTarget(reading, resources.reference(pool, POOL), { reference: id });
      }
    }
    const group = values.network_security_group_id;
    const isPublic = configurations.some(
      (one) => blocks(one.public_ip_address ?? one.public_ip_address_configuration).length > 0,
    );
    return estate.add({
      ...basis(resource),
      id,
      label: profiles.length > 1 ? `${resource.address} interface ${index}` : resource.address,
      origin: place(
        resource,
        resource.get('network_interface') === undefined ? 'network_profile' : 'network_interface',
        index,
      ),
      kind: 'interface',
      subnet: subnetOf(first.subnet_id, reading),
      addresses: [],
      ruleSets: isGiven(group) ? [resources.reference(group, ['azurerm_network_security_group'])] : [],
      publicAddresses: isPublic ? ['ephemeral'] : [],
      applicationGroups: configurations
        .flatMap((one) => items(one.application_security_group_ids))
        .map((one) => resources.reference(one, ['azurerm_application_security_group'])),
      ...check(values),
    });
  });
  estate.add({ ...basis(resource), kind: 'machine', interfaces, many: true, ...dataOf(resource) });
};

/** Custom data and user data, one after the other: both reach the machine, and both are base64. */
function dataOf(resource: Resource) {
  const written = ['custom_data', 'user_data'].filter((name) => resource.text(name) !== undefined);
  const texts = written.map((name) => decoded(resource.text(name) ?? ''));
  const profile = recordOf(plain(blocks(resource.get('os_profile'))[0]?.values));
  const custom = textOf(profile.custom_data);
  const all = [...texts, ...(typeof custom === 'string' ? [decoded(custom)] : [])];
  const [first] = written;
  return {
    notes: notesOf(resource.get('tags')),
    ...(all.length === 0
      ? {}
      : {
          userData: all.join('\n'),
          userDataOrigin: place(resource, first ?? 'os_profile'),
        }),
  };
}

/** Text that was base64; as it stands where it was not. */
export function decoded(text: string): string {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) {
    return text;
  }
  const bytes = Buffer.from(text, 'base64').toString('utf8');
  return bytes.includes('\ufffd') ? text : bytes;
}
