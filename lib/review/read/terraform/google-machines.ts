import { type Interface, type Known, type Peer, type Reasons, type Reference, Unknown } from '../../model';
import { recordOf } from '../values';
import { ownerOf } from './google-filters';
import { NETWORK, SUBNETWORK, subnetIn } from './google-networks';
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

const ADDRESS = ['google_compute_address', 'google_compute_global_address'];

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';

export const instance: Read = (resource, reading) => {
  addMachine(resource, resource, reading, {});
};

/** An instance group starts any number of machines from a template. */
export const groupManager: Read = (resource, reading) => {
  const { resources } = reading;
  const versions = blocks(resource.get('version')).map(({ values }) => values.instance_template);
  const written = versions.length > 0 ? versions : [resource.get('instance_template')];
  const templates = written.map((one) =>
    resources.find(one, ['google_compute_instance_template', 'google_compute_region_instance_template']),
  );
  const [template] = templates;
  if (template === undefined) {
    return unread(reading, resource, 'it starts machines from a template that was not read');
  }
  addMachine(resource, template, reading, { many: true });
  addTarget(reading, resource.id, { reference: resource.id });
};

/** Adds a machine; a group has its attributes from a template. */
function addMachine(resource: Resource, from: Resource, reading: Reading, rest: { many?: boolean }): void {
  const { estate } = reading;
  const forwarding = booleanOf(from.get('can_ip_forward'));
  const written = blocks(from.get('network_interface'));
  const interfaces = written.map(({ values, index }): Interface => {
    const networkIp = values.network_ip;
    return estate.add({
      ...basis(resource),
      id: `${resource.id}#interface-${index ?? 0}`,
      label: written.length > 1 ? `${resource.address} interface ${index}` : resource.address,
      origin: place(from, 'network_interface', index),
      kind: 'interface',
      subnet: subnetOf(values, from, reading),
      addresses: isGiven(networkIp) ? [rangeOf(networkIp)] : [],
      ruleSets: [],
      publicAddresses: publicAddresses(values, reading),
      sourceDestinationCheck: forwarding instanceof Unknown ? forwarding : forwarding !== true,
    });
  });
  const data = dataOf(from);
  estate.add({
    ...basis(resource),
    kind: 'machine',
    interfaces,
    tags: items(from.get('tags')).map((tag): Known<string> => textOf(tag) ?? ''),
    serviceAccounts: blocks(from.get('service_account')).map(({ values }): Known<string> => {
      const email = textOf(values.email);
      return typeof email === 'string'
        ? email
        : (ownerOf(values.email) ?? new Unknown('its service account is not known'));
    }),
    notes: { ...notesOf(from.get('labels')), ...notesOf(metadataOf(from, false)) },
    ...data,
    ...rest,
  });
}

function subnetOf(values: Values, resource: Resource, reading: Reading): Reference {
  const { estate, resources } = reading;
  const subnet = isGiven(values.subnetwork) ? resources.reference(values.subnetwork, SUBNETWORK) : undefined;
  if (subnet !== undefined && (subnet instanceof Unknown || estate.find('subnet', subnet) !== undefined)) {
    return subnet;
  }
  if (!isGiven(values.network)) {
    return subnet ?? new Unknown('the interface names neither a network nor a subnetwork');
  }
  const network = resources.reference(values.network, NETWORK);
  return subnetIn(network, subnet === undefined ? 'automatic subnetwork' : `subnetwork ${subnet}`, resource, reading);
}

/** An access config is an external address; without one of its own it gets one at each start. */
function publicAddresses(values: Values, { resources }: Reading): Interface['publicAddresses'] {
  const configs = blocks(values.access_config);
  if (configs.length === 0 && plain(values.access_config) instanceof Unknown) {
    return [plain(values.access_config) as Unknown];
  }
  return configs.map(({ values: config }) =>
    isGiven(config.nat_ip) ? resources.reference(config.nat_ip, ADDRESS) : 'ephemeral',
  );
}

/** What a machine runs at its start. */
const SCRIPTS = ['startup-script', 'user-data', 'windows-startup-script-ps1'];

function dataOf(resource: Resource) {
  const own = resource.text('metadata_startup_script');
  const metadata = recordOf(metadataOf(resource, true));
  const scripts = SCRIPTS.map((name) => metadata[name]).filter((text) => typeof text === 'string');
  const all = [...(own === undefined ? [] : [own]), ...scripts];
  return all.length === 0
    ? {}
    : {
        userData: all.join('\n'),
        userDataOrigin: place(resource, own === undefined ? 'metadata' : 'metadata_startup_script'),
      };
}

function metadataOf(resource: Resource, scripts: boolean): Values {
  return Object.fromEntries(
    Object.entries(recordOf(plain(resource.get('metadata'))))
      .filter(([key]) => SCRIPTS.includes(key) === scripts)
      .map(([key, value]) => [key, plain(value)]),
  );
}

/** Reasons stand with firewall rules; they are those of the machines that the rules are for. */
export function reasons({ estate }: Reading): void {
  for (const machine of estate.all('machine')) {
    if (machine.cloud !== 'google') {
      continue;
    }
    const found: Reasons = Object.assign(
      {},
      ...machine.interfaces
        .flatMap(({ ruleSets }) => ruleSets)
        .flatMap((reference) => estate.find('rule-set', reference)?.rules ?? [])
        .filter((rule) => rule.reasons !== undefined && (rule.targets ?? []).some((target) => isFor(target)))
        .map((rule) => rule.reasons),
    );
    if (Object.keys(found).length > 0) {
      (machine as { reasons?: Reasons }).reasons = found;
    }

    function isFor(target: Peer): boolean {
      return (
        'kind' in target &&
        'name' in target &&
        (target.kind === 'tag' ? machine.tags : machine.serviceAccounts)?.includes(target.name) === true
      );
    }
  }
}
