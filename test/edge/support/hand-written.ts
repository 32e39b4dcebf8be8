import type { EdgeConfiguration, EdgePurpose, EdgeRole } from '../../../lib/edge';
import { type Answer, answer, type Probe, type Reading } from './reading';

/** A configuration that a person wrote, for a reader to be tried on. */
export function handWritten(role: EdgeRole, text: string): EdgeConfiguration {
  return {
    product: 'hand-written',
    role,
    files: [{ name: 'configuration', purpose: 'configuration', text, blocks: [] }],
  };
}

const CLIENT = '203.0.113.9';
const TCP_1723 = { protocol: 6, port: 1723 } as const;
const PROBES: Readonly<Record<string, Partial<Probe>>> = {
  'TCP 1723': TCP_1723,
  'TCP 1724': { protocol: 6, port: 1724 },
  'TCP 22': { protocol: 6, port: 22 },
  'TCP 1723 of a stranger': { ...TCP_1723, client: '192.0.2.77' },
  'TCP 1723 of the range next door': { ...TCP_1723, client: '203.0.114.9' },
  'GRE of a call': { protocol: 47, greVersion: 1, hasCall: true },
  'GRE of a call to the client': { protocol: 47, greVersion: 1, hasCall: true, direction: 'to-client' },
  'GRE without a call': { protocol: 47, greVersion: 1, hasCall: false },
  'GRE of a stranger': { protocol: 47, greVersion: 1, hasCall: false, client: '192.0.2.77' },
};

/** What a reading answers to the usual packets of PPTP. */
export function answers(reading: Reading, client = CLIENT): Record<string, Answer> {
  return Object.fromEntries(
    Object.entries(PROBES).map(([what, probe]) => [
      what,
      answer(reading, {
        what,
        direction: 'to-gateway',
        protocol: 6,
        client,
        gateway: '198.51.100.10',
        starts: true,
        ...probe,
      }),
    ]),
  );
}

/** The text of a configuration's file for a purpose. */
export function textOf({ files }: EdgeConfiguration, purpose: EdgePurpose): string {
  return files
    .filter((file) => file.purpose === purpose)
    .map(({ text }) => text)
    .join('\n');
}

/** The same without comments: the lines that the product acts on. */
export function commandsOf(configuration: EdgeConfiguration, purpose: EdgePurpose = 'configuration'): string[] {
  return textOf(configuration, purpose)
    .split('\n')
    .filter((line) => line !== '' && !/^[#!>]/.test(line));
}
