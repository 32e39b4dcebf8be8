import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PptpPool, parsePptpRadiusSecret, pptpService } from '../../../lib/host';
import { applyProgram } from '../../../lib/host/programs';
import type { RadiusOptions } from '../../../lib/host/radius';
import { errorOf } from '../../support/messages';

const service = (radius: RadiusOptions) =>
  pptpService({ pool: PptpPool.from('10.99.0.0/24'), radius, isToken: (value) => value === '<token 1>' });
const file = (radius: RadiusOptions, path: string) => service(radius).files.find((each) => each.path === path)?.content;
const CONFIG = '/etc/ppp/vpn-gateway-radius.conf';

describe('PPTP whose users a RADIUS server knows', () => {
  const radius = { servers: ['10.0.0.5', '10.0.0.6'] };

  test('has pppd ask its servers for 60 seconds each, and report sessions to the port after', () => {
    expect(file(radius, CONFIG)).toBe(`authserver 10.0.0.5:1812,10.0.0.6:1812
acctserver 10.0.0.5:1813,10.0.0.6:1813
servers /etc/ppp/vpn-gateway-radius-servers
dictionary /etc/ppp/vpn-gateway-radius-dictionary
seqfile /run/vpn-gateway/radius.seq
mapfile /dev/null
nas_identifier vpn-gateway
radius_timeout 10
radius_retries 6
`);
  });

  test('takes another port and time, and servers that only deployment knows', () => {
    const text = file({ servers: ['<token 1>'], port: 1645, timeoutSeconds: 95 }, CONFIG);
    expect(text).toContain('authserver <token 1>:1645\nacctserver <token 1>:1646\n');
    expect(text).toContain('radius_retries 10\n');
    expect(service({ servers: ['<token 1>'] }).settings.pptp_radius).toBe('<token 1>');
  });

  test('loads the plugin, and keeps what it demands of a login', () => {
    const options = file(radius, '/etc/ppp/pptpd-options');
    expect(options).toMatch(/\nplugin radius.so\nradius-config-file \/etc\/ppp\/vpn-gateway-radius.conf\n$/);
    expect(options).toContain('\nrequire-mschap-v2\nrequire-mppe-128\n');
  });

  test('does not change a gateway without RADIUS', () => {
    const plain = pptpService({ pool: PptpPool.from('10.99.0.0/24') });
    expect(plain.pythonClass).toBe('Pptp');
    expect(plain.files.map(({ path }) => path)).not.toContain(CONFIG);
    expect(plain.files.find(({ path }) => path === '/etc/ppp/pptpd-options')?.content).not.toContain('plugin');
  });

  test('has a dictionary in which every attribute has its number, and Microsoft its own', () => {
    const lines = file(radius, '/etc/ppp/vpn-gateway-radius-dictionary')?.trimEnd().split('\n') ?? [];
    for (const line of lines) {
      expect(line).toMatch(/^ATTRIBUTE [A-Z][\w-]+ \d+ (string|integer|ipaddr)( Microsoft)?$|^VENDOR Microsoft 311$/);
    }
    expect(lines).toEqual(
      expect.arrayContaining([
        'ATTRIBUTE User-Name 1 string',
        'ATTRIBUTE Framed-IP-Address 8 ipaddr',
        'ATTRIBUTE Acct-Status-Type 40 integer',
        'ATTRIBUTE MS-CHAP2-Response 25 string Microsoft',
        'ATTRIBUTE MS-MPPE-Send-Key 16 string Microsoft',
        'ATTRIBUTE MS-MPPE-Recv-Key 17 string Microsoft',
        'ATTRIBUTE MS-MPPE-Encryption-Policy 7 integer Microsoft',
      ]),
    );
    // The vendor must be known before its attributes.
    expect(lines.findIndex((line) => line.endsWith(' Microsoft'))).toBe(lines.indexOf('VENDOR Microsoft 311') + 1);
  });

  test('refuses a server that is no address', () => {
    expect(errorOf(() => service({ servers: ['radius.example.com'] }))).toEqual({
      code: 'HOST_OPTION_INVALID',
      text: `radius.servers is not what the host can use.
  got      ["radius.example.com"]
  allowed  one or two IPv4 addresses
  write    radius: { servers: ['10.0.0.5'] }

      at FILE:LINE
      code HOST_OPTION_INVALID, see docs/diagnostics.md`,
    });
  });
});

describe('its secret, to the library and to the machine alike', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pptp-radius-'));
    for (const name of ['etc/ppp', 'var/lib/vpn-gateway']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    const program = applyProgram('def filter_load(*_): pass\n', [service({ servers: ['10.0.0.5', '10.0.0.6'] })]);
    writeFileSync(join(folder, 'apply'), program.replace(/'\/(?=etc\/|var\/)/g, `'${folder}/`));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const onMachine = (input: string) => {
    const { status, stdout, stderr } = spawnSync('python3', [join(folder, 'apply'), 'users'], {
      input,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, pptp_pool: '10.99.0.0/24', pptp_fixed: '', pptp_radius: '10.0.0.5 10.0.0.6' },
    });
    return { status, stdout, stderr };
  };
  const SECRETS = 'etc/ppp/vpn-gateway-radius-servers';

  test('is one line for each server, in a file that only root reads, written when it changes', () => {
    const secret = '{"radius": {"secret": "0123456789#\\"abcd\\\\"}, "users": []}';
    expect(parsePptpRadiusSecret(secret)).toEqual({ radius: { secret: '0123456789#"abcd\\' } });
    expect(onMachine(secret)).toEqual({
      status: 0,
      stdout: 'pptp: the shared secret of RADIUS is in place\n',
      stderr: '',
    });
    expect(readFileSync(join(folder, SECRETS), 'utf8')).toBe(
      '10.0.0.5 0123456789#"abcd\\\n10.0.0.6 0123456789#"abcd\\\n',
    );
    expect(statSync(join(folder, SECRETS)).mode & 0o777).toBe(0o600);
    expect(onMachine(secret)).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test.each<[string, string, string]>([
    ['{"users": []}', 'USERS_MALFORMED', 'the secret: '],
    ['{"radius": {"secret": "hush56789abcdef"}, "users": []}', 'RADIUS_SECRET_INVALID', 'radius: '],
    ['{"radius": {"secret": "hush 6789abcdef0"}, "users": []}', 'RADIUS_SECRET_INVALID', 'radius: '],
    ['{"radius": {}, "users": []}', 'RADIUS_SECRET_INVALID', 'radius: '],
    ['{"radius": "hush56789abcdef0", "users": []}', 'RADIUS_SECRET_INVALID', 'radius: '],
    [
      '{"radius": {"secret": "0123456789abcdef"}, "users": [{"name": "a", "password": "hush"}]}',
      'USERS_MALFORMED',
      'users: the RADIUS servers know them',
    ],
  ])('is refused as %j', (secret, code, said) => {
    const before = readFileSync(join(folder, SECRETS), 'utf8');
    const error = errorOf(() => parsePptpRadiusSecret(secret));
    const { status, stderr } = onMachine(secret);
    expect([error.code, status]).toEqual([code, 1]);
    expect(stderr).toContain(`users refused: ${said}`);
    expect(error.text + stderr).not.toContain('hush');
    expect(readFileSync(join(folder, SECRETS), 'utf8')).toBe(before);
  });

  test('says what to do with users', () => {
    const secret = '{"radius": {"secret": "0123456789abcdef"}, "users": [{"name": "a"}]}';
    expect(
      errorOf(() => parsePptpRadiusSecret(secret)).text,
    ).toBe(`the secret has users, and the RADIUS servers know the users of this gateway.
  allowed  an empty list
  write    {"radius": {"secret": "..."}, "users": []}

      at FILE:LINE
      code USERS_MALFORMED, see docs/diagnostics.md`);
  });
});
