import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PptpPool, pptpService } from '../../../lib/host';

const { files } = pptpService({ pool: PptpPool.from('10.99.0.0/24') });
const fileOf = (path: string) => files.find((file) => file.path === path);

describe('the log of PPTP’s calls', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pptp-sessions-'));
    program(
      'vpn-gateway-log',
      `#!/bin/sh\nfor word; do printf '%s\\n' "$word"; done >>${folder}/log\necho >>${folder}/log\n`,
    );
    mkdirSync(join(folder, 'calls'));
    writeFileSync(join(folder, 'log'), '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(name: string, content: string): string {
    const path = join(folder, name);
    const moved = content
      .replaceAll('/usr/local/sbin/vpn-gateway-log', join(folder, 'vpn-gateway-log'))
      .replaceAll('/run/vpn-gateway/calls', join(folder, 'calls'));
    writeFileSync(path, moved);
    chmodSync(path, 0o755);
    return path;
  }

  function run(path: string, env: Record<string, string> = {}) {
    const { status, stdout, stderr } = spawnSync(program(path.split('/').at(-1) ?? '', fileOf(path)?.content ?? ''), {
      env: { PATH: `${folder}:${process.env.PATH}`, ...env },
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  }

  /** Every entry, as the words that `vpn-gateway-log` was called with. */
  const logged = () =>
    readFileSync(join(folder, 'log'), 'utf8')
      .split('\n\n')
      .slice(0, -1)
      .map((entry) => entry.split('\n'));

  const CALL = { PPPD_PID: '99999999', PPP_REMOTE: '10.99.0.250', PPP_IPPARAM: '203.0.113.7' };

  test('tells of a call that comes up, whatever characters the name has', () => {
    const PEERNAME = `it's "q\\uoted" $(reboot) *`;
    run('/etc/ppp/ip-up.d/vpn-gateway', { ...CALL, PEERNAME });
    expect(logged()).toEqual([
      ['session-start', 'pptp', `user=${PEERNAME}`, 'client=203.0.113.7', 'address=10.99.0.250'],
    ]);
    expect(readFileSync(join(folder, 'calls/99999999'), 'utf8')).toBe(`10.99.0.250 ${PEERNAME}\n`);
  });

  test('tells how long a call lasted and what it carried, and forgets whose it was', () => {
    run('/etc/ppp/ip-up.d/vpn-gateway', { ...CALL, PEERNAME: 'plc' });
    run('/etc/ppp/ip-down.d/vpn-gateway', {
      ...CALL,
      PEERNAME: 'plc',
      CONNECT_TIME: '61',
      BYTES_RCVD: '1000',
      BYTES_SENT: '20',
    });
    expect(logged().at(-1)).toEqual([
      ...['session-end', 'pptp', 'user=plc', 'client=203.0.113.7', 'address=10.99.0.250'],
      ...['seconds=61', 'bytes_in=1000', 'bytes_out=20'],
    ]);
    expect(() => readFileSync(join(folder, 'calls/99999999'))).toThrow('ENOENT');
  });

  test('says nothing of a call that the machine itself makes to somebody', () => {
    run('/etc/ppp/ip-up.d/vpn-gateway', CALL);
    run('/etc/ppp/ip-down.d/vpn-gateway', { ...CALL, CONNECT_TIME: '61' });
    expect(logged()).toEqual([]);
  });

  test('has the ends of all calls when pptpd is told to stop, since it ends them first and waits for them', () => {
    const dropIn = fileOf('/etc/systemd/system/pptpd.service.d/gateway.conf')?.content ?? '';
    const [, script = ''] = /^ExecStop=-\/bin\/sh -c '(.*)'$/m.exec(dropIn) ?? [];
    program('pkill', `#!/bin/sh\necho "$@" >${folder}/told\n`);
    program('pgrep', `#!/bin/sh\n[ ! -e ${folder}/looked ] && touch ${folder}/looked\n`);
    program('sleep', `#!/bin/sh\necho "$@" >>${folder}/slept\n`);
    const { status, stdout } = spawnSync('sh', ['-c', script], {
      env: { PATH: `${folder}:${process.env.PATH}` },
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('-x pppd\n');
    expect(readFileSync(join(folder, 'slept'), 'utf8')).toBe('1\n');
  });

  describe('of somebody who is refused', () => {
    const COMMAND =
      '/usr/sbin/pppd local file /etc/ppp/pptpd-options 115200 10.99.0.1:10.99.0.2 ipparam 203.0.113.9 remotenumber 203.0.113.9';

    /** Lets the follower read these entries of the journal. */
    function follow(...entries: object[]): void {
      writeFileSync(join(folder, 'entries'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      program('journalctl', `#!/bin/sh\necho "$@" >${folder}/asked\ncat ${folder}/entries\n`);
      run('/usr/local/sbin/vpn-gateway-pptp');
    }

    test('holds the name that was tried and where it came from', () => {
      follow({ MESSAGE: 'Peer eve "x" failed CHAP authentication', _CMDLINE: COMMAND });
      expect(logged()).toEqual([['auth-failure', 'pptp', 'user=eve "x"', 'client=203.0.113.9']]);
    });

    test('holds a name that pretends to be the end of the line, whole', () => {
      follow({ MESSAGE: 'Peer a failed CHAP authentication failed CHAP authentication', _CMDLINE: COMMAND });
      expect(logged()).toEqual([['auth-failure', 'pptp', 'user=a failed CHAP authentication', 'client=203.0.113.9']]);
    });

    test('holds what can be known where a name is no text or the process is gone already', () => {
      const bytes = [...Buffer.from('Peer \xe9ve failed CHAP authentication', 'latin1')];
      follow({ MESSAGE: bytes, _CMDLINE: COMMAND }, { MESSAGE: 'Peer eve failed CHAP authentication' });
      expect(logged()).toEqual([
        ['auth-failure', 'pptp', 'user=\ufffdve', 'client=203.0.113.9'],
        ['auth-failure', 'pptp', 'user=eve', 'client='],
      ]);
    });

    test('is made from such lines alone, of pppd in the unit of pptpd', () => {
      follow(
        { MESSAGE: 'Connect: ppp0 <--> /dev/pts/0', _CMDLINE: COMMAND },
        { MESSAGE: 'note: Peer eve failed CHAP authentication', _CMDLINE: COMMAND },
        { MESSAGE: null },
        {},
      );
      expect(logged()).toEqual([]);
      expect(readFileSync(join(folder, 'asked'), 'utf8').split(' ')).toEqual(
        expect.arrayContaining(['-tpppd', '-upptpd.service', '-ojson']),
      );
    });
  });

  test('is followed by a process that starts with pptpd and has no rights', () => {
    expect(fileOf('/etc/systemd/system/pptpd.service.d/gateway.conf')?.content).toContain(
      '\nWants=vpn-gateway-pptp-log.service\n',
    );
    const unit = fileOf('/etc/systemd/system/vpn-gateway-pptp-log.service')?.content.split('\n');
    for (const line of [
      'DynamicUser=yes',
      'CapabilityBoundingSet=',
      'PrivateNetwork=yes',
      'RestrictAddressFamilies=AF_UNIX',
    ]) {
      expect(unit).toContain(line);
    }
  });
});
