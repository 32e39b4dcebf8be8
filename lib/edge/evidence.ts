import type { Evidence } from '../network/evidence';

/** What is known from working with a product; no document was found that says it. */
export const MEMORY: Evidence = {
  kind: 'inference',
  title: 'Working knowledge; no document was found that says it',
  read: '2026-11',
  certainty: 'low',
};

/** Whether nobody has read of something, or seen it. */
export function isFromMemory(evidence: readonly Evidence[]): boolean {
  return evidence.every(({ kind, certainty }) => kind === 'inference' && certainty === 'low');
}

/** What packets did in network namespaces with real kernels; the kernel tier sends them again. */
export const MEASURED: Evidence = {
  kind: 'experiment',
  title: 'PPTP control messages and enhanced GRE through real kernels, in network namespaces',
  read: '2026-11',
  certainty: 'high',
};
