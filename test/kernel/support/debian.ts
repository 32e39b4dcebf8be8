import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/**
 * What the root folder holds: the packages that the host installs, and those that judge what it does. Kernels come
 * later, in the test that is about them.
 */
const PACKAGES = [
  ...['pptpd', 'ppp', 'nftables', 'python3', 'cloud-init', 'systemd', 'unattended-upgrades'],
  ...['iproute2', 'iputils-ping', 'kmod', 'procps', 'grub2-common', 'grub-pc-bin', 'linux-base', 'initramfs-tools'],
];

/**
 * A Debian 13 root folder, built once with mmdebstrap from the machine's own package sources and kept between runs. Tests
 * never write into it: every machine has a layer of its own on top.
 */
export function debianRoot(): string {
  if (process.getuid?.() !== 0) {
    throw new Error('the kernel tier needs root: network namespaces, packet filters and a root folder for Debian 13');
  }
  const sources = debian13Sources();
  const key = createHash('sha256')
    .update(JSON.stringify([sources, PACKAGES, process.arch]))
    .digest('hex')
    .slice(0, 12);
  const root = path.join(os.tmpdir(), `pptp-constructs-debian13-${key}`);
  if (!fs.existsSync(root)) {
    const building = `${root}.${process.pid}`;
    const file = `${building}.sources`;
    fs.writeFileSync(file, sources);
    const built = spawnSync(
      'mmdebstrap',
      [
        ...['--variant=minbase', '--mode=root', '--skip=cleanup/apt', '--dpkgopt=force-unsafe-io', '--quiet'],
        ...[`--include=${PACKAGES.join(',')}`, 'trixie', building, file],
      ],
      { encoding: 'utf8' },
    );
    fs.rmSync(file);
    if (built.status !== 0) {
      fs.rmSync(building, { recursive: true, force: true });
      throw new Error(`no Debian 13 root folder: mmdebstrap failed (is it installed?): ${built.error ?? built.stderr}`);
    }
    fs.renameSync(building, root);
  }
  return root;
}

/** The machine's own package sources with the name of its release replaced. */
function debian13Sources(): string {
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(fs.readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'trixie';
  const file = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'].find((each) => fs.existsSync(each));
  if (file === undefined) {
    throw new Error('the kernel tier takes Debian 13 from the package sources of a Debian machine, and there are none');
  }
  return fs.readFileSync(file, 'utf8').replaceAll(release, 'trixie');
}
