import type { RefusalError } from '../../errors';
import type { Result, Verdict } from '../../feasibility/assess';
import type { AssessedCandidate } from '../../feasibility/choose';
import { type Block, code, type Mark, marked, paragraph, type Report, type Section, type Text } from './document';
import type { ReportOptions } from './estate-report';
import { stepTable } from './gateway-section';
import { diagramOfVerdict } from './refusal-lanes';
import { Sources } from './sources';

const RESULTS: Readonly<Record<Result, { readonly mark: Mark; readonly text: string }>> = {
  works: { mark: 'good', text: 'works' },
  'cannot-work': { mark: 'bad', text: 'cannot work' },
  unverified: { mark: 'open', text: 'nobody can tell' },
};

/** A report of a refusal: nothing was built, and this says why, on whose word, and what works in its place. */
export function refusalReport(refusal: RefusalError, options: ReportOptions = {}): Report {
  const { asked, offers, constructPath, code: diagnostic } = refusal;
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  const subject = constructPath ?? 'a gateway';
  const sources = new Sources();
  const sections: Section[] = [
    { kind: 'section', id: 'in-short', title: 'In short', blocks: [inShort(asked)] },
    ...asked.map((candidate, index) => candidateSection(candidate, `asked-${index + 1}`, sources)),
    instead(offers, refusal.alternatives),
    {
      kind: 'section',
      id: 'checklist',
      title: 'Checklist',
      blocks: [
        paragraph(
          marked('hand', 'by hand'),
          `: nothing was built, and there is nothing to test. What an account does all the same is seen by a packet of each kind, sent to a machine in it and looked for with `,
          code(`tcpdump -n -i any '${filterOf(asked)}'`),
          '.',
        ),
      ],
    },
  ];
  return {
    title: options.title ?? `Refused: ${subject}`,
    lead: [
      [
        code(subject),
        ' was not built: ',
        marked('bad', asked.map(({ candidate }) => `${candidate.protocol.name} cannot work`).join(', ')),
        ' on its network. ',
        code(diagnostic),
        '.',
      ],
      [`Made on ${today} from what the program asked for. Nothing was synthesised.`],
    ],
    sections: [...sections, sources.section()],
  };
}

function inShort(asked: readonly AssessedCandidate[]): Block {
  return {
    kind: 'table',
    caption: 'What was asked for',
    head: ['Protocol', 'Verdict', 'Packets that are lost'],
    rows: asked.map(({ candidate, result, verdicts }): Text[] => {
      const lost = verdicts.flatMap(({ reasons }) =>
        reasons.filter(({ kind }) => kind === 'drops').map(({ flow }) => flow.label),
      );
      const { mark, text } = RESULTS[result];
      return [[candidate.protocol.name], [marked(mark, text)], [[...new Set(lost)].join(', ')]];
    }),
  };
}

function candidateSection({ candidate, verdicts }: AssessedCandidate, id: string, sources: Sources): Section {
  const { protocol, builtBy } = candidate;
  return {
    kind: 'section',
    id,
    title: `${protocol.name} by ${builtBy}, hop by hop`,
    blocks: verdicts.flatMap((verdict): Block[] => {
      const diagram = diagramOfVerdict(verdict);
      const { mark, text } = RESULTS[verdict.result];
      return [
        paragraph(marked(mark, text), `: ${pathText(verdict)}.`),
        { kind: 'diagram', diagram },
        stepTable(diagram, { sources }, `${protocol.name} of ${diagram.from}: each hop, why, and on whose word`),
        ...remedies(verdict),
      ];
    }),
  };
}

function pathText({ path, flowSet }: Verdict): string {
  return `${flowSet.flows.map(({ label }) => label).join(' and ')} from ${path.from} to ${path.to}`;
}

function remedies({ reasons }: Verdict): readonly Block[] {
  const texts = [...new Set(reasons.flatMap(({ remedy }) => remedy ?? []))];
  return texts.length === 0 ? [] : [paragraph('To change it:'), { kind: 'list', items: texts.map((text) => [text]) }];
}

function instead(offers: readonly AssessedCandidate[], alternatives: readonly string[]): Section {
  const works = offers.filter(({ result }) => result === 'works');
  return {
    kind: 'section',
    id: 'instead',
    title: 'What works in its place',
    blocks:
      works.length === 0
        ? [
            paragraph(
              alternatives.length === 0 ? 'Nothing that this library builds works on this network.' : 'To write:',
            ),
            ...alternatives.map((text): Block => ({ kind: 'code', language: 'ts', text })),
          ]
        : [
            {
              kind: 'table',
              caption: 'What works on this network',
              head: ['Protocol', 'Built by', 'Takes', 'Costs', 'Clients'],
              rows: works.map(({ candidate: { protocol, builtBy, takes, cost, clients } }): Text[] => [
                [protocol.name],
                [builtBy],
                [takes],
                [cost],
                [clients],
              ]),
            },
            ...works.flatMap(({ candidate: { protocol, builtBy, code: text } }): Block[] => [
              paragraph(`${protocol.name} by ${builtBy}:`),
              { kind: 'code', language: 'ts', text },
            ]),
          ],
  };
}

function filterOf(asked: readonly AssessedCandidate[]): string {
  const flows = asked.flatMap(({ verdicts }) => verdicts.flatMap(({ flowSet }) => flowSet.flows));
  const parts = flows.map(({ protocol, port }) =>
    port === undefined ? `ip proto ${protocol}` : `${protocol === 6 ? 'tcp' : 'udp'} port ${port}`,
  );
  return [...new Set(parts)].join(' or ');
}
