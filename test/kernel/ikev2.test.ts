import { Insecure } from '../../lib/flows';
import { ClientPool, type HostConfig, renderHost } from '../../lib/host';
import { type Ikev2ServiceOptions, ikev2Service } from '../../lib/host/ikev2';
import { SESSION_LOG } from '../../lib/host/session-log';
import { CertificateAuthority, type Credential } from '../../lib/keys/certificate-authority';
import { HOST_COMMANDS } from './support/hosts';
import {
  byCertificate,
  byEapTls,
  byPassword,
  IkeClient,
  startCharon,
  stopCharon,
  withoutKernel,
} from './support/ikev2';
import { cable, Machine, type Outcome } from './support/machine';
import { startJournal } from './support/openvpn';
import { RadiusServer } from './support/radius';

const DAY = 86_400_000;
const now = new Date();

let server: Machine;
let dialer: Machine;
let client: IkeClient;
let authority: CertificateAuthority;
let own: Credential;

const alice = { name: 'alice', password: 'correct horse' };
const carol = { name: 'carol', password: 'battery staple', address: '10.99.2.6' };

function host(more: Partial<Ikev2ServiceOptions> = {}): HostConfig {
  return renderHost({
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    services: [
      ikev2Service({
        pool: ClientPool.from('10.99.2.0/29'),
        serverName: 'vpn.example.com',
        authentication: ['eap-mschapv2', 'certificate'],
        routes: 'everything',
        dnsServers: ['10.20.0.53'],
        ...more,
      }),
    ],
    addressing: 'masquerade',
    dnsServers: ['10.20.0.53'],
    commands: HOST_COMMANDS,
  });
}

/** Runs `vpn-gateway-apply` as the machine does. */
function apply(what: string, input = ''): Outcome {
  return server.run(['sh', '-c', `. /etc/vpn-gateway/settings; exec vpn-gateway-apply ${what}`], { input });
}

const secretOf = (users: readonly object[], more: object = {}) => JSON.stringify({ ...own, ...more, users });
const withCa = (users: readonly object[], more: object = {}) =>
  secretOf(users, { clientCa: authority.certificate, ...more });

/** Puts a host on the server, with these users, and starts charon. */
function serve(secret: string, more: Partial<Ikev2ServiceOptions> = {}): void {
  stopCharon(server);
  server.install(host(more));
  server.write('/etc/strongswan.conf', withoutKernel(server.read('/etc/strongswan.conf')));
  server.sh('mkdir -p /var/lib/vpn-gateway; rm -f /var/lib/vpn-gateway/ikev2; nft -f /etc/nftables.conf');
  expect(apply('policy', 'vpn-gateway policy 1\nclient 0.0.0.0/0\nto 10.20.0.0/16\n').status).toBe(0);
  expect(apply('users', secret).text).toMatch(/^ikev2: /);
  startCharon(server);
}

const log = () => server.read('/charon.log');
const clientOf = (name: string, validity = { now, days: 30 }) => authority.client(name, validity);

beforeAll(async () => {
  server = await Machine.start();
  dialer = await Machine.start();
  cable(server, 'eth0', dialer, 'eth0');
  server.sh('ip address add 203.0.113.1/24 dev eth0; ip link set eth0 up');
  dialer.sh('ip address add 203.0.113.2/24 dev eth0; ip link set eth0 up');
  authority = await CertificateAuthority.create('vpn.example.com', 'ecdsa-p256', { now, days: 3650 });
  own = await authority.server('vpn.example.com', { now, days: 365 });
  client = new IkeClient(dialer, authority.certificate);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await dialer?.stop();
});

describe('charon of Debian 13 on the rendered configuration', () => {
  beforeAll(() => serve(withCa([alice, carol, { name: 'bob' }])));

  test('loads all of it', () => {
    const { status, text } = server.run(['swanctl', '--load-all', '--clear', '--noprompt']);
    expect(status).toBe(0);
    expect(text).not.toMatch(/fail|error|invalid/i);
    expect(text).toContain("loaded connection 'identify'");
    // The plugin of Debian 12, in whose place openssl stands.
    expect(log().replace("plugin 'kdf': failed to load", '')).not.toMatch(/failed|unable|invalid/);
  });

  test('loads these plugins and no others', () => {
    expect(/loaded plugins: (.*)/.exec(log())?.[1]).toBe(
      'charon-systemd random nonce x509 openssl revocation constraints pubkey pkcs1 pkcs8 pem kernel-libipsec kernel-netlink socket-default vici eap-identity eap-mschapv2',
    );
  });

  test('has keys and passwords in files that only root reads', () => {
    for (const file of ['private/vpn-gateway.pem', 'conf.d/vpn-gateway-users.conf']) {
      expect(server.mode(`/etc/swanctl/${file}`)).toBe(0o600);
    }
  });

  test('answers, and keeps nothing of the question', () => {
    expect(apply('answer')).toEqual({ status: 0, text: '' });
    expect(server.must('swanctl', '--stats')).toMatch(/IKE_SAs: 0 total, 0 half-open/);
  });

  test('does not answer when it is frozen or gone', () => {
    const refused = { status: 1, text: 'answer refused: ikev2: charon does not answer\n' };
    server.sh('kill -STOP $(cat /charon.pid)');
    expect(apply('answer')).toEqual(refused);
    server.sh('kill -CONT $(cat /charon.pid)');
    expect(apply('answer').status).toBe(0);
    stopCharon(server);
    expect(apply('answer')).toEqual(refused);
    startCharon(server);
  });
});

describe('users with passwords', () => {
  beforeAll(() => serve(secretOf([alice, carol, { name: 'dave', password: 'd', address: '10.99.2.2' }])));

  test('log in, get a free address and the DNS server', () => {
    const { status, text } = client.connect(byPassword('alice', 'correct horse'));
    expect(status).toBe(0);
    expect(text).toContain('EAP method EAP_MSCHAPV2 succeeded');
    expect(text).toContain('installing new virtual IP 10.99.2.3');
    expect(text).toMatch(/parsed IKE_AUTH response 5 \[ AUTH CPRP\(ADDR DNS\)/);
  });

  test('with an address of their own get that one', () => {
    expect(client.dial(byPassword('carol', 'battery staple'))).toBe('10.99.2.6');
    expect(client.dial(byPassword('dave', 'd'))).toBe('10.99.2.2');
  });

  test('never get one of somebody else, not even when there is no other', () => {
    const users = ['u1', 'u2', 'u3', 'u4'].map((name) => ({ name, password: 'p' }));
    expect(
      apply('users', secretOf([carol, { name: 'dave', password: 'd', address: '10.99.2.2' }, ...users])).status,
    ).toBe(0);
    const addresses = users.map(({ name }) => client.dial({ ...byPassword(name, 'p'), as: name }));
    expect(addresses.slice(0, 3).sort()).toEqual(['10.99.2.3', '10.99.2.4', '10.99.2.5']);
    expect(addresses[3]).toBeUndefined();
    expect(log()).toContain('no virtual IP found');
    expect(client.dial(byPassword('carol', 'battery staple'))).toBe('10.99.2.6');
    for (const { name } of users) {
      client.disconnect(name);
    }
    client.disconnect();
  });

  test.each([
    ['alice', 'wrong'],
    ['nobody', 'correct horse'],
    ['%any', 'correct horse'],
    ['*', 'correct horse'],
    ['*lice', 'correct horse'],
  ])('are refused as %j with %j', (name, password) => {
    expect(apply('users', secretOf([alice])).status).toBe(0);
    const { status, text } = client.connect(byPassword(name, password));
    expect(status).not.toBe(0);
    expect(text).toContain('EAP-MS-CHAPv2 failed with error ERROR_AUTHENTICATION_FAILURE');
  });

  const odd = [
    ["O'Neill", 'say "hi"'],
    ['say "hi"', "O'Neill"],
    ['$(reboot)', '$(reboot)'],
    [' spaced  out ', ' spaced  out '],
    ['CORP\\alice', 'back\\slash\\'],
    ['back\\slash\\', '\\'],
    ['#1;{}', '#{}'],
    ['{1}', '0x616263'],
    ['1234', '0sYWJj'],
    ['12-34/5', '%any'],
    ['alice@example.com', '@/etc/shadow'],
    ['"', '"'],
    ['n'.repeat(255), 'p'.repeat(255)],
    [' !"#$&\'()+,-./;<>?[\\]^_`{|}~@%*', ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
  ] as const;

  test('log in whatever characters their names and passwords have', () => {
    const users = odd.map(([name, password]) => ({ name, password }));
    expect(apply('users', secretOf(users)).text).toMatch(/^ikev2: 14 users/);
    const results = odd.map(([name, password]) => [name, client.dial(byPassword(name, password)) !== undefined]);
    expect(results).toEqual(odd.map(([name]) => [name, true]));
  });

  test('get an address of their own whatever characters their names have', () => {
    for (const [name, password] of odd) {
      expect(apply('users', secretOf([{ name, password, address: '10.99.2.6' }])).status).toBe(0);
      expect([name, client.dial(byPassword(name, password))]).toEqual([name, '10.99.2.6']);
    }
  });
});

describe('users with certificates', () => {
  let bob: Credential;
  let strangers: CertificateAuthority;

  beforeAll(async () => {
    bob = await clientOf('bob');
    strangers = await CertificateAuthority.create('vpn.example.com', 'ecdsa-p256', { now, days: 30 });
    serve(withCa([{ name: 'bob' }, { name: 'ann@example.com', address: '10.99.2.6' }, alice]));
  });

  test('log in under their name, or with the subject of the certificate as Windows does', () => {
    expect(client.dial(byCertificate(bob, 'bob'))).toBeDefined();
    expect(client.dial(byCertificate(bob))).toBeDefined();
  });

  test('log in with a subject that has more than the name', () => {
    dialer.write('/ca.pem', authority.certificate);
    dialer.write('/ca.key', authority.privateKey);
    dialer.sh(`openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /long.key -subj '/C=DE/O=Example/CN=bob' |
      openssl x509 -req -CA /ca.pem -CAkey /ca.key -days 3 -out /long.pem`);
    const credential = { certificate: dialer.read('/long.pem'), privateKey: dialer.read('/long.key') };
    expect(client.dial(byCertificate(credential))).toBeDefined();
  });

  test('get the address of their own', async () => {
    const ann = await clientOf('ann@example.com');
    expect(client.dial(byCertificate(ann, 'ann@example.com'))).toBe('10.99.2.6');
    expect(client.dial(byCertificate(ann))).toBe('10.99.2.6');
  });

  test('are refused where nobody listed them, whoever certified them', async () => {
    const eve = await clientOf('eve');
    for (const login of [byCertificate(eve, 'eve'), byCertificate(eve), byCertificate(eve, 'alice')]) {
      expect(client.dial(login)).toBeUndefined();
    }
    expect(log()).toContain('no alternative config found');
    expect(log()).toContain("no trusted ECDSA public key found for 'alice'");
  });

  test('are refused under the name of another', async () => {
    expect(client.dial(byCertificate(await clientOf('eve'), 'bob'))).toBeUndefined();
    // charon still knows the certificate of the real one.
    expect(log()).toContain('signature validation failed, looking for another key');
  });

  test('are refused with a certificate of somebody else', async () => {
    expect(client.dial(byCertificate(await strangers.client('bob', { now, days: 3 }), 'bob'))).toBeUndefined();
    expect(log()).toContain('no issuer certificate found for "CN=bob"');
  });

  test('are refused with an expired certificate', async () => {
    const expired = await clientOf('bob', { now: new Date(now.getTime() - 10 * DAY), days: 9 });
    expect(client.dial(byCertificate(expired, 'bob'))).toBeUndefined();
    expect(log()).toContain('subject certificate invalid');
  });

  test('are refused once their certificate is revoked, and lose the session that they have', async () => {
    const crl = await authority.revocationList(now, undefined, []);
    expect(apply('users', withCa([{ name: 'bob' }, alice], { crl })).status).toBe(0);
    expect(client.dial(byCertificate(bob, 'bob'))).toBeDefined();
    const grown = await authority.revocationList(now, crl, [bob.certificate]);
    expect(apply('users', withCa([{ name: 'bob' }, alice], { crl: grown })).text).toBe(
      'ikev2: 2 users, 1 sessions ended\n',
    );
    expect(client.address()).toBeUndefined();
    expect(client.dial(byCertificate(bob, 'bob'))).toBeUndefined();
    expect(log()).toMatch(/certificate was revoked on/);
  });
});

describe('users with EAP-TLS', () => {
  let bob: Credential;

  beforeAll(async () => {
    bob = await clientOf('bob');
    serve(withCa([{ name: 'bob' }, { name: 'ann@example.com', address: '10.99.2.6' }]), {
      authentication: ['eap-tls'],
    });
  });

  test('log in, and get the address of their own', async () => {
    expect(client.dial(byEapTls(bob, 'bob'))).toBe('10.99.2.2');
    expect(client.dial(byEapTls(await clientOf('ann@example.com'), 'ann@example.com'))).toBe('10.99.2.6');
  });

  test('are refused where nobody listed them', async () => {
    expect(client.dial(byEapTls(await clientOf('eve'), 'eve'))).toBeUndefined();
    expect(log()).toMatch(/EAP identity 'bob' .* required, not matched by 'eve'/);
  });

  test('are refused with a certificate of somebody else, also where the gateway itself is certified by them', async () => {
    const strangers = await CertificateAuthority.create('strangers', 'ecdsa-p256', { now, days: 30 });
    const certificate = own.certificate + strangers.certificate;
    expect(apply('users', withCa([{ name: 'bob' }], { certificate })).status).toBe(0);
    expect(client.dial(byEapTls(await strangers.client('bob', { now, days: 3 }), 'bob'))).toBeUndefined();
    expect(log()).toContain('peer not authenticated by CA');
    expect(client.dial(byEapTls(bob, 'bob'))).toBeDefined();
  });

  test('are refused with an expired or a revoked certificate', async () => {
    const expired = await clientOf('bob', { now: new Date(now.getTime() - 10 * DAY), days: 9 });
    expect(client.dial(byEapTls(expired, 'bob'))).toBeUndefined();
    const crl = await authority.revocationList(now, undefined, [bob.certificate]);
    expect(apply('users', withCa([{ name: 'bob' }], { crl })).status).toBe(0);
    expect(client.dial(byEapTls(bob, 'bob'))).toBeUndefined();
  });
});

describe('the proposals of clients', () => {
  const MODERN = 'aes256gcm16-prfsha384-ecp384';
  const WINDOWS = {
    'with the defaults of Windows': [
      'aes256-sha256-modp1024, aes256-sha1-modp1024, 3des-sha1-modp1024',
      'aes256-sha1, 3des-sha1',
    ],
    'of Windows whose registry was changed': ['aes256-sha256-modp2048, aes256-sha1-modp2048', 'aes256-sha1, 3des-sha1'],
    'of Windows after Set-VpnConnectionIPsecConfiguration': ['aes256-sha384-ecp384', 'aes256gcm16-ecp384'],
    'of Windows with AES-GCM for IKE': ['aes256gcm16-prfsha384-ecp384', 'aes256gcm16-ecp384'],
  } as const;
  const OTHERS = {
    "of Apple's profiles": [MODERN, 'aes256gcm16-ecp384'],
    "of Apple's manual configuration": ['aes256-sha256-modp2048', 'aes256-sha256-modp2048'],
    "of NetworkManager's profile": [MODERN, 'aes256gcm16-ecp384-ecp256-x25519-modp2048'],
    "of RouterOS's profile": ['aes256-sha256-ecp256', 'aes256-sha256-ecp256'],
    'of Android': [
      'aes256gcm16-aes128gcm16-prfsha256-prfsha384-prfsha512-x25519-modp4096-modp2048',
      'aes256gcm16-aes128gcm16',
    ],
    'of Android without AES-GCM': [
      'aes256-aes128-sha256-sha384-sha512-prfsha256-prfsha384-prfsha512-modp4096-modp2048',
      'aes256-sha256',
    ],
  } as const;
  const dial = ([proposals, espProposals]: readonly [string, string]) =>
    client.dial({ ...byPassword('alice', 'correct horse'), proposals, espProposals }) !== undefined;

  describe('where the gateway is strict', () => {
    beforeAll(() => serve(secretOf([alice])));

    test.each(Object.entries({ ...WINDOWS, ...OTHERS }))('%s', (name, offer) => {
      const refused = ['with the defaults of Windows', 'of Windows whose registry was changed'].includes(name);
      expect(dial(offer)).toBe(!refused);
    });

    test('are refused in the second exchange where only ESP has SHA-1', () => {
      dial(WINDOWS['of Windows whose registry was changed']);
      expect(log()).toContain('no acceptable proposal found');
      expect(server.sh('sleep 0.5; swanctl --list-sas')).toBe('');
    });
  });

  describe('where it takes SHA-1 for Windows', () => {
    beforeAll(() => serve(secretOf([alice]), { sha1ForWindows: Insecure.because('kiosks, until 2027-06') }));

    test.each(Object.entries({ ...WINDOWS, ...OTHERS }))('%s', (name, offer) => {
      expect(dial(offer)).toBe(name !== 'with the defaults of Windows');
    });
  });
});

describe('a change of the secret', () => {
  const users = [alice, carol, { name: 'dave', password: 'd' }];
  const logins = {
    alice: byPassword('alice', 'correct horse'),
    carol: byPassword('carol', 'battery staple'),
    dave: byPassword('dave', 'd'),
  };
  const up = () => Object.keys(logins).filter((as) => client.address(as) !== undefined);
  const change = (secret: string) => apply('users', secret).text;

  beforeEach(() => {
    serve(secretOf(users));
    for (const [as, login] of Object.entries(logins)) {
      expect(client.dial({ ...login, as })).toBeDefined();
    }
  });

  test('that changes nothing does and says nothing', () => {
    const before = log();
    expect(change(secretOf(users))).toBe('');
    expect(log()).toBe(before);
  });

  test('ends the sessions of users who were removed or changed, and no other', () => {
    expect(change(secretOf([alice, { ...carol, password: 'new' }]))).toBe('ikev2: 2 users, 2 sessions ended\n');
    expect(up()).toEqual(['alice']);
    expect(client.dial(logins.dave)).toBeUndefined();
    expect(client.dial(logins.carol)).toBeUndefined();
    expect(client.dial(byPassword('carol', 'new'))).toBe('10.99.2.6');
  });

  test('loads no address again, since none changes: that would be a line in the journal for each', () => {
    const before = log();
    expect(before.match(/vici pool/g)).toHaveLength(6);
    expect(change(secretOf([alice, { ...carol, address: '10.99.2.5' }]))).toBe('ikev2: 2 users, 2 sessions ended\n');
    const news = log().slice(before.length);
    expect(news).toContain("loaded EAP shared key with id 'eap-");
    expect(news).not.toContain('vici pool');
    expect(client.dial({ ...logins.carol, as: 'carol' })).toBe('10.99.2.5');
  });

  test('ends a session whose address is now of another user', () => {
    const held = client.address('alice');
    expect(change(secretOf([...users, { name: 'eve', password: 'e', address: held }]))).toBe(
      'ikev2: 4 users, 1 sessions ended\n',
    );
    expect(up()).toEqual(['carol', 'dave']);
    expect(client.dial({ ...byPassword('eve', 'e'), as: 'eve' })).toBe(held);
    expect(client.dial({ ...logins.alice, as: 'alice' })).not.toBe(held);
    client.disconnect('eve');
  });

  test('brings a new certificate of the gateway, and keeps all sessions', async () => {
    const renewed = await authority.server('vpn.example.com', { now, days: 100 });
    expect(change(JSON.stringify({ ...renewed, users }))).toBe('ikev2: 3 users, 0 sessions ended\n');
    expect(up()).toEqual(['alice', 'carol', 'dave']);
    expect(client.dial({ ...byPassword('dave', 'd'), as: 'dave' })).toBeDefined();
    expect(server.read('/etc/swanctl/x509/vpn-gateway.pem').trim()).toBe(renewed.certificate.trim());
  });

  test('of destinations alone keeps all sessions', () => {
    expect(change(secretOf([alice, { ...carol, destinations: ['10.20.0.5/32 tcp 443'] }, users[2]!]))).toBe('');
    expect(up()).toEqual(['alice', 'carol', 'dave']);
  });

  test('that is malformed leaves everything as it is', () => {
    const refused = apply('users', JSON.stringify({ ...own, privateKey: authority.privateKey, users: [] }));
    expect(refused).toEqual({ status: 1, text: 'users refused: privateKey: not the key of the certificate\n' });
    expect(up()).toEqual(['alice', 'carol', 'dave']);
  });

  test('reaches a charon that was started again', () => {
    stopCharon(server);
    expect(change(secretOf([alice]))).toBe('ikev2: 1 users, 0 sessions ended\n');
    startCharon(server);
    expect(client.dial({ ...logins.alice, as: 'alice' })).toBeDefined();
    expect(client.dial({ ...logins.dave, as: 'dave' })).toBeUndefined();
  });
});

describe('the log of sessions', () => {
  let seen = 0;
  /** What was logged since the last look: waits for one line, and a moment for those that should not be. */
  function journal(): string[] {
    const lines = () => server.sh("grep -E '^(session|auth)-' /journal || :").split('\n').slice(0, -1);
    server.run([
      'sh',
      '-c',
      `for _ in $(seq 100); do [ $(grep -cE '^(session|auth)-' /journal) -gt ${seen} ] && break; sleep 0.1; done; sleep 0.3`,
    ]);
    const news = lines().slice(seen);
    seen += news.length;
    return news;
  }

  const follow = () =>
    server.sh('python3 -IS /usr/local/lib/vpn-gateway/vici.py >/follower 2>&1 </dev/null & sleep 0.5');

  beforeAll(() => {
    serve(secretOf([alice, carol]));
    server.write(SESSION_LOG.path, SESSION_LOG.content, 0o755);
    startJournal(server);
    follow();
  });

  test('tells of a session when it begins, and of its seconds and bytes when it ends', () => {
    const address = client.dial(byPassword('alice', 'correct horse'));
    expect(journal()).toEqual([`session-start protocol=ikev2 user="alice" client=203.0.113.2 address=${address}`]);
    server.sh(
      'ip address add 10.99.2.1/32 dev ipsec0; ip link set ipsec0 up; ip route replace 10.99.2.0/29 dev ipsec0',
    );
    dialer.must('ping', '-c3', '-i0.2', '-W2', '-s972', '-I', address!, '10.99.2.1');
    client.disconnect();
    expect(journal()).toEqual([
      expect.stringMatching(
        new RegExp(
          `^session-end protocol=ikev2 user="alice" client=203.0.113.2 address=${address} seconds=\\d+ bytes_in=3000 bytes_out=3000$`,
        ),
      ),
    ]);
  });

  test('tells once of a login that failed, and who it was', () => {
    client.connect(byPassword('carol', 'wrong'));
    expect(journal()).toEqual(['auth-failure protocol=ikev2 user="carol" client=203.0.113.2']);
    client.connect(byPassword('$(reboot)\\', 'x'));
    expect(journal()).toEqual(['auth-failure protocol=ikev2 user="$(reboot)\\\\" client=203.0.113.2']);
  });

  test('tells of a certificate that was refused', async () => {
    serve(withCa([{ name: 'bob' }]));
    follow();
    const expired = await clientOf('bob', { now: new Date(now.getTime() - 10 * DAY), days: 9 });
    client.connect(byCertificate(expired, 'bob'));
    expect(journal()).toEqual(['auth-failure protocol=ikev2 user="bob" client=203.0.113.2']);
  });

  test('counts what was carried before keys were renewed', () => {
    serve(secretOf([alice]));
    follow();
    const address = client.dial(byPassword('alice', 'correct horse'))!;
    server.sh(
      'ip address replace 10.99.2.1/32 dev ipsec0; ip link set ipsec0 up; ip route replace 10.99.2.0/29 dev ipsec0',
    );
    const ping = () => dialer.must('ping', '-c1', '-W2', '-s72', '-I', address, '10.99.2.1');
    ping();
    dialer.must('swanctl', '--rekey', '--child', 'gateway');
    dialer.must('swanctl', '--rekey', '--ike', 'gateway');
    dialer.sh('sleep 2');
    ping();
    journal();
    client.disconnect();
    expect(journal()).toEqual([expect.stringMatching(/user="alice" .* bytes_in=200 bytes_out=200$/)]);
  });

  test('ends with charon, and ends its sessions', () => {
    const address = client.dial(byPassword('alice', 'correct horse'));
    expect(journal()).toHaveLength(1);
    server.sh('kill -KILL $(cat /charon.pid)');
    expect(journal()).toEqual([
      expect.stringMatching(`^session-end protocol=ikev2 user="alice" client=203.0.113.2 address=${address} seconds=`),
    ]);
    expect(server.sh('sleep 0.3; cat /follower')).toBe('charon is gone\n');
  });

  const CONNECTED = ['a', 'b', 'c', 'd'].map((name) => ({ name, password: 'p' }));
  const ends = CONNECTED.map(({ name }) =>
    expect.stringMatching(`^session-end protocol=ikev2 user="${name}" client=203.0.113.2 address=\\S+ seconds=`),
  );
  /** Has four users connected, and gives the follower's process. */
  function connected(): string {
    serve(secretOf(CONNECTED));
    const pid = server.sh('python3 -IS /usr/local/lib/vpn-gateway/vici.py >/follower 2>&1 </dev/null & echo $!').trim();
    server.sh('sleep 0.5');
    for (const { name } of CONNECTED) {
      expect(client.dial({ ...byPassword(name, 'p'), as: name })).toBeDefined();
    }
    server.sh(
      `for _ in $(seq 100); do [ $(grep -c 'session-start.* user="d"' /journal) = 0 ] || break; sleep 0.1; done`,
    );
    journal();
    return pid;
  }
  /** Waits until a process has ended: nobody takes its body away. */
  const gone = (pid: string) => server.sh(`while grep -qs '^State:.[^Z]' /proc/${pid}/status; do sleep 0.05; done`);

  test('ends with the follower, and ends all sessions first', () => {
    const pid = connected();
    server.sh(`kill ${pid}`);
    gone(pid);
    expect(server.read('/follower')).toBe('');
    expect(journal().sort()).toEqual(ends);
  });

  test('has the ends of all sessions where the follower is told to stop while it writes them', () => {
    const pid = connected();
    server.sh(`kill -KILL $(cat /charon.pid); sleep 0.1; for _ in $(seq 20); do kill ${pid}; sleep 0.02; done`);
    gone(pid);
    expect(journal().sort()).toEqual(ends);
  });

  test('ends a charon that is frozen, so that systemd starts the next one', () => {
    serve(secretOf([alice]));
    follow();
    server.sh('kill -STOP $(cat /charon.pid)');
    // 30 seconds until it is asked, 20 more for its answer.
    server.run([
      'sh',
      '-c',
      'for _ in $(seq 58); do grep -q "^State:.[ZX]" /proc/$(cat /charon.pid)/status && break; sleep 1; done',
    ]);
    expect(server.read('/follower')).toBe('charon did not answer for 20 seconds: it was ended\n');
  });
});

describe('users whom a RADIUS server knows', () => {
  const SECRET = '0123456789abcdef"\\#{}';
  const users = { alice: 'correct horse', bob: 'battery staple' };
  let inside: Machine;

  const secret = (more: object = {}) => secretOf([], { radius: { secret: SECRET }, ...more });

  beforeAll(async () => {
    inside = await Machine.start();
    cable(server, 'inside', inside, 'eth0');
    server.sh('ip address add 10.20.0.1/24 dev inside; ip link set inside up');
    inside.sh('ip address add 10.20.0.5/24 dev eth0; ip link set eth0 up');
    new RadiusServer(inside, SECRET, users);
    serve(secret(), {
      authentication: ['eap-radius'],
      radius: { servers: ['10.20.0.5'], timeoutSeconds: 10 },
    });
  });

  afterAll(() => inside?.stop());

  test('log in by the method that the RADIUS server chooses', () => {
    const { status, text } = client.connect(byPassword('alice', 'correct horse'));
    expect([status, text]).toEqual([0, expect.stringContaining('EAP method EAP_MSCHAPV2 succeeded, MSK established')]);
    expect(client.dial(byPassword('bob', 'battery staple'))).toBeDefined();
  });

  test('are refused with a wrong password, or where the server does not know them', () => {
    expect(client.dial(byPassword('alice', 'wrong'))).toBeUndefined();
    expect(client.dial(byPassword('carol', 'battery staple'))).toBeUndefined();
  });

  test('keep their sessions when the secret changes, and the new shared secret is used at once', () => {
    expect(client.dial(byPassword('alice', 'correct horse'))).toBeDefined();
    const changed = apply('users', secret({ radius: { secret: '0000000000000000' } }));
    expect(changed.text).toBe('ikev2: no users, 0 sessions ended\n');
    expect(client.address()).toBeDefined();
    expect(client.dial({ ...byPassword('bob', 'battery staple'), as: 'other' })).toBeUndefined();
    expect(apply('users', secret()).status).toBe(0);
    expect(client.dial({ ...byPassword('bob', 'battery staple'), as: 'other' })).toBeDefined();
  });

  test('log in through the second server as soon as the first one was found not to answer', () => {
    serve(secret(), {
      authentication: ['eap-radius'],
      radius: { servers: ['10.20.0.9', '10.20.0.5'], timeoutSeconds: 10 },
    });
    expect(client.dial(byPassword('alice', 'correct horse'))).toBeUndefined();
    expect(log()).toContain('RADIUS Access-Request timed out after 1 attempts');
    expect(client.dial(byPassword('alice', 'correct horse'))).toBeDefined();
  });

  test('has the shared secret in a file that only root reads', () => {
    expect(server.mode('/etc/strongswan.d/vpn-gateway-radius.conf')).toBe(0o600);
    expect(
      server
        .sh('grep -rl 0123456789abcdef /etc/strongswan* /etc/swanctl /etc/vpn-gateway /var/lib/vpn-gateway || :')
        .trim(),
    ).toBe('/etc/strongswan.d/vpn-gateway-radius.conf');
  });
});
