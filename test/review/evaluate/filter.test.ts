import fc from 'fast-check';
import {
  type Action,
  type AddressRange,
  addressSet,
  decide,
  documentOf,
  Estate,
  FIREWALL_POLICY,
  NETWORK_ACL,
  Origin,
  type PortRange,
  type Rule,
  type RuleSet,
  SECURITY_GROUP,
  type Semantics,
  sizeOf,
  Unknown,
  VPC_FIREWALL,
  World,
} from 'pptp-constructs/review';

const origin = Origin.of(documentOf({}, 'test'));

const rule = (rest: Partial<Rule>): Rule => ({
  origin,
  direction: 'in',
  action: 'allow',
  protocol: 'any',
  ports: 'any',
  peers: 'any',
  ...rest,
});

function setOf(semantics: Semantics, rules: Rule[], rest: Partial<RuleSet> = {}): RuleSet {
  return {
    kind: 'rule-set',
    id: 'set',
    cloud: 'aws',
    label: 'set',
    origin,
    element: 'aws.network-acl',
    semantics,
    rules,
    ...rest,
  };
}

const from = (first: number, last: number): AddressRange => ({ version: 4, first, last });

/** What a filter does to TCP 1723 from addresses 0 to 99, in order of the addresses. */
function told(
  set: RuleSet,
  packets: { protocol?: number; ports?: readonly PortRange[]; sourcePorts?: readonly PortRange[] } = {},
): string[] {
  const decisions = decide(
    [set],
    {
      direction: 'in',
      protocol: packets.protocol ?? 6,
      ports: packets.ports ?? [{ from: 1723, to: 1723 }],
      ...(packets.sourcePorts === undefined ? {} : { sourcePorts: packets.sourcePorts }),
      version: 4,
      addresses: [from(0, 99)],
    },
    new World(new Estate()),
  );
  return decisions
    .flatMap(({ addresses, action, open }) => addresses.map((range) => ({ range, action, open })))
    .sort((a, b) => Number(a.range.first) - Number(b.range.first))
    .map(({ range, action, open }) => `${range.first}-${range.last} ${action}${open === undefined ? '' : `: ${open}`}`);
}

describe('any-allow', () => {
  test('denies what no rule allows, whatever the order', () => {
    const rules = [rule({ peers: [from(50, 59)] }), rule({ peers: [from(10, 19)] })];
    expect(told(setOf(SECURITY_GROUP, rules))).toEqual([
      '0-9 deny',
      '10-19 allow',
      '20-49 deny',
      '50-59 allow',
      '60-99 deny',
    ]);
  });
});

describe('first-match', () => {
  test('lets the lowest number decide, wherever it stands', () => {
    const rules = [rule({ order: 20 }), rule({ order: 10, action: 'deny', peers: [from(10, 19)] })];
    expect(told(setOf(NETWORK_ACL, rules))).toEqual(['0-9 allow', '10-19 deny', '20-99 allow']);
  });

  test('hands on what a policy has no rule for', () => {
    expect(told(setOf(FIREWALL_POLICY, [rule({ order: 1, action: 'next', peers: [from(0, 9)] })]))).toEqual([
      '0-9 next',
      '10-99 next',
    ]);
  });
});

describe('deny-before-allow', () => {
  test('lets a deny win among equals, and the lower number among others', () => {
    const rules = [
      rule({ order: 1000, peers: [from(0, 49)] }),
      rule({ order: 1000, action: 'deny', peers: [from(10, 19)] }),
      rule({ order: 900, peers: [from(15, 19)] }),
    ];
    expect(told(setOf(VPC_FIREWALL, rules))).toEqual([
      '0-9 allow',
      '10-14 deny',
      '15-19 allow',
      '20-49 allow',
      '50-99 deny',
    ]);
  });
});

describe('protocols and ports', () => {
  test.each([
    ['of another protocol', rule({ protocol: 17 }), 'deny'],
    ['of the protocol, all ports', rule({ protocol: 6 }), 'allow'],
    ['of another port', rule({ protocol: 6, ports: [{ from: 1, to: 1722 }] }), 'deny'],
    ['of a range that holds the port', rule({ protocol: 6, ports: [{ from: 1, to: 1723 }] }), 'allow'],
    [
      'of several ranges',
      rule({
        protocol: 6,
        ports: [
          { from: 1, to: 1 },
          { from: 1723, to: 1723 },
        ],
      }),
      'allow',
    ],
  ])('a rule %s', (_name, one, action) => {
    expect(told(setOf(SECURITY_GROUP, [one]))).toEqual([`0-99 ${action}`]);
  });

  test.each([
    ['all that clients send from', { from: 1024, to: 65535 }, ['0-99 allow']],
    ['none that clients send from', { from: 1, to: 1023 }, ['0-99 deny']],
    [
      'some that clients send from',
      { from: 50000, to: 50000 },
      ['0-99 unknown: the rule names source ports, and which port a client sends from is its own choice'],
    ],
  ])('a rule with source ports: %s', (_name, range, expected) => {
    const set = setOf(NETWORK_ACL, [rule({ order: 1, protocol: 6, sourcePorts: [range] })]);
    expect(told(set, { sourcePorts: [{ from: 1024, to: 65535 }] })).toEqual(expected);
  });

  test('a rule for TCP port 47 does not fit IP protocol 47', () => {
    const set = setOf(SECURITY_GROUP, [rule({ protocol: 6, ports: [{ from: 47, to: 47 }] })]);
    const decisions = decide(
      [set],
      { direction: 'in', protocol: 47, version: 4, addresses: [from(0, 99)] },
      new World(new Estate()),
    );
    expect(decisions.map(({ action }) => action)).toEqual(['deny']);
  });

  test('every port of a range must pass; the ports that do not are told', () => {
    const rules = [rule({ protocol: 6, ports: [{ from: 2000, to: 3000 }], order: 1 })];
    const [decision] = decide(
      [setOf(NETWORK_ACL, rules)],
      { direction: 'in', protocol: 6, ports: [{ from: 2000, to: 4000 }], version: 4, addresses: [from(0, 99)] },
      new World(new Estate()),
    );
    expect([decision?.action, decision?.ports]).toEqual(['deny', { from: 3001, to: 4000 }]);
  });
});

describe('what is open', () => {
  const unknown = new Unknown('nobody said');

  test.each([
    ['the source', rule({ peers: [unknown] })],
    ['the protocol', rule({ protocol: unknown })],
    ['the ports', rule({ ports: unknown })],
    ['whether the rule is there', rule({ condition: unknown })],
  ])('%s of an allow rule: open where nothing else allows', (_name, open) => {
    const rules = [open, rule({ peers: [from(0, 49)] })];
    expect(told(setOf(SECURITY_GROUP, rules))).toEqual(['0-49 allow', '50-99 unknown: nobody said']);
  });

  test('the number of a deny rule: open wherever it may come first', () => {
    const rules = [rule({ action: 'deny', order: unknown, peers: [from(0, 9)] }), rule({ order: 1 })];
    expect(told(setOf(NETWORK_ACL, rules))).toEqual(['0-9 unknown: nobody said', '10-99 allow']);
  });

  test('a deny rule behind what decides changes nothing', () => {
    const rules = [rule({ order: 1, peers: [from(0, 9)] }), rule({ order: 2, action: 'deny', condition: unknown })];
    expect(told(setOf(NETWORK_ACL, rules))).toEqual(['0-9 allow', '10-99 deny']);
  });

  test('rules that are kept elsewhere: a group may allow more, an ACL may do anything', () => {
    const rules = [rule({ order: 1, peers: [from(0, 9)] })];
    expect(told(setOf(SECURITY_GROUP, rules, { incomplete: unknown }))).toEqual([
      '0-9 allow',
      '10-99 unknown: nobody said',
    ]);
    expect(told(setOf(NETWORK_ACL, rules, { incomplete: unknown }))).toEqual(['0-99 unknown: nobody said']);
  });

  test('a protocol under a name that the API does not take: open for what it means and for nothing else', () => {
    const set = setOf(SECURITY_GROUP, [rule({ protocol: { name: 'gre' } })]);
    const why = 'the rule names protocol "gre", which the API does not take';
    expect(told(set)).toEqual(['0-99 deny']);
    expect(told(set, { protocol: 47 })).toEqual([`0-99 unknown: ${why}`]);
  });
});

/** A rule over a small world: addresses 0 to 99, ports 1 to 9. */
const anyRule = fc
  .record({
    action: fc.constantFrom<Action>('allow', 'deny'),
    order: fc.integer({ min: 1, max: 5 }),
    protocol: fc.constantFrom<number | 'any'>('any', 6, 47),
    ports: fc.option(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 4 })), { nil: undefined }),
    first: fc.integer({ min: 0, max: 99 }),
    length: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ action, order, protocol, ports, first, length }) =>
    rule({
      action,
      order,
      protocol,
      ports: ports === undefined || protocol !== 6 ? 'any' : [{ from: ports[0], to: ports[0] + ports[1] }],
      peers: [from(first, first + length)],
    }),
  );

/** One packet at a time, straight from the words of each cloud: what the evaluator must agree with. */
function packet(
  semantics: Semantics,
  rules: readonly Rule[],
  address: number,
  protocol: number,
  port: number | undefined,
) {
  const fitting = rules.filter(
    (one) =>
      (one.protocol === 'any' || one.protocol === protocol) &&
      (port === undefined ||
        one.ports === 'any' ||
        (one.ports as readonly PortRange[]).some((range) => range.from <= port && port <= range.to)) &&
      (one.peers as readonly AddressRange[]).some(({ first, last }) => first <= address && address <= last),
  );
  switch (semantics.decides) {
    case 'any-allow':
      return fitting.some(({ action }) => action === 'allow') ? 'allow' : 'deny';
    case 'first-match':
    case 'deny-before-allow': {
      const lowest = Math.min(...fitting.map(({ order }) => order as number));
      const first = fitting.filter(({ order }) => order === lowest);
      if (first.length === 0) {
        return semantics.otherwise.in;
      }
      const deny = first.some(({ action }) => action === 'deny');
      return semantics.decides === 'deny-before-allow' ? (deny ? 'deny' : 'allow') : first[0]?.action;
    }
  }
}

describe.each([
  ['security group', SECURITY_GROUP],
  ['network ACL', NETWORK_ACL],
  ['VPC firewall', VPC_FIREWALL],
])('over generated rules a %s', (_name, semantics) => {
  const rules = fc
    .array(anyRule, { maxLength: 8 })
    .map((all) => (semantics === SECURITY_GROUP ? all.filter(({ action }) => action === 'allow') : all));
  const traffic = fc.oneof(
    fc.constant({ protocol: 47, port: undefined }),
    fc.record({ protocol: fc.constant(6), port: fc.integer({ min: 1, max: 12 }) }),
  );

  test('does to each address what a walk through its rules does to one packet, and to each exactly once', () => {
    fc.assert(
      fc.property(rules, traffic, (all, { protocol, port }) => {
        const decisions = decide(
          [setOf(semantics, all)],
          {
            direction: 'in',
            protocol,
            ...(port === undefined ? {} : { ports: [{ from: port, to: port }] }),
            version: 4,
            addresses: [from(0, 99)],
          },
          new World(new Estate()),
        );
        const parts = decisions.flatMap(({ addresses }) => addresses);
        expect(sizeOf(parts)).toBe(100n);
        expect(addressSet(parts)).toEqual([from(0, 99)]);
        const wrong = decisions.flatMap(({ addresses, action }) =>
          addresses.flatMap(({ first, last }) =>
            Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => Number(first) + at)
              .map((address) => ({ address, action, right: packet(semantics, all, address, protocol, port) }))
              .filter(({ right }) => right !== action),
          ),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('passes a range of ports to an address where each port passes', () => {
    fc.assert(
      fc.property(rules, (all) => {
        const decisions = decide(
          [setOf(semantics, all)],
          { direction: 'in', protocol: 6, ports: [{ from: 2, to: 10 }], version: 4, addresses: [from(0, 99)] },
          new World(new Estate()),
        );
        for (const { addresses, action } of decisions) {
          for (const { first, last } of addresses) {
            for (const address of [Number(first), Number(last)]) {
              const ports = [2, 3, 4, 5, 6, 7, 8, 9, 10];
              const each = ports.map((port) => packet(semantics, all, address, 6, port));
              expect(action).toBe(each.every((one) => one === 'allow') ? 'allow' : 'deny');
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
