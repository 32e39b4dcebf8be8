import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule, ReadTranslation } from '../support/reading';

/** Statements as lists of words, in the order in which the device keeps them. */
type Statements = string[][];

const isUnder = (statement: readonly string[], path: readonly string[]) =>
  path.every((word, i) => statement[i] === word);

/** Plays commands of Junos' configuration mode on an empty device. */
export function playedJunos(text: string): Statements {
  let statements: Statements = [];
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const [verb, ...words] = line.trim().split(/\s+/);
    switch (verb) {
      case 'set':
        statements.push(words);
        break;
      case 'delete':
      case 'deactivate':
        statements = statements.filter((statement) => !isUnder(statement, words));
        break;
      case 'insert': {
        // insert A before LAST-TWO: the last two words of the path are the kind and the name of a neighbour.
        const before = words.indexOf('before');
        const path = words.slice(0, before);
        const neighbour = [...path.slice(0, -2), ...words.slice(before + 1)];
        const moved = statements.filter((statement) => isUnder(statement, path));
        const rest = statements.filter((statement) => !isUnder(statement, path));
        rest.splice(
          rest.findIndex((statement) => isUnder(statement, neighbour)),
          0,
          ...moved,
        );
        statements = rest;
        break;
      }
      default:
        throw new Error(`Junos knows no ${verb}: ${line}`);
    }
  }
  return statements;
}

interface Application {
  readonly protocol: number | 'any';
  readonly ports?: readonly (readonly [number, number])[];
  /** Whether a session of it is handed to the ALG of PPTP. */
  readonly isPptp?: true;
}

const PREDEFINED: Readonly<Record<string, Application>> = {
  any: { protocol: 'any' },
  'junos-pptp': { protocol: 6, ports: [[1723, 1723]], isPptp: true },
  'junos-gre': { protocol: 47 },
  'junos-ike': { protocol: 17, ports: [[500, 500]] },
  'junos-https': { protocol: 6, ports: [[443, 443]] },
};
const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, gre: 47, esp: 50 };

function protocolOf(word: string): number {
  const found = PROTOCOLS[word] ?? (/^\d+$/.test(word) ? Number(word) : undefined);
  if (found === undefined) {
    throw new Error(`no protocol: ${word}`);
  }
  return found;
}

/** Reads Junos back, with the zones trust and untrust. */
export function readJunos({ files, role }: Pick<EdgeConfiguration, 'files' | 'role'>): Reading {
  const statements = playedJunos(
    files
      .filter(({ purpose }) => purpose === 'configuration')
      .map(({ text }) => text)
      .join('\n'),
  );
  /** What stands behind a path. */
  const after = (path: string) => {
    const words = path.split(' ');
    return statements.filter((one) => isUnder(one, words)).map((one) => one.slice(words.length));
  };
  const values = (path: string) => after(path).flatMap(([value]) => (value === undefined ? [] : [value]));
  const names = (path: string) => [...new Set(values(path))];

  const BOOK = 'security address-book global';
  const addresses = (name: string): string[] | 'any' => {
    if (name === 'any') {
      return 'any';
    }
    const members = after(`${BOOK} address-set ${name}`);
    const found =
      members.length > 0 ? members.flatMap(([, member]) => addresses(member ?? '')) : values(`${BOOK} address ${name}`);
    if (found.length === 0) {
      throw new Error(`no address ${name}: Junos would not commit`);
    }
    return found;
  };
  const merged = (list: readonly string[]): string[] | 'any' =>
    list.includes('any') ? 'any' : list.flatMap((name) => addresses(name));
  const application = (name: string): Application => {
    const own = `applications application ${name}`;
    const [protocol] = values(`${own} protocol`);
    if (protocol === undefined) {
      const predefined = PREDEFINED[name];
      if (predefined === undefined) {
        throw new Error(`no application ${name}: Junos would not commit`);
      }
      return predefined;
    }
    const [ports] = values(`${own} destination-port`);
    const [from, to = from] = (ports ?? '').split('-').map(Number);
    return {
      protocol: protocolOf(protocol),
      ...(ports === undefined ? {} : { ports: [[from!, to!]] }),
      ...(values(`${own} application-protocol`)[0] === 'pptp' ? { isPptp: true } : {}),
    };
  };

  const pair = role === 'before-clients' ? 'from-zone trust to-zone untrust' : 'from-zone untrust to-zone trust';
  const policies = `security policies ${pair}`;
  let callsAlg = false;
  const rules = [...new Set(after(policies).map(([, name]) => name ?? ''))].flatMap((name): ReadRule[] => {
    const policy = `${policies} policy ${name}`;
    const [action] = values(`${policy} then`);
    if (action === undefined) {
      throw new Error(`${name} has no action: Junos would not commit`);
    }
    // `reject` denies as well, and says so.
    const matched = names(`${policy} match application`).map(application);
    callsAlg ||= action === 'permit' && matched.some(({ isPptp }) => isPptp === true);
    return matched.map(({ protocol, ports }) => ({
      action: action === 'permit' ? 'allow' : 'deny',
      protocol,
      ...(ports === undefined ? {} : { ports }),
      clients: merged(values(`${policy} match source-address`)),
      gateway: merged(values(`${policy} match destination-address`)),
      line: policy,
    }));
  });

  const host = (prefix: string) => prefix.replace(/\/32$/, '');
  const translations = (['static', 'destination'] as const).flatMap((kind) =>
    names(`security nat ${kind} rule-set`).flatMap((set): ReadTranslation[] => {
      const path = `security nat ${kind} rule-set ${set}`;
      if (values(`${path} from zone`)[0] !== 'untrust') {
        return [];
      }
      return names(`${path} rule`).map((name): ReadTranslation => {
        const rule = `${path} rule ${name}`;
        const [port] = values(`${rule} match destination-port`);
        const [protocol] = values(`${rule} match protocol`);
        const [pool] = values(`${rule} then destination-nat pool`);
        const [inner] =
          kind === 'static'
            ? values(`${rule} then static-nat prefix`)
            : values(`security nat destination pool ${pool} address`);
        return {
          protocol: protocol === undefined ? 'any' : protocolOf(protocol),
          ...(port === undefined ? {} : { port: Number(port) }),
          outer: host(values(`${rule} match destination-address`)[0] ?? ''),
          inner: host(inner ?? ''),
        };
      });
    }),
  );
  return {
    rules,
    translations,
    isStateful: true,
    hasHelper: callsAlg && after('security alg pptp disable').length === 0,
    filtersInnerAddress: true,
    otherwise: 'left',
  };
}
