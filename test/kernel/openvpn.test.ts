import { ClientPool, type HostConfig, renderHost } from '../../lib/host';
import { type OpenVpnServiceOptions, openVpnService } from '../../lib/host/openvpn';
import { HOST_COMMANDS } from './support/hosts';
import { cable, Machine, type Outcome } from './support/machine';
import { OPENVPN_STUBS, OpenVpnClient, OpenVpnKeys, serverLog, startJournal } from './support/openvpn';

const ALICE_DIALS = '203.0.113.1';
const BOB_DIALS = '198.51.100.1';
const DAY = 86_400_000;

let server: Machine;
let machines: { alice: Machine; bob: Machine; inside: Machine };
let alice: OpenVpnClient;
let bob: OpenVpnClient;
let keys: OpenVpnKeys;
let profiles: { alice: string; bob: string };

function host(more: Partial<OpenVpnServiceOptions> = {}): HostConfig {
  return renderHost({
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    services: [openVpnService({ pool: ClientPool.from('10.99.3.0/24'), dnsServers: ['10.20.0.53'], ...more })],
    addressing: 'masquerade',
    dnsServers: ['10.20.0.53'],
    commands: HOST_COMMANDS,
  });
}

/** Runs `vpn-gateway-apply` as the machine does. */
function apply(what: string, input = ''): Outcome {
  return server.run(['sh', '-c', `. /etc/vpn-gateway/settings; exec vpn-gateway-apply ${what}`], { input });
}

/** Puts a host on the server, with these users, and starts it. */
function serve(secret: string, more: Partial<OpenVpnServiceOptions> = {}): void {
  server.install(host(more));
  server.sh('mkdir -p /var/lib/vpn-gateway; rm -rf /etc/vpn-gateway/openvpn/users; nft -f /etc/nftables.conf');
  expect(apply('policy', 'vpn-gateway policy 1\nclient 0.0.0.0/0\nto 10.20.0.0/16\n').status).toBe(0);
  expect(apply('users', secret).status).toBe(0);
  systemctl('start');
}

function systemctl(what: 'start' | 'stop'): void {
  server.must('systemctl', what, 'vpn-gateway-openvpn.service');
}

const pings = (machine: Machine, address: string, ...more: string[]) =>
  machine.run(['ping', '-c1', '-W2', ...more, address]).status === 0;
const addressOf = (machine: Machine) =>
  /inet ([\d.]+)/.exec(machine.run(['ip', '-4', 'address', 'show', 'tun0']).text)?.[1];

/** How many datagrams have come to a machine's programs. */
const datagrams = (machine: Machine) => Number(/^Udp: (\d+)/m.exec(machine.must('cat', '/proc/net/snmp'))?.[1]);

/** What was logged about sessions, of one kind, since the last look; so many lines are waited for. */
const seen = new Map<string, number>();
function journal(event: 'session-start' | 'session-end' | 'auth-failure', lines = 1): string[] {
  const before = seen.get(event) ?? 0;
  server.sh(
    `for _ in $(seq 100); do [ $(grep -c ^${event} /journal) -lt ${before + lines} ] || break; sleep 0.1; done; sleep 0.2`,
  );
  const all = server
    .read('/journal')
    .split('\n')
    .filter((line) => line.startsWith(event));
  seen.set(event, all.length);
  return all.slice(before);
}

/** How many echo requests have come to what lies behind the gateway. */
const echoes = () =>
  Number(
    machines.inside.sh(
      'awk \'/^Icmp:/ && !n++ { for (i = 1; i <= NF; i++) if ($i == "InEchos") at = i } /^Icmp:/ { value = $at } END { print value }\' /proc/net/snmp',
    ),
  );

beforeAll(async () => {
  server = await Machine.start(OPENVPN_STUBS);
  machines = { alice: await Machine.start(), bob: await Machine.start(), inside: await Machine.start() };
  const nets = { alice: '203.0.113', bob: '198.51.100', inside: '10.20.0' };
  for (const name of ['alice', 'bob', 'inside'] as const) {
    cable(server, name, machines[name], 'eth0');
    server.sh(`ip address add ${nets[name]}.1/24 dev ${name}; ip link set ${name} up`);
    machines[name].sh(`ip address add ${nets[name]}.2/24 dev eth0; ip link set eth0 up
      ip route add default via ${nets[name]}.1`);
  }
  [alice, bob] = [new OpenVpnClient(machines.alice), new OpenVpnClient(machines.bob)];
  keys = await OpenVpnKeys.create();
  const made = async (name: string, address: string) => (await keys.profile(name, address)).text;
  profiles = { alice: await made('alice', ALICE_DIALS), bob: await made('bob', BOB_DIALS) };
  startJournal(server);
  server.install(host());
  server.sh('sysctl -q -p /etc/sysctl.d/90-vpn-gateway.conf');
  server.sh('setpriv --reuid nobody --regid nogroup --clear-groups vpn-gateway-openvpn </dev/null >/dev/null 2>&1 &');
}, 300_000);

afterAll(() => Promise.all([server?.stop(), machines?.alice.stop(), machines?.bob.stop(), machines?.inside.stop()]));

describe('OpenVPN of Debian 13 on the rendered configuration', () => {
  const users = () => keys.secret('alice', { name: 'bob', address: '10.99.3.7' });
  beforeAll(() => serve(users()));
  afterAll(() => {
    alice.stop();
    bob.stop();
    systemctl('stop');
  });

  test('takes every option without a word against one, and serves as a user without any privilege', () => {
    expect(serverLog(server)).not.toMatch(/error|deprecated|unrecognized|WARNING/i);
    const status = server.sh('cat /proc/$(cat /run/openvpn.pid)/status');
    expect(status.match(/^Cap\w+:\t(\w+)$/gm)).toEqual(
      ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => `Cap${set}:\t0000000000000000`),
    );
    expect(/^Uid:\t(\d+)/m.exec(status)?.[1]).toBe(server.must('id', '-u', 'vpn-openvpn').trim());
  });

  test('answers the first message of a client, and keeps nothing of it', () => {
    const before = serverLog(server).length;
    expect(apply('answer')).toEqual({ status: 0, text: '' });
    expect(serverLog(server).slice(before)).toMatch(
      /^((Connection Attempt )?Control Channel: using tls-crypt-v2 key\n)+$/,
    );
  });

  test('does not answer, so that the machine notices, when it is frozen', () => {
    server.sh('kill -STOP $(cat /run/openvpn.pid)');
    expect(apply('answer').status).toBe(1);
    server.sh('kill -CONT $(cat /run/openvpn.pid)');
    expect(apply('answer').status).toBe(0);
  });

  test('connects a user with TLS 1.3, AES-256-GCM and an address from the upper end', () => {
    const log = alice.connect(profiles.alice);
    expect(log).toContain('Initialization Sequence Completed');
    expect(log).toContain('TLSv1.3, cipher TLSv1.3 TLS_AES_256_GCM_SHA384');
    expect(log).toContain("Data Channel: cipher 'AES-256-GCM'");
    expect(addressOf(machines.alice)).toBe('10.99.3.254');
    expect(journal('session-start')).toEqual([
      'session-start protocol=openvpn user="alice" client=203.0.113.2 address=10.99.3.254',
    ]);
  });

  test('carries packets of full size to the gateway and to what lies behind it, and everything else goes that way, too', () => {
    expect(pings(machines.alice, '10.99.3.1', '-M', 'do', '-s', '1412')).toBe(true);
    expect(pings(machines.alice, '10.20.0.2', '-M', 'do', '-s', '1412')).toBe(true);
    expect(pings(machines.alice, '10.20.0.2', '-M', 'do', '-s', '1413')).toBe(false);
    expect(machines.alice.sh('ip route get 192.0.2.1')).toContain('dev tun0');
  });

  test('turns IPv6 back at the client, so that nothing goes around the tunnel', () => {
    machines.alice.sh('ip address add 2001:db8::2/64 dev eth0 nodad; ip route add default via 2001:db8::1');
    expect(machines.alice.run(['ping', '-c1', '-W2', '2600::1']).text).toContain(
      'From fd15:53b6:dead::1 icmp_seq=1 Destination unreachable: No route',
    );
  });

  test('gives a user with an address this one, and keeps clients from each other', () => {
    expect(bob.connect(profiles.bob)).toContain('Initialization Sequence Completed');
    expect(addressOf(machines.bob)).toBe('10.99.3.7');
    expect(pings(machines.bob, '10.20.0.2')).toBe(true);
    expect(pings(machines.bob, '10.99.3.254')).toBe(false);
    expect(journal('session-start')).toEqual([
      'session-start protocol=openvpn user="bob" client=198.51.100.2 address=10.99.3.7',
    ]);
  });

  test('drops what a client sends from the address of another', () => {
    machines.bob.sh('ip address add 10.99.3.254/32 dev tun0');
    const before = echoes();
    expect(pings(machines.bob, '10.20.0.2', '-I', '10.99.3.254')).toBe(false);
    expect(echoes()).toBe(before);
    expect(pings(machines.bob, '10.20.0.2')).toBe(true);
    expect(echoes()).toBe(before + 1);
    machines.bob.sh('ip address del 10.99.3.254/32 dev tun0');
  });

  test('logs how a session ends within seconds after the client says so, with its seconds and bytes', () => {
    bob.stop();
    expect(journal('session-end')).toEqual([
      expect.stringMatching(
        /^session-end protocol=openvpn user="bob" client=198\.51\.100\.2 address=10\.99\.3\.7 seconds=\d+ bytes_in=[1-9]\d+ bytes_out=[1-9]\d+$/,
      ),
    ]);
  });

  test('carries larger packets of a client that keeps 1500 bytes, in fragments', () => {
    bob.connect(`tun-mtu 1500\npull-filter ignore tun-mtu\n${profiles.bob}`);
    expect(machines.bob.sh('ip link show tun0')).toContain('mtu 1500');
    expect(pings(machines.bob, '10.20.0.2', '-s', '1472')).toBe(true);
    bob.stop();
  });

  test('serves clients that know TLS 1.2 at most, and data with ChaCha20-Poly1305', () => {
    const old = profiles.bob.replace(/data-ciphers .*/, 'data-ciphers CHACHA20-POLY1305\ntls-version-max 1.2');
    const log = bob.connect(old);
    expect(log).toContain('TLSv1.2, cipher TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384');
    expect(log).toContain("Data Channel: cipher 'CHACHA20-POLY1305'");
    expect(pings(machines.bob, '10.20.0.2')).toBe(true);
    bob.stop();
  });

  test('is too much for a client whose IPv6 is switched off, until its profile says so', () => {
    const ipv6 = (value: number) =>
      machines.bob.sh(`for on in all default; do echo ${value} >/proc/sys/net/ipv6/conf/$on/disable_ipv6; done`);
    ipv6(1);
    expect(bob.connect(profiles.bob)).toContain("Linux can't add IPv6 to interface tun0");
    expect(bob.connect(`pull-filter ignore ifconfig-ipv6\n${profiles.bob}`)).toContain(
      'Initialization Sequence Completed',
    );
    expect(pings(machines.bob, '10.20.0.2')).toBe(true);
    bob.stop();
    ipv6(0);
  });

  describe('refuses', () => {
    const impatient = 'hand-window 3\nconnect-retry-max 1\nresolv-retry 0';
    const failed = (user: string) => [`auth-failure protocol=openvpn user="${user}" client=198.51.100.2`];

    test('a certificate whose name is not listed: the client sees AUTH_FAILED', async () => {
      const { text } = await keys.profile('carol', BOB_DIALS, impatient);
      expect(bob.connect(text)).toContain('AUTH: Received control message: AUTH_FAILED');
      expect(journal('auth-failure')).toEqual(failed('carol'));
    });

    test('an expired certificate', async () => {
      const past = { now: new Date(Date.now() - 20 * DAY), days: 10 };
      const { text } = await keys.profile('bob', BOB_DIALS, impatient, past);
      expect(bob.connect(text)).toContain('TLS handshake failed');
      expect(serverLog(server)).toContain('VERIFY ERROR: depth=0, error=certificate has expired: CN=bob');
      expect(journal('auth-failure')).toEqual(failed('bob'));
    });

    test('a certificate of another authority, and the certificate of a server', async () => {
      const others = await OpenVpnKeys.create();
      const stranger = await others.authority.client('bob', { now: new Date(), days: 10 });
      const own = { cert: keys.server.certificate, key: keys.server.privateKey };
      for (const { cert, key } of [{ cert: stranger.certificate, key: stranger.privateKey }, own]) {
        const text = profiles.bob
          .replace(/<cert>[^<]*/, `<cert>\n${cert}`)
          .replace(/<key>[^<]*/, `<key>\n${key}`)
          .replace('client\n', `client\n${impatient}\n`);
        expect(bob.connect(text)).toContain('TLS handshake failed');
      }
      expect(serverLog(server)).toContain(
        'VERIFY ERROR: depth=0, error=unable to get local issuer certificate: CN=bob',
      );
      expect(serverLog(server)).toContain(
        'VERIFY ERROR: depth=0, error=unsuitable certificate purpose: CN=vpn.example.com',
      );
      expect(journal('auth-failure', 2)).toEqual([...failed('bob'), ...failed('vpn.example.com')]);
    });

    test('whoever has no key for the control channel, without a single answer', async () => {
      const others = await OpenVpnKeys.create();
      const { text } = await others.profile('bob', BOB_DIALS, impatient);
      const before = datagrams(machines.bob);
      expect(bob.connect(text)).toContain('TLS key negotiation failed to occur within 3 seconds');
      expect(datagrams(machines.bob)).toBe(before);
      expect(journal('auth-failure', 0)).toEqual([]);
    });
  });
});

describe('a changed secret', () => {
  beforeEach(() => {
    serve(keys.secret('alice', { name: 'bob', address: '10.99.3.7' }));
    expect(alice.connect(profiles.alice)).toContain('Initialization Sequence Completed');
    expect(bob.connect(profiles.bob)).toContain('Initialization Sequence Completed');
    alice.mark();
    bob.mark();
  });
  afterEach(() => {
    alice.stop();
    bob.stop();
    systemctl('stop');
  });

  /** Whether the session of a client is the one that it was, and carries data. */
  const unharmed = (client: OpenVpnClient, machine: Machine) =>
    client.log === '' && client.running && pings(machine, '10.20.0.2');

  test('that is the same changes nothing, without a word', () => {
    expect(apply('users', keys.secret('alice', { name: 'bob', address: '10.99.3.7' }))).toEqual({
      status: 0,
      text: '',
    });
    expect(unharmed(alice, machines.alice)).toBe(true);
    expect(unharmed(bob, machines.bob)).toBe(true);
  });

  test('with one more user cuts nobody, and lets that user in', async () => {
    const users = ['carol', 'alice', { name: 'bob', address: '10.99.3.7' }];
    expect(apply('users', keys.secret(...users)).text).toBe(
      'openvpn: 3 users, 0 certificates revoked, 0 sessions ended\n',
    );
    expect(unharmed(alice, machines.alice)).toBe(true);
    expect(unharmed(bob, machines.bob)).toBe(true);
    bob.connect((await keys.profile('carol', BOB_DIALS)).text);
    expect(addressOf(machines.bob)).toBe('10.99.3.253');
  });

  test('without a user ends the session of this user alone', () => {
    expect(apply('users', keys.secret('alice')).text).toBe(
      'openvpn: 1 users, 0 certificates revoked, 1 sessions ended\n',
    );
    expect(bob.sees('AUTH: Received control message: AUTH_FAILED')).toBe(true);
    expect(unharmed(alice, machines.alice)).toBe(true);
  });

  test('with another address for a user moves this user alone, within seconds', () => {
    expect(apply('users', keys.secret('alice', { name: 'bob', address: '10.99.3.8' })).text).toBe(
      'openvpn: 2 users, 0 certificates revoked, 1 sessions ended\n',
    );
    expect(bob.sees('Initialization Sequence Completed')).toBe(true);
    expect(addressOf(machines.bob)).toBe('10.99.3.8');
    expect(unharmed(alice, machines.alice)).toBe(true);
  });

  test('that fixes an address which somebody was given moves both', () => {
    expect(apply('users', keys.secret('alice', { name: 'bob', address: '10.99.3.254' })).text).toBe(
      'openvpn: 2 users, 0 certificates revoked, 2 sessions ended\n',
    );
    expect(alice.sees('Initialization Sequence Completed')).toBe(true);
    expect(bob.sees('Initialization Sequence Completed')).toBe(true);
    expect([addressOf(machines.alice), addressOf(machines.bob)]).toEqual(['10.99.3.253', '10.99.3.254']);
  });

  test('with a revocation ends the session of this certificate alone, and lets its user in with another one', async () => {
    const { text, certificate } = await keys.profile('bob', BOB_DIALS, 'hand-window 3');
    bob.connect(text);
    const crl = await keys.authority.revocationList(new Date(), undefined, [certificate]);
    const secret = { ...JSON.parse(keys.secret('alice', { name: 'bob', address: '10.99.3.7' })), crl };
    bob.mark();
    expect(apply('users', JSON.stringify(secret)).text).toBe(
      'openvpn: 2 users, 1 certificates revoked, 1 sessions ended\n',
    );
    expect(bob.sees('TLS handshake failed')).toBe(true);
    expect(serverLog(server)).toMatch(/VERIFY CRL: depth=0, CN=bob, serial=\d+ is revoked/);
    expect(unharmed(alice, machines.alice)).toBe(true);
    expect(journal('auth-failure')).toContain('auth-failure protocol=openvpn user="bob" client=198.51.100.2');
    expect(bob.connect(profiles.bob)).toContain('Initialization Sequence Completed');
  });

  test('that is refused changes nothing, and says why without a value', () => {
    const { privateKey } = JSON.parse(keys.secret());
    for (const [secret, text] of [
      [
        '{',
        'users refused: the secret: must have ca, certificate, privateKey, tlsCryptV2, users, may have crl, and nothing else\n',
      ],
      [keys.secret('alice', 'alice'), 'users refused: user 2: name taken\n'],
      [keys.secret('al/ice'), 'users refused: user 1: name not allowed\n'],
      [
        keys.secret().replace('tls-crypt-v2 server', 'tls-crypt-v2 client'),
        'users refused: tlsCryptV2: not PEM of its kind\n',
      ],
      [JSON.stringify({ ...JSON.parse(keys.secret()), ca: privateKey }), 'users refused: ca: not PEM of its kind\n'],
    ] as const) {
      expect(apply('users', secret)).toEqual({ status: 1, text });
    }
    expect(unharmed(alice, machines.alice)).toBe(true);
    expect(unharmed(bob, machines.bob)).toBe(true);
  });

  test('with a new certificate for the server makes everybody connect again, within seconds', async () => {
    const { certificate, privateKey } = await keys.authority.server('vpn.example.com', { now: new Date(), days: 90 });
    const secret = {
      ...JSON.parse(keys.secret('alice', { name: 'bob', address: '10.99.3.7' })),
      certificate,
      privateKey,
    };
    expect(apply('users', JSON.stringify(secret)).text).toBe(
      'openvpn: 2 users, 0 certificates revoked, 0 sessions ended, new keys for the server\n',
    );
    expect(alice.sees('Initialization Sequence Completed')).toBe(true);
    expect(bob.sees('Initialization Sequence Completed')).toBe(true);
    expect(pings(machines.alice, '10.20.0.2')).toBe(true);
    expect(apply('answer').status).toBe(0);
  });
});

describe('a server over TCP 443 with a split tunnel', () => {
  beforeAll(() => serve(keys.secret('alice'), { transport: 'tcp', port: 443, routes: ['10.20.0.0/16'] }));
  afterAll(() => {
    alice.stop();
    systemctl('stop');
  });

  test('has the one capability that its port takes, and answers', () => {
    expect(serverLog(server)).not.toMatch(/error|deprecated|unrecognized|WARNING/i);
    const status = server.sh('cat /proc/$(cat /run/openvpn.pid)/status');
    expect(/^CapBnd:\t(\w+)$/m.exec(status)?.[1]).toBe('0000000000000400');
    expect(apply('answer')).toEqual({ status: 0, text: '' });
  });

  test('gives clients the routes to the ranges and to the DNS server, and leaves the rest alone', () => {
    const profile = profiles.alice.replace('proto udp4', 'proto tcp4-client').replace(' 1194', ' 443');
    expect(alice.connect(profile)).toContain('Initialization Sequence Completed');
    const routes = machines.alice.sh('ip route show dev tun0');
    expect(routes.split('\n').map((line) => line.split(' ')[0])).toEqual([
      '10.20.0.0/16',
      '10.20.0.53',
      '10.99.3.0/24',
      '',
    ]);
    expect(machines.alice.sh('ip route get 192.0.2.1')).toContain('dev eth0');
    expect(machines.alice.sh('ip link show tun0')).toContain('mtu 1414');
    expect(pings(machines.alice, '10.20.0.2', '-M', 'do', '-s', '1386')).toBe(true);
  });
});

describe('pools of every size', () => {
  afterEach(() => {
    systemctl('stop');
    server.sh('ip link delete tun0');
  });

  test.each([
    ['10.0.0.0/8', '10.255.255.254 255.0.0.0'],
    ['172.16.0.8/29', '172.16.0.14 255.255.255.248'],
  ])('%s is one that OpenVPN takes', (cidr, address) => {
    serve(keys.secret('alice'), { pool: ClientPool.from(cidr) });
    expect(server.read('/etc/vpn-gateway/openvpn/users/alice')).toBe(`ifconfig-push ${address}\n`);
    expect(apply('answer').status).toBe(0);
  });
});
