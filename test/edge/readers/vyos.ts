import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadTranslation } from '../support/reading';
import { type NetfilterRule, netfilterRules } from './netfilter';
import { Tree } from './vyatta';

const SHELL = /^(source \/opt\/vyatta\/etc\/functions\/script-template|configure|commit|save|exit)$/;

/** What the scripts leave behind on a router that was empty. */
export function vyosTree(script: string): Tree {
  return new Tree(script, (line) => SHELL.test(line));
}

const PROTOCOLS: Readonly<Record<string, number | 'any'>> = { tcp: 6, udp: 17, gre: 47, esp: 50, all: 'any' };

export function readVyos({ files, role }: EdgeConfiguration): Reading {
  const text = files
    .filter(({ purpose }) => purpose === 'configuration')
    .map((file) => file.text)
    .join('\n');
  if (!/^commit$/m.test(text)) {
    throw new Error('VyOS: nothing is committed');
  }
  const tree = vyosTree(text);
  const helper = tree.under('system', 'conntrack', 'modules').includes('pptp');
  const [towards, back] = role === 'gateway-host' ? (['input', 'output'] as const) : (['forward', 'forward'] as const);
  const rules = [
    ...chain(tree, ['firewall', 'ipv4', towards, 'filter']).map((one) => ({
      ...one,
      direction: 'to-gateway' as const,
    })),
    ...chain(tree, ['firewall', 'ipv4', back, 'filter']).map((one) => ({ ...one, direction: 'to-client' as const })),
  ];
  const translations = tree.numbers('nat', 'destination').map((number) => translation(tree, number));
  const outer = (inner: string) => translations.find((one) => one.inner === inner)?.outer ?? inner;
  return {
    rules: netfilterRules(rules, { helper, masquerades: role === 'before-clients' }).map((rule) =>
      rule.direction === 'to-client' && rule.gateway !== 'any' ? { ...rule, gateway: rule.gateway.map(outer) } : rule,
    ),
    translations,
    isStateful: false,
    hasHelper: false,
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}

function translation(tree: Tree, number: string): ReadTranslation {
  const at = (...path: string[]) => tree.value('nat', 'destination', 'rule', number, ...path);
  const port = at('destination', 'port');
  const protocol = PROTOCOLS[at('protocol') ?? 'all'];
  if (protocol === undefined || (port !== undefined && protocol !== 6 && protocol !== 17)) {
    throw new Error(`VyOS: protocol of nat destination rule ${number}`);
  }
  return {
    protocol,
    ...(port === undefined ? {} : { port: Number(port) }),
    outer: at('destination', 'address') ?? 'any',
    inner: at('translation', 'address') ?? 'nowhere',
  };
}

const WORDS =
  /^(action \w+|description .*|protocol \w+|(source|destination) (address \S+|port \S+|group network-group \S+)|state \w+|conntrack-helper pptp|jump-target \S+|ipsec match-ipsec-in|tcp (flags syn|mss \S+)|set tcp-mss \d+)$/;

function chain(tree: Tree, path: readonly string[]): NetfilterRule[] {
  return tree.numbers(...path).flatMap((number): NetfilterRule[] => {
    const at = [...path, 'rule', number];
    const stranger = tree.all(...at).find((words) => !WORDS.test(words));
    if (stranger !== undefined) {
      throw new Error(`VyOS: not understood: ${stranger}`);
    }
    const action = tree.value(...at, 'action');
    if (action === 'continue' || tree.under(...at, 'ipsec').length > 0) {
      // It decides nothing, or nothing of the packets that are asked about.
      return [];
    }
    if (action === 'jump') {
      const target = tree.value(...at, 'jump-target') ?? '';
      if (tree.value('firewall', 'ipv4', 'name', target, 'default-action') !== 'return') {
        throw new Error(`VyOS: ${target} drops whatever it has no rule for`);
      }
      const jump = rule(tree, at, 'deny');
      return chain(tree, ['firewall', 'ipv4', 'name', target]).flatMap((one) => narrowed(one, jump));
    }
    if (action !== 'accept' && action !== 'drop' && action !== 'reject') {
      throw new Error(`VyOS: action ${action}`);
    }
    return [rule(tree, at, action === 'accept' ? 'allow' : 'deny')];
  });
}

/** What matches both; all jumps here name one address. */
function narrowed(rule: NetfilterRule, jump: NetfilterRule): NetfilterRule[] {
  const both = (a: readonly string[] | 'any', b: readonly string[] | 'any') =>
    b === 'any' ? a : a === 'any' ? b : a.filter((one) => b.includes(one));
  const source = both(rule.source, jump.source);
  const destination = both(rule.destination, jump.destination);
  return source.length === 0 || destination.length === 0 ? [] : [{ ...rule, source, destination }];
}

function rule(tree: Tree, at: readonly string[], action: 'allow' | 'deny'): NetfilterRule {
  const name = tree.value(...at, 'protocol') ?? 'all';
  const protocol = PROTOCOLS[name];
  if (protocol === undefined) {
    throw new Error(`VyOS: protocol ${name}`);
  }
  const end = (side: string) => {
    const group = tree.value(...at, side, 'group', 'network-group');
    const address = tree.value(...at, side, 'address');
    return group !== undefined
      ? tree.under('firewall', 'group', 'network-group', group, 'network')
      : address === undefined
        ? ('any' as const)
        : [address];
  };
  const ports = (side: string) => {
    const port = tree.value(...at, side, 'port');
    if (port !== undefined && protocol !== 6 && protocol !== 17) {
      throw new Error(`VyOS: a port of ${name}`);
    }
    return port === undefined ? undefined : [[Number(port), Number(port)] as const];
  };
  const sourcePorts = ports('source');
  const destinationPorts = ports('destination');
  const states = tree.under(...at, 'state');
  return {
    action,
    protocol,
    source: end('source'),
    destination: end('destination'),
    ...(sourcePorts === undefined ? {} : { sourcePorts }),
    ...(destinationPorts === undefined ? {} : { destinationPorts }),
    ...(states.length === 0 ? {} : { states }),
    isHelped: tree.under(...at, 'conntrack-helper').includes('pptp'),
    line: at.join(' '),
  };
}
