import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientPool, PptpPool, pptpService, wireGuardService } from '../../lib/host';
import { type ImageOptions, renderImageScript } from '../../lib/host/image';
import { errorOf } from '../support/messages';

const pptp = pptpService({ pool: PptpPool.from('10.99.0.0/24') });
const wireGuard = wireGuardService({ pool: ClientPool.from('10.99.1.0/24') });

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'image-'));
  mkdirSync(join(folder, 'bin'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the script with stand-ins for what changes a machine; each notes what it was called with. */
function prepare(action: string, kernel: string, hasModules: boolean, options: Partial<ImageOptions> = {}) {
  const script = renderImageScript({ architecture: 'x86_64', services: [pptp], ...options })
    .replaceAll('/var/lib/vpn-gateway', join(folder, 'state'))
    .replaceAll('/boot/grub', folder)
    .replaceAll('/etc/default/grub.d', folder);
  const standIns: Record<string, string> = {
    uname: `echo ${kernel}`,
    timeout: 'shift; exec "$@"',
    'apt-get': 'echo "apt-get $*" >>"$F/did"',
    systemctl: 'echo "systemctl $*" >>"$F/did"; case $2 in *absent*) exit 1;; esac',
    modprobe: `echo "modprobe $*" >>"$F/did"; ${hasModules ? 'exit 0' : 'exit 1'}`,
    'linux-version': 'case $1 in list) echo 6.12.1-cloud-amd64; echo 6.12.2-amd64;; sort) cat;; esac',
    'update-grub': `printf 'set default="0"\\n  linux /boot/vmlinuz-6.12.2-amd64 root=x\\n' >"$F/grub.cfg"`,
    'dpkg-query': `printf 'linux-image-cloud-amd64\\t6.12\\nlinux-image-gone-cloud-amd64\\t\\n'`,
    sleep: ':',
  };
  for (const [name, text] of Object.entries(standIns)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  const { status, stderr } = spawnSync('sh', ['-c', script, 'script', ...(action === '' ? [] : [action])], {
    encoding: 'utf8',
    env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, F: folder },
  });
  return { status, stderr };
}

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the script of an image', () => {
  test('installs what the servers need, keeps them from starting, and makes GRUB boot the full flavour of the kernel', () => {
    expect(prepare('install', '6.12.1-cloud-amd64', false).status).toBe(0);
    expect(read('did').trim().split('\n')).toEqual([
      'apt-get -qy --no-install-recommends update',
      'apt-get -qy --no-install-recommends upgrade',
      `apt-get -qy --no-install-recommends install ${[...pptp.packages, 'nftables', 'unattended-upgrades'].join(' ')}`,
      ...pptp.units.map((unit) => `systemctl disable --now ${unit}`),
      `modprobe -a ${pptp.kernelModules.join(' ')}`,
      'apt-get -qy --no-install-recommends install linux-image-amd64',
    ]);
    expect(read('99-vpn-gateway.cfg')).toBe('GRUB_DEFAULT=0\nGRUB_TOP_LEVEL=/boot/vmlinuz-6.12.2-amd64\n');
  });

  test('leaves a kernel alone that has what the servers need', () => {
    expect(prepare('install', '6.12.1-cloud-amd64', true, { services: [wireGuard] }).status).toBe(0);
    expect(read('did')).not.toContain('linux-image');
  });

  test('removes the cloud flavour once the full one runs, and notes the packages for the gateway', () => {
    const packages = ['awscli'];
    expect(prepare('finish', '6.12.2-amd64', true, { packages }).status).toBe(0);
    expect(read('did')).toContain('apt-get -qy --no-install-recommends purge linux-image-cloud-amd64\n');
    expect(read('state/image').trim().split('\n')).toEqual([
      ...pptp.packages,
      'nftables',
      'unattended-upgrades',
      'awscli',
    ]);
  });

  test('fails where the kernel still lacks what the servers need, and notes nothing', () => {
    expect(prepare('finish', '6.12.1-cloud-amd64', false).status).not.toBe(0);
    expect(() => read('state/image')).toThrow();
  });

  test('says how it is called', () => {
    expect(prepare('', '6.12.2-amd64', true)).toEqual({ status: 2, stderr: 'usage: script install|finish\n' });
  });

  test.each([
    ['architecture', { architecture: 'riscv' }],
    ['packetFilter', { packetFilter: 'pf' }],
    ['packages', { packages: ['a; reboot'] }],
  ])('refuses a bad %s by name', (option, more) => {
    const { code, text } = errorOf(() =>
      renderImageScript({ architecture: 'x86_64', services: [pptp], ...more } as ImageOptions),
    );
    expect(code).toBe('HOST_OPTION_INVALID');
    expect(text.split('\n')[0]).toBe(`${option} is not what the host can use.`);
  });
});
