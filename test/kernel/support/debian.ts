import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** What the root folder holds: what cloud images have, what the host installs, and what judges the result. */
const PACKAGES = [
  ...['pptpd', 'ppp', 'nftables', 'python3', 'cloud-init', 'systemd', 'unattended-upgrades', 'apt-utils'],
  ...['iproute2', 'iputils-ping', 'kmod', 'procps', 'grub2-common', 'grub-pc-bin', 'linux-base', 'initramfs-tools'],
  ...['openvpn', 'openssl', 'charon-systemd', 'strongswan-swanctl', 'libstrongswan-standard-plugins'],
  ...['libcharon-extra-plugins', 'libcharon-extauth-plugins', 'freeradius'],
  ...['iptables', 'conntrack', 'fail2ban', 'wireguard-tools', 'strongswan-pki', 'pptp-linux'],
];

/**
 * A package source that needs no network: what a gateway installs at its first boot, and the kernels of both flavours.
 * Only the test about the first boot unpacks them.
 */
const ARCHIVE = `mkdir /archive; cd /archive
  flavour=$(dpkg --print-architecture)
  meta="linux-image-$flavour linux-image-cloud-$flavour"
  apt-get -q download pptpd ppp nftables unattended-upgrades $meta \
    $(apt-cache show --no-all-versions $meta | sed -n 's/^Depends: \\([^ ]*\\) .*/\\1/p')
  apt-ftparchive packages . >Packages`;

/**
 * A Debian 13 root folder, built once with mmdebstrap from the machine's own package sources and kept between runs. Tests
 * never write into it: every machine has a layer of its own on top.
 */
export function debianRoot(): string {
  if (process.getuid?.() !== 0) {
    throw new Error('the kernel tier needs root: network namespaces, packet filters and a root folder for Debian 13');
  }
  const sources = debian13Sources();
  return folder('pptp-constructs-debian13', sources, [PACKAGES, ARCHIVE], (building, file) => {
    mmdebstrap([
      ...['--variant=minbase', '--mode=root', '--skip=cleanup/apt', '--dpkgopt=force-unsafe-io', '--quiet'],
      ...[`--include=${PACKAGES.join(',')}`, 'trixie', building, file],
    ]);
    step('chroot', [building, 'sh', '-ec', ARCHIVE]);
  });
}

/** A Debian 13 root folder with firewalld, and what it and these tests need, and nothing else. */
export function firewalldRoot(): string {
  const packages = [
    ...['firewalld', 'dbus', 'python3', 'nftables', 'iptables', 'conntrack'],
    ...['iproute2', 'iputils-ping', 'kmod', 'procps'],
  ];
  return folder('pptp-constructs-firewalld', debian13Sources(), [packages], (building, file) => {
    mmdebstrap([
      ...['--variant=minbase', '--mode=root', '--skip=cleanup/apt', '--dpkgopt=force-unsafe-io', '--quiet'],
      ...[`--include=${packages.join(',')}`, 'trixie', building, file],
    ]);
  });
}

/** A folder with Debian 12's nft and iptables, which must take the same text: unpacked, with nothing set up. */
export function debian12Filters(): string {
  const sources = debian13Sources().replaceAll('trixie', 'bookworm');
  const packages = '--include=nftables,iptables,dash,coreutils';
  return folder('pptp-constructs-debian12', sources, [packages], (building, file) => {
    mmdebstrap(['--variant=extract', '--mode=root', '--quiet', packages, 'bookworm', building, file]);
    fs.mkdirSync(path.join(building, 'run'), { recursive: true });
  });
}

/** A folder with Debian 13's NetworkManager and its plugins, which must take the profiles: unpacked, with nothing set up. */
export function networkManager(): string {
  const plugins = ['pptp', 'l2tp', 'sstp', 'strongswan', 'openvpn'].map((plugin) => `network-manager-${plugin}`);
  const packages = `--include=${['network-manager', ...plugins, 'dash', 'coreutils'].join(',')}`;
  return folder('pptp-constructs-networkmanager', debian13Sources(), [packages], (building, file) => {
    mmdebstrap(['--variant=extract', '--mode=root', '--quiet', packages, 'trixie', building, file]);
  });
}

/** A folder that is built once from package sources (a file for the time of building), and again when its inputs change. */
function folder(
  name: string,
  sources: string,
  inputs: readonly unknown[],
  build: (building: string, sourcesFile: string) => void,
): string {
  const key = createHash('sha256')
    .update(JSON.stringify([sources, ...inputs]))
    .digest('hex')
    .slice(0, 12);
  const root = path.join(os.tmpdir(), `${name}-${key}`);
  if (!fs.existsSync(root)) {
    const building = `${root}.${process.pid}`;
    const file = `${building}.sources`;
    fs.writeFileSync(file, sources);
    try {
      build(building, file);
      if (!fs.existsSync(root)) {
        fs.renameSync(building, root); // unless another run was faster
      }
    } finally {
      fs.rmSync(file);
      fs.rmSync(building, { recursive: true, force: true });
    }
  }
  return root;
}

/** In a namespace of its own, so that what it mounts is gone with it, however it ends. */
function mmdebstrap(args: readonly string[]): void {
  step('unshare', ['--mount', 'mmdebstrap', ...args]);
}

function step(command: string, args: readonly string[]): void {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  if (done.status !== 0) {
    throw new Error(`no Debian 13 root folder: ${command} failed (is it installed?)\n${done.error ?? done.stderr}`);
  }
}

/** The machine's own package sources with the name of its release replaced. */
export function debian13Sources(): string {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(fs.readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'trixie';
  const file = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'].find((each) => fs.existsSync(each));
  if (file === undefined) {
    throw new Error('the kernel tier takes Debian 13 from the package sources of a Debian machine, and there are none');
  }
  return fs.readFileSync(file, 'utf8').replaceAll(release, 'trixie');
}
