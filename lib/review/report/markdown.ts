import { type Block, type Inline, type Report, type Section, SIGNS, type Text } from './document';
import { markdown as escaped, markdownCode, markdownFence } from './escape';
import { mermaid } from './mermaid';

/**
 * A report as Markdown with Mermaid, as a pull request shows both. Names in it call nobody, link nowhere and end no table.
 */
export function reportMarkdown({ title, lead, sections }: Report): string {
  return `${[
    `# ${escaped(title)}`,
    ...lead.map(inlines),
    sections.map(({ id, title: name }) => `- [${escaped(name)}](#${id})`).join('\n'),
    ...sections.map((one) => section(one, 2)),
  ].join('\n\n')}\n`;
}

function section({ id, title, blocks }: Section, level: number): string {
  // A heading's own anchor is made of its words, which may be those of another heading.
  return [
    `${'#'.repeat(Math.min(level, 6))} <a id="${id}"></a>${escaped(title)}`,
    ...blocks.map((one) => block(one, level)),
  ].join('\n\n');
}

function block(one: Block, level: number): string {
  switch (one.kind) {
    case 'section':
      return section(one, level + 1);
    case 'paragraph':
      return inlines(one.text);
    case 'list':
      return one.items.map((item) => `- ${inlines(item)}`).join('\n');
    case 'sources':
      return one.items.map(({ number, text }) => `${number}. <a id="source-${number}"></a>${inlines(text)}`).join('\n');
    case 'code':
      return markdownFence(one.text, one.language);
    case 'diagram':
      return markdownFence(mermaid(one.diagram), 'mermaid');
    case 'table':
      return [
        `*${escaped(one.caption)}*`,
        [one.head.map(escaped), one.head.map(() => '---'), ...one.rows.map((row) => row.map(inlines))]
          .map((cells) => `| ${cells.join(' | ')} |`)
          .join('\n'),
      ].join('\n\n');
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
      return markdownCode(one.text);
    case 'strong':
      return `**${escaped(one.text)}**`;
    case 'mark':
      return `${SIGNS[one.mark]} ${escaped(one.text)}`;
    case 'section':
      return `[${escaped(one.text)}](#${one.id})`;
    case 'sources':
      return one.numbers.map((number) => ` [\\[${number}\\]](#source-${number})`).join('');
    case 'link':
      // Addresses come from this library alone; a bracket in one would end the link.
      return `[${escaped(one.text)}](${one.address.replace(/[<>()\\\s]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)})`;
  }
}
