import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ClientPool } from '../../../lib/host';
import { type Ikev2Method, ikev2Service } from '../../../lib/host/ikev2';
import { applyProgram } from '../../../lib/host/programs';

export const POOL = ClientPool.from('10.99.2.0/29');
export const SERVER = 'vpn.example.com';

const RADIUS = { servers: ['10.0.0.5', '10.0.0.6'] };

/** Runs `users` of the program for every line, and asks `openssl` nothing twice: starting both anew takes its time. */
const WORKER = `
import contextlib, functools, io, json, sys
program, sys.argv = open(sys.argv[1]).read(), ['apply', 'users']
exec(program[:program.rindex('globals()[')])
openssl = functools.lru_cache(None)(openssl)
for line in sys.stdin:
    said, result = io.StringIO(), {'status': 0, 'stderr': ''}
    with contextlib.redirect_stdout(said):
        try:
            users(json.loads(line))
        except SystemExit as refusal:
            result = {'status': 1, 'stderr': f'{refusal}\\n'}
    print(json.dumps({**result, 'stdout': said.getvalue()}), flush=True)
`;

/** A folder in which `vpn-gateway-apply` runs as it would on a machine, its absolute paths moved into it. */
export class Sandbox {
  public readonly folder = mkdtempSync(join(tmpdir(), 'ikev2-'));
  private readonly worker: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;

  public constructor(authentication: readonly Ikev2Method[], serverName = SERVER) {
    const folders = ['x509', 'private', 'x509ca', 'x509crl', 'conf.d'].map((name) => `etc/swanctl/${name}`);
    for (const folder of [...folders, 'etc/strongswan.d', 'var/lib/vpn-gateway']) {
      mkdirSync(join(this.folder, folder), { recursive: true });
    }
    const service = ikev2Service({
      pool: POOL,
      serverName,
      authentication,
      routes: 'everything',
      ...(authentication.includes('eap-radius') ? { radius: RADIUS } : {}),
    });
    const program = applyProgram('def filter_load(*_): pass\n', [service]);
    writeFileSync(join(this.folder, 'apply'), program.replace(/'\/(?=etc\/|var\/|run\/)/g, `'${this.folder}/`));
    this.worker = spawn('python3', ['-c', WORKER, join(this.folder, 'apply')], {
      env: { PATH: process.env.PATH, ...service.settings },
    });
    this.worker.stderr.pipe(process.stderr);
    this.answers = createInterface({ input: this.worker.stdout })[Symbol.asyncIterator]();
  }

  public read(path: string): string | undefined {
    const at = join(this.folder, path);
    return existsSync(at) ? readFileSync(at, 'utf8') : undefined;
  }

  /** What `vpn-gateway-apply users` does with a secret. */
  public async users(secret: string): Promise<{ status: number; stdout: string; stderr: string }> {
    this.worker.stdin.write(`${JSON.stringify(secret)}\n`);
    const { value, done } = await this.answers.next();
    if (done) {
      throw new Error('the machine ended');
    }
    return JSON.parse(value);
  }

  public async remove(): Promise<void> {
    const ended = once(this.worker, 'exit');
    this.worker.stdin.end();
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}
