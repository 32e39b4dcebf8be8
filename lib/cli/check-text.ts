import { wrap } from '../feasibility/explain';
import {
  type Comparison,
  clientsText,
  type Difference,
  type GatewayAnswer,
  type ProtocolAnswer,
  SEVERITIES,
  type Severity,
  type Verdict,
} from '../review';
import { count, type Judged, type Outcome } from './check-outcome';
import { plain } from './check-place';
import type { Paint } from './paint';

const COLOURS: Readonly<Record<Severity, 'red' | 'yellow' | 'green'>> = {
  error: 'red',
  warning: 'yellow',
  note: 'green',
};
const VERDICT_COLOURS = { passes: 'green', drops: 'red', unknown: 'yellow' } as const;
const SERVES: Readonly<Record<Verdict, string>> = { passes: 'works', drops: 'stopped', unknown: 'nobody can tell' };

/** A check for people: what the gateways serve, what is found, and what that comes to. */
export function outcomeText(outcome: Outcome, paint: Paint, comparison?: Comparison): string {
  const { review, judged, gone } = outcome;
  const blocks = [
    ...(comparison === undefined
      ? review.gateways.map((gateway) => gatewayText(gateway, paint))
      : [comparisonText(comparison, paint)]),
    ...judged.filter(({ standing }) => standing === 'new').map((one) => findingText(one, paint)),
    ...(gone.length === 0 || comparison !== undefined
      ? []
      : [
          ['In the baseline, and found no more (write it anew):', ...gone.map(({ key }) => `  ${plain(key)}`)].join(
            '\n',
          ),
        ]),
    ...(review.unread.length === 0
      ? []
      : [
          [
            'Not read:',
            ...review.unread.flatMap(({ type, why, origin }) => line(`${type}: ${why}.`, `${origin}`)),
          ].join('\n'),
        ]),
    summary(outcome, paint),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function gatewayText({ machine, protocols }: GatewayAnswer, paint: Paint): string {
  const { resource } = machine.origin;
  return [
    `${plain(machine.label)}${resource?.constructPath === undefined ? '' : `, ${plain(resource.constructPath)}`}, at ${plain(`${machine.origin}`)}`,
    ...protocols.flatMap((answer) => protocolLines(answer, paint)),
  ].join('\n');
}

function protocolLines({ protocol, verdict, served, open, dials, stops }: ProtocolAnswer, paint: Paint): string[] {
  const whom = verdict === 'passes' ? served : verdict === 'unknown' ? open : [];
  const head = `  ${protocol.name.padEnd(11)} ${paint(SERVES[verdict], VERDICT_COLOURS[verdict])}${
    whom.length === 0 ? '' : ` for ${clientsText(whom)}, by ${plain(dials)}`
  }`;
  // What no rule can change is worth more than a rule that is missing.
  const dropping = stops.filter(({ hop }) => hop.verdict === 'drops');
  const stop = dropping.find(({ hop }) => hop.ruleSets === undefined) ?? dropping[0] ?? stops[0];
  if (stop === undefined) {
    return [head];
  }
  const { flow, hop, change } = stop;
  const name = hop.label === undefined || hop.label === '' ? hop.name : `${hop.name} ${hop.label}`;
  const where = hop.direction === 'to-gateway' ? 'on the way to it' : 'on the way back';
  const more = stops.length === 1 ? '' : ` ${stops.length - 1} more such ${stops.length === 2 ? 'place' : 'places'}.`;
  return [
    head,
    ...line(`${flow.name} at ${name}, ${where}: ${hop.because}${more}`),
    ...(change === undefined ? [] : line(`To let it through: ${change.text}.`)),
  ];
}

function findingText({ finding, fails }: Judged, paint: Paint): string {
  const { kind, severity, message, fix, origin } = finding;
  const path = origin.resource?.constructPath;
  return [
    `${paint(severity, COLOURS[severity])} ${kind.id}${fails ? '' : ' (does not count)'}`,
    ...line(message),
    ...line(`Fix: ${fix}.`),
    ...line(`at ${origin}${path === undefined ? '' : `, ${path}`}`),
  ].join('\n');
}

function comparisonText({ reachable, unreachable, undecided }: Comparison, paint: Paint): string {
  const sections = [
    section('Became reachable', reachable, '+', 'red', paint),
    section('Ceased to be reachable', unreachable, '-', 'green', paint),
    section('Nobody can tell any more', undecided, '?', 'yellow', paint),
  ].filter((text) => text !== '');
  return sections.length === 0 ? 'The same packets get through as before.' : sections.join('\n\n');
}

function section(
  title: string,
  all: readonly Difference[],
  mark: string,
  colour: 'red' | 'yellow' | 'green',
  paint: Paint,
): string {
  if (all.length === 0) {
    return '';
  }
  return [
    `${title}:`,
    ...all.flatMap(({ machine, traffic, clients, because, origin }) => [
      paint(`  ${mark} ${plain(machine.label)}: ${traffic} from ${clientsText(clients)}`, colour),
      ...line(because, ...(origin === undefined ? [] : [`at ${origin}`])),
    ]),
  ].join('\n');
}

function summary(outcome: Outcome, paint: Paint): string {
  const { judged, failed, failOn } = outcome;
  const counts = SEVERITIES.map((severity) => {
    const found = count(outcome, severity);
    return `${found} ${severity}${found === 1 ? '' : 's'}`;
  }).join(', ');
  const standing = (which: string) => judged.filter((one) => one.standing === which).length;
  const [acknowledged, known] = [standing('acknowledged'), standing('known')];
  const rest = [
    ...(acknowledged === 0 ? [] : [`${acknowledged} acknowledged`]),
    ...(known === 0 ? [] : [`${known} known`]),
  ];
  const limit =
    failOn === 'never' ? 'nothing counts' : `what counts is ${failOn === 'error' ? 'errors' : `${failOn}s and worse`}`;
  return `${failed ? paint('Fails', 'red') : paint('Passes', 'green')}: ${[counts, ...rest].join('; ')}; ${limit}.`;
}

/** Texts as indented lines. */
function line(...texts: readonly string[]): string[] {
  return texts.flatMap((text) => wrap(plain(text), '      ', '      '));
}
