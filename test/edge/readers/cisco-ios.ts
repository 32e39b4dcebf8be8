import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule, ReadTranslation } from '../support/reading';
import { Words } from './cisco';
import { cidr, wildcard } from './masks';

export interface IosState {
  /** Entries by list and number. */
  readonly lists: Map<string, Map<number, string>>;
  readonly groups: Map<string, string[]>;
  readonly translations: Set<string>;
  /** Settings of interfaces. */
  readonly interfaces: Map<string, Set<string>>;
  /** PPTP's ALG is on wherever NAT is. */
  isAlgOn: boolean;
}

/** Plays commands of IOS. */
export function playedIos(text: string): IosState {
  const state: IosState = {
    lists: new Map(),
    groups: new Map(),
    translations: new Set(),
    interfaces: new Map(),
    isAlgOn: true,
  };
  let context: { list?: Map<number, string>; group?: string; interface?: Set<string> } = {};
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('!'))) {
    if (line.startsWith(' ')) {
      inside(state, context, line.trim());
      continue;
    }
    context = {};
    const isNo = line.startsWith('no ');
    const command = line.replace(/^no /, '');
    const [, list, start, step] = command.match(/^ip access-list resequence (\S+) (\d+) (\d+)$/) ?? [];
    const [, extended] = command.match(/^ip access-list extended (\S+)$/) ?? [];
    const [, group] = command.match(/^object-group network (\S+)$/) ?? [];
    const [, face] = command.match(/^interface (\S+)$/) ?? [];
    if (list !== undefined) {
      const entries = sorted(state.lists.get(list));
      state.lists.set(list, new Map(entries.map(([, entry], i) => [Number(start) + i * Number(step), entry])));
    } else if (extended !== undefined) {
      const found = state.lists.get(extended) ?? new Map<number, string>();
      state.lists.set(extended, found);
      context = { list: found };
    } else if (group !== undefined && isNo) {
      state.groups.delete(group);
    } else if (group !== undefined) {
      state.groups.set(group, state.groups.get(group) ?? []);
      context = { group };
    } else if (face !== undefined) {
      const found = state.interfaces.get(face) ?? new Set<string>();
      state.interfaces.set(face, found);
      context = { interface: found };
    } else if (command === 'ip nat service pptp') {
      state.isAlgOn = !isNo;
    } else if (command.startsWith('ip nat inside source static ')) {
      isNo ? state.translations.delete(command) : state.translations.add(command);
    } else {
      throw new Error(`the reader of IOS knows no such line: ${line}`);
    }
  }
  return state;
}

function inside(
  state: IosState,
  context: { list?: Map<number, string>; group?: string; interface?: Set<string> },
  line: string,
): void {
  const isNo = line.startsWith('no ');
  if (context.list !== undefined) {
    const { list } = context;
    if (isNo) {
      for (const [number, entry] of list) {
        if (line === `no ${entry}` || line === `no ${number}`) {
          list.delete(number);
        }
      }
      return;
    }
    const [, number, entry = ''] = line.match(/^(?:(\d+) )?((?:permit|deny) .*)$/) ?? [];
    const last = Math.max(0, ...list.keys());
    const at = number === undefined ? last + 10 : Number(number);
    if (list.has(at)) {
      throw new Error(`duplicate sequence number: ${line}`);
    }
    list.set(at, entry);
  } else if (context.group !== undefined) {
    const [address = '', mask = ''] = line.split(' ');
    state.groups.get(context.group)?.push(address === 'host' ? `${mask}/32` : cidr(address, mask));
  } else if (context.interface !== undefined) {
    const setting = line.replace(/^no /, '');
    if (isNo) {
      for (const one of context.interface) {
        if (one.startsWith(setting)) {
          context.interface.delete(one);
        }
      }
    } else {
      context.interface.add(setting);
    }
  } else {
    throw new Error(`belongs to nothing: ${line}`);
  }
}

function sorted(list: ReadonlyMap<number, string> | undefined): [number, string][] {
  return [...(list ?? [])].sort(([a], [b]) => a - b);
}

/** Reads IOS back, with INSIDE_IN bound inbound inside, and OUTSIDE_IN outside. */
export function readIos({ files, role }: Pick<EdgeConfiguration, 'files' | 'role'>): Reading {
  const state = playedIos(
    files
      .filter(({ purpose }) => purpose === 'configuration')
      .map(({ text }) => text)
      .join('\n'),
  );
  const translations = [...state.translations].flatMap((line): ReadTranslation[] => {
    const [, transport, inner = '', port, outer = '', outerPort] =
      line.match(/static (?:(tcp|udp) )?(\S+) (?:(\d+) )?(\d\S+)(?: (\d+))?(?: extendable)?$/) ?? [];
    if (port !== outerPort) {
      throw new Error(`another port behind: ${line}`);
    }
    if (transport === undefined) {
      return [{ protocol: 'any', outer, inner }];
    }
    // The ALG translates GRE along with the control connection that it reads.
    const gre: ReadTranslation[] =
      transport === 'tcp' && port === '1723' && state.isAlgOn ? [{ protocol: 47, outer, inner }] : [];
    return [{ protocol: transport === 'tcp' ? 6 : 17, port: Number(port), outer, inner }, ...gre];
  });
  const outerOf = (address: string) => translations.find(({ inner }) => inner === address)?.outer ?? address;
  const read = (name: string, direction: 'to-gateway' | 'to-client'): ReadRule[] =>
    sorted(state.lists.get(name)).map(([, entry]) => {
      const words = new Words(entry);
      const action = words.take() === 'permit' ? 'allow' : 'deny';
      const protocol = words.protocol();
      const from = words.addresses(state.groups, wildcard);
      const fromPorts = words.ports();
      const to = words.addresses(state.groups, wildcard);
      const toPorts = words.ports();
      const isEstablished = words.takes('established');
      if (words.next !== undefined) {
        throw new Error(`not understood: ${entry}`);
      }
      // A port of the clients' end, or a connection that is up already, matches no first packet to the gateway.
      const isNever = direction === 'to-gateway' ? fromPorts !== undefined || isEstablished : toPorts !== undefined;
      const [clients, gateway] = direction === 'to-gateway' ? [from, to] : [to, from];
      const ports = direction === 'to-gateway' ? toPorts : fromPorts;
      return {
        action,
        direction,
        protocol,
        ...(ports === undefined ? {} : { ports }),
        clients: isNever ? [] : clients,
        gateway: gateway === 'any' || direction === 'to-gateway' ? gateway : gateway.map(outerOf),
        line: entry,
      };
    });
  const [near, far] = role === 'before-clients' ? ['INSIDE_IN', 'OUTSIDE_IN'] : ['OUTSIDE_IN', 'INSIDE_IN'];
  const rules = [...read(near, 'to-gateway'), ...read(far, 'to-client')];
  return {
    // Without the ALG, GRE of clients that share an address comes through to none of them.
    rules: role === 'before-clients' && !state.isAlgOn ? rules.filter(({ protocol }) => protocol !== 47) : rules,
    translations,
    isStateful: false,
    hasHelper: false,
    filtersInnerAddress: false,
    otherwise: 'left',
  };
}
