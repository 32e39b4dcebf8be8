import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as readline from 'node:readline';
import * as fc from 'fast-check';
import { type HostConfig, PptpPool, type PptpPoolOptions, parsePptpUsers } from '../../lib/host';
import { pptpHost } from './support/hosts';
import { Machine, type Outcome } from './support/machine';
import { startJournal } from './support/openvpn';

let machine: Machine;

beforeAll(async () => {
  // What pptpd starts for a call, where a test wants to see with which arguments.
  machine = await Machine.start({ 'note-call': 'echo "$@" >>/run/calls; exec sleep 600' });
  startJournal(machine);
  machine.write('/pptp-client.py', fs.readFileSync(path.join(__dirname, 'support/pptp-client.py'), 'utf8'));
}, 300_000);

afterAll(() => machine?.stop());

/** A host with its packet filter loaded, which the users' reach goes into. */
function install(host: HostConfig): void {
  machine.install(host);
  machine.sh('mkdir -p /var/lib/vpn-gateway; nft -f /etc/nftables.conf');
}

function applyUsers(secret: string): Outcome {
  return machine.run(['sh', '-c', '. /etc/vpn-gateway/settings; exec vpn-gateway-apply users'], { input: secret });
}

/** What pppd 2.5 says about an options file without using it. /dev/null is the line to dial on, since it needs one. */
function dryRun(options: string): Outcome {
  return machine.run(['pppd', '/dev/null', 'noauth', 'noipdefault', 'file', options, 'dryrun']);
}

describe("pppd of Debian 13 on the host's options", () => {
  beforeAll(() => {
    install(pptpHost({ dnsServers: ['10.20.0.53', '9.9.9.9'] }));
    expect(applyUsers('{"users": [{"name": "alice", "password": "correct horse"}]}').status).toBe(0);
  });

  test('takes every one of them', () => {
    const { status, text } = machine.run([
      'pppd',
      '/dev/null',
      'file',
      '/etc/ppp/pptpd-options',
      'logfd',
      '1',
      'dryrun',
    ]);
    expect(status).toBe(0);
    const understood = text.split('\n').map((line) => line.replace(/\s*#.*/, '').trim());
    for (const option of [
      ...[
        'name pptpd',
        'refuse-pap',
        'refuse-eap',
        'require-mschap-v2',
        'nomppe-40',
        'nomppe-stateful',
        'nobsdcomp',
        'nodeflate',
      ],
      ...[
        'novj',
        'novjccomp',
        'nodefaultroute',
        'noipdefault',
        'noipv6',
        'lock',
        'mtu 1400',
        'mru 1400',
        'chap-max-challenge 3',
      ],
      ...[
        'lcp-echo-interval 30',
        'lcp-echo-failure 4',
        'idle 1800',
        'maxconnect 36000',
        'ms-dns 10.20.0.53',
        'ms-dns 9.9.9.9',
      ],
    ]) {
      expect(understood).toContain(option);
    }
    // pppd prints refuse-chap, refuse-mschap and require-mppe-128 as lines without a name.
    expect(understood.slice(0, -1).filter((line) => line === '')).toHaveLength(3);
  });

  test('would not have taken an option that it does not know', () => {
    machine.write('/etc/ppp/wrong', `${machine.read('/etc/ppp/pptpd-options')}require-mppe-129\n`);
    expect(dryRun('/etc/ppp/wrong')).toEqual({
      status: 2,
      text: expect.stringContaining("In file /etc/ppp/wrong: unrecognized option 'require-mppe-129'"),
    });
  });

  test('lets nobody dial in while there are no users', () => {
    expect(applyUsers('{"users": []}')).toEqual({ status: 0, text: 'pptp: no users yet: nobody can log in\n' });
    const { status, text } = machine.run(['pppd', '/dev/null', 'file', '/etc/ppp/pptpd-options', 'dryrun']);
    expect(status).toBe(1);
    expect(text).toContain("couldn't find any suitable secret");
  });
});

describe('users in chap-secrets', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...' "\'\\#@/*-s,{}$`'), minLength: 1, maxLength: 12 }),
    fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    }),
  );
  const user = fc
    .record({ name: text, password: text })
    .filter(({ name, password }) => name !== '*' && !password.startsWith('@/'));

  /** A word of chap-secrets as pppd's own reader of words takes it. */
  function asPppdReads(word: string): string | undefined {
    machine.write('/etc/ppp/word', `user ${word}\n`);
    const line = /^user (.*?)\t\t# \(from /m.exec(dryRun('/etc/ppp/word').text);
    return line?.[1]?.replace(/\\(["\\])/g, '$1');
  }

  test('are read by pppd as they were meant, whatever characters they have', () => {
    install(pptpHost());
    const users = fc.sample(fc.uniqueArray(user, { selector: ({ name }) => name, minLength: 60, maxLength: 60 }), {
      numRuns: 1,
      seed: 2637,
    })[0]!;
    expect(applyUsers(JSON.stringify({ users }))).toEqual({ status: 0, text: 'pptp: 60 users\n' });
    const lines = machine.read('/etc/ppp/chap-secrets').trimEnd().split('\n').slice(1);
    expect(lines).toHaveLength(60);
    lines.forEach((line, at) => {
      const [name, server, password, address, ...rest] = line.split(' ');
      expect([server, address, rest]).toEqual(['pptpd', '10.99.0.0/24', []]);
      expect([asPppdReads(name!), asPppdReads(password!)]).toEqual([users[at]!.name, users[at]!.password]);
    });
  });

  test('stand in a file that only root can read, a user with a fixed address with that address', () => {
    expect(applyUsers('{"users": [{"name": "plc", "password": "p", "address": "10.99.0.250"}]}').status).toBe(0);
    expect(machine.read('/etc/ppp/chap-secrets')).toBe('# vpn-gateway\n"plc" pptpd "p" 10.99.0.250\n');
    expect(machine.mode('/etc/ppp/chap-secrets')).toBe(0o600);
  });

  /** Secrets, good and bad; none of the bad ones may show in what is said about it. */
  const secrets: readonly string[] = [
    ...[
      '',
      'no json hush',
      '[]',
      'null',
      '"hush"',
      '{}',
      '{"users": {}}',
      '{"users": null}',
      '{"users": [], "more": 1}',
      '{"Users": []}',
    ],
    ...[
      '{"users": ["hush"]}',
      '{"users": [[]]}',
      '{"users": [null]}',
      '{"users": [{"name": "hush"}]}',
      '{"users": [{"password": "hush"}]}',
    ],
    '{"users": [{"name": "a", "password": "hush", "adress": "10.99.0.250"}]}',
    ...[
      '""',
      '"*"',
      '"hüsh"',
      '"hush\\n"',
      '"hu\\u0000sh"',
      '"hu\\tsh"',
      '7',
      'null',
      '["hush"]',
      '"\\ud800"',
      `"${'h'.repeat(256)}"`,
    ].map((name) => `{"users": [{"name": ${name}, "password": "p"}]}`),
    ...[
      '""',
      '"@/etc/shadow"',
      '"hüsh"',
      '"hush\\r"',
      '"hu\\u007fsh"',
      'true',
      'null',
      '{}',
      `"${'h'.repeat(256)}"`,
    ].map((password) => `{"users": [{"name": "a", "password": ${password}}]}`),
    ...[
      '"10.99.0.5"',
      '"10.99.0.255"',
      '"10.99.0.0250"',
      '"10.99.0.250 -- debug"',
      '"hush"',
      '250',
      'null',
      '["10.99.0.250"]',
      '""',
    ].map((address) => `{"users": [{"name": "a", "password": "hush", "address": ${address}}]}`),
    '{"users": [{"name": "a", "password": "hush"}, {"name": "a", "password": "p"}]}',
    '{"users": [{"name": "a", "password": "p", "address": "10.99.0.250"}, {"name": "b", "password": "p", "address": "10.99.0.250"}]}',
    '{"users": [{"name": "10.99.0.250", "password": "p"}, {"name": "b", "password": "p", "address": "10.99.0.250"}]}',
    '{"users": [{"name": "a", "password": "p"}, {"name": "A", "password": "@p/"}, {"name": "**", "password": "*"}]}',
    `{"users": [{"name": "${'n'.repeat(255)}", "password": "${'p'.repeat(255)}"}]}`,
    '  {"users":\n[ ]}\n',
    ...[
      ['10.0.0.5/32 tcp 443', '10.0.0.0/16'],
      [],
      ['10.0.0.5/16'],
      ['10.0.0.5/32 tcp 443-442'],
      ['10.0.0.5/32 tcp 65536'],
      ['10.0.0.5/32 icmp 8'],
      ['300.0.0.0/8'],
      ['10.0.0.5/32 tcp 443 accept; flush ruleset'],
      '10.0.0.5/32',
    ].map((destinations) =>
      JSON.stringify({ users: [{ name: 'a', password: 'hush', address: '10.99.0.250', destinations }] }),
    ),
    '{"users": [{"name": "a", "password": "hush", "destinations": ["10.0.0.0/16"]}]}',
  ];

  test.each(secrets)('the machine takes or refuses %j as the library does', (secret) => {
    const pool = PptpPool.from('10.99.0.0/24', { fixedAddresses: 10 });
    const known = '{"users": [{"name": "last", "password": "good"}]}';
    install(pptpHost());
    expect(applyUsers(known).status).toBe(0);
    const before = machine.read('/etc/ppp/chap-secrets');
    let isGood = true;
    try {
      parsePptpUsers(secret, pool);
    } catch (error) {
      isGood = false;
      expect(String(error)).not.toContain('hush');
    }
    const { status, text: said } = applyUsers(secret);
    expect(status).toBe(isGood ? 0 : 1);
    expect(machine.read('/etc/ppp/chap-secrets') === before).toBe(!isGood);
    if (!isGood) {
      expect(said).toMatch(/^users refused: .+\n$/);
      expect(said).not.toContain('hush');
    }
  });

  test('that were removed or changed lose their calls, the others keep theirs', async () => {
    install(pptpHost());
    applyUsers(
      JSON.stringify({
        users: ['gone', 'changed', 'stays', 'a "quoted" name'].map((name) => ({ name, password: 'old' })),
      }),
    );
    // Calls as pppd leaves them: its process, and what the hook noted of it.
    machine.sh('cp /bin/sleep /run/pppd; mkdir -p /run/vpn-gateway/calls');
    const pids = ['gone', 'changed', 'stays', 'a "quoted" name'].map((name, at) => {
      const pid = machine.sh('/run/pppd 600 >/dev/null 2>&1 & echo $!').trim();
      machine.run([
        'env',
        `PPPD_PID=${pid}`,
        `PPP_REMOTE=10.99.0.${at + 2}`,
        `PEERNAME=${name}`,
        '/etc/ppp/ip-up.d/vpn-gateway',
      ]);
      return pid;
    });
    // A note that nobody took back, its process number by now another program's.
    const other = machine.sh('sleep 600 >/dev/null 2>&1 & echo $!').trim();
    machine.write(`/run/vpn-gateway/calls/${other}`, '10.99.0.9 gone\n');
    const { text: said } = applyUsers(
      '{"users": [{"name": "stays", "password": "old"}, {"name": "changed", "password": "new"}]}',
    );
    const lives = [...pids, other].map(
      (pid) => machine.run(['grep', '-q', 'State:.[SR]', `/proc/${pid}/status`]).status === 0,
    );
    expect(lives).toEqual([false, false, true, false, true]);
    expect(said).toContain(`pptp: ended the call of pppd ${pids[0]}: user removed or changed\n`);
  });

  test('that redial with a fixed address end the dead call that still holds it', () => {
    machine.sh('rm -rf /run/vpn-gateway/calls; mkdir -p /run/vpn-gateway/calls');
    const call = (address: string) => {
      const pid = machine.sh('/run/pppd 600 >/dev/null 2>&1 & echo $!').trim();
      const hook = machine.run([
        'env',
        `PPPD_PID=${pid}`,
        `PPP_REMOTE=${address}`,
        'PEERNAME=plc',
        '/etc/ppp/ip-up.d/vpn-gateway',
      ]);
      expect(hook).toEqual({ status: 0, text: '' });
      return pid;
    };
    const [dead, other, redialled] = [call('10.99.0.250'), call('10.99.0.25'), call('10.99.0.250')];
    const lives = [dead, other, redialled].map(
      (pid) => machine.run(['grep', '-q', 'State:.[SR]', `/proc/${pid}/status`]).status === 0,
    );
    expect(lives).toEqual([false, true, true]);
    expect(machine.read(`/run/vpn-gateway/calls/${redialled}`)).toBe('10.99.0.250 plc\n');
    expect(machine.read('/journal')).toContain('session-start protocol=pptp user="plc" address=10.99.0.250\n');
  });
});

describe('pptpd of Debian 13 on the rendered pptpd.conf', () => {
  /** The command of the rendered unit, with a program in pppd's place. */
  function start(conf?: string): string {
    machine.sh('rm -f /run/calls');
    if (conf !== undefined) {
      machine.write('/etc/pptpd.conf', conf);
    }
    const command = /^ExecStart=(\/.*)$/m.exec(machine.read('/etc/systemd/system/pptpd.service.d/gateway.conf'))?.[1];
    return machine.sh(`${command} --ppp /stubs/note-call >/dev/null 2>&1 & echo $!; sleep 0.3`).trim();
  }

  async function stop(pid: string): Promise<void> {
    machine.run(['sh', '-c', `kill ${pid}; pkill -f pptpctrl; pkill -x sleep; pkill -f '^pptpd \\['; sleep 0.3`]);
  }

  /** Opens so many calls at once, and returns the addresses that pptpd gave them. */
  async function addressesOf(calls: number): Promise<string[]> {
    const client = spawn('nsenter', machine.enter(['python3', '-u', '/pptp-client.py', String(calls)]));
    let errors = '';
    client.stderr.on('data', (data) => {
      errors += data;
    });
    const lines = readline.createInterface({ input: client.stdout })[Symbol.asyncIterator]();
    const { value } = await lines.next();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const started = machine.run(['cat', '/run/calls']).text.trim().split('\n');
    client.stdin.end();
    expect([value, errors]).toEqual(['up', '']);
    return started.map((line) => / ([\d.]+:[\d.]+) /.exec(line)?.[1] ?? line);
  }

  const span = (net: string, first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, n) => `${net}.${first + n}`);

  test.each<[string, PptpPoolOptions, string, string[]]>([
    ['10.99.0.0/30', {}, '10.99.0.1', ['10.99.0.2']],
    ['10.99.0.0/24', { fixedAddresses: 10 }, '10.99.0.1', span('10.99.0', 2, 244)],
    ['172.16.4.128/25', { maxSessions: 20 }, '172.16.4.129', span('172.16.4', 130, 149)],
    [
      '10.96.252.0/22',
      {},
      '10.96.252.1',
      [...span('10.96.252', 2, 254), ...span('10.96.253', 1, 254), ...span('10.96.254', 1, 5)],
    ],
  ])('hands out the pool %s %j and nothing else', async (cidr, options, local, addresses) => {
    install(pptpHost({ pool: PptpPool.from(cidr, options) }));
    const pptpd = start();
    const given = await addressesOf(addresses.length);
    expect(given).toEqual(expect.arrayContaining(addresses.map((remote) => `${local}:${remote}`)));
    expect(given).toHaveLength(addresses.length);
    await stop(pptpd);
  });

  test('answers no call beyond the last session', async () => {
    install(pptpHost({ pool: PptpPool.from('10.99.0.0/29') }));
    const pptpd = start();
    const beyond = machine.run(['timeout', '3', 'python3', '/pptp-client.py', '6']);
    expect(beyond.status).toBe(124);
    expect(machine.read('/run/calls').trim().split('\n')).toHaveLength(5);
    await stop(pptpd);
  });

  test('starts pppd with the options file of the host and the address of the client', async () => {
    install(pptpHost());
    const pptpd = start();
    await addressesOf(1);
    expect(machine.read('/run/calls')).toBe(
      'local file /etc/ppp/pptpd-options 115200 10.99.0.1:10.99.0.2 ipparam 127.0.0.1 remotenumber 127.0.0.1\n',
    );
    await stop(pptpd);
  });

  test('keeps others waiting five seconds, not ten, for a client that connects and says nothing', async () => {
    install(pptpHost());
    const pptpd = start();
    machine.sh(
      'python3 -c "import socket, time; s = socket.create_connection((\'127.0.0.1\', 1723)); time.sleep(30)" >/dev/null 2>&1 & sleep 0.5',
    );
    const begun = Date.now();
    await addressesOf(1);
    const waited = (Date.now() - begun) / 1000;
    expect(waited).toBeGreaterThan(3);
    expect(waited).toBeLessThan(8.5);
    await stop(pptpd);
  });

  describe('does with what is never rendered', () => {
    test('an overlong remoteip: it ignores the line and hands out addresses of its own', async () => {
      const remoteip = Array.from({ length: 60 }, (_, n) => `10.99.${n}.2`).join(',');
      const pptpd = start(`localip 10.99.0.1\nremoteip ${remoteip}\n`);
      expect(await addressesOf(1)).toEqual(['10.99.0.1:192.168.1.1']);
      await stop(pptpd);
    });

    test('a range across two /24: it does not start', () => {
      const pptpd = start('localip 10.99.0.1\nremoteip 10.99.0.200-10.99.1.20\n');
      expect(machine.run(['kill', '-0', pptpd]).status).toBe(1);
    });
  });
});
