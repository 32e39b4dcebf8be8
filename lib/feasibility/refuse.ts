import type { DiagnosticCode } from '../diagnostics';
import { RefusalError, raise } from '../errors';
import { explainRefusal, type RefusalContext, reasonCodes, reasonSentences, worthOffering } from './explain';

/** What a refusal is about. */
export interface RefusedGateway extends RefusalContext {
  /**
   * The code, where something asked for does not arrive.
   *
   * @default - the one of the first reason
   */
  readonly code?: DiagnosticCode;
  /** The path of the construct that is refused. */
  readonly constructPath: string;
}

/**
 * Refuses what cannot reach its clients, or leaves some of them out, with every reason and with what would serve them.
 *
 * @throws RefusalError always: with the code given or the one of the first reason; `CLIENTS_LEFT_OUT` where something asked
 * for arrives on every path and devices that are to be served have no client for it
 */
export function refuse({ code, constructPath, ...context }: RefusedGateway): never {
  const { asked, offers } = context;
  const [first = 'NOTHING_WORKS'] = reasonCodes(asked);
  const arrives = asked.some(({ result }) => result !== 'cannot-work');
  const devices = asked.flatMap(({ service }) => service?.leftOut ?? []).filter(({ because }) => because === 'device');
  raise(
    new RefusalError({
      code: arrives ? 'CLIENTS_LEFT_OUT' : (code ?? first),
      explanation: explainRefusal(context),
      reasons: [...reasonSentences(asked), ...new Set(devices.flatMap(({ reasons }) => reasons))],
      alternatives: worthOffering(offers).map(({ candidate }) => candidate.code),
      constructPath,
      asked,
      offers,
    }),
  );
}
