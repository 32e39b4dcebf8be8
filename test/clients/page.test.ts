import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_DEVICES } from '../../lib/clients';
import { clientsPage } from '../../scripts/clients';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'clients.md'), 'utf8');

describe('docs/clients.md', () => {
  test('says what the devices say; run `npx tsx scripts/clients.ts` after changing them', () => {
    expect(page).toBe(clientsPage());
  });

  test('has a row and a section for each device', () => {
    const rows = [...page.matchAll(/^\| `(\S+)` \|/gm)].map(([, id]) => id);
    const sections = [...page.matchAll(/^### .*: `(\S+)`$/gm)].map(([, id]) => id);
    const ids = CLIENT_DEVICES.map(({ id }) => id);
    expect(rows).toEqual(ids);
    expect(sections).toEqual(ids);
  });

  test('answers in short what a device speaks, and marks what nobody wrote down', () => {
    expect(page).toContain('| `windows-11` | Windows 11 | built in | built in | built in | built in | app | app |');
    expect(page).toContain('| `ios` | iOS 10 and later, iPadOS | no | built in | no ? | built in | app | app |');
    expect(page).toContain('| Windows Server 2025 | ports closed | ports closed | accepted | accepted | no | no |');
  });

  test('has a source for each number, and refers to each source', () => {
    const defined = [...page.matchAll(/^(\d+)\. <a id="source-(\d+)"><\/a>/gm)].map(([, , id]) => Number(id));
    const referred = new Set([...page.matchAll(/\]\(#source-(\d+)\)/g)].map(([, id]) => Number(id)));
    expect(defined.length).toBeGreaterThan(40);
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
    expect(tables.length).toBe(3);
    expect(ragged).toEqual([]);
  });
});
