import { DIAGNOSTIC_CODES } from '../../lib/diagnostics';
import { DIRECTIONS, Flow } from '../../lib/flows';
import { AWS, AZURE, type CarriageFact, COMMON, factFor, GOOGLE, type NetworkElement } from '../../lib/network';
import * as clouds from '../../lib/network/clouds';

const ELEMENTS = [COMMON, AWS, AZURE, GOOGLE, ...Object.values(clouds)].flatMap((elements): NetworkElement[] =>
  Object.values(elements),
);
const FLOWS = [Flow.tcp(1723), Flow.udp(4500), Flow.GRE, Flow.ESP];

const facts = ELEMENTS.flatMap((element) =>
  element.facts.map((fact, i) => ({ fact, where: `${element.id}, fact ${i}` })),
);
const notes = ELEMENTS.flatMap((element) =>
  element.notes.map((note) => ({ note, where: `${element.id}, ${note.topic}` })),
);
const evidence = [
  ...facts.flatMap(({ fact, where }) => fact.evidence.map((one) => ({ one, where }))),
  ...notes.flatMap(({ note, where }) => note.evidence.map((one) => ({ one, where }))),
];

/** Where `wrong` holds, so that a failure names every place at once. */
function places<T extends { where: string }>(all: readonly T[], wrong: (one: T) => boolean): string[] {
  return all.filter(wrong).map(({ where }) => where);
}

describe('every element', () => {
  test('has an id of its platform that no other has', () => {
    const ids = ELEMENTS.map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    expect(ELEMENTS.filter(({ id, platform }) => !id.startsWith(`${platform}.`)).map(({ id }) => id)).toEqual([]);
    expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  });

  test('has a name in full that no other has, and a short one for the line of a path', () => {
    const names = ELEMENTS.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(ELEMENTS.filter(({ short }) => short.length === 0 || short.length > 26).map(({ id }) => id)).toEqual([]);
  });

  test('says what it does to TCP, UDP, GRE and ESP in both directions', () => {
    const silent = ELEMENTS.flatMap((element) =>
      FLOWS.flatMap((flow) =>
        DIRECTIONS.filter((direction) => factFor(element, flow, direction) === undefined).map(
          (direction) => `${element.id} ${flow.id} ${direction}`,
        ),
      ),
    );
    expect(silent).toEqual([]);
  });
});

describe('every fact', () => {
  test('has evidence', () => {
    expect(facts.length).toBeGreaterThan(100);
    expect(places(facts, ({ fact }) => fact.evidence.length === 0)).toEqual([]);
  });

  test('says why in sentences that end with a full stop', () => {
    expect(places(facts, ({ fact }) => !/^[A-Z].*\.$/s.test(fact.because) || fact.because.includes('  '))).toEqual([]);
  });

  test('names the protocol by its number where it is about GRE or ESP alone and does not carry it', () => {
    const named = (protocol: number, fact: CarriageFact) =>
      fact.because.includes(`${protocol}`) ||
      fact.condition?.includes(`${protocol}`) ||
      fact.remedy?.includes(`${protocol}`);
    const alone =
      (protocol: number) =>
      ({ fact }: { fact: CarriageFact }) =>
        fact.carriage !== 'carries' &&
        fact.protocols.length === 1 &&
        fact.protocols[0] === protocol &&
        !named(protocol, fact);
    expect(places(facts, alone(47))).toEqual([]);
    expect(places(facts, alone(50))).toEqual([]);
  });

  test('has a code exactly where it drops, or may drop when its condition does not hold', () => {
    expect(
      places(
        facts,
        ({ fact }) => (fact.carriage === 'drops' || fact.carriage === 'conditional') !== (fact.code !== undefined),
      ),
    ).toEqual([]);
    expect(places(facts, ({ fact }) => fact.code !== undefined && !DIAGNOSTIC_CODES.includes(fact.code))).toEqual([]);
  });

  test('has a condition exactly where it is conditional, as a phrase that fits into a sentence', () => {
    expect(places(facts, ({ fact }) => (fact.carriage === 'conditional') !== (fact.condition !== undefined))).toEqual(
      [],
    );
    expect(places(facts, ({ fact }) => /^[A-Z](?!CP|DP|RE)|[.!]$/.test(fact.condition ?? 'x'))).toEqual([]);
  });

  test('says what to change where a condition may not hold, as a phrase without full stop', () => {
    expect(places(facts, ({ fact }) => fact.carriage === 'conditional' && fact.remedy === undefined)).toEqual([]);
    expect(places(facts, ({ fact }) => /^[A-Z]|\.$/.test(fact.remedy ?? 'x'))).toEqual([]);
  });

  test('is reached: no earlier fact of its element hides it', () => {
    const hidden = ELEMENTS.flatMap((element) =>
      element.facts
        .filter(
          (fact) => !FLOWS_AND_PORTS.some((flow) => DIRECTIONS.some((way) => factFor(element, flow, way) === fact)),
        )
        .map((fact) => `${element.id}: ${fact.because}`),
    );
    expect(hidden).toEqual([]);
  });
});

const FLOWS_AND_PORTS = [...FLOWS, Flow.tcp(443), Flow.udp(443), Flow.udp(500), Flow.udp(51820)];

describe('every piece of evidence', () => {
  test('has a title, and the month in which it was read, not in the future', () => {
    expect(places(evidence, ({ one }) => one.title.trim().length < 5 || /\.$/.test(one.title))).toEqual([]);
    expect(places(evidence, ({ one }) => !/^20\d\d-(0[1-9]|1[0-2])$/.test(one.read) || one.read > '2026-11')).toEqual(
      [],
    );
  });

  test('names its source where somebody else says it', () => {
    expect(
      places(evidence, ({ one }) => (one.kind === 'vendor' || one.kind === 'field-report') && one.source === undefined),
    ).toEqual([]);
    expect(
      places(evidence, ({ one }) => one.source !== undefined && !/^(https?:\/\/|npm )\S/.test(one.source)),
    ).toEqual([]);
  });

  test('that is an inference is never more than medium sure, and has no source to hide behind', () => {
    const inferences = evidence.filter(({ one }) => one.kind === 'inference');
    expect(inferences.length).toBeGreaterThan(0);
    expect(places(inferences, ({ one }) => one.certainty === 'high' || one.source !== undefined)).toEqual([]);
  });

  test('that leaves something open says so in sentences', () => {
    expect(places(evidence, ({ one }) => one.caveat !== undefined && !/\.$/.test(one.caveat))).toEqual([]);
  });
});

describe('every note', () => {
  test('has a topic that its element has once, a text of sentences, and evidence', () => {
    expect(places(notes, ({ note }) => !note.text.endsWith('.') || note.text.includes('  '))).toEqual([]);
    expect(places(notes, ({ note }) => note.evidence.length === 0)).toEqual([]);
    const topics = notes.map(({ where }) => where);
    expect(topics.filter((where, i) => topics.indexOf(where) !== i)).toEqual([]);
  });
});

describe('the fact that decides', () => {
  const element: NetworkElement = {
    id: 'any.test',
    platform: 'any',
    name: 'test',
    short: 'test',
    notes: [],
    facts: [
      fact('GRE to the gateway', { protocols: [47], direction: 'to-gateway' }),
      fact('TCP 443', { protocols: [6], ports: [443] }),
      fact('TCP', { protocols: [6] }),
      fact('the rest to the client', { direction: 'to-client' }),
    ],
  };

  test.each([
    [Flow.GRE, 'to-gateway', 'GRE to the gateway'],
    [Flow.GRE, 'to-client', 'the rest to the client'],
    [Flow.tcp(443), 'to-gateway', 'TCP 443'],
    [Flow.tcp(1723), 'to-client', 'TCP'],
    [Flow.udp(443), 'to-client', 'the rest to the client'],
    [Flow.udp(443), 'to-gateway', undefined],
    [Flow.ESP, 'to-client', 'the rest to the client'],
  ] as const)('for %j %s is the first that fits protocol, port and direction', (flow, direction, because) => {
    expect(factFor(element, flow, direction)?.because).toBe(because);
  });

  test('for a protocol without ports is never one about ports', () => {
    const ports = { ...element, facts: [fact('some ports', { ports: [443] })] };
    expect(factFor(ports, Flow.GRE, 'to-gateway')).toBeUndefined();
    expect(factFor(ports, Flow.tcp(443), 'to-gateway')?.because).toBe('some ports');
  });

  function fact(because: string, more: Partial<CarriageFact>): CarriageFact {
    return { protocols: 'any', carriage: 'carries', because, evidence: [], ...more };
  }
});
