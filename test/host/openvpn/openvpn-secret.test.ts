import { parseOpenVpnSecret } from '../../../lib/host/openvpn';
import { errorOf } from '../../support/messages';
import { CONTROL_KEY, POOL, pem, pki, Sandbox } from './support';

let files: Readonly<Record<string, string>>;
let sandbox: Sandbox;
beforeAll(() => {
  files = pki();
});
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const file = (name: string) => files[name] as string;
const secretOf = (more: object = {}) => ({
  certificate: file('server.pem'),
  privateKey: file('server.key'),
  ca: file('ca.pem'),
  tlsCryptV2: CONTROL_KEY,
  users: [] as unknown[],
  ...more,
});
const text = (secret: unknown) => (typeof secret === 'string' ? secret : JSON.stringify(secret));
const parse = (secret: unknown) => parseOpenVpnSecret(text(secret), POOL);
const refusal = (code: string, what: string, allowed: string, write: string) => ({
  code,
  text: `${what}.\n  allowed  ${allowed}\n  write    ${write}\n\n      at FILE:LINE\n      code ${code}, see docs/diagnostics.md`,
});
/** That both refuse it: the library with this error, the machine with this line. */
function refused(secret: unknown, error: ReturnType<typeof refusal>, line: string): void {
  expect(errorOf(() => parse(secret))).toEqual(error);
  expect(sandbox.users(secret)).toEqual({ status: 1, stdout: '', stderr: `users refused: ${line}\n` });
  expect(sandbox.list('.')).toEqual([]);
}

describe('the secret of an OpenVPN gateway, for library and machine alike,', () => {
  test('is read in order, with what is optional', () => {
    const users = [
      { name: 'alice' },
      { name: 'plc-4@plant.example', address: '10.99.3.254', destinations: ['10.0.0.5/32 tcp 443'] },
    ];
    const secret = secretOf({ crl: file('ca.crl'), users });
    expect(parse(secret)).toEqual({
      ...secret,
      users: [
        { name: 'alice' },
        { ...users[1], destinations: [{ cidr: '10.0.0.5/32', protocol: 'tcp', fromPort: 443, toPort: 443 }] },
      ],
    });
    expect(sandbox.users(secret).status).toBe(0);
  });

  test('may have no users yet, and no list', () => {
    expect(parse(secretOf())).toEqual(secretOf());
    expect(sandbox.users(secretOf()).status).toBe(0);
  });

  const good: [string, () => object][] = [
    ['a key as RSA in PKCS #8', () => ({ certificate: file('rsa.pem'), privateKey: file('rsa.key') })],
    ['a key as RSA alone', () => ({ certificate: file('rsa.pem'), privateKey: file('rsa1.key') })],
    ['a key as EC alone', () => ({ privateKey: file('sec1.key') })],
    [
      'a certificate between server and authority',
      () => ({ certificate: file('below.pem') + file('between.pem'), privateKey: file('below.key') }),
    ],
    [
      'the one between among the authorities',
      () => ({
        certificate: file('below.pem'),
        privateKey: file('below.key'),
        ca: file('between.pem') + file('ca.pem'),
      }),
    ],
    ['two authorities', () => ({ ca: file('other.pem') + file('ca.pem') })],
    [
      'lists of two authorities',
      () => ({ ca: file('other.pem') + file('ca.pem'), crl: file('ca.crl') + file('other.crl') }),
    ],
    [
      'lists of two authorities with one name',
      () => ({ ca: file('again.pem') + file('ca.pem'), crl: file('ca.crl') + file('again.crl') }),
    ],
    ['a list that is out of date', () => ({ crl: file('old.crl') })],
    [
      'line breaks of Windows, and blank lines',
      () => ({ ca: `\r\n${file('ca.pem').replaceAll('\n', '\r\n')}\r\n \t` }),
    ],
    ['a block in one line', () => ({ tlsCryptV2: CONTROL_KEY.replace(/\n/g, '') })],
  ];
  test.each(good)('may have %s', (_, more) => {
    expect(parse(secretOf(more()))).toEqual(secretOf(more()));
    expect(sandbox.users(secretOf(more()))).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('a secret that library and machine refuse, without a word of what it holds,', () => {
  test.each([
    ['', () => ''],
    ['hush', () => 'hush'],
    ['[]', () => '[]'],
    ['no users', () => ({ ...secretOf(), users: undefined })],
    ['no ca', () => ({ ...secretOf(), ca: undefined })],
    ['more', () => secretOf({ dh: 'hush' })],
  ])('is of another form: %s', (_, secret) => {
    refused(
      secret(),
      refusal(
        'USERS_MALFORMED',
        'the secret is not JSON of the form that this gateway reads',
        'an object with users, certificate, privateKey, ca and tlsCryptV2, perhaps crl, and nothing else; users is a list',
        '{"certificate": "...", "privateKey": "...", "ca": "...", "tlsCryptV2": "...", "users": [{"name": "alice"}]}',
      ),
      'the secret: must have ca, certificate, privateKey, tlsCryptV2, users, may have crl, and nothing else',
    );
  });

  test.each(['', '.alice', 'al/ice', 'al ice', 'alice\n', 'älice', '../x', 'DEFAULT', 'a'.repeat(65), 7])(
    'has a user named %j',
    (name) => {
      refused(
        secretOf({ users: [{ name }] }),
        refusal(
          'USER_NAME_NOT_REPRESENTABLE',
          'the name of user 1 is not one that this gateway can hold',
          '1 to 64 letters, digits and _ . @ -, not beginning with a dot; not DEFAULT',
          '{"name": "alice"}',
        ),
        'user 1: name not allowed',
      );
    },
  );

  test.each(['10.99.3.0', '10.99.3.1', '10.99.3.255', '10.99.4.2', '10.99.3.02', 'hush', null])(
    'has a user at %j',
    (address) => {
      refused(
        secretOf({ users: [{ name: 'alice', address }] }),
        refusal(
          'USER_ADDRESS_NOT_IN_POOL',
          'the address of user 1 is not one that a client of this gateway can have',
          '10.99.3.2 to 10.99.3.254',
          '"address": "10.99.3.2"',
        ),
        'user 1: address not set aside for users',
      );
    },
  );

  test('has more users than the pool has addresses', () => {
    const users = Array.from({ length: 254 }, (_, n) => ({ name: `user${n}` }));
    refused(
      secretOf({ users }),
      refusal(
        'USERS_EXCEED_POOL',
        'the secret has 254 users, and each has an address of their own',
        'at most 253 users in 10.99.3.0/24',
        'a larger pool, or fewer users',
      ),
      'users: more than the pool has addresses',
    );
    expect(parse(secretOf({ users: users.slice(1) })).users).toHaveLength(253);
    expect(sandbox.users(secretOf({ users: users.slice(1) })).status).toBe(0);
    expect(sandbox.list('users')).toHaveLength(253);
  });

  test.each([
    ['nothing', () => '', 'not PEM of its kind'],
    ['another kind of key', () => CONTROL_KEY.replaceAll('server', 'client'), 'not PEM of its kind'],
    ['no base64', () => CONTROL_KEY.replace('Bwc', 'B='), 'not PEM of its kind'],
    ['too few bytes', () => pem('OpenVPN tls-crypt-v2 server key', 127), 'not one key of 128 bytes'],
    ['two keys', () => CONTROL_KEY + CONTROL_KEY, 'not one key of 128 bytes'],
  ])('has for the control channel %s', (_, tlsCryptV2, line) => {
    refused(
      secretOf({ tlsCryptV2: tlsCryptV2() }),
      refusal(
        'TLS_CRYPT_KEY_INVALID',
        'tlsCryptV2 is not a server key for tls-crypt-v2',
        'one block of PEM with 128 bytes',
        '"tlsCryptV2": what `openvpn --genkey tls-crypt-v2-server` prints',
      ),
      `tlsCryptV2: ${line}`,
    );
  });

  const kind = (name: string, label: string) =>
    `"${name}": "-----BEGIN ${label}-----\\n...\\n-----END ${label}-----\\n"`;
  const usable = 'a certificate with keyUsage digitalSignature and extendedKeyUsage serverAuth';
  const strong = 'RSA with 2048 bits, or ECDSA; SHA-256';
  const weak = 'certificate: it, or one that signed it, has a weak key or signature';
  const unsigned = 'certificate: not signed by the authority in ca';
  const signed = '"certificate": what the authority signed';
  const dated = 'certificate: it, or one that signed it, is expired or not valid yet';
  const pair = (name: string) => ({ certificate: file(`${name}.pem`), privateKey: file(`${name}.key`) });
  const bad: [string, () => object, string, string, string?][] = [
    [
      'a certificate that is no text',
      () => ({ certificate: 7 }),
      'certificate: not PEM of its kind',
      kind('certificate', 'CERTIFICATE'),
    ],
    [
      'text before a certificate',
      () => ({ certificate: `Certificate:\n${file('server.pem')}` }),
      'certificate: not PEM of its kind',
      kind('certificate', 'CERTIFICATE'),
    ],
    [
      'a key in place of the authority',
      () => ({ ca: file('ca.key') }),
      'ca: not PEM of its kind',
      kind('ca', 'CERTIFICATE'),
    ],
    [
      'a key with a password',
      () => ({ privateKey: file('locked.key') }),
      'privateKey: not PEM of its kind',
      kind('privateKey', 'PRIVATE KEY'),
    ],
    ['a list of another kind', () => ({ crl: file('ca.pem') }), 'crl: not PEM of its kind', kind('crl', 'X509 CRL')],
    ['a list that is empty', () => ({ crl: '' }), 'crl: not PEM of its kind', kind('crl', 'X509 CRL')],
    [
      'two keys',
      () => ({ privateKey: file('server.key') + file('server.key') }),
      'privateKey: not one key',
      '"privateKey": one block of PEM',
    ],
    [
      'a key that is none',
      () => ({ privateKey: pem('PRIVATE KEY', 99) }),
      'privateKey: cannot be read',
      'a key as openssl writes it',
    ],
    [
      'a certificate that is none',
      () => ({ certificate: pem('CERTIFICATE', 99) }),
      'certificate: 1 cannot be read',
      'certificates as openssl writes them',
    ],
    [
      'a second certificate that is none',
      () => ({ certificate: file('server.pem') + pem('CERTIFICATE', 99) }),
      'certificate: 2 cannot be read',
      'certificates as openssl writes them',
    ],
    [
      'the key of another',
      () => ({ privateKey: file('client.key') }),
      'privateKey: not the key of the certificate',
      '"privateKey": the key for which the certificate was made',
    ],
    [
      'the authority first',
      () => ({ certificate: file('ca.pem') + file('server.pem') }),
      'privateKey: not the key of the certificate',
      '"privateKey": the key for which the certificate was made',
    ],
    [
      'an authority that is none',
      () => ({ ca: file('ca.pem') + file('client.pem') }),
      'ca: 2 is not the certificate of an authority',
      '"ca": the certificate that signs',
    ],
    [
      'the certificate of a client',
      () => pair('client'),
      'certificate: not for digital signatures of a TLS server',
      usable,
    ],
    [
      'a certificate for other uses of its key',
      () => pair('unusable'),
      'certificate: not for digital signatures of a TLS server',
      usable,
    ],
    [
      'a certificate without usages',
      () => pair('bare'),
      'certificate: not for digital signatures of a TLS server',
      usable,
    ],
    [
      'a certificate of another authority',
      () => pair('foreign'),
      unsigned,
      signed,
      'certificate: unable to get local issuer certificate',
    ],
    [
      'a gap in the chain',
      () => pair('below'),
      unsigned,
      signed,
      'certificate: unable to get local issuer certificate',
    ],
    [
      'no authority that signed itself',
      () => ({ ...pair('below'), ca: file('between.pem') }),
      unsigned,
      signed,
      'certificate: unable to get issuer certificate',
    ],
    [
      'an expired certificate',
      () => pair('old'),
      dated,
      'certificates that are in force',
      'certificate: certificate has expired',
    ],
    [
      'a certificate of the future',
      () => pair('late'),
      dated,
      'certificates that are in force',
      'certificate: certificate is not yet valid',
    ],
    ['RSA with 1024 bits', () => pair('short'), weak, strong, 'certificate: EE certificate key too weak'],
    ['SHA-1', () => pair('sha1'), weak, strong, 'certificate: CA signature digest algorithm too weak'],
    [
      'the list of another authority',
      () => ({ crl: file('other.crl') }),
      'crl: 1 is not signed by the authority',
      '"crl": the list that the authority made',
    ],
    [
      'a list that is none',
      () => ({ crl: file('ca.crl') + pem('X509 CRL', 99) }),
      'crl: 2 is not signed by the authority',
      '"crl": the list that the authority made',
    ],
  ];
  test.each(bad)('has %s', (_, more, what, write, line = what) => {
    refused(
      secretOf(more()),
      refusal(
        'SECRET_CERTIFICATE_INVALID',
        `the secret is not one with which OpenVPN can serve: ${what}`,
        'PEM without other text: certificate (with those between it and the authority), its key without a password, ca (one that signed itself among them), and perhaps crl',
        write,
      ),
      line,
    );
  });
});

test('the time at which certificates must be in force is the caller’s', () => {
  const at = (day: string) => () =>
    parseOpenVpnSecret(
      text(secretOf({ certificate: file('old.pem'), privateKey: file('old.key') })),
      POOL,
      new Date(day),
    );
  expect(errorOf(at('2020-06-01')).text).toContain('is expired or not valid yet'); // its authority is not yet
  expect(() => parseOpenVpnSecret(text(secretOf()), POOL)).not.toThrow();
  expect(errorOf(() => parseOpenVpnSecret(text(secretOf()), POOL, new Date('2099-01-01'))).text).toContain(
    'is expired or not valid yet',
  );
});
