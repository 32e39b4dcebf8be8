import { parseWireGuardSecret } from '../../../lib/host/wireguard';
import { errorOf } from '../../support/messages';
import { POOL, privateKey, publicKey, Sandbox } from './support';

// Each run starts programs, which takes its time on a busy machine.
jest.setTimeout(30_000);

const alice = { name: 'alice', publicKey: publicKey(2), address: '10.99.1.2' };
const bob = { name: 'bob', publicKey: publicKey(3), address: '10.99.1.3', presharedKey: privateKey(7) };
const secretOf = (...users: unknown[]) => ({ privateKey: privateKey(1), users });
const text = (secret: unknown) => (typeof secret === 'string' ? secret : JSON.stringify(secret));
const parse = (secret: unknown) => parseWireGuardSecret(text(secret), POOL);
const refusal = (code: string, what: string, allowed: string, write: string) => ({
  code,
  text: `${what}.
  allowed  ${allowed}
  write    ${write}

      at FILE:LINE
      code ${code}, see docs/diagnostics.md`,
});
const EXAMPLE = '{"name": "alice", "publicKey": "...", "address": "10.99.1.2"}';
const NO_KEYS: unknown[] = [
  '',
  'hush',
  null,
  7,
  [privateKey(1)],
  privateKey(0),
  privateKey(1).slice(0, -1),
  `${privateKey(1)}=`,
  `${privateKey(1)}\n`,
  ` ${privateKey(1)}`,
  // 33 bytes, and 32 bytes with spare bits set
  Buffer.alloc(33, 1).toString('base64'),
  `${'A'.repeat(42)}B=`,
  `${privateKey(250).replaceAll('/', '_').replaceAll('+', '-')}`.replace(/^../, '-_'),
];

describe('the secret of a WireGuard gateway', () => {
  test('is read in order, with shared keys and destinations where there are any', () => {
    const plc = { name: 'plc-4@plant', publicKey: publicKey(4), address: '10.99.1.254' };
    const users = [alice, bob, { ...plc, destinations: ['10.0.0.5/32 tcp 443'] }];
    expect(parse(secretOf(...users))).toEqual({
      privateKey: privateKey(1),
      users: [
        alice,
        bob,
        { ...plc, destinations: [{ cidr: '10.0.0.5/32', protocol: 'tcp', fromPort: 443, toPort: 443 }] },
      ],
    });
  });

  test('may have no users yet', () => {
    expect(parse(secretOf())).toEqual({ privateKey: privateKey(1), users: [] });
  });

  test('may give two users the same shared key, and a user the name that is another user’s address', () => {
    const users = [{ ...alice, name: '10.99.1.3', presharedKey: privateKey(7) }, bob];
    expect(parse(secretOf(...users)).users).toEqual(users);
  });
});

describe('a secret that is refused, without a word of what it holds', () => {
  test.each([
    '',
    'hush',
    '[]',
    'null',
    '{}',
    { users: [] },
    { privateKey: privateKey(1) },
    { privateKey: privateKey(1), users: {} },
    { privateKey: privateKey(1), users: 'hush' },
    { privateKey: privateKey(1), users: [], port: 51820 },
    { PrivateKey: privateKey(1), users: [] },
  ])('is of another form: %j', (secret) => {
    expect(errorOf(() => parse(secret))).toEqual(
      refusal(
        'USERS_MALFORMED',
        'the secret is not JSON of the form that this gateway reads',
        'an object with users and privateKey, and nothing else; users is a list',
        `{"privateKey": "...", "users": [${EXAMPLE}]}`,
      ),
    );
  });

  test.each([
    'hush',
    null,
    [],
    {},
    { name: 'alice', publicKey: publicKey(2) },
    { publicKey: publicKey(2), address: '10.99.1.2' },
    { name: 'alice', address: '10.99.1.2' },
    { ...alice, privateKey: 'hush' },
    { ...alice, password: 'hush' },
    { ...alice, allowedIPs: '0.0.0.0/0' },
  ])('has an entry that is no user: %j', (user) => {
    expect(errorOf(() => parse(secretOf(bob, user)))).toEqual(
      refusal(
        'USERS_MALFORMED',
        'user 2 does not have the keys of a user',
        'an object with name, publicKey and address, perhaps destinations and presharedKey, and nothing else',
        EXAMPLE,
      ),
    );
  });

  test.each(['', '.hidden', 'a b', 'a/b', 'a\nb', 'a"b', 'ä', 'x'.repeat(65), 7, null, ['alice']])(
    'has a name that the log of sessions could not hold: %j',
    (name) => {
      expect(errorOf(() => parse(secretOf({ ...alice, name })))).toEqual(
        refusal(
          'USER_NAME_NOT_REPRESENTABLE',
          'the name of user 1 is not one that this gateway can hold',
          '1 to 64 letters, digits and _ . @ -, not beginning with a dot',
          EXAMPLE,
        ),
      );
    },
  );

  test.each(['10.99.1.0', '10.99.1.1', '10.99.1.255', '10.99.2.2', '10.99.1.02', '10.99.1.2/32', 'hush', '', 2, null])(
    'has an address that no client can have: %j',
    (address) => {
      expect(errorOf(() => parse(secretOf({ ...alice, address })))).toEqual(
        refusal(
          'USER_ADDRESS_NOT_IN_POOL',
          'the address of user 1 is not one that a client of this gateway can have',
          '10.99.1.2 to 10.99.1.254',
          '"address": "10.99.1.2"',
        ),
      );
    },
  );

  test.each([
    ['name', { ...bob, name: 'alice' }],
    ['address', { ...bob, address: '10.99.1.2' }],
    ['publicKey', { ...bob, publicKey: publicKey(2) }],
  ])('has the same %s twice', (what, second) => {
    expect(errorOf(() => parse(secretOf(alice, second)))).toEqual(
      refusal(
        'USER_DUPLICATE',
        `user 2 has the ${what} of an earlier user`,
        `a ${what} that no other user has`,
        'one entry for each user',
      ),
    );
  });

  test.each(NO_KEYS)('has something that is no key: %j', (key) => {
    const invalid = (what: string, write: string) =>
      refusal(
        'WIREGUARD_KEY_INVALID',
        `${what} is not a key of WireGuard`,
        '32 bytes in base64, 44 characters, not all zero',
        write,
      );
    expect(errorOf(() => parse({ privateKey: key, users: [] }))).toEqual(
      invalid('privateKey', '"privateKey": what `wg genkey` prints'),
    );
    expect(errorOf(() => parse(secretOf({ ...alice, publicKey: key })))).toEqual(
      invalid('publicKey of user 1', '"publicKey": what `wg pubkey` prints'),
    );
    expect(errorOf(() => parse(secretOf({ ...alice, presharedKey: key })))).toEqual(
      invalid('presharedKey of user 1', '"presharedKey": what `wg genpsk` prints'),
    );
  });

  test('has a user with the key of the gateway itself', () => {
    expect(errorOf(() => parse(secretOf({ ...alice, publicKey: publicKey(1) })))).toEqual(
      refusal(
        'WIREGUARD_KEY_INVALID',
        "publicKey of user 1 is the gateway's own",
        "the public key of the user's own device",
        '"publicKey": what `wg pubkey` makes of the private key of the device',
      ),
    );
  });

  test.each([['10.0.0.5'], 'hush', [7]])('has destinations of another form: %j', (destinations) => {
    expect(errorOf(() => parse(secretOf({ ...alice, destinations }))).code).toBe('USER_DESTINATION_INVALID');
  });
});

describe('the machine', () => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = new Sandbox();
  });
  afterAll(() => sandbox.remove());

  test.each<[string, unknown]>([
    ['secret refused: the secret: must have privateKey, users and nothing else', 'hush'],
    ['secret refused: the secret: must have privateKey, users and nothing else', { users: [] }],
    ['the secret: must have privateKey, users and nothing else', { privateKey: privateKey(1), users: [], port: 1 }],
    ['users: not a list', { privateKey: privateKey(1), users: {} }],
    ['user 1: not an object with a name', secretOf('hush')],
    [
      'user 1: must have address, name, publicKey, may have destinations, presharedKey, and nothing else',
      secretOf({ ...alice, password: 'hush' }),
    ],
    [
      'user 1: must have address, name, publicKey, may have destinations, presharedKey, and nothing else',
      secretOf({ name: 'alice', publicKey: publicKey(2) }),
    ],
    ['user 1: name not allowed', secretOf({ ...alice, name: '.hidden' })],
    ['user 1: name not allowed', secretOf({ ...alice, name: 'a\n' })],
    ['user 1: name not allowed', secretOf({ ...alice, name: 'x'.repeat(65) })],
    ['user 2: name taken', secretOf(alice, { ...bob, name: 'alice' })],
    ['user 2: address taken', secretOf(alice, { ...bob, address: '10.99.1.2' })],
    ['user 2: publicKey taken', secretOf(alice, { ...bob, publicKey: publicKey(2) })],
    ['user 1: publicKey is the one of the gateway', secretOf({ ...alice, publicKey: publicKey(1) })],
    ...['10.99.1.0', '10.99.1.1', '10.99.1.255', '10.99.2.2', '10.99.1.02', '10.99.1.2/32', 'hush', '', 2, null].map(
      (address): [string, unknown] => ['user 1: address not set aside for users', secretOf({ ...alice, address })],
    ),
    ...NO_KEYS.flatMap((key): [string, unknown][] => [
      ['privateKey: not a key of WireGuard', { privateKey: key, users: [alice] }],
      ['user 1: publicKey not a key of WireGuard', secretOf({ ...alice, publicKey: key })],
      ['user 1: presharedKey not a key of WireGuard', secretOf({ ...alice, presharedKey: key })],
    ]),
  ])('refuses with the same rule: %s, %j', (message, secret) => {
    expect(sandbox.users(secret)).toEqual({
      status: 1,
      stdout: '',
      stderr: `users refused: ${message.replace('secret refused: ', '')}\n`,
    });
    expect(sandbox.read('etc/wireguard/wg0.conf')).toBe('');
    expect(() => parse(secret)).toThrow();
  });

  test.each<[string, unknown]>([
    ['no users', secretOf()],
    ['a name that is an address of another', secretOf({ ...alice, name: '10.99.1.3' }, bob)],
    ['every character of a name', secretOf({ ...alice, name: `@_-.${'x'.repeat(60)}` })],
    ['the last address', secretOf({ ...alice, address: '10.99.1.254' })],
  ])('takes what TypeScript takes: %s', (_, secret) => {
    expect(() => parse(secret)).not.toThrow();
    const { status, stderr } = sandbox.users(secret);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
