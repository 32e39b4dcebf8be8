import * as fc from 'fast-check';
import { assess, type Hop, pathOf, worst } from '../../lib/feasibility';
import { IpProtocol } from '../../lib/flows';
import { IKEV2, PPTP, VPN_PROTOCOLS } from '../../lib/protocols';
import { element, fact, GUESS, WIRE } from './elements';

const path = (...hops: Hop[]) => pathOf('client', hops);

describe('a verdict', () => {
  test('works when every hop carries every flow on a vendor’s word', () => {
    const verdict = assess(PPTP, path({ element: WIRE }, { element: WIRE }));
    expect(verdict.result).toBe('works');
    expect(verdict.reasons).toEqual([]);
  });

  test('names the hop, the flow, both directions and the code of a drop', () => {
    const wall = element(
      'wall',
      fact('drops', { protocols: [IpProtocol.GRE], code: 'GRE_DROPPED_BY_FIREWALL' }),
      fact('carries'),
    );
    const verdict = assess(PPTP, path({ element: WIRE }, { element: wall }));
    expect(verdict.result).toBe('cannot-work');
    expect(
      verdict.reasons.map(({ code, hopIndex, flow, direction, kind }) => [code, hopIndex, flow.id, direction, kind]),
    ).toEqual([
      ['GRE_DROPPED_BY_FIREWALL', 1, 'gre', 'to-gateway', 'drops'],
      ['GRE_DROPPED_BY_FIREWALL', 1, 'gre', 'to-client', 'drops'],
    ]);
  });

  test('gives every reason of every hop, not the first alone', () => {
    const wall = element('wall', fact('drops', { protocols: [IpProtocol.GRE] }), fact('carries'));
    const closed = element('closed', fact('drops'));
    const { reasons } = assess(PPTP, path({ element: wall }, { element: closed }));
    expect(reasons.map(({ hopIndex, flow, direction }) => `${hopIndex} ${flow.id} ${direction}`)).toEqual([
      '0 gre to-gateway',
      '0 gre to-client',
      '1 tcp-1723 to-gateway',
      '1 tcp-1723 to-client',
      '1 gre to-gateway',
      '1 gre to-client',
    ]);
  });

  test('keeps the directions apart when a hop drops only one of them', () => {
    const nat = element('nat', fact('drops', { protocols: [IpProtocol.GRE], direction: 'to-client' }), fact('carries'));
    const { reasons } = assess(PPTP, path({ element: nat }));
    expect(reasons.map(({ direction }) => direction)).toEqual(['to-client']);
  });

  test.each([
    ['met', 'works', []],
    ['not-met', 'cannot-work', ['drops']],
    ['unknown', 'unverified', ['unknown']],
    [undefined, 'unverified', ['unknown']],
  ] as const)('takes a condition that is %s as %s', (condition, result, kinds) => {
    const gate = element(
      'gate',
      fact('conditional', { condition: 'a rule allows it', code: 'GRE_DROPPED_BY_FIREWALL' }),
    );
    const verdict = assess(PPTP, path(condition === undefined ? { element: gate } : { element: gate, condition }));
    expect(verdict.result).toBe(result);
    expect([...new Set(verdict.reasons.map(({ kind }) => kind))]).toEqual(kinds);
  });

  test.each([
    ['nobody wrote down what the hop does', element('dark', fact('undocumented'))],
    ['the hop has no fact about the flow', element('empty')],
    ['all that stands behind the hop is an inference', element('guess', fact('carries', { evidence: [GUESS] }))],
  ])('is unverified when %s', (_, unclear) => {
    const verdict = assess(PPTP, path({ element: WIRE }, { element: unclear }));
    expect(verdict.result).toBe('unverified');
    expect(
      verdict.reasons.every(
        ({ code, kind, hopIndex }) => code === 'PATH_UNVERIFIED' && kind === 'unknown' && hopIndex === 1,
      ),
    ).toBe(true);
  });

  test('puts the facts of the hop itself before those of its element', () => {
    const own = fact('drops', { protocols: [IpProtocol.TCP], code: 'NO_INTERNET_ROUTE' });
    const { reasons } = assess(PPTP, path({ element: WIRE, facts: [own] }));
    expect([...new Set(reasons.map(({ code, flow }) => `${code} ${flow.id}`))]).toEqual(['NO_INTERNET_ROUTE tcp-1723']);
  });

  test('falls back to the set of flows that passes: IKEv2 without ESP still has UDP 4500', () => {
    const noEsp = element('wall', fact('drops', { protocols: [IpProtocol.ESP] }), fact('carries'));
    const verdict = assess(IKEV2, path({ element: noEsp }));
    expect(verdict.result).toBe('works');
    expect(verdict.flowSet.flows.map(({ id }) => id)).toEqual(['udp-500', 'udp-4500']);
  });

  test('over several paths is the worst of them', () => {
    const verdicts = [WIRE, element('dark'), element('closed', fact('drops'))].map((e) =>
      assess(PPTP, path({ element: e })),
    );
    expect(worst(verdicts.slice(0, 1))).toBe('works');
    expect(worst(verdicts.slice(0, 2))).toBe('unverified');
    expect(worst(verdicts)).toBe('cannot-work');
  });

  test('never gets better by adding a hop, for any elements and any protocol', () => {
    const rank = { 'cannot-work': 0, unverified: 1, works: 2 };
    const anyFact = fc
      .record({
        carriage: fc.constantFrom('carries', 'drops', 'conditional', 'undocumented' as const),
        protocols: fc.oneof(fc.constant('any' as const), fc.subarray([6, 17, 47, 50] as const, { minLength: 1 })),
        evidence: fc.constantFrom([GUESS], WIRE.facts[0]?.evidence ?? []),
      })
      .map(({ carriage, ...more }) => fact(carriage as 'carries', more as object));
    const anyHop: fc.Arbitrary<Hop> = fc.record({
      element: fc.array(anyFact, { maxLength: 3 }).map((facts) => element('x', ...facts)),
      condition: fc.constantFrom('met', 'not-met', 'unknown' as const),
    }) as fc.Arbitrary<Hop>;
    fc.assert(
      fc.property(
        fc.constantFrom(...VPN_PROTOCOLS),
        fc.array(anyHop, { minLength: 1, maxLength: 5 }),
        anyHop,
        (protocol, hops, more) => {
          const before = assess(protocol, path(...hops)).result;
          const after = assess(protocol, path(...hops, more));
          expect(rank[after.result]).toBeLessThanOrEqual(rank[before]);
          expect(after.reasons.every(({ hop, hopIndex }) => after.path.hops[hopIndex] === hop)).toBe(true);
        },
      ),
    );
  });
});
