import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadTranslation } from '../support/reading';
import { type NetfilterRule, netfilterRules } from './netfilter';

/** Properties of one `add` or `set`. */
type Item = Readonly<Record<string, string>>;

/** Menus of RouterOS after a script ran on a router with its default configuration. */
class Router {
  private readonly menus = new Map<string, Item[]>();
  /** What `move` put before everything else of its chain. */
  public readonly moved = new Set<string>();

  public constructor(script: string) {
    let menu = '';
    for (const raw of script.split('\n')) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) {
        continue;
      }
      const path = /^(\/[a-z0-9 -]*?)(?: (add|set|remove|print|quick)\b(.*))?$/.exec(line);
      if (path?.[1] !== undefined) {
        menu = path[1].trim();
        this.run(menu, path[2], path[3] ?? '');
        continue;
      }
      const command = /^(add|set|remove)\b(.*)$/.exec(line);
      if (command?.[1] !== undefined) {
        this.run(menu, command[1], command[2] ?? '');
        continue;
      }
      const move =
        /^:if \(\[:len (\[find where chain=(\w+) and dynamic=no and !\(comment~"([^"]+)"\)\])\] > 0\) do=\{ move \[find where chain=\2 and comment~"\3"\] destination=\[:pick \1 0\] \}$/.exec(
          line,
        );
      if (move === null) {
        throw new Error(`RouterOS: not understood: ${line}`);
      }
      this.moved.add(`${menu} ${move[2]} ${move[3]}`);
    }
  }

  public items(menu: string): readonly Item[] {
    return this.menus.get(menu) ?? [];
  }

  private run(menu: string, verb: string | undefined, rest: string): void {
    if (verb === 'add') {
      this.menus.set(menu, [...this.items(menu), properties(rest)]);
    } else if (verb === 'remove') {
      const pattern = /^ \[find where comment~"(.+)"\]$/.exec(rest)?.[1];
      if (pattern === undefined) {
        throw new Error(`RouterOS: removes what it should not: ${menu} ${rest}`);
      }
      this.menus.set(
        menu,
        this.items(menu).filter(({ comment = '' }) => !new RegExp(pattern).test(comment)),
      );
    } else if (verb === 'set') {
      this.menus.set(menu, [...this.items(menu), { ...properties(rest.replace(/^ pptp/, '')), name: 'pptp' }]);
    }
  }
}

function properties(text: string): Item {
  const found = [...text.matchAll(/([a-z-]+)=("[^"]*"|[^\s"]+)/g)];
  const rest = found.reduce((left, [whole]) => left.replace(whole, ''), text).trim();
  if (rest !== '') {
    throw new Error(`RouterOS: not understood: ${rest} in ${text}`);
  }
  return Object.fromEntries(found.map(([, key, value = '']) => [key, value.replace(/^"|"$/g, '')]));
}

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, 'ipsec-esp': 50 };

function protocol(name: string | undefined): number | 'any' {
  return name === undefined ? 'any' : (PROTOCOLS[name] ?? Number(name));
}

function ports(text: string | undefined): readonly (readonly [number, number])[] | undefined {
  return text?.split(',').map((part) => {
    const [from, to] = part.split('-').map(Number);
    return [from ?? Number.NaN, to ?? from ?? Number.NaN] as const;
  });
}

/** Properties of a filter rule that narrow it, and that this reader understands. */
const UNDERSTOOD = [
  'chain',
  'action',
  'comment',
  'jump-target',
  'protocol',
  'src-port',
  'dst-port',
  'src-address',
  'dst-address',
  'src-address-list',
  'dst-address-list',
  'connection-state',
  'connection-type',
  'ipsec-policy',
];

export function readMikrotik(configuration: EdgeConfiguration): Reading {
  const text = configuration.files.filter(({ purpose }) => purpose === 'configuration').map((file) => file.text);
  const router = new Router(text.join('\n'));
  return reading(router, configuration.role);
}

/** What a script leaves behind when another ran after it. */
export function leftAfter(script: string, removal: string): string[] {
  const router = new Router(`${script}\n${removal}`);
  return ['filter', 'nat', 'mangle', 'address-list'].filter((menu) => router.items(`/ip firewall ${menu}`).length > 0);
}

function reading(router: Router, role: EdgeConfiguration['role']): Reading {
  const filter = router.items('/ip firewall filter');
  const nat = router.items('/ip firewall nat');
  const helper = !router.items('/ip firewall service-port').some(({ disabled }) => disabled === 'yes');
  const [towards, back] = role === 'gateway-host' ? ['input', 'output'] : ['forward', 'forward'];
  const rules = [
    ...chain(router, filter, towards).map((rule) => ({ ...rule, direction: 'to-gateway' as const })),
    ...chain(router, filter, back).map((rule) => ({ ...rule, direction: 'to-client' as const })),
  ];
  const translations = nat
    .filter((item) => item.chain === 'dstnat')
    .map((item): ReadTranslation => {
      const port = item['dst-port'];
      return {
        protocol: protocol(item.protocol),
        ...(port === undefined ? {} : { port: Number(port) }),
        outer: item['dst-address'] ?? 'any',
        inner: item['to-addresses'] ?? 'nowhere',
      };
    });
  if (nat.length > 0 && !(isFirst(router, 'nat', 'dstnat') && isFirst(router, 'nat', 'srcnat'))) {
    throw new Error('RouterOS: a rule of nat that is there may decide before ours');
  }
  return {
    rules: netfilterRules(rules, { helper, masquerades: role === 'before-clients' }).map((rule) =>
      role === 'before-gateway' && rule.direction === 'to-client' ? outwards(rule, nat) : rule,
    ),
    translations,
    isStateful: false,
    hasHelper: false,
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}

/** What leaves the gateway is asked about with its outer address, which it gets after the filter. */
function outwards<T extends { gateway: readonly string[] | 'any' }>(rule: T, nat: readonly Item[]): T {
  const outer = (inner: string) => nat.find((item) => item['to-addresses'] === inner)?.['dst-address'] ?? inner;
  return rule.gateway === 'any' ? rule : { ...rule, gateway: rule.gateway.map(outer) };
}

function isFirst(router: Router, menu: string, name: string): boolean {
  return [...router.moved].some((one) => one.startsWith(`/ip firewall ${menu} ${name} `));
}

/** The rules of a chain in the order in which they decide, with those of the chains it jumps to narrowed by the jump. */
function chain(router: Router, filter: readonly Item[], name: string): NetfilterRule[] {
  const lists = router.items('/ip firewall address-list');
  return filter
    .filter((item) => item.chain === name)
    .flatMap((item): NetfilterRule[] => {
      const stranger = Object.keys(item).find((key) => !UNDERSTOOD.includes(key));
      if (stranger !== undefined) {
        throw new Error(`RouterOS: ${stranger} is not understood`);
      }
      if (item.action === 'jump') {
        if (!isFirst(router, 'filter', name)) {
          throw new Error(`RouterOS: a rule of ${name} that is there may decide before ours`);
        }
        const narrowed = toRule(item, lists);
        return chain(router, filter, item['jump-target'] ?? '').flatMap((rule) => narrow(rule, narrowed));
      }
      // What came out of IPsec is none of the packets that are asked about.
      return item['ipsec-policy'] === 'in,ipsec' ? [] : [toRule(item, lists)];
    });
}

/** What matches both; all jumps here name one address. */
function narrow(rule: NetfilterRule, jump: NetfilterRule): NetfilterRule[] {
  const both = (a: readonly string[] | 'any', b: readonly string[] | 'any') =>
    b === 'any' ? a : a === 'any' ? b : a.filter((one) => b.includes(one));
  const source = both(rule.source, jump.source);
  const destination = both(rule.destination, jump.destination);
  return source.length === 0 || destination.length === 0 ? [] : [{ ...rule, source, destination }];
}

function toRule(item: Item, lists: readonly Item[]): NetfilterRule {
  const end = (side: 'src' | 'dst') => {
    const list = item[`${side}-address-list`];
    const address = item[`${side}-address`];
    return list === undefined
      ? address === undefined
        ? ('any' as const)
        : [address]
      : lists.filter((entry) => entry.list === list).map((entry) => entry.address ?? '');
  };
  const source = ports(item['src-port']);
  const destination = ports(item['dst-port']);
  const action = { accept: 'allow', drop: 'deny', reject: 'deny', jump: 'deny' }[item.action ?? ''];
  if (action === undefined) {
    throw new Error(`RouterOS: action ${item.action} is not understood`);
  }
  return {
    action: action as 'allow' | 'deny',
    protocol: protocol(item.protocol),
    source: end('src'),
    destination: end('dst'),
    ...(source === undefined ? {} : { sourcePorts: source }),
    ...(destination === undefined ? {} : { destinationPorts: destination }),
    ...(item['connection-state'] === undefined ? {} : { states: item['connection-state'].split(',') }),
    isHelped: item['connection-type'] === 'pptp',
    line: JSON.stringify(item),
  };
}
