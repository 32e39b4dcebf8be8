import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading } from '../support/reading';
import { type ChainRule, type Chains, type Deed, type Hook, type Match, readChains } from './linux-chains';

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, gre: 47, '47': 47, esp: 50 };
const GRE_OF_PPP = '"0>>22&0x3C@0&0x7FFFF=0x1880B"';

/** Reads what `iptables-restore` is given for IPv4, and how the script beside it hooks it in. */
export function readIptables({ files, role }: EdgeConfiguration, outside = 'eth0'): Reading {
  const text = (end: string) => files.find(({ name }) => name.endsWith(end))?.text ?? '';
  const rules = new Map<string, ChainRule[]>();
  let table = '';
  for (const line of text('.rules.v4')
    .split('\n')
    .filter((one) => one !== '' && !one.startsWith('#'))) {
    const [, chain = '', rest = ''] = /^-A (\S+) (.*)$/.exec(line) ?? [];
    if (line.startsWith('*')) {
      table = line.slice(1);
    } else if (line.startsWith(':')) {
      rules.set(`${table} ${line.slice(1).split(' ')[0]}`, []);
    } else if (chain !== '' && rules.has(`${table} ${chain}`)) {
      rules.get(`${table} ${chain}`)?.push(rule(rest, table));
    } else if (line !== 'COMMIT') {
      throw new Error(`iptables: not understood: ${line}`);
    }
  }
  const hooks: Chains['hooks'][number][] = [];
  for (const [, where = '', hook = '', chain = ''] of text('-apply.sh').matchAll(
    /^\s*hook iptables (\S+) (\S+) (\S+)$/gm,
  )) {
    if (where !== 'mangle') {
      const kind = where === 'nat' ? 'nat' : 'filter';
      hooks.push({ kind, hook: hook.toLowerCase() as Hook, chain: `${where} ${chain}` });
    }
  }
  return readChains({ rules, hooks }, role, outside);
}

function rule(text: string, table: string): ChainRule {
  const words = text.match(/"[^"]*"|\S+/g) ?? [];
  const match: { -readonly [K in keyof Match]: Match[K] } = {};
  let deed: Deed = { kind: 'nothing' };
  let recent: { list: string; end: 'source' | 'destination'; verb: string; seconds?: number } | undefined;
  const next = () => words.shift() ?? '';
  const ports = (): readonly (readonly [number, number])[] => {
    const [from = 0, to = from] = next().split(':').map(Number);
    return [[from, to]];
  };
  const options: Readonly<Record<string, () => void>> = {
    '-s': () => {
      match.source = [next()];
    },
    '-d': () => {
      match.destination = [next()];
    },
    '-i': () => {
      match.entersBy = next();
    },
    '-o': () => {
      match.leavesBy = next();
    },
    '-p': () => {
      const protocol = PROTOCOLS[next()];
      if (protocol === undefined) {
        match.other = true;
      } else {
        match.protocol = protocol;
      }
    },
    '-m': () => {
      if (next() === 'recent') {
        recent = { list: 'DEFAULT', end: 'source', verb: '' };
      }
    },
    '--sport': () => {
      match.sourcePorts = ports();
    },
    '--dport': () => {
      match.destinationPorts = ports();
    },
    '--ctstate': () => {
      match.states = next().toLowerCase().split(',').sort();
    },
    '--u32': () => {
      if (next() !== GRE_OF_PPP) {
        throw new Error(`iptables: these bytes are not GRE version 1 with PPP: ${text}`);
      }
      match.ppp = true;
    },
    '--name': () => {
      recent = { ...recent!, list: next() };
    },
    '--rsource': () => undefined,
    '--rdest': () => {
      recent = { ...recent!, end: 'destination' };
    },
    '--set': () => {
      recent = { ...recent!, verb: 'set' };
    },
    '--update': () => {
      recent = { ...recent!, verb: 'update' };
    },
    '--seconds': () => {
      recent = { ...recent!, seconds: Number(next()) };
    },
    '--helper': () => {
      if (next() !== 'pptp') {
        throw new Error(`iptables: the helper of another protocol: ${text}`);
      }
      if (deed.kind !== 'helper') {
        match.helped = true;
      }
    },
    '--dir': () => {
      match.other = true;
      next();
    },
    '--pol': () => void next(),
    '--tcp-flags': () => {
      match.other = true;
      words.splice(0, 2);
    },
    '--icmp-type': () => void next(),
    '--set-mss': () => void next(),
    '--to-destination': () => {
      deed = { kind: 'dnat', to: next() };
    },
    '--to-source': () => {
      deed = { kind: 'snat', to: next() };
    },
    '-j': () => {
      const target = next();
      const known: Readonly<Record<string, Deed>> = {
        ACCEPT: { kind: 'accept' },
        DROP: { kind: 'drop' },
        RETURN: { kind: 'return' },
        CT: { kind: 'helper' },
        TCPMSS: { kind: 'nothing' },
        DNAT: { kind: 'nothing' },
        SNAT: { kind: 'nothing' },
      };
      deed = known[target] ?? { kind: 'jump', to: `${table} ${target}` };
    },
  };
  while (words.length > 0) {
    const word = next();
    const option = options[word];
    if (option === undefined) {
      throw new Error(`iptables: ${word} is not understood: ${text}`);
    }
    option();
  }
  if (recent?.verb === 'update') {
    match.listed = { list: recent.list, end: recent.end };
  }
  const remembers = recent?.verb === 'set' ? { remembers: { list: recent.list, end: recent.end } } : {};
  return { match, deed, ...remembers, line: text };
}
