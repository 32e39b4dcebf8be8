import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { refusalCode, resourceTypes, type SynthRun } from '../test/support/cli';
import type { Example } from './examples';

export interface Outcome {
  /** The verdict that the example declares, or what it was instead. */
  readonly verdict: string;
  readonly result: string;
  /** Whether the example did what it declares. */
  readonly ok: boolean;
}

/** What a run of an example's app came to. */
export function outcomeOf({ expect }: Example, run: SynthRun): Outcome {
  if (run.status !== 0) {
    const code = refusalCode(run);
    if (code === undefined) return { verdict: 'FAILED', result: `exit status ${run.status}, not a refusal`, ok: false };
    const ok = expect.verdict === 'refused' && expect.code === code;
    return { verdict: ok ? 'refused' : 'UNEXPECTED', result: `${code}, see docs/diagnostics.md`, ok };
  }
  if (expect.verdict === 'rendered') {
    const folders = readdirSync(run.outdir);
    const refused = folders.filter((folder) => existsSync(join(run.outdir, folder, 'refused.txt'))).length;
    const ok = folders.includes(expect.writes);
    const result = `${folders.length - refused} configurations, and ${refused} refused`;
    return { verdict: ok ? expect.verdict : 'UNEXPECTED', result, ok };
  }
  const types = resourceTypes(run.outdir);
  const ok = expect.verdict !== 'refused' && types.includes(expect.builds);
  const first = ok ? expect.builds : (types[0] ?? 'no resource');
  const others = Math.max(types.length - 1, 0);
  return {
    verdict: ok ? expect.verdict : 'UNEXPECTED',
    result: `${first} and ${others} more ${others === 1 ? 'resource' : 'resources'}`,
    ok,
  };
}
