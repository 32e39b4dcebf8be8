import type { EdgeConfiguration } from '../../../lib/edge';
import type { Probe, Reading, ReadTranslation } from '../support/reading';
import { type NetfilterRule, netfilterRules } from './netfilter';
import { Tree } from './vyatta';

const SHELL = /^(source \/opt\/vyatta\/etc\/functions\/script-template|configure|commit|save|exit)$/;

/** What the scripts leave behind on a router that was empty. */
export function edgeosTree(script: string): Tree {
  return new Tree(script, (line) => SHELL.test(line));
}

const PROTOCOLS: Readonly<Record<string, number | 'any'>> = { tcp: 6, udp: 17, gre: 47, esp: 50, all: 'any' };

export function readEdgeos({ files, role }: EdgeConfiguration): Reading {
  const text = files
    .filter(({ purpose }) => purpose === 'configuration')
    .map((file) => file.text)
    .join('\n');
  if (`\n${text}`.lastIndexOf('\ncommit') < `\n${text}`.lastIndexOf('\nset ')) {
    throw new Error('EdgeOS: nothing is committed');
  }
  const tree = edgeosTree(text);
  // A helper is on unless it is disabled.
  const helper = !tree.all('system', 'conntrack', 'modules').includes('pptp disable');
  const isBehind = role === 'before-clients';
  const [towards, back] =
    role === 'gateway-host' ? ['WAN_LOCAL', undefined] : isBehind ? ['LAN_IN', 'WAN_IN'] : ['WAN_IN', 'LAN_IN'];
  const translations = tree
    .numbers('service', 'nat')
    .filter((number) => tree.value('service', 'nat', 'rule', number, 'type') === 'destination')
    .flatMap((number) => translation(tree, number));
  const outer = (inner: string) => translations.find((one) => one.inner === inner)?.outer ?? inner;
  const rules = [
    ...ruleSet(tree, towards ?? '', 'to-gateway'),
    ...(back === undefined
      ? // Nothing filters what the router itself sends.
        [unfiltered]
      : ruleSet(tree, back, 'to-client')),
  ];
  return {
    rules: netfilterRules(rules, { helper: helper && isBehind, masquerades: isBehind }).map((rule) =>
      rule.direction === 'to-client' && rule.gateway !== 'any' ? { ...rule, gateway: rule.gateway.map(outer) } : rule,
    ),
    translations,
    isStateful: false,
    hasHelper: false,
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}

const unfiltered: NetfilterRule = {
  action: 'allow',
  protocol: 'any',
  source: 'any',
  destination: 'any',
  direction: 'to-client',
  line: 'what the router sends itself',
};

function translation(tree: Tree, number: string): ReadTranslation[] {
  const at = (...path: string[]) => tree.value('service', 'nat', 'rule', number, ...path);
  if (at('inbound-interface') === undefined) {
    throw new Error(`EdgeOS: nat rule ${number} has no interface`);
  }
  const ports = at('destination', 'port')?.split(',').map(Number) ?? [undefined];
  const protocol = PROTOCOLS[at('protocol') ?? 'all'];
  if (protocol === undefined || (ports[0] !== undefined && protocol !== 6 && protocol !== 17)) {
    throw new Error(`EdgeOS: protocol of nat rule ${number}`);
  }
  return ports.map((port) => ({
    protocol,
    ...(port === undefined ? {} : { port }),
    outer: at('destination', 'address') ?? 'any',
    inner: at('inside-address', 'address') ?? 'nowhere',
  }));
}

const WORDS =
  /^(action \w+|description .*|protocol \w+|(source|destination) (address \S+|port \S+|group network-group \S+)|state \w+ enable|ipsec match-ipsec)$/;

function ruleSet(tree: Tree, name: string, direction: Probe['direction']): NetfilterRule[] {
  return tree.numbers('firewall', 'name', name).flatMap((number): NetfilterRule[] => {
    const at = ['firewall', 'name', name, 'rule', number];
    const stranger = tree.all(...at).find((words) => !WORDS.test(words));
    if (stranger !== undefined) {
      throw new Error(`EdgeOS: not understood: ${stranger}`);
    }
    if (Number(number) >= 10) {
      throw new Error(`EdgeOS: rule ${number} stands among those of the wizards`);
    }
    if (tree.under(...at, 'ipsec').length > 0) {
      return [];
    }
    const action = tree.value(...at, 'action');
    const protocol = PROTOCOLS[tree.value(...at, 'protocol') ?? 'all'];
    if (protocol === undefined || (action !== 'accept' && action !== 'drop' && action !== 'reject')) {
      throw new Error(`EdgeOS: rule ${number} of ${name}`);
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
      const list = tree.value(...at, side, 'port')?.split(',');
      if (list !== undefined && protocol !== 6 && protocol !== 17) {
        throw new Error(`EdgeOS: a port of rule ${number} of ${name}`);
      }
      return list?.map((port) => [Number(port), Number(port)] as const);
    };
    const sourcePorts = ports('source');
    const destinationPorts = ports('destination');
    const states = tree.under(...at, 'state');
    return [
      {
        action: action === 'accept' ? 'allow' : 'deny',
        protocol,
        source: end('source'),
        destination: end('destination'),
        ...(sourcePorts === undefined ? {} : { sourcePorts }),
        ...(destinationPorts === undefined ? {} : { destinationPorts }),
        ...(states.length === 0 ? {} : { states }),
        direction,
        line: at.join(' '),
      },
    ];
  });
}
