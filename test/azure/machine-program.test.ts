// What the machine asks of Azure and tells it: the very program, with stand-ins for the metadata service, the key vault
// and the log ingestion on this machine.

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AZURE_PROGRAM } from '../../lib/azure/machine-program';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Answer {
  readonly status?: number;
  readonly body?: string;
  readonly location?: string;
}

let server: Server;
let origin: string;
let folder: string;
let asked: Asked[];
let answer: (path: string) => Answer | undefined;

const POLICY = 'vpn-gateway policy 1\nclient 203.0.113.0/24\nto 10.40.2.0/24 tcp 443-443\n';
const base64 = (text: string) => Buffer.from(text).toString('base64');

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const { status = 200, body = '', location } = answer(url.split('?')[0] ?? '') ?? { status: 404 };
      response.writeHead(status, location === undefined ? {} : { location }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vpn-gateway-azure-'));
  asked = [];
  const settings = [`vault ${origin}/`, 'secret vpn-users', 'identity c-1', `journal ${origin} dcr-7`].join('\n');
  answer = (path) =>
    ({
      '/metadata/instance/compute/userData': { body: base64(`${settings}\n${POLICY}`) },
      '/metadata/instance/compute/name': { body: 'plant4-Vpn' },
      '/metadata/identity/oauth2/token': { body: JSON.stringify({ access_token: 't0ken', expires_in: '3599' }) },
      '/secrets/vpn-users': { body: JSON.stringify({ value: '{"users":[]}', id: 'x' }) },
      '/dataCollectionRules/dcr-7/streams/Custom-VpnGatewayJournal': { status: 204 },
    })[path];
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the program; in `bin` of the folder lies what it starts. */
async function run(what: string, journalctl?: string) {
  const program = join(folder, 'vpn-gateway-azure');
  writeFileSync(program, AZURE_PROGRAM.content.replace('http://169.254.169.254', origin));
  if (journalctl !== undefined) {
    writeFileSync(join(folder, 'journalctl'), journalctl);
    chmodSync(join(folder, 'journalctl'), 0o755);
  }
  const child = spawn('python3', ['-I', program, what], {
    // A proxy must not be asked: nothing answers at this one.
    env: { PATH: `${folder}:${process.env.PATH}`, STATE_DIRECTORY: folder, http_proxy: 'http://127.0.0.1:9' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, stdout, stderr: stderr.replaceAll(origin, '<origin>') };
}

const urls = () =>
  asked.map(({ method, url }) => `${method} ${decodeURIComponent(url).replaceAll(origin, '<origin>')}`);

describe('policy', () => {
  test('comes from the user data of the machine, without the settings before it', async () => {
    expect(await run('policy')).toEqual({ status: 0, stdout: POLICY, stderr: '' });
    expect(urls()).toEqual(['GET /metadata/instance/compute/userData?api-version=2021-01-01&format=text']);
    expect(asked[0]?.headers.metadata).toBe('true');
  });

  test.each([
    ['no user data', ''],
    ['the user data of something else', base64('#cloud-config\n')],
  ])('with %s, it fails and says so', async (_, body) => {
    answer = () => ({ body });
    expect(await run('policy')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'the user data of this machine holds no policy\n',
    });
  });
});

describe('secret', () => {
  test('comes from the key vault, with a token of the identity for the service of that vault', async () => {
    expect(await run('secret')).toEqual({ status: 0, stdout: '{"users":[]}', stderr: '' });
    expect(urls().slice(1)).toEqual([
      `GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://0.0.1:${new URL(origin).port}&client_id=c-1`,
      'GET /secrets/vpn-users?api-version=7.4',
    ]);
    expect(asked[1]?.headers.metadata).toBe('true');
    expect(asked[2]?.headers.authorization).toBe('Bearer t0ken');
  });

  test.each([
    [403, 'Forbidden'],
    [404, 'Not Found'],
    [503, 'Service Unavailable'],
  ])(
    'that the vault answers with %d fails, and says where and how, but neither the token nor the answer',
    async (status, reason) => {
      const usual = answer;
      answer = (path) =>
        path.startsWith('/secrets') ? { status, body: '{"error":{"message":"inner"}}' } : usual(path);
      expect(await run('secret')).toEqual({
        status: 1,
        stdout: '',
        stderr: `<origin>/secrets/vpn-users: HTTP ${status} ${reason}\n`,
      });
    },
  );

  test('follows no redirect: the token would go along', async () => {
    const usual = answer;
    answer = (path) => (path.startsWith('/secrets') ? { status: 302, location: `${origin}/elsewhere` } : usual(path));
    expect(await run('secret')).toMatchObject({ status: 1, stderr: '<origin>/secrets/vpn-users: HTTP 302 Found\n' });
    expect(urls().join('\n')).not.toContain('/elsewhere');
  });

  test('fails where the metadata service gives no token', async () => {
    const usual = answer;
    answer = (path) => (path.includes('token') ? { status: 400, body: 'Identity not found' } : usual(path));
    expect(await run('secret')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: '<origin>/metadata/identity/oauth2/token: HTTP 400 Bad Request\n',
    });
  });
});

describe('journal', () => {
  const entry = (n: number, more: object = {}) =>
    JSON.stringify({
      __CURSOR: `c${n}`,
      __REALTIME_TIMESTAMP: String(1_763_800_000_000_000 + n),
      SYSLOG_IDENTIFIER: 'vpn-gateway',
      PRIORITY: '6',
      MESSAGE: `message ${n}`,
      ...more,
    });
  const journalctl = (...lines: string[]) =>
    `#!/bin/sh\necho "$*" >>"$STATE_DIRECTORY/asked"\ncat <<'END'\n${lines.join('\n')}\nEND\n`;
  const sent = () => asked.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body));
  const read = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined;

  test('is sent as rows of Syslog, from the place last reached on', async () => {
    const lines = [
      entry(1),
      entry(2, { PRIORITY: '4', SYSLOG_FACILITY: '10', MESSAGE: [104, 105, 255] }),
      entry(3, { SYSLOG_IDENTIFIER: undefined, PRIORITY: undefined, MESSAGE: null, SYSLOG_FACILITY: '17' }),
    ];
    expect(await run('journal', journalctl(...lines))).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(urls().at(-1)).toBe(
      'POST /dataCollectionRules/dcr-7/streams/Custom-VpnGatewayJournal?api-version=2023-01-01',
    );
    expect(asked.at(-1)?.headers).toMatchObject({ authorization: 'Bearer t0ken', 'content-type': 'application/json' });
    const common = { Computer: 'plant4-Vpn', SeverityLevel: 'info', ProcessName: 'vpn-gateway', Facility: 'daemon' };
    expect(sent()).toEqual([
      [
        { ...common, TimeGenerated: '2025-11-22T08:26:40.000001Z', SyslogMessage: 'message 1' },
        {
          ...common,
          TimeGenerated: '2025-11-22T08:26:40.000002Z',
          SyslogMessage: 'hi\ufffd',
          SeverityLevel: 'warning',
          Facility: 'authpriv',
        },
        {
          ...common,
          TimeGenerated: '2025-11-22T08:26:40.000003Z',
          SyslogMessage: '-',
          ProcessName: 'kernel',
          Facility: 'local1',
        },
      ],
    ]);
    expect(read('cursor')).toBe('c3');
    await run('journal', journalctl(entry(4)));
    expect(read('asked')).toBe(
      '--no-pager --output=json --priority=info\n--no-pager --output=json --priority=info --after-cursor=c3\n',
    );
  });

  test('sends nothing where there is nothing', async () => {
    expect(await run('journal', '#!/bin/sh\n')).toMatchObject({ status: 0, stderr: '' });
    expect(sent()).toEqual([]);
    expect(read('cursor')).toBeUndefined();
  });

  test('is sent in calls of less than 1 MB, in order', async () => {
    const lines = Array.from({ length: 40 }, (_, n) => entry(n, { MESSAGE: 'x'.repeat(59_000) }));
    await run('journal', journalctl(...lines));
    expect(sent().map((rows) => rows.length)).toEqual([15, 15, 10]);
    expect(Math.max(...asked.map(({ body }) => body.length))).toBeLessThan(1_000_000);
    expect(
      sent()
        .flat()
        .map((row) => row.TimeGenerated),
    ).toEqual(
      sent()
        .flat()
        .map((row) => row.TimeGenerated)
        .sort(),
    );
  });

  test('that is not taken is kept, and sent again', async () => {
    const usual = answer;
    answer = (path) => (path.startsWith('/dataCollectionRules') ? { status: 429 } : usual(path));
    expect(await run('journal', journalctl(entry(1)))).toMatchObject({
      status: 1,
      stderr: '<origin>/dataCollectionRules/dcr-7/streams/Custom-VpnGatewayJournal: HTTP 429 Too Many Requests\n',
    });
    expect(read('cursor')).toBeUndefined();
    answer = usual;
    expect(await run('journal', journalctl(entry(1)))).toMatchObject({ status: 0 });
    expect(read('cursor')).toBe('c1');
  });

  test('whose last place is gone is read from its beginning, the next time', async () => {
    writeFileSync(join(folder, 'cursor'), 'gone');
    expect(await run('journal', '#!/bin/sh\nexit 1\n')).toMatchObject({
      status: 1,
      stderr: 'the journal cannot be read on from the place last reached: starting over\n',
    });
    expect(read('cursor')).toBeUndefined();
  });
});
