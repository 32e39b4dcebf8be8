import {
  type Change,
  clientsText,
  type GatewayAnswer,
  type ProtocolAnswer,
  type Stop,
  type Verdict,
} from '../evaluate';
import { addressSet, isKnown, type Machine, type ManagedVpn, type Origin } from '../model';
import { checklistOf } from './checklist';
import { DIRECTION_WORDS, type Diagram, type Lane, stepWords, VERDICT_MARKS } from './diagram';
import { type Block, code, joined, marked, paragraph, type Section, type Text } from './document';
import { groupsOf } from './lanes';
import type { Sources } from './sources';

/** What sections are written with. */
export interface Writing {
  readonly sources: Sources;
  /** How a place in a file is written: `AwsPptp.template.json:397:6`. */
  readonly file: (origin: Origin) => string;
}

/** Groups of clients of whom something else becomes than of the others: how many of them get a diagram. */
const MOST_GROUPS = 4;

/** A verdict about a protocol in words. */
const SERVED: Readonly<Record<Verdict, string>> = { passes: 'served', drops: 'not served', unknown: 'not known' };

/** What a gateway is called: as its author named it, by its construct, or as the file has it. */
export function nameOf({ notes, origin, label }: Machine): string {
  const name = notes?.Name ?? notes?.name;
  return name !== undefined && isKnown(name) && name !== ''
    ? name
    : (origin.resource?.constructPath?.replace(/\/Resource$/, '') ?? label);
}

/** The protocol that a gateway is there for: PPTP where it speaks it or was meant to, or else what it serves best. */
export function mainProtocol({ machine, protocols }: GatewayAnswer): ProtocolAnswer | undefined {
  const rank: Readonly<Record<Verdict, number>> = { passes: 0, unknown: 1, drops: 2 };
  const pptp = protocols.find(({ protocol }) => protocol.id === 'pptp');
  const [best] = [...protocols].sort((a, b) => rank[a.verdict] - rank[b.verdict]);
  return pptp !== undefined &&
    (pptp.verdict !== 'drops' || machine.reasons?.insecure !== undefined || best?.verdict === 'drops')
    ? pptp
    : best;
}

/** The protocols of a gateway in one line each: the mark, and to whom. */
export function servedText({ protocol, verdict, served, open }: ProtocolAnswer): Text {
  const whom = clientsText(verdict === 'passes' ? served : addressSet([...served, ...open]));
  return [
    marked(VERDICT_MARKS[verdict], SERVED[verdict]),
    ...(verdict === 'drops' || whom === '' ? [] : [`, ${protocol.name} for ${whom}`]),
  ];
}

/** Everything about one gateway. */
export function gatewaySection(gateway: GatewayAnswer, id: string, writing: Writing): Section {
  const { machine, protocols } = gateway;
  const main = mainProtocol(gateway);
  const { constructPath, type } = machine.origin.resource ?? {};
  return {
    kind: 'section',
    id,
    title: `Gateway ${nameOf(machine)}`,
    blocks: [
      paragraph(
        code(machine.label),
        ...(type === undefined ? [] : [', ', code(type)]),
        ' at ',
        code(writing.file(machine.origin)),
        ...(constructPath === undefined ? [] : [', construct ', code(constructPath)]),
        '.',
        ...(machine.condition === undefined ? [] : [` Whether it is there is not known: ${machine.condition.why}.`]),
        ...(machine.many === true ? [' There may be any number of it.'] : []),
      ),
      protocolTable(protocols, `What ${nameOf(machine)} serves`),
      ...protocols
        .filter((answer) => answer === main || answer.verdict !== 'drops')
        .map((answer) => protocolSection(answer, machine, `${id}-${answer.protocol.id}`, writing)),
      ...(main === undefined
        ? []
        : [
            {
              kind: 'section',
              id: `${id}-checklist`,
              title: `Checklist for ${main.protocol.name} of ${nameOf(machine)}`,
              blocks: [
                {
                  kind: 'table',
                  caption: 'Before people call: what the files prove, and what somebody must look at',
                  head: ['Check', 'State', 'On what grounds, or how'],
                  rows: checklistOf(machine, main).map(({ what, mark, state, text }) => [
                    [what],
                    [marked(mark, state)],
                    text,
                  ]),
                },
              ],
            } satisfies Section,
          ]),
    ],
  };
}

function protocolTable(protocols: readonly ProtocolAnswer[], caption: string): Block {
  return {
    kind: 'table',
    caption,
    head: ['Protocol', 'Verdict', 'Packets', 'Clients', 'Dialled', 'What stops it'],
    rows: protocols.map(({ protocol, verdict, flowSet, served, open, asked, dials, stops }): Text[] => {
      const whom = clientsText(verdict === 'drops' ? asked : addressSet([...served, ...open]));
      return [
        [protocol.name],
        [marked(VERDICT_MARKS[verdict], SERVED[verdict])],
        [flowSet.flows.map(({ label }) => label).join(', ')],
        [whom === '' ? 'nobody' : verdict === 'drops' ? `asked about: ${whom}` : whom],
        [dials],
        stops.length === 0 ? [verdict === 'passes' ? 'nothing' : 'nothing that was read'] : [stopText(stops)],
      ];
    }),
  };
}

/** The first thing in the way, and how many more there are. */
function stopText(stops: readonly Stop[]): string {
  const [first] = stops.filter(({ hop }) => hop.verdict === 'drops').concat(stops);
  if (first === undefined) {
    return '';
  }
  const more = stops.length === 1 ? '' : ` (and ${stops.length - 1} more)`;
  return `${first.flow.label} ${DIRECTION_WORDS[first.hop.direction]}, ${first.hop.name}: ${first.hop.because}${more}`;
}

function protocolSection(answer: ProtocolAnswer, machine: Machine, id: string, writing: Writing): Section {
  const { protocol, asked, stops } = answer;
  const groups = groupsOf(answer, nameOf(machine), writing.file);
  const shown = groups.slice(0, MOST_GROUPS);
  const rest = addressSet(groups.slice(MOST_GROUPS).flatMap(({ clients }) => clients));
  return {
    kind: 'section',
    id,
    title: `${protocol.name} to ${nameOf(machine)}, hop by hop`,
    blocks: [
      ...(groups.length === 0
        ? [paragraph(asked.length === 0 ? 'No way to it was read.' : 'What is on the way was not read.')]
        : []),
      ...shown.flatMap(({ clients, diagram, verdict }): Block[] => [
        paragraph(
          marked(VERDICT_MARKS[verdict], SERVED[verdict]),
          `: ${clientsText(clients)}${groups.length === 1 ? '' : ', as far as the same becomes of all of them'}.`,
        ),
        { kind: 'diagram', diagram: { ...diagram, from: `clients, ${clientsText(clients)}` } },
        stepTable(diagram, writing, `${protocol.name} of ${clientsText(clients)}: each hop, why, and on whose word`),
      ]),
      ...(rest.length === 0 ? [] : [paragraph(`Something else again becomes of ${clientsText(rest)}.`)]),
      ...changes(stops, id),
    ],
  };
}

/** What a diagram shows, as a table: what is the same in several lanes is said once. */
export function stepTable({ places, lanes }: Diagram, { sources }: Pick<Writing, 'sources'>, caption: string): Block {
  const rows = places.flatMap(({ name, label }, place): Text[][] => {
    const same = new Map<string, { lanes: Lane[]; step: Lane['steps'][number] }>();
    for (const lane of lanes) {
      for (const step of lane.steps.filter((one) => one.place === place)) {
        const key = JSON.stringify([step.verdict, step.isReached, step.because, step.stands]);
        const known = same.get(key);
        if (known === undefined) {
          same.set(key, { lanes: [lane], step });
        } else {
          known.lanes.push(lane);
        }
      }
    }
    return [...same.values()].map(({ lanes: those, step }) => [
      [name, ...(label === undefined ? [] : [' ', code(label)])],
      [lanesText(those)],
      [marked(VERDICT_MARKS[step.verdict], stepWords(step))],
      [step.because.join(' '), ...sources.refer(step.evidence)],
      joined(
        step.stands.map((text) => [code(text)]),
        ', ',
      ),
    ]);
  });
  const hasPlaces = lanes.some(({ steps }) => steps.some(({ stands }) => stands.length > 0));
  return {
    kind: 'table',
    caption,
    head: ['Hop', 'Packets', 'Verdict', 'Why', ...(hasPlaces ? ['Where it stands'] : [])],
    rows: hasPlaces ? rows : rows.map((row) => row.slice(0, -1)),
  };
}

/** `TCP 1723 both ways`, or with the direction. */
function lanesText(lanes: readonly Lane[]): string {
  const flows = [...new Set(lanes.map(({ flow }) => flow))];
  return flows
    .map((flow) => {
      const directions = lanes.filter((lane) => lane.flow === flow).map(({ direction }) => direction);
      return `${flow} ${directions.length === 2 ? 'both ways' : DIRECTION_WORDS[directions[0] ?? 'to-gateway']}`;
    })
    .join(', ');
}

/** The smallest changes that would let through what is stopped, each once. */
function changes(stops: readonly Stop[], id: string): readonly Block[] {
  const known = new Map<string, Change>();
  for (const { change } of stops) {
    if (change !== undefined) {
      known.set(change.text, change);
    }
  }
  return known.size === 0
    ? []
    : [
        {
          kind: 'section',
          id: `${id}-changes`,
          title: 'What would let it through',
          blocks: [...known.values()].flatMap(changeBlocks),
        },
      ];
}

/** A change in words and as code. */
export function changeBlocks({ text, snippets = [] }: Change): readonly Block[] {
  return [
    paragraph(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`),
    ...snippets.map((snippet): Block => ({ kind: 'code', language: 'json', text: JSON.stringify(snippet, null, 2) })),
  ];
}

/** A VPN server that the cloud runs. */
export function managedSection(
  vpn: ManagedVpn,
  answers: readonly { protocol: ProtocolAnswer['protocol']; verdict: Verdict; because: string }[],
  id: string,
  { file }: Writing,
): Section {
  return {
    kind: 'section',
    id,
    title: `VPN server ${vpn.label}, which the cloud runs`,
    blocks: [
      paragraph(code(vpn.label), ' at ', code(file(vpn.origin)), '.'),
      {
        kind: 'table',
        caption: `What ${vpn.label} serves`,
        head: ['Protocol', 'Verdict', 'Why'],
        rows: answers.map(({ protocol, verdict, because }): Text[] => [
          [protocol.name],
          [marked(VERDICT_MARKS[verdict], SERVED[verdict])],
          [because],
        ]),
      },
    ],
  };
}
