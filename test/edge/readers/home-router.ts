import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule, ReadTranslation } from '../support/reading';

/** What a person who does what the steps say has set: the two tables, read as Markdown. */
export function readHomeRouter({ files, role }: Pick<EdgeConfiguration, 'files' | 'role'>): Reading {
  const text = files
    .filter(({ purpose }) => purpose === 'configuration')
    .map((file) => file.text.replace(/^>.*$/gm, ''))
    .join('\n');
  const rows = tableOf(text, ['Protocol', 'Port', 'From', 'To', 'Forward to']);
  const settings = new Map(tableOf(text, ['Setting', 'Must be']).map(([name = '', state]) => [name, state]));
  const isOn = (what: string) => [...settings].some(([name, state]) => name.startsWith(what) && state === 'on');
  const isPublished = role === 'before-gateway';
  const rules = rows.map((row): ReadRule => {
    const [protocol = '', port = '', from = '', to = ''] = row;
    return {
      action: 'allow',
      protocol: protocolOf(protocol),
      ...(port === 'has none' ? {} : { ports: [[Number(port), Number(port)]] }),
      clients: from === 'everywhere' ? 'any' : [from],
      gateway: [to],
      line: row.join(' | '),
    };
  });
  const translations = rows.flatMap(([protocol = '', port = '', , outer = '', inner = '']): ReadTranslation[] =>
    isPublished
      ? [{ protocol: protocolOf(protocol), ...(port === 'has none' ? {} : { port: Number(port) }), outer, inner }]
      : [],
  );
  const [outer = ''] = translations.map((one) => one.outer);
  return {
    rules: [
      ...rules,
      ...(isOn('DMZ') ? [{ ...EVERYTHING, direction: 'to-gateway' } as const] : []),
      // What goes out goes out: the gateway's own packets behind a published address, too.
      ...(isPublished ? [{ ...EVERYTHING, direction: 'to-client' } as const] : []),
    ],
    translations: isOn('DMZ') ? [...translations, { protocol: 'any', outer, inner: outer }] : translations,
    isStateful: true,
    hasHelper: isOn('PPTP pass-through'),
    filtersInnerAddress: false,
    otherwise: 'left',
  };
}

const EVERYTHING = { action: 'allow', protocol: 'any', clients: 'any', gateway: 'any', line: 'DMZ' } as const;

/** The cells of the table with this head; none where there is no such table. */
function tableOf(text: string, head: readonly string[]): string[][] {
  const lines = text.split('\n');
  const start = lines.indexOf(`| ${head.join(' | ')} |`);
  if (start < 0) {
    return [];
  }
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  const rows = lines.slice(start + 2, end).map((line) => line.slice(2, -2).split(' | '));
  const odd = rows.find((row) => row.length !== head.length);
  if (odd !== undefined) {
    throw new Error(`no row of this table: ${odd.join(' | ')}`);
  }
  return rows;
}

function protocolOf(text: string): number {
  const number = { TCP: 6, UDP: 17 }[text] ?? /IP protocol (\d+)/.exec(text)?.[1];
  if (number === undefined) {
    throw new Error(`no protocol: ${text}`);
  }
  return Number(number);
}
