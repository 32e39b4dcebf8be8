import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { debian13Sources } from '../../kernel/support/debian';
import { ADDRESS } from './addresses';
import { Vm } from './vm';

/** What Debian's own cloud images hold, as far as a gateway can notice; and the agent that tests speak with. */
const CLOUD_IMAGE = [
  ...['apparmor', 'apt-utils', 'ca-certificates', 'cloud-guest-utils', 'cloud-init', 'curl', 'dbus', 'e2fsprogs'],
  ...['fdisk', 'grub-pc-bin', 'grub2-common', 'initramfs-tools', 'iproute2', 'iputils-ping', 'kmod', 'less'],
  ...['libpam-systemd', 'logrotate', 'netplan.io', 'openssh-server', 'polkitd', 'procps', 'python3', 'sudo', 'systemd'],
  ...[
    'systemd-resolved',
    'systemd-sysv',
    'systemd-timesyncd',
    'udev',
    'unattended-upgrades',
    'zstd',
    'qemu-guest-agent',
  ],
];

/** What the machine in front of the gateway needs: every client, the routers, and what watches. */
const LAB_IMAGE = [
  ...['grub-pc-bin', 'grub2-common', 'initramfs-tools', 'kmod', 'systemd', 'systemd-sysv', 'udev', 'dbus', 'procps'],
  ...['iproute2', 'iputils-ping', 'python3', 'qemu-guest-agent', 'zstd', 'e2fsprogs', 'openssl', 'curl', 'psmisc'],
  ...['pptp-linux', 'ppp', 'wireguard-tools', 'openvpn', 'charon-systemd', 'strongswan-swanctl', 'strongswan-pki'],
  ...['libcharon-extauth-plugins', 'libcharon-extra-plugins', 'libstrongswan-standard-plugins'],
  ...['libstrongswan-extra-plugins', 'nftables', 'iptables', 'conntrack', 'tcpdump', 'nmap', 'freeradius'],
];

/** What gateways install at their first boot, besides the kernel; the archive holds these and what they depend on. */
const ARCHIVE = [
  ...['pptpd', 'ppp', 'nftables', 'iptables', 'unattended-upgrades', 'wireguard-tools', 'openvpn', 'openssl', 'curl'],
  ...['charon-systemd', 'strongswan-swanctl', 'strongswan-pki', 'libcharon-extauth-plugins', 'libcharon-extra-plugins'],
  ...['libstrongswan-standard-plugins', 'libstrongswan-extra-plugins', 'conntrack', 'gpg', 'gpgv', 'jq', 'kmod'],
];

/** Most of a kernel's size: drivers of devices that no machine here has. Also kept out of kernels installed later. */
const UNUSED = [
  ...['gpu', 'media', 'iio', 'infiniband', 'net/wireless', 'net/ethernet', 'scsi', 'usb', 'hwmon', 'staging', 'hid'],
  ...['md', 'isdn', 'platform', 'input', 'mtd', 'nvme', 'power', 'comedi', 'bluetooth', 'accel', 'thunderbolt'],
].map((folder) => `/lib/modules/*/kernel/drivers/${folder}/*`);

const EXCLUDED = [
  ...UNUSED,
  ...UNUSED.map((each) => `/usr${each}`),
  ...['/usr/lib/modules/*/kernel/sound/*', '/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*'],
];

/** Debian's first partition begins here. What lies before is GRUB's. */
const FIRST_SECTOR = 2048;

/** Debian 13 and Debian 12. */
type Suite = 'trixie' | 'bookworm';

/** What the machines are made from. */
export interface Images {
  /** The folder of all of them. */
  readonly folder: string;
  /** A cloud image that boots the full flavour of Debian's kernel. */
  readonly full: string;
  /** The same with the cloud flavour and no other. */
  readonly cloud: string;
  /** The machine with the clients. */
  readonly lab: string;
  /** The packages that gateways install, on a disk. */
  readonly archive: string;
  /** What QEMU runs machines with. */
  readonly accelerator: 'tcg' | 'kvm';
}

/**
 * The images, built from the machine's own package sources and kept in the temporary folder for as long as what they
 * are made from stays the same.
 */
export async function images(temporary = os.tmpdir()): Promise<Images> {
  const sources = debian13Sources();
  const texts = ['images.ts', 'addresses.ts', 'aws'].map((file) => fs.readFileSync(path.join(__dirname, file), 'utf8'));
  const folder = await kept(temporary, [sources, ...texts], async (building) => {
    const file = path.join(building, 'debian.sources');
    fs.writeFileSync(file, sources);
    await Promise.all([
      buildCloud(building, file, 'trixie'),
      build(building, 'full', [...CLOUD_IMAGE, 'linux-image-amd64'], file, 'trixie'),
      build(building, 'lab', [...LAB_IMAGE, 'linux-image-amd64'], file, 'trixie'),
    ]);
    fs.writeFileSync(path.join(building, 'accelerator'), probe(path.join(building, 'vmlinuz')));
    await Promise.all([bake(building, 'cloud'), bake(building, 'full')]);
  });
  removeOldOnes(temporary, folder);
  const at = (name: string) => path.join(folder, name);
  return {
    folder,
    full: at('full.raw'),
    cloud: at('cloud.raw'),
    lab: at('lab.raw'),
    archive: at('archive.raw'),
    accelerator: acceleratorOf(folder),
  };
}

/** A folder in the temporary one that is made once, and again when its inputs change. */
export async function kept(
  temporary: string,
  inputs: readonly string[],
  make: (building: string) => Promise<void>,
): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
  const folder = path.join(temporary, `pptp-constructs-vm-${key}`);
  if (!fs.existsSync(folder)) {
    const building = `${folder}.${process.pid}`;
    fs.mkdirSync(building, { recursive: true });
    try {
      await make(building);
      fs.renameSync(building, folder);
    } finally {
      fs.rmSync(building, { recursive: true, force: true });
    }
  }
  fs.utimesSync(folder, new Date(), new Date());
  return folder;
}

/** The image with the cloud flavour of a release's kernel, and the archive of that release. */
export function buildCloud(folder: string, sources: string, suite: Suite): Promise<void> {
  return build(folder, 'cloud', [...CLOUD_IMAGE, 'linux-image-cloud-amd64'], sources, suite);
}

function acceleratorOf(folder: string): Images['accelerator'] {
  return fs.readFileSync(path.join(folder, 'accelerator'), 'utf8') === 'kvm' ? 'kvm' : 'tcg';
}

/**
 * KVM only where a kernel boots with it: up to the panic for want of a root file system, which ends QEMU. A device node
 * that opens proves nothing.
 */
function probe(kernel: string): Images['accelerator'] {
  const { status } = spawnSync(
    'qemu-system-x86_64',
    [
      ...['-accel', 'kvm', '-cpu', 'host', '-m', '512', '-nodefaults', '-display', 'none', '-no-reboot'],
      ...['-kernel', kernel, '-append', 'panic=-1 reboot=t'],
    ],
    { stdio: 'ignore', timeout: 10_000, killSignal: 'SIGKILL' },
  );
  return status === 0 ? 'kvm' : 'tcg';
}

/**
 * Boots an image once without cloud-init and forgets who it was: the first boot of a cloud's image does not compile
 * every AppArmor profile either, and emulated that takes half a minute.
 */
export async function bake(folder: string, name: 'full' | 'cloud'): Promise<void> {
  const disk = path.join(folder, `${name}.raw`);
  const at = path.join(folder, `${name}.vm`);
  const vm = await Vm.start({
    name,
    folder: at,
    image: disk,
    memoryMiB: 1024,
    mac: '52:54:00:00:00:01',
    link: { local: path.join(folder, `${name}.net`), remote: path.join(folder, `${name}.none`) },
    accelerator: acceleratorOf(folder),
  });
  try {
    await vm.booted();
    await vm.sh(
      `systemctl is-system-running --wait || true
      rm -f /etc/cloud/cloud-init.disabled /etc/ssh/ssh_host_* /var/lib/systemd/random-seed
      journalctl --rotate; rm -rf /var/log/journal/* /var/lib/dbus/machine-id
      echo uninitialized >/etc/machine-id; fstrim /`,
      { seconds: 240 },
    );
    await vm.shutDown();
    await run('qemu-img', ['commit', '-q', vm.file('disk.qcow2')]);
  } finally {
    await vm.stop();
    fs.rmSync(at, { recursive: true });
  }
}

/** Images of other inputs go once nobody used them for a day: another work tree may need them. */
function removeOldOnes(temporary: string, current: string): void {
  for (const name of fs.readdirSync(temporary)) {
    const folder = path.join(temporary, name);
    if (/^pptp-constructs-vm-[0-9a-f]{12}/.test(name) && folder !== current) {
      if (Date.now() - fs.statSync(folder).mtimeMs > 86_400_000) {
        fs.rmSync(folder, { recursive: true, force: true });
      }
    }
  }
}

async function build(
  folder: string,
  name: 'full' | 'cloud' | 'lab',
  packages: string[],
  sources: string,
  suite: Suite,
): Promise<void> {
  const root = path.join(folder, `${name}.root`);
  const archive = path.join(folder, 'archive');
  if (name === 'cloud') {
    fs.mkdirSync(archive);
  }
  // In a namespace of its own, so that what it mounts is gone with it, however it ends.
  await run('unshare', [
    ...[
      '--mount',
      'mmdebstrap',
      '--variant=apt',
      '--mode=root',
      '--quiet',
      '--dpkgopt=force-unsafe-io',
      `--include=${packages.join(',')}`,
    ],
    ...EXCLUDED.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    '--aptopt=APT::Install-Recommends "false"',
    `--essential-hook=${INITRAMFS}`,
    ...(name === 'cloud' ? [`--customize-hook=${fetchArchive(archive)}`] : []),
    ...[suite, root, sources],
  ]);
  await (name === 'lab' ? configureLab(root) : configureCloudImage(root));
  if (name === 'cloud') {
    await makeArchive(root, archive);
    fs.rmSync(archive, { recursive: true });
  }
  if (name === 'full') {
    fs.copyFileSync(path.join(root, 'boot', kernelOf(root)), path.join(folder, 'vmlinuz'));
  }
  await makeDisk(root, path.join(folder, `${name}.raw`));
  fs.rmSync(root, { recursive: true });
}

/** A small initial RAM disk: a machine that is emulated makes it anew when it installs a kernel. */
const INITRAMFS = `mkdir -p "$1/etc/initramfs-tools/conf.d"
printf 'MODULES=list\\nCOMPRESS=zstd\\nRESUME=none\\n' >"$1/etc/initramfs-tools/conf.d/lab"
printf '%s\\n' virtio_pci virtio_blk virtio_net virtio_console virtio_rng ext4 >"$1/etc/initramfs-tools/modules"`;

/** Debian 12's systemd-resolved names itself as the resolver when it is installed. */
const fetchArchive = (to: string) => `cp --remove-destination /etc/resolv.conf "$1/etc/resolv.conf"
chroot "$1" apt-get clean
chroot "$1" apt-get install -yq --download-only --no-install-recommends linux-image-amd64 ${ARCHIVE.join(' ')}
chroot "$1" sh -c 'cd /var/cache/apt/archives; apt-get -q download ${ARCHIVE.join(' ')}'
mv "$1"/var/cache/apt/archives/*.deb '${to}'`;

/** apt's index of the archive, and a package that stands in for AWS's command line. */
async function makeArchive(root: string, archive: string): Promise<void> {
  const stub = path.join(root, 'awscli');
  fs.mkdirSync(path.join(stub, 'DEBIAN'), { recursive: true });
  fs.mkdirSync(path.join(stub, 'usr/bin'), { recursive: true });
  fs.writeFileSync(
    path.join(stub, 'DEBIAN/control'),
    'Package: awscli\nVersion: 2.0-laboratory\nArchitecture: all\nMaintainer: test <test@example.com>\n' +
      'Depends: python3\nDescription: stands in for the command line of AWS\n',
  );
  fs.copyFileSync(path.join(__dirname, 'aws'), path.join(stub, 'usr/bin/aws'));
  fs.chmodSync(path.join(stub, 'usr/bin/aws'), 0o755);
  await run('chroot', [root, 'dpkg-deb', '--root-owner-group', '--build', '/awscli', '/awscli.deb']);
  fs.renameSync(path.join(root, 'awscli.deb'), path.join(archive, 'awscli_2.0_all.deb'));
  fs.rmSync(stub, { recursive: true });
  const inside = path.join(root, 'archive');
  fs.renameSync(archive, inside);
  await run('chroot', [
    root,
    'sh',
    '-c',
    'cd /archive && apt-ftparchive packages . >Packages && apt-ftparchive release . >/Release && mv /Release .',
  ]);
  fs.renameSync(inside, archive);
  const size = Number(execFileSync('du', ['-sm', archive], { encoding: 'utf8' }).split('\t')[0]) + 32;
  await run('mke2fs', [
    ...['-q', '-t', 'ext4', '-O', '^has_journal', '-m', '0', '-L', 'archive', '-d', archive],
    ...[path.join(path.dirname(archive), 'archive.raw'), `${size}M`],
  ]);
}

/** The image as a cloud would boot it, but for where it takes its packages from. */
async function configureCloudImage(root: string): Promise<void> {
  const write = (file: string, text: string) => writeInto(root, file, text);
  fs.rmSync(path.join(root, 'etc/apt/sources.list'), { force: true });
  fs.rmSync(path.join(root, 'etc/apt/sources.list.d'), { recursive: true });
  write(
    '/etc/apt/sources.list.d/debian.sources',
    `Types: deb\nURIs: http://${ADDRESS.archive}/\nSuites: ./\nTrusted: yes\n`,
  );
  write(
    '/etc/cloud/cloud.cfg.d/90-lab.cfg',
    'datasource_list: [NoCloud]\napt: {preserve_sources_list: true}\nssh_genkeytypes: [ed25519]\n',
  );
  // The disk is thrown away.
  write('/etc/dpkg/dpkg.cfg.d/lab', 'force-unsafe-io\n');
  write('/etc/cloud/cloud-init.disabled', '');
  fs.rmSync(path.join(root, 'etc/resolv.conf'), { force: true });
  fs.symlinkSync('../run/systemd/resolve/stub-resolv.conf', path.join(root, 'etc/resolv.conf'));
}

async function configureLab(root: string): Promise<void> {
  const write = (file: string, text: string) => writeInto(root, file, text);
  fs.rmSync(path.join(root, 'etc/resolv.conf'), { force: true });
  write('/etc/resolv.conf', '# nobody to ask\n');
  write('/etc/hosts', '127.0.0.1 localhost lab\n');
  write('/etc/hostname', 'lab\n');
  for (const unit of [
    'strongswan',
    'openvpn',
    'nftables',
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'freeradius',
  ]) {
    await run('chroot', [root, 'systemctl', 'mask', unit]);
  }
}

function writeInto(root: string, file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), text);
}

function kernelOf(root: string): string {
  const [kernel] = fs.readdirSync(path.join(root, 'boot')).filter((name) => name.startsWith('vmlinuz-'));
  if (kernel === undefined) {
    throw new Error(`no kernel in ${root}/boot`);
  }
  return kernel;
}

/**
 * A disk with a partition table, GRUB for a PC's BIOS and one file system, without mounting anything: GRUB's two parts
 * find each other by their defaults, and GRUB's own configuration is one entry until the machine makes it anew.
 */
async function makeDisk(root: string, disk: string): Promise<void> {
  const kernel = kernelOf(root);
  const version = kernel.replace('vmlinuz-', '');
  writeInto(root, '/etc/fstab', 'LABEL=root / ext4 defaults,noatime 0 1\n');
  writeInto(root, '/etc/machine-id', 'uninitialized\n');
  const options = 'console=ttyS0 net.ifnames=0 mitigations=off no_timer_check panic=-1 quiet';
  writeInto(
    root,
    '/etc/default/grub.d/10-lab.cfg',
    `GRUB_TIMEOUT=0\nGRUB_DISABLE_OS_PROBER=true\nGRUB_CMDLINE_LINUX="${options}"\nGRUB_DISABLE_LINUX_UUID=true\n`,
  );
  writeInto(
    root,
    '/boot/grub/grub.cfg',
    `linux /boot/${kernel} root=LABEL=root ro ${options}\ninitrd /boot/initrd.img-${version}\nboot\n`,
  );
  fs.cpSync(path.join(root, 'usr/lib/grub/i386-pc'), path.join(root, 'boot/grub/i386-pc'), { recursive: true });
  await run('chroot', [
    ...[root, 'grub-mkimage', '-O', 'i386-pc', '-o', '/core.img', '-p', '(hd0,msdos1)/boot/grub'],
    ...['biosdisk', 'part_msdos', 'ext2', 'normal', 'linux', 'minicmd', 'configfile', 'search', 'gzio'],
  ]);
  const boot = fs.readFileSync(path.join(root, 'usr/lib/grub/i386-pc/boot.img')).subarray(0, 440);
  const core = fs.readFileSync(path.join(root, 'core.img'));
  fs.rmSync(path.join(root, 'core.img'));

  const size = 6 * 2 ** 30;
  const file = fs.openSync(disk, 'w');
  fs.ftruncateSync(file, size);
  fs.writeSync(file, boot, 0, boot.length, 0);
  const entry = Buffer.from([0x80, 0xfe, 0xff, 0xff, 0x83, 0xfe, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
  entry.writeUInt32LE(FIRST_SECTOR, 8);
  entry.writeUInt32LE(size / 512 - FIRST_SECTOR, 12);
  fs.writeSync(file, entry, 0, entry.length, 446);
  fs.writeSync(file, Buffer.from([0x55, 0xaa]), 0, 2, 510);
  fs.writeSync(file, core, 0, core.length, 512);
  fs.closeSync(file);
  await run('mke2fs', [
    ...[
      '-q',
      '-F',
      '-t',
      'ext4',
      '-m',
      '0',
      '-L',
      'root',
      '-E',
      `offset=${FIRST_SECTOR * 512},lazy_itable_init=1,nodiscard`,
    ],
    ...['-d', root, disk, `${size / 1024 - FIRST_SECTOR / 2}K`],
  ]);
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        text += data;
      });
    }
    child.on('error', (error) => reject(new Error(`${command} cannot run (is it installed?): ${error.message}`)));
    child.on('exit', (status) =>
      status === 0 ? resolve() : reject(new Error(`${command} failed with ${status}\n${text.slice(-4000)}`)),
    );
  });
}
