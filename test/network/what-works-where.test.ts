import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESULT_WORDS, table } from '../../lib/cli/explain-table';
import { PLATFORM_IDS } from '../../lib/network';
import { whatWorksWhere } from '../../scripts/what-works-where';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'what-works-where.md'), 'utf8');

describe('docs/what-works-where.md', () => {
  test('says what the facts say; run `npx tsx scripts/what-works-where.ts` after changing them', () => {
    expect(page).toBe(whatWorksWhere());
  });

  test('has the table that explain prints, row by row', () => {
    const printed = table().map(
      ({ way, results }) => `| ${[way.title, ...results.map(({ result }) => RESULT_WORDS[result])].join(' | ')} |`,
    );
    const [head = '', ...rest] = page.split('| Way to the gateway | PPTP ')[1]?.split('\n') ?? [];
    expect(head).toBe('| L2TP/IPsec | SSTP | IKEv2 | OpenVPN | WireGuard |');
    expect(rest.slice(1, rest.indexOf(''))).toEqual(printed);
  });

  test.each([
    ['AWS, internet gateway', 'works works works works works works'],
    ['AWS, behind NAT gateway', 'no no no no no no'],
    ['AWS, behind NLB', 'no works works works works works'],
    ['AWS, behind ALB', 'no no no no no no'],
    ['AWS, behind Global Accelerator', 'no works works works works works'],
    ['AWS, over transit gateway', 'unverified works works works works works'],
    ['AWS, Client VPN endpoint', 'no no no no works no'],
    ['Azure, public IP', 'no works works works works works'],
    ['Azure, behind load balancer', 'no works works works works works'],
    ['Azure, VPN Gateway', 'no no no works works no'],
    ['Google Cloud, external IP', 'unverified works works works works works'],
    ['Google Cloud, behind Cloud NAT', 'no no no no no no'],
    ['Hetzner Cloud, public IP', 'works works works works works works'],
    ['DigitalOcean, public IP', 'no works works works works works'],
    ['Linode, public IP', 'no works works works works works'],
    ['Scaleway, public IP', 'unverified works works works works works'],
    ['No cloud, behind port forward', 'no works works works works works'],
    ["No cloud, public address; clients behind clients' NAT router", 'unverified works works works works works'],
    ['No cloud, public address; clients behind NAT router without helper', 'no works works works works works'],
    ['No cloud, public address; clients behind carrier NAT', 'unverified works works works works works'],
    ["No cloud, public address; clients behind client's 1:1 NAT", 'works works works works works works'],
  ])('answers in short: %s', (title, results) => {
    expect(page).toContain(`\n| ${title} | ${results.replaceAll(' ', ' | ')} |\n`);
  });

  test('names the kinds of evidence of every hop of every way', () => {
    const [section = ''] = page.split('| Way to the gateway | Each hop |')[1]?.split('\n\n') ?? [];
    const rows = section.split('\n').slice(2);
    expect(rows.length).toBe(table().length);
    const cells = rows.flatMap((row) => row.split(/(?<!\\)\|/)[2]?.split('<br>') ?? []);
    expect(cells.filter((cell) => !/: (vendor|field report|experiment|inference)(, |$| )/.test(cell))).toEqual([]);
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
    // Two in short, one for each platform, one of the protocols.
    expect(tables.length).toBe(PLATFORM_IDS.length + 3);
    expect(ragged).toEqual([]);
  });
});
