import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading } from '../support/reading';
import { type ChainRule, type Chains, type Match, readChains } from './linux-chains';

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  readonly text: string;
}

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, gre: 47, esp: 50, '47': 47, '50': 50 };

/**
 * Reads policies as firewalld makes chains of them: what belongs to a connection that is up is accepted before any policy;
 * then, of a policy, rules of negative priority, those of priority 0 that deny, the helpers, those of priority 0 that
 * accept, rules of positive priority, and the target.
 */
export function readFirewalld({ files, role }: EdgeConfiguration): Reading {
  const texts = files.filter(({ purpose, name }) => purpose === 'configuration' && name.endsWith('.xml'));
  const roots = texts.map(({ text }) => parse(text));
  const sets = roots.filter(({ name }) => name === 'ipset').map((set) => set.children.map(({ text }) => text));
  const [clients = []] = sets.map((set) => set.filter((entry) => entry !== ''));
  const service = roots.find(({ name }) => name === 'service');
  const policies = roots.filter(
    (root) =>
      root.name === 'policy' && root.children.some(({ children }) => children.some(({ name }) => name === 'accept')),
  );
  const [policy] = policies;
  if (policy === undefined || policies.length !== 1 || Number(policy.attributes.get('priority') ?? -1) >= 0) {
    throw new Error('firewalld: no one policy that comes before the zones');
  }
  const up: ChainRule = {
    match: { states: ['established', 'related'] },
    deed: { kind: 'accept' },
    line: 'ct state { established, related } accept',
  };
  const own = isOnTheWay(policy, role) ? rulesOf(policy, service, clients) : [];
  const target = policy.attributes.get('target') ?? 'CONTINUE';
  const end: ChainRule[] =
    target === 'CONTINUE'
      ? []
      : [{ match: {}, deed: { kind: target === 'ACCEPT' ? 'accept' : 'drop' }, line: `target ${target}` }];
  const filter = own.filter(({ deed }) => deed.kind !== 'helper');
  // A helper that stands behind the rule that accepts its connection is never set.
  const first = own.findIndex(({ match, deed }) => deed.kind === 'accept' && reaches1723(match));
  const helpers = own.filter(({ deed }, index) => deed.kind === 'helper' && (first === -1 || index < first));
  const rules = new Map<string, readonly ChainRule[]>([
    ['way', [up, ...filter, ...(own.length === 0 ? [] : end)]],
    ['out', [up]],
    ['helpers', helpers],
  ]);
  const hooks: Chains['hooks'] = [
    { kind: 'filter', hook: 'prerouting', chain: 'helpers' },
    { kind: 'filter', hook: role === 'gateway-host' ? 'input' : 'forward', chain: 'way' },
    { kind: 'filter', hook: 'output', chain: 'out' },
  ];
  return readChains({ rules, hooks }, role, 'external');
}

function reaches1723({ protocol, destinationPorts }: Match): boolean {
  return (
    (protocol === undefined || protocol === 6) &&
    (destinationPorts === undefined || destinationPorts.some(([from, to]) => from <= 1723 && 1723 <= to))
  );
}

/** Whether packets from clients to the gateway go from the one zone to the other. */
function isOnTheWay({ children }: Element, role: EdgeConfiguration['role']): boolean {
  const [ingress, egress] = ['ingress-zone', 'egress-zone'].map((name) =>
    children.filter((child) => child.name === name).map(({ attributes }) => attributes.get('name')),
  ) as [string[], string[]];
  const from = role === 'before-clients' ? 'internal' : 'external';
  const to = role === 'gateway-host' ? 'HOST' : role === 'before-clients' ? 'external' : 'internal';
  // ANY is every zone, and not the machine itself.
  return (
    (ingress.includes(from) || ingress.includes('ANY')) &&
    (egress.includes(to) || (egress.includes('ANY') && to !== 'HOST'))
  );
}

function rulesOf(policy: Element, service: Element | undefined, clients: readonly string[]): ChainRule[] {
  const read = policy.children
    .filter(({ name }) => name === 'rule')
    .map((rule) => ({ priority: Number(rule.attributes.get('priority') ?? 0), ...richRule(rule, service, clients) }));
  const at = (test: (priority: number) => boolean) =>
    read.filter(({ priority }) => test(priority)).sort((a, b) => a.priority - b.priority);
  const zero = at((priority) => priority === 0);
  return [
    ...at((priority) => priority < 0),
    ...zero.filter(({ deed }) => deed.kind === 'drop'),
    ...read.flatMap(({ helper }) => helper),
    ...zero.filter(({ deed }) => deed.kind !== 'drop'),
    ...at((priority) => priority > 0),
  ];
}

function richRule(rule: Element, service: Element | undefined, clients: readonly string[]) {
  const match: { -readonly [K in keyof Match]: Match[K] } = {};
  const line = JSON.stringify(rule);
  let kind: 'accept' | 'drop' | 'nothing' = 'nothing';
  let helper: ChainRule[] = [];
  if (rule.attributes.get('family') !== 'ipv4') {
    match.other = true;
  }
  for (const { name, attributes } of rule.children) {
    if (attributes.get('invert') !== undefined) {
      throw new Error(`firewalld: not understood: ${line}`);
    }
    if (name === 'source' || name === 'destination') {
      match[name] = attributes.get('ipset') === undefined ? [attributes.get('address') ?? ''] : clients;
    } else if (name === 'port') {
      const [from = 0, to = from] = (attributes.get('port') ?? '').split('-').map(Number);
      match.protocol = PROTOCOLS[attributes.get('protocol') ?? ''] ?? 0;
      match.destinationPorts = [[from, to]];
    } else if (name === 'protocol') {
      match.protocol = PROTOCOLS[attributes.get('value') ?? ''] ?? 0;
    } else if (name === 'service' && service !== undefined) {
      const about = serviceMatch(service);
      Object.assign(match, about);
      const { destination } = about;
      helper = service.children.some((child) => child.name === 'helper' && child.attributes.get('name') === 'pptp')
        ? [
            {
              match: { protocol: 6, destinationPorts: [[1723, 1723]], ...(destination && { destination }) },
              deed: { kind: 'helper' },
              line,
            },
          ]
        : [];
    } else if (name === 'icmp-type' || name === 'tcp-mss-clamp') {
      match.other = true;
    } else if (name === 'accept' || name === 'drop') {
      kind = name;
    } else {
      throw new Error(`firewalld: ${name} is not understood`);
    }
  }
  return { match, deed: { kind } as const, helper, line };
}

function serviceMatch({ children }: Element): Match {
  const [port] = children.filter(({ name }) => name === 'port');
  const destination = children.find(({ name }) => name === 'destination')?.attributes.get('ipv4');
  const number = Number(port?.attributes.get('port'));
  return {
    protocol: PROTOCOLS[port?.attributes.get('protocol') ?? ''] ?? 0,
    destinationPorts: [[number, number]],
    ...(destination === undefined ? {} : { destination: [destination] }),
  };
}

/** The little of XML that these files are made of: elements, attributes in double quotes, comments. */
function parse(text: string): Element {
  const tokens = text.replace(/<!--.*?-->|<\?xml[^>]*\?>/gs, '').match(/<[^>]*>|[^<]+/g) ?? [];
  const open: { name: string; attributes: Map<string, string>; children: Element[]; text: string }[] = [
    { name: '', attributes: new Map(), children: [], text: '' },
  ];
  for (const token of tokens) {
    const current = open.at(-1)!;
    const [, closing, name = '', rest = '', empty] =
      /^<(\/?)([a-z-]+)((?: [a-z0-9]+="[^"<&]*")*)(\/?)>$/.exec(token) ?? [];
    if (!token.startsWith('<')) {
      current.text += token.trim();
    } else if (name === '') {
      throw new Error(`firewalld: no XML: ${token}`);
    } else if (closing === '/') {
      if (current.name !== name) {
        throw new Error(`firewalld: ${name} ends, and ${current.name} is open`);
      }
      open.pop();
    } else {
      const attributes = new Map(
        [...rest.matchAll(/([a-z0-9]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value] as const),
      );
      const element = { name, attributes, children: [], text: '' };
      current.children.push(element);
      if (empty !== '/') {
        open.push(element);
      }
    }
  }
  const [root] = open[0]!.children;
  if (open.length !== 1 || root === undefined) {
    throw new Error('firewalld: no whole file of XML');
  }
  return root;
}
