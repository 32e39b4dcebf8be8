import type { Direction, Flow } from '../flows';
import type { Evidence } from '../network/evidence';
import { VPN_PROTOCOLS, type VpnProtocol } from '../protocols';
import { assess, type Reason, type Verdict, worst } from './assess';
import { type AssessedCandidate, type Choice, canServe } from './choose';
import type { Elsewhere } from './choose-for-fleet';
import { hopName, type Path } from './path';

/** Longest line of running text. Path lines are never wrapped: the marks below them would lose their place. */
const WIDTH = 112;

/** What an explanation of a refusal needs besides the verdicts. */
export interface RefusalContext {
  /** What the gateway is called: its construct id. */
  readonly subject: string;
  /** The class that the user wrote: `PptpGateway`. */
  readonly writtenAs: string;
  /** Everything the user asked for, in order; each ruled out. */
  readonly asked: readonly AssessedCandidate[];
  /** What this library could build here in its place; those that do not work are left out of the text. */
  readonly offers: readonly AssessedCandidate[];
  /**
   * Other places for a gateway, for clients who are left out; asked for where it is known who the clients are.
   *
   * @default - none
   */
  readonly elsewhere?: () => readonly Elsewhere[];
  /** The code that opens a path's filters for a machine that the user brings, for protocols without a construct here. */
  readonly bringYourOwn?: string;
}

/**
 * Why what was asked for cannot work, hop by hop, with the evidence, and what to write instead. The text is for people:
 * it begins with the outcome and ends with code.
 */
export function explainRefusal(context: RefusalContext): string {
  const { asked, subject } = context;
  const [first] = asked;
  const names = asked.map(({ candidate }) => candidate.protocol.name).join(', ');
  const verb = asked.some(isForSomebody) ? 'serves every client of' : 'can reach';
  const title =
    first !== undefined && asked.length === 1
      ? `${first.candidate.protocol.name} ${outcome(first, subject)}.`
      : `Nothing asked for ${verb} ${subject}: ${names}.`;
  const blocks = asked.flatMap((one) => {
    if (one.result !== 'cannot-work') {
      // It arrives; what it lacks are clients.
      return [];
    }
    const heading = asked.length === 1 ? [] : [`  ${one.candidate.protocol.name}: ${lostFlows(one.verdicts)}.`];
    return [...heading, ...one.verdicts.filter(({ result }) => result !== 'works').map(explainVerdict)];
  });
  return [title, ...blocks, ...explainServices(context), explainAlternatives(context)].join('\n\n');
}

/** Whether it arrives on some path, and it is known that this leaves clients out all the same. */
function isForSomebody({ service }: AssessedCandidate): boolean {
  return service?.verdicts.some(({ result }) => result !== 'cannot-work') === true;
}

function outcome(assessed: AssessedCandidate, subject: string): string {
  const { service, verdicts } = assessed;
  if (service === undefined || !isForSomebody(assessed)) {
    return `cannot reach ${subject}: ${lostFlows(verdicts)}`;
  }
  const { count, served } = service;
  return `does not serve every client of ${subject}: ${count - served} of ${count} devices ${count - served === 1 ? 'is' : 'are'} left out`;
}

/** Path by path and device by device who is left out, and what would serve them; nothing where nobody has said who calls. */
function explainServices({ asked, offers, elsewhere = () => [] }: RefusalContext): string[] {
  const known = [...asked, ...offers].flatMap(({ candidate, service }) =>
    service === undefined ? [] : [{ candidate, service }],
  );
  if (known.length < asked.length + offers.length) {
    return [];
  }
  const { explainService, withRemedies } = require('./choose-for-fleet') as typeof import('./choose-for-fleet');
  // What was asked for is not offered again.
  const others = known.filter(({ service }, at) => known.findIndex((one) => one.service.name === service.name) === at);
  const servers = new Map(others.map(({ candidate, service }) => [service, candidate]));
  const places = elsewhere();
  return known.slice(0, asked.length).map(({ service }) =>
    explainService(withRemedies(service, [...servers.keys()], places, servers), true)
      .split('\n')
      .flatMap((line) => {
        const indent = `  ${/^ */.exec(line)?.[0] ?? ''}`;
        return wrap(line.trim(), indent, `${indent}  `);
      })
      .join('\n'),
  );
}

/** The codes of everything that stops what was asked for, each once, in the order of the path. */
export function reasonCodes(asked: readonly AssessedCandidate[]): Reason['code'][] {
  const drops = asked.flatMap(({ verdicts }) => verdicts.flatMap(({ reasons }) => reasons)).filter(isDrop);
  return [...new Set(drops.map(({ code }) => code))];
}

/** Every reason as one sentence: who drops which flow in which direction, and why. */
export function reasonSentences(asked: readonly AssessedCandidate[]): string[] {
  const reasons = asked.flatMap(({ verdicts }) => verdicts.flatMap(({ reasons }) => reasons));
  const sentences = merge(reasons).map(
    ({ reason, directions }) =>
      `${reason.flow.name} ${did(reason)} ${byElement(reason)}, ${inWords(directions)}: ${reason.because}`,
  );
  return [...new Set(sentences)];
}

/** One verdict: the path, marks below the hops that stop or may stop something, and a paragraph per flow. */
export function explainVerdict(verdict: Verdict): string {
  const { path, reasons, flowSet } = verdict;
  const labelWidth = Math.max(...flowSet.flows.map((flow) => flow.label.length));
  const flows = flowSet.flows.flatMap((flow) => {
    const label = `  ${flow.label.padEnd(labelWidth)}  `;
    const stops = merge(reasons.filter((reason) => reason.flow === flow));
    if (stops.length === 0) {
      return [`${label}carried by every hop`];
    }
    return stops.flatMap(({ reason, directions }, index) => {
      const way = directions.length === 2 ? '' : `, ${inWords(directions)}`;
      const lead = `${did(reason)} ${byElement(reason)}${way}.${cite(reason.evidence)}`;
      const lines = [lead, reason.because, ...(reason.remedy === undefined ? [] : [`To change it: ${reason.remedy}`])];
      const indent = ' '.repeat(label.length);
      return lines.flatMap((line, i) => wrap(line, index === 0 && i === 0 ? label : indent, indent));
    });
  });
  return [...pathLines(path, reasons), ...flows].join('\n');
}

/** What was built in place of what was preferred, why, and what that costs. One paragraph, for an annotation. */
export function explainSwap(choice: Choice, subject: string): string | undefined {
  if (choice.chosen === undefined || choice.passedOver.length === 0) {
    return undefined;
  }
  const { candidate } = choice.chosen;
  const { chosen } = choice;
  const why = choice.passedOver.map((passed) => `${passed.candidate.protocol.name} ${whyPassedOver(passed, chosen)}`);
  return (
    `${subject} is built as ${candidate.protocol.name} by ${candidate.builtBy}: ${why.join('; ')}. ` +
    `${candidate.builtBy.replace(/^./, (first) => first.toUpperCase())}: ${candidate.takes}, ${candidate.cost}. ` +
    `Clients: ${candidate.clients}.`
  );
}

function whyPassedOver({ result, verdicts, service, candidate }: AssessedCandidate, chosen: AssessedCandidate): string {
  const where = verdicts.length === 1 ? 'this path' : 'every path';
  if (result !== 'works') {
    const verb =
      result === 'unverified' ? 'is not certain to work' : verdicts.length === 1 ? 'cannot work' : 'does not work';
    return `${verb} on ${where} (${reasonsInShort(verdicts)})`;
  }
  const { count = 0, served = 0, builtIn = 0 } = service ?? {};
  const most = chosen.service?.builtIn ?? 0;
  if (served < count) {
    return `serves ${served} of ${count} devices`;
  }
  return builtIn < most
    ? `is built into ${builtIn} of ${count} devices, and ${chosen.candidate.protocol.name} into ${most}`
    : `is the weaker one: ${candidate.protocol.standing.summary.replace(/\.$/, '')}`;
}

/**
 * The verdict of each path, a line each, with how many devices call from there and how many of them it leaves out.
 *
 * @param assessed such as `choice.chosen` of a gateway
 */
export function explainPaths({ verdicts, service }: Pick<AssessedCandidate, 'verdicts' | 'service'>): string {
  return verdicts
    .map((verdict) => {
      const { path, protocol, result, reasons } = verdict;
      const why = reasons.length === 0 ? '' : ` (${reasonsInShort([verdict])})`;
      const lost = service?.leftOut.find((one) => one.path === path)?.count ?? 0;
      const whom = path.fleet === undefined ? '' : `; ${lost} of ${path.fleet.count} devices left out`;
      return `${path.from}: ${protocol.name} ${RESULT_IN_WORDS[result]}${why}${whom}`;
    })
    .join('\n');
}

const RESULT_IN_WORDS = { works: 'works', 'cannot-work': 'cannot work', unverified: 'is not certain to work' } as const;

/** What nobody can tell at synth, for a warning: the hops and what to look at. */
export function explainUnverified(assessed: AssessedCandidate, subject: string): string {
  const blocks = assessed.verdicts.filter(({ result }) => result === 'unverified').map(explainVerdict);
  return [`Whether ${assessed.candidate.protocol.name} can reach ${subject} cannot be told at synth.`, ...blocks].join(
    '\n\n',
  );
}

function explainAlternatives({ asked, offers, writtenAs, bringYourOwn }: RefusalContext): string {
  const lines: string[] = [];
  const works = worthOffering(offers);
  const where = (asked[0]?.candidate.paths.length ?? 0) > 1 ? 'every path' : 'this path';
  if (works.length > 0) {
    const what = works.some(({ service }) => service !== undefined)
      ? 'What serves all of them'
      : `What works on ${where}`;
    lines.push(`  ${what}, in place of ${writtenAs}:`);
    const width = Math.max(...works.map(({ candidate }) => candidate.protocol.name.length));
    for (const { candidate } of works) {
      const label = `    ${candidate.protocol.name.padEnd(width)}  `;
      const indent = ' '.repeat(label.length);
      lines.push(
        ...wrap(`${candidate.clients}; ${candidate.builtBy}, ${candidate.takes}, ${candidate.cost}`, label, indent),
      );
      lines.push(...candidate.code.split('\n').map((line) => `${indent}${line}`));
    }
  }
  const named = new Set([...asked, ...works].map(({ candidate }) => candidate.protocol));
  const paths = asked[0]?.candidate.paths ?? [];
  const carried = VPN_PROTOCOLS.filter((protocol) => !named.has(protocol) && passes(protocol, paths));
  if (bringYourOwn !== undefined && carried.length > 0) {
    const also = `${where === 'this path' ? 'The path also carries' : 'Every path also carries'} ${carried.map(flowsInWords).join(', ')}, to a server of your own:`;
    lines.push(...wrap(also, '  ', '  '));
    lines.push(...bringYourOwn.split('\n').map((line) => `    ${line}`));
  }
  const none = asked.some(({ service }) => service !== undefined) ? 'serves all of them alone' : `works on ${where}`;
  return lines.length > 0 ? lines.join('\n') : `  Nothing that this library builds ${none}.`;
}

/** What works for everybody; a protocol whose cryptography is broken takes the place of nothing. */
export function worthOffering(offers: readonly AssessedCandidate[]): readonly AssessedCandidate[] {
  return offers.filter(
    (one) => one.result === 'works' && canServe(one) && one.candidate.protocol.standing.level !== 'broken',
  );
}

/** Whether a protocol works on every path, for every device that is known to come by it. */
function passes(protocol: VpnProtocol, paths: readonly Path[]): boolean {
  return (
    paths.length > 0 &&
    worst(paths.map((path) => assess(protocol, path))) === 'works' &&
    paths.every(({ fleet }) => fleet === undefined || fleet.share(protocol).none === 0)
  );
}

function flowsInWords(protocol: VpnProtocol): string {
  const flows = protocol.flowSets[0]?.flows ?? [];
  return `${protocol.name} (${flows.map((flow) => flow.label).join(' and ')})`;
}

function pathLines(path: Path, reasons: readonly Reason[]): string[] {
  const parts = [path.from, ...path.hops.map(hopName), path.to];
  const column = (hopIndex: number) => 2 + parts.slice(0, hopIndex + 1).join(' -> ').length + ' -> '.length;
  const marks = merge(reasons).map(({ reason, directions }) => {
    const mark = isDrop(reason) ? 'x' : '?';
    const outcome = isDrop(reason) ? 'dropped' : 'not certain';
    return `${' '.repeat(column(reason.hopIndex))}${mark} ${shortName(reason.flow)} ${outcome}, ${inWords(directions)}`;
  });
  return [`  ${parts.join(' -> ')}`, ...marks];
}

/** Reasons that differ only in their direction, as one. */
function merge(reasons: readonly Reason[]): { reason: Reason; directions: Direction[] }[] {
  const merged: { reason: Reason; directions: Direction[] }[] = [];
  for (const reason of reasons) {
    const twin = merged.find(
      ({ reason: other }) =>
        other.hop === reason.hop &&
        other.flow === reason.flow &&
        other.kind === reason.kind &&
        other.because === reason.because,
    );
    if (twin === undefined) {
      merged.push({ reason, directions: [reason.direction] });
    } else {
      twin.directions.push(reason.direction);
    }
  }
  return merged;
}

function lostFlows(verdicts: readonly Verdict[]): string {
  const lost = new Set(verdicts.flatMap(({ reasons }) => reasons.filter(isDrop).map(({ flow }) => flow.name)));
  return `${[...lost].join(' and ')} ${lost.size === 1 ? 'does' : 'do'} not arrive`;
}

function reasonsInShort(verdicts: readonly Verdict[]): string {
  const reasons = merge(verdicts.flatMap(({ reasons }) => reasons));
  return [...new Set(reasons.map(({ reason }) => `${reason.flow.name} ${did(reason)} ${byElement(reason)}`))].join(
    '; ',
  );
}

function isDrop(reason: Reason): boolean {
  return reason.kind === 'drops';
}

function did(reason: Reason): string {
  return isDrop(reason) ? 'dropped by' : 'not certain to pass';
}

function byElement(reason: Reason): string {
  return `the ${reason.hop.label ?? reason.hop.element.name}`;
}

function shortName(flow: Flow): string {
  return flow.port === undefined ? flow.id.toUpperCase() : flow.label;
}

function inWords(directions: readonly Direction[]): string {
  if (directions.length === 2) {
    return 'both directions';
  }
  return directions[0] === 'to-gateway' ? 'towards the gateway' : 'towards the client';
}

/** The foremost source; docs/what-works-where.md has them all. */
function cite([evidence]: readonly Evidence[]): string {
  return evidence === undefined ? '' : ` [${evidence.title}, read ${evidence.read}]`;
}

/** Running text in lines of at most `WIDTH`: the first one begins with `first`, the others with `rest`. */
export function wrap(text: string, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}
