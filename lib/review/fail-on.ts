import type { Severity } from './findings';

/** From which level on findings make a check or a synthesis fail. */
export type FailOn = Severity | 'never';

/** Levels from the worst on. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** Whether a finding of a level makes it fail. */
export function fails(severity: Severity, failOn: FailOn): boolean {
  return failOn !== 'never' && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}
