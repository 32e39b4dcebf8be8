import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule, ReadTranslation } from '../support/reading';
import { Words } from './cisco';
import { cidr } from './masks';

/** What stands on an ASA after its commands. */
export interface AsaState {
  readonly lists: Map<string, string[]>;
  readonly groups: Map<string, string[]>;
  readonly objects: Map<string, { host?: string; nat?: string }>;
  /** Inspections by policy map. */
  readonly inspections: Map<string, Set<string>>;
  globalPolicy: string | undefined;
  mss: string | undefined;
}

/** Plays commands of an ASA, on one where only the inspection's frame is there. */
export function playedAsa(text: string): AsaState {
  const state: AsaState = {
    lists: new Map(),
    groups: new Map(),
    objects: new Map(),
    inspections: new Map(),
    globalPolicy: undefined,
    mss: undefined,
  };
  let context: { group?: string; object?: string; policy?: string; class?: string } = {};
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('!'))) {
    const words = new Words(line);
    const isSub = line.startsWith(' ');
    context = isSub ? context : {};
    const isNo = words.takes('no');
    switch (words.take()) {
      case 'object-group': {
        words.take();
        const name = words.take();
        if (isNo) {
          state.groups.delete(name);
        } else {
          state.groups.set(name, state.groups.get(name) ?? []);
          context = { group: name };
        }
        break;
      }
      case 'network-object': {
        const first = words.take();
        const members = state.groups.get(context.group ?? '');
        members?.push(first === 'host' ? `${words.take()}/32` : cidr(first, words.take()));
        break;
      }
      case 'object': {
        words.take();
        const name = words.take();
        if (isNo) {
          state.objects.delete(name);
        } else {
          state.objects.set(name, state.objects.get(name) ?? {});
          context = { object: name };
        }
        break;
      }
      case 'host':
        objectOf(state, context.object).host = words.take();
        break;
      case 'nat':
        objectOf(state, context.object).nat = line.trim();
        break;
      case 'access-list': {
        const name = words.take();
        const list = state.lists.get(name) ?? [];
        const at = words.takes('line') ? Number(words.take()) - 1 : list.length;
        const entry = line.slice(line.indexOf(' extended ') + ' extended '.length).trim();
        if (isNo) {
          list.splice(list.indexOf(entry), list.includes(entry) ? 1 : 0);
        } else {
          list.splice(at, 0, entry);
        }
        state.lists.set(name, list);
        if (list.length === 0) {
          state.lists.delete(name);
        }
        break;
      }
      case 'policy-map':
        context = { policy: words.take() };
        break;
      case 'class':
        context = { ...context, class: words.take() };
        break;
      case 'inspect': {
        if (context.class !== 'inspection_default') {
          throw new Error(`no class that PPTP is in: ${line}`);
        }
        const found = state.inspections.get(context.policy ?? '') ?? new Set();
        const what = words.take();
        isNo ? found.delete(what) : found.add(what);
        state.inspections.set(context.policy ?? '', found);
        break;
      }
      case 'service-policy': {
        const name = words.take();
        state.globalPolicy = words.takes('global') ? name : state.globalPolicy;
        break;
      }
      case 'sysopt':
        state.mss = isNo ? undefined : line.split(' ').at(-1);
        break;
      default:
        throw new Error(`the ASA's reader knows no such line: ${line}`);
    }
  }
  return state;
}

function objectOf({ objects }: AsaState, name: string | undefined): { host?: string; nat?: string } {
  const found = name === undefined ? undefined : objects.get(name);
  if (found === undefined) {
    throw new Error('a setting of no object');
  }
  return found;
}

/** Reads an ASA back, whose interfaces are called inside and outside. */
export function readAsa({ files, role }: Pick<EdgeConfiguration, 'files' | 'role'>): Reading {
  const state = playedAsa(
    files
      .filter(({ purpose }) => purpose === 'configuration')
      .map(({ text }) => text)
      .join('\n'),
  );
  const name = role === 'before-clients' ? 'inside_access_in' : 'outside_access_in';
  const rules = (state.lists.get(name) ?? []).flatMap((entry): ReadRule[] => {
    const words = new Words(entry);
    const action = words.take() === 'permit' ? 'allow' : 'deny';
    const protocol = words.protocol();
    const clients = words.addresses(state.groups);
    const isBySource = words.ports() !== undefined;
    const gateway = words.addresses(state.groups);
    const ports = words.ports();
    const isOff = words.takes('inactive');
    if (words.next !== undefined || isBySource) {
      throw new Error(`not understood: ${entry}`);
    }
    return isOff
      ? []
      : [{ action, protocol, clients, gateway, ...(ports === undefined ? {} : { ports }), line: entry }];
  });
  const translations = [...state.objects.values()].flatMap(({ host, nat }): ReadTranslation[] => {
    const found = nat?.match(/^nat \(inside,outside\) static (\S+)(?: service (tcp|udp) (\d+) (\d+))?$/);
    if (found === null || found === undefined || host === undefined) {
      return [];
    }
    const [, outer = '', transport, real, mapped] = found;
    if (real !== mapped) {
      throw new Error(`another port behind: ${nat}`);
    }
    return [
      transport === undefined
        ? { protocol: 'any', outer, inner: host }
        : { protocol: transport === 'tcp' ? 6 : 17, port: Number(mapped), outer, inner: host },
    ];
  });
  return {
    rules,
    translations,
    isStateful: true,
    hasHelper: state.inspections.get(state.globalPolicy ?? '')?.has('pptp') ?? false,
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}
