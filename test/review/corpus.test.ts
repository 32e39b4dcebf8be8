import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FINDING_KINDS, review } from 'pptp-constructs/review';
import { summary } from './support/summary';

const folder = join(__dirname, 'corpus');
const templates = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Each template has its answer beside it, kept as it came out and judged by a person: what it serves, and what is found. */
describe.each(templates)('%s', (name) => {
  const reviewed = review([join(folder, name)], { today: '2026-11-23' });

  test('gives the answer that stands beside it', () => {
    const expected = readFileSync(join(folder, name.replace('.yaml', '.answer.txt')), 'utf8');
    expect(summary(reviewed, folder)).toBe(expected);
  });

  test('has a place for each finding', () => {
    for (const { origin } of reviewed.findings) {
      expect(origin.position).toEqual({ line: expect.any(Number), column: expect.any(Number) });
    }
  });

  const kind = FINDING_KINDS.find(({ id }) => id === basename(name, '.yaml'));
  if (kind !== undefined) {
    test('holds the finding that it is called after', () => {
      expect(reviewed.findings.map((finding) => finding.kind.id)).toContain(kind.id);
    });
  }
});
