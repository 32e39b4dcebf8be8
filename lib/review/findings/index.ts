import { Answers, World } from '../evaluate';
import type { Estate } from '../model';
import { azure } from './azure';
import { exposure } from './exposure';
import type { Context, Finding, FindingKind, NewFinding, Topic } from './finding';
import { gateways, statelessSets } from './gateways';
import { google } from './google';
import { halves } from './halves';
import { machines } from './machines';
import { isNoted } from './noted-ports';
import { order } from './order';
import { spelling } from './spelling';

export type { Context, Finding, FindingKind, NewFinding, Severity, Topic } from './finding';

/** Every topic. A new one is added here and nowhere else. */
export const TOPICS: readonly Topic[] = [
  halves,
  spelling,
  exposure,
  order,
  gateways,
  statelessSets,
  machines,
  azure,
  google,
];

/** Every kind of findings, with its stable id. */
export const FINDING_KINDS: readonly FindingKind[] = TOPICS.flatMap(({ kinds }) => kinds);

/** Settings of a search for findings. */
export interface FindOptions {
  /**
   * The day on which the ages of written reasons are counted, `YYYY-MM-DD`.
   *
   * @default - today, in UTC
   */
  readonly today?: string;
}

/** Looks for everything that there is to find, each once, in the order of the topics. */
export function findingsOf(answers: Answers, options: FindOptions = {}): readonly Finding[] {
  const found = new Map<string, Finding>();
  const { world } = answers;
  const context: Context = {
    estate: world.estate,
    world,
    answers,
    today: options.today ?? new Date().toISOString().slice(0, 10),
    report: (finding) => {
      const { what, ...rest } = finding;
      const key = keyOf(finding);
      if (!found.has(key)) {
        found.set(key, { evidence: [], ...rest, severity: finding.severity ?? finding.kind.severity, key });
      }
    },
  };
  const byRule = TOPICS.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  for (const set of world.estate.all('rule-set')) {
    for (const rule of set.rulesAbout?.(isNoted) ?? set.rules) {
      for (const check of byRule) {
        check(rule, set, context);
      }
    }
  }
  for (const { estate } of TOPICS) {
    estate?.(context);
  }
  const rank = new Map(FINDING_KINDS.map(({ id }, index) => [id, index]));
  return [...found.values()].sort((a, b) => (rank.get(a.kind.id) ?? 0) - (rank.get(b.kind.id) ?? 0));
}

function keyOf({ kind, thing, what, message }: NewFinding): string {
  return `${kind.id} ${thing.id} ${what ?? message}`;
}

/** An estate with everything that is asked of it. */
export function answersOf(estate: Estate): Answers {
  return new Answers(new World(estate));
}
