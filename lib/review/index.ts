import { Answers, type GatewayAnswer, World } from './evaluate';
import { type Finding, type FindOptions, findingsOf } from './findings';
import type { Estate, Unread } from './model';
import { estateOf, type ReadOptions, readEstate } from './read';

export { acknowledgedBecause, NAMESPACE } from './acknowledge';
export { type FlowQuestion, type FlowReach, type ProtocolQuestion, type ProtocolReach, reach, serves } from './ask';
export { type Comparison, compare, type Difference } from './compare';
export * from './evaluate';
export { type FailOn, fails, SEVERITIES } from './fail-on';
export * from './findings';
export * from './model';
export {
  documentOf,
  estateOf,
  FORMATS,
  type Format,
  type Input,
  parseDocument,
  type ReadOptions,
  readDocument,
  readEstate,
} from './read';
export {
  REPORT_FILES,
  type Report,
  type ReportOptions,
  reportHtml,
  reportMarkdown,
  reportOf,
  type WriteReportOptions,
  writeReport,
} from './report';

/** Settings of a review. */
export interface ReviewOptions extends ReadOptions, FindOptions {}

/** What a review says. */
export interface Review {
  readonly estate: Estate;
  /** For questions of your own. */
  readonly answers: Answers;
  /** Every VPN gateway with what it serves, and what stops the rest. */
  readonly gateways: readonly GatewayAnswer[];
  readonly findings: readonly Finding[];
  /** What was met and not understood. */
  readonly unread: readonly Unread[];
}

/**
 * Reads what was synthesised and says what it really lets through.
 *
 * @param paths templates, or folders that hold them: a cdk.out
 * @throws InvalidInputError as `readEstate` does
 */
export function review(paths: readonly string[], options: ReviewOptions = {}): Review {
  return reviewEstate(readEstate(paths, options), options);
}

/**
 * The same for data in memory.
 *
 * @param templates parsed templates by the names of their stacks
 * @throws InvalidInputError `REVIEW_INPUT_NOT_A_TEMPLATE`
 */
export function reviewTemplates(templates: Readonly<Record<string, unknown>>, options: ReviewOptions = {}): Review {
  return reviewEstate(estateOf(templates, options), options);
}

/** The same for an estate that was read. */
export function reviewEstate(estate: Estate, options: FindOptions = {}): Review {
  const answers = new Answers(new World(estate));
  const gateways = answers
    .gateways()
    .map((machine): GatewayAnswer => ({ machine, protocols: answers.serves(machine) }));
  return { estate, answers, gateways, findings: findingsOf(answers, options), unread: estate.unread };
}
