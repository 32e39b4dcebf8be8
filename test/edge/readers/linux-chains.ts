import type { EdgeRole } from '../../../lib/edge';
import { IpProtocol } from '../../../lib/flows';
import { type Probe, type Reading, type ReadRule, type ReadTranslation, range } from '../support/reading';

type Ports = readonly (readonly [number, number])[];

/** What a rule asks of a packet, in the words that nftables and iptables have in common. */
export interface Match {
  readonly source?: readonly string[];
  readonly destination?: readonly string[];
  readonly protocol?: number;
  readonly sourcePorts?: Ports;
  readonly destinationPorts?: Ports;
  readonly states?: readonly string[];
  readonly entersBy?: string;
  readonly leavesBy?: string;
  /** GRE version 1 with PPP. */
  readonly ppp?: true;
  /** The end of the packet whose address must be in a list that other rules fill. */
  readonly listed?: { readonly list: string; readonly end: 'source' | 'destination' };
  /** Its connection was expected by the helper for PPTP. */
  readonly helped?: true;
  /** Something that no probe has: a type of ICMP, a packet out of IPsec, the other version of IP. */
  readonly other?: true;
}

/** What it does then. */
export type Deed =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'helper' | 'nothing' }
  | { readonly kind: 'jump'; readonly to: string }
  | { readonly kind: 'dnat' | 'snat'; readonly to: string };

export interface ChainRule {
  readonly match: Match;
  readonly deed: Deed;
  /** The list that it puts an end of the packet into. */
  readonly remembers?: { readonly list: string; readonly end: 'source' | 'destination' };
  readonly line: string;
}

export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** Chains by name, and which of them the kernel begins at, in its order. */
export interface Chains {
  readonly rules: ReadonlyMap<string, readonly ChainRule[]>;
  readonly hooks: readonly { readonly kind: 'filter' | 'nat'; readonly hook: Hook; readonly chain: string }[];
}

const { TCP, GRE, ESP } = IpProtocol;

/** What chains mean for the packets of a call. */
export function readChains(chains: Chains, role: EdgeRole, outside: string): Reading {
  const at = (kind: 'filter' | 'nat', ...hooks: readonly Hook[]) =>
    chains.hooks
      .filter((one) => one.kind === kind && hooks.includes(one.hook))
      .flatMap((one) => flat(chains, one.chain, {}).map((rule) => ({ ...rule, hook: one.hook })));
  const filters = at('filter', ...(role === 'gateway-host' ? (['input', 'output'] as const) : (['forward'] as const)));
  const helpers = at('filter', 'prerouting').filter(({ deed }) => deed.kind === 'helper');
  const published = at('nat', 'prerouting');
  const appearing = at('nat', 'postrouting');
  const translations = published.flatMap((rule) => translation(rule, outside));
  const all = new Reader(filters, helpers, appearing, translations, role, outside);
  return {
    rules: filters.flatMap((rule) => all.read(rule, rule.hook)),
    translations,
    isStateful: false,
    hasHelper: false,
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}

/** The rules that a chain leads to, each with all that was asked on the way. */
function flat({ rules, ...rest }: Chains, name: string, asked: Match): ChainRule[] {
  const own = rules.get(name);
  if (own === undefined) {
    throw new Error(`no chain ${name}`);
  }
  return own.flatMap((rule) => {
    const match = both(asked, rule.match);
    if (match === undefined) {
      return [];
    }
    if (rule.deed.kind === 'jump') {
      return flat({ rules, ...rest }, rule.deed.to, match);
    }
    if (rule.deed.kind === 'return' && match.other !== true) {
      throw new Error(`not understood: ${rule.line}`);
    }
    return [{ ...rule, match }];
  });
}

/** What both ask; nothing where no packet can be both. */
function both(a: Match, b: Match): Match | undefined {
  const narrowed = (x: readonly string[] | undefined, y: readonly string[] | undefined) =>
    x === undefined || y === undefined
      ? (x ?? y)
      : x.flatMap((one) =>
          y.flatMap((two) => (range(one).contains(range(two)) ? [two] : range(two).contains(range(one)) ? [one] : [])),
        );
  const source = narrowed(a.source, b.source);
  const destination = narrowed(a.destination, b.destination);
  if (source?.length === 0 || destination?.length === 0) {
    return undefined;
  }
  for (const key of ['protocol', 'entersBy', 'leavesBy'] as const) {
    if (a[key] !== undefined && b[key] !== undefined && a[key] !== b[key]) {
      return undefined;
    }
  }
  for (const key of ['sourcePorts', 'destinationPorts', 'states', 'listed'] as const) {
    if (a[key] !== undefined && b[key] !== undefined) {
      throw new Error(`${key} is asked twice`);
    }
  }
  return { ...a, ...b, ...(source && { source }), ...(destination && { destination }) };
}

function translation({ match, deed, line }: ChainRule, outside: string): ReadTranslation[] {
  const { entersBy, destination, source, protocol = 'any', destinationPorts, ...rest } = match;
  const isKnown = Object.keys(rest).every((key) => key === 'ppp') && source === undefined;
  if (deed.kind !== 'dnat' || entersBy !== outside || destination?.length !== 1 || !isKnown) {
    throw new Error(`not understood: ${line}`);
  }
  const ports = destinationPorts?.flatMap(([from, to]) => (from === to ? [{ port: from }] : [])) ?? [{}];
  return ports.map((port) => ({ protocol, ...port, outer: destination[0] ?? '', inner: deed.to }));
}

class Reader {
  public constructor(
    private readonly rules: readonly ChainRule[],
    private readonly helpers: readonly ChainRule[],
    private readonly appearing: readonly ChainRule[],
    private readonly translations: readonly ReadTranslation[],
    private readonly role: EdgeRole,
    private readonly outside: string,
  ) {}

  public read(rule: ChainRule, hook: Hook): ReadRule[] {
    const { match, deed } = rule;
    if (match.other === true || (deed.kind !== 'accept' && deed.kind !== 'drop')) {
      return [];
    }
    const protocols =
      match.protocol === undefined ? [TCP, IpProtocol.UDP, GRE, ESP, 4 as const] : [match.protocol as number];
    return (['to-gateway', 'to-client'] as const)
      .filter((direction) => this.sees(match, hook, direction))
      .flatMap((direction) => protocols.flatMap((protocol) => this.one(rule, protocol, direction)));
  }

  /** On the gateway and before it, what enters from outside goes to it. */
  private sees({ entersBy, leavesBy }: Match, hook: Hook, direction: Probe['direction']): boolean {
    const [own, other] = direction === 'to-gateway' ? [entersBy, leavesBy] : [leavesBy, entersBy];
    const isWay = hook === 'forward' || (hook === 'input') === (direction === 'to-gateway');
    const isFacing = this.role === 'before-gateway' || this.role === 'gateway-host';
    return isWay && other === undefined && (own === undefined || (isFacing && own === this.outside));
  }

  private one(rule: ChainRule, protocol: number, direction: Probe['direction']): ReadRule[] {
    const { match, deed, line } = rule;
    const [client, gateway] =
      direction === 'to-gateway' ? [match.source, match.destination] : [match.destination, match.source];
    const [ports, others] =
      direction === 'to-gateway'
        ? [match.destinationPorts, match.sourcePorts]
        : [match.sourcePorts, match.destinationPorts];
    if (others !== undefined) {
      return []; // it speaks of ports of the client, which no probe has
    }
    const read: ReadRule = {
      action: deed.kind === 'accept' ? 'allow' : 'deny',
      direction,
      protocol,
      clients: client ?? 'any',
      gateway: direction === 'to-client' ? this.asItAppears(gateway, protocol, ports) : (gateway ?? 'any'),
      ...(ports === undefined ? {} : { ports }),
      line,
    };
    return protocol === GRE ? this.gre(rule, read) : this.withPorts(rule, read);
  }

  /** Where the gateway's packets are translated, the address that they appear with: of GRE, only with a rule for it. */
  private asItAppears(gateway: readonly string[] | undefined, protocol: number, ports: Ports | undefined) {
    return (
      gateway?.map((inner) => {
        const outer = this.translations.find(
          (one) =>
            one.inner === inner &&
            (one.protocol === 'any' || one.protocol === protocol) &&
            (one.port === undefined || ports === undefined || ports.some(([from]) => from === one.port)),
        )?.outer;
        const needsRule = protocol === GRE || protocol === ESP;
        const hasRule = this.appearing.some(
          ({ match, deed }) =>
            deed.kind === 'snat' &&
            deed.to === outer &&
            match.leavesBy === this.outside &&
            match.source?.includes(inner) === true &&
            (match.protocol === undefined || match.protocol === protocol),
        );
        return outer !== undefined && (hasRule || !needsRule) ? outer : inner;
      }) ?? ('any' as const)
    );
  }

  /** A client begins and goes on, and the gateway answers. */
  private withPorts({ match, deed }: ChainRule, read: ReadRule): ReadRule[] {
    if (match.helped === true || match.listed !== undefined) {
      return [];
    }
    const has = (state: string) => match.states === undefined || match.states.includes(state);
    if (read.direction === 'to-client') {
      return has('established') ? [read] : [];
    }
    const goesOn = deed.kind === 'drop' || has('established') || this.has({ ...match, states: ['established'] });
    return has('new') && goesOn ? [read] : [];
  }

  /** Whether another rule accepts this. */
  private has(wanted: Match): boolean {
    return this.rules.some(({ match, deed }) => deed.kind === 'accept' && same(match, wanted));
  }

  /**
   * GRE version 1 is never "established" without the helper: each direction of it is a connection of its own that stays
   * new. With the helper, the first packet is "related" and the others are "established".
   */
  private gre({ match, deed }: ChainRule, read: ReadRule): ReadRule[] {
    const version = match.ppp === true ? ({ greVersion: 1 } as const) : {};
    const { states, listed } = match;
    const hasHelper = this.helpers.some(({ match: { protocol, destinationPorts, source } }) => {
      const covers =
        source === undefined || (read.clients !== 'any' && read.clients.every((one) => holds(source, one)));
      return protocol === TCP && destinationPorts?.some(([from, to]) => from <= 1723 && 1723 <= to) === true && covers;
    });
    if (deed.kind === 'accept' && this.role === 'before-clients' && !hasHelper) {
      return []; // the NAT passes no call
    }
    if (listed !== undefined) {
      const clientEnd = read.direction === 'to-gateway' ? 'source' : 'destination';
      return states === undefined && listed.end === clientEnd && this.isFilled(listed.list)
        ? [{ ...read, ...version, needsCall: true }]
        : [];
    }
    if (match.helped !== true && (states === undefined || states.includes('new'))) {
      return [{ ...read, ...version }];
    }
    const reach = (state: string) =>
      states === undefined || states.includes(state) || this.has({ ...match, states: [state] });
    return hasHelper && reach('related') && reach('established') ? [{ ...read, greVersion: 1, needsCall: true }] : [];
  }

  /** Only a control connection that is up may put an address into the list: its first packet may be forged. */
  private isFilled(list: string): boolean {
    const fill = this.rules.filter(({ remembers, match }) => remembers?.list === list && match.listed?.list !== list);
    return (
      fill.length > 0 &&
      fill.every(
        ({ match, deed, remembers }) =>
          deed.kind === 'accept' &&
          remembers?.end === 'source' &&
          match.protocol === TCP &&
          match.destinationPorts?.join() === '1723,1723' &&
          match.states?.join() === 'established',
      )
    );
  }
}

function holds(ranges: readonly string[] | undefined, one: string): boolean {
  return ranges === undefined || ranges.some((text) => range(text).contains(range(one)));
}

function same(a: Match, b: Match): boolean {
  const text = (match: Match) => JSON.stringify(Object.entries(match).sort(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
}
