import {
  EVERY_IPV4,
  FIREWALL_POLICY,
  type Known,
  type Origin,
  type Peer,
  type Reference,
  type Rule,
  type RuleDirection,
  type RulePorts,
  type RuleSet,
  Unknown,
  VPC_FIREWALL,
} from '../../model';
import { NETWORK } from './google-networks';
import { protocolOf } from './protocol';
import { type Read, type Reading, reasonsIn, unread } from './reader';
import {
  basis,
  block,
  blocks,
  booleanOf,
  items,
  numberOf,
  openBlocks,
  place,
  portRangeOf,
  type Resource,
  rangeOf,
  textOf,
  type Values,
} from './resource';

/** Names that firewall rules take for protocols. Everything else is a number; `gre` is none of them. */
const PROTOCOLS: Readonly<Record<string, number | 'any'>> = {
  tcp: 6,
  udp: 17,
  icmp: 1,
  esp: 50,
  ah: 51,
  sctp: 132,
  ipip: 4,
  all: 'any',
};

const POLICIES = [
  'google_compute_network_firewall_policy',
  'google_compute_region_network_firewall_policy',
  'google_compute_network_firewall_policy_with_rules',
];

/** The id of the firewall rules of a network. */
export function firewallOf(network: string): string {
  return `${network}#firewall`;
}

export const firewall: Read = (resource, reading) => {
  const network = reading.resources.reference(resource.get('network'), NETWORK);
  if (network instanceof Unknown) {
    return unread(reading, resource, `its network is not known: ${network.why}`);
  }
  const disabled = booleanOf(resource.get('disabled'));
  if (disabled === true) {
    return;
  }
  const condition = resource.condition ?? (disabled instanceof Unknown ? disabled : undefined);
  const set = setOf(network, resource, reading);
  const direction: RuleDirection = textOf(resource.get('direction')) === 'EGRESS' ? 'out' : 'in';
  const ends = endsOf(resource, direction, 'source_ranges', 'destination_ranges', [
    ...named('tag', resource.get('source_tags')),
    ...named('service-account', resource.get('source_service_accounts')),
  ]);
  const targets = [
    ...named('tag', resource.get('target_tags')),
    ...named('service-account', resource.get('target_service_accounts')),
  ];
  const name = textOf(resource.get('name'));
  const description = textOf(resource.get('description'));
  const reasons = reasonsIn(description);
  for (const action of ['allow', 'deny'] as const) {
    const open = openBlocks(resource, action);
    const written = blocks(resource.get(action));
    const rules = open === undefined ? written : [...written, { values: { protocol: open }, index: undefined }];
    for (const { values, index } of rules) {
      set.rules.push({
        origin: place(resource, action, index),
        direction,
        action,
        order: numberOf(resource.get('priority')) ?? 1000,
        protocol: protocolOf(values.protocol, PROTOCOLS),
        ports: portsOf(values.ports),
        ...ends,
        ...(targets.length === 0 ? {} : { targets }),
        ...(typeof name === 'string' ? { name } : {}),
        ...(typeof description === 'string' ? { description } : {}),
        ...(reasons === undefined ? {} : { reasons }),
        ...(condition === undefined ? {} : { condition }),
      });
    }
  }
};

/** The firewall rules of a network, which are one set. */
function setOf(network: string, resource: Resource, { estate }: Reading): RuleSet {
  const owner = estate.find('network', network);
  return (
    estate.find('rule-set', firewallOf(network)) ??
    estate.add<RuleSet>({
      ...(owner === undefined ? basis(resource) : { cloud: owner.cloud, origin: owner.origin }),
      id: firewallOf(network),
      label: `firewall of ${owner?.label ?? network.slice(network.lastIndexOf('/') + 1)}`,
      kind: 'rule-set',
      element: 'google.vpc-firewall',
      semantics: VPC_FIREWALL,
      rules: [],
      network,
      ...(owner === undefined
        ? { incomplete: new Unknown(`network ${network} is made elsewhere, and its other rules are not known`) }
        : {}),
    })
  );
}

function named(kind: 'tag' | 'service-account', value: unknown): Peer[] {
  return items(value).map((one) => {
    const name = textOf(one);
    return typeof name === 'string'
      ? { kind, name }
      : // An account that is made here is known by its resource before it has an address.
        ownerOf(one) === undefined
        ? (name ?? new Unknown(`a ${kind} is not given`))
        : { kind, name: String(ownerOf(one)) };
  });
}

/** What stands for a name that only deployment knows: whose it is. */
export function ownerOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'owner' in value ? String(value.owner) : undefined;
}

/** The far end and the near end of a rule. Where nobody is named at the far end, it is everybody of IPv4. */
function endsOf(
  resource: { get(name: string): unknown },
  direction: RuleDirection,
  source: string,
  destination: string,
  others: readonly Peer[],
): Pick<Rule, 'peers' | 'local'> {
  const ranges = (name: string): Peer[] => items(resource.get(name)).map(rangeOf);
  const [far, near] = direction === 'in' ? [source, destination] : [destination, source];
  const peers = [...ranges(far), ...(direction === 'in' ? others : [])];
  const local = ranges(near);
  return {
    peers: peers.length === 0 ? [EVERY_IPV4] : peers,
    ...(local.length === 0 ? {} : { local }),
  };
}

function portsOf(written: unknown): RulePorts {
  const texts = items(written).map(textOf);
  const ports = texts.map((text) => (typeof text === 'string' ? portRangeOf(text) : undefined));
  const open = texts.find((text) => text instanceof Unknown);
  return texts.length === 0
    ? 'any'
    : ports.some((port) => port === undefined)
      ? open instanceof Unknown
        ? open
        : new Unknown(`${JSON.stringify(texts[0])} is no port`)
      : ports.filter((port) => port !== undefined);
}

export const policy: Read = (resource, reading) => {
  const set: RuleSet = {
    ...basis(resource),
    kind: 'rule-set',
    element: 'google.firewall-policy',
    semantics: FIREWALL_POLICY,
    rules: [],
  };
  reading.estate.add(set);
  for (const { values, index } of blocks(resource.get('rule'))) {
    addPolicyRule(set, values, place(resource, 'rule', index), undefined);
  }
};

const RULE_ATTRIBUTES = [
  ...['action', 'direction', 'priority', 'disabled', 'description', 'rule_name', 'match'],
  ...['target_service_accounts', 'target_secure_tags'],
];

export const policyRule: Read = (resource, reading) => {
  const set = reading.estate.find('rule-set', reading.resources.reference(resource.get('firewall_policy'), POLICIES));
  if (set === undefined) {
    return unread(reading, resource, 'it adds a rule to a firewall policy that was not read');
  }
  const values = Object.fromEntries(RULE_ATTRIBUTES.map((name) => [name, resource.get(name)]));
  addPolicyRule(set, values, resource.origin, resource.condition);
};

function addPolicyRule(set: RuleSet, values: Values, origin: Origin, given: Unknown | undefined): void {
  const disabled = booleanOf(values.disabled);
  if (disabled === true) {
    return;
  }
  const action = textOf(values.action);
  const known = action === 'allow' || action === 'deny' || action === 'goto_next';
  const match = block(values.match);
  const direction: RuleDirection = textOf(values.direction) === 'EGRESS' ? 'out' : 'in';
  const ends = endsOf({ get: (name) => match[name] }, direction, 'src_ip_ranges', 'dest_ip_ranges', []);
  // What a rule may ask besides, and is not read: secure tags, names, places, lists.
  const others = Object.keys(match).filter(
    (key) => !['src_ip_ranges', 'dest_ip_ranges', 'layer4_configs'].includes(key) && items(match[key]).length > 0,
  );
  const secure = items(values.target_secure_tags).length > 0 ? ['target_secure_tags'] : [];
  const [unreadPart] = [...others, ...secure];
  const condition =
    given ??
    (disabled instanceof Unknown ? disabled : undefined) ??
    (known ? undefined : new Unknown(`the rule does ${String(action)}, and what that is is not read`)) ??
    (unreadPart === undefined ? undefined : new Unknown(`${unreadPart} of the rule is not read`));
  const targets = named('service-account', values.target_service_accounts);
  const name = textOf(values.rule_name);
  const description = textOf(values.description);
  const reasons = reasonsIn(description);
  for (const { values: layer4 } of blocks(match.layer4_configs)) {
    set.rules.push({
      origin,
      direction,
      action: action === 'deny' ? 'deny' : action === 'goto_next' ? 'next' : 'allow',
      order: numberOf(values.priority) ?? new Unknown('the rule has no priority'),
      protocol: protocolOf(layer4.ip_protocol, PROTOCOLS),
      ports: portsOf(layer4.ports),
      ...ends,
      ...(targets.length === 0 ? {} : { targets }),
      ...(typeof name === 'string' ? { name } : {}),
      ...(typeof description === 'string' ? { description } : {}),
      ...(reasons === undefined ? {} : { reasons }),
      ...(condition === undefined ? {} : { condition }),
    });
  }
}

export const policyAssociation: Read = (resource, reading) => {
  const { estate, resources } = reading;
  const network = estate.find('network', resources.reference(resource.get('attachment_target'), NETWORK));
  if (network === undefined) {
    return unread(reading, resource, 'it puts a firewall policy on a network that was not read');
  }
  const reference: Reference = resource.condition ?? resources.reference(resource.get('firewall_policy'), POLICIES);
  const isRegional = resource.type.includes('_region_');
  const region: Known<string> | undefined = isRegional ? (textOf(resource.get('region')) ?? '') : undefined;
  network.policies = [...(network.policies ?? []), { reference, ...(region === undefined ? {} : { region }) }];
};

/** The rules that every network has, after all others. */
export function impliedRules({ estate }: Reading): void {
  for (const network of estate.all('network')) {
    if (network.cloud !== 'google') {
      continue;
    }
    const id = firewallOf(network.id);
    const set =
      estate.find('rule-set', id) ??
      estate.add<RuleSet>({
        cloud: 'google',
        origin: network.origin,
        id,
        label: `firewall of ${network.label}`,
        kind: 'rule-set',
        element: 'google.vpc-firewall',
        semantics: VPC_FIREWALL,
        rules: [],
        network: network.id,
      });
    const common = { origin: set.origin, order: 65535, protocol: 'any', ports: 'any', peers: 'any' } as const;
    set.rules.push(
      { ...common, direction: 'in', action: 'deny', name: 'implied deny ingress' },
      { ...common, direction: 'out', action: 'allow', name: 'implied allow egress' },
    );
  }
}

/** Gives the interfaces of each network its firewall and policies, in the order in which they decide. */
export function chains({ estate, resources }: Reading): void {
  for (const face of estate.all('interface')) {
    const subnet = face.cloud === 'google' ? estate.find('subnet', face.subnet) : undefined;
    if (subnet === undefined) {
      continue;
    }
    const network = estate.find('network', subnet.network);
    if (network === undefined || subnet.network instanceof Unknown) {
      face.ruleSets.push(subnet.network instanceof Unknown ? subnet.network : firewallOf(subnet.network));
      continue;
    }
    const place = resources.get(subnet.id);
    const region = place === undefined ? undefined : textOf(place.get('region'));
    const all = network.policies ?? [];
    const policies = [
      ...all.filter((one) => one.region === undefined),
      ...all.filter((one) => one.region !== undefined && (one.region === region || typeof region !== 'string')),
    ].map(({ reference }) => reference);
    const firewall = firewallOf(network.id);
    const order = network.policiesFirst ?? false;
    face.ruleSets.push(
      ...(policies.length > 0 && order instanceof Unknown
        ? [order]
        : order === true
          ? [...policies, firewall]
          : [firewall, ...policies]),
    );
  }
}
