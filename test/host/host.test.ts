import { parse } from 'yaml';
import {
  checkUserDataSize,
  type HostOptions,
  INSTANCE_ID,
  type PptpLimits,
  PptpPool,
  pptpService,
  renderHost,
  toCloudConfig,
} from '../../lib/host';
import { errorOf } from '../support/messages';
import { filesOf } from '../support/user-data';

const TOKEN = '<token>';
const isToken = (value: unknown) => value === TOKEN || value === -1.5e289;

type Options = Partial<HostOptions> & { limits?: PptpLimits };

function options({ limits = {}, ...more }: Options = {}): HostOptions {
  const { dnsServers = ['10.20.0.53', '9.9.9.9'] } = more;
  return {
    architecture: 'x86_64',
    services: [
      pptpService({ pool: PptpPool.from('10.99.0.0/24', { fixedAddresses: 10 }), dnsServers, limits, isToken }),
    ],
    addressing: 'masquerade',
    dnsServers,
    commands: { readUsers: ['fetch', 'users'], readPolicy: ['fetch', 'policy'] },
    isToken,
    ...more,
  };
}

/** The lines of one file of the host. */
function file(path: string, more: Options = {}): string[] {
  const found = renderHost(options(more)).files.filter((each) => each.path === path);
  expect(found).toHaveLength(1);
  return found[0]!.content.split('\n').map((line) => line.trim());
}

describe('pptpd.conf', () => {
  test('names the options file, both ends of the pool, and as many connections as there are addresses', () => {
    expect(file('/etc/pptpd.conf')).toEqual([
      'option /etc/ppp/pptpd-options',
      'localip 10.99.0.1',
      'remoteip 10.99.0.2-244',
      'connections 243',
      '',
    ]);
  });
});

describe("pppd's options", () => {
  test('let in MS-CHAPv2 with 128-bit stateless MPPE and nothing else', () => {
    expect(file('/etc/ppp/pptpd-options')).toEqual([
      ...['name pptpd', 'auth', 'refuse-pap', 'refuse-chap', 'refuse-mschap', 'refuse-eap', 'require-mschap-v2'],
      ...['require-mppe-128', 'nomppe-40', 'nomppe-stateful', 'nobsdcomp', 'nodeflate', 'novj', 'novjccomp'],
      ...['nodefaultroute', 'noipdefault', 'noipv6', 'lock', 'nologfd', 'mtu 1400', 'mru 1400'],
      ...['lcp-echo-interval 30', 'lcp-echo-failure 4', 'chap-max-challenge 3', 'idle 1800', 'maxconnect 36000'],
      ...['ms-dns 10.20.0.53', 'ms-dns 9.9.9.9', ''],
    ]);
  });

  test('have the limits that were asked for, and none where zero was', () => {
    expect(file('/etc/ppp/pptpd-options', { limits: { idleSeconds: 60, sessionSeconds: 600 } })).toEqual(
      expect.arrayContaining(['idle 60', 'maxconnect 600']),
    );
    const unlimited = file('/etc/ppp/pptpd-options', { limits: { idleSeconds: 0, sessionSeconds: 0 } });
    expect(unlimited.filter((line) => /^(idle|maxconnect)/.test(line))).toEqual([]);
  });

  test('hand out no DNS server where none was given', () => {
    expect(file('/etc/ppp/pptpd-options', { dnsServers: [] }).filter((line) => line.startsWith('ms-dns'))).toEqual([]);
  });
});

describe('the packet filter', () => {
  test('is made for every service, for the addressing and the DNS servers that were asked for', () => {
    expect(file('/etc/nftables.conf', { limits: { newConnectionsPerMinute: 30, newConnectionsBurst: 90 } })).toEqual(
      expect.arrayContaining([
        expect.stringContaining('limit rate over 30/minute burst 90 packets'),
        'ip saddr 10.99.0.0/24 oifname != "ppp*" masquerade',
        'ip daddr { 10.20.0.53, 9.9.9.9 } meta l4proto { tcp, udp } th dport 53 accept',
      ]),
    );
    expect(file('/etc/nftables.conf', { addressing: 'routed' }).join('\n')).not.toContain('masquerade');
  });

  test('is written for iptables where that was asked for, and loaded by a unit of its own', () => {
    const host = renderHost(options({ packetFilter: 'iptables' }));
    expect(host.packages).toContain('iptables');
    expect(host.packages).not.toContain('nftables');
    expect(host.files.map(({ path }) => path)).not.toContain('/etc/nftables.conf');
    expect(file('/etc/vpn-gateway/settings', { packetFilter: 'iptables' })).toContain(
      'filter=vpn-gateway-filter.service',
    );
  });
});

describe('the settings', () => {
  const settings = (more: Options = {}) => file('/etc/vpn-gateway/settings', more);

  test('name the pool, the flavour of the kernel, the packages and the commands', () => {
    expect(settings()).toEqual([
      'export pptp_pool=10.99.0.0/24',
      'export pptp_fixed=10.99.0.245-254',
      'flavour=amd64',
      "packages='pptpd ppp nftables unattended-upgrades'",
      "modules='ppp_generic ppp_async ppp_mppe'",
      "units='pptpd.service'",
      'filter=nftables.service',
      expect.stringMatching(/^filter_loaded\(\) \{ nft list .* \}$/),
      'read_users() { timeout 60 fetch users; }',
      'read_policy() { timeout 60 fetch policy; }',
      'signal_ready() { :; }',
      'signal_failure() { :; }',
      'after_install() {',
      ':',
      '}',
      '',
    ]);
  });

  test('name the flavour of arm64 for arm64', () => {
    expect(settings({ architecture: 'arm64' })).toContain('flavour=arm64');
  });

  test('quote every argument for the shell, and put the id of the machine in its place', () => {
    const awkward = ['aws', "it's", '', '$HOME `x`', '"q"', 'a b', '--id=', INSTANCE_ID, `x${INSTANCE_ID}y'z`, TOKEN];
    expect(
      settings({
        commands: { readUsers: awkward, readPolicy: ['p'], signalReady: ['r', INSTANCE_ID], signalFailure: ['f'] },
      }),
    ).toEqual(
      expect.arrayContaining([
        `read_users() { timeout 60 aws 'it'\\''s' '' '$HOME \`x\`' '"q"' 'a b' --id= "$me" 'x'"$me"'y'\\''z' '${TOKEN}'; }`,
        'signal_ready() { timeout 60 r "$me"; }',
        'signal_failure() { timeout 60 f; }',
      ]),
    );
  });

  test('export the environment of the commands', () => {
    const commands = { ...options().commands, environment: { AWS_DEFAULT_REGION: TOKEN, LANG: 'C.UTF-8' } };
    expect(settings({ commands })).toEqual(
      expect.arrayContaining([`export AWS_DEFAULT_REGION='${TOKEN}'`, 'export LANG=C.UTF-8']),
    );
  });

  test('hold the packages and commands of log shipping', () => {
    const commands = { ...options().commands, packages: ['awscli'] };
    const lines = settings({
      commands,
      shipLogs: { packages: ['awscli', 'curl'], files: [], commands: [['ship', 'a b'], ['then']] },
    });
    expect(lines).toContain("packages='pptpd ppp nftables unattended-upgrades awscli curl'");
    expect(lines.slice(lines.indexOf('after_install() {'), -1)).toEqual([
      'after_install() {',
      "timeout 300 ship 'a b'",
      'timeout 300 then',
      '}',
    ]);
  });
});

describe("the system's files", () => {
  test('look at users and policy as often as asked', () => {
    expect(file('/etc/systemd/system/vpn-gateway.timer')).toContain('OnUnitInactiveSec=5min');
    expect(file('/etc/systemd/system/vpn-gateway.timer', { refreshMinutes: 60 })).toContain('OnUnitInactiveSec=60min');
  });

  test('look every minute whether the servers answer', () => {
    expect(file('/etc/systemd/system/vpn-gateway-watch.timer')).toContain('OnUnitInactiveSec=1min');
    expect(file('/etc/systemd/system/vpn-gateway-watch.service')).toContain(
      'ExecStart=/usr/local/sbin/vpn-gateway watch',
    );
  });

  test('run the gateway after cloud-init and the network, and before apt does anything by itself', () => {
    expect(file('/etc/systemd/system/vpn-gateway.service')).toEqual(
      expect.arrayContaining([
        'After=network-online.target nftables.service cloud-final.service',
        'Before=apt-daily.service apt-daily-upgrade.service',
        'ExecStart=/usr/local/sbin/vpn-gateway',
      ]),
    );
  });

  test('start pptpd only once the gateway may serve', () => {
    expect(file('/etc/systemd/system/pptpd.service.d/gateway.conf')).toEqual(
      expect.arrayContaining([
        'ConditionPathExists=/run/vpn-gateway/serve',
        'ExecStart=/usr/sbin/pptpd --fg --stimeout 5',
        'Restart=on-failure',
      ]),
    );
  });

  test('reboot after security upgrades when asked', () => {
    const apt = (more = {}) => file('/etc/apt/apt.conf.d/90vpn-gateway', more);
    expect(apt()).toContain('Unattended-Upgrade::Automatic-Reboot-Time "04:00";');
    expect(apt({ securityUpgradeRebootTime: '23:30' })).toContain('Unattended-Upgrade::Automatic-Reboot-Time "23:30";');
  });

  test('fetch packages through a proxy and from a mirror, where there is one', () => {
    const apt = file('/etc/apt/apt.conf.d/90vpn-gateway', { apt: { proxy: 'http://proxy.example.com:3128' } });
    expect(apt).toEqual(
      expect.arrayContaining([
        'Acquire::http::Proxy "http://proxy.example.com:3128";',
        'Acquire::https::Proxy "http://proxy.example.com:3128";',
      ]),
    );
    expect(file('/etc/apt/apt.conf.d/90vpn-gateway').filter((line) => line.includes('Proxy'))).toEqual([]);

    const sources = (mirrors: HostOptions['apt']) =>
      file('/etc/apt/sources.list.d/debian.sources', { apt: mirrors }).filter((line) => /^(URIs|Suites)/.test(line));
    expect(sources({ mirror: 'https://mirror.example.com/debian/' })).toEqual([
      'URIs: https://mirror.example.com/debian',
      'Suites: trixie trixie-updates',
      'URIs: https://mirror.example.com/debian-security',
      'Suites: trixie-security',
    ]);
    expect(sources({ mirror: TOKEN, securityMirror: 'http://s.example.com/x' })).toEqual(
      expect.arrayContaining([`URIs: ${TOKEN}`, 'URIs: http://s.example.com/x']),
    );
    expect(renderHost(options({ apt: { mirror: TOKEN } })).cloudInit).toContain('apt: {preserve_sources_list: true}');
    expect(renderHost(options()).files.map(({ path }) => path)).not.toContain('/etc/apt/sources.list.d/debian.sources');
    expect(renderHost(options()).cloudInit).toEqual(['ssh_pwauth: false']);
  });
});

describe('the user data', () => {
  const everything = options({
    apt: { mirror: 'http://mirror.example.com/debian', proxy: 'http://proxy.example.com:3128' },
    shipLogs: {
      files: [{ path: '/etc/ship', mode: '0600', content: '  a\n\n\tb: "c" # \\ \n' }],
      commands: [['ship']],
    },
    commands: { ...options().commands, signalReady: ['r', INSTANCE_ID], signalFailure: ['f'], packages: ['awscli'] },
  });

  test('begins with the line by which cloud-init knows it', () => {
    expect(toCloudConfig(renderHost(options())).split('\n')[0]).toBe('#cloud-config');
  });

  test('is YAML that holds each file as it was rendered, each command as it was given', () => {
    const host = renderHost(everything);
    expect(parse(toCloudConfig(host))).toEqual({
      ssh_pwauth: false,
      apt: { preserve_sources_list: true },
      write_files: host.files.map(({ path, content, mode = '0644' }) => ({
        path,
        content,
        ...(mode === '0644' ? {} : { permissions: mode }),
      })),
      runcmd: host.commands,
    });
    expect(host.commands.at(-1)).toEqual([
      ...['systemctl', 'enable', '--now', 'vpn-gateway.timer', 'vpn-gateway-watch.timer'],
    ]);
    expect(host.commands[0]).toEqual(['systemctl', 'mask', '--now', 'ssh.service', 'ssh.socket']);
  });

  test('compresses the long files where the cloud has less room, then all of them together, and loses none', () => {
    const host = renderHost(everything);
    const whole = new Map(host.files.map(({ path, content }) => [path, content]));
    const within = (most: number) => toCloudConfig(host, { fits: ({ length }) => length <= most });
    const readable = within(Number.POSITIVE_INFINITY);
    const mostlyReadable = within(readable.length - 1);
    const together = within(mostlyReadable.length - 1);
    expect([readable, mostlyReadable, together].map((text) => text.includes('gz+b64'))).toEqual([false, true, true]);
    expect([readable, mostlyReadable, together].map((text) => text.includes('connections 243'))).toEqual([
      true,
      true,
      false,
    ]);
    expect([readable, mostlyReadable, together].map(filesOf)).toEqual([whole, whole, whole]);
    expect(together.length).toBeLessThan(mostlyReadable.length);
    expect(mostlyReadable.length).toBeLessThan(readable.length);
  });

  test('compresses no file that holds a token', () => {
    const host = renderHost(options({ dnsServers: [TOKEN] }));
    for (const most of [13_000, 0]) {
      const text = toCloudConfig(host, { tokens: /<token>/, fits: ({ length }) => length < most });
      expect(text).toContain(`ip daddr { ${TOKEN} }`);
      expect(text).toContain('gz+b64');
    }
  });

  test('leaves EC2 room for what a cloud adds: 14 of 16 KB with every option', () => {
    const text = toCloudConfig(renderHost(everything), { fits: () => false });
    expect(checkUserDataSize(text)).toBeLessThan(14 * 1024);
  });

  test('is the same each time, and has nothing that a templating language would replace', () => {
    const text = toCloudConfig(renderHost(everything));
    expect(toCloudConfig(renderHost(everything))).toBe(text);
    // Terraform replaces ${ and %{, cloud-init's Jinja {{ only after a first line that says so.
    expect(text.match(/[$%]\{/g)).toBeNull();
  });
});

describe('an option that the host cannot use', () => {
  const refusal = (option: string, got: string, allowed: string, instead: string) => ({
    code: 'HOST_OPTION_INVALID',
    text: [
      `${option} is not what the host can use.`,
      `  got      ${got}`,
      `  allowed  ${allowed}`,
      `  write    ${instead}`,
      '',
      '      at FILE:LINE',
      '      code HOST_OPTION_INVALID, see docs/diagnostics.md',
    ].join('\n'),
  });
  const render = (more: object) => () => renderHost(options(more as Options));

  test.each([
    [{ architecture: 'armv7' }, 'architecture', '"armv7"', "'x86_64' or 'arm64'", "architecture: 'x86_64'"],
    [{ addressing: 'nat' }, 'addressing', '"nat"', "'masquerade' or 'routed'", "addressing: 'masquerade'"],
    [{ refreshMinutes: 0 }, 'refreshMinutes', '0', 'a whole number from 1 to 1440', 'refreshMinutes: 5'],
    [
      { limits: { newConnectionsPerMinute: 0 } },
      'limits.newConnectionsPerMinute',
      '0',
      'a whole number from 1 to 100000',
      'limits.newConnectionsPerMinute: 120',
    ],
    [
      { limits: { newConnectionsBurst: 1.5 } },
      'limits.newConnectionsBurst',
      '1.5',
      'a whole number from 1 to 100000',
      'limits.newConnectionsBurst: 240',
    ],
    [
      { limits: { idleSeconds: -1 } },
      'limits.idleSeconds',
      '-1',
      'a whole number from 0 to 31536000',
      'limits.idleSeconds: 1800',
    ],
    [
      { limits: { sessionSeconds: Number.POSITIVE_INFINITY } },
      'limits.sessionSeconds',
      'Infinity',
      'a whole number from 0 to 31536000',
      'limits.sessionSeconds: 36000',
    ],
    [
      { securityUpgradeRebootTime: '4:00' },
      'securityUpgradeRebootTime',
      '"4:00"',
      'a time of day as HH:MM',
      "securityUpgradeRebootTime: '04:00'",
    ],
    [
      { securityUpgradeRebootTime: '24:00' },
      'securityUpgradeRebootTime',
      '"24:00"',
      'a time of day as HH:MM',
      "securityUpgradeRebootTime: '04:00'",
    ],
  ])('%j', (more, option, got, allowed, instead) => {
    expect(errorOf(render(more))).toEqual(refusal(option, got, allowed, instead));
  });

  test.each(['mirror', 'securityMirror', 'proxy'])('apt.%s that is no URL', (option) => {
    for (const url of [
      'mirror.example.com',
      'ftp://mirror.example.com',
      'http://a b',
      'http://a"; Post-Invoke {',
      '',
    ]) {
      expect(errorOf(render({ apt: { [option]: url } }))).toEqual(
        refusal(
          `apt.${option}`,
          JSON.stringify(url),
          'an http or https URL without quotation marks or spaces',
          `apt.${option}: 'http://mirror.example.com/debian'`,
        ),
      );
    }
  });

  test.each([
    [['1.1.1.1', '8.8.8.8', '9.9.9.9'], '["1.1.1.1", "8.8.8.8", "9.9.9.9"]'],
    [['2001:db8::53'], '["2001:db8::53"]'],
    [['169.254.169.253'], '["169.254.169.253"]'],
    [['dns.example.com'], '["dns.example.com"]'],
    [['10.0.0.2 debug'], '["10.0.0.2 debug"]'],
  ])('DNS servers %j', (dnsServers, got) => {
    expect(errorOf(render({ dnsServers }))).toEqual(
      refusal(
        'dnsServers',
        got,
        'at most two IPv4 addresses, outside 169.254.0.0/16, from which clients are kept away',
        "dnsServers: ['10.0.0.2']",
      ),
    );
  });

  test.each([
    ['commands.readUsers', { readUsers: [] }, '[]'],
    ['commands.readPolicy', { readPolicy: ['a\nb'] }, '["a\\nb"]'],
    ['commands.signalReady', { signalReady: ['a', 7] }, '["a", 7]'],
    ['commands.signalFailure', { signalFailure: ['\u0000'] }, '["\\u0000"]'],
    ['commands.environment', { environment: { A_B: 'x\ny' } }, '["x\\ny"]'],
  ])('%s %j', (option, commands, got) => {
    expect(errorOf(render({ commands: { ...options().commands, ...commands } }))).toEqual(
      refusal(
        option,
        got,
        'a list of at least one argument, without line breaks or control characters',
        `${option}: ['true']`,
      ),
    );
  });

  test.each(['PATH', 'pool', 'A-B', ''])('an environment variable called %j', (name) => {
    expect(errorOf(render({ commands: { ...options().commands, environment: { [name]: 'x' } } }))).toEqual(
      refusal(
        'commands.environment',
        JSON.stringify(name),
        'names in capitals, other than PATH',
        "environment: { AWS_DEFAULT_REGION: '...' }",
      ),
    );
  });

  test('a package that has no name of one', () => {
    expect(errorOf(render({ commands: { ...options().commands, packages: ['awscli; reboot'] } }))).toEqual(
      refusal('packages', '"awscli; reboot"', 'names of Debian packages', "packages: ['awscli']"),
    );
  });

  const shipped = (file: object) => render({ shipLogs: { files: [{ path: '/etc/ship', content: 'a\n', ...file }] } });

  test.each(['etc/ship', '/etc/../ship me', '/etc/nftables.conf', '/etc/ship\n'])(
    'a file of log shipping at %j',
    (path) => {
      expect(errorOf(shipped({ path }))).toEqual(
        refusal(
          'shipLogs.files',
          JSON.stringify(path),
          'absolute paths, none twice and none of the host itself',
          "path: '/etc/example.conf'",
        ),
      );
    },
  );

  test('a path of log shipping twice', () => {
    const twice = { path: '/etc/ship', content: 'a\n' };
    expect(errorOf(render({ shipLogs: { files: [twice, twice] } })).code).toBe('HOST_OPTION_INVALID');
  });

  test.each(['', '\n', 'a', 'a\n\n', 'a\u0000\n', 'a\u007f\n', 'a\r\n', 'a\u2028\n'])(
    'a file of log shipping that holds %j',
    (content) => {
      expect(errorOf(shipped({ content }))).toEqual(
        refusal(
          'shipLogs.files',
          '"/etc/ship"',
          'content of printable text that ends with one line break',
          "content: 'text\\n'",
        ),
      );
    },
  );

  test.each(['644', '0888', '-rw-'])('a file of log shipping with mode %s', (mode) => {
    expect(errorOf(shipped({ mode }))).toEqual(
      refusal('shipLogs.files', `"${mode}"`, 'a mode in octal, four digits', "mode: '0644'"),
    );
  });

  test('a number that only deployment knows', () => {
    expect(errorOf(render({ refreshMinutes: -1.5e289 }))).toEqual({
      code: 'TOKEN_NOT_ALLOWED',
      text: [
        'refreshMinutes is a value that only deployment knows, and it must be checked at synth.',
        '  allowed  a whole number from 1 to 1440',
        '  write    refreshMinutes: 5',
        '',
        '      at FILE:LINE',
        '      code TOKEN_NOT_ALLOWED, see docs/diagnostics.md',
      ].join('\n'),
    });
  });
});
