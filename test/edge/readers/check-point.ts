import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule, ReadTranslation } from '../support/reading';
import { rowsOf, serviceOf } from './markdown';

interface Service {
  readonly protocol: number | 'any';
  readonly ports?: readonly (readonly [number, number])[];
}

/** What has been entered, by steps or by commands. */
export interface Entered {
  /** Addresses of a host or a network; a host with static NAT has two. */
  readonly objects: Map<string, string[]>;
  readonly groups: Map<string, string[]>;
  readonly services: Map<string, Service>;
  readonly rules: {
    name: string;
    source: string[];
    destination: string[];
    services: string[];
    action: string;
    isOff: boolean;
  }[];
  readonly translations: (ReadTranslation & { readonly by: string })[];
}

function nothing(): Entered {
  return { objects: new Map(), groups: new Map(), services: new Map(), rules: [], translations: [] };
}

const commas = (cell: string) => cell.split(',').map((one) => one.trim());

function fromSteps(markdown: string): Entered {
  const entered = nothing();
  for (const [name = '', kind, value = '', nat = 'none'] of rowsOf(markdown, 'Object', 'Kind', 'Value', 'Static NAT')) {
    if (kind === 'Network Group') {
      entered.groups.set(name, commas(value));
    } else {
      entered.objects.set(name, nat === 'none' ? [value] : [value, nat]);
    }
    if (nat !== 'none') {
      entered.translations.push({ protocol: 'any', outer: nat, inner: value, by: name });
    }
  }
  for (const [name = '', kind = ''] of rowsOf(markdown, 'Service', 'Kind')) {
    entered.services.set(name, serviceOf(kind));
  }
  for (const [, name = '', source = '', destination = '', services = '', action = ''] of rowsOf(
    markdown,
    'No.',
    'Name',
    'Source',
    'Destination',
    'Services',
    'Action',
  )) {
    entered.rules.push({
      name,
      source: commas(source),
      destination: commas(destination),
      services: commas(services),
      action,
      isOff: false,
    });
  }
  for (const row of rowsOf(markdown, 'Original Destination', 'Original Service', 'Translated Destination')) {
    translate(entered, row.join('/'), row);
  }
  return entered;
}

function translate(entered: Entered, by: string, [outer = '', service = '', inner = '']: readonly string[]): void {
  const found = serviceNamed(entered, service);
  const port = found.ports?.[0]?.[0];
  entered.translations.push({
    protocol: found.protocol,
    ...(port === undefined ? {} : { port }),
    outer: entered.objects.get(outer)?.[0] ?? '',
    inner: entered.objects.get(inner)?.[0] ?? '',
    by,
  });
}

function serviceNamed({ services }: Entered, name: string): Service {
  const found = name === 'Any' ? { protocol: 'any' as const } : services.get(name);
  if (found === undefined) {
    throw new Error(`no service ${name}`);
  }
  return found;
}

/** Plays commands for mgmt_cli on an empty management server. */
export function playedMgmtCli(text: string): Entered {
  const entered = nothing();
  const { objects, groups, services, rules, translations } = entered;
  for (const line of text.split('\n')) {
    const [, verb, kind, rest = ''] = line.match(/^mgmt_cli -s "\$session" (add|delete) (\S+) (.*)$/) ?? [];
    if (verb === undefined) {
      continue;
    }
    const words = rest.split(' ');
    const pairs = words.flatMap((key, i) => (i % 2 === 0 ? [[key, words[i + 1] ?? ''] as const] : []));
    const one = new Map<string, string>(pairs);
    const all = (key: string) =>
      pairs.filter(([found]) => found === key || found.startsWith(`${key}.`)).map(([, value]) => value);
    const name = one.get('name') ?? '';
    const at = Number(one.get('position')) - 1;
    if (verb === 'delete') {
      for (const map of [objects, groups, services]) {
        map.delete(name);
      }
      rules.splice(0, rules.length, ...rules.filter((rule) => rule.name !== name));
      translations.splice(0, translations.length, ...translations.filter(({ by }) => by !== name));
    } else if (kind === 'host') {
      const inner = one.get('ip-address') ?? '';
      const outer = one.get('nat-settings.ipv4-address');
      const isTranslated = one.get('nat-settings.auto-rule') === 'true' && one.get('nat-settings.method') === 'static';
      objects.set(name, outer !== undefined && isTranslated ? [inner, outer] : [inner]);
      if (outer !== undefined && isTranslated) {
        translations.push({ protocol: 'any', outer, inner, by: name });
      }
    } else if (kind === 'network') {
      objects.set(name, [`${one.get('subnet')}/${one.get('mask-length')}`]);
    } else if (kind === 'group') {
      groups.set(name, all('members'));
    } else if (kind === 'service-other') {
      services.set(name, { protocol: Number(one.get('ip-protocol')) });
    } else if (kind === 'service-tcp' || kind === 'service-udp') {
      const [first = 0, last = first] = (one.get('port') ?? '').split('-').map(Number);
      services.set(name, { protocol: kind === 'service-tcp' ? 6 : 17, ports: [[first, last]] });
    } else if (kind === 'access-rule') {
      rules.splice(at, 0, {
        name,
        source: all('source'),
        destination: all('destination'),
        services: all('service'),
        action: one.get('action') ?? 'Drop',
        isOff: one.get('enabled') === 'false',
      });
    } else if (kind === 'nat-rule') {
      translate(entered, name, [
        one.get('original-destination') ?? '',
        one.get('original-service') ?? 'Any',
        one.get('translated-destination') ?? '',
      ]);
    } else {
      throw new Error(`mgmt_cli knows no ${kind}`);
    }
  }
  return entered;
}

/** Reads Check Point back, from the steps for a person or from the commands for mgmt_cli. */
export function readCheckPoint(form: 'steps' | 'mgmt_cli') {
  return ({ files }: Pick<EdgeConfiguration, 'files'>): Reading => {
    const ending = form === 'steps' ? '.md' : '.sh';
    const text = files
      .filter(({ purpose, name }) => purpose === 'configuration' && (name.endsWith(ending) || files.length === 1))
      .map((file) => file.text)
      .join('\n');
    const entered = form === 'steps' ? fromSteps(text) : playedMgmtCli(text);
    const addresses = (name: string): string[] => {
      const found = entered.groups.get(name)?.flatMap(addresses) ?? entered.objects.get(name);
      if (found === undefined) {
        throw new Error(`no object ${name}`);
      }
      return found;
    };
    const merged = (names: readonly string[]): string[] | 'any' =>
      names.includes('Any') ? 'any' : names.flatMap(addresses);
    // A rule has no direction: whoever is its source sends the first packet.
    const rules = entered.rules
      .filter(({ isOff }) => !isOff)
      .flatMap((rule): ReadRule[] => {
        const source = merged(rule.source);
        const destination = merged(rule.destination);
        const action = rule.action === 'Accept' ? 'allow' : 'deny';
        return rule.services
          .map((name) => serviceNamed(entered, name))
          .flatMap(({ protocol, ports }) => [
            {
              action,
              protocol,
              ...(ports === undefined ? {} : { ports }),
              clients: source,
              gateway: destination,
              line: rule.name,
            },
            // Ports are those of the destination, and no client has the gateway's.
            ...(ports === undefined
              ? [
                  {
                    action,
                    direction: 'to-client',
                    protocol,
                    clients: destination,
                    gateway: source,
                    line: rule.name,
                  } as const,
                ]
              : []),
          ]);
      });
    return {
      rules,
      translations: entered.translations,
      isStateful: true,
      hasHelper: false,
      filtersInnerAddress: false,
      otherwise: 'left',
    };
  };
}
