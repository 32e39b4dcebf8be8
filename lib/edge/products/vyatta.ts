import type { Evidence } from '../../network/evidence';
import { HASH } from '../comment';
import type { EdgeBlock, EdgeDraft } from '../product';

export const SCRIPTING: Evidence = {
  kind: 'vendor',
  title: 'VyOS documentation: command scripting',
  source: 'https://docs.vyos.io/en/latest/automation/command-scripting.html',
  read: '2026-11',
  certainty: 'high',
};
/** Commands of the configuration mode, as a script: what VyOS and EdgeOS have in common. */
export function script(purpose: EdgeDraft['purpose'], name: string, blocks: readonly EdgeBlock[]): EdgeDraft {
  return {
    purpose,
    name,
    comments: HASH,
    firstLine: '#!/bin/vbash',
    blocks: [
      {
        text: 'source /opt/vyatta/etc/functions/script-template\nconfigure',
        why: `Run it with: sg vyattacfg -c ./${name}. "Nothing to delete" is no fault.`,
        evidence: [SCRIPTING],
      },
      ...blocks,
      {
        text: 'commit\nsave\nexit',
        why: 'All of it takes effect at once, or nothing does: a commit that fails changes nothing.',
        evidence: [SCRIPTING],
      },
    ],
  };
}

/** Words behind the number of a rule; each is a line. */
export type Rule = readonly string[];

/** The commands that set rules, from a number on. */
export function numbered(path: string, list: readonly Rule[], firstNumber: number, step: number): string {
  return list
    .flatMap((rule, index) => rule.map((words) => `set ${path} rule ${firstNumber + index * step} ${words}`))
    .join('\n');
}
