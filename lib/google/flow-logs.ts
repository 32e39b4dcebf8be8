import { invalid } from '../errors';

/** How flows of a subnetwork are logged. */
export interface FlowLogOptions {
  /**
   * The share of the entries that is kept: more than 0, at most 1. Google samples packets before that, whatever is asked.
   *
   * @default 1
   */
  readonly sampling?: number;
}

/** Checks how flows are logged. @throws InvalidInputError `FLOW_LOG_SAMPLING_INVALID` */
export function checkFlowLogs(options: FlowLogOptions | undefined): void {
  const sampling = options?.sampling ?? 1;
  if (!(typeof sampling === 'number' && sampling > 0 && sampling <= 1)) {
    invalid({
      code: 'FLOW_LOG_SAMPLING_INVALID',
      what: 'sampling of the flow logs is out of range',
      got: sampling,
      allowed: 'a number above 0, at most 1',
      instead: 'sampling: 0.5',
    });
  }
}

/** As a subnetwork wants it. */
export function logConfigOf({ sampling = 1 }: FlowLogOptions) {
  return { aggregationInterval: 'INTERVAL_5_SEC', flowSampling: sampling, metadata: 'INCLUDE_ALL_METADATA' };
}
