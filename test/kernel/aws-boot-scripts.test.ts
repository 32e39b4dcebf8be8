// What a machine on AWS runs at its first boot beside the host itself, run here with stand-ins for the commands that need
// AWS: each notes what it was called with.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runBootScript } from '../../lib/aws/boot-script';
import { SHIP_JOURNAL, shipJournal } from '../../lib/aws/log-shipping';
import { moveFiles } from '../../lib/aws/machine-files';
import { installSsmAgent } from '../../lib/aws/session-manager';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aws-boot-'));
  mkdirSync(join(folder, 'bin'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A command of the machine, played by a shell script. */
function standIn(name: string, script: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const PATH = `${join(folder, 'bin')}:${process.env.PATH}`;
  return spawnSync(command, args, { cwd: folder, env: { PATH, F: folder, ...env }, encoding: 'utf8' });
}

const noted = (name: string) => {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
};

describe('a boot script', () => {
  const script = {
    id: 'Test',
    description: 'A test',
    packages: [],
    text: 'echo "$1|$2" >ran',
    args: ['one word', 'b'],
  };

  test('is fetched by the name of its parameter and run with its arguments', () => {
    writeFileSync(join(folder, 'value'), script.text);
    standIn('aws', 'echo "$*" >"$F/asked"; cat "$F/value"; echo');
    const [command = '', ...args] = runBootScript(script, 'CFN-Script-1', 'eu-central-1');
    expect(run(command, args)).toMatchObject({ status: 0, stderr: '' });
    expect(noted('asked')).toEqual([
      'ssm get-parameter --region eu-central-1 --name CFN-Script-1 --query Parameter.Value --output text',
    ]);
    expect(noted('ran')).toEqual(['one word|b']);
  });

  test('whose text is not the one that was synthesised is not run, and fails the machine', () => {
    standIn('aws', 'echo "touch intruded"');
    const [command = '', ...args] = runBootScript(script, 'CFN-Script-1', 'eu-central-1');
    expect(run(command, args).status).not.toBe(0);
    expect(readdirSync(folder)).toEqual(['bin']);
  });

  test('that cannot be fetched fails the machine', () => {
    standIn('aws', 'exit 254');
    const [command = '', ...args] = runBootScript(script, 'CFN-Script-1', 'eu-central-1');
    expect(run(command, args).status).not.toBe(0);
  });

  test('that fails itself fails the machine', () => {
    const failing = { ...script, text: 'exit 3' };
    standIn('aws', 'echo "exit 3"');
    const [command = '', ...args] = runBootScript(failing, 'CFN-Script-1', 'eu-central-1');
    expect(run(command, args).status).toBe(3);
    expect(args).toContain(createHash('sha256').update('exit 3').digest('hex'));
  });
});

describe('shipping the journal', () => {
  const minute = 60_000_000;
  const entry = (n: number, more: object = {}) => ({
    __CURSOR: `c${n}`,
    __REALTIME_TIMESTAMP: String(1_790_000_000_000_000 + n * minute),
    SYSLOG_IDENTIFIER: 'pptpd',
    MESSAGE: `line ${n}`,
    ...more,
  });

  /** Runs the program against these entries; journalctl goes on after the cursor that it is given. */
  function ship(entries: readonly object[], failing = '') {
    writeFileSync(join(folder, 'instance-id'), 'i-0123456789abcdef0\n');
    writeFileSync(
      join(folder, 'program'),
      SHIP_JOURNAL.replace('/var/lib/cloud/data/instance-id', join(folder, 'instance-id')),
    );
    writeFileSync(join(folder, 'journal'), entries.map((one) => `${JSON.stringify(one)}\n`).join(''));
    standIn(
      'journalctl',
      `echo "$*" >>"$F/asked"
      for a in "$@"; do case $a in --after-cursor=*) sed "1,/\${a#*=}\\"/d" "$F/journal"; exit;; esac; done
      cat "$F/journal"`,
    );
    standIn(
      'aws',
      `echo "$2" >>"$F/calls"; ${failing}
      [ "$2" = put-log-events ] || { touch "$F/stream"; exit 0; }
      [ -e "$F/stream" ] || { echo 'An error occurred (ResourceNotFoundException): no stream' >&2; exit 254; }
      for a in "$@"; do case $a in file://*) cat "\${a#file://}" >>"$F/sent"; echo >>"$F/sent";; esac; done`,
    );
    mkdirSync(join(folder, 'state'), { recursive: true });
    return run('/usr/bin/python3', ['program', '/pptp/journal', 'eu-central-1'], {
      STATE_DIRECTORY: join(folder, 'state'),
    });
  }

  const sent = () => noted('sent').map((line) => JSON.parse(line));

  test('sends entries about sessions with their fields, so that they can be asked for', () => {
    const session = {
      SYSLOG_IDENTIFIER: 'vpn-gateway',
      MESSAGE: 'session-end protocol=pptp user="alice" seconds=77',
      VPN_EVENT: 'session-end',
      VPN_PROTOCOL: 'pptp',
      VPN_USER: 'al"ice',
      VPN_SECONDS: '77',
      VPN_BYTES_IN: '1024',
    };
    expect(ship([entry(1, session)])).toMatchObject({ status: 0, stderr: '' });
    const [{ message }] = sent()[0].logEvents;
    expect(JSON.parse(message)).toEqual({
      VPN_EVENT: 'session-end',
      VPN_PROTOCOL: 'pptp',
      VPN_USER: 'al"ice',
      VPN_SECONDS: 77,
      VPN_BYTES_IN: 1024,
    });
  });

  test('makes the stream of the machine, sends every entry in order and keeps the place that it has reached', () => {
    expect(ship([entry(1), entry(2, { SYSLOG_IDENTIFIER: 'pppd' })])).toMatchObject({ status: 0, stderr: '' });
    expect(noted('calls')).toEqual(['put-log-events', 'create-log-stream', 'put-log-events']);
    expect(sent()).toEqual([
      {
        logGroupName: '/pptp/journal',
        logStreamName: 'i-0123456789abcdef0',
        logEvents: [
          { timestamp: 1_790_000_060_000, message: 'pptpd: line 1' },
          { timestamp: 1_790_000_120_000, message: 'pppd: line 2' },
        ],
      },
    ]);
    expect(readFileSync(join(folder, 'state', 'cursor'), 'utf8')).toBe('c2');
  });

  test('goes on where it was', () => {
    ship([entry(1), entry(2)]);
    ship([entry(1), entry(2), entry(3)]);
    expect(noted('asked')[1]).toContain('--after-cursor=c2');
    expect(sent()[1].logEvents).toEqual([{ timestamp: 1_790_000_180_000, message: 'pptpd: line 3' }]);
  });

  test('loses nothing while CloudWatch cannot be reached', () => {
    const { status, stderr } = ship([entry(1)], 'echo "Could not connect" >&2; exit 255');
    expect(status).toBe(1);
    expect(stderr).toBe('Could not connect\n');
    expect(existsSync(join(folder, 'state', 'cursor'))).toBe(false);
  });

  test('sends nothing when nothing is new', () => {
    ship([entry(1)]);
    ship([entry(1)]);
    expect(sent()).toHaveLength(1);
  });

  test('keeps to what CloudWatch takes: 10000 events, a mebibyte and a day in one batch', () => {
    ship(Array.from({ length: 10_001 }, (_, n) => entry(0, { __CURSOR: `c${n}` })));
    expect(sent().map(({ logEvents }) => logEvents.length)).toEqual([10_000, 1]);
    rmSync(join(folder, 'sent'));
    rmSync(join(folder, 'state'), { recursive: true });

    ship(Array.from({ length: 20 }, (_, n) => entry(n, { MESSAGE: 'x'.repeat(100_000) })));
    for (const { logEvents } of sent()) {
      const bytes = logEvents.reduce((sum: number, { message }: { message: string }) => sum + message.length + 26, 0);
      expect(bytes).toBeLessThan(1_048_576);
    }
    expect(sent().flatMap(({ logEvents }) => logEvents)).toHaveLength(20);
    rmSync(join(folder, 'sent'));
    rmSync(join(folder, 'state'), { recursive: true });

    ship([entry(0), entry(24 * 60)]);
    expect(sent()).toHaveLength(2);
  });

  test('sends bytes that are no text, and entries without a name', () => {
    ship([entry(1, { MESSAGE: [104, 105, 255] }), entry(2, { SYSLOG_IDENTIFIER: undefined, _COMM: 'kworker' })]);
    expect(sent()[0].logEvents.map(({ message }: { message: string }) => message)).toEqual([
      'pptpd: hi\ufffd',
      'kworker: line 2',
    ]);
  });

  test('starts over where the place that it had reached is gone from the journal', () => {
    ship([entry(1)]);
    standIn('journalctl', 'exit 1');
    const state = join(folder, 'state');
    expect(
      run('/usr/bin/python3', ['program', '/pptp/journal', 'eu-central-1'], { STATE_DIRECTORY: state }).status,
    ).toBe(1);
    expect(existsSync(join(state, 'cursor'))).toBe(false);
  });

  test('is installed as a program, a unit and a timer by a script that the shell accepts', () => {
    const { text } = shipJournal('/pptp/journal', 'eu-central-1');
    const local = text.replaceAll('/usr/local/sbin/', `${folder}/`).replaceAll('/etc/systemd/system/', `${folder}/`);
    standIn('systemctl', 'echo "$*" >>"$F/systemctl"');
    expect(run('sh', ['-c', local, 'sh', '/pptp/journal', 'eu-central-1'])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(folder, 'vpn-gateway-ship-journal'), 'utf8')).toBe(SHIP_JOURNAL);
    expect(noted('vpn-gateway-ship-journal.service')).toContain(
      `ExecStart=${folder}/vpn-gateway-ship-journal /pptp/journal eu-central-1`,
    );
    expect(noted('systemctl')).toEqual(['daemon-reload', 'enable --now vpn-gateway-ship-journal.timer']);
  });
});

describe('installing the SSM agent', () => {
  const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBGTtIoIBCAD2\n-----END PGP PUBLIC KEY BLOCK-----\n';

  function install(verifies: boolean) {
    const { text, args } = installSsmAgent(key, 'eu-central-1', 'amazonaws.com', 'arm64');
    for (const name of ['curl', 'gpg', 'dpkg', 'systemctl']) {
      standIn(name, `echo "${name} $*" | sed "s#$PWD##g" >>"$F/calls"; [ ! -e key.asc ] || cp key.asc "$F/key"`);
    }
    standIn('gpgv', `echo "gpgv $*" >>"$F/calls"; exit ${verifies ? 0 : 1}`);
    return run('sh', ['-c', text, 'sh', ...args]);
  }

  test('fetches package and signature from the Region, checks them against the key, and only then installs', () => {
    expect(install(true)).toMatchObject({ status: 0, stderr: '' });
    const url =
      'https://s3.eu-central-1.amazonaws.com/amazon-ssm-eu-central-1/latest/debian_arm64/amazon-ssm-agent.deb';
    expect(noted('calls')).toEqual([
      `curl -fsS --retry 5 -o agent.deb ${url}`,
      `curl -fsS --retry 5 -o agent.deb.sig ${url}.sig`,
      'gpg --homedir  --batch --dearmor -o key.gpg key.asc',
      'gpgv --keyring ./key.gpg agent.deb.sig agent.deb',
      'dpkg -i agent.deb',
      'systemctl enable --now amazon-ssm-agent',
    ]);
    expect(readFileSync(join(folder, 'key'), 'utf8')).toBe(key);
  });

  test('installs nothing whose signature does not fit, and fails the machine', () => {
    expect(install(false).status).not.toBe(0);
    expect(noted('calls').some((call) => call.startsWith('dpkg'))).toBe(false);
  });
});

describe('fetching the files for which user data has no room', () => {
  const host = {
    cloudInit: [],
    packages: [],
    commands: [['true']],
    files: [
      { path: '/etc/apt/apt.conf.d/90vpn-gateway', content: 'APT::Periodic::Update-Package-Lists "1";\n' },
      { path: '/etc/vpn-gateway/settings', content: `secret=\${Token[TOKEN.1]}\n` },
      { path: '/usr/local/sbin/one', mode: '0755', content: '#!/bin/sh\necho "one" # \\ \t\n' },
      { path: '/etc/umlaut', content: 'ä\n' },
      { path: '/etc/two', content: 'two\n' },
    ],
  };
  const there = { region: 'eu-central-1', stack: 'Site', logicalId: 'Machine' };

  /** The command of user data, with the files put below the folder. */
  function fetching(metadata?: object) {
    const { host: rest, moved } = moveFiles(host, /\$\{Token\[[^\]]+\]\}/g, there);
    writeFileSync(join(folder, 'metadata'), JSON.stringify(metadata ?? { 'vpn-gateway-files': moved, more: {} }));
    const [[command, ...args], ...others] = rest.commands as [string[], ...string[][]];
    const script = args.map((arg) =>
      arg
        .replace('in files:\n', `in files:\n path = '${folder}/root' + path\n`)
        .replace('sleep 5', ':')
        .replace('-lt 120', '-lt 4'),
    );
    return { rest, others, run: (env: NodeJS.ProcessEnv = {}) => run(command as string, script, env) };
  }

  test('leaves in user data what only deployment knows, what apt needs and what CloudFormation may garble', () => {
    const { rest, others } = fetching();
    expect(rest.files.map(({ path }) => path)).toEqual([
      '/etc/apt/apt.conf.d/90vpn-gateway',
      '/etc/vpn-gateway/settings',
      '/etc/umlaut',
    ]);
    expect(others).toEqual([['true']]);
  });

  test('asks CloudFormation for them until it answers, and writes them with their modes', () => {
    standIn('aws', 'echo "$*" >>"$F/asked"; [ "$(wc -l <"$F/asked")" -gt 2 ] || exit 254; cat "$F/metadata"');
    expect(fetching().run().status).toBe(0);
    expect(noted('asked')).toEqual(
      Array.from(
        { length: 3 },
        () =>
          'cloudformation describe-stack-resource --region eu-central-1 --stack-name Site --logical-resource-id Machine --query StackResourceDetail.Metadata --output text',
      ),
    );
    expect(readFileSync(join(folder, 'root/usr/local/sbin/one'), 'utf8')).toBe('#!/bin/sh\necho "one" # \\ \t\n');
    expect(statSync(join(folder, 'root/usr/local/sbin/one')).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, 'root/etc/two')).mode & 0o777).toBe(0o644);
  });

  test('installs the command that asks where the image has none', () => {
    standIn('apt-get', 'echo "$*" >>"$F/apt"; case $* in *awscli) mv "$F/bin/later" "$F/bin/aws";; esac');
    standIn('later', 'cat "$F/metadata"');
    for (const name of ['/bin/sh', '/bin/cat', '/bin/mv', '/usr/bin/python3']) {
      symlinkSync(name, join(folder, 'bin', basename(name)));
    }
    expect(fetching().run({ PATH: join(folder, 'bin') }).status).toBe(0);
    expect(noted('apt')).toEqual(['-qy update', '-qy --no-install-recommends install awscli']);
    expect(existsSync(join(folder, 'root/etc/two'))).toBe(true);
  });

  test('takes no others than those that were synthesised', () => {
    standIn('aws', 'cat "$F/metadata"');
    const { run: fetch } = fetching({ 'vpn-gateway-files': [['/etc/two', '0644', 'intruded\n']] });
    const { status, stderr } = fetch();
    expect(status).not.toBe(0);
    expect(stderr).toContain('the files of this gateway are others than its user data was made for');
    expect(existsSync(join(folder, 'root'))).toBe(false);
  });
});
