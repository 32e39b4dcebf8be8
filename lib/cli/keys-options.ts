import { parseArgs } from 'node:util';
import type { Gateway } from '../keys/gateway';
import { usage } from './usage';

/** An option of `keys`. */
interface Option {
  readonly value: string;
  readonly help: string;
  /** Whether it may be given more than once. */
  readonly multiple?: boolean;
  /** The fact about a gateway that it states. */
  readonly fact?: keyof Gateway;
}

/** Every option of `keys`. */
export const OPTIONS = {
  dir: { value: 'FOLDER', help: "the folder of this gateway's keys: mode 0700, its files 0600" },
  server: { value: 'HOST', help: 'the DNS name or IPv4 address that clients dial', fact: 'server' },
  user: { value: 'NAME', help: 'a user; once for each', multiple: true },
  users: { value: 'FILE', help: 'users as JSON: [{"name": "alice", "address": "10.99.1.5", "destinations": [...]}]' },
  secret: { value: 'FILE', help: 'a new file for the secret (default: standard output, unless it is a terminal)' },
  from: { value: 'FILE', help: 'the secret as it is now (default: standard input)' },
  pool: { value: 'CIDR', help: 'the addresses inside the tunnel, as the gateway has them', fact: 'pool' },
  route: {
    value: 'CIDR',
    help: 'what clients send through the tunnel; once for each (default: everything)',
    multiple: true,
    fact: 'routes',
  },
  port: {
    value: 'PORT',
    help: 'the port that clients dial (default: 51820 for WireGuard, 1194 for OpenVPN)',
    fact: 'port',
  },
  transport: { value: 'udp|tcp', help: 'what OpenVPN runs over (default: udp)', fact: 'transport' },
  dns: { value: 'ADDRESS', help: 'a name server for clients; once for each', multiple: true, fact: 'dnsServers' },
  mtu: { value: 'BYTES', help: "largest packet in the tunnel (default: the client's system decides)", fact: 'mtu' },
  authentication: {
    value: 'certificate|password',
    help: 'how users of IKEv2 log in; twice where the gateway takes both (default: certificate)',
    multiple: true,
    fact: 'authentication',
  },
  days: { value: 'DAYS', help: 'how long certificates are valid (default: 730)', fact: 'days' },
  'pptp-pool': {
    value: 'CIDR',
    help: "the addresses inside PPTP's tunnels, where the machine serves PPTP as well until all have moved",
    fact: 'pptpPool',
  },
  'fixed-addresses': {
    value: 'COUNT',
    help: 'how many of these are set aside for users (default: half, as the gateway has it)',
    fact: 'fixedAddresses',
  },
  'key-type': {
    value: 'TYPE',
    help: 'of certificates: rsa-3072 (default for IKEv2), ecdsa-p256 (default for OpenVPN) or ecdsa-p384',
  },
} as const satisfies Readonly<Record<string, Option>>;

/** The name of an option. */
export type OptionName = keyof typeof OPTIONS;

/** What a command line said: each option with its values, in order. */
export type Given = Partial<Record<OptionName, readonly string[]>>;

/** The option that states a fact about a gateway. */
export function optionOf(fact: keyof Gateway): string {
  const found = Object.entries(OPTIONS).find(([, option]: [string, Option]) => option.fact === fact);
  return `--${found?.[0] ?? fact}`;
}

/**
 * Reads the options of an action.
 *
 * @param action its name, for messages
 * @param known the options that it has
 * @throws InvalidInputError `KEYS_USAGE`
 */
export function readOptions(action: string, argv: readonly string[], known: readonly OptionName[]): Given {
  const wrong = (what: string) =>
    usage(
      what,
      known.map((name) => `--${name}`).join(', '),
      `pptp-constructs keys --help, for what keys ${action} takes`,
    );
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string', multiple: true }])),
    strict: false,
    tokens: true,
  });
  const given: Partial<Record<OptionName, string[]>> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') {
      return wrong(`keys ${action} takes options alone, and got ${token.kind === 'positional' ? token.value : '--'}`);
    }
    const name = known.find((each) => each === token.name);
    if (name === undefined) {
      return wrong(`keys ${action} has no option ${token.rawName}`);
    }
    const { value, inlineValue } = token;
    // What looks like the next option is not a value, unless an equals sign says so.
    if (value === undefined || value === '' || (!inlineValue && value.startsWith('-') && value !== '-')) {
      return wrong(`${token.rawName} has no value`);
    }
    const option: Option = OPTIONS[name];
    if (given[name] !== undefined && option.multiple !== true) {
      return wrong(`${token.rawName} is given twice`);
    }
    given[name] = [...(given[name] ?? []), value];
  }
  return given;
}
