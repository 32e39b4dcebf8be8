import { relative } from 'node:path';
import type { Review } from '..';
import { acknowledgedBecause } from '../acknowledge';
import { clientsText, type GatewayAnswer } from '../evaluate';
import type { Finding, Severity } from '../findings';
import { isOver, lastDateOf, monthsBetween } from '../findings/reasons';
import type { Origin } from '../model';
import { type Block, code, type Mark, marked, paragraph, type Report, type Section, type Text } from './document';
import {
  changeBlocks,
  gatewaySection,
  mainProtocol,
  managedSection,
  nameOf,
  servedText,
  type Writing,
} from './gateway-section';
import { Sources } from './sources';

/** Settings of a report. */
export interface ReportOptions {
  /** @default - 'VPN gateways, and what gets through to them' */
  readonly title?: string;
  /**
   * The day of the report, `YYYY-MM-DD`. It stands in the report, and dates are counted from it.
   *
   * @default - today, in UTC
   */
  readonly today?: string;
  /**
   * The folder that names of files are shown from.
   *
   * @default - names are shown as they were given
   */
  readonly relativeTo?: string;
}

const SEVERITIES: Readonly<Record<Severity, { readonly mark: Mark; readonly text: string }>> = {
  error: { mark: 'bad', text: 'error' },
  warning: { mark: 'warning', text: 'warning' },
  note: { mark: 'open', text: 'note' },
};

/** How many findings get a text of their own; an old estate may have thousands. */
const MOST_FINDINGS = 200;

/** A report of what was read back. */
export function estateReport(review: Review, options: ReportOptions = {}): Report {
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  const { relativeTo } = options;
  const name = (file: string) =>
    relativeTo === undefined ? file : relative(relativeTo, file).replaceAll('\\', '/') || file;
  const file = (origin: Origin) => {
    const { position } = origin;
    const at = name(origin.document.file);
    return position === undefined ? `${at}#${origin.pointer}` : `${at}:${position.line}:${position.column}`;
  };
  const writing: Writing = { sources: new Sources(), file };
  const gateways = review.gateways.map((gateway, index) => ({ gateway, id: `gateway-${index + 1}` }));
  const managed = review.estate.all('managed-vpn');
  const files = [...new Set(review.estate.documents.map((document) => name(document.file)))];
  return {
    title: options.title ?? 'VPN gateways, and what gets through to them',
    lead: [
      outcome(review),
      [
        `Made on ${today} from `,
        ...filesText(files),
        ', without an account and without sending a packet. What the files do not tell is said to be not known.',
      ],
    ],
    sections: [
      ...(gateways.length > 0 ? [inShort(gateways)] : managed.length > 0 ? [] : [nothing()]),
      ...gateways.map(({ gateway, id }) => gatewaySection(gateway, id, writing)),
      ...managed.map((vpn, index) => managedSection(vpn, review.answers.managed(vpn), `managed-${index + 1}`, writing)),
      users(gateways, today),
      findings(review, writing),
      ...unread(review, writing),
      writing.sources.section(),
    ],
  };
}

function outcome({ gateways, findings: found, estate }: Review): Text {
  const managed = estate.all('managed-vpn').length;
  const served = gateways.filter(({ protocols }) => protocols.some(({ verdict }) => verdict === 'passes')).length;
  const count = (severity: Severity) => found.filter((one) => one.severity === severity).length;
  return [
    `${some(gateways.length, 'VPN gateway')}, of which ${served} ${served === 1 ? 'serves' : 'serve'} some protocol${
      managed === 0 ? '' : `, and ${some(managed, 'VPN server')} that the cloud runs`
    }. `,
    'Findings: ',
    marked('bad', some(count('error'), 'error')),
    ', ',
    marked('warning', some(count('warning'), 'warning')),
    ', ',
    marked('open', some(count('note'), 'note')),
    '.',
  ];
}

function some(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function filesText(files: readonly string[]): Text {
  const shown = files.slice(0, 5).flatMap((file, index) => (index === 0 ? [code(file)] : [', ', code(file)]));
  return files.length <= 5
    ? files.length === 0
      ? ['data in memory']
      : shown
    : [...shown, ` and ${files.length - 5} more files`];
}

function nothing(): Section {
  return {
    kind: 'section',
    id: 'in-short',
    title: 'In short',
    blocks: [paragraph('There is no machine that a rule or a listener names a flow of a VPN for.')],
  };
}

function inShort(gateways: readonly { gateway: GatewayAnswer; id: string }[]): Section {
  const [first] = gateways;
  const protocols = first?.gateway.protocols.map(({ protocol }) => protocol.name) ?? [];
  return {
    kind: 'section',
    id: 'in-short',
    title: 'In short',
    blocks: [
      {
        kind: 'table',
        caption: 'What each gateway serves',
        head: ['Gateway', ...protocols],
        rows: gateways.map(({ gateway, id }): Text[] => [
          [{ kind: 'section', id, text: nameOf(gateway.machine) }],
          ...gateway.protocols.map((answer) => servedText(answer).slice(0, 1)),
        ]),
      },
    ],
  };
}

/** Who uses PPTP, why, and until when. */
function users(gateways: readonly { gateway: GatewayAnswer; id: string }[], today: string): Section {
  const rows = gateways.flatMap(({ gateway, id }): Text[][] => {
    const { machine, protocols } = gateway;
    const pptp = protocols.find(({ protocol }) => protocol.id === 'pptp');
    const reasons = machine.reasons ?? {};
    const isPptp = mainProtocol(gateway) === pptp && (pptp?.verdict !== 'drops' || reasons.insecure !== undefined);
    if (pptp === undefined || (!isPptp && pptp.verdict === 'drops')) {
      return [];
    }
    const date = lastDateOf(reasons);
    return [
      [
        [{ kind: 'section', id, text: nameOf(machine) }],
        servedText(pptp).slice(0, 1),
        [pptp.served.length > 0 ? clientsText(pptp.served) : pptp.open.length > 0 ? 'not known' : 'nobody'],
        reasons.insecure === undefined ? [marked('bad', 'no reason is written down')] : [code(reasons.insecure)],
        date === undefined
          ? [marked('bad', 'no date is written down')]
          : isOver(date, today)
            ? [marked('bad', `${date}, over since ${monthsBetween(date, today)}`)]
            : [marked('good', `${date}, in ${monthsBetween(today, date)}`)],
      ],
    ];
  });
  return {
    kind: 'section',
    id: 'pptp',
    title: 'Who uses PPTP, why, and until when',
    blocks:
      rows.length === 0
        ? [paragraph('Nobody: no gateway that was read speaks PPTP or was meant to.')]
        : [
            paragraph(
              'The cryptography of PPTP is broken: whoever records one login can read and change the calls of that user. ' +
                'Each use of it wants a written reason and a date.',
            ),
            {
              kind: 'table',
              caption: `PPTP on ${today}`,
              head: ['Gateway', 'PPTP is', 'Clients', 'The reason written down', 'Until'],
              rows,
            },
          ],
  };
}

function findings(review: Review, writing: Writing): Section {
  const found = review.findings;
  const shown = found.slice(0, MOST_FINDINGS);
  return {
    kind: 'section',
    id: 'findings',
    title: 'Findings',
    blocks: [
      ...(found.length === 0 ? [paragraph('None.')] : []),
      ...shown.map((finding, index) => findingSection(finding, `finding-${index + 1}`, review, writing)),
      ...(found.length > shown.length
        ? [paragraph(`And ${found.length - shown.length} more, which `, code('pptp-constructs check'), ' lists.')]
        : []),
    ],
  };
}

function findingSection(finding: Finding, id: string, { estate }: Review, { sources, file }: Writing): Section {
  const { kind, severity, message, fix, change, origin, evidence } = finding;
  const because = acknowledgedBecause(finding, estate);
  const { mark, text } = SEVERITIES[severity];
  const { constructPath } = origin.resource ?? {};
  return {
    kind: 'section',
    id,
    title: kind.title,
    blocks: [
      paragraph(
        marked(mark, text),
        ', ',
        code(kind.id),
        ', at ',
        code(file(origin)),
        ...(constructPath === undefined ? [] : [', construct ', code(constructPath)]),
        '.',
      ),
      paragraph(message, ...sources.refer(evidence)),
      paragraph({ kind: 'strong', text: 'Instead:' }, ` ${fix}.`),
      ...(because === undefined
        ? []
        : [paragraph({ kind: 'strong', text: 'Acknowledged in the files:' }, ' ', code(because))]),
      ...(change === undefined ? [] : changeBlocks(change).slice(1)),
    ],
  };
}

function unread({ unread: some_ }: Review, { file }: Writing): readonly Section[] {
  const shown = some_.slice(0, MOST_FINDINGS);
  return some_.length === 0
    ? []
    : [
        {
          kind: 'section',
          id: 'unread',
          title: 'What was met and not understood',
          blocks: [
            paragraph('It may let more through, or less, than this report knows.'),
            {
              kind: 'list',
              items: shown.map(({ type, why, origin }): Text => [code(type), ' at ', code(file(origin)), `: ${why}.`]),
            },
            ...(some_.length > shown.length ? [paragraph(`And ${some_.length - shown.length} more.`)] : []),
          ] satisfies Block[],
        },
      ];
}
