import * as fc from 'fast-check';
import { PptpPool, parsePptpUsers } from '../../../lib/host';
import { errorOf } from '../../support/messages';

const pool = PptpPool.from('10.99.0.0/24', { fixedAddresses: 10 });
const parse = (secret: unknown) => parsePptpUsers(typeof secret === 'string' ? secret : JSON.stringify(secret), pool);
const one = (user: object) => () => parse({ users: [user] });
const refusal = (code: string, ...lines: string[]) => ({
  code,
  text: [...lines, '', '      at FILE:LINE', `      code ${code}, see docs/diagnostics.md`].join('\n'),
});

describe('the users of a secret', () => {
  test('are read in order, with an address of their own where they have one', () => {
    const users = [
      { name: 'alice', password: 'correct horse' },
      { name: 'plc', password: 'p', address: '10.99.0.250' },
    ];
    expect(parse({ users })).toEqual(users);
  });

  test('may be none yet', () => {
    expect(parse('{"users": []}')).toEqual([]);
  });

  test('may have any printable ASCII characters in names and passwords', () => {
    const text = fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    });
    fc.assert(
      fc.property(text, text, (name, password) => {
        fc.pre(name !== '*' && !password.startsWith('@/'));
        expect(parse({ users: [{ name, password }] })).toEqual([{ name, password }]);
      }),
      { seed: 1723 },
    );
  });

  test('may have names that differ in case, and a name that looks like an address of another', () => {
    expect(
      parse({
        users: [
          { name: 'a', password: 'p' },
          { name: 'A', password: 'p' },
        ],
      }),
    ).toHaveLength(2);
    const users = [
      { name: '10.99.0.250', password: 'p' },
      { name: 'plc', password: 'p', address: '10.99.0.250' },
    ];
    expect(parse({ users })).toEqual(users);
  });
});

describe('a secret that is refused', () => {
  test.each([
    '',
    'hush',
    '[]',
    'null',
    '7',
    '"hush"',
    '{}',
    '{"users": {}}',
    '{"users": "hush"}',
    '{"users": [], "more": 1}',
    '{"Users": []}',
  ])('is not a list of users: %j', (secret) => {
    expect(errorOf(() => parse(secret))).toEqual(
      refusal(
        'USERS_MALFORMED',
        'the secret is not JSON of the form that this gateway reads.',
        '  allowed  an object with users, and nothing else; users is a list',
        '  write    {"users": [{"name": "alice", "password": "..."}]}',
      ),
    );
  });

  test.each([
    'hush',
    null,
    [],
    7,
    {},
    { name: 'a' },
    { password: 'hush' },
    { name: 'a', password: 'hush', adress: '10.99.0.250' },
  ])('has an entry that is no user: %j', (user) => {
    expect(errorOf(() => parse({ users: [{ name: 'first', password: 'p' }, user] }))).toEqual(
      refusal(
        'USERS_MALFORMED',
        'user 2 does not have the keys of a user.',
        '  allowed  an object with name and password, perhaps address and destinations, and nothing else',
        '  write    {"name": "alice", "password": "..."}',
      ),
    );
  });

  test.each(['', '*', 'hüsh', 'hush\n', 'hu\u0000sh', 'hu\tsh', '\u007f', 'h'.repeat(256), 7, null, ['hush']])(
    'has a name that chap-secrets cannot hold: %j',
    (name) => {
      expect(errorOf(one({ name, password: 'p' }))).toEqual(
        refusal(
          'USER_NAME_NOT_REPRESENTABLE',
          'the name of user 1 is not one that this gateway can hold.',
          '  allowed  1 to 255 printable ASCII characters; not * alone, which pppd takes for everybody',
          '  write    {"name": "alice", "password": "..."}',
        ),
      );
    },
  );

  test.each(['', '@/etc/shadow', 'hüsh', 'hush\r', 'hu\u0007sh', 'h'.repeat(256), true, null, {}])(
    'has a password that chap-secrets cannot hold, and does not show it: %j',
    (password) => {
      expect(errorOf(one({ name: 'a', password }))).toEqual(
        refusal(
          'USER_PASSWORD_NOT_REPRESENTABLE',
          'the password of user 1 cannot stand in chap-secrets.',
          '  allowed  1 to 255 printable ASCII characters, not beginning with @/, which pppd takes for the name of a file',
          '  write    20 or more random letters and digits',
        ),
      );
    },
  );

  test.each(['10.99.0.5', '10.99.0.255', '10.99.0.0250', 'hush', 250, null, ''])(
    'has an address that is not set aside: %j',
    (address) => {
      expect(errorOf(one({ name: 'a', password: 'hush', address }))).toEqual(
        refusal(
          'USER_ADDRESS_NOT_IN_POOL',
          'the address of user 1 is not one that a client of this gateway can have.',
          '  allowed  10.99.0.245 to 10.99.0.254',
          '  write    "address": "10.99.0.245"',
        ),
      );
    },
  );

  test('has an address although none is set aside', () => {
    const secret = '{"users": [{"name": "a", "password": "hush", "address": "10.99.0.250"}]}';
    expect(errorOf(() => parsePptpUsers(secret, PptpPool.from('10.99.0.0/24')))).toEqual(
      refusal(
        'USER_ADDRESS_NOT_IN_POOL',
        'the address of user 1 is not one that a client of this gateway can have.',
        '  allowed  no address: none is set aside for users',
        '  write    {"name": "alice", "password": "..."}',
      ),
    );
  });

  test.each([
    [
      'name',
      [
        { name: 'a', password: 'hush' },
        { name: 'b', password: 'hush' },
        { name: 'a', password: 'other' },
      ],
    ],
    [
      'address',
      [
        { name: 'a', password: 'hush', address: '10.99.0.250' },
        { name: 'b', password: 'hush' },
        { name: 'c', password: 'hush', address: '10.99.0.250' },
      ],
    ],
  ])('has the same %s twice', (what, users) => {
    expect(errorOf(() => parse({ users }))).toEqual(
      refusal(
        'USER_DUPLICATE',
        `user 3 has the ${what} of an earlier user.`,
        `  allowed  a ${what} that no other user has`,
        '  write    one entry for each user',
      ),
    );
  });
});
