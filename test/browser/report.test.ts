import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from '../support/cli';
import { Browser } from './support/browser';
import { HOSTILE, type Page, pages } from './support/pages';

const REPORTS = join(repository, 'docs', 'reports');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const MERMAID = readFileSync(require.resolve('@mermaid-js/tiny/dist/mermaid.tiny.js'), 'utf8');

const checkedIn = readdirSync(REPORTS)
  .filter((name) => name.endsWith('.html'))
  .map((name): Page => {
    const markdown = readFileSync(join(REPORTS, name.replace('.html', '.md')), 'utf8');
    return { name: `docs/reports/${name}`, html: readFileSync(join(REPORTS, name), 'utf8'), markdown };
  });
const all = [...checkedIn, ...pages()];

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pptp-constructs-pages-'));
  browser = await Browser.start();
});
afterAll(async () => {
  await browser?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the page of a report as a file, and says which. */
async function open({ html }: Page): Promise<string> {
  const file = join(folder, 'report.html');
  writeFileSync(file, html);
  const address = pathToFileURL(file).href;
  await browser.open(address);
  return address;
}

describe.each(all)('the page of $name', (page) => {
  test.each([
    ['light', false],
    ['dark', true],
  ])('is accessible, %s, contrast included', async (_theme, dark) => {
    await browser.show({ dark });
    await open(page);
    await browser.evaluate(AXE);
    const { violations, incomplete, passes } = await browser.evaluate<
      Record<'violations' | 'incomplete' | 'passes', string[]>
    >(`
      axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((found) => ({
        violations: found.violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, failureSummary }) => html + failureSummary).join()),
        incomplete: found.incomplete.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join()),
        passes: found.passes.map(({ id }) => id),
      }))`);
    expect(violations).toEqual([]);
    // It does not judge letters of diagrams, nor single signs: the next test does.
    expect(incomplete.filter((found) => !found.startsWith('color-contrast: '))).toEqual([]);
    expect(passes).toEqual(
      expect.arrayContaining([
        'color-contrast',
        'document-title',
        'heading-order',
        'html-has-lang',
        'landmark-one-main',
        'region',
      ]),
    );
  });

  test.each([
    ['light', false],
    ['dark', true],
  ])('has letters and signs that stand out from what is behind them, %s', async (_theme, dark) => {
    await browser.show({ dark });
    await open(page);
    const faint = await browser.evaluate<string[]>(`(() => {
      const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ratio = (one, other) => {
        const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
        return (high + 0.05) / (low + 0.05);
      };
      const page = getComputedStyle(document.body).backgroundColor;
      const box = document.querySelector('svg .place, svg .end');
      const behind = [page, ...(box === null ? [] : [getComputedStyle(box).fill])];
      const faint = (elements, colour, least) => [...document.querySelectorAll(elements)]
        .filter((element) => behind.some((other) => ratio(getComputedStyle(element)[colour], other) < least))
        .map(({ outerHTML }) => outerHTML);
      return [
        ...faint('svg text', 'fill', 4.5),
        ...faint('[aria-hidden]', 'color', 4.5),
        // Lines and signs: 3 to 1 (WCAG 1.4.11).
        ...faint('svg .lane, svg .mark circle, svg .sign', 'stroke', 3),
      ];
    })()`);
    expect(faint).toEqual([]);
  });

  test('asks for nothing, runs nothing, and breaks its own policy nowhere', async () => {
    await browser.show({});
    const address = await open(page);
    expect(browser.requests()).toEqual([address]);
    expect(browser.complaints()).toEqual([]);
    expect(
      await browser.evaluate(`[...document.querySelectorAll('script, img, iframe, object, embed, link, form, base, [style]')].length
        + [...document.querySelectorAll('*')].flatMap(({ attributes }) => [...attributes]).filter(({ name }) => name.startsWith('on')).length`),
    ).toBe(0);
  });

  test('is styled by the sheet that its policy names', async () => {
    await browser.show({});
    await open(page);
    expect(await browser.evaluate('getComputedStyle(document.body).maxWidth')).toBe('1216px');
  });

  test('has the same text without scripts', async () => {
    await browser.show({});
    await open(page);
    const text = await browser.evaluate<string>('document.body.innerText');
    await browser.show({ scripts: false });
    await browser.open(pathToFileURL(join(folder, 'report.html')).href);
    expect(await browser.evaluate('document.body.innerText')).toBe(text);
  });

  test('fits a telephone: what is wider moves by itself', async () => {
    await browser.show({ width: 360 });
    await open(page);
    expect(await browser.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(360);
  });

  test('keeps each text of a diagram in its column', async () => {
    await browser.show({});
    await open(page);
    const outside = await browser.evaluate<string[]>(`[...document.querySelectorAll('svg text')].filter((text) => {
      const { x, width } = text.getBBox();
      const whole = text.ownerSVGElement.viewBox.baseVal.width;
      const ends = [224];
      for (let end = 236 + 196; end <= whole; end += 196) ends.push(end);
      const isEnd = text.previousElementSibling?.classList.contains('end');
      return x + width > (isEnd ? whole : ends.find((end) => end > x));
    }).map((text) => text.textContent)`);
    expect(outside).toEqual([]);
  });

  test('says in words what it shows by colour: without styles every verdict is there', async () => {
    await browser.show({});
    await open(page);
    expect(
      await browser.evaluate(`[...document.querySelectorAll('.good, .bad, .open, .warning, .hand')]
        .filter(({ tagName, textContent }) => tagName === 'SPAN' && !/^[✓✗?!☐] \\S/.test(textContent)).map(({ outerHTML }) => outerHTML)`),
    ).toEqual([]);
    // A lane that is dropped somewhere has a sign of its own there.
    expect(
      await browser.evaluate(`[...document.querySelectorAll('svg g.mark')]
        .filter((mark) => mark.querySelectorAll('circle, path.sign').length !== 2).length`),
    ).toBe(0);
  });

  test('has a target for each of its links', async () => {
    await browser.show({});
    await open(page);
    expect(
      await browser.evaluate(
        `[...document.querySelectorAll('a')].map((a) => a.getAttribute('href')).filter((to) => to.startsWith('#') ? !document.getElementById(to.slice(1)) : !to.startsWith('https://'))`,
      ),
    ).toEqual([]);
  });

  test('can be printed and pictured', async () => {
    await browser.show({ print: true });
    await open(page);
    // The contents are for a screen; everything else is on paper too, dark letters on white.
    expect(await browser.evaluate(`getComputedStyle(document.querySelector('nav')).display`)).toBe('none');
    expect(await browser.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect((await browser.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
    const picture = await browser.screenshot();
    expect(picture.subarray(8, 12).toString()).toBe('WEBP');
    expect(picture.length).toBeGreaterThan(10_000);
  });
});

test('a dark page is dark', async () => {
  const [page] = all;
  await browser.show({ dark: true });
  await open(page as Page);
  expect(await browser.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(13, 17, 23)');
});

test('names from files are shown letter by letter, and what cannot be seen by its code', async () => {
  const page = all.find(({ name }) => name === 'hostile names') as Page;
  await browser.show({});
  await open(page);
  expect(await browser.evaluate('document.title')).toBe(
    HOSTILE.replace(/\s+/g, ' ')
      .replace(/[\p{Cc}\p{Cf}]/gu, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`)
      .replace('\ud800', '\ufffd'),
  );
  expect(await browser.evaluate('typeof hostile')).toBe('undefined');
  expect(
    await browser.evaluate(
      `[...document.querySelectorAll('code')].some(({ textContent }) => textContent.includes('<script>hostile()</script>'))`,
    ),
  ).toBe(true);
});

describe('the Mermaid of every report', () => {
  const diagrams = all.flatMap(({ name, markdown }) =>
    [...markdown.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map(([, text = ''], index) => ({
      name: `${name}, ${index + 1}`,
      text,
    })),
  );

  beforeAll(async () => {
    await browser.show({});
    const file = join(folder, 'mermaid.html');
    writeFileSync(file, '<!DOCTYPE html><html lang="en"><body><div id="here"></div></body></html>');
    await browser.open(pathToFileURL(file).href);
    await browser.evaluate(MERMAID);
    // As a pull request shows it.
    await browser.evaluate(`mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })`);
  });

  test('is there', () => {
    expect(diagrams.length).toBeGreaterThan(all.length / 2);
  });

  test.each(diagrams)('$name: Mermaid draws it, with every node, link and word', async ({ text }) => {
    expect(
      await browser.evaluate(`mermaid.parse(${JSON.stringify(text)}).then(({ diagramType }) => diagramType)`),
    ).toBe('flowchart-v2');
    const drawn = await browser.evaluate<{
      nodes: number;
      links: number;
      lanes: number;
      order: string[];
      words: string;
      bad: number;
    }>(`
      mermaid.render('drawn', ${JSON.stringify(text)}).then(({ svg }) => {
        here.innerHTML = svg;
        return {
          nodes: here.querySelectorAll('.node').length,
          links: here.querySelectorAll('path.flowchart-link').length,
          lanes: here.querySelectorAll('.cluster').length,
          order: [...here.querySelectorAll('.cluster')].sort((a, b) => a.getBoundingClientRect().x - b.getBoundingClientRect().x).map(({ textContent }) => textContent.trim().slice(2)),
          words: here.textContent,
          bad: here.querySelectorAll('script, img, a, [onclick], [onload], [onerror]').length,
        };
      })`);
    const count = (pattern: RegExp) => [...text.matchAll(pattern)].length;
    expect(drawn.nodes).toBe(count(/:::/g));
    expect(drawn.links).toBe(count(/ -->|-\.->/g));
    expect(drawn.lanes).toBe(count(/^ {2}subgraph /gm));
    // From the left as they are numbered: the control connection first.
    const titles = [...text.matchAll(/^ {2}subgraph l(\d+)\["[✓✗?] (.*)"\]$/gm)].sort(
      ([, a], [, b]) => Number(a) - Number(b),
    );
    expect(drawn.order).toEqual(titles.map(([, , title = '']) => title));
    expect(drawn.bad).toBe(0);
    expect(drawn.words).toMatch(/[✓✗?] /);
  });

  test('shows names from files letter by letter', async () => {
    const { text } = diagrams.find(({ name }) => name.startsWith('hostile names')) as { text: string };
    const words = await browser.evaluate<string>(
      `mermaid.render('drawn', ${JSON.stringify(text)}).then(({ svg }) => { here.innerHTML = svg; return here.textContent; })`,
    );
    expect(words).toContain('<script>hostile()</script>');
    expect(words).toContain('click a hostile "x"; end; subgraph b["');
  });
});
