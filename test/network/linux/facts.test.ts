import { assess, pathOf } from '../../../lib/feasibility';
import { Flow } from '../../../lib/flows';
import { type CarriageFact, type Evidence, factFor, type NetworkElement } from '../../../lib/network';
import { greFacts } from '../../../lib/network/linux/facts';
import { ANYTHING, Filter, type GreRule } from '../../../lib/network/linux/machines';
import { PPTP } from '../../../lib/protocols';

const RAN: Evidence = { kind: 'experiment', title: 'Tried', read: '2026-11', certainty: 'high' };

const host = (hasHelper: boolean, ...toGateway: GreRule[]): readonly CarriageFact[] =>
  greFacts(() => new Filter({ hasHelper, toGateway, toClient: ANYTHING }), {
    carries: 'It is let in.',
    evidence: [RAN],
  });
const element = (facts: readonly CarriageFact[]): NetworkElement => ({
  id: 'any.filter',
  platform: 'any',
  name: 'filter',
  short: 'filter',
  notes: [],
  facts: [{ protocols: [6], carriage: 'carries', because: 'TCP is let in.', evidence: [RAN] }, ...facts],
});

test('a filter that is the same for both directions, whoever is first, gives one fact', () => {
  expect(host(false, {})).toEqual([
    { protocols: [47], carriage: 'carries', because: 'It is let in.', evidence: [RAN] },
  ]);
});

test('a filter on which it depends who is first gives a fact for each, and no verdict that it works', () => {
  const race = element(host(true, { states: ['established'] }));
  const fact = (first: 'client' | 'gateway') => factFor(race, Flow.GRE, 'to-gateway', first);
  expect(fact('gateway')).toMatchObject({ carriage: 'carries', first: 'gateway' });
  expect(fact('client')).toMatchObject({
    carriage: 'drops',
    first: 'client',
    code: 'RULE_MISSING',
    because:
      'The PPTP helper makes the first packet of GRE (IP protocol 47) RELATED, and the rules accept only what is established: that packet is dropped, and the helper forgets the call with it. Here it is so in calls in which the client sends first, as most do.',
  });
  const { result, reasons } = assess(PPTP, pathOf('client', [{ element: race }]));
  expect(result).toBe('cannot-work');
  expect(reasons.map(({ flow, direction }) => [flow.id, direction])).toEqual([['gre', 'to-gateway']]);
});

test('a rule for what is related alone loses a call after its first answer', () => {
  const { reasons } = assess(PPTP, pathOf('client', [{ element: element(host(true, { states: ['related'] })) }]));
  expect(reasons.map(({ because }) => because)).toEqual([
    'Once both ends have sent, GRE (IP protocol 47) is established, and the rules accept only what is related.',
  ]);
});
