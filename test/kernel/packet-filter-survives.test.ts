import { spawnSync } from 'node:child_process';
import { renderPolicy } from '../../lib/host';
import { PACKET_FILTERS } from '../../lib/host/packet-filter';
import { debian12Filters } from './support/debian';
import { BACKENDS, type Backend } from './support/filters';
import { CLIENT, GatewayNetwork, NEIGHBOUR, STRANGER } from './support/gateway-network';
import { pptpHost } from './support/hosts';

const POLICY = {
  clients: ['203.0.113.0/24'],
  destinations: [
    { cidr: '10.20.0.5/32', protocol: 'tcp', fromPort: 443 },
    { cidr: '10.21.0.0/16', protocol: 'udp', fromPort: 53, toPort: 60 },
    { cidr: '10.22.0.0/16', protocol: 'icmp' },
    { cidr: '10.23.0.0/16', protocol: 'any' },
  ],
} as const;
const USERS = { users: [{ name: 'a', password: 'a', address: '10.99.0.250', destinations: ['10.20.0.0/16 tcp 1-9'] }] };

let network: GatewayNetwork;

beforeAll(async () => {
  network = await GatewayNetwork.start([]);
}, 300_000);

afterAll(() => network?.stop());

const kind = (backend: Backend) => (backend === 'nft' ? 'nftables' : 'iptables');

function boot(backend: Backend, greFilter: 'gate' | 'helper' = 'gate'): void {
  network.boot(pptpHost({ packetFilter: kind(backend), greFilter }).files, backend);
  expect(network.apply('policy', renderPolicy(POLICY))).toMatchObject({ status: 0 });
  expect(network.apply('users', JSON.stringify(USERS))).toMatchObject({ status: 0 });
}

const isLoaded = (backend: Backend) =>
  network.gateway.run(['sh', '-c', PACKET_FILTERS[kind(backend)].loaded]).status === 0;

/** Who reaches TCP 1723: a client, another one, and a stranger. */
const reach = async (client: boolean) => [
  await network.dials(CLIENT, client),
  await network.dials(NEIGHBOUR, true),
  await network.dials(STRANGER, false),
];

describe.each(BACKENDS)('beside fail2ban, %s', (backend) => {
  const fail2ban = (...argv: string[]) => network.gateway.must('fail2ban-client', ...argv);
  const pid = '/run/fail2ban/fail2ban.pid';

  afterAll(() => network.gateway.run(['fail2ban-client', 'stop']));

  test('its bans hold over a reload of ours, and our filter holds over its restart', async () => {
    boot(backend);
    network.gateway.write(
      '/etc/fail2ban/jail.local',
      `[DEFAULT]
banaction = ${backend === 'nft' ? 'nftables' : 'iptables'}-multiport
allowipv6 = no
[sshd]
enabled = false
[gateway]
enabled = true
filter = sshd
backend = polling
logpath = /var/log/gateway.log
port = 1723
`,
    );
    network.gateway.sh(': >>/var/log/gateway.log; mkdir -p /run/fail2ban');
    fail2ban('start');
    fail2ban('set', 'gateway', 'banip', CLIENT);
    expect(await reach(false)).toEqual([false, true, false]);
    network.reload(backend);
    expect(await reach(false)).toEqual([false, true, false]);
    expect(network.apply('policy', renderPolicy({ ...POLICY, destinations: [] }))).toMatchObject({ status: 0 });
    expect(await reach(false)).toEqual([false, true, false]);
    fail2ban('set', 'gateway', 'unbanip', CLIENT);
    fail2ban('stop');
    network.gateway.sh(`while [ -e ${pid} ]; do sleep 0.1; done`);
    expect(isLoaded(backend)).toBe(true);
    expect(await reach(true)).toEqual([true, true, false]);
    fail2ban('start');
    expect(isLoaded(backend)).toBe(true);
    expect(await reach(true)).toEqual([true, true, false]);
  });
});

describe.each(BACKENDS)('flushed by somebody else, %s', (backend) => {
  const flush = backend === 'nft' ? 'nft flush ruleset' : 'iptables -F; iptables -X; iptables -P INPUT ACCEPT';

  test('it is known to be gone, and one load brings all of it back', async () => {
    boot(backend);
    expect(isLoaded(backend)).toBe(true);
    network.gateway.sh(flush);
    expect(isLoaded(backend)).toBe(false);
    expect(await network.dials(STRANGER, true)).toBe(true);
    network.reload(backend);
    expect(isLoaded(backend)).toBe(true);
    expect(await reach(true)).toEqual([true, true, false]);
    const rules = network.gateway.must(...(backend === 'nft' ? ['nft', 'list', 'ruleset'] : ['iptables-save']));
    for (const each of ['10.21.0.0/16', '10.23.0.0/16', '10.99.0.250']) {
      expect(rules).toContain(each);
    }
  });

  test('the watch, which runs every minute, loads it', async () => {
    boot(backend);
    network.gateway.sh(`mkdir -p /run/vpn-gateway /stubs; touch /run/vpn-gateway/ready; ${flush}`);
    // What systemd would do, and servers that answer.
    network.gateway.write(
      '/stubs/systemctl',
      `#!/bin/sh
[ "$*" = 'restart ${PACKET_FILTERS[kind(backend)].unit}' ] && ${backend === 'nft' ? 'nft -f /etc/nftables.conf' : 'vpn-gateway-filter'}
`,
      0o755,
    );
    network.gateway.write('/stubs/vpn-gateway-apply', '#!/bin/sh\n', 0o755);
    const watch = () => network.gateway.run(['vpn-gateway', 'watch']);
    expect(watch()).toEqual({ status: 0, text: 'the packet filter is gone: loading it again\n' });
    expect(await reach(true)).toEqual([true, true, false]);
    expect(watch()).toEqual({ status: 0, text: '' });
    network.gateway.sh('rm -r /stubs /run/vpn-gateway');
  });

  test('loading it again and again leaves it as it is', () => {
    boot(backend);
    const rules = () =>
      network.gateway
        .must('sh', '-c', backend === 'nft' ? 'nft -s list ruleset' : '{ iptables-save; ip6tables-save; } 2>/dev/null')
        .replace(/^#.*|\[\d+:\d+\]| elements = .*/gm, '');
    const before = rules();
    network.reload(backend);
    network.reload(backend);
    expect(rules()).toBe(before);
    expect(before).toMatch(backend === 'nft' ? /jump over|jump control/ : /-A INPUT -j vpn-INPUT\n(?!-A INPUT)/);
  });
});

describe('the units', () => {
  test("Debian's own would flush all tables when it stops, which is why it is told not to", () => {
    const unit = network.gateway.read('/usr/lib/systemd/system/nftables.service');
    expect(unit).toMatch(/^ExecStop=\/usr\/sbin\/nft flush ruleset$/m);
    expect(unit).toMatch(/^ExecReload=\/usr\/sbin\/nft -f \/etc\/nftables\.conf$/m);
    boot('nft');
    expect(network.gateway.read('/etc/systemd/system/nftables.service.d/vpn-gateway.conf')).toMatch(/^ExecStop=$/m);
  });

  test('the one for iptables is one that systemd takes', () => {
    boot('iptables-nft');
    const judged = network.gateway.run(['systemd-analyze', 'verify', '--man=no', 'vpn-gateway-filter.service']);
    expect(judged).toEqual({ status: 0, text: '' });
  });
});

describe('Debian 12', () => {
  const twelve = (command: string, input: string) =>
    spawnSync('unshare', ['--net', 'chroot', debian12Filters(), 'sh', '-ec', command], { input, encoding: 'utf8' });

  test('has other versions than the machines of these tests', () => {
    expect(twelve('nft --version; iptables-legacy --version', '').stdout).toMatch(
      /nftables v1\.0\.6[\s\S]*iptables v1\.8\.9/,
    );
    expect(network.gateway.must('nft', '--version')).toMatch(/nftables v1\.1/);
  });

  test.each(['gate', 'helper'] as const)('takes the same text for nftables, policy and users with it, %s', (form) => {
    boot('nft', form);
    const main = network.gateway.read('/etc/nftables.conf').replace(/^include .*\n/m, '');
    const text = main + network.gateway.read('/var/lib/vpn-gateway/policy.nft');
    expect(text).toContain('add chain inet vpn_gateway reach_0');
    const done = twelve('text=$(cat); for each in 1 2; do echo "$text" | nft -f -; done; nft list ruleset', text);
    expect(done).toMatchObject({ status: 0, stderr: '' });
    expect(done.stdout.match(/10\.99\.0\.250 : jump reach_0/g)).toHaveLength(1);
  });

  test.each(
    (['nft', 'legacy'] as const).flatMap((backend) =>
      (['gate', 'helper'] as const).map((form) => [backend, form] as const),
    ),
  )('takes the same text for iptables, policy and users with it, %s, %s', (backend, form) => {
    boot(`iptables-${backend}`, form);
    const rules = network.gateway.read('/etc/vpn-gateway/rules.v4');
    const text = rules.replace('# policy\n', network.gateway.read('/var/lib/vpn-gateway/policy.rules'));
    const load = `text=$(cat); for each in 1 2; do echo "$text" | iptables-${backend}-restore --noflush; done
      iptables-${backend} -S vpn-reach`;
    const done = twelve(load, text);
    expect(done.status).toBe(0);
    expect(done.stdout.match(/-A vpn-reach -s 10\.99\.0\.250\/32 -g vpn-reach-0/g)).toHaveLength(1);
    const six = twelve(`ip6tables-${backend}-restore --noflush`, network.gateway.read('/etc/vpn-gateway/rules.v6'));
    expect(six.status).toBe(0);
  });
});
