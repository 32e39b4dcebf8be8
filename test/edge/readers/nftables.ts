import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading } from '../support/reading';
import { type ChainRule, type Chains, type Deed, type Hook, type Match, readChains } from './linux-chains';

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, gre: 47, esp: 50, icmp: 1, '47': 47 };

/** Reads what `nft -f` is given, in the form of one command for each line. */
export function readNftables({ files, role }: EdgeConfiguration, outside = 'eth0'): Reading {
  const sets = new Map<string, string[]>();
  const dynamic = new Set<string>();
  const rules = new Map<string, ChainRule[]>();
  const hooks: (Chains['hooks'][number] & { readonly priority: number })[] = [];
  const helpers = new Set<string>();
  const [text = ''] = files.filter(({ purpose }) => purpose === 'configuration').map((file) => file.text);
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const [, verb = '', name = '', rest = ''] =
      /^((?:add|flush) (?:table|set|element|chain|rule|ct helper)) inet \S+ ?(\S*) ?(.*)$/.exec(line) ?? [];
    if (verb === 'add set') {
      sets.set(name, []);
      if (/flags dynamic,timeout/.test(rest)) {
        dynamic.add(name);
      }
    } else if (verb === 'add element') {
      sets.get(name)?.push(...inside(rest));
    } else if (verb === 'add ct helper') {
      if (rest === '{ type "pptp" protocol tcp; l3proto ip; }') {
        helpers.add(name);
      }
    } else if (verb === 'add chain') {
      const base = /^\{ type (filter|nat) hook (\w+) priority (.*); policy accept; \}$/.exec(rest);
      if (rest !== '' && base === null) {
        throw new Error(`nft: not understood: ${line}`);
      }
      rules.set(name, []);
      if (base !== null) {
        const [, kind, hook, priority = ''] = base;
        hooks.push({ kind: kind as 'filter', hook: hook as Hook, chain: name, priority: order(priority) });
      }
    } else if (verb === 'add rule') {
      const chain = rules.get(name);
      if (chain === undefined) {
        throw new Error(`nft: no chain ${name}`);
      }
      chain.push(rule(rest, sets, dynamic, helpers));
    } else if (verb !== 'add table' && verb !== 'flush table' && verb !== 'flush set') {
      throw new Error(`nft: not understood: ${line}`);
    }
  }
  // A helper must be set after the connection was looked up; segments are no matter of who gets through.
  const seen = hooks.filter(
    ({ hook, priority, chain }) =>
      !(hook === 'prerouting' && priority <= -200) && !rules.get(chain)?.every(({ line }) => line.includes('maxseg')),
  );
  return readChains({ rules, hooks: seen.sort((a, b) => a.priority - b.priority) }, role, outside);
}

const PRIORITIES: Readonly<Record<string, number>> = { raw: -300, mangle: -150, dstnat: -100, filter: 0, srcnat: 100 };

function order(text: string): number {
  const [, name = '', sign = '', number = '0'] = /^(-?\w+)(?: ([-+]) (\d+))?$/.exec(text) ?? [];
  return (PRIORITIES[name] ?? Number(name)) + (sign === '-' ? -1 : 1) * Number(number);
}

function inside(braces: string): string[] {
  return braces
    .replace(/[{}]/g, '')
    .split(',')
    .map((one) => one.trim());
}

function rule(
  text: string,
  sets: ReadonlyMap<string, readonly string[]>,
  dynamic: ReadonlySet<string>,
  helpers: ReadonlySet<string>,
): ChainRule {
  const words = text.match(/\{[^}]*\}|"[^"]*"|\([^)]*\)|\S+/g) ?? [];
  const match: { -readonly [K in keyof Match]: Match[K] } = {};
  let deed: Deed = { kind: 'nothing' };
  let remembers: ChainRule['remembers'];
  const next = () => words.shift() ?? '';
  const narrow = (key: 'source' | 'destination', written: string) => {
    const set = written.startsWith('@') ? written.slice(1) : undefined;
    if (set !== undefined && dynamic.has(set)) {
      match.listed = { list: set, end: key };
    } else {
      match[key] = set === undefined ? inside(written) : (sets.get(set) ?? []);
    }
  };
  const end = (word: string) => (word === 'saddr' ? 'source' : 'destination');
  while (words.length > 0) {
    const word = next();
    const two = `${word} ${words[0]}`;
    if (word === 'iifname' || word === 'oifname') {
      match[word === 'iifname' ? 'entersBy' : 'leavesBy'] = next().replace(/"/g, '');
    } else if (/^ip6? [sd]addr$/.test(two)) {
      narrow(end(next()), next());
    } else if (/^(tcp|udp) [sd]port$/.test(two)) {
      match.protocol = PROTOCOLS[word] ?? 0;
      const key = next() === 'sport' ? 'sourcePorts' : 'destinationPorts';
      match[key] = inside(next()).map((one) => {
        const [from = 0, to = from] = one.split('-').map(Number);
        return [from, to] as const;
      });
    } else if (two === 'meta l4proto' || two === 'ip protocol') {
      next();
      match.protocol = PROTOCOLS[next()] ?? 0;
    } else if (two === '@th,13,3 1') {
      next();
      if (next() !== '@th,16,16' || next() !== '0x880b') {
        throw new Error(`nft: half of GRE version 1 with PPP: ${text}`);
      }
      match.ppp = true;
    } else if (two === 'ct state') {
      next();
      match.states = next().split(',');
    } else if (two === 'ct helper' && words[1] === 'set') {
      if (!helpers.has((words[2] ?? '').replace(/"/g, ''))) {
        throw new Error(`nft: no such helper: ${text}`);
      }
      words.splice(0, 3);
      deed = { kind: 'helper' };
    } else if (two === 'ct helper') {
      next();
      if (next() !== '"pptp"') {
        throw new Error(`nft: the helper of another protocol: ${text}`);
      }
      match.helped = true;
    } else if (word === 'icmp' || word === 'icmpv6' || two === 'meta ipsec' || two === 'meta nfproto') {
      words.splice(0, 2);
      match.other = true;
    } else if (word === 'update') {
      const list = next().slice(1);
      remembers = { list, end: /\{ ip saddr \}/.test(next()) ? 'source' : 'destination' };
    } else if (word === 'dnat' || word === 'snat') {
      words.splice(0, 2);
      deed = { kind: word, to: next() };
    } else if (word === 'jump') {
      deed = { kind: 'jump', to: next() };
    } else if (word === 'accept' || word === 'drop' || word === 'return') {
      deed = { kind: word };
    } else if (two === 'tcp flags' || two === 'tcp option') {
      words.splice(0, 5);
      match.other = true;
    } else if (word !== 'counter') {
      throw new Error(`nft: ${word} is not understood: ${text}`);
    }
  }
  return { match, deed, ...(remembers === undefined ? {} : { remembers }), line: text };
}
