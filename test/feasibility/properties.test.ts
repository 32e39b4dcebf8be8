// What holds for every path that can be made of the elements this library knows, and for whatever else it is given.

import * as fc from 'fast-check';
import { Fleet } from '../../lib/clients';
import { PptpConstructsError } from '../../lib/errors';
import {
  assess,
  assessCandidate,
  type Candidate,
  choose,
  explainRefusal,
  type Hop,
  type Path,
  pathMtu,
  pathOf,
  tunnelSizes,
} from '../../lib/feasibility';
import { chooseForFleet, explainFleetChoice } from '../../lib/feasibility/choose-for-fleet';
import { Flow, IpRange } from '../../lib/flows';
import * as network from '../../lib/network';
import { cloudNamed, elementNamed, PLATFORM_IDS, platformFacts } from '../../lib/network/registry';
import { VPN_PROTOCOLS, type VpnProtocol } from '../../lib/protocols';

const RANK = { 'cannot-work': 0, unverified: 1, works: 2 };
const ELEMENTS = PLATFORM_IDS.flatMap((id) => platformFacts(id).elements);

const anyProtocol = fc.constantFrom(...VPN_PROTOCOLS);
const anyHop: fc.Arbitrary<Hop> = fc.record({
  element: fc.constantFrom(...ELEMENTS),
  condition: fc.constantFrom('met', 'not-met', 'unknown' as const),
});
const anyPath: fc.Arbitrary<Path> = fc
  .array(anyHop, { minLength: 1, maxLength: 6 })
  .map((hops) => pathOf('client', hops));
const candidate = (protocol: VpnProtocol, path: Path): Candidate => ({
  protocol,
  paths: [path],
  builtBy: 'a machine',
  takes: 'minutes',
  cost: 'billed by the hour',
  clients: 'some',
  code: `new ${protocol.id}()`,
});

test('a hop more never makes anything work better, and reasons name hops of the path alone', () => {
  fc.assert(
    fc.property(anyProtocol, anyPath, anyHop, fc.nat(6), (protocol, path, hop, at) => {
      const longer = pathOf('client', path.hops.toSpliced(at, 0, hop));
      const [before, after] = [assess(protocol, path), assess(protocol, longer)];
      expect(RANK[after.result]).toBeLessThanOrEqual(RANK[before.result]);
      for (const { reasons, path: asked } of [before, after]) {
        expect(reasons.every((reason) => asked.hops[reason.hopIndex] === reason.hop)).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

test('what works has no reasons, and what does not has one for each flow that it names', () => {
  fc.assert(
    fc.property(anyProtocol, anyPath, (protocol, path) => {
      const { result, reasons, flowSet } = assess(protocol, path);
      expect(reasons.length === 0).toBe(result === 'works');
      expect(reasons.some(({ kind }) => kind === 'drops')).toBe(result === 'cannot-work');
      expect(reasons.every(({ flow }) => flowSet.flows.includes(flow))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('the order of alternatives changes no verdict', () => {
  const order = fc.shuffledSubarray([...VPN_PROTOCOLS], { minLength: VPN_PROTOCOLS.length });
  const verdicts = (protocols: readonly VpnProtocol[], path: Path) =>
    Object.fromEntries(
      choose(protocols.map((protocol) => candidate(protocol, path))).assessed.map((one) => [
        one.candidate.protocol.id,
        one.result,
      ]),
    );
  fc.assert(
    fc.property(order, anyPath, (protocols, path) => {
      expect(verdicts(protocols, path)).toEqual(verdicts(VPN_PROTOCOLS, path));
      expect(
        chooseForFleet({ paths: [{ path, fleet: Fleet.of({ device: 'windows-11' }) }], protocols }).chosen?.result,
      ).toBe(chooseForFleet({ paths: [{ path, fleet: Fleet.of({ device: 'windows-11' }) }] }).chosen?.result);
    }),
    { numRuns: 300 },
  );
});

test('a refusal names a hop, a flow and a source, and an alternative that works there, or says that none does', () => {
  fc.assert(
    fc.property(anyProtocol, anyPath, (protocol, path) => {
      const asked = [assessCandidate(candidate(protocol, path))];
      fc.pre(asked[0]?.result === 'cannot-work');
      const offers = VPN_PROTOCOLS.filter((other) => other !== protocol).map((other) =>
        assessCandidate(candidate(other, path)),
      );
      const text = explainRefusal({ subject: 'Vpn', writtenAs: 'PptpGateway', asked, offers }).replace(/\s+/g, ' ');
      const drops = asked[0]?.verdicts[0]?.reasons.filter(({ kind }) => kind === 'drops') ?? [];
      expect(drops.some(({ hop }) => text.includes(hop.element.name))).toBe(true);
      expect(drops.some(({ flow }) => text.includes(flow.label))).toBe(true);
      expect(
        drops.some(({ evidence: [one] }) => one !== undefined && text.includes(one.title.replace(/\s+/g, ' '))),
      ).toBe(true);
      const works = offers.filter(({ result }) => result === 'works');
      for (const { candidate: offer, result } of offers) {
        expect(text.includes(`new ${offer.protocol.id}()`)).toBe(result === 'works');
      }
      expect(text.includes('Nothing that this library builds works on this path.')).toBe(works.length === 0);
    }),
    { numRuns: 500 },
  );
});

test('whatever it is given, the core throws nothing but errors of its own', () => {
  const odd = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true }),
    anyProtocol,
    anyPath,
    anyHop,
    fc.record({ hops: fc.anything(), from: fc.anything(), to: fc.anything() }, { requiredKeys: [] }),
    fc.array(fc.record({ element: fc.anything(), condition: fc.anything() }, { requiredKeys: [] })),
    fc.record({ paths: fc.anything(), protocols: fc.anything(), protocol: fc.anything() }, { requiredKeys: [] }),
    fc.record(
      {
        protocol: anyProtocol,
        also: fc.oneof(fc.anything(), fc.array(anyProtocol)),
        server: fc.oneof(fc.anything(), fc.constantFrom('openvpn-machine', '__proto__')),
        builtBy: fc.anything({ withNullPrototype: true }),
        paths: fc.array(
          fc
            .tuple(anyPath, fc.oneof(fc.anything(), fc.constant(Fleet.of({ device: 'windows-11' }))))
            .map(([path, fleet]) => ({ ...path, fleet })),
        ),
      },
      { requiredKeys: ['protocol', 'paths'] },
    ),
    fc.record({ device: fc.anything(), count: fc.anything() }, { requiredKeys: [] }),
  ) as fc.Arbitrary<never>;
  const calls: readonly ((a: never, b: never, c: never) => unknown)[] = [
    (from, hops, to) => pathOf(from, hops, to),
    (protocol, path) => assess(protocol, path),
    (one) => assessCandidate(one),
    (candidates) => choose(candidates),
    (question) => explainFleetChoice(chooseForFleet(question)),
    (...members) => Fleet.of(...members),
    (path) => pathMtu(path),
    (protocol, bytes) => tunnelSizes(protocol, bytes),
    (name) => cloudNamed(name),
    (name) => elementNamed(name),
    (port) => Flow.tcp(port),
    (port) => Flow.udp(port),
    (text) => IpRange.parse(text),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...calls), odd, odd, odd, (call, a, b, c) => {
      try {
        call(a, b, c);
      } catch (error) {
        if (!PptpConstructsError.is(error)) {
          throw error;
        }
      }
    }),
    { numRuns: 10_000 },
  );
}, 180_000);

test('every element of the package is known by name', () => {
  const exported = Object.values(network).flatMap((one) => (typeof one === 'object' ? Object.values(one) : []));
  const ids = exported.flatMap((one) => (one as { id?: string } | null)?.id ?? []);
  expect(ids.filter((id) => !ELEMENTS.some((element) => element.id === id))).toEqual([]);
});
