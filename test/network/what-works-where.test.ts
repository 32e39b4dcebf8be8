import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { whatWorksWhere } from '../../scripts/what-works-where';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'what-works-where.md'), 'utf8');

describe('docs/what-works-where.md', () => {
  test('says what the facts say; run `npx tsx scripts/what-works-where.ts` after changing them', () => {
    expect(page).toBe(whatWorksWhere());
  });

  test('answers in short what works on which way', () => {
    const rows = page.split('\n').filter((line) => /^\| (AWS|Azure), /.test(line));
    expect(rows.join('\n')).toBe(
      [
        '| AWS, Elastic IP | works | works | works | works | works | works |',
        '| AWS, behind a NAT gateway | no | no | no | no | no | no |',
        '| AWS, behind an NLB | no | works | works | works | works | works |',
        '| AWS, behind an ALB | no | no | no | no | no | no |',
        '| AWS, behind Global Accelerator | no | works | works | works | works | works |',
        '| AWS, over a transit gateway | unverified | works | works | works | works | works |',
        '| Azure, public IP | no | works | works | works | works | works |',
        '| Azure, behind a load balancer | no | works | works | works | works | works |',
      ].join('\n'),
    );
  });

  test('has a source for each number, and refers to each source', () => {
    const defined = [...page.matchAll(/^(\d+)\. <a id="source-(\d+)"><\/a>/gm)].map(([, , id]) => Number(id));
    const referred = new Set([...page.matchAll(/\]\(#source-(\d+)\)/g)].map(([, id]) => Number(id)));
    expect(defined.length).toBeGreaterThan(50);
    expect(defined).toEqual(defined.map((_, i) => i + 1));
    expect([...referred].sort((a, b) => a - b)).toEqual(defined);
  });

  test('gives every table row as many cells as its head', () => {
    const tables = page.split(/\n\n+/).filter((block) => block.startsWith('| '));
    const cells = (line: string) => line.split(/(?<!\\)\|/).length;
    const ragged = tables.flatMap((table) => {
      const [head = '', ...rows] = table.split('\n');
      return rows.filter((row) => cells(row) !== cells(head));
    });
    expect(tables.length).toBe(5);
    expect(ragged).toEqual([]);
  });
});
