import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { type Ikev2Method, parseIkev2Secret } from '../../../lib/host/ikev2';
import { CertificateAuthority } from '../../../lib/keys/certificate-authority';
import { errorOf } from '../../support/messages';
import { POOL, Sandbox, SERVER } from './support';

const DAY = 86_400_000;
const now = new Date();

let good: { certificate: string; privateKey: string };
/** PEM texts by name, so that cases can be written before there are any. */
let texts: Record<string, string>;
const sandboxes = new Map<string, Sandbox>();

beforeAll(async () => {
  const authority = await CertificateAuthority.create(SERVER, 'ecdsa-p256', { now, days: 3650 });
  const other = await CertificateAuthority.create(SERVER, 'ecdsa-p256', { now, days: 3650 });
  const past = { now: new Date(now.getTime() - 10 * DAY), days: 9 };
  const old = await CertificateAuthority.create(SERVER, 'ecdsa-p256', past);
  good = await authority.server(SERVER, { now, days: 90 });
  const address = await authority.server('203.0.113.1', { now, days: 90 });
  const expired = await authority.server(SERVER, past);
  const early = await authority.server(SERVER, { now: new Date(now.getTime() + 10 * DAY), days: 9 });
  const elsewhere = await authority.server('other.example.com', { now, days: 90 });
  const openssl = (...args: string[]) =>
    spawnSync('openssl', args, { input: good.privateKey, encoding: 'utf8' }).stdout;
  const rsa = openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '-', '-days', '9', '-subj', '/CN=rsa'],
    ...['-addext', 'subjectAltName=DNS:VPN.example.com'],
  );
  const inRsa = (label: string) => new RegExp(`-----BEGIN ${label}-[^]*-END ${label}-----`).exec(rsa)?.[0] ?? '';
  texts = {
    ...good,
    ca: authority.certificate,
    otherCa: other.certificate,
    oldCa: old.certificate,
    crl: await authority.revocationList(now, undefined, []),
    otherCrl: await other.revocationList(now, undefined, []),
    leaf: (await authority.client('bob', { now, days: 9 })).certificate,
    expired: expired.certificate,
    expiredKey: expired.privateKey,
    early: early.certificate,
    earlyKey: early.privateKey,
    elsewhere: elsewhere.certificate,
    elsewhereKey: elsewhere.privateKey,
    byAddress: address.certificate,
    byAddressKey: address.privateKey,
    rsa: inRsa('CERTIFICATE'),
    rsaKey: inRsa('PRIVATE KEY'),
    sec1: openssl('pkey', '-traditional'),
    encrypted: openssl('pkey', '-aes256', '-passout', 'pass:hush'),
    mislabelled: good.privateKey.replace('END', 'END EC'),
    unpadded: good.certificate.replace(/.=*\n-----END/, '\n-----END'),
    garbage: '-----BEGIN CERTIFICATE-----\naHVzaA==\n-----END CERTIFICATE-----\n',
    garbageKey: '-----BEGIN PRIVATE KEY-----\naHVzaA==\n-----END PRIVATE KEY-----\n',
    garbageCrl: '-----BEGIN X509 CRL-----\nMAowAzABADABADABADA=\n-----END X509 CRL-----\n',
    forgedCrl: forged(
      await authority.revocationList(now, undefined, [good.certificate]),
      new X509Certificate(good.certificate).serialNumber,
    ),
  };
}, 60_000);

afterAll(async () => {
  for (const sandbox of sandboxes.values()) {
    await sandbox.remove();
  }
});

/** A revocation list with another serial number in it than was signed. */
function forged(crl: string, serialNumber: string): string {
  const der = Buffer.from(crl.replace(/-----[^-]+-----|\s/g, ''), 'base64').toString('hex');
  const other = der.replace(serialNumber.toLowerCase(), '01'.repeat(serialNumber.length / 2));
  return `-----BEGIN X509 CRL-----\n${Buffer.from(other, 'hex').toString('base64')}\n-----END X509 CRL-----\n`;
}

/** `@name` anywhere in a secret stands for a text. */
function filled(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value).replace(/@(\w+)@/g, (all, name: string) =>
      name in texts ? JSON.stringify(texts[name]).slice(1, -1) : all,
    ),
  );
}

const BOTH: readonly Ikev2Method[] = ['eap-mschapv2', 'certificate'];
const own = { certificate: '@certificate@', privateKey: '@privateKey@' };
const alice = { name: 'alice', password: 'hush' };

/** The error of the library, if there is one. */
function refused(json: string, serverName: string, authentication: readonly Ikev2Method[]) {
  const parse = () => parseIkev2Secret(json, { pool: POOL, serverName, authentication });
  try {
    parse();
    return undefined;
  } catch {
    return errorOf(parse);
  }
}

/** What the library says, and whether the machine says so, too; a machine that refuses leaves everything as it was. */
async function judged(secret: unknown, methods: readonly Ikev2Method[] = BOTH, serverName = SERVER) {
  const json = typeof secret === 'string' ? secret : JSON.stringify(filled(secret));
  const key = [serverName, ...methods].join();
  const sandbox = sandboxes.get(key) ?? new Sandbox(methods, serverName);
  sandboxes.set(key, sandbox);
  const error = refused(json, serverName, methods);
  const before = sandbox.read('var/lib/vpn-gateway/ikev2');
  const { status, stdout, stderr } = await sandbox.users(json);
  expect({ json, status, stderr }).toEqual({
    json,
    status: error === undefined ? 0 : 1,
    stderr: error === undefined ? '' : expect.stringMatching(/^users refused: [^\n]+\n$/),
  });
  if (error !== undefined) {
    expect(sandbox.read('var/lib/vpn-gateway/ikev2')).toBe(before);
    expect(error.text + stdout + stderr).not.toMatch(/hush|aHVzaA/);
  }
  return { ...error, said: stderr.replace('users refused: ', '').trim() };
}

async function judgedEach(secrets: readonly unknown[]) {
  const results = [];
  for (const secret of secrets) {
    results.push(await judged(secret));
  }
  return results;
}

const taken = { said: '' };
const refusal = (code: string, said: string, ...lines: string[]) => ({
  code,
  said,
  text: [...lines, '', '      at FILE:LINE', `      code ${code}, see docs/diagnostics.md`].join('\n'),
});

describe('the secret of an IKEv2 gateway, to the library and to the machine alike', () => {
  test.each<[string, object]>([
    ['no users', { ...own, users: [] }],
    ['a user with a password', { ...own, users: [alice] }],
    ['an authority that nobody uses yet', { ...own, clientCa: '@ca@', users: [] }],
    ['users with certificates', { ...own, clientCa: '@ca@', users: [{ name: 'bob' }, { name: 'ann@example.com' }] }],
    ['two authorities and their lists', { ...own, clientCa: '@ca@@otherCa@', crl: '@otherCrl@@crl@', users: [] }],
    ['a chain', { ...own, certificate: '@certificate@@ca@', users: [] }],
    ['an RSA key, and a name in capitals', { certificate: '@rsa@', privateKey: '@rsaKey@', users: [] }],
    ["a key in OpenSSL's own form", { ...own, privateKey: '@sec1@', users: [] }],
    ['line breaks of Windows', { ...own, certificate: '\r\n@certificate@\r\n', users: [] }],
    [
      'addresses and destinations',
      { ...own, users: [{ ...alice, address: '10.99.2.6', destinations: ['10.0.0.5/32 tcp 443'] }] },
    ],
  ])('may have %s', async (_, secret) => {
    expect(await judged(secret)).toEqual(taken);
  });

  test('may be for an address that clients dial', async () => {
    const secret = { certificate: '@byAddress@', privateKey: '@byAddressKey@', users: [] };
    expect(await judged(secret, BOTH, '203.0.113.1')).toEqual(taken);
    expect((await judged(secret, BOTH, '203.0.113.2')).code).toBe('SECRET_CERTIFICATE_INVALID');
  });

  test('is returned as it is', async () => {
    const secret = filled({ ...own, clientCa: '@ca@', users: [alice, { name: 'bob', address: '10.99.2.6' }] });
    expect(parseIkev2Secret(JSON.stringify(secret), { pool: POOL, serverName: SERVER, authentication: BOTH })).toEqual(
      secret,
    );
  });

  test('holds the shared secret of RADIUS where the gateway uses it', async () => {
    expect(await judged({ ...own, radius: { secret: '0123456789abcde#' }, users: [] }, ['eap-radius'])).toEqual(taken);
    expect((await judged({ ...own, users: [] }, ['eap-radius'])).code).toBe('USERS_MALFORMED');
    expect((await judged({ ...own, radius: { secret: '0123456789abcdef' }, users: [] })).code).toBe('USERS_MALFORMED');
  });

  test.each<[string, unknown]>(
    [
      ['no object', { secret: '0123456789abcdef' }],
      ['a short secret', { secret: 'hush56789abcdef' }],
      ['a long secret', { secret: 'hush'.repeat(13) }],
      ['a space', { secret: 'hush 6789abcdef0' }],
      ['a letter beyond ASCII', { secret: 'hüsh56789abcdef0' }],
      ['another key', { secret: '0123456789abcdef', more: 1 }],
      ['a number', { secret: 7 }],
      ['a text', 'hush56789abcdef0'],
      ['a list', ['hush']],
      ['null', null],
    ].slice(1) as [string, unknown][],
  )('is refused with %s for RADIUS', async (_, radius) => {
    expect(await judged({ ...own, radius, users: [] }, ['eap-radius'])).toEqual(
      refusal(
        'RADIUS_SECRET_INVALID',
        expect.stringMatching(/^radius: /) as never,
        'radius does not hold a secret that the gateway can use.',
        '  allowed  {"secret": ...} with 16 to 48 printable ASCII characters without spaces',
        '  write    "radius": {"secret": "32 random letters and digits"}',
      ),
    );
  });

  const block = (name: string, label: string) =>
    `"${name}": "-----BEGIN ${label}-----\\n...\\n-----END ${label}-----\\n"`;

  test.each<[object, string, string]>([
    [{ ...own, certificate: 'hush' }, 'certificate: not PEM of its kind', block('certificate', 'CERTIFICATE')],
    [
      { ...own, certificate: '@certificate@hush' },
      'certificate: not PEM of its kind',
      block('certificate', 'CERTIFICATE'),
    ],
    [{ ...own, certificate: 7 }, 'certificate: not PEM of its kind', block('certificate', 'CERTIFICATE')],
    [
      { ...own, certificate: ['@certificate@'] },
      'certificate: not PEM of its kind',
      block('certificate', 'CERTIFICATE'),
    ],
    [{ ...own, certificate: '@unpadded@' }, 'certificate: not PEM of its kind', block('certificate', 'CERTIFICATE')],
    [{ ...own, certificate: '@garbage@' }, 'certificate: 1 cannot be read', 'certificates as openssl writes them'],
    [
      { ...own, certificate: '@certificate@@garbage@' },
      'certificate: 2 cannot be read',
      'certificates as openssl writes them',
    ],
    [
      { certificate: '@expired@', privateKey: '@expiredKey@' },
      'certificate: 1 is expired or not valid yet',
      'certificates that are in force',
    ],
    [
      { certificate: '@early@', privateKey: '@earlyKey@' },
      'certificate: 1 is expired or not valid yet',
      'certificates that are in force',
    ],
    [
      { ...own, certificate: '@certificate@@oldCa@' },
      'certificate: 2 is expired or not valid yet',
      'certificates that are in force',
    ],
    [
      { certificate: '@elsewhere@', privateKey: '@elsewhereKey@' },
      'certificate: does not have the name of the server',
      'a certificate whose subject alternative names hold dns:vpn.example.com',
    ],
    [
      { ...own, privateKey: '@elsewhereKey@' },
      'privateKey: not the key of the certificate',
      '"privateKey": the key for which the certificate was made',
    ],
    [{ ...own, privateKey: '@encrypted@' }, 'privateKey: not PEM of its kind', block('privateKey', 'PRIVATE KEY')],
    [{ ...own, privateKey: '@mislabelled@' }, 'privateKey: not PEM of its kind', block('privateKey', 'PRIVATE KEY')],
    [{ ...own, privateKey: '@garbageKey@' }, 'privateKey: cannot be read', 'a key as openssl writes it'],
    [{ ...own, privateKey: '@privateKey@@privateKey@' }, 'privateKey: not one key', '"privateKey": one block of PEM'],
    [
      { ...own, clientCa: '@ca@@leaf@' },
      'clientCa: 2 is not the certificate of an authority',
      '"clientCa": the certificate that signs',
    ],
    [{ ...own, clientCa: '@ca@@oldCa@' }, 'clientCa: 2 is expired or not valid yet', 'certificates that are in force'],
    [{ ...own, clientCa: '@ca@', crl: '@ca@' }, 'crl: not PEM of its kind', block('crl', 'X509 CRL')],
    [{ ...own, clientCa: '@ca@', crl: null }, 'crl: not PEM of its kind', block('crl', 'X509 CRL')],
    ...(['garbageCrl', 'otherCrl', 'forgedCrl'] as const).map((name): [object, string, string] => [
      { ...own, clientCa: '@ca@', crl: `@crl@@${name}@` },
      'crl: 2 is not signed by the authority',
      '"crl": the list that the authority made',
    ]),
    [{ ...own, crl: '@crl@' }, 'crl: 1 is not signed by the authority', '"crl": the list that the authority made'],
  ])('is refused with %j', async (secret, said, write) => {
    expect(await judged({ ...secret, users: [] })).toEqual(
      refusal(
        'SECRET_CERTIFICATE_INVALID',
        said,
        `the secret is not one with which IKEv2 can serve: ${said}.`,
        '  allowed  PEM without other text: certificate (with those between it and a root that clients trust), its key without a password, and perhaps clientCa and crl',
        `  write    ${write}`,
      ),
    );
  });

  test('is refused where an authority or a password is of no use', async () => {
    expect((await judged({ ...own, clientCa: '@ca@', users: [] }, ['eap-mschapv2'])).code).toBe('USERS_MALFORMED');
    expect((await judged({ ...own, clientCa: '@ca@', users: [alice] }, ['eap-tls'])).code).toBe('USERS_MALFORMED');
  });

  test.each([undefined, '', 'hush', '[]', '{}', '{"users": []}'])('is refused as %j', async (secret) => {
    expect((await judged(secret ?? JSON.stringify({ ...good, users: {} }))).code).toBe('USERS_MALFORMED');
  });
});

describe('a user of an IKEv2 gateway', () => {
  const proof = (users: object[], methods?: readonly Ikev2Method[], more = {}) =>
    judged({ ...own, ...more, users }, methods);

  test('without a password needs an authority', async () => {
    expect(await proof([alice, { name: 'bob' }])).toEqual(
      refusal(
        'IKEV2_USER_WITHOUT_PROOF',
        'user 2: no password, and there is no clientCa',
        'user 2 has no password, and there is no clientCa.',
        '  allowed  a password where the gateway takes them, or a clientCa',
        '  write    "clientCa": "-----BEGIN CERTIFICATE-----..."',
      ),
    );
  });

  test.each<[readonly Ikev2Method[], object]>([
    [['eap-mschapv2'], {}],
    [['eap-radius'], { radius: { secret: '0123456789abcdef' } }],
  ])('without a password has no place where the gateway takes %j alone', async (methods, more) => {
    expect(await proof([{ name: 'bob' }], methods, more)).toEqual(
      refusal(
        'IKEV2_USER_WITHOUT_PROOF',
        'user 1: no password',
        'user 1 has no password, and the gateway takes no certificates.',
        '  allowed  users with a password',
        '  write    {"name": "alice", "password": "..."}',
      ),
    );
  });

  test.each(['a b', 'a/b', 'ä'.normalize('NFD'), 'n'.repeat(65), '(hush)'])(
    'without a password cannot be called %j',
    async (name) => {
      expect(await judged({ ...own, clientCa: '@ca@', users: [{ name }] })).toMatchObject({
        code: 'USER_NAME_NOT_REPRESENTABLE',
      });
    },
  );

  test('without a password is told which names a certificate carries', async () => {
    expect(await judged({ ...own, clientCa: '@ca@', users: [{ name: 'hush hush' }] })).toEqual(
      refusal(
        'USER_NAME_NOT_REPRESENTABLE',
        'user 1: without a password, the name must be 1 to 64 letters, digits and _ . @ -',
        'the name of user 1, who has no password, is not one that a certificate carries.',
        '  allowed  1 to 64 letters, digits and _ . @ -',
        '  write    {"name": "alice"}',
      ),
    );
  });

  test('with a password may have a name of any characters that charon takes for a name', async () => {
    const names = [
      'a',
      "O'Neill",
      'say "hi"',
      '$(reboot)',
      ' spaced out ',
      'CORP\\alice',
      'back\\slash\\',
      '#1;{}',
      '1234',
      '12-34/5',
      'alice@example.com',
      '20%',
      'n'.repeat(255),
    ];
    expect(await judgedEach(names.map((name) => ({ ...own, users: [{ name, password: 'p' }] })))).toEqual(
      names.map(() => taken),
    );
  });

  test('cannot have a name that charon takes for something else', async () => {
    const names = [
      '',
      '*',
      '*hush',
      '@hush',
      '%any',
      'cn=hush',
      'keyid:hush',
      '10.0.0.1',
      '10.0.0.0/8',
      '10.0.0.1-10.0.0.9',
      '0.0.0.0',
      '::',
      'hüsh',
      'hush\n',
      'hu\u0000sh',
      'hu\u007fsh',
      'n'.repeat(256),
      7,
      null,
      ['hush'],
    ];
    expect(await judgedEach(names.map((name) => ({ ...own, users: [{ name, password: 'p' }] })))).toEqual(
      names.map(() =>
        refusal(
          'USER_NAME_NOT_REPRESENTABLE',
          'user 1: name not allowed',
          'the name of user 1 is not one that this gateway can hold.',
          '  allowed  1 to 255 printable ASCII characters without : and =, not beginning with *, @ or %, and no address',
          '  write    {"name": "alice", "password": "..."}',
        ),
      ),
    );
  });

  test('cannot have a password that is not printable ASCII', async () => {
    const passwords = ['', 'hüsh', 'hush\n', 'hu\u007fsh', 'h'.repeat(256), 7, null];
    expect(await judgedEach(passwords.map((password) => ({ ...own, users: [{ name: 'alice', password }] })))).toEqual(
      passwords.map(() =>
        refusal(
          'USER_PASSWORD_NOT_REPRESENTABLE',
          'user 1: password not 1 to 255 printable ASCII characters',
          'the password of user 1 is not one that clients can send.',
          '  allowed  1 to 255 printable ASCII characters',
          '  write    20 or more random letters and digits',
        ),
      ),
    );
  });

  test('cannot have the name of another but for upper and lower case: charon knows no difference', async () => {
    expect(await proof([alice, { name: 'ALICE', password: 'hush' }])).toEqual(
      refusal(
        'USER_DUPLICATE',
        'user 2: name taken, but for upper and lower case',
        'user 2 has the name, but for upper and lower case, of an earlier user.',
        '  allowed  a name, but for upper and lower case, that no other user has',
        '  write    one entry for each user',
      ),
    );
  });

  test('may have any name and password of printable ASCII that is a plain name to charon', async () => {
    const text = fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 40,
    });
    const users = fc.sample(fc.record({ name: text, password: text }), { seed: 7296, numRuns: 300 });
    const isPlain = (name: string) => !/[:=]|^[*@%]/.test(name) && !(/^[\d./-]+$/.test(name) && name.includes('.'));
    const results = await judgedEach(users.map((user) => ({ ...own, users: [user] })));
    expect(results.map(({ said }) => said === '')).toEqual(users.map(({ name }) => isPlain(name)));
  });
});
