import * as fs from 'node:fs';
import { type Done, Shell, type Surroundings } from './world';

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});

/** Runs a command that must be refused, having written nothing, neither to standard output nor to the folder. */
async function refused(line: string | readonly string[], surroundings?: Surroundings): Promise<string> {
  const before = shell.files('.');
  const { status, stdout, stderr }: Done = await shell.run(line, surroundings);
  expect(stdout).toBe('');
  expect(shell.files('.')).toEqual(before);
  return `${stderr}exit ${status}`;
}

const OPENVPN = 'keys openvpn --dir ./k --server vpn.example.com';
const WIREGUARD = 'keys wireguard --dir ./k --server vpn.example.com --pool 10.99.1.0/24';
const PPTP = 'keys pptp --dir ./k --server vpn.example.com';

describe('a command line that cannot be run', () => {
  test.each([
    ['no command', []],
    ['an unknown command', ['kyes']],
    ['no action', ['keys']],
    ['an unknown action', ['keys', 'revoke']],
    ['an action that is a property of every object', ['keys', 'constructor']],
    ['an option that is missing', ['keys', 'wireguard', '--dir', './k', '--server', 'vpn.example.com']],
    ['an option of another action', [...PPTP.split(' '), '--port', '1723']],
    ['an option that nobody has', [...PPTP.split(' '), '--force']],
    ['an option twice', [...PPTP.split(' '), '--dir', './k2']],
    ['an option without its value at the end', [...PPTP.split(' '), '--user']],
    ['an option without its value before the next', ['keys', 'pptp', '--server', '--dir', './k']],
    ['an option with an empty value', [...PPTP.split(' '), '--user=']],
    ['a word that belongs to no option', [...PPTP.split(' '), 'alice']],
    ['two hyphens', [...PPTP.split(' '), '--', 'alice']],
    ['nobody to add', ['keys', 'add-user', '--dir', './made']],
  ])('%s', async (_what, line) => {
    shell.write('secret.json', await shell.secret('keys pptp --dir ./made --server vpn.example.com'));
    const stdin = shell.read('secret.json');
    expect(await refused(line, { stdin })).toMatchSnapshot();
  });

  test('the secret would be shown on a terminal', async () => {
    expect(await refused(PPTP, { terminal: 'stdout' })).toMatchSnapshot();
    shell.write('1.json', await shell.secret(PPTP));
    expect(await refused('keys add-user --dir ./k --user a --from ./1.json', { terminal: 'stdout' })).toContain(
      'the secret would be shown on the terminal',
    );
  });

  test('the secret would have to be typed', async () => {
    await shell.secret(PPTP);
    expect(await refused('keys add-user --dir ./k --user alice', { terminal: 'stdin' })).toMatchSnapshot();
  });

  test('a name that begins with a hyphen is one behind an equals sign', async () => {
    expect((await shell.secret(`${PPTP} --user=-alice`)).users[0]).toMatchObject({ name: '-alice' });
  });
});

describe('the value of an option that keys cannot be made with', () => {
  test.each([
    'keys pptp --dir ./k --server https://vpn.example.com',
    'keys pptp --dir ./k --server vpn_1.example.com',
    'keys pptp --dir ./k --server 10.0.0.300',
    'keys pptp --dir ./k --server 2001:db8::1',
    'keys pptp --dir ./k --server vpn.example.com"',
    `keys openvpn --dir ./k --server ${'a'.repeat(54)}.example.com`,
    `${WIREGUARD} --port 0`,
    `${WIREGUARD} --port 65536`,
    `${WIREGUARD} --port 0x50`,
    `${WIREGUARD} --dns one.one.one.one`,
    `${WIREGUARD} --mtu 1279`,
    `${WIREGUARD} --route 10.0.0.1/16`,
    `${WIREGUARD} --route ::/0`,
    'keys wireguard --dir ./k --server vpn.example.com --pool 10.99.1.0/30',
    'keys wireguard --dir ./k --server vpn.example.com --pool 10.99.1.1/24',
    `${OPENVPN} --transport sctp`,
    `${OPENVPN} --days 3651`,
    `${OPENVPN} --key-type rsa-2048`,
    'keys ikev2 --dir ./k --server vpn.example.com --authentication psk',
  ])('%s', async (line) => {
    const said = await refused(line);
    expect(said).toMatch(/code KEYS_OPTION_INVALID/);
    expect(said).toMatchSnapshot();
  });

  test('a way to log in that the gateway does not take, or that is of another protocol', async () => {
    shell.write('1.json', await shell.secret('keys ikev2 --dir ./k --server vpn.example.com --key-type ecdsa-p256'));
    const add = 'keys add-user --user bob --authentication password';
    expect(await refused(`${add} --dir ./k --from ./1.json`)).toMatchSnapshot();
    shell.write('2.json', await shell.secret(PPTP.replace('./k', './p')));
    expect(await refused(`${add} --dir ./p --from ./2.json`)).toMatchSnapshot();
    expect(await refused(`${add} --authentication certificate --dir ./k --from ./1.json`)).toContain(
      '"password, certificate"',
    );
  });
});

describe('users that cannot be added', () => {
  test.each([
    ['someone who is there', 'keys add-user --dir ./k --user alice'],
    ['the same person twice', 'keys add-user --dir ./k --user bob --user bob'],
    ['a name that OpenVPN cannot hold', ['keys', 'add-user', '--dir', './k', '--user', 'bob smith']],
    ['a name of another kind of identity', 'keys add-user --dir ./k --user a@b@c'],
    ['a name that is an address', 'keys add-user --dir ./k --user 10.0.0.1'],
    ['a name that OpenVPN takes for everybody', 'keys add-user --dir ./k --user DEFAULT'],
    ['nobody of this name, to remove', 'keys remove-user --dir ./k --user Alice'],
    ['nobody of this name, to renew', 'keys renew-user --dir ./k --user bob'],
  ])('%s', async (_what, line) => {
    const secret = JSON.stringify(await shell.secret(`${OPENVPN} --user alice`));
    expect(await refused(line, { stdin: secret })).toMatchSnapshot();
  });

  test('nobody at all is there to remove', async () => {
    const secret = JSON.stringify(await shell.secret(PPTP));
    expect(await refused('keys remove-user --dir ./k --user bob', { stdin: secret })).toContain(
      'nobody: there are no users',
    );
  });

  test('more than the pool of WireGuard has addresses', async () => {
    const line = 'keys wireguard --dir ./k --server vpn.example.com --pool 10.99.1.0/29';
    const secret = JSON.stringify(await shell.secret(`${line} --user a --user b --user c --user d --user e`));
    expect(await refused('keys add-user --dir ./k --user f', { stdin: secret })).toMatchSnapshot();
  });

  test.each([
    ['no JSON', 'alice: hush'],
    ['no list', '{"users": []}'],
    ['an entry without a name', '[{"name": "a"}, {"password": "hush"}]'],
    ['an unknown key', '[{"name": "a", "adress": "hush"}]'],
    ['a password that is none', '[{"name": "a", "password": ["hush"]}]'],
    ['null', '[null]'],
  ])('from a file with %s', async (_what, content) => {
    shell.write('users.json', content);
    const said = await refused(`${PPTP} --users ./users.json`);
    expect(said).not.toContain('hush');
    expect(said).toMatchSnapshot();
  });

  test('from a file with passwords, where there are none', async () => {
    shell.write('users.json', '[{"name": "a", "password": "hush"}]');
    expect(await refused(`${WIREGUARD} --users ./users.json`)).toMatchSnapshot();
  });

  test.each([
    ['an address outside the pool', { name: 'a', address: '10.98.0.5' }, 'USER_ADDRESS_NOT_IN_POOL'],
    ['an address that is none', { name: 'a', address: 5 }, 'USER_ADDRESS_NOT_IN_POOL'],
    [
      'destinations that are none',
      { name: 'a', address: '10.99.1.5', destinations: ['10.0.0.1/16'] },
      'USER_DESTINATION_INVALID',
    ],
    ['a name that cannot be', { name: '.a' }, 'USER_NAME_NOT_REPRESENTABLE'],
  ])('from a file with %s, by the rule of the gateway', async (_what, user, code) => {
    shell.write('users.json', [user]);
    expect(await refused(`${WIREGUARD} --users ./users.json`)).toContain(`code ${code}, see`);
  });

  test('with an address that is none, though the pool is not known', async () => {
    shell.write('users.json', [{ name: 'a', address: '10.0.0' }]);
    expect(await refused(`${PPTP} --users ./users.json`)).toContain('code USER_ADDRESS_NOT_IN_POOL');
    shell.write('users.json', [{ name: 'a', address: '10.0.0.0' }]);
    expect((await shell.run(`${PPTP} --users ./users.json`)).status).toBe(0);
  });
});

describe('a secret that cannot be changed', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', 'hush'],
    ['that of another protocol', '{"privateKey": "hush", "users": []}'],
  ])('%s', async (_what, stdin) => {
    await shell.secret(PPTP);
    const said = await refused('keys add-user --dir ./k --user alice', { stdin });
    expect(said).not.toContain('hush');
    expect(said).toMatchSnapshot();
  });

  test.each([
    'keys openvpn',
    'keys ikev2 --key-type ecdsa-p256',
    'keys ikev2 --key-type ecdsa-p256 --authentication password',
  ])('%s: that of another authority', async (line) => {
    await shell.secret(`${line} --dir ./k --server vpn.example.com`);
    const other = JSON.stringify(await shell.secret(`${line} --dir ./other --server vpn.example.com`));
    const said = await refused('keys renew-server --dir ./k', { stdin: other });
    expect(said).toMatchSnapshot();
  });

  test('one whose server was certified by somebody else, though it trusts users of the authority', async () => {
    const ours = await shell.secret('keys ikev2 --dir ./k --server vpn.example.com --key-type ecdsa-p256');
    const other = await shell.secret('keys ikev2 --dir ./o --server vpn.example.com --key-type ecdsa-p256');
    const mixed = JSON.stringify({ ...ours, certificate: other.certificate, privateKey: other.privateKey });
    expect(await refused('keys add-user --dir ./k --user a', { stdin: mixed })).toContain(
      'KEYS_SECRET_OF_OTHER_FOLDER',
    );
  });

  test('that of PPTP has no key of the server to renew', async () => {
    const secret = JSON.stringify(await shell.secret(PPTP));
    expect(await refused('keys renew-server --dir ./k', { stdin: secret })).toMatchSnapshot();
  });
});

describe('PPTP beside its successor', () => {
  const line = 'keys wireguard --dir ./k --server vpn.example.com --pool 10.99.1.0/24';

  test.each([
    ['pools of two sizes', `${line} --pptp-pool 10.99.0.0/25`],
    ['pools that overlap', `${line} --pptp-pool 10.99.1.0/24`],
    ['no pool of the successor', 'keys openvpn --dir ./k --server vpn.example.com --pptp-pool 10.99.0.0/24'],
    ['addresses set aside for nobody', `${line} --fixed-addresses 5`],
    ['more addresses set aside than there are', `${line} --pptp-pool 10.99.0.0/24 --fixed-addresses 253`],
    [
      'passwords and certificates, which cannot be told apart',
      'keys ikev2 --dir ./k --server vpn.example.com --pool 10.99.1.0/24 --pptp-pool 10.99.0.0/24 --authentication password --authentication certificate',
    ],
  ])('with %s', async (_what, command) => {
    expect(await refused(command)).toMatchSnapshot();
  });

  test.each([
    ['an address that PPTP hands out', { name: 'a', address: '10.99.0.5' }, 'USER_ADDRESS_NOT_IN_POOL'],
    ['an address of the successor', { name: 'a', address: '10.99.1.200' }, 'USER_ADDRESS_NOT_IN_POOL'],
    ['a name that PPTP knows alone', { name: 'a b' }, 'USER_NAME_NOT_REPRESENTABLE'],
    ['a password that PPTP cannot hold', { name: 'a', password: '@/etc/shadow' }, 'USER_PASSWORD_NOT_REPRESENTABLE'],
  ])('with %s', async (_what, user, code) => {
    shell.write('users.json', [user]);
    expect(await refused(`${line} --pptp-pool 10.99.0.0/24 --users ./users.json`)).toContain(`code ${code}, see`);
  });

  test('has addresses for as many users of WireGuard as PPTP sets aside', async () => {
    const secret = JSON.stringify(await shell.secret(`${line} --pptp-pool 10.99.0.0/24 --fixed-addresses 1 --user a`));
    expect(await refused('keys add-user --dir ./k --user b', { stdin: secret })).toContain('allowed  1 user');
  });

  test.each([
    ['no JSON', 'hush'],
    ['users that are no list', '{"users": 5}'],
    ['users that are no objects', '{"users": ["hush"]}'],
    ['an unknown key of a user', '{"users": [{"name": "a", "password": "p", "hush": 1}]}'],
  ])('is not changed by a secret with %s', async (_what, stdin) => {
    await shell.secret(`${line} --pptp-pool 10.99.0.0/24`);
    const said = await refused('keys add-user --dir ./k --user a', { stdin });
    expect(said).toContain('code USERS_MALFORMED');
    expect(said).not.toContain('hush');
  });

  test('does not end where there is none', async () => {
    const secret = JSON.stringify(await shell.secret(WIREGUARD));
    expect(await refused('keys end-pptp --dir ./k', { stdin: secret })).toMatchSnapshot();
  });
});

describe('files', () => {
  test('are not read where there is no folder', async () => {
    expect(await refused('keys status --dir ./k')).toMatchSnapshot();
  });

  test('are not written into a folder that is there', async () => {
    await shell.secret(PPTP);
    expect(await refused(PPTP)).toMatchSnapshot();
  });

  test('are not written over others: neither the secret nor the profiles, and then none is', async () => {
    const secret = JSON.stringify(await shell.secret(`${WIREGUARD} --user alice`));
    shell.write('there.json', 'somebody else');
    expect(
      await refused('keys add-user --dir ./k --user bob --secret ./there.json', { stdin: secret }),
    ).toMatchSnapshot();
    expect(shell.read('there.json')).toBe('somebody else');
    expect(await refused('keys renew-user --dir ./k --user alice', { stdin: secret })).toMatchSnapshot();
  });

  test('are not followed where somebody left a link', async () => {
    const secret = JSON.stringify(await shell.secret(WIREGUARD));
    shell.write('victim', 'as it was');
    fs.mkdirSync(shell.path('k/clients/bob'), { recursive: true });
    // A dangling link does not exist for whoever asks; only creating the file finds it.
    fs.symlinkSync(shell.path('nowhere'), shell.path('k/clients/bob/vpn.conf'));
    const { status, stderr } = await shell.run('keys add-user --dir ./k --user bob', { stdin: secret });
    expect([status, fs.existsSync(shell.path('nowhere'))]).toEqual([1, false]);
    expect(stderr).toContain('a file could not be read or written: EEXIST');
  });

  test('are taken away again when the next cannot be written', async () => {
    // The folder for the second user's profiles is a file.
    const secret = JSON.stringify(await shell.secret(`${WIREGUARD} --user alice`));
    shell.write('k/clients/carol', '');
    expect(await refused('keys add-user --dir ./k --user bob --user carol', { stdin: secret })).toMatchSnapshot();
    expect(fs.existsSync(shell.path('k/clients/bob'))).toBe(false);
  });

  test('are taken away again when nobody reads the secret', async () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const { status, stderr } = await shell.run(`${OPENVPN} --user alice`, { broken });
    expect(`${stderr}exit ${status}`).toMatchSnapshot();
    expect(shell.files('.')).toEqual([]);
    expect(fs.existsSync(shell.path('k'))).toBe(false);
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a protocol that there is not', '{"protocol": "sstp", "server": "vpn.example.com"}'],
    ['a fact of another protocol', '{"protocol": "pptp", "server": "vpn.example.com", "mtu": 1400}'],
    ['a fact that nobody knows', '{"protocol": "pptp", "server": "vpn.example.com", "constructor": 1}'],
    ['no server', '{"protocol": "pptp"}'],
    ['no way to log in', '{"protocol": "ikev2", "server": "vpn.example.com", "authentication": []}'],
    ['routes that are none', '{"protocol": "pptp", "server": "vpn.example.com", "routes": "10.0.0.0/8"}'],
    ['no authority', '{"protocol": "openvpn", "server": "vpn.example.com"}'],
  ])('are not taken for the keys of a gateway with %s', async (_what, facts) => {
    fs.mkdirSync(shell.path('k'));
    shell.write('k/gateway.json', facts);
    expect(await refused('keys status --dir ./k')).toMatchSnapshot();
  });

  test('are not taken for those of an authority when certificate and key do not belong together', async () => {
    await shell.secret(OPENVPN);
    await shell.secret(OPENVPN.replace('./k', './other'));
    fs.copyFileSync(shell.path('other/ca.key'), shell.path('k/ca.key'));
    expect(await refused('keys status --dir ./k')).toMatchSnapshot();
  });
});

test('a mistake of the program itself is not hidden', async () => {
  const secret = JSON.stringify(await shell.secret(OPENVPN));
  const parse = jest.spyOn(JSON, 'stringify').mockImplementation(() => {
    throw new TypeError('a mistake');
  });
  try {
    await expect(shell.run('keys add-user --dir ./k --user bob', { stdin: secret })).rejects.toThrow(TypeError);
  } finally {
    parse.mockRestore();
  }
});
