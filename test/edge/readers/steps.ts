import type { EdgeConfiguration } from '../../../lib/edge';
import type { Reading, ReadRule, ReadTranslation } from '../support/reading';
import { rowsOf } from './markdown';

/** How a product's pages call things, and which list of rules looks at what. */
export interface StepsReader {
  /** The head of the table of groups. */
  readonly groups: readonly string[];
  readonly pass: string;
  readonly block: string;
  /** Where the rules stand that see what clients send, and what the gateway sends. */
  readonly lists: (role: EdgeConfiguration['role']) => readonly [towards: string, back: string];
  /** Whether GRE of a call passes by itself. */
  readonly hasHelper: (markdown: string) => boolean;
}

const PROTOCOLS: Readonly<Record<string, number | 'any'>> = {
  TCP: 6,
  UDP: 17,
  GRE: 47,
  ESP: 50,
  any: 'any',
  Any: 'any',
};

/** Reads tables of rules as a person enters them: each list from its top, the first match decides, answers come back. */
export function readSteps({ groups, pass, block, lists, hasHelper }: StepsReader) {
  return ({ files, role }: EdgeConfiguration): Reading => {
    const text = files
      .filter(({ purpose }) => purpose === 'configuration')
      .map((file) => file.text)
      .join('\n');
    const members = new Map(
      rowsOf(text, ...groups).map((row) => [row[0] ?? '', (row.at(-1) ?? '').split(', ')] as const),
    );
    const end = (cell: string): readonly string[] | 'any' => {
      if (cell === 'any' || cell === 'Any') {
        return 'any';
      }
      if (!members.has(cell) && !/^[\d.]+(\/\d+)?$/.test(cell)) {
        throw new Error(`steps: no group ${cell}`);
      }
      return members.get(cell) ?? [cell];
    };
    const forwarded = rowsOf(text, 'Interface', 'Protocol', 'Source', 'Destination', 'Port', 'Redirect to').map(
      ([, protocol = '', , outer = '', port, inner = '']): ReadTranslation => ({
        protocol: PROTOCOLS[protocol] ?? 'any',
        ...(Number.isNaN(Number(port)) ? {} : { port: Number(port) }),
        outer,
        inner,
      }),
    );
    const whole = rowsOf(text, 'Interface', 'External', 'Internal', 'Destination').map(
      ([, outer = '', inner = '']): ReadTranslation => ({ protocol: 'any', outer, inner }),
    );
    const leaving = rowsOf(text, 'Interface', 'Protocol', 'Source', 'Destination', 'Translation');
    /** The address that a packet of the gateway leaves with. */
    const outer = (protocol: number | 'any', inner: string) =>
      whole.find((one) => one.inner === inner)?.outer ??
      leaving.find(([, name = '', source]) => PROTOCOLS[name] === protocol && source === `${inner}/32`)?.[4] ??
      inner;
    const [towards, back] = lists(role);
    const head = ['No.', 'Where', 'Action', 'Protocol', 'Source', 'Destination', 'Port', 'Name'];
    const rows = [...rowsOf(text, ...head), ...rowsOf(text, ...head, 'State')];
    // A rule that blocks whatever the state blocks what a helper expects, and so the call.
    const blocksCalls = rows.some(
      ([, where, action, name, , , , , state]) =>
        where === towards && action === block && (PROTOCOLS[name ?? ''] ?? 47) === 47 && state !== 'New',
    );
    const rules = rows.flatMap(
      ([, where, action, name = '', source = '', destination = '', port = '', line = '']): ReadRule[] => {
        const protocol = PROTOCOLS[name];
        const hasPort = port !== 'any' && port !== 'Any';
        if (protocol === undefined || (hasPort && protocol !== 6 && protocol !== 17)) {
          throw new Error(`steps: protocol or port of ${line}`);
        }
        if ((action !== pass && action !== block) || (where !== towards && where !== back)) {
          throw new Error(`steps: action or place of ${line}`);
        }
        const direction = where === towards ? 'to-gateway' : 'to-client';
        const [clients, gateway] =
          direction === 'to-gateway' ? [end(source), end(destination)] : [end(destination), end(source)];
        return [
          {
            action: action === pass ? 'allow' : 'deny',
            direction,
            protocol,
            ...(hasPort ? { ports: [[Number(port), Number(port)]] as const } : {}),
            clients,
            gateway:
              direction === 'to-client' && gateway !== 'any' ? gateway.map((one) => outer(protocol, one)) : gateway,
            line,
          },
        ];
      },
    );
    return {
      rules,
      translations: [...forwarded, ...whole],
      isStateful: true,
      hasHelper: hasHelper(text) && !blocksCalls,
      filtersInnerAddress: true,
      otherwise: 'left',
    };
  };
}
