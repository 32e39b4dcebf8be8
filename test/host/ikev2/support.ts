import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientPool } from '../../../lib/host';
import { type Ikev2Method, ikev2Service } from '../../../lib/host/ikev2';
import { applyProgram } from '../../../lib/host/programs';

export const POOL = ClientPool.from('10.99.2.0/29');
export const SERVER = 'vpn.example.com';

const RADIUS = { servers: ['10.0.0.5', '10.0.0.6'] };

const EACH = `
import functools, json, sys
program, sys.argv = open(sys.argv[1]).read(), ['apply', 'users']
exec(program[:program.rindex('globals()[')])
Ikev2.openssl = functools.lru_cache(None)(Ikev2.openssl)
results = []
for secret in json.load(sys.stdin):
    try:
        users(secret)
        results.append({'status': 0, 'stderr': ''})
    except SystemExit as refusal:
        results.append({'status': 1, 'stderr': f'{refusal}\\n'})
print('\\n' + json.dumps(results))
`;

/** A folder in which `vpn-gateway-apply` runs as it would on a machine, its absolute paths moved into it. */
export class Sandbox {
  public readonly folder = mkdtempSync(join(tmpdir(), 'ikev2-'));
  private readonly settings: Readonly<Record<string, string>>;

  public constructor(authentication: readonly Ikev2Method[], serverName = SERVER) {
    const folders = ['x509', 'private', 'x509ca', 'x509crl', 'conf.d'].map((name) => `etc/swanctl/${name}`);
    for (const folder of [...folders, 'etc/strongswan.d', 'var/lib/vpn-gateway']) {
      mkdirSync(join(this.folder, folder), { recursive: true });
    }
    const service = ikev2Service({
      pool: POOL,
      serverName,
      authentication,
      routes: 'full',
      ...(authentication.includes('eap-radius') ? { radius: RADIUS } : {}),
    });
    this.settings = service.settings;
    const program = applyProgram('def filter_load(*_): pass\n', [service]);
    writeFileSync(join(this.folder, 'apply'), program.replace(/'\/(?=etc\/|var\/|run\/)/g, `'${this.folder}/`));
  }

  public read(path: string): string | undefined {
    const at = join(this.folder, path);
    return existsSync(at) ? readFileSync(at, 'utf8') : undefined;
  }

  public mode(path: string): number {
    return statSync(join(this.folder, path)).mode & 0o777;
  }

  /** Runs `vpn-gateway-apply users`. */
  public users(secret: unknown): { status: number | null; stdout: string; stderr: string } {
    const input = typeof secret === 'string' ? secret : JSON.stringify(secret);
    const { status, stdout, stderr } = spawnSync('python3', [join(this.folder, 'apply'), 'users'], {
      input,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...this.settings },
    });
    return { status, stdout, stderr };
  }

  /** The same for many secrets in one process, which asks `openssl` nothing twice. */
  public usersOfEach(secrets: readonly string[]): { status: number; stderr: string }[] {
    const { stdout, stderr } = spawnSync('python3', ['-c', EACH, join(this.folder, 'apply')], {
      input: JSON.stringify(secrets),
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...this.settings },
    });
    if (stderr !== '') {
      throw new Error(stderr);
    }
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n[') + 1));
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
