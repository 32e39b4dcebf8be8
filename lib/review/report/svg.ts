import {
  DIRECTION_WORDS,
  type Diagram,
  type Lane,
  laneWords,
  type Place,
  type Step,
  stepWords,
  VERDICT_MARKS,
} from './diagram';
import { html } from './escape';

// Widths in units of the drawing, which are pixels where it is not scaled. Letters are not measured: a text is broken where
// it could become too wide in any usual font.
const PLACE_WIDTH = 236;
const LANE_WIDTH = 196;
const LANE_TEXT = 30;
const [LETTER, BOLD_LETTER, CODE_LETTER] = [6.6, 8.2, 6.9];
const LINE = 15;
const GAP = 14;

/**
 * A diagram as SVG, without scripts, styles or anything from elsewhere: the page's style sheet gives the colours. Hops from
 * the clients above to the gateway below, and a lane for each flow and direction, with what each hop does to it.
 *
 * @param id unique on the page
 */
export function svg(diagram: Diagram, id: string): string {
  const { places, lanes } = diagram;
  const width = PLACE_WIDTH + lanes.length * LANE_WIDTH;
  const laneHeads = lanes.map((lane) => headOf(lane));
  const headHeight = Math.max(2, ...laneHeads.map((lines) => lines.length)) * LINE + GAP;
  const cells = places.map((_, place) => lanes.map((lane) => cellOf(lane, place)));
  const boxes = places.map(boxOf);
  const heights = places.map(
    (_, place) =>
      Math.max(boxes[place]?.length ?? 0, ...(cells[place] ?? []).map((cell) => cell?.lines.length ?? 0), 2) * LINE +
      GAP,
  );
  const [endTop, endHeight] = [headHeight, LINE + GAP];
  const tops: number[] = [];
  let y = endTop + endHeight + GAP;
  for (const height of heights) {
    tops.push(y);
    y += height + GAP;
  }
  const gatewayTop = y;
  const height = gatewayTop + endHeight + 2;
  const parts = [
    ...laneHeads.map((lines, index) => texts(lines, laneX(index) + 4, LINE)),
    end(diagram.from, endTop, width),
    end(diagram.to, gatewayTop, width),
    ...places.map((_, place) => box(boxes[place] ?? [], tops[place] ?? 0, heights[place] ?? 0)),
    ...lanes.flatMap((lane, index) => {
      const x = laneX(index) + 14;
      const centre = (place: number) => (tops[place] ?? 0) + (heights[place] ?? 0) / 2;
      return [
        line(lane, x, endTop + endHeight, gatewayTop, centre),
        ...lane.steps.map((step) => mark(step, x, centre(step.place))),
        ...lane.steps.map((step) => {
          const lines = cells[step.place]?.[index]?.lines ?? [];
          return texts(lines, laneX(index) + LANE_TEXT, centre(step.place) - ((lines.length - 1) * LINE) / 2 + 4);
        }),
      ];
    }),
  ];
  return [
    `<svg class="diagram" role="img" aria-labelledby="${html(id)}-title ${html(id)}-text" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title id="${html(id)}-title">${html(diagram.title)}</title>`,
    `<desc id="${html(id)}-text">${html(summary(diagram))}</desc>`,
    ...parts,
    '</svg>',
  ].join('\n');
}

/** A diagram in sentences. */
export function summary({ lanes, places }: Diagram): string {
  return lanes
    .map((lane) => {
      const stop = lane.steps.find(({ verdict }) => verdict !== 'passes');
      const at = stop === undefined ? '' : `, ${stepWords(stop)} at the ${places[stop.place]?.name}`;
      return `${lane.flow} ${DIRECTION_WORDS[lane.direction]}: ${laneWords(lane)}${at}.`;
    })
    .join(' ');
}

/** A line of a text and how it is written. */
interface Line {
  readonly text: string;
  readonly style: 'plain' | 'strong' | 'code' | 'good' | 'bad' | 'open';
}

function headOf(lane: Lane): readonly Line[] {
  const arrow = lane.direction === 'to-gateway' ? '↓' : '↑';
  return [
    { text: lane.flow, style: 'strong' },
    { text: `${arrow} ${DIRECTION_WORDS[lane.direction]}`, style: 'plain' },
    ...broken(laneWords(lane), LANE_WIDTH - 12, BOLD_LETTER).map((text) => ({
      text,
      style: VERDICT_MARKS[lane.verdict] as Line['style'],
    })),
  ];
}

function boxOf({ name, label, translates }: Place): readonly Line[] {
  const width = PLACE_WIDTH - 24;
  return [
    ...broken(name, width, BOLD_LETTER).map((text): Line => ({ text, style: 'strong' })),
    ...broken(label ?? '', width, CODE_LETTER).map((text): Line => ({ text, style: 'code' })),
    ...broken(translates ?? '', width, LETTER).map((text): Line => ({ text, style: 'plain' })),
  ];
}

function cellOf({ steps }: Lane, place: number): { lines: readonly Line[] } | undefined {
  const step = steps.find((one) => one.place === place);
  if (step === undefined) {
    return undefined;
  }
  const width = LANE_WIDTH - LANE_TEXT - 6;
  return {
    lines: [
      { text: stepWords(step), style: VERDICT_MARKS[step.verdict] as Line['style'] },
      ...step.rules.flatMap((rule) => broken(rule, width, LETTER)).map((text): Line => ({ text, style: 'plain' })),
    ],
  };
}

/** Lines of a text that is no wider than this, broken at spaces where there are some; no more than five. */
function broken(text: string, width: number, letter: number): readonly string[] {
  const most = Math.floor(width / letter);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).flatMap((one) => one.match(new RegExp(`.{1,${most}}`, 'gsu')) ?? [])) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') {
    lines.push(line);
  }
  return lines.length <= 5 ? lines : [...lines.slice(0, 4), '...'];
}

function laneX(index: number): number {
  return PLACE_WIDTH + index * LANE_WIDTH;
}

function texts(lines: readonly Line[], x: number, y: number): string {
  return lines
    .map(
      ({ text, style }, index) =>
        `<text class="${style}" x="${x}" y="${rounded(y + index * LINE)}">${html(text)}</text>`,
    )
    .join('\n');
}

function end(text: string, top: number, width: number): string {
  const [line = '', more] = broken(text, width - 20, BOLD_LETTER);
  return [
    `<rect class="end" x="1" y="${top}" width="${width - 2}" height="${LINE + GAP}" rx="6"/>`,
    `<text class="strong" x="12" y="${top + LINE + 4}">${html(more === undefined ? line : `${line} ...`)}</text>`,
  ].join('\n');
}

function box(lines: readonly Line[], top: number, height: number): string {
  return [
    `<rect class="place" x="1" y="${top}" width="${PLACE_WIDTH - 12}" height="${height}" rx="6"/>`,
    texts(lines, 12, top + height / 2 - ((lines.length - 1) * LINE) / 2 + 4),
  ].join('\n');
}

/** The line of a lane: whole as far as packets come, dotted beyond, with a point where they arrive. */
function line(
  { steps, direction, verdict }: Lane,
  x: number,
  top: number,
  bottom: number,
  centre: (place: number) => number,
): string {
  const isDown = direction === 'to-gateway';
  const [from, to] = isDown ? [top, bottom] : [bottom, top];
  const stops = [from, ...steps.map(({ place }) => centre(place)), to];
  let state: 'good' | 'open' | 'dead' = 'good';
  const parts = stops.slice(1).map((y, index) => {
    const before = index === 0 ? undefined : steps[index - 1];
    state = before?.verdict === 'drops' ? 'dead' : before?.verdict === 'unknown' && state === 'good' ? 'open' : state;
    return `<path class="lane ${state}" d="M${x} ${rounded(stops[index] ?? 0)}V${rounded(y)}"/>`;
  });
  const back = isDown ? -8 : 8;
  return [
    ...parts,
    ...(verdict === 'drops'
      ? []
      : [`<path class="point ${state}" d="M${x - 6} ${to + back}L${x} ${to}L${x + 6} ${to + back}Z"/>`]),
  ].join('\n');
}

/** A sign, drawn: no font has to know it. */
function mark({ verdict, isReached }: Step, x: number, y: number): string {
  const at = `${x} ${rounded(y)}`;
  const sign =
    verdict === 'passes'
      ? '<path class="sign" d="M-4 0L-1 3.5L4.5 -3.5"/>'
      : verdict === 'drops'
        ? '<path class="sign" d="M-3.5 -3.5L3.5 3.5M3.5 -3.5L-3.5 3.5"/>'
        : '<path class="sign" d="M-3 -2.5A3 3 0 1 1 0.5 0.5V2M0.5 4.4V4.6"/>';
  return `<g class="mark ${VERDICT_MARKS[verdict]}${isReached ? '' : ' beyond'}" transform="translate(${at})"><circle r="9"/>${sign}</g>`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
