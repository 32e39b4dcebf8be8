import fc from 'fast-check';
import { Flow } from 'pptp-constructs';
import { type AddressSet, difference, reviewTemplates, VPN_FLOWS } from 'pptp-constructs/review';
import { acl, type Entry, gateway, group, publicSubnet, type Resources } from '../support/network';

const cidr = fc
  .tuple(fc.constantFrom(0, 8, 16, 24, 25, 32), fc.constantFrom('203.0.113.', '198.51.100.', '10.20.1.'), fc.nat(255))
  .map(([length, start, last]) => `${start}${last}/${length}`);

const groupRule = fc
  .record({
    IpProtocol: fc.constantFrom('tcp', 'udp', '47', '50', '-1', 'gre'),
    port: fc.constantFrom(47, 443, 500, 1194, 1701, 1723, 4500, 51820),
    CidrIp: cidr,
  })
  .map(({ IpProtocol, port, CidrIp }) =>
    IpProtocol === 'tcp' || IpProtocol === 'udp'
      ? { IpProtocol, FromPort: port, ToPort: port, CidrIp }
      : { IpProtocol, CidrIp },
  );

const entry = fc
  .record({
    number: fc.integer({ min: 1, max: 30 }),
    egress: fc.boolean(),
    protocol: fc.constantFrom(-1, 6, 17, 47, 50),
    action: fc.constantFrom<'allow' | 'deny'>('allow', 'deny'),
    cidr,
    ports: fc.option(fc.constantFrom<[number, number]>([1024, 65535], [1723, 1723], [500, 4500]), { nil: undefined }),
  })
  .map(({ ports, ...rest }): Entry => (ports === undefined || rest.protocol === -1 ? rest : { ...rest, ports }));

const estate = fc.record({
  first: fc.array(groupRule, { maxLength: 5 }),
  second: fc.array(groupRule, { maxLength: 3 }),
  egress: fc.option(fc.array(groupRule, { maxLength: 3 }), { nil: undefined }),
  entries: fc.option(fc.uniqueArray(entry, { maxLength: 8, selector: ({ number, egress }) => `${number}${egress}` }), {
    nil: undefined,
  }),
});

type Parts = typeof estate extends fc.Arbitrary<infer T> ? T : never;

function build({ first, second, egress, entries }: Parts): Resources {
  return {
    ...publicSubnet(),
    ...group(first, egress),
    ...group(second, egress, 'Other'),
    ...gateway(['Group', 'Other']),
    ...(entries === undefined ? {} : acl(entries)),
  };
}

const FLOWS = [Flow.tcp(1723), Flow.GRE, Flow.ESP, Flow.udp(500), Flow.udp(51820)];

/** For each flow the addresses that pass, and those that are dropped. */
function reachable(resources: Resources, name = 'Gateway'): { passes: AddressSet; drops: AddressSet }[] {
  const { answers } = reviewTemplates({ Vpn: { Resources: resources } });
  const machine = answers.world.estate.all('machine').find(({ label }) => label === name);
  const [way] = machine === undefined ? [] : answers.waysTo(machine);
  return FLOWS.map((flow) => {
    const passages = way === undefined ? [] : answers.passages(way, flow);
    const of = (verdict: string) => passages.filter((one) => one.verdict === verdict).flatMap(({ clients }) => clients);
    return { passes: merged(of('passes')), drops: merged(of('drops')) };
  });
}

function merged(ranges: AddressSet): AddressSet {
  const sorted = [...ranges].sort((a, b) => Number(a.first) - Number(b.first));
  const result: { version: 4 | 6; first: number | bigint; last: number | bigint }[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last !== undefined && Number(last.last) + 1 >= Number(range.first)) {
      last.last = range.last;
    } else {
      result.push({ ...range });
    }
  }
  return result;
}

test('every VPN flow is asked about', () => {
  expect(VPN_FLOWS.map(({ label }) => label)).toEqual([
    'TCP 1723',
    'GRE 47',
    'UDP 500',
    'UDP 4500',
    'ESP 50',
    'TCP 443',
    'UDP 1194',
    'UDP 443',
    'TCP 1194',
    'UDP 51820',
    'UDP 1701',
  ]);
});

test('a further rule of a security group never makes anything unreachable', () => {
  fc.assert(
    fc.property(estate, groupRule, fc.boolean(), (parts, more, inbound) => {
      const before = reachable(build(parts));
      const after = reachable(
        build(
          inbound || parts.egress === undefined
            ? { ...parts, first: [...parts.first, more] }
            : { ...parts, egress: [...parts.egress, more] },
        ),
      );
      FLOWS.forEach((_, index) => {
        expect(difference(before[index]?.passes ?? [], after[index]?.passes ?? [])).toEqual([]);
        expect(difference(after[index]?.drops ?? [], before[index]?.drops ?? [])).toEqual([]);
      });
    }),
    { numRuns: 150 },
  );
});

test('a further allow entry of a network ACL never makes anything unreachable', () => {
  fc.assert(
    fc.property(estate, entry, (parts, more) => {
      const entries = (parts.entries ?? []).filter(
        ({ number, egress }) => number !== more.number || egress !== more.egress,
      );
      const before = reachable(build({ ...parts, entries }));
      const after = reachable(build({ ...parts, entries: [...entries, { ...more, action: 'allow' }] }));
      FLOWS.forEach((_, index) => {
        expect(difference(before[index]?.passes ?? [], after[index]?.passes ?? [])).toEqual([]);
      });
    }),
    { numRuns: 150 },
  );
});

/** What a review says, without what differs when a template is written down otherwise: nothing but places. */
function said(resources: Resources) {
  const { findings, gateways, unread } = reviewTemplates({ Vpn: { Resources: resources } }, { today: '2026-11-23' });
  return {
    findings: findings.map(({ kind, severity, message, fix, key }) => ({ kind: kind.id, severity, message, fix, key })),
    gateways: gateways.map(({ machine, protocols }) => ({
      machine: machine.label,
      protocols: protocols.map(({ protocol, verdict, served, open, dials, stops }) => ({
        protocol: protocol.id,
        verdict,
        served,
        open,
        dials,
        stops: stops.map(({ flow, hop, clients }) => [flow.id, hop.because, clients]),
      })),
    })),
    unread: unread.map(({ type, why }) => [type, why]),
  };
}

test('the order of resources changes nothing', () => {
  fc.assert(
    fc.property(
      estate.chain((parts) => {
        const resources = Object.entries(build(parts));
        return fc.tuple(
          fc.constant(resources),
          fc.shuffledSubarray(resources, { minLength: resources.length, maxLength: resources.length }),
        );
      }),
      ([resources, shuffled]) => {
        expect(said(Object.fromEntries(shuffled))).toEqual(said(Object.fromEntries(resources)));
      },
    ),
    { numRuns: 60 },
  );
});

test('other logical ids change nothing but names', () => {
  fc.assert(
    fc.property(estate, fc.infiniteStream(fc.stringMatching(/^[A-Z][a-z]{3}[0-9]{4}$/)), (parts, names) => {
      const resources = build(parts);
      const renamed = new Map<string, string>();
      const taken = new Set<string>();
      for (const id of Object.keys(resources)) {
        const name = [...take(names, 50)].find((one) => !taken.has(one)) ?? `X${taken.size}`;
        taken.add(name);
        renamed.set(id, name);
      }
      const text = JSON.stringify(resources).replace(
        /\{"Ref":"(\w+)"\}|\{"Fn::GetAtt":\["(\w+)"/g,
        (whole, ref: string | undefined, of: string | undefined) =>
          whole.replace(ref ?? of ?? '', renamed.get(ref ?? of ?? '') ?? ''),
      );
      const other = Object.fromEntries(
        Object.entries(JSON.parse(text) as Resources).map(([id, one]) => [renamed.get(id) ?? id, one]),
      );
      expect(reachable(other, renamed.get('Gateway'))).toEqual(reachable(resources));
      const kinds = (all: Resources) =>
        said(all)
          .findings.map(({ kind, severity }) => `${severity} ${kind}`)
          .sort();
      expect(kinds(other)).toEqual(kinds(resources));
    }),
    { numRuns: 60 },
  );
});

function* take<T>(values: Iterator<T>, count: number): Generator<T> {
  for (let index = 0; index < count; index++) {
    const { value, done } = values.next();
    if (done === true) {
      return;
    }
    yield value;
  }
}
