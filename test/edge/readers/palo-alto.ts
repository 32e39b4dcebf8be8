import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule, ReadTranslation } from '../support/reading';

type Fields = Map<string, string[]>;
type Table = Map<string, Fields>;
export type PanOs = Record<'address' | 'address-group' | 'service' | 'security' | 'nat' | 'network', Table>;

const RULE_KEYS = new Set(
  'from to source destination application service action disabled negate-source negate-destination'.split(' '),
);

/** Plays set commands of PAN-OS on an empty firewall. */
export function playedPanOs(text: string): PanOs {
  const state: PanOs = {
    address: new Map(),
    'address-group': new Map(),
    service: new Map(),
    security: new Map(),
    nat: new Map(),
    network: new Map(),
  };
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const words = line.trim().split(/\s+/);
    const verb = words.shift();
    if (words[0] === 'rulebase') {
      const kind = words[1] as 'security' | 'nat';
      words.splice(0, 3, kind);
    }
    const table = state[words.shift() as keyof PanOs];
    const name = words.shift();
    if (table === undefined || name === undefined || !['set', 'delete', 'move'].includes(verb ?? '')) {
      throw new Error(`PAN-OS knows no such line: ${line}`);
    }
    if (verb === 'delete') {
      table.delete(name);
    } else if (verb === 'move') {
      move(table, name, words);
    } else {
      const fields = table.get(name) ?? new Map<string, string[]>();
      table.set(name, fields);
      set(fields, words, table === state.security || table === state.nat);
    }
  }
  return state;
}

function move(table: Table, name: string, [where, other]: readonly string[]): void {
  const entry = table.get(name);
  if (entry === undefined || (where !== 'top' && where !== 'before')) {
    throw new Error(`nothing to move: ${name} ${where}`);
  }
  table.delete(name);
  const rest = [...table];
  rest.splice(where === 'top' ? 0 : rest.findIndex(([one]) => one === other), 0, [name, entry]);
  table.clear();
  for (const [one, fields] of rest) {
    table.set(one, fields);
  }
}

/** Adds to lists, as `set` does; what is no list is replaced. */
function set(fields: Fields, words: string[], isRule: boolean): void {
  while (words.length > 0) {
    let key = words.shift() ?? '';
    while (isRule ? !RULE_KEYS.has(key) && words.length > 1 : words.length > 1 && words[0] !== '[') {
      key = `${key} ${words.shift()}`;
    }
    const isList = words[0] === '[';
    const found = isList ? words.slice(1, words.indexOf(']')) : words.slice(0, 1);
    words.splice(0, isList ? found.length + 2 : 1);
    const isOne = ['action', 'disabled'].includes(key) || !isRule;
    fields.set(key, isOne && key !== 'static' ? found : [...(fields.get(key) ?? []), ...found]);
  }
}

interface Match {
  readonly protocol: number | 'any';
  readonly ports?: readonly (readonly [number, number])[];
}

/** What App-ID knows an application by: its protocol, and the ports that application-default stands for. */
const APPLICATIONS: Readonly<Record<string, readonly Match[]>> = {
  pptp: [{ protocol: 6, ports: [[1723, 1723]] }],
  gre: [{ protocol: 47 }],
  'ipsec-esp': [{ protocol: 50 }],
  ike: [{ protocol: 17, ports: [[500, 500]] }],
  'ipsec-esp-udp': [{ protocol: 17, ports: [[4500, 4500]] }],
  'open-vpn': [
    {
      protocol: 6,
      ports: [
        [1194, 1194],
        [443, 443],
      ],
    },
    {
      protocol: 17,
      ports: [
        [1194, 1194],
        [443, 443],
      ],
    },
  ],
  wireguard: [{ protocol: 17, ports: [[51820, 51820]] }],
};

/** Reads PAN-OS back, with the zones trust and untrust. @param form which of the two files */
export function readPanOs(form: 'app-id' | 'ports') {
  return ({ files, role }: Pick<EdgeConfiguration, 'files' | 'role'>): Reading => {
    const state = playedPanOs(
      files
        .filter(({ purpose, name }) => purpose === 'configuration' && (name.includes(form) || files.length === 1))
        .map(({ text }) => text)
        .join('\n'),
    );
    const addresses = (name: string): string[] => {
      const members = state['address-group'].get(name)?.get('static');
      const found = members?.flatMap(addresses) ?? state.address.get(name)?.get('ip-netmask');
      if (found === undefined) {
        throw new Error(`no address ${name}: PAN-OS would not commit`);
      }
      return found;
    };
    const merged = (names: readonly string[] = []): string[] | 'any' =>
      names.includes('any') ? 'any' : names.flatMap(addresses);
    const host = (name: string) => addresses(name)[0]?.replace(/\/32$/, '') ?? '';
    const service = (name: string): Match => {
      const fields = state.service.get(name);
      for (const [transport, protocol] of [
        ['tcp', 6],
        ['udp', 17],
      ] as const) {
        const ports = fields?.get(`protocol ${transport} port`);
        if (ports !== undefined) {
          const [from, to = from] = (ports[0] ?? '').split('-').map(Number);
          return { protocol, ports: [[from ?? 0, to ?? 0]] };
        }
      }
      throw new Error(`no service ${name}: PAN-OS would not commit`);
    };
    /** What an application and a service let through together. */
    const matches = (application: string, serviceName: string): Match[] => {
      if (application === 'any') {
        // Whatever App-ID finds, on the ports where it belongs: that may be everything.
        return serviceName === 'any' || serviceName === 'application-default'
          ? [{ protocol: 'any' }]
          : [service(serviceName)];
      }
      const known = APPLICATIONS[application];
      if (known === undefined) {
        throw new Error(`App-ID knows no ${application}`);
      }
      if (serviceName === 'application-default') {
        return [...known];
      }
      if (serviceName === 'any') {
        return known.map(({ protocol }) => ({ protocol }));
      }
      const found = service(serviceName);
      return known.some(({ protocol, ports }) => protocol === found.protocol && ports !== undefined) ? [found] : [];
    };

    const translations = [...state.nat.values()].flatMap((rule): ReadTranslation[] => {
      const between = `${rule.get('from')} ${rule.get('to')}`;
      const inner = rule.get('destination-translation translated-address')?.[0];
      if (inner !== undefined) {
        // Both zones are those before the translation.
        return between !== 'untrust untrust'
          ? []
          : (rule.get('service') ?? []).map((name) => {
              const found: Match = name === 'any' ? { protocol: 'any' } : service(name);
              const port = found.ports?.[0]?.[0];
              return {
                protocol: found.protocol,
                ...(port === undefined ? {} : { port }),
                outer: host(rule.get('destination')?.[0] ?? ''),
                inner: host(inner),
              };
            });
      }
      const outer = rule.get('source-translation static-ip translated-address')?.[0];
      const isBoth = rule.get('source-translation static-ip bi-directional')?.[0] === 'yes';
      return outer === undefined || !isBoth || between !== 'trust untrust'
        ? []
        : [{ protocol: 'any', outer: host(outer), inner: host(rule.get('source')?.[0] ?? '') }];
    });
    const outerOf = (address: string) =>
      translations.find(({ inner, protocol }) => protocol === 'any' && `${inner}/32` === address)?.outer ?? address;

    const [from, to] = role === 'before-clients' ? ['trust', 'untrust'] : ['untrust', 'trust'];
    const rules = [...state.security].flatMap(([name, rule]): ReadRule[] => {
      const between = `${rule.get('from')} ${rule.get('to')}`;
      const direction =
        between === `${from} ${to}` ? 'to-gateway' : between === `${to} ${from}` ? 'to-client' : undefined;
      if (direction === undefined || rule.get('disabled')?.[0] === 'yes') {
        return [];
      }
      if (rule.has('negate-source') || rule.has('negate-destination')) {
        throw new Error(`${name} negates: not understood`);
      }
      const source = merged(rule.get('source'));
      const destination = merged(rule.get('destination'));
      const ends =
        direction === 'to-gateway'
          ? { clients: source, gateway: destination }
          : { clients: destination, gateway: source === 'any' ? source : source.map(outerOf) };
      return (rule.get('application') ?? []).flatMap((application) =>
        (rule.get('service') ?? []).flatMap((serviceName) =>
          matches(application, serviceName).map((match) => ({
            action: rule.get('action')?.[0] === 'allow' ? 'allow' : ('deny' as const),
            direction,
            ...match,
            ...ends,
            line: name,
          })),
        ),
      );
    });
    return {
      rules,
      translations,
      isStateful: true,
      hasHelper: false,
      filtersInnerAddress: false,
      otherwise: 'left',
    };
  };
}
