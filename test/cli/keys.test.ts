import { X509Certificate } from 'node:crypto';
import * as fs from 'node:fs';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { wireGuardPublicKey } from '../../lib/host/wireguard/public-key';
import { type Secret, Shell } from './world';

// Keys for RSA take a second or two each.
jest.setTimeout(60_000);

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});

const OPENVPN = 'keys openvpn --dir ./k --server vpn.example.com';
const IKEV2 = 'keys ikev2 --dir ./k --server vpn.example.com --key-type ecdsa-p256';
const WIREGUARD = 'keys wireguard --dir ./k --server vpn.example.com --pool 10.99.1.0/24';
const PPTP = 'keys pptp --dir ./k --server vpn.example.com';

const names = ({ users }: Secret) => users.map(({ name }) => name);

/** The serial numbers on the revocation list of a secret. */
function revoked(secret: Secret): string[] {
  return new x509.X509Crl(secret.crl as string).entries.map(({ serialNumber }) => serialNumber.toUpperCase()).sort();
}

/** The serial numbers of all certificates of a name in the folder. */
function serials(name: string): string[] {
  return shell
    .files('k/issued')
    .filter((file) => new X509Certificate(shell.read(`k/issued/${file}`)).subject === `CN=${name}`)
    .map((file) => file.replace('.pem', ''))
    .sort();
}

describe('the keys of a new gateway', () => {
  test.each([
    [PPTP, ['users']],
    [WIREGUARD, ['privateKey', 'users']],
    [IKEV2, ['certificate', 'privateKey', 'clientCa', 'crl', 'users']],
    [OPENVPN, ['certificate', 'privateKey', 'ca', 'crl', 'tlsCryptV2', 'users']],
  ])('%s: a secret with users, on standard output', async (line, keys) => {
    const secret = await shell.secret(`${line} --user alice --user bob@example.com`);
    expect(Object.keys(secret)).toEqual(keys);
    expect(names(secret)).toEqual(['alice', 'bob@example.com']);
    expect(shell.files('k/clients').map((file) => file.split('/')[0])).toEqual(
      expect.arrayContaining(['alice', 'bob@example.com']),
    );
  });

  test.each([PPTP, WIREGUARD, IKEV2, OPENVPN])(
    '%s: files that nobody else can read, in folders that nobody else can enter',
    async (line) => {
      await shell.secret(`${line} --user alice`);
      const entries = fs.readdirSync(shell.path('k'), { recursive: true, withFileTypes: true });
      const modes = entries.map((entry) => [
        entry.isDirectory(),
        fs.statSync(`${entry.parentPath}/${entry.name}`).mode & 0o777,
      ]);
      expect(modes.filter(([isFolder, mode]) => mode !== (isFolder ? 0o700 : 0o600))).toEqual([]);
      expect(fs.statSync(shell.path('k')).mode & 0o777).toBe(0o700);
    },
  );

  test.each([PPTP, WIREGUARD, IKEV2, OPENVPN])(
    '%s: a secret in a file instead, mode 0600, and nothing on standard output',
    async (line) => {
      const { status, stdout } = await shell.run(`${line} --user alice --secret ./secret.json`);
      expect([status, stdout]).toEqual([0, '']);
      expect(names(JSON.parse(shell.read('secret.json')))).toEqual(['alice']);
      expect(fs.statSync(shell.path('secret.json')).mode & 0o777).toBe(0o600);
    },
  );

  test("holds no private key of a user in the secret, and the authority's in its own file alone", async () => {
    for (const line of [IKEV2, OPENVPN]) {
      const secret = JSON.stringify(await shell.secret(`${line} --user alice`));
      const body = (pem: string) => pem.split('\n').slice(1, -2).join('\\n');
      const keys = ['ca.key', ...shell.files('k').filter((file) => file.endsWith('private/vpn.pem'))].map((file) =>
        body(shell.read(`k/${file}`)),
      );
      expect(keys.filter((key) => secret.includes(key))).toEqual([]);
      const caKey = body(shell.read('k/ca.key')).replaceAll('\\n', '\n');
      expect(shell.files('k').filter((file) => shell.read(`k/${file}`).includes(caKey))).toEqual(['ca.key']);
      shell.remove('k');
    }
  });

  test('may have no users yet', async () => {
    expect(await shell.secret(PPTP)).toEqual({ users: [] });
    expect(shell.files('k')).toEqual(['gateway.json']);
  });

  test('say what to keep, what to hand over, and how large the secret is', async () => {
    const { stderr, stdout } = await shell.run(`${OPENVPN} --user alice`);
    expect(stderr).toBe(`secret: standard output, ${stdout.length} bytes
profiles: ./k/clients/alice; delete it once its user has it
keep ./k, and a copy of it: ca.key is nowhere else, and whoever has it can let anybody in
`);
    expect(
      (await shell.run(`${PPTP.replace('./k', './two')} --user alice`)).stderr,
    ).toBe(`secret: standard output, 67 bytes
profiles: ./two/clients/alice; delete it once its user has it
keep ./two: whoever adds a user needs it
`);
  });

  test('say when a cloud does not take a secret of this size', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ name: `user${at}`, password: 'p'.repeat(200) }));
    shell.write('users.json', many(120));
    expect((await shell.run('keys pptp --dir ./k --server vpn.example.com --users ./users.json')).stderr).toContain(
      ' bytes: more than Azure Key Vault takes (25600)\n',
    );
    shell.write('users.json', many(300));
    expect((await shell.run('keys pptp --dir ./k2 --server vpn.example.com --users ./users.json')).stderr).toContain(
      ' bytes: more than AWS Secrets Manager (65536) and Azure Key Vault (25600) take\n',
    );
  });

  test('take users with addresses, destinations and passwords from a file', async () => {
    const users = [
      { name: 'alice', password: 'the old one', address: '10.99.0.9', destinations: ['10.0.0.5/32 tcp 443'] },
      { name: 'bob' },
    ];
    shell.write('users.json', users);
    const secret = await shell.secret(`${PPTP} --users ./users.json --user carol`);
    expect(names(secret)).toEqual(['carol', 'alice', 'bob']);
    expect(secret.users[1]).toEqual(users[0]);
    expect(shell.read('k/clients/alice/password.txt')).toBe('the old one\n');
    expect(secret.users[2]!.password).toMatch(/^[a-zA-Z2-9]{24}$/);
  });

  test('have certificates of the kind and length that was asked for', async () => {
    const secret = await shell.secret(`${OPENVPN} --key-type ecdsa-p384 --days 30`);
    const { publicKey, validTo } = new X509Certificate(secret.certificate as string);
    expect(publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' });
    expect(new Date(validTo)).toEqual(new Date('2026-12-22T12:00:00Z'));
  });

  test('are RSA for IKEv2, which every client knows, and small for OpenVPN, unless asked otherwise', async () => {
    const typeOf = (secret: Secret) => {
      const { modulusLength, namedCurve } = new X509Certificate(secret.certificate as string).publicKey
        .asymmetricKeyDetails!;
      return modulusLength ?? namedCurve;
    };
    expect(typeOf(await shell.secret('keys ikev2 --dir ./one --server vpn.example.com'))).toBe(3072);
    expect(typeOf(await shell.secret('keys openvpn --dir ./two --server vpn.example.com'))).toBe('prime256v1');
  });

  test('of IKEv2 with passwords alone have no authority for users in the secret: such a gateway would refuse it', async () => {
    const secret = await shell.secret(`${IKEV2} --authentication password --user alice`);
    expect(Object.keys(secret)).toEqual(['certificate', 'privateKey', 'users']);
    expect(Object.keys(secret.users[0]!)).toEqual(['name', 'password']);
  });

  test('of WireGuard are pairs: the secret has the halves of which clients have the others', async () => {
    const secret = await shell.secret(`${WIREGUARD} --user alice`);
    const profile = shell.read('k/clients/alice/vpn.conf');
    const value = (key: string) => new RegExp(`^${key} = (.*)$`, 'm').exec(profile)?.[1] ?? '';
    expect(secret.users[0]).toEqual({
      name: 'alice',
      publicKey: wireGuardPublicKey(value('PrivateKey')),
      presharedKey: value('PresharedKey'),
      address: '10.99.1.2',
    });
    expect(value('PublicKey')).toBe(wireGuardPublicKey(secret.privateKey as string));
  });

  test("of WireGuard have the pool's first free addresses, between those that were asked for", async () => {
    shell.write('users.json', [{ name: 'fixed', address: '10.99.1.3' }]);
    await shell.run(`${WIREGUARD} --users ./users.json --secret ./one.json`);
    const secret = await shell.secret('keys add-user --dir ./k --from ./one.json --user a --user b --user c');
    expect(secret.users.map(({ address }) => address)).toEqual(['10.99.1.3', '10.99.1.2', '10.99.1.4', '10.99.1.5']);
  });
});

describe('a gateway in its second year', () => {
  test.each([PPTP, WIREGUARD, IKEV2, OPENVPN])('%s: one more user, and nothing else changes', async (line) => {
    const before = await shell.secret(`${line} --user alice`);
    const { users, ...after } = await shell.secret('keys add-user --dir ./k --user bob', {
      stdin: JSON.stringify(before),
    });
    const { users: earlier, ...own } = before;
    expect(after).toEqual(own);
    expect(users[0]).toEqual(earlier[0]);
    expect(users.map(({ name }) => name)).toEqual(['alice', 'bob']);
  });

  test.each([IKEV2, OPENVPN])('%s: a user is removed, and every certificate of that name revoked', async (line) => {
    await shell.run(`${line} --user alice --user bob --secret ./1.json`);
    const secret = await shell.secret('keys remove-user --dir ./k --user bob --from ./1.json');
    expect(names(secret)).toEqual(['alice']);
    expect(revoked(secret)).toEqual(serials('bob'));
    expect(serials('bob')).toHaveLength(1);
  });

  test.each([PPTP, WIREGUARD])('%s: a user is removed', async (line) => {
    await shell.run(`${line} --user alice --user bob --secret ./1.json`);
    expect(names(await shell.secret('keys remove-user --dir ./k --user bob --from ./1.json'))).toEqual(['alice']);
  });

  test('whoever was removed and comes back has a new certificate, and the old one stays revoked', async () => {
    await shell.run(`${OPENVPN} --user bob --secret ./1.json`);
    const old = serials('bob');
    await shell.run('keys remove-user --dir ./k --user bob --from ./1.json --secret ./2.json');
    shell.remove('k/clients/bob');
    const secret = await shell.secret('keys add-user --dir ./k --user bob --from ./2.json');
    expect(revoked(secret)).toEqual(old);
    expect(serials('bob')).toHaveLength(2);
  });

  test.each([
    [PPTP, 'password'],
    [WIREGUARD, 'publicKey'],
    [`${IKEV2} --authentication password`, 'password'],
  ])('%s: a user has a new %s, in the same place, with the same address and destinations', async (line, key) => {
    const kept = { name: 'bob', address: '10.99.1.9', destinations: ['10.0.0.0/16'] };
    shell.write('users.json', [kept]);
    await shell.run(`${line} --user alice --users ./users.json --user carol --secret ./1.json`);
    const before: Secret = JSON.parse(shell.read('1.json'));
    shell.remove('k/clients');
    const after = await shell.secret('keys renew-user --dir ./k --user bob --from ./1.json');
    const at = names(before).indexOf('bob');
    expect(names(after)).toEqual(names(before));
    expect(after.users[at]).toMatchObject(kept);
    expect(after.users[at]![key]).not.toBe(before.users[at]![key]);
    expect(after.users.filter((_, each) => each !== at)).toEqual(before.users.filter((_, each) => each !== at));
  });

  test('IKEv2 with both: who has a password gets another, who has a certificate gets another', async () => {
    await shell.run(`${IKEV2} --authentication certificate --authentication password --user alice --secret ./1.json`);
    await shell.run('keys add-user --dir ./k --authentication password --user bob --from ./1.json --secret ./2.json');
    shell.remove('k/clients');
    const secret = await shell.secret('keys renew-user --dir ./k --user alice --user bob --from ./2.json');
    expect(secret.users.map((user) => Object.keys(user))).toEqual([['name'], ['name', 'password']]);
    expect([serials('alice').length, serials('bob').length, revoked(secret).length]).toEqual([2, 0, 1]);
  });

  test.each([IKEV2, OPENVPN])(
    '%s: a renewed user has a new certificate, and only the old one is revoked',
    async (line) => {
      await shell.run(`${line} --user alice --secret ./1.json`);
      const old = serials('alice');
      shell.remove('k/clients');
      const secret = await shell.secret('keys renew-user --dir ./k --user alice --from ./1.json');
      expect(revoked(secret)).toEqual(old);
      expect(serials('alice')).toHaveLength(2);
    },
  );

  test.each([IKEV2, OPENVPN])(
    '%s: a new key and certificate of the server, by the same authority; profiles stay good',
    async (line) => {
      const before = await shell.secret(`${line} --user alice`);
      const later = new Date('2028-11-01T00:00:00Z');
      const after = await shell.secret('keys renew-server --dir ./k', { stdin: JSON.stringify(before), now: later });
      const { certificate, privateKey, ...same } = after;
      const { certificate: _, privateKey: old, ...own } = before;
      expect(same).toEqual(own);
      expect(privateKey).not.toBe(old);
      const server = new X509Certificate(certificate as string);
      const authority = new X509Certificate(shell.read('k/ca.pem'));
      expect(server.verify(authority.publicKey) && server.checkHost('vpn.example.com')).toBe('vpn.example.com');
      expect(new Date(server.validTo)).toEqual(new Date('2030-11-01T00:00:00Z'));
    },
  );

  test.each([IKEV2, OPENVPN])('%s: the certificate of the server can be renewed though it ended', async (line) => {
    const before = await shell.secret(line);
    const late = new Date('2029-06-01T00:00:00Z');
    const after = await shell.secret('keys renew-server --dir ./k', { stdin: JSON.stringify(before), now: late });
    expect(new Date(new X509Certificate(after.certificate as string).validTo)).toEqual(
      new Date('2031-06-01T00:00:00Z'),
    );
  });

  test('WireGuard: a new key of the server, and the word that every client must have', async () => {
    const before = await shell.secret(`${WIREGUARD} --user alice`);
    const { stdout, stderr } = await shell.run('keys renew-server --dir ./k', { stdin: JSON.stringify(before) });
    const after: Secret = JSON.parse(stdout);
    expect(after.users).toEqual(before.users);
    expect(after.privateKey).not.toBe(before.privateKey);
    const publicKey = wireGuardPublicKey(after.privateKey as string);
    expect(stderr).toContain(`every client needs this in its [Peer] now: PublicKey = ${publicKey}\n`);
  });

  test('keeps revocation lists of other authorities, which somebody put into the secret', async () => {
    const { clientCa, crl } = await shell.secret(
      'keys ikev2 --dir ./other --server vpn.example.com --key-type ecdsa-p256',
    );
    const ours = await shell.secret(`${IKEV2} --user alice`);
    const both = { ...ours, clientCa: `${ours.clientCa}${clientCa}`, crl: `${crl}${ours.crl}` };
    const secret = await shell.secret('keys remove-user --dir ./k --user alice', { stdin: JSON.stringify(both) });
    const lists = (secret.crl as string).match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)!;
    expect(lists).toHaveLength(2);
    expect(new x509.X509Crl(lists[0]!).entries).toHaveLength(1);
    expect(`${lists[1]}\n`).toBe(crl);
  });

  test('status says until when every certificate is valid, the one that ends first on top', async () => {
    await shell.run(`${OPENVPN} --user alice --secret ./1.json`);
    const later = new Date('2027-05-22T12:00:00Z');
    await shell.run('keys add-user --dir ./k --user bob --from ./1.json --secret ./2.json', { now: later });
    await shell.run('keys renew-server --dir ./k --from ./2.json --secret ./3.json', {
      now: new Date('2028-01-01T00:00:00Z'),
    });
    const { stdout } = await shell.run('keys status --dir ./k', { now: new Date('2028-11-20T12:00:00Z') });
    expect(stdout.replace(/VPN CA \w{8}/, 'VPN CA ########')).toBe(`2028-11-21      1 days  alice
2029-05-21    182 days  bob
2029-12-31    405 days  vpn.example.com
2036-11-19   2921 days  VPN CA ########
`);
  });

  test('status says that a gateway without certificates has none', async () => {
    await shell.secret(PPTP);
    expect((await shell.run('keys status --dir ./k')).stdout).toBe('pptp has no certificates\n');
  });
});

test('IKEv2 with RADIUS: what the operator put into the secret for it stays there', async () => {
  const made = await shell.secret(`${IKEV2} --authentication password`);
  const radius = { secret: 'k4yW9dTz7QmXc2Vb' };
  const stdin = JSON.stringify({ ...made, radius });
  expect((await shell.secret('keys renew-server --dir ./k', { stdin })).radius).toEqual(radius);
  const wrong = JSON.stringify({ ...made, radius: 'hush' });
  const { status, stderr } = await shell.run('keys renew-server --dir ./k', { stdin: wrong });
  expect([status, stderr]).toEqual([1, expect.stringContaining('code RADIUS_SECRET_INVALID')]);
  expect(stderr).not.toContain('hush');
});

describe('what lies in the folder', () => {
  test('is named after users, in letters that every file system takes', async () => {
    shell.write(
      'users.json',
      ['../../etc', 'a b', '.', '..', 'x'.repeat(255), 'con/aux'].map((name) => ({ name })),
    );
    await shell.secret(`${PPTP} --users ./users.json`);
    const folders = fs.readdirSync(shell.path('k/clients')).sort();
    expect(folders.map((folder) => folder.replace(/[0-9a-f]{16}$/, '#'))).toEqual(
      ['%2E%2E', '%2E', '%2E.%2F..%2Fetc', 'a%20b', 'con%2Faux', `${'x'.repeat(180)}%#`].sort(),
    );
  });

  test('says nothing secret about the gateway, and everything that profiles repeat', async () => {
    await shell.secret(`${WIREGUARD} --port 443 --route 10.0.0.0/16 --route 10.1.0.0/16 --dns 10.0.0.2 --mtu 1380`);
    expect(JSON.parse(shell.read('k/gateway.json'))).toEqual({
      protocol: 'wireguard',
      server: 'vpn.example.com',
      pool: '10.99.1.0/24',
      routes: ['10.0.0.0/16', '10.1.0.0/16'],
      port: 443,
      dnsServers: ['10.0.0.2'],
      mtu: 1380,
    });
  });
});

describe('a machine that serves PPTP and its successor', () => {
  const pools = '--pool 10.99.1.0/24 --pptp-pool 10.99.0.0/24';
  const WIREGUARD_TOO = `keys wireguard --dir ./k --server vpn.example.com ${pools}`;
  const OPENVPN_TOO = `${OPENVPN} ${pools}`;
  const IKEV2_TOO = `${IKEV2} ${pools}`;

  test('has one list of users: a password for PPTP, and what the successor needs', async () => {
    const keysOf = async (line: string) => {
      const { users } = await shell.secret(`${line} --user alice`);
      shell.remove('k');
      return Object.keys(users[0]!);
    };
    expect(await keysOf(WIREGUARD_TOO)).toEqual(['name', 'password', 'publicKey', 'presharedKey', 'address']);
    expect(await keysOf(OPENVPN_TOO)).toEqual(['name', 'password']);
    expect(await keysOf(IKEV2_TOO)).toEqual(['name', 'password']);
    expect(await keysOf(`${IKEV2_TOO} --authentication password`)).toEqual(['name', 'password']);
  });

  test.each([WIREGUARD_TOO, OPENVPN_TOO, IKEV2_TOO])('%s: profiles for both', async (line) => {
    await shell.secret(`${line} --user alice`);
    const files = shell.files('k/clients/alice');
    expect(files.filter((file) => file.startsWith('pptp/'))).toEqual([
      'pptp/linux/chap-secrets',
      'pptp/linux/peers/vpn',
      'pptp/password.txt',
      'pptp/windows.ps1',
    ]);
    expect(files.filter((file) => !file.startsWith('pptp/')).length).toBeGreaterThan(0);
  });

  test('WireGuard: the address is one that PPTP sets aside, and in the profile the one at the same place', async () => {
    const { users } = await shell.secret(`${WIREGUARD_TOO} --fixed-addresses 2 --user alice --user bob`);
    expect(users.map(({ address }) => address)).toEqual(['10.99.0.253', '10.99.0.254']);
    expect(shell.read('k/clients/alice/vpn.conf')).toContain('Address = 10.99.1.253/32\n');
  });

  test('takes over users with the passwords and addresses that they have for PPTP', async () => {
    const users = [
      { name: 'alice', password: 'the old one', address: '10.99.0.200', destinations: ['10.0.0.5/32'] },
      { name: 'bob', password: 'his' },
    ];
    shell.write('users.json', users);
    const secret = await shell.secret(`${OPENVPN_TOO} --users ./users.json`);
    expect(secret.users).toEqual([
      { name: 'alice', password: 'the old one', address: '10.99.0.200', destinations: ['10.0.0.5/32'] },
      { name: 'bob', password: 'his' },
    ]);
  });

  test('IKEv2 with passwords: it is the same one', async () => {
    const secret = await shell.secret(`${IKEV2_TOO} --authentication password --user alice`);
    const { password } = secret.users[0]!;
    expect(shell.read('k/clients/alice/password.txt')).toBe(`${password}\n`);
    expect(shell.read('k/clients/alice/pptp/password.txt')).toBe(`${password}\n`);
  });

  test('IKEv2 with certificates: the password of PPTP opens nothing of it', async () => {
    const secret = await shell.secret(`${IKEV2_TOO} --user alice`);
    expect(shell.read('k/clients/alice/pptp/password.txt')).toBe(`${secret.users[0]!.password}\n`);
    expect(shell.read('k/clients/alice/password.txt')).not.toBe(shell.read('k/clients/alice/pptp/password.txt'));
  });

  test.each([WIREGUARD_TOO, OPENVPN_TOO, IKEV2_TOO])(
    '%s: users come, go and are renewed, for both at once',
    async (line) => {
      const first = await shell.secret(`${line} --user alice --user bob`);
      const second = await shell.secret('keys add-user --dir ./k --user carol', { stdin: JSON.stringify(first) });
      const third = await shell.secret('keys remove-user --dir ./k --user bob', { stdin: JSON.stringify(second) });
      expect(names(third)).toEqual(['alice', 'carol']);
      shell.remove('k/clients');
      const fourth = await shell.secret('keys renew-user --dir ./k --user alice', { stdin: JSON.stringify(third) });
      expect(fourth.users[0]!.password).not.toBe(third.users[0]!.password);
      expect(fourth.users[0]!.address).toBe(third.users[0]!.address);
      expect(fourth.users[1]).toEqual(third.users[1]);
      if (line !== WIREGUARD_TOO) {
        expect(serials('alice')).toHaveLength(2);
        expect(revoked(fourth)).toHaveLength(2);
      }
    },
  );

  test('ends: the secret is then the one of the successor alone, with its own addresses', async () => {
    const made = async (line: string) => JSON.stringify(await shell.secret(`${line} --user alice --user bob`));
    const end = async (stdin: string) => await shell.run('keys end-pptp --dir ./k', { stdin });
    const wireguard = await end(await made(`${WIREGUARD_TOO} --fixed-addresses 9`));
    expect(JSON.parse(wireguard.stdout).users).toEqual(
      ['10.99.1.246', '10.99.1.247'].map((address, at) => ({
        name: ['alice', 'bob'][at],
        publicKey: expect.any(String),
        presharedKey: expect.any(String),
        address,
      })),
    );
    expect(wireguard.stderr).toContain(
      'take pptpPool and fixedAddresses out of gateway.json once the gateway has this secret\n',
    );
    shell.remove('k');
    const openvpn = await end(await made(OPENVPN_TOO));
    expect(JSON.parse(openvpn.stdout).users).toEqual([{ name: 'alice' }, { name: 'bob' }]);
    expect(openvpn.stderr).toContain('take pptpPool out of gateway.json');
    shell.remove('k');
    const ikev2 = await end(await made(`${IKEV2_TOO} --authentication password`));
    expect(JSON.parse(ikev2.stdout).users).toEqual(
      ['alice', 'bob'].map((name) => ({ name, password: expect.any(String) })),
    );
    // From then on, the folder is that of any gateway.
    const { pptpPool, ...facts } = JSON.parse(shell.read('k/gateway.json'));
    expect(pptpPool).toBe('10.99.0.0/24');
    shell.write('k/gateway.json', facts);
    expect(names(await shell.secret('keys add-user --dir ./k --user carol', { stdin: ikev2.stdout }))).toEqual([
      'alice',
      'bob',
      'carol',
    ]);
  });
});
