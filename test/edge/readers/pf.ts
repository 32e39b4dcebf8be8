import type { EdgeConfiguration } from '../../../lib/edge';
import type { Probe, Reading, ReadRule, ReadTranslation } from '../support/reading';

/** A rule in OpenBSD's grammar, as far as it is understood. */
interface PfRule {
  readonly action: 'pass' | 'block' | 'match';
  readonly way?: 'in' | 'out';
  readonly isQuick: boolean;
  readonly on?: string;
  readonly protocol: number | 'any';
  readonly source: readonly string[] | 'any';
  readonly destination: readonly string[] | 'any';
  readonly port?: number;
  readonly translation?: readonly [kind: string, address: string];
  readonly line: string;
}

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, gre: 47, esp: 50, ipencap: 4 };
const GRAMMAR =
  /^(pass|block drop|block|match)(?: (in|out))?( quick)?(?: on (\S+))? inet(?: proto (\S+))? from (any|<[^>]+>|\{[^}]+\}|\S+) to (any|<[^>]+>|\{[^}]+\}|\S+)(?: port (\d+))?(?: (rdr-to|nat-to|binat-to) (\S+))?(?: scrub \(max-mss \d+\))?(?: keep state \(if-bound\))?$/;

/** The rules of an anchor; the main rule set must lead to it, or the text is not in force. */
export function readPf({ files, role }: EdgeConfiguration): Reading {
  const lines = files
    .filter(({ purpose }) => purpose === 'configuration')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line !== '' && !line.startsWith('#'));
  const anchors = lines.filter((line) => /^(load )?anchor "/.test(line));
  if (anchors.length !== 2) {
    throw new Error('pf: the anchor is not called, or not loaded');
  }
  const tables = new Map(
    lines.flatMap((line) => {
      const table = /^table (<[^>]+>) const \{ (.+) \}$/.exec(line);
      return table === null ? [] : [[table[1] ?? '', (table[2] ?? '').split(', ')] as const];
    }),
  );
  const rules = lines
    .filter((line) => !line.startsWith('table ') && !anchors.includes(line))
    .map((line) => parsed(line, tables))
    // On enc0 is what came out of IPsec, which is none of the packets that are asked about.
    .filter(({ on }) => on !== 'enc0');
  const translations = rules.flatMap(read);
  const outer = (protocol: number | 'any', inner: string) =>
    rules.flatMap(({ translation, source, protocol: own }) =>
      translation !== undefined &&
      (translation[0] === 'nat-to' || translation[0] === 'binat-to') &&
      source !== 'any' &&
      source.includes(inner) &&
      (own === 'any' || own === protocol)
        ? [translation[1]]
        : [],
    )[0];
  const decisions = inOrder(rules.filter(({ action }) => action !== 'match'));
  const stage = (way: 'in' | 'out', direction: Probe['direction']): ReadRule[] =>
    decisions
      .filter((rule) => rule.way === undefined || rule.way === way)
      .flatMap((rule) => decision(rule, direction))
      .map((rule) =>
        // A packet of the gateway comes in with its inner address, and is asked about with its outer one.
        direction === 'to-client' && way === 'in' && rule.gateway !== 'any'
          ? { ...rule, gateway: rule.gateway.map((one) => outer(rule.protocol, one) ?? one) }
          : rule,
      );
  const isHost = role === 'gateway-host';
  // Behind the translation of its source nobody knows a client by its address.
  const leaving = [...stage('out', 'to-gateway'), ...stage('out', 'to-client')].filter(
    ({ clients }) => role !== 'before-clients' || clients === 'any',
  );
  return {
    rules: isHost
      ? [...stage('in', 'to-gateway'), ...stage('out', 'to-client')]
      : [...stage('in', 'to-gateway'), ...stage('in', 'to-client')],
    ...(isHost ? {} : { outRules: leaving }),
    translations,
    isStateful: true,
    hasHelper: false,
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}

/** The last match decides, but for rules that are quick: these end it where they match, so that all of them go first. */
function inOrder(rules: readonly PfRule[]): PfRule[] {
  return [...rules.filter(({ isQuick }) => isQuick), ...rules.filter(({ isQuick }) => !isQuick).reverse()];
}

function parsed(line: string, tables: ReadonlyMap<string, readonly string[]>): PfRule {
  const found = GRAMMAR.exec(line);
  if (found === null) {
    throw new Error(`pf: not understood: ${line}`);
  }
  const [, action = '', way, quick, on, protocol, source = '', destination = '', port, kind, address] = found;
  const end = (text: string): readonly string[] | 'any' => {
    if (text === 'any') {
      return 'any';
    }
    if (text.startsWith('<')) {
      const table = tables.get(text);
      if (table === undefined) {
        throw new Error(`pf: no table ${text}`);
      }
      return table;
    }
    return text.replace(/[{}]/g, '').trim().split(', ');
  };
  const number = protocol === undefined ? 'any' : PROTOCOLS[protocol];
  if (number === undefined || (port !== undefined && number !== 6 && number !== 17)) {
    throw new Error(`pf: protocol of ${line}`);
  }
  return {
    action: action.split(' ')[0] as PfRule['action'],
    ...(way === undefined ? {} : { way: way as 'in' | 'out' }),
    isQuick: quick !== undefined,
    ...(on === undefined ? {} : { on }),
    protocol: number,
    source: end(source),
    destination: end(destination),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(kind === undefined || address === undefined ? {} : { translation: [kind, address] }),
    line,
  };
}

function read({ translation, protocol, port, source, destination }: PfRule): ReadTranslation[] {
  if (translation === undefined || translation[0] === 'nat-to') {
    return [];
  }
  const [kind, address] = translation;
  const ends = kind === 'binat-to' ? { outer: address, inner: source[0] } : { outer: destination[0], inner: address };
  return [
    { protocol, ...(port === undefined ? {} : { port }), outer: ends.outer ?? 'any', inner: ends.inner ?? 'nowhere' },
  ];
}

/** What a rule says of one direction. A port is the destination's: a state, and no rule, lets answers back. */
function decision(rule: PfRule, direction: Probe['direction']): ReadRule[] {
  const { action, protocol, port, source, destination, line } = rule;
  if (direction === 'to-client' && port !== undefined) {
    return [];
  }
  return [
    {
      action: action === 'pass' ? 'allow' : 'deny',
      direction,
      protocol,
      ...(port === undefined ? {} : { ports: [[port, port]] as const }),
      clients: direction === 'to-gateway' ? source : destination,
      gateway: direction === 'to-gateway' ? destination : source,
      line,
    },
  ];
}
