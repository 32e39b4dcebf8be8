/**
 * Generated rule sets, in the words of no tool and of no cloud, and the packets that are sent through them. What clouds make
 * of the rules is said twice elsewhere, once for the kernel (review-nft.ts) and once for the review (review-asked.ts).
 */

/** A rule. */
export interface PlainRule {
  readonly direction: 'in' | 'out';
  readonly action: 'allow' | 'deny';
  /** Its number or priority; without meaning in a security group. */
  readonly number: number;
  readonly protocol: number | 'any';
  /** Destination ports. They are also written where the protocol has none, which clouds pass over. */
  readonly ports?: readonly [number, number];
  /** Ports at the source, which Azure's rules can name. */
  readonly sourcePorts?: readonly [number, number];
  /** The far end in CIDR notation; AWS has one range in a rule, the others any number of one version. */
  readonly ranges: readonly string[];
  /** What the review is not told about it. The kernel has the rule as it stands, unless it is told to be absent. */
  readonly hidden?: 'range' | 'protocol' | 'present' | 'absent';
}

/** What decides at one place on the way. Security groups of an interface decide together, everything else is one set. */
export interface Filter {
  readonly kind: 'network-acl' | 'security-groups' | 'nsg' | 'vpc-firewall';
  readonly sets: readonly (readonly PlainRule[])[];
}

/** A machine behind filters, the outermost first. */
export interface Case {
  readonly index: number;
  readonly filters: readonly Filter[];
  /** Clients that send to it, of each IP version. */
  readonly clients: Readonly<Record<4 | 6, readonly string[]>>;
}

/** What is asked about: packets of one protocol, or to one port. */
export interface Asked {
  readonly id: 'tcp-1723' | 'udp-500' | 'gre' | 'esp' | 'icmp';
  /** By IP version. */
  readonly protocol: Readonly<Record<4 | 6, number>>;
  readonly port?: number;
  /** Ports that clients send from: one on each side of every place where a generated rule begins or ends. */
  readonly clientPorts: readonly number[];
}

const DYNAMIC = [1024, 1025, 1722, 1723, 1724, 32767, 32768, 60999, 61000, 65534, 65535];

export const ASKED: readonly Asked[] = [
  { id: 'tcp-1723', protocol: { 4: 6, 6: 6 }, port: 1723, clientPorts: DYNAMIC },
  // IKE goes from port 500 too.
  { id: 'udp-500', protocol: { 4: 17, 6: 17 }, port: 500, clientPorts: [500, ...DYNAMIC] },
  { id: 'gre', protocol: { 4: 47, 6: 47 }, clientPorts: [] },
  { id: 'esp', protocol: { 4: 50, 6: 50 }, clientPorts: [] },
  { id: 'icmp', protocol: { 4: 1, 6: 58 }, clientPorts: [] },
];

const RANGES = [
  ...['0.0.0.0/0', '0.0.0.0/0', '::/0', '::/0', '128.0.0.0/1', '2000::/3', '2001:db8::/32', '198.51.0.0/16'],
  ...['203.0.113.0/24', '203.0.113.0/25', '203.0.113.128/25', '203.0.113.77/32', '203.0.112.0/23', '198.51.100.0/24'],
  ...['2001:db8:113::/48', '2001:db8:113:8000::/49', '2001:db8:113::77/128', '2001:db8:112::/47', '2001:db8:100::/40'],
];

/** The first and last addresses of the ranges, and their neighbours. */
const CLIENTS: Case['clients'] = {
  4: [
    ...['203.0.113.0', '203.0.113.76', '203.0.113.77', '203.0.113.78', '203.0.113.127', '203.0.113.128'],
    ...['203.0.113.255', '203.0.112.0', '203.0.112.255', '203.0.114.0', '203.0.111.255', '198.51.100.0'],
    ...['198.51.100.255', '198.51.99.255', '198.51.101.0', '198.52.0.0', '198.50.255.255', '9.9.9.9', '128.0.0.0'],
  ],
  6: [
    ...['2001:db8:113::', '2001:db8:113::76', '2001:db8:113::77', '2001:db8:113::78'],
    ...['2001:db8:113:7fff:ffff:ffff:ffff:ffff', '2001:db8:113:8000::', '2001:db8:113:ffff:ffff:ffff:ffff:ffff'],
    ...['2001:db8:114::', '2001:db8:112::', '2001:db8:111:ffff::', '2001:db8:100::', '2001:db8:1ff:ffff::1'],
    ...['2001:db8:200::', '2001:db9::', '2001:db7:ffff::', '2a00::1', '3fff:ffff::', '4000::'],
  ],
};

/** So many cases, each of them hard; the same ones for the same seed. */
export function casesOf(count: number, seed: number): Case[] {
  const chance = chanceOf(seed);
  return Array.from({ length: count }, (_, index) => {
    for (;;) {
      const one = caseOf(index, chance);
      if (isHard(one)) {
        return one;
      }
    }
  });
}

/**
 * At least five rules in the first set of each filter but a second NSG, a protocol without ports, and somewhere two rules
 * that contradict each other about some packets.
 */
function isHard({ filters }: Case): boolean {
  const [outer, inner] = filters;
  const rules = filters.flatMap(({ sets }) => sets.flat());
  return (
    [outer, inner].every((filter) => (filter?.sets[0]?.length ?? 0) >= 5) &&
    rules.some(({ protocol }) => protocol === 47 || protocol === 50) &&
    filters.every(({ kind, sets }) => kind === 'security-groups' || contradicting(sets.flat()).length > 0)
  );
}

/** Pairs of a rule that allows and one that denies some of the same packets. */
export function contradicting(rules: readonly PlainRule[]): (readonly [PlainRule, PlainRule])[] {
  const overlap = (a: PlainRule, b: PlainRule) =>
    a.direction === b.direction &&
    (a.protocol === b.protocol || a.protocol === 'any' || b.protocol === 'any') &&
    a.ranges.some((range) => b.ranges.includes(range) || b.ranges.some((other) => isEverything(range, other)));
  return rules
    .filter(({ action }) => action === 'allow')
    .flatMap((allow) =>
      rules.filter((rule) => rule.action === 'deny' && overlap(allow, rule)).map((deny) => [allow, deny] as const),
    );
}

function isEverything(range: string, other: string): boolean {
  const isSix = range.includes(':');
  return isSix === other.includes(':') && (range.endsWith('/0') || other.endsWith('/0'));
}

function caseOf(index: number, chance: Chance): Case {
  const filters: Filter[] = [{ kind: 'network-acl', sets: [numbered(chance, [1, 32766])] }];
  switch (index % 4) {
    case 0:
    case 1:
      filters.push({ kind: 'security-groups', sets: [groupRules(chance, 5), groupRules(chance, 2)] });
      break;
    case 2:
      // One of the subnet and one of the interface.
      filters.push({
        kind: 'nsg',
        sets: [numbered(chance, [100, 4096]).map(asAccepted(chance)).map(withSource(chance))],
      });
      filters.push({ kind: 'nsg', sets: [numbered(chance, [100, 4096], 2).map(asAccepted(chance))] });
      break;
    default:
      // Few priorities, so that many rules share one.
      filters.push({ kind: 'vpc-firewall', sets: [equals(chance).map(asAccepted(chance))] });
  }
  const some = (version: 4 | 6) => chance.some(CLIENTS[version], 5);
  // In one case of five something is not known.
  const known = index % 5 === 0 ? filters.map((filter) => hideOne(filter, chance)) : filters;
  return { index, filters: known, clients: { 4: some(4), 6: some(6) } };
}

/** Rules with numbers of their own in each direction, in any order. */
function numbered(chance: Chance, [from, to]: readonly [number, number], fewest = 5): PlainRule[] {
  const count = 2 * (fewest + chance.below(5));
  const numbers = new Set<number>();
  while (numbers.size < count) {
    numbers.add(from + chance.below(to - from + 1));
  }
  // Most sets end with rules for everything, for each version: few packets would get past rules that are all for little.
  const rules = [...numbers].sort((a, b) => b - a);
  return chance.some(
    rules.map((number, at) =>
      ruleOf(chance, number, at % 2 === 0 ? 'in' : 'out', at < 4 && chance.below(4) > 0 ? BROAD[at >> 1] : undefined),
    ),
    count,
  );
}

const BROAD = ['0.0.0.0/0', '::/0'];

function equals(chance: Chance): PlainRule[] {
  return Array.from({ length: 10 }, () => ruleOf(chance, chance.pick([900, 1000, 1100])));
}

/** One rule of six for TCP or UDP names the ports at the source: all that clients use, none of them, or some. */
function withSource(chance: Chance): (rule: PlainRule) => PlainRule {
  return (rule) => {
    const port = rule.protocol === 6 ? 1723 : 500;
    const ports: (readonly [number, number])[] =
      rule.direction === 'in'
        ? [
            [1024, 65535],
            [1, 400],
            [32768, 60999],
          ]
        : [
            [port, port],
            [1, 400],
          ];
    const hasPorts = rule.protocol === 6 || rule.protocol === 17;
    return hasPorts && chance.below(6) === 0 ? { ...rule, sourcePorts: chance.pick(ports) } : rule;
  };
}

/** Azure and Google take several ranges in a rule, and no ports for a protocol that has none. */
function asAccepted(chance: Chance): (rule: PlainRule) => PlainRule {
  return ({ ports, ...rule }) => {
    const isSix = rule.ranges.some((range) => range.includes(':'));
    const more = chance.some(
      RANGES.filter((range) => range.includes(':') === isSix),
      chance.below(3),
    );
    const ranges = rule.ranges.some((range) => range.endsWith('/0')) ? rule.ranges : [...rule.ranges, ...more];
    const hasPorts = ports !== undefined && (rule.protocol === 6 || rule.protocol === 17);
    return { ...rule, ranges, ...(hasPorts ? { ports } : {}) };
  };
}

function groupRules(chance: Chance, fewest: number): PlainRule[] {
  return Array.from({ length: fewest + chance.below(4) }, () => ({ ...ruleOf(chance, 0), action: 'allow' as const }));
}

function ruleOf(
  chance: Chance,
  number: number,
  direction = chance.pick(['in', 'out'] as const),
  broad?: string,
): PlainRule {
  if (broad !== undefined) {
    return { direction, action: 'allow', number, protocol: 'any', ranges: [broad] };
  }
  const protocol = chance.pick([6, 6, 17, 17, 47, 47, 50, 1, 58, 'any', 'any'] as const);
  const ports = portsOf(chance, protocol, direction);
  return {
    direction,
    action: chance.below(10) < 6 ? 'allow' : 'deny',
    number,
    protocol,
    ...(ports === undefined ? {} : { ports }),
    ranges: [chance.pick(RANGES)],
  };
}

function portsOf(
  chance: Chance,
  protocol: number | 'any',
  direction: PlainRule['direction'],
): readonly [number, number] | undefined {
  if (protocol !== 6 && protocol !== 17) {
    return protocol !== 'any' && protocol > 46 && chance.below(4) === 0 ? [1024, 2048] : undefined;
  }
  const port = protocol === 6 ? 1723 : 500;
  return chance.pick([undefined, ...(direction === 'in' ? served(port) : answered(port))]);
}

/** Ranges around a port that is served. */
function served(port: number): (readonly [number, number])[] {
  return [
    ...([
      [port, port],
      [port, port],
      [port, port + 10],
      [port - 10, port],
      [0, 65535],
    ] as const),
    ...([
      [port - 10, port - 1],
      [port + 1, port + 10],
      [1024, 65535],
    ] as const),
  ];
}

/** Ranges of ports that answers go to. */
function answered(port: number): (readonly [number, number])[] {
  return [
    ...([
      [1024, 65535],
      [1024, 65535],
      [0, 65535],
      [1025, 65535],
      [1024, 65534],
      [32768, 65535],
    ] as const),
    ...([
      [32768, 60999],
      [61000, 65535],
      [1024, 32767],
      [500, 500],
      [port, port],
    ] as const),
  ];
}

function hideOne(filter: Filter, chance: Chance): Filter {
  const [set = [], ...rest] = filter.sets;
  const at = chance.below(set.length);
  const hidden = chance.pick(['range', 'protocol', 'present', 'absent'] as const);
  return { ...filter, sets: [set.map((rule, index) => (index === at ? { ...rule, hidden } : rule)), ...rest] };
}

/** Whether everything about the rules of a case is known, and the same for all ports that clients send from. */
export function isKnownCase({ filters }: Case): boolean {
  return filters.every(({ sets }) =>
    sets.flat().every(({ hidden, sourcePorts }) => hidden === undefined && sourcePorts === undefined),
  );
}

/** Numbers that look random and are the same in every run. */
interface Chance {
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  some<T>(from: readonly T[], count: number): T[];
}

/** Mulberry32. */
function chanceOf(seed: number): Chance {
  let state = seed;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) % limit;
  };
  return {
    below,
    pick: <T>(from: readonly T[]) => from[below(from.length)] as T,
    some: (from, count) => {
      const left = [...from];
      return Array.from({ length: count }, () => left.splice(below(left.length), 1)).flat();
    },
  };
}
