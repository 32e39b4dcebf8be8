import { DIRECTIONS, type Direction, type End, IpProtocol } from '../../flows';
import type { CarriageFact } from '../element';
import type { Evidence } from '../evidence';
import { Call, type CallSetup, type Loss, type Machine } from './call';

const SETUP: CallSetup = {
  client: '198.51.100.1',
  gateway: '192.0.2.1',
  clientCallId: 0x1111,
  gatewayCallId: 0x2222,
};

const WHY: Record<Loss, Pick<CarriageFact, 'because' | 'code' | 'remedy'>> = {
  'new-refused': {
    because:
      'Without a PPTP helper the two directions of a call look to connection tracking like two that have nothing to do with each other: GRE (IP protocol 47) stays new, and no rule accepts that.',
    code: 'PPTP_HELPER_MISSING',
    remedy: 'attach the PPTP helper to TCP 1723, or accept IP protocol 47 from the other end, whatever its state',
  },
  'related-refused': {
    because:
      'The PPTP helper makes the first packet of GRE (IP protocol 47) RELATED, and the rules accept only what is established: that packet is dropped, and the helper forgets the call with it.',
    code: 'RULE_MISSING',
    remedy: 'accept what is related beside what is established',
  },
  'established-refused': {
    because:
      'Once both ends have sent, GRE (IP protocol 47) is established, and the rules accept only what is related.',
    code: 'RULE_MISSING',
    remedy: 'accept what is established beside what is related',
  },
  'not-translated': {
    because:
      'GRE (IP protocol 47) has no ports, and the two directions of a call carry different Call IDs: without a PPTP helper the router cannot tell which client an answer is for. A rule that accepts GRE does not change that.',
    code: 'PPTP_HELPER_MISSING',
    remedy: 'switch PPTP passthrough on, or on Linux attach the helper to TCP 1723 (nft "ct helper set")',
  },
  'not-forwarded': {
    because: 'What forwards TCP 1723 alone does not forward GRE, which is IP protocol 47 and no port: it ends there.',
    code: 'RULE_MISSING',
    remedy: 'forward IP protocol 47 beside TCP 1723, translate one to one, or switch the PPTP helper on',
  },
};

const RACE: Record<End, string> = {
  client: 'Here it is so in calls in which the client sends first, as most do.',
  gateway: 'Here it is so in calls in which the gateway sends first.',
};

/** What a machine does with the GRE of PPTP calls, as facts: worked out for calls in which either end is first. */
export function greFacts(
  machine: () => Machine,
  { carries, evidence }: { carries: string; evidence: readonly Evidence[] },
): readonly CarriageFact[] {
  const base = { protocols: [IpProtocol.GRE], evidence };
  const facts = DIRECTIONS.flatMap((direction): CarriageFact[] => {
    const losses = { client: loss(machine(), direction, 'client'), gateway: loss(machine(), direction, 'gateway') };
    const fact = (first: End, race = ''): CarriageFact => {
      const lost = losses[first];
      const { because, ...why } = lost === undefined ? { because: carries } : WHY[lost];
      const carriage = lost === undefined ? 'carries' : 'drops';
      return { ...base, direction, carriage, because: `${because}${lost === undefined ? '' : race}`, ...why };
    };
    return losses.client === losses.gateway
      ? [fact('client')]
      : (['client', 'gateway'] as const).map((first) => ({ ...fact(first, ` ${RACE[first]}`), first }));
  });
  return facts.every(({ carriage }) => carriage === 'carries')
    ? [{ ...base, carriage: 'carries', because: carries }]
    : facts;
}

/** Why the first packet of a direction to be lost is lost, while both ends send in turn. */
function loss(machine: Machine, direction: Direction, first: End): Loss | undefined {
  const call = new Call([machine], SETUP);
  const turns = first === 'client' ? DIRECTIONS : [...DIRECTIONS].reverse();
  return [...turns, ...turns]
    .map((turn) => ({ turn, lost: call.send(turn) }))
    .find(({ turn, lost }) => turn === direction && lost !== undefined)?.lost;
}
