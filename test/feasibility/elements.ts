import type { CarriageFact, Evidence, NetworkElement } from '../../lib/network';

/** Elements made for these tests, so that what the core does with facts is not judged by the facts we ship. */
export const VENDOR: Evidence = {
  kind: 'vendor',
  title: 'Vendor handbook',
  source: 'v',
  read: '2026-11',
  certainty: 'high',
};
export const GUESS: Evidence = { kind: 'inference', title: 'Our reading', read: '2026-11', certainty: 'medium' };

export function element(short: string, ...facts: CarriageFact[]): NetworkElement {
  return { id: `test.${short}`, platform: 'any', name: `Test ${short}`, short, facts, notes: [] };
}

export function fact(carriage: CarriageFact['carriage'], more: Partial<CarriageFact> = {}): CarriageFact {
  return { protocols: 'any', carriage, because: `It ${carriage}.`, evidence: [VENDOR], ...more };
}

export const WIRE = element('wire', fact('carries'));
