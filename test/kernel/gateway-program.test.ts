import { PptpPool, pptpService, renderImageScript, renderPolicy } from '../../lib/host';
import { HOST_COMMANDS, pptpHost } from './support/hosts';
import { Machine, type Outcome } from './support/machine';

const ME = 'i-0123456789abcdef0';

/**
 * systemd, which a folder without a kernel has not: it notes what it is told, loads the packet filter as nftables.service
 * does, and starts pptpd with the rendered command and under the rendered condition.
 */
const SYSTEMCTL = `echo "$@" >>/cloud/systemctl
unit=/etc/systemd/system/pptpd.service.d/gateway.conf
case "$*" in
'enable --now nftables.service') nft -f /etc/nftables.conf ;;
'start pptpd.service')
  [ -e "$(sed -n 's/^ConditionPathExists=//p' $unit)" ] && [ ! -e /cloud/no-pptpd ] || exit 0
  $(sed -n 's/^ExecStart=//p' $unit | tail -n 1) </dev/null >/dev/null 2>&1 & ;;
esac`;

const STUBS = {
  systemctl: SYSTEMCTL,
  sleep: ':',
  uname: 'cat /cloud/kernel',
};

/** Puts what the cloud answers on the machine: one user, one client range. */
function fillCloud(machine: Machine): void {
  machine.write('/cloud/users.json', '{"users": [{"name": "alice", "password": "correct horse"}]}');
  machine.write('/cloud/policy', renderPolicy({ clients: ['203.0.113.0/24'], destinations: [] }));
  machine.sh('rm -f /cloud/signals /cloud/systemctl; : >/cloud/signals; : >/cloud/systemctl');
}

/** The machine starts again: what runs ends, what lies in /run is gone. */
function reboot(machine: Machine): void {
  machine.run(['sh', '-c', 'pkill pptpd; nft flush ruleset; rm -rf /run/vpn-gateway']);
}

const gateway = (machine: Machine): Outcome => machine.run(['vpn-gateway'], { timeout: 300_000 });
const signals = (machine: Machine) => machine.read('/cloud/signals');
const listens = (machine: Machine) => machine.sh('ss -Hltn sport = :1723') !== '';

describe('a machine whose kernel has PPP', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await Machine.start({
      ...STUBS,
      modprobe: '[ ! -e /cloud/no-ppp ]',
      'apt-get': 'echo "$@" >>/cloud/apt',
    });
    machine.write('/cloud/kernel', '6.12.117+deb13-amd64\n');
  }, 300_000);

  afterAll(() => machine?.stop());

  /** A machine at its first boot. */
  beforeEach(() => {
    reboot(machine);
    machine.sh('rm -rf /var/lib/vpn-gateway /etc/ppp/chap-secrets /cloud/no-ppp /cloud/no-pptpd /cloud/apt');
    machine.install(pptpHost());
    fillCloud(machine);
  });

  test('is ready without a reboot, and says so to the cloud once in its life', () => {
    expect(gateway(machine)).toEqual({
      status: 0,
      text: 'policy: client 203.0.113.0/24\npptp: 1 users\nready: pptpd.service answers; packet filter, users and policy are in place\n',
    });
    expect(signals(machine)).toBe(`ready ${ME}\n`);
    expect(listens(machine)).toBe(true);
    expect(machine.must('nft', 'list', 'set', 'inet', 'vpn_gateway', 'clients')).toContain('203.0.113.0/24');
    expect(machine.read('/cloud/apt')).toBe(
      '-qy --no-install-recommends update\n-qy --no-install-recommends install pptpd ppp nftables unattended-upgrades\n',
    );
    for (let boots = 0; boots < 2; boots += 1) {
      expect(gateway(machine)).toEqual({ status: 0, text: '' });
      reboot(machine);
      expect(gateway(machine).status).toBe(0);
      expect(listens(machine)).toBe(true);
    }
    expect(signals(machine)).toBe(`ready ${ME}\n`);
    expect(machine.read('/cloud/systemctl')).not.toContain('reboot');
    expect(machine.read('/cloud/apt').split('\n')).toHaveLength(3);
  });

  test('signals for itself when it was made from an image of another gateway', () => {
    gateway(machine);
    reboot(machine);
    machine.write('/var/lib/cloud/data/instance-id', 'i-0fedcba9876543210\n');
    gateway(machine);
    expect(signals(machine)).toBe(`ready ${ME}\nready i-0fedcba9876543210\n`);
  });

  test('installs nothing that its image was prepared with, and everything where something is missing', () => {
    const prepared = ['pptpd', 'ppp', 'awscli', 'nftables', 'unattended-upgrades'];
    const boot = (packages: readonly string[]) => {
      reboot(machine);
      machine.sh('rm -rf /var/lib/vpn-gateway /cloud/apt; mkdir /var/lib/vpn-gateway');
      machine.write('/var/lib/vpn-gateway/image', packages.map((name) => `${name}\n`).join(''));
      expect(gateway(machine).status).toBe(0);
      expect(listens(machine)).toBe(true);
    };
    boot(prepared);
    expect(machine.sh('ls /cloud')).not.toContain('apt');
    boot(prepared.filter((name) => name !== 'ppp'));
    expect(machine.read('/cloud/apt')).toContain('install pptpd ppp nftables unattended-upgrades\n');
  });

  test('is ready without any user, and says so', () => {
    machine.write('/cloud/users.json', '{"users": []}');
    expect(gateway(machine).text).toContain('no users yet: nobody can log in\n');
    expect(signals(machine)).toBe(`ready ${ME}\n`);
  });

  test('fails where a module of PPP is missing although this is the full flavour: no reboot, no service', () => {
    machine.write('/cloud/no-ppp', '');
    expect(gateway(machine)).toEqual({
      status: 1,
      text: 'this gateway does not serve: failed at loading ppp_generic ppp_async ppp_mppe into kernel 6.12.117+deb13-amd64\n',
    });
    expect(signals(machine)).toBe(`failure ${ME}\n`);
    expect(listens(machine)).toBe(false);
    expect(machine.read('/cloud/systemctl')).toBe('');
  });

  test('fails where a reboot did not bring another kernel, and does not try again and again', () => {
    machine.write('/cloud/kernel', '6.12.117+deb13-cloud-amd64\n');
    machine.write('/cloud/no-ppp', '');
    machine.write('/var/lib/vpn-gateway/rebooted', '');
    expect(gateway(machine).status).toBe(1);
    expect(signals(machine)).toBe(`failure ${ME}\n`);
    expect(machine.read('/cloud/systemctl')).toBe('');
    machine.write('/cloud/kernel', '6.12.117+deb13-amd64\n');
  });

  test('fails where neither users nor policy can be had', () => {
    machine.sh('rm /cloud/users.json');
    const { status, text } = gateway(machine);
    expect(status).toBe(1);
    expect(text).toContain('users: the last good ones stay\n');
    expect(text).toMatch(/this gateway does not serve: failed at reading users and policy\n$/);
    expect(signals(machine)).toBe(`failure ${ME}\n`);
    expect(listens(machine)).toBe(false);
  });

  test('fails where pptpd does not answer', () => {
    machine.write('/cloud/no-pptpd', '');
    expect(gateway(machine).text).toMatch(/this gateway does not serve: failed at starting pptpd\.service\n$/);
    expect(signals(machine)).toBe(`failure ${ME}\n`);
  });

  test('fails where the packet filter does not load', () => {
    machine.write('/etc/nftables.conf', 'no rules\n');
    expect(gateway(machine).text).toMatch(/\nthis gateway does not serve: failed at loading the packet filter\n$/);
    expect(signals(machine)).toBe(`failure ${ME}\n`);
    expect(listens(machine)).toBe(false);
  });

  test('never signals success after a failure, not even when it recovers', () => {
    machine.write('/cloud/no-ppp', '');
    gateway(machine);
    gateway(machine);
    machine.sh('rm /cloud/no-ppp');
    expect(gateway(machine).text).toContain('ready: ');
    gateway(machine);
    expect(signals(machine)).toBe(`failure ${ME}\n`);
  });

  test('that cannot reach the cloud serves, and signals as soon as it can', () => {
    const flaky = {
      ...HOST_COMMANDS,
      signalReady: ['sh', '-c', '[ -e /cloud/reachable ] && echo ready >>/cloud/signals'],
    };
    machine.install(pptpHost({ commands: flaky }));
    expect(gateway(machine).status).toBe(1);
    expect([listens(machine), signals(machine)]).toEqual([true, '']);
    machine.write('/cloud/reachable', '');
    expect(gateway(machine).status).toBe(0);
    expect(gateway(machine).status).toBe(0);
    expect(signals(machine)).toBe('ready\n');
  });

  test('runs the commands of log shipping once, after the packages and before it is ready', () => {
    const shipLogs = {
      files: [{ path: '/etc/ship.conf', content: 'a\n' }],
      commands: [['sh', '-c', 'echo "$1" $(cat /etc/ship.conf) >>/cloud/ship', 'sh', "it's"]],
    };
    machine.install(pptpHost({ shipLogs }));
    gateway(machine);
    reboot(machine);
    gateway(machine);
    expect(machine.read('/cloud/ship')).toBe("it's a\n");
  });

  describe('and that is ready', () => {
    beforeEach(() => {
      gateway(machine);
    });

    test('takes changed users and a changed policy', () => {
      machine.write(
        '/cloud/users.json',
        '{"users": [{"name": "alice", "password": "new"}, {"name": "bob", "password": "b"}]}',
      );
      machine.write('/cloud/policy', renderPolicy({ clients: ['198.51.100.0/24'], destinations: [] }));
      expect(gateway(machine)).toEqual({ status: 0, text: 'policy: client 198.51.100.0/24\npptp: 2 users\n' });
      expect(machine.read('/etc/ppp/chap-secrets')).toContain('"bob" pptpd "b" 10.99.0.0/24\n');
      expect(machine.must('nft', 'list', 'set', 'inet', 'vpn_gateway', 'clients')).toContain('198.51.100.0/24');
    });

    test('keeps the last good users when the secret is malformed or cannot be read, and takes the policy all the same', () => {
      const good = machine.read('/etc/ppp/chap-secrets');
      machine.write('/cloud/users.json', '{"users": [{"name": "alice", "password": "hush\\n"}]}');
      machine.write('/cloud/policy', renderPolicy({ clients: ['198.51.100.0/24'], destinations: [] }));
      const refused = gateway(machine);
      expect(refused).toEqual({
        status: 1,
        text:
          'policy: client 198.51.100.0/24\n' +
          'users refused: user 1: password not 1 to 255 printable ASCII characters\nusers: the last good ones stay\n',
      });
      machine.sh('rm /cloud/users.json');
      expect(gateway(machine)).toMatchObject({
        status: 1,
        text: expect.stringContaining('users: the last good ones stay\n'),
      });
      expect(machine.read('/etc/ppp/chap-secrets')).toBe(good);
    });

    test('serves after a reboot with the last good users and policy while the cloud does not answer', () => {
      machine.sh('rm /cloud/users.json /cloud/policy');
      reboot(machine);
      expect(gateway(machine).text).toMatch(/ready: .+\n$/);
      expect(listens(machine)).toBe(true);
      expect(machine.must('nft', 'list', 'set', 'inet', 'vpn_gateway', 'clients')).toContain('203.0.113.0/24');
    });
  });
});

/** The kernels that dpkg has. */
const installedOn = (machine: Machine) =>
  machine.sh("dpkg-query -W 'linux-image*' | awk 'NF > 1 { print $1 }'").trim().split('\n');

/** The kernel that GRUB boots: of its first entry. */
const bootsOn = (machine: Machine) =>
  /^\s*linux\s+\/boot\/vmlinuz-(\S+)/m.exec(machine.read('/boot/grub/grub.cfg'))?.[1];

/** A machine made from Debian's cloud image, with the two flavours of its kernel to be had. */
async function cloudMachine(): Promise<{ machine: Machine; cloud: string; full: string }> {
  const machine = await Machine.start({
    ...STUBS,
    // Debian's own modprobe and the packages' own lists of modules; nothing is loaded.
    modprobe: 'exec /usr/sbin/modprobe -n -S "$(cat /cloud/kernel)" "$@"',
    'update-initramfs': '[ "$1" != -c ] || : >"/boot/initrd.img-$3"',
  });
  machine.write(
    '/etc/dpkg/dpkg.cfg.d/lean',
    'path-exclude=/usr/lib/modules/*/kernel/*\npath-include=/usr/lib/modules/*/kernel/drivers/net/ppp/*\npath-include=/usr/lib/modules/*/kernel/lib/*\n',
  );
  machine.sh(`rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*
    echo 'deb [trusted=yes] file:/archive ./' >/etc/apt/sources.list
    DEBIAN_FRONTEND=noninteractive apt-get -qy purge pptpd ppp nftables unattended-upgrades
    rm -rf /etc/ppp /etc/nftables.conf; mkdir -p /run/systemd/system /boot/grub`);
  // What GRUB would ask a disk.
  machine.write(
    '/usr/sbin/grub-probe',
    `#!/bin/sh
case "$*" in
*--target=device*) echo /dev/vda1 ;;
*--target=fs_uuid*) echo 11111111-2222-3333-4444-555555555555 ;;
*--target=fs*) echo ext2 ;;
*--target=partmap*) echo gpt ;;
*--target=abstraction*) ;;
*--target=compatibility_hint*) echo hd0,gpt1 ;;
*--target=drive*) echo '(hd0,gpt1)' ;;
esac
`,
    0o755,
  );
  machine.write('/etc/default/grub', 'GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX="console=tty0"\n');
  machine.sh('apt-get -q update');
  const flavour = machine.sh('dpkg --print-architecture').trim();
  machine.sh(`DEBIAN_FRONTEND=noninteractive apt-get -qy install linux-image-cloud-${flavour}`);
  const [named = ''] = installedOn(machine).filter((name) => /\d/.test(name));
  const cloud = named.replace('linux-image-', '');
  machine.write('/cloud/kernel', `${cloud}\n`);
  return { machine, cloud, full: cloud.replace('-cloud-', '-') };
}

describe("a machine made from Debian's cloud image", () => {
  let machine: Machine;
  let full: string;
  let cloud: string;

  const installed = () => installedOn(machine);
  const boots = () => bootsOn(machine);

  beforeAll(async () => {
    ({ machine, cloud, full } = await cloudMachine());
    machine.install(pptpHost());
    fillCloud(machine);
  }, 300_000);

  afterAll(() => machine?.stop());

  test('boots the cloud flavour, which has no PPP', () => {
    expect(cloud).toContain('-cloud-');
    expect(machine.run(['modprobe', '-a', 'ppp_generic', 'ppp_async', 'ppp_mppe']).status).toBe(1);
  });

  test('would boot it again with both flavours installed: by version it comes first', () => {
    machine.sh(
      `DEBIAN_FRONTEND=noninteractive apt-get -qy install linux-image-${cloud.split('-').at(-1)}; update-grub`,
    );
    const flavour = cloud.split('-').at(-1);
    expect(installed().sort()).toEqual(
      [`linux-image-${cloud}`, `linux-image-${full}`, `linux-image-${flavour}`, `linux-image-cloud-${flavour}`].sort(),
    );
    expect(boots()).toBe(cloud);
    machine.sh(
      `DEBIAN_FRONTEND=noninteractive apt-get -qy purge linux-image-${full} linux-image-${cloud.split('-').at(-1)}; update-grub`,
    );
  });

  test('installs the full flavour, makes GRUB boot that, and reboots once without a signal', () => {
    const { status, text } = gateway(machine);
    expect(status).toBe(0);
    expect(text).toContain(`kernel ${cloud} lacks modules: rebooting into ${full}\n`);
    expect(boots()).toBe(full);
    expect(machine.read('/cloud/systemctl')).toBe('reboot\n');
    expect(signals(machine)).toBe('');
    expect(listens(machine)).toBe(false);
    // The packages brought files of the same names, and left those of the host alone.
    for (const { path, content } of pptpHost().files) {
      expect([path, machine.read(path)]).toEqual([path, content]);
    }
  });

  test('then purges image and metapackage of the cloud flavour, and is ready', () => {
    reboot(machine);
    machine.write('/cloud/kernel', `${full}\n`);
    const { status, text } = gateway(machine);
    expect(status).toBe(0);
    expect(text).toContain('ready: ');
    expect(installed().filter((name) => name.includes('-cloud-'))).toEqual([]);
    expect(installed()).toHaveLength(2);
    expect(machine.exists('/etc/default/grub.d/99-vpn-gateway.cfg')).toBe(false);
    expect(boots()).toBe(full);
    expect(machine.exists(`/boot/vmlinuz-${cloud}`)).toBe(false);
    expect(signals(machine)).toBe(`ready ${ME}\n`);
    expect(listens(machine)).toBe(true);
  });

  test('with ppp_mppe hidden records failure and never success', () => {
    reboot(machine);
    fillCloud(machine);
    machine.sh(
      `rm /var/lib/vpn-gateway/told; find /usr/lib/modules/${full} -name 'ppp_mppe.ko*' -delete; depmod ${full}`,
    );
    expect(machine.run(['modprobe', '-a', 'ppp_generic', 'ppp_async']).status).toBe(0);
    for (let tries = 0; tries < 3; tries += 1) {
      const { status, text } = gateway(machine);
      expect(status).toBe(1);
      expect(text).toContain('ppp_mppe not found');
      expect(text).toContain(
        `this gateway does not serve: failed at loading ppp_generic ppp_async ppp_mppe into kernel ${full}\n`,
      );
    }
    expect(signals(machine)).toBe(`failure ${ME}\n`);
    expect(listens(machine)).toBe(false);
    expect(machine.read('/cloud/systemctl')).toBe('');
  });
});

describe("an image that is prepared from Debian's cloud image", () => {
  test('makes a gateway that installs nothing and does not reboot', async () => {
    const { machine, cloud, full } = await cloudMachine();
    try {
      const architecture = cloud.endsWith('arm64') ? 'arm64' : 'x86_64';
      const services = [pptpService({ pool: PptpPool.from('10.99.0.0/24') })];
      machine.write('/root/image', renderImageScript({ architecture, services }));
      machine.must('sh', '/root/image', 'install');
      expect(bootsOn(machine)).toBe(full);
      expect(machine.read('/cloud/systemctl')).toBe('disable --now pptpd.service\n');
      machine.write('/cloud/kernel', `${full}\n`);
      machine.must('sh', '/root/image', 'finish');
      expect(installedOn(machine).filter((name) => name.includes('-cloud-'))).toEqual([]);
      expect(bootsOn(machine)).toBe(full);

      // Whatever the gateway wanted to install now would not be there.
      machine.sh('mv /archive /gone');
      machine.install(pptpHost());
      fillCloud(machine);
      expect(gateway(machine)).toMatchObject({ status: 0, text: expect.stringMatching(/ready: .+\n$/) });
      expect(signals(machine)).toBe(`ready ${ME}\n`);
      expect(listens(machine)).toBe(true);
      expect(machine.read('/cloud/systemctl')).not.toContain('reboot');
    } finally {
      machine.stop();
    }
  }, 300_000);
});
