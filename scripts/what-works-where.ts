// Writes docs/what-works-where.md from the facts in lib/network and lib/protocols:
//   npx tsx scripts/what-works-where.ts
// A test fails while the page and the facts differ.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table as matrix, RESULT_WORDS } from '../lib/cli/explain-table';
import { devicesWith } from '../lib/clients';
import { type Direction, type End, Flow } from '../lib/flows';
import { type CarriageFact, type NetworkElement, PLATFORM_IDS, platformFacts } from '../lib/network';
import { VPN_PROTOCOLS, type VpnProtocol } from '../lib/protocols';
import { escaped, Sources, table, words } from './markdown';

/** IP protocols as columns; the port is one that no fact names, so that facts about ports are told apart. */
const COLUMNS: readonly Flow[] = [Flow.tcp(1723), Flow.udp(51820), Flow.GRE, Flow.ESP];
const COLUMN_NAMES = ['TCP', 'UDP', 'GRE (47)', 'ESP (50)'];

/** The whole page. */
export function whatWorksWhere(): string {
  const sources = new Sources();
  const sections = [
    intro(),
    shortAnswer(),
    ...PLATFORM_IDS.map(platformFacts).map(({ title, elements }) => platform(title, elements, sources)),
    protocols(sources),
    // Last: the numbers are given while the other sections are written.
    sources.section(),
  ];
  return `${sections.join('\n\n')}\n`;
}

function intro(): string {
  return `# What works where

Which VPN protocol arrives over which network, hop by hop, and on whose word. This page is written from the facts that
the library itself decides by (\`npx tsx scripts/what-works-where.ts\`); do not edit it by hand.

A hop *carries* a flow, *drops* it, carries it *conditionally* (a rule or a helper must be there), or what it does is
*undocumented*. Behind each stands a vendor's statement, a field report, a packet experiment of this project, or an
inference; an inference alone never makes a protocol 'work', it leaves it 'unverified'. Two words with a slash are the way
to the gateway and the way back to the client. Numbers lead to the sources.`;
}

function shortAnswer(): string {
  const rows = matrix();
  const results = rows.map((row) => [escaped(row.way.title), ...row.results.map(({ result }) => RESULT_WORDS[result])]);
  const kinds = rows.map(({ way, evidence }) => [
    escaped(way.title),
    way.hops
      .map(({ element }, index) => `${escaped(element.short)}: ${(evidence[index] ?? []).map(words).join(', ')}`)
      .join('<br>'),
  ]);
  return `## In short: every cloud, every usual way

With every rule and listener in place that a hop depends on; of routers in front of clients nothing is taken for granted.
\`npx pptp-constructs explain --table\` prints the same, and [\`explain\`](explain.md) tells the reasons of each.

${table(['Way to the gateway', ...VPN_PROTOCOLS.map(({ name }) => name)], results)}

AWS Client VPN speaks OpenVPN, Azure VPN Gateway IKEv2 and OpenVPN (no new SSTP since 2026-03-31). No managed server of
any cloud here speaks PPTP.

## On whose word: GRE, hop by hop

What kinds of statement stand behind what is said of GRE (IP protocol 47) at each hop of these ways.

${table(['Way to the gateway', 'Each hop'], kinds)}`;
}

function platform(title: string, elements: readonly NetworkElement[], sources: Sources): string {
  const rows = elements.map((element) => [
    escaped(element.name),
    ...COLUMNS.map((flow) => cell(element, flow, sources)),
  ]);
  const details = elements.map((element) => detail(element, sources));
  return [`## ${title}`, table(['Element', ...COLUMN_NAMES], rows), ...details].join('\n\n');
}

/** What an element does to an IP protocol: the facts about certain ports first, then the rest. */
function cell(element: NetworkElement, flow: Flow, sources: Sources): string {
  const about = element.facts.filter(({ protocols }) => protocols === 'any' || protocols.includes(flow.protocol));
  const some = about.filter(({ ports }) => ports !== undefined);
  const parts = some.map((fact) => `port ${fact.ports?.join(', ')}: ${did(fact, sources)}`);
  const ifFirst = (direction: Direction, first: End) => {
    const fact = about.find(
      (one) => one.ports === undefined && (one.direction ?? direction) === direction && (one.first ?? first) === first,
    );
    return fact === undefined ? 'nothing is known' : did(fact, sources);
  };
  // Where it matters which end sends first, both are said.
  const half = (direction: Direction) =>
    [...new Set((['client', 'gateway'] as const).map((first) => ifFirst(direction, first)))].join(' or ');
  const [there, back] = [half('to-gateway'), half('to-client')];
  const rest = there === back ? there : `${there} / ${back}`;
  return [...parts, some.length > 0 ? `else: ${rest}` : rest].join('<br>');
}

function did(fact: CarriageFact, sources: Sources): string {
  const kinds = [...new Set(fact.evidence.map(({ kind }) => words(kind)))].join(', ');
  return `**${fact.carriage}** (${kinds} ${sources.refer(fact.evidence)})`;
}

function detail(element: NetworkElement, sources: Sources): string {
  const facts = element.facts.map((fact) => {
    const about = fact.protocols === 'any' ? 'Everything' : fact.protocols.map(protocolName).join(', ');
    const ports = fact.ports === undefined ? '' : ` ${fact.ports.join(', ')}`;
    const direction = fact.direction === undefined ? '' : fact.direction === 'to-gateway' ? ', in' : ', out';
    const first = fact.first === undefined ? '' : `, when the ${fact.first} sends first`;
    return [
      `- ${about}${ports}${direction}${first}: ${escaped(fact.because)}`,
      ...(fact.condition === undefined ? [] : [`Only if ${escaped(fact.condition)}.`]),
      ...(fact.remedy === undefined ? [] : [`To change it: ${escaped(fact.remedy)}.`]),
      ...(fact.code === undefined ? [] : [`\`${fact.code}\``]),
    ].join(' ');
  });
  const notes = element.notes.map(
    ({ topic, text, evidence }) => `- *${escaped(topic)}.* ${escaped(text)} ${sources.refer(evidence)}`,
  );
  return [`### ${escaped(element.name)}`, '', `\`${element.id}\``, '', ...facts, ...notes].join('\n');
}

function protocols(sources: Sources): string {
  const rows = VPN_PROTOCOLS.map((protocol) => [
    `${protocol.name} (${escaped(protocol.standard)})`,
    protocol.flowSets.map((set) => set.flows.map(({ label }) => label).join(' + ')).join('<br>'),
    protocol.overhead
      .map(({ form, parts }) => `${parts.reduce((sum, { bytes }) => sum + bytes, 0)}: ${form}`)
      .join('<br>'),
    protocol.standing.level,
  ]);
  return [
    '## The protocols',
    table(['Protocol', 'Flows, any one line suffices', 'Bytes added to a packet', 'Cryptography'], rows),
    ...VPN_PROTOCOLS.map((protocol) => protocolDetail(protocol, sources)),
  ].join('\n\n');
}

function protocolDetail(protocol: VpnProtocol, sources: Sources): string {
  const { name, standing } = protocol;
  const devices = devicesWith(protocol, 'built-in').map((device) => escaped(device.name));
  return [
    `### ${name}`,
    '',
    `${escaped(standing.summary)} ${sources.refer(standing.evidence)}`,
    '',
    ...standing.weaknesses.map((text) => `- Weakness: ${escaped(text)}`),
    ...standing.attackerGains.map((text) => `- An attacker gains: ${escaped(text)}`),
    `- Built into: ${devices.join('; ')}. [What devices speak](clients.md) has the others, and who says so.`,
  ].join('\n');
}

function protocolName(protocol: number): string {
  const index = COLUMNS.findIndex((flow) => flow.protocol === protocol);
  return COLUMN_NAMES[index] ?? `IP protocol ${protocol}`;
}

if (require.main === module) {
  writeFileSync(join(__dirname, '..', 'docs', 'what-works-where.md'), whatWorksWhere());
}
