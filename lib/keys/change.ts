import { createHash, X509Certificate } from 'node:crypto';
import { invalid } from '../errors';
import { CertificateAuthority, type KeyType } from './certificate-authority';
import { type Gateway, type KeyProtocol, poolOf, pptpPoolOf } from './gateway';
import { IKEV2_KEYS } from './ikev2-keys';
import { afterPptp, besidePptp } from './migration';
import { OPENVPN_KEYS } from './openvpn-keys';
import { PPTP_KEYS } from './pptp-keys';
import type { GatewaySecret, KeyMaking, NewFile, NewUser, ProtocolKeys, SecretEntry } from './protocol-keys';
import { WIREGUARD_KEYS } from './wireguard-keys';

/** A change of a gateway's keys: the whole new secret, and the files that come with it, in the folder of the keys. */
export interface Change {
  readonly secret: GatewaySecret;
  readonly files: readonly NewFile[];
  /** What else somebody has to do. */
  readonly note?: string;
}

/** What the folder of a gateway's keys holds. */
export interface KeyFolder extends KeyMaking {
  /** Every certificate that was ever issued, in PEM. */
  readonly issued: readonly string[];
}

/** Where the files of the folder are. */
export const FOLDER = { gateway: 'gateway.json', ca: 'ca.pem', caKey: 'ca.key', issued: 'issued', clients: 'clients' };

const PROTOCOLS: Readonly<Record<KeyProtocol, ProtocolKeys>> = {
  pptp: PPTP_KEYS,
  wireguard: WIREGUARD_KEYS,
  ikev2: IKEV2_KEYS,
  openvpn: OPENVPN_KEYS,
};

function keysOf({ protocol, pptpPool }: Gateway): ProtocolKeys {
  return pptpPool === undefined ? PROTOCOLS[protocol] : besidePptp(PROTOCOLS[protocol]);
}

/**
 * The kind of key for certificates where none is asked for. IKEv2: RSA, since Android's own client knows nothing else, and
 * Apple's has trouble with ECDSA certificates of servers (tobiasbrunner in jawj/IKEv2-setup#159, 2024-01). OpenVPN brings
 * its own cryptography to every system, so its keys are the small ones.
 */
const KEY_TYPE: Readonly<Partial<Record<KeyProtocol, KeyType>>> = { ikev2: 'rsa-3072', openvpn: 'ecdsa-p256' };

/** Days that the certificate of an authority is valid. It cannot be renewed without new profiles for everybody. */
const AUTHORITY_DAYS = 3650;

/** Whether the gateway has certificates, and with them a private authority. */
export function hasAuthority({ protocol }: Pick<Gateway, 'protocol'>): boolean {
  return KEY_TYPE[protocol] !== undefined;
}

/**
 * Everything for a new gateway.
 *
 * @param keyType of certificates; by default what suits the protocol's clients
 */
export async function createKeys(
  gateway: Gateway,
  users: readonly NewUser[],
  now: Date,
  keyType = KEY_TYPE[gateway.protocol],
): Promise<Change> {
  const authority =
    keyType === undefined
      ? undefined
      : await CertificateAuthority.create(gateway.server, keyType, { now, days: AUTHORITY_DAYS });
  const making = { gateway, now, authority };
  const own = await keysOf(gateway).server(making);
  const { secret, files } = await addUsers(making, { ...own, users: [] }, users);
  return {
    secret,
    files: [
      { path: FOLDER.gateway, content: `${JSON.stringify(gateway, null, 2)}\n` },
      ...(authority === undefined
        ? []
        : [
            { path: FOLDER.ca, content: authority.certificate },
            { path: FOLDER.caKey, content: authority.privateKey },
          ]),
      ...record(own.certificate),
      ...files,
    ],
  };
}

/** Lets more users in. */
export async function addUsers(making: KeyMaking, secret: GatewaySecret, users: readonly NewUser[]): Promise<Change> {
  let change: Change = { secret, files: [] };
  for (const user of users) {
    if (change.secret.users.some(({ name }) => name === user.name)) {
      invalid({
        code: 'USER_DUPLICATE',
        what: 'a user of this name is there already',
        got: user.name,
        allowed: 'a name that no other user has',
        instead: 'pptp-constructs keys renew-user, for new keys of the same user',
      });
    }
    const { entry, files } = await make(making, change.secret, withAddress(making.gateway, change.secret, user));
    change = {
      secret: { ...change.secret, users: [...change.secret.users, entry] },
      files: [...change.files, ...files],
    };
  }
  check(making, change.secret);
  return change;
}

/** Shuts users out: they leave the list, and their certificates go on the revocation list. */
export async function removeUsers(folder: KeyFolder, secret: GatewaySecret, names: readonly string[]): Promise<Change> {
  const known = names.map((name) => entryOf(secret, name));
  const left = { ...secret, users: secret.users.filter((entry) => !known.includes(entry)) };
  const changed = await revoked(folder, left, names);
  check(folder, changed);
  return { secret: changed, files: [] };
}

/** Gives users new keys, and shuts out their old ones. Name, address and destinations stay. */
export async function renewUsers(folder: KeyFolder, secret: GatewaySecret, names: readonly string[]): Promise<Change> {
  let change: Change = { secret: await revoked(folder, secret, names), files: [] };
  for (const name of names) {
    const old = entryOf(change.secret, name);
    const { password, ...kept } = old as NewUser;
    // Someone with a password gets another one, and no certificate; beside PPTP, everybody has a password.
    const authentication = password === undefined ? 'certificate' : 'password';
    const making: KeyMaking = folder.gateway.pptpPool === undefined ? { ...folder, authentication } : folder;
    const { entry, files } = await make(making, change.secret, kept);
    change = {
      secret: { ...change.secret, users: change.secret.users.map((each) => (each === old ? entry : each)) },
      files: [...change.files, ...files],
    };
  }
  check(folder, change.secret);
  return change;
}

/** Gives the gateway itself a new key, and the certificate for it where it has one. */
export async function renewServer(making: KeyMaking, secret: GatewaySecret): Promise<Change> {
  const { renewServer: renew, noteOnRenewal } = keysOf(making.gateway);
  if (renew === undefined) {
    invalid({
      code: 'KEYS_NOTHING_TO_RENEW',
      what: 'a PPTP gateway has no key of its own',
      allowed: 'renew-server for WireGuard, IKEv2 and OpenVPN',
      instead: 'pptp-constructs keys renew-user, for new passwords',
    });
  }
  const own = await renew(making);
  const { users, ...rest } = secret;
  const changed = { ...rest, ...own, users };
  check(making, changed);
  return { secret: changed, files: record(own.certificate), note: noteOnRenewal?.(own) };
}

/** Ends PPTP on a machine that served it beside its successor: the secret is the successor's own from then on. */
export async function endPptp(making: KeyMaking, secret: GatewaySecret): Promise<Change> {
  const { pptpPool, fixedAddresses, ...gateway } = making.gateway;
  if (pptpPool === undefined) {
    invalid({
      code: 'KEYS_NOT_A_MIGRATION',
      what: 'the gateway serves no PPTP beside its own protocol',
      allowed: 'end-pptp for a gateway whose keys were made with --pptp-pool',
      instead: 'pptp-constructs keys remove-user, for users who are gone',
    });
  }
  const changed = afterPptp(making.gateway, secret);
  check({ ...making, gateway }, changed);
  return {
    secret: changed,
    files: [],
    note: `take pptpPool${fixedAddresses === undefined ? '' : ' and fixedAddresses'} out of ${FOLDER.gateway} once the gateway has this secret`,
  };
}

/**
 * Reads a secret, by the rule of the gateway, and makes sure that it belongs to the folder.
 *
 * @throws InvalidInputError `KEYS_SECRET_OF_OTHER_FOLDER`, or what the gateway would refuse it with
 */
export async function readSecret({ gateway, authority, now }: KeyMaking, json: string): Promise<GatewaySecret> {
  keysOf(gateway).check(json, gateway, lastValid(json, now));
  const secret = JSON.parse(json) as GatewaySecret;
  if (authority === undefined) {
    return secret;
  }
  const { certificate, clientCa, ca = clientCa } = secret as Readonly<Record<string, string>>;
  const { raw, publicKey } = new X509Certificate(authority.certificate);
  const trusts = ca === undefined || blocks(ca).some((pem) => new X509Certificate(pem).raw.equals(raw));
  if (!trusts || !new X509Certificate(certificate ?? '').verify(publicKey)) {
    invalid({
      code: 'KEYS_SECRET_OF_OTHER_FOLDER',
      what: 'the secret was not made with the certificate authority of the folder',
      allowed: 'the secret of the gateway whose keys are in the folder',
      instead: "--dir FOLDER, the folder in which this gateway's ca.key is",
    });
  }
  return secret;
}

/** A secret whose certificate of the server has ended can be read all the same: `renewServer` is what it needs. */
function lastValid(json: string, now: Date): Date {
  try {
    const { certificate } = JSON.parse(json) as Readonly<Record<string, string>>;
    const end = new Date(new X509Certificate(certificate ?? '').validTo);
    return end < now ? new Date(end.getTime() - 1000) : now;
  } catch {
    // No certificate, or none that can be read: the protocol's own check says so where that is wrong.
    return now;
  }
}

/** The blocks of a text in PEM. */
function blocks(text: string): string[] {
  return text.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? [];
}

/** What the secret holds of a user, and the files for the user's folder. */
async function make(
  making: KeyMaking,
  secret: GatewaySecret,
  user: NewUser,
): Promise<{ entry: SecretEntry; files: NewFile[] }> {
  const { credential, certificate, files } = await keysOf(making.gateway).user(making, secret, user);
  const { name, address, destinations } = user;
  return {
    entry: {
      name,
      ...credential,
      ...(address === undefined ? {} : { address }),
      ...(destinations === undefined ? {} : { destinations }),
    },
    files: [
      ...record(certificate),
      ...files.map(({ path, content }) => ({ path: `${FOLDER.clients}/${folderOf(name)}/${path}`, content })),
    ],
  };
}

/** The secret with every certificate of these users on its revocation list. */
async function revoked({ authority, issued, now }: KeyFolder, secret: GatewaySecret, names: readonly string[]) {
  const theirs = issued.filter((pem) => names.includes(commonNameOf(pem)));
  if (authority === undefined || theirs.length === 0) {
    return secret;
  }
  const { users, ...rest } = secret;
  const lists = blocks((secret.crl as string | undefined) ?? '');
  const signed = await Promise.all(lists.map(async (list) => await authority.signed(list)));
  const others = lists.filter((_, at) => !signed[at]);
  const ours = await authority.revocationList(now, lists[signed.indexOf(true)], theirs);
  return { ...rest, crl: [ours, ...others.map((list) => `${list}\n`)].join(''), users };
}

/** The name in the subject of a certificate that an authority here issued. */
export function commonNameOf(pem: string): string {
  return /^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1] ?? '';
}

function entryOf(secret: GatewaySecret, name: string): SecretEntry {
  const entry = secret.users.find((user) => user.name === name);
  if (entry === undefined) {
    invalid({
      code: 'KEYS_USER_UNKNOWN',
      what: 'the secret has no user of this name',
      got: name,
      allowed: `${secret.users.length === 0 ? 'nobody: there are no users' : 'a user of the secret'}`,
      instead: 'the name as it stands in the secret, capitals included',
    });
  }
  return entry;
}

/** WireGuard hands out no addresses: whoever brings none gets the first that is free. */
function withAddress(gateway: Gateway, secret: GatewaySecret, user: NewUser): NewUser {
  if (gateway.protocol !== 'wireguard' || user.address !== undefined) {
    return user;
  }
  const taken = new Set(secret.users.map((entry) => entry.address));
  const addresses = gateway.pptpPool === undefined ? everyAddress(gateway) : pptpPoolOf(gateway).fixedAddresses;
  const address = addresses.find((each) => !taken.has(each));
  if (address !== undefined) {
    return { ...user, address };
  }
  return invalid({
    code: 'KEYS_POOL_FULL',
    what: 'every address of the pool has a user',
    got: gateway.pptpPool ?? gateway.pool,
    allowed: addresses.length === 1 ? '1 user' : `${addresses.length} users`,
    instead: 'pptp-constructs keys remove-user, or a gateway with a larger pool',
  });
}

/** Every address that a client of the pool can have. */
function everyAddress(gateway: Gateway): string[] {
  const { range, size } = poolOf(gateway);
  return Array.from({ length: size }, (_, at) => range.address(2 + at));
}

/** The certificate for the record of what was issued: what is to be revoked one day must be known. */
function record(certificate: string | undefined): NewFile[] {
  return certificate === undefined
    ? []
    : [{ path: `${FOLDER.issued}/${new X509Certificate(certificate).serialNumber}.pem`, content: certificate }];
}

/** A name as the name of a folder: what some file system treats as special is written as %XX. */
export function folderOf(name: string): string {
  const plain = Array.from(name, (character, index) =>
    /[A-Za-z0-9_@-]/.test(character) || (character === '.' && index > 0 && index < name.length - 1)
      ? character
      : `%${Buffer.from(character).toString('hex').toUpperCase()}`,
  ).join('');
  // File systems stop at 255 bytes.
  return plain.length <= 200
    ? plain
    : `${plain.slice(0, 180)}%${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

function check({ gateway, now }: KeyMaking, secret: GatewaySecret): void {
  keysOf(gateway).check(JSON.stringify(secret), gateway, now);
}
