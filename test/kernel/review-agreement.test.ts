import * as review from 'pptp-constructs/review';
import { AskedReview } from './support/review-asked';
import { ASKED, casesOf, contradicting, isKnownCase } from './support/review-cases';
import { MUTANTS, reviewWith } from './support/review-mutants';
import { type Done, Prober } from './support/review-probes';

const CASES = casesOf(1200, 6);

/** How many of them a planted bug has to be found with. */
const FOR_MUTANTS = 200;

const BATCH = 100;

let done: Done[] = [];

beforeAll(async () => {
  const prober = await Prober.start();
  try {
    for (let at = 0; at < CASES.length; at += BATCH) {
      done = done.concat(prober.ask(CASES.slice(at, at + BATCH)));
    }
  } finally {
    await prober.stop();
  }
}, 300_000);

/** What the kernel did and a review says otherwise. It may leave open what it was not told, and nothing else. */
function* disagreements(api: typeof review, about: readonly Done[]): Generator<string> {
  const asked = new AskedReview(api);
  let current: { readonly index: number; readonly say: ReturnType<AskedReview['say']> } | undefined;
  for (const { case: one, version, client, asked: what, arrives, returns } of about) {
    const said = (() => {
      try {
        if (current?.index !== one.index) {
          current = { index: one.index, say: asked.say(one) };
        }
        return current.say(version, client, what);
      } catch (error) {
        return String(error);
      }
    })();
    const name = `case ${one.index}: ${what.id} of ${client}`;
    if (typeof said === 'string') {
      yield `${name}: ${said}`;
      continue;
    }
    const both = returns === undefined ? (arrives ? undefined : false) : arrives && returns;
    for (const [question, verdict, truth] of [
      ['arrives', said.arrives, arrives],
      ['returns', said.returns, returns],
      ['both', said.both, both],
    ] as const) {
      const isOpen = verdict === 'unknown' && !isKnownCase(one);
      if (verdict !== undefined && truth !== undefined && !isOpen && verdict !== (truth ? 'passes' : 'drops')) {
        yield `${name}, ${question}: the kernel says ${truth ? 'yes' : 'no'}, the review ${verdict}`;
      }
    }
  }
}

describe('what is compared', () => {
  test('a thousand rule sets and more, each with a stateless hop and at least five rules there and behind it', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(1000);
    for (const { filters } of CASES) {
      expect(filters.map(({ kind }) => kind).indexOf('network-acl')).toBe(0);
      expect(filters.length).toBeGreaterThanOrEqual(2);
      expect(Math.min(...filters.slice(0, 2).map(({ sets }) => sets[0]?.length ?? 0))).toBeGreaterThanOrEqual(5);
    }
  });

  test('each has a rule for a protocol without ports, and rules that contradict each other', () => {
    for (const { filters } of CASES) {
      const rules = filters.flatMap(({ sets }) => sets.flat());
      expect(rules.some(({ protocol }) => protocol === 47 || protocol === 50)).toBe(true);
      const [outer, inner] = filters;
      expect(contradicting(outer?.sets.flat() ?? [])).not.toEqual([]);
      const pairs = contradicting(inner?.sets.flat() ?? []);
      expect(pairs.length > 0).toBe(inner?.kind !== 'security-groups');
    }
  });

  test('many contradict each other at one priority', () => {
    const equal = CASES.filter(({ filters }) =>
      filters.some(({ sets }) => contradicting(sets.flat()).some(([allow, deny]) => allow.number === deny.number)),
    );
    expect(equal.length).toBeGreaterThan(100);
  });

  test.each(ASKED.flatMap(({ id }) => ([4, 6] as const).map((version) => [id, version] as const)))(
    '%s over IPv%d: much of it passes and much does not, in both directions',
    (id, version) => {
      const own = done.filter(({ asked, version: each }) => asked.id === id && each === version);
      for (const answers of [own.map(({ arrives }) => arrives), own.flatMap(({ returns }) => returns ?? [])]) {
        expect(answers.filter((yes) => yes).length).toBeGreaterThan(300);
        expect(answers.filter((yes) => !yes).length).toBeGreaterThan(300);
      }
    },
  );
});

test('the kernel and the review agree about every packet', () => {
  const all = [...disagreements(review, done)];
  expect([all.length, ...all.slice(0, 20)]).toEqual([0]);
});

test('what the review leaves open is little, even where it is not told everything', () => {
  const asked = new AskedReview(review);
  const own = done.filter((each) => !isKnownCase(each.case) && each.case.index < FOR_MUTANTS);
  const open = own.filter((each) => {
    const { arrives, returns } = asked.say(each.case)(each.version, each.client, each.asked);
    return arrives === 'unknown' || returns === 'unknown';
  });
  expect(open.length).toBeGreaterThan(0);
  expect(open.length / own.length).toBeLessThan(0.3);
});

describe('a bug is found', () => {
  test.each(MUTANTS.map((mutant) => [mutant.bug, mutant] as const))('%s', (_bug, mutant) => {
    const about = done.filter((each) => each.case.index < FOR_MUTANTS);
    const { value } = disagreements(reviewWith(mutant), about).next();
    expect(value).toMatch(/^case /);
  });
});
