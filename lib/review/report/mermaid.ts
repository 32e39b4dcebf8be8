import { DIRECTION_WORDS, type Diagram, type Lane, laneWords, type Step, stepWords, VERDICT_MARKS } from './diagram';
import { type Mark, SIGNS } from './document';
import { mermaid as escaped } from './escape';

/** Fills with letters on them that are told apart in a light and in a dark page. */
const CLASSES = [
  'classDef good fill:#dafbe1,stroke:#116329,color:#0b3d19',
  'classDef bad fill:#ffebe9,stroke:#a40e26,color:#5c0916,stroke-width:3px',
  'classDef open fill:#fff8c5,stroke:#7d4e00,color:#4a2f00,stroke-dasharray:5 3',
  'classDef beyond fill:#eaeef2,stroke:#57606a,color:#24292f,stroke-dasharray:2 3',
  'classDef end_ fill:#ddf4ff,stroke:#0550ae,color:#032f62',
];

/** How far packets are known to come. */
type State = 'good' | 'open' | 'beyond';

const STATES: readonly State[] = ['good', 'open', 'beyond'];

const LINKS: Readonly<Record<State, string>> = {
  good: 'stroke:#1a7f37,stroke-width:2px',
  open: 'stroke:#9a6700,stroke-width:2px,stroke-dasharray:5 3',
  beyond: 'stroke:#6e7781,stroke-dasharray:2 3',
};

/** A diagram as Mermaid: a column for each flow and direction, in the order in which packets go. */
export function mermaid(diagram: Diagram): string {
  const links: State[] = [];
  // Mermaid draws the last of parts without a link between them at the left.
  const lanes = [...diagram.lanes.entries()]
    .reverse()
    .flatMap(([index, lane]) => laneLines(diagram, lane, `l${index}`, links));
  const styles = STATES.flatMap((state) => {
    const those = links.flatMap((one, index) => (one === state ? [index] : []));
    return those.length === 0 ? [] : [`linkStyle ${those.join(',')} ${LINKS[state]}`];
  });
  return ['flowchart TB', ...lanes, ...CLASSES, ...styles]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join('\n');
}

function laneLines({ from, to, places }: Diagram, lane: Lane, id: string, links: State[]): string[] {
  const ends = lane.direction === 'to-gateway' ? [from, to] : [to, from];
  const title = [lane.flow, DIRECTION_WORDS[lane.direction]].join(' ');
  const names = [`${id}s`, ...lane.steps.map((_, step) => `${id}n${step}`), `${id}e`];
  const nodes = [
    `${names[0]}(["${escaped(ends[0] ?? '')}"]):::end_`,
    ...lane.steps.map((step, at) => {
      const { name, label, translates } = places[step.place] ?? { name: '' };
      const lines = [
        sign(VERDICT_MARKS[step.verdict], `${name}: ${stepWords(step)}`),
        ...(label === undefined ? [] : [label]),
        ...(translates === undefined ? [] : [translates]),
        ...step.rules,
      ];
      return `${names[at + 1]}["${lines.map(escaped).join('<br/>')}"]:::${nodeClass(step)}`;
    }),
    `${names.at(-1)}(["${escaped(ends[1] ?? '')}"]):::end_`,
  ];
  let state: State = 'good';
  const arrows = names.slice(1).map((name, at) => {
    const before = at === 0 ? undefined : lane.steps[at - 1];
    state = before?.verdict === 'drops' ? 'beyond' : before?.verdict === 'unknown' && state === 'good' ? 'open' : state;
    links.push(state);
    return `${names[at]} ${state === 'good' ? '-->' : '-.->'} ${name}`;
  });
  return [
    `subgraph ${id}["${escaped(sign(VERDICT_MARKS[lane.verdict], `${title}: ${laneWords(lane)}`))}"]`,
    // Left out, Mermaid draws what is inside across.
    ...['direction TB', ...nodes, ...arrows].map((line) => `  ${line}`),
    'end',
  ];
}

function sign(mark: Mark, words: string): string {
  return `${SIGNS[mark]} ${words}`;
}

function nodeClass({ verdict, isReached }: Step): string {
  return isReached ? VERDICT_MARKS[verdict] : verdict === 'drops' ? 'bad' : 'beyond';
}
