// What is synthesised is held against the provider's own bindings, which are generated from the schema of google 6.50.
// The values are those that the provider's documentation lists, which the bindings repeat in their comments.

import { readFileSync } from 'node:fs';
import { ComputeNetworkFirewallPolicy } from '@cdktf/provider-google/lib/compute-network-firewall-policy';
import { ClientAddressing, PPTP, PptpGateway, Traffic, VpnFirewall } from 'pptp-constructs/google';
import { clients, insecure, machine, networkOf, plant, type Resources, synthesised } from './support';

const META = ['provider', 'lifecycle', 'depends_on'];

/** The names in the schema of a resource, and below them those of its blocks. */
interface Schema {
  readonly [attribute: string]: Schema | 'value';
}

const sourceOf = (type: string, file = '') =>
  readFileSync(
    require.resolve(`@cdktf/provider-google/lib/${type.replace(/^google_/, '').replaceAll('_', '-')}${file}`),
    'utf8',
  );

/** Reads the schema of a resource from the JavaScript that the provider's authors generated from it. */
function schemaOf(type: string): Schema {
  const source = sourceOf(type);
  const blocks = new Map<string, string>();
  for (const [, name = '', body = ''] of source.matchAll(/^function (\w+)ToTerraform\(struct\) \{\n([\s\S]*?)^\}/gm)) {
    blocks.set(name, body);
  }
  const read = (body: string): Schema =>
    Object.fromEntries(
      [...body.matchAll(/^\s+('?)([\w-]+)\1: (.*),$/gm)].map(([, , attribute, value = '']) => {
        const block = /(\w+)ToTerraform\b/.exec(value)?.[1] ?? '';
        return [attribute, blocks.has(block) ? read(blocks.get(block)!) : 'value'];
      }),
    );
  const attributes = /^ {4}synthesizeAttributes\(\) \{\n([\s\S]*?)^ {4}\}/m.exec(source)?.[1];
  expect(source).toContain(`terraformResourceType: '${type}'`);
  return read(attributes!);
}

/** The attributes that are in no schema. */
function strangers(value: unknown, schema: Schema | 'value', path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => strangers(item, schema, path));
  }
  if (typeof value !== 'object' || value === null || schema === 'value') {
    return [];
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = `${path}.${name}`;
    const known = schema[name];
    return known === undefined ? [at] : strangers(inner, known, at);
  });
}

function everything(): Resources {
  const stack = plant();
  const common = { clients, lifecycle: { preventDestroy: false }, project: 'plant4-net' };
  const network = networkOf(stack);
  const gateway = new PptpGateway(stack, 'Vpn', {
    ...common,
    ...machine,
    network,
    insecure,
    labels: { plant: '4' },
    addressing: ClientAddressing.ROUTED,
    flowLogs: { sampling: 0.5 },
    firewallLogging: true,
  });
  gateway.allowClientsTo('10.40.2.0/24', Traffic.ANY);
  new VpnFirewall(stack, 'Rules', {
    ...common,
    networkFirewallPolicy: new ComputeNetworkFirewallPolicy(stack, 'Policy', { name: 'plant4' }),
    protocols: [PPTP],
    insecure,
    targetServiceAccounts: ['vpn@plant4-vpn.iam.gserviceaccount.com'],
    egress: true,
    logging: true,
  });
  return synthesised(stack);
}

const resources = everything();
const all = Object.entries(resources).flatMap(([type, named]) =>
  Object.values(named).map((attributes) => ({ type, attributes })),
);

test('the judge knows what the schema has, down to blocks in blocks', () => {
  const schema = schemaOf('google_compute_instance');
  expect(schema).toMatchObject({
    boot_disk: { initialize_params: { image: 'value' } },
    network_interface: { access_config: { nat_ip: 'value' } },
    metadata_startup_script: 'value',
  });
  const wrong = { zone: 'x', region: 'x', network_interface: [{ access_config: [{ nat_ipv4: 'x' }] }] };
  expect(strangers(wrong, schema, 'instance')).toEqual([
    'instance.region',
    'instance.network_interface.access_config.nat_ipv4',
  ]);
});

test('covers every kind of resource that this library makes on Google Cloud', () => {
  expect(Object.keys(resources).sort()).toEqual([
    'google_compute_address',
    'google_compute_firewall',
    'google_compute_instance',
    'google_compute_network',
    'google_compute_network_firewall_policy',
    'google_compute_network_firewall_policy_rule',
    'google_compute_route',
    'google_compute_subnetwork',
    'google_secret_manager_secret_iam_member',
    'google_service_account',
  ]);
});

test.each(Object.keys(resources))('%s has only attributes that google 6.50 has', (type) => {
  const schema = { ...schemaOf(type), ...Object.fromEntries(META.map((name) => [name, 'value' as const])) };
  const own = all.filter((resource) => resource.type === type);
  expect(own.flatMap(({ attributes }) => strangers(attributes, schema, type))).toEqual([]);
});

test('the bindings are those of google 6.50', () => {
  expect(/providerVersion: '([\d.]+)'/.exec(sourceOf('google_compute_firewall'))?.[1]).toBe('6.50.0');
});

/** The values that the comment on a property of the bindings lists in brackets. */
function listed(type: string, property: string): string[] {
  const types = sourceOf(type, '/index.d.ts');
  const comment =
    types
      .slice(0, types.indexOf(`readonly ${property}?: `))
      .split('/**')
      .at(-1) ?? '';
  return [...(/Possible values: \[([^\]]*)\]/.exec(comment)?.[1] ?? '').matchAll(/"(\w+)"/g)].map(
    ([, value = '']) => value,
  );
}

test('the values are those that the provider lists', () => {
  const values = (type: string, path: (attributes: Record<string, never>) => unknown) =>
    all.filter((one) => one.type === type).map(({ attributes }) => path(attributes as Record<string, never>));
  expect(listed('google_compute_firewall', 'direction')).toEqual(['INGRESS', 'EGRESS']);
  for (const direction of values('google_compute_firewall', ({ direction }) => direction)) {
    expect(listed('google_compute_firewall', 'direction')).toContain(direction);
  }
  expect(listed('google_compute_address', 'addressType')).toContain(
    values('google_compute_address', ({ address_type }) => address_type)[0],
  );
  const [log] = values('google_compute_subnetwork', ({ log_config }) => log_config) as Record<string, string>[];
  expect(listed('google_compute_subnetwork', 'aggregationInterval')).toContain(log?.aggregation_interval);
  expect(listed('google_compute_subnetwork', 'metadata')).toContain(log?.metadata);
});

test('GRE is spelled "47" and has no ports, in every rule that names it', () => {
  const layer4 = all.flatMap(({ attributes }) => [
    ...((attributes.allow ?? []) as { protocol: string; ports?: string[] }[]),
    ...(
      ((attributes.match as { layer4_configs?: unknown[] } | undefined)?.layer4_configs ?? []) as {
        ip_protocol: string;
        ports?: string[];
      }[]
    ).map(({ ip_protocol, ...ports }) => ({ protocol: ip_protocol, ...ports })),
  ]);
  const gre = layer4.filter(({ protocol }) => protocol === '47');
  expect(gre).toHaveLength(4);
  expect(gre.every(({ ports }) => ports === undefined)).toBe(true);
  expect(layer4.filter(({ protocol }) => /gre/i.test(protocol))).toEqual([]);
});
