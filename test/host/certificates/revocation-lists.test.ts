import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateCheck } from '../../../lib/host/certificates/certificate-check';
import { CERTIFICATES_PYTHON } from '../../../lib/host/certificates/certificates-python';
import { errorOf } from '../../support/messages';

/** Authorities with keys of every kind, and lists with signatures of every kind. */
const PKI = `
exec 2>errors
printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\ndefault_md=sha256\\ndefault_crl_days=20\\n' >ca.conf
: >index
root() { openssl req -x509 -newkey $2 -nodes -keyout $1.key -subj "/CN=$1" -days 9 -out $1.pem $3; }
list() { name=$1; authority=$2; shift 2; openssl ca -config ca.conf -cert $authority.pem -keyfile $authority.key -gencrl -out $name.crl "$@"; }
root rsa rsa:2048; root pss 'rsa-pss -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha512'
root ec 'ec -pkeyopt ec_paramgen_curve:P-384'; root ed ed25519
list rsa-sha1 rsa -md sha1; list rsa-sha256 rsa; list rsa-pss rsa -sigopt rsa_padding_mode:pss
list pss pss -md sha512; list ec-sha384 ec -md sha384; list ec-sha512 ec -md sha512; list ed ed -md null
`;

let files: Readonly<Record<string, string>>;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const made = spawnSync('sh', ['-ec', PKI], { cwd: folder, encoding: 'utf8' });
  files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  rmSync(folder, { recursive: true });
  if (made.status !== 0) {
    throw new Error(`openssl: ${files.errors}`);
  }
}, 60_000);

/** What the machine says of a list, and of an authority for each name. */
function machine(crl: string, authorities: readonly string[]): string {
  const program = `
import json, os, re, subprocess, sys
def need(fact, text):
	if not fact:
		sys.exit(text)
${CERTIFICATES_PYTHON}
crl, authorities = json.load(sys.stdin)
lists, serials = revocations(crl, authorities)
print(len(lists), serials)`;
  const { stdout, stderr } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify([crl, authorities]),
    encoding: 'utf8',
  });
  return stdout + stderr;
}

const REFUSED = {
  code: 'SECRET_CERTIFICATE_INVALID',
  text: `the secret is not one with which a server can serve: crl: 1 is not signed by the authority.
  allowed  PEM without other text: a list
  write    "crl": the list that the authority made

      at FILE:LINE
      code SECRET_CERTIFICATE_INVALID, see docs/diagnostics.md`,
};

const SIGNED = [
  ['rsa-sha1', 'rsa'],
  ['rsa-sha256', 'rsa'],
  ['rsa-pss', 'rsa'],
  ['pss', 'pss'],
  ['ec-sha384', 'ec'],
  ['ec-sha512', 'ec'],
  ['ed', 'ed'],
] as const;

describe('a revocation list, for library and machine alike,', () => {
  const check = (crl: string, authorities: readonly string[]) =>
    new CertificateCheck('a server', 'a list').checkRevocationLists(
      crl,
      authorities.map((pem) => new X509Certificate(pem)),
    );
  const all = () => ['rsa', 'pss', 'ec', 'ed'].map((name) => files[`${name}.pem`] as string);

  test.each(SIGNED)('is good when it is signed as %s by one of the authorities', (list, _) => {
    const crl = files[`${list}.crl`] as string;
    expect(check(crl, all())).toBeUndefined();
    expect(machine(crl, all())).toBe('1 []\n');
  });

  test.each(SIGNED)('is refused when it is signed as %s and %s is not among the authorities', (list, authority) => {
    const crl = files[`${list}.crl`] as string;
    const others = all().filter((pem) => pem !== files[`${authority}.pem`]);
    expect(errorOf(() => check(crl, others))).toEqual(REFUSED);
    expect(machine(crl, others)).toBe('crl: 1 is not signed by the authority\n');
  });

  test('is refused where there is no authority', () => {
    expect(errorOf(() => check(files['ec-sha384.crl'] as string, []))).toEqual(REFUSED);
    expect(machine(files['ec-sha384.crl'] as string, [])).toBe('crl: 1 is not signed by the authority\n');
  });
});
