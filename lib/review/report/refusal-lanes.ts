import type { Reason, Verdict } from '../../feasibility/assess';
import { hopName } from '../../feasibility/path';
import { DIRECTIONS, type Direction, type Flow } from '../../flows';
import { factFor } from '../../network/element';
import { type Verdict as StepVerdict, worse } from '../evaluate';
import { type Diagram, type Place, reached, type Step, translationOf } from './diagram';

/** The diagram of a verdict that was given before anything was built. */
export function diagramOfVerdict(verdict: Verdict): Diagram {
  const { path, flowSet, protocol } = verdict;
  const places = path.hops.map((hop): Place => {
    const translates = translationOf(hop.element.id);
    return {
      name: hopName(hop),
      ...(hop.label === undefined ? {} : { label: hop.element.name }),
      ...(translates === undefined ? {} : { translates }),
    };
  });
  return {
    title: `${protocol.name} on its way`,
    from: path.from,
    to: path.to,
    places,
    lanes: flowSet.flows.flatMap((flow) =>
      DIRECTIONS.map((direction) => {
        const order = direction === 'to-gateway' ? places.keys() : [...places.keys()].reverse();
        const steps = [...order].map((place) => stepOf(verdict, place, flow, direction));
        return {
          flow: flow.label,
          direction,
          verdict: steps.map((step) => step.verdict).reduce(worse, 'passes'),
          steps: reached(steps),
        };
      }),
    ),
  };
}

const VERDICTS: Readonly<Record<Reason['kind'], StepVerdict>> = { drops: 'drops', unknown: 'unknown' };

function stepOf({ reasons, path }: Verdict, place: number, flow: Flow, direction: Direction): Omit<Step, 'isReached'> {
  const reason = reasons.find((one) => one.hopIndex === place && one.flow === flow && one.direction === direction);
  const hop = path.hops[place];
  const fact =
    hop === undefined
      ? undefined
      : (factFor({ ...hop.element, facts: hop.facts ?? [] }, flow, direction) ?? factFor(hop.element, flow, direction));
  const condition = reason === undefined && fact?.carriage === 'conditional' ? fact.condition : undefined;
  return {
    place,
    verdict: reason === undefined ? 'passes' : VERDICTS[reason.kind],
    rules: [],
    because: [
      reason?.because ?? fact?.because ?? '',
      ...(condition === undefined ? [] : [`Given that ${condition}.`]),
    ].filter((text) => text !== ''),
    stands: [],
    evidence: reason?.evidence ?? fact?.evidence ?? [],
    ...(reason?.remedy === undefined ? {} : { change: { text: reason.remedy } }),
  };
}
