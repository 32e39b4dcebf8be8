import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESSION_LOG } from '../../lib/host/session-log';

/** A journal that notes each datagram as one line of JSON. */
const JOURNAL = `
import json, os, socket, sys
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind(sys.argv[1] + '/socket')
print('listening', flush=True)
while True:
	entry = journal.recv(65536).decode()
	open(sys.argv[1] + '/entries', 'a').write(json.dumps(entry) + '\\n')
`;

describe('vpn-gateway-log', () => {
  let folder: string;
  let journal: ChildProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'session-log-'));
    writeFileSync(
      join(folder, 'program'),
      SESSION_LOG.content.replace('/run/systemd/journal/socket', `${folder}/socket`),
    );
    journal = spawn('python3', ['-c', JOURNAL, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => journal.stdout?.once('data', resolve));
  });
  beforeEach(() => writeFileSync(join(folder, 'entries'), ''));
  afterAll(() => {
    journal.kill();
    rmSync(folder, { recursive: true });
  });

  const log = (...words: string[]) =>
    spawnSync('python3', ['-IS', join(folder, 'program'), ...words], { encoding: 'utf8' });
  const fieldsOf = (entry: string) => entry.replace(/\n$/, '').split('\n');

  /** The fields of the one entry that was written. */
  async function written(): Promise<string[]> {
    for (;;) {
      const entries = readFileSync(join(folder, 'entries'), 'utf8').split('\n').slice(0, -1);
      if (entries.length > 0) {
        expect(entries).toHaveLength(1);
        return fieldsOf(JSON.parse(entries[0] ?? ''));
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  function entry(...words: string[]): Promise<string[]> {
    const { status, stderr } = log(...words);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return written();
  }

  test('is a program of Python 3 that takes neither modules nor settings from its caller', () => {
    expect(SESSION_LOG.path).toBe('/usr/local/sbin/vpn-gateway-log');
    expect(SESSION_LOG.mode).toBe('0755');
    expect(SESSION_LOG.content).toMatch(/^#!\/usr\/bin\/python3 -IS\n/);
  });

  test('writes the end of a session as fields and as one line', async () => {
    const words = [
      'user=alice',
      'client=203.0.113.7',
      'address=10.99.1.2',
      'seconds=61',
      'bytes_in=1000',
      'bytes_out=20',
    ];
    expect(await entry('session-end', 'wireguard', ...words)).toEqual([
      'SYSLOG_IDENTIFIER=vpn-gateway',
      'PRIORITY=6',
      'VPN_EVENT=session-end',
      'VPN_PROTOCOL=wireguard',
      'VPN_USER=alice',
      'VPN_CLIENT=203.0.113.7',
      'VPN_ADDRESS=10.99.1.2',
      'VPN_SECONDS=61',
      'VPN_BYTES_IN=1000',
      'VPN_BYTES_OUT=20',
      'MESSAGE=session-end protocol=wireguard user="alice" client=203.0.113.7 address=10.99.1.2 seconds=61 bytes_in=1000 bytes_out=20',
    ]);
  });

  test('warns of a failed authentication, and leaves out what is unknown', async () => {
    expect(await entry('auth-failure', 'ikev2', 'user=', 'client=2001:db8::7')).toEqual([
      'SYSLOG_IDENTIFIER=vpn-gateway',
      'PRIORITY=4',
      'VPN_EVENT=auth-failure',
      'VPN_PROTOCOL=ikev2',
      'VPN_CLIENT=2001:db8::7',
      'MESSAGE=auth-failure protocol=ikev2 client=2001:db8::7',
    ]);
  });

  test('keeps any printable name as it is, and quotes it in the line', async () => {
    const fields = await entry('session-start', 'pptp', 'user=a "b" \\c=d $(reboot)');
    expect(fields).toContain('VPN_USER=a "b" \\c=d $(reboot)');
    expect(fields.at(-1)).toBe('MESSAGE=session-start protocol=pptp user="a \\"b\\" \\\\c=d $(reboot)"');
  });

  test('does not let a name from outside pass for other fields or for a second entry', async () => {
    const fields = await entry('auth-failure', 'openvpn', 'user=eve\nMESSAGE=all is well\u001b[2Jü');
    expect(fields.filter((field) => /^(MESSAGE|VPN_USER)=/.test(field))).toEqual([
      'VPN_USER=eve?MESSAGE=all is well?[2J?',
      'MESSAGE=auth-failure protocol=openvpn user="eve?MESSAGE=all is well?[2J?"',
    ]);
  });

  test('takes a name that is no text at all', async () => {
    execFileSync('sh', ['-c', `exec python3 -IS ${folder}/program auth-failure ikev2 "$(printf 'user=\\377\\376x')"`]);
    expect(await written()).toContain('VPN_USER=??x');
  });

  test('cuts a name of any length to one that a journal takes', async () => {
    const fields = await entry('auth-failure', 'ikev2', `user=${'x'.repeat(100_000)}`);
    expect(fields).toContain(`VPN_USER=${'x'.repeat(295)}`);
  });

  test.each([
    [
      [],
      'vpn-gateway-log session-start|session-end|auth-failure PROTOCOL [KEY=VALUE...]: one journal entry about a session.',
    ],
    [
      ['session-end'],
      'vpn-gateway-log session-start|session-end|auth-failure PROTOCOL [KEY=VALUE...]: one journal entry about a session.',
    ],
    [
      ['party', 'pptp'],
      'vpn-gateway-log session-start|session-end|auth-failure PROTOCOL [KEY=VALUE...]: one journal entry about a session.',
    ],
    [
      ['session-end', 'user=a'],
      'vpn-gateway-log session-start|session-end|auth-failure PROTOCOL [KEY=VALUE...]: one journal entry about a session.',
    ],
    [['session-end', 'pptp', 'password=hush'], 'vpn-gateway-log: password is unknown or not of its form'],
    [['session-end', 'pptp', 'seconds=-1'], 'vpn-gateway-log: seconds is unknown or not of its form'],
    [['session-end', 'pptp', 'bytes_in=1e3'], 'vpn-gateway-log: bytes_in is unknown or not of its form'],
    [['session-end', 'pptp', 'client=evil host'], 'vpn-gateway-log: client is unknown or not of its form'],
    [['session-end', 'pptp', 'address="'], 'vpn-gateway-log: address is unknown or not of its form'],
  ])('writes nothing, and says why, when called with %j', (words, message) => {
    const { status, stderr } = log(...words);
    expect({ status, stderr }).toEqual({ status: 1, stderr: `${message}\n` });
    expect(readFileSync(join(folder, 'entries'), 'utf8')).toBe('');
  });

  test('fails where there is no journal', () => {
    const program = SESSION_LOG.content.replace('/run/systemd/journal/socket', `${folder}/nobody`);
    expect(spawnSync('python3', ['-IS', '-c', program, 'session-start', 'pptp']).status).toBe(1);
  });
});
