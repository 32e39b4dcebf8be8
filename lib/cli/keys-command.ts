import { X509Certificate } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { invalid } from '../errors';
import { KEY_TYPES, type KeyType } from '../keys/certificate-authority';
import {
  addUsers,
  type Change,
  commonNameOf,
  createKeys,
  endPptp,
  FOLDER,
  type KeyFolder,
  readSecret,
  removeUsers,
  renewServer,
  renewUsers,
} from '../keys/change';
import { type Authentication, type Gateway, gatewayOf, type KeyProtocol } from '../keys/gateway';
import { parseNewUsers } from '../keys/new-user';
import type { GatewaySecret, NewUser } from '../keys/protocol-keys';
import { readFile, readKeyFolder, refuseExisting, writeFiles } from './key-folder';
import { type Given, OPTIONS, type OptionName, optionOf, readOptions } from './keys-options';
import { usage } from './usage';
import { readAll, type World, write } from './world';

/** What an action is for, and its options; those in `needed` must be given. */
interface Action {
  readonly help: string;
  readonly needed: readonly OptionName[];
  readonly optional: readonly OptionName[];
  readonly run: (given: Given, world: World) => Promise<void>;
}

const NEW = "everything for a new gateway: the secret's first content, and profiles for clients";

const ACTIONS: Readonly<Record<string, Action>> = {
  pptp: {
    help: `PPTP: ${NEW}`,
    needed: ['dir', 'server'],
    optional: ['user', 'users', 'secret', 'pool', 'route'],
    run: create('pptp'),
  },
  wireguard: {
    help: `WireGuard: ${NEW}`,
    needed: ['dir', 'server', 'pool'],
    optional: ['user', 'users', 'secret', 'port', 'route', 'dns', 'mtu', 'pptp-pool', 'fixed-addresses'],
    run: create('wireguard'),
  },
  ikev2: {
    help: `IKEv2: ${NEW}, with a private certificate authority`,
    needed: ['dir', 'server'],
    optional: [
      'user',
      'users',
      'secret',
      'pool',
      'route',
      'authentication',
      'days',
      'key-type',
      'pptp-pool',
      'fixed-addresses',
    ],
    run: create('ikev2'),
  },
  openvpn: {
    help: `OpenVPN: ${NEW}, with a private certificate authority`,
    needed: ['dir', 'server'],
    optional: [
      'user',
      'users',
      'secret',
      'pool',
      'port',
      'transport',
      'days',
      'key-type',
      'pptp-pool',
      'fixed-addresses',
    ],
    run: create('openvpn'),
  },
  'add-user': {
    help: 'let more users in',
    needed: ['dir'],
    optional: ['user', 'users', 'authentication', 'from', 'secret'],
    run: change(async (folder, secret, given) => {
      const users = usersOf(given, folder.gateway);
      if (users.length === 0) {
        usage('keys add-user is not told whom to add', '--user NAME, --users FILE, or both', '--user alice');
      }
      return await addUsers({ ...folder, ...authenticationOf(given, folder.gateway) }, secret, users);
    }),
  },
  'remove-user': {
    help: 'shut users out, and put their certificates on the revocation list',
    needed: ['dir', 'user'],
    optional: ['from', 'secret'],
    run: change(async (folder, secret, { user = [] }) => removeUsers(folder, secret, user)),
  },
  'renew-user': {
    help: 'new keys for users whose own are lost or end soon; the old ones are shut out',
    needed: ['dir', 'user'],
    optional: ['from', 'secret'],
    run: change(async (folder, secret, { user = [] }) => renewUsers(folder, secret, user)),
  },
  'renew-server': {
    help: 'a new key for the gateway itself, and the certificate for it',
    needed: ['dir'],
    optional: ['from', 'secret'],
    run: change(async (folder, secret) => renewServer(folder, secret)),
  },
  'end-pptp': {
    help: 'the secret of the successor alone, after a migration from PPTP',
    needed: ['dir'],
    optional: ['from', 'secret'],
    run: change(async (folder, secret) => endPptp(folder, secret)),
  },
  status: {
    help: 'until when each certificate is valid that was issued here',
    needed: ['dir'],
    optional: [],
    run: status,
  },
};

/** Runs `pptp-constructs keys`. */
export async function keys(argv: readonly string[], world: World): Promise<void> {
  const [name = '', ...rest] = argv;
  if (['--help', '-h', 'help'].includes(name) || rest.includes('--help')) {
    await write(world.stdout, help());
    return;
  }
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    return usage(
      name === '' ? 'keys is not told what to do' : `keys has no action ${name}`,
      Object.keys(ACTIONS).join(', '),
      'pptp-constructs keys --help',
    );
  }
  const given = readOptions(name, rest, [...action.needed, ...action.optional]);
  const missing = action.needed.find((option) => given[option] === undefined);
  if (missing !== undefined) {
    const example = action.needed.map((option) => `--${option} ${OPTIONS[option].value}`).join(' ');
    usage(`keys ${name} needs --${missing}`, OPTIONS[missing].help, `pptp-constructs keys ${name} ${example}`);
  }
  await action.run(given, world);
}

/** An action that makes a new gateway's keys. */
function create(protocol: KeyProtocol): Action['run'] {
  return async (given, world) => {
    const dir = only(given.dir);
    const facts = Object.entries(OPTIONS).flatMap(([name, option]) => {
      const values = given[name as OptionName];
      if (values === undefined || !('fact' in option)) {
        return [];
      }
      const numbers = ['port', 'mtu', 'days', 'fixed-addresses'].includes(name);
      const value =
        'multiple' in option ? values : numbers && /^\d+$/.test(only(values)) ? Number(values[0]) : values[0];
      return [[option.fact, value] as const];
    });
    const gateway = gatewayOf({ protocol, ...Object.fromEntries(facts) }, ({ fact, got, allowed, example }) =>
      refuseOption(optionOf(fact), got, allowed, example),
    );
    const users = usersOf(given, gateway);
    const target = targetOf(given, world);
    if (fs.existsSync(dir)) {
      refuseExisting(dir);
    }
    const change = await createKeys(gateway, users, world.now, keyTypeOf(given));
    await deliver(dir, change, target, world);
    const kept =
      change.files.some(({ path: file }) => file === FOLDER.caKey) &&
      `keep ${dir}, and a copy of it: ${FOLDER.caKey} is nowhere else, and whoever has it can let anybody in\n`;
    await write(world.stderr, kept || `keep ${dir}: whoever adds a user needs it\n`);
  };
}

/** An action that changes the secret of a gateway that is there. */
function change(apply: (folder: KeyFolder, secret: GatewaySecret, given: Given) => Promise<Change>): Action['run'] {
  return async (given, world) => {
    const dir = only(given.dir);
    const target = targetOf(given, world);
    const folder = await readKeyFolder(dir, world.now);
    const secret = await readSecret(folder, await input(given, world));
    await deliver(dir, await apply(folder, secret, given), target, world);
  };
}

/** Where the secret goes: a new file, or `-` for standard output. */
function targetOf({ secret: [target = '-'] = [] }: Given, { stdout }: World): string {
  if (target === '-' && stdout.isTTY === true) {
    usage(
      'the secret would be shown on the terminal, where others may see it and scrolling keeps it',
      '--secret FILE, or standard output that is a pipe or a file',
      '--secret secret.json',
    );
  }
  return target;
}

/** Writes what is new, and says where. */
async function deliver(
  dir: string,
  { secret, files, note }: Change,
  target: string,
  { stdout, stderr }: World,
): Promise<void> {
  const text = `${JSON.stringify(secret)}\n`;
  const ours = files.map(({ path: file, content }) => ({ path: path.join(dir, file), content }));
  await writeFiles(target === '-' ? ours : [...ours, { path: target, content: text }], async () => {
    if (target === '-') {
      await write(stdout, text).catch((error: NodeJS.ErrnoException) => refuseOutput(error));
    }
  });
  const clients = path.join(dir, FOLDER.clients);
  const folders = ours
    .map((file) => path.relative(clients, file.path).split(path.sep)[0] ?? '')
    .filter((folder, at, all) => folder !== '..' && all.indexOf(folder) === at);
  const lines = [
    `secret: ${target === '-' ? 'standard output' : target}, ${Buffer.byteLength(text)} bytes${limits(text)}`,
    ...folders.map((folder) => `profiles: ${path.join(clients, folder)}; delete it once its user has it`),
    ...(note === undefined ? [] : [note]),
  ];
  await write(stderr, `${lines.join('\n')}\n`);
}

/** What the clouds take in one secret (AWS Secrets Manager and Azure Key Vault, their documentation of limits). */
function limits(text: string): string {
  const size = Buffer.byteLength(text);
  return size > 65_536
    ? ': more than AWS Secrets Manager (65536) and Azure Key Vault (25600) take'
    : size > 25_600
      ? ': more than Azure Key Vault takes (25600)'
      : '';
}

async function input({ from }: Given, { stdin }: World): Promise<string> {
  if (from !== undefined && from[0] !== '-') {
    return readFile(only(from));
  }
  if (stdin.isTTY === true) {
    usage(
      'there is no secret to change',
      'the secret on standard input, or --from FILE',
      'aws secretsmanager get-secret-value --secret-id vpn --query SecretString --output text | pptp-constructs keys ...',
    );
  }
  return await readAll(stdin);
}

/** The users that the options name. */
function usersOf({ user = [], users }: Given, gateway: Gateway): NewUser[] {
  return [
    ...user.map((name) => ({ name })),
    ...(users === undefined ? [] : parseNewUsers(readFile(only(users)), gateway)),
  ];
}

function authenticationOf(
  { authentication: given = [] }: Given,
  gateway: Gateway,
): { authentication?: Authentication } {
  const [value, ...more] = given;
  if (value === undefined) {
    return {};
  }
  if (gateway.protocol !== 'ikev2') {
    usage(
      `--authentication is for IKEv2, and this is the folder of ${gateway.protocol}`,
      'keys add-user without it',
      'keys add-user --dir FOLDER --user NAME',
    );
  }
  const known: readonly string[] = gateway.authentication ?? ['certificate'];
  if (more.length > 0 || !known.includes(value)) {
    const allowed = `one that gateway.json names: ${known.join(' or ')}`;
    refuseOption('--authentication', given.join(', '), allowed, known[0] ?? '');
  }
  return { authentication: value as Authentication };
}

function keyTypeOf(given: Given): KeyType | undefined {
  const [value] = given['key-type'] ?? [];
  if (value !== undefined && !KEY_TYPES.includes(value as KeyType)) {
    refuseOption('--key-type', value, KEY_TYPES.join(', '), 'rsa-3072');
  }
  return value as KeyType | undefined;
}

/** Lists the newest certificate of each name, and that of the authority. */
async function status(given: Given, world: World): Promise<void> {
  const { authority, issued, gateway } = await readKeyFolder(only(given.dir), world.now);
  if (authority === undefined) {
    await write(world.stdout, `${gateway.protocol} has no certificates\n`);
    return;
  }
  const newest = new Map<string, Date>([[authority.commonName, authority.notAfter]]);
  for (const pem of issued) {
    const name = commonNameOf(pem);
    const until = new Date(new X509Certificate(pem).validTo);
    const known = newest.get(name);
    newest.set(name, known === undefined || known < until ? until : known);
  }
  const lines = [...newest]
    .sort(([, a], [, b]) => a.getTime() - b.getTime())
    .map(([name, until]) => {
      const days = Math.floor((until.getTime() - world.now.getTime()) / 86_400_000);
      return `${until.toISOString().slice(0, 10)}  ${String(days).padStart(5)} days  ${name}\n`;
    });
  await write(world.stdout, lines.join(''));
}

function help(): string {
  const rows = (entries: readonly (readonly [string, string])[]) => {
    const width = Math.max(...entries.map(([name]) => name.length));
    return entries.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
  };
  const actions = Object.entries(ACTIONS);
  return [
    'pptp-constructs keys ACTION --dir FOLDER [OPTIONS]',
    '',
    ...rows(actions.map(([name, action]) => [name, action.help])),
    '',
    ...rows(Object.entries(OPTIONS).map(([name, { value, help: text }]) => [`--${name} ${value}`, text])),
    '',
    ...rows(
      actions.map(([name, { needed, optional }]) => [
        name,
        [...needed.map((option) => `--${option}`), ...optional.map((option) => `[--${option}]`)].join(' '),
      ]),
    ),
    '',
    'Nothing is ever overwritten. The private keys of users are in their profiles alone. See docs/keys.md.',
    '',
  ].join('\n');
}

function only(values: readonly string[] | undefined): string {
  return values?.[0] ?? '';
}

function refuseOption(option: string, got: unknown, allowed: string, example: string): never {
  return invalid({
    code: 'KEYS_OPTION_INVALID',
    what: `${option} is not what keys can use`,
    got,
    allowed,
    instead: `${option} ${example}`,
  });
}

function refuseOutput(error: NodeJS.ErrnoException): never {
  return invalid({
    code: 'KEYS_FILE_FAILED',
    what: `the secret could not be written to standard output: ${error.code}; no file was written either`,
    allowed: 'a reader that takes all of it',
    instead: '--secret FILE, and hand the file to the other program',
  });
}
