import { spawnSync } from 'node:child_process';
import { ClientPool } from '../../../lib/host';
import { type WireGuardServiceOptions, wireGuardService } from '../../../lib/host/wireguard';
import { errorOf } from '../../support/messages';
import { POOL } from './support';

const UNIT = '/etc/systemd/system/vpn-gateway-wg.service';
const unitOf = (options: Partial<WireGuardServiceOptions> = {}) =>
  wireGuardService({ pool: POOL, ...options }).files.find(({ path }) => path === UNIT)?.content ?? '';
const errorWith = (options: Partial<WireGuardServiceOptions>) =>
  errorOf(() => wireGuardService({ pool: POOL, ...options }));
const refusal = (code: string, ...lines: string[]) => ({
  code,
  text: [...lines, '', '      at FILE:LINE', `      code ${code}, see docs/diagnostics.md`].join('\n'),
});

describe('WireGuard as a service of the host', () => {
  test('needs its tools and its module, which every kernel of Debian has', () => {
    const { name, packages, kernelModules, units, settings, pythonClass } = wireGuardService({ pool: POOL });
    expect({ name, packages, kernelModules, units, settings, pythonClass }).toEqual({
      name: 'wireguard',
      packages: ['wireguard-tools'],
      kernelModules: ['wireguard'],
      units: ['vpn-gateway-wg.service'],
      settings: { wireguard_pool: '10.99.1.0/24', wireguard_port: '51820' },
      pythonClass: 'WireGuard',
    });
  });

  test('opens one UDP port, and answers pings at the first address of the pool', () => {
    expect(wireGuardService({ pool: POOL }).filter).toEqual({
      tunnel: 'wg0',
      pool: '10.99.1.0/24',
      gateway: '10.99.1.1',
      opens: [{ kind: 'udp', port: 51820 }],
    });
    const other = wireGuardService({ pool: ClientPool.from('10.8.0.0/16'), port: 443 });
    expect(other.filter).toEqual({
      tunnel: 'wg0',
      pool: '10.8.0.0/16',
      gateway: '10.8.0.1',
      opens: [{ kind: 'udp', port: 443 }],
    });
    expect(other.settings).toEqual({ wireguard_pool: '10.8.0.0/16', wireguard_port: '443' });
  });

  test('gives the interface the address of the gateway and an MTU that IPv6 outside leaves room for', () => {
    expect(unitOf().match(/^ExecStartPre=.*$/gm)).toEqual([
      'ExecStartPre=-+/usr/sbin/ip link add wg0 type wireguard',
      'ExecStartPre=+/usr/bin/wg syncconf wg0 /etc/wireguard/wg0.conf',
      'ExecStartPre=+/usr/sbin/ip address replace 10.99.1.1/24 dev wg0',
      'ExecStartPre=+/usr/sbin/ip link set wg0 mtu 1420 up',
    ]);
  });

  test.each([1280, 1440])('takes an MTU of %i', (mtu) => {
    expect(unitOf({ mtu })).toContain(`ip link set wg0 mtu ${mtu} up\n`);
  });

  test('serves only when the packet filter and the users are in place, and comes back when it fails', () => {
    const unit = unitOf();
    expect(unit).toContain('\nConditionPathExists=/run/vpn-gateway/serve\n');
    expect(unit).toContain('\nRestart=always\nRestartSec=1\n');
    expect(unit).toContain('\nStartLimitIntervalSec=0\n');
    expect(unit).not.toContain('[Install]');
  });

  test('takes the interface along when it is stopped, and not when it fails', () => {
    const [, script = ''] = /^ExecStopPost=\+\/bin\/sh -c '(.*)'$/m.exec(unitOf()) ?? [];
    const commands = (SERVICE_RESULT: string) =>
      spawnSync('sh', ['-c', `ip() { echo ip "$@"; }\n${script.replaceAll('$$', '$')}`], {
        env: { ...process.env, SERVICE_RESULT },
        encoding: 'utf8',
      });
    expect(commands('success')).toMatchObject({ status: 0, stdout: 'ip link delete wg0\n' });
    for (const failure of ['exit-code', 'signal', 'watchdog']) {
      expect(commands(failure)).toMatchObject({ status: 0, stdout: '' });
    }
    expect(unitOf()).not.toContain('ExecStop=');
    expect(unitOf()).toContain('\nKillMode=mixed\n');
  });

  test('runs its process as nobody in particular, with one right and two kinds of sockets', () => {
    const lines = unitOf().split('\n');
    for (const line of [
      'DynamicUser=yes',
      'AmbientCapabilities=CAP_NET_ADMIN',
      'CapabilityBoundingSet=CAP_NET_ADMIN',
      'RestrictAddressFamilies=AF_NETLINK AF_UNIX',
      'SystemCallFilter=@system-service',
      'MemoryDenyWriteExecute=yes',
      'ProtectHome=yes',
      'ProtectKernelModules=yes',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('has no secret, and nothing that differs between gateways but its unit', () => {
    const [one, two] = [wireGuardService({ pool: POOL }), wireGuardService({ pool: ClientPool.from('10.8.0.0/24') })];
    expect(one.python).toBe(two.python);
    expect(one.files.filter((file, i) => file.content !== two.files[i]?.content).map(({ path }) => path)).toEqual([
      UNIT,
    ]);
    expect(one.files.map(({ path, mode }) => [path, mode])).toEqual([
      ['/usr/local/sbin/vpn-gateway-wg', '0755'],
      [UNIT, undefined],
    ]);
  });
});

describe('an option that is refused', () => {
  test.each([0, 65536, 1.5, Number.NaN, '51820' as unknown as number])('is a port that does not exist: %p', (port) => {
    expect(errorWith({ port })).toEqual(
      refusal(
        'HOST_OPTION_INVALID',
        'port is not what the host can use.',
        `  got      ${typeof port === 'string' ? '"51820"' : port}`,
        '  allowed  a whole number from 1 to 65535',
        '  write    port: 51820',
      ),
    );
  });

  test.each([1279, 1441, 1500, 1420.5])('is an MTU that no way carries or no client takes: %p', (mtu) => {
    expect(errorWith({ mtu })).toEqual(
      refusal(
        'HOST_OPTION_INVALID',
        'mtu is not what the host can use.',
        `  got      ${mtu}`,
        '  allowed  a whole number from 1280 to 1440',
        '  write    mtu: 1420',
      ),
    );
  });

  test.each(['port', 'mtu'] as const)('is a %s that only deployment knows', (option) => {
    const token = -1.8881545897087626e289;
    const { code, text } = errorWith({ [option]: token, isToken: (value) => value === token });
    expect(code).toBe('TOKEN_NOT_ALLOWED');
    expect(text).toBe(
      [
        `${option} is a value that only deployment knows, and it must be checked at synth.`,
        `  allowed  a whole number from ${option === 'port' ? '1 to 65535' : '1280 to 1440'}`,
        `  write    ${option}: ${option === 'port' ? 51820 : 1420}`,
        '',
        '      at FILE:LINE',
        '      code TOKEN_NOT_ALLOWED, see docs/diagnostics.md',
      ].join('\n'),
    );
  });
});
