import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule, ReadTranslation } from '../support/reading';
import { cidr } from './masks';

/** An entry of a table: what is set in it. */
type Entry = Map<string, string[]>;
/** Tables by name, entries by name, in the order in which they are read. */
type Tables = Map<string, Map<string, Entry>>;

/** Words of a line: what stands in quotes is one, with backslashes undone. */
function words(line: string): string[] {
  const found: string[] = [];
  for (const [, quoted, bare] of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
    found.push(quoted === undefined ? bare! : quoted.replace(/\\(.)/g, '$1'));
  }
  return found;
}

/** Plays commands of FortiOS on an empty device. */
function played(text: string): Tables {
  const tables: Tables = new Map();
  let table: Map<string, Entry> | undefined;
  let entry: Entry | undefined;
  for (const line of text.split('\n').filter((one) => !one.startsWith('#'))) {
    const [verb, ...rest] = words(line);
    switch (verb) {
      case undefined:
        break;
      case 'config':
        if (table !== undefined) {
          throw new Error(`a table in a table: ${line}`);
        }
        table = tables.get(rest.join(' ')) ?? new Map();
        tables.set(rest.join(' '), table);
        break;
      case 'edit':
        if (entry !== undefined) {
          throw new Error(`an entry in an entry: ${line}`);
        }
        entry = table!.get(rest[0]!) ?? new Map();
        table!.set(rest[0]!, entry);
        break;
      case 'set':
        entry!.set(rest[0]!, rest.slice(1));
        break;
      case 'unset':
        entry!.delete(rest[0]!);
        break;
      case 'delete':
        table!.delete(rest[0]!);
        break;
      case 'next':
        entry = undefined;
        break;
      case 'end':
        entry = undefined;
        table = undefined;
        break;
      default:
        throw new Error(`FortiOS knows no ${verb}: ${line}`);
    }
  }
  if (table !== undefined) {
    throw new Error('the last table does not end');
  }
  return tables;
}

/** The table of policies as it would stand on the device. */
export function tablesOf({ files }: EdgeConfiguration): Tables {
  return played(
    files
      .filter(({ purpose }) => purpose !== 'check')
      .map(({ text }) => text)
      .join('\n'),
  );
}

/** Reads FortiOS back, for policies between the interfaces internal and wan1. */
export function readFortiGate({ files, role }: Pick<EdgeConfiguration, 'files' | 'role'>): Reading {
  const tables = played(
    files
      .filter(({ purpose }) => purpose === 'configuration')
      .map(({ text }) => text)
      .join('\n'),
  );
  const table = (name: string) => tables.get(name) ?? new Map<string, Entry>();
  const one = (entry: Entry, key: string, otherwise = '') => entry.get(key)?.[0] ?? otherwise;
  const vips = table('firewall vip');

  const vipsOf = (name: string): Entry[] =>
    vips.has(name) ? [vips.get(name)!] : (table('firewall vipgrp').get(name)?.get('member') ?? []).flatMap(vipsOf);
  const addresses = (name: string): string[] | 'any' => {
    if (name === 'all') {
      return 'any';
    }
    const members = table('firewall addrgrp').get(name)?.get('member');
    if (members !== undefined) {
      const found = members.map(addresses);
      return found.includes('any') ? 'any' : (found as string[][]).flat();
    }
    // An address without a subnet is 0.0.0.0 0.0.0.0: everybody.
    const [address = '0.0.0.0', mask = '0.0.0.0'] = table('firewall address').get(name)?.get('subnet') ?? [];
    return [cidr(address, mask)];
  };
  const merged = (names: readonly string[] = []): string[] | 'any' => {
    const found = names.map(addresses);
    return found.includes('any') ? 'any' : (found as string[][]).flat();
  };
  const services = (name: string): Pick<ReadRule, 'protocol' | 'ports'>[] => {
    const service = table('firewall service custom').get(name);
    if (service === undefined) {
      return name === 'ALL' ? [{ protocol: 'any' }] : [];
    }
    if (one(service, 'protocol', 'TCP/UDP/SCTP') === 'IP') {
      const number = Number(one(service, 'protocol-number', '0'));
      return [{ protocol: number === 0 ? 'any' : number }];
    }
    return (['tcp', 'udp'] as const).flatMap((transport) => {
      const ports = service.get(`${transport}-portrange`);
      // What follows a colon is about source ports, which clients choose.
      return ports === undefined
        ? []
        : [
            {
              protocol: transport === 'tcp' ? 6 : 17,
              ports: ports.map((range) => {
                const [from, to = from] = range.split(':')[0]!.split('-').map(Number);
                return [from!, to!] as const;
              }),
            },
          ];
    });
  };

  const moved = [...vips.values()].find((vip) => one(vip, 'mappedport', one(vip, 'extport')) !== one(vip, 'extport'));
  if (moved !== undefined) {
    throw new Error(`another port behind: ${one(moved, 'mappedport')}`);
  }
  const translations: ReadTranslation[] = [...vips.values()].map((vip) => ({
    ...(one(vip, 'portforward', 'disable') === 'enable'
      ? { protocol: one(vip, 'protocol', 'tcp') === 'udp' ? 17 : 6, port: Number(one(vip, 'extport')) }
      : { protocol: 'any' as const }),
    outer: one(vip, 'extip'),
    inner: one(vip, 'mappedip'),
  }));
  const outerOf = (address: string) =>
    translations.find(({ inner, protocol }) => `${inner}/32` === address && protocol === 'any')?.outer ?? address;

  const [from, to] = role === 'before-clients' ? ['internal', 'wan1'] : ['wan1', 'internal'];
  const rules = [...table('firewall policy')].flatMap(([number, policy]): ReadRule[] => {
    const action = one(policy, 'action', 'deny') === 'accept' ? 'allow' : 'deny';
    const between = `${one(policy, 'srcintf')} ${one(policy, 'dstintf')}`;
    const direction =
      between === `${from} ${to}` ? 'to-gateway' : between === `${to} ${from}` ? 'to-client' : undefined;
    const isHidden = role !== 'before-clients' || action === 'deny' || one(policy, 'nat') === 'enable';
    if (direction === undefined || one(policy, 'status', 'enable') === 'disable' || !isHidden) {
      return [];
    }
    const isNegated = ['srcaddr-negate', 'dstaddr-negate', 'service-negate'].some(
      (key) => one(policy, key) === 'enable',
    );
    if (isNegated) {
      throw new Error(`policy ${number} negates: not understood`);
    }
    const matched = (policy.get('service') ?? []).flatMap(services);
    const line = `policy ${number}`;
    if (direction === 'to-client') {
      const gateway = merged(policy.get('srcaddr'));
      const clients = merged(policy.get('dstaddr'));
      return matched.map((service) => ({
        action,
        direction,
        ...service,
        clients,
        gateway: gateway === 'any' ? 'any' : gateway.map(outerOf),
        line,
      }));
    }
    const named = policy.get('dstaddr') ?? [];
    const translated = named.flatMap(vipsOf).map((vip) => one(vip, 'mappedip'));
    // A policy about plain addresses does not match translated packets, but for a denying one that says so.
    if (vips.size > 0 && translated.length === 0 && !(action === 'deny' && one(policy, 'match-vip') === 'enable')) {
      return [];
    }
    const gateway = translated.length > 0 ? translated : merged(named);
    return matched.map((service) => ({
      action,
      direction,
      ...service,
      clients: merged(policy.get('srcaddr')),
      gateway,
      line,
    }));
  });

  const hasHelper = [...table('system session-helper').values()].some(
    (entry) => one(entry, 'name') === 'pptp' && one(entry, 'protocol') === '6' && one(entry, 'port') === '1723',
  );
  return {
    rules,
    translations,
    isStateful: true,
    hasHelper,
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}
