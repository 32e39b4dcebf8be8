import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVpnService } from '../../../lib/host/openvpn';
import { POOL } from './support';

const HOOK = '/usr/local/sbin/vpn-gateway-openvpn';
let folder: string;

/** The program of the hooks and the follower, with journal and logger in a folder. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openvpn-hook-'));
  mkdirSync(join(folder, 'run'));
  const { content = '' } = openVpnService({ pool: POOL }).files.find(({ path }) => path === HOOK) ?? {};
  const moved = content.replace('/run/vpn-gateway-openvpn', `${folder}/run`).replace('/usr/local/sbin/', `${folder}/`);
  program('hook', moved);
  program(
    'vpn-gateway-log',
    `#!/bin/sh\nfor word; do printf '%s|' "$word"; done >>${folder}/log\necho >>${folder}/log\n`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string, content: string): void {
  writeFileSync(join(folder, name), content);
  chmodSync(join(folder, name), 0o755);
}

function run(environment: Readonly<Record<string, string>>): number | null {
  return spawnSync(join(folder, 'hook'), { env: { PATH: `${folder}:${process.env.PATH}`, ...environment } }).status;
}

const logged = () =>
  existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8').split('\n').slice(0, -1) : [];

const session = {
  common_name: 'alice',
  trusted_ip: '203.0.113.2',
  ifconfig_pool_remote_ip: '10.99.3.254',
  tls_serial_0: '7182',
  time_duration: '61',
  bytes_received: '100',
  bytes_sent: '200',
};

describe('the hook of OpenVPN', () => {
  test('logs a session that begins, and notes the serial number of its certificate', () => {
    expect(run({ script_type: 'client-connect', ...session })).toBe(0);
    expect(logged()).toEqual(['session-start|openvpn|user=alice|client=203.0.113.2|address=10.99.3.254|']);
    expect(readFileSync(join(folder, 'run/serial.alice'), 'utf8')).toBe('7182\n');
  });

  test('logs a session that ends, with its seconds and bytes', () => {
    expect(run({ script_type: 'client-disconnect', ...session })).toBe(0);
    expect(logged()).toEqual([
      'session-end|openvpn|user=alice|client=203.0.113.2|address=10.99.3.254|seconds=61|bytes_in=100|bytes_out=200|',
    ]);
  });

  test.each(['client-connect', 'client-disconnect'])('turns nobody away when it cannot log: %s', (event) => {
    program('vpn-gateway-log', '#!/bin/sh\nexit 1\n');
    rmSync(join(folder, 'run'), { recursive: true });
    expect(run({ script_type: event, ...session })).toBe(0);
  });
});

describe('the follower of OpenVPN’s log', () => {
  /** What is logged when OpenVPN's log holds these lines. */
  function following(...lines: string[]): string[] {
    writeFileSync(join(folder, 'lines'), `${lines.join('\n')}\n`);
    program('journalctl', `#!/bin/sh\necho "$@" >${folder}/asked\ncat ${folder}/lines\n`);
    expect(run({})).toBe(0);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('-qfn0 -ocat -u vpn-gateway-openvpn.service\n');
    return logged();
  }

  test('logs whom OpenVPN refused: certificates of no use, revoked ones, and users who are not listed', () => {
    expect(
      following(
        '203.0.113.2:4000 VERIFY ERROR: depth=0, error=certificate has expired: CN=carol, serial=1',
        '203.0.113.3:4000 VERIFY ERROR: depth=0, error=unsuitable certificate purpose: C=DE, O=Example CN, CN=d@example.com, serial=2',
        '203.0.113.4:4000 VERIFY CRL: depth=0, CN=erin, serial=3 is revoked',
        "203.0.113.5:4000 TLS Auth Error: --client-config-dir authentication failed for common name 'frank' file='/etc/vpn-gateway/openvpn/users/frank'",
        'grace/203.0.113.6:4000 VERIFY ERROR: depth=0, error=certificate has expired: CN=grace, serial=4',
      ),
    ).toEqual([
      'auth-failure|openvpn|user=carol|client=203.0.113.2|',
      'auth-failure|openvpn|user=d@example.com|client=203.0.113.3|',
      'auth-failure|openvpn|user=erin|client=203.0.113.4|',
      'auth-failure|openvpn|user=frank|client=203.0.113.5|',
      'auth-failure|openvpn|user=grace|client=203.0.113.6|',
    ]);
  });

  test('logs once for each, and nothing of what goes well or comes from nobody', () => {
    expect(
      following(
        '203.0.113.2:4000 VERIFY OK: depth=1, CN=VPN CA',
        '203.0.113.2:4000 VERIFY OK: depth=0, CN=alice',
        '203.0.113.2:4000 VERIFY ERROR: depth=1, error=certificate has expired: CN=VPN CA, serial=1',
        '203.0.113.2:4000 OpenSSL: error:0A000086:SSL routines::certificate verify failed:',
        '203.0.113.2:4000 TLS Error: TLS handshake failed',
        'TLS Error: could not determine wrapping from [AF_INET]203.0.113.2:4000',
      ),
    ).toEqual([]);
  });

  test('takes a name for a name, whatever it is made of', () => {
    expect(
      following(
        `203.0.113.2:4000 VERIFY ERROR: depth=0, error=certificate has expired: CN=$(touch ${folder}/x) \\"'; *, serial=1`,
        `203.0.113.2:4000 TLS Auth Error: --client-config-dir authentication failed for common name 'it's \`touch ${folder}/x\`' file='/x'`,
      ),
    ).toEqual([
      `auth-failure|openvpn|user=$(touch ${folder}/x) \\"'; *|client=203.0.113.2|`,
      `auth-failure|openvpn|user=it's \`touch ${folder}/x\`|client=203.0.113.2|`,
    ]);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });
});
