// What the machine asks of Google Cloud and tells it: the very program, with a stand-in for the metadata server and Secret
// Manager on this machine.

import { spawn } from 'node:child_process';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GOOGLE_PROGRAM, INSTANCE_ID_COMMAND } from '../../lib/google/machine-program';

jest.setTimeout(60_000);

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
let asked: Asked[];
let answers: Record<string, Answer>;

const POLICY = 'vpn-gateway policy 1\nclient 203.0.113.0/24\nto 10.40.2.0/24 tcp 443-443\n';
const SECRET = '{"users":[{"name":"alice","password":"pässword"}]}';
const METADATA = '/computeMetadata/v1/instance';
const VERSION = '/v1/projects/plant4-vpn/secrets/vpn-users/versions/latest:access';

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const { status = 200, body = '', location } = answers[url] ?? { status: 404 };
      response.writeHead(status, location === undefined ? {} : { location }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

beforeEach(() => {
  asked = [];
  answers = {
    [`${METADATA}/attributes/vpn-gateway`]: { body: `secret projects/plant4-vpn/secrets/vpn-users\n${POLICY}` },
    [`${METADATA}/service-accounts/default/token`]: { body: '{"access_token":"T0KEN","expires_in":3599}' },
    [`${METADATA}/guest-attributes/vpn-gateway/state`]: {},
    [`${METADATA}/id`]: { body: '4711' },
    [VERSION]: { body: JSON.stringify({ payload: { data: Buffer.from(SECRET).toString('base64') } }) },
  };
});

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Python text with every server of Google replaced by ours. */
function python(text: string, ...args: string[]): Promise<Run> {
  const here = text
    .replaceAll('http://169.254.169.254', origin)
    .replaceAll('https://secretmanager.googleapis.com', origin);
  expect(here).not.toBe(text);
  const child = spawn('python3', ['-I', '-c', here, ...args], {
    // It must not be listened to.
    env: { ...process.env, http_proxy: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' },
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk;
    });
  }
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...output })));
}

const run = (what: string) => python(GOOGLE_PROGRAM.content, what);

test('the policy is that of the metadata, to the letter', async () => {
  expect(await run('policy')).toEqual({ status: 0, stdout: POLICY, stderr: '' });
  expect(asked.map(({ url, headers }) => [url, headers['metadata-flavor']])).toEqual([
    [`${METADATA}/attributes/vpn-gateway`, 'Google'],
  ]);
});

test('the secret is its latest version, fetched with the token of the service account', async () => {
  expect(await run('secret')).toEqual({ status: 0, stdout: SECRET, stderr: '' });
  const { url, headers } = asked.at(-1)!;
  expect([url, headers.authorization]).toEqual([VERSION, 'Bearer T0KEN']);
});

test.each(['ready', 'failed'])('%s is told in a guest attribute', async (state) => {
  expect(await run(state)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(asked).toMatchObject([{ method: 'PUT', url: `${METADATA}/guest-attributes/vpn-gateway/state`, body: state }]);
});

test('where guest attributes are forbidden, it says so and goes on', async () => {
  answers[`${METADATA}/guest-attributes/vpn-gateway/state`] = { status: 403 };
  const { status, stderr } = await run('ready');
  expect(status).toBe(0);
  expect(stderr).toBe(`${origin}${METADATA}/guest-attributes/vpn-gateway/state: HTTP 403 Forbidden\n`);
});

test('a secret that may not be read fails, without a word of the token', async () => {
  answers[VERSION] = { status: 403, body: 'T0KEN may not' };
  const { status, stdout, stderr } = await run('secret');
  expect([status, stdout, stderr]).toEqual([1, '', `${origin}${VERSION}: HTTP 403 Forbidden\n`]);
});

test('a redirect is not followed: it would carry the token elsewhere', async () => {
  answers[VERSION] = { status: 302, location: `${origin}/elsewhere` };
  const { status, stderr } = await run('secret');
  expect([status, stderr]).toEqual([1, `${origin}${VERSION}: HTTP 302 Found\n`]);
  expect(asked.map(({ url }) => url)).not.toContain('/elsewhere');
});

test('metadata without a policy fails', async () => {
  answers[`${METADATA}/attributes/vpn-gateway`] = { body: 'secret projects/p/secrets/s\n' };
  expect(await run('policy')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'the metadata of this machine holds no policy\n',
  });
});

test('the id of the machine is that of the metadata', async () => {
  const [program, option, text = ''] = INSTANCE_ID_COMMAND;
  expect([program, option]).toEqual(['python3', '-c']);
  const isolated = text.replace('r.urlopen(', 'r.build_opener(r.ProxyHandler({})).open(');
  expect(await python(isolated)).toEqual({ status: 0, stdout: '4711\n', stderr: '' });
});
