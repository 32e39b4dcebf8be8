import { toCloudConfig } from '../../lib/host';
import { pptpHost } from './support/hosts';
import { Machine } from './support/machine';

/** A host with every option. */
const HOST = pptpHost({
  apt: { mirror: 'http://mirror.example.com/debian', proxy: 'http://proxy.example.com:3128' },
  shipLogs: {
    files: [
      {
        path: '/etc/ship/awkward',
        mode: '0600',
        content: '  begins with spaces\n\n\t\'tabs\' "quotes" \\ # : - | %s\n  \n' + 'ends: here\n',
      },
    ],
  },
});

let machine: Machine;

beforeAll(async () => {
  machine = await Machine.start();
  machine.write('/user-data', toCloudConfig(HOST));
}, 300_000);

afterAll(() => machine?.stop());

describe("Debian 13's cloud-init", () => {
  test('finds the user data valid', () => {
    expect(machine.run(['cloud-init', 'schema', '--config-file', '/user-data'])).toEqual({
      status: 0,
      text: 'Valid schema /user-data\n',
    });
  });

  test('writes every file as it was rendered, and runs the commands as they were given', () => {
    machine.write(
      '/judge.py',
      `from cloudinit import util
from cloudinit.config import cc_write_files
config = util.load_yaml(open('/user-data').read())
cc_write_files.write_files('test', config['write_files'], 'root:root')
print(util.shellify(config['runcmd']), end='')
`,
    );
    expect(machine.must('python3', '/judge.py')).toBe(
      "#!/bin/sh\n'systemctl' 'mask' '--now' 'ssh.service' 'ssh.socket'\n" +
        "'systemctl' 'daemon-reload'\n'systemctl' 'enable' '--now' 'vpn-gateway.timer' 'vpn-gateway-watch.timer'\n",
    );
    for (const { path, content, mode = '0644' } of HOST.files) {
      expect([path, machine.read(path), machine.mode(path)]).toEqual([path, content, Number.parseInt(mode, 8)]);
    }
  });
});

describe('the written files', () => {
  test('are units without a complaint from systemd', () => {
    const units = HOST.files.map(({ path }) => path).filter((path) => /^\/etc\/systemd\/system\/[^/]+$/.test(path));
    expect(units).toHaveLength(5);
    const { status, text } = machine.run(['systemd-analyze', 'verify', '--man=no', ...units, 'pptpd.service']);
    expect(text.split('\n').filter((line) => /pptp/.test(line))).toEqual([]);
    expect(status).toBe(0);
  });

  test('are programs that their interpreters can read', () => {
    for (const program of [
      '/usr/local/sbin/vpn-gateway',
      '/etc/ppp/ip-up.d/vpn-gateway',
      '/etc/ppp/ip-down.d/vpn-gateway',
      '/etc/vpn-gateway/settings',
    ]) {
      expect(machine.run(['sh', '-n', program])).toEqual({ status: 0, text: '' });
    }
    for (const program of ['vpn-gateway-apply', 'vpn-gateway-log', 'vpn-gateway-pptp']) {
      const path = `/usr/local/sbin/${program}`;
      expect(machine.run(['python3', '-W', 'error', '-m', 'py_compile', path])).toEqual({ status: 0, text: '' });
    }
    for (const hooks of ['/etc/ppp/ip-up.d', '/etc/ppp/ip-down.d']) {
      expect(machine.must('run-parts', '--test', hooks)).toContain(`${hooks}/vpn-gateway\n`);
    }
  });

  test("make apt use the user's mirror and proxy, keep changed files, and reboot when an upgrade needs it", () => {
    // The one file with sources that Debian's cloud images have is the one that the host writes.
    machine.sh('cd /etc/apt; rm -f sources.list; find sources.list.d -type f ! -name debian.sources -delete');
    expect(machine.must('apt-get', 'update', '--print-uris').match(/http:[^']*InRelease/g)).toEqual([
      'http://mirror.example.com/debian/dists/trixie/InRelease',
      'http://mirror.example.com/debian/dists/trixie-updates/InRelease',
      'http://mirror.example.com/debian-security/dists/trixie-security/InRelease',
    ]);
    const settings = machine.must('apt-config', 'dump');
    for (const line of [
      'Acquire::http::Proxy "http://proxy.example.com:3128";',
      'Acquire::https::Proxy "http://proxy.example.com:3128";',
      'DPkg::Options:: "--force-confold";',
      'APT::Periodic::Unattended-Upgrade "1";',
      'Unattended-Upgrade::Automatic-Reboot "true";',
      'Unattended-Upgrade::Automatic-Reboot-Time "04:00";',
    ]) {
      expect(settings.split('\n')).toContain(line);
    }
  });

  test('set kernel parameters that exist', () => {
    expect(machine.run(['sysctl', '-p', '/etc/sysctl.d/90-vpn-gateway.conf'])).toEqual({
      status: 0,
      text: 'net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.all.send_redirects = 0\n',
    });
  });
});
