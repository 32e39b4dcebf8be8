import * as fs from 'node:fs';
import * as path from 'node:path';
import { type InvalidInput, invalid, inWordsOf } from '../errors';
import type { Result } from '../feasibility/assess';
import { nearest } from '../nearest';
import { way } from '../network/ways';
import { PPTP, VPN_PROTOCOLS, type VpnProtocol } from '../protocols';
import { type AskedPath, answer } from './explain-answer';
import { type Given, help, readOptions } from './explain-options';
import { isColoured } from './options';
import { COLOURED, PLAIN } from './paint';
import { type World, write } from './world';

const STATUS: Readonly<Record<Result, number>> = { works: 0, 'cannot-work': 1, unverified: 3 };

/**
 * Runs `pptp-constructs explain`.
 *
 * @returns the exit status
 */
export async function explain(argv: readonly string[], world: World): Promise<number> {
  const given = readOptions(argv);
  if (given.help !== undefined) {
    await write(world.stdout, help());
    return 0;
  }
  if (given.table !== undefined) {
    await write(world.stdout, keptTable(given.json === undefined ? 'txt' : 'json') ?? madeTable(given));
    return 0;
  }
  const found = answer({ paths: await pathsOf(given, world), protocols: protocolsOf(given) });
  if (given.json === undefined) {
    const { answerText } = require('./explain-text') as typeof import('./explain-text');
    await write(world.stdout, answerText(found, isColoured(given, world) ? COLOURED : PLAIN));
  } else {
    await write(world.stdout, json().answerJson(found));
  }
  return STATUS[found.result];
}

/** The table as the build has kept it: whoever asks for it does not wait for the facts of every cloud. */
function keptTable(form: 'txt' | 'json'): string | undefined {
  const file = path.join(__dirname, `table.${form}`);
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

function madeTable(given: Given): string {
  const { table, tableText } = require('./explain-table') as typeof import('./explain-table');
  return given.json === undefined ? tableText(table()) : json().tableJson(table());
}

/** Nobody waits for what another form of the answer needs. */
function json(): typeof import('./explain-json') {
  return require('./explain-json');
}

async function pathsOf(given: Given, world: World): Promise<readonly AskedPath[]> {
  const [file] = given.from ?? [];
  if (file !== undefined) {
    const { readPathFile } = require('./explain-paths') as typeof import('./explain-paths');
    const paths = await readPathFile(file, world);
    return paths.map(({ name, fleet, ...path }, index) => ({
      name: name ?? (paths.length === 1 ? 'the path of the file' : `path ${index + 1}`),
      path,
      devices: fleet?.members ?? [],
      ...(fleet === undefined ? {} : { fleet }),
    }));
  }
  const [cloud = ''] = given.cloud ?? [];
  const [client] = given.client ?? [];
  const found = inWordsOf(
    (input) => asOption(given, input),
    () =>
      way(cloud, {
        behind: given.behind ?? [],
        clientNat: given['client-nat'] ?? [],
        ...(client === undefined ? {} : { client }),
      }),
  );
  return [{ name: found.title, path: found, devices: found.device === undefined ? [] : [{ device: found.device }] }];
}

/** What is refused about a way, with the command's own options to write instead, and after them what a program writes. */
function asOption(given: Given, input: InvalidInput): InvalidInput {
  const { got, instead } = input;
  const option = (['cloud', 'client', 'client-nat', 'behind'] as const).find((name) =>
    given[name]?.some((one) => one === got),
  );
  const [, device] = /device: '([^']+)'/.exec(instead) ?? [];
  if (device !== undefined) {
    const allowed = input.allowed.replace(', or a ClientDevice of your own', '');
    return { ...input, allowed, instead: `--client ${device}\n${IN_A_PROGRAM} ${instead}` };
  }
  const [, nat] = /^clientNat: '([^']+)'$/.exec(instead) ?? [];
  if (nat !== undefined) {
    return { ...input, instead: `--client-nat ${nat}\n${IN_A_PROGRAM} ${instead}` };
  }
  return option === undefined || !/^[\w.-]+$/.test(instead) ? input : { ...input, instead: `--${option} ${instead}` };
}

const IN_A_PROGRAM = 'or in a program in TypeScript:';

function protocolsOf({ protocol: names }: Given): readonly VpnProtocol[] {
  if (names === undefined) {
    return [PPTP];
  }
  const ids = VPN_PROTOCOLS.map(({ id }) => id);
  const protocols = names.map(
    (name) =>
      VPN_PROTOCOLS.find(({ id }) => id === name.toLowerCase()) ??
      invalid({
        code: 'PROTOCOL_UNKNOWN',
        what: 'there is no VPN protocol of this name here',
        got: name,
        allowed: ids.join(', '),
        instead: `--protocol ${nearest(name, ids) ?? 'ikev2'}`,
      }),
  );
  const twice = protocols.find((protocol, index) => protocols.indexOf(protocol) !== index);
  if (twice !== undefined) {
    invalid({
      code: 'PROTOCOLS_DUPLICATE',
      what: `${twice.name} is asked about twice`,
      got: names,
      allowed: 'each protocol once',
      instead: `--protocol ${twice.id}`,
    });
  }
  return protocols;
}
