import type { Result } from '../feasibility/assess';
import type { FleetChoice } from '../feasibility/choose-for-fleet';
import { explainVerdict, wrap } from '../feasibility/explain';
import { explainSize } from '../feasibility/mtu';
import { hopName } from '../feasibility/path';
import type { Alternative, Answer, AskedPath, Condition, Finding, Word } from './explain-answer';
import type { Paint } from './paint';

const COLOURS = { works: 'green', 'cannot-work': 'red', unverified: 'yellow' } as const;

/** An answer for people: what is so, why, on whose word, and what works instead. */
export function answerText({ paths, instead, choice }: Answer, paint: Paint): string {
  const blocks = [
    ...paths.flatMap(({ asked, findings }) => findings.map((finding) => findingText(asked, finding, paint))),
    ...(instead === undefined ? [] : [alternativesText(instead, paths.length)]),
    ...(choice === undefined ? [] : [choiceText(choice)]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function choiceText(choice: FleetChoice): string {
  const { explainFleetChoice } =
    require('../feasibility/choose-for-fleet') as typeof import('../feasibility/choose-for-fleet');
  return explainFleetChoice(choice)
    .split('\n')
    .flatMap((line) => {
      const indent = `  ${/^ */.exec(line)?.[0] ?? ''}`;
      return line === '' ? [''] : wrap(line.trim(), indent, indent);
    })
    .join('\n');
}

function findingText(asked: AskedPath, finding: Finding, paint: Paint): string {
  const { protocol, result, verdict, leftOut, conditions, words } = finding;
  const sections = [
    section(
      'Devices',
      asked.devices.flatMap((device) => deviceLines(device, finding)),
    ),
    // What cannot work under any condition needs none.
    section('Given that', result === 'cannot-work' ? [] : conditions.map(conditionLine)),
    section('Largest packet', leftOut.length > 0 || result === 'cannot-work' ? [] : [sizeLine(finding)]),
    section('On whose word', wordLines(words)),
  ];
  return [
    `${paint(outcome(protocol.name, result), COLOURS[result])}: ${asked.name}.`,
    paintMarks(explainVerdict(verdict), paint),
    ...sections.filter((text) => text !== ''),
  ].join('\n\n');
}

function outcome(protocol: string, result: Result): string {
  switch (result) {
    case 'works':
      return `${protocol} works`;
    case 'cannot-work':
      return `${protocol} cannot work`;
    case 'unverified':
      return `Nobody can tell whether ${protocol} works`;
  }
}

/** What stands in front of a text, and the text. */
type Line = readonly [lead: string, text: string];

/** Lines below a title, the texts one below the other; nothing where there are none. */
function section(title: string, lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([lead]) => lead.length));
  const rows = lines.flatMap(([lead, text]) => {
    const first = width === 0 ? '    ' : `    ${lead.padEnd(width)}  `;
    return wrap(text, first, ' '.repeat(first.length));
  });
  return rows.length === 0 ? '' : [`  ${title}:`, ...rows].join('\n');
}

const SPOKEN = { 'built-in': 'built in', package: 'by the package', app: 'by', none: 'not at all' } as const;

function deviceLines(
  { device, count }: AskedPath['devices'][number],
  { protocol, excluded }: Finding,
): readonly Line[] {
  const { support, by, notes } = device.support[protocol.id];
  const name = count === undefined ? device.name : `${count} of ${device.name}`;
  const how = [SPOKEN[support], ...(by === undefined ? [] : [by])].join(' ');
  const lost = support !== 'none' && excluded?.devices.includes(device.id) === true ? [`It ${excluded.because}`] : [];
  return [[name, `${how}.`], ...[...lost, ...notes.map(({ text }) => text)].map((text): Line => ['', text])];
}

function conditionLine({ hop, flows, condition }: Condition): Line {
  return [hopName(hop), `${condition} (${flows.map(({ label }) => label).join(', ')})`];
}

function sizeLine({ protocol, verdict }: Finding): Line {
  return ['', explainSize(protocol, verdict.path)];
}

/** One line per hop and source: which flows it speaks of, what kind of statement it is, and where it stands. */
function wordLines(words: readonly Word[]): readonly Line[] {
  const lines = new Map<string, { hop: string; flows: Set<string>; source: string }>();
  for (const { hop, hopIndex, flow, fact } of words) {
    const [evidence] = fact.evidence;
    if (evidence !== undefined) {
      const source = `${evidence.kind.replace('-', ' ')}, ${evidence.title}, read ${evidence.read}`;
      const key = `${hopIndex} ${source}`;
      const line = lines.get(key) ?? { hop: hopName(hop), flows: new Set(), source };
      line.flows.add(flow.label);
      lines.set(key, line);
    }
  }
  return [...lines.values()].map(({ hop, flows, source }) => [hop, `${[...flows].join(', ')}: ${source}`]);
}

function alternativesText(instead: NonNullable<Answer['instead']>, paths: number): string {
  const where = paths === 1 ? 'this path' : 'every path';
  return instead.length === 0
    ? `  Nothing else that is known here works on ${where}.`
    : section(
        `What works on ${where} instead`,
        instead.map((one) => [one.protocol.name, builtIntoText(one)]),
      );
}

/** A family that has it in all its versions is named once; the versions of another one by one. */
function builtIntoText({ builtInto, devices }: Alternative): string {
  const families = new Set(builtInto.map(({ family }) => family));
  const names = [...families].flatMap((family) => {
    const all = devices.filter((device) => device.family === family);
    const some = all.filter((device) => builtInto.includes(device));
    return all.length > 1 && some.length === all.length ? [family] : some.map(({ name }) => name);
  });
  return names.length === 0 ? 'needs a package or an app' : `built into ${names.join(', ')}`;
}

/** The marks below the line of the path. */
function paintMarks(text: string, paint: Paint): string {
  return text.replace(/^( +)([x?] .*)$/gm, (_, indent: string, mark: string) =>
    [indent, paint(mark, mark.startsWith('x') ? 'red' : 'yellow')].join(''),
  );
}
