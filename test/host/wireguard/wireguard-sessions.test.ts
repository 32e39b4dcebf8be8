import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WIREGUARD_SESSIONS } from '../../../lib/host/wireguard/wireguard-sessions';
import { type Peer, publicKey, Sandbox } from './support';

// Each look starts programs, which takes its time on a busy machine.
jest.setTimeout(30_000);

const [ALICE, BOB, STRANGER] = [publicKey(2), publicKey(3), publicKey(4)];

/** systemd as far as the process knows it: a socket that it tells things. Says aloud what it hears, and how the process ended. */
const SYSTEMD = `
import os, signal, socket, subprocess, sys, threading
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(os.environ['NOTIFY_SOCKET'])
def listen():
	while True:
		print(heard.recv(100).decode(), flush=True)
threading.Thread(target=listen, daemon=True).start()
process = subprocess.Popen([sys.executable, '-IS', sys.argv[1]])
signal.signal(signal.SIGTERM, lambda *_: process.terminate())
signal.signal(signal.SIGUSR1, lambda *_: process.kill())
print('exit', process.wait(), flush=True)
os.unlink(os.environ['NOTIFY_SOCKET'])
`;

describe('the log of WireGuard’s sessions', () => {
  let sandbox: Sandbox;
  let systemd: ChildProcess | undefined;
  let heard: string[];
  let now: number;

  beforeEach(() => {
    sandbox = new Sandbox();
    now = 1000;
    for (const folder of ['usr/local/sbin', 'sys/class/net/wg0', 'run']) {
      mkdirSync(join(sandbox.folder, folder), { recursive: true });
    }
    sandbox.write('usr/local/sbin/vpn-gateway-log', `#!/bin/sh\necho "$*" >>${sandbox.folder}/log\n`);
    chmodSync(join(sandbox.folder, 'usr/local/sbin/vpn-gateway-log'), 0o755);
    sandbox.write('sys/class/net/wg0/flags', '0x10091\n');
    sandbox.write('var/lib/vpn-gateway/wireguard-users', `${ALICE} 10.99.1.2 alice\n${BOB} 10.99.1.3 bob\n`);
    // The clock is the test's, and the process waits for a line instead of for time to pass.
    const clock = `time.monotonic, time.sleep = lambda: float(open('${sandbox.folder}/clock').read()), lambda _: sys.stdin.readline()`;
    const program = sandbox.moved(WIREGUARD_SESSIONS.content).replace(/^import .*$/m, `$&\n${clock}`);
    sandbox.write('program', program);
  });

  afterEach(async () => {
    await stop();
    sandbox.remove();
  });

  async function hears(word: string): Promise<void> {
    while (!heard.includes(word)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    heard.splice(0, heard.indexOf(word) + 1);
  }

  function see(peers: Record<string, Partial<Peer>>): void {
    const whole = Object.entries(peers).map(([key, peer]) => [
      key,
      { shared: 'hush', ips: '-', endpoint: '203.0.113.7:40000', ...peer },
    ]);
    sandbox.interfaces({ wg0: { peers: Object.fromEntries(whole) } });
    sandbox.write('clock', String(now));
  }

  /** Starts the process, which looks once. */
  async function start(peers: Record<string, Partial<Peer>>): Promise<void> {
    see(peers);
    heard = [];
    systemd = spawn('python3', ['-c', SYSTEMD, join(sandbox.folder, 'program')], {
      env: {
        ...sandbox.environment,
        RUNTIME_DIRECTORY: join(sandbox.folder, 'run'),
        NOTIFY_SOCKET: join(sandbox.folder, 'notify'),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [systemd.stdout, systemd.stderr]) {
      createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => heard.push(line));
    }
    await hears('READY=1');
    await hears('WATCHDOG=1');
  }

  /** Lets seconds pass, after which the process looks again. */
  async function later(seconds: number, peers: Record<string, Partial<Peer>>): Promise<void> {
    now += seconds;
    see(peers);
    systemd?.stdin?.write('\n');
    await hears('WATCHDOG=1');
  }

  /** As systemd stops it. */
  async function stop(): Promise<void> {
    if (systemd !== undefined) {
      systemd.kill('SIGTERM');
      await hears('exit 0');
      systemd = undefined;
    }
  }

  /** As when it is killed: it cannot say a word. */
  async function die(): Promise<void> {
    systemd?.kill('SIGUSR1');
    await hears('exit -9');
    systemd = undefined;
  }

  const logged = () => {
    const lines = sandbox.read('log').split('\n').slice(0, -1);
    sandbox.write('log', '');
    return lines;
  };

  test('begins a session with the first handshake, and says whose it is', async () => {
    await start({ [ALICE]: {}, [BOB]: {} });
    expect(logged()).toEqual([]);
    await later(5, { [ALICE]: { handshake: 1700000000, came: 148, went: 92 }, [BOB]: {} });
    expect(logged()).toEqual(['session-start wireguard user=alice client=203.0.113.7 address=10.99.1.2']);
  });

  test('ends it 180 seconds after the last handshake, with what came and went, and the seconds to the last that came', async () => {
    await start({ [ALICE]: {} });
    await later(5, { [ALICE]: { handshake: 1, came: 148, went: 92 } });
    await later(120, { [ALICE]: { handshake: 121, came: 5148, went: 70092 } });
    await later(60, { [ALICE]: { handshake: 121, came: 6148, went: 80092 } });
    await later(120, { [ALICE]: { handshake: 121, came: 6148, went: 80184 } });
    expect(logged()).toEqual(['session-start wireguard user=alice client=203.0.113.7 address=10.99.1.2']);
    await later(5, { [ALICE]: { handshake: 121, came: 6148, went: 80184 } });
    expect(logged()).toEqual([
      'session-end wireguard user=alice client=203.0.113.7 address=10.99.1.2 seconds=180 bytes_in=6148 bytes_out=80184',
    ]);
  });

  test('counts a later session from where the one before ended', async () => {
    await start({ [ALICE]: { handshake: 1, came: 1000, went: 2000 } });
    await later(181, { [ALICE]: { handshake: 1, came: 1000, went: 2000 } });
    await later(3600, { [ALICE]: { handshake: 1, came: 1000, went: 2000 } });
    logged();
    await later(5, { [ALICE]: { handshake: 4000, came: 1148, went: 2092, endpoint: '[2001:db8::7]:40000' } });
    await later(181, { [ALICE]: { handshake: 4000, came: 1148, went: 2092, endpoint: '[2001:db8::7]:40000' } });
    expect(logged()).toEqual([
      'session-start wireguard user=alice client=2001:db8::7 address=10.99.1.2',
      'session-end wireguard user=alice client=2001:db8::7 address=10.99.1.2 seconds=0 bytes_in=148 bytes_out=92',
    ]);
  });

  test('does not end while there are handshakes, whatever the machine’s clock says', async () => {
    await start({ [ALICE]: { handshake: 1700000000 } });
    await later(125, { [ALICE]: { handshake: 1700086400 } });
    await later(125, { [ALICE]: { handshake: 1700000250 } });
    expect(logged()).toHaveLength(1);
  });

  test('says from where a client came last, when it has moved', async () => {
    await start({ [ALICE]: { handshake: 1 } });
    await later(5, { [ALICE]: { handshake: 1, endpoint: '198.51.100.9:5' } });
    await stop();
    expect(logged().at(-1)).toBe(
      'session-end wireguard user=alice client=198.51.100.9 address=10.99.1.2 seconds=0 bytes_in=0 bytes_out=0',
    );
  });

  test('ends at once for a user who is removed, under the name the session began with', async () => {
    await start({ [ALICE]: { handshake: 1, came: 10, went: 20 }, [BOB]: { handshake: 1 } });
    logged();
    sandbox.write('var/lib/vpn-gateway/wireguard-users', `${BOB} 10.99.1.3 bob\n`);
    await later(5, { [BOB]: { handshake: 1 } });
    expect(logged()).toEqual([
      'session-end wireguard user=alice client=203.0.113.7 address=10.99.1.2 seconds=0 bytes_in=10 bytes_out=20',
    ]);
  });

  test('ends at once for a user whose keys changed, and begins anew with the next handshake', async () => {
    await start({ [ALICE]: { handshake: 1, came: 10, went: 20 } });
    logged();
    await later(5, { [ALICE]: { handshake: 0 } });
    await later(5, { [ALICE]: { handshake: 8, came: 5, went: 5 } });
    await later(5, { [ALICE]: { handshake: 11, came: 1, went: 1 } });
    expect(logged().map((line) => line.replace(/ wireguard.*(?= bytes_in)|( wireguard.*)/, ''))).toEqual([
      'session-end bytes_in=10 bytes_out=20',
      'session-start',
      'session-end bytes_in=5 bytes_out=5',
      'session-start',
    ]);
  });

  test('leaves out a peer that is no user, such as the one of the readiness check', async () => {
    await start({ [STRANGER]: { handshake: 1 } });
    await later(300, {});
    expect(logged()).toEqual([]);
  });

  test('ends every session when the service is stopped', async () => {
    await start({ [ALICE]: { handshake: 1, came: 1 }, [BOB]: { handshake: 2, came: 2 } });
    await later(60, { [ALICE]: { handshake: 1, came: 3 }, [BOB]: { handshake: 2, came: 2 } });
    logged();
    await stop();
    expect(logged()).toEqual([
      'session-end wireguard user=alice client=203.0.113.7 address=10.99.1.2 seconds=60 bytes_in=3 bytes_out=0',
      'session-end wireguard user=bob client=203.0.113.7 address=10.99.1.3 seconds=0 bytes_in=2 bytes_out=0',
    ]);
  });

  test('goes on with the same sessions after the process was killed', async () => {
    await start({ [ALICE]: { handshake: 1, came: 100 }, [BOB]: { handshake: 2, came: 7 } });
    await later(181, { [ALICE]: { handshake: 170, came: 200 }, [BOB]: { handshake: 2, came: 7 } });
    logged();
    await die();
    now += 10;
    await start({ [ALICE]: { handshake: 170, came: 300 }, [BOB]: { handshake: 2, came: 7 } });
    expect(logged()).toEqual([]);
    await stop();
    expect(logged()).toEqual([
      'session-end wireguard user=alice client=203.0.113.7 address=10.99.1.2 seconds=191 bytes_in=300 bytes_out=0',
    ]);
  });

  test.each([
    ['down', () => sandbox.write('sys/class/net/wg0/flags', '0x10090\n')],
    ['gone', () => rmSync(join(sandbox.folder, 'sys/class/net/wg0'), { recursive: true })],
  ])('fails when the interface is %s, without ending sessions that may live on', async (_, happen) => {
    await start({ [ALICE]: { handshake: 1 } });
    logged();
    happen();
    systemd?.stdin?.write('\n');
    await hears('exit 1');
    systemd = undefined;
    expect(logged()).toEqual([]);
  });

  test('ends sessions that did not outlive the interface, when the next process finds none', async () => {
    await start({ [ALICE]: { handshake: 1, came: 10 } });
    logged();
    await die();
    await start({ [ALICE]: { handshake: 0 } });
    expect(logged()).toEqual([
      'session-end wireguard user=alice client=203.0.113.7 address=10.99.1.2 seconds=0 bytes_in=10 bytes_out=0',
    ]);
  });

  test('keeps no key of anybody but public ones', async () => {
    await start({ [ALICE]: { handshake: 1 } });
    expect(sandbox.read('run/sessions')).toContain(ALICE);
    expect(sandbox.read('run/sessions')).not.toContain('hush');
  });
});
