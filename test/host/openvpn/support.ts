import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientPool } from '../../../lib/host';
import { type OpenVpnServiceOptions, openVpnService } from '../../../lib/host/openvpn';
import { applyProgram } from '../../../lib/host/programs';

export const POOL = ClientPool.from('10.99.3.0/24');

/** Authorities, certificates, keys and lists, made with openssl: every kind that a secret may and may not have. */
const PKI = `
exec 2>errors
curve() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key; }
root() { # name, more arguments
  name=$1; shift
  openssl req -x509 -new -key $name.key -days 30 -subj "/CN=$name" -addext keyUsage=critical,keyCertSign,cRLSign -out $name.pem "$@"
}
issue() { # authority, name, extensions, more arguments
  authority=$1 name=$2; printf "$3" >extensions; shift 3
  openssl req -new -key $name.key -subj "/CN=$name" -out request
  openssl ca -batch -notext -config ca.conf -cert $authority.pem -keyfile $authority.key -in request -extfile extensions -out $name.pem "$@"
}
printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nrand_serial=yes\\ndefault_md=sha256\\ndefault_days=20\\ndefault_crl_days=20\\npolicy=p\\nnew_certs_dir=.\\nunique_subject=no\\n[p]\\ncommonName=supplied\\n' >ca.conf
: >index
server='keyUsage=digitalSignature\\nextendedKeyUsage=serverAuth\\n'
authority='basicConstraints=critical,CA:TRUE\\nkeyUsage=keyCertSign,cRLSign\\n'
for name in ca other again between server below foreign client unusable bare old late; do curve $name; done
root ca; root other; root again -subj /CN=ca
issue ca between "$authority"
issue ca server "$server"; issue between below "$server"; issue other foreign "$server"
issue ca client 'keyUsage=digitalSignature\\nextendedKeyUsage=clientAuth\\n'
issue ca unusable 'keyUsage=keyAgreement\\nextendedKeyUsage=serverAuth\\n'; issue ca bare ''
issue ca old "$server" -startdate 20200101000000Z -enddate 20210101000000Z
issue ca late "$server" -startdate 20990101000000Z -enddate 20991231000000Z
cp server.key sha1.key; issue ca sha1 "$server" -md sha1
openssl genrsa -out short.key 1024; issue ca short "$server"
openssl genrsa -out rsa.key 2048; issue ca rsa 'keyUsage=digitalSignature,keyEncipherment\\nextendedKeyUsage=serverAuth\\n'
openssl rsa -in rsa.key -traditional -out rsa1.key
openssl ec -in server.key -out sec1.key
openssl pkcs8 -topk8 -in server.key -passout pass:secret -out locked.key
openssl ca -config ca.conf -cert ca.pem -keyfile ca.key -revoke client.pem
for authority in ca other again; do
  openssl ca -config ca.conf -cert $authority.pem -keyfile $authority.key -gencrl -out $authority.crl
done
openssl ca -config ca.conf -cert ca.pem -keyfile ca.key -gencrl -crl_lastupdate 20200101000000Z -crl_nextupdate 20210101000000Z -out old.crl
openssl x509 -in client.pem -noout -serial >client.serial
`;

/** The files that openssl made, by their names. */
export function pki(): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'openvpn-pki-'));
  const made = spawnSync('sh', ['-ec', PKI], { cwd: folder, encoding: 'utf8' });
  const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  rmSync(folder, { recursive: true });
  if (made.status !== 0) {
    throw new Error(`openssl: ${files.errors}`);
  }
  return files;
}

/** PEM of so many bytes. */
export const pem = (label: string, bytes: number) =>
  [
    `-----BEGIN ${label}-----`,
    ...(Buffer.alloc(bytes, 7)
      .toString('base64')
      .match(/.{1,64}/g) ?? []),
    `-----END ${label}-----`,
    '',
  ].join('\n');

export const CONTROL_KEY = pem('OpenVPN tls-crypt-v2 server key', 128);

/** A folder in which `vpn-gateway-apply` runs as it would on a machine where OpenVPN does not run yet. */
export class Sandbox {
  public readonly folder = mkdtempSync(join(tmpdir(), 'openvpn-'));
  private readonly settings: Readonly<Record<string, string>>;

  public constructor(options: Partial<OpenVpnServiceOptions> = {}) {
    const service = openVpnService({ pool: POOL, ...options });
    this.settings = service.settings;
    for (const path of ['etc/vpn-gateway/openvpn', 'var/lib/vpn-gateway', 'bin']) {
      mkdirSync(join(this.folder, path), { recursive: true });
    }
    for (const name of ['systemctl', 'systemd-sysusers']) {
      writeFileSync(join(this.folder, 'bin', name), `#!/bin/sh\necho "${name} $*" >>${this.folder}/told\n`);
      chmodSync(join(this.folder, 'bin', name), 0o755);
    }
    const program = applyProgram('def filter_load(*_): pass\n', [service]);
    writeFileSync(join(this.folder, 'apply'), program.replace(/'\/(?=etc\/|var\/|run\/)/g, `'${this.folder}/`));
  }

  /** Runs `vpn-gateway-apply users`. */
  public users(secret: unknown): { status: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync('python3', [join(this.folder, 'apply'), 'users'], {
      input: typeof secret === 'string' ? secret : JSON.stringify(secret),
      encoding: 'utf8',
      env: { ...this.settings, PATH: `${this.folder}/bin:${process.env.PATH}` },
    });
    return { status, stdout, stderr };
  }

  public path(name: string): string {
    return join(this.folder, 'etc/vpn-gateway/openvpn', name);
  }

  public read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** The names in a folder, in order. */
  public list(name: string): string[] {
    return existsSync(this.path(name)) ? readdirSync(this.path(name)).sort() : [];
  }

  /** What systemd was told since the last look. */
  public told(): string[] {
    const file = join(this.folder, 'told');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    rmSync(file, { force: true });
    return lines;
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
