import { createHash } from 'node:crypto';
import { type Block, type Inline, type Report, type Section, SIGNS, type Text } from './document';
import { html as escaped } from './escape';
import { STYLE } from './style';
import { svg } from './svg';

/**
 * A report as one page of HTML: no scripts, nothing from elsewhere, and a policy in the page itself that would let neither
 * in. It can be read without colours, in a light and in a dark page, and on paper.
 */
export function reportHtml({ title, lead, sections }: Report): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const page = new Page();
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<header>',
    `<h1>${escaped(title)}</h1>`,
    ...lead.map((text) => `<p>${inlines(text)}</p>`),
    '</header>',
    '<nav aria-label="Contents">',
    '<ul>',
    ...sections.map(({ id, title: name }) => `<li><a href="#${escaped(id)}">${escaped(name)}</a></li>`),
    '</ul>',
    '</nav>',
    '<main>',
    ...sections.map((section) => page.section(section, 2)),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** What is numbered through on a page. */
class Page {
  private count = 0;

  public section({ id, title, blocks }: Section, level: number): string {
    const tag = `h${Math.min(level, 6)}`;
    return [
      `<section aria-labelledby="${escaped(id)}">`,
      `<${tag} id="${escaped(id)}">${escaped(title)}</${tag}>`,
      ...blocks.map((block) => this.block(block, level)),
      '</section>',
    ].join('\n');
  }

  private block(block: Block, level: number): string {
    switch (block.kind) {
      case 'section':
        return this.section(block, level + 1);
      case 'paragraph':
        return `<p>${inlines(block.text)}</p>`;
      case 'list':
        return `<ul>\n${block.items.map((item) => `<li>${inlines(item)}</li>`).join('\n')}\n</ul>`;
      case 'sources':
        return `<ol>\n${block.items.map(({ number, text }) => `<li id="source-${number}" value="${number}">${inlines(text)}</li>`).join('\n')}\n</ol>`;
      case 'code':
        return `<pre tabindex="0"><code>${escaped(block.text)}</code></pre>`;
      case 'diagram': {
        const id = `diagram-${++this.count}`;
        // What is wider than the window is moved with the keyboard too.
        return `<div class="wide" role="region" aria-labelledby="${id}-title" tabindex="0">\n${svg(block.diagram, id)}\n</div>`;
      }
      case 'table': {
        const id = `table-${++this.count}`;
        return [
          `<div class="wide" role="region" aria-labelledby="${id}" tabindex="0">`,
          '<table>',
          `<caption id="${id}">${escaped(block.caption)}</caption>`,
          `<thead><tr>${block.head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr></thead>`,
          '<tbody>',
          ...block.rows.map(
            ([head = [], ...cells]) =>
              `<tr><th scope="row">${inlines(head)}</th>${cells.map((cell) => `<td>${inlines(cell)}</td>`).join('')}</tr>`,
          ),
          '</tbody>',
          '</table>',
          '</div>',
        ].join('\n');
      }
    }
  }
}

function inlines(text: Text): string {
  return text.map(inline).join('');
}

function inline(one: Inline): string {
  if (typeof one === 'string') {
    return escaped(one);
  }
  switch (one.kind) {
    case 'code':
      return `<code>${escaped(one.text)}</code>`;
    case 'strong':
      return `<strong>${escaped(one.text)}</strong>`;
    case 'mark':
      return `<span class="${one.mark}"><span aria-hidden="true">${SIGNS[one.mark]}</span> ${escaped(one.text)}</span>`;
    case 'section':
      return `<a href="#${escaped(one.id)}">${escaped(one.text)}</a>`;
    case 'sources':
      return one.numbers
        .map((number) => ` <a href="#source-${number}" aria-label="source ${number}">[${number}]</a>`)
        .join('');
    case 'link':
      return `<a href="${escaped(one.address)}" rel="noreferrer">${escaped(one.text)}</a>`;
  }
}
