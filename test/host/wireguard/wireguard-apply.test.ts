import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { privateKey, publicKey, Sandbox } from './support';

// Each run starts programs, which takes its time on a busy machine.
jest.setTimeout(30_000);

const [ALICE, BOB, CAROL] = [publicKey(2), publicKey(3), publicKey(4)];
const alice = { name: 'alice', publicKey: ALICE, address: '10.99.1.2' };
const bob = { name: 'bob', publicKey: BOB, address: '10.99.1.3', presharedKey: privateKey(7) };
const carol = { name: 'carol', publicKey: CAROL, address: '10.99.1.4' };
const secretOf = (...users: unknown[]) => ({ privateKey: privateKey(1), users });
const said = (stdout: string) => ({ status: 0, stdout, stderr: '' });
const CONFIG = 'etc/wireguard/wg0.conf';

describe('users of WireGuard on the machine', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => sandbox.remove());

  const sync = () => `wg syncconf wg0 ${sandbox.folder}/${CONFIG}`;
  const remove = (key: string) => `wg set wg0 peer ${key} remove`;

  /** A machine that serves these users, all of whom are connected. */
  function serving(...users: { name: string; publicKey: string; address: string; presharedKey?: string }[]): void {
    sandbox.users(secretOf(...users));
    const peers = users.map((user) => [
      user.publicKey,
      { shared: user.presharedKey ?? '(none)', ips: `${user.address}/32`, handshake: 1 },
    ]);
    sandbox.interfaces({ wg0: { peers: Object.fromEntries(peers) } });
  }

  test('are in a file that only root reads, before the interface exists', () => {
    expect(sandbox.users(secretOf(alice, bob))).toEqual(said('wireguard: 2 users, 0 removed or changed\n'));
    expect(sandbox.read(CONFIG)).toBe(`[Interface]
PrivateKey = ${privateKey(1)}
ListenPort = 51820
[Peer]
PublicKey = ${ALICE}
AllowedIPs = 10.99.1.2/32
[Peer]
PublicKey = ${BOB}
AllowedIPs = 10.99.1.3/32
PresharedKey = ${privateKey(7)}
`);
    expect(statSync(join(sandbox.folder, CONFIG)).mode & 0o777).toBe(0o600);
    expect(sandbox.told).toEqual([]);
  });

  test('are named in a file that everybody may read, and that holds no secret', () => {
    sandbox.users(secretOf(alice, bob));
    expect(sandbox.read('var/lib/vpn-gateway/wireguard-users')).toBe(
      `${ALICE} 10.99.1.2 alice\n${BOB} 10.99.1.3 bob\n`,
    );
    expect(statSync(join(sandbox.folder, 'var/lib/vpn-gateway/wireguard-users')).mode & 0o777).toBe(0o644);
  });

  test('may be none yet, and the machine says so', () => {
    expect(sandbox.users(secretOf())).toEqual(said('wireguard: no users yet: nobody can connect\n'));
    expect(sandbox.read(CONFIG)).toBe(`[Interface]\nPrivateKey = ${privateKey(1)}\nListenPort = 51820\n`);
  });

  test('stay connected, without a word, where nothing changed', () => {
    serving(alice, bob);
    expect(sandbox.users(secretOf(alice, bob))).toEqual(said(''));
    expect(sandbox.told).toEqual([sync()]);
    expect(Object.values(sandbox.peers).map(({ handshake }) => handshake)).toEqual([1, 1]);
  });

  test('stay connected when somebody is added', () => {
    serving(alice);
    expect(sandbox.users(secretOf(alice, carol))).toEqual(said('wireguard: 2 users, 0 removed or changed\n'));
    expect(sandbox.told).toEqual([sync()]);
    expect(sandbox.peers).toEqual({
      [ALICE]: { shared: '(none)', ips: '10.99.1.2/32', handshake: 1 },
      [CAROL]: { shared: '(none)', ips: '10.99.1.4/32' },
    });
  });

  test('stay connected when somebody is removed', () => {
    serving(alice, bob);
    expect(sandbox.users(secretOf(bob))).toEqual(said('wireguard: 1 users, 1 removed or changed\n'));
    expect(sandbox.told).toEqual([remove(ALICE), sync()]);
    expect(sandbox.peers).toEqual({ [BOB]: { shared: privateKey(7), ips: '10.99.1.3/32', handshake: 1 } });
  });

  test.each([
    ['gets a shared key', { ...alice, presharedKey: privateKey(9) }, { shared: privateKey(9), ips: '10.99.1.2/32' }],
    ['gets another address', { ...alice, address: '10.99.1.9' }, { shared: '(none)', ips: '10.99.1.9/32' }],
  ])('are cut alone who %s', (_, changed, peer) => {
    serving(alice, bob);
    expect(sandbox.users(secretOf(changed, bob))).toEqual(said('wireguard: 2 users, 1 removed or changed\n'));
    expect(sandbox.told).toEqual([remove(ALICE), sync()]);
    expect(sandbox.peers).toEqual({
      [ALICE]: peer,
      [BOB]: { shared: privateKey(7), ips: '10.99.1.3/32', handshake: 1 },
    });
  });

  test('are cut whose shared key is another, or none any more', () => {
    serving(alice, bob);
    sandbox.users(secretOf(alice, { ...bob, presharedKey: privateKey(8) }));
    expect(sandbox.told).toEqual([remove(BOB), sync()]);
    serving(alice, bob);
    sandbox.users(secretOf(alice, { ...bob, presharedKey: undefined }));
    expect(sandbox.told).toEqual([remove(BOB), sync()]);
  });

  test('are cut whose key is another', () => {
    serving(alice, bob);
    sandbox.users(secretOf({ ...alice, publicKey: CAROL }, bob));
    expect(sandbox.told).toEqual([remove(ALICE), sync()]);
    expect(Object.keys(sandbox.peers).sort()).toEqual([BOB, CAROL].sort());
  });

  test('stay connected when they are only called otherwise', () => {
    serving(alice);
    expect(sandbox.users(secretOf({ ...alice, name: 'alicia' }))).toEqual(said(''));
    expect(sandbox.told).toEqual([sync()]);
    expect(sandbox.read('var/lib/vpn-gateway/wireguard-users')).toBe(`${ALICE} 10.99.1.2 alicia\n`);
  });

  test('can be exchanged addresses', () => {
    serving(alice, bob);
    sandbox.users(secretOf({ ...alice, address: '10.99.1.3' }, { ...bob, address: '10.99.1.2' }));
    expect(sandbox.told.sort()).toEqual([remove(ALICE), remove(BOB), sync()].sort());
  });

  test('are put in order although a run before was interrupted, or somebody added a peer by hand', () => {
    serving(alice, bob);
    sandbox.interfaces({ wg0: { peers: { [CAROL]: { shared: '(none)', ips: '0.0.0.0/0', handshake: 1 } } } });
    expect(sandbox.users(secretOf(alice, bob))).toEqual(said(''));
    expect(sandbox.told).toEqual([remove(CAROL), sync()]);
    expect(Object.keys(sandbox.peers)).toEqual([ALICE, BOB]);
  });

  test('are told apart from the peer of a readiness check that is under way', () => {
    serving(alice);
    sandbox.interfaces({ wg0: { peers: { ...sandbox.peers, [CAROL]: { shared: '(none)', ips: '(none)' } } } });
    expect(sandbox.users(secretOf(alice, bob))).toEqual(said('wireguard: 2 users, 0 removed or changed\n'));
    expect(Object.keys(sandbox.peers)).toEqual([ALICE, BOB]);
  });

  test('stay as they are when the next secret is refused', () => {
    serving(alice, bob);
    const before = sandbox.read(CONFIG);
    expect(sandbox.users(secretOf({ ...alice, publicKey: 'hush' }))).toEqual({
      status: 1,
      stdout: '',
      stderr: 'users refused: user 1: publicKey not a key of WireGuard\n',
    });
    expect(sandbox.read(CONFIG)).toBe(before);
    expect(sandbox.told).toEqual([]);
  });

  test('never have their keys, or the gateway its own, on a command line', () => {
    serving(alice, bob);
    sandbox.users(secretOf(alice, { ...bob, presharedKey: privateKey(8) }));
    const calls = sandbox.read('bin/calls');
    expect(calls).toContain('wg pubkey\n');
    expect([1, 7, 8].filter((n) => calls.includes(privateKey(n)))).toEqual([]);
  });
});

describe('whether WireGuard answers', () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
    sandbox.interfaces({ wg0: { peers: { [ALICE]: { shared: '(none)', ips: '10.99.1.2/32' } } }, answers: 1 });
  });
  afterEach(() => sandbox.remove());

  const answers = (count: number) =>
    sandbox.interfaces({ wg0: { peers: { [ALICE]: { shared: '(none)', ips: '10.99.1.2/32' } } }, answers: count });
  /** What was done, the process's number left out. */
  const done = () =>
    sandbox
      .read('bin/calls')
      .split('\n')
      .filter((call) => /^(ip|wg set)/.test(call))
      .map((call) => call.replace(/wg-\d+/, 'wg-PID'));
  const PROBE = publicKey(99);

  test('is found out by a handshake with a key of the moment, which leaves nothing behind', () => {
    expect(sandbox.answer()).toEqual(said(''));
    expect(done()).toEqual([
      'ip link add wg-PID type wireguard',
      `wg set wg0 peer ${PROBE}`,
      'wg set wg-PID private-key /dev/stdin peer of-the-gateway endpoint 127.0.0.1:51820 persistent-keepalive 1',
      'ip link set wg-PID up',
      'ip link delete wg-PID',
      `wg set wg0 peer ${PROBE} remove`,
    ]);
    expect(sandbox.read('bin/stdin')).toBe(`${privateKey(99)}\n`);
    expect(Object.keys(sandbox.peers)).toEqual([ALICE]);
  });

  test('is denied when no handshake comes about, and nothing is left behind either', () => {
    answers(0);
    expect(sandbox.answer()).toEqual({ status: 1, stdout: '', stderr: 'answer refused: wireguard: no handshake\n' });
    expect(done().slice(-2)).toEqual(['ip link delete wg-PID', `wg set wg0 peer ${PROBE} remove`]);
    expect(Object.keys(sandbox.peers)).toEqual([ALICE]);
  });

  test('is denied when there is no interface', () => {
    sandbox.interfaces({});
    expect(sandbox.answer()).toEqual({ status: 1, stdout: '', stderr: 'answer refused: wireguard: no interface\n' });
    expect(done()).toEqual([]);
  });

  test('is asked after what a killed one left behind is gone, and not what a running one uses', () => {
    for (const name of ['wg-99999999', `wg-${process.pid}`]) {
      mkdirSync(join(sandbox.folder, 'sys/class/net', name), { recursive: true });
    }
    expect(sandbox.answer().status).toBe(0);
    const calls = sandbox.read('bin/calls');
    expect(calls).toContain('ip link delete wg-99999999\n');
    expect(calls).not.toContain(`ip link delete wg-${process.pid}\n`);
  });
});
